//! When work has to end early: time is up, or the user pressed Ctrl-C.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::args::LimitArgs;
use super::exit::Failure;
use super::output::Talk;
use crate::faulttree::Limits;

/// Says whether work has to end.
#[derive(Debug)]
pub(super) struct Stop {
    /// When it was.
    interrupted: Arc<OnceLock<Instant>>,
    /// When to stop where more is to be said, and when the time is over.
    deadline: Option<(Instant, Instant)>,
    memory: Option<usize>,
}

/// So much of the time is for what is still said after the work was stopped: a part of it, and at most this.
const ASIDE: (u32, Duration) = (4, Duration::from_secs(5));
/// So long after the time limit, or after Ctrl-C, that has to have ended too.
const SOON: Duration = Duration::from_millis(200);

impl Stop {
    /// From now on Ctrl-C does not end the program but the work; pressed again, the program. Time counts from `begun` on.
    pub(super) fn new(limits: LimitArgs, begun: Instant) -> Result<Self, Failure> {
        let interrupted = Arc::new(OnceLock::new());
        let pressed = Arc::clone(&interrupted);
        ctrlc::set_handler(move || {
            if pressed.set(Instant::now()).is_err() {
                super::exit::at_once();
            }
        })
        .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))?;
        let longest = Duration::from_secs(u64::from(u32::MAX));
        let deadline = limits.time.time_limit.map(|limit| {
            let limit = limit.min(longest);
            (begun + limit.saturating_sub((limit / ASIDE.0).min(ASIDE.1)), begun + limit)
        });
        Ok(Self { interrupted, deadline, memory: limits.memory_limit })
    }

    /// Whether it has to end now, but for what can be said in short.
    pub(super) fn is_due(&self) -> bool {
        self.interrupted.get().is_some() || self.deadline.is_some_and(|(due, _)| Instant::now() >= due)
    }

    /// Whether work has to end now that needs no time for what is said of it.
    pub(super) fn is_late(&self) -> bool {
        self.interrupted.get().is_some() || self.deadline.is_some_and(|(_, end)| Instant::now() >= end)
    }

    /// Whether that has to end too.
    pub(super) fn is_over(&self) -> bool {
        self.interrupted.get().is_some_and(|pressed| pressed.elapsed() > SOON * 4)
            || self.deadline.is_some_and(|(_, end)| Instant::now() >= end + SOON)
    }

    /// The same for fault trees, asked through `stop`, which is [`Stop::is_due`], and `last`, which is [`Stop::is_over`].
    pub(super) fn limits<'s>(
        &self,
        stop: &'s (dyn Fn() -> bool + Sync),
        last: &'s (dyn Fn() -> bool + Sync),
    ) -> Limits<'s> {
        Limits { memory: self.memory, stop: Some(stop), last: Some(last) }
    }

    /// Says why the result is incomplete.
    pub(super) fn tell(&self, talk: &Talk) {
        let why = if self.interrupted.get().is_some() {
            "it was interrupted"
        } else if self.is_due() {
            "the time limit was reached"
        } else {
            "a memory limit was reached"
        };
        talk.say(&format!("the result is incomplete: {why}"));
    }
}
