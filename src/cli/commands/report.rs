//! `report`: one self-contained HTML page.

use jiff::civil::Date;

use super::super::args::ReportArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::{Loaded, load};
use super::super::output::Talk;
use super::{ask, mention_warnings};
use crate::analysis::{check, survive, sweep};
use crate::draw;
use crate::model::{ElementId, State};
use crate::page::{Page, PageData, page};
use crate::report::{CheckReport, SurviveReport};

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
    let parts = Page {
        data: &PageData::new(system, as_of),
        picture: &draw::svg(system, None, &draw::Options { live: true, ..draw::Options::default() }),
        check: &CheckReport::new(model, sources, &checked, kept),
        survive: &SurviveReport::new(model, &answers),
        as_of: as_of.to_string(),
        served,
    };
    Ok(page(&parts))
}
