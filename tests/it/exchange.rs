//! Fault trees in the formats of their field: read, refused, written, read again by others.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use linchpin::diag::Sources;
use linchpin::exchange::openpsa::{self, Top, read_text, write};
use linchpin::exchange::{BasicEvent, FaultTree, Formula, Gate, galileo, to_model};
use linchpin::faulttree::{Event, Limits, Solver};
use linchpin::model::State;

use crate::models;
use crate::random::Rng;
use crate::skipped;

/// What is wrong with a text, a line each.
fn wrong(text: &str) -> Vec<String> {
    let problems = read_text(text, 8760.0).expect_err("refused");
    problems.into_iter().map(|problem| problem.message).collect()
}

fn file(definitions: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><!DOCTYPE opsa-mef><opsa-mef><define-fault-tree name=\"f\">{definitions}</define-fault-tree></opsa-mef>"
    )
}

#[test]
fn every_connective_means_what_the_format_says() {
    let of_two = [
        ("and", [false, false, false, true]),
        ("or", [false, true, true, true]),
        ("nand", [true, true, true, false]),
        ("nor", [true, false, false, false]),
        ("xor", [false, true, true, false]),
        ("iff", [true, false, false, true]),
        ("imply", [true, true, false, true]),
        ("atleast min=\"2\"", [false, false, false, true]),
        ("cardinality min=\"0\" max=\"1\"", [true, true, true, false]),
    ];
    for (element, expected) in of_two {
        let end = element.split(' ').next().expect("not empty");
        for (row, expected) in expected.into_iter().enumerate() {
            let [a, b] = [row / 2 == 1, row % 2 == 1];
            let text = file(&format!(
                "<define-gate name=\"g\"><{element}><house-event name=\"a\"/><event name=\"b\" type=\"house-event\"/></{end}></define-gate>
                 <define-house-event name=\"a\"><constant value=\"{a}\"/></define-house-event>
                 <define-house-event name=\"b\"><constant value=\"{b}\"/></define-house-event>"
            ));
            let tree = read_text(&text, 1.0).expect("valid");
            let (engine, nodes) = tree.tree();
            assert_eq!(nodes[0], engine.constant(expected), "{element} of {a} and {b}");
        }
    }
}

#[test]
fn figures_are_evaluated() {
    let figures = [
        ("<float value=\"1e-3\"/>", 1e-3),
        ("<exponential><float value=\"1e-4\"/><system-mission-time/></exponential>", 1.0 - (-1e-2_f64).exp()),
        (
            "<GLM><float value=\"0\"/><float value=\"0.1\"/><float value=\"0.9\"/><float value=\"100\"/></GLM>",
            0.1,
        ),
        (
            "<Weibull><float value=\"10\"/><float value=\"2\"/><float value=\"0\"/><float value=\"10\"/></Weibull>",
            1.0 - (-1.0_f64).exp(),
        ),
        ("<mul><parameter name=\"p\"/><div><int value=\"1\"/><int value=\"4\"/></div></mul>", 0.125),
    ];
    for (figure, expected) in figures {
        let text = file(&format!(
            "<define-gate name=\"g\"><basic-event name=\"e\"/></define-gate>
             <define-basic-event name=\"e\"><label>an event</label>{figure}</define-basic-event>
             <define-parameter name=\"p\"><parameter name=\"q\"/></define-parameter>
             <define-parameter name=\"q\" unit=\"float\"><float value=\"0.5\"/></define-parameter>"
        ));
        let found = read_text(&text, 100.0).expect("valid").events[0].probability.expect("given");
        assert!((found - expected).abs() < 1e-12, "{figure}: {found} is not {expected}");
    }
}

