//! Every set of N failures, without ever holding all of them.
//!
//! Sets are numbered in lexicographic order and worked out a piece of that order at a time, hundreds at once; machines may
//! share the numbers. What is kept of a set is what becomes of the capabilities: equal outcomes are one group, with a count and a few examples. Where
//! there are more outcomes than can be kept, the worst are.
//!
//! More failures never make anything better (conditions only know all, any and at least). So once a set is *fatal*, which is
//! to say that no capability is left, every larger set that contains it is too and need not be worked out. Smaller sets come
//! first for that; what of them is fatal, and contains no smaller fatal set, is an answer of its own.

mod places;
mod tally;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use places::Places;
use tally::{Fatal, Noted, Set, Tally, value, worst_first};
pub use tally::{MOST_EXAMPLES, MOST_FATAL, MOST_GROUPS};

use super::many::TOUCHED;
use super::scenarios::{all_failing, choose, members};
use super::{Asked, System, TooMany};
use crate::compile::ConditionId;
use crate::engine::{Block, Fast, LANES, Lanes, Sweep, Worker};
use crate::model::{Class, ElementId, Failure, Kind, State};

/// More sets than this are refused: nobody would wait for them.
pub const MOST_SETS: u64 = 1_000_000_000_000_000;

/// Sets that a thread takes at once: few where each costs much.
fn piece_of(sweep: &Sweep<'_>) -> u64 {
    let blocks = ((1 << 22) / sweep.work().max(1)).clamp(1, 16);
    (blocks * LANES) as u64
}

/// Sets that are worked out one by one before it is asked again whether that should go on.
const AT_ONCE: u64 = 256;

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

/// Which of as many equal parts of the sets to sweep: so machines share the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// From 1.
    number: u32,
    of: u32,
}

impl Share {
    /// All sets.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// The part of that number, from 1; `None` where there is none.
    pub fn new(number: u32, of: u32) -> Option<Self> {
        (1..=of).contains(&number).then_some(Self { number, of })
    }

