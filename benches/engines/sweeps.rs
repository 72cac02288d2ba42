//! Sweeps of whole models beside the baselines, all in one run and, unless said otherwise, on one thread.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use linchpin::analysis::{Asked, System, blast, sweep};
use linchpin::compile::ConditionId;
use linchpin::engine::{Block, Fast, LANES, Lanes, Reference, Sweep};
use linchpin::model::{Class, ElementId, Failure, State};
use rayon::prelude::*;

use crate::walk::Walk;
use crate::{capabilities, model, text};

/// Seconds per scenario, on as many scenarios, taken evenly, as fit into a while; and how many capabilities are down in
/// those, by the scenario's number.
fn sampled(n: usize, mut down: impl FnMut(usize) -> usize) -> (f64, HashMap<usize, usize>) {
    const WHILE: Duration = Duration::from_secs(2);
    const MOST: usize = 2_000;
    let step = n.div_ceil(MOST).max(1);
    // Every step through them meets all classes also when the time does not suffice for all.
    let stride = step * 7;
    // The middle of each step stands for it.
    let order = (0..7).flat_map(|first| (first * step + step / 2..n).step_by(stride));
    let start = Instant::now();
    let mut answers = HashMap::new();
    for scenario in order {
        answers.insert(scenario, down(scenario));
        if start.elapsed() > WHILE {
            break;
        }
    }
    (start.elapsed().as_secs_f64() / count(answers.len()), answers)
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}

pub(crate) fn on_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(run)
}

/// The best of some runs: what disturbs a run only ever slows it down.
pub(crate) fn best(runs: u32, mut run: impl FnMut()) -> Duration {
    let timed = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..runs).map(timed).min().unwrap_or_default()
}

/// At most so many of them, evenly.
pub(crate) fn evenly(elements: &[ElementId], most: usize) -> Vec<ElementId> {
    let n = elements.len().min(most);
    (0..n).map(|place| elements[place * elements.len() / n]).collect()
}

/// How many capabilities are down, by each way to find out.
struct Baselines<'s> {
    system: &'s System,
    capabilities: &'s [ElementId],
    walk: Walk,
    reference: Reference<'s>,
}

impl<'s> Baselines<'s> {
    fn new(system: &'s System, capabilities: &'s [ElementId]) -> Self {
        let walk = Walk::new(&system.dense, capabilities);
        Self { system, capabilities, walk, reference: Reference::new(&system.program) }
    }

    fn count(&self, state: impl Fn(ElementId) -> State) -> usize {
        self.capabilities.iter().filter(|id| state(**id) == State::Down).count()
    }

    /// The ratios of walk, reference and fast engine to so many seconds per scenario; their answers are compared.
    fn ratios(
        &self,
        each: f64,
        n: usize,
        fails: impl Fn(usize) -> Vec<Failure>,
        down: impl Fn(usize) -> usize,
    ) -> String {
        let agree = |found: HashMap<usize, usize>, who: &str| {
            let mut found: Vec<_> = found.into_iter().collect();
            found.sort_unstable();
            for (scenario, found) in found {
                assert_eq!(found, down(scenario), "{who} in scenario {scenario}");
            }
        };
        let (of_walk, found) = sampled(n, |scenario| self.walk.down(&self.system.dense, &fails(scenario)));
        agree(found, "the walk");
        let (of_reference, found) = sampled(n, |scenario| {
            let outcome = self.reference.outcome(&fails(scenario));
            self.count(|id| outcome.state(id))
        });
        agree(found, "the reference");
        let fast = Fast::new(&self.system.dense);
        let mut worker = fast.worker();
        let (of_fast, found) = sampled(n, |scenario| {
            let outcome = worker.outcome(&fails(scenario));
            self.count(|id| outcome.state(id))
        });
        agree(found, "the fast engine");
        let ratio = |seconds: f64| seconds / each;
        format!(
            "{:8.2} | {:12.0} | {:9.0} | {:11.1}",
            each * 1e6,
            ratio(of_walk),
            ratio(of_reference),
            ratio(of_fast)
        )
    }
}