#[test]
fn private_names_are_told_apart_by_where_they_stand() {
    let text = file(
        "<define-gate name=\"top\"><or><gate name=\"one.g\"/><gate name=\"two.g\"/></or></define-gate>
         <define-component name=\"one\" role=\"private\"><define-gate name=\"g\"><basic-event name=\"e\"/></define-gate>
           <define-basic-event name=\"e\"><float value=\"0.1\"/></define-basic-event></define-component>
         <define-component name=\"two\" role=\"private\"><define-gate name=\"g\"><and><basic-event name=\"e\"/><basic-event name=\"f.one.e\"/></and></define-gate>
           <define-basic-event name=\"e\"><float value=\"0.2\"/></define-basic-event></define-component>",
    );
    let tree = read_text(&text, 1.0).expect("valid");
    let names: Vec<&str> = tree.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["f.one.e", "f.two.e"]);
    assert_eq!(tree.gates[2].formula, Formula::All(vec![Formula::Event(1), Formula::Event(0)]));
    assert_eq!(tree.tops, [0]);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let text = file(
        "<define-gate name=\"g\"><or><basic-event name=\"pmup\"/><gate name=\"pump\"/><pand/></or></define-gate>
         <define-gate name=\"g\"/><define-gate name=\"empty\"/><define-CCF-group name=\"c\" model=\"beta-factor\"/>
         <define-basic-event name=\"pump\"><float value=\"1.5\"/></define-basic-event><nonsense/>",
    );
    assert_eq!(
        wrong(&text),
        [
            "`g` is defined twice",
            "<define-CCF-group> is not understood",
            "<nonsense> has no place here",
            "a probability of 1.5",
            "there is no basic-event `pmup`",
            "`pump` is no gate",
            "no formula: <pand>",
            "the gate `empty` has no formula",
        ]
    );
    assert_eq!(wrong("<opsa-mef>"), ["<opsa-mef> is not closed"]);
    assert_eq!(wrong("<mef/>"), ["a root element <mef>"]);
    assert_eq!(wrong(""), ["the file holds no XML element"]);
    let circle = "<define-gate name=\"a\"><gate name=\"b\"/></define-gate><define-gate name=\"b\"><not><gate name=\"a\"/></not></define-gate>";
    assert_eq!(wrong(&file(circle)), ["gates depend on each other in a circle: a → b → a"]);
}

#[test]
fn what_no_tree_means_is_refused() {
    let of = |formula: &str| {
        let events = "<define-basic-event name=\"a\"/><define-basic-event name=\"b\"/>";
        file(&format!("<define-gate name=\"g\">{formula}</define-gate>{events}"))
    };
    let both = "<event name=\"a\"/><event name=\"b\"/>";
    for (formula, why) in [
        ("<and/>", "<and> with 0 arguments"),
        ("<nor></nor>", "<nor> with 0 arguments"),
        ("<not/>", "<not> with 0 arguments"),
        (&format!("<atleast min=\"0\">{both}</atleast>"), "<atleast> with min=\"0\" and 2 arguments"),
        (&format!("<atleast min=\"3\">{both}</atleast>"), "<atleast> with min=\"3\" and 2 arguments"),
        (
            &format!("<cardinality min=\"2\" max=\"1\">{both}</cardinality>"),
            "from 2 to 1: that is no number of arguments",
        ),
        ("<or><constant value=\"yes\"/></or>", "`yes` is neither true nor false"),
        (both, "`g` is defined by more than one thing"),
    ] {
        assert_eq!(wrong(&of(formula)), [why]);
    }
    let house = |value: &str| {
        file(&format!(
            "<define-gate name=\"g\"><event name=\"h\"/></define-gate><define-house-event name=\"h\">{value}</define-house-event>"
        ))
    };
    assert_eq!(wrong(&house("<constant value=\"1\"/>")), ["`1` is neither true nor false"]);
    assert_eq!(wrong(&house("<float value=\"1\"/>")), ["a house event that is <float>"]);
    assert_eq!(read_text(&house(""), 1.0).expect("off").gates[0].formula, Formula::Constant(false));
    let galileo = |text: &str| galileo::read_text(text, 1.0).expect_err("refused")[0].message.clone();
    assert_eq!(galileo("toplevel a; a or;"), "`or` of nothing");
    assert_eq!(galileo("toplevel a; a 0of1 b; b prob=0.1;"), "0 of 1 inputs");
    assert_eq!(galileo("toplevel a; a 2of1 b; b prob=0.1;"), "2 of 1 inputs");
    assert_eq!(galileo("toplevel a; a 2of2 b c; b prob=0.1;"), "there is no `c`");
    let unended = galileo::read_text("toplevel a; a or b b prob=0.1;", 1.0).expect_err("refused");
    assert!(
        unended
            .iter()
            .any(|problem| problem.hint.as_deref().is_some_and(|hint| hint.contains("ends with ;")))
    );
}

