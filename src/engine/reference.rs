//! The reference engine: the semantics line by line, obvious rather than fast.
//!
//! What keeps running is the most that can; what has stopped comes back only once all that it needs is back:
//!
//! 1. the *staying set* S starts as everything and loses, again and again, every condition whose formula is not 0;
//! 2. given S, the *times* E are 0 in S, and elsewhere the least fixed point in the order of becoming available:
//!    all start at never, and a condition gets a time only through conditions that have one already, so that
//!    conditions that wait for each other stay at never.
//!
//! Iterating downwards from never gives exactly that fixed point. A pass in dependency order settles everything
//! outside circles at once.

use crate::compile::{Condition, ConditionId, Formula, Program};
use crate::model::{ElementId, Failure, State, Time};

/// When each failed element is back.
#[derive(Debug, Clone)]
pub struct Events(Vec<Time>);

impl Events {
    fn new(n_elements: usize, fails: &[Failure]) -> Self {
        let mut events = vec![Time::ZERO; n_elements];
        for failure in fails {
            events[failure.what.index()] = failure.lasts;
        }
        Self(events)
    }

    /// 0 if the element has not failed of itself.
    pub fn back(&self, element: ElementId) -> Time {
        self.0[element.index()]
    }
}

/// The times of all conditions in one world: which events there are, and when each condition holds.
#[derive(Debug, Clone)]
pub struct Run {
    events: Events,
    times: Vec<Time>,
}

/// Whether a formula is asked of what runs and may go on, or of what has stopped and would come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Staying,
    Returning,
}

impl Run {
    /// When an element's condition holds again; 0: it never ceased to.
    pub fn time(&self, id: ConditionId) -> Time {
        self.times[id.index()]
    }

    /// The events of this world.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// When a formula holds for what has stopped.
    pub fn value(&self, formula: &Formula) -> Time {
        self.eval(formula, Step::Returning)
    }

    fn eval(&self, formula: &Formula, step: Step) -> Time {
        match formula {
            Formula::Event(event) => self.events.back(*event),
            Formula::Is(id) => self.time(*id),
            Formula::ToStart(_) if step == Step::Staying => Time::ZERO,
            Formula::ToStart(of) => self.eval(of, step),
            Formula::Tolerates(tolerated, of) => {
                let time = self.eval(of, step);
                if step == Step::Staying && time <= *tolerated { Time::ZERO } else { time }
            }
            Formula::Later(later, of) => *later + self.eval(of, step),
            Formula::All(of) => of.iter().map(|part| self.eval(part, step)).max().unwrap_or(Time::ZERO),
            Formula::Any(of) => of.iter().map(|part| self.eval(part, step)).min().unwrap_or(Time::NEVER),
            Formula::AtLeast(count, of) => {
                let mut times: Vec<_> = of.iter().map(|part| self.eval(part, step)).collect();
                times.sort_unstable();
                match *count as usize {
                    0 => Time::ZERO,
                    k => times.get(k - 1).copied().unwrap_or(Time::NEVER),
                }
            }
            Formula::Capacity { threshold, of } => {
                let mut carried: Vec<_> =
                    of.iter().map(|(capacity, id)| (self.time(*id), *capacity)).collect();
                carried.sort_by_key(|(time, _)| *time);
                let mut sum = 0.0;
                let reached = carried.into_iter().find(|(_, capacity)| {
                    sum += capacity;
                    sum >= *threshold
                });
                match reached {
                    _ if *threshold <= 0.0 => Time::ZERO,
                    Some((time, _)) => time,
                    None => Time::NEVER,
                }
            }
        }
    }

    fn condition(&self, condition: &Condition, step: Step) -> Time {
        let parts = condition.parts.iter().map(|part| self.eval(&part.formula, step)).max();
        let start = if step == Step::Returning { condition.start } else { Time::ZERO };
        condition.after + parts.unwrap_or(Time::ZERO) + start
    }

    /// Step 2 for some conditions, all others being settled: `staying` are 0, the rest settle from never downwards.
    fn settle(&mut self, program: &Program, conditions: &[ConditionId], staying: &[bool]) {
        for id in conditions {
            self.times[id.index()] = if staying[id.index()] { Time::ZERO } else { Time::NEVER };
        }
        loop {
            let mut changed = false;
            for id in conditions.iter().filter(|id| !staying[id.index()]) {
                let time = self.condition(&program[*id], Step::Returning);
                changed |= time != self.times[id.index()];
                self.times[id.index()] = time;
            }
            if !changed {
                return;
            }
        }
    }

