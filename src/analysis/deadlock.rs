//! What waits for itself: the circles in a deadlock, and which dependency to break so that it is none.
//!
//! Advice is tried out before it is given: the conditions are computed anew with the dependency changed.

use std::borrow::Cow;
use std::collections::HashMap;

use rayon::prelude::*;

use super::net::Net;
use super::{Answer, System};
use crate::compile::{ConditionId, Dense, Edit, Level, Program, Role, Way};
use crate::engine::{ColdStart, Fast, Run};
use crate::model::{ElementId, Failure, Kind, Time};

/// From where things come back.
#[derive(Debug, Clone, Copy)]
pub enum Beginning<'a> {
    /// Everything is down and nothing has failed.
    Zero,
    /// These have failed.
    Failures(&'a [Failure]),
}

/// One circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// Each waits for the next, the last for the first.
    pub elements: Vec<ElementId>,
    /// Whether they serve, but are never undegraded.
    pub serves: bool,
    /// What to break; `None` where nothing that was tried helps.
    pub cut: Option<Cut>,
}

/// A dependency whose change breaks a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// What depends.
    pub of: ElementId,
    /// On what.
    pub on: ElementId,
    /// Why: one of its `needs`, `wants`, peers, groups, or instances.
    pub role: Role,
    /// What helps; the mildest first.
    pub ways: Vec<Way>,
}

/// The circles of a deadlock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circles {
    /// Those found, each after those that it waits for.
    pub circles: Vec<Circle>,
    /// Whether nothing waits for itself any more once all of them are broken as advised; found by computing that.
    pub suffices: bool,
    /// When the last service, capability or channel that comes back at all then is there, if that suffices.
    pub total: Option<Time>,
}

/// More circles are not told, and not looked for.
const MOST_CIRCLES: usize = 1_000;

/// So many conditions are computed anew to try out advice.
const MOST_WORK: usize = 4_000_000;

/// The circles of what waits for each other, and what to break. `program` is the system's.
pub fn circles(system: &System, from: Beginning<'_>) -> Circles {
    let mut untangling = Untangling { system, from, work: 0 };
    let (mut circles, mut edits): (Vec<Circle>, Vec<Edit>) = (Vec::new(), Vec::new());
    loop {
        let state = untangling.compute(&edits);
        if state.waiting.is_empty() {
            let total = circles.last().map(|_| untangling.total(&state));
            return Circles { circles, suffices: true, total };
        }
        // What was advised first is tried out however large the model is.
        let is_spent = untangling.work > MOST_WORK && !edits.is_empty();
        let before = edits.len();
        untangling.round(&state, &mut circles, &mut edits);
        if is_spent || edits.len() == before || circles.len() >= MOST_CIRCLES {
            return Circles { circles, suffices: false, total: None };
        }
    }
}

/// What is there after some changes.
struct State<'a> {
    program: Cow<'a, Program>,
    times: Times,
    waiting: Vec<ConditionId>,
}

enum Times {
    Cold(ColdStart),
    After(Run),
}

impl Times {
    fn time(&self, id: ConditionId) -> Time {
        match self {
            Self::Cold(cold) => cold.time(id),
            Self::After(run) => run.time(id),
        }
    }
}

struct Untangling<'a> {
    system: &'a System,
    from: Beginning<'a>,
    work: usize,
}

