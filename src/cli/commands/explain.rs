//! `explain`: why is a capability as it is?

use super::super::args::ExplainArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::{Talk, width_of};
use super::{ask, give, mention_warnings, working};
use crate::analysis::explain;
use crate::render;
use crate::report::ExplainReport;

pub(super) fn run(args: &ExplainArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let model = &loaded.system.model;
    let capabilities = ask::capabilities(model, &args.asked.capabilities)?;
    let asked = ask::one_scenario(model, &args.asked.fail)?.ok_or_else(|| {
        Failure::new("nothing to explain").hint("say what fails, with --fail REF or --scenario NAME")
    })?;
    let as_of = ask::as_of(&args.asked.as_of);
    let explained = working(talk, "explaining", || explain(&loaded.system, asked, &capabilities, as_of));
    let report = ExplainReport::new(model, &explained);
    let bars = (&args.bars).into();
    give(
        &report,
        |report| render::explain(report, bars, width_of(args.output.output.as_deref())),
        &args.output,
        talk,
    )?;
    let kept = args.asked.kept.state.into();
    let falls = explained.answer.capabilities.iter().any(|outcome| outcome.state < kept);
    Ok(if args.asked.deny.deny && falls { Exit::No } else { Exit::Ok })
}
