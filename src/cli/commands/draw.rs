//! `draw`: a picture.

use super::super::args::{DrawArgs, Picture};
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::Talk;
use super::{ask, mention_warnings};
use crate::draw::{GraphvizError, Target, dot, graphviz};

pub(super) fn run(args: &DrawArgs, talk: &Talk) -> Result<Exit, Failure> {
    let loaded = load(args.model.model.as_deref())?;
    mention_warnings(&loaded, talk);
    let asked = ask::one_scenario(&loaded.system.model, &args.fail)?;
    let engine = loaded.system.engine();
    let outcome = asked.as_ref().map(|asked| engine.worker().outcome(&asked.scenario.fails));
    let failed = asked.as_ref().map(|asked| &asked.scenario).zip(outcome.as_ref());
    let text = dot(&loaded.system, failed);
    let to = args.output.as_deref();
    match picture(args) {
        Picture::Dot => talk.give(text.as_bytes(), to)?,
        Picture::Svg => Talk::give_binary(&drawn(&text, Target::Svg)?, to)?,
        Picture::Png => Talk::give_binary(&drawn(&text, Target::Png)?, to)?,
    }
    Ok(Exit::Ok)
}

/// What was asked for, or what the file's ending says.
fn picture(args: &DrawArgs) -> Picture {
    let ending = args.output.as_ref().and_then(|path| path.extension()).and_then(|ending| ending.to_str());
    args.format.unwrap_or(match ending {
        Some("svg") => Picture::Svg,
        Some("png") => Picture::Png,
        _ => Picture::Dot,
    })
}

fn drawn(dot: &str, target: Target) -> Result<Vec<u8>, Failure> {
    graphviz(dot, target).map_err(|error| {
        let hint = match error {
            GraphvizError::NotInstalled => {
                "install it (Debian: apt install graphviz), or write DOT with --format dot and draw it elsewhere"
            }
            _ => "write DOT with --format dot and look at what Graphviz makes of it",
        };
        Failure::new(error.to_string()).hint(hint)
    })
}
