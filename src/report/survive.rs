//! `linchpin/survive/1`.

use std::cell::RefCell;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::circles::{CircleReport, circles};
use super::timeline::TimelineReport;
use super::{Ordered, bare_name, many_seconds, names, seconds, state};
use crate::analysis::{Answer, CapabilityOutcome, Circles};
use crate::model::{Model, State, Time};

const SCHEMA: &str = "linchpin/survive/1";

/// Which capability survives which scenario.
#[derive(Debug, Clone, Serialize)]
pub struct SurviveReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// In the order asked.
    pub scenarios: Vec<ScenarioReport>,
    /// Whether the model says how customers are told at all.
    #[serde(skip)]
    pub has_channels: bool,
}

/// One scenario.
#[derive(Debug, Clone, Serialize)]
pub struct ScenarioReport {
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: String,
    /// What fails.
    pub failed: Vec<String>,
    /// For how long each of these, where one of them comes back.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "many_seconds")]
    pub lasts_s: Vec<Time>,
    /// What becomes of each capability.
    pub capabilities: Ordered<OutcomeReport>,
    /// What becomes of each data store.
    pub data: Ordered<DataReport>,
    /// How each capability does over time, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Ordered<TimelineReport>>,
    /// The circles of a recovery deadlock, with what to break.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub circles: Vec<CircleReport>,
    /// Whether breaking all of them as advised suffices.
    #[serde(skip)]
    pub suffices: bool,
}

/// What becomes of a capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutcomeReport {
    /// While what failed is still failed.
    #[serde(serialize_with = "state")]
    pub state: State,
    /// How long it is out.
    #[serde(rename = "outage_s", serialize_with = "seconds")]
    pub outage: Time,
    /// When it is undegraded again.
    #[serde(rename = "undegraded_after_s", serialize_with = "seconds")]
    pub undegraded_after: Time,
    /// It is out, and so is every channel.
    pub unreachable: bool,
    /// The scenario's recovery deadlock: elements, of any capability, that wait for each other for ever.
    pub deadlock: Vec<String>,
}

/// What becomes of a data store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataReport {
    /// The staleness of the best surviving copy.
    #[serde(rename = "loss_s", serialize_with = "seconds")]
    pub loss: Time,
    /// No copy survives.
    pub total: bool,
}

impl SurviveReport {
    /// Names what the answers number.
    pub fn new(model: &Model, answers: &[Answer]) -> Self {
        let scenarios = answers.iter().map(|answer| ScenarioReport::new(model, answer)).collect();
        Self {
            schema: SCHEMA,
            model: model.name().to_owned(),
            scenarios,
            has_channels: model.channels().next().is_some(),
        }
    }

    /// Adds how each capability does over time in each of these answers, which the report was made from.
    #[must_use]
    pub fn with_timelines(mut self, model: &Model, answers: &[Answer]) -> Self {
        let with = |(scenario, answer): (ScenarioReport, &Answer)| scenario.with_timeline(model, answer);
        self.scenarios = self.scenarios.into_iter().zip(answers).map(with).collect();
        self
    }

    /// Adds the circles of deadlocks: `of` gives those of a scenario, by its place.
    #[must_use]
    pub fn with_circles<'c>(mut self, model: &Model, of: impl Fn(usize) -> Option<&'c Circles>) -> Self {
        let with = |(place, scenario): (usize, ScenarioReport)| match of(place) {
            Some(found) => scenario.with_circles(model, found),
            None => scenario,
        };
        self.scenarios = self.scenarios.into_iter().enumerate().map(with).collect();
        self
    }
}

/// The same written scenario by scenario, for what is too large to be held.
pub struct SurviveStream<'m, I> {
    model: &'m Model,
    scenarios: RefCell<I>,
    is_complete: &'m dyn Fn() -> bool,
}

impl<'m, I: Iterator<Item = ScenarioReport>> SurviveStream<'m, I> {
    /// Of scenarios that are taken when it is written, which can be done once; then it is asked whether these were all.
    pub fn new(model: &'m Model, scenarios: I, is_complete: &'m dyn Fn() -> bool) -> Self {
        Self { model, scenarios: RefCell::new(scenarios), is_complete }
    }
}

impl<I: Iterator<Item = ScenarioReport>> Serialize for SurviveStream<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Each<'s, I>(&'s RefCell<I>);
        impl<I: Iterator<Item = ScenarioReport>> Serialize for Each<'_, I> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut list = serializer.serialize_seq(None)?;
                self.0.borrow_mut().by_ref().try_for_each(|scenario| list.serialize_element(&scenario))?;
                list.end()
            }
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", SCHEMA)?;
        map.serialize_entry("model", self.model.name())?;
        map.serialize_entry("scenarios", &Each(&self.scenarios))?;
        if !(self.is_complete)() {
            map.serialize_entry("complete", &false)?;
        }
        map.end()
    }
}

impl ScenarioReport {
    /// One answer, with the circles of its deadlock, and over time where that is asked.
    pub fn told(model: &Model, answer: &Answer, found: Option<&Circles>, over_time: bool) -> Self {
        let told = Self::new(model, answer);
        let told = if over_time { told.with_timeline(model, answer) } else { told };
        match found {
            Some(found) => told.with_circles(model, found),
            None => told,
        }
    }

    /// Adds how each capability does over time.
    fn with_timeline(self, model: &Model, answer: &Answer) -> Self {
        Self { timeline: Some(TimelineReport::all(model, answer)), ..self }
    }

    /// Adds the circles of its deadlock.
    pub(super) fn with_circles(self, model: &Model, found: &Circles) -> Self {
        Self { circles: circles(model, found, false), suffices: found.suffices, ..self }
    }

    pub(super) fn new(model: &Model, answer: &Answer) -> Self {
        let scenario = &answer.asked.scenario;
        let deadlock = names(model, answer.deadlock.iter().copied());
        let outcome = |of: &CapabilityOutcome| {
            let report = OutcomeReport {
                state: of.state,
                outage: of.outage,
                undegraded_after: of.undegraded_after,
                unreachable: of.unreachable,
                deadlock: deadlock.clone(),
            };
            (bare_name(model, of.capability), report)
        };
        let data = answer.data.iter().map(|of| {
            let report = DataReport { loss: of.loss, total: !of.loss.is_finite() };
            (model[of.service].name.clone(), report)
        });
        Self {
            name: scenario.name.clone(),
            class: answer.asked.class.clone(),
            failed: names(model, scenario.fails.iter().map(|failure| failure.what)),
            lasts_s: if scenario.fails.iter().any(|failure| failure.lasts.is_finite()) {
                scenario.fails.iter().map(|failure| failure.lasts).collect()
            } else {
                Vec::new()
            },
            capabilities: answer.capabilities.iter().map(outcome).collect(),
            data: data.collect(),
            timeline: None,
            circles: Vec::new(),
            suffices: false,
        }
    }
}
