//! `briefing`: the five questions on one page.

use super::super::args::{BriefingArgs, BriefingFormat};
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::{ask, mention_warnings, working};
use crate::analysis::briefing;
use crate::render;
use crate::report::BriefingReport;

pub(super) fn run(args: &BriefingArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let model = &loaded.system.model;
    let capabilities = ask::capabilities(model, &args.capabilities)?;
    let as_of = ask::as_of(&args.as_of);
    let found = working(talk, "answering", || briefing(&loaded.system, &capabilities, as_of));
    let found = found.map_err(ask::too_many)?;
    let report = BriefingReport::new(model, &found, as_of);
    let result = match args.format {
        BriefingFormat::Text => {
            let to = args.output.as_deref();
            Talk::shown(render::briefing(&report, talk.detail, width_of(to)), to)
        }
        BriefingFormat::Markdown => render::briefing_markdown(&report),
        BriefingFormat::Json => render::json(&report),
    };
    talk.give(result.as_bytes(), args.output.as_deref())?;
    Ok(Exit::Ok)
}
