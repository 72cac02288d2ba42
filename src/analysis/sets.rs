//! Every set of N failures, without ever holding all of them.
//!
//! Sets are numbered in lexicographic order and worked out a piece of that order at a time, hundreds at once. What is
//! kept of a set is what becomes of the capabilities: equal outcomes are one group, with a count and a few examples. Where
//! there are more outcomes than can be kept, the worst are.
//!
//! More failures never make anything better (conditions only know all, any and at least). So once a set is *fatal*, which is
//! to say that no capability is left, every larger set that contains it is too and need not be worked out. Smaller sets come
//! first for that; what of them is fatal, and contains no smaller fatal set, is an answer of its own.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::many::TOUCHED;
use super::scenarios::{all_failing, choose, members};
use super::{Asked, System, TooMany};
use crate::compile::ConditionId;
use crate::engine::{Block, Fast, LANES, Lanes, Sweep, Worker};
use crate::model::{Class, ElementId, Failure, Kind, State};

/// More sets than this are refused: nobody would wait for them.
pub const MOST_SETS: u64 = 1_000_000_000_000_000;

/// As many different outcomes are kept.
const MOST_GROUPS: usize = 10_000;

/// As many fatal sets are remembered, to know what contains one.
const MOST_FATAL: usize = 200_000;

/// As many examples are kept of each outcome.
const N_EXAMPLES: usize = 3;

/// Sets in a piece of work.
const PIECE: u64 = 16 * LANES as u64;

/// Pieces after which results are put together.
const PIECES: u64 = 64;

/// What to sweep.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'q> {
    /// What fails is of these classes.
    pub classes: &'q [Class],
    /// So many different elements fail at once.
    pub failures: u32,
    /// What is looked at.
    pub capabilities: &'q [ElementId],
}

/// Sets by the state that they leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Up.
    pub up: u64,
    /// Degraded.
    pub degraded: u64,
    /// Down.
    pub down: u64,
}

impl Counts {
    fn add(&mut self, state: State, n: u64) {
        match state {
            State::Up => self.up += n,
            State::Degraded => self.degraded += n,
            State::Down => self.down += n,
        }
    }
}

/// Sets after which the capabilities do equally.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// How each capability does, in order; at least one of them is not up.
    pub states: Vec<State>,
    /// How many sets these are.
    pub scenarios: u64,
    /// How many capabilities are down.
    pub down: usize,
    /// How many are degraded.
    pub degraded: usize,
    /// What an hour of those that are down costs.
    pub value_per_hour: f64,
    /// A few of the sets.
    pub examples: Vec<Asked>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    /// How many elements the sets are made of.
    pub elements: usize,
    /// How many sets there are.
    pub scenarios: u64,
    /// How many of them are answered for: fewer than all only where the sweep was ended before.
    pub looked_at: u64,
    /// Sets by how the capability does that does worst.
    pub counts: Counts,
    /// Sets by how each capability does, in order.
    pub of_capabilities: Vec<(ElementId, Counts)>,
    /// Different outcomes, the worst first: by value lost, then by capabilities down and degraded.
    pub groups: Vec<Group>,
    /// Sets whose outcome, milder than those of all groups, is in none because there are too many.
    pub ungrouped: u64,
    /// Sets of at most as many failures after which every capability is down, and that contain no smaller such set: by size,
    /// then in the model's order.
    pub fatal: Vec<Vec<ElementId>>,
    /// Whether these are all.
    pub is_fatal_complete: bool,
}

impl Swept {
    /// Whether nothing was left out because the sweep was ended.
    pub fn is_complete(&self) -> bool {
        self.looked_at == self.scenarios
    }
}

/// Runs something with so many threads; `None`: as many as the machine has processors.
///
/// # Errors
/// If threads cannot be had.
pub fn with_threads<T: Send>(n: Option<usize>, run: impl FnOnce() -> T + Send) -> Result<T, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n.unwrap_or(0)).build();
    Ok(pool.map_err(|error| error.to_string())?.install(run))
}

