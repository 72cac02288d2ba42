//! `linchpin/coldstart/1`.

use serde::Serialize;

use super::circles::{CircleReport, circles};
use super::{Ordered, many_seconds, maybe_seconds, names, ordered_seconds, seconds};
use crate::analysis::{Asked, Circles, Started};
use crate::compile::ConditionId;
use crate::engine::Outcome;
use crate::model::{ElementId, Kind, Model, Time};

/// Whether everything can be started from zero, or comes back after a scenario.
#[derive(Debug, Clone, Serialize)]
pub struct ColdstartReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// From zero: whether every service, capability and channel starts. After a scenario: whether nothing waits for
    /// itself.
    pub startable: bool,
    /// When each service, capability and channel serves.
    #[serde(serialize_with = "ordered_seconds")]
    pub ready_s: Ordered<Time>,
    /// The smallest circles, each element followed by one that it waits for, of those that never serve.
    pub deadlocks: Vec<Vec<String>>,
    /// When each of them serves undegraded.
    #[serde(serialize_with = "ordered_seconds")]
    pub undegraded_s: Ordered<Time>,
    /// The same circles and those whose members serve but are never undegraded, with what to break.
    pub circles: Vec<CircleReport>,
    /// Whether nothing waits for itself any more once all circles are broken as advised; found by computing that.
    pub suffices: bool,
    /// When the last thing is there then.
    #[serde(rename = "total_without_circles_s", serialize_with = "maybe_seconds")]
    pub total_then: Option<Time>,
    /// Every element that waits for itself, or for something that does.
    pub waiting: Vec<String>,
    /// What never starts for another reason: a threshold that cannot be met, or what needs such a thing.
    pub out_of_reach: Vec<String>,
    /// When the last thing that starts at all does.
    #[serde(rename = "total_s", serialize_with = "seconds")]
    pub total: Time,
    /// From zero: services in waves, each of which needs only those before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waves: Vec<Vec<String>>,
    /// From zero: what the last one waited for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub critical_path: Vec<StepReport>,
    /// After a scenario: which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// What fails in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// For how long each of these.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "many_seconds")]
    pub lasts_s: Vec<Time>,
}

/// A step of the critical path.
#[derive(Debug, Clone, Serialize)]
pub struct StepReport {
    /// What becomes available.
    pub element: String,
    /// When.
    #[serde(rename = "ready_s", serialize_with = "seconds")]
    pub ready: Time,
    /// How much of that is its own.
    #[serde(rename = "own_s", serialize_with = "seconds")]
    pub own: Time,
}

impl ColdstartReport {
    /// A start from zero.
    pub fn from_zero(model: &Model, started: &Started, found: &Circles) -> Self {
        let time = |id| started.times.time(id);
        let waiting = started.times.waiting();
        let report = Self::new(model, time, waiting, circles(model, found, true), found);
        let startable = report.ready_s.iter().all(|(_, time)| time.is_finite());
        let step = |step: &crate::analysis::Step| StepReport {
            element: model[step.element].name.clone(),
            ready: step.ready,
            own: step.own,
        };
        Self {
            startable,
            out_of_reach: out_of_reach(model, time, waiting),
            waves: started.waves.iter().map(|wave| names(model, wave.iter().copied())).collect(),
            critical_path: started.critical.iter().map(step).collect(),
            ..report
        }
    }

    /// Coming back after a scenario.
    pub fn after(model: &Model, asked: &Asked, outcome: &Outcome, found: &Circles) -> Self {
        let time = |id| outcome.run.time(id);
        let fails = &asked.scenario.fails;
        let comes_back = fails.iter().any(|failure| failure.lasts.is_finite());
        Self {
            startable: outcome.deadlock.is_empty(),
            scenario: Some(asked.scenario.name.clone()),
            failed: names(model, fails.iter().map(|failure| failure.what)),
            lasts_s: if comes_back {
                fails.iter().map(|failure| failure.lasts).collect()
            } else {
                Vec::new()
            },
            ..Self::new(model, time, &outcome.waiting, circles(model, found, false), found)
        }
    }

    fn new(
        model: &Model,
        time: impl Fn(ConditionId) -> Time,
        waiting: &[ConditionId],
        circles: Vec<CircleReport>,
        found: &Circles,
    ) -> Self {
        let told = |of: fn(ElementId) -> ConditionId| -> Ordered<Time> {
            told(model).map(|(id, name)| (name, time(of(id)))).collect()
        };
        let ready_s = told(ConditionId::ok);
        let never_serve = circles.iter().filter(|circle| !circle.serves);
        let mut elements: Vec<ElementId> = waiting.iter().map(|id| id.element()).collect();
        elements.dedup();
        Self {
            schema: "linchpin/coldstart/1",
            model: model.name().to_owned(),
            startable: false,
            deadlocks: never_serve.map(|circle| circle.elements.clone()).collect(),
            undegraded_s: told(ConditionId::full),
            total: ready_s
                .iter()
                .map(|(_, time)| *time)
                .filter(|time| time.is_finite())
                .max()
                .unwrap_or(Time::ZERO),
            ready_s,
            circles,
            suffices: found.suffices,
            total_then: found.total,
            waiting: names(model, elements),
            out_of_reach: Vec::new(),
            waves: Vec::new(),
            critical_path: Vec::new(),
            scenario: None,
            failed: Vec::new(),
            lasts_s: Vec::new(),
        }
    }
}

/// Services, capabilities and channels, with the references that name them.
fn told(model: &Model) -> impl Iterator<Item = (ElementId, String)> {
    let is_told = |kind: &Kind| matches!(kind, Kind::Service(_) | Kind::Capability(_) | Kind::Channel);
    let elements = model.elements().filter(move |(_, element)| is_told(&element.kind));
    elements.map(|(id, element)| (id, element.name.clone()))
}

fn out_of_reach(model: &Model, time: impl Fn(ConditionId) -> Time, waiting: &[ConditionId]) -> Vec<String> {
    let is_waiting = |id: ElementId| waiting.binary_search(&ConditionId::ok(id)).is_ok();
    let never = told(model).filter(|(id, _)| !time(ConditionId::ok(*id)).is_finite() && !is_waiting(*id));
    never.map(|(_, name)| name).collect()
}
