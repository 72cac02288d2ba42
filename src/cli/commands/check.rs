//! `check`: does every policy hold?

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::civil::Date;

use super::super::args::{CheckArgs, CheckFormat};
use super::super::exit::{Exit, Failure};
use super::super::load::{Loaded, load, repository};
use super::super::output::{Talk, terminal_width};
use super::{ask, working};
use crate::analysis::check;
use crate::model::{ElementId, Model};
use crate::render::{self, Detail};
use crate::report::{Baseline, CasesReport, CheckReport};

pub(super) fn run(args: &CheckArgs, talk: &Talk) -> Result<Exit, Failure> {
    #[cfg(feature = "watch")]
    if args.watch {
        let also = args.baseline.as_deref();
        return super::super::watch::on_every_save(args.model.model.as_deref(), also, talk, || {
            once(args, talk)
        });
    }
    once(args, talk)
}

fn once(args: &CheckArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref(), talk)?;
    let model = &loaded.system.model;
    let capabilities = ask::capabilities(model, &args.capabilities)?;
    // What cannot be read should fail before the work, not after it.
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    if !loaded.warnings.is_empty() && talk.detail != Detail::Quiet {
        talk.say(&render::warnings(&loaded.warnings, &loaded.sources, talk.detail));
    }
    let kept = args.kept.state.into();
    let as_of: Date = ask::as_of(&args.as_of);
    let checked = working(talk, "checking", || check(&loaded.system, &capabilities, kept, as_of));
    let checked = checked.map_err(ask::too_many)?;
    let mut report = CheckReport::new(model, &loaded.sources, &checked, kept);
    let left_out = left_out(model, &capabilities);
    let written = written_baseline(args, baseline.as_ref(), &mut report, &left_out);

    let write = |format: CheckFormat, to: Option<&Path>| {
        let text = written_as((format, to), &report, &loaded, &capabilities, talk.detail)?;
        talk.give(text.as_bytes(), to)
    };
    args.also.iter().try_for_each(|also| write(also.format, Some(&also.file)))?;
    write(args.format, args.output.as_deref())?;
    if let (Some(baseline), Some(file)) = (written, &args.write_baseline) {
        talk.give(render::baseline(&baseline).as_bytes(), Some(file))?;
    }
    Ok(if report.findings.iter().any(|finding| finding.is_denied() && !finding.is_open) {
        Exit::No
    } else if checked.is_incomplete() {
        Exit::Limit
    } else {
        Exit::Ok
    })
}

/// Holds the report against the baseline, and gives the one to write. Without one to start from all that is denied
/// now is written, and so known; with one the new file only ever shrinks.
fn written_baseline(
    args: &CheckArgs,
    baseline: Option<&Baseline>,
    report: &mut CheckReport,
    left_out: &BTreeSet<&str>,
) -> Option<Baseline> {
    let written = args.write_baseline.is_some();
    match baseline {
        Some(baseline) => {
            baseline.apply(report, left_out);
            written.then(|| baseline.still_found(report, left_out))
        }
        None => written.then(|| {
            let all = Baseline::of(report);
            all.apply(report, left_out);
            all
        }),
    }
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        let failure = Failure::new(format!("cannot read the baseline {shown}: {error}"));
        failure.hint(format!("write one with `linchpin check --write-baseline {shown}`"))
    })?;
    Baseline::read(&text).map_err(|error| {
        let failure = Failure::new(format!("the baseline {shown} is none, {error}"));
        failure.hint("it holds one JSON object a line; after a merge, look for conflict markers")
    })
}

/// The capabilities that are not looked at.
fn left_out<'m>(model: &'m Model, looked_at: &[ElementId]) -> BTreeSet<&'m str> {
    let others = model.capabilities().filter(|(id, ..)| looked_at.binary_search(id).is_err());
    others.map(|(_, element, _)| element.bare_name()).collect()
}

fn written_as(
    (format, to): (CheckFormat, Option<&Path>),
    report: &CheckReport,
    loaded: &Loaded,
    capabilities: &[ElementId],
    detail: Detail,
) -> Result<String, Failure> {
    Ok(match format {
        CheckFormat::Text => Talk::shown(render::check(report, detail, terminal_width(to)), to),
        CheckFormat::Json => render::json(report),
        CheckFormat::Sarif => render::sarif(report, &repository()),
        CheckFormat::Junit => {
            let cases = CasesReport::new(&loaded.system.model, capabilities, report);
            render::junit(&cases.map_err(ask::too_many)?)
        }
        CheckFormat::Github => render::github(report, &repository()),
        CheckFormat::Gitlab => render::gitlab(report, &repository()),
        CheckFormat::Markdown => render::markdown(report),
    })
}
