//! Waits until a model's files change.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::exit::Failure;

/// An editor that saves several files, or one in several steps, is waited for until it is quiet for so long.
const QUIET: Duration = Duration::from_millis(20);

/// But not longer than so many of these.
const MOST_ROUNDS: u32 = 10;

/// A model's files, watched.
pub(super) struct Watch {
    /// Dropping it ends the watching.
    _watcher: RecommendedWatcher,
    changes: Receiver<()>,
}

impl Watch {
    /// Watches a model: a file, or the files of a directory. It is the directory that is watched, since editors put a
    /// new file in the place of the old one.
    pub(super) fn new(model: &Path) -> Result<Self, Failure> {
        let directory = if model.is_dir() { model } else { model.parent().unwrap_or(Path::new(".")) };
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let (tell, changes) = mpsc::channel();
        let failed =
            |error: notify::Error| Failure::new(format!("cannot watch {}: {error}", directory.display()));
        let heard = move |event: notify::Result<notify::Event>| {
            // What cannot be told apart is worth a look. Nobody listening any more is no failure.
            if event.map_or(true, |event| is_change(&event)) {
                let _ = tell.send(());
            }
        };
        let mut watcher = notify::recommended_watcher(heard).map_err(failed)?;
        watcher.watch(directory, RecursiveMode::NonRecursive).map_err(failed)?;
        Ok(Self { _watcher: watcher, changes })
    }

    /// Waits for the next change; `false` if `is_over` came first.
    pub(super) fn next(&self, is_over: impl Fn() -> bool) -> bool {
        loop {
            match self.changes.recv_timeout(Duration::from_millis(100)) {
                Ok(()) => break,
                Err(RecvTimeoutError::Timeout) if !is_over() => {}
                Err(_) => return false,
            }
        }
        for _ in 0..MOST_ROUNDS {
            if self.changes.recv_timeout(QUIET).is_err() {
                break;
            }
        }
        true
    }
}

/// Whether an event may have changed a model: reading it does not.
fn is_change(event: &notify::Event) -> bool {
    let is_model = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(is_model)
}
