//! The fault-tree engine against brute force on random trees, and against what is known.

use linchpin::faulttree::{Event, Gate, Limits, Node, Solver, Tree};

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
        assert!(near(*found, *known), "{why}: event {event}: {found} not {known}");
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
    for n in [1, 3, masks.len()] {
        let mut by_size = orders.clone();
        by_size.sort_unstable();
        by_size.truncate(n);
        let smallest = cuts.smallest(n);
        assert_eq!(smallest.iter().map(Vec::len).collect::<Vec<_>>(), by_size, "{why}");
        assert!(smallest.iter().all(|set| known.cuts.contains(&mask(set))), "{why}");
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
