//! Starting everything from zero: step 2 of the semantics with nothing staying and no event.
//!
//! Every gate counts what it still waits for. What becomes available first is settled first, as in Dijkstra's algorithm
//! generalised to superior functions (Knuth 1977); what is available at the same moment waits in a queue, so that the heap
//! holds only what takes time. Work is linear in gates and inputs, but for the heap. No recursion: depth costs nothing.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use crate::compile::{Capacity, ConditionId, Dense, NodeId, Op};
use crate::model::Time;

/// What can be started from zero, and when.
///
/// ```
/// use linchpin::{compile::*, diag::Sources, engine::ColdStart, model::*, topology::Topology};
/// let mut sources = Sources::default();
/// sources.add("m.toml", "[service.db]\nstart = '2m'\n[service.web]\nneeds = ['db']\n[capability.c]\nneeds = ['web']\n");
/// let model = Model::read(&sources, "m").map_err(|problems| problems[0].message.clone())?;
/// let dense = Dense::new(&Program::new(&model, &Topology::new(&model)));
/// let cold = ColdStart::new(&dense);
/// let c = model.find("capability:c").unwrap();
/// assert_eq!(cold.time(ConditionId::ok(c)), Time::seconds(120));
/// assert!(cold.waiting().is_empty());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct ColdStart {
    /// By condition.
    times: Vec<Time>,
    /// By condition: the how-manieth gate to become available was its own; [`NOT_YET`] for never.
    turns: Vec<u32>,
    /// Conditions that wait for each other, in order.
    waiting: Vec<ConditionId>,
}

/// The turn of what never becomes available.
const NOT_YET: u32 = u32::MAX;

impl ColdStart {
    /// Starts everything.
    pub fn new(dense: &Dense) -> Self {
        let mut start = Starting::new(dense);
        start.run();
        let ids = || (0..dense.n_conditions()).map(ConditionId::from_index);
        let turns: Vec<u32> = ids().map(|id| start.turns[dense.condition(id).index()]).collect();
        let times = ids().map(|id| start.times[dense.condition(id).index()]).collect();
        let blocked = start.blocked();
        let waits = |id: &ConditionId| turns[id.index()] == NOT_YET && !blocked[dense.condition(*id).index()];
        let waiting = ids().filter(waits).collect();
        Self { times, turns, waiting }
    }

    /// When a condition holds.
    pub fn time(&self, id: ConditionId) -> Time {
        self.times[id.index()]
    }

    /// Its place in the order of becoming available: what it waited for has an earlier one, or the same where it is the
    /// same thing under another name. `None`: it never does.
    pub fn turn(&self, id: ConditionId) -> Option<u32> {
        Some(self.turns[id.index()]).filter(|turn| *turn != NOT_YET)
    }

    /// The largest set of conditions that never hold, but all would if the others of the set did. (What is left out and
    /// never holds either lies beyond some threshold that cannot be met.)
    pub fn waiting(&self) -> &[ConditionId] {
        &self.waiting
    }
}

/// Gates on their way up.
struct Starting<'d> {
    dense: &'d Dense,
    times: Vec<Time>,
    turns: Vec<u32>,
    /// How many inputs a gate waits for.
    waits_for: Vec<u32>,
    /// How much capacity a capacity gate still lacks.
    lacks: HashMap<NodeId, Capacity>,
    /// Available now.
    now: VecDeque<NodeId>,
    /// Available later.
    later: BinaryHeap<Reverse<(Time, NodeId)>>,
    n_settled: u32,
}

impl<'d> Starting<'d> {
    fn new(dense: &'d Dense) -> Self {
        let n = dense.len();
        Self {
            dense,
            times: vec![Time::NEVER; n],
            turns: vec![NOT_YET; n],
            waits_for: dense.nodes().map(|node| needed(dense, node)).collect(),
            lacks: HashMap::new(),
            now: VecDeque::new(),
            later: BinaryHeap::new(),
            n_settled: 0,
        }
    }

    fn run(&mut self) {
        for node in self.dense.nodes() {
            if self.waits_for[node.index()] == 0 {
                self.now.push_back(node);
            }
        }
        let mut time = Time::ZERO;
        loop {
            while let Some(node) = self.now.pop_front() {
                self.settle(node, time);
            }
            let Some(Reverse((next, node))) = self.later.pop() else { return };
            time = next;
            self.now.push_back(node);
        }
    }