    /// Steps 1 and 2 for some conditions, all others being settled.
    fn run(&mut self, program: &Program, conditions: &[ConditionId]) {
        let mut staying: Vec<bool> = self.times.iter().map(|time| *time == Time::ZERO).collect();
        for id in conditions {
            staying[id.index()] = true;
        }
        loop {
            self.settle(program, conditions, &staying);
            let must_stop = |id: &ConditionId| {
                staying[id.index()] && self.condition(&program[*id], Step::Staying) != Time::ZERO
            };
            let stopped: Vec<_> = conditions.iter().copied().filter(must_stop).collect();
            if stopped.is_empty() {
                return;
            }
            for id in stopped {
                staying[id.index()] = false;
            }
        }
    }

    /// The largest set of conditions at never whose formulas would all be finite if its members held.
    fn deadlock(&self, program: &Program) -> Vec<ConditionId> {
        let mut candidates: Vec<ConditionId> =
            program.order().iter().copied().filter(|id| !self.time(*id).is_finite()).collect();
        let mut supposed = self.clone();
        for id in &candidates {
            supposed.times[id.index()] = Time::ZERO;
        }
        loop {
            let stuck = |id: &ConditionId| !supposed.condition(&program[*id], Step::Returning).is_finite();
            let (failed, waiting): (Vec<_>, Vec<_>) = candidates.iter().copied().partition(stuck);
            if failed.is_empty() {
                return waiting;
            }
            for id in failed {
                supposed.times[id.index()] = Time::NEVER;
            }
            candidates = waiting;
        }
    }
}

/// What a scenario does to every element.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// With the durations that the scenario gives.
    pub run: Run,
    /// With every event staying failed; `None` where that is the same.
    forever: Option<Run>,
    /// Elements in a recovery deadlock, in the model's order.
    pub deadlock: Vec<ElementId>,
}

impl Outcome {
    /// The world in which every event stays failed: states are judged there.
    pub fn while_failed(&self) -> &Run {
        self.forever.as_ref().unwrap_or(&self.run)
    }

    /// How an element does while what failed is still failed.
    pub fn state(&self, element: ElementId) -> State {
        let run = self.while_failed();
        if run.time(ConditionId::full(element)).is_finite() {
            State::Up
        } else if run.time(ConditionId::ok(element)).is_finite() {
            State::Degraded
        } else {
            State::Down
        }
    }

    /// How long an element is out.
    pub fn outage(&self, element: ElementId) -> Time {
        self.run.time(ConditionId::ok(element))
    }

    /// When an element is undegraded again.
    pub fn undegraded_after(&self, element: ElementId) -> Time {
        self.run.time(ConditionId::full(element))
    }
}

/// The reference engine for one model.
///
/// ```
/// use linchpin::{compile::Program, diag::Sources, engine::Reference, model::*, topology::Topology};
/// let mut sources = Sources::default();
/// sources.add("m.toml", "[provider.p]\n[service.web]\nplaced = ['p']\nstart = '2m'\n[capability.shop]\nneeds = ['web']\n");
/// let model = Model::read(&sources, "m").map_err(|problems| problems[0].message.clone())?;
/// let program = Program::new(&model, &Topology::new(&model));
/// let (p, shop) = (model.find("p").unwrap(), model.find("capability:shop").unwrap());
///
/// let outcome = Reference::new(&program).outcome(&[Failure { what: p, lasts: Time::seconds(600), destroys: false }]);
/// assert_eq!(outcome.state(shop), State::Down);
/// assert_eq!(outcome.outage(shop), Time::seconds(720));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reference<'p> {
    program: &'p Program,
    /// Nothing failed. What a scenario cannot affect is as it is here.
    undisturbed: Run,
}

impl<'p> Reference<'p> {
    /// Prepares the engine: one run with nothing failed.
    pub fn new(program: &'p Program) -> Self {
        let events = Events::new(program.len() / 2, &[]);
        let mut undisturbed = Run { events, times: vec![Time::NEVER; program.len()] };
        undisturbed.run(program, program.order());
        Self { program, undisturbed }
    }

    /// What follows when these fail.
    pub fn outcome(&self, fails: &[Failure]) -> Outcome {
        let run = self.run(fails);
        let forever = fails.iter().any(|failure| failure.lasts.is_finite()).then(|| {
            let stay: Vec<_> =
                fails.iter().map(|failure| Failure { lasts: Time::NEVER, ..*failure }).collect();
            self.run(&stay)
        });
        let mut deadlock: Vec<_> = run.deadlock(self.program).into_iter().map(ConditionId::element).collect();
        deadlock.sort_unstable();
        deadlock.dedup();
        Outcome { run, forever, deadlock }
    }

    /// When each condition holds after starting everything from zero: step 2 with nothing staying and no event.
    pub fn cold_start(&self) -> Run {
        let mut run = self.undisturbed.clone();
        run.settle(self.program, self.program.order(), &vec![false; self.program.len()]);
        run
    }

    fn run(&self, fails: &[Failure]) -> Run {
        let events = Events::new(self.program.len() / 2, fails);
        let mut run = Run { events, times: self.undisturbed.times.clone() };
        run.run(self.program, &self.program.affected_by(fails.iter().map(|failure| failure.what)));
        run
    }
}