/// Sweeps every set of failures. `goes_on` is told how many sets of how many are done and ends the sweep by `false`; it is
/// asked from many threads.
///
/// # Errors
/// If there are more than [`MOST_SETS`].
pub fn sweep_sets(
    system: &System,
    asked: &Sets<'_>,
    goes_on: &(dyn Fn(u64, u64) -> bool + Sync),
) -> Result<Swept, TooMany> {
    let members = members(&system.model, asked.classes);
    let ways = choose(members.len() as u128, u128::from(asked.failures));
    let scenarios = u64::try_from(ways).ok().filter(|n| *n <= MOST_SETS);
    let Some(scenarios) = scenarios else { return Err(TooMany { scenarios: ways, most: MOST_SETS.into() }) };
    let engine = system.engine();
    let conditions = asked.capabilities.iter().flat_map(|id| [ConditionId::ok(*id), ConditionId::full(*id)]);
    let sweep = Sweep::of(&system.dense, conditions);
    let run = Run { system, asked, engine: &engine, sweep: &sweep, members: &members, goes_on };
    let mut fatal = Fatal { is_complete: true, ..Fatal::default() };
    let mut tally = Tally::new(run.values(), true);
    for size in 1..=asked.failures as usize {
        let pool: Vec<u32> =
            (0..).take(members.len()).filter(|member| !fatal.sets.contains(&[*member][..])).collect();
        if size < asked.failures as usize {
            if !run.size(size, &pool, &mut fatal, &mut Tally::new(Vec::new(), false), (0, scenarios)) {
                fatal.is_complete = false;
                break;
            }
            continue;
        }
        // Whatever contains an element that is fatal by itself is not even looked at.
        let n_left = u64::try_from(choose(pool.len() as u128, size as u128)).unwrap_or(scenarios);
        let n_known = scenarios - n_left;
        if n_known > 0 {
            let examples = run.known_fatal(&fatal, size);
            tally.add(&vec![State::Down; asked.capabilities.len()], n_known, examples);
        }
        fatal.is_complete &= run.size(size, &pool, &mut fatal, &mut tally, (n_known, scenarios));
    }
    Ok(run.told(tally, &fatal, scenarios))
}

/// Members by their places.
type Set = Box<[u32]>;

#[derive(Default)]
struct Fatal {
    /// Those that contain no smaller one.
    sets: BTreeSet<Set>,
    /// The sizes that occur beyond 1.
    sizes: BTreeSet<usize>,
    is_complete: bool,
}

impl Fatal {
    /// Whether a set contains a smaller one, apart from single members.
    fn is_in(&self, set: &[u32], part: &mut Vec<u32>) -> bool {
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
}

/// How a sweep works, the same for every piece.
struct Run<'r> {
    system: &'r System,
    asked: &'r Sets<'r>,
    engine: &'r Fast<'r>,
    sweep: &'r Sweep<'r>,
    members: &'r [(Class, ElementId)],
    goes_on: &'r (dyn Fn(u64, u64) -> bool + Sync),
}

/// How many sets led to an outcome, with a few of them.
type Outcomes = BTreeMap<Box<[State]>, (u64, Vec<Set>)>;

/// What a piece of the order of sets gives.
struct Piece {
    outcomes: Outcomes,
    fatal: Vec<Set>,
}