#[test]
fn between_so_many_and_so_many_is_a_model_where_the_upper_one_says_nothing() {
    let of = |max: u32, house: bool| {
        let text = file(&format!(
            "<define-gate name=\"g\"><cardinality min=\"2\" max=\"{max}\"><event name=\"a\"/><event name=\"b\"/><event name=\"h\"/></cardinality></define-gate>
             <define-basic-event name=\"a\"/><define-basic-event name=\"b\"/><define-house-event name=\"h\"><constant value=\"{house}\"/></define-house-event>"
        ));
        to_model(&read_text(&text, 1.0).expect("valid")).ok()
    };
    let needs = |model: Option<String>| {
        let model = model?;
        Some(model.split("[service.g]\nneeds = ").nth(1)?.lines().next()?.to_owned())
    };
    assert_eq!(needs(of(3, true)).as_deref(), Some("[\"a\", \"b\"]"), "one of the two");
    assert_eq!(needs(of(2, false)).as_deref(), Some("[{ any = [\"a\", \"b\"] }]"), "both");
    assert_eq!(of(2, true), None, "with both and the house event there are too many");
}

#[test]
fn hostile_files_are_refused() {
    let entities = "<!DOCTYPE o [<!ENTITY a \"aaaa\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]><opsa-mef>&b;</opsa-mef>";
    assert_eq!(wrong(entities), ["the file declares entities"]);
    assert_eq!(wrong("<opsa-mef>&b;</opsa-mef>"), ["an entity that XML itself does not know"]);
    let deep = format!("<opsa-mef>{}{}</opsa-mef>", "<or>".repeat(100_000), "</or>".repeat(100_000));
    assert!(wrong(&deep)[0].starts_with("more than 200 levels"));
    let parameters: String = (0..10_000)
        .map(|n| {
            format!("<define-parameter name=\"p{n}\"><parameter name=\"p{}\"/></define-parameter>", n + 1)
        })
        .collect();
    let chain = format!(
        "<define-gate name=\"g\"><basic-event name=\"e\"/></define-gate><define-basic-event name=\"e\"><parameter name=\"p0\"/></define-basic-event>{parameters}"
    );
    assert_eq!(wrong(&file(&chain)), ["more than 200 parameters refer to each other"]);
    // Nobody reads a million problems, and they take more memory than the file.
    let nonsense = file(&format!("<define-gate name=\"g\"><or>{}</or></define-gate>", "<a/>".repeat(10_000)));
    assert_eq!(wrong(&nonsense).len(), 1_000);
    assert_eq!(wrong(&file(&"<a/>".repeat(10_000))).len(), 1_000);
    let statements = galileo::read_text(&"a b;".repeat(10_000), 1.0).expect_err("refused");
    assert!((1_000..1_100).contains(&statements.len()), "{}", statements.len());
    // Each parameter within the next one's expression, many times deeper than either alone.
    let sum = |inner: &str| format!("{}{inner}{}", "<add>".repeat(150), "</add>".repeat(150));
    let parameters: String = (0..100)
        .map(|n| {
            let next = sum(&format!("<parameter name=\"p{}\"/>", n + 1));
            format!("<define-parameter name=\"p{n}\">{next}</define-parameter>")
        })
        .collect();
    let nested = format!(
        "<define-gate name=\"g\"><basic-event name=\"e\"/></define-gate><define-basic-event name=\"e\"><parameter name=\"p0\"/></define-basic-event>{parameters}"
    );
    assert_eq!(wrong(&file(&nested)), ["more than 500 expressions lie in each other"]);
    // Each in the next: written out, the innermost would stand there a thousand billion times.
    let nested = (0..40).fold("<event name=\"a\"/>".to_owned(), |inner, _| {
        format!("<cardinality min=\"1\" max=\"1\">{inner}<event name=\"b\"/></cardinality>")
    });
    let nested = format!(
        "<define-gate name=\"g\">{nested}</define-gate><define-basic-event name=\"a\"/><define-basic-event name=\"b\"/>"
    );
    let tree = read_text(&file(&nested), 1.0).expect("valid");
    assert!(tree.tree().0.events() == 2 && to_model(&tree).is_err());
    // Gates may follow each other as long as the file goes on.
    let chain: String = (0..100_000)
        .map(|n| format!("<define-gate name=\"g{n}\"><and><gate name=\"g{}\"/><basic-event name=\"e\"/></and></define-gate>", n + 1))
        .collect();
    let last = "<define-gate name=\"g100000\"><basic-event name=\"e\"/></define-gate><define-basic-event name=\"e\"/>";
    let tree = read_text(&file(&(chain + last)), 1.0).expect("valid");
    assert_eq!(tree.tree().0.events(), 1);
}

