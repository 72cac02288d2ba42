//! What each stage costs, and how the engines compare with a plain walk of a petgraph graph per scenario.
//!
//! `cargo bench` prints first the ratios, all measured in the same run, then each stage by itself. The answers are
//! asserted; as a test (`cargo test --bench engines -- --test`) everything runs once at small size.

#![expect(clippy::print_stdout, reason = "a bench prints what it measures")]

mod kernel;

use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use linchpin::analysis::{System, sweep};
use linchpin::compile::{ConditionId, Dense, Op, Program};
use linchpin::diag::Sources;
use linchpin::engine::{Fast, Reference};
use linchpin::generate::{Shape, generate};
use linchpin::model::{Class, ElementId, Failure, Model, State};
use linchpin::topology::Topology;
use petgraph::graph::{DiGraph, NodeIndex};

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let sizes: &[u32] = if is_test { &[50] } else { &[100, 1_000, 10_000] };
    kernel::table(if is_test { 1_000 } else { 1_000_000 });
    if std::env::args().any(|argument| argument == "kernel") {
        return;
    }
    println!(
        "single failures of every zone, region, provider, product, group, service and instance: ratios to the fast engine"
    );
    for services in sizes {
        ratios(*services);
    }
    println!();
    divan::main();
}

fn text(services: u32) -> String {
    generate(Shape::Cloud { providers: 3, regions: 4, zones: 3, services }, 1)
}

fn model(text: &str) -> Model {
    let mut sources = Sources::default();
    sources.add("generated.toml", text);
    Model::read(&sources, "generated").expect("generated models are valid")
}

fn single_failures(model: &Model) -> Vec<Vec<Failure>> {
    let asked = sweep(model, &Class::ALL, 1).expect("few enough");
    asked.into_iter().map(|asked| asked.scenario.fails).collect()
}

fn capabilities(model: &Model) -> Vec<ElementId> {
    model.capabilities().map(|(id, ..)| id).collect()
}

/// What one would write with petgraph alone: the gates as a graph, walked from end to end for each scenario. It knows
/// nothing of times and iterates circles until nothing changes.
struct Walk {
    graph: DiGraph<Op, ()>,
    ends: Vec<NodeIndex>,
}

impl Walk {
    fn new(dense: &Dense, capabilities: &[ElementId]) -> Self {
        let mut graph = DiGraph::new();
        for node in dense.nodes() {
            graph.add_node(dense.op(node));
        }
        for node in dense.nodes() {
            for input in dense.inputs(node) {
                graph.add_edge(NodeIndex::new(node.index()), NodeIndex::new(input.index()), ());
            }
        }
        let end = |id: &ElementId| NodeIndex::new(dense.condition(ConditionId::ok(*id)).index());
        Self { graph, ends: capabilities.iter().map(end).collect() }
    }

    /// How many capabilities are down.
    fn down(&self, dense: &Dense, fails: &[Failure]) -> usize {
        let mut holds = vec![true; self.graph.node_count()];
        for failure in fails {
            holds[dense.event(failure.what).index()] = false;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for node in self.graph.node_indices().filter(|node| self.graph[*node] != Op::Event) {
                let mut inputs = self.graph.neighbors(node).map(|input| holds[input.index()]);
                let now = match self.graph[node] {
                    Op::Any => inputs.any(|input| input),
                    Op::AtLeast(k) => inputs.filter(|input| *input).count() >= k as usize,
                    _ => inputs.all(|input| input),
                };
                changed |= now != holds[node.index()];
                holds[node.index()] &= now;
            }
        }
        self.ends.iter().filter(|end| !holds[end.index()]).count()
    }
}

/// Seconds per scenario, on as many scenarios as fit into a while, and how many capabilities were down in them.
fn measured(scenarios: &[Vec<Failure>], mut down: impl FnMut(&[Failure]) -> usize) -> (f64, Vec<usize>) {
    const WHILE: Duration = Duration::from_secs(2);
    let start = Instant::now();
    let mut answers = Vec::new();
    for fails in scenarios {
        answers.push(down(fails));
        if start.elapsed() > WHILE {
            break;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let each = start.elapsed().as_secs_f64() / answers.len() as f64;
    (each, answers)
}

fn ratios(services: u32) {
    let system = System::new(model(&text(services)));
    let capabilities = capabilities(&system.model);
    // Every step through them meets all classes also when the time does not suffice for all.
    let all = single_failures(&system.model);
    let step = 7;
    let scenarios: Vec<_> =
        (0..step).flat_map(|first| all.iter().skip(first).step_by(step).cloned()).collect();

    let fast = Fast::new(&system.dense);
    let mut worker = fast.worker();
    let count = |state: &dyn Fn(ElementId) -> State| {
        capabilities.iter().filter(|id| state(**id) == State::Down).count()
    };
    let (of_fast, expected) = measured(&scenarios, |fails| {
        let outcome = worker.outcome(fails);
        count(&|id| outcome.state(id))
    });
    let walk = Walk::new(&system.dense, &capabilities);
    let (of_walk, answers) = measured(&scenarios, |fails| walk.down(&system.dense, fails));
    assert_eq!(answers[..], expected[..answers.len()], "the walk and the fast engine agree");
    let reference = Reference::new(&system.program);
    let (of_reference, answers) = measured(&scenarios, |fails| {
        let outcome = reference.outcome(fails);
        count(&|id| outcome.state(id))
    });
    assert_eq!(answers[..], expected[..answers.len()], "the reference and the fast engine agree");
    println!(
        "{:8} elements, {:8} scenarios: petgraph walk {:7.1}, reference {:7.1}   (fast: {:.2} µs a scenario)",
        system.model.len(),
        scenarios.len(),
        of_walk / of_fast,
        of_reference / of_fast,
        of_fast * 1e6
    );
}

const SIZES: [u32; 2] = [100, 1_000];

#[divan::bench(args = SIZES)]
fn parse_and_resolve(bencher: Bencher<'_, '_>, services: u32) {
    let text = text(services);
    bencher.bench(|| model(black_box(&text)));
}

#[divan::bench(args = SIZES)]
fn topology(bencher: Bencher<'_, '_>, services: u32) {
    let model = model(&text(services));
    bencher.bench(|| Topology::new(black_box(&model)));
}

#[divan::bench(args = SIZES)]
fn compile(bencher: Bencher<'_, '_>, services: u32) {
    let model = model(&text(services));
    let topology = Topology::new(&model);
    bencher.bench(|| Dense::new(&Program::new(black_box(&model), &topology)));
}

#[divan::bench(args = SIZES)]
fn prepare_the_fast_engine(bencher: Bencher<'_, '_>, services: u32) {
    let system = System::new(model(&text(services)));
    bencher.bench(|| Fast::new(black_box(&system.dense)));
}

#[divan::bench(args = SIZES)]
fn one_zone_fails(bencher: Bencher<'_, '_>, services: u32) {
    let system = System::new(model(&text(services)));
    let fast = Fast::new(&system.dense);
    let mut worker = fast.worker();
    let zone = single_failures(&system.model).swap_remove(0);
    bencher.bench_local(|| worker.outcome(black_box(&zone)));
}
