//! The small minimal cut sets of each capability: single failures, and pairs where these are not too many to try.

use rayon::prelude::*;

use super::check::SINGLE_POINT_CLASSES;
use super::{System, TooMany, sweep};
use crate::engine::Worker;
use crate::model::{ElementId, Failure, State};

/// More pairs than this are not tried.
const MOST_PAIRS: usize = 300_000;

/// Minimal cut sets of a few events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallCuts {
    /// All of so many events are known.
    pub order: usize,
    /// For each capability asked about, the smaller sets first.
    pub cuts: Vec<Vec<Vec<ElementId>>>,
}

/// The minimal cut sets of one and two events over zones, regions, providers, products, groups and services. With more
/// pairs than can be tried, those of one event. `kept` is the state that a cut set takes away.
///
/// # Errors
/// If even the single events are more than can be looked at.
pub fn small_cuts(system: &System, capabilities: &[ElementId], kept: State) -> Result<SmallCuts, TooMany> {
    let singles: Vec<ElementId> = sweep(&system.model, &SINGLE_POINT_CLASSES, 1)?
        .into_iter()
        .flat_map(|asked| asked.scenario.fails)
        .map(|failure| failure.what)
        .collect();
    let engine = system.engine();
    let taken = |worker: &mut Worker<'_>, failing: &[ElementId]| -> Vec<bool> {
        let fails: Vec<Failure> = failing.iter().map(|what| Failure::for_good(*what)).collect();
        let outcome = worker.outcome(&fails);
        capabilities.iter().map(|capability| outcome.state(*capability) < kept).collect()
    };
    let always = taken(&mut engine.worker(), &[]);
    let by_one: Vec<Vec<bool>> =
        singles.par_iter().map_init(|| engine.worker(), |worker, what| taken(worker, &[*what])).collect();

    let mut cuts: Vec<Vec<Vec<ElementId>>> = vec![Vec::new(); capabilities.len()];
    for (index, cuts) in cuts.iter_mut().enumerate() {
        if always[index] {
            // With nothing failed it is not had: the empty set is the one minimal cut.
            cuts.push(Vec::new());
            continue;
        }
        let alone = singles.iter().zip(&by_one).filter(|(_, taken)| taken[index]);
        cuts.extend(alone.map(|(what, _)| vec![*what]));
    }
    let n_pairs = singles.len() * singles.len().saturating_sub(1) / 2;
    let order = if n_pairs <= MOST_PAIRS { 2 } else { 1 };
    if order == 2 {
        let of_first = |worker: &mut Worker<'_>, first: usize| {
            let mut found: Vec<(usize, Vec<ElementId>)> = Vec::new();
            for second in first + 1..singles.len() {
                let open =
                    |index: &usize| !always[*index] && !by_one[first][*index] && !by_one[second][*index];
                let open: Vec<usize> = (0..capabilities.len()).filter(open).collect();
                if open.is_empty() {
                    continue;
                }
                let mut both = vec![singles[first], singles[second]];
                both.sort_unstable();
                let taken = taken(worker, &both);
                found.extend(
                    open.into_iter().filter(|index| taken[*index]).map(|index| (index, both.clone())),
                );
            }
            found
        };
        let found: Vec<Vec<(usize, Vec<ElementId>)>> =
            (0..singles.len()).into_par_iter().map_init(|| engine.worker(), of_first).collect();
        found.into_iter().flatten().for_each(|(index, cut)| cuts[index].push(cut));
    }
    for cuts in &mut cuts {
        cuts.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    }
    Ok(SmallCuts { order, cuts })
}
