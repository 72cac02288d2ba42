//! `report`: one self-contained HTML page.

use jiff::civil::Date;

use super::super::args::ReportArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::{Loaded, load};
use super::super::output::Talk;
use super::{ask, mention_warnings};
use crate::analysis::{briefing, check, declared, known_outages, replay, survive, sweep};
use crate::draw;
use crate::model::{Class, ElementId, State};
use crate::page::{Page, PageData, page};
use crate::report::{BriefingReport, CheckReport, ReplayReport, SurviveReport};

pub(super) fn run(args: &ReportArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref())?;
    mention_warnings(&loaded, talk);
    let text = build(&loaded, ask::as_of(&args.as_of), false)?;
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
    let parts = Page {
        data: &PageData::new(system, as_of),
        picture: &draw::svg(system, None, &draw::Options { live: true, ..draw::Options::default() }),
        check: &CheckReport::new(model, sources, &checked, kept),
        briefing: &BriefingReport::new(model, &questions, as_of),
        survive: &SurviveReport::new(model, &answers),
        over_time: &SurviveReport::new(model, &over_time).with_timelines(model, &over_time),
        replay: &ReplayReport::new(model, &replayed, false, kept),
        as_of: as_of.to_string(),
        served,
    };
    Ok(page(&parts))
}
