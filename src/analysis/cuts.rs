//! Minimal cut sets: the smallest combinations of failures that take a state away from a capability.

use num_bigint::BigUint;
use rayon::prelude::*;

use super::System;
use crate::engine::Worker;
use crate::faulttree::{Bounds, Cuts, Event, Node, Solver};
use crate::model::{ElementId, Failure, State};

/// Which of the minimal cut sets are to be listed. All are counted, up to the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Only those of at most so many events; larger ones are not even looked for.
    pub order: Option<usize>,
    /// Only so many, the most probable; among those that never happen by chance, the smallest.
    pub top: Option<usize>,
    /// None.
    pub count_only: bool,
    /// Where all are listed, they are sorted unless there are more than so many; `None`: than are sorted without taking long.
    pub sorted: Option<usize>,
}

/// The minimal cut sets of one capability.
#[derive(Debug)]
pub struct CutSets {
    /// All of them, up to the order, without being written out; where a limit was hit, up to a smaller one.
    pub cuts: Cuts,
    /// What the probability that one of all, known or not, happens lies between; said where a limit was hit.
    pub probability: Option<Bounds>,
    /// Those to be listed.
    pub listed: Listed,
    /// Whether the most probable were asked for, and stand in that order.
    pub by_chance: bool,
    /// Whether these are all that there are.
    pub is_complete: bool,
}

/// Minimal cut sets to be listed.
#[derive(Debug, Clone, PartialEq)]
pub enum Listed {
    /// These, in this order.
    These(Vec<Vec<Event>>),
    /// All, one after the other as [`Cuts::iter`] gives them: too many to be sorted.
    All,
}

/// Up to so many sets are sorted, the smallest first, where nobody says.
const MOST_SORTED: usize = 200_000;

/// The minimal cut sets of a top.
pub fn cut_sets(solver: &Solver<'_>, top: Node, wanted: Wanted, probabilities: &[f64]) -> CutSets {
    let cuts = solver.cuts(top, wanted.order);
    let count = cuts.count();
    let listed = match wanted {
        Wanted { count_only: true, .. } => Listed::These(Vec::new()),
        Wanted { top: Some(top), .. } => Listed::These(likely(&cuts, top, probabilities)),
        _ => {
            let sorted = wanted.sorted.unwrap_or(MOST_SORTED);
            if count > BigUint::from(sorted) { Listed::All } else { Listed::These(cuts.smallest(sorted)) }
        }
    };
    let listed_all = match &listed {
        Listed::All => true,
        Listed::These(sets) => count == BigUint::from(sets.len()),
    };
    // Larger ones than were looked for may exist, unless no set can be larger.
    let looked_everywhere = cuts.complete_to().is_none_or(|order| order >= probabilities.len());
    let is_complete = cuts.is_complete() && listed_all && looked_everywhere;
    let probability = (!cuts.is_complete()).then(|| solver.probability_by(top, &cuts));
    CutSets { cuts, probability, listed, by_chance: wanted.top.is_some(), is_complete }
}

/// The most probable sets. Where none of the rest can happen by chance, the smallest of these.
fn likely(cuts: &Cuts, n: usize, probabilities: &[f64]) -> Vec<Vec<Event>> {
    let mut sets: Vec<Vec<Event>> = cuts
        .most_probable(n, probabilities)
        .into_iter()
        .filter(|(probability, _)| *probability > 0.0)
        .map(|(_, set)| set)
        .collect();
    if sets.len() < n {
        let by_chance: std::collections::HashSet<Vec<Event>> = sets.iter().cloned().collect();
        // Those that happen by chance are passed over, so that as many more are asked for.
        let rest = cuts.smallest(n + sets.len()).into_iter().filter(|set| !by_chance.contains(set));
        let missing = n - sets.len();
        sets.extend(rest.take(missing));
    }
    sets
}

/// For each set of failures that stay, which of some capabilities fall below a state.
pub fn falls_with(
    system: &System,
    sets: &[Vec<ElementId>],
    capabilities: &[ElementId],
    kept: State,
) -> Vec<Vec<ElementId>> {
    let engine = system.engine();
    let one = |worker: &mut Worker<'_>, set: &Vec<ElementId>| {
        let fails: Vec<Failure> = set.iter().map(|what| Failure::for_good(*what)).collect();
        let outcome = worker.outcome(&fails);
        capabilities.iter().copied().filter(|id| outcome.state(*id) < kept).collect()
    };
    sets.par_iter().map_init(|| engine.worker(), one).collect()
}
