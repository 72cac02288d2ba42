//! The order of a module's variables. It decides how large the diagram gets, often by orders of magnitude, and no rule is best for
//! all trees: so there are several, which are tried as far as that is cheap.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::limits::narrow;
use super::modules::Modules;
use super::tree::{Kind, Tree};

/// A module without what is in its own modules.
pub(super) struct Frame {
    /// Events and modules, by number of the node, as they are met depth first.
    pub(super) variables: Vec<usize>,
    /// Gates in an order in which inputs come first; the last one is the module itself.
    pub(super) gates: Vec<usize>,
    /// For each gate its inputs: variables by their index, gates by theirs plus the number of variables.
    inputs: Vec<Vec<u32>>,
}

/// Rules for orders, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Depth first; gates before variables, what is shared most first.
    SharedFirst,
    /// Depth first, in the order of the inputs.
    AsWritten,
    /// Depth first, small parts first.
    SmallFirst,
    /// Depth first, large parts first.
    LargeFirst,
    /// Where most of the weight of the top flows: what all of it hangs on comes first (Minato, Ishiura and Yajima 1990).
    Weights,
    /// Variables that occur together stand together: each goes to the middle of its gates, time and again (FORCE; Aloul,
    /// Markov and Sakallah 2003).
    Together,
}

impl Rule {
    /// Those that are best most often first.
    pub(super) const ALL: [Self; 6] = [
        Self::Weights,
        Self::SharedFirst,
        Self::Together,
        Self::AsWritten,
        Self::SmallFirst,
        Self::LargeFirst,
    ];
}

impl Frame {
    /// The frame of a module.
    pub(super) fn new(tree: &Tree, top: usize, found: &Modules) -> Self {
        let mut variables = Vec::new();
        let mut gates = Vec::new();
        let mut number: HashMap<usize, u32> = HashMap::new();
        let mut open = vec![top];
        while let Some(node) = open.pop() {
            if number.contains_key(&node) {
                continue;
            }
            number.insert(node, 0);
            if matches!(tree.kind(node), Kind::Event(_)) || found.is_module[node] && node != top {
                variables.push(node);
            } else {
                gates.push(node);
                open.extend(tree.inputs(node).iter().rev().map(|input| input.index()));
            }
        }
        gates.sort_unstable();
        for (index, node) in variables.iter().chain(&gates).enumerate() {
            number.insert(*node, narrow(index));
        }
        let inputs_of =
            |gate: &usize| tree.inputs(*gate).iter().map(|input| number[&input.index()]).collect();
        let inputs = gates.iter().map(inputs_of).collect();
        Self { variables, gates, inputs }
    }

    /// The variables by index, first to last.
    pub(super) fn order(&self, rule: Rule) -> Vec<usize> {
        match rule {
            Rule::AsWritten => (0..self.variables.len()).collect(),
            Rule::SharedFirst => {
                let mut uses = vec![0_u32; self.variables.len() + self.gates.len()];
                for input in self.inputs.iter().flatten() {
                    uses[*input as usize] += 1;
                }
                let n_variables = self.variables.len();
                self.depth_first(|node| {
                    (u32::from((node as usize) < n_variables), Reverse(uses[node as usize]))
                })
            }
            Rule::SmallFirst => {
                let size = self.sizes();
                self.depth_first(|node| size[node as usize])
            }
            Rule::LargeFirst => {
                let size = self.sizes();
                self.depth_first(|node| Reverse(size[node as usize]))
            }
            Rule::Weights => self.by_weight(),
            Rule::Together => self.together(),
        }
    }

    /// The inputs of a node, if it is a gate.
    fn inputs(&self, node: u32) -> &[u32] {
        (node as usize).checked_sub(self.variables.len()).map_or(&[], |gate| &self.inputs[gate])
    }

    fn top(&self) -> u32 {
        narrow(self.variables.len() + self.gates.len() - 1)
    }