impl Run<'_> {
    /// What an hour of each capability costs.
    fn values(&self) -> Vec<f64> {
        let value = |id: &ElementId| match &self.system.model[*id].kind {
            Kind::Capability(capability) => capability.value_per_hour,
            _ => 0.0,
        };
        self.asked.capabilities.iter().map(value).collect()
    }

    /// Works out all sets of one size that are made of these. Whether it came to its end.
    fn size(&self, size: usize, pool: &[u32], fatal: &mut Fatal, tally: &mut Tally, at: (u64, u64)) -> bool {
        let (n_before, n_all) = at;
        let n = u64::try_from(choose(pool.len() as u128, size as u128)).unwrap_or(u64::MAX);
        let by_touch = self.touches_little(size, pool, n);
        // Only where all smaller ones are known, what contains none of them is one.
        let is_minimal = fatal.is_complete;
        let mut found = Vec::new();
        let mut done = 0;
        let mut is_over = false;
        while done < n && !is_over {
            let end = n.min(done + PIECE * PIECES);
            let starts = (done..end).step_by(usize::try_from(PIECE).unwrap_or(usize::MAX));
            let starts: Vec<u64> = starts.collect();
            let reported = n_before + if tally.counts_all { done } else { 0 };
            let piece = |(worker, block): &mut (Worker<'_>, Block<'_>), start: &u64| {
                let n = PIECE.min(n - start);
                let is_wanted = (self.goes_on)(reported, n_all);
                is_wanted
                    .then(|| self.piece(worker, block, fatal, Places::at(size, pool, *start), n, by_touch))
            };
            let make = || (self.engine.worker(), self.sweep.block());
            let pieces: Vec<Option<Piece>> = starts.par_iter().map_init(make, piece).collect();
            // What is behind the first piece left out is left out too: what is answered for has no gaps.
            for (start, piece) in starts.iter().zip(pieces) {
                let Some(piece) = piece else {
                    is_over = true;
                    break;
                };
                done = end.min(start + PIECE);
                for (states, (n, examples)) in piece.outcomes {
                    tally.add(&states, n, examples);
                }
                found.extend(piece.fatal);
            }
            tally.prune(2 * MOST_GROUPS);
            fatal.is_complete &= fatal.sets.len() + found.len() <= MOST_FATAL;
            found.truncate(MOST_FATAL.saturating_sub(fatal.sets.len()));
        }
        if is_minimal && !found.is_empty() {
            if size > 1 {
                fatal.sizes.insert(size);
            }
            fatal.sets.extend(found);
        }
        (self.goes_on)(n_before + if tally.counts_all { done } else { 0 }, n_all);
        done == n
    }

    /// Whether of some sets, taken evenly, most touch so little that following them is quicker than a sweep.
    fn touches_little(&self, size: usize, pool: &[u32], n: u64) -> Option<usize> {
        const SAMPLE: u64 = 32;
        let lanes = usize::try_from(n).unwrap_or(LANES).clamp(1, LANES);
        let most = self.sweep.work() / lanes / TOUCHED;
        let mut worker = self.engine.worker();
        let step = usize::try_from(n.div_ceil(SAMPLE)).unwrap_or(usize::MAX).max(1);
        let mut sampled = (0..n).step_by(step).map(|start| Places::at(size, pool, start));
        let n_sampled = n.div_ceil(step as u64);
        let little = sampled.by_ref().filter(|set| {
            worker.outcome_within(&self.failures(&set.members().collect::<Vec<_>>()), most).is_some()
        });
        (little.count() as u64 * 8 > n_sampled).then_some(most)
    }

    fn failures(&self, set: &[u32]) -> Vec<Failure> {
        set.iter().map(|member| Failure::for_good(self.members[*member as usize].1)).collect()
    }

    fn piece(
        &self,
        worker: &mut Worker<'_>,
        block: &mut Block<'_>,
        fatal: &Fatal,
        mut places: Places<'_>,
        n: u64,
        by_touch: Option<usize>,
    ) -> Piece {
        let n_capabilities = self.asked.capabilities.len();
        let mut piece = Noted { outcomes: Outcomes::new(), fatal: Vec::new() };
        let mut pending: Vec<Vec<u32>> = Vec::with_capacity(LANES);
        let mut part = Vec::new();
        let all_down = vec![State::Down; n_capabilities];
        for _ in 0..n {
            let set: Vec<u32> = places.members().collect();
            places.next();
            if fatal.is_in(&set, &mut part) {
                piece.note(&all_down, &set, false);
                continue;
            }
            let followed = by_touch.and_then(|most| worker.outcome_within(&self.failures(&set), most));
            if let Some(outcome) = followed {
                let states: Vec<State> =
                    self.asked.capabilities.iter().map(|id| outcome.state(*id)).collect();
                piece.note(&states, &set, true);
                continue;
            }
            pending.push(set);
            if pending.len() == LANES {
                self.sweep_pending(worker, block, &pending, &mut piece);
                pending.clear();
            }
        }
        if !pending.is_empty() {
            self.sweep_pending(worker, block, &pending, &mut piece);
        }
        piece.fatal.sort_unstable();
        Piece { outcomes: piece.outcomes, fatal: piece.fatal }
    }

    fn sweep_pending(
        &self,
        worker: &mut Worker<'_>,
        block: &mut Block<'_>,
        pending: &[Vec<u32>],
        piece: &mut Noted,
    ) {
        block.clear();
        for (lane, set) in pending.iter().enumerate() {
            set.iter().for_each(|member| block.fail(lane, self.members[*member as usize].1));
        }
        block.run();
        let planes =
            |id: &ElementId| [block.holds(ConditionId::ok(*id)), block.holds(ConditionId::full(*id))];
        let planes: Vec<[Lanes; 2]> = self.asked.capabilities.iter().map(planes).collect();
        let untold = block.untold();
        let full = planes.iter().fold(Lanes::ALL, |all, [_, full]| all & *full);
        let mut states = vec![State::Up; planes.len()];
        let first = Lanes::first(pending.len());
        let n_up = (full & !untold & first).count() as u64;
        if n_up > 0 {
            piece.outcomes.entry(states.clone().into()).or_default().0 += n_up;
        }
        for lane in ((!full | untold) & first).iter() {
            let set = &pending[lane];
            if untold.has(lane) {
                let outcome = worker.outcome(&self.failures(set));
                for (state, id) in states.iter_mut().zip(self.asked.capabilities) {
                    *state = outcome.state(*id);
                }
            } else {
                for (state, [ok, full]) in states.iter_mut().zip(&planes) {
                    *state = match (ok.has(lane), full.has(lane)) {
                        (_, true) => State::Up,
                        (true, false) => State::Degraded,
                        (false, false) => State::Down,
                    };
                }
            }
            piece.note(&states, set, true);
        }
    }

    /// A few sets that contain an element which is fatal by itself.
    fn known_fatal(&self, fatal: &Fatal, size: usize) -> Vec<Set> {
        let singles = fatal.sets.iter().filter(|set| set.len() == 1).map(|set| set[0]);
        let with = |single: u32| {
            let others = (0..).take(self.members.len()).filter(|member| *member != single).take(size - 1);
            let mut set: Vec<u32> = others.chain([single]).collect();
            set.sort_unstable();
            Set::from(set)
        };
        let sets: BTreeSet<Set> = singles.take(N_EXAMPLES).map(with).collect();
        sets.into_iter().collect()
    }

    fn told(&self, mut tally: Tally, fatal: &Fatal, scenarios: u64) -> Swept {
        tally.prune(MOST_GROUPS);
        let example = |set: &Set| {
            all_failing(&self.system.model, set.iter().map(|member| self.members[*member as usize]))
        };
        let mut groups: Vec<Group> = Vec::new();
        for (states, (scenarios, examples)) in &tally.outcomes {
            let n_in = |state| states.iter().filter(|known| **known == state).count();
            groups.push(Group {
                states: states.to_vec(),
                scenarios: *scenarios,
                down: n_in(State::Down),
                degraded: n_in(State::Degraded),
                value_per_hour: value(&tally.values, states),
                examples: examples.iter().map(example).collect(),
            });
        }
        groups.sort_by(|a, b| worst_first(&tally.values, &a.states, &b.states));
        let mut sets: Vec<&Set> = fatal.sets.iter().collect();
        sets.sort_by_key(|set| set.len());
        let named = |set: &Set| set.iter().map(|member| self.members[*member as usize].1).collect();
        let of_capabilities = self.asked.capabilities.iter().copied().zip(tally.of_capabilities).collect();
        Swept {
            elements: self.members.len(),
            scenarios,
            looked_at: tally.counts.up + tally.counts.degraded + tally.counts.down,
            counts: tally.counts,
            of_capabilities,
            groups,
            ungrouped: tally.ungrouped,
            fatal: sets.into_iter().map(named).collect(),
            is_fatal_complete: fatal.is_complete,
        }
    }
}

