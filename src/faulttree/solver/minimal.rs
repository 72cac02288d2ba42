//! The minimal cut sets of a tree that is solved: from its modules' diagrams, or order by order where these are too large.

use super::super::cuts::Cuts;
use super::super::limits::{Bounds, Budget, Hit, narrow};
use super::super::order::{Orders, Rule};
use super::super::part::{Part, Variable};
use super::super::solved::{Drawn, Form};
use super::super::tree::{Kind, Node};
use super::super::truncated::truncated;
use super::super::zbdd::Zbdd;
use super::{Root, Solver};

impl Solver<'_> {
    /// The minimal cut sets of a top: the minimal sets of events that make it true when nothing else happens. With `order`, only
    /// those of at most so many events. Where events are negated, these are the positive parts of its prime implicants that are
    /// minimal. Where a limit is hit, all up to the largest order that there was time and memory for.
    ///
    /// # Panics
    /// If the top is not one of those that the solver was made for.
    pub fn cuts(&self, top: Node, order: Option<usize>) -> Cuts {
        let order = order.map(|order| u32::try_from(order).unwrap_or(u32::MAX));
        let events = self.probabilities.len();
        match self.tops[&top] {
            Root::Constant(false) => Cuts::none(events),
            Root::Constant(true) | Root::Variable(_, true) => Cuts::nothing(events),
            Root::Variable(Variable::Event(event), false) => Cuts::one(events, event, order),
            Root::Variable(Variable::Module(module), false) => {
                let families = self.families(module, order, Budget::new(self.limits));
                families.unwrap_or_else(|Hit| self.smallest(module, order))
            }
        }
    }

    /// The smallest cut sets, order by order until a limit is hit.
    fn smallest(&self, top: u32, order: Option<u32>) -> Cuts {
        /// Up to this order one after the other, and then in steps of a quarter.
        const EACH: u32 = 8;
        /// So many nodes may be made for each, where somebody says when to end, and where nobody does.
        const MOST: [usize; 2] = [1 << 21, 1 << 17];
        let mut budget = Budget::new(self.limits).last();
        budget.nodes = budget.nodes.min(MOST[usize::from(budget.stop.is_none())]);
        let events = narrow(self.probabilities.len());
        let last = order.map_or(events, |order| order.min(events));
        let mut found = Cuts::unknown(self.probabilities.len());
        let mut next = 1;
        while let Ok(cuts) = self.families(top, Some(next), budget) {
            if next == last {
                // No set has more events than there are.
                return if order.is_some_and(|order| order < events) { cuts } else { cuts.of_any_size() };
            }
            found = cuts.incomplete();
            next = (next + if next < EACH { 1 } else { next / 4 }).min(last);
        }
        found
    }

    /// What the probability of a top is known to lie between without taking long, also from some of its minimal cut sets: those up to
    /// an order.
    ///
    /// The top is not true unless one of these sets happens, or more events than they were searched to. Where no
    /// event is negated, it is true whenever one happens: at least as likely as their probabilities make it less those of any two at
    /// once (Bonferroni).
    ///
    /// # Panics
    /// If the top is not one of those that the solver was made for.
    pub fn probability_by(&self, top: Node, cuts: &Cuts) -> Bounds {
        let answers = self.answers(&self.probabilities, false);
        let mut bounds = self.probability_from(top, &answers, &self.probabilities);
        let Root::Variable(Variable::Module(module), false) = self.tops[&top] else { return bounds };
        if bounds.is_exact() {
            return bounds;
        }
        let (is_used, is_coherent) = self.reached(module);
        let chances = self.probabilities.iter().zip(&is_used).filter(|(_, used)| **used).map(|(p, _)| *p);
        let more = cuts.complete_to().map_or(0.0, |order| chance_of_more(order, chances));
        // Sums are rounded: what that may lose is nothing beside this.
        let upper = (cuts.sum_of_products(&self.probabilities).0 + more) * (1.0 + 1e-9);
        bounds.upper = bounds.upper.min(upper);
        if is_coherent {
            bounds.lower = bounds.lower.max(cuts.at_least_one(&self.probabilities) * (1.0 - 1e-9));
        }
        bounds.lower = bounds.lower.min(bounds.upper);
        bounds
    }

    /// Which events a module has, and whether none of them is negated in it.
    fn reached(&self, module: u32) -> (Vec<bool>, bool) {
        let mut is_used = vec![false; self.probabilities.len()];
        let mut is_coherent = true;
        // By node, plain and negated.
        let mut seen = vec![[false; 2]; self.tree.len()];
        let node = self.solved[module as usize].node;
        let mut open = vec![Node::new(node, self.known[&node].1)];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node.index()][usize::from(node.is_negated())], true) {
                continue;
            }
            if let Kind::Event(event) = self.tree.kind(node.index()) {
                is_used[event.index()] = true;
                is_coherent &= !node.is_negated();
            }
            let inputs = self.tree.inputs(node.index()).iter();
            open.extend(inputs.map(|input| input.negated_if(node.is_negated())));
        }
        (is_used, is_coherent)
    }

    /// Of the modules up to one, which it is made of.
    fn used(&self, top: u32) -> Vec<bool> {
        let mut used = vec![false; top as usize + 1];
        used[top as usize] = true;
        for module in (0..used.len()).rev() {
            if used[module] {
                for variable in self.solved[module].variables() {
                    if let Variable::Module(inner) = variable {
                        used[*inner as usize] = true;
                    }
                }
            }
        }
        used
    }

    fn families(&self, top: u32, order: Option<u32>, budget: Budget<'_>) -> Result<Cuts, Hit> {
        /// Below this order no diagram of all is needed.
        const LARGE: u32 = 4;
        let mut zbdd = Zbdd::new(budget);
        let used = self.used(top);
        let mut cuts = Cuts::none(self.probabilities.len());
        let mut roots = vec![0; used.len()];
        for module in (0..used.len()).filter(|module| used[*module]) {
            let small = |part: &Part| {
                let weight = |variable| cuts.least_of(variable, &roots);
                drawn_up_to(part, order.unwrap_or(u32::MAX), weight, budget)
            };
            let own;
            let drawn = match (&self.solved[module].form, order) {
                (Form::Drawn(drawn), _) => drawn,
                (Form::Between(..), None) => return Err(Hit),
                (Form::Tangled(tangled), None | Some(LARGE..)) if !budget.is_last => tangled.drawn(budget)?,
                (Form::Between(part, _), _) => {
                    own = small(part)?;
                    &own
                }
                (Form::Tangled(tangled), _) => {
                    own = small(&tangled.part)?;
                    &own
                }
            };
            let Drawn { variables, diagram } = drawn;
            let weights: Vec<u32> = variables.iter().map(|of| cuts.least_of(*of, &roots)).collect();
            zbdd.reset();
            let family = zbdd.minimal(diagram, order.map(|order| (order, &weights[..])))?;
            roots[module] = cuts.add(&family, variables, &roots);
        }
        Ok(cuts.finish(roots[top as usize], order))
    }
}

/// A diagram of a module that is right wherever variables that are true weigh little enough together. `weight` gives how much each does.
fn drawn_up_to(
    part: &Part,
    order: u32,
    weight: impl Fn(Variable) -> u32,
    budget: Budget<'_>,
) -> Result<Drawn, Hit> {
    let places = Orders::new(part).by(Rule::Weights);
    let weights: Vec<u32> = part.levels(&places).into_iter().map(weight).collect();
    let diagram = truncated(part, &places, (&weights, order), budget)?;
    Ok(Drawn::new(part, &places, diagram))
}

/// How likely more than so many of some events happen.
fn chance_of_more(than: usize, chances: impl Iterator<Item = f64>) -> f64 {
    let mut exactly = vec![0.0; than + 1];
    exactly[0] = 1.0;
    let mut more = 0.0;
    for chance in chances {
        more += exactly[than] * chance;
        for count in (0..=than).rev() {
            let one_less = count.checked_sub(1).map_or(0.0, |less| exactly[less]);
            exactly[count] = exactly[count] * (1.0 - chance) + one_less * chance;
        }
    }
    more
}