    /// Depth first, inputs of a gate by a key.
    fn depth_first<K: Ord>(&self, key: impl Fn(u32) -> K) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.variables.len());
        let mut seen = vec![false; self.variables.len() + self.gates.len()];
        let mut open = vec![self.top()];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node as usize], true) {
                continue;
            }
            if (node as usize) < self.variables.len() {
                order.push(node as usize);
            }
            let mut inputs = self.inputs(node).to_vec();
            inputs.sort_by_key(|input| key(*input));
            open.extend(inputs.iter().rev());
        }
        order
    }

    /// How many variables there are below each node, counted once for each way.
    fn sizes(&self) -> Vec<u64> {
        let mut size = vec![1_u64; self.variables.len()];
        for inputs in &self.inputs {
            size.push(inputs.iter().fold(0, |sum: u64, input| sum.saturating_add(size[*input as usize])));
        }
        size
    }

    /// The weight of the top is spread evenly over inputs; the heaviest variable comes first and is taken out; and again.
    fn by_weight(&self) -> Vec<usize> {
        /// It takes time in proportion to variables times inputs.
        const MOST: usize = 20_000_000;
        let n_variables = self.variables.len();
        let n_inputs: usize = self.inputs.iter().map(Vec::len).sum();
        if n_variables * n_inputs > MOST {
            return self.order(Rule::SharedFirst);
        }
        let n = n_variables + self.gates.len();
        let mut gone = vec![false; n];
        let mut order = Vec::with_capacity(n_variables);
        // What is met first depth first wins ties.
        let ties = self.order(Rule::SharedFirst);
        while order.len() < n_variables {
            let mut weight = vec![0.0_f64; n];
            weight[n - 1] = 1.0;
            for gate in (0..self.gates.len()).rev() {
                let node = n_variables + gate;
                let left = self.inputs[gate].iter().filter(|input| !gone[**input as usize]).count();
                if left == 0 || weight[node] == 0.0 {
                    continue;
                }
                #[expect(clippy::cast_precision_loss, reason = "a weight need not be exact")]
                let share = weight[node] / left as f64;
                for input in self.inputs[gate].iter().filter(|input| !gone[**input as usize]) {
                    weight[*input as usize] += share;
                }
            }
            let left = ties.iter().copied().filter(|variable| !gone[*variable]);
            let heaviest = left.reduce(|best, other| if weight[other] > weight[best] { other } else { best });
            let Some(heaviest) = heaviest else { break };
            gone[heaviest] = true;
            order.push(heaviest);
            // A gate of which nothing is left weighs nothing.
            for gate in 0..self.gates.len() {
                gone[n_variables + gate] = self.inputs[gate].iter().all(|input| gone[*input as usize]);
            }
        }
        order
    }

    fn together(&self) -> Vec<usize> {
        /// It has usually settled by then.
        const ROUNDS: usize = 30;
        let n_variables = self.variables.len();
        let n = n_variables + self.gates.len();
        // Gates have places too: depth first, a gate after its inputs.
        let mut place = vec![0.0_f64; n];
        let order = self.order(Rule::SharedFirst);
        #[expect(clippy::cast_precision_loss, reason = "a place need not be exact")]
        for (position, variable) in order.iter().enumerate() {
            place[*variable] = position as f64;
        }
        let mut order = order;
        for _ in 0..ROUNDS {
            let mut sum = vec![(0.0_f64, 0.0_f64); n];
            for gate in 0..self.gates.len() {
                let inputs = &self.inputs[gate];
                #[expect(clippy::cast_precision_loss, reason = "a place need not be exact")]
                let middle =
                    inputs.iter().map(|input| place[*input as usize]).sum::<f64>() / inputs.len() as f64;
                place[n_variables + gate] = middle;
                for input in inputs {
                    let (total, count) = &mut sum[*input as usize];
                    *total += middle;
                    *count += 1.0;
                }
            }
            // Gates pass on where they are used.
            for gate in (0..self.gates.len()).rev() {
                let (total, count) = sum[n_variables + gate];
                let node = n_variables + gate;
                let moved = if count > 0.0 { f64::midpoint(place[node], total / count) } else { place[node] };
                for input in &self.inputs[gate] {
                    let (total, count) = &mut sum[*input as usize];
                    *total += moved;
                    *count += 1.0;
                }
            }
            for variable in 0..n_variables {
                let (total, count) = sum[variable];
                if count > 0.0 {
                    place[variable] = total / count;
                }
            }
            let before = order.clone();
            order.sort_by(|a, b| place[*a].total_cmp(&place[*b]));
            #[expect(clippy::cast_precision_loss, reason = "a place need not be exact")]
            for (position, variable) in order.iter().enumerate() {
                place[*variable] = position as f64;
            }
            if order == before {
                break;
            }
        }
        order
    }
}
