//! Which capability survives which scenario, for how long it is out, what data is lost.

use jiff::civil::Date;
use rayon::prelude::*;

use super::data::{Copies, DataLoss};
use super::{Asked, System};
use crate::engine::{Outcome, Worker};
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
    /// When the first channel works, with which customers can be told; [`Time::NEVER`] also where there is none.
    pub told_after: Time,
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
    let asking = Asking::new(system, capabilities, as_of);
    let one = |worker: &mut Worker<'_>, asked| asking.answer(worker, asked).0;
    scenarios.into_par_iter().map_init(|| engine.worker(), one).collect()
}

/// What is asked of every scenario of a question.
#[derive(Debug, Clone)]
pub struct Asking<'s> {
    capabilities: &'s [ElementId],
    channels: Vec<ElementId>,
    copies: Option<Copies<'s>>,
}

impl<'s> Asking<'s> {
    /// Asks about these capabilities, and about data as it counts on a day.
    pub fn new(system: &'s System, capabilities: &'s [ElementId], as_of: Date) -> Self {
        let channels = system.model.channels().map(|(id, _)| id).collect();
        Self { capabilities, channels, copies: Some(Copies::new(&system.model, as_of)) }
    }

    /// Leaves data out.
    #[must_use]
    pub fn without_data(self) -> Self {
        Self { copies: None, ..self }
    }

    /// Answers one scenario, and gives the engine's outcome for those who want to know more.
    pub fn answer(&self, worker: &mut Worker<'_>, asked: Asked) -> (Answer, Outcome) {
        let outcome = worker.outcome(&asked.scenario.fails);
        let told_after = self.channels.iter().map(|channel| outcome.outage(*channel)).min();
        let told_after = told_after.unwrap_or(Time::NEVER);
        let of_capability = |capability: &ElementId| {
            let outage = outcome.outage(*capability);
            CapabilityOutcome {
                capability: *capability,
                state: outcome.state(*capability),
                outage,
                undegraded_after: outcome.undegraded_after(*capability),
                unreachable: told_after != Time::ZERO && outage != Time::ZERO,
            }
        };
        let answer = Answer {
            capabilities: self.capabilities.iter().map(of_capability).collect(),
            data: self
                .copies
                .as_ref()
                .map_or_else(Vec::new, |copies| copies.losses(&asked.scenario, &outcome.run)),
            told_after,
            deadlock: outcome.deadlock.clone(),
            asked,
        };
        (answer, outcome)
    }
}
