//! Baselines: only what is new or worse fails, what is gone is told, and the file merges well.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use crate::binary::{linchpin_in, model_of, stderr, stdout};

/// Two capabilities on two providers; `c` comes back after `after`.
fn model(after: &str, more: &str) -> String {
    format!(
        "[provider.p]\n[provider.q]\n[service.s]\nplaced = ['p']\nstandby = [{{ at = 'q', after = '{after}' }}]\n\
         [service.t]\nplaced = ['p']\n[capability.c]\nneeds = ['s']\n[capability.d]\nneeds = ['t']\n{more}\
         [[policy]]\nname = 'x'\nsurvive = 'provider'\nwithin = '1m'\n"
    )
}

fn check(directory: &Path, arguments: &[&str]) -> (i32, String) {
    let output = linchpin_in(directory, &[&["check", "--as-of", "2026-11-23"], arguments].concat());
    (output.status.code().expect("it ended"), stdout(&output) + &stderr(&output))
}

#[test]
fn a_baseline_lets_pass_what_was_there_and_nothing_else() {
    let directory = model_of(&model("5m", ""));
    let at = directory.path();
    let with = |arguments: &[&str]| check(at, &[&["--baseline", "known.jsonl"], arguments].concat());
    let rewrite = |text: String| fs::write(at.join("linchpin.toml"), text).expect("writable");

    assert_eq!(check(at, &[]).0, 1);
    assert_eq!(check(at, &["--write-baseline", "known.jsonl"]).0, 0, "what is written is known");
    assert_snapshot!("baseline", fs::read_to_string(at.join("known.jsonl")).expect("written"));
    let (code, said) = with(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("3 in the baseline"), "{said}");

    // Better is still known, worse is not.
    rewrite(model("3m", ""));
    assert_eq!(with(&[]).0, 0);
    rewrite(model("10m", ""));
    let (code, said) = with(&[]);
    assert_eq!(code, 1);
    assert!(said.contains("out for 10m") && said.contains("worse than the baseline, which has 5m"), "{said}");

    // A new finding fails, and only that one is denied.
    rewrite(model("5m", "[capability.e]\nneeds = ['q']\n"));
    let (code, said) = with(&[]);
    assert_eq!(code, 1);
    assert!(said.contains("e is down when q fails") && said.contains("2 denied"), "{said}");

    // What is gone is told, in every format that has room for it.
    rewrite(model("30s", ""));
    let (code, said) = with(&[]);
    assert_eq!(code, 0);
    assert!(said.contains("gone x: within c, p"), "{said}");
    for format in ["json", "markdown", "github"] {
        let (_, said) = with(&["--format", format]);
        assert!(said.contains("gone"), "{format}: {said}");
    }
    // Of a capability that is not looked at nothing is gone.
    assert!(!with(&["--capability", "d"]).1.contains("gone"));
}

#[test]
fn a_baseline_that_is_written_anew_only_shrinks() {
    let directory = model_of(&model("5m", ""));
    let at = directory.path();
    let text = || fs::read_to_string(at.join("known.jsonl")).expect("written");
    assert_eq!(check(at, &["--write-baseline", "known.jsonl"]).0, 0);
    let before = text();
    let both = ["--baseline", "known.jsonl", "--write-baseline", "known.jsonl"];
    assert_eq!(check(at, &both).0, 0);
    assert_eq!(text(), before, "nothing changed");
    fs::write(at.join("linchpin.toml"), model("30s", "[capability.e]\nneeds = ['q']\n")).expect("writable");
    assert_eq!(check(at, &[&both[..], &["--capability", "e"]].concat()).0, 1, "new ones still fail");
    assert_eq!(text(), before, "and what is not looked at stays");
    assert_eq!(check(at, &both).0, 1);
    let after = text();
    let lines: Vec<&str> = after.lines().collect();
    assert!(
        lines.len() < before.lines().count() && lines.iter().all(|line| before.contains(line)),
        "{after}"
    );
    assert!(!after.contains("\"e\""), "what is new is not accepted by this: {after}");
}

#[test]
fn order_and_merges_do_not_matter_and_nonsense_is_refused() {
    let directory = model_of(&model("5m", ""));
    let at = directory.path();
    check(at, &["--write-baseline", "known.jsonl"]);
    let text = fs::read_to_string(at.join("known.jsonl")).expect("written");
    let (header, rest) = text.split_once('\n').expect("lines");
    let sorted: Vec<&str> = rest.lines().collect();
    assert!(sorted.is_sorted(), "{text}");
    let reversed: Vec<&str> = sorted.iter().rev().chain(&sorted[..1]).copied().collect();
    let file = at.join("known.jsonl");
    fs::write(&file, format!("{header}\n\n{}\n", reversed.join("\n"))).expect("writable");
    assert_eq!(check(at, &["--baseline", "known.jsonl"]).0, 0);

    for (wrong, line) in [
        (String::new(), "line 1"),
        ("{}\n".to_owned(), "line 1"),
        ("{\"schema\":\"linchpin/baseline/2\"}\n".to_owned(), "line 1"),
        (format!("{header}\n<<<<<<< ours\n{rest}"), "line 2"),
        (format!("{header}\n{}", rest.replace("\"5m\"", "\"soon\"")), "neither a state nor a time"),
        (format!("{header}\n{}", rest.replace("\"rule\"", "\"rools\"")), "line 2"),
    ] {
        fs::write(&file, &wrong).expect("writable");
        let (code, said) = check(at, &["--baseline", "known.jsonl"]);
        assert!(code == 2 && said.contains(line) && said.contains("hint: "), "{wrong}: {said}");
    }
    let (code, said) = check(at, &["--baseline", "nowhere.jsonl"]);
    assert!(code == 2 && said.contains("--write-baseline"), "{said}");
}
