//! `availability`: numbers that can be worked out by hand, policies, limits. That they are right on any model is a law in `laws.rs`.

use serde_json::{Value, json};

use crate::binary::{linchpin, linchpin_in, model_of, stderr, stdout};

const PAIR: &str = "[provider.a]\navailability = 0.9\n[provider.b]\navailability = 0.8\n[provider.z]\navailability = 0.5\n\
    [provider.never]\n[capability.c]\nneeds = [{ any = ['a', 'b'] }, 'never']\nsla = 0.99\nvalue_per_hour = 10\n\
    [[policy]]\nname = 'enough'\navailability = 0.98\n";

fn asked(text: &str, arguments: &[&str]) -> (Value, Option<i32>) {
    let directory = model_of(text);
    let all = [&["availability", ".", "--format", "json"], arguments].concat();
    let output = linchpin_in(directory.path(), &all);
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    (report, output.status.code())
}

fn near(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-12 * expected.abs().max(1.0))
}

#[test]
fn what_can_be_worked_out_by_hand() {
    let (report, code) = asked(PAIR, &["--what-if", "a=0.99", "--what-if", "z=0"]);
    assert_eq!((&report["schema"], code), (&json!("linchpin/availability/1"), Some(0)));
    assert_eq!(report["complete"], true);
    let of = &report["capabilities"]["c"];
    assert!(near(&of["availability"], 0.98) && of["exact"] == true);
    assert!(near(&of["downtime_s_per_year"], 0.02 * 365.0 * 86_400.0));
    assert!(near(&of["loss_per_year"], 0.02 * 365.0 * 24.0 * 10.0));
    assert!(near(&of["what_if"]["availability"], 1.0 - 0.01 * 0.2));
    assert_eq!(of["sla"], json!({ "wanted": 0.99, "holds": false }));
    assert_eq!(of["what_if"]["sla"], json!({ "wanted": 0.99, "holds": true }));
    assert_eq!(
        (&of["what_if"]["policies"][0]["holds"], &of["policies"][0]["holds"]),
        (&json!(true), &json!(true))
    );
    assert_eq!((&of["spread"], &report["samples"]), (&json!(null), &json!(0)));
    let importance = of["importance"].as_object().expect("by element");
    assert_eq!(importance.keys().collect::<Vec<_>>(), ["a", "b", "never"]);
    let a = &importance["a"];
    assert!(near(&a["birnbaum"], 0.2) && near(&a["raw"], 10.0) && near(&a["fussell_vesely"], 1.0));
    assert_eq!(a["rrw"], json!(null), "without it nothing would go wrong: infinite");
    assert!(near(&importance["never"]["raw"], 50.0) && near(&importance["never"]["rrw"], 1.0));
}

#[test]
fn deny_fails_what_was_promised_and_no_more() {
    assert_eq!(asked(PAIR, &["--deny"]).1, Some(1));
    assert_eq!(asked(&PAIR.replace("0.99\n", "0.97\n"), &["--deny"]).1, Some(0));
    // Policies are about the state that they name, whichever is asked about.
    let text = PAIR.to_owned() + "state = 'up'\n[capability.d]\nneeds = ['a']\nwants = ['z']\n";
    let of = |arguments: &[&str]| {
        let (report, code) = asked(&text, arguments);
        let policies = &report["capabilities"]["d"]["policies"];
        assert_eq!(
            (&policies[0]["state"], &policies[0]["holds"], code),
            (&json!("up"), &json!(false), Some(1))
        );
        assert!(near(&policies[0]["availability"], 0.45), "{policies}");
        report["capabilities"]["d"]["availability"].clone()
    };
    assert!(near(&of(&["--deny"]), 0.9) && near(&of(&["--deny", "--state", "up"]), 0.45));
    let directory = model_of(&text);
    let text = stdout(&linchpin_in(directory.path(), &["availability", ".", "--capability", "d"]));
    assert!(text.contains("✗ d: 90 %") && text.contains("98 % up (it is 45 %): does not hold"), "{text}");
}

#[test]
fn what_is_taken_never_to_fail_is_said() {
    let directory = model_of(PAIR);
    let text = stdout(&linchpin_in(directory.path(), &["availability", "."]));
    assert!(text.contains("so taken never to fail, though each alone takes it away: never\n"), "{text}");
    let text = stdout(&linchpin("availability models/minimal"));
    assert!(text.contains("the model says of nothing how often it fails"), "{text}");
}

#[test]
fn ranges_give_a_spread_and_the_same_seed_the_same() {
    let text = PAIR.replace("availability = 0.9\n", "availability = { low = 0.9, high = 0.999 }\n");
    let (report, _) = asked(&text, &["--samples", "400"]);
    assert_eq!(report["samples"], 400);
    let of = &report["capabilities"]["c"];
    let spread = ["p05", "p50", "p95"].map(|at| of["spread"][at].as_f64().expect("a number"));
    assert!(0.98 < spread[0] && spread[0] < spread[1] && spread[1] < spread[2] && spread[2] < 0.9998);
    assert!(near(&of["availability"], 1.0 - 0.01 * 0.2), "the middle by orders of magnitude");
    let again = |seed| asked(&text, &["--samples", "400", "--seed", seed]).0;
    assert_eq!(again("1")["capabilities"], report["capabilities"]);
    assert_ne!(again("2")["capabilities"], report["capabilities"]);
    assert_eq!(asked(&text, &["--samples", "0"]).0["samples"], 0);
}

