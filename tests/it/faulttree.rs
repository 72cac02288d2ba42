//! The fault-tree engine against brute force on random trees, and against what is known.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use linchpin::faulttree::{Bounds, Cuts, Event, Gate, Limits, Node, Solver, Tree};

use crate::random::Rng;

/// A random tree over a few events, and some of its gates. `coherent`: without negations.
pub(crate) fn random_tree(
    rng: &mut Rng,
    n_events: usize,
    n_gates: usize,
    coherent: bool,
) -> (Tree, Vec<Node>) {
    let mut tree = Tree::new();
    let chances = [0.0, 1e-9, 0.001, 0.1, 0.3, 0.5, 0.7, 0.99, 1.0];
    let mut nodes: Vec<Node> = (0..n_events).map(|_| tree.event(*rng.pick(&chances))).collect();
    if rng.chance(10) {
        nodes.push(tree.constant(rng.chance(50)));
    }
    let mut gates = Vec::new();
    for _ in 0..n_gates {
        let n_inputs = *rng.pick(&[1, 2, 2, 2, 3, 3, 4, 5]);
        // Recent gates more often, so that trees get deep.
        let pick = |rng: &mut Rng| {
            let recent = &nodes[nodes.len().saturating_sub(4)..];
            let node = if rng.chance(40) { *rng.pick(recent) } else { *rng.pick(&nodes) };
            if !coherent && rng.chance(25) { !node } else { node }
        };
        let inputs: Vec<Node> = (0..n_inputs).map(|_| pick(rng)).collect();
        let gate = match *rng.pick(&[0, 0, 1, 1, 2, 3]) {
            0 => tree.all(inputs),
            1 => tree.any(inputs),
            2 => tree.at_least(*rng.pick(&[0, 1, 2, 2, 3, 4]), inputs),
            _ if coherent => tree.any(inputs),
            _ => tree.xor(inputs[0], *inputs.last().expect("one at least")),
        };
        nodes.push(gate);
        gates.push(gate);
    }
    (tree, gates)
}

/// Whether a node is true when exactly the events of the mask happen: by the definition of gates.
fn holds(tree: &Tree, node: Node, mask: usize) -> bool {
    match tree.gate(node) {
        Gate::Constant(value) => value,
        Gate::Event(event) => mask >> event.index() & 1 == 1,
        Gate::NotEvent(event) => mask >> event.index() & 1 == 0,
        Gate::All(inputs) => inputs.iter().all(|input| holds(tree, *input, mask)),
        Gate::Any(inputs) => inputs.iter().any(|input| holds(tree, *input, mask)),
        Gate::AtLeast(k, inputs) => {
            inputs.iter().filter(|input| holds(tree, **input, mask)).count() >= k as usize
        }
    }
}

struct Known {
    /// By mask.
    holds: Vec<bool>,
    probability: f64,
    birnbaum: Vec<f64>,
    /// Masks of the minimal sets.
    cuts: Vec<usize>,
}

fn brute_force(tree: &Tree, top: Node) -> Known {
    let n = tree.events();
    let holds: Vec<bool> = (0..1 << n).map(|mask| holds(tree, top, mask)).collect();
    let chance = |mask: usize, without: Option<usize>| -> f64 {
        let events = tree.probabilities().iter().enumerate().filter(|(event, _)| Some(*event) != without);
        events.map(|(event, p)| if mask >> event & 1 == 1 { *p } else { 1.0 - p }).product()
    };
    let true_of = || holds.iter().enumerate().filter(|(_, holds)| **holds).map(|(mask, _)| mask);
    let birnbaum = |event: usize| {
        true_of()
            .map(|mask| if mask >> event & 1 == 1 { 1.0 } else { -1.0 } * chance(mask, Some(event)))
            .sum()
    };
    let minimal = |mask: &usize| !true_of().any(|other| other != *mask && other & mask == other);
    Known {
        probability: true_of().map(|mask| chance(mask, None)).sum(),
        birnbaum: (0..n).map(birnbaum).collect(),
        cuts: true_of().filter(minimal).collect(),
        holds,
    }
}

fn mask(set: &[Event]) -> usize {
    set.iter().map(|event| 1 << event.index()).sum()
}

fn number(count: &impl ToString) -> usize {
    count.to_string().parse().expect("small")
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1e-3)
}

