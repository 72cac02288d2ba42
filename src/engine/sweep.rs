//! The sweep engine: hundreds of scenarios at once, one bit each.
//!
//! It says of every condition in every scenario whether it stays (its time is 0) and whether it ever holds while what
//! failed stays failed (its time is finite): a pass over the gates for the first, and where coming back is something else
//! than never having stopped, one more for the second. What the bits do not tell (how long something is out that comes
//! back) is left to [`super::Fast`], scenario by scenario; [`Block::untold`] says where even the bits depend on it.
//!
//! 1. *Staying* is the largest solution of the conditions, terms that only count to start left out.
//! 2. *Returning* is the smallest solution of the conditions with all their terms, what stays being held.
//! 3. What *waits* for each other is the largest solution of the same, without the smallest: a recovery deadlock.
//!
//! Each is a [`Circuit`] over the same planes. Where nothing takes time or counts only to start, what stays is all that
//! ever holds, and one pass answers everything.

use super::circuit::{Ask, Circuit, From, alike_together};
use super::lanes::Lanes;
use super::planes::Planes;
use crate::compile::{ConditionId, Dense, NodeId, Op};
use crate::model::ElementId;

/// The sweep engine for one model: shared by all threads, each of which works with a [`Block`].
///
/// ```
/// use linchpin::{compile::*, diag::Sources, engine::Sweep, model::*, topology::Topology};
/// let mut sources = Sources::default();
/// sources.add("m.toml", "[provider.p]\n[provider.q]\n[service.web]\nplaced = ['p', 'q']\n[capability.c]\nneeds = ['web']\n");
/// let model = Model::read(&sources, "m").map_err(|problems| problems[0].message.clone())?;
/// let dense = Dense::new(&Program::new(&model, &Topology::new(&model)));
/// let [p, web, c] = ["p", "web", "capability:c"].map(|name| model.find(name).unwrap());
///
/// let sweep = Sweep::of(&dense, [ConditionId::ok(c)]);
/// let mut block = sweep.block();
/// block.fail(0, p);
/// block.fail(1, web);
/// block.run();
/// assert_eq!([block.holds(ConditionId::ok(c)).has(0), block.holds(ConditionId::ok(c)).has(1)], [true, false]);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sweep<'d> {
    dense: &'d Dense,
    /// For each gate of the model its plane; [`NONE`]: nothing asks for it.
    planes: Vec<u32>,
    staying: Circuit,
    /// Only where it is something else than staying.
    returning: Option<Circuit>,
    /// What gates that ride something out look at.
    ridden_out: Vec<u32>,
    finds_waiting: bool,
}

const NONE: u32 = u32::MAX;

impl<'d> Sweep<'d> {
    /// Answers for every condition, and finds what waits for each other.
    pub fn new(dense: &'d Dense) -> Self {
        let all = (0..dense.n_conditions()).map(ConditionId::from_index);
        let sweep = Self::of(dense, all);
        Self { finds_waiting: sweep.returning.is_some() && dense.has_circles(), ..sweep }
    }

    /// Answers for these conditions only: what none of them needs is not looked at.
    pub fn of(dense: &'d Dense, conditions: impl IntoIterator<Item = ConditionId>) -> Self {
        let is_needed = needed(dense, conditions.into_iter().map(|id| dense.condition(id)));
        let is_event = |node: &NodeId| dense.op(*node) == Op::Event;
        // Events are the leaves and come first.
        let events = || dense.nodes().filter(|node| is_needed[node.index()] && is_event(node));
        let parts = order(dense, |node| is_needed[node.index()] && !is_event(node));
        let mut planes = vec![NONE; dense.len()];
        for (plane, node) in (0..).zip(events().chain(parts.iter().flat_map(|(nodes, _)| nodes).copied())) {
            planes[node.index()] = plane;
        }
        let build = |step: Step| {
            let mut circuit = Circuit::new(events().count());
            for (nodes, is_circle) in &parts {
                let first = circuit.next();
                for node in nodes {
                    gate(&mut circuit, dense, *node, step, &planes);
                }
                if *is_circle {
                    circuit.close_circle(first);
                }
            }
            circuit
        };
        let staying = build(Step::Staying);
        let returning = dense.has_delays().then(|| build(Step::Returning));
        let rides_out = |node: &NodeId| matches!(dense.op(*node), Op::Tolerates(most) if most.is_finite());
        let ridden_out = dense.nodes().filter(|node| is_needed[node.index()]).filter(rides_out);
        let ridden_out = ridden_out.map(|node| planes[dense.inputs(node)[0].index()]).collect();
        Self { dense, planes, staying, returning, ridden_out, finds_waiting: false }
    }

