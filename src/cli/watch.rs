//! Waits until a model's files change, and does something again whenever they do.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::exit::{Exit, Failure};
use super::load::locate;
use super::output::Talk;
use crate::render::Detail;

/// Editors save in several steps: what follows within this time belongs to the same save.
const SAME_SAVE: Duration = Duration::from_millis(15);

/// But nobody is kept waiting for longer than this.
const LONGEST_SAVE: Duration = Duration::from_millis(60);

/// So often whoever waits is asked whether to go on.
const PATIENCE: Duration = Duration::from_millis(100);

/// Does it now and after every save, until the process is interrupted. A failure is told, and the next save tried.
pub(super) fn on_every_save(
    named: Option<&Path>,
    also: Option<&Path>,
    talk: &Talk,
    mut act: impl FnMut() -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let model = locate(named)?;
    let watch = Watch::new(&model, also)?;
    loop {
        clear();
        if let Err(failure) = act() {
            talk.say(&failure.to_string());
        }
        if talk.detail != Detail::Quiet {
            talk.say(&format!("watching {}; Ctrl-C ends it", model.display()));
        }
        if !watch.next(|| false) {
            return Ok(Exit::Ok);
        }
    }
}

/// A model's files, watched.
pub(super) struct Watch {
    /// Dropping it ends the watching.
    _watcher: RecommendedWatcher,
    saves: Receiver<notify::Result<Event>>,
    files: Watched,
}

impl Watch {
    /// Watches a model, a file or the files of a directory, and perhaps one more file.
    pub(super) fn new(model: &Path, also: Option<&Path>) -> Result<Self, Failure> {
        let (sender, saves) = channel();
        let failed =
            |error: notify::Error| Failure::new(format!("cannot watch {}: {error}", model.display()));
        // That nobody listens any more is no failure: the process ends then.
        let mut watcher =
            notify::recommended_watcher(move |event| drop(sender.send(event))).map_err(failed)?;
        let files = Watched::new(model, also);
        for directory in &files.directories {
            watcher.watch(directory, RecursiveMode::NonRecursive).map_err(failed)?;
        }
        Ok(Self { _watcher: watcher, saves, files })
    }

    /// Waits for a save and for it to be over; `false` when `is_over` says so, or there is nothing more to wait for.
    pub(super) fn next(&self, is_over: impl Fn() -> bool) -> bool {
        loop {
            match self.saves.recv_timeout(PATIENCE) {
                Ok(Ok(event)) if self.files.matters(&event) => break,
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) if is_over() => return false,
                _ => {}
            }
        }
        let began = Instant::now();
        while began.elapsed() < LONGEST_SAVE {
            match self.saves.recv_timeout(SAME_SAVE) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        true
    }
}

/// What is watched: directories, because editors put a new file in the place of the old one.
struct Watched {
    directories: Vec<PathBuf>,
    /// Files by name; where the model is a directory, also every TOML file.
    files: Vec<PathBuf>,
    every_toml: bool,
}

impl Watched {
    fn new(model: &Path, also: Option<&Path>) -> Self {
        let full = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (model, also) = (full(model), also.map(full));
        let every_toml = model.is_dir();
        let above = |path: &Path| path.parent().unwrap_or(Path::new(".")).to_owned();
        let mut directories = vec![if every_toml { model.clone() } else { above(&model) }];
        directories.extend(also.as_deref().map(above));
        directories.sort();
        directories.dedup();
        let files = std::iter::once(model).chain(also).collect();
        Self { directories, files, every_toml }
    }

    /// Whether an event may have changed what is watched: reading it does not.
    fn matters(&self, event: &Event) -> bool {
        let is_change = !matches!(event.kind, EventKind::Access(_));
        let is_ours = |path: &PathBuf| {
            let is_toml = path.extension().is_some_and(|extension| extension == "toml");
            self.files.contains(path) || (self.every_toml && is_toml)
        };
        is_change && event.paths.iter().any(is_ours)
    }
}

/// Clears what is seen of a terminal and leaves what can be scrolled back to.
fn clear() {
    let mut stdout = io::stdout();
    if stdout.is_terminal() {
        // A terminal that is gone will be noticed by the result.
        let _ = stdout.write_all(b"\x1b[H\x1b[2J").and_then(|()| stdout.flush());
    }
}