fn compare(tree: &Tree, solver: &Solver<'_>, top: Node, why: &str) {
    let known = brute_force(tree, top);
    let found = solver.probability(top);
    assert!(
        found.is_exact() && near(found.lower, known.probability),
        "{why}: {found:?} not {}",
        known.probability
    );
    for (event, (found, known)) in solver.birnbaum(top).iter().zip(&known.birnbaum).enumerate() {
        assert!(
            found.is_some_and(|found| near(found, *known)),
            "{why}: event {event}: {found:?} not {known}"
        );
    }
    let cuts = solver.cuts(top, None);
    assert!(cuts.is_complete(), "{why}");
    let sets: Vec<Vec<Event>> = cuts.iter().collect();
    let mut masks: Vec<usize> = sets.iter().map(|set| mask(set)).collect();
    masks.sort_unstable();
    assert_eq!(masks, known.cuts, "{why}");
    assert!(sets.iter().all(|set| set.is_sorted()), "{why}");
    assert_eq!(number(&cuts.count()), masks.len(), "{why}");
    let orders: Vec<usize> = masks.iter().map(|mask| mask.count_ones() as usize).collect();
    let of_order = |order| orders.iter().filter(|of| **of == order).count();
    let by_order: Vec<usize> = cuts.count_by_order().iter().map(number).collect();
    let most = orders.iter().max().map_or(0, |most| most + 1);
    assert_eq!(by_order, (0..most).map(of_order).collect::<Vec<_>>(), "{why}");
    assert_eq!(cuts.smallest_order(), orders.iter().min().copied(), "{why}");
    assert_eq!(cuts.is_empty(), masks.is_empty(), "{why}");
    for (event, count) in cuts.count_by_event().iter().enumerate() {
        assert_eq!(number(count), masks.iter().filter(|mask| *mask >> event & 1 == 1).count(), "{why}");
    }
    let product = |mask: usize| -> f64 {
        let events = tree.probabilities().iter().enumerate();
        events.filter(|(event, _)| mask >> event & 1 == 1).map(|(_, p)| p).product()
    };
    let (sum, of_event) = cuts.sum_of_products(tree.probabilities());
    assert!(near(sum, masks.iter().map(|mask| product(*mask)).sum()), "{why}");
    for (event, sum) in of_event.iter().enumerate() {
        let of = masks.iter().filter(|mask| *mask >> event & 1 == 1).map(|mask| product(*mask));
        assert!(near(*sum, of.sum()), "{why}");
    }
    for n in [0, 1, 3, masks.len()] {
        let mut by_size = sets.clone();
        by_size.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        by_size.truncate(n);
        assert_eq!(cuts.smallest(n), by_size, "{why}");
        let mut products: Vec<f64> = masks.iter().map(|mask| product(*mask)).collect();
        products.sort_by(|a, b| b.total_cmp(a));
        products.truncate(n);
        let probable = cuts.most_probable(n, tree.probabilities());
        assert_eq!(probable.len(), products.len(), "{why}");
        for ((found, set), known) in probable.iter().zip(&products) {
            assert!(near(*found, *known) && near(*found, product(mask(set))), "{why}");
        }
    }
    for order in 0..4 {
        let cuts = solver.cuts(top, Some(order));
        let mut masks: Vec<usize> = cuts.iter().map(|set| mask(&set)).collect();
        masks.sort_unstable();
        let small: Vec<usize> =
            known.cuts.iter().copied().filter(|mask| mask.count_ones() as usize <= order).collect();
        assert_eq!(masks, small, "{why}: order {order}");
        assert_eq!(number(&cuts.count()), small.len(), "{why}: order {order}");
        assert_eq!(cuts.is_empty(), small.is_empty(), "{why}: order {order}");
        let all = cuts.most_probable(1000, tree.probabilities());
        assert_eq!(all.len(), small.len(), "{why}: order {order}");
        let of_events = |event: usize| small.iter().filter(move |mask| *mask >> event & 1 == 1);
        for (event, count) in cuts.count_by_event().iter().enumerate() {
            assert_eq!(number(count), of_events(event).count(), "{why}: order {order}");
        }
        let (sum, of_event) = cuts.sum_of_products(tree.probabilities());
        assert!(near(sum, small.iter().map(|mask| product(*mask)).sum()), "{why}: order {order}");
        for (event, sum) in of_event.iter().enumerate() {
            assert!(near(*sum, of_events(event).map(|mask| product(*mask)).sum()), "{why}: order {order}");
        }
        let by_order: usize = cuts.count_by_order().iter().map(number).sum();
        assert_eq!(by_order, small.len(), "{why}: order {order}");
    }
    assert_eq!(known.holds.len(), 1 << tree.events());
}

