//! What is kept of sets: counts, and outcomes with a few examples. In which order sets come in makes no difference.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::Counts;
use crate::model::State;

/// Members by their places.
pub(super) type Set = Box<[u32]>;

/// As many different outcomes of a sweep are kept.
pub const MOST_GROUPS: usize = 10_000;

/// As many fatal sets of a sweep are remembered, to know what contains one.
pub const MOST_FATAL: usize = 200_000;

/// As many examples are kept of each outcome of a sweep.
pub const MOST_EXAMPLES: usize = 3;

/// How many sets led to an outcome, and the first of them.
#[derive(Debug, Default)]
pub(super) struct Like {
    pub(super) n: u64,
    /// In order.
    pub(super) examples: Vec<Set>,
}

impl Like {
    fn add(&mut self, n: u64, set: Option<&[u32]>) {
        self.n += n;
        if let Some(set) = set {
            let is_full = self.examples.len() >= MOST_EXAMPLES;
            if !(is_full && self.examples.last().is_some_and(|last| **last <= *set)) {
                let place = self.examples.partition_point(|known| **known < *set);
                self.examples.insert(place, set.into());
                self.examples.truncate(MOST_EXAMPLES);
            }
        }
    }
}

/// Sets by outcome.
pub(super) type Outcomes = BTreeMap<Box<[State]>, Like>;

/// What is known of some sets.
#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) outcomes: Outcomes,
    /// Those after which no capability is left, unless they are known to contain a smaller one.
    pub(super) fatal: Vec<Set>,
    /// How many sets these are.
    pub(super) n: u64,
    /// How many of them were reported as done.
    pub(super) n_reported: u64,
}

impl Noted {
    /// A set that may be fatal without containing a smaller one.
    pub(super) fn note(&mut self, states: &[State], set: &[u32]) {
        if !states.is_empty() && states.iter().all(|state| *state == State::Down) {
            self.fatal.push(set.into());
        }
        self.add(states, 1, Some(set));
    }

    /// Some sets that are not fatal, or contain what is; one as an example.
    pub(super) fn add(&mut self, states: &[State], n: u64, set: Option<&[u32]>) {
        self.n += n;
        match self.outcomes.get_mut(states) {
            Some(like) => like.add(n, set),
            None => self.outcomes.entry(states.into()).or_default().add(n, set),
        }
    }
}

/// Sets after which nothing is left.
#[derive(Debug)]
pub(super) struct Fatal {
    /// Those that contain no smaller one; where there are too many, the first.
    pub(super) sets: BTreeSet<Set>,
    /// The sizes that occur beyond 1.
    sizes: BTreeSet<usize>,
    /// Whether these are all.
    pub(super) is_complete: bool,
}

impl Fatal {
    pub(super) fn none() -> Self {
        Self { sets: BTreeSet::new(), sizes: BTreeSet::new(), is_complete: true }
    }

    /// Whether a member is fatal by itself.
    pub(super) fn has_single(&self, member: u32) -> bool {
        self.sets.contains(&[member][..])
    }

    /// Whether a set contains a smaller one, apart from single members.
    pub(super) fn is_in(&self, set: &[u32], part: &mut Vec<u32>) -> bool {
        if self.sizes.is_empty() {
            return false;
        }
        (1_u32..(1 << set.len()) - 1).filter(|mask| self.sizes.contains(&(mask.count_ones() as usize))).any(
            |mask| {
                part.clear();
                part.extend((0..set.len()).filter(|place| mask >> place & 1 == 1).map(|place| set[place]));
                self.sets.contains(&part[..])
            },
        )
    }

    /// Adds those of one more size. Only where all smaller ones are known, what contains none of them is one.
    pub(super) fn add(&mut self, size: usize, found: BTreeSet<Set>, is_complete: bool) {
        if self.is_complete && !found.is_empty() {
            if size > 1 {
                self.sizes.insert(size);
            }
            self.sets.extend(found);
        }
        self.is_complete &= is_complete;
    }
}

/// All that is kept of the sets of one size.
#[derive(Debug)]
pub(super) struct Tally {
    /// What an hour of each capability costs.
    pub(super) values: Vec<f64>,
    /// Of sets smaller than asked for only what is fatal is kept.
    counts_all: bool,
    pub(super) counts: Counts,
    pub(super) of_capabilities: Vec<Counts>,
    pub(super) outcomes: Outcomes,
    /// The worst outcome that was given up: none that is no worse is ever kept.
    given_up: Option<Box<[State]>>,
    pub(super) ungrouped: u64,
    /// Fatal sets of this size, the first ones.
    pub(super) fatal: BTreeSet<Set>,
    /// How many of these may be kept.
    most_fatal: usize,
    /// Whether there was room for all of them.
    pub(super) has_all_fatal: bool,
}

impl Tally {
    pub(super) fn new(values: Vec<f64>, counts_all: bool, most_fatal: usize) -> Self {
        Self {
            counts_all,
            counts: Counts::default(),
            of_capabilities: vec![Counts::default(); values.len()],
            outcomes: Outcomes::new(),
            given_up: None,
            ungrouped: 0,
            values,
            fatal: BTreeSet::new(),
            most_fatal,
            has_all_fatal: true,
        }
    }

