//! `blast`: what falls with what?

use super::super::args::BlastArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::{ask, give, mention_warnings, working};
use crate::analysis::{blast, concentration};
use crate::render;
use crate::report::BlastReport;

pub(super) fn run(args: &BlastArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let model = &loaded.system.model;
    let capabilities = ask::capabilities(model, &args.asked.capabilities)?;
    let scenarios = ask::scenarios(model, &args.sweep, &args.asked.fail)?;
    // What falls does not depend on the day; it is accepted because every question takes it.
    let _ = ask::as_of(&args.asked.as_of);
    let blasts = working(talk, "failing each", || blast(&loaded.system, scenarios, &capabilities));
    // How much stands on each provider belongs to the ranking, not to a scenario of one's own.
    let is_ranking =
        args.asked.fail.fail.is_empty() && args.asked.fail.scenario.is_none() && args.sweep.failures == 1;
    let concentration = if is_ranking { concentration(&loaded.system) } else { Vec::new() };
    let report = BlastReport::new(model, &blasts, &concentration);
    give(
        &report,
        |report| render::blast(report, talk.detail, width_of(args.output.output.as_deref())),
        &args.output,
        talk,
    )?;
    let kept = args.asked.kept.state.into();
    let falls = blasts.iter().any(|blast| blast.capabilities.iter().any(|(_, state)| *state < kept));
    loaded.leave();
    Ok(if args.asked.deny.deny && falls { Exit::No } else { Exit::Ok })
}
