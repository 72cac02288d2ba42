//! The small minimal cut sets of each capability, of one event and of two: by the fault tree, or where that grows too large those of one
//! event by trying.

use rayon::prelude::*;

use super::check::SINGLE_POINT_CLASSES;
use super::{System, SystemTree, TooMany, falls_with, sweep};
use crate::faulttree::{Cuts, Event, Limits, Solver};
use crate::model::{ElementId, State};

/// Sets of more events are not looked for.
const ORDER: usize = 2;

/// Of more sets than these of a capability only those of one event are told.
const MOST_SETS: u32 = 300_000;

/// Diagrams of the fault tree may take so much memory.
const MOST_BYTES: usize = 256 << 20;

/// Minimal cut sets of a few events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallCuts {
    /// All of so many events are known.
    pub order: usize,
    /// For each capability asked about, the smaller sets first.
    pub cuts: Vec<Vec<Vec<ElementId>>>,
}

/// The minimal cut sets of one and two events over zones, regions, providers, products, groups and services; those of one event where
/// there are too many. `kept` is the state that a cut set takes away.
///
/// # Errors
/// If even the single events are more than can be looked at.
pub fn small_cuts(system: &System, capabilities: &[ElementId], kept: State) -> Result<SmallCuts, TooMany> {
    match by_tree(system, capabilities, kept) {
        Some(found) => Ok(found),
        None => by_trying(system, capabilities, kept),
    }
}

/// `None` where the tree, or what it takes to solve it, is too large.
fn by_tree(system: &System, capabilities: &[ElementId], kept: State) -> Option<SmallCuts> {
    let tree = SystemTree::new(system, capabilities, kept, &SINGLE_POINT_CLASSES).ok()?;
    let limits = Limits { memory: Some(MOST_BYTES), ..Limits::default() };
    let solver = Solver::new(&tree.tree, &tree.tops, limits);
    let found: Vec<_> = tree.tops.iter().map(|top| solver.cuts(*top, Some(ORDER))).collect();
    let known = found.iter().filter_map(Cuts::complete_to).min().unwrap_or(ORDER);
    let is_too_much = found.iter().any(|cuts| cuts.count() > MOST_SETS.into());
    let order = if is_too_much { known.min(1) } else { known };
    let elements = |set: Vec<Event>| set.iter().map(|event| tree.events[event.index()]).collect();
    let sorted = |cuts| {
        let mut cuts: Vec<Vec<ElementId>> = cuts;
        cuts.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        cuts
    };
    let of_order = |set: &Vec<Event>| set.len() <= order;
    let cuts =
        found.iter().map(|cuts| sorted(cuts.iter().filter(of_order).map(elements).collect())).collect();
    (order > 0).then_some(SmallCuts { order, cuts })
}

/// Of one event, or of none.
fn by_trying(system: &System, capabilities: &[ElementId], kept: State) -> Result<SmallCuts, TooMany> {
    let singles = sweep(&system.model, &SINGLE_POINT_CLASSES, 1)?.into_iter();
    let mut sets: Vec<Vec<ElementId>> =
        singles.map(|asked| asked.scenario.fails.iter().map(|failure| failure.what).collect()).collect();
    sets.sort_unstable();
    // Where nothing needs to fail, nothing else is minimal.
    let always = falls_with(system, &[Vec::new()], capabilities, kept).swap_remove(0);
    let falls = falls_with(system, &sets, capabilities, kept);
    let of = |capability: &ElementId| -> Vec<Vec<ElementId>> {
        if always.contains(capability) {
            return vec![Vec::new()];
        }
        let own = sets.iter().zip(&falls).filter(|(_, falls)| falls.contains(capability));
        own.map(|(set, _)| set.clone()).collect()
    };
    Ok(SmallCuts { order: 1, cuts: capabilities.par_iter().map(of).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::model::Model;

    #[test]
    fn both_ways_find_the_same_single_points() {
        let mut sources = Sources::default();
        let text = "[provider.p.region.r]\nzones = ['a', 'b']\n[provider.q]\n[group.g]\nmembers = ['s']\n[service.s]\nplaced = ['p/r/*']\n\
            [capability.c]\nneeds = ['s']\n[capability.d]\nneeds = [{ any = ['s', 'q'] }]\n\
            [capability.never]\nneeds = [{ at_least = 2, of = ['s', 'q'] }]\n";
        sources.add("m.toml", text);
        let model = Model::read(&sources, "m").unwrap_or_else(|problems| panic!("{problems:?}"));
        let system = System::new(model);
        let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
        for kept in [State::Degraded, State::Up] {
            let exact = by_tree(&system, &capabilities, kept).expect("it is small");
            let tried = by_trying(&system, &capabilities, kept).expect("few");
            assert_eq!((exact.order, tried.order), (2, 1));
            assert!(exact.cuts[1].iter().any(|cut| cut.len() == 2));
            for (exact, tried) in exact.cuts.iter().zip(&tried.cuts) {
                assert!(exact.iter().filter(|cut| cut.len() < 2).eq(tried), "{exact:?} {tried:?}");
            }
        }
    }
}
