//! A module copied out of its tree, to be solved alone: gates over variables, which stand for events and for other modules.

use std::collections::HashMap;

use super::limits::narrow;
use super::tree::{Event, Kind, Node, Tree};

/// What a variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    Event(Event),
    /// Another module, by its number among those solved.
    Module(u32),
}

/// What stands for an event or a module inside of a [`Part`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    pub(super) variable: Variable,
    /// Whether it stands for the contrary.
    pub(super) is_contrary: bool,
    /// Whether the variable is never true.
    pub(super) is_never: bool,
}

/// A module. Variables and gates are numbered together: variables first, as they are met depth first, then gates, inputs before what
/// uses them. The last gate is the module itself.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) variables: Vec<Variable>,
    /// Whether each variable is never true.
    pub(super) never: Vec<bool>,
    pub(super) gates: Vec<Gate>,
}

/// A gate of a [`Part`].
#[derive(Debug, Clone)]
pub(super) struct Gate {
    /// So many of the inputs are enough; `None`: all are needed.
    pub(super) enough: Option<u32>,
    pub(super) inputs: Vec<Node>,
}

impl Gate {
    /// The functions of the inputs, from those of all that was numbered before.
    pub(super) fn edges<'e>(&'e self, edges: &'e [u32]) -> impl Iterator<Item = u32> + 'e {
        self.inputs.iter().map(|input| edges[input.index()] ^ u32::from(input.is_negated()))
    }
}

/// Whether at least `k` inputs hold, counted one input after the other. `step` says whether so many hold with one more input: from whether
/// one less did before, whether so many did, and the input.
pub(super) fn counted<T: Copy, E>(
    k: usize,
    inputs: &[T],
    [never, always]: [T; 2],
    mut step: impl FnMut(T, T, T) -> Result<T, E>,
) -> Result<T, E> {
    let mut so_many = vec![never; k + 1];
    so_many[0] = always;
    for (index, input) in inputs.iter().enumerate() {
        // What is too few even with all that follow is never asked for.
        let fewest = (k + index + 1).saturating_sub(inputs.len()).max(1);
        for count in (fewest..=k.min(index + 1)).rev() {
            so_many[count] = step(so_many[count - 1], so_many[count], *input)?;
        }
    }
    Ok(so_many[k])
}

impl Part {
    /// The module at a node.
    pub(super) fn new(tree: &Tree, top: usize, is_module: &[bool], leaf: impl Fn(usize) -> Leaf) -> Self {
        let (mut leaves, mut gates) = (Vec::new(), Vec::new());
        // By node: its number here and whether what has that number is its contrary.
        let mut place: HashMap<usize, Node> = HashMap::new();
        let mut open = vec![top];
        while let Some(node) = open.pop() {
            if place.insert(node, Node::NEVER).is_some() {
                continue;
            }
            if matches!(tree.kind(node), Kind::Event(_)) || is_module[node] && node != top {
                leaves.push(node);
            } else {
                gates.push(node);
                open.extend(tree.inputs(node).iter().rev().map(|input| input.index()));
            }
        }
        gates.sort_unstable();
        let (mut variables, mut never) = (Vec::with_capacity(leaves.len()), Vec::with_capacity(leaves.len()));
        for node in &leaves {
            let leaf = leaf(*node);
            place.insert(*node, Node::new(variables.len(), leaf.is_contrary));
            variables.push(leaf.variable);
            never.push(leaf.is_never);
        }
        for (number, node) in (variables.len()..).zip(&gates) {
            place.insert(*node, Node::new(number, false));
        }
        let gate = |node: &usize| Gate {
            enough: match tree.kind(*node) {
                Kind::AtLeast(k) => Some(k),
                _ => None,
            },
            inputs: tree
                .inputs(*node)
                .iter()
                .map(|input| place[&input.index()].negated_if(input.is_negated()))
                .collect(),
        };
        let gates = gates.iter().map(gate).collect();
        Self { variables, never, gates }
    }

    /// What the levels of a diagram stand for that has the variables in an order.
    pub(super) fn levels(&self, order: &[usize]) -> Vec<Variable> {
        order.iter().map(|variable| self.variables[*variable]).collect()
    }

    /// How many variables and gates there are.
    pub(super) fn len(&self) -> usize {
        self.variables.len() + self.gates.len()
    }

    /// Each gate with each of its inputs, by number: the module as a graph. Nothing where gates are very wide: taking nodes out of a graph
    /// one by one takes time in proportion to the squares of numbers of inputs.
    pub(super) fn pairs(&self) -> Option<Vec<(u32, u32)>> {
        const MOST: usize = 1 << 21;
        if self.gates.iter().map(|gate| gate.inputs.len() * gate.inputs.len()).sum::<usize>() > MOST {
            return None;
        }
        let mut pairs = Vec::new();
        for (number, gate) in (self.variables.len()..).zip(&self.gates) {
            pairs.extend(gate.inputs.iter().map(|input| (narrow(number), narrow(input.index()))));
        }
        Some(pairs)
    }

    /// About how many conjunctions of two say the same. Those of *k* of *n* are many: one that counts goes with each input and each number
    /// up to *k*.
    pub(super) fn conjunctions(&self) -> usize {
        let of_gate = |gate: &Gate| match (gate.inputs.len(), gate.enough) {
            (n, None) => n,
            (n, Some(enough)) => (n + 1).saturating_sub(enough as usize).saturating_mul(2 * enough as usize),
        };
        self.gates.iter().map(of_gate).fold(0, usize::saturating_add)
    }

    /// Whether it is true when no variable is.
    pub(super) fn is_true_of_nothing(&self) -> bool {
        let mut is_true = vec![false; self.variables.len()];
        for gate in &self.gates {
            let n_true =
                gate.inputs.iter().filter(|input| is_true[input.index()] != input.is_negated()).count();
            is_true.push(n_true >= gate.enough.map_or(gate.inputs.len(), |enough| enough as usize));
        }
        is_true.last().is_some_and(|is_true| *is_true)
    }
}
