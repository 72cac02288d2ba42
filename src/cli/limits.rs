//! When work has to end early: time is up, or the user pressed Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::args::LimitArgs;
use super::exit::Failure;
use super::output::Talk;
use crate::faulttree::Limits;

/// Says whether work has to end.
#[derive(Debug)]
pub(super) struct Stop {
    interrupted: Arc<AtomicBool>,
    deadline: Option<Instant>,
    memory: Option<usize>,
}

impl Stop {
    /// From now on Ctrl-C does not end the program but the work; pressed again, the program.
    pub(super) fn new(limits: LimitArgs) -> Result<Self, Failure> {
        let interrupted = Arc::new(AtomicBool::new(false));
        let pressed = Arc::clone(&interrupted);
        ctrlc::set_handler(move || {
            if pressed.swap(true, Ordering::SeqCst) {
                super::exit::at_once();
            }
        })
        .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))?;
        let longest = Duration::from_secs(u64::from(u32::MAX));
        let deadline = limits.time_limit.map(|limit| Instant::now() + limit.min(longest));
        Ok(Self { interrupted, deadline, memory: limits.memory_limit })
    }

    /// Whether it has to end now.
    pub(super) fn is_due(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed) || self.deadline.is_some_and(|end| Instant::now() >= end)
    }

    /// The same for fault trees, asked through `stop`, which is [`Stop::is_due`].
    pub(super) fn limits<'s>(&self, stop: &'s (dyn Fn() -> bool + Sync)) -> Limits<'s> {
        Limits { memory: self.memory, stop: Some(stop) }
    }

    /// Says why the result is incomplete.
    pub(super) fn tell(&self, talk: &Talk) {
        let why = if self.interrupted.load(Ordering::Relaxed) {
            "it was interrupted"
        } else if self.is_due() {
            "the time limit was reached"
        } else {
            "a memory limit was reached"
        };
        talk.say(&format!("the result is incomplete: {why}"));
    }
}