fn number(small: usize) -> u32 {
    u32::try_from(small).expect("small")
}

/// A tree of a few gates of every sort.
fn random_tree(rng: &mut Rng, coherent: bool) -> FaultTree {
    let n_events = 3 + rng.below(6);
    let n_gates = 1 + rng.below(8);
    let events = (0..n_events)
        .map(|n| BasicEvent {
            name: format!("e{n}"),
            probability: Some(*rng.pick(&[0.01, 0.05, 0.2, 0.5, 0.77])),
        })
        .collect();
    let mut gates = Vec::new();
    for gate in 0..n_gates {
        let n_inputs = 1 + rng.below(4);
        let inputs: Vec<Formula> = (0..n_inputs)
            .map(|_| match rng.below(3) {
                0 if gate > 0 => Formula::Gate(rng.below(gate)),
                _ => Formula::Event(rng.below(n_events)),
            })
            .collect();
        let formula = match rng.below(if coherent { 3 } else { 6 }) {
            0 => Formula::All(inputs),
            1 => Formula::Any(inputs),
            2 => Formula::AtLeast(number(1 + rng.below(inputs.len())), inputs),
            3 => Formula::Not(Box::new(inputs[0].clone())),
            4 => {
                let min = rng.below(inputs.len() + 1);
                let max = min + rng.below(inputs.len() + 1 - min);
                Formula::Between(number(min), number(max), inputs)
            }
            _ => Formula::Odd(inputs),
        };
        gates.push(Gate { name: format!("g{gate}"), formula });
    }
    let tops = vec![n_gates - 1];
    FaultTree { name: "random".to_owned(), events, gates, tops }
}

#[test]
fn what_is_written_is_read_back_as_the_same() {
    for seed in 0..500 {
        let tree = random_tree(&mut Rng::new(seed), false);
        let (engine, nodes) = tree.tree();
        let top = nodes[tree.tops[0]];
        let text = write("random", &engine, &tree.events, &[Top { name: "top".to_owned(), node: top }]);
        let again =
            read_text(&text, 1.0).unwrap_or_else(|problems| panic!("{}\n{text}", problems[0].message));
        let (read, nodes) = again.tree();
        let same = nodes[again.tops[0]];
        let expected = Solver::new(&engine, &[top], Limits::default()).probability(top);
        let found = Solver::new(&read, &[same], Limits::default()).probability(same);
        assert!((expected.lower - found.lower).abs() < 1e-12, "seed {seed}: {expected:?} {found:?}\n{text}");
    }
}

#[test]
fn a_tree_as_a_model_fails_as_the_tree_does() {
    for seed in 0..300 {
        let tree = random_tree(&mut Rng::new(seed), true);
        let (mut engine, nodes) = tree.tree();
        let top = nodes[tree.tops[0]];
        let text = to_model(&tree).expect("coherent");
        let system = models::system(&text);
        let (capability, ..) = system.model.capabilities().next().expect("a top");
        for _ in 0..20 {
            let mut rng = Rng::new(seed * 31);
            let failed: Vec<usize> = (0..tree.events.len()).filter(|_| rng.below(2) == 0).collect();
            let fails: Vec<_> = failed
                .iter()
                .map(|event| linchpin::model::Failure {
                    what: system.model.find(&tree.events[*event].name).expect("named"),
                    lasts: linchpin::model::Time::NEVER,
                    destroys: false,
                })
                .collect();
            for event in 0..tree.events.len() {
                let value = if failed.contains(&event) { 1.0 } else { 0.0 };
                engine.set_probability(linchpin::faulttree::Event(number(event)), value);
            }
            let fallen = Solver::new(&engine, &[top], Limits::default()).probability(top).lower;
            let is_down = system.engine().worker().outcome(&fails).state(capability) == State::Down;
            assert_eq!(is_down, fallen > 0.5, "seed {seed}, failed {failed:?}\n{text}");
        }
    }
}

