//! How a capability does over time, with the durations that a scenario gives.
//!
//! The page gives two times: out until *ok*, degraded from then until *full*, up after that. What has returned stays, so
//! that these are all the changes there are. An outage counts from the failure on, also where something is ridden out for
//! a while before it proves too long.

use super::{Answer, CapabilityOutcome};
use crate::model::{State, Time};

/// A stretch of time in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// How it does.
    pub state: State,
    /// From then on.
    pub from: Time,
    /// Until then; [`Time::NEVER`]: for good, or until what failed for good is repaired.
    pub to: Time,
}

/// All of time, from the failure on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Without gaps; the last one has no end.
    pub intervals: Vec<Interval>,
    /// Until when customers cannot be told: it is out, and so is every channel. 0: they always can.
    pub unreachable_until: Time,
}

/// The timeline of one of an answer's capabilities.
pub fn timeline(answer: &Answer, of: &CapabilityOutcome) -> Timeline {
    let bounds = [
        (State::Down, Time::ZERO, of.outage),
        (State::Degraded, of.outage, of.undegraded_after),
        (State::Up, of.undegraded_after, Time::NEVER),
    ];
    let intervals = bounds.into_iter().filter(|(_, from, to)| from < to);
    Timeline {
        intervals: intervals.map(|(state, from, to)| Interval { state, from, to }).collect(),
        unreachable_until: of.outage.min(answer.told_after),
    }
}