struct Noted {
    outcomes: Outcomes,
    fatal: Vec<Set>,
}

impl Noted {
    fn note(&mut self, states: &[State], set: &[u32], may_be_minimal: bool) {
        if may_be_minimal && !states.is_empty() && states.iter().all(|state| *state == State::Down) {
            self.fatal.push(set.into());
        }
        if !self.outcomes.contains_key(states) {
            self.outcomes.insert(states.into(), (0, Vec::new()));
        }
        if let Some((n, examples)) = self.outcomes.get_mut(states) {
            *n += 1;
            if examples.len() < N_EXAMPLES {
                examples.push(set.into());
            }
        }
    }
}

/// All that is kept of the sets so far.
struct Tally {
    values: Vec<f64>,
    /// Of sets smaller than asked for nothing is counted.
    counts_all: bool,
    counts: Counts,
    of_capabilities: Vec<Counts>,
    outcomes: Outcomes,
    /// The worst outcome that was given up: none that is no worse is ever kept.
    given_up: Option<Box<[State]>>,
    ungrouped: u64,
}

impl Tally {
    fn new(values: Vec<f64>, counts_all: bool) -> Self {
        Self {
            counts_all,
            counts: Counts::default(),
            of_capabilities: vec![Counts::default(); values.len()],
            outcomes: Outcomes::new(),
            given_up: None,
            ungrouped: 0,
            values,
        }
    }

