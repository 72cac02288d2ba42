//! Sets by their numbers.

use crate::analysis::scenarios::choose;

/// A set of places in a pool, with the next one in lexicographic order.
pub(super) struct Places<'p> {
    pool: &'p [u32],
    chosen: Vec<usize>,
}

impl<'p> Places<'p> {
    /// The set of that number, from 0.
    pub(super) fn at(size: usize, pool: &'p [u32], number: u64) -> Self {
        let mut left = u128::from(number);
        let mut chosen = Vec::with_capacity(size);
        let mut place = 0;
        while chosen.len() < size && place < pool.len() {
            let with_it = choose((pool.len() - place - 1) as u128, (size - chosen.len() - 1) as u128);
            if left < with_it {
                chosen.push(place);
            } else {
                left -= with_it;
            }
            place += 1;
        }
        Self { pool, chosen }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = u32> {
        self.chosen.iter().map(|place| self.pool[*place])
    }

    /// Moves on; behind the last set nothing changes.
    pub(super) fn next(&mut self) {
        let k = self.chosen.len();
        let may_move = |place: &usize| self.chosen[*place] + k - place < self.pool.len();
        let Some(moving) = (0..k).rev().find(may_move) else { return };
        self.chosen[moving] += 1;
        for place in moving + 1..k {
            self.chosen[place] = self.chosen[place - 1] + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_numbered_in_their_order() {
        let pool = [3, 5, 6, 8, 9];
        let mut set = Places::at(3, &pool, 0);
        for number in 0..10 {
            assert_eq!(Places::at(3, &pool, number).chosen, set.chosen, "{number}");
            set.next();
        }
        assert_eq!(Places::at(3, &pool, 9).members().collect::<Vec<_>>(), [6, 8, 9]);
    }
}
