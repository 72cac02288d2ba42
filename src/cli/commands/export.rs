//! `export`: a model's fault trees for other analysers.

use super::super::args::{ExportArgs, ExportFormat};
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::Talk;
use super::{ask, mention_warnings};
use crate::analysis::SystemTree;
use crate::exchange::BasicEvent;
use crate::exchange::openpsa::{Top, write};
use crate::model::Class;

pub(super) fn run(args: &ExportArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let system = &loaded.system;
    let model = &system.model;
    let capabilities = ask::capabilities(model, &args.capabilities)?;
    let tree = SystemTree::new(system, &capabilities, args.kept.state.into(), &Class::ALL)
        .map_err(ask::too_entangled)?;
    let event = |id: &crate::model::ElementId| BasicEvent {
        name: model[*id].name.clone(),
        probability: Some(1.0 - model[*id].availability.unwrap_or(1.0)),
    };
    let events: Vec<BasicEvent> = tree.events.iter().map(event).collect();
    let top = |(id, node): (&crate::model::ElementId, &crate::faulttree::Node)| Top {
        name: model[*id].bare_name().to_owned(),
        node: *node,
    };
    let tops: Vec<Top> = capabilities.iter().zip(&tree.tops).map(top).collect();
    let text = match args.format {
        ExportFormat::Openpsa => write(model.name(), &tree.tree, &events, &tops),
    };
    talk.give(text.as_bytes(), args.output.as_deref())?;
    Ok(Exit::Ok)
}
