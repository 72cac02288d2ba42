//! The page's own evaluator, in Node, gives the engine's outcomes: times, states, deadlocks, losses, chains' ends.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use jiff::civil::{Date, date};
use linchpin::analysis::{Asking, System, custom};
use linchpin::compile::ConditionId;
use linchpin::model::{ElementId, Failure, Model, Time};
use linchpin::page::PageData;
use serde_json::{Value, json};

use crate::models;
use crate::random::{self, Rng, Size};

/// The day on which all questions are asked.
const AS_OF: Date = date(2026, 11, 23);

/// Answers cases on standard input, a line each: a model's data and its scenarios.
const RUNNER: &str = r#"
const { Engine } = require(process.argv[1]);
const time = (t) => (t === Infinity ? null : t);
const lines = require("fs").readFileSync(0, "utf8").trim().split("\n");
for (const line of lines) {
  const { data, scenarios } = JSON.parse(line);
  const engine = new Engine(data);
  const answers = scenarios.map((fails) => {
    const outcome = engine.outcome(fails.map((f) => ({ ...f, lasts: f.lasts ?? Infinity })));
    return {
      elements: data.elements.map((_, e) => [outcome.state(e), time(outcome.outage(e)), time(outcome.undegradedAfter(e))]),
      unreachable: data.capabilities.map((c) => outcome.unreachable(c.id)),
      losses: outcome.losses.map(time),
      deadlock: outcome.deadlock,
      chains: data.capabilities.map((c) => outcome.chain(c.id).length > 0),
    };
  });
  console.log(JSON.stringify(answers));
}
"#;

fn expected(system: &System, fails: &[Failure]) -> Value {
    let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
    let engine = system.engine();
    let asking = Asking::new(system, &capabilities, AS_OF);
    let (answer, outcome) = asking.answer(&mut engine.worker(), custom(&system.model, fails));
    let element = |id: ElementId| {
        let (outage, undegraded) = (outcome.outage(id), outcome.undegraded_after(id));
        json!([outcome.state(id).name(), outage.as_seconds(), undegraded.as_seconds()])
    };
    json!({
        "elements": system.model.elements().map(|(id, _)| element(id)).collect::<Vec<_>>(),
        "unreachable": answer.capabilities.iter().map(|of| of.unreachable).collect::<Vec<_>>(),
        "losses": answer.data.iter().map(|of| of.loss.as_seconds()).collect::<Vec<_>>(),
        "deadlock": answer.deadlock.iter().map(|id| id.index()).collect::<Vec<_>>(),
        "chains": capabilities.iter().map(|id| {
            let run = outcome.while_failed();
            run.time(ConditionId::full(*id)) != Time::ZERO
        }).collect::<Vec<_>>(),
    })
}

fn asked(fails: &[Failure]) -> Value {
    let fail =
        |f: &Failure| json!({"what": f.what.index(), "lasts": f.lasts.as_seconds(), "destroys": f.destroys});
    Value::Array(fails.iter().map(fail).collect())
}

#[test]
fn the_pages_evaluator_agrees_with_the_engine() {
    if Command::new("node").arg("--version").output().is_err() {
        crate::skipped("there is no node to run the page's evaluator");
        return;
    }
    let n_models: u64 = std::env::var("LINCHPIN_CASES").map_or(400, |n| n.parse().expect("a number"));
    let mut input = String::new();
    let mut cases: Vec<(Model, Vec<Vec<Failure>>, Vec<Value>)> = Vec::new();
    for seed in 0..n_models {
        let model = models::read(&random::model(seed, Size(2 + usize::try_from(seed % 9).expect("small"))));
        let mut rng = Rng::new(seed);
        let mut scenarios: Vec<Vec<Failure>> = (0..6).map(|_| random::failures(&model, &mut rng)).collect();
        scenarios.push(Vec::new());
        let system = System::new(model.clone());
        let data = serde_json::to_value(PageData::new(&system, AS_OF)).expect("serialisable");
        let line = json!({"data": data, "scenarios": scenarios.iter().map(|s| asked(s)).collect::<Vec<_>>()});
        writeln!(input, "{line}").expect("strings take anything");
        let answers = scenarios.iter().map(|fails| expected(&system, fails)).collect();
        cases.push((model, scenarios, answers));
    }
    let engine = concat!(env!("CARGO_MANIFEST_DIR"), "/src/page/engine.js");
    let mut node = Command::new("node")
        .args(["-e", RUNNER, engine])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut stdin = node.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = node.wait_with_output().expect("node ends");
    writer.join().expect("no panic").expect("node reads all");
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(lines.lines().count(), cases.len());
    for (line, (model, scenarios, expected)) in lines.lines().zip(&cases) {
        let found: Vec<Value> = serde_json::from_str(line).expect("JSON");
        for ((found, expected), fails) in found.iter().zip(expected).zip(scenarios) {
            let names: Vec<_> = fails.iter().map(|f| format!("{}={}", model[f.what].name, f.lasts)).collect();
            assert_eq!(found, expected, "{names:?} in {}", model.name());
        }
    }
}

/// The relative luminance of `#rrggbb` (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value =
            f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("two hexadecimal digits")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/// The colours of the page's style in the light and in the dark scheme.
fn palettes() -> Vec<BTreeMap<&'static str, &'static str>> {
    let style = include_str!("../../src/page/style.css");
    let blocks = style.split(":root {").skip(1).map(|rest| rest.split('}').next().unwrap_or_default());
    let colours = |block: &'static str| {
        let pairs = block.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "));
        pairs.collect()
    };
    blocks.map(colours).collect()
}

#[test]
fn the_page_can_be_read_in_both_schemes() {
    let palettes = palettes();
    assert_eq!(palettes.len(), 2, "a light and a dark scheme");
    for palette in palettes {
        let contrast = |ink: &str, ground: &str| {
            let (ink, ground) = (luminance(palette[ink]), luminance(palette[ground]));
            (ink.max(ground) + 0.05) / (ink.min(ground) + 0.05)
        };
        for ink in ["ink", "dim", "accent", "up", "degraded", "down"] {
            for ground in ["paper", "panel"] {
                let found = contrast(ink, ground);
                assert!(found >= 4.5, "{ink} on {ground}: {found:.2} of {palette:?}");
            }
        }
        for state in ["up", "degraded", "down", "failed"] {
            let soft = format!("{state}-soft");
            let (found, plain) = (contrast(state, &soft), contrast("ink", &soft));
            assert!(found >= 4.5 && plain >= 7.0, "{state} on its ground: {found:.2}, {plain:.2}");
        }
    }
}
