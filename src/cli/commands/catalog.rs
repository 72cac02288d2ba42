//! `catalog`: the facts about providers that are built in.

use super::super::args::replay::CatalogArgs;
use super::super::exit::{Exit, Failure};
use super::super::output::{Talk, width_of};
use super::give;
use crate::diag::Sources;
use crate::library;
use crate::model::{nearest_catalog, read_built_in};
use crate::render;
use crate::report::CatalogsReport;

pub(super) fn run(args: &CatalogArgs, talk: &Talk) -> Result<Exit, Failure> {
    let entries = match &args.name {
        None => library::CATALOGS.iter().collect(),
        Some(name) => vec![library::catalog(name).ok_or_else(|| unknown(name))?],
    };
    let mut catalogs = Vec::new();
    for entry in entries {
        let declared =
            read_built_in(entry).map_err(|problems| Failure::Model(problems, Box::<Sources>::default()))?;
        catalogs.push((entry.name, declared));
    }
    let report = CatalogsReport::new(&catalogs);
    give(
        &report,
        |report| render::catalogs(report, args.name.is_some(), width_of(args.output.output.as_deref())),
        &args.output,
        talk,
    )?;
    Ok(Exit::Ok)
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::new(format!("there is no catalogue `{name}`"));
    failure.hint(match nearest_catalog(name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`linchpin catalog` lists them".to_owned(),
    })
}
