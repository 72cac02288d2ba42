//! What programs that call linchpin rely on: default classes, names and order of scenarios, keys of JSON and their
//! order, what options mean, exit codes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::binary::{linchpin, linchpin_in, model_of, stderr, stdout};

const DAY: &str = "--as-of 2026-11-23";

fn answer(arguments: &str) -> Value {
    let output = linchpin(&format!("{arguments} --format json"));
    serde_json::from_str(&stdout(&output))
        .unwrap_or_else(|error| panic!("{arguments}: {error}: {}", stderr(&output)))
}

fn code(arguments: &str) -> i32 {
    linchpin(arguments).status.code().expect("it ended")
}

fn words<'v>(values: &'v Value, key: &str) -> Vec<&'v str> {
    values.as_array().expect("a list").iter().map(|value| value[key].as_str().expect("a word")).collect()
}

#[test]
fn sweeps_take_zones_regions_providers_products_and_groups_by_default() {
    let survived = answer("survive models/storefront");
    let classes: BTreeSet<&str> = words(&survived["scenarios"], "class").into_iter().collect();
    let all = BTreeSet::from(["zone", "region", "provider", "product", "group"]);
    assert_eq!(classes, all);
    let ranked = answer("blast models/storefront");
    assert_eq!(words(&ranked["elements"], "class").into_iter().collect::<BTreeSet<_>>(), all);
    for class in ["service", "instance"] {
        let of_class = answer(&format!("survive models/storefront --class {class}"));
        assert!(words(&of_class["scenarios"], "class").iter().all(|of| *of == class), "{class}");
    }
    // Several, said in either way.
    let two = answer("survive models/storefront --class group --class region");
    assert_eq!(two, answer("survive models/storefront --class group,region"));
    let classes: BTreeSet<&str> = words(&two["scenarios"], "class").into_iter().collect();
    assert_eq!(classes, BTreeSet::from(["region", "group"]));
}

#[test]
fn several_failures_are_every_set_once_in_the_order_of_the_model() {
    let single = answer("survive models/storefront --class zone --class provider");
    let names = words(&single["scenarios"], "name");
    let pairs = answer("survive models/storefront --class zone --class provider --failures 2");
    let scenarios = pairs["scenarios"].as_array().expect("a list");
    assert_eq!(scenarios.len(), names.len() * (names.len() - 1) / 2);
    let all: BTreeSet<&str> = words(&pairs["scenarios"], "name").into_iter().collect();
    assert_eq!(all.len(), scenarios.len());
    for scenario in scenarios {
        let failed: Vec<&str> =
            scenario["failed"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert_eq!(scenario["name"], failed.join(" + "));
        assert_eq!(failed.len(), 2);
        assert!(failed.iter().all(|name| names.contains(name)));
    }
}

#[test]
fn a_scenario_of_ones_own_is_custom_and_in_the_order_of_the_model() {
    let answer =
        answer("survive models/storefront --fail statusly=30m --fail aws/us-east-1/a --fail aws#ec2=4h");
    let scenarios = answer["scenarios"].as_array().expect("a list");
    assert_eq!(scenarios.len(), 1);
    assert_eq!(scenarios[0]["class"], "custom");
    let in_order = answer["scenarios"][0]["failed"].clone();
    let again =
        self::answer("survive models/storefront --fail aws#ec2 --fail aws/us-east-1/a --fail statusly");
    assert_eq!(again["scenarios"][0]["failed"], in_order, "however it was said");
    let names: Vec<&str> = in_order.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(
        names.iter().collect::<BTreeSet<_>>(),
        BTreeSet::from([&"statusly", &"aws/us-east-1/a", &"aws#ec2"])
    );
    assert_eq!(scenarios[0]["name"], names.join(" + "));
    // Beside a sweep that is asked for, it comes first.
    let beside = self::answer("survive models/minimal --fail cloud --class zone");
    assert_eq!(words(&beside["scenarios"], "class"), ["custom", "zone", "zone"]);
}

/// The keys that stand at an indent in a text of JSON, in the order of their first.
fn keys(text: &str, indent: usize) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for line in text.lines() {
        let rest = line.trim_start();
        let key = rest.strip_prefix('"').and_then(|rest| rest.split_once("\":"));
        if let Some((key, _)) = key.filter(|_| line.len() - rest.len() == indent)
            && keys.iter().all(|known| known != key)
        {
            keys.push(key.to_owned());
        }
    }
    keys
}

