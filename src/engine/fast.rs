//! The fast engine: work in proportion to what a scenario touches.
//!
//! It gives exactly the outcomes of [`super::Reference`], on the dense gates of a model. With nothing failed every gate
//! is known once and for all ([`Base`]); a scenario is followed from what failed outwards:
//!
//! 1. *Dropping*: what stays loses gates as their inputs drop, each with a count of the losses that it can still bear.
//!    Every drop is followed once, in any order: the largest set that can stay is what is left (as in unit propagation
//!    over Horn clauses; Dowling and Gallier 1984).
//! 2. *Settling*: the gates whose times may differ ("open") get them in the order of becoming available, with a heap, as
//!    Dijkstra's algorithm generalised to superior functions does (Knuth 1977). What waits for itself is never reached.
//! 3. A gate that rides out an outage drops once the outage proves longer; then 1 and 2 go on from there.
//!
//! # Complexity
//! O(t log t) for t touched gates and uses of gates, whatever the size of the model.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use super::outcome::{Outcome, Run, elements, staying};
use crate::compile::{Capacity, ConditionId, Dense, NodeId, Op};
use crate::model::{Failure, Time};

/// The fast engine for one model: shared by all threads, each of which works with a [`Worker`].
///
/// ```
/// use linchpin::{compile::{Dense, Program}, diag::Sources, engine::{Fast, Reference}, model::*, topology::Topology};
/// let mut sources = Sources::default();
/// sources.add("m.toml", "[provider.p]\n[service.web]\nplaced = ['p']\nstart = '2m'\n[capability.shop]\nneeds = ['web']\n");
/// let model = Model::read(&sources, "m").map_err(|problems| problems[0].message.clone())?;
/// let program = Program::new(&model, &Topology::new(&model));
/// let fails = [Failure { what: model.find("p").unwrap(), lasts: Time::seconds(600), destroys: false }];
///
/// let dense = Dense::new(&program);
/// let fast = Fast::new(&dense);
/// assert_eq!(fast.worker().outcome(&fails), Reference::new(&program).outcome(&fails));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct Fast<'d> {
    dense: &'d Dense,
    base: Base,
    /// By condition.
    undisturbed: Arc<[Time]>,
    /// For each gate where its conditions begin; one more at the end.
    first_condition: Vec<u32>,
    conditions: Vec<ConditionId>,
    /// Conditions that are never met even with nothing failed.
    never: Vec<ConditionId>,
    /// Whether some gates ride something out.
    tolerates: bool,
}

impl<'d> Fast<'d> {
    /// Prepares the engine: every gate with nothing failed.
    pub fn new(dense: &'d Dense) -> Self {
        let mut first_condition = vec![0_u32; dense.len() + 1];
        let ids = || (0..dense.n_conditions()).map(ConditionId::from_index);
        for id in ids() {
            first_condition[dense.condition(id).index() + 1] += 1;
        }
        for index in 0..dense.len() {
            first_condition[index + 1] += first_condition[index];
        }
        let mut next = first_condition.clone();
        let mut conditions = vec![ConditionId::from_index(0); dense.n_conditions()];
        for id in ids() {
            let slot = &mut next[dense.condition(id).index()];
            conditions[*slot as usize] = id;
            *slot += 1;
        }
        let tolerates = dense.nodes().any(|node| matches!(dense.op(node), Op::Tolerates(_)));
        let (base, undisturbed) = (Base::hopeful(dense), Arc::new([]));
        let mut fast =
            Self { dense, base, undisturbed, first_condition, conditions, never: Vec::new(), tolerates };
        fast.base = fast.worker().undisturbed();
        let time = |id| fast.base.times[dense.condition(id).index()];
        fast.undisturbed = ids().map(time).collect();
        fast.never = ids().filter(|id| !time(*id).is_finite()).collect();
        fast
    }

