//! `survive`: which capability survives which scenario?

use super::super::args::SurviveArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::{Talk, width};
use super::{ask, give, mention_warnings};
use crate::analysis::survive;
use crate::render;
use crate::report::SurviveReport;

pub(super) fn run(args: &SurviveArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref())?;
    mention_warnings(&loaded, talk);
    let model = &loaded.system.model;
    let capabilities = ask::capabilities(model, &args.capabilities)?;
    let scenarios = ask::scenarios(model, &args.sweep, &args.fail)?;
    let answers = survive(&loaded.system, scenarios, &capabilities, ask::as_of(&args.as_of));
    let report = SurviveReport::new(model, &answers);
    give(&report, |report| render::survive(report, talk.detail, width()), &args.output, talk)?;
    let kept = args.kept.state.into();
    let falls = answers.iter().any(|answer| answer.capabilities.iter().any(|outcome| outcome.state < kept));
    Ok(if args.deny.deny && falls { Exit::No } else { Exit::Ok })
}