#[test]
fn json_has_the_keys_that_are_promised_in_their_order_and_perhaps_more() {
    let of = |arguments: &str| stdout(&linchpin(&format!("{arguments} {DAY} --format json")));
    let begins = |text: &str, indent: usize, wanted: &[&str]| {
        let keys = keys(text, indent);
        let known: Vec<&str> = keys.iter().map(String::as_str).filter(|key| wanted.contains(key)).collect();
        assert_eq!(known, wanted, "{keys:?}");
    };
    let text = of("survive models/minimal");
    begins(&text, 2, &["schema", "model", "scenarios"]);
    begins(&text, 6, &["name", "class", "failed", "capabilities", "data"]);
    begins(
        &text,
        10,
        &["state", "outage_s", "undegraded_after_s", "unreachable", "deadlock", "loss_s", "total"],
    );
    let text = of("blast models/minimal");
    begins(&text, 2, &["schema", "model", "elements"]);
    begins(
        &text,
        6,
        &["element", "class", "capabilities", "down", "degraded", "value_per_hour", "elements_down"],
    );
    let text = of("check models/storefront");
    begins(&text, 2, &["schema", "model", "verdict", "findings", "single_points"]);
    let of_finding =
        ["policy", "level", "rule", "capability", "scenario", "failed", "message", "waived", "at"];
    begins(&text, 6, &of_finding);
    begins(&text, 8, &["until", "reason", "file", "line", "column"]);
    let text = stdout(&linchpin("cuts models/minimal --format json"));
    begins(&text, 2, &["schema", "model", "capabilities"]);
    begins(&text, 6, &["cuts", "complete", "margin"]);
    let text = stdout(&linchpin("coldstart models/minimal --format json"));
    begins(&text, 2, &["schema", "model", "startable", "ready_s", "deadlocks"]);
    for command in ["survive", "blast", "check", "coldstart", "cuts"] {
        assert_eq!(answer(&format!("{command} models/minimal"))["schema"], format!("linchpin/{command}/1"));
    }
}

#[test]
fn times_are_seconds_and_null_is_never() {
    let answer = answer("survive models/minimal --fail cloud/north");
    let scenario = &answer["scenarios"][0];
    let outcome = json!({"state": "down", "outage_s": null, "undegraded_after_s": null, "unreachable": true, "deadlock": []});
    assert_eq!(scenario["capabilities"]["shop"], outcome);
    assert_eq!(scenario["data"]["database"], json!({"loss_s": null, "total": true}));
    let answer = self::answer("survive models/minimal --fail cloud/north=1h");
    assert_eq!(answer["scenarios"][0]["capabilities"]["shop"]["outage_s"], 3600);
    assert_eq!(
        answer["scenarios"][0]["capabilities"]["shop"]["state"], "down",
        "to be back is not to survive"
    );
}

#[test]
fn single_points_are_of_every_class_but_instances() {
    let directory = model_of(
        "[provider.p.region.r]\nzones = ['a']\n[provider.p.product.d]\nscope = 'zone'\n[group.g]\nmembers = ['s']\n\
         [service.s]\nplaced = ['p/r/a']\nuses = ['d']\n[service.t]\nplaced = ['p']\n[capability.c]\nneeds = ['s']\nwants = ['t']\n",
    );
    let points = |arguments: &[&str]| {
        let all = [&["check", "--format", "json", "--as-of", "2026-11-23"], arguments].concat();
        let report: Value =
            serde_json::from_str(&stdout(&linchpin_in(directory.path(), &all))).expect("JSON");
        let points = report["single_points"]["c"].as_array().expect("a list").clone();
        points.iter().filter_map(Value::as_str).map(str::to_owned).collect::<BTreeSet<String>>()
    };
    let down: BTreeSet<String> =
        ["p", "p/r", "p/r/a", "p#d", "p/r#d", "p/r/a#d", "g", "s"].into_iter().map(str::to_owned).collect();
    assert_eq!(points(&[]), down);
    assert_eq!(points(&["--state", "degraded"]), down);
    let mut up = down;
    up.insert("t".to_owned());
    assert_eq!(points(&["--state", "up"]), up);
}

