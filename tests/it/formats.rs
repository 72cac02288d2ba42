//! The formats of `check`, each read back by a program that is not the one that wrote it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::binary::{linchpin, linchpin_in, model_of, stderr, stdout};

const FORMATS: [&str; 7] = ["text", "json", "sarif", "junit", "github", "gitlab", "markdown"];

/// One day on which the storefront's waiver counts, and one after it.
const DAYS: [&str; 2] = ["2026-11-23", "2031-01-01"];

/// Nothing good to put into a free text.
const HOSTILE: &str = "a%0A::error::b \n::stop-commands::x ##[add-mask]y ]]>&<>\"' [z](https://evil.example) {0} `code` @team #1 | \u{1b}[31m \u{202e} \u{fffe}, c:d";

fn hostile() -> tempfile::TempDir {
    let text = serde_json::json!(HOSTILE).to_string();
    model_of(&format!(
        "[model]\nname = {text}\n[provider.p]\n[provider.q]\n[capability.c]\nneeds = ['p']\n[capability.d]\nneeds = ['q']\n\
         [[policy]]\nname = {text}\nsurvive = 'provider'\n[[policy]]\nname = 'soft'\nsurvive = 'provider'\nlevel = 'warn'\n\
         [[waiver]]\npolicy = {text}\ncapability = 'd'\nuntil = 2027-01-01\nreason = {text}\n"
    ))
}

fn of_hostile(format: &str) -> String {
    let directory = hostile();
    let output = linchpin_in(directory.path(), &["check", "--as-of", "2026-11-23", "--format", format]);
    assert_eq!(output.status.code(), Some(1), "{format}: {}", stderr(&output));
    stdout(&output)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn validated(text: &str) -> Value {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sarif-schema-2.1.0.json");
    let schema = json(&fs::read_to_string(schema).expect("the schema is there"));
    let log = json(text);
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    log
}

#[test]
fn every_format_ends_alike() {
    for (day, code) in DAYS.into_iter().zip([0, 1]) {
        for format in FORMATS {
            for detail in ["", "-q", "-v"] {
                let output =
                    linchpin(&format!("check models/storefront --as-of {day} --format {format} {detail}"));
                assert_eq!(output.status.code(), Some(code), "{format} {detail} on {day}");
            }
        }
    }
    for format in FORMATS {
        let output = linchpin(&format!("check models/invalid/unknown-key.toml --format {format}"));
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{format}");
    }
}

#[test]
fn every_format_is_the_same_each_time_and_in_a_file() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for format in FORMATS {
        let arguments = format!("check models/storefront --as-of 2031-01-01 --format {format}");
        let once = stdout(&linchpin(&arguments));
        assert_eq!(once, stdout(&linchpin(&arguments)), "{format}");
        let file = directory.path().join(format);
        let also = format!("check models/storefront --as-of 2031-01-01 --also {format}={}", file.display());
        assert_eq!(linchpin(&also).status.code(), Some(1));
        assert_eq!(fs::read_to_string(file).expect("written"), once, "{format}");
    }
}

#[test]
fn formats_that_do_not_exist_are_refused() {
    for wrong in ["--format xml", "--also xml=a", "--also sarif", "--also sarif="] {
        let output = linchpin(&format!("check models/minimal {wrong}"));
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{wrong}");
    }
}

#[test]
fn sarif_is_valid_and_has_what_code_scanning_asks_for() {
    for day in DAYS {
        let log =
            validated(&stdout(&linchpin(&format!("check models/storefront --as-of {day} --format sarif"))));
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        for rule in rules {
            for key in ["shortDescription", "fullDescription", "help"] {
                assert!(rule[key]["text"].as_str().is_some_and(|text| text.len() > 20), "{rule}");
            }
        }
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), 2);
        let prints: BTreeSet<_> =
            results.iter().map(|result| result["partialFingerprints"].to_string()).collect();
        assert_eq!(prints.len(), results.len(), "no two findings are one");
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "models/storefront/policies.toml");
            assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line > 1));
            assert!(result["relatedLocations"].as_array().is_some_and(|links| !links.is_empty()));
        }
        let suppressed = results.iter().filter(|result| result.get("suppressions").is_some()).count();
        assert_eq!(suppressed, usize::from(day == DAYS[0]), "what is waived is suppressed");
    }
}

#[test]
fn sarif_as_it_is() {
    let text = stdout(&linchpin("check models/storefront --as-of 2031-01-01 --format sarif"));
    let log = json(&text);
    assert_snapshot!(serde_json::to_string_pretty(&log["runs"][0]["results"]).expect("it is JSON"));
}