    fn settle(&mut self, node: NodeId, time: Time) {
        (self.times[node.index()], self.turns[node.index()]) = (time, self.n_settled);
        self.n_settled += 1;
        let dense = self.dense;
        for (owner, input) in dense.uses(node) {
            if self.waits_for[owner.index()] == 0 {
                continue;
            }
            if let Op::Capacity(index) = dense.op(owner) {
                let lacks = self.lacks.entry(owner).or_insert_with(|| dense.threshold(index));
                *lacks = lacks.minus(dense.capacity_of_use(owner, index, input));
                if *lacks > Capacity::ZERO {
                    continue;
                }
                self.waits_for[owner.index()] = 0;
            } else {
                self.waits_for[owner.index()] -= 1;
            }
            if self.waits_for[owner.index()] == 0 {
                self.offer(owner, time);
            }
        }
    }

    /// All that a gate waited for is there.
    fn offer(&mut self, node: NodeId, time: Time) {
        match self.dense.op(node) {
            Op::Later(more) | Op::Start(more) if more > Time::ZERO => {
                // A wait without end ends never.
                if (time + more).is_finite() {
                    self.later.push(Reverse((time + more, node)));
                }
            }
            _ => self.now.push_back(node),
        }
    }

    /// Gates that would not be available even if all that merely waits were: those whose threshold is out of reach, and
    /// what needs them.
    fn blocked(&self) -> Vec<bool> {
        let dense = self.dense;
        let mut blocked = vec![false; dense.len()];
        let mut lost: HashMap<NodeId, (usize, Capacity)> = HashMap::new();
        let never = |node: NodeId| self.turns[node.index()] == NOT_YET;
        let mut next: Vec<NodeId> = dense
            .nodes()
            .filter(|node| never(*node) && !reaches(dense, *node, (0, Capacity::ZERO)))
            .collect();
        // What takes for ever is not waited for either.
        let endless =
            |node: &NodeId| matches!(dense.op(*node), Op::Later(more) | Op::Start(more) if !more.is_finite());
        next.extend(dense.nodes().filter(endless));
        for node in &next {
            blocked[node.index()] = true;
        }
        while let Some(node) = next.pop() {
            for (owner, input) in dense.uses(node) {
                if blocked[owner.index()] || !never(owner) {
                    continue;
                }
                let lost = lost.entry(owner).or_default();
                lost.0 += 1;
                if let Op::Capacity(index) = dense.op(owner) {
                    lost.1 = lost.1 + dense.capacity_of_use(owner, index, input);
                }
                if !reaches(dense, owner, *lost) {
                    blocked[owner.index()] = true;
                    next.push(owner);
                }
            }
        }
        blocked
    }
}

/// How many inputs a gate waits for at first; for a capacity gate, whether it waits at all.
fn needed(dense: &Dense, node: NodeId) -> u32 {
    let n_inputs = u32::try_from(dense.inputs(node).len()).unwrap_or(u32::MAX);
    match dense.op(node) {
        Op::Event | Op::All => n_inputs,
        Op::Any | Op::Later(_) | Op::Start(_) | Op::ToStart | Op::Tolerates(_) => 1,
        Op::AtLeast(k) => k,
        Op::Capacity(index) => u32::from(dense.threshold(index) > Capacity::ZERO),
    }
}

/// Whether a gate can be available without some of its inputs: so many, carrying so much.
fn reaches(dense: &Dense, node: NodeId, (inputs, capacity): (usize, Capacity)) -> bool {
    let left = dense.inputs(node).len() - inputs;
    match dense.op(node) {
        Op::Event => true,
        Op::All | Op::Later(_) | Op::Start(_) | Op::ToStart | Op::Tolerates(_) => inputs == 0,
        Op::Any => left > 0,
        Op::AtLeast(k) => left >= k as usize,
        Op::Capacity(index) => {
            let carried: Capacity = dense.capacities(node, index).iter().copied().sum();
            carried.minus(capacity) >= dense.threshold(index)
        }
    }
}