#[test]
fn random_trees_have_the_answers_of_brute_force() {
    for seed in 0..1500 {
        let mut rng = Rng::new(seed);
        let n_events = 2 + rng.below(6);
        let n_gates = 2 + rng.below(14);
        let (tree, gates) = random_tree(&mut rng, n_events, n_gates, seed % 3 > 0);
        let tops = &gates[gates.len().saturating_sub(2)..];
        let solver = Solver::new(&tree, tops, Limits::default());
        for top in tops {
            compare(&tree, &solver, *top, &format!("seed {seed}"));
        }
    }
}

/// Without memory for a single node of a diagram all is summed up, and cases are split until they are tiny.
#[test]
fn what_is_too_tangled_for_diagrams_has_the_probability_of_brute_force() {
    for seed in 0..600 {
        let mut rng = Rng::new(5000 + seed);
        let n_events = 4 + rng.below(7);
        let n_gates = 10 + rng.below(30);
        let (tree, gates) = random_tree(&mut rng, n_events, n_gates, seed % 3 > 0);
        let tops = &gates[gates.len() - 3..];
        let solver = Solver::new(&tree, tops, Limits { memory: Some(1), ..Limits::default() });
        for top in tops {
            let known = brute_force(&tree, *top);
            let found = solver.probability(*top);
            let is_right = found.is_exact() && near(found.lower, known.probability);
            assert!(is_right, "seed {seed}: {found:?} not {}", known.probability);
        }
    }
}

/// Who asks for the probability alone gets it by whatever is quicker, and everything else too if he asks for it after all. Two of a ring
/// with chords that are next to each other fail: it is large as a diagram, in whatever order, and yet quickly summed out.
#[test]
fn who_asks_for_the_probability_alone_may_still_ask_for_all_else() {
    const EVENTS: usize = 58;
    let mut rng = Rng::new(7000);
    let mut tree = Tree::new();
    let events: Vec<Node> = (0..EVENTS).map(|_| tree.event(0.02)).collect();
    let pairs: Vec<Node> = (0..EVENTS)
        .flat_map(|event| [(event, (event + 1) % EVENTS), (event, rng.below(EVENTS))])
        .filter(|(a, b)| a != b)
        .map(|(a, b)| tree.all([events[a], events[b]]))
        .collect();
    let top = tree.any(pairs);
    let [all, alone] =
        [Solver::new, Solver::for_probability].map(|new| new(&tree, &[top], Limits::default()));
    let [a, b] = [&all, &alone].map(|solver| solver.probability(top));
    assert!(a.is_exact() && b.is_exact() && near(a.lower, b.lower), "{a:?} {b:?}");
    assert_eq!(all.cuts(top, None).count(), alone.cuts(top, None).count());
    for (a, b) in all.birnbaum(top).iter().zip(alone.birnbaum(top)) {
        assert!(a.zip(b).is_some_and(|(a, b)| (a - b).abs() < 1e-12), "{a:?} {b:?}");
    }
}

/// Trees too large for brute force: other programs' diagrams count their solutions.
#[test]
fn larger_random_trees_have_the_probability_that_other_libraries_find() {
    for seed in 0..60 {
        let mut rng = Rng::new(1000 + seed);
        let n_events = 12 + rng.below(10);
        let (mut tree, gates) = random_tree(&mut rng, n_events, 30, seed % 2 == 0);
        for event in 0..n_events {
            tree.set_probability(Event(u32::try_from(event).expect("few")), 0.5);
        }
        let top = *gates.last().expect("there are gates");
        let solver = Solver::new(&tree, &[top], Limits::default());
        // With all events as likely as not, the probability is the share of assignments that make the top true.
        let found = solver.probability(top).lower;
        let expected = [biodivine_share(&tree, top), oxidd_share(&tree, top)];
        for expected in expected {
            assert!((found - expected).abs() < 1e-12, "seed {seed}: {found} not {expected}");
        }
    }
}