#[test]
fn sarif_holds_no_more_results_than_github_takes_and_the_denied_ones_first() {
    // 220 capabilities that each fall with each of 120 providers, all but one of them only warned of.
    let names: Vec<String> = (0..120).map(|n| format!("p{n}")).collect();
    let mut text: String = names.iter().map(|name| format!("[provider.{name}]\n")).collect();
    let needs = names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    (0..220).for_each(|n| text += &format!("[capability.c{n}]\nneeds = [{needs}]\n"));
    text += "[[policy]]\nname = 'w'\nsurvive = 'provider'\nlevel = 'warn'\n";
    text += "[[policy]]\nname = 'd'\nsurvive = 'provider'\ncapabilities = ['c219']\n";
    let directory = model_of(&text);
    let output = linchpin_in(directory.path(), &["check", "-q", "--format", "sarif"]);
    let log = json(&stdout(&output));
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 25_000);
    assert!(results[..120].iter().all(|result| result["level"] == "error"));
    let notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("1520 more findings"), "{notes}");
    // The same finding many times over fits into a comment and into few annotations too.
    let markdown = stdout(&linchpin_in(directory.path(), &["check", "-q", "--format", "markdown"]));
    assert!((1_000..=65_536).contains(&markdown.chars().count()));
    assert!(markdown.starts_with("### ✗ 120 findings against a policy"), "{}", &markdown[..200]);
    assert_eq!(markdown.matches("<details>").count(), markdown.matches("</details>").count());
    let github = stdout(&linchpin_in(directory.path(), &["check", "-q", "--format", "github"]));
    for level in ["::error ", "::warning "] {
        assert_eq!(github.lines().filter(|line| line.starts_with(level)).count(), 10);
    }
    assert!(github.contains("title=linchpin%3A 111 more of this level::"), "{github}");
}

#[test]
fn files_are_named_as_the_repository_knows_them() {
    let directory = hostile();
    let below = directory.path().join("ops/a b");
    fs::create_dir_all(&below).expect("writable");
    fs::create_dir(directory.path().join(".git")).expect("writable");
    fs::rename(directory.path().join("linchpin.toml"), below.join("model.toml")).expect("moved");
    let from = directory.path().join("ops");
    let uri = |arguments: &[&str]| {
        let log =
            validated(&stdout(&linchpin_in(&from, &[arguments, &["--format", "sarif", "-q"]].concat())));
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
    };
    let whole = below.canonicalize().expect("it is there").join("model.toml");
    for model in ["a b/model.toml", "a b", "./a b/../a b/model.toml", whole.to_str().expect("UTF-8")] {
        assert_eq!(uri(&["check", model]), "ops/a%20b/model.toml", "{model}");
    }
    let github = stdout(&linchpin_in(&from, &["check", "a b", "--format", "github"]));
    assert!(github.starts_with("::error file=ops/a b/model.toml,line="), "{github}");
}

#[test]
fn junit_is_read_back_by_another_program() {
    for (day, failures, skipped) in [(DAYS[0], 0, 1), (DAYS[1], 1, 0)] {
        let text = stdout(&linchpin(&format!("check models/storefront --as-of {day} --format junit")));
        let read = junit_parser::from_reader(Cursor::new(&text)).expect("it is JUnit");
        let report =
            json(&stdout(&linchpin(&format!("check models/storefront --as-of {day} --format json"))));
        let policies = report["policies"].as_array().expect("policies");
        assert_eq!(read.suites.len(), policies.len());
        assert_eq!((read.failures, read.skipped, read.errors), (failures, skipped, 0), "{day}");
        let cases: Vec<_> = read.suites.iter().flat_map(|suite| &suite.cases).collect();
        assert_eq!(cases.len() as u64, read.tests);
        assert_eq!(cases.iter().filter(|case| case.status.is_failure()).count() as u64, failures);
        assert_eq!(cases.iter().filter(|case| case.status.is_skipped()).count() as u64, skipped);
        // 6 capabilities in 9 zones.
        assert_eq!(
            (read.suites[0].name.as_str(), read.suites[0].cases.len()),
            ("everything survives a zone", 54)
        );
        let is_it = |case: &&&junit_parser::TestCase| {
            case.original_name == "endpoint-agent" && case.classname.as_deref() == Some("fulfilment")
        };
        let warned = cases.iter().find(is_it).expect("it is a case");
        assert!(warned.status.is_success());
        assert!(warned.system_out.as_ref().is_some_and(|out| out.contains("warning: fulfilment is down")));
    }
}

