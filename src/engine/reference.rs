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

use std::sync::Arc;

use super::outcome::{Outcome, Run, Step, elements, staying, value};
use crate::compile::{Condition, ConditionId, Formula, Program};
use crate::model::{Failure, Time};

/// The times of one world in the making.
#[derive(Debug, Clone)]
struct World {
    /// When each element's own failure is over.
    events: Vec<Time>,
    /// When each condition holds.
    times: Vec<Time>,
}

impl World {
    fn value(&self, formula: &Formula, step: Step) -> Time {
        value(formula, step, &|id| self.times[id.index()], &|element| self.events[element.index()])
    }

    fn condition(&self, condition: &Condition, step: Step) -> Time {
        let parts = condition.parts.iter().map(|part| self.value(&part.formula, step)).max();
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
        let is_never = |id: &ConditionId| !self.times[id.index()].is_finite();
        let mut candidates: Vec<ConditionId> = program.order().iter().copied().filter(is_never).collect();
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
    undisturbed: Arc<[Time]>,
}

impl<'p> Reference<'p> {
    /// Prepares the engine: one run with nothing failed.
    pub fn new(program: &'p Program) -> Self {
        let events = vec![Time::ZERO; program.len() / 2];
        let mut world = World { events, times: vec![Time::NEVER; program.len()] };
        world.run(program, program.order());
        Self { program, undisturbed: world.times.into() }
    }

    /// What follows when these fail.
    pub fn outcome(&self, fails: &[Failure]) -> Outcome {
        let (world, run) = self.run(fails);
        let forever = staying(fails).map(|fails| self.run(&fails).1);
        let mut waiting = world.deadlock(self.program);
        waiting.sort_unstable();
        Outcome { run, forever, deadlock: elements(waiting.iter().copied()), waiting }
    }

    /// When each condition, by number, holds after starting everything from zero: step 2 with nothing staying and no
    /// event.
    pub fn cold_start(&self) -> Vec<Time> {
        let mut world = self.world(&[]);
        world.settle(self.program, self.program.order(), &vec![false; self.program.len()]);
        world.times
    }

    fn world(&self, fails: &[Failure]) -> World {
        let mut events = vec![Time::ZERO; self.program.len() / 2];
        for failure in fails {
            events[failure.what.index()] = failure.lasts;
        }
        World { events, times: self.undisturbed.to_vec() }
    }

    fn run(&self, fails: &[Failure]) -> (World, Run) {
        let mut world = self.world(fails);
        let affected = self.program.affected_by(fails.iter().map(|failure| failure.what));
        world.run(self.program, &affected);
        let changes = affected.iter().map(|id| (*id, world.times[id.index()])).collect();
        let run = Run::new(fails.to_vec(), self.undisturbed.clone(), changes);
        (world, run)
    }
}
