//! A fault tree as files tell it: gates and basic events by name, unsimplified.

use crate::faulttree::{Node, Tree};

/// Gates over basic events. What a gate mentions is there, and no gate depends on itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaultTree {
    /// What the file calls it.
    pub name: String,
    /// In the order in which the file mentions them.
    pub events: Vec<BasicEvent>,
    /// In the order of their definition.
    pub gates: Vec<Gate>,
    /// The gates that no other gate uses, or those that the file names as top: indices of `gates`.
    pub tops: Vec<usize>,
}

/// What fails of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct BasicEvent {
    /// Its name.
    pub name: String,
    /// The probability that it happens, where the file says so.
    pub probability: Option<f64>,
}

/// A name for a formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// When it is true.
    pub formula: Formula,
}

/// When something has failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// Always or never.
    Constant(bool),
    /// When a basic event has happened: an index of the events.
    Event(usize),
    /// When a gate is true: an index of the gates.
    Gate(usize),
    /// When it is not.
    Not(Box<Formula>),
    /// When all are.
    All(Vec<Formula>),
    /// When any is.
    Any(Vec<Formula>),
    /// When at least so many are.
    AtLeast(u32, Vec<Formula>),
    /// When no fewer than the first and no more than the second are.
    Between(u32, u32, Vec<Formula>),
    /// When an odd number is.
    Odd(Vec<Formula>),
}

impl Formula {
    /// The gates that it mentions.
    pub fn gates(&self, f: &mut impl FnMut(usize)) {
        match self {
            Self::Constant(_) | Self::Event(_) => {}
            Self::Gate(gate) => f(*gate),
            Self::Not(of) => of.gates(f),
            Self::All(of)
            | Self::Any(of)
            | Self::AtLeast(_, of)
            | Self::Between(_, _, of)
            | Self::Odd(of) => {
                of.iter().for_each(|formula| formula.gates(f));
            }
        }
    }
}

impl FaultTree {
    /// The gates, each after those that it uses; or a circle of gates that use each other. Iterative: chains of gates may
    /// be as long as files are.
    ///
    /// # Errors
    /// The circle, where there is one.
    pub fn order(&self) -> Result<Vec<usize>, Vec<usize>> {
        #[derive(Clone, Copy, PartialEq)]
        enum Seen {
            No,
            Open,
            Done,
        }
        let mut seen = vec![Seen::No; self.gates.len()];
        let mut order = Vec::with_capacity(self.gates.len());
        for start in 0..self.gates.len() {
            // A gate, what it uses, and how many of these have been followed.
            let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
            let mut next = Some(start);
            loop {
                if let Some(gate) = next.take() {
                    match seen[gate] {
                        Seen::Done => {}
                        Seen::Open => {
                            let begin = path.iter().position(|(open, _)| *open == gate).unwrap_or_default();
                            return Err(path[begin..].iter().map(|(open, _)| *open).collect());
                        }
                        Seen::No => {
                            seen[gate] = Seen::Open;
                            let mut uses = Vec::new();
                            self.gates[gate].formula.gates(&mut |used| uses.push(used));
                            uses.reverse();
                            path.push((gate, uses));
                        }
                    }
                }
                let Some((gate, uses)) = path.last_mut() else { break };
                if let Some(used) = uses.pop() {
                    next = Some(used);
                } else {
                    seen[*gate] = Seen::Done;
                    order.push(*gate);
                    path.pop();
                }
            }
        }
        Ok(order)
    }

    /// The gates that no other uses, in order.
    pub(super) fn unused(&self) -> Vec<usize> {
        let mut is_used = vec![false; self.gates.len()];
        for gate in &self.gates {
            gate.formula.gates(&mut |used| is_used[used] = true);
        }
        (0..self.gates.len()).filter(|gate| !is_used[*gate]).collect()
    }

    /// The same for the engine: its events are numbered as here, and each gate is a node. What has no probability gets 0.
    pub fn tree(&self) -> (Tree, Vec<Node>) {
        let mut tree = Tree::new();
        let events: Vec<Node> =
            self.events.iter().map(|event| tree.event(event.probability.unwrap_or(0.0))).collect();
        let mut nodes = vec![Node::NEVER; self.gates.len()];
        // Reading refuses circles; of a tree with one, made by hand, no gate fails.
        for gate in self.order().unwrap_or_default() {
            nodes[gate] = node(&self.gates[gate].formula, &mut tree, &events, &nodes);
        }
        (tree, nodes)
    }
}

/// Formulas are as deep as files may nest, which is bounded.
fn node(formula: &Formula, tree: &mut Tree, events: &[Node], gates: &[Node]) -> Node {
    let several = |of: &[Formula], tree: &mut Tree| -> Vec<Node> {
        of.iter().map(|formula| node(formula, tree, events, gates)).collect()
    };
    match formula {
        Formula::Constant(value) => tree.constant(*value),
        Formula::Event(event) => events[*event],
        Formula::Gate(gate) => gates[*gate],
        Formula::Not(of) => !node(of, tree, events, gates),
        Formula::All(of) => {
            let of = several(of, tree);
            tree.all(of)
        }
        Formula::Any(of) => {
            let of = several(of, tree);
            tree.any(of)
        }
        Formula::AtLeast(k, of) => {
            let of = several(of, tree);
            tree.at_least(*k, of)
        }
        Formula::Between(min, max, of) => {
            let of = several(of, tree);
            let more = tree.at_least(max.saturating_add(1), of.clone());
            let enough = tree.at_least(*min, of);
            tree.all(vec![enough, !more])
        }
        Formula::Odd(of) => {
            several(of, tree).into_iter().fold(Node::NEVER, |odd, input| tree.xor(odd, input))
        }
    }
}
