//! The order of a module's variables. It decides how large the diagram gets, often by orders of magnitude, and no rule is best for
//! all trees: so there are several, which are tried as far as that is cheap.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::HashMap;

use super::fill::minimum_fill;
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
    /// By graph, once it was asked for; nothing where it would take long.
    forests: [OnceCell<Option<Forest>>; 2],
}

/// What hangs on what when nodes are taken out of a graph one by one.
struct Forest {
    roots: Vec<u32>,
    /// By node.
    parts: Vec<Vec<u32>>,
    /// By node, how many there are down from it.
    size: Vec<u32>,
}

/// Rules for orders, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// What separates the rest comes first, then each part by itself.
    Separators(Graph, Parts),
    /// Variables that occur together stand together: each goes to the middle of its gates, time and again (FORCE; Aloul,
    /// Markov and Sakallah 2003).
    Together,
    /// Where most of the weight of the top flows: what all of it hangs on comes first (Minato, Ishiura and Yajima 1990).
    Weights,
    /// Depth first; gates before variables, what is shared most first.
    SharedFirst,
}

/// A module as a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Graph {
    /// Each gate is next to its inputs.
    Gates,
    /// And these are next to each other.
    Cliques,
}

/// Which of several parts comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    SmallFirst,
    LargeFirst,
}

impl Rule {
    /// Those that are best most often first.
    pub(super) const ALL: [Self; 7] = [
        Self::Separators(Graph::Cliques, Parts::SmallFirst),
        Self::Separators(Graph::Gates, Parts::SmallFirst),
        Self::Separators(Graph::Gates, Parts::LargeFirst),
        Self::Together,
        Self::Separators(Graph::Cliques, Parts::LargeFirst),
        Self::Weights,
        Self::SharedFirst,
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
        Self { variables, gates, inputs, forests: Default::default() }
    }

    /// The variables by index, first to last. Where a rule would take long it is that of [`Rule::SharedFirst`].
    pub(super) fn order(&self, rule: Rule) -> Vec<usize> {
        let order = match rule {
            Rule::Separators(graph, parts) => self.separators_first(graph, parts),
            Rule::Together => self.together(),
            Rule::Weights => self.by_weight(),
            Rule::SharedFirst => None,
        };
        order.unwrap_or_else(|| self.shared_first())
    }

    fn shared_first(&self) -> Vec<usize> {
        let n_variables = self.variables.len();
        let mut uses = vec![0_u32; n_variables + self.gates.len()];
        for input in self.inputs.iter().flatten() {
            uses[*input as usize] += 1;
        }
        self.depth_first(|node| (u32::from((node as usize) < n_variables), Reverse(uses[node as usize])))
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

    /// Down the elimination tree: a variable comes after those that have to be decided before it has nothing to do with the other parts
    /// any more.
    fn separators_first(&self, graph: Graph, parts: Parts) -> Option<Vec<usize>> {
        let forest = self.forests[graph as usize].get_or_init(|| self.forest(graph)).as_ref()?;
        let mut order = Vec::with_capacity(self.variables.len());
        let mut open = forest.roots.clone();
        while let Some(node) = open.pop() {
            if (node as usize) < self.variables.len() {
                order.push(node as usize);
            }
            let mut next = forest.parts[node as usize].clone();
            // The last one is taken first.
            next.sort_by_key(|part| forest.size[*part as usize]);
            if parts == Parts::SmallFirst {
                next.reverse();
            }
            open.append(&mut next);
        }
        Some(order)
    }

    /// The elimination tree of the module as a graph (Liu 1990): each node hangs on the next one of those that it is next to when its
    /// turn comes to be taken out.
    fn forest(&self, graph: Graph) -> Option<Forest> {
        let n = self.variables.len() + self.gates.len();
        let (order, near) = minimum_fill(n, &self.pairs(graph)?, n)?;
        let mut turn = vec![0; n];
        for (position, node) in order.iter().enumerate() {
            turn[*node as usize] = position;
        }
        let mut forest = Forest { roots: Vec::new(), parts: vec![Vec::new(); n], size: vec![1; n] };
        for (node, near) in order.iter().zip(&near) {
            match near.iter().min_by_key(|other| turn[**other as usize]) {
                Some(above) => {
                    forest.parts[*above as usize].push(*node);
                    forest.size[*above as usize] += forest.size[*node as usize];
                }
                None => forest.roots.push(*node),
            }
        }
        Some(forest)
    }

    /// Which nodes are next to each other; nothing where there are very many.
    fn pairs(&self, graph: Graph) -> Option<Vec<(u32, u32)>> {
        /// So many inputs of a gate are next to each other, if there are no more.
        const WIDEST: usize = 12;
        /// Taking out nodes takes time in proportion to the squares of numbers of inputs.
        const MOST: usize = 1 << 21;
        if self.inputs.iter().map(|inputs| inputs.len() * inputs.len()).sum::<usize>() > MOST {
            return None;
        }
        let mut pairs = Vec::new();
        for (gate, inputs) in self.inputs.iter().enumerate() {
            let gate = narrow(self.variables.len() + gate);
            pairs.extend(inputs.iter().map(|input| (gate, *input)));
            if graph == Graph::Cliques && inputs.len() <= WIDEST {
                for (position, a) in inputs.iter().enumerate() {
                    pairs.extend(inputs[..position].iter().map(|b| (*a, *b)));
                }
            }
        }
        Some(pairs)
    }

    /// The weight of the top is spread evenly over inputs; the heaviest variable comes first and is taken out; and again.
    fn by_weight(&self) -> Option<Vec<usize>> {
        /// It takes time in proportion to variables times inputs.
        const MOST: usize = 20_000_000;
        let n_variables = self.variables.len();
        let n_inputs: usize = self.inputs.iter().map(Vec::len).sum();
        if n_variables * n_inputs > MOST {
            return None;
        }
        let n = n_variables + self.gates.len();
        let mut gone = vec![false; n];
        let mut order = Vec::with_capacity(n_variables);
        // What is met first depth first wins ties.
        let ties = self.shared_first();
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
        Some(order)
    }

    fn together(&self) -> Option<Vec<usize>> {
        /// It has usually settled by then.
        const ROUNDS: usize = 30;
        let n_variables = self.variables.len();
        let n = n_variables + self.gates.len();
        // Gates have places too: depth first, a gate after its inputs.
        let mut place = vec![0.0_f64; n];
        let mut order = self.by_weight()?;
        #[expect(clippy::cast_precision_loss, reason = "a place need not be exact")]
        for (position, variable) in order.iter().enumerate() {
            place[*variable] = position as f64;
        }
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
        Some(order)
    }
}
