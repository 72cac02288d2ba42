//! `availability`: how much of the time, and what to make better first?

use std::time::Instant;

use super::super::args::AvailabilityArgs;
use super::super::exit::{Exit, Failure};
use super::super::limits::Stop;
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::super::progress::Progress;
use super::{ask, give, import, mention_warnings};
use crate::analysis::{
    Expected, Question, Sampling, System, SystemTree, expected, fails, is_sampled, spreads,
};
use crate::diag::nearest;
use crate::exchange::FaultTree;
use crate::faulttree::{Bounds, Solver};
use crate::model::{Class, ElementId, State};
use crate::render::{self, Detail};
use crate::report::AvailabilityOfAllReport;

pub(super) fn run(args: &AvailabilityArgs, talk: &Talk) -> Result<Exit, Failure> {
    let begun = Instant::now();
    if let Some((format, files, hours)) = args.trees.asked() {
        let found = import::fault_tree(format, files, hours)?;
        let stop = Stop::new(args.limits, begun)?;
        let (is_due, is_over) = (|| stop.is_due(), || stop.is_over());
        let progress = Progress::new(talk, "computing availability");
        mention_unknown(&found, talk);
        let (tree, nodes) = found.tree();
        let names: Vec<String> = found.events.iter().map(|event| event.name.clone()).collect();
        let place = |name: &str| names.iter().position(|known| known == name);
        let what_if = what_if(args, tree.probabilities(), place, &names)?;
        let tops: Vec<_> = found.tops.iter().map(|top| nodes[*top]).collect();
        let new = if args.no_importance { Solver::for_probability } else { Solver::new };
        let solver = new(&tree, &tops, stop.limits(&is_due, &is_over));
        let asked = Question { what_if: what_if.as_deref(), importance: !args.no_importance };
        let of = |top: &usize| {
            let answer = expected(&solver, nodes[*top], tree.probabilities(), asked);
            (found.gates[*top].name.clone(), answer)
        };
        let answers = found.tops.iter().map(of).collect();
        let report = AvailabilityOfAllReport::of_trees(&found.name, &names, answers, args.what_if.clone());
        drop(progress);
        return finish(report, args, &stop, true, talk);
    }
    let loaded = load(args.model.model.as_deref(), talk)?;
    let stop = Stop::new(args.limits, begun)?;
    let (is_due, is_over) = (|| stop.is_due(), || stop.is_over());
    mention_warnings(&loaded, talk);
    let system = &loaded.system;
    let model = &system.model;
    let capabilities = ask::capabilities(model, &args.capabilities)?;
    let kept: State = args.kept.state.into();
    let progress = Progress::new(talk, "computing availability");
    let tree = SystemTree::new(system, &capabilities, kept, &Class::ALL).map_err(ask::too_entangled)?;
    let chances = tree.tree.probabilities();
    for (name, _) in &args.what_if {
        ask::element(model, "--what-if", name)?;
    }
    // What the capabilities do not depend on is no event of theirs: supposing something of it changes nothing.
    let place = |name: &str| {
        let event = model.find(name).ok().and_then(|id| tree.events.binary_search(&id).ok());
        Some(event.unwrap_or(usize::MAX))
    };
    let what_if = what_if(args, chances, place, &[])?;
    let sampling = Sampling { samples: args.samples, seed: args.seed };
    // What is asked for many samples is worth diagrams.
    let asks_once = args.no_importance && !is_sampled(model, &tree.events, sampling);
    let new = if asks_once { Solver::for_probability } else { Solver::new };
    let solver = new(&tree.tree, &tree.tops, stop.limits(&is_due, &is_over));
    let asked = Question { what_if: what_if.as_deref(), importance: !args.no_importance };
    let answers: Vec<Expected> =
        tree.tops.iter().map(|top| expected(&solver, *top, chances, asked)).collect();
    let others = of_other_state(system, &capabilities, kept, &stop)?;
    let spreads = spreads(model, &tree.events, &solver, &tree.tops, sampling, &is_due);
    let report = AvailabilityOfAllReport::new(
        system,
        &tree,
        kept,
        &capabilities,
        &answers,
        &others,
        spreads.as_ref(),
        args.what_if.clone(),
    );
    drop(progress);
    let is_whole = spreads.is_none_or(|spreads| spreads.samples == args.samples);
    finish(report, args, &stop, is_whole, talk)
}

/// Says which events of a fault tree have no probability.
fn mention_unknown(found: &FaultTree, talk: &Talk) {
    const MOST: usize = 5;
    let unknown = found.events.iter().filter(|event| event.probability.is_none());
    let unknown: Vec<&str> = unknown.map(|event| event.name.as_str()).collect();
    if !unknown.is_empty() && talk.detail != Detail::Quiet {
        let names = render::lines::listed(&unknown, MOST, talk.detail);
        talk.say(&render::visible(&format!("without a probability, and so taken never to happen: {names}")));
    }
}

/// How probable it is that capabilities have not the state that is not asked about, as far as policies ask for it.
fn of_other_state(
    system: &System,
    capabilities: &[ElementId],
    kept: State,
    stop: &Stop,
) -> Result<Vec<(ElementId, Bounds)>, Failure> {
    let other = if kept == State::Up { State::Degraded } else { State::Up };
    let asks = |id: &ElementId| {
        let mut policies = system.model.policies.iter();
        policies.any(|policy| {
            policy.availability.is_some() && policy.state == other && policy.capabilities.contains(id)
        })
    };
    let asked: Vec<ElementId> = capabilities.iter().copied().filter(asks).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let tree = SystemTree::by_chance(system, &asked, other).map_err(ask::too_entangled)?;
    let (is_due, is_over) = (|| stop.is_due(), || stop.is_over());
    let solver = Solver::for_probability(&tree.tree, &tree.tops, stop.limits(&is_due, &is_over));
    Ok(asked.into_iter().zip(&tree.tops).map(|(id, top)| (id, fails(&solver, *top))).collect())
}

/// The chances with what is supposed, where something is. `place` gives an event's number, or one beyond all for what does not matter.
fn what_if(
    args: &AvailabilityArgs,
    chances: &[f64],
    place: impl Fn(&str) -> Option<usize>,
    names: &[String],
) -> Result<Option<Vec<f64>>, Failure> {
    if args.what_if.is_empty() {
        return Ok(None);
    }
    let mut supposed = chances.to_vec();
    for (name, works) in &args.what_if {
        let Some(place) = place(name) else {
            let failure = Failure::new(format!("--what-if: there is no event `{name}`"));
            return Err(match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure,
            });
        };
        if let Some(chance) = supposed.get_mut(place) {
            *chance = 1.0 - works;
        }
    }
    Ok(Some(supposed))
}

fn finish(
    mut report: AvailabilityOfAllReport,
    args: &AvailabilityArgs,
    stop: &Stop,
    is_whole: bool,
    talk: &Talk,
) -> Result<Exit, Failure> {
    // Importance that there was no time for is missing; what is too entangled is not known with any.
    report.complete &= is_whole && (report.knows_all_importance() || !stop.is_due());
    let width = width_of(args.output.output.as_deref());
    give(&report, |report| render::availability(report, talk.detail, width), &args.output, talk)?;
    if !report.complete {
        stop.tell(talk);
        return Ok(Exit::Limit);
    }
    Ok(if args.deny && report.misses_something() { Exit::No } else { Exit::Ok })
}
