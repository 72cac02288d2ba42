//! What falls with an element, and how much value stands on each provider.

use std::sync::{Arc, OnceLock};

use super::many::{Question, answers};
use super::{Asked, System};
use crate::compile::{ConditionId, Level, NodeId};
use crate::engine::{Block, Fast, Outcome, Tally, Worker};
use crate::model::{ElementId, Failure, Kind, State};

/// What falls in one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Blast {
    /// The scenario: usually one element that fails.
    pub asked: Asked,
    /// Every capability asked about with its state, in order.
    pub capabilities: Arc<[(ElementId, State)]>,
    /// How many of them are down.
    pub down: usize,
    /// How many of them are degraded.
    pub degraded: usize,
    /// What an hour of it costs: the value of the capabilities that are down.
    pub value_per_hour: f64,
    /// How many elements of the model are down, the failed ones included.
    pub elements_down: usize,
}

/// The blast radius of each scenario, the worst first: by capabilities down, value, capabilities degraded, elements
/// down; then in the order asked.
pub fn blast(system: &System, scenarios: Vec<Asked>, capabilities: &[ElementId]) -> Vec<Blast> {
    let engine = system.engine();
    let falling = Falling::new(system, &engine, capabilities);
    let fallen = answers(system, &engine, &falling, &scenarios);
    let unchanged = falling.states(|id| falling.undisturbed.state(id));
    let one = |(asked, fallen): (Asked, Fallen)| {
        let states = fallen.states.unwrap_or_else(|| unchanged.clone());
        let count = |wanted: State| states.iter().filter(|(_, state)| *state == wanted).count();
        let lost = states.iter().filter(|(_, state)| *state == State::Down);
        Blast {
            down: count(State::Down),
            degraded: count(State::Degraded),
            value_per_hour: lost.fold(0.0, |sum, (id, _)| sum + value_per_hour(system, *id)),
            elements_down: falling.always_down + fallen.newly_down,
            capabilities: states,
            asked,
        }
    };
    let mut blasts: Vec<Blast> = scenarios.into_iter().zip(fallen).map(one).collect();
    blasts.sort_by(|a, b| {
        (b.down.cmp(&a.down))
            .then(b.value_per_hour.total_cmp(&a.value_per_hour))
            .then(b.degraded.cmp(&a.degraded))
            .then(b.elements_down.cmp(&a.elements_down))
    });
    blasts
}

/// What is asked of every scenario.
struct Falling<'a> {
    system: &'a System,
    capabilities: &'a [ElementId],
    /// By element, whether it is one of these.
    is_asked: Vec<bool>,
    undisturbed: Outcome,
    always_down: usize,
    /// Made when a sweep needs it.
    can_fall: OnceLock<Vec<NodeId>>,
}

/// What one scenario takes away.
struct Fallen {
    /// `None`: those with nothing failed.
    states: Option<Arc<[(ElementId, State)]>>,
    /// How many elements are down that are not with nothing failed.
    newly_down: usize,
}

impl<'a> Falling<'a> {
    fn new(system: &'a System, engine: &Fast<'_>, capabilities: &'a [ElementId]) -> Self {
        let mut is_asked = vec![false; system.model.len()];
        capabilities.iter().for_each(|id| is_asked[id.index()] = true);
        let undisturbed = engine.worker().outcome(&[]);
        let is_down = |id: &ElementId| undisturbed.state(*id) == State::Down;
        let always_down = system.model.elements().filter(|(id, _)| is_down(id)).count();
        Self { system, capabilities, is_asked, undisturbed, always_down, can_fall: OnceLock::new() }
    }

    /// The gates of all elements that work with nothing failed, in the order in which they lie in memory.
    fn can_fall(&self) -> Vec<NodeId> {
        let works = |id: &ConditionId| self.undisturbed.run.undisturbed(*id).is_finite();
        let oks = self.system.model.elements().map(|(id, _)| ConditionId::ok(id));
        let mut gates: Vec<NodeId> = oks.filter(works).map(|id| self.system.dense.condition(id)).collect();
        gates.sort_unstable();
        gates
    }

    fn states(&self, state: impl Fn(ElementId) -> State) -> Arc<[(ElementId, State)]> {
        self.capabilities.iter().map(|id| (*id, state(*id))).collect()
    }
}

fn state(is_ok: bool, is_full: bool) -> State {
    match (is_ok, is_full) {
        (_, true) => State::Up,
        (true, false) => State::Degraded,
        (false, false) => State::Down,
    }
}

impl Question for Falling<'_> {
    type Answer = Fallen;

    fn of_worker(&self, asked: &Asked, worker: &mut Worker<'_>, most: usize) -> Option<Fallen> {
        let lost = worker.lost_within(&asked.scenario.fails, most)?;
        let changes = lost.iter().any(|id| self.is_asked[id.element().index()]);
        let holds = |id: ConditionId| self.undisturbed.run.undisturbed(id).is_finite() && !lost.contains(&id);
        let of = |id: ElementId| state(holds(ConditionId::ok(id)), holds(ConditionId::full(id)));
        Some(Fallen {
            states: changes.then(|| self.states(of)),
            newly_down: lost.iter().filter(|id| id.level() == Level::Ok).count(),
        })
    }

    fn of_block(&self, asked: &[&Asked], block: &Block<'_>) -> Vec<Option<Fallen>> {
        let mut newly_down = Tally::default();
        let can_fall = self.can_fall.get_or_init(|| self.can_fall());
        can_fall.iter().for_each(|gate| newly_down.add(!block.gate_holds(*gate)));
        let one = |lane: usize| {
            let holds = |id| block.holds(id).has(lane);
            let of = |id| state(holds(ConditionId::ok(id)), holds(ConditionId::full(id)));
            (!block.untold().has(lane))
                .then(|| Fallen { states: Some(self.states(of)), newly_down: newly_down.of(lane) })
        };
        (0..asked.len()).map(one).collect()
    }

    fn conditions(&self) -> Option<Vec<ConditionId>> {
        let all = self.system.model.elements().map(|(id, _)| ConditionId::ok(id));
        Some(all.chain(self.capabilities.iter().map(|id| ConditionId::full(*id))).collect())
    }
}

fn value_per_hour(system: &System, capability: ElementId) -> f64 {
    match &system.model[capability].kind {
        Kind::Capability(capability) => capability.value_per_hour,
        _ => 0.0,
    }
}

/// How much of all value is lost when one provider fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concentration {
    /// Which provider.
    pub provider: ElementId,
    /// The value of the capabilities that are down without it.
    pub value_per_hour: f64,
    /// Its share of all value, 0..=1; 0 where no capability has a value.
    pub share: f64,
}

/// The concentration of value on each provider, the highest first.
pub fn concentration(system: &System) -> Vec<Concentration> {
    let engine = system.engine();
    let mut worker = engine.worker();
    let all: f64 = system.model.capabilities().map(|(_, _, capability)| capability.value_per_hour).sum();
    let mut out = Vec::new();
    for (provider, element) in system.model.elements() {
        if !matches!(element.kind, Kind::Provider) {
            continue;
        }
        let outcome = worker.outcome(&[Failure::for_good(provider)]);
        let down = system.model.capabilities().filter(|(id, ..)| outcome.state(*id) == State::Down);
        let value_per_hour = down.fold(0.0, |sum, (_, _, capability)| sum + capability.value_per_hour);
        out.push(Concentration {
            provider,
            value_per_hour,
            share: if all > 0.0 { value_per_hour / all } else { 0.0 },
        });
    }
    out.sort_by(|a, b| b.value_per_hour.total_cmp(&a.value_per_hour));
    out
}
