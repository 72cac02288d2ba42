//! The probability that a capability has a state, exact where that takes few enough engine runs.

use super::System;
use crate::engine::Worker;
use crate::model::{ElementId, Failure, State, Time};

/// So many engine runs are spent on one capability.
const MOST_RUNS: u32 = 200_000;

/// What a probability lies between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// At least this.
    pub lower: f64,
    /// At most this.
    pub upper: f64,
}

impl Bounds {
    /// Whether the two meet.
    pub fn is_exact(&self) -> bool {
        self.upper - self.lower <= 1e-12
    }
}

/// The probability that a capability's state is at least `state` when every event stays failed and events are
/// independent.
///
/// Events are decided one after the other (Shannon's expansion). A branch ends as soon as the outcome no longer
/// depends on the rest: when the state is had although all undecided events fail, or not had although none does. When
/// the budget of engine runs is used up, what is undecided widens the bounds.
pub fn availability(system: &System, worker: &mut Worker<'_>, capability: ElementId, state: State) -> Bounds {
    let chances: Vec<(ElementId, f64)> = system
        .topology
        .all_dependencies(capability)
        .flat_map(|id| std::iter::once(id).chain(zones_of(system, id)))
        .filter_map(|id| Some((id, system.model[id].availability.filter(|works| *works < 1.0)?)))
        .collect();
    let mut chances = chances;
    chances.sort_by_key(|(id, _)| *id);
    chances.dedup_by_key(|(id, _)| *id);
    let mut expansion = Expansion {
        worker,
        capability,
        state,
        chances: &chances,
        runs: 0,
        bounds: Bounds { lower: 0.0, upper: 1.0 },
    };
    expansion.expand(0, &mut Vec::new(), 1.0);
    expansion.bounds
}

/// A region with `min_zones` depends on its zones' events without depending on the zones.
fn zones_of(system: &System, id: ElementId) -> Vec<ElementId> {
    match &system.model[id].kind {
        crate::model::Kind::Region(region) if region.min_zones.is_some() => region.zones.clone(),
        _ => Vec::new(),
    }
}

struct Expansion<'a, 'f> {
    worker: &'a mut Worker<'f>,
    capability: ElementId,
    state: State,
    chances: &'a [(ElementId, f64)],
    runs: u32,
    bounds: Bounds,
}

impl Expansion<'_, '_> {
    /// Follows the branch in which `failed` have failed and the other events before `decided` have not.
    fn expand(&mut self, decided: usize, failed: &mut Vec<Failure>, probability: f64) {
        if probability == 0.0 || self.runs >= MOST_RUNS {
            return;
        }
        let rest = self.chances[decided..].iter().map(|(id, _)| stays_failed(*id));
        let worst: Vec<Failure> = failed.iter().copied().chain(rest).collect();
        if self.has_state(&worst) {
            self.bounds.lower += probability;
        } else if !self.has_state(failed) {
            self.bounds.upper -= probability;
        } else {
            let (id, works) = self.chances[decided];
            self.expand(decided + 1, failed, probability * works);
            failed.push(stays_failed(id));
            self.expand(decided + 1, failed, probability * (1.0 - works));
            failed.pop();
        }
    }

    fn has_state(&mut self, failed: &[Failure]) -> bool {
        self.runs += 1;
        self.worker.outcome(failed).state(self.capability) >= self.state
    }
}

fn stays_failed(what: ElementId) -> Failure {
    Failure { what, lasts: Time::NEVER, destroys: false }
}
