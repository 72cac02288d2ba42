//! Fault trees: whole processes beside SCRAM's on industrial trees, where both are there, and fat trees of any size.
//!
//! `cargo bench --bench fault_trees` prints, for each tree of `../shared/data/aralia` beside the checkout, how long SCRAM takes for
//! what this process takes to read the file and answer: best of several runs each, alternating, all in one run. Then come fat trees.
//! The answers are asserted; as a test (`cargo test --bench fault_trees -- --test`) the fat trees alone run at small size.

#![expect(clippy::print_stdout, reason = "a bench prints what it measures")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use linchpin::exchange::{MISSION_HOURS, openpsa};
use linchpin::faulttree::{Limits, Node, Solver, Tree};

/// Each process runs so many times, and the best one counts.
const RUNS: usize = 3;
/// Who takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, marker, file, what] = &arguments[..]
        && marker == "--solve"
    {
        return solve(Path::new(file), what == "probability");
    }
    if !arguments.iter().any(|argument| argument == "--test") {
        beside_scram();
    }
    divan::main();
}

/// What the process does that is measured: reads a file, answers one question, prints the answer.
fn solve(file: &Path, asks_probability: bool) {
    let text = std::fs::read_to_string(file).expect("the file is there");
    let read = openpsa::read_text(&text, MISSION_HOURS).expect("the file is valid");
    let (tree, nodes) = read.tree();
    let top = nodes[read.tops[0]];
    let solver = Solver::new(&tree, &[top], Limits::default());
    if asks_probability {
        println!("{:e}", solver.probability(top).lower);
    } else {
        println!("{}", solver.cuts(top, None).count());
    }
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

fn beside_scram() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/aralia");
    let Ok(entries) = std::fs::read_dir(&data) else {
        return println!("no industrial trees beside the checkout");
    };
    if Command::new("scram").arg("--version").output().is_err() {
        return println!("no scram to compare with");
    }
    let own = std::env::current_exe().expect("this process has a file");
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    files.sort();
    println!("whole processes, seconds (best of {RUNS}), and how many times as long SCRAM takes");
    println!("{:12} {:>32}   {:>32}", "", "probability", "minimal cut sets");
    let mut ratios = [Vec::new(), Vec::new()];
    for file in files {
        // Listing the sets is left out on both sides: SCRAM writes its report nowhere.
        let of_scram = |algorithm: &str, asks_probability: bool| {
            let mut command = Command::new("scram");
            let probability = if asks_probability { "1" } else { "0" };
            command.args([algorithm, "--probability", probability, "-o", "/dev/null"]);
            // The probability comes from the diagram, whatever the sets; so their order may be cut there.
            command.args(["-l", if asks_probability { "1" } else { "1000" }]).arg(&file);
            took(&mut command)
        };
        let of_own = |what: &str| took(Command::new(&own).arg("--solve").arg(&file).arg(what));
        let mut best = [[None; 2]; 2];
        for run in 0..RUNS {
            for (question, what) in ["probability", "cuts"].into_iter().enumerate() {
                let is_probability = question == 0;
                best[question][0] = least(best[question][0], of_own(what));
                // What took too long once is not tried again.
                if run > 0 && best[question][1].is_none_or(|scram| scram > 5.0) {
                    continue;
                }
                let mut scram = of_scram("--bdd", is_probability);
                if !is_probability {
                    scram = least(scram, of_scram("--zbdd", false));
                }
                best[question][1] = least(best[question][1], scram);
            }
        }
        let told = |[own, scram]: [Option<f64>; 2]| {
            let seconds =
                |time: Option<f64>| time.map_or_else(|| "too long".into(), |time| format!("{time:.4}"));
            let ratio = own.zip(scram).map_or_else(String::new, |(own, scram)| format!("{:.1}", scram / own));
            format!("{:>10} {:>10} {ratio:>10}", seconds(own), seconds(scram))
        };
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        println!("{name:12} {}   {}", told(best[0]), told(best[1]));
        for (ratios, [own, scram]) in ratios.iter_mut().zip(best) {
            ratios.extend(own.zip(scram).map(|(own, scram)| scram / own));
        }
    }
    for (ratios, what) in ratios.iter().zip(["probability", "minimal cut sets"]) {
        #[expect(clippy::cast_precision_loss, reason = "there are few trees")]
        let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
        let worst = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        println!("{what}: geometric mean {mean:.1}, worst {worst:.1}, of {} trees", ratios.len());
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