    pub(super) fn add(&mut self, noted: Noted) {
        for set in noted.fatal {
            self.fatal.insert(set);
            if self.fatal.len() > self.most_fatal {
                self.fatal.pop_last();
                self.has_all_fatal = false;
            }
        }
        if self.counts_all {
            for (states, like) in noted.outcomes {
                self.add_outcome(states, like);
            }
            self.prune(2 * MOST_GROUPS);
        }
    }

    fn add_outcome(&mut self, states: Box<[State]>, like: Like) {
        let worst = states.iter().min().copied().unwrap_or(State::Up);
        self.counts.add(worst, like.n);
        for (counts, state) in self.of_capabilities.iter_mut().zip(&states) {
            counts.add(*state, like.n);
        }
        if worst == State::Up {
            return;
        }
        let is_given_up = |given_up: &[State]| worst_first(&self.values, &states, given_up) != Ordering::Less;
        if self.given_up.as_deref().is_some_and(is_given_up) {
            self.ungrouped += like.n;
            return;
        }
        let known = self.outcomes.entry(states).or_default();
        known.n += like.n;
        like.examples.into_iter().for_each(|set| known.add(0, Some(&set)));
    }

    /// Gives the mildest outcomes up where there are more than `most`, and keeps as many as can be kept. What was given up
    /// once has as many worse ones before it and never comes back: so the counts of those kept to the end are whole.
    pub(super) fn prune(&mut self, most: usize) {
        if self.outcomes.len() <= most {
            return;
        }
        let mut sorted: Vec<_> = std::mem::take(&mut self.outcomes).into_iter().collect();
        sorted.sort_by(|(a, _), (b, _)| worst_first(&self.values, a, b));
        let mild = sorted.split_off(MOST_GROUPS);
        self.ungrouped += mild.iter().map(|(_, like)| like.n).sum::<u64>();
        self.given_up = mild.into_iter().next().map(|(states, _)| states);
        self.outcomes = sorted.into_iter().collect();
    }
}

pub(super) fn value(values: &[f64], states: &[State]) -> f64 {
    let down = values.iter().zip(states).filter(|(_, state)| **state == State::Down);
    down.fold(0.0, |sum, (value, _)| sum + value)
}

/// A total order of outcomes.
pub(super) fn worst_first(values: &[f64], a: &[State], b: &[State]) -> Ordering {
    let n_in = |states: &[State], state| states.iter().filter(|known| **known == state).count();
    value(values, b)
        .total_cmp(&value(values, a))
        .then_with(|| n_in(b, State::Down).cmp(&n_in(a, State::Down)))
        .then_with(|| n_in(b, State::Degraded).cmp(&n_in(a, State::Degraded)))
        .then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(number: u32) -> Vec<State> {
        (0..14).map(|bit| if number >> bit & 1 == 1 { State::Down } else { State::Up }).collect()
    }

    fn tallied(numbers: impl Iterator<Item = u32>) -> Tally {
        let mut tally = Tally::new(vec![1.0; 14], true, 2);
        for number in numbers {
            let mut noted = Noted::default();
            noted.note(&states(number), &[number]);
            tally.add(noted);
        }
        tally.prune(MOST_GROUPS);
        tally
    }

    #[test]
    fn the_mildest_outcomes_are_given_up_and_stay_so() {
        let mut tally = tallied(1..1 << 14);
        assert_eq!(tally.outcomes.len(), MOST_GROUPS);
        let before = tally.ungrouped;
        for number in [1, (1 << 14) - 1] {
            let mut more = Noted::default();
            more.add(&states(number), 5, None);
            tally.add(more);
        }
        assert_eq!(tally.ungrouped, before + 5);
        assert_eq!(tally.outcomes[&states((1 << 14) - 1)[..]].n, 6);
        assert_eq!(tally.counts.down, (1 << 14) - 1 + 10);
    }

    #[test]
    fn the_order_in_which_sets_come_makes_no_difference() {
        let told =
            |tally: Tally| (tally.outcomes.into_keys().collect::<Vec<_>>(), tally.ungrouped, tally.counts);
        assert_eq!(told(tallied(1..1 << 14)), told(tallied((1..1 << 14).rev())));
        let examples = |sets: [u32; 5]| {
            let mut noted = Noted::default();
            sets.iter().for_each(|set| noted.note(&states((1 << 14) - 1), &[*set]));
            let mut tally = Tally::new(vec![1.0; 14], true, 2);
            tally.add(noted);
            let first = tally.outcomes.into_values().next().map(|like| (like.n, like.examples));
            (first, tally.fatal.into_iter().collect::<Vec<_>>(), tally.has_all_fatal)
        };
        let set = |member: u32| Set::from([member]);
        let expected = (Some((5, vec![set(1), set(2), set(4)])), vec![set(1), set(2)], false);
        assert_eq!(examples([1, 2, 4, 7, 9]), expected);
        assert_eq!(examples([9, 4, 7, 2, 1]), expected);
    }
}
