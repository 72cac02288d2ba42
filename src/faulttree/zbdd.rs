//! Families of sets as zero-suppressed decision diagrams (Minato 1993), made from decision diagrams by Rauzy's
//! algorithm for minimal solutions (Rauzy 1993).

use std::cmp::Ordering;

use super::bdd::Diagram;
use super::limits::{Budget, Hit, narrow};
use super::table::{Item, Table};

/// No set.
pub(super) const EMPTY: u32 = 0;
/// The empty set alone.
pub(super) const BASE: u32 = 1;

/// Where families are made.
pub(super) struct Zbdd<'a> {
    table: Table<'a>,
    stack: Vec<Pending>,
}

/// A difference that waits for that of its parts.
#[derive(Clone, Copy)]
struct Pending {
    a: u32,
    b: u32,
    wait: Wait,
}

#[derive(Clone, Copy)]
enum Wait {
    /// For the sets with the variable, freed of those that also have it.
    Inner,
    /// For the sets with the variable.
    With,
    /// For the others; the first ones are there.
    Without(u32),
}

impl<'a> Zbdd<'a> {
    pub(super) fn new(budget: Budget<'a>) -> Self {
        Self { table: Table::new(2, budget), stack: Vec::new() }
    }

    /// Forgets everything.
    pub(super) fn reset(&mut self) {
        self.table.clear(2, Budget::MOST);
    }

    fn make(&mut self, level: u32, hi: u32, lo: u32) -> Result<u32, Hit> {
        if hi == EMPTY { Ok(lo) } else { self.table.make(level, hi, lo) }
    }

    /// The sets of `a` that no set of `b` lies in. Of sets in `b` none lies in another.
    fn without(&mut self, a: u32, b: u32) -> Result<u32, Hit> {
        let (mut a, mut b) = (a, b);
        self.stack.clear();
        loop {
            let mut result = if a == EMPTY || b == BASE || a == b {
                EMPTY
            } else if b == EMPTY || a == BASE {
                a
            } else if let Some(result) = self.table.computed(a, b) {
                result
            } else {
                let (of_a, of_b) = (self.table.item(a), self.table.item(b));
                match of_a.level.cmp(&of_b.level) {
                    Ordering::Greater => b = of_b.lo,
                    Ordering::Less => {
                        self.stack.push(Pending { a, b, wait: Wait::With });
                        a = of_a.hi;
                    }
                    Ordering::Equal => {
                        self.stack.push(Pending { a, b, wait: Wait::Inner });
                        (a, b) = (of_a.hi, of_b.hi);
                    }
                }
                continue;
            };
            loop {
                let Some(top) = self.stack.last_mut() else { return Ok(result) };
                let (of_a, of_b) = (self.table.item(top.a), self.table.item(top.b));
                let lo_of_b = if of_a.level == of_b.level { of_b.lo } else { top.b };
                match top.wait {
                    Wait::Inner => {
                        top.wait = Wait::With;
                        (a, b) = (result, of_b.lo);
                        break;
                    }
                    Wait::With => {
                        top.wait = Wait::Without(result);
                        (a, b) = (of_a.lo, lo_of_b);
                        break;
                    }
                    Wait::Without(with) => {
                        let key = (top.a, top.b);
                        self.stack.pop();
                        result = self.make(of_a.level, with, result)?;
                        self.table.remember(key.0, key.1, result)?;
                    }
                }
            }
        }
    }

    /// The minimal sets of variables that make a function true with all others false. `order`: how much the variables of a set
    /// may weigh together, and what each weighs, by level; heavier sets are left out where that saves work, and where they are not
    /// they need not be minimal.
    pub(super) fn minimal(&mut self, of: &Diagram, order: Option<(u32, &[u32])>) -> Result<Family, Hit> {
        let room = order.map(|(most, weights)| room(of, most, weights));
        let fits = |index: usize, item: &Item| match (&room, order) {
            (Some(room), Some((_, weights))) => room[index] > weights[item.level as usize],
            _ => true,
        };
        // Where nothing at all makes a function true, the empty set alone is minimal: then the edge is negated.
        let along = |sets: &[u32], edge: u32| if edge & 1 == 1 { BASE } else { sets[(edge >> 1) as usize] };
        let mut sets = Vec::with_capacity(of.items.len());
        sets.push(EMPTY);
        for (index, item) in of.items.iter().enumerate().skip(1) {
            if room.as_ref().is_some_and(|room| room[index] == 0) {
                sets.push(EMPTY);
                continue;
            }
            let lo = along(&sets, item.lo);
            let hi = if fits(index, item) { along(&sets, item.hi) } else { EMPTY };
            let hi = self.without(hi, lo)?;
            sets.push(self.make(item.level, hi, lo)?);
        }
        Ok(self.extract(along(&sets, of.root)))
    }

    fn extract(&self, root: u32) -> Family {
        let top = root as usize;
        let mut number = vec![0; top + 1];
        number[top] = 1;
        let item_of = |index: usize| self.table.item(narrow(index));
        for index in (2..=top).rev() {
            if number[index] != 0 {
                let item = item_of(index);
                number[item.hi as usize] = 1;
                number[item.lo as usize] = 1;
            }
        }
        let mut items = Vec::new();
        number[0] = EMPTY;
        if top > 0 {
            number[1] = BASE;
        }
        for index in 2..=top {
            if number[index] != 0 {
                let item = item_of(index);
                let Item { level, hi, lo } = item;
                items.push(Item { level, hi: number[hi as usize], lo: number[lo as usize] });
                number[index] = narrow(items.len() + 1);
            }
        }
        Family { items, root: number[top] }
    }
}

/// One more than the most that may be added below each node; 0 where nothing may.
fn room(of: &Diagram, most: u32, weights: &[u32]) -> Vec<u32> {
    let mut room = vec![0_u32; of.items.len()];
    room[(of.root >> 1) as usize] = most.saturating_add(1);
    for (index, item) in of.items.iter().enumerate().skip(1).rev() {
        let own = room[index];
        let with = own.saturating_sub(weights[item.level as usize]);
        let (hi, lo) = ((item.hi >> 1) as usize, (item.lo >> 1) as usize);
        room[hi] = room[hi].max(with);
        room[lo] = room[lo].max(own);
    }
    room
}

/// A finished family: its nodes without the two terminals, each leading only to terminals and earlier ones, which are numbered from 2.
pub(super) struct Family {
    pub(super) items: Vec<Item>,
    pub(super) root: u32,
}
