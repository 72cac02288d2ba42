//! Minimal cut sets, never written out: a diagram in which a variable may stand for a family of its own.
//!
//! A node says: the sets below `lo`, and those below `hi` each together with the event, or with each set of the family, of
//! its variable. What a node leads to comes before it, so one sweep upwards answers most questions.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use num_bigint::BigUint;

use super::limits::narrow;
use super::part::Variable;
use super::tree::Event;
use super::zbdd::{BASE, EMPTY, Family};

/// The minimal cut sets of a node of a tree.
#[derive(Debug, Clone)]
pub struct Cuts {
    /// From number 2 on; 0 is no set and 1 the empty set alone.
    nodes: Vec<Node>,
    root: u32,
    /// How many events the smallest set of each node has; of no set, most.
    least: Vec<u32>,
    events: usize,
    /// All sets of at most so many events are there, and no others; `None`: all.
    order: Option<u32>,
    /// Whether that is all that was asked for.
    complete: bool,
}

/// Costs so much that what never happens comes last, and not so much that other costs would be lost beside it.
const NEVER: f64 = 1e6;

#[derive(Debug, Clone, Copy)]
struct Node {
    of: Of,
    hi: u32,
    lo: u32,
}

/// What a node's variable stands for.
#[derive(Debug, Clone, Copy)]
enum Of {
    Event(Event),
    /// All sets of the family with that root.
    Family(u32),
}

impl Cuts {
    /// There is none.
    pub(super) fn none(events: usize) -> Self {
        Self { nodes: Vec::new(), root: EMPTY, least: vec![u32::MAX, 0], events, order: None, complete: true }
    }

    /// The empty set: nothing needs to happen.
    pub(super) fn nothing(events: usize) -> Self {
        Self { root: BASE, ..Self::none(events) }
    }

    /// No set is known, and it is known that something needs to happen.
    pub(super) fn unknown(events: usize) -> Self {
        Self { order: Some(0), complete: false, ..Self::none(events) }
    }

    /// A single event.
    pub(super) fn one(events: usize, event: Event, order: Option<u32>) -> Self {
        let mut cuts = Self::none(events);
        cuts.push(Node { of: Of::Event(event), hi: BASE, lo: EMPTY });
        cuts.finish(2, order)
    }

    /// How many events it takes at least to make a variable true.
    pub(super) fn least_of(&self, variable: Variable, roots: &[u32]) -> u32 {
        match variable {
            Variable::Event(_) => 1,
            Variable::Module(module) => self.least[roots[module as usize] as usize],
        }
    }

    /// Takes in the family of a module; gives its root. `roots`: those of the modules taken in before.
    pub(super) fn add(&mut self, family: &Family, variables: &[Variable], roots: &[u32]) -> u32 {
        // A variable whose family is empty, for want of sets that are small enough, takes its sets with it.
        let mut number = Vec::with_capacity(family.items.len() + 2);
        number.extend([EMPTY, BASE]);
        for item in &family.items {
            let of = match variables[item.level as usize] {
                Variable::Event(event) => Of::Event(event),
                Variable::Module(module) => Of::Family(roots[module as usize]),
            };
            let (hi, lo) = (number[item.hi as usize], number[item.lo as usize]);
            number.push(self.with(of, hi, lo));
        }
        number[family.root as usize]
    }

    fn next(&self) -> u32 {
        narrow(self.least.len())
    }

    fn push(&mut self, node: Node) {
        let of = match node.of {
            Of::Event(_) => 1,
            Of::Family(root) => self.least[root as usize],
        };
        let with = of.saturating_add(self.least[node.hi as usize]);
        self.least.push(with.min(self.least[node.lo as usize]));
        self.nodes.push(node);
    }

    /// The sets below a root, of at most so many events where an order is given.
    pub(super) fn finish(mut self, root: u32, order: Option<u32>) -> Self {
        self.root = root;
        match order {
            Some(order) => Self { order: Some(order), ..self.up_to(order) },
            None => self,
        }
    }

    /// The same where a limit was hit before all that was asked for was found.
    pub(super) fn incomplete(self) -> Self {
        Self { complete: false, ..self }
    }

    /// The same where none can have more events than these.
    pub(super) fn of_any_size(self) -> Self {
        Self { order: None, ..self }
    }