/// What the analyser SCRAM makes of files: the probability of their top and its number of minimal cut sets.
pub(crate) fn by_scram(paths: &[impl AsRef<Path>]) -> Option<(f64, String)> {
    let mut command = Command::new("scram");
    command
        .args(["--bdd", "--probability", "1", "-l", "1000"])
        .args(paths.iter().map(AsRef::as_ref))
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let output = command.output().ok()?;
    let report = String::from_utf8(output.stdout).ok()?;
    let value = |name: &str| {
        let start = report.find(&format!("{name}=\""))? + name.len() + 2;
        report[start..].split('"').next().map(str::to_owned)
    };
    Some((value("probability")?.parse().ok()?, value("products")?))
}

#[test]
fn another_analyser_reads_what_is_written_and_agrees() {
    let directory = tempfile::tempdir().expect("a directory");
    if Command::new("scram").arg("--version").output().is_err() {
        return skipped("no scram to compare with");
    }
    let mut n_compared = 0;
    for seed in 0..200 {
        let tree = random_tree(&mut Rng::new(seed), true);
        let (engine, nodes) = tree.tree();
        let top = nodes[tree.tops[0]];
        let text = write("random", &engine, &tree.events, &[Top { name: "top".to_owned(), node: top }]);
        let path = directory.path().join("random.xml");
        fs::write(&path, &text).expect("written");
        let solver = Solver::new(&engine, &[top], Limits::default());
        let Some((probability, products)) = by_scram(&[&path]) else {
            panic!("seed {seed}: not accepted\n{text}")
        };
        let ours = solver.probability(top).lower;
        // The report has six digits.
        assert!(
            (ours - probability).abs() <= 1e-5 * probability,
            "seed {seed}: {ours} is not {probability}\n{text}"
        );
        assert_eq!(solver.cuts(top, None).count().to_string(), products, "seed {seed}\n{text}");
        n_compared += 1;
    }
    assert_eq!(n_compared, 200);
}

/// Where events are negated too: the same minimal sets of events that happen, those that must not left out.
#[test]
fn another_analyser_finds_the_same_cut_sets_where_events_are_negated() {
    let directory = tempfile::tempdir().expect("a directory");
    if Command::new("scram").arg("--version").output().is_err() {
        return skipped("no scram to compare with");
    }
    let path = directory.path().join("random.xml");
    let (mut n_compared, mut n_negated) = (0, 0);
    for seed in 0..200 {
        let tree = random_tree(&mut Rng::new(seed), false);
        let (engine, nodes) = tree.tree();
        let top = nodes[tree.tops[0]];
        let text = write("random", &engine, &tree.events, &[Top { name: "top".to_owned(), node: top }]);
        fs::write(&path, &text).expect("written");
        let output =
            Command::new("scram").args(["--bdd", "-l", "1000"]).arg(&path).output().expect("it runs");
        let report = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success(), "seed {seed}: not accepted\n{text}");
        // Each product as it stands there, the last one with what follows; the empty one names no event.
        let set = |product: &str| -> BTreeSet<String> {
            let own = product.split("</product>").next().unwrap_or_default();
            let names = own.split("<basic-event name=\"").skip(1);
            names.filter_map(|rest| Some(rest.split('"').next()?.to_owned())).collect()
        };
        let theirs: BTreeSet<BTreeSet<String>> = report.split("<product ").skip(1).map(set).collect();
        let cuts = Solver::new(&engine, &[top], Limits::default()).cuts(top, None);
        let named = |set: Vec<Event>| -> BTreeSet<String> {
            set.iter().map(|event| tree.events[event.index()].name.clone()).collect()
        };
        let ours: BTreeSet<BTreeSet<String>> = cuts.iter().map(named).collect();
        assert_eq!(ours, theirs, "seed {seed}\n{text}");
        n_compared += 1;
        n_negated += usize::from(text.contains("<not>"));
    }
    assert!(n_compared > 50 && n_negated > 20, "{n_compared} compared, {n_negated} of them with negations");
}