    /// How much one pass over [`super::LANES`] scenarios takes: gates and inputs looked at. Where an engine is made for some
    /// conditions only, it may be less than [`Sweep::most_work`].
    pub fn work(&self) -> usize {
        let work = |circuit: &Circuit| circuit.n_gates() + circuit.n_inputs();
        let passes = 1 + usize::from(self.finds_waiting);
        work(&self.staying) + self.returning.as_ref().map_or(0, |returning| passes * work(returning))
    }

    /// The work of a pass with an engine for every condition, without making one.
    pub fn most_work(dense: &Dense) -> usize {
        let passes = match (dense.has_delays(), dense.has_circles()) {
            (false, _) => 1,
            (true, false) => 2,
            (true, true) => 3,
        };
        passes * (dense.len() + dense.n_inputs())
    }

    /// What one thread needs to work.
    pub fn block(&self) -> Block<'_> {
        let planes = |is_used: bool| if is_used { self.staying.planes() } else { Planes::default() };
        Block {
            sweep: self,
            failed: Vec::new(),
            staying: planes(true),
            returning: planes(self.returning.is_some()),
            supposed: planes(self.finds_waiting),
            untold: Lanes::NONE,
        }
    }

    fn plane(&self, id: ConditionId) -> usize {
        self.planes[self.dense.condition(id).index()] as usize
    }
}

/// Whether a formula is asked of what runs and may go on, or of what has stopped and would come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Staying,
    Returning,
}

fn gate(circuit: &mut Circuit, dense: &Dense, node: NodeId, step: Step, planes: &[u32]) {
    let inputs = dense.inputs(node).iter().map(|input| planes[input.index()]);
    match (dense.op(node), step) {
        (Op::Any, _) => circuit.gate(&Ask::Any, inputs),
        (Op::AtLeast(k), _) => circuit.gate(&Ask::AtLeast(k), inputs),
        (Op::Capacity(index), _) => {
            let weights = dense.capacities(node, index).iter().map(|capacity| capacity.billionths());
            let threshold = dense.threshold(index).billionths();
            circuit.gate(&Ask::Weight { threshold, weights: weights.collect() }, inputs)
        }
        // Nothing asks it of what runs.
        (Op::ToStart, Step::Staying) => circuit.gate(&Ask::All, []),
        (Op::Tolerates(most), Step::Staying) if !most.is_finite() => circuit.gate(&Ask::All, []),
        // Never at once, however little later; and a wait without end ends never.
        (Op::Later(_), Step::Staying) => circuit.gate(&Ask::Any, []),
        (Op::Later(more) | Op::Start(more), Step::Returning) if !more.is_finite() => {
            circuit.gate(&Ask::Any, [])
        }
        (_, _) => circuit.gate(&Ask::All, inputs),
    };
    if dense.is_condition(node) {
        circuit.hold_last();
    }
}