    /// Only the sets of at most so many events. For each node and each number of events there is a node for its sets of just so many;
    /// a product of families becomes a sum of products.
    fn up_to(self, order: u32) -> Self {
        let mut most = vec![0_u32; self.least.len()];
        for (number, node) in (2..).zip(&self.nodes) {
            let of = node.family().map_or(1, |root| most[root as usize]);
            most[number] = most[node.lo as usize].max(of.saturating_add(most[node.hi as usize]));
        }
        if most[self.root as usize] <= order {
            return self;
        }
        // One more than how many events matter; 0: none of its sets does.
        let mut left = vec![0_u32; self.least.len()];
        left[self.root as usize] = order.saturating_add(1);
        for (index, node) in self.nodes.iter().enumerate().rev() {
            let own = left[index + 2];
            let (hi, lo) = (node.hi as usize, node.lo as usize);
            left[lo] = left[lo].max(own);
            let of = node.family().map_or(1, |root| self.least[root as usize]);
            if let Some(root) = node.family() {
                let beside = own.saturating_sub(self.least[hi]);
                left[root as usize] = left[root as usize].max(beside);
            }
            left[hi] = left[hi].max(own.saturating_sub(of));
        }
        let mut small = Self::none(self.events);
        // By node, its sets of as many events as the smallest, of one more, and so on.
        let mut exactly: Vec<Vec<u32>> = vec![Vec::new(), vec![BASE]];
        for (number, node) in (2..).zip(&self.nodes) {
            let least = self.least[number];
            let end = left[number].min(most[number].saturating_add(1));
            let of_size = |exactly: &[Vec<u32>], node: u32, size: u32| {
                let at = size.checked_sub(self.least[node as usize]);
                at.and_then(|at| exactly[node as usize].get(at as usize)).copied().unwrap_or(EMPTY)
            };
            let mut own = Vec::new();
            for size in least..end {
                let mut sets = of_size(&exactly, node.lo, size);
                match node.of {
                    Of::Event(_) => {
                        let hi = size.checked_sub(1).map_or(EMPTY, |rest| of_size(&exactly, node.hi, rest));
                        sets = small.with(node.of, hi, sets);
                    }
                    Of::Family(root) => {
                        for of in self.least[root as usize]..=size {
                            let (family, hi) =
                                (of_size(&exactly, root, of), of_size(&exactly, node.hi, size - of));
                            sets = small.with(Of::Family(family), hi, sets);
                        }
                    }
                }
                own.push(sets);
            }
            exactly.push(own);
        }
        for family in exactly.swap_remove(self.root as usize).into_iter().rev() {
            small.root = small.with(Of::Family(family), BASE, small.root);
        }
        small
    }

    /// The sets of `lo`, and those of `hi` each with what the variable stands for.
    fn with(&mut self, of: Of, hi: u32, lo: u32) -> u32 {
        if hi == EMPTY || matches!(of, Of::Family(EMPTY)) {
            return lo;
        }
        self.push(Node { of, hi, lo });
        self.next() - 1
    }

    fn node(&self, number: u32) -> Node {
        self.nodes[number as usize - 2]
    }

    /// Whether these are all that were asked for; else a limit was hit, and [`Self::complete_to`] says how far they go.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// These are all sets of at most so many events, and larger ones were not looked for or not found; `None`: they are all, of any
    /// size.
    pub fn complete_to(&self) -> Option<usize> {
        self.order.map(|order| order as usize)
    }

    /// How many nodes the diagram has: what it takes, however many sets there are.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no set.
    pub fn is_empty(&self) -> bool {
        self.root == EMPTY
    }

    /// How many events the smallest set has.
    pub fn smallest_order(&self) -> Option<usize> {
        (!self.is_empty()).then(|| self.least[self.root as usize] as usize)
    }

    /// How many sets there are.
    pub fn count(&self) -> BigUint {
        // Large numbers only where they are needed.
        if let Some(few) = self.few() {
            return BigUint::from(few);
        }
        let mut up = self.up(|_| BigUint::from(1_u32)).unwrap_or_default();
        up.swap_remove(self.root as usize)
    }

    /// How many sets there are, unless that is a very large number.
    fn few(&self) -> Option<u128> {
        Some(self.up(|_| 1_u128)?[self.root as usize])
    }

