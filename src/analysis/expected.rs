//! How likely a state is lost, what matters most to that, and what would change it: exact, from the fault tree.

use super::importance::{Frequency, Importance, frequency, importance, ranked};
use super::uncertainty::{Sampling, Spread, Spreads, is_uncertain, spread};
use crate::faulttree::{Bounds, Node, Solver};
use crate::model::{ElementId, Model};

/// What is known of a top of a fault tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// How probable it is; not exact where a limit was hit.
    pub fails: Bounds,
    /// The same with other chances of some events, where these were given.
    pub what_if: Option<Bounds>,
    /// The most important event first, of those of which it is known.
    pub importance: Vec<Importance>,
    /// By event, P₁ − P₀; `None` where it is not known: see [`Solver::birnbaum`].
    pub birnbaum: Vec<Option<f64>>,
}

/// Asks a solver about a top. `chances` has each event's probability, `what_if` other ones.
pub fn expected(solver: &Solver<'_>, top: Node, chances: &[f64], what_if: Option<&[f64]>) -> Expected {
    let fails = fails(solver, top);
    let birnbaum = solver.birnbaum(top);
    let without = |event: usize| {
        let mut without = chances.to_vec();
        without[event] = 0.0;
        solver.probability_with(top, &without).upper
    };
    let importance = ranked(importance(fails.upper, chances, &birnbaum, without));
    let what_if = what_if.map(|chances| solver.probability_with(top, chances));
    Expected { fails, what_if, importance, birnbaum }
}

/// How probable a top is; bounds where a limit was hit.
pub fn fails(solver: &Solver<'_>, top: Node) -> Bounds {
    /// Where there are only bounds, cut sets of so many events narrow them.
    const ORDER: usize = 3;
    let mut fails = solver.probability(top);
    if !fails.is_exact() {
        let by_cuts = solver.probability_by(top, &solver.cuts(top, Some(ORDER)));
        fails.lower = fails.lower.max(by_cuts.lower);
        fails.upper = fails.upper.min(by_cuts.upper).max(fails.lower);
    }
    fails
}

/// How often a state is lost: see [`frequency`]. `None` where no event says how often it fails, or a limit was hit.
pub fn outages(model: &Model, events: &[ElementId], of: &Expected) -> Option<Frequency> {
    frequency(model, events, &of.birnbaum).filter(|frequency| frequency.per_second > 0.0)
}

/// How probable each top is when the figures that are ranges are drawn from these; `None` where no event's is, a limit was hit, or nobody
/// waits any more.
pub fn spreads(
    model: &Model,
    events: &[ElementId],
    solver: &Solver<'_>,
    tops: &[Node],
    sampling: Sampling,
    is_due: &(dyn Fn() -> bool + Sync),
) -> Option<Spreads> {
    let is_sampled = sampling.samples > 0 && events.iter().any(|event| is_uncertain(model, *event));
    if !is_sampled || !tops.iter().all(|top| solver.probability(*top).is_exact()) {
        return None;
    }
    spread(model, events, sampling, |chances| {
        let of_top = |top: &Node| solver.probability_with(*top, chances).upper;
        (!is_due()).then(|| tops.iter().map(of_top).collect())
    })
}

/// A spread of chances to fail, seen as availability.
pub fn works(fails: Spread) -> Spread {
    Spread {
        low: 1.0 - fails.high,
        median: 1.0 - fails.median,
        high: 1.0 - fails.low,
        mean: 1.0 - fails.mean,
    }
}