/// Which gates these need, themselves included.
fn needed(dense: &Dense, roots: impl Iterator<Item = NodeId>) -> Vec<bool> {
    let mut is_needed = vec![false; dense.len()];
    roots.for_each(|root| is_needed[root.index()] = true);
    // Backwards through all of them, which is quicker than from gate to gate; only in circles are inputs behind.
    let mut behind = Vec::new();
    for at in dense.nodes().rev().filter(|node| dense.op(*node) != Op::Event) {
        let mut next = Some(at).filter(|node| is_needed[node.index()]);
        while let Some(node) = next {
            for input in dense.inputs(node) {
                if !std::mem::replace(&mut is_needed[input.index()], true) && *input > at {
                    behind.push(*input);
                }
            }
            next = behind.pop();
        }
    }
    is_needed
}

/// The gates that are asked for, in order, each circle by itself, with whether it is one.
fn order(dense: &Dense, is_asked: impl Fn(&NodeId) -> bool) -> Vec<(Vec<NodeId>, bool)> {
    let mut places = vec![usize::MAX; dense.len()];
    let mut straight = |nodes: Vec<NodeId>| {
        for (place, node) in nodes.iter().enumerate() {
            places[node.index()] = place;
        }
        let together = {
            let (nodes, places) = (&nodes, &places);
            let inputs = |place: usize| {
                let inputs = dense.inputs(nodes[place]).iter().map(|input| places[input.index()]);
                inputs.filter(|place| *place != usize::MAX)
            };
            let shape = |place: usize| (shape(dense.op(nodes[place])), dense.inputs(nodes[place]).len());
            alike_together(nodes.len(), inputs, shape)
        };
        nodes.iter().for_each(|node| places[node.index()] = usize::MAX);
        (together.into_iter().map(|place| nodes[place]).collect(), false)
    };
    let mut nodes = dense.nodes();
    let mut next = |n: usize| nodes.by_ref().take(n).filter(&is_asked).collect::<Vec<NodeId>>();
    let mut parts = Vec::new();
    let mut at = 0;
    for circle in dense.circles() {
        parts.push(straight(next(circle.start - at)));
        parts.push((inputs_first(dense, &next(circle.len()), circle), true));
        at = circle.end;
    }
    parts.push(straight(next(dense.len() - at)));
    parts
}

/// Gates of equal shape and as many inputs are worked out alike.
fn shape(op: Op) -> (u8, u32) {
    match op {
        Op::All => (0, 0),
        Op::Any => (1, 0),
        Op::AtLeast(k) => (2, k),
        Op::Capacity(index) => (3, index),
        Op::Event | Op::Later(_) | Op::Start(_) | Op::ToStart | Op::Tolerates(_) => (4, 0),
    }
}

/// The gates of a circle, each behind its inputs as far as a circle allows: so that iteration soon ends. A depth-first
/// search without recursion.
fn inputs_first(dense: &Dense, members: &[NodeId], circle: &std::ops::Range<usize>) -> Vec<NodeId> {
    let mut is_seen = vec![false; circle.len()];
    let mut out = Vec::with_capacity(members.len());
    let mut path: Vec<(NodeId, usize)> = Vec::new();
    for member in members {
        if !std::mem::replace(&mut is_seen[member.index() - circle.start], true) {
            path.push((*member, 0));
        }
        while let Some((node, n_followed)) = path.last_mut() {
            let Some(input) = dense.inputs(*node).get(*n_followed) else {
                out.push(*node);
                path.pop();
                continue;
            };
            *n_followed += 1;
            let is_gate = dense.op(*input) != Op::Event;
            if is_gate
                && circle.contains(&input.index())
                && !std::mem::replace(&mut is_seen[input.index() - circle.start], true)
            {
                path.push((*input, 0));
            }
        }
    }
    out
}

/// One thread's working space: up to [`super::LANES`] scenarios at a time.
///
/// Scenarios are put in with [`Block::fail`], worked out by [`Block::run`], and read until [`Block::clear`].
#[derive(Debug, Clone)]
pub struct Block<'s> {
    sweep: &'s Sweep<'s>,
    /// Planes of events that fail in some scenario.
    failed: Vec<u32>,
    staying: Planes,
    returning: Planes,
    supposed: Planes,
    untold: Lanes,
}