impl<'a> Untangling<'a> {
    /// Computes everything anew with some changes.
    fn compute(&mut self, edits: &[Edit]) -> State<'a> {
        let system = self.system;
        self.work += system.program.len();
        let (program, dense) = if edits.is_empty() {
            (Cow::Borrowed(&system.program), Cow::Borrowed(&system.dense))
        } else {
            let program = system.program.edited(edits);
            let dense = Dense::new(&program);
            (Cow::Owned(program), Cow::Owned(dense))
        };
        let (times, waiting) = match self.from {
            Beginning::Zero => {
                let cold = ColdStart::new(&dense);
                let waiting = cold.waiting().to_vec();
                (Times::Cold(cold), waiting)
            }
            Beginning::Failures(fails) => {
                let outcome = Fast::new(&dense).worker().outcome(fails);
                (Times::After(outcome.run), outcome.waiting)
            }
        };
        State { program, times, waiting }
    }

    fn total(&self, state: &State<'_>) -> Time {
        let told = |kind: &Kind| matches!(kind, Kind::Service(_) | Kind::Capability(_) | Kind::Channel);
        let elements = self.system.model.elements().filter(|(_, element)| told(&element.kind));
        let times = elements.map(|(id, _)| state.times.time(ConditionId::ok(id)));
        times.filter(|time| time.is_finite()).max().unwrap_or(Time::ZERO)
    }

    fn is_back(&self, element: ElementId) -> bool {
        match self.from {
            Beginning::Zero => true,
            Beginning::Failures(fails) => {
                fails.iter().all(|failure| failure.what != element || failure.lasts.is_finite())
            }
        }
    }

    /// One circle of each set of things that wait for each other, and a change that breaks it.
    fn round(&mut self, state: &State<'_>, circles: &mut Vec<Circle>, edits: &mut Vec<Edit>) {
        let holds = |id: ConditionId| state.times.time(id).is_finite();
        let mut net = Net::new(&state.program, &state.waiting, holds, |element| self.is_back(element));
        let (knots, sets) = net.knots();
        for set in sets {
            if circles.len() >= MOST_CIRCLES {
                return;
            }
            let circle: Vec<_> =
                knots.smallest_circle(&set).into_iter().map(|place| net.condition(place)).collect();
            // Something broken before may have set it free already.
            if circle.iter().any(|id| !net.waits(*id)) {
                continue;
            }
            let cut = self.cut_for(&mut net, &circle, edits);
            let serves = circle.iter().all(|id| id.level() == Level::Full);
            let cut = cut.map(|(cut, changes)| {
                edits.extend(changes);
                cut
            });
            circles.push(Circle { elements: from_the_first(&circle), serves, cut });
        }
    }

    /// The dependency to break, and the changes that break it, which the net then knows of.
    fn cut_for(&mut self, net: &mut Net, circle: &[ConditionId], edits: &[Edit]) -> Option<(Cut, Vec<Edit>)> {
        let candidates = candidates(net, circle);
        let mild = self.mild_cut(&candidates, circle, edits);
        let (candidate, ways) = mild.or_else(|| {
            let best = self.best(net, &candidates)?;
            Some((best, vec![Way::Without]))
        })?;
        net.cut(candidate.of, &candidate.parts);
        net.keep();
        let way = *ways.first()?;
        let changes = self.edits(candidate, way);
        let role = candidate.parts[0].0;
        Some((Cut { of: candidate.of, on: candidate.on, role, ways }, changes))
    }

    /// What sets most free; where that is equal, what most others depend on had better depend on less.
    fn best<'c>(&self, net: &mut Net, candidates: &'c [Candidate]) -> Option<&'c Candidate> {
        let mut best: Option<((usize, bool, usize), &Candidate)> = None;
        for candidate in candidates.iter().take(MOST_CANDIDATES) {
            let frees = net.cut(candidate.of, &candidate.parts);
            net.undo();
            let is_plain = candidate.parts.iter().all(|(role, _)| *role != Role::Instances);
            let rank = (frees, is_plain, self.system.topology.dependents(candidate.of).count());
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                best = Some((rank, candidate));
            }
        }
        best.map(|(_, candidate)| candidate)
    }

    /// After failures, needing something only to start may be enough: what needs it then never stopped. From zero it
    /// never is.
    fn mild_cut<'c>(
        &mut self,
        candidates: &'c [Candidate],
        circle: &[ConditionId],
        edits: &[Edit],
    ) -> Option<(&'c Candidate, Vec<Way>)> {
        let Beginning::Failures(_) = self.from else { return None };
        let is_term = |candidate: &&Candidate| {
            candidate.parts.iter().all(|(role, _)| matches!(role, Role::Need | Role::Peer))
        };
        for candidate in candidates.iter().filter(is_term).take(MOST_TRIALS) {
            let Some(on_is_back) = self.trial(candidate, Way::ToStart, circle, edits) else { continue };
            let mut ways = vec![Way::ToStart];
            if on_is_back.is_finite() && on_is_back > Time::ZERO {
                let tolerating = Way::Tolerating(on_is_back);
                if self.trial(candidate, tolerating, circle, edits).is_some() {
                    ways.push(tolerating);
                }
            }
            return Some((candidate, ways));
        }
        None
    }

    /// Whether a change frees a circle, and when what is depended on serves again then.
    fn trial(
        &mut self,
        candidate: &Candidate,
        way: Way,
        circle: &[ConditionId],
        edits: &[Edit],
    ) -> Option<Time> {
        let new = self.edits(candidate, way);
        // What has been changed already and still is in a circle needs more.
        let is_old = |edit: &Edit| new.iter().any(|new| is_same_part(edit, new));
        if self.work > MOST_WORK || edits.iter().any(is_old) {
            return None;
        }
        let state = self.compute(&[edits, &new].concat());
        let is_free = circle.iter().all(|id| state.waiting.binary_search(id).is_err());
        is_free.then(|| state.times.time(ConditionId::ok(candidate.on)))
    }

    /// The changes that a candidate stands for: what is said of a service's peers holds for each of its instances.
    fn edits(&self, candidate: &Candidate, way: Way) -> Vec<Edit> {
        let model = &self.system.model;
        let mut edits = Vec::new();
        for (role, index) in &candidate.parts {
            let elements = match (&model[candidate.of].kind, role) {
                (Kind::Instance(instance), Role::Peer) => match &model[instance.service].kind {
                    Kind::Service(service) => service.instances.clone(),
                    _ => vec![candidate.of],
                },
                _ => vec![candidate.of],
            };
            edits.extend(elements.into_iter().map(|element| Edit {
                element,
                role: *role,
                index: *index,
                way,
            }));
            if *role == Role::Instances {
                edits.push(Edit { element: candidate.of, role: Role::Capacity, index: 0, way });
            }
        }
        edits
    }
}