#[test]
fn files_that_include_others_are_read_as_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).expect("written");
    write(
        "top.xml",
        &file(
            "<define-gate name=\"g\"><or><basic-event name=\"e\"/><basic-event name=\"e2\"/></or></define-gate><include file=\"events.xml\"/>",
        ),
    );
    write(
        "events.xml",
        "<opsa-mef xmlns:xi=\"x\"><xi:include href=\"top.xml\"/><model-data><define-basic-event name=\"e\"><float value=\"0.25\"/></define-basic-event>
         <define-basic-event name=\"e2\"/></model-data></opsa-mef>",
    );
    let import = |name: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
        command.args(["import", "openpsa"]).arg(directory.path().join(name)).stdin(Stdio::null());
        command.output().expect("the binary runs")
    };
    let model = String::from_utf8(import("top.xml").stdout).expect("UTF-8");
    assert!(model.contains("[service.g]\nneeds = [\"e\", \"e2\"]\n"), "{model}");
    assert!(model.contains("[service.e]\navailability = 0.75\n"), "{model}");
    write("evil.xml", &file("<include file=\"../../etc/passwd\"/>"));
    let refused = import("evil.xml");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("lies outside of the directory"));
}

/// The examples that come with another analyser: what both understand, both answer alike.
#[test]
fn examples_of_another_analyser_have_its_answers() {
    let directory = Path::new("/usr/share/scram/input");
    let examples = [
        ("BSCU/BSCU.xml", &[][..]),
        ("Baobab/baobab2.xml", &["Baobab/baobab2-basic-events.xml"][..]),
        ("Chinese/chinese.xml", &["Chinese/chinese-basic-events.xml"][..]),
        ("HIPPS/HIPPS.xml", &[][..]),
        ("Lift/lift.xml", &[][..]),
        ("Theatre/theatre.xml", &[][..]),
        ("ThreeMotor/three_motor.xml", &[][..]),
        ("TwoTrain/two_train.xml", &[][..]),
        ("ne574/ne574.xml", &[][..]),
    ];
    if !directory.join(examples[0].0).is_file() || Command::new("scram").arg("--version").output().is_err() {
        return skipped("no scram with its examples to compare with");
    }
    for (file, more) in examples {
        let files: Vec<_> = std::iter::once(&file).chain(more).map(|name| directory.join(name)).collect();
        let mut sources = Sources::default();
        for file in &files {
            sources.add(file.display().to_string(), fs::read_to_string(file).expect("it is there"));
        }
        let tree =
            openpsa::read(&mut sources, 8760.0, &mut |_, _, _| Err("none includes another".to_owned()))
                .unwrap_or_else(|problems| panic!("{file}: {}", problems[0].message));
        let (engine, nodes) = tree.tree();
        let top = nodes[tree.tops[0]];
        let solver = Solver::new(&engine, &[top], Limits::default());
        let (probability, products) = by_scram(&files).expect("it reads its own examples");
        let ours = solver.probability(top).lower;
        assert!((ours - probability).abs() <= 1e-5 * probability, "{file}: {ours} is not {probability}");
        assert_eq!(solver.cuts(top, None).count().to_string(), products, "{file}");
    }
    // A tree without its events says what may be missing.
    let text = fs::read_to_string(directory.join("Chinese/chinese.xml")).expect("it is there");
    let problems = read_text(&text, 1.0).expect_err("its events are elsewhere");
    assert!(problems[0].hint.as_deref().is_some_and(|hint| hint.contains("name that file too")));
}

#[test]
fn known_answers_of_industrial_trees() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/aralia");
    let Ok(known) = fs::read_to_string(data.join("known.tsv")) else {
        return skipped("no industrial trees beside this checkout");
    };
    // One that takes minutes is left to the benches.
    let skip = ["nus9601"];
    let mut n_compared = 0;
    for line in known.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let name = fields[0].split(' ').next().expect("a name");
        if skip.contains(&name) {
            continue;
        }
        let text = fs::read_to_string(data.join(format!("{name}.xml"))).expect("listed");
        let tree = openpsa::read_text(&text, 8760.0)
            .unwrap_or_else(|problems| panic!("{name}: {}", problems[0].message));
        assert_eq!(tree.tops.len(), 1, "{name}");
        let (engine, nodes) = tree.tree();
        let top = nodes[tree.tops[0]];
        let solver = Solver::new(&engine, &[top], Limits::default());
        let probability: f64 = fields[4].parse().expect("a number");
        let found = solver.probability(top).lower;
        assert!((found - probability).abs() <= 1e-12 * probability, "{name}: {found} is not {probability}");
        assert_eq!(solver.cuts(top, None).count().to_string(), fields[3], "{name}");
        n_compared += 1;
    }
    assert!(n_compared > 15, "only {n_compared} trees were compared");
}