/// `blast` over every zone, region, provider, product, group, service and instance, preparation included.
pub(crate) fn singles(sizes: &[u32]) {
    println!(
        "single failures of everything (`blast`); times a scenario, and how many times that the baselines take"
    );
    println!(
        "| elements | scenarios |  seconds | µs each  | petgraph walk | reference | fast engine | threads |"
    );
    for services in sizes {
        let system = System::new(model(&text(*services)));
        let capabilities = capabilities(&system.model);
        let asked = sweep(&system.model, &Class::ALL, 1).expect("few enough");
        let timed = |threads| {
            let runs = || {
                let mut least = (f64::INFINITY, Vec::new());
                for _ in 0..3 {
                    // It takes the scenarios, as a question does that has made them.
                    let asked = asked.clone();
                    let start = Instant::now();
                    let blasts = blast(&system, asked, &capabilities);
                    least = (start.elapsed().as_secs_f64().min(least.0), blasts);
                }
                least
            };
            on_threads(threads, runs)
        };
        let (seconds, blasts) = timed(1);
        let (on_two, again) = timed(2);
        assert!(blasts == again, "the number of threads changes no answer");
        let down: HashMap<ElementId, usize> =
            blasts.iter().map(|blast| (blast.asked.scenario.fails[0].what, blast.down)).collect();
        let baselines = Baselines::new(&system, &capabilities);
        let what = |scenario: usize| asked[scenario].scenario.fails[0].what;
        let row = baselines.ratios(
            seconds / count(asked.len()),
            asked.len(),
            |scenario| vec![Failure::for_good(what(scenario))],
            |scenario| down[&what(scenario)],
        );
        let ratio = seconds / on_two;
        println!("| {:8} | {:9} | {seconds:8.4} | {row} | {ratio:5.2} x |", system.model.len(), asked.len());
    }
    println!();
}

/// In how many of each block's pairs how many capabilities are down: one number for each pair.
fn down_in_pairs(sweep: &Sweep<'_>, elements: &[ElementId], oks: &[ConditionId]) -> Vec<u8> {
    let n = elements.len();
    // Blocks of pairs begin with each first element anew, which fails in all lanes.
    let of_first = |block: &mut Block<'_>, first: usize| {
        let mut down = Vec::with_capacity(n - first);
        for seconds in elements[first + 1..].chunks(LANES) {
            block.clear();
            for (lane, second) in seconds.iter().enumerate() {
                block.fail(lane, elements[first]);
                block.fail(lane, *second);
            }
            block.run();
            let mut of_block = [0_u8; LANES];
            for ok in oks {
                (!block.holds(*ok) & Lanes::first(seconds.len())).iter().for_each(|lane| of_block[lane] += 1);
            }
            down.extend(&of_block[..seconds.len()]);
        }
        down
    };
    (0..n).into_par_iter().map_init(|| sweep.block(), of_first).flatten_iter().collect()
}

/// Seconds to lay a model out and sweep all pairs of these elements, and what came of each pair.
pub(crate) fn pairs_of(system: &System, elements: &[ElementId], threads: usize) -> (f64, Vec<u8>) {
    let capabilities = capabilities(&system.model);
    let oks: Vec<ConditionId> = capabilities.iter().map(|id| ConditionId::ok(*id)).collect();
    let conditions = capabilities.iter().flat_map(|id| [ConditionId::ok(*id), ConditionId::full(*id)]);
    on_threads(threads, || {
        let start = Instant::now();
        let sweep = Sweep::of(&system.dense, conditions);
        let down = down_in_pairs(&sweep, elements, &oks);
        (start.elapsed().as_secs_f64(), down)
    })
}

/// All pairs of everything that can fail; of large models all pairs of some.
pub(crate) fn pairs(sizes: &[u32]) {
    const MOST: usize = 2_330;
    println!("pairs of everything, from {MOST} elements on of so many of them, taken evenly; as above");
    println!(
        "| elements |  scenarios |  seconds | µs each  | petgraph walk | reference | fast engine | threads |"
    );
    for services in sizes {
        let system = System::new(model(&text(*services)));
        let capabilities = capabilities(&system.model);
        let asked: Vec<Asked> = sweep(&system.model, &Class::ALL, 1).expect("few enough");
        let everything: Vec<ElementId> = asked.iter().map(|asked| asked.scenario.fails[0].what).collect();
        let elements = evenly(&everything, MOST);
        let (seconds, down) = pairs_of(&system, &elements, 1);
        let (on_two, again) = pairs_of(&system, &elements, 2);
        assert!(down == again, "the number of threads changes no answer");
        let mut starts = vec![0];
        for first in 0..elements.len() {
            starts.push(starts[first] + elements.len() - first - 1);
        }
        let pair = |scenario: usize| {
            let first = starts.partition_point(|start| *start <= scenario) - 1;
            [elements[first], elements[first + 1 + scenario - starts[first]]]
        };
        let baselines = Baselines::new(&system, &capabilities);
        let row = baselines.ratios(
            seconds / count(down.len()),
            down.len(),
            |scenario| pair(scenario).map(Failure::for_good).to_vec(),
            |scenario| usize::from(down[scenario]),
        );
        let ratio = seconds / on_two;
        println!("| {:8} | {:10} | {seconds:8.3} | {row} | {ratio:5.2} x |", system.model.len(), down.len());
    }
    println!();
}
