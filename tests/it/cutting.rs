//! `cuts`: minimal, complete, counted and listed alike; what is exported is read by others as the same.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output, Stdio};

use linchpin::analysis::{Listed, SINGLE_POINT_CLASSES, System, SystemTree, Wanted, cut_sets, small_cuts};
use linchpin::engine::Reference;
use linchpin::exchange::BasicEvent;
use linchpin::exchange::openpsa::{Top, write};
use linchpin::faulttree::{Event, Limits, Solver};
use linchpin::model::{Class, ElementId, Failure, State};
use serde_json::Value;

use crate::exchange::by_scram;
use crate::laws::{cases, ensure_equal, law_of_models};
use crate::models;
use crate::random::Rng;
use crate::skipped;

type Set = BTreeSet<ElementId>;

/// More events than these are not tried in all combinations.
const MOST_EVENTS: usize = 11;

fn minimal(sets: impl IntoIterator<Item = Set>) -> BTreeSet<Set> {
    let mut sets: Vec<Set> = sets.into_iter().collect();
    sets.sort_by_key(BTreeSet::len);
    let mut minimal: Vec<Set> = Vec::new();
    for set in sets {
        if !minimal.iter().any(|smaller| smaller.is_subset(&set)) {
            minimal.push(set);
        }
    }
    minimal.into_iter().collect()
}

/// By trying all combinations of some classes with the reference engine.
fn by_trying(system: &System, capability: ElementId, kept: State, events: &[ElementId]) -> BTreeSet<Set> {
    let reference = Reference::new(&system.program);
    let falls = |set: &Set| {
        let stays = |what: &ElementId| Failure::for_good(*what);
        reference.outcome(&set.iter().map(stays).collect::<Vec<_>>()).state(capability) < kept
    };
    let set = |bits: usize| -> Set {
        (0..events.len()).filter(|index| bits >> index & 1 == 1).map(|index| events[index]).collect()
    };
    minimal((0..1_usize << events.len()).map(set).filter(falls))
}

fn cuts_are_those_found_by_trying(system: &System, rng: &mut Rng) -> Result<(), String> {
    let model = &system.model;
    // Some classes, so that the combinations of their elements can all be tried.
    let mut classes: Vec<Class> = Class::ALL.to_vec();
    let of = |classes: &[Class]| -> Vec<ElementId> {
        let is_of = |class: Option<Class>| class.is_some_and(|class| classes.contains(&class));
        model.elements().filter(|(_, element)| is_of(element.class())).map(|(id, _)| id).collect()
    };
    while of(&classes).len() > MOST_EVENTS {
        classes.remove(rng.below(classes.len()));
    }
    let events = of(&classes);
    let capabilities: Vec<ElementId> = model.capabilities().map(|(id, ..)| id).take(2).collect();
    let kept = *rng.pick(&[State::Degraded, State::Up]);
    let tree = SystemTree::new(system, &capabilities, kept, &classes).map_err(|why| why.to_string())?;
    let solver = Solver::new(&tree.tree, &tree.tops, Limits::default());
    for (capability, top) in capabilities.iter().zip(&tree.tops) {
        let found = cut_sets(&solver, *top, Wanted::default(), tree.tree.probabilities());
        let Listed::These(sets) = &found.listed else { return Err("not listed".to_owned()) };
        let named = |set: &Vec<_>| -> Set {
            set.iter().map(|event: &linchpin::faulttree::Event| tree.events[event.index()]).collect()
        };
        let ours: BTreeSet<Set> = sets.iter().map(named).collect();
        let theirs = by_trying(system, *capability, kept, &events);
        ensure_equal(&ours, &theirs, || model[*capability].name.clone())?;
        ensure_equal(&found.cuts.count().to_string(), &theirs.len().to_string(), || "count".to_owned())?;
        let margin = theirs.iter().map(BTreeSet::len).min();
        ensure_equal(&found.cuts.smallest_order(), &margin, || "margin".to_owned())?;
        ensure_equal(&found.is_complete, &true, || "complete".to_owned())?;
        // Up to an order: those of at most so many.
        let order = 1 + rng.below(3);
        let wanted = Wanted { order: Some(order), ..Wanted::default() };
        let found = cut_sets(&solver, *top, wanted, tree.tree.probabilities());
        let Listed::These(sets) = &found.listed else { return Err("not listed".to_owned()) };
        let ours: BTreeSet<Set> = sets.iter().map(named).collect();
        let small: BTreeSet<Set> = theirs.into_iter().filter(|set| set.len() <= order).collect();
        ensure_equal(&ours, &small, || "up to an order".to_owned())?;
    }
    Ok(())
}

