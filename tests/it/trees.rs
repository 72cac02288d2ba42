//! A system's fault tree says what the engines say, whatever fails.

use std::collections::HashMap;

use linchpin::analysis::{System, SystemTree};
use linchpin::engine::Reference;
use linchpin::faulttree::{Gate, Node};
use linchpin::model::{Class, ElementId, Failure, State};

use crate::laws::{cases, law_of_models};
use crate::models::system;
use crate::random::Rng;

/// The value of a node when these events happen. Trees of small models are not deep.
fn value(tree: &SystemTree, node: Node, failed: &[ElementId], known: &mut HashMap<Node, bool>) -> bool {
    if let Some(known) = known.get(&node) {
        return *known;
    }
    let mut of = |node: &Node| value(tree, *node, failed, known);
    let value = match tree.tree.gate(node) {
        Gate::Constant(value) => value,
        Gate::Event(event) => failed.contains(&tree.events[event.index()]),
        Gate::NotEvent(_) => panic!("no failure helps"),
        Gate::All(inputs) => inputs.iter().all(&mut of),
        Gate::Any(inputs) => inputs.iter().any(&mut of),
        Gate::AtLeast(k, inputs) => inputs.iter().filter(|input| of(input)).count() >= k as usize,
    };
    known.insert(node, value);
    value
}

fn same_as_the_reference(system: &System, rng: &mut Rng) -> Result<(), String> {
    let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
    let elements: Vec<ElementId> =
        system.model.elements().filter(|(_, element)| element.class().is_some()).map(|(id, _)| id).collect();
    let trees: Vec<(State, SystemTree)> = [State::Degraded, State::Up]
        .into_iter()
        .map(|kept| {
            let tree = SystemTree::new(system, &capabilities, kept, &Class::ALL).expect("small");
            (kept, tree)
        })
        .collect();
    let reference = Reference::new(&system.program);
    for _ in 0..12 {
        let one_in = 1 + rng.below(6);
        let failed: Vec<ElementId> = elements.iter().copied().filter(|_| rng.below(one_in) == 0).collect();
        let fails: Vec<Failure> = failed.iter().map(|what| Failure::for_good(*what)).collect();
        let outcome = reference.outcome(&fails);
        for (kept, tree) in &trees {
            for (capability, top) in capabilities.iter().zip(&tree.tops) {
                let state = outcome.state(*capability);
                let fallen = value(tree, *top, &failed, &mut HashMap::new());
                if fallen != (state < *kept) {
                    let failed: Vec<&str> = failed.iter().map(|id| system.model[*id].name.as_str()).collect();
                    let name = &system.model[*capability].name;
                    return Err(format!(
                        "{name} is {state:?} when {failed:?} fail; below {kept:?}: {fallen}"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// A part of the models: random ones are full of circles with delays of many lengths, whose trees may take long to write.
#[test]
fn the_tree_of_a_system_says_what_the_reference_says() {
    law_of_models(cases() / 20, same_as_the_reference);
}

/// Seconds that lie between two times which something can take are not asked about one by one.
#[test]
fn what_is_ridden_out_for_years_in_a_circle_with_delays_of_seconds_is_no_large_tree() {
    let text = "[provider.p]\n[provider.q]\n[provider.r]\n\
                [service.a]\nstart = '1s'\nneeds = ['p', { on = 'd', tolerates = '30d' }, { on = 'b', tolerates = '10d' }]\n\
                [service.b]\nstart = '7s'\nneeds = [{ any = ['a', 'q'], after = '9d23h59m54s' }]\n\
                [service.c]\nstart = '40d'\nneeds = [{ on = 'a', tolerates = '3650d' }, { any = ['b', 'r'], after = '1h' }]\n\
                [service.d]\nneeds = ['c', { on = 'e', tolerates = '40d1h7s' }]\n\
                [service.e]\nstart = '3s'\nneeds = ['a', { any = ['c', 'd'] }]\n\
                [capability.x]\nneeds = ['d']\n[capability.y]\nneeds = ['e']\nwants = ['b']\n";
    let system = system(text);
    let mut rng = Rng::new(1);
    for _ in 0..20 {
        same_as_the_reference(&system, &mut rng).unwrap_or_else(|why| panic!("{why}"));
    }
    let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
    let tree = SystemTree::new(&system, &capabilities, State::Up, &Class::ALL).expect("small");
    assert!(tree.tree.len() < 100, "{}", tree.tree.len());
}
