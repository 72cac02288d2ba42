//! `outages`: the library of real outages.

use super::super::args::replay::OutagesArgs;
use super::super::exit::{Exit, Failure};
use super::super::output::{Talk, width_of};
use super::{give, replay};
use crate::library;
use crate::model::Outage;
use crate::render;
use crate::report::OutagesReport;

pub(super) fn run(args: &OutagesArgs, talk: &Talk) -> Result<Exit, Failure> {
    let outages = match &args.id {
        None => Outage::all_built_in(),
        Some(id) => {
            let known = library::OUTAGES.iter().map(|entry| entry.name);
            vec![Outage::built_in(id).ok_or_else(|| replay::unknown(id, known))?]
        }
    };
    let report = OutagesReport::new(&outages);
    give(
        &report,
        |report| render::outages(report, args.id.is_some(), width_of(args.output.output.as_deref())),
        &args.output,
        talk,
    )?;
    Ok(Exit::Ok)
}
