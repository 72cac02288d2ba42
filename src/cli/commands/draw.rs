//! `draw`: a picture.

use super::super::args::{CollapseArg, DrawArgs, Engine, Picture, ThemeArg, ViewArg};
use super::super::exit::{Exit, Failure};
use super::super::load::load;
use super::super::output::Talk;
use super::{ask, mention_warnings, working};
use crate::analysis::System;
use crate::diag::nearest;
use crate::draw::{
    Collapse, Focus, GraphvizError, Options, Target, Theme, View, d2, dot, graphviz, mermaid, svg,
};

pub(super) fn run(args: &DrawArgs, talk: &Talk) -> Result<Exit, Failure> {
    let picture = picture(args)?;
    let loaded = load(args.model.model.as_deref(), talk)?;
    mention_warnings(&loaded, talk);
    let old = args.diff.as_deref().map(|old| load(Some(old), talk)).transpose()?;
    let system = &loaded.system;
    let options = options(args, system, old.as_ref().map(|old| &old.system))?;
    let asked = ask::one_scenario(&system.model, &args.fail)?;
    let engine = system.engine();
    let outcome = asked.as_ref().map(|asked| engine.worker().outcome(&asked.scenario.fails));
    let failed = asked.as_ref().map(|asked| &asked.scenario).zip(outcome.as_ref());
    let to = args.output.as_deref();
    let dot = || dot(system, failed, &options);
    let own = || svg(system, failed, &options);
    let drawn = working(talk, "drawing", || match (picture, args.engine) {
        (Picture::Dot, _) => Ok(dot().into_bytes()),
        (Picture::Mermaid, _) => Ok(mermaid(system, failed, &options).into_bytes()),
        (Picture::D2, _) => Ok(d2(system, failed, &options).into_bytes()),
        (Picture::Svg, Engine::Own) => Ok(own().into_bytes()),
        (Picture::Svg, Engine::Graphviz) => drawn(&dot(), Target::Svg),
        (Picture::Png, Engine::Graphviz) => drawn(&dot(), Target::Png),
        (Picture::Png, Engine::Own) => pixels(own, dot),
    })?;
    match (picture, args.engine) {
        (Picture::Png, _) | (Picture::Svg, Engine::Graphviz) => Talk::give_binary(&drawn, to)?,
        _ => talk.give(&drawn, to)?,
    }
    Ok(Exit::Ok)
}

fn options<'a>(args: &DrawArgs, system: &System, old: Option<&'a System>) -> Result<Options<'a>, Failure> {
    let view = match args.view {
        ViewArg::System => View::System,
        ViewArg::Domains => View::Domains,
        ViewArg::Capability => View::Capability(ask::capabilities(&system.model, &args.capabilities)?),
    };
    if args.view != ViewArg::Capability && !args.capabilities.capabilities.is_empty() {
        let failure = Failure::new("--capability is for --view capability");
        return Err(failure.hint("to draw what is near a capability, --focus capability:NAME"));
    }
    if args.depth.is_some() && args.focus.is_none() && args.view != ViewArg::Capability {
        return Err(Failure::new("--depth is for --focus and for --view capability"));
    }
    let focus = args.focus.as_deref().map(|reference| focus(system, reference, args.depth.unwrap_or(2)));
    let collapse = match args.collapse {
        CollapseArg::Auto => Collapse::Auto,
        CollapseArg::Never => Collapse::Never,
        CollapseArg::Region => Collapse::Region,
        CollapseArg::Provider => Collapse::Provider,
    };
    let theme = match args.theme {
        ThemeArg::Auto => Theme::Auto,
        ThemeArg::Light => Theme::Light,
        ThemeArg::Dark => Theme::Dark,
    };
    Ok(Options { view, focus: focus.transpose()?, depth: args.depth, collapse, theme, old, live: false })
}

fn focus(system: &System, reference: &str, depth: usize) -> Result<Focus, Failure> {
    let on = system.model.find(reference).map_err(|why| {
        let failure = Failure::new(format!("--focus {reference}: {why}"));
        let known = system.model.elements().map(|(_, element)| element.name.as_str());
        match nearest(reference, known) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        }
    })?;
    Ok(Focus { on, depth })
}

/// What was asked for, or what the file's ending says.
fn picture(args: &DrawArgs) -> Result<Picture, Failure> {
    if let Some(asked) = args.format {
        return Ok(asked);
    }
    let ending = args.output.as_ref().and_then(|path| path.extension());
    let ending = ending.map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    Ok(match ending.as_deref() {
        None | Some("svg") => Picture::Svg,
        Some("png") => Picture::Png,
        Some("dot" | "gv") => Picture::Dot,
        Some("mmd" | "mermaid") => Picture::Mermaid,
        Some("d2") => Picture::D2,
        Some(ending) => {
            let failure = Failure::new(format!("the ending .{ending} is that of no picture that is drawn"));
            return Err(
                failure.hint("end it in .svg, .png, .dot, .mmd or .d2, or say the format with --format")
            );
        }
    })
}

/// With the feature, our own picture; without, that of an installed Graphviz.
#[cfg(feature = "png")]
fn pixels(svg: impl FnOnce() -> String, _dot: impl FnOnce() -> String) -> Result<Vec<u8>, Failure> {
    crate::draw::png(&svg()).map_err(|error| Failure::new(error.to_string()))
}

/// With the feature, our own picture; without, that of an installed Graphviz.
#[cfg(not(feature = "png"))]
fn pixels(_svg: impl FnOnce() -> String, dot: impl FnOnce() -> String) -> Result<Vec<u8>, Failure> {
    let with = "build linchpin with --features png, or install Graphviz (Debian: apt install graphviz), or write SVG";
    match graphviz(&dot(), Target::Png) {
        Err(GraphvizError::NotInstalled) => {
            Err(Failure::new("this build draws PNG only with Graphviz").hint(with))
        }
        Err(error) => Err(Failure::new(error.to_string())),
        Ok(picture) => Ok(picture),
    }
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
