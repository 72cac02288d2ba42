//! How cost grows: with elements, with edges, with scenarios; and all triples of places.

use std::time::{Duration, Instant};

use divan::black_box;
use linchpin::analysis::{Sets, System, sweep_sets};
use linchpin::compile::{Dense, Program};
use linchpin::engine::{Fast, Reference};
use linchpin::generate::{Shape, generate};
use linchpin::model::{Class, ElementId, Failure, Kind, Model, State};
use linchpin::topology::Topology;

use crate::sweeps::{best, count, evenly, on_threads, pairs_of};
use crate::walk::Walk;
use crate::{capabilities, model, text};

fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let out = run();
    (start.elapsed(), out)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Every stage before a scenario, then one scenario of a zone, each beside both baselines.
pub(crate) fn elements(sizes: &[u32]) {
    println!("with elements: milliseconds of each stage; microseconds of a failing zone, the mean of four");
    println!(
        "| elements |   inputs |    parse |  compile | prepare | build walk | build reference | a zone |   walk | reference |"
    );
    for services in sizes {
        let text = text(*services);
        let (parse, model) = timed(|| model(&text));
        let (compile, (program, dense)) = timed(|| {
            let program = Program::new(&model, &Topology::new(&model));
            let dense = Dense::new(&program);
            (program, dense)
        });
        let (prepare, fast) = timed(|| Fast::new(&dense));
        let capabilities = capabilities(&model);
        let (build_walk, walk) = timed(|| Walk::new(&dense, &capabilities));
        let (build_reference, reference) = timed(|| Reference::new(&program));
        let zones: Vec<ElementId> = model
            .elements()
            .filter(|(_, element)| matches!(element.kind, Kind::Zone { .. }))
            .map(|(id, _)| id)
            .collect();
        let zones = evenly(&zones, 4);
        let down = |state: &dyn Fn(ElementId) -> State| {
            capabilities.iter().filter(|id| state(**id) == State::Down).count()
        };
        let of_each = |count: &mut dyn FnMut(ElementId) -> usize| {
            let (took, down) = timed(|| zones.iter().map(|zone| count(*zone)).collect::<Vec<usize>>());
            (millis(took) * 1e3 / self::count(zones.len()), down)
        };
        let mut worker = fast.worker();
        let mut by_fast = |zone| {
            let outcome = worker.outcome(&[Failure::for_good(zone)]);
            down(&|id| outcome.state(id))
        };
        of_each(&mut by_fast);
        let (ours, found) = of_each(&mut by_fast);
        let (by_walk, same) = of_each(&mut |zone| walk.down(&dense, &[Failure::for_good(zone)]));
        assert_eq!(found, same, "the walk");
        let (by_reference, same) = of_each(&mut |zone| {
            let outcome = reference.outcome(&[Failure::for_good(zone)]);
            down(&|id| outcome.state(id))
        });
        assert_eq!(found, same, "the reference");
        println!(
            "| {:8} | {:8} | {:8.2} | {:8.2} | {:7.2} | {:10.2} | {:15.2} | {ours:6.1} | {by_walk:6.0} | {by_reference:9.0} |",
            model.len(),
            dense.n_inputs(),
            millis(parse),
            millis(compile),
            millis(prepare),
            millis(build_walk),
            millis(build_reference),
        );
    }
    println!();
}

/// The same number of services that need more and more each.
pub(crate) fn edges(services: u32, fans: &[u32]) {
    println!("with edges: as many pairs in layered models of as many services that need more and more");
    println!("|   inputs |  pairs |  seconds | ns a pair and 1,000 inputs |");
    for fan in fans {
        let text = generate(Shape::Layered { services, depth: 10, fan: *fan }, 1);
        let system = System::new(model(&text));
        let elements = evenly(&everything(&system.model), 500);
        let (seconds, down) = pairs_of(&system, &elements, 1);
        println!(
            "| {:8} | {:6} | {seconds:8.3} | {:26.2} |",
            system.dense.n_inputs(),
            down.len(),
            seconds * 1e9 / count(down.len()) / count(system.dense.n_inputs()) * 1e3
        );
    }
    println!();
}

/// More and more pairs of one model.
pub(crate) fn scenarios(services: u32, elements: &[usize]) {
    println!("with scenarios: pairs of so many elements of one model, laying it out included");
    println!("|    pairs |  seconds | µs each  |");
    let system = System::new(model(&text(services)));
    let everything = everything(&system.model);
    for n in elements {
        let (seconds, down) = pairs_of(&system, &evenly(&everything, *n), 1);
        println!("| {:8} | {seconds:8.4} | {:8.3} |", down.len(), seconds * 1e6 / count(down.len()));
    }
    println!();
}

/// All triples of zones, regions and providers.
pub(crate) fn triples(providers: u32, services: u32) {
    let text = generate(Shape::Cloud { providers, regions: 4, zones: 3, services }, 1);
    let system = System::new(model(&text));
    let classes = [Class::Zone, Class::Region, Class::Provider];
    let sets = Sets { classes: &classes, failures: 3, capabilities: &capabilities(&system.model) };
    let [one, two] = [1, 2].map(|threads| {
        let run = || on_threads(threads, || sweep_sets(black_box(&system), &sets, &|_, _| true));
        let mut swept = None;
        let took = best(3, || swept = run().ok());
        (took.as_secs_f64(), swept.expect("few enough"))
    });
    assert!(one.1 == two.1, "the number of threads changes no answer");
    let swept = one.1;
    assert!(swept.is_complete());
    // Some against the reference: what it says of groups' examples.
    let reference = Reference::new(&system.program);
    for group in &swept.groups {
        for example in &group.examples {
            let outcome = reference.outcome(&example.scenario.fails);
            let states: Vec<State> = sets.capabilities.iter().map(|id| outcome.state(*id)).collect();
            assert_eq!(states, group.states);
        }
    }
    println!(
        "triples of zones, regions and providers of {providers} providers, {} elements: {} scenarios, {} outcomes; {:.3} s, on two threads {:.3} s\n",
        system.model.len(),
        swept.scenarios,
        swept.groups.len(),
        one.0,
        two.0
    );
}

/// Everything that can fail.
fn everything(model: &Model) -> Vec<ElementId> {
    let fails = model.elements().filter(|(_, element)| element.class().is_some());
    fails.map(|(id, _)| id).collect()
}
