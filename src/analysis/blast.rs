//! What falls with an element, and how much value stands on each provider.

use super::many::{Question, answers};
use super::{Asked, System};
use crate::compile::ConditionId;
use crate::engine::{Block, Lanes, Outcome};
use crate::model::{ElementId, Failure, Kind, State};

/// What falls in one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Blast {
    /// The scenario: usually one element that fails.
    pub asked: Asked,
    /// Every capability asked about with its state, in order.
    pub capabilities: Vec<(ElementId, State)>,
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
pub fn blast(system: &System, scenarios: &[Asked], capabilities: &[ElementId]) -> Vec<Blast> {
    let engine = system.engine();
    let undisturbed = engine.worker().outcome(&[]);
    let always_down = system.model.elements().filter(|(id, _)| undisturbed.state(*id) == State::Down).count();
    let falling = Falling { system, capabilities, always_down, undisturbed };
    let mut blasts = answers(system, &engine, &falling, scenarios);
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
    always_down: usize,
    undisturbed: Outcome,
}

impl Falling<'_> {
    fn blast(&self, asked: &Asked, newly_down: usize, state: impl Fn(ElementId) -> State) -> Blast {
        let states: Vec<_> = self.capabilities.iter().map(|id| (*id, state(*id))).collect();
        let count = |wanted: State| states.iter().filter(|(_, state)| *state == wanted).count();
        let lost = states.iter().filter(|(_, state)| *state == State::Down);
        Blast {
            down: count(State::Down),
            degraded: count(State::Degraded),
            value_per_hour: lost.fold(0.0, |sum, (id, _)| sum + value_per_hour(self.system, *id)),
            elements_down: self.always_down + newly_down,
            capabilities: states,
            asked: asked.clone(),
        }
    }
}

impl Question for Falling<'_> {
    type Answer = Blast;

    fn of_outcome(&self, asked: &Asked, outcome: &Outcome) -> Blast {
        self.blast(asked, outcome.newly_down(), |id| outcome.state(id))
    }

    fn of_block(&self, asked: &[&Asked], block: &Block<'_>) -> Vec<Option<Blast>> {
        let mut newly_down = vec![0; asked.len()];
        let works = |id: &ElementId| self.undisturbed.state(*id) != State::Down;
        for id in self.system.model.elements().map(|(id, _)| id).filter(works) {
            for lane in (!block.holds(ConditionId::ok(id)) & Lanes::first(asked.len())).iter() {
                newly_down[lane] += 1;
            }
        }
        let one = |(lane, asked): (usize, &&Asked)| {
            let holds = |id| block.holds(id).has(lane);
            let state = |id| match (holds(ConditionId::ok(id)), holds(ConditionId::full(id))) {
                (_, true) => State::Up,
                (true, false) => State::Degraded,
                (false, false) => State::Down,
            };
            (!block.untold().has(lane)).then(|| self.blast(asked, newly_down[lane], state))
        };
        asked.iter().enumerate().map(one).collect()
    }

    fn conditions(&self) -> Option<Vec<ConditionId>> {
        let all = self.system.model.elements().map(|(id, _)| id);
        Some(all.flat_map(|id| [ConditionId::ok(id), ConditionId::full(id)]).collect())
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