/// A part of the models: trying all combinations takes long.
#[test]
fn cut_sets_are_minimal_and_complete() {
    law_of_models(cases() / 20, cuts_are_those_found_by_trying);
}

/// What `diff` compares: over the classes of single points, all of one event and of two.
fn small_cuts_are_those_found_by_trying(system: &System, rng: &mut Rng) -> Result<(), String> {
    let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).take(2).collect();
    let kept = *rng.pick(&[State::Degraded, State::Up]);
    let found = small_cuts(system, &capabilities, kept).map_err(|_| "too many".to_owned())?;
    ensure_equal(&found.order, &2, || "order".to_owned())?;
    let is_of = |class: Option<Class>| class.is_some_and(|class| SINGLE_POINT_CLASSES.contains(&class));
    let elements = system.model.elements().filter(|(_, element)| is_of(element.class()));
    let mut events: Vec<ElementId> = elements.map(|(id, _)| id).collect();
    // Some of them, so that all pairs can be tried.
    while events.len() > 3 * MOST_EVENTS {
        events.remove(rng.below(events.len()));
    }
    let pairs = (0..events.len()).flat_map(|a| (a..events.len()).map(move |b| (a, b)));
    let mut sets: Vec<Set> = pairs.map(|(a, b)| Set::from([events[a], events[b]])).collect();
    sets.push(Set::new());
    for (capability, found) in capabilities.iter().zip(found.cuts) {
        let reference = Reference::new(&system.program);
        let falls = |set: &Set| {
            let fails: Vec<Failure> = set.iter().map(|what| Failure::for_good(*what)).collect();
            reference.outcome(&fails).state(*capability) < kept
        };
        let theirs = minimal(sets.iter().filter(|set| falls(set)).cloned());
        let ours: BTreeSet<Set> = found.into_iter().map(|cut| cut.into_iter().collect()).collect();
        let is_tried = |set: &&Set| set.iter().all(|event| events.contains(event));
        let ours: BTreeSet<Set> = ours.iter().filter(is_tried).cloned().collect();
        ensure_equal(&ours, &theirs, || system.model[*capability].name.clone())?;
    }
    Ok(())
}

/// A small part of the models: trees of circles take long to write.
#[test]
fn small_cut_sets_are_those_found_by_trying_pairs() {
    law_of_models(cases() / 80, small_cuts_are_those_found_by_trying);
}

fn linchpin(arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args(arguments.split_whitespace()).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command.output().expect("the binary runs")
}

