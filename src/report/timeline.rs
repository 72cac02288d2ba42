//! Capabilities over time.

use serde::Serialize;

use super::{Ordered, bare_name, seconds, state};
use crate::analysis::{Answer, CapabilityOutcome, Interval, timeline};
use crate::model::{Model, State, Time};

/// How a capability does over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct TimelineReport {
    /// Without gaps, from the failure on.
    pub intervals: Vec<IntervalReport>,
    /// While it is out and so is every channel.
    pub unreachable: Option<UnreachableReport>,
}

/// A stretch of time in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IntervalReport {
    /// How it does.
    #[serde(serialize_with = "state")]
    pub state: State,
    /// From then on.
    #[serde(rename = "from_s", serialize_with = "seconds")]
    pub from: Time,
    /// Until then; `null` has no end.
    #[serde(rename = "to_s", serialize_with = "seconds")]
    pub to: Time,
}

/// A stretch of time in which customers cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreachableReport {
    /// From then on.
    #[serde(rename = "from_s", serialize_with = "seconds")]
    pub from: Time,
    /// Until then; `null` has no end.
    #[serde(rename = "to_s", serialize_with = "seconds")]
    pub to: Time,
}

impl TimelineReport {
    /// Of each capability of an answer.
    pub(super) fn all(model: &Model, answer: &Answer) -> Ordered<Self> {
        let of = |of: &CapabilityOutcome| (bare_name(model, of.capability), Self::new(answer, of));
        answer.capabilities.iter().map(of).collect()
    }

    fn new(answer: &Answer, of: &CapabilityOutcome) -> Self {
        let timeline = timeline(answer, of);
        let interval = |of: &Interval| IntervalReport { state: of.state, from: of.from, to: of.to };
        let until = timeline.unreachable_until;
        Self {
            intervals: timeline.intervals.iter().map(interval).collect(),
            unreachable: (until > Time::ZERO).then_some(UnreachableReport { from: Time::ZERO, to: until }),
        }
    }

    /// Whether anything changes, or it is never up.
    pub fn is_eventful(&self) -> bool {
        self.intervals.len() > 1 || self.intervals.iter().any(|interval| interval.state != State::Up)
    }
}
