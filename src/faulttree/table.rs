//! What both kinds of diagram stand on: nodes, each different one once, and a cache of what was computed.

use super::limits::{Budget, Hit, narrow};

/// A node of a diagram: what it is when the variable of its level is true, and when it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    /// Position of the variable in the order; terminals come after all.
    pub(super) level: u32,
    /// The edge taken when the variable is true.
    pub(super) hi: u32,
    /// The edge taken when it is not.
    pub(super) lo: u32,
}

/// The level of a terminal.
pub(super) const TERMINAL: u32 = u32::MAX;

/// A cache grows with its table up to so many entries; beyond that memory is better spent on nodes.
const LARGEST_CACHE: usize = 1 << 24;

/// So many results for each node that may be made.
const STEPS: usize = 4;

const FREE: u32 = u32::MAX;

/// All nodes, in the order of making: what a node leads to has a smaller number.
pub(super) struct Table<'a> {
    items: Vec<Item>,
    slots: Vec<u32>,
    cache: Vec<Entry>,
    /// Entries of other epochs are void.
    epoch: u32,
    budget: Budget<'a>,
    /// Nodes made since the table was cleared, and how many may be.
    made: usize,
    effort: usize,
    /// Results remembered since then.
    steps: usize,
}

#[derive(Clone, Copy)]
struct Entry {
    a: u32,
    b: u32,
    result: u32,
    epoch: u32,
}

const VOID: Entry = Entry { a: 0, b: 0, result: 0, epoch: 0 };

fn mix(a: u32, b: u32, c: u32) -> usize {
    let key = (u64::from(a) << 32 | u64::from(b)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ u64::from(c).wrapping_mul(0xd6e8_feb8_6659_fd93);
    #[expect(clippy::cast_possible_truncation, reason = "it is masked anyway")]
    let hash = (key ^ key >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93) as usize >> 16;
    hash
}

impl<'a> Table<'a> {
    /// A table with so many terminals.
    pub(super) fn new(terminals: u32, budget: Budget<'a>) -> Self {
        const LEAST: usize = 256;
        let items = (0..terminals).map(|number| Item { level: TERMINAL, hi: number, lo: number }).collect();
        Self {
            items,
            slots: vec![FREE; LEAST],
            cache: vec![VOID; LEAST],
            epoch: 1,
            budget,
            made: 0,
            effort: Budget::MOST,
            steps: 0,
        }
    }

    /// From now on, this is what may be spent.
    pub(super) fn spend(&mut self, budget: Budget<'a>) {
        self.budget = budget;
    }

    /// How many nodes were made since the table was cleared.
    pub(super) fn made(&self) -> usize {
        self.made
    }

    pub(super) fn item(&self, number: u32) -> Item {
        self.items[number as usize]
    }

    /// The node of that content, made where there is none yet.
    pub(super) fn make(&mut self, level: u32, hi: u32, lo: u32) -> Result<u32, Hit> {
        let mask = self.slots.len() - 1;
        let mut slot = mix(level, hi, lo) & mask;
        while self.slots[slot] != FREE {
            let number = self.slots[slot];
            if self.items[number as usize] == (Item { level, hi, lo }) {
                return Ok(number);
            }
            slot = (slot + 1) & mask;
        }
        if self.items.len() >= self.budget.nodes || self.made >= self.effort {
            return Err(Hit);
        }
        let number = u32::try_from(self.items.len()).map_err(|_| Hit)?;
        self.made += 1;
        self.slots[slot] = number;
        self.items.push(Item { level, hi, lo });
        if self.items.len() * 2 > self.slots.len() {
            self.rehash(self.slots.len() * 2);
        }
        Ok(number)
    }

    /// Fills the slots anew, in the order of the nodes: so that they can be taken out again, the last first.
    fn rehash(&mut self, size: usize) {
        self.slots.clear();
        self.slots.resize(size, FREE);
        let mask = size - 1;
        for (number, item) in self.items.iter().enumerate() {
            if item.level != TERMINAL {
                let mut slot = mix(item.level, item.hi, item.lo) & mask;
                while self.slots[slot] != FREE {
                    slot = (slot + 1) & mask;
                }
                self.slots[slot] = narrow(number);
            }
        }
        let wanted = (size / 2).min(LARGEST_CACHE);
        if wanted > self.cache.len() {
            let old = std::mem::replace(&mut self.cache, vec![VOID; wanted]);
            for entry in old.into_iter().filter(|entry| entry.epoch == self.epoch) {
                self.cache[mix(entry.a, entry.b, 0) & (wanted - 1)] = entry;
            }
        }
    }

    /// Forgets all but the terminals, and may make so many nodes from now on.
    pub(super) fn clear(&mut self, terminals: usize, effort: usize) {
        if self.items.len() > self.slots.len() / 8 {
            self.slots.fill(FREE);
        } else {
            let mask = self.slots.len() - 1;
            // Backwards, since a slot is where it is because of those that were filled before.
            for number in (terminals..self.items.len()).rev() {
                let Item { level, hi, lo } = self.items[number];
                let mut slot = mix(level, hi, lo) & mask;
                while self.slots[slot] as usize != number {
                    slot = (slot + 1) & mask;
                }
                self.slots[slot] = FREE;
            }
        }
        self.items.truncate(terminals);
        self.made = 0;
        self.steps = 0;
        self.effort = effort;
        self.forget();
    }

    /// Forgets what was computed.
    fn forget(&mut self) {
        if self.epoch == u32::MAX {
            self.cache.fill(VOID);
            self.epoch = 0;
        }
        self.epoch += 1;
    }

    /// What was computed from two numbers.
    pub(super) fn computed(&self, a: u32, b: u32) -> Option<u32> {
        let entry = self.cache[mix(a, b, 0) & (self.cache.len() - 1)];
        (entry.a == a && entry.b == b && entry.epoch == self.epoch).then_some(entry.result)
    }

    /// Remembers what was computed from two numbers.
    pub(super) fn remember(&mut self, a: u32, b: u32, result: u32) -> Result<(), Hit> {
        let slot = mix(a, b, 0) & (self.cache.len() - 1);
        self.cache[slot] = Entry { a, b, result, epoch: self.epoch };
        self.steps += 1;
        // Where results are many more than nodes, most were computed before and forgotten.
        if self.effort < Budget::MOST && self.steps / STEPS >= self.effort {
            return Err(Hit);
        }
        // Often enough to stop within milliseconds.
        if self.steps.is_multiple_of(1 << 14) { self.budget.check() } else { Ok(()) }
    }
}
