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
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::losses::{Losses, Spares, count, is_within_reach};
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
        if let Some(base) = fast.worker().undisturbed() {
            fast.base = base;
        }
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
            drops: Losses::new(self.dense.len()),
            dropped: Vec::new(),
            followed: 0,
            gates: Vec::new(),
            open: Vec::new(),
            heap: BinaryHeap::new(),
            blocks: Losses::new(self.dense.len()),
            blocked: Vec::new(),
            lost: Vec::new(),
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
    /// Whether a gate holds for what keeps running, and what more may drop before it does not.
    stays: Vec<bool>,
    spares: Spares,
    /// When a gate holds.
    times: Vec<Time>,
    /// Whether all inputs of a gate hold at once.
    is_plain: Vec<bool>,
    /// Whether a gate does not hold and could not even if all that merely waits held, and what more that may befall.
    is_blocked: Vec<bool>,
    spares_of_blocking: Spares,
    /// Whether a gate holds, but only because it never ceased to: once it drops it is blocked.
    is_on_the_brink: Vec<bool>,
}

impl Base {
    /// Before anything is known: everything stays and holds at once. [`Worker::undisturbed`] starts from it.
    fn hopeful(dense: &Dense) -> Self {
        let n = dense.len();
        let spares_of_blocking = Spares::new(dense);
        let mut spares = spares_of_blocking.clone();
        // What keeps running does without these, for good or for a while.
        let bears_all = |node: &NodeId| matches!(dense.op(*node), Op::ToStart | Op::Tolerates(_));
        dense.nodes().filter(bears_all).for_each(|node| spares.bear_all(node));
        Self {
            stays: vec![true; n],
            spares,
            times: vec![Time::ZERO; n],
            is_plain: vec![true; n],
            is_blocked: vec![false; n],
            spares_of_blocking,
            is_on_the_brink: vec![false; n],
        }
    }
}

/// What a scenario makes of the time of one gate.
#[derive(Debug, Clone, Copy, Default)]
struct Gate {
    /// It may differ; once settled it is `time`, before that the latest input so far.
    is_open: bool,
    is_settled: bool,
    time: Time,
    /// How many open inputs there are, then how many of those that it waits for are missing.
    waits_for: u32,
}

