//! What engines give: times, as differences from the undisturbed system.

use std::sync::Arc;

use crate::compile::{Capacity, ConditionId, Formula};
use crate::model::{ElementId, Failure, State, Time};

/// The times of all conditions in one world.
///
/// A scenario touches little of a large model, so only what differs from the undisturbed times is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    events: Vec<Failure>,
    undisturbed: Arc<[Time]>,
    /// Sorted by condition.
    changes: Vec<(ConditionId, Time)>,
}

impl Run {
    /// `changes` need not be sorted; each condition stands in it once.
    pub(super) fn new(
        events: Vec<Failure>,
        undisturbed: Arc<[Time]>,
        mut changes: Vec<(ConditionId, Time)>,
    ) -> Self {
        changes.retain(|(id, time)| undisturbed[id.index()] != *time);
        changes.sort_unstable();
        Self { events, undisturbed, changes }
    }

    /// When a condition holds again; 0: it never ceased to.
    pub fn time(&self, id: ConditionId) -> Time {
        match self.changes.binary_search_by_key(&id, |(changed, _)| *changed) {
            Ok(place) => self.changes[place].1,
            Err(_) => self.undisturbed[id.index()],
        }
    }

    /// The conditions that hold at another time than with nothing failed, with their times, in order.
    pub fn changes(&self) -> &[(ConditionId, Time)] {
        &self.changes
    }

    /// When a condition holds with nothing failed.
    pub fn undisturbed(&self, id: ConditionId) -> Time {
        self.undisturbed[id.index()]
    }

    /// When an element's own failure is over; 0 if it has not failed of itself.
    pub fn back(&self, element: ElementId) -> Time {
        self.events.iter().find(|failure| failure.what == element).map_or(Time::ZERO, |failure| failure.lasts)
    }

    /// When a formula holds for what has stopped.
    pub fn value(&self, formula: &Formula) -> Time {
        value(formula, Step::Returning, &|id| self.time(id), &|element| self.back(element))
    }
}

/// Whether a formula is asked of what runs and may go on, or of what has stopped and would come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Staying,
    Returning,
}

/// When a formula holds, given when conditions hold and when failures are over.
pub(super) fn value(
    formula: &Formula,
    step: Step,
    time: &impl Fn(ConditionId) -> Time,
    back: &impl Fn(ElementId) -> Time,
) -> Time {
    let of = |formula: &Formula| value(formula, step, time, back);
    match formula {
        Formula::Event(event) => back(*event),
        Formula::Is(id) => time(*id),
        Formula::ToStart(_) if step == Step::Staying => Time::ZERO,
        Formula::ToStart(inner) => of(inner),
        Formula::Tolerates(tolerated, inner) => {
            let time = of(inner);
            if step == Step::Staying && time <= *tolerated { Time::ZERO } else { time }
        }
        Formula::Later(later, inner) => *later + of(inner),
        Formula::All(parts) => parts.iter().map(of).max().unwrap_or(Time::ZERO),
        Formula::Any(parts) => parts.iter().map(of).min().unwrap_or(Time::NEVER),
        Formula::AtLeast(count, parts) => {
            let mut times: Vec<_> = parts.iter().map(of).collect();
            times.sort_unstable();
            match *count as usize {
                0 => Time::ZERO,
                k => times.get(k - 1).copied().unwrap_or(Time::NEVER),
            }
        }
        Formula::Capacity { threshold, of } => {
            let mut carried: Vec<_> = of.iter().map(|(capacity, id)| (time(*id), *capacity)).collect();
            carried.sort_unstable();
            let mut sum = Capacity::ZERO;
            let reached = carried.into_iter().find(|(_, capacity)| {
                sum = sum + *capacity;
                sum >= *threshold
            });
            if *threshold == Capacity::ZERO {
                Time::ZERO
            } else {
                reached.map_or(Time::NEVER, |(time, _)| time)
            }
        }
    }
}

/// What a scenario does to every element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// With the durations that the scenario gives.
    pub run: Run,
    /// With every event staying failed; `None` where that is the same.
    pub(super) forever: Option<Run>,
    /// Elements in a recovery deadlock, in the model's order.
    pub deadlock: Vec<ElementId>,
    /// Their conditions that wait, in order.
    pub waiting: Vec<ConditionId>,
}

impl Outcome {
    /// The world in which every event stays failed: states are judged there.
    pub fn while_failed(&self) -> &Run {
        self.forever.as_ref().unwrap_or(&self.run)
    }

    /// How an element does while what failed is still failed.
    pub fn state(&self, element: ElementId) -> State {
        let run = self.while_failed();
        state(run.time(ConditionId::ok(element)), run.time(ConditionId::full(element)))
    }

    /// How long an element is out.
    pub fn outage(&self, element: ElementId) -> Time {
        self.run.time(ConditionId::ok(element))
    }

    /// When an element is undegraded again.
    pub fn undegraded_after(&self, element: ElementId) -> Time {
        self.run.time(ConditionId::full(element))
    }

    /// How many elements are down that are not with nothing failed. (A failure never helps, so none is up again.)
    pub fn newly_down(&self) -> usize {
        let run = self.while_failed();
        let fell = |(id, time): &&(ConditionId, Time)| {
            *id == ConditionId::ok(id.element()) && !time.is_finite() && run.undisturbed(*id).is_finite()
        };
        run.changes().iter().filter(fell).count()
    }
}

/// The state that belongs to the times of ok and full.
fn state(ok: Time, full: Time) -> State {
    if full.is_finite() {
        State::Up
    } else if ok.is_finite() {
        State::Degraded
    } else {
        State::Down
    }
}

/// All of these failures, staying.
pub(super) fn staying(fails: &[Failure]) -> Option<Vec<Failure>> {
    let passes = fails.iter().any(|failure| failure.lasts.is_finite());
    passes.then(|| fails.iter().map(|failure| Failure { lasts: Time::NEVER, ..*failure }).collect())
}

/// The elements of conditions, each once, in the model's order.
pub(super) fn elements(conditions: impl IntoIterator<Item = ConditionId>) -> Vec<ElementId> {
    let mut elements: Vec<_> = conditions.into_iter().map(ConditionId::element).collect();
    elements.sort_unstable();
    elements.dedup();
    elements
}