#[test]
fn the_state_to_be_kept_decides_what_denied_means() {
    // Without loginly checkout is degraded.
    for command in ["survive", "blast", "explain"] {
        let ask = format!("{command} models/storefront --fail loginly {DAY} -q");
        assert_eq!(code(&ask), 0, "{command}");
        assert_eq!(code(&format!("{ask} --deny")), 0, "{command}");
        assert_eq!(code(&format!("{ask} --deny --state degraded")), 0, "{command}");
        assert_eq!(code(&format!("{ask} --deny --state up")), 1, "{command}");
        assert_eq!(code(&format!("{ask} --deny --state up --capability browse")), 0, "{command}");
        assert_eq!(code(&format!("{command} models/storefront --fail aws {DAY} -q --deny")), 1, "{command}");
    }
    let stuck =
        model_of("[service.a]\nneeds = ['b']\n[service.b]\nneeds = ['a']\n[capability.c]\nneeds = ['a']\n");
    for (deny, code) in [(&[][..], 0), (&["--deny"][..], 1)] {
        let output = linchpin_in(stuck.path(), &[&["coldstart"], deny].concat());
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    }
    // Only check always says so.
    assert_eq!(code("check models/storefront --as-of 2031-01-01 -q"), 1);
}

/// The commands that read a model, by the definition of the command line.
fn commands_about_a_model() -> Vec<String> {
    let definition = linchpin::cli::definition();
    let takes_model = |command: &&clap::Command| command.get_arguments().any(|of| of.get_id() == "model");
    definition.get_subcommands().filter(takes_model).map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn a_model_that_is_wrong_ends_every_command_with_two_and_no_result() {
    let commands = commands_about_a_model();
    assert!(commands.len() > 8, "{commands:?}");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("result");
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/invalid");
    for command in commands.iter().filter(|command| *command != "serve" && *command != "fmt") {
        for model in ["unknown-key.toml", "unknown-reference.toml", "nowhere.toml"] {
            let model = models.join(model).display().to_string();
            let mut arguments = vec![command.as_str()];
            // What stands before the model is a word of a closed list, such as a format.
            let definition = linchpin::cli::definition();
            let found = definition.find_subcommand(command).expect("it is defined");
            let before = found.get_positionals().take_while(|of| of.get_id() != "model");
            let words: Vec<String> = before
                .filter_map(|of| Some(of.get_possible_values().first()?.get_name().to_owned()))
                .collect();
            arguments.extend(words.iter().map(String::as_str));
            arguments.push(&model);
            if command == "explain" {
                arguments.extend(["--fail", "x"]);
            }
            let output = linchpin_in(directory.path(), &arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
            assert!(output.stdout.is_empty() && stderr(&output).contains("error["), "{arguments:?}");
            let into = file.display().to_string();
            arguments.extend(["-o", &into]);
            assert_eq!(linchpin_in(directory.path(), &arguments).status.code(), Some(2), "{arguments:?}");
            assert!(!file.exists(), "{arguments:?}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_written_is_told_by_its_name() {
    let output = linchpin("check models/minimal -o no/such/place.txt");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "error: cannot write no/such/place.txt: there is no directory no/such\n");
    assert_eq!(code("check models/minimal -o ."), 2);
}

#[test]
fn quiet_and_verbose_say_the_same_in_json() {
    for ask in [
        "survive models/storefront",
        "blast models/storefront",
        "check models/storefront",
        "explain models/storefront --fail aws",
        "diff models/minimal models/storefront",
    ] {
        let once = stdout(&linchpin(&format!("{ask} {DAY} --format json")));
        for detail in ["-q", "-v"] {
            let output = linchpin(&format!("{ask} {DAY} --format json {detail}"));
            assert_eq!(stdout(&output), once, "{ask} {detail}");
        }
        // Colour is for text.
        assert_eq!(stdout(&linchpin(&format!("{ask} {DAY} --format json --color always"))), once, "{ask}");
    }
}

#[test]
fn capabilities_are_chosen_by_name_glob_and_tier_in_the_order_of_the_model() {
    let of = |choice: &str| {
        let output = linchpin(&format!("survive models/storefront --fail aws {choice} --format json"));
        // The model's order is that of the text; a map would sort.
        let text = stdout(&output);
        keys(&text, 8).into_iter().filter(|key| !key.ends_with("-db") && key != "lake").collect::<Vec<_>>()
    };
    let all = of("");
    assert_eq!(all, ["browse", "search", "checkout", "fulfilment", "customer-service", "reporting"]);
    assert_eq!(of("--capability reporting --capability browse"), ["browse", "reporting"]);
    assert_eq!(of("--capability c*"), ["checkout", "customer-service"]);
    let tier = of("--capability tier:1");
    assert!(!tier.is_empty() && tier.len() < all.len(), "{tier:?}");
}