    fn add(&mut self, states: &[State], n: u64, examples: Vec<Set>) {
        if !self.counts_all {
            return;
        }
        let worst = states.iter().min().copied().unwrap_or(State::Up);
        self.counts.add(worst, n);
        for (counts, state) in self.of_capabilities.iter_mut().zip(states) {
            counts.add(*state, n);
        }
        if worst == State::Up {
            return;
        }
        let is_given_up = |given_up: &[State]| worst_first(&self.values, states, given_up) != Ordering::Less;
        if self.given_up.as_deref().is_some_and(is_given_up) {
            self.ungrouped += n;
            return;
        }
        let known = self.outcomes.entry(states.into()).or_default();
        known.0 += n;
        known.1.extend(examples.into_iter().take(N_EXAMPLES - known.1.len()));
    }

    /// Gives the mildest outcomes up where there are more than `most`, and keeps as many as can be kept.
    fn prune(&mut self, most: usize) {
        if self.outcomes.len() <= most {
            return;
        }
        let mut sorted: Vec<_> = std::mem::take(&mut self.outcomes).into_iter().collect();
        sorted.sort_by(|(a, _), (b, _)| worst_first(&self.values, a, b));
        let mild = sorted.split_off(MOST_GROUPS);
        self.ungrouped += mild.iter().map(|(_, (n, _))| n).sum::<u64>();
        self.given_up = mild.into_iter().next().map(|(states, _)| states);
        self.outcomes = sorted.into_iter().collect();
    }
}

fn value(values: &[f64], states: &[State]) -> f64 {
    let down = values.iter().zip(states).filter(|(_, state)| **state == State::Down);
    down.fold(0.0, |sum, (value, _)| sum + value)
}

/// A total order of outcomes.
fn worst_first(values: &[f64], a: &[State], b: &[State]) -> Ordering {
    let n_in = |states: &[State], state| states.iter().filter(|known| **known == state).count();
    value(values, b)
        .total_cmp(&value(values, a))
        .then_with(|| n_in(b, State::Down).cmp(&n_in(a, State::Down)))
        .then_with(|| n_in(b, State::Degraded).cmp(&n_in(a, State::Degraded)))
        .then_with(|| a.cmp(b))
}

/// A set of places in a pool, with the next one in lexicographic order.
struct Places<'p> {
    pool: &'p [u32],
    chosen: Vec<usize>,
}

impl<'p> Places<'p> {
    /// The set of that number, from 0.
    fn at(size: usize, pool: &'p [u32], number: u64) -> Self {
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

    fn members(&self) -> impl Iterator<Item = u32> {
        self.chosen.iter().map(|place| self.pool[*place])
    }

    /// Moves on; behind the last set nothing changes.
    fn next(&mut self) {
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

    #[test]
    fn the_mildest_outcomes_are_given_up_and_stay_so() {
        let mut tally = Tally::new(vec![1.0; 14], true);
        let states = |number: u32| -> Vec<State> {
            (0..14).map(|bit| if number >> bit & 1 == 1 { State::Down } else { State::Up }).collect()
        };
        for number in 1..1 << 14 {
            tally.add(&states(number), 1, Vec::new());
        }
        tally.prune(MOST_GROUPS);
        assert_eq!(tally.outcomes.len(), MOST_GROUPS);
        let before = tally.ungrouped;
        tally.add(&states(1), 5, Vec::new());
        tally.add(&states((1 << 14) - 1), 5, Vec::new());
        assert_eq!(tally.ungrouped, before + 5);
        assert_eq!(tally.outcomes[&states((1 << 14) - 1)[..]].0, 6);
        assert_eq!(tally.counts.down, (1 << 14) - 1 + 10);
    }
}
