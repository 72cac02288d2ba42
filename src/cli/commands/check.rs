//! `check`: does every policy hold?

use super::super::args::CheckArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::Talk;
use super::{ask, give};
use crate::analysis::{Finding, check};
use crate::render::{self, Detail};
use crate::report::CheckReport;

pub(super) fn run(args: &CheckArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref())?;
    let model = &loaded.system.model;
    if !loaded.warnings.is_empty() && talk.detail != Detail::Quiet {
        talk.say(&render::warnings(&loaded.warnings, &loaded.sources, talk.detail));
    }
    let capabilities = ask::capabilities(model, &args.capabilities)?;
    let kept = args.kept.state.into();
    let checked = check(&loaded.system, &capabilities, kept, ask::as_of(&args.as_of));
    let checked = checked.map_err(ask::too_many)?;
    let report = CheckReport::new(model, &loaded.sources, &checked, kept);
    give(&report, |report| render::check(report, talk.detail), &args.output, talk)?;
    let denied = |finding: &Finding| finding.is_denied() && !finding.is_open();
    Ok(if checked.findings.iter().any(denied) {
        Exit::No
    } else if checked.is_incomplete() {
        Exit::Limit
    } else {
        Exit::Ok
    })
}
