//! The tree: gates over events, each different gate once.
//!
//! There is one kind of gate besides *k* of *n*: conjunction, with inputs and output negated at will. A disjunction is
//! a negated conjunction of negated inputs, so that whatever is known of one holds of the other.

use std::ops::Not;

use super::limits::narrow;

/// A gate, event or constant of a [`Tree`], plain or negated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(u32);

impl Node {
    /// What never happens.
    pub const NEVER: Self = Self(0);
    /// What always happens.
    pub const ALWAYS: Self = Self(1);

    pub(super) fn new(index: usize, negated: bool) -> Self {
        let index = narrow(index);
        Self(index << 1 | u32::from(negated))
    }

    /// The number of the node, be it negated or not; inputs have smaller numbers than what uses them.
    pub fn index(self) -> usize {
        (self.0 >> 1) as usize
    }

    /// Whether it is the negation of the node of that number.
    pub fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    /// Negated if `other` is, and else as it is.
    #[must_use]
    pub(super) fn negated_if(self, negated: bool) -> Self {
        Self(self.0 ^ u32::from(negated))
    }
}

impl Not for Node {
    type Output = Self;

    fn not(self) -> Self {
        self.negated_if(true)
    }
}

/// An event of a [`Tree`], numbered from 0 in the order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event(pub u32);

impl Event {
    /// Its number.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node is made of, seen from outside: see [`Tree::gate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// Always or never true.
    Constant(bool),
    /// An event.
    Event(Event),
    /// An event that does not happen.
    NotEvent(Event),
    /// All of these.
    All(Vec<Node>),
    /// Any of these.
    Any(Vec<Node>),
    /// At least so many of these; one that stands there twice counts twice.
    AtLeast(u32, Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Never,
    Event(Event),
    All,
    AtLeast(u32),
}

#[derive(Debug, Clone, Copy)]
struct Stored {
    kind: Kind,
    start: u32,
    end: u32,
}

/// A directed acyclic graph of gates over independent events; true means failed.
///
/// ```
/// use linchpin::faulttree::{Limits, Solver, Tree};
///
/// let mut tree = Tree::new();
/// let [pump, spare, power] = [0.01, 0.02, 0.001].map(|probability| tree.event(probability));
/// let both = tree.all([pump, spare]);
/// let top = tree.any([both, power]);
///
/// let solver = Solver::new(&tree, &[top], Limits::default());
/// let probability = solver.probability(top);
/// assert!((probability.lower - (0.0002 + 0.9998 * 0.001)).abs() < 1e-15);
/// assert_eq!(solver.cuts(top, None).count().to_string(), "2");
/// ```
#[derive(Debug, Clone)]
pub struct Tree {
    nodes: Vec<Stored>,
    inputs: Vec<Node>,
    probabilities: Vec<f64>,
    events: Vec<Node>,
    /// Open addressing: number of a node, or [`FREE`].
    known: Vec<u32>,
}

const FREE: u32 = u32::MAX;

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// A tree without events.
    pub fn new() -> Self {
        let never = Stored { kind: Kind::Never, start: 0, end: 0 };
        Self {
            nodes: vec![never],
            inputs: Vec::new(),
            probabilities: Vec::new(),
            events: Vec::new(),
            known: vec![FREE; 64],
        }
    }

    /// A tree with the same events and no gates.
    pub(super) fn with_events_of(other: &Self) -> Self {
        let mut tree = Self::new();
        for probability in &other.probabilities {
            tree.event(*probability);
        }
        tree
    }

    /// One more event, and its probability.
    ///
    /// # Panics
    /// If the probability is not in 0..=1, or with more than 2^30 nodes.
    pub fn event(&mut self, probability: f64) -> Node {
        let event = Event(u32::try_from(self.events.len()).expect("fewer than 2^30 nodes"));
        let node = self.push(Kind::Event(event), &[]);
        self.events.push(node);
        self.probabilities.push(0.0);
        self.set_probability(event, probability);
        node
    }

    /// Gives an event another probability.
    ///
    /// # Panics
    /// If it is not in 0..=1.
    pub fn set_probability(&mut self, event: Event, probability: f64) {
        assert!((0.0..=1.0).contains(&probability), "a probability is in 0..=1, not {probability}");
        self.probabilities[event.index()] = probability;
    }

