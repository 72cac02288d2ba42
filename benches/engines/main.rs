//! What each stage costs, and how the engines compare with a plain walk of a petgraph graph per scenario.
//!
//! `cargo bench` prints first the ratios, all measured in the same run, then each stage by itself. The answers are
//! asserted; as a test (`cargo test --bench engines -- --test`) everything runs once at small size.

#![expect(clippy::print_stdout, reason = "a bench prints what it measures")]

mod growth;
mod kernel;
mod sweeps;
mod walk;

use divan::{Bencher, black_box};
use linchpin::analysis::{System, sweep};
use linchpin::compile::{Dense, Program};
use linchpin::diag::Sources;
use linchpin::engine::{Fast, Sweep};
use linchpin::generate::{Shape, generate};
use linchpin::model::{Class, ElementId, Failure, Model};
use linchpin::topology::Topology;

/// `cargo bench -- TABLE...` prints these only.
const TABLES: [&str; 5] = ["kernel", "singles", "pairs", "growth", "stages"];

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let is_asked = |table: &str| {
        let mut asked = std::env::args().filter(|argument| TABLES.contains(&argument.as_str())).peekable();
        asked.peek().is_none() || asked.any(|argument| argument == table)
    };
    if is_asked("kernel") {
        kernel::table(if is_test { 1_000 } else { 1_000_000 });
    }
    if is_asked("singles") {
        sweeps::singles(if is_test { &[20] } else { &[10, 30, 300, 3_000, 30_000, 300_000] });
    }
    if is_asked("pairs") {
        sweeps::pairs(if is_test { &[8] } else { &[10, 30, 300, 600, 3_000, 30_000, 300_000] });
    }
    if is_asked("growth") {
        growth::elements(if is_test { &[8] } else { &[10, 30, 300, 3_000, 30_000, 300_000] });
        growth::edges(if is_test { 30 } else { 3_000 }, if is_test { &[2] } else { &[2, 4, 8, 16, 32] });
        growth::scenarios(if is_test { 8 } else { 3_000 }, &[10, 30, 100, 300, 1_000, 3_000]);
        growth::triples(if is_test { 2 } else { 10 }, if is_test { 8 } else { 1_000 });
    }
    if !is_asked("stages") {
        return;
    }
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

#[divan::bench(args = SIZES)]
fn lay_out_a_sweep(bencher: Bencher<'_, '_>, services: u32) {
    let system = System::new(model(&text(services)));
    bencher.bench(|| Sweep::new(black_box(&system.dense)));
}