fn json(arguments: &str) -> Value {
    let output = linchpin(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn single_points_of_check_are_cuts_of_one() {
    let check = json("check models/storefront --format json --as-of 2026-11-23");
    let classes = "zone,region,provider,product,group,service";
    let cuts = json(&format!("cuts models/storefront --class {classes} --order 1 --format json"));
    let single = check["single_points"].as_object().expect("an object");
    assert_eq!(single.len(), 6);
    for (capability, points) in single {
        let of = &cuts["capabilities"][capability];
        let ones: Vec<&Value> = of["cuts"].as_array().expect("sets").iter().map(|set| &set[0]).collect();
        assert_eq!(ones, points.as_array().expect("names").iter().collect::<Vec<_>>(), "{capability}");
        assert_eq!(of["margin"], 1);
        assert_eq!(of["complete"], false, "larger ones were not looked for");
    }
}

/// The number of minimal risk groups of replicas in distinct pods of a fat tree, in closed form: with m = ports / 2 paths' ends
/// and server and edge switch of its own for each replica.
#[test]
fn fat_trees_have_as_many_cut_sets_as_the_formula_says() {
    for (ports, replicas) in [(4, 2), (4, 3), (6, 2), (8, 4), (12, 3), (48, 2)] {
        let shape = linchpin::generate::Shape::FatTree { ports, replicas };
        let system = models::system(&linchpin::generate::generate(shape, 1));
        let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
        let tree = SystemTree::new(&system, &capabilities, State::Degraded, &Class::ALL).expect("no circles");
        let solver = Solver::new(&tree.tree, &tree.tops, Limits::default());
        let paths = 1_u128 << (ports / 2);
        let choose =
            |s: u32| (0..s).fold(1, |product, i| product * u128::from(replicas - i) / u128::from(i + 1));
        let some = |s: u32| choose(s) * (1 << s) * (paths - 1);
        let expected = (1 << replicas) + paths + (1..replicas).map(some).sum::<u128>();
        assert_eq!(
            solver.cuts(tree.tops[0], None).count().to_string(),
            expected.to_string(),
            "{ports}, {replicas}"
        );
    }
}

#[test]
fn what_is_most_probable_comes_first() {
    let cuts = json("cuts --openpsa models/fault-trees/cooling.xml --top 4 --format json");
    let of = &cuts["capabilities"]["no-cooling"];
    assert_eq!(of["count"], "14");
    assert_eq!(of["complete"], false);
    assert_eq!(of["margin"], 1);
    assert_eq!(
        of["cuts"],
        serde_json::json!([
            ["pump-1", "pump-3"],
            ["pump-2", "pump-3"],
            ["pump-3", "motor-1"],
            ["pump-3", "motor-2"]
        ])
    );
    assert!((of["details"][0]["probability"].as_f64().expect("a number") - 2e-4).abs() < 1e-12);
    // In text, as many as were asked for, each with its chance; without chances nothing is said to be probable.
    let text = |arguments: &str| String::from_utf8(linchpin(arguments).stdout).expect("UTF-8");
    let listed = text("cuts --openpsa models/fault-trees/cooling.xml --top 2");
    let expected = "\n  chance   what fails together\n   2.0e-4  pump-1 and pump-3\n   2.0e-4  pump-2 and pump-3\n  these are the most";
    assert!(listed.contains(expected), "{listed}");
    let listed = text("cuts models/storefront --capability checkout --top 10");
    assert!(listed.contains("\n   2.5e-7  aws/us-east-1 and paywell; also customer-service\n"), "{listed}");
    assert!(
        listed.contains("\n           aws; also ") && listed.contains("\n  no others happen by chance"),
        "{listed}"
    );
    let listed = text("cuts models/minimal --top 1");
    assert!(listed.contains("  cloud\n  none of all happens by chance"), "{listed}");
}

#[test]
fn what_is_not_shown_is_counted() {
    let text =
        String::from_utf8(linchpin("cuts models/storefront --capability browse").stdout).expect("UTF-8");
    let number = |text: &str| text.replace(',', "").parse::<u64>().expect("a number");
    let all = number(text.split("browse: ").nth(1).and_then(|rest| rest.split(' ').next()).expect("counted"));
    let left =
        text.split(" more sets: the smallest come first").next().and_then(|before| before.rsplit(' ').next());
    let of_shape = |line: &str| match line.rsplit_once('[').and_then(|(_, rest)| rest.split_once(" sets]")) {
        Some((sets, _)) => number(sets),
        None => 0,
    };
    let lines: Vec<&str> = text.lines().collect();
    // A shape of one set has no number behind it; it is no further line of one that has.
    let singles = lines
        .iter()
        .filter(|line| line.contains(" and ") && line.starts_with("  ") && !line.starts_with("   "));
    let singles = singles.filter(|line| !line.contains('(') && !line.contains("any ")).count() as u64;
    let shown: u64 = lines.iter().map(|line| of_shape(line)).sum();
    // One is alone.
    assert_eq!(shown + singles + 1 + number(left.expect("more are left")), all, "{text}");
}

#[test]
fn what_else_a_set_takes_down_is_listed() {
    // Whatever was asked about.
    let text = linchpin("cuts models/storefront --capability search --order 1 -v");
    let text = String::from_utf8(text.stdout).expect("UTF-8");
    assert!(text.contains("\n  edge; also browse, checkout\n"), "{text}");
    let one = json("cuts models/storefront --capability search --order 2 --format json");
    let all = json("cuts models/storefront --order 2 --format json");
    assert_eq!(one["capabilities"]["search"], all["capabilities"]["search"]);
}

#[test]
fn counting_lists_nothing_and_all_is_counted() {
    let counted = json("cuts models/storefront --count --format json");
    let listed = json("cuts models/storefront --format json");
    for (name, of) in listed["capabilities"].as_object().expect("an object") {
        let counted = &counted["capabilities"][name];
        assert_eq!(counted["cuts"], serde_json::json!([]));
        assert_eq!(counted["count"], of["count"]);
        let n_listed = of["cuts"].as_array().expect("sets").len();
        assert_eq!(of["count"], n_listed.to_string());
        assert_eq!(of["complete"], true);
    }
}

#[test]
fn a_limit_says_that_the_result_is_incomplete() {
    let directory = tempfile::tempdir().expect("a directory");
    let model = directory.path().join("big.toml");
    let text = linchpin::generate::generate(
        linchpin::generate::Shape::Cloud { providers: 3, regions: 3, zones: 3, services: 400 },
        7,
    );
    fs::write(&model, text).expect("written");
    let output = linchpin(&format!("cuts {} --memory-limit 2KB --count --format json", model.display()));
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the result is incomplete"), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("still JSON");
    assert_eq!(report["complete"], false);
    // However little may be spent, what is told is all up to an order.
    let all = json(&format!("cuts {} --count --format json", model.display()));
    let mut orders = BTreeSet::new();
    for limit in ["1", "20KB", "60KB", "200KB"] {
        let output = linchpin(&format!("cuts {} --memory-limit {limit} --format json", model.display()));
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        for (name, of) in report["capabilities"].as_object().expect("an object") {
            let exact = &all["capabilities"][name];
            let Some(order) = of["complete_to"].as_u64() else {
                assert_eq!((&of["by_order"], &of["probability"]), (&exact["by_order"], &Value::Null));
                continue;
            };
            orders.insert(order);
            let of_order = |report: &Value| -> Vec<Value> {
                let counts = report["by_order"].as_array().expect("numbers").iter();
                counts.take(usize::try_from(order).expect("small") + 1).cloned().collect()
            };
            let [ours, theirs] = [of_order(of), of_order(exact)];
            let is_zero = |count: &Value| count == "0";
            assert!(ours.iter().eq(&theirs[..ours.len()]) && theirs[ours.len()..].iter().all(is_zero));
            assert_eq!(of["count"], of["cuts"].as_array().expect("sets").len().to_string());
            let [lower, upper] =
                ["lower", "upper"].map(|end| of["probability"][end].as_f64().expect("a number"));
            assert!(lower <= upper && output.status.code() == Some(3));
        }
    }
    assert!(orders.len() > 1, "{orders:?}");
    let denied = linchpin("cuts models/minimal --deny -q");
    assert_eq!(denied.status.code(), Some(1));
}

#[test]
fn what_is_exported_has_the_same_cut_sets() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("storefront.xml");
    let written =
        linchpin(&format!("export openpsa models/storefront --capability checkout -o {}", file.display()));
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let ours = json("cuts models/storefront --capability checkout --count --format json");
    let read_back = json(&format!("cuts --openpsa {} --count --format json", file.display()));
    let count = &ours["capabilities"]["checkout"]["count"];
    assert_eq!(&read_back["capabilities"]["checkout"]["count"], count);
    let Ok(by_scram) = Command::new("scram").args(["--bdd", "-l", "1000"]).arg(&file).output() else {
        return skipped("no scram to compare with");
    };
    let report = String::from_utf8_lossy(&by_scram.stdout);
    let products = format!("products=\"{}\"", count.as_str().expect("text"));
    assert!(report.contains(&products), "{}", String::from_utf8_lossy(&by_scram.stderr));
}

/// Circles, standbys, quorums and all: what is written of a model is to another analyser what it is to us.
#[test]
fn what_is_exported_of_any_model_is_the_same_to_another_analyser() {
    let directory = tempfile::tempdir().expect("a directory");
    if Command::new("scram").arg("--version").output().is_err() {
        return skipped("no scram to compare with");
    }
    let path = directory.path().join("model.xml");
    law_of_models(cases() / 40, |system, rng| {
        let kept = *rng.pick(&[State::Degraded, State::Up]);
        let (capability, ..) = system.model.capabilities().next().ok_or("no capability")?;
        let tree =
            SystemTree::new(system, &[capability], kept, &Class::ALL).map_err(|why| why.to_string())?;
        let event = |id: &ElementId| BasicEvent {
            name: system.model[*id].name.clone(),
            probability: Some(1.0 - system.model[*id].availability.unwrap_or(0.99)),
        };
        let events: Vec<BasicEvent> = tree.events.iter().map(event).collect();
        let mut chances = tree.tree.clone();
        for (index, event) in (0..).zip(&events) {
            chances.set_probability(Event(index), event.probability.unwrap_or_default());
        }
        let top = Top { name: "top".to_owned(), node: tree.tops[0] };
        fs::write(&path, write("model", &chances, &events, &[top])).map_err(|why| why.to_string())?;
        let solver = Solver::new(&chances, &tree.tops, Limits::default());
        let ours = solver.probability(tree.tops[0]).lower;
        let count = solver.cuts(tree.tops[0], None).count().to_string();
        let (probability, products) = by_scram(&[&path]).ok_or("not accepted")?;
        // The report has six digits.
        ensure_equal(&((ours - probability).abs() <= 1e-5 * probability), &true, || {
            format!("{ours} is not {probability}")
        })?;
        ensure_equal(&count, &products, || "cut sets".to_owned())
    });
}
