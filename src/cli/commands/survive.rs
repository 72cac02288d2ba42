//! `survive`: which capability survives which scenario?

use super::super::args::SurviveArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::{ask, give, mention_warnings};
use crate::analysis::{stuck, survive};
use crate::render;
use crate::report::SurviveReport;

pub(super) fn run(args: &SurviveArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref())?;
    mention_warnings(&loaded, talk);
    let model = &loaded.system.model;
    let capabilities = ask::capabilities(model, &args.capabilities)?;
    let scenarios = ask::scenarios(model, &args.sweep, &args.fail)?;
    let answers = survive(&loaded.system, &scenarios, &capabilities, ask::as_of(&args.as_of));
    let stuck = stuck(&loaded.system, &answers);
    let mut report = SurviveReport::new(model, &answers).with_circles(model, |place| stuck.of(place));
    if args.timeline.timeline {
        report = report.with_timelines(model, &answers);
    }
    let bars = (&args.timeline.bars).into();
    let text = |report: &SurviveReport| match args.timeline.timeline {
        true => render::survive_timeline(report, talk.detail, bars, width_of(args.output.output.as_deref())),
        false => render::survive(report, talk.detail, width_of(args.output.output.as_deref())),
    };
    give(&report, text, &args.output, talk)?;
    let kept = args.kept.state.into();
    let falls = answers.iter().any(|answer| answer.capabilities.iter().any(|outcome| outcome.state < kept));
    Ok(if args.deny.deny && falls { Exit::No } else { Exit::Ok })
}
