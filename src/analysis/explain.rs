//! Why: the chain from what failed to a capability, and the tree of causes with the alternatives that were tried.

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::civil::Date;

use super::deadlock::{Beginning, Circles, circles};
use super::survive::{Answer, Asking};
use super::{Asked, System};
use crate::compile::{Capacity, ConditionId, Formula, Program, Role};
use crate::engine::{Outcome, Run};
use crate::model::{ElementId, Kind, State, Time};

/// One node of an explanation. Its children say why it is as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Why the node above has it.
    pub role: Option<Role>,
    /// What it is about.
    pub what: What,
    /// When it holds while what failed stays failed; 0: all the time.
    pub time: Time,
    /// Outages of it up to this long are ridden out.
    pub rides_out: Option<Time>,
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
        /// For a place, or what lies at one: the failure that took it, where that is all there is to tell.
        lost_with: Option<ElementId>,
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
    /// It takes so much longer.
    Later(Time),
}

impl Cause {
    /// Whether two parts of one element tell the same story.
    fn is_like(&self, other: &Self) -> bool {
        let same = match (&self.what, &other.what) {
            (What::Element { element, .. }, What::Element { element: other, .. }) => element == other,
            (What::AtLeast { .. } | What::Capacity { .. }, _) => {
                self.what == other.what && matches!(self.role, Some(Role::Instances | Role::Capacity))
            }
            _ => false,
        };
        same && self.role == other.role
    }
}

/// The story of one scenario.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The bare facts.
    pub answer: Answer,
    /// For each capability asked about, in order, why it is not up.
    pub causes: Vec<Vec<Cause>>,
    /// For each capability that is not down, what kept it going: what holds although something in it does not. Both
    /// empty: the scenario does not touch it.
    pub saved: Vec<Vec<Cause>>,
    /// For each capability that the scenario takes out: the shortest chain from what failed.
    pub chains: Vec<Vec<ElementId>>,
    /// For each capability that is out for a time and then serves although what failed is still failed: the chain of
    /// what it waits for, from what failed.
    pub waits: Vec<Vec<ElementId>>,
    /// The circles of the scenario's deadlock, if it has one.
    pub circles: Option<Circles>,
}

/// Explains one scenario.
pub fn explain(system: &System, asked: Asked, capabilities: &[ElementId], as_of: Date) -> Explained {
    let engine = system.engine();
    let mut worker = engine.worker();
    let (answer, outcome) = Asking::new(system, capabilities, as_of).answer(&mut worker, asked);
    let undisturbed = worker.outcome(&[]);
    let (mut causes, mut saved) = (Vec::new(), Vec::new());
    let (mut chains, mut waits) = (Vec::new(), Vec::new());
    for of in &answer.capabilities {
        let (ok, full) = (ConditionId::ok(of.capability), ConditionId::full(of.capability));
        let condition = if of.state == State::Down { ok } else { full };
        let teller = || Teller::new(system, &outcome, undisturbed.while_failed(), of.capability);
        causes.push(if of.state == State::Up { Vec::new() } else { teller().parts(condition) });
        saved.push(match of.state {
            State::Down => Vec::new(),
            State::Degraded => teller().saved(ok),
            State::Up => teller().saved(full),
        });
        chains.push(chain(&system.program, outcome.while_failed(), condition));
        let waited = of.state != State::Down && of.outage > Time::ZERO;
        waits.push(if waited { chain(&system.program, outcome.while_failed(), ok) } else { Vec::new() });
    }
    let is_stuck = !answer.deadlock.is_empty();
    let circles = is_stuck.then(|| circles(system, Beginning::Failures(&answer.asked.scenario.fails)));
    Explained { answer, causes, saved, chains, waits, circles }
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
    /// Whose story it is.
    about: ElementId,
    told: HashSet<ElementId>,
    depth: usize,
}

impl<'a> Teller<'a> {
    fn new(system: &'a System, outcome: &'a Outcome, undisturbed: &'a Run, about: ElementId) -> Self {
        Self { system, outcome, undisturbed, about, told: HashSet::from([about]), depth: 0 }
    }

