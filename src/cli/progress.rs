//! A bar for work that takes a while: on a terminal only, and only after a second.

use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Talk;
use crate::render::Detail;

/// Shorter work shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on standard error, or nothing.
pub(super) struct Progress {
    begun: Instant,
    is_shown: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Progress {
    pub(super) fn new(talk: &Talk) -> Self {
        let is_shown = io::stderr().is_terminal() && talk.detail != Detail::Quiet;
        Self { begun: Instant::now(), is_shown, bar: Mutex::new(None) }
    }

    /// So much of all is done.
    pub(super) fn at(&self, done: u64, all: u64) {
        if !self.is_shown || self.begun.elapsed() < PATIENCE {
            return;
        }
        // Whoever finds another thread busy with it has nothing to add.
        if let Ok(mut bar) = self.bar.try_lock() {
            bar.get_or_insert_with(|| started(all)).set_position(done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Ok(Some(bar)) = self.bar.get_mut() {
            bar.finish_and_clear();
        }
    }
}

fn started(all: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
    let template = "{wide_bar} {percent} % of {human_len}, {per_sec}, {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
