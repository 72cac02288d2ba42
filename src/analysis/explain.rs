//! Why: the chain from what failed to a capability, and the tree of causes with the alternatives that were tried.

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::civil::Date;

use super::survive::{Answer, Asking};
use super::{Asked, System};
use crate::compile::{Capacity, ConditionId, Formula, Program, Role};
use crate::engine::{Outcome, Run};
use crate::model::{ElementId, State, Time};

/// One node of an explanation. Its children say why it is as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Why the node above has it.
    pub role: Option<Role>,
    /// What it is about.
    pub what: What,
    /// When it holds while what failed stays failed; 0: all the time.
    pub time: Time,
    /// What it follows from.
    pub children: Vec<Cause>,
}

/// What a node of an explanation is about.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An element failed of itself; it is back after this.
    Failed(ElementId, Time),
    /// An element, with its state and, in the scenario's own durations, when it serves again.
    Element {
        /// Which.
        element: ElementId,
        /// How it does.
        state: State,
        /// When it serves again.
        outage: Time,
        /// It is explained elsewhere in the tree, waits for a node above, or lies too deep to be told.
        told: bool,
    },
    /// Several must hold together.
    All,
    /// So many of so many must hold, and so many do or will.
    AtLeast {
        /// How many must.
        needed: usize,
        /// Of how many.
        of: usize,
        /// How many do or will.
        hold: usize,
    },
    /// A capacity must be reached.
    Capacity {
        /// What it takes.
        needed: f64,
        /// What works or will.
        works: f64,
    },
    /// It is ridden out for so long.
    Tolerated(Time),
    /// It takes so much longer.
    Later(Time),
}

/// The story of one scenario.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The bare facts.
    pub answer: Answer,
    /// For each capability asked about, in order, what its state follows from: what failed it, or what saved it. Empty:
    /// the scenario does not touch it.
    pub causes: Vec<Vec<Cause>>,
    /// For each capability that the scenario takes out: the shortest chain from what failed.
    pub chains: Vec<Vec<ElementId>>,
}

/// Explains one scenario.
pub fn explain(system: &System, asked: Asked, capabilities: &[ElementId], as_of: Date) -> Explained {
    let engine = system.engine();
    let mut worker = engine.worker();
    let (answer, outcome) = Asking::new(system, capabilities, as_of).answer(&mut worker, asked);
    let undisturbed = worker.outcome(&[]);
    let mut causes = Vec::new();
    let mut chains = Vec::new();
    for of in &answer.capabilities {
        let condition = if of.state == State::Degraded || of.state == State::Up {
            ConditionId::full(of.capability)
        } else {
            ConditionId::ok(of.capability)
        };
        let mut teller = Teller::new(system, &outcome, undisturbed.while_failed());
        teller.told.insert(of.capability);
        causes.push(teller.parts(condition));
        chains.push(chain(&system.program, outcome.while_failed(), condition));
    }
    Explained { answer, causes, chains }
}

/// The shortest chain of dependencies from something that failed to the element whose condition does not hold, each
/// element followed by one that depends on it. Where nothing failed is to blame (conditions that wait for each other)
/// it is the element alone; where the condition holds, it is empty.
pub fn chain(program: &Program, run: &Run, condition: ConditionId) -> Vec<ElementId> {
    if run.time(condition) == Time::ZERO {
        return Vec::new();
    }
    let mut led_here: HashMap<ConditionId, ConditionId> = HashMap::new();
    let mut seen = HashSet::from([condition]);
    let mut next = VecDeque::from([condition]);
    while let Some(id) = next.pop_front() {
        let latest = program[id].parts.iter().map(|part| run.value(&part.formula)).max();
        for part in program[id].parts.iter().filter(|part| Some(run.value(&part.formula)) == latest) {
            let mut failed = None;
            part.formula.visit(&mut |leaf| match leaf {
                Formula::Event(event) if run.back(*event) != Time::ZERO => failed = failed.or(Some(*event)),
                Formula::Is(on) => follow(run, id, *on, &mut seen, &mut led_here, &mut next),
                Formula::Capacity { of, .. } => {
                    of.iter().for_each(|(_, on)| follow(run, id, *on, &mut seen, &mut led_here, &mut next));
                }
                _ => {}
            });
            if let Some(event) = failed {
                let back = std::iter::successors(Some(id), |id| led_here.get(id).copied());
                let mut chain = vec![event];
                chain.extend(back.map(ConditionId::element));
                chain.dedup();
                return chain;
            }
        }
    }
    vec![condition.element()]
}

fn follow(
    run: &Run,
    from: ConditionId,
    to: ConditionId,
    seen: &mut HashSet<ConditionId>,
    led_here: &mut HashMap<ConditionId, ConditionId>,
    next: &mut VecDeque<ConditionId>,
) {
    if run.time(to) != Time::ZERO && seen.insert(to) {
        led_here.insert(to, from);
        next.push_back(to);
    }
}

