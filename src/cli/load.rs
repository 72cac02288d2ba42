//! Files in: what was named, or the nearest `linchpin.toml`, as a system ready for questions.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::exit::Failure;
use crate::analysis::{System, lint};
use crate::diag::{Code, Diagnostic, Place, Sources};
use crate::model::Model;

/// Larger files are refused.
const MOST_BYTES: u64 = 64 << 20;

/// A system with the texts that it was read from.
pub(super) struct Loaded {
    pub(super) system: System,
    pub(super) sources: Sources,
    pub(super) warnings: Vec<Diagnostic>,
}

/// Reads the model that the command line names.
pub(super) fn load(named: Option<&Path>) -> Result<Loaded, Failure> {
    let mut sources = Sources::default();
    let path = match named {
        Some(path) => path.to_owned(),
        None => nearest().ok_or_else(|| {
            let problem = Diagnostic::new(
                Code::NoModel,
                Place::NOWHERE,
                "no linchpin.toml in this directory or any above it",
            );
            refuse(problem.hint("name a model, or write a first one with `linchpin init`"))
        })?,
    };
    let mut problems = Vec::new();
    for file in files(&path)? {
        match read(&file) {
            Ok(text) => {
                sources.add(file.display().to_string(), text);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Model(problems, Box::new(sources)));
    }
    match Model::read(&sources, &fallback_name(&path)) {
        Ok(model) => {
            let system = System::new(model);
            let warnings = lint(&system);
            Ok(Loaded { system, sources, warnings })
        }
        Err(problems) => Err(Failure::Model(problems, Box::new(sources))),
    }
}

fn refuse(problem: Diagnostic) -> Failure {
    Failure::Model(vec![problem], Box::default())
}

fn nearest() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let found = here.ancestors().map(|above| above.join("linchpin.toml")).find(|file| file.is_file())?;
    // Shorter to read where it is in the working directory itself.
    Some(found.strip_prefix(&here).map_or_else(|_| found.clone(), Path::to_owned))
}

/// The files of a model: the one named, or the `*.toml` files directly in a directory, sorted.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| refuse(cannot_read(path, &error)))?;
    let is_model = |file: &PathBuf| {
        let is_hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        file.extension().is_some_and(|extension| extension == "toml") && !is_hidden && !file.is_dir()
    };
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).filter(is_model).collect();
    files.sort();
    if files.is_empty() {
        let message = format!("the directory {} has no *.toml files", path.display());
        let problem = Diagnostic::new(Code::NoModel, Place::NOWHERE, message);
        return Err(refuse(problem.hint("name a model, or write a first one with `linchpin init`")));
    }
    Ok(files)
}

fn read(path: &Path) -> Result<String, Box<Diagnostic>> {
    let failed = |error: &io::Error| Box::new(cannot_read(path, error));
    let file = fs::File::open(path).map_err(|error| failed(&error))?;
    let too_large = || {
        let message = format!("{} is larger than {} MiB", path.display(), MOST_BYTES >> 20);
        let problem = Diagnostic::new(Code::TooLarge, Place::NOWHERE, message);
        Box::new(
            problem.hint("is this the right file? A large model can be split over the files of a directory"),
        )
    };
    if file.metadata().is_ok_and(|metadata| metadata.len() > MOST_BYTES) {
        return Err(too_large());
    }
    // What is no regular file has no length before it is read.
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        let message = format!("{} is not UTF-8: see line {line}", path.display());
        Box::new(Diagnostic::new(Code::NotUtf8, Place::NOWHERE, message).hint("save the file as UTF-8"))
    })
}

fn cannot_read(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(Code::CannotRead, Place::NOWHERE, format!("cannot read {}: {error}", path.display()))
}

/// What a model without a name is called: its file, or its directory.
fn fallback_name(path: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let stem = full.file_stem().filter(|stem| *stem != "linchpin");
    let name = stem.or_else(|| full.parent().and_then(Path::file_name));
    name.map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned())
}