    /// How many sets there are of 0, 1, 2 … events, up to the largest.
    pub fn count_by_order(&self) -> Vec<BigUint> {
        // Polynomials whose powers are orders, each dropped after its last use.
        let mut last_use: Vec<u32> = vec![0; self.least.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            let number = narrow(index + 2);
            for used in [Some(node.hi), Some(node.lo), node.family()].into_iter().flatten() {
                last_use[used as usize] = number;
            }
        }
        last_use[self.root as usize] = u32::MAX;
        let mut up: Vec<Vec<BigUint>> = Vec::with_capacity(self.least.len());
        up.push(Vec::new());
        up.push(vec![BigUint::from(1_u32)]);
        for (index, node) in self.nodes.iter().enumerate() {
            let mut sum = up[node.lo as usize].clone();
            match node.of {
                Of::Event(_) => add_shifted(&mut sum, &up[node.hi as usize], 1),
                Of::Family(root) => {
                    let (of, hi) = (&up[root as usize], &up[node.hi as usize]);
                    for (order, count) in of.iter().enumerate().filter(|(_, count)| **count != BigUint::ZERO)
                    {
                        let product: Vec<_> = hi.iter().map(|hi| hi * count).collect();
                        add_shifted(&mut sum, &product, order);
                    }
                }
            }
            up.push(sum);
            let number = narrow(index + 2);
            for used in [Some(node.hi), Some(node.lo), node.family()].into_iter().flatten() {
                if last_use[used as usize] == number && used > BASE {
                    up[used as usize] = Vec::new();
                }
            }
        }
        up.swap_remove(self.root as usize)
    }

    /// By event, in how many sets it is.
    pub fn count_by_event(&self) -> Vec<BigUint> {
        let one = |_| BigUint::from(1_u32);
        let up = self.up(one).unwrap_or_default();
        self.down(&up, one).unwrap_or_default()
    }

    /// The sum of the products of the events' probabilities over all sets, and by event over the sets that have it: what
    /// probability and importance are when sets are rare enough not to overlap.
    ///
    /// # Panics
    /// If there are fewer probabilities than events.
    pub fn sum_of_products(&self, probabilities: &[f64]) -> (f64, Vec<f64>) {
        let probability = |event: Event| probabilities[event.index()];
        let up = self.up(probability).unwrap_or_default();
        let mut of_event = self.down(&up, probability).unwrap_or_default();
        for (sum, probability) in of_event.iter_mut().zip(probabilities) {
            *sum *= probability;
        }
        (up[self.root as usize], of_event)
    }

    /// A number that the probability that one set or more happens is not below: the sum of the probabilities of the most
    /// probable ones, less those of any two of them at once (Bonferroni).
    pub(super) fn at_least_one(&self, probabilities: &[f64]) -> f64 {
        const MOST: usize = 200;
        let sets = self.most_probable(MOST, probabilities);
        let (mut sum, mut best) = (0.0, 0.0_f64);
        for (index, (probability, set)) in sets.iter().enumerate() {
            let both = |(other, of): &(f64, Vec<Event>)| {
                let is_own = |event: &&Event| of.binary_search(event).is_err();
                other * set.iter().filter(is_own).map(|event| probabilities[event.index()]).product::<f64>()
            };
            sum += probability - sets[..index].iter().map(both).sum::<f64>();
            best = best.max(sum);
        }
        best
    }

    /// For each node, the sum over its sets of the products of the events' amounts; none where a number got too large.
    fn up<A: Amount>(&self, of: impl Fn(Event) -> A) -> Option<Vec<A>> {
        let mut up: Vec<A> = Vec::with_capacity(self.least.len());
        up.extend([A::number(0), A::number(1)]);
        for node in &self.nodes {
            let hi = &up[node.hi as usize];
            let with = match node.of {
                Of::Event(event) => hi.times(&of(event))?,
                Of::Family(root) => hi.times(&up[root as usize])?,
            };
            let sum = with.plus(&up[node.lo as usize])?;
            up.push(sum);
        }
        Some(up)
    }

    /// By event, the same sum over the sets that have it, without its own amount.
    fn down<A: Amount>(&self, up: &[A], of: impl Fn(Event) -> A) -> Option<Vec<A>> {
        let mut of_event = vec![A::number(0); self.events];
        let mut down = vec![A::number(0); up.len()];
        down[self.root as usize] = A::number(1);
        for (index, node) in self.nodes.iter().enumerate().rev() {
            let own = std::mem::replace(&mut down[index + 2], A::number(0));
            let (hi, lo) = (node.hi as usize, node.lo as usize);
            let with = own.times(&up[hi])?;
            let amount = match node.of {
                Of::Event(event) => {
                    of_event[event.index()] = of_event[event.index()].plus(&with)?;
                    of(event)
                }
                Of::Family(root) => {
                    down[root as usize] = down[root as usize].plus(&with)?;
                    up[root as usize].clone()
                }
            };
            down[hi] = down[hi].plus(&own.times(&amount)?)?;
            down[lo] = down[lo].plus(&own)?;
        }
        Some(of_event)
    }

