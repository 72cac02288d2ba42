//! The order of a module's variables. It decides how large the diagram gets, often by orders of magnitude, and no rule is best for
//! all trees: so there are several, which are tried as far as that is cheap.

use std::cell::OnceCell;
use std::cmp::Reverse;

use super::fill::minimum_fill;
use super::limits::narrow;
use super::part::{Gate, Part};

/// The orders of a module's variables.
pub(super) struct Orders<'p> {
    part: &'p Part,
    /// For each gate its inputs by number.
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
    /// Depth first, gates before variables and what is shared most first; and then a few rounds of that.
    Nearer,
    /// Where most of the weight of the top flows: what all of it hangs on comes first (Minato, Ishiura and Yajima 1990).
    Weights,
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
        Self::Separators(Graph::Cliques, Parts::LargeFirst),
        Self::Together,
        Self::Separators(Graph::Gates, Parts::SmallFirst),
        Self::Weights,
        Self::Separators(Graph::Gates, Parts::LargeFirst),
        Self::Nearer,
    ];
}

impl<'p> Orders<'p> {
    /// Those of a module.
    pub(super) fn new(part: &'p Part) -> Self {
        let inputs = |gate: &Gate| gate.inputs.iter().map(|input| narrow(input.index())).collect();
        Self { part, inputs: part.gates.iter().map(inputs).collect(), forests: Default::default() }
    }

    /// The variables by number, first to last. Where a rule would take long, depth first.
    pub(super) fn by(&self, rule: Rule) -> Vec<usize> {
        /// So many rounds draw together what is near already, and leave the whole as it is.
        const FEW: usize = 8;
        /// It has usually settled by then.
        const SETTLED: usize = 30;
        let order = match rule {
            Rule::Separators(graph, parts) => self.separators_first(graph, parts),
            Rule::Together => self.by_weight().map(|order| self.together(order, SETTLED)),
            Rule::Nearer => Some(self.together(self.shared_first(), FEW)),
            Rule::Weights => self.by_weight(),
        };
        order.unwrap_or_else(|| self.shared_first())
    }

    /// Depth first; gates before variables, what is shared most first.
    fn shared_first(&self) -> Vec<usize> {
        let n_variables = self.part.variables.len();
        let mut uses = vec![0_u32; n_variables + self.inputs.len()];
        for input in self.inputs.iter().flatten() {
            uses[*input as usize] += 1;
        }
        self.depth_first(|node| (u32::from((node as usize) < n_variables), Reverse(uses[node as usize])))
    }

    /// The inputs of a node, if it is a gate.
    fn inputs(&self, node: u32) -> &[u32] {
        (node as usize).checked_sub(self.part.variables.len()).map_or(&[], |gate| &self.inputs[gate])
    }

    fn top(&self) -> u32 {
        narrow(self.part.variables.len() + self.inputs.len() - 1)
    }

    /// Depth first, inputs of a gate by a key.
    fn depth_first<K: Ord>(&self, key: impl Fn(u32) -> K) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.part.variables.len());
        let mut seen = vec![false; self.part.variables.len() + self.inputs.len()];
        let mut open = vec![self.top()];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node as usize], true) {
                continue;
            }
            if (node as usize) < self.part.variables.len() {
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
        let mut order = Vec::with_capacity(self.part.variables.len());
        let mut open = forest.roots.clone();
        while let Some(node) = open.pop() {
            if (node as usize) < self.part.variables.len() {
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
        let n = self.part.variables.len() + self.inputs.len();
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
        let mut pairs = self.part.pairs()?;
        for inputs in self.inputs.iter().filter(|inputs| graph == Graph::Cliques && inputs.len() <= WIDEST) {
            for (position, a) in inputs.iter().enumerate() {
                pairs.extend(inputs[..position].iter().map(|b| (*a, *b)));
            }
        }
        Some(pairs)
    }

    /// The weight of the top is spread evenly over inputs; the heaviest variable comes first and is taken out; and again.
    fn by_weight(&self) -> Option<Vec<usize>> {
        /// It takes time in proportion to variables times inputs.
        const MOST: usize = 20_000_000;
        let n_variables = self.part.variables.len();
        let n_inputs: usize = self.inputs.iter().map(Vec::len).sum();
        if n_variables * n_inputs > MOST {
            return None;
        }
        let n = n_variables + self.inputs.len();
        let mut gone = vec![false; n];
        let mut order = Vec::with_capacity(n_variables);
        // What is met first depth first wins ties.
        let ties = self.shared_first();
        while order.len() < n_variables {
            let mut weight = vec![0.0_f64; n];
            weight[n - 1] = 1.0;
            for gate in (0..self.inputs.len()).rev() {
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
            for gate in 0..self.inputs.len() {
                gone[n_variables + gate] = self.inputs[gate].iter().all(|input| gone[*input as usize]);
            }
        }
        Some(order)
    }

    /// Variables that occur together are drawn together, so many times.
    fn together(&self, mut order: Vec<usize>, rounds: usize) -> Vec<usize> {
        let n_variables = self.part.variables.len();
        let n = n_variables + self.inputs.len();
        // Gates have places too: depth first, a gate after its inputs.
        let mut place = vec![0.0_f64; n];
        #[expect(clippy::cast_precision_loss, reason = "a place need not be exact")]
        for (position, variable) in order.iter().enumerate() {
            place[*variable] = position as f64;
        }
        for _ in 0..rounds {
            let mut sum = vec![(0.0_f64, 0.0_f64); n];
            for gate in 0..self.inputs.len() {
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
            for gate in (0..self.inputs.len()).rev() {
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
