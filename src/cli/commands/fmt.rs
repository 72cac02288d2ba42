//! `fmt`: one layout for every model.

use std::path::PathBuf;

use super::super::args::FmtArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::{files, locate, texts, understood};
use super::super::output::Talk;
use crate::model::tidy;
use crate::render::Detail;

pub(super) fn run(args: &FmtArgs, talk: &Talk) -> Result<Exit, Failure> {
    let path = locate(args.model.model.as_deref())?;
    let paths = files(&path)?;
    let (sources, problems) = texts(&paths);
    let laid_out: Option<Vec<String>> = sources.iter().map(|(_, source)| tidy(&source.text).ok()).collect();
    // Nothing is written unless all can be: what is no TOML is told as any question about the model would.
    let Some(laid_out) = laid_out.filter(|_| problems.is_empty()) else {
        return Err(understood(sources, problems, &path).err().unwrap_or_else(|| {
            Failure::new("a file cannot be laid out").hint("please report this, with the file")
        }));
    };
    let files = paths.iter().zip(sources.iter().map(|(_, source)| &source.text)).zip(&laid_out);
    let changed: Vec<(&PathBuf, &String)> = files
        .filter(|((_, before), after)| before != after)
        .map(|((path, _), after)| (path, after))
        .collect();
    for (path, after) in &changed {
        if args.check {
            talk.give(format!("{}\n", path.display()).as_bytes(), None)?;
        } else {
            talk.give(after.as_bytes(), Some(path))?;
        }
    }
    if talk.detail != Detail::Quiet && !args.check {
        let files = if paths.len() == 1 { "file" } else { "files" };
        talk.say(&format!("laid out {} of {} {files} anew", changed.len(), paths.len()));
    }
    Ok(if args.check && !changed.is_empty() { Exit::No } else { Exit::Ok })
}