#[test]
fn hostile_names_break_no_format() {
    let log = validated(&of_hostile("sarif"));
    // A message may hold links; the justification of a waiver is plain text.
    let results = log["runs"][0]["results"].as_array().expect("results");
    let messages: Vec<&Value> = results.iter().map(|result| &result["message"]["text"]).collect();
    assert!(messages.iter().all(|message| !message.to_string().contains("[z](https")), "{messages:?}");

    let text = of_hostile("junit");
    let read = junit_parser::from_reader(Cursor::new(&text)).expect("it is JUnit");
    // Spelt out, nothing of it is lost.
    let visible = linchpin::render::visible(HOSTILE).replace('\u{fffe}', "\\u{fffe}");
    assert_eq!(read.suites[0].name, visible);
    assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{fffe}')), "{text:?}");

    let github = of_hostile("github");
    let commands: Vec<&str> = github.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 3, "one denied, two warned of, none made up: {github}");
    assert!(
        commands.iter().all(|line| line.starts_with("::error file=") || line.starts_with("::warning file="))
    );
    assert!(!github.contains("##["), "{github}");
    let title = commands[0].split("title=").nth(1).and_then(|rest| rest.split("::").next()).expect("a title");
    assert!(!title.contains([',', ':']), "{title}");

    let gitlab = json(&of_hostile("gitlab"));
    assert_eq!(gitlab.as_array().map(Vec::len), Some(3));

    let markdown = of_hostile("markdown");
    // Outside of code there is nothing of the model's.
    let outside = outside_code(&markdown);
    for word in ["evil", "@team", "stop-commands", "<>"] {
        assert!(markdown.contains(word) && !outside.contains(word), "{word}: {outside}");
    }
}

/// Markdown without its code spans.
fn outside_code(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some(start) = rest.find('`') {
        out += &rest[..start];
        let fence: String = rest[start..].chars().take_while(|c| *c == '`').collect();
        let inside = &rest[start + fence.len()..];
        let mut from = 0;
        let end = loop {
            let at = from + inside[from..].find(&fence).expect("every code span ends");
            let run = inside[at..].chars().take_while(|c| *c == '`').count();
            if run == fence.len() {
                break at;
            }
            from = at + run;
        };
        rest = &inside[end + fence.len()..];
    }
    out + rest
}

#[test]
fn github_and_gitlab_and_markdown_as_they_are() {
    for format in ["github", "gitlab", "markdown"] {
        let output = linchpin(&format!("check models/storefront --as-of 2031-01-01 --format {format}"));
        assert_snapshot!(format!("storefront-{format}"), stdout(&output));
    }
    assert_snapshot!("hostile-github", of_hostile("github"));
    assert_snapshot!("hostile-markdown", of_hostile("markdown"));
}

#[test]
fn gitlab_has_what_its_widget_asks_for() {
    let issues = json(&stdout(&linchpin("check models/storefront --as-of 2031-01-01 --format gitlab")));
    let issues = issues.as_array().expect("a list");
    assert_eq!(issues.len(), 2);
    let severities = ["info", "minor", "major", "critical", "blocker"];
    for issue in issues {
        assert!(issue["description"].is_string() && issue["check_name"].is_string());
        assert!(issue["fingerprint"].as_str().is_some_and(|print| print.len() == 16));
        assert!(severities.contains(&issue["severity"].as_str().expect("a word")));
        assert_eq!(issue["location"]["path"], "models/storefront/policies.toml");
        assert!(issue["location"]["lines"]["begin"].is_u64());
    }
}

#[test]
fn waivers_are_warned_of_before_they_end() {
    let said = |day: &str, settings: &str| {
        let directory = model_of(&format!(
            "[provider.p]\n[capability.c]\nneeds = ['p']\n[[policy]]\nname = 'x'\nsurvive = 'provider'\n\
             [[waiver]]\npolicy = 'x'\nuntil = 2027-01-31\nreason = 'soon'\n{settings}"
        ));
        let output = linchpin_in(directory.path(), &["check", "--as-of", day, "--format", "json"]);
        let report = json(&stdout(&output));
        let ending = report["ending_waivers"].as_array().into_iter().flatten();
        let warned = ending.into_iter().any(|f| f["message"].to_string().contains("ends after"));
        (output.status.code(), warned)
    };
    assert_eq!(said("2027-01-16", ""), (Some(0), false), "15 days before");
    assert_eq!(said("2027-01-17", ""), (Some(0), true), "14 days before");
    assert_eq!(said("2027-01-31", ""), (Some(0), true), "the last day");
    assert_eq!(said("2027-02-01", ""), (Some(1), false), "too late");
    assert_eq!(said("2027-01-31", "[settings]\nwaiver_warning = '0s'"), (Some(0), false));
    assert_eq!(said("2026-11-01", "[settings]\nwaiver_warning = '100d'"), (Some(0), true));
}
