//! `cuts`: what must fail together?

use std::time::Instant;

use super::super::args::{CutsArgs, Format};
use super::super::exit::{Exit, Failure};
use super::super::limits::Stop;
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::super::progress::Progress;
use super::{ask, import, mention_warnings};
use crate::analysis::{CutSets, SystemTree, Wanted, cut_sets};
use crate::faulttree::{Node, Solver, Tree};
use crate::model::{Class, State};
use crate::render::{self, Detail};
use crate::report::{CutsReport, More};

/// Of so many sets, the smallest, those of the same shape are told as one.
const SHAPED: usize = 150;

pub(super) fn run(args: &CutsArgs, talk: &Talk) -> Result<Exit, Failure> {
    let begun = Instant::now();
    if let Some((format, files, hours)) = args.trees.asked() {
        let found = import::fault_tree(format, files, hours)?;
        let stop = Stop::new(args.limits, begun)?;
        let progress = Progress::new(talk, "looking for cut sets");
        let (tree, nodes) = found.tree();
        let names: Vec<String> = found.tops.iter().map(|top| found.gates[*top].name.clone()).collect();
        let tops: Vec<Node> = found.tops.iter().map(|top| nodes[*top]).collect();
        let sets = solve(&tree, &tops, args, None, &stop);
        let events = found.events.into_iter().map(|event| event.name).collect();
        let report =
            CutsReport::of_trees(&found.name, events, tree.probabilities(), names.into_iter().zip(&sets));
        drop(progress);
        return finish(&report, args, &stop, talk);
    }
    let loaded = load(args.model.model.as_deref(), talk)?;
    let stop = Stop::new(args.limits, begun)?;
    mention_warnings(&loaded, talk);
    let system = &loaded.system;
    let capabilities = ask::capabilities(&system.model, &args.capabilities)?;
    let named: Vec<Class> = args.classes.iter().map(|class| class.0).collect();
    let classes = if named.is_empty() { &Class::ALL[..] } else { &named };
    let kept: State = args.kept.state.into();
    let progress = Progress::new(talk, "looking for cut sets");
    let system_tree = SystemTree::new(system, &capabilities, kept, classes).map_err(ask::too_entangled)?;
    // A picture of all, or every set with what else falls.
    let (more, sorted) = match (args.output.format, talk.detail) {
        (Format::Text, Detail::Normal | Detail::Quiet) if args.top.is_none() => {
            (More::Shapes(SHAPED), Some(SHAPED))
        }
        _ => (More::Also(2_000), None),
    };
    let sets = solve(&system_tree.tree, &system_tree.tops, args, sorted, &stop);
    let report = CutsReport::new(system, &system_tree, kept, &capabilities, &sets, more);
    drop(progress);
    finish(&report, args, &stop, talk)
}

fn solve(tree: &Tree, tops: &[Node], args: &CutsArgs, sorted: Option<usize>, stop: &Stop) -> Vec<CutSets> {
    let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let (order, top) = (args.order.map(size), args.top.map(size));
    let wanted = Wanted { order, top, count_only: args.count, sorted };
    let (is_due, is_over) = (|| stop.is_due(), || stop.is_over());
    let solver = Solver::new(tree, tops, stop.limits(&is_due, &is_over));
    tops.iter().map(|top| cut_sets(&solver, *top, wanted, tree.probabilities())).collect()
}

fn finish(report: &CutsReport<'_>, args: &CutsArgs, stop: &Stop, talk: &Talk) -> Result<Exit, Failure> {
    let to = args.output.output.as_deref();
    talk.stream(to, |out| match args.output.format {
        Format::Text => render::cuts(report, talk.detail, width_of(to), out),
        Format::Json => render::json_to(report, out),
    })?;
    if !report.is_whole() {
        stop.tell(talk);
        return Ok(Exit::Limit);
    }
    let has_single_point =
        report.capabilities.iter().any(|(_, of)| of.margin.is_some_and(|margin| margin <= 1));
    Ok(if args.deny && has_single_point { Exit::No } else { Exit::Ok })
}