    /// What one thread needs to work.
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            dense: self.dense,
            fast: self,
            gates: vec![Gate::default(); self.dense.len()],
            lost_capacity: HashMap::new(),
            touched: Vec::new(),
            dropped: Vec::new(),
            followed: 0,
            open: Vec::new(),
            heap: BinaryHeap::new(),
            blocked: Vec::new(),
            most: usize::MAX,
        }
    }

    fn conditions_of(&self, node: NodeId) -> &[ConditionId] {
        let range =
            self.first_condition[node.index()] as usize..self.first_condition[node.index() + 1] as usize;
        &self.conditions[range]
    }

    /// Whether a scenario can leave conditions that merely wait for each other.
    fn may_deadlock(&self, fails: &[Failure]) -> bool {
        let comes_back = || fails.iter().any(|failure| failure.lasts.is_finite());
        self.dense.has_circles() && (self.dense.has_delays() || comes_back())
    }
}

/// Every gate with nothing failed.
#[derive(Debug, Clone)]
struct Base {
    /// Whether a gate holds for what keeps running, and how many inputs more may drop before it does not.
    stays: Vec<bool>,
    spare: Vec<Spare>,
    /// When a gate holds.
    times: Vec<Time>,
    /// Whether all inputs of a gate hold at once.
    is_plain: Vec<bool>,
    /// Whether a gate does not hold and could not even if all that merely waits held, and how many inputs more that may
    /// befall.
    is_blocked: Vec<bool>,
    spare_of_blocking: Vec<Spare>,
    /// Whether a gate holds, but only because it never ceased to: once it drops it is blocked.
    is_on_the_brink: Vec<bool>,
}

/// What a gate can bear to lose.
#[derive(Debug, Clone, Copy)]
enum Spare {
    Inputs(u32),
    Capacity(Capacity),
}

/// What a gate has lost.
#[derive(Debug, Clone, Copy, Default)]
struct Lost {
    inputs: u32,
    capacity: Capacity,
}

impl Spare {
    fn is_exceeded_by(self, lost: Lost) -> bool {
        match self {
            Self::Inputs(spare) => lost.inputs > spare,
            Self::Capacity(spare) => lost.capacity > spare,
        }
    }

    fn minus(self, lost: Lost) -> Self {
        match self {
            Self::Inputs(spare) => Self::Inputs(spare.saturating_sub(lost.inputs)),
            Self::Capacity(spare) => Self::Capacity(spare.minus(lost.capacity)),
        }
    }
}

impl Base {
    /// Before anything is known: everything stays and holds at once. [`Worker::undisturbed`] starts from it.
    fn hopeful(dense: &Dense) -> Self {
        let n = dense.len();
        let spare = |node: NodeId| {
            let n_inputs = count(dense.inputs(node).len());
            match dense.op(node) {
                Op::Any => Spare::Inputs(n_inputs.saturating_sub(1)),
                Op::AtLeast(k) => Spare::Inputs(n_inputs.saturating_sub(k)),
                Op::Capacity(index) => {
                    Spare::Capacity(carried(dense, node, index).minus(dense.threshold(index)))
                }
                _ => Spare::Inputs(0),
            }
        };
        let spare: Vec<Spare> = dense.nodes().map(spare).collect();
        Self {
            stays: vec![true; n],
            spare_of_blocking: spare.clone(),
            spare,
            times: vec![Time::ZERO; n],
            is_plain: vec![true; n],
            is_blocked: vec![false; n],
            is_on_the_brink: vec![false; n],
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).expect("a gate has fewer than 2^32 inputs")
}

fn carried(dense: &Dense, node: NodeId, index: u32) -> Capacity {
    dense.capacities(node, index).iter().copied().sum()
}

/// Whether a gate's threshold can be met at all.
fn is_within_reach(dense: &Dense, node: NodeId) -> bool {
    let n_inputs = dense.inputs(node).len();
    match dense.op(node) {
        Op::Any => n_inputs > 0,
        Op::AtLeast(k) => n_inputs >= k as usize,
        Op::Capacity(index) => carried(dense, node, index) >= dense.threshold(index),
        _ => true,
    }
}

/// What a scenario makes of one gate.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent marks, of which any may stand with any other"
)]
struct Gate {
    is_touched: bool,
    /// It no longer holds for what keeps running, having lost so many inputs.
    is_dropped: bool,
    lost: u32,
    /// Its time may differ; once settled it is `time`, before that the latest input so far.
    is_open: bool,
    is_settled: bool,
    time: Time,
    /// How many open inputs there are, then how many of those that it waits for are missing.
    waits_for: u32,
    /// It could not hold even if all that merely waits held, having lost so many inputs to that.
    is_blocked: bool,
    lost_to_blocking: u32,
}