    /// The probabilities of all events.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.events.len()
    }

    /// The node of an event.
    pub fn node(&self, event: Event) -> Node {
        self.events[event.index()]
    }

    /// How many nodes there are, the constant included: the indices of all are below this.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nothing but the constant.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    /// Always or never true.
    pub fn constant(&self, value: bool) -> Node {
        Node::NEVER.negated_if(value)
    }

    /// True when all inputs are; always true without any.
    pub fn all(&mut self, inputs: impl IntoIterator<Item = Node>) -> Node {
        let mut inputs: Vec<Node> = inputs.into_iter().collect();
        self.all_of(&mut inputs)
    }

    pub(super) fn all_of(&mut self, inputs: &mut Vec<Node>) -> Node {
        inputs.sort_unstable();
        inputs.dedup();
        inputs.retain(|input| *input != Node::ALWAYS);
        if inputs.first() == Some(&Node::NEVER) || inputs.windows(2).any(|pair| pair[0] == !pair[1]) {
            return Node::NEVER;
        }
        match inputs[..] {
            [] => Node::ALWAYS,
            [one] => one,
            _ => self.gate_of(Kind::All, inputs),
        }
    }

    /// True when any input is; never true without any.
    pub fn any(&mut self, inputs: impl IntoIterator<Item = Node>) -> Node {
        !self.all(inputs.into_iter().map(Node::not))
    }

    /// True when at least `k` inputs are; one given twice counts twice.
    pub fn at_least(&mut self, k: u32, inputs: impl IntoIterator<Item = Node>) -> Node {
        let mut inputs: Vec<Node> = inputs.into_iter().collect();
        inputs.sort_unstable();
        let mut k = k as usize;
        // Of a node and its negation exactly one is true.
        let mut kept: Vec<Node> = Vec::with_capacity(inputs.len());
        for input in inputs {
            if input == Node::ALWAYS || kept.last() == Some(&!input) {
                if input != Node::ALWAYS {
                    kept.pop();
                }
                k = k.saturating_sub(1);
            } else if input != Node::NEVER {
                kept.push(input);
            }
        }
        match k {
            0 => Node::ALWAYS,
            1 => self.any(kept),
            _ if k > kept.len() => Node::NEVER,
            _ if k == kept.len() => self.all_of(&mut kept),
            // More than a tree can have nodes is refused where they are added.
            _ => self.gate_of(Kind::AtLeast(u32::try_from(k).unwrap_or(u32::MAX)), &kept),
        }
    }

    /// True when the input is not: the same as `!input`.
    pub fn not(&self, input: Node) -> Node {
        !input
    }

    /// True when exactly one of two is.
    pub fn xor(&mut self, a: Node, b: Node) -> Node {
        let only_a = self.all([a, !b]);
        let only_b = self.all([!a, b]);
        self.any([only_a, only_b])
    }

    /// What a node is made of. The negation of a gate is shown as the gate that it equals by De Morgan's laws, so that only
    /// events are negated in the end.
    pub fn gate(&self, node: Node) -> Gate {
        let inputs = || {
            let inputs = self.inputs(node.index()).iter();
            inputs.map(|input| input.negated_if(node.is_negated())).collect::<Vec<_>>()
        };
        match (self.kind(node.index()), node.is_negated()) {
            (Kind::Never, negated) => Gate::Constant(negated),
            (Kind::Event(event), false) => Gate::Event(event),
            (Kind::Event(event), true) => Gate::NotEvent(event),
            (Kind::All, false) => Gate::All(inputs()),
            (Kind::All, true) => Gate::Any(inputs()),
            (Kind::AtLeast(k), false) => Gate::AtLeast(k, inputs()),
            (Kind::AtLeast(k), true) => {
                let inputs = inputs();
                // Fewer than k hold: at least n - k + 1 do not.
                let n = narrow(inputs.len());
                Gate::AtLeast(n - k + 1, inputs)
            }
        }
    }

    pub(super) fn kind(&self, index: usize) -> Kind {
        self.nodes[index].kind
    }

    pub(super) fn inputs(&self, index: usize) -> &[Node] {
        let stored = &self.nodes[index];
        &self.inputs[stored.start as usize..stored.end as usize]
    }

    fn gate_of(&mut self, kind: Kind, inputs: &[Node]) -> Node {
        let mask = self.known.len() - 1;
        let mut slot = hash(kind, inputs) & mask;
        while self.known[slot] != FREE {
            let index = self.known[slot] as usize;
            if self.kind(index) == kind && self.inputs(index) == inputs {
                return Node::new(index, false);
            }
            slot = (slot + 1) & mask;
        }
        let node = self.push(kind, inputs);
        self.known[slot] = narrow(node.index());
        if self.nodes.len() * 2 > self.known.len() {
            self.grow();
        }
        node
    }

    fn push(&mut self, kind: Kind, inputs: &[Node]) -> Node {
        /// The lowest bit of a node is its sign, and one value stands for a free slot.
        const MOST: usize = 1 << 30;
        let index = self.nodes.len();
        assert!(index < MOST, "a tree has fewer than 2^30 nodes");
        let start = narrow(self.inputs.len());
        self.inputs.extend_from_slice(inputs);
        self.nodes.push(Stored { kind, start, end: narrow(self.inputs.len()) });
        Node::new(index, false)
    }

    fn grow(&mut self) {
        let mask = self.known.len() * 2 - 1;
        self.known = vec![FREE; mask + 1];
        for index in 0..self.nodes.len() {
            let kind = self.kind(index);
            if matches!(kind, Kind::All | Kind::AtLeast(_)) {
                let mut slot = hash(kind, self.inputs(index)) & mask;
                while self.known[slot] != FREE {
                    slot = (slot + 1) & mask;
                }
                self.known[slot] = narrow(index);
            }
        }
    }
}

/// Multiplying and folding: inputs are small numbers, and nobody gains by making them collide.
fn hash(kind: Kind, inputs: &[Node]) -> usize {
    let seed = match kind {
        Kind::AtLeast(k) => u64::from(k),
        _ => 0,
    };
    let mixed = inputs.iter().fold(seed, |hash, input| {
        let product = u128::from(hash ^ u64::from(input.0)) * 0x9e37_79b9_7f4a_7c15;
        #[expect(clippy::cast_possible_truncation, reason = "both halves are folded into one")]
        let folded = (product >> 64) as u64 ^ product as u64;
        folded.wrapping_add(0x9e37_79b9_7f4a_7c15)
    });
    #[expect(clippy::cast_possible_truncation, reason = "it is masked anyway")]
    let hash = mixed as usize;
    hash
}