impl Block<'_> {
    /// Begins with other scenarios: nothing fails in any.
    pub fn clear(&mut self) {
        for plane in self.failed.drain(..) {
            for planes in [&mut self.staying, &mut self.returning, &mut self.supposed] {
                if let Some(plane) = planes.get_mut(plane as usize) {
                    *plane = Lanes::ALL;
                }
            }
        }
    }

    /// In this scenario (below [`super::LANES`]) this element fails, and stays failed.
    pub fn fail(&mut self, lane: usize, what: ElementId) {
        let plane = self.sweep.planes[self.sweep.dense.event(what).index()];
        // What nothing asks about may fail.
        let Some(event) = self.staying.get_mut(plane as usize) else { return };
        if *event == Lanes::ALL {
            self.failed.push(plane);
        }
        event.remove(lane);
    }

    /// Works the scenarios out.
    pub fn run(&mut self) {
        let sweep = self.sweep;
        sweep.staying.run(&mut self.staying, From::Everything, None);
        if let Some(returning) = &sweep.returning {
            for event in &self.failed {
                self.returning[*event as usize] = self.staying[*event as usize];
            }
            returning.run(&mut self.returning, From::Nothing, Some(&self.staying));
            if sweep.finds_waiting {
                for event in &self.failed {
                    self.supposed[*event as usize] = self.staying[*event as usize];
                }
                returning.run(&mut self.supposed, From::Everything, Some(&self.staying));
            }
        }
        let rides_out = sweep.ridden_out.iter().map(|plane| !self.staying[*plane as usize]);
        self.untold = rides_out.fold(Lanes::NONE, |any, lanes| any | lanes);
    }

    /// Scenarios about which nothing is told here: something must be ridden out, and whether it can be is a matter of
    /// times. Whatever else is said of these scenarios may be wrong.
    pub fn untold(&self) -> Lanes {
        self.untold
    }

    /// Where a condition never ceases to hold: its time is 0.
    ///
    /// # Panics
    /// If the engine was not made to answer for it.
    pub fn stays(&self, id: ConditionId) -> Lanes {
        self.staying[self.sweep.plane(id)]
    }

    /// Where a condition holds sooner or later, while what failed stays failed: its time is finite.
    ///
    /// # Panics
    /// If the engine was not made to answer for it.
    pub fn holds(&self, id: ConditionId) -> Lanes {
        self.gate_holds(self.sweep.dense.condition(id))
    }

    /// The same of a gate.
    ///
    /// # Panics
    /// If the engine was made for conditions that do not need it.
    pub fn gate_holds(&self, node: NodeId) -> Lanes {
        let planes = if self.returning.is_empty() { &self.staying } else { &self.returning };
        planes[self.sweep.planes[node.index()] as usize]
    }

    /// Where a condition is a part of a recovery deadlock. Only an engine for every condition finds any.
    ///
    /// # Panics
    /// If the engine was not made to answer for the condition.
    pub fn waits(&self, id: ConditionId) -> Lanes {
        match self.supposed.get(self.sweep.plane(id)) {
            Some(supposed) => *supposed & !self.holds(id),
            None => Lanes::NONE,
        }
    }
    /// Elements in a recovery deadlock in each of the first `n` scenarios, in the model's order. Only an engine for every
    /// condition finds any.
    pub fn deadlocks(&self, n: usize) -> Vec<Vec<ElementId>> {
        let mut deadlocks = vec![Vec::new(); n];
        if self.sweep.finds_waiting {
            for id in (0..self.sweep.dense.n_conditions()).map(ConditionId::from_index) {
                for lane in (self.waits(id) & Lanes::first(n)).iter() {
                    deadlocks[lane].push(id.element());
                }
            }
        }
        // The two conditions of an element follow each other.
        deadlocks.iter_mut().for_each(Vec::dedup);
        deadlocks
    }
}
