//! `backups`: is there a valid backup of everything, and does it work?

use super::super::args::BackupsArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::{ask, give, mention_warnings, working};
use crate::analysis::backups;
use crate::render;
use crate::report::BackupsReport;

pub(super) fn run(args: &BackupsArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let as_of = ask::as_of(&args.as_of);
    let stores = working(talk, "trying backups", || backups(&loaded.system, as_of));
    let stores = stores.map_err(ask::too_many)?;
    let report = BackupsReport::new(&loaded.system.model, &stores, as_of);
    give(
        &report,
        |report| render::backups(report, talk.detail, width_of(args.output.output.as_deref())),
        &args.output,
        talk,
    )?;
    Ok(if args.deny && !report.all_work() { Exit::No } else { Exit::Ok })
}
