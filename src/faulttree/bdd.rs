//! Binary decision diagrams with negated edges (Bryant 1986; Brace, Rudell and Bryant 1990).
//!
//! An edge is the number of a node times two, plus one where it is negated. The edge taken when a variable is false is
//! never negated, and the one terminal is *false*: so each function has one edge, and an edge is negated exactly when its
//! function is true of nothing having happened.

use super::limits::{Budget, Hit, narrow};
use super::part::counted;
use super::table::{Item, TERMINAL, Table};

/// The constant false.
pub(super) const FALSE: u32 = 0;
/// The constant true.
pub(super) const TRUE: u32 = 1;

/// Where diagrams are made.
pub(super) struct Bdd<'a> {
    table: Table<'a>,
    stack: Vec<Pending>,
}

/// A conjunction that waits for that of its parts.
#[derive(Clone, Copy)]
struct Pending {
    f: u32,
    g: u32,
    level: u32,
    lo: (u32, u32),
    hi: Option<u32>,
}

impl<'a> Bdd<'a> {
    pub(super) fn new(budget: Budget<'a>) -> Self {
        Self { table: Table::new(1, budget), stack: Vec::new() }
    }

    /// Forgets everything, and may make so many nodes from now on.
    pub(super) fn reset(&mut self, effort: usize) {
        self.table.clear(1, effort);
    }

    /// From now on, this is what may be spent.
    pub(super) fn spend(&mut self, budget: Budget<'a>) {
        self.table.spend(budget);
    }

    /// How many nodes were made since the last reset.
    pub(super) fn made(&self) -> usize {
        self.table.made()
    }

    /// The function that is one when a variable is true and another when it is not; both of later variables.
    pub(super) fn make(&mut self, level: u32, hi: u32, lo: u32) -> Result<u32, Hit> {
        if hi == lo {
            return Ok(hi);
        }
        let negated = lo & 1;
        Ok(self.table.make(level, hi ^ negated, lo ^ negated)? << 1 | negated)
    }

    /// The variable of a level.
    pub(super) fn variable(&mut self, level: u32) -> Result<u32, Hit> {
        self.make(level, TRUE, FALSE)
    }

    /// Those of variables by number, which are on levels in an order; some are never true.
    pub(super) fn variables(&mut self, never: &[bool], order: &[usize]) -> Result<Vec<u32>, Hit> {
        let mut edges = vec![FALSE; never.len()];
        for (level, variable) in order.iter().enumerate().filter(|(_, variable)| !never[**variable]) {
            edges[*variable] = self.variable(narrow(level))?;
        }
        Ok(edges)
    }

    /// Functions in the order in which it is cheap to combine them: those whose levels are deepest first.
    pub(super) fn deepest_first(&self, edges: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut edges: Vec<u32> = edges.collect();
        edges.sort_by_key(|edge| std::cmp::Reverse((self.level(*edge), *edge)));
        edges
    }

    /// The level of an edge's node, and the functions when its variable is true and when it is not; none of a constant.
    pub(super) fn parts(&self, f: u32) -> Option<(u32, u32, u32)> {
        let item = self.table.item(f >> 1);
        let (hi, lo) = cofactors(f, item, item.level);
        (f > TRUE).then_some((item.level, hi, lo))
    }

    /// The level of an edge's node.
    pub(super) fn level(&self, f: u32) -> u32 {
        self.table.item(f >> 1).level
    }

    pub(super) fn or(&mut self, f: u32, g: u32) -> Result<u32, Hit> {
        Ok(self.and(f ^ 1, g ^ 1)? ^ 1)
    }

    /// The conjunction. With a stack of its own: diagrams may be as deep as there are variables.
    pub(super) fn and(&mut self, f: u32, g: u32) -> Result<u32, Hit> {
        let (mut f, mut g) = (f, g);
        self.stack.clear();
        loop {
            let Some(mut result) = self.known(f, g) else {
                if f > g {
                    std::mem::swap(&mut f, &mut g);
                }
                let (a, b) = (self.table.item(f >> 1), self.table.item(g >> 1));
                let level = a.level.min(b.level);
                let (f1, f0) = cofactors(f, a, level);
                let (g1, g0) = cofactors(g, b, level);
                self.stack.push(Pending { f, g, level, lo: (f0, g0), hi: None });
                (f, g) = (f1, g1);
                continue;
            };
            loop {
                let Some(top) = self.stack.last_mut() else { return Ok(result) };
                match top.hi {
                    None => {
                        top.hi = Some(result);
                        (f, g) = top.lo;
                        break;
                    }
                    Some(hi) => {
                        let Pending { f, g, level, .. } = *top;
                        self.stack.pop();
                        result = self.make(level, hi, result)?;
                        self.table.remember(f, g, result)?;
                    }
                }
            }
        }
    }

    /// Whether at least so many of some functions hold.
    pub(super) fn at_least(&mut self, k: usize, inputs: &[u32]) -> Result<u32, Hit> {
        counted(k, inputs, [FALSE, TRUE], |one_less, so_many, input| {
            let one_more = self.and(input, one_less)?;
            self.or(one_more, so_many)
        })
    }

    fn known(&self, f: u32, g: u32) -> Option<u32> {
        if f == g || g == TRUE {
            Some(f)
        } else if f == TRUE {
            Some(g)
        } else if f == FALSE || g == FALSE || f == g ^ 1 {
            Some(FALSE)
        } else {
            self.table.computed(f.min(g), f.max(g))
        }
    }

