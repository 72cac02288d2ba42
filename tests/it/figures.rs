//! Figures that are ranges, and how often what follows from figures happens.

use linchpin::analysis::{Sampling, Spreads, frequency, is_uncertain, spread};
use linchpin::faulttree::{Limits, Solver, Tree};
use linchpin::model::{ElementId, Model};

use crate::models::read;

/// Two zones, each with a facility of one product, whose figure is known within two orders of magnitude; the zones have figures of their
/// own.
const ZONES: &str = "[provider.p.region.r.zone.a]\navailability = { low = 0.9, high = 0.99 }\n\
    [provider.p.region.r.zone.b]\navailability = { low = 0.9, high = 0.99 }\n\
    [provider.p.product.disk]\nscope = 'zone'\navailability = { low = 0.99, high = 0.9999 }\n\
    [service.s]\nplaced = ['p/r/*']\nuses = ['disk']\ninstance_availability = { low = 0.5, high = 1.0 }\n\
    [capability.c]\nneeds = ['s']\n";

fn both(model: &Model, names: [&str; 2], sampling: Sampling) -> Spreads {
    let events: Vec<ElementId> = names.iter().map(|name| model.find(name).expect("it is there")).collect();
    assert!(events.iter().all(|event| is_uncertain(model, *event)));
    spread(model, &events, sampling, |fails| Some(vec![fails[0] * fails[1], fails[0]])).expect("samples")
}

fn near(a: f64, b: f64, by: f64) -> bool {
    (a / b - 1.0).abs() < by
}

#[test]
fn one_figure_is_one_unknown_for_all_that_have_it() {
    let model = read(ZONES);
    let sampling = Sampling { samples: 20_000, seed: 1 };
    let spreads = both(&model, ["p/r/a#disk", "p/r/b#disk"], sampling);
    let [square, one] = spreads.of[..] else { panic!("two answers") };
    assert!(near(one.median, 1e-3, 0.1) && near(one.low, 1e-4 * 100_f64.powf(0.05), 0.1));
    for (square, one) in [(square.low, one.low), (square.median, one.median), (square.high, one.high)] {
        assert!(near(square, one * one, 1e-9), "{square} {one}");
    }
    // The mean of a log-uniform number from a to b is (b - a) / ln(b / a).
    assert!(near(one.mean, (1e-2 - 1e-4) / 100_f64.ln(), 0.05));
    assert_eq!(spreads.samples, 20_000);
    let instances = both(&model, ["s@p/r/a", "s@p/r/b"], sampling).of;
    assert!(near(instances[0].median, instances[1].median.powi(2), 1e-9));
    assert!(near(instances[1].median, 0.25, 0.05), "a range from zero is uniform");
}

#[test]
fn different_figures_vary_independently() {
    let spreads = both(&read(ZONES), ["p/r/a", "p/r/b"], Sampling { samples: 20_000, seed: 2 });
    let [product, one] = spreads.of[..] else { panic!("two answers") };
    assert!(near(product.mean, one.mean * one.mean, 0.05), "means multiply");
    assert!(product.high < 0.9 * one.high * one.high, "both are rarely bad at once");
}

#[test]
fn samples_depend_on_the_seed_and_not_on_threads() {
    let model = read(ZONES);
    let ask = |threads: usize, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| both(&model, ["p/r/a", "p/r/b"], Sampling { samples: 999, seed }))
    };
    assert_eq!(ask(1, 7), ask(4, 7));
    assert_ne!(ask(1, 7), ask(1, 8));
}

#[test]
fn work_that_is_ended_says_how_far_it_came() {
    let model = read(ZONES);
    let events = [model.find("p/r/a").expect("it is there")];
    let sampling = Sampling { samples: 1000, seed: 1 };
    let some = |fails: &[f64]| (fails[0] < 0.03).then(|| fails.to_vec());
    let spreads = spread(&model, &events, sampling, some).expect("some");
    assert!((300..700).contains(&spreads.samples), "{}", spreads.samples);
    assert_eq!(spread(&model, &events, sampling, |_| None), None);
}

/// A pair that stops once both have: as often as the one fails while the other is down already, either way round.
#[test]
fn outages_are_counted_where_failures_are() {
    let text = "[provider.a]\nmtbf = '99d'\nmttr = '1d'\n[provider.b]\nmtbf = '49d'\nmttr = '1d'\n\
        [provider.x]\navailability = 0.999\n[provider.y]\n\
        [capability.c]\nneeds = [{ any = ['a', 'b'] }, 'x', 'y']\n";
    let model = read(text);
    let events: Vec<ElementId> =
        ["a", "b", "x", "y"].iter().map(|name| model.find(name).expect("it is there")).collect();
    let mut tree = Tree::new();
    let of = |event: &ElementId| 1.0 - model[*event].availability.unwrap_or(1.0);
    let nodes: Vec<_> = events.iter().map(|event| tree.event(of(event))).collect();
    let pair = tree.all([nodes[0], nodes[1]]);
    let birnbaum = Solver::new(&tree, &[pair], Limits::default()).birnbaum(pair);
    let pair = frequency(&model, &events, &birnbaum).expect("all is known");
    let a_day = (0.02 / 100.0 + 0.01 / 50.0) / 86_400.0;
    assert!(near(pair.per_second, a_day, 1e-9) && pair.unknown.is_empty());
    let top = tree.any([nodes[2], nodes[3]]);
    let birnbaum = Solver::new(&tree, &[top], Limits::default()).birnbaum(top);
    let rest = frequency(&model, &events, &birnbaum).expect("all is known");
    assert_eq!(rest.unknown, [events[2]], "y never fails by chance");
}