    /// All sets, one after the other, without holding them: each ascending, in the order of the diagram, which is the same every
    /// time but has no meaning.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            cuts: self,
            chosen: Vec::new(),
            later: Vec::new(),
            open: vec![Open { node: self.root, ..Open::default() }],
        }
    }

    /// The `n` smallest sets, or all if there are fewer: by size, then by events. Where very many are as large as the last one, some of
    /// these that would come before it may be left out.
    pub fn smallest(&self, n: usize) -> Vec<Vec<Event>> {
        /// So many steps are taken to find those that come first of the same size.
        const MOST: usize = 1 << 20;
        let Some(last) = n.checked_sub(1) else { return Vec::new() };
        let mut sets: Vec<Vec<Event>> = Vec::new();
        if self.few().is_some_and(|count| count <= n as u128) {
            sets.extend(self);
        } else {
            let mut cheapest = self.cheapest(|_| 1.0);
            while sets.len() < n || cheapest.steps < MOST {
                let next = cheapest.next();
                let is_larger = |set: &Vec<Event>| sets.get(last).is_some_and(|last| set.len() > last.len());
                let Some(set) = next.filter(|set| !is_larger(set)) else { break };
                sets.push(set);
            }
        }
        sets.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        sets.truncate(n);
        sets
    }

    /// The `n` most probable sets with their probabilities, or all if there are fewer: by probability, then by events. Sets as
    /// probable as the last one may have been left out.
    ///
    /// # Panics
    /// If there are fewer probabilities than events.
    pub fn most_probable(&self, n: usize, probabilities: &[f64]) -> Vec<(f64, Vec<Event>)> {
        let probability = |set: &Vec<Event>| set.iter().map(|event| probabilities[event.index()]).product();
        // What never happens comes last.
        let cost = |event: Event| (-probabilities[event.index()].ln()).min(NEVER);
        let sets = self.cheapest(cost).take(n);
        let mut sets: Vec<(f64, Vec<Event>)> = sets.map(|set| (probability(&set), set)).collect();
        sets.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        sets
    }

    /// Sets in the order of their costs, which are sums of what their events cost. Each takes a step for every node on its way.
    fn cheapest(&self, cost: impl Fn(Event) -> f64) -> Cheapest<'_> {
        let mut least = vec![f64::INFINITY, 0.0];
        let mut of_node = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let of = match node.of {
                Of::Event(event) => cost(event),
                Of::Family(root) => least[root as usize],
            };
            of_node.push(of);
            least.push((of + least[node.hi as usize]).min(least[node.lo as usize]));
        }
        let mut cheapest = Cheapest {
            cuts: self,
            least,
            of_node,
            heap: BinaryHeap::new(),
            trail: Vec::new(),
            later: Vec::new(),
            pushed: 0,
            steps: 0,
        };
        cheapest.push(Branch { node: self.root, ..Branch::default() });
        cheapest
    }
}

impl Node {
    fn family(&self) -> Option<u32> {
        match self.of {
            Of::Event(_) => None,
            Of::Family(root) => Some(root),
        }
    }
}

/// Adds what is to be added, that many powers higher.
fn add_shifted(sum: &mut Vec<BigUint>, added: &[BigUint], shift: usize) {
    if sum.len() < added.len() + shift && !added.is_empty() {
        sum.resize(added.len() + shift, BigUint::ZERO);
    }
    for (order, count) in added.iter().enumerate() {
        sum[order + shift] += count;
    }
}

/// What can be summed over sets. None where a result is too large.
trait Amount: Clone {
    fn number(small: u8) -> Self;
    fn plus(&self, other: &Self) -> Option<Self>;
    fn times(&self, other: &Self) -> Option<Self>;
}

impl Amount for u128 {
    fn number(small: u8) -> Self {
        small.into()
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        self.checked_add(*other)
    }

    fn times(&self, other: &Self) -> Option<Self> {
        self.checked_mul(*other)
    }
}

impl Amount for f64 {
    fn number(small: u8) -> Self {
        small.into()
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        Some(self + other)
    }

    fn times(&self, other: &Self) -> Option<Self> {
        Some(self * other)
    }
}

impl Amount for BigUint {
    fn number(small: u8) -> Self {
        small.into()
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        Some(self + other)
    }

    fn times(&self, other: &Self) -> Option<Self> {
        Some(self * other)
    }
}

/// Where a walk goes on: at a node, and when that is done, at the one that waits.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    node: u32,
    /// Index into what waits, from 1; 0 is nothing.
    waiting: u32,
    /// How much was chosen, and how much waited, when the walk came by.
    chosen: u32,
    later: u32,
}

/// All minimal cut sets: see [`Cuts::iter`].
#[derive(Debug)]
pub struct Iter<'c> {
    cuts: &'c Cuts,
    chosen: Vec<Event>,
    later: Vec<(u32, u32)>,
    open: Vec<Open>,
}

