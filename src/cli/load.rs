//! Files in: what was named, or the nearest `linchpin.toml`, as a system ready for questions.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use super::exit::Failure;
use super::git::files_at;
use super::output::Talk;
use super::progress::Progress;
use crate::analysis::{System, lint};
use crate::diag::{Code, Diagnostic, Place, Sources};
use crate::model::Model;
use crate::render::Repository;

/// Larger files are refused.
const MOST_BYTES: u64 = 64 << 20;
/// Models that are larger in all are.
const MOST_BYTES_IN_ALL: u64 = 512 << 20;

/// A system with the texts that it was read from.
pub(super) struct Loaded {
    pub(super) system: System,
    pub(super) sources: Sources,
    pub(super) warnings: Vec<Diagnostic>,
}

impl Loaded {
    /// Leaves the memory to the end of the process: giving that of a large model back piece by piece takes longer than a user
    /// who pressed Ctrl-C should wait.
    pub(super) fn leave(self) {
        std::mem::forget(self);
    }
}

/// The file or directory that the command line names, or the nearest `linchpin.toml`.
pub(super) fn locate(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    nearest().ok_or_else(|| {
        let message = "no linchpin.toml in this directory or any above it";
        let problem = Diagnostic::new(Code::NoModel, Place::NOWHERE, message);
        refuse(problem.hint("name a model, or write a first one with `linchpin init`"))
    })
}

/// Reads the model that the command line names.
pub(super) fn load(named: Option<&Path>, talk: &Talk) -> Result<Loaded, Failure> {
    let path = locate(named)?;
    let _progress = Progress::new(talk, "reading the model");
    let (sources, problems) = texts(&files(&path)?);
    understood(sources, problems, &path)
}

/// Files in, with what is wrong with those that cannot be read.
pub(super) fn texts(files: &[PathBuf]) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let length = |file: &PathBuf| fs::metadata(file).map_or(0, |metadata| metadata.len());
    if files.len() > 1 && files.iter().map(length).fold(0, u64::saturating_add) > MOST_BYTES_IN_ALL {
        let message =
            format!("the {} files are larger than {} MiB in all", files.len(), MOST_BYTES_IN_ALL >> 20);
        let problem = Diagnostic::new(Code::TooLarge, Place::NOWHERE, message);
        return (sources, vec![problem.hint("is this the right directory?")]);
    }
    for file in files {
        match one_text(file) {
            Ok(text) => {
                sources.add(file.display().to_string(), text);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    (sources, problems)
}

/// Reads the model as it was at a git revision.
pub(super) fn load_at(path: &Path, revision: &str) -> Result<Loaded, Failure> {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    for file in files_at(path, revision)? {
        match text(Path::new(&file.name), file.bytes) {
            Ok(text) => {
                sources.add(file.name, text);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    understood(sources, problems, path)
}

/// Texts as a system, or all that is wrong with them and with the files that could not be read.
pub(super) fn understood(
    mut sources: Sources,
    mut problems: Vec<Diagnostic>,
    path: &Path,
) -> Result<Loaded, Failure> {
    if !problems.is_empty() {
        sources.lack_some();
    }
    match Model::read(&sources, &fallback_name(path)) {
        Ok(model) if problems.is_empty() => {
            let system = System::new(model);
            let warnings = lint(&system);
            Ok(Loaded { system, sources, warnings })
        }
        read => {
            problems.extend(read.err().into_iter().flatten());
            Err(Failure::Model(problems, Box::new(sources)))
        }
    }
}

/// The repository that the working directory lies in; outside of any, the working directory itself.
pub(super) fn repository() -> Repository {
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&here);
    Repository::new(root.to_string_lossy(), here.to_string_lossy())
}

/// The models of a directory that is none itself: those of its directories that hold `*.toml` files, sorted.
pub(super) fn several(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() || holds_models(path) {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| refuse(cannot_read(path, &error)))?;
    let below = entries.into_iter().map(|entry| entry.path());
    let mut models: Vec<_> = below.filter(|below| below.is_dir() && holds_models(below)).collect();
    models.sort();
    Ok(models)
}

fn holds_models(directory: &Path) -> bool {
    files(directory).is_ok_and(|files| !files.is_empty())
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
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| refuse(cannot_read(path, &error)))?;
    let is_model = |file: &PathBuf| {
        let is_hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        // A pipe would be waited for; a link that leads nowhere is kept, so that reading it says so.
        let may_be_read = fs::metadata(file).map_or(true, |metadata| metadata.is_file());
        file.extension().is_some_and(|extension| extension == "toml") && !is_hidden && may_be_read
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

/// One file in, or what is wrong with it.
pub(super) fn one_text(path: &Path) -> Result<String, Box<Diagnostic>> {
    let failed = |error: &io::Error| Box::new(cannot_read(path, error));
    let file = fs::File::open(path).map_err(|error| failed(&error))?;
    if file.metadata().is_ok_and(|metadata| metadata.len() > MOST_BYTES) {
        return Err(Box::new(too_large(path)));
    }
    // What is no regular file has no length before it is read.
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    text(path, bytes)
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Box<Diagnostic>> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Box::new(too_large(path)));
    }
    let text = String::from_utf8(bytes).map_err(|error| Box::new(not_utf8(path, &error)))?;
    // Some editors begin a file with a byte order mark, which says nothing in UTF-8.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn too_large(path: &Path) -> Diagnostic {
    let message = format!("{} is larger than {} MiB", path.display(), MOST_BYTES >> 20);
    let problem = Diagnostic::new(Code::TooLarge, Place::NOWHERE, message);
    problem.hint("is this the right file? A large model can be split over the files of a directory")
}

fn cannot_read(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("cannot read {}: {error}", path.display());
    let problem = Diagnostic::new(Code::CannotRead, Place::NOWHERE, message);
    match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => problem.hint("it is a symbolic link to nothing"),
        // Other files are asked for too, as fault trees to import.
        io::ErrorKind::NotFound if path.extension().is_none_or(|extension| extension == "toml") => {
            problem.hint("name a TOML file, or a directory of them")
        }
        _ => problem,
    }
}

fn not_utf8(path: &Path, error: &FromUtf8Error) -> Diagnostic {
    let at = error.utf8_error().valid_up_to();
    let (valid, rest) = error.as_bytes().split_at(at);
    let lines = valid.split(|byte| *byte == b'\n');
    let (line, on_line) = lines.enumerate().last().unwrap_or_default();
    let column = String::from_utf8_lossy(on_line).chars().count() + 1;
    let byte = rest.first().copied().unwrap_or_default();
    let message =
        format!("{}:{}:{column} is not UTF-8: there is a byte 0x{byte:02X}", path.display(), line + 1);
    let problem = Diagnostic::new(Code::NotUtf8, Place::NOWHERE, message);
    let is_utf16 = error.as_bytes().starts_with(&[0xFF, 0xFE]) || error.as_bytes().starts_with(&[0xFE, 0xFF]);
    problem.hint(if is_utf16 { "it looks like UTF-16: save it as UTF-8" } else { "save the file as UTF-8" })
}

/// What a model without a name is called: its file, or its directory.
fn fallback_name(path: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let stem = full.file_stem().filter(|stem| *stem != "linchpin");
    let name = stem.or_else(|| full.parent().and_then(Path::file_name));
    name.map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned())
}
