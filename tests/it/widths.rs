//! Text for people keeps to the width that it is given, narrow or wide, and has a form in ASCII.

use std::fs;
use std::path::Path;

use jiff::civil::date;
use unicode_width::UnicodeWidthStr;

use linchpin::analysis::{
    CutSets, Question, System, SystemTree, Wanted, blast, check, concentration, custom, cut_sets, expected,
    explain, survive, sweep,
};
use linchpin::diag::Sources;
use linchpin::faulttree::{Limits, Solver};
use linchpin::model::{Class, ElementId, Failure, Model, State, Time};
use linchpin::render::{self, Bars, Detail};
use linchpin::report::{
    AvailabilityOfAllReport, BlastReport, CheckReport, CutsReport, ExplainReport, More, SurviveReport,
};

/// Shapes, or with everything each set.
fn cuts(
    system: &System,
    tree: &SystemTree,
    capabilities: &[ElementId],
    sets: &[CutSets],
    detail: Detail,
    width: usize,
) -> String {
    let is_picture = detail != Detail::Verbose && !sets.iter().any(|of| of.by_chance);
    let more = if is_picture { More::Shapes(150) } else { More::Also(2_000) };
    let report = CutsReport::new(system, tree, State::Degraded, capabilities, sets, more);
    let mut text = Vec::new();
    render::cuts(&report, detail, width, &mut text).expect("writing to memory");
    String::from_utf8(text).expect("UTF-8")
}

/// The answers about `models/storefront`, each of its width.
fn texts(width: usize) -> Vec<(&'static str, String)> {
    let mut sources = Sources::default();
    for file in ["places.toml", "platform.toml", "policies.toml", "shop.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/storefront").join(file);
        sources.add(file, fs::read_to_string(path).expect("the model is there"));
    }
    let system = System::new(Model::read(&sources, "storefront").expect("it is valid"));
    let model = &system.model;
    let today = date(2031, 1, 1);
    let capabilities: Vec<_> = model.capabilities().map(|(id, ..)| id).collect();
    let asked = || sweep(model, &[Class::Zone, Class::Provider, Class::Product], 1).expect("few");
    let region = model.find("aws/us-east-1").expect("it is there");
    let fails = [Failure { what: region, lasts: Time::seconds(14_400), destroys: false }];

    let survived = SurviveReport::new(model, &survive(&system, &asked(), &capabilities, today));
    let ranked = BlastReport::new(model, &blast(&system, asked(), &capabilities), &concentration(&system));
    let explained = ExplainReport::new(model, &explain(&system, custom(model, &fails), &capabilities, today));
    let checked = check(&system, &capabilities, State::Degraded, today).expect("few");
    let checked = CheckReport::new(model, &sources, &checked, State::Degraded);
    let tree = SystemTree::new(&system, &capabilities, State::Degraded, &Class::ALL).expect("no circles");
    let solver = Solver::new(&tree.tree, &tree.tops, Limits::default());
    let chances = tree.tree.probabilities();
    let answers: Vec<_> =
        tree.tops.iter().map(|top| expected(&solver, *top, chances, Question::default())).collect();
    let what_if = vec![("aws/us-east-1".to_owned(), 0.9999)];
    let available = AvailabilityOfAllReport::new(
        &system,
        &tree,
        State::Degraded,
        &capabilities,
        &answers,
        &[],
        None,
        what_if,
    );
    let sets =
        |wanted| -> Vec<_> { tree.tops.iter().map(|top| cut_sets(&solver, *top, wanted, chances)).collect() };
    let probable = sets(Wanted { top: Some(20), ..Wanted::default() });
    let sets = sets(Wanted { order: Some(3), ..Wanted::default() });
    let plain = |text: String| anstream::adapter::strip_str(&text).to_string();
    let mut texts = vec![
        ("explain", plain(render::explain(&explained, Bars::Unicode, width))),
        ("check", plain(render::check(&checked, Detail::Normal, Some(width)))),
    ];
    for detail in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
        texts.push(("survive", plain(render::survive(&survived, detail, width))));
        texts.push(("blast", plain(render::blast(&ranked, detail, width))));
        if detail != Detail::Quiet {
            texts.push(("availability", plain(render::availability(&available, detail, width))));
        }
        texts.push(("cuts", plain(cuts(&system, &tree, &capabilities, &sets, detail, width))));
        texts.push(("cuts by chance", plain(cuts(&system, &tree, &capabilities, &probable, detail, width))));
    }
    texts
}

#[test]
fn no_line_is_longer_than_the_terminal() {
    for width in [80, 100, 132, 200] {
        for (what, text) in texts(width) {
            assert!(text.lines().count() > 3, "{what} at {width}");
            for line in text.lines() {
                assert!(line.width() <= width, "{what} at {width}: {} columns\n{line}", line.width());
                assert_eq!(line.trim_end(), line, "{what} at {width}");
            }
        }
    }
}

#[test]
fn where_there_is_room_names_stand_over_the_columns() {
    let matrix = |width: usize| {
        let texts = texts(width);
        texts.into_iter().find(|(what, _)| *what == "survive").expect("it is there").1
    };
    assert!(
        matrix(200).starts_with("what fails")
            && matrix(200).lines().next().is_some_and(|line| line.contains("checkout"))
    );
    assert!(matrix(120).contains("\nA browse   B search"));
    // Data stores have a panel of their own where not all fit.
    assert_eq!(matrix(60).lines().filter(|line| line.starts_with("what fails")).count(), 2);
}

#[test]
fn symbols_have_a_form_in_ascii_that_is_as_wide() {
    for (what, text) in texts(100) {
        let ascii = render::ascii(&text);
        assert!(ascii.is_ascii(), "{what}: {ascii}");
        let widths = |text: &str| text.lines().map(UnicodeWidthStr::width).collect::<Vec<_>>();
        assert_eq!(widths(&ascii), widths(&text), "{what}");
    }
}
