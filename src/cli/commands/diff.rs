//! `diff`: what does a change do to survival?

use std::path::Path;

use super::super::args::{DiffArgs, DiffFormat};
use super::super::exit::{Exit, Failure};
use super::super::load::{Loaded, load, load_at, locate};
use super::super::output::{Talk, terminal_width};
use super::{ask, mention_warnings, working};
use crate::analysis::diff;
use crate::render;
use crate::report::DiffReport;

pub(super) fn run(args: &DiffArgs, talk: &Talk) -> Result<Exit, Failure> {
    let (old, new) = both(args, talk)?;
    mention_warnings(&new, talk);
    let kept = args.kept.state.into();
    let as_of = ask::as_of(&args.as_of);
    let found = working(talk, "comparing", || diff(&old.system, &new.system, kept, as_of));
    let found = found.map_err(ask::too_many)?;
    let report = DiffReport::new(&old.system.model, &new.system.model, &found);
    let text = match args.format {
        DiffFormat::Text => {
            let to = args.output.as_deref();
            Talk::shown(render::diff(&report, talk.detail, terminal_width(to)), to)
        }
        DiffFormat::Json => render::json(&report),
        DiffFormat::Markdown => render::diff_markdown(&report),
    };
    talk.give(text.as_bytes(), args.output.as_deref())?;
    Ok(if args.deny && report.regressions > 0 { Exit::No } else { Exit::Ok })
}

fn both(args: &DiffArgs, talk: &Talk) -> Result<(Loaded, Loaded), Failure> {
    let named = |path: &Option<std::path::PathBuf>| path.as_deref().map(Path::to_owned);
    match &args.base {
        None => Ok((load(named(&args.old).as_deref(), talk)?, load(named(&args.new).as_deref(), talk)?)),
        Some(base) => {
            let model = locate(args.old.as_deref())?;
            let old = load_at(&model, base)?;
            let new = match &args.head {
                Some(head) => load_at(&model, head)?,
                None => load(Some(&model), talk)?,
            };
            Ok((old, new))
        }
    }
}
