//! `report`: one self-contained HTML page.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::civil::Date;

use super::super::args::ReportArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::{Loaded, load};
use super::super::output::Talk;
use super::{ask, mention_warnings, working};
use crate::analysis::{
    CutSets, Question, SINGLE_POINT_CLASSES, System, SystemTree, Wanted, briefing, check, cut_sets, declared,
    expected, known_outages, replay, survive, sweep,
};
use crate::draw;
use crate::faulttree::{Limits, Solver};
use crate::model::{Class, ElementId, State};
use crate::page::{Page, PageData, page};
use crate::report::{
    AvailabilityOfAllReport, BriefingReport, CheckReport, CutsReport, More, ReplayReport, SurviveReport,
};

/// Diagrams of cut sets may take so much memory: a limit that does not depend on how fast the machine is.
const MOST_MEMORY: usize = 128 << 20;

/// So many cut sets of a capability are told by their shapes.
const MOST_SHAPED: usize = 2_000;
/// The work on availability is asked so often whether it may go on: some seconds' worth, on any machine the same.
const MOST_ASKED: u32 = 4_000;

pub(super) fn run(args: &ReportArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let text = working(talk, "writing the report", || build(&loaded, ask::as_of(&args.as_of), false))?;
    talk.give(text.as_bytes(), args.output.as_deref())?;
    Ok(Exit::Ok)
}

/// The page of a model.
pub(super) fn build(loaded: &Loaded, as_of: Date, served: bool) -> Result<String, Failure> {
    let Loaded { system, sources, .. } = loaded;
    let model = &system.model;
    let capabilities: Vec<ElementId> = model.capabilities().map(|(id, ..)| id).collect();
    let kept = State::Degraded;
    let checked = check(system, &capabilities, kept, as_of).map_err(ask::too_many)?;
    let scenarios = sweep(model, &ask::DEFAULT_CLASSES, 1).map_err(ask::too_many)?;
    let answers = survive(system, &scenarios, &capabilities, as_of);
    let mut placed: Vec<_> = model.scenarios.iter().map(declared).collect();
    placed.extend(sweep(model, &[Class::Zone, Class::Region, Class::Provider], 1).map_err(ask::too_many)?);
    let over_time = survive(system, &placed, &capabilities, as_of);
    let questions = briefing(system, &capabilities, as_of).map_err(ask::too_many)?;
    let replayed = replay(system, known_outages(model), false, &capabilities, as_of);
    let tree = cuts_tree(system, &capabilities, kept);
    let sets = tree.as_ref().map(cut_sets_of).unwrap_or_default();
    let cuts = tree
        .as_ref()
        .map(|tree| CutsReport::new(system, tree, kept, &capabilities, &sets, More::Shapes(MOST_SHAPED)));
    let availability = availability_of(system, &capabilities, kept);
    let parts = Page {
        data: &PageData::new(system, as_of),
        picture: &draw::svg(system, None, &draw::Options { live: true, ..draw::Options::default() }),
        check: &CheckReport::new(model, sources, &checked, kept),
        briefing: &BriefingReport::new(model, &questions, as_of),
        survive: &SurviveReport::new(model, &answers),
        cuts: cuts.as_ref(),
        availability: availability.as_ref(),
        over_time: &SurviveReport::new(model, &over_time).with_timelines(model, &over_time),
        replay: &ReplayReport::new(model, &replayed, false, kept),
        as_of: as_of.to_string(),
        served,
    };
    Ok(page(&parts))
}

/// Of what takes a capability away; `None` where the model is too entangled.
fn cuts_tree(system: &System, capabilities: &[ElementId], kept: State) -> Option<SystemTree> {
    SystemTree::new(system, capabilities, kept, &SINGLE_POINT_CLASSES).ok()
}

/// The cut sets of up to two events, by capability.
fn cut_sets_of(tree: &SystemTree) -> Vec<CutSets> {
    let SystemTree { tree, tops, .. } = tree;
    let solver = Solver::new(tree, tops, Limits { memory: Some(MOST_MEMORY), ..Limits::default() });
    let wanted = Wanted { order: Some(2), ..Wanted::default() };
    tops.iter().map(|top| cut_sets(&solver, *top, wanted, tree.probabilities())).collect()
}

/// How much of the time each capability has the state, and what matters for it; `None` where the model is too entangled.
fn availability_of(
    system: &System,
    capabilities: &[ElementId],
    kept: State,
) -> Option<AvailabilityOfAllReport> {
    let tree = SystemTree::new(system, capabilities, kept, &Class::ALL).ok()?;
    let asked = AtomicU32::new(0);
    let stop = || asked.fetch_add(1, Ordering::Relaxed) >= MOST_ASKED;
    let chances = tree.tree.probabilities();
    let solver = Solver::new(
        &tree.tree,
        &tree.tops,
        Limits { memory: Some(MOST_MEMORY), stop: Some(&stop), ..Limits::default() },
    );
    let answers: Vec<_> =
        tree.tops.iter().map(|top| expected(&solver, *top, chances, Question::default())).collect();
    Some(AvailabilityOfAllReport::new(system, &tree, kept, capabilities, &answers, &[], None, Vec::new()))
}