impl Iterator for Iter<'_> {
    type Item = Vec<Event>;

    fn next(&mut self) -> Option<Vec<Event>> {
        while let Some(Open { mut node, mut waiting, chosen, later }) = self.open.pop() {
            self.chosen.truncate(chosen as usize);
            self.later.truncate(later as usize);
            while node != EMPTY {
                if node == BASE {
                    if waiting == 0 {
                        let mut set = self.chosen.clone();
                        set.sort_unstable();
                        return Some(set);
                    }
                    (node, waiting) = self.later[waiting as usize - 1];
                    continue;
                }
                let here = self.cuts.node(node);
                let (chosen, later) = (narrow(self.chosen.len()), narrow(self.later.len()));
                if here.lo != EMPTY {
                    self.open.push(Open { node: here.lo, waiting, chosen, later });
                }
                match here.of {
                    Of::Event(event) => {
                        self.chosen.push(event);
                        node = here.hi;
                    }
                    Of::Family(root) => {
                        self.later.push((here.hi, waiting));
                        waiting = narrow(self.later.len());
                        node = root;
                    }
                }
            }
        }
        None
    }
}

impl<'c> IntoIterator for &'c Cuts {
    type Item = Vec<Event>;
    type IntoIter = Iter<'c>;

    fn into_iter(self) -> Iter<'c> {
        self.iter()
    }
}

/// A way that may be gone on: what it will cost at least is known exactly, so the cheapest one leads to the cheapest set.
#[derive(Debug, Clone, Copy, Default)]
struct Branch {
    node: u32,
    waiting: u32,
    /// What was chosen, as an index into the trail, from 1.
    chosen: u32,
    /// What was chosen costs that much, and what waits at least that.
    cost: f64,
    waits: f64,
}

#[derive(Debug)]
struct Ranked(f64, u64, Branch);

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

struct Cheapest<'c> {
    cuts: &'c Cuts,
    /// By number.
    least: Vec<f64>,
    /// What the variable of each node costs.
    of_node: Vec<f64>,
    heap: BinaryHeap<Reverse<Ranked>>,
    trail: Vec<(Event, u32)>,
    /// A node, what waits behind it, and what that costs at least.
    later: Vec<(u32, u32, f64)>,
    pushed: u64,
    /// How many nodes were passed.
    steps: usize,
}

impl Cheapest<'_> {
    fn total(&self, branch: &Branch) -> f64 {
        branch.cost + self.least[branch.node as usize] + branch.waits
    }

    fn push(&mut self, branch: Branch) {
        if branch.node != EMPTY {
            self.heap.push(Reverse(Ranked(self.total(&branch), self.pushed, branch)));
            self.pushed += 1;
        }
    }

    /// Where the variable of the branch's node is in the set.
    fn with(&mut self, branch: Branch) -> Branch {
        let here = self.cuts.node(branch.node);
        match here.of {
            Of::Event(event) => {
                self.trail.push((event, branch.chosen));
                let chosen = narrow(self.trail.len());
                let cost = branch.cost + self.of_node[branch.node as usize - 2];
                Branch { node: here.hi, chosen, cost, ..branch }
            }
            Of::Family(root) => {
                self.later.push((here.hi, branch.waiting, branch.waits));
                let waiting = narrow(self.later.len());
                let waits = branch.waits + self.least[here.hi as usize];
                Branch { node: root, waiting, waits, ..branch }
            }
        }
    }

    fn set(&self, branch: &Branch) -> Vec<Event> {
        let mut set = Vec::new();
        let mut at = branch.chosen;
        while at > 0 {
            let (event, before) = self.trail[at as usize - 1];
            set.push(event);
            at = before;
        }
        set.sort_unstable();
        set
    }
}

impl Iterator for Cheapest<'_> {
    type Item = Vec<Event>;

    fn next(&mut self) -> Option<Vec<Event>> {
        while let Some(Reverse(Ranked(_, _, mut branch))) = self.heap.pop() {
            while branch.node != EMPTY {
                if branch.node == BASE {
                    if branch.waiting == 0 {
                        return Some(self.set(&branch));
                    }
                    (branch.node, branch.waiting, branch.waits) = self.later[branch.waiting as usize - 1];
                    continue;
                }
                self.steps += 1;
                let without = Branch { node: self.cuts.node(branch.node).lo, ..branch };
                let with = self.with(branch);
                let (better, worse) =
                    if self.total(&with) <= self.total(&without) { (with, without) } else { (without, with) };
                self.push(worse);
                branch = better;
            }
        }
        None
    }
}
