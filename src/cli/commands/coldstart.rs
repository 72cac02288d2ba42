//! `coldstart`: can all this be started from zero, or come back after a scenario?

use super::super::args::{ColdstartArgs, Kept};
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::{ask, give, mention_warnings, working};
use crate::analysis::{Beginning, circles, cold_start};
use crate::render;
use crate::report::ColdstartReport;

pub(super) fn run(args: &ColdstartArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let system = &loaded.system;
    // Nothing here depends on the day; it is accepted because every question takes it.
    let _ = ask::as_of(&args.as_of);
    let report = match ask::one_scenario(&system.model, &args.fail)? {
        None => {
            let (found, started) =
                working(talk, "starting", || (circles(system, Beginning::Zero), cold_start(system)));
            ColdstartReport::from_zero(&system.model, &started, &found)
        }
        Some(asked) => {
            let fails = &asked.scenario.fails;
            let outcome = system.engine().worker().outcome(fails);
            let found = working(talk, "starting", || circles(system, Beginning::Failures(fails)));
            ColdstartReport::after(&system.model, &asked, &outcome, &found)
        }
    };
    give(
        &report,
        |report| render::coldstart(report, talk.detail, width_of(args.output.output.as_deref())),
        &args.output,
        talk,
    )?;
    let is_denied = !report.startable || (args.kept.state == Kept::Up && !report.circles.is_empty());
    Ok(if args.deny && is_denied { Exit::No } else { Exit::Ok })
}
