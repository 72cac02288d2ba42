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

const FREE: u32 = u32::MAX;

/// All nodes, in the order of making: what a node leads to has a smaller number.
pub(super) struct Table<'a> {
    items: Vec<Item>,
    slots: Vec<u32>,
    cache: Vec<Entry>,
    /// Entries of other epochs are void.
    epoch: u32,
    budget: Budget<'a>,
    steps: u32,
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
        Self { items, slots: vec![FREE; LEAST], cache: vec![VOID; LEAST], epoch: 1, budget, steps: 0 }
    }

    /// From now on it may have so many nodes.
    pub(super) fn set_budget(&mut self, budget: Budget<'a>) {
        self.budget = budget;
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
        if self.items.len() >= self.budget.nodes {
            return Err(Hit);
        }
        let number = u32::try_from(self.items.len()).map_err(|_| Hit)?;
        self.slots[slot] = number;
        self.items.push(Item { level, hi, lo });
        if self.items.len() * 2 > self.slots.len() {
            self.rehash(self.slots.len() * 2);
        }
        Ok(number)
    }

    /// Fills the slots anew, in the order of the nodes: so the last node can always be taken out again.
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
        let wanted = size.min(LARGEST_CACHE);
        if wanted > self.cache.len() {
            let old = std::mem::replace(&mut self.cache, vec![VOID; wanted]);
            for entry in old.into_iter().filter(|entry| entry.epoch == self.epoch) {
                self.cache[mix(entry.a, entry.b, 0) & (wanted - 1)] = entry;
            }
        }
    }

    /// Forgets all nodes from a number on, and what was computed.
    pub(super) fn truncate(&mut self, length: usize) {
        let mask = self.slots.len() - 1;
        if self.items.len() - length > self.slots.len() / 4 {
            self.items.truncate(length);
            self.rehash(self.slots.len());
        } else {
            while self.items.len() > length {
                let number = narrow(self.items.len() - 1);
                let item = self.items.pop().expect("it is longer");
                let mut slot = mix(item.level, item.hi, item.lo) & mask;
                while self.slots[slot] != number {
                    slot = (slot + 1) & mask;
                }
                self.slots[slot] = FREE;
            }
        }
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
        self.steps = self.steps.wrapping_add(1);
        // Often enough to stop within milliseconds.
        if self.steps.is_multiple_of(1 << 14) { self.budget.check() } else { Ok(()) }
    }
}