    /// Its number, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many parts there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Its share of so many numbers.
    fn range(self, n: u64) -> Range<u64> {
        let end = |part: u32| u128::from(n) * u128::from(part) / u128::from(self.of);
        let end = |part: u32| u64::try_from(end(part)).unwrap_or(n);
        end(self.number - 1)..end(self.number)
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    /// How many elements the sets are made of.
    pub elements: usize,
    /// How many sets there are in the part asked for.
    pub scenarios: u64,
    /// How many there are in all parts.
    pub scenarios_of_all: u64,
    /// How many of the part are answered for: fewer than all only where the sweep was ended before.
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

/// From now on all work is done with so many threads.
///
/// # Errors
/// If threads cannot be had, or work has begun.
pub fn use_threads(n: usize) -> Result<(), String> {
    rayon::ThreadPoolBuilder::new().num_threads(n).build_global().map_err(|error| error.to_string())
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
/// asked from many threads, and often.
///
/// # Errors
/// If there are more than [`MOST_SETS`].
pub fn sweep_sets(
    system: &System,
    asked: &Sets<'_>,
    goes_on: &(dyn Fn(u64, u64) -> bool + Sync),
) -> Result<Swept, TooMany> {
    sweep_share(system, asked, Share::WHOLE, goes_on)
}

/// The same with a part of the sets. Each part looks for the smaller sets that are fatal by itself, which are few beside those
/// asked for.
///
/// # Errors
/// If there are more than [`MOST_SETS`] in all.
pub fn sweep_share(
    system: &System,
    asked: &Sets<'_>,
    share: Share,
    goes_on: &(dyn Fn(u64, u64) -> bool + Sync),
) -> Result<Swept, TooMany> {
    let members = members(&system.model, asked.classes);
    let ways = choose(members.len() as u128, u128::from(asked.failures));
    let n_all = u64::try_from(ways).ok().filter(|n| *n <= MOST_SETS);
    let Some(n_all) = n_all else { return Err(TooMany { scenarios: ways, most: MOST_SETS.into() }) };
    let engine = system.engine();
    let conditions = asked.capabilities.iter().flat_map(|id| [ConditionId::ok(*id), ConditionId::full(*id)]);
    let sweep = Sweep::of(&system.dense, conditions);
    let run = Run { system, asked, engine: &engine, sweep: &sweep, members: &members, goes_on };
    let (last, values) = (asked.failures as usize, run.values());
    let mut fatal = Fatal::none();
    // Until smaller sets are known, about so many are in the part.
    let about = share.range(n_all);
    for size in 1..last {
        let pool = run.pool(&fatal);
        let all = 0..n_sets(&pool, size);
        let mut tally = Tally::new(Vec::new(), false, MOST_FATAL.saturating_sub(fatal.sets.len()));
        let done = Done { before: 0, n: AtomicU64::new(0), all: about.end - about.start, counts: false };
        let is_over = run.size(size, &pool, all, &fatal, &mut tally, &done);
        fatal.add(size, tally.fatal, is_over && tally.has_all_fatal);
        if !is_over {
            fatal.is_complete = false;
            let tally = Tally::new(values, true, 0);
            return Ok(run.told(tally, &fatal, &[], [done.all, n_all]));
        }
    }
    // Whatever contains an element that is fatal by itself is not even looked at; it counts in the first part.
    let pool = run.pool(&fatal);
    let n_left = n_sets(&pool, last);
    let mut tally = Tally::new(values, true, MOST_FATAL.saturating_sub(fatal.sets.len()));
    let mut known = Vec::new();
    if share.number == 1 && n_left < n_all {
        let mut noted = Noted::default();
        noted.add(&vec![State::Down; asked.capabilities.len()], n_all - n_left, None);
        tally.add(noted);
        known = run.known_fatal(&fatal, last);
    }
    let range = share.range(n_left);
    let before = tally.counts.down;
    let n = before + range.end - range.start;
    let done = Done { before, n: AtomicU64::new(0), all: n, counts: true };
    let is_over = run.size(last, &pool, range, &fatal, &mut tally, &done);
    let found = std::mem::take(&mut tally.fatal);
    fatal.add(last, found, is_over && tally.has_all_fatal);
    Ok(run.told(tally, &fatal, &known, [n, n_all]))
}

/// How many sets of a size there are.
fn n_sets(pool: &[u32], size: usize) -> u64 {
    u64::try_from(choose(pool.len() as u128, size as u128)).unwrap_or(u64::MAX)
}

/// How far a sweep has come.
struct Done {
    /// Sets that needed no work.
    before: u64,
    n: AtomicU64,
    all: u64,
    /// Sets smaller than asked for do not count.
    counts: bool,
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

/// What one thread works with.
struct Tools<'r> {
    worker: Worker<'r>,
    block: Block<'r>,
    /// Sets that are to be swept together.
    pending: Vec<Vec<u32>>,
}

/// What sets of one size are looked at, and how.
struct Size<'s> {
    n_members: usize,
    pool: &'s [u32],
    fatal: &'s Fatal,
    /// Following a set is tried, at most so far.
    by_touch: Option<usize>,
    done: &'s Done,
}

impl<'r> Run<'r> {
    /// What an hour of each capability costs.
    fn values(&self) -> Vec<f64> {
        let value = |id: &ElementId| match &self.system.model[*id].kind {
            Kind::Capability(capability) => capability.value_per_hour,
            _ => 0.0,
        };
        self.asked.capabilities.iter().map(value).collect()
    }

    /// The members that are not fatal by themselves.
    fn pool(&self, fatal: &Fatal) -> Vec<u32> {
        (0..).take(self.members.len()).filter(|member| !fatal.has_single(*member)).collect()
    }

    /// Works out the sets of one size that are made of a pool and have these numbers. Whether it came to its end.
    ///
    /// Threads take pieces in turn until none is left; what they find is put together in whatever order it comes.
    fn size(
        &self,
        size: usize,
        pool: &[u32],
        range: Range<u64>,
        fatal: &Fatal,
        tally: &mut Tally,
        done: &Done,
    ) -> bool {
        let by_touch = self.touches_little(size, pool, &range);
        let size = Size { n_members: size, pool, fatal, by_touch, done };
        let piece = piece_of(self.sweep);
        let next = AtomicU64::new(range.start);
        let n_noted = AtomicU64::new(0);
        let tally = Mutex::new(tally);
        let work = || {
            let mut tools = None;
            loop {
                let start = next.fetch_add(piece, Ordering::Relaxed);
                if start >= range.end || !self.goes_on(&size, &mut Noted::default()) {
                    return;
                }
                let tools = tools.get_or_insert_with(|| Tools {
                    worker: self.engine.worker(),
                    block: self.sweep.block(),
                    pending: Vec::with_capacity(LANES),
                });
                let mut noted = Noted::default();
                self.piece(tools, &size, start..range.end.min(start + piece), &mut noted);
                self.goes_on(&size, &mut noted);
                n_noted.fetch_add(noted.n, Ordering::Relaxed);
                tally.lock().unwrap_or_else(PoisonError::into_inner).add(noted);
            }
        };
        rayon::scope(|scope| (0..rayon::current_num_threads()).for_each(|_| scope.spawn(|_| work())));
        n_noted.into_inner() == range.end - range.start
    }

    /// Whether to go on; tells how many sets are done.
    fn goes_on(&self, size: &Size<'_>, noted: &mut Noted) -> bool {
        let n_new = noted.n - std::mem::replace(&mut noted.n_reported, noted.n);
        let n = size.done.n.fetch_add(if size.done.counts { n_new } else { 0 }, Ordering::Relaxed);
        (self.goes_on)(size.done.before + n + if size.done.counts { n_new } else { 0 }, size.done.all)
    }

    /// Whether of some sets, taken evenly, most touch so little that following them is quicker than a sweep: then up to
    /// how many gates.
    fn touches_little(&self, size: usize, pool: &[u32], range: &Range<u64>) -> Option<usize> {
        const SAMPLE: u64 = 32;
        let n = range.end - range.start;
        let lanes = usize::try_from(n).unwrap_or(LANES).clamp(1, LANES);
        let most = self.sweep.work() / lanes / TOUCHED;
        let mut worker = self.engine.worker();
        let step = usize::try_from(n.div_ceil(SAMPLE)).unwrap_or(usize::MAX).max(1);
        let mut sampled = range.clone().step_by(step).map(|start| Places::at(size, pool, start));
        let n_sampled = n.div_ceil(step as u64);
        let little = sampled.by_ref().filter(|set| {
            worker.outcome_within(&self.failures(&set.members().collect::<Vec<_>>()), most).is_some()
        });
        (little.count() as u64 * 8 > n_sampled).then_some(most)
    }

    fn failures(&self, set: &[u32]) -> Vec<Failure> {
        set.iter().map(|member| Failure::for_good(self.members[*member as usize].1)).collect()
    }

    /// Notes what becomes of the sets of these numbers; of fewer, if it has to end.
    fn piece(&self, tools: &mut Tools<'r>, size: &Size<'_>, range: Range<u64>, noted: &mut Noted) {
        let mut places = Places::at(size.n_members, size.pool, range.start);
        let mut part = Vec::new();
        let all_down = vec![State::Down; self.asked.capabilities.len()];
        tools.pending.clear();
        for number in range.clone() {
            if (number - range.start) % AT_ONCE == AT_ONCE - 1 && !self.goes_on(size, noted) {
                return;
            }
            let set: Vec<u32> = places.members().collect();
            places.next();
            if size.fatal.is_in(&set, &mut part) {
                noted.add(&all_down, 1, Some(&set));
                continue;
            }
            let followed =
                size.by_touch.and_then(|most| tools.worker.outcome_within(&self.failures(&set), most));
            if let Some(outcome) = followed {
                let states: Vec<State> =
                    self.asked.capabilities.iter().map(|id| outcome.state(*id)).collect();
                noted.note(&states, &set);
                continue;
            }
            tools.pending.push(set);
            if tools.pending.len() == LANES && !self.sweep_pending(tools, size, noted) {
                return;
            }
        }
        if !tools.pending.is_empty() {
            self.sweep_pending(tools, size, noted);
        }
    }

    /// Sweeps the sets that are pending. Whether to go on.
    fn sweep_pending(&self, tools: &mut Tools<'r>, size: &Size<'_>, noted: &mut Noted) -> bool {
        let Tools { worker, block, pending } = tools;
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
            noted.add(&states, n_up, None);
        }
        for lane in ((!full | untold) & first).iter() {
            if untold.has(lane) {
                if !self.goes_on(size, noted) {
                    return false;
                }
                let outcome = worker.outcome(&self.failures(&pending[lane]));
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
            noted.note(&states, &pending[lane]);
        }
        pending.clear();
        self.goes_on(size, noted)
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
        let sets: BTreeSet<Set> = singles.take(MOST_EXAMPLES).map(with).collect();
        sets.into_iter().collect()
    }

    /// What was found of `n` sets of `n_all`. Some examples of sets after which nothing is left are known beforehand.
    fn told(&self, mut tally: Tally, fatal: &Fatal, known: &[Set], [n, n_all]: [u64; 2]) -> Swept {
        tally.prune(MOST_GROUPS);
        let example = |set: &Set| {
            all_failing(&self.system.model, set.iter().map(|member| self.members[*member as usize]))
        };
        let mut groups: Vec<Group> = Vec::new();
        for (states, like) in &tally.outcomes {
            let n_in = |state| states.iter().filter(|known| **known == state).count();
            let known = if n_in(State::Down) == states.len() { known } else { &[] };
            groups.push(Group {
                states: states.to_vec(),
                scenarios: like.n,
                down: n_in(State::Down),
                degraded: n_in(State::Degraded),
                value_per_hour: value(&tally.values, states),
                examples: known.iter().chain(&like.examples).take(MOST_EXAMPLES).map(example).collect(),
            });
        }
        groups.sort_by(|a, b| worst_first(&tally.values, &a.states, &b.states));
        let mut sets: Vec<&Set> = fatal.sets.iter().collect();
        sets.sort_by_key(|set| set.len());
        let named = |set: &Set| set.iter().map(|member| self.members[*member as usize].1).collect();
        let of_capabilities = self.asked.capabilities.iter().copied().zip(tally.of_capabilities).collect();
        Swept {
            elements: self.members.len(),
            scenarios: n,
            scenarios_of_all: n_all,
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
