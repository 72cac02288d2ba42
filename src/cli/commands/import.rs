//! `import`: a model from what people already have.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use super::super::args::{ImportArgs, ImportFormat};
use super::super::exit::{Exit, Failure};
use super::super::load::{one_text, texts};
use super::super::output::Talk;
use crate::exchange::{FaultTree, galileo, openpsa, to_model};

pub(super) fn run(args: &ImportArgs, talk: &Talk) -> Result<Exit, Failure> {
    let tree = fault_tree(args.format, &args.files, args.mission.mission_time)?;
    let model = to_model(&tree).map_err(|problems| Failure::Import(problems, Box::default()))?;
    talk.give(model.as_bytes(), args.output.as_deref())?;
    Ok(Exit::Ok)
}

/// Reads the files of a fault tree, and those that they include.
pub(super) fn fault_tree(
    format: ImportFormat,
    files: &[PathBuf],
    mission_hours: f64,
) -> Result<FaultTree, Failure> {
    let (mut sources, problems) = texts(files);
    if !problems.is_empty() {
        return Err(Failure::Import(problems, Box::new(sources)));
    }
    let mut seen: HashSet<PathBuf> = files.iter().filter_map(|file| file.canonicalize().ok()).collect();
    let read = match format {
        ImportFormat::Galileo => galileo::read(&sources, mission_hours),
        ImportFormat::Openpsa => openpsa::read(&mut sources, mission_hours, &mut |sources, from, named| {
            let from = sources.get(from).map(|source| source.name.clone()).unwrap_or_default();
            let file = beside(Path::new(&from), named)?;
            if !file.canonicalize().is_ok_and(|full| seen.insert(full)) && file.exists() {
                return Ok(None);
            }
            let text = one_text(&file).map_err(|problem| problem.message)?;
            Ok(Some(sources.add(file.display().to_string(), text)))
        }),
    };
    read.map_err(|problems| Failure::Import(problems, Box::new(sources)))
}

/// A file that another one includes: in its directory or below, so that a file from elsewhere cannot ask for others.
fn beside(from: &Path, named: &str) -> Result<PathBuf, String> {
    let named = Path::new(named);
    if named.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(format!(
            "{} lies outside of the directory of the file that includes it",
            named.display()
        ));
    }
    Ok(from.parent().unwrap_or(Path::new("")).join(named))
}
