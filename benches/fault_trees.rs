//! Fault trees: whole processes beside SCRAM's on industrial trees, where both are there, and fat trees of any size.
//!
//! `cargo bench --bench fault_trees` prints, for each Open-PSA file of the directories that `FAULT_TREES` lists (as `PATH` does), or of
//! `../shared/data/aralia` beside the checkout, how long SCRAM takes for what this process takes to read the file and answer: best of
//! several runs each, alternating, all in one run. Then come fat trees. The answers are asserted; as a test
//! (`cargo test --bench fault_trees -- --test`) the fat trees alone run at small size.
//!
//! `cargo bench --bench fault_trees -- --two-orders FILE` works the probability out a second time, from the same tree written
//! backwards, and asserts that both agree: all orders then come out differently. nus9601 takes about a minute each time.

#![expect(clippy::print_stdout, reason = "a bench prints what it measures")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use linchpin::exchange::{MISSION_HOURS, openpsa};
use linchpin::faulttree::{Gate, Limits, Node, Solver, Tree};

/// Each process runs so many times, and the best one counts.
const RUNS: usize = 3;
/// Who takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(150);
/// Who takes longer, in seconds, runs once.
const SLOW: f64 = 5.0;
/// SCRAM's start-up tells little about what takes it less than this, in seconds.
const WORTH_LOOKING_AT: f64 = 0.3;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, marker, file, what] = &arguments[..]
        && marker == "--solve"
    {
        return solve(Path::new(file), what == "probability");
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--two-orders") {
        return two_orders(Path::new(arguments.get(at + 1).expect("a file comes after --two-orders")));
    }
    if !arguments.iter().any(|argument| argument == "--test") {
        beside_scram();
    }
    divan::main();
}

/// The tree of a file, and its top.
fn read(file: &Path) -> (Tree, Node) {
    let text = std::fs::read_to_string(file).expect("the file is there");
    let read = openpsa::read_text(&text, MISSION_HOURS).expect("the file is valid");
    let (tree, nodes) = read.tree();
    let top = nodes[read.tops[0]];
    (tree, top)
}

/// What the process does that is measured: reads a file, answers one question, prints the answer.
fn solve(file: &Path, asks_probability: bool) {
    let (tree, top) = read(file);
    if asks_probability {
        let solver = Solver::for_probability(&tree, &[top], Limits::default());
        println!("{:e}", solver.probability(top).lower);
    } else {
        println!("{}", Solver::new(&tree, &[top], Limits::default()).cuts(top, None).count());
    }
}

/// Works a probability out from a tree and from the same one written backwards.
fn two_orders(file: &Path) {
    let forwards = read(file);
    let backwards = backwards(&forwards.0, forwards.1);
    let probability = |(tree, top): &(Tree, Node)| {
        let start = Instant::now();
        let found = Solver::new(tree, &[*top], Limits::default()).probability(*top);
        assert!(found.is_exact(), "no limit was set");
        println!("{:.15e} in {:.1} s", found.lower, start.elapsed().as_secs_f64());
        found.lower
    };
    let [a, b] = [&forwards, &backwards].map(probability);
    assert!((a - b).abs() <= 1e-12 * a, "both orders agree");
}

/// The same function with events in the contrary order, and so with other gates first.
fn backwards(tree: &Tree, top: Node) -> (Tree, Node) {
    fn copy(from: &Tree, node: Node, to: &mut Tree, known: &mut HashMap<Node, Node>) -> Node {
        if let Some(known) = known.get(&node) {
            return *known;
        }
        let mut copies = |inputs: Vec<Node>| -> Vec<Node> {
            inputs.into_iter().rev().map(|input| copy(from, input, to, known)).collect()
        };
        let new = match from.gate(node) {
            Gate::Constant(value) => to.constant(value),
            Gate::Event(_) | Gate::NotEvent(_) => unreachable!("events are known"),
            Gate::All(inputs) => {
                let inputs = copies(inputs);
                to.all(inputs)
            }
            Gate::Any(inputs) => {
                let inputs = copies(inputs);
                to.any(inputs)
            }
            Gate::AtLeast(k, inputs) => {
                let inputs = copies(inputs);
                to.at_least(k, inputs)
            }
        };
        known.insert(node, new);
        new
    }
    let mut new = Tree::new();
    let mut events: Vec<Node> = tree.probabilities().iter().rev().map(|chance| new.event(*chance)).collect();
    events.reverse();
    let mut known = HashMap::new();
    for (event, node) in (0..).zip(&events) {
        let old = tree.node(linchpin::faulttree::Event(event));
        known.insert(old, *node);
        known.insert(!old, !*node);
    }
    let top = copy(tree, top, &mut new, &mut known);
    (new, top)
}

