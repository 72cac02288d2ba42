//! One bit for each of many scenarios.

#![expect(
    clippy::inline_always,
    reason = "the kernel is compiled for several kinds of processors, and what it calls with it"
)]

use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Not};

use bytemuck::{Pod, Zeroable};

/// How many scenarios one pass of [`super::Sweep`] answers.
pub const LANES: usize = WORDS * 64;

const WORDS: usize = 8;

/// One bit for each of [`LANES`] scenarios: a whole cache line, which compilers turn into a few vector registers.
///
/// ```
/// use linchpin::engine::Lanes;
/// let both = Lanes::first(100) & !Lanes::first(98);
/// assert_eq!(both.iter().collect::<Vec<_>>(), [98, 99]);
/// assert!(both.has(99) && !both.has(100));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C, align(64))]
pub struct Lanes([u64; WORDS]);

impl Lanes {
    /// No scenario.
    pub const NONE: Self = Self([0; WORDS]);
    /// Every scenario.
    pub const ALL: Self = Self([u64::MAX; WORDS]);

    /// The first `n` scenarios.
    pub fn first(n: usize) -> Self {
        let word = |index: usize| match n.saturating_sub(index * 64) {
            0 => 0,
            bits @ 1..64 => (1 << bits) - 1,
            _ => u64::MAX,
        };
        Self(std::array::from_fn(word))
    }

    /// Whether a scenario is among them.
    pub fn has(&self, lane: usize) -> bool {
        self.0[lane / 64] >> (lane % 64) & 1 == 1
    }

    /// Puts a scenario in.
    pub fn insert(&mut self, lane: usize) {
        self.0[lane / 64] |= 1 << (lane % 64);
    }

    /// Takes a scenario out.
    pub fn remove(&mut self, lane: usize) {
        self.0[lane / 64] &= !(1 << (lane % 64));
    }

    /// Whether there is none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.0.iter().fold(0, |any, word| any | word) == 0
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Those that are among them, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + use<> {
        let mut left = self.0;
        let mut index = 0;
        std::iter::from_fn(move || {
            while *left.get(index)? == 0 {
                index += 1;
            }
            let bit = left[index].trailing_zeros() as usize;
            left[index] &= left[index] - 1;
            Some(index * 64 + bit)
        })
    }
}

/// Word by word, as plain loops: compilers turn these into vector instructions.
macro_rules! by_words {
    ($trait:ident, $function:ident, $assign:ident, $function_assign:ident) => {
        impl $assign for Lanes {
            #[inline(always)]
            fn $function_assign(&mut self, other: Self) {
                for (word, other) in self.0.iter_mut().zip(other.0) {
                    word.$function_assign(other);
                }
            }
        }

        impl $trait for Lanes {
            type Output = Self;

            #[inline(always)]
            fn $function(mut self, other: Self) -> Self {
                self.$function_assign(other);
                self
            }
        }
    };
}

by_words!(BitAnd, bitand, BitAndAssign, bitand_assign);
by_words!(BitOr, bitor, BitOrAssign, bitor_assign);
by_words!(BitXor, bitxor, BitXorAssign, bitxor_assign);

impl Not for Lanes {
    type Output = Self;

    #[inline(always)]
    fn not(self) -> Self {
        self ^ Self::ALL
    }
}

/// In how many sets each scenario was: a counter for each, plane by plane of binary digits.
///
/// ```
/// use linchpin::engine::{Lanes, Tally};
/// let mut tally = Tally::default();
/// (0..5).for_each(|n| tally.add(Lanes::first(n)));
/// assert_eq!([0, 1, 2, 3, 4].map(|lane| tally.of(lane)), [4, 3, 2, 1, 0]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Tally(Vec<Lanes>);

impl Tally {
    /// Counts one more for these.
    pub fn add(&mut self, lanes: Lanes) {
        let mut carry = lanes;
        for digit in &mut self.0 {
            if carry.is_empty() {
                return;
            }
            let next = *digit & carry;
            *digit ^= carry;
            carry = next;
        }
        if !carry.is_empty() {
            self.0.push(carry);
        }
    }

    /// How often one was among them.
    pub fn of(&self, lane: usize) -> usize {
        self.0.iter().rev().fold(0, |sum, digit| 2 * sum + usize::from(digit.has(lane)))
    }
}
