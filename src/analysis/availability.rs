//! The probability that a capability has a state: by the fault tree, or where that grows too large by engine runs, exact if few enough.

use std::collections::BinaryHeap;

use super::{System, SystemTree};
use crate::engine::Worker;
use crate::faulttree::{Limits, Solver};
use crate::model::{ElementId, Failure, Kind, State};

/// So many events are failed in all engine runs for one capability: about a second's work.
const MOST_WORK: usize = 20_000_000;

/// Diagrams of a fault tree may take so much memory: enough for all that has an answer within seconds.
const MOST_BYTES: usize = 128 << 20;

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
/// independent. Once it is known to be at least `enough`, the bounds are not narrowed any further.
///
/// Events are decided one after the other (Shannon's expansion), likely branches first. A branch ends as soon as the
/// outcome no longer depends on the rest: when the state is had although all undecided events fail, or not had although
/// none does. When the budget of work is used up, what is undecided widens the bounds.
pub fn availability(
    system: &System,
    worker: &mut Worker<'_>,
    capability: ElementId,
    state: State,
    enough: f64,
) -> Bounds {
    by_tree(system, capability, state).unwrap_or_else(|| by_runs(system, worker, capability, state, enough))
}

/// Exact, by the system's fault tree; `None` where that grows too large.
fn by_tree(system: &System, capability: ElementId, state: State) -> Option<Bounds> {
    let tree = SystemTree::by_chance(system, &[capability], state).ok()?;
    let [top] = tree.tops[..] else { return None };
    let limits = Limits { memory: Some(MOST_BYTES), ..Limits::default() };
    let solver = Solver::for_probability(&tree.tree, &[top], limits);
    let fails = solver.probability(top);
    fails.is_exact().then_some(Bounds { lower: 1.0 - fails.upper, upper: 1.0 - fails.lower })
}

/// By engine runs within a budget.
fn by_runs(
    system: &System,
    worker: &mut Worker<'_>,
    capability: ElementId,
    state: State,
    enough: f64,
) -> Bounds {
    let chances = chances(system, capability);
    let mut has_state = |failed: &[Failure]| worker.outcome(failed).state(capability) >= state;
    let mut bounds = Bounds { lower: 0.0, upper: 1.0 };
    let mut work = 0;
    let mut branches = BinaryHeap::from([Branch { probability: 1.0, decided: 0, failed: Vec::new() }]);
    while let Some(Branch { probability, decided, failed }) = branches.pop() {
        if work > MOST_WORK || bounds.lower >= enough {
            break;
        }
        let rest = chances[decided..].iter().map(|(id, _)| Failure::for_good(*id));
        let worst: Vec<Failure> = failed.iter().copied().chain(rest).collect();
        work += worst.len() + failed.len() + 1;
        if has_state(&worst) {
            bounds.lower += probability;
        } else if !has_state(&failed) {
            bounds.upper -= probability;
        } else {
            // The two runs differ, so there is an event left to decide.
            let (id, works) = chances[decided];
            let with = failed.iter().copied().chain([Failure::for_good(id)]).collect();
            let of_both = [(works, failed), (1.0 - works, with)];
            branches.extend(of_both.into_iter().filter(|(chance, _)| *chance > 0.0).map(
                |(chance, failed)| Branch { probability: probability * chance, decided: decided + 1, failed },
            ));
        }
    }
    bounds
}

/// The events that can happen by chance and matter to a capability, in the model's order.
fn chances(system: &System, capability: ElementId) -> Vec<(ElementId, f64)> {
    // A region with `min_zones` depends on its zones' events without depending on the zones.
    let zones_of = |id: ElementId| match &system.model[id].kind {
        Kind::Region(region) if region.min_zones.is_some() => &region.zones[..],
        _ => &[],
    };
    let below = system.topology.all_dependencies(capability);
    let mut events: Vec<ElementId> =
        below.flat_map(|id| std::iter::once(id).chain(zones_of(id).iter().copied())).collect();
    events.sort_unstable();
    events.dedup();
    let by_chance = |id: ElementId| Some((id, system.model[id].availability.filter(|works| *works < 1.0)?));
    events.into_iter().filter_map(by_chance).collect()
}

/// The worlds in which these have failed and the other decided events have not.
#[derive(Debug, Clone, PartialEq)]
struct Branch {
    probability: f64,
    /// How many events are decided.
    decided: usize,
    failed: Vec<Failure>,
}

impl Eq for Branch {}

impl Ord for Branch {
    /// Likely ones first; ties have a fixed order.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let failed = |branch: &Self| branch.failed.iter().map(|failure| failure.what).collect::<Vec<_>>();
        (self.probability.total_cmp(&other.probability))
            .then_with(|| self.decided.cmp(&other.decided))
            .then_with(|| failed(self).cmp(&failed(other)))
    }
}

impl PartialOrd for Branch {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::model::Model;

    #[test]
    fn both_ways_give_the_same() {
        let mut sources = Sources::default();
        let text = "[provider.p]\navailability = 0.999\n[provider.p.region.r]\nzones = ['a', 'b', 'c']\nmin_zones = 2\n\
            [provider.q]\navailability = 0.99\n[service.s]\nplaced = ['p/r/*']\ninstance_availability = 0.9\nquorum = 2\n\
            wants = ['q']\n[service.t]\nneeds = [{ any = ['s', 'q'], after = '5m' }]\n[capability.c]\nneeds = ['t']\nwants = ['s']\n";
        sources.add("m.toml", text);
        let system = System::new(Model::read(&sources, "m").expect("it is a model"));
        let capability = system.model.find("capability:c").expect("it is there");
        for state in [State::Degraded, State::Up] {
            let exact = by_tree(&system, capability, state).expect("it is small");
            let engine = system.engine();
            let runs = by_runs(&system, &mut engine.worker(), capability, state, f64::INFINITY);
            assert!(runs.is_exact() && exact.is_exact());
            assert!(
                (runs.lower - exact.lower).abs() < 1e-12 && (0.9..1.0).contains(&exact.lower),
                "{exact:?}"
            );
        }
    }
}