/// One thread's working space: used for scenario after scenario, cleaned by what was touched.
#[derive(Debug)]
pub struct Worker<'f> {
    dense: &'f Dense,
    fast: &'f Fast<'f>,
    drops: Losses,
    dropped: Vec<NodeId>,
    /// How far drops have been followed.
    followed: usize,
    /// None before the first times are settled: without delays there are none to settle.
    gates: Vec<Gate>,
    open: Vec<NodeId>,
    heap: BinaryHeap<Reverse<(Time, NodeId)>>,
    /// Gates that could not hold even if all that merely waits held.
    blocks: Losses,
    blocked: Vec<NodeId>,
    /// What [`Worker::lost_within`] found.
    lost: Vec<ConditionId>,
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

    /// The conditions that never hold while these are failed although they do with nothing failed, in no order; `None` as
    /// for [`Worker::outcome_within`], which takes longer.
    pub fn lost_within(&mut self, fails: &[Failure], gates: usize) -> Option<&[ConditionId]> {
        self.most = gates;
        let is_complete = self.find_lost(fails).is_some();
        self.clean();
        self.most = usize::MAX;
        is_complete.then_some(&self.lost)
    }

    fn find_lost(&mut self, fails: &[Failure]) -> Option<()> {
        self.lost.clear();
        if self.dense.has_delays() {
            let fails: Vec<Failure> =
                fails.iter().map(|failure| Failure { lasts: Time::NEVER, ..*failure }).collect();
            let run = self.run(&fails)?;
            let is_lost = |(id, time): &&(ConditionId, Time)| {
                !time.is_finite() && self.fast.undisturbed[id.index()].is_finite()
            };
            self.lost.extend(run.changes().iter().filter(is_lost).map(|(id, _)| *id));
        } else {
            fails.iter().for_each(|failure| self.drop_gate(self.dense.event(failure.what)));
            self.follow_drops();
            if self.is_too_much() {
                return None;
            }
            let fast = self.fast;
            self.lost.extend(self.dropped.iter().flat_map(|node| fast.conditions_of(*node)));
        }
        Some(())
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
        if !self.dense.has_delays() && fails.iter().all(|failure| !failure.lasts.is_finite()) {
            // What drops needs something that never comes back, and nothing else changes.
            self.follow_drops();
            if self.is_too_much() {
                return None;
            }
            let ids = self.dropped.iter().flat_map(|node| self.fast.conditions_of(*node));
            let changes = ids.map(|id| (*id, Time::NEVER)).collect();
            return Some(Run::new(fails.to_vec(), self.fast.undisturbed.clone(), changes));
        }
        self.gates.resize(self.dense.len(), Gate::default());
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
        self.drops.n_touched() + self.open.len() > self.most
    }

    /// The first run of all: nothing fails, and nothing is known. `None`: everything holds at once.
    fn undisturbed(mut self) -> Option<Base> {
        let dense = self.dense;
        let is_out_of_reach = |node: &NodeId| !is_within_reach(dense, *node);
        for node in dense.nodes() {
            if matches!(dense.op(node), Op::Later(_)) || is_out_of_reach(&node) {
                self.drop_gate(node);
            }
        }
        if self.dropped.is_empty() && !dense.has_delays() {
            return None;
        }
        self.gates.resize(dense.len(), Gate::default());
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
        let mut base = self.fast.base.clone();
        base.times = dense.nodes().map(|node| self.current(node)).collect();
        let holds_at_once = |input: &NodeId| base.times[input.index()] == Time::ZERO;
        base.is_plain = dense.nodes().map(|node| dense.inputs(node).iter().all(holds_at_once)).collect();
        base.stays = dense.nodes().map(|node| self.stays(node)).collect();
        base.spares.take(&self.drops);
        dense.nodes().filter(|node| !base.stays[node.index()]).for_each(|node| base.spares.bear_all(node));

        dense.nodes().filter(is_out_of_reach).for_each(|node| self.block(node));
        self.follow_blocking();
        base.is_blocked = dense.nodes().map(|node| self.blocks.is_gone(node)).collect();
        let is_on_the_brink = |node: NodeId| {
            !self.blocks.is_gone(node) && base.spares_of_blocking.are_exceeded(node, &self.blocks)
        };
        base.is_on_the_brink = dense.nodes().map(is_on_the_brink).collect();
        base.spares_of_blocking.take(&self.blocks);
        Some(base)
    }

    fn clean(&mut self) {
        self.drops.clear();
        self.dropped.clear();
        self.followed = 0;
        self.close();
        self.blocks.clear();
    }

    // ---- 1. dropping -------------------------------------------------------------------------------------

    fn stays(&self, node: NodeId) -> bool {
        self.fast.base.stays[node.index()] && !self.drops.is_gone(node)
    }

    /// A condition that stays holds at once, whatever its inputs do.
    fn is_held(&self, node: NodeId) -> bool {
        self.dense.is_condition(node) && self.stays(node)
    }

    fn drop_gate(&mut self, node: NodeId) {
        if self.stays(node) {
            self.drops.goes(node);
            self.dropped.push(node);
        }
    }

    fn follow_drops(&mut self) {
        let (dense, spares) = (self.dense, &self.fast.base.spares);
        while let Some(node) = self.dropped.get(self.followed).copied() {
            self.followed += 1;
            if self.is_too_much() {
                return;
            }
            for (owner, input) in dense.uses(node) {
                if self.drops.lose(spares, dense, (owner, input)) {
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
        let gate = &mut self.gates[node.index()];
        if !std::mem::replace(&mut gate.is_open, true) {
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
            self.gates[node.index()] = Gate::default();
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
        waiting.chain(never).filter(|(_, node)| !self.is_blocked(*node)).map(|(id, _)| id).collect()
    }

    fn is_blocked(&self, node: NodeId) -> bool {
        self.fast.base.is_blocked[node.index()] || self.blocks.is_gone(node)
    }

    /// What holds is not blocked: a condition that stays needs nothing to come back.
    fn block(&mut self, node: NodeId) {
        if !self.is_blocked(node) && !self.current(node).is_finite() {
            self.blocks.goes(node);
            self.blocked.push(node);
        }
    }

    fn follow_blocking(&mut self) {
        let (dense, spares) = (self.dense, &self.fast.base.spares_of_blocking);
        while let Some(node) = self.blocked.pop() {
            for (owner, input) in dense.uses(node) {
                if self.blocks.lose(spares, dense, (owner, input)) {
                    self.block(owner);
                }
            }
        }
    }
}
