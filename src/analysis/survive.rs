//! Which capability survives which scenario, for how long it is out, what data is lost.

use std::sync::OnceLock;

use jiff::civil::Date;

use super::data::{Copies, DataLoss};
use super::many::{Question, answers, answers_with};
use super::{Asked, Circles, System, Untangled};
use crate::compile::ConditionId;
use crate::engine::{Block, Fast, LANES, Lanes, Outcome, Sweep, Worker};
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
pub fn survive(system: &System, scenarios: &[Asked], capabilities: &[ElementId], as_of: Date) -> Vec<Answer> {
    let engine = system.engine();
    answers(system, &engine, &Asking::new(system, capabilities, as_of), scenarios)
}

/// Answers scenarios one after the other, in order, however many there are: no more of them are held than are worked out at
/// once.
pub struct Survivals<'s, I> {
    system: &'s System,
    asking: Asking<'s>,
    engine: Fast<'s>,
    sweep: OnceLock<Sweep<'s>>,
    scenarios: I,
    /// So many are worked out at once.
    at_once: usize,
    untangled: Untangled<'s>,
    ready: std::vec::IntoIter<(Answer, Option<Circles>)>,
}

impl<'s, I: Iterator<Item = Asked>> Survivals<'s, I> {
    /// Will answer each of these.
    pub fn new(system: &'s System, scenarios: I, capabilities: &'s [ElementId], as_of: Date) -> Self {
        /// Answers that are held take about so many bytes.
        const MOST_BYTES: usize = 16 << 20;
        /// A pass takes so much work at most until it is seen whether to go on.
        const MOST_WORK: usize = 1 << 25;
        let asking = Asking::new(system, capabilities, as_of);
        let n_stores = asking.copies.iter().flat_map(Copies::stores).count();
        let bytes =
            500 + capabilities.len() * size_of::<CapabilityOutcome>() + n_stores * size_of::<DataLoss>();
        let blocks = MOST_WORK / Sweep::most_work(&system.dense).max(1);
        let blocks = blocks.min(MOST_BYTES / bytes / LANES).clamp(2, 32);
        Self {
            system,
            asking,
            engine: system.engine(),
            sweep: OnceLock::new(),
            scenarios,
            at_once: blocks * LANES,
            untangled: Untangled::new(system),
            ready: Vec::new().into_iter(),
        }
    }
}

impl<I: Iterator<Item = Asked>> Iterator for Survivals<'_, I> {
    type Item = (Answer, Option<Circles>);

    /// An answer, with the circles of its deadlock.
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(ready) = self.ready.next() {
            return Some(ready);
        }
        let asked: Vec<Asked> = self.scenarios.by_ref().take(self.at_once).collect();
        let answers = answers_with(self.system, &self.engine, &self.sweep, &self.asking, &asked);
        let mut stuck = self.untangled.stuck(&answers);
        let with_circles = |(place, answer)| (answer, stuck.take(place));
        self.ready = answers.into_iter().enumerate().map(with_circles).collect::<Vec<_>>().into_iter();
        self.ready.next()
    }
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

    /// The conditions that answers are made of, deadlocks apart.
    pub(super) fn conditions_asked(&self) -> Vec<ConditionId> {
        let of_capabilities =
            self.capabilities.iter().flat_map(|id| [ConditionId::ok(*id), ConditionId::full(*id)]);
        let places = self.copies.iter().flat_map(Copies::stores).flat_map(|(_, copies)| copies);
        let places =
            places.flat_map(|copy| &copy.places).chain(&self.channels).map(|id| ConditionId::ok(*id));
        of_capabilities.chain(places).collect()
    }

    /// Answers one scenario, and gives the engine's outcome for those who want to know more.
    pub fn answer(&self, worker: &mut Worker<'_>, asked: Asked) -> (Answer, Outcome) {
        let outcome = worker.outcome(&asked.scenario.fails);
        (self.of(asked, &outcome), outcome)
    }

    pub(super) fn of(&self, asked: Asked, outcome: &Outcome) -> Answer {
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
        let losses = |copies: &Copies<'_>| copies.losses(&asked.scenario, &outcome.run);
        Answer {
            capabilities: self.capabilities.iter().map(of_capability).collect(),
            data: self.copies.as_ref().map_or_else(Vec::new, losses),
            told_after,
            deadlock: outcome.deadlock.clone(),
            asked,
        }
    }
}

impl Question for Asking<'_> {
    type Answer = Answer;

    fn of_worker(&self, asked: &Asked, worker: &mut Worker<'_>, most: usize) -> Option<Answer> {
        let outcome = worker.outcome_within(&asked.scenario.fails, most)?;
        Some(self.of(asked.clone(), &outcome))
    }

    fn of_block(&self, asked: &[&Asked], block: &Block<'_>) -> Vec<Option<Answer>> {
        let stays = |id: ConditionId| block.stays(id);
        let comes_back = |id: ConditionId| block.holds(id) & !block.stays(id);
        // What comes back does so at a time that bits do not tell. Of channels the first one decides.
        let ok_of_channels = || self.channels.iter().map(|channel| ConditionId::ok(*channel));
        let told = ok_of_channels().map(stays).fold(Lanes::NONE, |any, lanes| any | lanes);
        let told_later = ok_of_channels().map(comes_back).fold(Lanes::NONE, |any, lanes| any | lanes) & !told;
        let of_capabilities =
            self.capabilities.iter().flat_map(|id| [ConditionId::ok(*id), ConditionId::full(*id)]);
        let timed =
            of_capabilities.map(comes_back).fold(block.untold() | told_later, |any, lanes| any | lanes);
        let time = |id: ConditionId, lane| if block.stays(id).has(lane) { Time::ZERO } else { Time::NEVER };
        let mut deadlocks = block.deadlocks(asked.len()).into_iter();
        let mut one = |lane: usize, asked: &Asked| {
            let deadlock = deadlocks.next().unwrap_or_default();
            if timed.has(lane) {
                return None;
            }
            let of_capability = |capability: &ElementId| {
                let [ok, full] = [ConditionId::ok(*capability), ConditionId::full(*capability)];
                let outage = time(ok, lane);
                CapabilityOutcome {
                    capability: *capability,
                    state: match (block.holds(ok).has(lane), block.holds(full).has(lane)) {
                        (_, true) => State::Up,
                        (true, false) => State::Degraded,
                        (false, false) => State::Down,
                    },
                    outage,
                    undegraded_after: time(full, lane),
                    unreachable: !told.has(lane) && outage != Time::ZERO,
                }
            };
            let losses =
                |copies: &Copies<'_>| copies.losses_where(&asked.scenario, |id| block.holds(id).has(lane));
            Some(Answer {
                capabilities: self.capabilities.iter().map(of_capability).collect(),
                data: self.copies.as_ref().map_or_else(Vec::new, losses),
                told_after: if told.has(lane) { Time::ZERO } else { Time::NEVER },
                deadlock,
                asked: asked.clone(),
            })
        };
        asked.iter().enumerate().map(|(lane, asked)| one(lane, asked)).collect()
    }

    fn conditions(&self) -> Option<Vec<ConditionId>> {
        None
    }
}
