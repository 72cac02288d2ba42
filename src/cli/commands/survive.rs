//! `survive`: which capability survives which scenario?

use std::cell::Cell;
use std::time::Instant;

use super::super::args::{Format, SurviveArgs};
use super::super::exit::{Exit, Failure};
use super::super::limits::Stop;
use super::super::load::load;
use super::super::output::{Talk, terminal_width, width_of};
use super::super::progress::Progress;
use super::{ask, mention_warnings};
use crate::analysis::{MOST_SCENARIOS, MOST_SETS, Survivals};
use crate::model::{ElementId, State};
use crate::render::{self, Detail, Matrix, Timelines};
use crate::report::{ScenarioReport, SurviveStream};

pub(super) fn run(args: &SurviveArgs, talk: &Talk) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let model = &loaded.system.model;
    let capabilities: Vec<ElementId> = ask::capabilities(model, &args.asked.capabilities)?;
    // A table with a row for each has to be held.
    let is_held = args.output.format == Format::Text && talk.detail == Detail::Verbose;
    let most = if is_held { MOST_SCENARIOS } else { MOST_SETS.into() };
    let (all, scenarios) = ask::each_scenario(model, &args.sweep, &args.asked.fail, most)?;
    let stop = Stop::new(args.limit.into(), begun)?;

    let kept: State = args.asked.kept.state.into();
    let (n, falls) = (Cell::new(0_u64), Cell::new(false));
    let to = args.output.output.as_deref();
    // Where the result itself appears bit by bit, nothing else should.
    let is_seen = args.output.format == Format::Json && terminal_width(to).is_some();
    let progress = (!is_seen).then(|| Progress::new(talk, "failing each"));
    let survivals = Survivals::new(&loaded.system, scenarios, &capabilities, ask::as_of(&args.asked.as_of));
    let told = survivals.take_while(|_| !stop.is_late()).map(|(answer, circles)| {
        n.set(n.get() + 1);
        if let Some(progress) = &progress {
            progress.at(n.get(), u64::try_from(all).unwrap_or(u64::MAX));
        }
        falls.set(falls.get() || answer.capabilities.iter().any(|outcome| outcome.state < kept));
        ScenarioReport::told(model, &answer, circles.as_ref(), args.timeline.timeline)
    });
    // A reader who has seen enough is no limit.
    let is_complete = || u128::from(n.get()) == all || !stop.is_late();
    match args.output.format {
        Format::Json => {
            let report = SurviveStream::new(model, told, &is_complete);
            talk.stream(to, |out| render::json_to(&report, out))?;
            drop(report);
            drop(progress);
        }
        Format::Text => {
            let text = text(told, model.name(), model.channels().next().is_some(), args, talk);
            drop(progress);
            let incomplete = format!("incomplete: {} of {all} scenarios looked at\n", n.get());
            let text = if is_complete() { text } else { incomplete + &text };
            talk.give(Talk::shown(text, to).as_bytes(), to)?;
        }
    }
    if !is_complete() {
        stop.tell(talk);
    }
    let exit = match (args.asked.deny.deny && falls.get(), is_complete()) {
        (true, _) => Exit::No,
        (false, false) => Exit::Limit,
        (false, true) => Exit::Ok,
    };
    loaded.leave();
    Ok(exit)
}

fn text(
    scenarios: impl Iterator<Item = ScenarioReport>,
    model: &str,
    has_channels: bool,
    args: &SurviveArgs,
    talk: &Talk,
) -> String {
    let width = width_of(args.output.output.as_deref());
    if args.timeline.timeline {
        let mut timelines = Timelines::new(has_channels, talk.detail, (&args.timeline.bars).into(), width);
        scenarios.for_each(|scenario| timelines.add(&scenario));
        return timelines.text(model);
    }
    let mut matrix = Matrix::new(talk.detail);
    scenarios.for_each(|scenario| matrix.add(&scenario));
    matrix.text(model, has_channels, width)
}
