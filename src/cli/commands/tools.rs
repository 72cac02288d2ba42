//! `schema`, `completions`, `man`: what other tools need to know, all from one definition each.

use std::fs;

use super::super::args::{CompletionsArgs, ManArgs, SchemaArgs};
use super::super::definition;
use super::super::exit::{Exit, Failure};
use super::super::output::Talk;
use crate::diag::nearest;
use crate::render;

pub(super) fn schema(args: &SchemaArgs) -> Result<Exit, Failure> {
    let text = render::json(&crate::model::schema());
    Talk::give_binary(text.as_bytes(), args.output.as_deref())?;
    Ok(Exit::Ok)
}

pub(super) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition(), "linchpin", &mut script);
    Talk::give_binary(&script, args.output.as_deref())?;
    Ok(Exit::Ok)
}

pub(super) fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let pages = pages()?;
    if let Some(directory) = &args.all {
        let cannot =
            |error: std::io::Error| Failure::new(format!("cannot write {}: {error}", directory.display()));
        fs::create_dir_all(directory).map_err(cannot)?;
        for (name, page) in &pages {
            Talk::give_binary(page, Some(&directory.join(format!("{name}.1"))))?;
        }
        return Ok(Exit::Ok);
    }
    let wanted =
        args.command.as_ref().map_or_else(|| "linchpin".to_owned(), |name| format!("linchpin-{name}"));
    let page = pages.iter().find(|(name, _)| *name == wanted).ok_or_else(|| {
        let name = args.command.as_deref().unwrap_or_default();
        let failure = Failure::new(format!("there is no command `{name}`"));
        let known = pages.iter().filter_map(|(name, _)| name.strip_prefix("linchpin-"));
        match nearest(name, known) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("`linchpin --help` lists the commands"),
        }
    })?;
    Talk::give_binary(&page.1, args.output.as_deref())?;
    Ok(Exit::Ok)
}

/// Every page with its name: that of linchpin, and one a command that is not hidden.
fn pages() -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut whole = definition();
    whole.build();
    let commands =
        whole.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help");
    let named = commands.map(|command| (format!("linchpin-{}", command.get_name()), command.clone()));
    let own = std::iter::once(("linchpin".to_owned(), whole.clone()));
    own.chain(named)
        .map(|(name, command)| {
            let mut page = Vec::new();
            let written = clap_mangen::Man::new(command).render(&mut page);
            written.map_err(|error| Failure::new(format!("cannot write the page {name}: {error}")))?;
            Ok((name, page))
        })
        .collect()
}
