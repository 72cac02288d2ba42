//! What is shown of work that takes a while: on a terminal only, and only after half a second.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Talk;
use crate::model::Time;
use crate::render::Detail;

/// Shorter work shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// So often what is shown changes.
const TICK: Duration = Duration::from_millis(100);

/// A line on standard error while something is worked on, or nothing: a bar where it is known how much there is to do. It goes when
/// this is dropped, which must be before anything else is written.
pub(super) struct Progress {
    shared: Arc<Shared>,
    /// Shows it; whoever works need not wait for a terminal.
    shows: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    done: AtomicU64,
    /// 0: nobody knows.
    all: AtomicU64,
    is_over: Mutex<bool>,
    ends: Condvar,
}

impl Progress {
    /// Work begins, such as `reading the model`.
    pub(super) fn new(talk: &Talk, what: &'static str) -> Self {
        let shared = Arc::new(Shared::default());
        let is_shown = io::stderr().is_terminal() && talk.detail != Detail::Quiet;
        let of = Arc::clone(&shared);
        // Without a thread for it nothing is shown, and the work goes on.
        let start = || std::thread::Builder::new().spawn(move || of.show(what)).ok();
        Self { shared, shows: is_shown.then(start).flatten() }
    }

    /// So much of all is done.
    pub(super) fn at(&self, done: u64, all: u64) {
        self.shared.all.store(all, Ordering::Relaxed);
        // From many threads the news may come in any order.
        self.shared.done.fetch_max(done, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        *self.shared.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.ends.notify_all();
        if let Some(shows) = self.shows.take() {
            // A panic there spoils nothing here.
            let _ = shows.join();
        }
    }
}

impl Shared {
    /// Whether work ends within a time.
    fn ends_within(&self, time: Duration) -> bool {
        let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ends.wait_timeout_while(is_over, time, |is_over| !*is_over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn show(&self, what: &'static str) {
        if self.ends_within(PATIENCE) {
            return;
        }
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let line = line.with_message(what).with_elapsed(PATIENCE);
        let mut is_bar = false;
        line.set_style(style(is_bar));
        loop {
            let all = self.all.load(Ordering::Relaxed);
            if all > 0 {
                let done = self.done.load(Ordering::Relaxed);
                line.set_length(all);
                line.set_position(done);
                line.set_prefix(speed(done, all, line.elapsed()));
            }
            if all > 0 && !is_bar {
                is_bar = true;
                line.set_style(style(is_bar));
            }
            line.tick();
            if self.ends_within(TICK) {
                return line.finish_and_clear();
            }
        }
    }
}

/// How many a second, over all the time, and how long the rest will take.
fn speed(done: u64, all: u64, after: Duration) -> String {
    let millis = after.as_millis().max(1);
    let a_second = u128::from(done) * 1000 / millis;
    let left = u128::from(all.saturating_sub(done)) * millis / u128::from(done.max(1)) / 1000;
    let (a_second, left) =
        (u64::try_from(a_second).unwrap_or(u64::MAX), u64::try_from(left).unwrap_or(u64::MAX));
    match done {
        0 => String::new(),
        _ => format!(", {}/s, {} left", HumanCount(a_second), Time::seconds(left)),
    }
}

fn style(is_bar: bool) -> ProgressStyle {
    let template = match is_bar {
        true => "{msg} {wide_bar} {percent} % of {human_len}{prefix}",
        false => "{spinner} {msg} ({elapsed})",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