    /// What kept a condition going: if it had to come back, what it follows from; else whatever it depends on, directly
    /// or not, that holds although the scenario touches something in it.
    fn saved(&mut self, id: ConditionId) -> Vec<Cause> {
        /// So many are told.
        const MOST: usize = 12;
        let run = self.outcome.while_failed();
        if run.time(id) != self.undisturbed.time(id) {
            return self.parts(id);
        }
        let mut saved = Vec::new();
        let mut seen = HashSet::from([id]);
        let mut next = VecDeque::from([id]);
        while let Some(id) = next.pop_front().filter(|_| saved.len() < MOST) {
            let program = &self.system.program;
            for part in &program[id].parts {
                part.formula.visit(&mut |leaf| match leaf {
                    Formula::Is(on) if seen.insert(*on) => next.push_back(*on),
                    Formula::Capacity { of, .. } => {
                        next.extend(of.iter().map(|(_, on)| *on).filter(|on| seen.insert(*on)));
                    }
                    _ => {}
                });
            }
            let holds_anyway = run.time(id) == self.undisturbed.time(id) && run.time(id).is_finite();
            let touched =
                program[id].parts.iter().filter(|part| holds_anyway && self.is_touched(&part.formula));
            let touched: Vec<_> = touched.map(|part| (part.role, &part.formula)).collect();
            if touched.is_empty() || !self.told.insert(id.element()) && id.element() != self.about {
                continue;
            }
            let mut children: Vec<Cause> = Vec::new();
            for (role, formula) in touched {
                let mut cause = self.cause(Some(role), formula);
                // How many instances work and what they carry has the same reasons.
                if children.iter().any(|known| known.children == cause.children) {
                    cause.children.clear();
                }
                children.push(cause);
            }
            let (element, time) = (id.element(), run.time(id));
            let (state, outage) = (self.outcome.state(element), self.outcome.outage(element));
            let what = What::Element { element, state, outage, told: false, lost_with: None };
            saved.push(Cause { role: None, what, time, rides_out: None, children });
        }
        saved
    }

    /// What a condition follows from: its touched parts. A condition that holds late is told by its latest parts alone.
    fn parts(&mut self, id: ConditionId) -> Vec<Cause> {
        let run = self.outcome.while_failed();
        let parts = &self.system.program[id].parts;
        let latest = parts.iter().map(|part| run.value(&part.formula)).max().unwrap_or(Time::ZERO);
        let is_late = latest > Time::ZERO;
        // Being full includes being ok. If it is not even that, there is nothing more to tell.
        let serving = parts.iter().find(|part| part.role == Role::Serving);
        if serving.is_some_and(|part| is_late && run.value(&part.formula) == latest) {
            return self.parts(ConditionId::ok(id.element()));
        }
        let mut causes: Vec<Cause> = Vec::new();
        for part in parts {
            let to_blame = !is_late || run.value(&part.formula) == latest;
            if !to_blame || !self.is_touched(&part.formula) {
                continue;
            }
            let told = if part.role == Role::Serving {
                self.parts(ConditionId::ok(id.element()))
            } else {
                vec![self.cause(Some(part.role), &part.formula)]
            };
            // Being ok and being full often need the same thing: it is told once.
            for mut cause in told {
                if causes.iter().any(|known| known.is_like(&cause)) {
                    continue;
                }
                if causes.iter().any(|known| known.children == cause.children) {
                    cause.children.clear();
                }
                causes.push(cause);
            }
        }
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
            Formula::ToStart(of) | Formula::Later(Time::ZERO, of) => return self.cause(role, of),
            Formula::Any(of) | Formula::AtLeast(1, of) if of.len() == 1 => return self.cause(role, &of[0]),
            Formula::Tolerates(tolerated, of) => {
                return Cause { rides_out: Some(*tolerated), ..self.cause(role, of) };
            }
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
        Cause { role, what, time, rides_out: None, children }
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
        let lost_with = if is_touched { self.lost_with(id) } else { None };
        let told = is_touched && lost_with.is_none() && (self.depth == DEEPEST || !self.told.insert(element));
        let mut children = Vec::new();
        if is_touched && !told && lost_with.is_none() {
            self.depth += 1;
            children = self.parts(id);
            self.depth -= 1;
        }
        let (state, outage) = (self.outcome.state(element), self.outcome.outage(element));
        Cause {
            role,
            what: What::Element { element, state, outage, told, lost_with },
            time: run.time(id),
            rides_out: None,
            children,
        }
    }

    /// The failure that took a place, or something at one, if only places stand between the two.
    fn lost_with(&self, id: ConditionId) -> Option<ElementId> {
        let is_place = |id: &ElementId| match self.system.model[*id].kind {
            Kind::Provider | Kind::Region(_) | Kind::Zone { .. } | Kind::Facility(_) | Kind::Instance(_) => {
                true
            }
            Kind::Group | Kind::Service(_) | Kind::Capability(_) | Kind::Channel => false,
        };
        let chain = chain(&self.system.program, self.outcome.while_failed(), id);
        match chain[..] {
            [failed, .., _] if chain.iter().all(is_place) => Some(failed),
            _ => None,
        }
    }
}