/// The diagram of each node by means of another library, from those of its inputs.
fn folded<T: Clone>(
    tree: &Tree,
    top: Node,
    constant: impl Fn(bool) -> T,
    event: impl Fn(Event) -> T,
    not: impl Fn(&T) -> T,
    and: impl Fn(&T, &T) -> T,
) -> T {
    let or = |a: &T, b: &T| not(&and(&not(a), &not(b)));
    let mut known: std::collections::HashMap<Node, T> = std::collections::HashMap::new();
    let mut open = vec![top];
    while let Some(node) = open.last().copied() {
        let (Gate::All(inputs) | Gate::Any(inputs) | Gate::AtLeast(_, inputs)) = tree.gate(node) else {
            let function = match tree.gate(node) {
                Gate::Constant(value) => constant(value),
                Gate::Event(of) => event(of),
                _ => {
                    let Gate::Event(of) = tree.gate(!node) else { unreachable!("only events are negated") };
                    not(&event(of))
                }
            };
            known.insert(node, function);
            open.pop();
            continue;
        };
        let missing: Vec<Node> = inputs.iter().copied().filter(|input| !known.contains_key(input)).collect();
        if !missing.is_empty() {
            open.extend(missing);
            continue;
        }
        let functions = inputs.iter().map(|input| known[input].clone());
        let function = match tree.gate(node) {
            Gate::All(_) => functions.reduce(|a, b| and(&a, &b)),
            Gate::Any(_) => functions.reduce(|a, b| or(&a, &b)),
            Gate::AtLeast(k, _) => {
                let mut so_many = vec![constant(false); k as usize + 1];
                so_many[0] = constant(true);
                for input in functions {
                    for count in (1..so_many.len()).rev() {
                        so_many[count] = or(&so_many[count], &and(&so_many[count - 1], &input));
                    }
                }
                so_many.pop()
            }
            _ => None,
        };
        known.insert(node, function.expect("gates have inputs"));
        open.pop();
    }
    known[&top].clone()
}

fn biodivine_share(tree: &Tree, top: Node) -> f64 {
    use biodivine_lib_bdd::{Bdd, BddVariableSet};
    let n = u16::try_from(tree.events()).expect("few");
    let set = BddVariableSet::new_anonymous(n);
    let variables = set.variables();
    let constant = |value| if value { set.mk_true() } else { set.mk_false() };
    let event = |event: Event| set.mk_var(variables[event.index()]);
    let function: Bdd = folded(tree, top, constant, event, Bdd::not, Bdd::and);
    function.cardinality() / f64::from(n).exp2()
}

fn oxidd_share(tree: &Tree, top: Node) -> f64 {
    use oxidd::bdd::{BDDFunction, new_manager};
    use oxidd::util::SatCountCache;
    use oxidd::{BooleanFunction, Manager, ManagerRef};
    let n = u32::try_from(tree.events()).expect("few");
    let manager = new_manager(1 << 16, 1 << 16, 1);
    let variables: Vec<BDDFunction> = manager.with_manager_exclusive(|manager| {
        let variables = manager.add_vars(n);
        variables.map(|variable| BDDFunction::var(manager, variable).expect("memory")).collect()
    });
    let constant = |value| {
        manager.with_manager_shared(
            |manager| if value { BDDFunction::t(manager) } else { BDDFunction::f(manager) },
        )
    };
    let function = folded(
        tree,
        top,
        constant,
        |event| variables[event.index()].clone(),
        |f| f.not().expect("memory"),
        |f, g| f.and(g).expect("memory"),
    );
    let mut cache = SatCountCache::<u64, std::collections::hash_map::RandomState>::default();
    let count = u32::try_from(function.sat_count(n, &mut cache)).expect("few events");
    f64::from(count) / f64::from(n).exp2()
}

#[test]
fn trees_may_be_as_deep_as_they_like() {
    let mut tree = Tree::new();
    let mut node = tree.event(0.5);
    for _ in 0..200_000 {
        let event = tree.event(0.5);
        node = if node.index().is_multiple_of(4) { tree.all([node, event]) } else { tree.any([node, event]) };
    }
    let solver = Solver::new(&tree, &[node], Limits::default());
    assert!(solver.probability(node).is_exact());
    assert!(solver.birnbaum(node).iter().all(|derivative| derivative.is_some_and(|of| of >= 0.0)));
    let cuts = solver.cuts(node, None);
    assert!(!cuts.is_empty());
    assert_eq!(cuts.smallest(3).len(), 3);
}

#[test]
fn one_gate_of_many_events_is_quick() {
    let mut tree = Tree::new();
    let events: Vec<Node> = (0..100_000).map(|_| tree.event(1e-6)).collect();
    let any = tree.any(events.iter().copied());
    let all = tree.all(events.iter().copied());
    let solver = Solver::new(&tree, &[any, all], Limits::default());
    assert_eq!(number(&solver.cuts(any, None).count()), events.len());
    assert_eq!(number(&solver.cuts(all, None).count()), 1);
    assert_eq!(solver.cuts(all, None).smallest_order(), Some(events.len()));
    let expected = -(100_000.0 * (-1e-6_f64).ln_1p()).exp_m1();
    assert!((solver.probability(any).lower / expected - 1.0).abs() < 1e-10);
}

