//! Models as they were: files of a git revision, read with the git program. Nothing is checked out and nothing is
//! changed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::exit::Failure;

/// A file as it was, named `REV:PATH`.
pub(super) struct Old {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// The files of a model at a revision: the one named, or the `*.toml` files directly in a directory, sorted.
pub(super) fn files_at(model: &Path, revision: &str) -> Result<Vec<Old>, Failure> {
    let (directory, below) = anchor(model);
    let git = Git { directory: &directory };
    let commit = git.commit(revision)?;
    let prefix = git.run(&["rev-parse", "--show-prefix"]).map_err(Failure::from)?;
    let path = format!("{}{below}", String::from_utf8_lossy(&prefix).trim_end_matches('\n'));
    let object = format!("{commit}:{}", path.trim_end_matches('/'));
    let missing = || {
        let failure = Failure::new(format!("there is no {} at {revision}", model.display()));
        failure.hint("with --base the model is looked for where it is now; models that moved are compared as OLD and NEW")
    };
    let kind = git.run(&["cat-file", "-t", &object]).map_err(|why| why.unless_git_fails(missing))?;
    if kind.trim_ascii() == b"blob" {
        let bytes = git.run(&["cat-file", "blob", &object]).map_err(|why| why.unless_git_fails(missing))?;
        return Ok(vec![Old { name: format!("{revision}:{}", model.display()), bytes }]);
    }
    let list =
        git.run(&["ls-tree", "--full-tree", "-z", &object]).map_err(|why| why.unless_git_fails(missing))?;
    let mut entries: Vec<(String, String)> =
        list.split(|byte| *byte == 0).filter_map(|line| model_file(&String::from_utf8_lossy(line))).collect();
    entries.sort();
    if entries.is_empty() {
        return Err(missing());
    }
    let read = |(name, blob): (String, String)| {
        let bytes = git.run(&["cat-file", "blob", &blob]).map_err(|why| why.unless_git_fails(missing))?;
        Ok(Old { name: format!("{revision}:{}", model.join(name).display()), bytes })
    };
    entries.into_iter().map(read).collect()
}

/// A directory that exists, and the way from there to the model: it may be gone from the files as they are.
fn anchor(model: &Path) -> (PathBuf, String) {
    let here = |path: &Path| if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() };
    let existing = model.ancestors().find(|above| here(above).is_dir()).unwrap_or(Path::new(""));
    let below = model.strip_prefix(existing).unwrap_or(model);
    (here(existing), below.to_string_lossy().replace('\\', "/"))
}

/// Name and number of a line of `ls-tree` that is a file of a model.
fn model_file(line: &str) -> Option<(String, String)> {
    let (head, name) = line.split_once('\t')?;
    let mut head = head.split(' ');
    let (mode, kind, blob) = (head.next()?, head.next()?, head.next()?);
    let is_toml = Path::new(name).extension().is_some_and(|extension| extension == "toml");
    let is_model = is_toml && !name.starts_with('.');
    // A symbolic link is a blob too, whose text is where it leads.
    (kind == "blob" && mode != "120000" && is_model).then(|| (name.to_owned(), blob.to_owned()))
}

struct Git<'p> {
    directory: &'p Path,
}

enum Why {
    /// There is no git.
    NoGit(std::io::Error),
    /// It says no, in its own words.
    Refused(String),
}

impl Why {
    /// What was asked for is not there, unless git itself is not.
    fn unless_git_fails(self, missing: impl FnOnce() -> Failure) -> Failure {
        match self {
            Self::Refused(_) => missing(),
            no_git @ Self::NoGit(_) => no_git.into(),
        }
    }
}

impl From<Why> for Failure {
    fn from(why: Why) -> Self {
        match why {
            Why::NoGit(error) => Self::new(format!("cannot run git: {error}"))
                .hint("install git, or give both models: `linchpin diff OLD NEW`"),
            Why::Refused(said) => Self::new(format!("git says: {said}")),
        }
    }
}

impl Git<'_> {
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Why> {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.directory).args(arguments).stdin(Stdio::null()).env("LC_ALL", "C");
        let output = command.output().map_err(Why::NoGit)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(Why::Refused(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }

    /// The number of a commit. Nothing that a revision may hold is taken for an option.
    fn commit(&self, revision: &str) -> Result<String, Failure> {
        let asked = format!("{revision}^{{commit}}");
        let number = self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &asked]);
        let number = number.map_err(|why| match why {
            Why::Refused(said) if said.is_empty() => {
                let failure = Failure::new(format!("git knows no revision `{revision}` here"));
                failure.hint("in CI, fetch it first: a shallow clone has the last commit only")
            }
            why => why.into(),
        })?;
        Ok(String::from_utf8_lossy(&number).trim().to_owned())
    }
}
