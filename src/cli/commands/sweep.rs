//! `sweep`: every set of N failures, or a part of them, or the parts put together.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use sha2::{Digest, Sha256};

use super::super::args::SetsArgs;
use super::super::exit::{Exit, Failure};
use super::super::limits::Stop;
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::super::progress::Progress;
use super::{ask, give, mention_warnings};
use crate::analysis::{Sets, Share, sweep_share};
use crate::diag::Sources;
use crate::model::{Class, State};
use crate::render;
use crate::report::{SweepReport, merged};

pub(super) fn run(args: &SetsArgs, talk: &Talk) -> Result<Exit, Failure> {
    if !args.merge.is_empty() {
        return finish(merge(&args.merge)?, args, talk);
    }
    let begun = Instant::now();
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let model = &loaded.system.model;
    let capabilities = ask::capabilities(model, &args.capabilities)?;
    let named: Vec<Class> = args.classes.iter().map(|class| class.0).collect();
    let classes = if named.is_empty() { &ask::DEFAULT_CLASSES[..] } else { &named };
    let asked = Sets { classes, failures: args.failures, capabilities: &capabilities };

    let stop = Stop::new(args.limit.into(), begun)?;
    let progress = Progress::new(talk, "sweeping");
    let goes_on = |done, all| {
        progress.at(done, all);
        !stop.is_late()
    };
    let swept = sweep_share(&loaded.system, &asked, args.shard.unwrap_or(Share::WHOLE), &goes_on)
        .map_err(|why| Failure::new(why.to_string()).hint("take fewer --class or fewer --failures"))?;
    drop(progress);

    let report = SweepReport::new(model, &asked, &swept);
    let report = match args.shard {
        Some(share) => report.of_share(&asked, share, &swept, digest(&loaded.sources)),
        None => report,
    };
    let exit = finish(report, args, talk)?;
    if !swept.is_complete() {
        stop.tell(talk);
    }
    loaded.leave();
    Ok(exit)
}

fn finish(report: SweepReport, args: &SetsArgs, talk: &Talk) -> Result<Exit, Failure> {
    let report = report.narrowed(args.only.map(State::from), args.top);
    let width = width_of(args.output.output.as_deref());
    give(&report, |report| render::sweep(report, talk.detail, width), &args.output, talk)?;
    let falls = match args.kept.state.into() {
        State::Up => report.totals.down + report.totals.degraded > 0,
        _ => report.totals.down > 0,
    };
    Ok(match (args.deny.deny && falls, report.complete) {
        (true, _) => Exit::No,
        (false, false) => Exit::Limit,
        (false, true) => Exit::Ok,
    })
}

/// The results of all parts as one.
fn merge(files: &[PathBuf]) -> Result<SweepReport, Failure> {
    let read = |file: &PathBuf| {
        let shown = file.display().to_string();
        let text = fs::read_to_string(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
        let part = serde_json::from_str(&text);
        let part =
            part.map_err(|error| format!("{shown} is no result of linchpin sweep in JSON: {error}"))?;
        Ok((shown, part))
    };
    let (mut parts, mut problems): (Vec<(String, SweepReport)>, Vec<String>) = (Vec::new(), Vec::new());
    for file in files {
        match read(file) {
            Ok(part) => parts.push(part),
            Err(problem) => problems.push(problem),
        }
    }
    let result = if problems.is_empty() { merged(parts).map_err(|bad| bad.0) } else { Err(problems) };
    result.map_err(|problems| {
        let failure = Failure::new(problems.join("\nerror: "));
        failure.hint("each machine sweeps one part, as with --shard 2/4 --format json -o part-2.json")
    })
}

/// Tells models apart by their texts, and versions of linchpin, which may have other catalogues.
fn digest(sources: &Sources) -> String {
    let mut digest = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
    for (_, source) in sources.iter() {
        digest.update((source.text.len() as u64).to_le_bytes());
        digest.update(&source.text);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
