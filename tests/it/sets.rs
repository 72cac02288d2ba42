//! Sweeping sets of failures without holding them says what asking for each of them says.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use linchpin::analysis::{Counts, Sets, Swept, survive, sweep, sweep_sets, with_threads};
use linchpin::model::{Class, ElementId, State};

use super::laws::{cases, ensure_equal, law_of_models};
use super::models;

const CLASSES: [Class; 4] = [Class::Zone, Class::Provider, Class::Group, Class::Service];

/// Counts of every outcome, and sets after which nothing is left, from each scenario by itself.
type Told = (BTreeMap<Vec<State>, u64>, Vec<Vec<ElementId>>);

fn one_by_one(system: &linchpin::analysis::System, capabilities: &[ElementId], failures: u32) -> Told {
    let day = jiff::civil::date(2026, 11, 23);
    let mut outcomes = BTreeMap::new();
    let mut fatal: Vec<Vec<ElementId>> = Vec::new();
    for size in 1..=failures {
        let asked = sweep(&system.model, &CLASSES, size).expect("few enough");
        let mut found = Vec::new();
        for answer in survive(system, &asked, capabilities, day) {
            let states: Vec<State> = answer.capabilities.iter().map(|outcome| outcome.state).collect();
            let set: Vec<ElementId> =
                answer.asked.scenario.fails.iter().map(|failure| failure.what).collect();
            let is_minimal = !fatal.iter().any(|smaller| smaller.iter().all(|what| set.contains(what)));
            if is_minimal && states.iter().all(|state| *state == State::Down) {
                found.push(set);
            }
            if size == failures {
                *outcomes.entry(states).or_default() += 1;
            }
        }
        found.sort();
        fatal.extend(found);
    }
    (outcomes, fatal)
}

fn told(swept: &Swept) -> Told {
    let mut outcomes: BTreeMap<Vec<State>, u64> =
        swept.groups.iter().map(|group| (group.states.clone(), group.scenarios)).collect();
    if swept.counts.up > 0 {
        outcomes.insert(vec![State::Up; swept.of_capabilities.len()], swept.counts.up);
    }
    (outcomes, swept.fatal.clone())
}

#[test]
fn what_survive_says_of_each_on_random_models_with_any_number_of_threads() {
    law_of_models(cases() / 10, |system, rng| {
        let mut capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
        // Of a single one sets are fatal more often.
        if rng.chance(50) {
            capabilities.truncate(1);
        }
        for failures in 1..=3 {
            let asked = Sets { classes: &CLASSES, failures, capabilities: &capabilities };
            if sweep(&system.model, &CLASSES, failures).is_ok_and(|all| all.len() > 3_000) {
                continue;
            }
            let with = |threads| {
                with_threads(Some(threads), || sweep_sets(system, &asked, &|_, _| true)).expect("threads")
            };
            let swept = with(1).expect("few enough");
            ensure_equal(&told(&swept), &one_by_one(system, &capabilities, failures), || {
                format!("sets of {failures}")
            })?;
            ensure_equal(&with(3).as_ref(), &Ok(&swept), || "with three threads".to_owned())?;
        }
        Ok(())
    });
}

#[test]
fn what_is_ended_says_so_and_is_right_as_far_as_it_goes() {
    let zones: String = (0..200).map(|zone| format!("'z{zone}', ")).collect();
    let text = format!(
        "[provider.p.region.r]\nzones = [{zones}]\n[service.s]\nplaced = ['p/r/*']\nquorum = 199\n\
         [capability.c]\nneeds = ['s']\n"
    );
    let system = models::system(&text);
    let capabilities = [system.model.capability("c").expect("it is there")];
    let asked = Sets { classes: &[Class::Zone], failures: 4, capabilities: &capabilities };
    let is_over = AtomicBool::new(false);
    let goes_on = |done: u64, _| {
        if done > 0 {
            is_over.store(true, Ordering::SeqCst);
        }
        !is_over.load(Ordering::SeqCst)
    };
    let swept = sweep_sets(&system, &asked, &goes_on).expect("few enough");
    assert!(!swept.is_complete() && swept.looked_at > 0);
    // Two zones suffice to take it down.
    assert_eq!(swept.counts, Counts { up: 0, degraded: 0, down: swept.looked_at });
    assert_eq!(swept.fatal.len(), 200 * 199 / 2);
}

#[test]
fn the_command_ends_with_3_at_a_limit_and_with_1_where_that_is_denied() {
    let code = |arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
        command.args(arguments.split_whitespace()).current_dir(env!("CARGO_MANIFEST_DIR"));
        let output = command.output().expect("the binary runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (ended, text) = code("sweep models/storefront --time-limit 0s");
    assert_eq!(ended, Some(3));
    assert!(text.contains("incomplete: the first 0 of 2701 scenarios"), "{text}");
    let (ended, text) = code("sweep models/storefront --time-limit 0s --format json");
    assert_eq!(ended, Some(3));
    let answer: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((&answer["complete"], &answer["looked_at"]), (&false.into(), &0.into()));
    assert_eq!(code("sweep models/storefront --deny").0, Some(1));
    assert_eq!(code("sweep models/storefront --only down --top 1 --threads 1").0, Some(0));
}