    /// A diagram of its own for one function.
    pub(super) fn extract(&self, root: u32) -> Diagram {
        let top = (root >> 1) as usize;
        let mut number = vec![0; top + 1];
        number[top] = 1;
        // What a node leads to has a smaller number: one sweep down marks all that is reached.
        for index in (1..=top).rev().filter(|_| top > 0) {
            if number[index] != 0 {
                let item = self.table.item(narrow(index));
                number[(item.hi >> 1) as usize] = 1;
                number[(item.lo >> 1) as usize] = 1;
            }
        }
        number[0] = 0;
        let mut items = vec![self.table.item(0)];
        for index in 1..=top {
            if number[index] != 0 {
                let item = self.table.item(narrow(index));
                let renumbered = |edge: u32| number[(edge >> 1) as usize] << 1 | edge & 1;
                items.push(Item { level: item.level, hi: renumbered(item.hi), lo: renumbered(item.lo) });
                number[index] = narrow(items.len() - 1);
            }
        }
        Diagram { items, root: number[top] << 1 | root & 1 }
    }
}

fn cofactors(f: u32, item: Item, level: u32) -> (u32, u32) {
    let negated = f & 1;
    if item.level == level { (item.hi ^ negated, item.lo ^ negated) } else { (f, f) }
}

/// A finished diagram: nodes in an order in which each leads only to earlier ones; the first is *false*.
#[derive(Debug, Clone)]
pub(super) struct Diagram {
    pub(super) items: Vec<Item>,
    pub(super) root: u32,
}

/// The probability of something and that of its contrary, each summed by itself so that none loses digits to the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chance {
    pub(super) yes: f64,
    pub(super) no: f64,
}

impl Chance {
    pub(super) fn of(yes: f64) -> Self {
        Self { yes, no: 1.0 - yes }
    }

    pub(super) fn negated_if(self, negated: bool) -> Self {
        if negated { Self { yes: self.no, no: self.yes } } else { self }
    }

    fn along(table: &[Self], edge: u32) -> Self {
        table[(edge >> 1) as usize].negated_if(edge & 1 == 1)
    }
}

impl Diagram {
    /// That of what is always or never true.
    pub(super) fn constant(value: bool) -> Self {
        let items = vec![Item { level: TERMINAL, hi: FALSE, lo: FALSE }];
        Self { items, root: if value { TRUE } else { FALSE } }
    }

    /// The chance of each node, from those of the variables by level.
    fn chances(&self, of_level: &[Chance]) -> Vec<Chance> {
        let mut chances = Vec::with_capacity(self.items.len());
        chances.push(Chance { yes: 0.0, no: 1.0 });
        for item in &self.items[1..] {
            let variable = of_level[item.level as usize];
            let (hi, lo) = (Chance::along(&chances, item.hi), Chance::along(&chances, item.lo));
            chances.push(Chance {
                yes: variable.yes * hi.yes + variable.no * lo.yes,
                no: variable.yes * hi.no + variable.no * lo.no,
            });
        }
        chances
    }

    /// The chance of the function.
    pub(super) fn chance(&self, of_level: &[Chance]) -> Chance {
        Chance::along(&self.chances(of_level), self.root)
    }

    /// Bounds of the function's chance, from those of the variables by level: whatever the variables' chances are between
    /// theirs, it is between these.
    pub(super) fn bounds(&self, of_level: &[(f64, f64)]) -> (f64, f64) {
        let along = |bounds: &[(f64, f64)], edge: u32| {
            let (lower, upper): (f64, f64) = bounds[(edge >> 1) as usize];
            if edge & 1 == 1 { (1.0 - upper, 1.0 - lower) } else { (lower, upper) }
        };
        let mut bounds = vec![(0.0, 0.0)];
        for item in &self.items[1..] {
            let (least, most) = of_level[item.level as usize];
            let (hi, lo) = (along(&bounds, item.hi), along(&bounds, item.lo));
            let at = |chance: f64, hi: f64, lo: f64| chance * hi + (1.0 - chance) * lo;
            bounds.push((
                at(least, hi.0, lo.0).min(at(most, hi.0, lo.0)),
                at(least, hi.1, lo.1).max(at(most, hi.1, lo.1)),
            ));
        }
        along(&bounds, self.root)
    }

    /// The derivative of the function's probability by that of each variable, by level.
    pub(super) fn derivatives(&self, of_level: &[Chance]) -> Vec<f64> {
        let chances = self.chances(of_level);
        let mut derivatives = vec![0.0; of_level.len()];
        // How likely a node is reached from the root; negative along negated edges.
        let mut reached = vec![0.0; self.items.len()];
        reached[(self.root >> 1) as usize] = if self.root & 1 == 1 { -1.0 } else { 1.0 };
        for (index, item) in self.items.iter().enumerate().rev() {
            let weight = reached[index];
            if item.level == TERMINAL || weight == 0.0 {
                continue;
            }
            let level = item.level as usize;
            let (hi, lo) = (Chance::along(&chances, item.hi), Chance::along(&chances, item.lo));
            derivatives[level] += weight * (hi.yes - lo.yes);
            let sign = if item.hi & 1 == 1 { -1.0 } else { 1.0 };
            reached[(item.hi >> 1) as usize] += sign * weight * of_level[level].yes;
            reached[(item.lo >> 1) as usize] += weight * of_level[level].no;
        }
        derivatives
    }
}
