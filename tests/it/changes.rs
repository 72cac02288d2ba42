//! `diff`: nothing changed is nothing said, and what is said is what two separate answers differ in.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use jiff::civil::{Date, date};

use linchpin::analysis::{Asked, System, declared, diff, survive, sweep};
use linchpin::model::{Class, ElementId, Scenario, State};
use linchpin::report::{ChangeReport, DiffReport, Measure, SurviveReport};
use serde_json::{Value, json};

use crate::binary::{linchpin, linchpin_in, stderr, stdout};
use crate::models::{self, system};
use crate::random::{Draft, Edit, Size};

const TODAY: Date = date(2026, 11, 23);

fn cases() -> u64 {
    std::env::var("LINCHPIN_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

fn compared(old: &System, new: &System) -> DiffReport {
    let found = diff(old, new, State::Degraded, TODAY).expect("few scenarios");
    DiffReport::new(&old.model, &new.model, &found)
}

fn draft(seed: u64) -> Draft {
    Draft::new(seed, Size(1 + usize::try_from(seed % 8).expect("small")))
}

#[test]
fn a_model_and_itself_or_itself_in_another_order_do_not_differ() {
    for seed in 0..cases() / 2 {
        let draft = draft(seed);
        let old = system(&draft.text());
        for new in [draft.text(), draft.shuffled(&old.model, seed).text()] {
            let report = compared(&old, &system(&new));
            let said = (report.verdict, report.changes.len(), report.renamed.len());
            assert_eq!(said, ("same", 0, 0), "seed {seed}: {report:#?}\n{}\n{new}", draft.text());
        }
    }
}

/// What every single failure, and every scenario that is declared, does in a model.
fn answers(system: &System) -> Value {
    let classes = [Class::Zone, Class::Region, Class::Provider, Class::Product, Class::Group, Class::Service];
    let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
    let mut scenarios = sweep(&system.model, &classes, 1).expect("few scenarios");
    scenarios.extend(system.model.scenarios.iter().map(declared));
    let answers = survive(system, &scenarios, &capabilities, TODAY);
    serde_json::to_value(SurviveReport::new(&system.model, &answers)).expect("serialisable")
}

/// Kind, about, scenario, before, after.
type Said = BTreeSet<(String, String, String, Value2, Value2)>;
type Value2 = String;

/// What differs between two answers: the oracle of what `diff` says of scenarios that both models have.
fn differences(old: &Value, new: &Value) -> Said {
    let mut said = Said::new();
    let all = |of: &Value| of["scenarios"].as_array().cloned().unwrap_or_default();
    let key = |scenario: &Value| (scenario["class"] == "scenario", scenario["name"].clone());
    for after in all(new) {
        let Some(before) = all(old).into_iter().find(|before| key(before) == key(&after)) else { continue };
        let name = after["name"].as_str().expect("a name").to_owned();
        let mut say = |kind: &str, about: &str, before: &Value, after: &Value| {
            if before != after {
                said.insert((kind.into(), about.into(), name.clone(), before.to_string(), after.to_string()));
            }
        };
        for (capability, after) in after["capabilities"].as_object().expect("an object") {
            let before = &before["capabilities"][capability];
            if before.is_null() {
                continue;
            }
            for (kind, field) in [
                ("state", "state"),
                ("outage", "outage_s"),
                ("undegraded_after", "undegraded_after_s"),
                ("unreachable", "unreachable"),
            ] {
                say(kind, capability, &before[field], &after[field]);
            }
        }
        for (store, after) in after["data"].as_object().expect("an object") {
            let before = &before["data"][store];
            if !before.is_null() {
                say("data_loss", store, &before["loss_s"], &after["loss_s"]);
            }
        }
    }
    said
}

fn said(report: &DiffReport) -> Said {
    let of_scenarios =
        |change: &&ChangeReport| !["cut", "single_point", "margin", "value_per_hour"].contains(&change.kind);
    let line = |change: &ChangeReport| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let measure = |measure| serde_json::to_value(measure).expect("serialisable").to_string();
        (
            change.kind.to_owned(),
            text(&change.about),
            text(&change.scenario),
            measure(&change.old),
            measure(&change.new),
        )
    };
    report.changes.iter().filter(of_scenarios).map(line).collect()
}

#[test]
fn what_diff_says_is_what_two_answers_differ_in() {
    let edits = [
        Edit::Need,
        Edit::Want,
        Edit::Alternative,
        Edit::Tolerate,
        Edit::OnlyToStart,
        Edit::Instance,
        Edit::Standby,
        Edit::Backup,
        Edit::Quorum,
        Edit::Member,
    ];
    let (mut compared_models, mut changes) = (0, 0);
    for seed in 0..cases() {
        let draft = draft(seed);
        let old = system(&draft.text());
        let edit = edits[usize::try_from(seed).expect("small") % edits.len()];
        let Some(edited) = draft.edited(&old.model, edit, seed) else { continue };
        let Ok(model) = models::try_read(&[&edited.text()]) else { continue };
        let new = System::new(model);
        let report = compared(&old, &new);
        // Names are all that the oracle goes by.
        if !report.renamed.is_empty() {
            continue;
        }
        let expected = differences(&answers(&old), &answers(&new));
        assert_eq!(said(&report), expected, "seed {seed}\n{}\n{}", draft.text(), edited.text());
        // That it reads the other way round is told by fewer: each is as much work as all before.
        if seed % 3 == 0 {
            let back = compared(&new, &old);
            assert_eq!(
                (back.regressions, back.improvements),
                (report.improvements, report.regressions),
                "seed {seed}"
            );
        }
        compared_models += 1;
        changes += expected.len();
    }
    assert!(compared_models > cases() / 4 && changes > 0, "{compared_models} models, {changes} changes");
}

/// Minimal cut sets of one and two events, by capability, and what each single failure costs an hour: both from what
/// `survive` answers.
type Cuts = BTreeMap<String, BTreeSet<BTreeSet<String>>>;

fn cuts_and_costs(system: &System) -> (Cuts, BTreeMap<String, f64>) {
    let classes = [Class::Zone, Class::Region, Class::Provider, Class::Product, Class::Group, Class::Service];
    let capabilities: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
    let values: BTreeMap<ElementId, f64> =
        system.model.capabilities().map(|(id, _, capability)| (id, capability.value_per_hour)).collect();
    let bare = |id: ElementId| system.model[id].bare_name().to_owned();
    let mut cuts: Cuts = capabilities.iter().map(|id| (bare(*id), BTreeSet::new())).collect();
    let mut costs = BTreeMap::new();
    let nothing = Asked { class: String::new(), scenario: Scenario::default() };
    let mut scenarios = vec![nothing];
    scenarios.extend(sweep(&system.model, &classes, 1).expect("few scenarios"));
    scenarios.extend(sweep(&system.model, &classes, 2).expect("few scenarios"));
    for answer in survive(system, &scenarios, &capabilities, TODAY) {
        let fails = &answer.asked.scenario.fails;
        let set: BTreeSet<String> =
            fails.iter().map(|failure| system.model[failure.what].name.clone()).collect();
        let down = answer.capabilities.iter().filter(|of| of.state == State::Down);
        let mut cost = 0.0;
        for of in down {
            cost += values[&of.capability];
            let known = cuts.get_mut(&bare(of.capability)).expect("it is asked about");
            // Smaller sets come first.
            if known.iter().all(|part| !part.is_subset(&set)) {
                known.insert(set.clone());
            }
        }
        if set.len() == 1 {
            costs.insert(answer.asked.scenario.name.clone(), cost);
        }
    }
    (cuts, costs)
}

#[test]
fn cut_sets_margins_and_values_are_those_of_two_answers() {
    let edits = [Edit::Need, Edit::Alternative, Edit::Instance, Edit::Standby, Edit::Quorum, Edit::Member];
    let (mut compared_models, mut changes) = (0, 0);
    for seed in 0..cases() / 3 {
        let draft = draft(seed);
        let old = system(&draft.text());
        // Now a small change, now another model altogether.
        let edited = match edits.get(usize::try_from(seed % 8).expect("small")) {
            Some(edit) => draft.edited(&old.model, *edit, seed),
            None => Some(Draft::new(seed + 1_000_000, Size(4))),
        };
        let Some(text) = edited.map(|edited| edited.text()) else { continue };
        let Ok(model) = models::try_read(&[&text]) else { continue };
        let new = System::new(model);
        let report = compared(&old, &new);
        if !report.renamed.is_empty() {
            continue;
        }
        let shown = || format!("seed {seed}\n{}\n{text}\n{report:#?}", draft.text());
        let ((was, costs_before), (is, costs_after)) = (cuts_and_costs(&old), cuts_and_costs(&new));
        let (mut expected, mut margins) = (BTreeSet::new(), BTreeSet::new());
        for (capability, after) in &is {
            let Some(before) = was.get(capability) else {
                let points: Vec<&str> =
                    after.iter().filter(|cut| cut.len() == 1).flatten().map(String::as_str).collect();
                let told: BTreeSet<&str> = report
                    .new_capabilities
                    .get(capability)
                    .expect("it is new")
                    .iter()
                    .map(String::as_str)
                    .collect();
                assert_eq!(told, points.into_iter().collect(), "{}", shown());
                continue;
            };
            expected.extend(after.difference(before).map(|cut| (capability.clone(), cut.clone(), true)));
            expected.extend(before.difference(after).map(|cut| (capability.clone(), cut.clone(), false)));
            let smallest = |cuts: &BTreeSet<BTreeSet<String>>| cuts.iter().map(BTreeSet::len).min();
            if smallest(before) != smallest(after) {
                margins.insert((capability.clone(), json!([smallest(before), smallest(after)]).to_string()));
            }
        }
        let of_kind =
            |kind: &'static str| report.changes.iter().filter(move |change| change.kind.contains(kind));
        let about = |change: &ChangeReport| change.about.clone().expect("of a capability");
        let told: BTreeSet<_> = of_kind("cut")
            .chain(of_kind("single_point"))
            .map(|change| {
                let cut = change.cut.iter().flatten().cloned().collect();
                (about(change), cut, change.new == Measure::Flag(true))
            })
            .collect();
        assert_eq!(told, expected, "{}", shown());
        let told: BTreeSet<_> = of_kind("margin")
            .map(|change| (about(change), json!([change.old, change.new]).to_string()))
            .collect();
        assert_eq!(told, margins, "{}", shown());
        // In a random model the values are multiples of a half, which add up exactly.
        let differs = |name: &&String| {
            costs_before.get(*name).is_some_and(|before| before.to_bits() != costs_after[*name].to_bits())
        };
        let expected: BTreeSet<&String> = costs_after.keys().filter(differs).collect();
        let single: BTreeSet<&String> = of_kind("value_per_hour")
            .filter_map(|change| change.scenario.as_ref())
            .filter(|name| costs_after.contains_key(*name))
            .collect();
        assert_eq!(single, expected, "{}", shown());
        let worst = |costs: &BTreeMap<String, f64>| costs.values().copied().fold(0.0, f64::max);
        let stakes = (report.at_stake.old.value_per_hour, report.at_stake.new.value_per_hour);
        assert_eq!(stakes, (worst(&costs_before), worst(&costs_after)), "{}", shown());
        compared_models += 1;
        changes += report.changes.len();
    }
    assert!(compared_models > cases() / 12 && changes > 0, "{compared_models} models, {changes} changes");
}

const BEFORE: &str = "[provider.p.region.r]\nzones = ['a', 'b']\n[service.db]\nplaced = ['p/r/a', 'p/r/b']\n\
                      [capability.shop]\nneeds = ['db']\nvalue_per_hour = 100\n";

#[test]
fn a_lost_replica_is_a_new_single_point() {
    let after = BEFORE.replace("['p/r/a', 'p/r/b']", "['p/r/a']");
    let report = compared(&system(BEFORE), &system(&after));
    let single = report.changes.iter().find(|change| change.kind == "single_point").expect("there is one");
    assert_eq!((single.about.as_deref(), single.effect), (Some("shop"), "worse"));
    assert_eq!(single.cut, Some(vec!["p/r/a".to_owned()]));
    assert!(report.regressions > 0 && report.improvements == 0, "{report:#?}");
    assert_eq!(report.verdict, "worse");
}

#[test]
fn a_new_name_alone_is_a_new_name() {
    let report = compared(&system(BEFORE), &system(&BEFORE.replace("db", "database")));
    assert_eq!((report.regressions, report.improvements), (0, 0), "{report:#?}");
    let renamed: Vec<_> = report.renamed.iter().map(|r| (r.from.as_str(), r.to.as_str())).collect();
    assert!(renamed.contains(&("db", "database")), "{renamed:?}");
    assert!(report.added.is_empty() && report.removed.is_empty());
}

#[test]
fn whatever_has_a_name_may_get_another_one() {
    const MODEL: &str = "[provider.p.region.r]\nzones = ['a', 'b']\n[provider.p.product.disk]\nscope = 'zone'\n[provider.q]\n\
                         [group.g]\nmembers = ['db']\n[service.db]\nplaced = ['p/r/a', 'p/r/b']\nuses = ['disk']\n\
                         [service.web]\nplaced = ['p/r/a']\nstandby = [{ at = 'q', after = '5m' }]\nneeds = ['db']\n\
                         [capability.shop]\nneeds = ['web']\nvalue_per_hour = 100\n[capability.search]\nneeds = ['db']\n\
                         [channel.mail]\nneeds = ['q']\n";
    let old = system(MODEL);
    for (from, to, replacements) in [
        ("p", "cloud", &[("provider.p", "provider.cloud"), ("p/r", "cloud/r")][..]),
        ("q", "z", &[("provider.q", "provider.z"), ("'q'", "'z'")]),
        ("p/r", "p/east", &[("region.r", "region.east"), ("p/r", "p/east")]),
        ("p/r/a", "p/r/x", &[("'a'", "'x'"), ("r/a", "r/x")]),
        ("p#disk", "p#volume", &[("disk", "volume")]),
        ("g", "agent", &[("group.g", "group.agent")]),
        ("web", "www", &[("service.web", "service.www"), ("'web'", "'www'")]),
        ("capability:shop", "capability:store", &[("capability.shop", "capability.store")]),
        ("channel:mail", "channel:post", &[("channel.mail", "channel.post")]),
    ] {
        let text = replacements.iter().fold(MODEL.to_owned(), |text, (from, to)| text.replace(from, to));
        let report = compared(&old, &system(&text));
        let renamed: Vec<_> = report.renamed.iter().map(|r| (r.from.as_str(), r.to.as_str())).collect();
        assert_eq!(renamed, [(from, to)], "{text}");
        assert_eq!((report.verdict, report.changes.len()), ("changed", 0), "{report:#?}");
        assert!(report.added.is_empty() && report.removed.is_empty(), "{report:#?}");
    }
}

#[test]
fn revisions_are_read_without_checking_them_out() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let at = directory.path();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=n", "-c", "user.email=e@example.org"]).args(arguments).current_dir(at);
        command.output().is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "--quiet"]) {
        crate::skipped("there is no git to read revisions with");
        return;
    }
    let write = |text: &str| std::fs::write(at.join("linchpin.toml"), text).expect("writable");
    write(BEFORE);
    assert!(git(&["add", "."]) && git(&["commit", "--quiet", "-m", "before"]));
    let same = linchpin_in(at, &["diff", "--base", "HEAD", "--deny"]);
    assert_eq!(same.status.code(), Some(0), "{}", stderr(&same));
    write(&BEFORE.replace("['p/r/a', 'p/r/b']", "['p/r/a']"));
    let worse = linchpin_in(at, &["diff", "--base", "HEAD", "--deny", "--format", "json"]);
    assert_eq!(worse.status.code(), Some(1), "{}", stderr(&worse));
    let report: Value = serde_json::from_str(&stdout(&worse)).expect("JSON");
    assert_eq!((&report["schema"], &report["verdict"]), (&json!("linchpin/diff/1"), &json!("worse")));
    let unknown = linchpin_in(at, &["diff", "--base", "no-such-revision"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("no-such-revision"));
}

