//! Which capability survives which scenario, for how long it is out, what data is lost.

use jiff::civil::Date;
use rayon::prelude::*;

use super::data::{Copies, DataLoss};
use super::{Asked, System};
use crate::engine::{Outcome, Reference};
use crate::model::{ElementId, State, Time};

/// What a scenario does to one capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CapabilityOutcome {
    /// Which.
    pub capability: ElementId,
    /// Judged while what failed is still failed.
    pub state: State,
    /// How long it is out.
    pub outage: Time,
    /// When it is undegraded again.
    pub undegraded_after: Time,
    /// Whether customers cannot be told: it is out, and so is every channel.
    pub unreachable: bool,
}

/// What a scenario does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which.
    pub asked: Asked,
    /// The chosen capabilities, in order.
    pub capabilities: Vec<CapabilityOutcome>,
    /// Every data store, in order.
    pub data: Vec<DataLoss>,
    /// Elements that wait for each other, even after every failed one has come back.
    pub deadlock: Vec<ElementId>,
}

/// Answers every scenario, in order.
pub fn survive(
    system: &System,
    scenarios: Vec<Asked>,
    capabilities: &[ElementId],
    as_of: Date,
) -> Vec<Answer> {
    let engine = system.engine();
    let copies = Copies::new(&system.model, as_of);
    let one = |asked: Asked| answer(system, &engine, &copies, asked, capabilities).0;
    scenarios.into_par_iter().map(one).collect()
}

/// Answers one scenario, and gives the engine's outcome for those who want to know more.
pub fn answer(
    system: &System,
    engine: &Reference<'_>,
    copies: &Copies<'_>,
    asked: Asked,
    capabilities: &[ElementId],
) -> (Answer, Outcome) {
    let outcome = engine.outcome(&asked.scenario.fails);
    let no_channel = system.model.channels().all(|(channel, _)| outcome.outage(channel) != Time::ZERO);
    let of_capability = |capability: &ElementId| {
        let outage = outcome.outage(*capability);
        CapabilityOutcome {
            capability: *capability,
            state: outcome.state(*capability),
            outage,
            undegraded_after: outcome.undegraded_after(*capability),
            unreachable: no_channel && outage != Time::ZERO,
        }
    };
    let answer = Answer {
        capabilities: capabilities.iter().map(of_capability).collect(),
        data: copies.losses(&asked.scenario, &outcome.run),
        deadlock: outcome.deadlock.clone(),
        asked,
    };
    (answer, outcome)
}
