//! Which order of its variables a module gets: several compete for the smallest diagram.
//!
//! Each may make so many nodes; when none gets to the end, those that got furthest may make more (successive halving; Jamieson and
//! Talwalkar 2016).

use std::cmp::Reverse;

use super::bdd::{Bdd, Diagram, TRUE};
use super::limits::{Budget, Hit};
use super::order::{Orders, Rule};
use super::part::{Gate, Part};

/// Orders of a module that compete, the most promising first.
pub(super) struct Race<'p> {
    part: &'p Part,
    orders: Orders<'p>,
    entries: Vec<Entry>,
    /// So many nodes each may make in this round.
    effort: usize,
    /// Rules that are still to be tried.
    rules: std::slice::Iter<'static, Rule>,
    /// So many go on to the next round.
    left: usize,
}

/// An order in a race.
struct Entry {
    rule: Rule,
    order: Vec<usize>,
    /// How far it got in the last round.
    done: Done,
    /// How far it will get in the next one, where that was tried already.
    ahead: Option<Done>,
}

/// How many gates were done, and how many nodes that took.
type Done = (usize, Reverse<usize>);

impl<'p> Race<'p> {
    /// So many nodes each may make in the first round, or so many for each variable and gate if that is more.
    const FIRST: usize = 5_000;
    const FIRST_OF_EACH: usize = 4;
    /// Up to so many, a round has eight times as many as the one before; then four times as many.
    const SHORT: usize = 320_000;
    /// So many stay after the first round, one less after each further one, and so many to the end.
    const LEFT: usize = 4;
    const LAST: usize = 2;

    pub(super) fn new(part: &'p Part) -> Self {
        Self {
            part,
            orders: Orders::new(part),
            entries: Vec::new(),
            effort: Self::FIRST.max(part.len() * Self::FIRST_OF_EACH),
            rules: Rule::ALL.iter(),
            left: Self::LEFT,
        }
    }

    /// A small diagram of the module, with its variables by level; none once each order may make more nodes than so many, but all have a
    /// first try. May be asked again, and goes on from there.
    pub(super) fn run(
        &mut self,
        most: usize,
        bdd: &mut Bdd<'_>,
        budget: &Budget<'_>,
    ) -> Result<(Vec<usize>, Diagram), Hit> {
        while self.effort <= most || self.entries.is_empty() {
            let mut turn = 0;
            while self.has(turn) {
                let may_make = self.may_make(turn);
                let entry = &mut self.entries[turn];
                turn += 1;
                if let Some(done) = entry.ahead.take() {
                    entry.done = done;
                    continue;
                }
                match build(self.part, &entry.order, (self.effort, may_make), bdd) {
                    Ok(diagram) => return Ok((entry.order.clone(), diagram)),
                    Err((done, at_last)) => {
                        entry.done = done;
                        entry.ahead = (may_make > self.effort).then_some(at_last);
                    }
                }
                budget.check()?;
            }
            let is_last = self.effort >= budget.nodes;
            self.next_round();
            if is_last {
                break;
            }
        }
        Err(Hit)
    }

    /// Whether there is one whose turn it is.
    fn has(&mut self, turn: usize) -> bool {
        while self.entries.len() <= turn {
            let Some(rule) = self.rules.next() else { return false };
            let order = self.orders.by(*rule);
            if self.entries.iter().all(|other| other.order != order) {
                self.entries.push(Entry { rule: *rule, order, done: Done::default(), ahead: None });
            }
        }
        true
    }

    /// How many nodes the one whose turn it is may make: one that got clearly further than all others, as many as in the next round.
    fn may_make(&self, turn: usize) -> usize {
        let gates = |turn: usize| self.entries.get(turn).map_or(0, |entry| entry.done.0);
        let is_clear = turn == 0 && gates(0) > gates(1);
        if is_clear { self.next_effort() } else { self.effort }
    }

    fn next_effort(&self) -> usize {
        self.effort.saturating_mul(if self.effort < Self::SHORT { 8 } else { 4 })
    }

    fn next_round(&mut self) {
        self.entries.sort_by_key(|entry| Reverse(entry.done));
        // One is unlike the others, and good now and then where these are not.
        let mut place = 0..;
        let left = self.left;
        self.entries.retain(|entry| place.next() < Some(left) || entry.rule == Rule::Nearer);
        self.left = (left - 1).max(Self::LAST);
        self.effort = self.next_effort();
    }
}

/// The diagram of a module with its variables in an order, if it takes no more nodes than the second number; if not, how far it got with
/// as many as the first, and at last.
fn build(
    part: &Part,
    order: &[usize],
    (fair, most): (usize, usize),
    bdd: &mut Bdd<'_>,
) -> Result<Diagram, (Done, Done)> {
    bdd.reset(most);
    let (mut then, mut done) = (Done::default(), Done::default());
    let mut edges = bdd.variables(&part.never, order).map_err(|Hit| (then, done))?;
    edges.reserve(part.gates.len());
    for (index, gate) in part.gates.iter().enumerate() {
        edges.push(gate_of(bdd, gate, &edges).map_err(|Hit| (then, done))?);
        done = (index + 1, Reverse(bdd.made()));
        if bdd.made() <= fair {
            then = done;
        }
    }
    Ok(bdd.extract(edges[part.len() - 1]))
}

/// The diagram of a gate, from those of its inputs, the deepest first: so each step adds on top of what is there.
fn gate_of(bdd: &mut Bdd<'_>, gate: &Gate, edges: &[u32]) -> Result<u32, Hit> {
    let inputs = bdd.deepest_first(gate.edges(edges));
    match gate.enough {
        Some(enough) => bdd.at_least(enough as usize, &inputs),
        None => inputs.iter().try_fold(TRUE, |all, input| bdd.and(*input, all)),
    }
}