/// Of a tree on which too little may be spent: bounds, importance and cut sets are right as far as they go. Gives whether the probability
/// is known only by bounds, and up to which order cut sets are.
fn check_what_is_known(tree: &Tree, top: Node, limits: Limits<'_>, why: &str) -> (bool, Option<usize>) {
    let known = brute_force(tree, top);
    let solver = Solver::new(tree, &[top], limits);
    let encloses = |found: Bounds| {
        (found.lower - 1e-12..=found.upper + 1e-12).contains(&known.probability) && found.lower <= found.upper
    };
    let cuts = solver.cuts(top, None);
    let both = solver.probability_by(top, &cuts);
    assert!(encloses(both), "{why}: {both:?} without {}", known.probability);
    let found = solver.probability(top);
    assert!(encloses(found), "{why}: {found:?} without {}", known.probability);
    for (event, (found, known)) in solver.birnbaum(top).iter().zip(&known.birnbaum).enumerate() {
        let is_right = found.is_none_or(|found| (found - known).abs() < 1e-12);
        assert!(is_right, "{why}: event {event}: {found:?} not {known}");
    }
    let ours = |cuts: &Cuts, order: Option<usize>, why: &str| {
        let mut masks: Vec<usize> = cuts.iter().map(|set| mask(&set)).collect();
        masks.sort_unstable();
        // All up to the order that is said to be known, and no others.
        let order = cuts.complete_to().or(order);
        let is_small = |mask: &usize| order.is_none_or(|order| mask.count_ones() as usize <= order);
        let small: Vec<usize> = known.cuts.iter().copied().filter(is_small).collect();
        assert_eq!(masks, small, "{why}");
        assert_eq!(number(&cuts.count()), small.len(), "{why}");
    };
    assert!(cuts.is_complete() == cuts.complete_to().is_none(), "{why}");
    ours(&cuts, None, why);
    for order in [1, 2] {
        let cuts = solver.cuts(top, Some(order));
        assert!(cuts.complete_to().is_none_or(|known| known <= order), "{why}");
        assert!(!cuts.is_complete() || cuts.complete_to().is_none_or(|known| known == order), "{why}");
        ours(&cuts, Some(order), why);
    }
    (!found.is_exact(), cuts.complete_to())
}

#[test]
fn where_a_limit_is_hit_what_is_said_holds() {
    let mut n_bounds = 0;
    let mut of_order = [0; 4];
    for seed in 0..3000 {
        let mut rng = Rng::new(2000 + seed);
        let n_events = 6 + rng.below(4);
        let (tree, gates) = random_tree(&mut rng, n_events, 40, seed % 3 > 0);
        let top = *gates.last().expect("there are gates");
        // So few nodes that most modules do not fit; and where time is up, after a few questions.
        let memory = Some(48 * (3 + rng.below(30)));
        let asked = AtomicUsize::new(0);
        let patience = rng.below(6);
        let stop = || asked.fetch_add(1, Relaxed) >= patience;
        let end = || asked.fetch_add(1, Relaxed) >= patience + 40;
        let is_timed = rng.chance(60);
        let limits = Limits {
            memory: memory.filter(|_| !is_timed || rng.chance(50)),
            stop: if is_timed { Some(&stop) } else { None },
            last: if rng.chance(50) { Some(&end) } else { None },
        };
        let (has_bounds, order) = check_what_is_known(&tree, top, limits, &format!("seed {seed}"));
        n_bounds += usize::from(has_bounds);
        if let Some(order) = order {
            of_order[order.min(3)] += 1;
        }
    }
    assert!(n_bounds > 30, "{n_bounds} are not exact");
    assert!(of_order.iter().all(|n| *n > 5), "known up to 0, 1, 2 and more: {of_order:?}");
}

#[test]
fn who_wants_to_stop_is_heard() {
    // Every pair of every second event: hard enough for any order that the question is asked.
    let mut tree = Tree::new();
    let mut rng = Rng::new(1);
    let events: Vec<Node> = (0..200).map(|_| tree.event(0.1)).collect();
    let sets: Vec<Node> =
        (0..600).map(|_| tree.all([*rng.pick(&events), *rng.pick(&events), *rng.pick(&events)])).collect();
    let top = tree.any(sets);
    let asked = AtomicUsize::new(0);
    let stop = || asked.fetch_add(1, Relaxed) > 2;
    let solver = Solver::new(&tree, &[top], Limits { stop: Some(&stop), ..Limits::default() });
    assert!(!solver.probability(top).is_exact());
    assert!(!solver.cuts(top, None).is_complete());
}

