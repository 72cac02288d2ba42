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
    /// By event, P₁ − P₀, if it was asked for; `None` where it is not known: see [`Solver::birnbaum`].
    pub birnbaum: Option<Vec<Option<f64>>>,
}

/// What more is asked than how probable a top is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question<'w> {
    /// How probable it would be with these chances of events.
    pub what_if: Option<&'w [f64]>,
    /// How much each event matters. Parts of a tree may be such that this takes much longer than the probability.
    pub importance: bool,
}

impl Default for Question<'_> {
    /// How much each event matters, with nothing supposed.
    fn default() -> Self {
        Self { what_if: None, importance: true }
    }
}

/// Asks a solver about a top. `chances` has each event's probability.
pub fn expected(solver: &Solver<'_>, top: Node, chances: &[f64], asked: Question<'_>) -> Expected {
    let fails = fails(solver, top);
    let birnbaum = asked.importance.then(|| solver.birnbaum(top));
    let without = |event: usize| {
        let mut without = chances.to_vec();
        without[event] = 0.0;
        solver.probability_with(top, &without).upper
    };
    let importance = birnbaum
        .as_ref()
        .map_or_else(Vec::new, |birnbaum| ranked(importance(fails.upper, chances, birnbaum, without)));
    let what_if = asked.what_if.map(|chances| solver.probability_with(top, chances));
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

/// How often a state is lost: see [`frequency`]. `None` where no event says how often it fails, a limit was hit, or importance was not
/// asked for, from which it follows.
pub fn outages(model: &Model, events: &[ElementId], of: &Expected) -> Option<Frequency> {
    frequency(model, events, of.birnbaum.as_ref()?).filter(|frequency| frequency.per_second > 0.0)
}

/// Whether some event's figure is a range from which samples are to be drawn: then a solver is asked many times.
pub fn is_sampled(model: &Model, events: &[ElementId], sampling: Sampling) -> bool {
    sampling.samples > 0 && events.iter().any(|event| is_uncertain(model, *event))
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
    if !is_sampled(model, events, sampling) || !tops.iter().all(|top| solver.probability(*top).is_exact()) {
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