/// A story is told to this depth: nobody follows more, and models may be a million elements deep.
const DEEPEST: usize = 48;

/// Turns conditions into nodes of a tree; each element is told once.
struct Teller<'a> {
    system: &'a System,
    outcome: &'a Outcome,
    undisturbed: &'a Run,
    told: HashSet<ElementId>,
    depth: usize,
}

impl<'a> Teller<'a> {
    fn new(system: &'a System, outcome: &'a Outcome, undisturbed: &'a Run) -> Self {
        Self { system, outcome, undisturbed, told: HashSet::new(), depth: 0 }
    }

    /// What a condition follows from: its touched parts. A condition that holds late is told by its latest parts alone.
    fn parts(&mut self, id: ConditionId) -> Vec<Cause> {
        let run = self.outcome.while_failed();
        let parts = &self.system.program[id].parts;
        let latest = parts.iter().map(|part| run.value(&part.formula)).max().unwrap_or(Time::ZERO);
        let mut causes = Vec::new();
        for part in parts {
            let to_blame = latest == Time::ZERO || run.value(&part.formula) == latest;
            if !to_blame || !self.is_touched(&part.formula) {
                continue;
            }
            if part.role == Role::Serving {
                // Being full includes being ok: its story is told in place.
                causes.extend(self.parts(ConditionId::ok(id.element())));
            } else {
                causes.push(self.cause(Some(part.role), &part.formula));
            }
        }
        // Being ok and being full often need the same thing: it is told once.
        let mut known: Vec<(Option<Role>, Option<ElementId>)> = Vec::new();
        causes.retain(|cause: &Cause| {
            let element = match cause.what {
                What::Element { element, .. } => Some(element),
                _ => None,
            };
            let is_new = element.is_none() || !known.contains(&(cause.role, element));
            known.push((cause.role, element));
            is_new
        });
        causes
    }

    /// Whether the scenario changes anything in a formula.
    fn is_touched(&self, formula: &Formula) -> bool {
        let run = self.outcome.while_failed();
        let mut touched = false;
        formula.visit(&mut |leaf| match leaf {
            Formula::Event(event) => touched |= run.back(*event) != Time::ZERO,
            Formula::Is(on) => touched |= run.time(*on) != self.undisturbed.time(*on),
            Formula::Capacity { of, .. } => {
                touched |= of.iter().any(|(_, on)| run.time(*on) != self.undisturbed.time(*on));
            }
            _ => {}
        });
        touched
    }

    fn cause(&mut self, role: Option<Role>, formula: &Formula) -> Cause {
        let run = self.outcome.while_failed();
        let time = run.value(formula);
        let (what, children) = match formula {
            Formula::Event(event) => (What::Failed(*event, self.outcome.run.back(*event)), Vec::new()),
            Formula::Is(id) => return self.element(role, *id),
            Formula::ToStart(of) => return self.cause(role, of),
            Formula::Tolerates(tolerated, of) => (What::Tolerated(*tolerated), vec![self.cause(None, of)]),
            Formula::Later(later, of) => (What::Later(*later), vec![self.cause(None, of)]),
            Formula::All(of) => (What::All, self.all(of)),
            Formula::Any(of) => (self.at_least(1, of), self.all(of)),
            Formula::AtLeast(count, of) => (self.at_least(*count as usize, of), self.all(of)),
            Formula::Capacity { threshold, of } => {
                let working = of.iter().filter(|(_, on)| run.time(*on).is_finite());
                let works = working.map(|(capacity, _)| *capacity).sum::<Capacity>().amount();
                let children = of.iter().map(|(_, on)| self.element(None, *on)).collect();
                (What::Capacity { needed: threshold.amount(), works }, children)
            }
        };
        Cause { role, what, time, children }
    }

    fn all(&mut self, of: &[Formula]) -> Vec<Cause> {
        of.iter().map(|formula| self.cause(None, formula)).collect()
    }

    fn at_least(&self, needed: usize, of: &[Formula]) -> What {
        let run = self.outcome.while_failed();
        let hold = of.iter().filter(|formula| run.value(formula).is_finite()).count();
        What::AtLeast { needed, of: of.len(), hold }
    }

    fn element(&mut self, role: Option<Role>, id: ConditionId) -> Cause {
        let run = self.outcome.while_failed();
        let element = id.element();
        let is_touched = run.time(id) != self.undisturbed.time(id);
        let told = is_touched && (self.depth == DEEPEST || !self.told.insert(element));
        let mut children = Vec::new();
        if is_touched && !told {
            self.depth += 1;
            children = self.parts(id);
            self.depth -= 1;
        }
        let (state, outage) = (self.outcome.state(element), self.outcome.outage(element));
        Cause { role, what: What::Element { element, state, outage, told }, time: run.time(id), children }
    }
}
