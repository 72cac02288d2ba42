//! Shapes are the sets that they were made of, each in one of them.

use std::collections::BTreeSet;

use linchpin::analysis::{Part, Shape, shapes};
use linchpin::model::ElementId;

use crate::models::read;
use crate::random::Rng;

type Set = BTreeSet<ElementId>;

/// All choices of so many of some members.
fn choices(members: &[ElementId], choose: usize) -> Vec<Set> {
    match (choose, members) {
        (0, _) => vec![Set::new()],
        (_, []) => Vec::new(),
        (_, [first, rest @ ..]) => {
            let with = choices(rest, choose - 1).into_iter().map(|mut set| {
                set.insert(*first);
                set
            });
            with.chain(choices(rest, choose)).collect()
        }
    }
}

fn sets_of(shape: &Shape) -> Vec<Set> {
    let product = |sets: Vec<Set>, part: &Part| -> Vec<Set> {
        let choices = choices(&part.members, part.choose);
        sets.iter().flat_map(|set| choices.iter().map(move |more| set | more)).collect()
    };
    shape.parts.iter().fold(vec![Set::new()], product)
}

#[test]
fn shapes_are_exactly_the_sets_that_they_are_made_of() {
    let text = "[provider.p.region.r]\nzones = ['a', 'b', 'c', 'd']\n[provider.p.region.s]\nzones = ['a', 'b']\n\
        [provider.q.region.r]\nzones = ['a']\n[provider.p.product.disk]\nscope = 'zone'\n[group.g]\n[service.x]\n\
        placed = ['p/r/*', 'q/r/a']\n[capability.c]\nneeds = ['x']\n";
    let model = read(text);
    let elements: Vec<ElementId> =
        model.elements().filter(|(_, element)| element.class().is_some()).map(|(id, _)| id).collect();
    let mut n_merged = 0;
    for seed in 0..400 {
        let mut rng = Rng::new(seed);
        // Few elements and many sets of them, so that there is much to merge.
        let size = 3 + rng.below(8);
        let some: Vec<ElementId> = (0..size).map(|_| *rng.pick(&elements)).collect();
        let n_sets = 1 + rng.below(60);
        let most = 1 + rng.below(4);
        let sets: BTreeSet<Set> =
            (0..n_sets).map(|_| (0..=rng.below(most)).map(|_| *rng.pick(&some)).collect()).collect();
        let listed: Vec<Vec<ElementId>> = sets.iter().map(|set| set.iter().copied().collect()).collect();
        let shapes = shapes(&model, &listed);
        let expanded: Vec<Set> = shapes.iter().flat_map(sets_of).collect();
        assert_eq!(expanded.len(), sets.len(), "each once: {shapes:?}");
        assert_eq!(expanded.into_iter().collect::<BTreeSet<_>>(), sets);
        let weight = |id: ElementId| 1.0 / (2.0 + f64::from(u32::try_from(id.index()).expect("small")));
        let sum: f64 = sets.iter().map(|set| set.iter().map(|id| weight(*id)).product::<f64>()).sum();
        let of_shapes: f64 = shapes.iter().map(|shape| shape.sum_of_products(weight)).sum();
        assert!((sum - of_shapes).abs() < 1e-9 * sum);
        assert_eq!(shapes.iter().map(Shape::sets).sum::<u128>(), sets.len() as u128);
        assert!(shapes.is_sorted_by_key(|shape| shape.first), "in the order of the sets");
        n_merged += sets.len() - shapes.len();
    }
    assert!(n_merged > 1000, "{n_merged}");
}