#[test]
fn outages_are_counted_where_there_is_an_mtbf() {
    let text = PAIR.replace("availability = 0.9\n", "mtbf = '9d'\nmttr = '1d'\n");
    let of = &asked(&text, &[]).0["capabilities"]["c"];
    // Once in ten days a fails, and in a fifth of these b is down already.
    assert!(near(&of["outages_per_year"], 365.0 / 10.0 * 0.2));
    assert_eq!(of["outages_without"], json!(["b"]));
}

#[test]
fn limits_leave_bounds_and_say_so() {
    let all = "availability models/storefront --capability checkout --format json";
    let exact: Value = serde_json::from_slice(&linchpin(all).stdout).expect("JSON");
    let exact = exact["capabilities"]["checkout"]["availability"].as_f64().expect("a number");
    let output = linchpin(&format!("{all} --memory-limit 1"));
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("the result is incomplete"), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["complete"], false);
    let of = &report["capabilities"]["checkout"];
    let [lower, upper] = ["availability", "upper"].map(|key| of[key].as_f64().expect("a number"));
    assert!(lower <= exact && exact <= upper && lower < upper, "{lower} {exact} {upper}");
    // Bounds may be good enough to settle it.
    assert_ne!(of["sla"]["holds"], json!(false));
    assert_eq!(of["importance"], json!(null));
    // How far it gets when time is up at once depends on the machine; what it says of that does not.
    let output = linchpin(&format!("{all} --time-limit 0s"));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let of = &report["capabilities"]["checkout"];
    let [lower, upper] = ["availability", "upper"].map(|key| of[key].as_f64().expect("a number"));
    assert!(lower <= exact && exact <= upper, "{lower} {exact} {upper}");
    let is_all_known = of["importance"].as_object().is_some_and(|all| !all.values().any(Value::is_null));
    assert_eq!(report["complete"], json!(is_all_known));
    assert_eq!(output.status.code(), Some(if is_all_known { 0 } else { 3 }));
}

#[test]
fn importance_may_be_left_out() {
    let all = "availability models/storefront --format json";
    let [with, without] = ["", " --no-importance"].map(|option| {
        let output = linchpin(&format!("{all}{option}"));
        assert_eq!(output.status.code(), Some(0));
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    });
    assert_eq!(without["complete"], true);
    for (name, of) in without["capabilities"].as_object().expect("by capability") {
        assert_eq!((&of["importance"], &of["outages_per_year"]), (&json!(null), &json!(null)));
        let with = &with["capabilities"][name];
        assert!(with["importance"].is_object());
        for key in ["availability", "probability", "sla", "policies", "loss_per_year"] {
            assert_eq!(of[key], with[key], "{name}: {key}");
        }
    }
    let text = stdout(&linchpin("availability models/storefront --no-importance"));
    assert!(text.contains("checkout") && !text.contains("make better first"), "{text}");
}

#[test]
fn what_does_not_exist_cannot_be_supposed() {
    let directory = model_of(PAIR);
    for (what, about) in [
        ("nevr=0.5", "did you mean `never`?"),
        ("a=1.5", "expected a number from 0 to 1"),
        ("a", "expected REF=AVAILABILITY"),
        ("capability:c=1", "does not fail of itself"),
    ] {
        let output = linchpin_in(directory.path(), &["availability", ".", "--what-if", what]);
        assert_eq!(output.status.code(), Some(2), "{what}");
        assert!(stderr(&output).contains(about), "{}", stderr(&output));
    }
}

#[test]
fn trees_of_others_and_text() {
    let output = linchpin("availability --openpsa models/fault-trees/cooling.xml --format json");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let tops = report["capabilities"].as_object().expect("by top");
    assert!(!tops.is_empty());
    for of in tops.values() {
        assert_eq!(of["exact"], true);
        assert!(of["importance"].as_object().is_some_and(|events| !events.is_empty()));
    }
    let cooling = "availability --openpsa models/fault-trees/cooling.xml";
    let text = stdout(&linchpin(cooling));
    assert!(text.contains("no-cooling: probability 1.451267e-3\n") && !text.contains("a year"), "{text}");
    // A probability has all its digits, however small it is.
    let directory = tempfile::tempdir().expect("a directory");
    let tree = "toplevel t; t and a b; a prob=1e-9; b prob=1e-9; c; u or b c;";
    std::fs::write(directory.path().join("small.dft"), tree).expect("written");
    let output =
        linchpin_in(directory.path(), &["availability", "--galileo", "small.dft", "--format", "json"]);
    assert!(stderr(&output).contains("without a probability, and so taken never to happen: c"));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let probability = report["capabilities"]["t"]["probability"]["upper"].as_f64().expect("a number");
    assert!((probability / 1e-18 - 1.0).abs() < 1e-12, "{probability:e}");
    let text = stdout(&linchpin("availability models/storefront --capability checkout"));
    for part in ["checkout: 99.999923 %, down 24s a year", "promised 99.95 %: holds", "aws/us-east-1"] {
        assert!(text.contains(part), "{text}");
    }
}
