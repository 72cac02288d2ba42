//! Counting what gates lose, until they have lost more than they can bear.

use std::collections::HashMap;

use crate::compile::{Capacity, Dense, NodeId, Op};

/// It bears every loss.
const ANY: u32 = u32::MAX;
/// It bears a loss of so much capacity, which stands elsewhere: few gates ask for capacity.
const BY_CAPACITY: u32 = u32::MAX - 1;

/// What each gate can bear to lose.
#[derive(Debug, Clone)]
pub(super) struct Spares {
    inputs: Vec<u32>,
    capacity: HashMap<NodeId, Capacity>,
}

impl Spares {
    /// With nothing lost yet.
    pub(super) fn new(dense: &Dense) -> Self {
        let mut capacity = HashMap::new();
        let mut spare = |node: NodeId| {
            let n_inputs = count(dense.inputs(node).len());
            match dense.op(node) {
                Op::Any => n_inputs.saturating_sub(1),
                Op::AtLeast(k) => n_inputs.saturating_sub(k),
                Op::Capacity(index) => {
                    capacity.insert(node, carried(dense, node, index).minus(dense.threshold(index)));
                    BY_CAPACITY
                }
                _ => 0,
            }
        };
        let inputs = dense.nodes().map(&mut spare).collect();
        Self { inputs, capacity }
    }

    /// Says of a gate that it bears every loss.
    pub(super) fn bear_all(&mut self, node: NodeId) {
        self.inputs[node.index()] = ANY;
    }

    /// What is left to bear.
    pub(super) fn take(&mut self, losses: &Losses) {
        for node in &losses.touched {
            match &mut self.inputs[node.index()] {
                &mut ANY => {}
                &mut BY_CAPACITY => {
                    let lost = losses.capacity.get(node).copied().unwrap_or(Capacity::ZERO);
                    self.capacity.entry(*node).and_modify(|spare| *spare = spare.minus(lost));
                }
                spare => *spare = spare.saturating_sub(losses.inputs[node.index()]),
            }
        }
    }

    /// Whether a gate has lost more than it can bear.
    pub(super) fn are_exceeded(&self, node: NodeId, losses: &Losses) -> bool {
        match self.inputs[node.index()] {
            ANY => false,
            BY_CAPACITY => losses.capacity.get(&node).is_some_and(|lost| *lost > self.capacity[&node]),
            spare => losses.inputs[node.index()] > spare,
        }
    }
}

/// A number of inputs.
pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).ok().filter(|n| *n < BY_CAPACITY).expect("a gate has fewer than 2^32 - 2 inputs")
}

fn carried(dense: &Dense, node: NodeId, index: u32) -> Capacity {
    dense.capacities(node, index).iter().copied().sum()
}

/// Whether a gate's threshold can be met at all.
pub(super) fn is_within_reach(dense: &Dense, node: NodeId) -> bool {
    let n_inputs = dense.inputs(node).len();
    match dense.op(node) {
        Op::Any => n_inputs > 0,
        Op::AtLeast(k) => n_inputs >= k as usize,
        Op::Capacity(index) => carried(dense, node, index) >= dense.threshold(index),
        _ => true,
    }
}

/// It is gone itself: what else it loses does not matter.
const GONE: u32 = u32::MAX;

/// What each gate has lost, and which are gone.
#[derive(Debug, Clone)]
pub(super) struct Losses {
    /// How many inputs, or [`GONE`].
    inputs: Vec<u32>,
    /// What capacity gates have lost.
    capacity: HashMap<NodeId, Capacity>,
    /// Gates about which anything is said here.
    touched: Vec<NodeId>,
}

impl Losses {
    /// Nothing is lost of so many gates.
    pub(super) fn new(gates: usize) -> Self {
        Self { inputs: vec![0; gates], capacity: HashMap::new(), touched: Vec::new() }
    }

    /// About how many gates anything is said.
    pub(super) fn n_touched(&self) -> usize {
        self.touched.len()
    }

    /// Whether a gate is gone.
    pub(super) fn is_gone(&self, node: NodeId) -> bool {
        self.inputs[node.index()] == GONE
    }

    /// Says that a gate is gone.
    pub(super) fn goes(&mut self, node: NodeId) {
        *self.touch(node) = GONE;
    }

    /// A gate loses an input. Whether it has now lost more than it can bear, and was not gone before.
    pub(super) fn lose(&mut self, spares: &Spares, dense: &Dense, (owner, input): (NodeId, u32)) -> bool {
        let spare = spares.inputs[owner.index()];
        if spare == ANY || self.is_gone(owner) {
            return false;
        }
        let lost = self.touch(owner);
        *lost += 1;
        if spare != BY_CAPACITY {
            return *lost > spare;
        }
        if let Op::Capacity(index) = dense.op(owner) {
            let lost = self.capacity.entry(owner).or_default();
            *lost = *lost + dense.capacity_of_use(owner, index, input);
        }
        spares.are_exceeded(owner, self)
    }

    fn touch(&mut self, node: NodeId) -> &mut u32 {
        let lost = &mut self.inputs[node.index()];
        if *lost == 0 {
            self.touched.push(node);
        }
        lost
    }

    /// Nothing is lost again. Takes time in proportion to what was touched.
    pub(super) fn clear(&mut self) {
        for node in self.touched.drain(..) {
            self.inputs[node.index()] = 0;
        }
        self.capacity.clear();
    }
}
