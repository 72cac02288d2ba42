//! Sweeping sets of failures without holding them says what asking for each of them says.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use linchpin::analysis::{
    Counts, Sets, Share, Survivals, Swept, System, each, stuck, survive, sweep, sweep_sets, sweep_share,
    with_threads,
};
use linchpin::generate::{Shape, generate};
use linchpin::model::{Class, ElementId, State};
use linchpin::render::{json, json_to};
use linchpin::report::{ScenarioReport, SurviveReport, SurviveStream, SweepReport, merged};

use super::laws::{cases, ensure_equal, law_of_models};
use super::models;

const CLASSES: [Class; 4] = [Class::Zone, Class::Provider, Class::Group, Class::Service];

/// Counts of every outcome, and sets after which nothing is left, from each scenario by itself.
type Told = (BTreeMap<Vec<State>, u64>, Vec<Vec<ElementId>>);

fn one_by_one(system: &System, capabilities: &[ElementId], failures: u32) -> Told {
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

/// Tries a law on sets of one, two and three failures in random models, where they are few enough for what is compared with them.
fn law_of_sets(cases: u32, holds: impl Fn(&System, &Sets<'_>) -> Result<(), String>) {
    law_of_models(cases, |system, rng| {
        let mut capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
        // Of a single one sets are fatal more often.
        if rng.chance(50) {
            capabilities.truncate(1);
        }
        for failures in 1..=3 {
            let asked = Sets { classes: &CLASSES, failures, capabilities: &capabilities };
            let are_many = sweep(&system.model, &CLASSES, failures).is_ok_and(|all| all.len() > 3_000);
            if !are_many {
                holds(system, &asked)?;
            }
        }
        Ok(())
    });
}

#[test]
fn what_survive_says_of_each_on_random_models_with_any_number_of_threads() {
    law_of_sets(cases() / 10, |system, asked| {
        let with = |threads| {
            with_threads(Some(threads), || sweep_sets(system, asked, &|_, _| true)).expect("threads")
        };
        let swept = with(1).expect("few enough");
        ensure_equal(&told(&swept), &one_by_one(system, asked.capabilities, asked.failures), || {
            format!("sets of {}", asked.failures)
        })?;
        ensure_equal(&with(3).as_ref(), &Ok(&swept), || "with three threads".to_owned())
    });
}

/// The result of each part, as its machine writes it, put together and written again.
fn in_parts(system: &System, asked: &Sets<'_>, n: u32) -> String {
    let part = |number| {
        let share = Share::new(number, n).expect("it is one of them");
        let swept = sweep_share(system, asked, share, &|_, _| true).expect("few enough");
        let report = SweepReport::new(&system.model, asked, &swept);
        let text = json(&report.of_share(asked, share, &swept, "model".to_owned()));
        (format!("{number}.json"), serde_json::from_str(&text).expect("it reads what it writes"))
    };
    // In whatever order they come.
    json(&merged((1..=n).rev().map(part).collect()).expect("all parts are there"))
}

fn at_once(system: &System, asked: &Sets<'_>) -> String {
    json(&SweepReport::new(
        &system.model,
        asked,
        &sweep_sets(system, asked, &|_, _| true).expect("few enough"),
    ))
}

#[test]
fn parts_put_together_are_the_same_as_all_at_once_on_random_models() {
    law_of_sets(cases() / 40, |system, asked| {
        for n in [2, 7] {
            ensure_equal(&in_parts(system, asked, n), &at_once(system, asked), || {
                format!("sets of {} in {n} parts", asked.failures)
            })?;
        }
        Ok(())
    });
}

#[test]
fn parts_put_together_are_the_same_as_all_at_once_on_generated_models() {
    let shapes = [
        Shape::Cloud { providers: 3, regions: 2, zones: 3, services: 60 },
        Shape::FatTree { ports: 4, replicas: 3 },
        Shape::Microservices { services: 50 },
    ];
    for shape in shapes {
        let system = models::system(&generate(shape, 5));
        let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
        for (failures, n) in [(2, 3), (3, 10)] {
            let classes = [Class::Zone, Class::Region, Class::Provider, Class::Service];
            let asked = Sets {
                classes: &classes[..if failures == 2 { 4 } else { 3 }],
                failures,
                capabilities: &capabilities,
            };
            assert!(in_parts(&system, &asked, n) == at_once(&system, &asked), "{shape:?} {failures} {n}");
        }
    }
}

/// Runs the command in a directory and gives its exit code with what it printed and said.
fn run_in(directory: &std::path::Path, arguments: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    let output = command.args(arguments.split_whitespace()).current_dir(directory).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_puts_files_together_and_says_what_is_wrong_with_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    let model = "[provider.p]\n[provider.q]\n[provider.r]\n[service.s]\nplaced = ['p', 'q']\n[capability.c]\nneeds = ['s']\n";
    std::fs::write(at.join("m.toml"), model).expect("written");
    let run = |arguments: &str| run_in(at, arguments);
    for (part, more) in [("1/3", ""), ("2/3", ""), ("3/3", ""), ("1/2", ""), ("2/2", "--class group")] {
        let name = part.replace('/', "of");
        let (code, ..) = run(&format!("sweep m.toml --shard {part} {more} --format json -o {name}.json"));
        assert_eq!(code, Some(0), "{part}");
    }
    let whole = run("sweep m.toml --format json");
    assert_eq!(run("sweep --merge 3of3.json 1of3.json 2of3.json --format json"), whole);
    assert_eq!(
        run("sweep --merge 1of3.json 2of3.json 3of3.json --top 1 --only down").1,
        run("sweep m.toml --top 1 --only down").1
    );
    assert_eq!(run("sweep --merge 1of3.json 2of3.json 3of3.json --deny").0, Some(1));

    let wrong = |arguments: &str, why: &str| {
        let (code, out, told) = run(arguments);
        assert!(code == Some(2) && out.is_empty() && told.contains(why), "{arguments}: {told}");
    };
    wrong("sweep --merge 1of3.json", "parts of 3 are missing: 2, 3");
    wrong("sweep --merge 1of3.json 3of3.json 3of3.json", "part 3 is there twice: 3of3.json and 3of3.json");
    wrong("sweep --merge 1of3.json 3of3.json 3of3.json", "part 2 of 3 is missing");
    wrong("sweep --merge 1of2.json 2of2.json", "2of2.json was made with other options than 1of2.json");
    wrong("sweep --merge 1of2.json 2of3.json", "2of3.json was made with other options than 1of2.json");
    wrong("sweep --merge m.toml none.json", "m.toml is no result of linchpin sweep in JSON");
    wrong("sweep --merge m.toml none.json", "cannot read none.json");
    std::fs::write(at.join("whole.json"), &whole.1).expect("written");
    wrong("sweep --merge whole.json", "whole.json is the result of no --shard");
    let first = std::fs::read_to_string(at.join("1of2.json")).expect("it is there");
    std::fs::write(at.join("bad.json"), first.replace("\"c\"", "\"\\u001b[31m\"")).expect("written");
    wrong("sweep --merge bad.json", "bad.json is no result of linchpin sweep, or was changed");
    std::fs::write(at.join("m.toml"), model.replace("'q']", "'r']")).expect("written");
    assert_eq!(run("sweep m.toml --shard 2/2 --format json -o other.json").0, Some(0));
    wrong("sweep --merge 1of2.json other.json", "other.json is about another model than 1of2.json");
    for bad in ["0/3", "4/3", "1", "a/b", "1/0"] {
        assert_eq!(run(&format!("sweep m.toml --shard {bad}")).0, Some(2), "{bad}");
    }

    // What is incomplete stays so.
    std::fs::write(at.join("m.toml"), model).expect("written");
    assert_eq!(run("sweep m.toml --shard 2/2 --time-limit 0s --format json -o late.json").0, Some(3));
    let (code, text, _) = run("sweep --merge 1of2.json late.json --format json");
    let answer: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((code, &answer["complete"], &answer["scenarios"]), (Some(3), &false.into(), &3.into()));
}

#[test]
fn what_is_ended_says_so_and_is_right_as_far_as_it_goes() {
    let system = models::system(&many_zones(200));
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
    assert!(text.contains("incomplete: 0 of 2701 scenarios looked at"), "{text}");
    let (ended, text) = code("sweep models/storefront --time-limit 0s --format json");
    assert_eq!(ended, Some(3));
    let answer: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((&answer["complete"], &answer["looked_at"]), (&false.into(), &0.into()));
    assert_eq!(code("sweep models/storefront --deny").0, Some(1));
    assert_eq!(code("sweep models/storefront --only down --top 1 --threads 1").0, Some(0));
}

/// A capability that needs nearly all of very many zones: enough for any sweep to be ended early.
fn many_zones(n: u32) -> String {
    let zones: String = (0..n).map(|zone| format!("'z{zone}', ")).collect();
    format!(
        "[provider.p.region.r]\nzones = [{zones}]\n[service.s]\nplaced = ['p/r/*']\nquorum = {}\n\
         [capability.c]\nneeds = ['s']\n",
        n - 1
    )
}

/// Runs the command until it listens for signals, sends one, and gives its exit code and the file that it wrote.
#[cfg(target_os = "linux")]
fn ended_by(signal: &str, arguments: &str) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    std::fs::write(at.join("m.toml"), many_zones(300)).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args(arguments.split_whitespace()).args(["-o", "out", "-q"]).current_dir(at);
    let mut child = command.spawn().expect("the binary runs");
    // SIGINT is the second bit of the signals that are caught.
    let catches = |status: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 2 != 0)
    };
    let status = format!("/proc/{}/status", child.id());
    while !std::fs::read_to_string(&status).is_ok_and(|status| catches(&status)) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    let ended = child.wait().expect("it ends");
    (ended.code(), std::fs::read_to_string(at.join("out")).expect("it wrote a result"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_leaves_a_result_that_says_it_is_incomplete() {
    for arguments in ["sweep m.toml --failures 6", "survive m.toml --failures 6 --class zone"] {
        for signal in ["-INT", "-TERM"] {
            let (code, text) = ended_by(signal, &format!("{arguments} --format json"));
            let answer: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
            assert_eq!((code, &answer["complete"]), (Some(3), &false.into()), "{arguments} {signal}");
        }
        let (code, text) = ended_by("-INT", arguments);
        assert!(code == Some(3) && text.starts_with("incomplete: "), "{arguments}: {text}");
    }
}

#[test]
fn survive_says_the_same_piece_by_piece_as_at_once() {
    let day = jiff::civil::date(2026, 11, 23);
    law_of_models(cases() / 40, |system, _| {
        let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
        for failures in 1..=2 {
            let all = sweep(&system.model, &CLASSES, failures).expect("few enough");
            let answers = survive(system, &all, &capabilities, day);
            let found = stuck(system, &answers);
            let report = SurviveReport::new(&system.model, &answers)
                .with_circles(&system.model, |place| found.of(place))
                .with_timelines(&system.model, &answers);
            let each = each(&system.model, &CLASSES, failures);
            ensure_equal(&each.total(), &(all.len() as u128), || "how many".to_owned())?;
            let scenarios = Survivals::new(system, each, &capabilities, day)
                .map(|(answer, found)| ScenarioReport::told(&system.model, &answer, found.as_ref(), true));
            let mut bytes = Vec::new();
            let stream = SurviveStream::new(&system.model, scenarios, &|| true);
            json_to(&stream, &mut bytes).expect("memory takes it");
            ensure_equal(&String::from_utf8_lossy(&bytes).into_owned(), &json(&report), || {
                format!("sets of {failures}")
            })?;
        }
        Ok(())
    });
}

#[test]
fn any_number_of_threads_gives_the_same_output() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    let run = |arguments: &str| run_in(at, arguments);
    assert_eq!(run("generate cloud 2 2 3 60 -o m.toml").0, Some(0));
    let more = "[[policy]]\nname = 'all'\nsurvive = 'zone'\nfailures = 2\n";
    let text = std::fs::read_to_string(at.join("m.toml")).expect("it is there");
    std::fs::write(at.join("m.toml"), text + more).expect("written");
    let commands = [
        "check m.toml --format json --as-of 2026-11-23",
        "survive m.toml --failures 2 --as-of 2026-11-23",
        "survive m.toml --class service --format json --as-of 2026-11-23",
        "blast m.toml --class instance --format json",
        "sweep m.toml --failures 3 --format json",
        "cuts m.toml --format json --order 2",
        "availability m.toml --format json",
        "briefing m.toml --format json --as-of 2026-11-23",
        "coldstart m.toml --format json",
        "replay m.toml --format json --as-of 2026-11-23",
        "report m.toml --as-of 2026-11-23",
    ];
    for command in commands {
        let one = run(&format!("{command} --threads 1"));
        assert!(!one.1.is_empty(), "{command}: {}", one.2);
        for threads in [2, 5] {
            let other = run(&format!("{command} --threads {threads}"));
            assert!(one == other, "{command} with {threads} threads");
        }
    }
}