/// At least half of some events.
fn majority(tree: &mut Tree, n: u32) -> Node {
    let events: Vec<Node> = (0..n).map(|_| tree.event(0.5)).collect();
    tree.at_least(n / 2, events)
}

#[test]
fn who_wants_to_stop_is_heard_after_memory_ran_out() {
    let asked = |n_hard: usize| {
        let mut tree = Tree::new();
        let hard: Vec<Node> = (0..n_hard).map(|_| majority(&mut tree, 400)).collect();
        let top = tree.any(hard);
        let asked = AtomicUsize::new(0);
        let stop = || asked.fetch_add(1, Relaxed) == usize::MAX;
        let limits = Limits { memory: Some(48 * 30_000), stop: Some(&stop), last: None };
        let solver = Solver::new(&tree, &[top], limits);
        assert!(!solver.probability(top).is_exact());
        asked.into_inner()
    };
    let (one, four) = (asked(1), asked(4));
    assert!(four > 3 * one, "{one} times for one module, {four} times for four");
}

#[test]
fn wide_gates_that_count_are_not_taken_apart_however_entangled() {
    let mut tree = Tree::new();
    let events: Vec<Node> = (0..2000).map(|_| tree.event(0.5)).collect();
    let half = tree.at_least(1000, events.iter().copied());
    let of_others = tree.at_least(500, events.iter().copied().step_by(2));
    let top = tree.any([half, of_others]);
    let asked = AtomicUsize::new(0);
    let stop = || asked.fetch_add(1, Relaxed) > 30;
    let solver = Solver::new(&tree, &[top], Limits { stop: Some(&stop), ..Limits::default() });
    assert!(!solver.probability(top).is_exact());
}

#[test]
fn the_smallest_of_very_many_sets_of_the_same_size_are_found() {
    let mut tree = Tree::new();
    let either = |tree: &mut Tree| {
        let of = [tree.event(0.1), tree.event(0.2)];
        tree.any(of)
    };
    let either: Vec<Node> = (0..1000).map(|_| either(&mut tree)).collect();
    let top = tree.all(either);
    let cuts = Solver::new(&tree, &[top], Limits::default()).cuts(top, None);
    let smallest = cuts.smallest(3);
    assert_eq!(smallest.len(), 3);
    assert!(smallest.iter().all(|set| set.len() == 1000) && smallest.is_sorted());
}

/// The topology of the `INDaaS` and `RepAudit` papers. A replica fails with its server, its edge switch, or all its paths; and
/// these are cut for both pods by the core switches behind an aggregation switch, or by one aggregation switch of each.
#[test]
fn risk_groups_of_fat_trees_are_as_many_as_the_formula_says() {
    for (half, replicas) in [(1, 2), (2, 2), (2, 3), (3, 2), (3, 3), (4, 4), (24, 2), (70, 2_u32)] {
        let mut tree = Tree::new();
        let cores: Vec<Node> = (0..half * half).map(|_| tree.event(1e-4)).collect();
        let mut fails = Vec::new();
        for _ in 0..replicas {
            let [server, edge] = [tree.event(1e-3), tree.event(5e-4)];
            let aggregations: Vec<Node> = (0..half).map(|_| tree.event(5e-4)).collect();
            let path = |path: usize| (aggregations[path / half], cores[path]);
            let paths: Vec<Node> = (0..half * half).map(path).map(|(a, c)| tree.any([a, c])).collect();
            let no_path = tree.all(paths);
            fails.push(tree.any([server, edge, no_path]));
        }
        let top = tree.all(fails);
        let solver = Solver::new(&tree, &[top], Limits::default());
        let choose = |s: u128| (0..s).fold(1, |product, i| product * (u128::from(replicas) - i) / (i + 1));
        let paths: u128 = 1 << half;
        let some = |s: u32| choose(s.into()) * (1 << s) * (paths - 1);
        let expected = (1_u128 << replicas) + paths + (1..replicas).map(some).sum::<u128>();
        assert_eq!(solver.cuts(top, None).count().to_string(), expected.to_string(), "{half}, {replicas}");
    }
}