#[test]
fn a_diff_for_people() {
    let output = linchpin("diff models/minimal models/storefront --as-of 2026-11-23");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let directory = tempfile::tempdir().expect("a temporary directory");
    let at = directory.path();
    std::fs::write(at.join("old.toml"), BEFORE).expect("writable");
    std::fs::write(at.join("new.toml"), BEFORE.replace("['p/r/a', 'p/r/b']", "['p/r/a']")).expect("writable");
    for format in ["text", "markdown"] {
        let output = linchpin_in(at, &["diff", "old.toml", "new.toml", "--format", format]);
        insta::assert_snapshot!(format!("diff-{format}"), stdout(&output));
    }
}

#[test]
fn a_comment_on_a_large_change_is_no_longer_than_a_comment_may_be() {
    let names: Vec<String> =
        (0..900).map(|n| format!("capability-with-a-name-of-its-own-{n:-<60}")).collect();
    let model = |needs: &str| {
        let of = |name: &String| format!("[capability.{name}]\nneeds = [{needs}]\n");
        names.iter().map(of).fold("[provider.p]\n[provider.q]\n".to_owned(), |all, one| all + &one)
    };
    let (good, bad) = (model("{ any = ['p', 'q'] }"), model("'p'"));
    let report = compared(&system(&good), &system(&bad));
    assert_eq!(report.told("worse"), 1800, "a single point, and so another margin");
    let comment = linchpin::render::diff_markdown(&report);
    assert!((30_000..=65_000).contains(&comment.chars().count()), "{}", comment.chars().count());
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
    assert!(
        comment.starts_with("### ✗ What survives: 1800 worse") && comment.contains("no room"),
        "{}",
        &comment[..300]
    );
}