/// One thread's working space: used for scenario after scenario, cleaned by what was touched.
#[derive(Debug)]
pub struct Worker<'f> {
    dense: &'f Dense,
    fast: &'f Fast<'f>,
    gates: Vec<Gate>,
    /// What capacity gates have lost to dropping and to blocking: few gates are.
    lost_capacity: HashMap<NodeId, [Capacity; 2]>,
    touched: Vec<NodeId>,
    dropped: Vec<NodeId>,
    /// How far drops have been followed.
    followed: usize,
    open: Vec<NodeId>,
    heap: BinaryHeap<Reverse<(Time, NodeId)>>,
    blocked: Vec<NodeId>,
    /// A scenario that touches more gates than this is given up.
    most: usize,
}

impl Worker<'_> {
    /// What follows when these fail.
    ///
    /// # Panics
    /// Never: only [`Worker::outcome_within`] gives up.
    pub fn outcome(&mut self, fails: &[Failure]) -> Outcome {
        self.outcome_within(fails, usize::MAX).expect("nothing touches more gates than there can be")
    }

    /// The same, unless it turns out to touch more than so many gates: then it is given up, having cost no more than that.
    pub fn outcome_within(&mut self, fails: &[Failure], gates: usize) -> Option<Outcome> {
        self.most = gates;
        let outcome = self.try_outcome(fails);
        self.clean();
        self.most = usize::MAX;
        outcome
    }

    fn try_outcome(&mut self, fails: &[Failure]) -> Option<Outcome> {
        let run = self.run(fails)?;
        let mut waiting = if self.fast.may_deadlock(fails) { self.deadlock(fails) } else { Vec::new() };
        waiting.sort_unstable();
        waiting.dedup();
        self.clean();
        let forever = match staying(fails) {
            Some(fails) => Some(self.run(&fails)?),
            None => None,
        };
        Some(Outcome { run, forever, deadlock: elements(waiting.iter().copied()), waiting })
    }

    fn run(&mut self, fails: &[Failure]) -> Option<Run> {
        let events: Vec<(NodeId, Time)> = fails
            .iter()
            .filter(|f| f.lasts > Time::ZERO)
            .map(|f| (self.dense.event(f.what), f.lasts))
            .collect();
        for (event, _) in &events {
            self.drop_gate(*event);
        }
        if !self.dense.has_delays() && events.iter().all(|(_, back)| !back.is_finite()) {
            // What drops needs something that never comes back, and nothing else changes.
            self.follow_drops();
            if self.is_too_much() {
                return None;
            }
            let ids = self.dropped.iter().flat_map(|node| self.fast.conditions_of(*node));
            let changes = ids.map(|id| (*id, Time::NEVER)).collect();
            return Some(Run::new(fails.to_vec(), self.fast.undisturbed.clone(), changes));
        }
        loop {
            self.follow_drops();
            for (event, _) in &events {
                self.open_gate(*event);
            }
            self.open_dependents();
            if self.is_too_much() {
                return None;
            }
            for (event, back) in &events {
                self.offer(*event, *back);
            }
            self.settle();
            if !self.drop_what_proved_too_long() {
                break;
            }
            self.close();
        }
        let mut changes = Vec::new();
        for node in &self.open {
            let time = self.current(*node);
            changes.extend(self.fast.conditions_of(*node).iter().map(|id| (*id, time)));
        }
        Some(Run::new(fails.to_vec(), self.fast.undisturbed.clone(), changes))
    }

    fn is_too_much(&self) -> bool {
        self.touched.len() > self.most
    }

    /// The first run of all: nothing fails, and nothing is known.
    fn undisturbed(mut self) -> Base {
        let dense = self.dense;
        for node in dense.nodes() {
            if matches!(dense.op(node), Op::Later(_)) || !is_within_reach(dense, node) {
                self.drop_gate(node);
            }
        }
        loop {
            self.follow_drops();
            for node in dense.nodes() {
                if dense.op(node) != Op::Event && !self.is_held(node) {
                    self.open_gate(node);
                }
            }
            self.open_dependents();
            self.settle();
            if !self.drop_what_proved_too_long() {
                break;
            }
            self.close();
        }
        let times: Vec<Time> = dense.nodes().map(|node| self.current(node)).collect();
        for node in dense.nodes().filter(|node| !is_within_reach(dense, *node)) {
            self.block(node);
        }
        self.follow_blocking();
        let is_plain = |node| dense.inputs(node).iter().all(|input| times[input.index()] == Time::ZERO);
        let base = &self.fast.base;
        Base {
            stays: self.gates.iter().map(|gate| !gate.is_dropped).collect(),
            spare: dense.nodes().map(|node| base.spare[node.index()].minus(self.lost(node))).collect(),
            is_plain: dense.nodes().map(is_plain).collect(),
            is_blocked: self.gates.iter().map(|gate| gate.is_blocked).collect(),
            is_on_the_brink: dense
                .nodes()
                .map(|node| {
                    let spare = base.spare_of_blocking[node.index()];
                    spare.is_exceeded_by(self.lost_to_blocking(node)) && !self.gates[node.index()].is_blocked
                })
                .collect(),
            spare_of_blocking: dense
                .nodes()
                .map(|node| base.spare_of_blocking[node.index()].minus(self.lost_to_blocking(node)))
                .collect(),
            times,
        }
    }

    fn touch(&mut self, node: NodeId) -> &mut Gate {
        let gate = &mut self.gates[node.index()];
        if !std::mem::replace(&mut gate.is_touched, true) {
            self.touched.push(node);
        }
        gate
    }

    fn clean(&mut self) {
        for node in self.touched.drain(..) {
            self.gates[node.index()] = Gate::default();
        }
        self.lost_capacity.clear();
        self.dropped.clear();
        self.followed = 0;
        self.open.clear();
    }

    // ---- 1. dropping -------------------------------------------------------------------------------------

    fn stays(&self, node: NodeId) -> bool {
        self.fast.base.stays[node.index()] && !self.gates[node.index()].is_dropped
    }

    /// A condition that stays holds at once, whatever its inputs do.
    fn is_held(&self, node: NodeId) -> bool {
        self.dense.is_condition(node) && self.stays(node)
    }

    fn lost(&self, node: NodeId) -> Lost {
        let capacity = self.lost_capacity.get(&node).map_or(Capacity::ZERO, |lost| lost[0]);
        Lost { inputs: self.gates[node.index()].lost, capacity }
    }

    fn drop_gate(&mut self, node: NodeId) {
        if self.stays(node) {
            self.touch(node).is_dropped = true;
            self.dropped.push(node);
        }
    }

    fn follow_drops(&mut self) {
        while let Some(node) = self.dropped.get(self.followed).copied() {
            self.followed += 1;
            if self.is_too_much() {
                return;
            }
            let dense = self.dense;
            for (owner, input) in dense.uses(node) {
                let op = dense.op(owner);
                if matches!(op, Op::ToStart | Op::Tolerates(_)) || !self.stays(owner) {
                    continue;
                }
                self.touch(owner).lost += 1;
                if let Op::Capacity(index) = op {
                    let lost = &mut self.lost_capacity.entry(owner).or_default()[0];
                    *lost = *lost + dense.capacity_of_use(owner, index, input);
                }
                if self.fast.base.spare[owner.index()].is_exceeded_by(self.lost(owner)) {
                    self.drop_gate(owner);
                }
            }
        }
    }

    /// Drops gates that ride out less than what has proved to come. Whether there was one.
    fn drop_what_proved_too_long(&mut self) -> bool {
        if !self.fast.tolerates {
            return false;
        }
        let before = self.dropped.len();
        for index in 0..self.open.len() {
            let node = self.open[index];
            if let Op::Tolerates(tolerated) = self.dense.op(node)
                && self.current(self.dense.inputs(node)[0]) > tolerated
            {
                self.drop_gate(node);
            }
        }
        self.dropped.len() > before
    }

    // ---- 2. settling -------------------------------------------------------------------------------------

    /// When a gate holds as far as is known.
    fn current(&self, node: NodeId) -> Time {
        let gate = &self.gates[node.index()];
        match (gate.is_open, gate.is_settled) {
            (true, true) => gate.time,
            (true, false) => Time::NEVER,
            (false, _) => self.fast.base.times[node.index()],
        }
    }

    fn open_gate(&mut self, node: NodeId) {
        if !self.gates[node.index()].is_open {
            self.touch(node).is_open = true;
            self.open.push(node);
        }
    }

    /// Opens whatever depends on an open gate, up to conditions that stay, and counts the open inputs of each.
    fn open_dependents(&mut self) {
        let mut next = 0;
        while let Some(node) = self.open.get(next).copied() {
            next += 1;
            if self.is_too_much() {
                return;
            }
            let dense = self.dense;
            for (owner, _) in dense.uses(node) {
                if !self.is_held(owner) {
                    self.open_gate(owner);
                    self.gates[owner.index()].waits_for += 1;
                }
            }
        }
    }

    fn close(&mut self) {
        for node in self.open.drain(..) {
            let gate = &mut self.gates[node.index()];
            (gate.is_open, gate.is_settled, gate.time, gate.waits_for) = (false, false, Time::ZERO, 0);
        }
    }

    fn offer(&mut self, node: NodeId, time: Time) {
        if time.is_finite() {
            self.heap.push(Reverse((time, node)));
        }
    }

    fn settle(&mut self) {
        for index in 0..self.open.len() {
            self.begin(self.open[index]);
        }
        while let Some(Reverse((time, node))) = self.heap.pop() {
            let gate = &mut self.gates[node.index()];
            if gate.is_settled {
                continue;
            }
            (gate.is_settled, gate.time) = (true, time);
            let dense = self.dense;
            for (owner, _) in dense.uses(node) {
                let gate = &self.gates[owner.index()];
                if gate.is_open && !gate.is_settled {
                    self.notice(owner, time);
                }
            }
        }
    }

    /// What an open gate makes of the inputs that are not open, and how many of the others it waits for.
    fn begin(&mut self, node: NodeId) {
        let dense = self.dense;
        let inputs = dense.inputs(node);
        let is_plain = self.fast.base.is_plain[node.index()];
        let open = self.gates[node.index()].waits_for;
        let at_once = count(inputs.len()) - open;
        match dense.op(node) {
            Op::Event => {}
            Op::All if is_plain => {
                if open == 0 {
                    self.offer(node, Time::ZERO);
                }
            }
            Op::All => {
                let (mut waits_for, mut latest) = (0, Time::ZERO);
                for input in inputs {
                    // What never comes is waited for in vain.
                    let time = self.current(*input);
                    if time.is_finite() { latest = latest.max(time) } else { waits_for += 1 }
                }
                (self.gates[node.index()].waits_for, self.gates[node.index()].time) = (waits_for, latest);
                if waits_for == 0 {
                    self.offer(node, latest);
                }
            }
            Op::Any if is_plain && at_once > 0 => self.offer(node, Time::ZERO),
            Op::AtLeast(k) if is_plain && at_once >= k => self.offer(node, Time::ZERO),
            Op::AtLeast(k) if is_plain => self.gates[node.index()].waits_for = k - at_once,
            Op::Any
            | Op::AtLeast(_)
            | Op::Capacity(_)
            | Op::Later(_)
            | Op::Start(_)
            | Op::ToStart
            | Op::Tolerates(_) => {
                let time = self.evaluated(node);
                self.offer(node, time);
            }
        }
    }

    /// An input has settled, none later than those to come.
    fn notice(&mut self, node: NodeId, time: Time) {
        let gate = &mut self.gates[node.index()];
        match self.dense.op(node) {
            Op::Event => {}
            Op::All => {
                gate.waits_for -= 1;
                gate.time = gate.time.max(time);
                let (waits_for, latest) = (gate.waits_for, gate.time);
                if waits_for == 0 {
                    self.offer(node, latest);
                }
            }
            Op::AtLeast(_) if self.fast.base.is_plain[node.index()] => {
                // More inputs may settle before the gate itself does.
                let was_last = gate.waits_for == 1;
                gate.waits_for = gate.waits_for.saturating_sub(1);
                if was_last {
                    self.offer(node, time);
                }
            }
            Op::Any | Op::ToStart | Op::Tolerates(_) => self.offer(node, time),
            Op::Later(later) | Op::Start(later) => self.offer(node, time + later),
            Op::AtLeast(_) | Op::Capacity(_) => {
                let time = self.evaluated(node);
                self.offer(node, time);
            }
        }
    }

    /// A gate's time from the inputs that are known.
    fn evaluated(&self, node: NodeId) -> Time {
        let times = self.dense.inputs(node).iter().map(|input| self.current(*input));
        match self.dense.op(node) {
            Op::Event | Op::All => times.max().unwrap_or(Time::ZERO),
            Op::Any | Op::ToStart | Op::Tolerates(_) => times.min().unwrap_or(Time::NEVER),
            Op::Later(later) | Op::Start(later) => times.min().unwrap_or(Time::NEVER) + later,
            Op::AtLeast(k) => {
                let mut times: Vec<Time> = times.collect();
                times.sort_unstable();
                match k as usize {
                    0 => Time::ZERO,
                    k => times.get(k - 1).copied().unwrap_or(Time::NEVER),
                }
            }
            Op::Capacity(index) => {
                let mut carried: Vec<_> = times.zip(self.dense.capacities(node, index)).collect();
                carried.sort_unstable();
                let (threshold, mut sum) = (self.dense.threshold(index), Capacity::ZERO);
                if threshold == Capacity::ZERO {
                    return Time::ZERO;
                }
                let reached = carried.into_iter().find(|(_, capacity)| {
                    sum = sum + **capacity;
                    sum >= threshold
                });
                reached.map_or(Time::NEVER, |(time, _)| time)
            }
        }
    }

    // ---- what merely waits -------------------------------------------------------------------------------

    /// Conditions that are never met although nothing that they need is still failed.
    fn deadlock(&mut self, fails: &[Failure]) -> Vec<ConditionId> {
        for failure in fails.iter().filter(|failure| !failure.lasts.is_finite()) {
            self.block(self.dense.event(failure.what));
        }
        for index in 0..self.open.len() {
            if self.fast.base.is_on_the_brink[self.open[index].index()] {
                self.block(self.open[index]);
            }
        }
        self.follow_blocking();
        let of_open = self.open.iter().filter(|node| !self.current(**node).is_finite());
        let waiting = of_open.flat_map(|node| self.fast.conditions_of(*node).iter().map(|id| (*id, *node)));
        let never = self.fast.never.iter().map(|id| (*id, self.dense.condition(*id)));
        let is_blocked =
            |node: NodeId| self.gates[node.index()].is_blocked || self.fast.base.is_blocked[node.index()];
        waiting.chain(never).filter(|(_, node)| !is_blocked(*node)).map(|(id, _)| id).collect()
    }

    fn lost_to_blocking(&self, node: NodeId) -> Lost {
        let capacity = self.lost_capacity.get(&node).map_or(Capacity::ZERO, |lost| lost[1]);
        Lost { inputs: self.gates[node.index()].lost_to_blocking, capacity }
    }

    /// What holds is not blocked: a condition that stays needs nothing to come back.
    fn block(&mut self, node: NodeId) {
        let is_known = self.fast.base.is_blocked[node.index()] || self.gates[node.index()].is_blocked;
        if !is_known && !self.current(node).is_finite() {
            self.touch(node).is_blocked = true;
            self.blocked.push(node);
        }
    }

    fn follow_blocking(&mut self) {
        while let Some(node) = self.blocked.pop() {
            let dense = self.dense;
            for (owner, input) in dense.uses(node) {
                self.touch(owner).lost_to_blocking += 1;
                if let Op::Capacity(index) = dense.op(owner) {
                    let lost = &mut self.lost_capacity.entry(owner).or_default()[1];
                    *lost = *lost + dense.capacity_of_use(owner, index, input);
                }
                if self.fast.base.spare_of_blocking[owner.index()]
                    .is_exceeded_by(self.lost_to_blocking(owner))
                {
                    self.block(owner);
                }
            }
        }
    }
}