/// How long a process takes until it is done, or that it takes too long.
fn took(command: &mut Command) -> Option<f64> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    loop {
        if child.try_wait().ok()?.is_some() {
            return Some(start.elapsed().as_secs_f64());
        }
        if start.elapsed() > PATIENCE {
            drop(child.kill());
            drop(child.wait());
            return None;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn least(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The best of several times, until one was slow or nobody waits any more: then `again` is false.
#[derive(Clone, Copy)]
struct Best {
    seconds: Option<f64>,
    again: bool,
}

impl Best {
    fn new() -> Self {
        Self { seconds: None, again: true }
    }

    fn run(&mut self, commands: &mut [Command]) {
        if self.again {
            let seconds = commands.iter_mut().map(took).fold(None, least);
            self.again = seconds.is_some_and(|seconds| seconds < SLOW);
            self.seconds = least(self.seconds, seconds);
        }
    }
}

/// Open-PSA files to compare on.
fn files() -> Vec<PathBuf> {
    let listed = std::env::var_os("FAULT_TREES");
    let directories = match &listed {
        Some(listed) => std::env::split_paths(listed).collect(),
        None => vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/aralia")],
    };
    let entries = directories.iter().filter_map(|directory| std::fs::read_dir(directory).ok()).flatten();
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    files.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    files
}

fn beside_scram() {
    let files = files();
    if files.is_empty() {
        return println!("no industrial trees");
    }
    if Command::new("scram").arg("--version").output().is_err() {
        return println!("no scram to compare with");
    }
    let own = std::env::current_exe().expect("this process has a file");
    println!("whole processes, seconds (best of {RUNS}), and how many times as long SCRAM takes\n");
    println!("| tree | probability | SCRAM | times | minimal cut sets | SCRAM | times |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut times: [Vec<(f64, f64)>; 2] = [Vec::new(), Vec::new()];
    for file in files {
        // Listing the sets is left out on both sides: SCRAM writes its report nowhere. Its probability comes from the diagram, whatever
        // the sets; so their order may be cut there.
        let of_scram = |algorithm: &str, probability: &str, order: &str| {
            let mut command = Command::new("scram");
            command
                .args([algorithm, "--probability", probability, "-o", "/dev/null", "-l", order])
                .arg(&file);
            command
        };
        let of_own = |what: &str| {
            let mut command = Command::new(&own);
            command.arg("--solve").arg(&file).arg(what);
            command
        };
        let mut best = [[Best::new(); 3]; 2];
        for _ in 0..RUNS {
            best[0][0].run(&mut [of_own("probability")]);
            best[0][1].run(&mut [of_scram("--bdd", "1", "1")]);
            best[1][0].run(&mut [of_own("cuts")]);
            best[1][1].run(&mut [of_scram("--bdd", "0", "1000")]);
            best[1][2].run(&mut [of_scram("--zbdd", "0", "1000")]);
        }
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let mut row = format!("| {name} |");
        for ([own, bdd, zbdd], times) in best.iter().zip(&mut times) {
            let (own, scram) = (own.seconds, least(bdd.seconds, zbdd.seconds));
            let seconds =
                |time: Option<f64>| time.map_or_else(|| "too long".into(), |time| format!("{time:.4}"));
            let both = own.zip(scram);
            let ratio = both.map_or_else(String::new, |(own, scram)| format!("{:.1}", scram / own));
            row += &format!(" {} | {} | {ratio} |", seconds(own), seconds(scram));
            times.extend(both);
        }
        println!("{row}");
    }
    println!();
    for (times, what) in times.iter().zip(["probability", "minimal cut sets"]) {
        let ratios = || times.iter().map(|(own, scram)| scram / own);
        #[expect(clippy::cast_precision_loss, reason = "there are few trees")]
        let mean = (ratios().map(f64::ln).sum::<f64>() / times.len() as f64).exp();
        let worst = ratios().fold(f64::INFINITY, f64::min);
        let slow =
            times.iter().filter(|(_, scram)| *scram > WORTH_LOOKING_AT).map(|(own, scram)| scram / own);
        let worst_slow = slow.fold(f64::INFINITY, f64::min);
        println!(
            "{what}: geometric mean {mean:.1}, worst {worst:.1}, worst where SCRAM takes over {WORTH_LOOKING_AT} s {worst_slow:.1}; {} trees",
            times.len()
        );
    }
}

/// A fat tree of switches with so many ports: a service fails with all its replicas, each on a server of another pod, which needs
/// its server, its edge switch, and a path over an aggregation and a core switch.
fn fat_tree(ports: usize, replicas: usize) -> (Tree, Node) {
    let half = ports / 2;
    let mut tree = Tree::new();
    let cores: Vec<Node> = (0..half * half).map(|_| tree.event(1e-4)).collect();
    let mut replica = || {
        let [server, edge] = [tree.event(1e-3), tree.event(5e-4)];
        let aggregations: Vec<Node> = (0..half).map(|_| tree.event(5e-4)).collect();
        let paths: Vec<Node> =
            (0..half * half).map(|path| tree.any([aggregations[path / half], cores[path]])).collect();
        let no_path = tree.all(paths);
        tree.any([server, edge, no_path])
    };
    let replicas: Vec<Node> = (0..replicas).map(|_| replica()).collect();
    let top = tree.all(replicas);
    (tree, top)
}

#[divan::bench(args = [8, 48, 128])]
fn count_risk_groups_of_two_replicas(bencher: Bencher<'_, '_>, ports: u32) {
    let (tree, top) = fat_tree(ports as usize, 2);
    let expected = "5".parse::<u128>().expect("a number") << (ports / 2);
    bencher.bench(|| {
        let solver = Solver::new(black_box(&tree), &[top], Limits::default());
        assert_eq!(solver.cuts(top, None).count().to_string(), expected.to_string());
    });
}

#[divan::bench(args = [8, 48])]
fn twenty_smallest_and_twenty_most_probable(bencher: Bencher<'_, '_>, ports: u32) {
    let (tree, top) = fat_tree(ports as usize, 2);
    bencher.bench(|| {
        let solver = Solver::new(black_box(&tree), &[top], Limits::default());
        let cuts = solver.cuts(top, None);
        let found = (cuts.smallest(20).len(), cuts.most_probable(20, tree.probabilities()).len());
        assert_eq!(found, (20, 20));
    });
}
