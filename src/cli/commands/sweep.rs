//! `sweep`: every set of N failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::super::args::SetsArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::super::progress::Progress;
use super::{ask, give, mention_warnings};
use crate::analysis::{Sets, sweep_sets, with_threads};
use crate::model::{Class, State, Time};
use crate::render;
use crate::report::SweepReport;

pub(super) fn run(args: &SetsArgs, talk: &Talk) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let loaded = load(args.model.model.as_deref())?;
    mention_warnings(&loaded, talk);
    let model = &loaded.system.model;
    let capabilities = ask::capabilities(model, &args.capabilities)?;
    let named: Vec<Class> = args.classes.iter().map(|class| class.0).collect();
    let classes = if named.is_empty() { &ask::DEFAULT_CLASSES[..] } else { &named };
    let asked = Sets { classes, failures: args.failures, capabilities: &capabilities };

    let ended = Arc::new(AtomicBool::new(false));
    let end = Arc::clone(&ended);
    ctrlc::set_handler(move || end.store(true, Ordering::SeqCst))
        .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))?;
    let limit = args.time_limit.and_then(Time::as_seconds).map(Duration::from_secs);
    let is_late = || limit.is_some_and(|limit| begun.elapsed() >= limit);
    let progress = Progress::new(talk);
    let goes_on = |done, all| {
        progress.at(done, all);
        !ended.load(Ordering::SeqCst) && !is_late()
    };
    let swept = with_threads(args.threads.map(usize::from), || sweep_sets(&loaded.system, &asked, &goes_on))
        .map_err(|why| Failure::new(format!("cannot start threads: {why}")))?
        .map_err(|why| Failure::new(why.to_string()).hint("take fewer --class or fewer --failures"))?;
    drop(progress);

    let only = args.only.map(State::from);
    let report = SweepReport::new(model, &asked, &swept, only, args.top);
    let width = width_of(args.output.output.as_deref());
    give(&report, |report| render::sweep(report, talk.detail, width), &args.output, talk)?;
    let falls = match args.kept.state.into() {
        State::Up => swept.counts.down + swept.counts.degraded > 0,
        _ => swept.counts.down > 0,
    };
    Ok(match (args.deny.deny && falls, swept.is_complete()) {
        (true, _) => Exit::No,
        (false, false) => Exit::Limit,
        (false, true) => Exit::Ok,
    })
}