fn is_same_part(a: &Edit, b: &Edit) -> bool {
    (a.element, a.role, a.index) == (b.element, b.role, b.index)
}

/// So many edges of one circle are compared.
const MOST_CANDIDATES: usize = 64;

/// So many edges of one circle are tried out.
const MOST_TRIALS: usize = 8;

/// An edge of a circle that could be broken: every part through which it waits.
#[derive(Debug, Clone)]
struct Candidate {
    of: ElementId,
    on: ElementId,
    parts: Vec<(Role, usize)>,
}

/// The edges of a circle that somebody wrote down, in order. That an instance lies in its domain is not up for change;
/// that a service has no other instance is.
fn candidates(net: &Net, circle: &[ConditionId]) -> Vec<Candidate> {
    let followed = circle.iter().zip(circle.iter().cycle().skip(1));
    let edges = followed.map(|(of, on)| {
        let mut parts = net.parts_between(*of, *on);
        // Enough instances and enough capacity of them are one thing.
        if parts.iter().any(|(role, _)| *role == Role::Instances) {
            parts.retain(|(role, _)| *role != Role::Capacity);
        }
        Candidate { of: of.element(), on: on.element(), parts }
    });
    let may_be_cut = |role: Role| {
        matches!(role, Role::Need | Role::Want | Role::Peer | Role::Group | Role::Instances | Role::Capacity)
    };
    edges
        .filter(|edge| !edge.parts.is_empty() && edge.parts.iter().all(|(role, _)| may_be_cut(*role)))
        .collect()
}

/// The elements of a circle, beginning with the first in the model's order.
fn from_the_first(circle: &[ConditionId]) -> Vec<ElementId> {
    let mut elements: Vec<ElementId> = circle.iter().map(|id| id.element()).collect();
    if let Some(first) = elements.iter().enumerate().min_by_key(|(_, id)| **id).map(|(place, _)| place) {
        elements.rotate_left(first);
    }
    elements
}

/// The circles of the deadlocks among many answers.
#[derive(Debug, Clone, Default)]
pub struct Stuck(HashMap<usize, Circles>);

impl Stuck {
    /// The circles of an answer, by its place.
    pub fn of(&self, answer: usize) -> Option<&Circles> {
        self.0.get(&answer)
    }

    /// Takes them out.
    pub(super) fn take(&mut self, answer: usize) -> Option<Circles> {
        self.0.remove(&answer)
    }
}

/// Looks for the circles of the deadlocks among answers; where there are very many, of the first ones.
pub fn stuck(system: &System, answers: &[Answer]) -> Stuck {
    Untangled::new(system).stuck(answers)
}

/// The same for answers that come in several lists.
#[derive(Debug, Clone)]
pub struct Untangled<'s> {
    system: &'s System,
    /// So many more are looked at.
    left: usize,
}

impl<'s> Untangled<'s> {
    /// Before the first list.
    pub fn new(system: &'s System) -> Self {
        /// So many are looked at, and so many conditions.
        const MOST_ANSWERS: usize = 100;
        Self { system, left: (MOST_WORK / system.program.len().max(1)).clamp(1, MOST_ANSWERS) }
    }

    /// Looks for the circles of the deadlocks among the next answers.
    pub fn stuck(&mut self, answers: &[Answer]) -> Stuck {
        let deadlocked = answers.iter().enumerate().filter(|(_, answer)| !answer.deadlock.is_empty());
        let of = |(place, answer): (usize, &Answer)| {
            (place, circles(self.system, Beginning::Failures(&answer.asked.scenario.fails)))
        };
        let first: Vec<_> = deadlocked.take(self.left).collect();
        self.left -= first.len();
        Stuck(first.into_par_iter().map(of).collect())
    }
}
