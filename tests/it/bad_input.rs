//! Files that are wrong, cut off, endless, hostile or not there: always exit code 2, a clear message with its place on
//! standard error, nothing on standard output, and never a panic.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use linchpin::analysis::{System, lint};
use linchpin::diag::{Code, Diagnostic, Sources};
use linchpin::model::Model;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use tempfile::TempDir;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn linchpin(directory: &Path, arguments: &[&OsStr]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args(arguments).current_dir(directory).stdin(Stdio::null()).env_remove("CLICOLOR_FORCE");
    command.output().expect("the binary runs")
}

/// What is said about a model in a directory, which must be refused.
fn refused_at(directory: &Path, model: impl AsRef<OsStr>) -> String {
    let output = linchpin(directory, &["check".as_ref(), model.as_ref(), "--color=never".as_ref()]);
    let stderr = String::from_utf8(output.stderr).expect("messages are UTF-8");
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty(), "standard output is for results: {stderr}");
    assert!(!stderr.trim().is_empty() && !stderr.contains("panicked"), "{stderr}");
    stderr
}

/// What is said about a text, which must be refused.
fn refused(text: impl AsRef<[u8]>) -> String {
    let directory = directory();
    fs::write(directory.path().join("m.toml"), text).expect("writable");
    refused_at(directory.path(), "m.toml")
}

/// The diagnostics of a text, without going through a process.
fn problems(text: &str) -> Vec<Diagnostic> {
    let mut sources = Sources::default();
    sources.add("m.toml", text);
    Model::read(&sources, "m").expect_err("the model is wrong")
}

/// A text's only problem: its code, the marked text, the hint.
fn problem(text: &str) -> (Code, String, Option<String>) {
    match &problems(text)[..] {
        [one] => (one.code, text[one.place.range()].to_owned(), one.hint.clone()),
        all => panic!("not one problem in {text:?}: {all:#?}"),
    }
}

// ---- texts that are not TOML -----------------------------------------------------------------------------

#[test]
fn texts_that_are_not_toml() {
    let cases = [
        ("[service.web", "m.toml:1:13", "unclosed table", "expected `]`"),
        ("[service.web]]", "m.toml:1:14", "more than one thing on a line", "expected a new line here"),
        ("[[policy]\nname = 'x'", "m.toml:1:10", "unclosed array table", "expected `]`"),
        ("[service web]", "m.toml:1:9", "unclosed table", "expected `]`"),
        ("[service.wéb]", "m.toml:1:11", "invalid unquoted key", "expected letters, numbers, `-`, `_`"),
        ("[]", "m.toml:1:2", "unquoted keys cannot be empty", "expected letters"),
        ("[service.]", "m.toml:1:10", "unquoted keys cannot be empty", "expected letters"),
        ("service", "m.toml:1:8", "a key without a value", "expected `=`"),
        ("service =", "m.toml:1:10", "a value is missing", "expected a value here"),
        ("= 1", "m.toml:1:1", "unquoted keys cannot be empty", "expected letters"),
        ("[a]\nb = 1 c = 2", "m.toml:2:5", "a string without quotes", "expected quotes around it"),
        ("[a]\nb = 'x' c = 2", "m.toml:2:9", "more than one thing on a line", "expected a new line here"),
        ("[a]\nb = x", "m.toml:2:5", "a string without quotes", "expected quotes around it"),
        ("[a]\nb = [“x”]", "m.toml:2:6", "a string without quotes", "expected quotes around it"),
        ("[a]\nb = True", "m.toml:2:5", "invalid boolean", "expected `true`"),
        ("[a]\nb = 01", "m.toml:2:5", "unexpected leading zero", "expected a number without this"),
        ("[a]\nb = 1_", "m.toml:2:6", "`_` may only go between digits", "expected a number without this"),
        ("[a]\nb = '\u{7}'", "m.toml:2:6", "invalid literal string", "expected non-single-quote visible"),
        ("[a]\nb = \"\\q\"", "m.toml:2:7", "missing escaped value", "expected `b`"),
        ("[a]\nb = \"\\ud800\"", "m.toml:2:8", "invalid value", "expected unicode hexadecimal value"),
        ("[a]\nb = 2026-02-30", "m.toml:2:5", "invalid date", "expected day between 01 and 28"),
        ("[a]\nb = 2025-02-29", "m.toml:2:5", "invalid date", "expected day between 01 and 28"),
        ("[a]\nb = 2026-13-01", "m.toml:2:5", "invalid date", "expected month between 01 and 12"),
        ("[a]\nb = [1,, 2]", "m.toml:2:8", "extra comma in array", "expected value"),
        ("[a]\nb = ['1' '2']", "m.toml:2:10", "missing comma between array elements", "expected `,`"),
        ("[a]\nb = []]", "m.toml:2:7", "more than one thing on a line", "expected a new line here"),
        ("[a]\nb = { c 1 }", "m.toml:2:9", "missing assignment", "expected `=`"),
        ("[a]\nb = 'x", "m.toml:2:5", "a string has no end", "expected `'`"),
        ("[a]\nb = \"x", "m.toml:2:5", "a string has no end", "expected `\"`"),
        ("[a]\nb = ['x']\nc = \"\"\"x\n[b]\n", "m.toml:3:5", "a string has no end", "expected `\"`"),
        ("a = 1\na.b = 2", "m.toml:2:1", "cannot extend value of type integer", "expected a table"),
        ("[a]\rb = 1", "m.toml:1:5", "carriage return must be followed by newline", "expected newline"),
        ("a\0b = 1", "m.toml:1:2", "invalid unquoted key", "expected letters"),
        ("{\"service\": {}}", "m.toml:1:1", "invalid key-value pair", "expected key"),
        ("services: 2", "m.toml:1:9", "invalid unquoted key", "expected letters"),
        ("<service/>", "m.toml:1:1", "invalid unquoted key", "expected letters"),
        ("PK\u{3}\u{4}", "m.toml:1:3", "invalid unquoted key", "expected letters"),
    ];
    for (text, place, message, label) in cases {
        let said = refused(text);
        assert!(said.starts_with(&format!("error[syntax]: not valid TOML: {message}")), "{text:?}: {said}");
        assert!(said.contains(&format!("--> {place}\n")), "{text:?}: {said}");
        assert!(said.contains(&format!("^ {label}")), "{text:?}: {said}");
        assert!(said.contains("the model has 1 problem\n"), "one mistake, one problem: {text:?}: {said}");
    }
}

/// After a bracket that is never closed every further line looks wrong: only the first one is.
#[test]
fn a_bracket_without_an_end_is_one_problem() {
    let rest =
        "[service.web]\nneeds = [\"db\"]\nquorum = 2\n[capability.shop]\nneeds = [\"web\"]\n".repeat(20);
    for (start, marked) in [
        ("[service.db]\nneeds = [\"a\"\n", "\n[service.web]"),
        ("[service.db]\nneeds = [\n", "service.web]"),
        ("[service.db]\nplaced = [{ at = \"a\"\n", "\n[service.web]"),
        ("[service.db]\nplaced = [{ at = \"a\" }\n", "\n[service.web]"),
        ("[service.db]\nplaced = [\"a\n", "\"a\n"),
    ] {
        let text = format!("{start}{rest}");
        let problems = problems(&text);
        let first = &problems[0];
        assert!(problems.len() == 1 && first.code == Code::Syntax, "{start}: {problems:#?}");
        let marked = text.find(marked).map(|at| at + usize::from(marked.starts_with('\n')));
        assert_eq!(Some(first.place.range().start), marked, "{start}: {problems:#?}");
        assert!(first.hint.is_some() || first.message.ends_with("a string has no end"), "{first:#?}");
    }
    // What is wrong before it is said as well.
    let two = problems("[service.db]\nquorum = 1_\nneeds = [\"a\"\n[service.web]\n");
    assert_eq!(two.len(), 2, "{two:#?}");
}

#[test]
fn nesting_without_end() {
    const DEEP: usize = 100_000;
    for text in [
        format!("a = {}{}", "[".repeat(DEEP), "]".repeat(DEEP)),
        format!("a = {}", "[".repeat(DEEP)),
        format!("a = {}1{}", "{ a = ".repeat(DEEP), "}".repeat(DEEP)),
        format!("a = {}", "[{ a = ".repeat(DEEP)),
        format!("a = {}", "]".repeat(DEEP)),
        format!("a{} = 1", ".a".repeat(DEEP)),
        format!("[a{}]", ".a".repeat(DEEP)),
    ] {
        assert!(refused(text).starts_with("error[syntax]: not valid TOML"));
    }
    // As deep as TOML goes, terms are read.
    let deep = format!("[service.a]\nneeds = [{}'b'{}]\n", "{ any = [".repeat(38), "] }".repeat(38));
    assert_eq!(problem(&deep), (Code::UnknownReference, "'b'".to_owned(), None));
}

// ---- tables and keys -------------------------------------------------------------------------------------

#[test]
fn unknown_keys_at_every_level() {
    for (text, key, near) in [
        ("servise.a = {}", "servise", "service"),
        ("[model]\nnam = 'x'", "nam", "name"),
        ("[settings]\nbackup_verified = '9d'", "backup_verified", ""),
        ("[provider.a]\nregions = {}", "regions", "region"),
        ("[provider.a.region.b]\nmin-zones = 1", "min-zones", "min_zones"),
        ("[provider.a.region.b.zone.c]\navailabilty = 1", "availabilty", "availability"),
        ("[provider.a.product.b]\nscope = 'zone'\nneed = []", "need", "needs"),
        ("[group.a]\nmember = []", "member", "members"),
        ("[service.a]\nplace = []", "place", "placed"),
        ("[service.a]\nplaced = [{ at = 'b', amount = 1 }]", "amount", "count"),
        ("[service.a]\nstandby = [{ at = 'b', afer = '1m' }]", "afer", "after"),
        ("[service.a]\nbackup = [{ at = 'b', every = '1h', verify = 1 }]", "verify", "every"),
        ("[capability.a]\nvalue-per-hour = 1", "value-per-hour", "value_per_hour"),
        ("[channel.a]\nneds = []", "neds", "needs"),
        ("[[policy]]\nname = 'a'\nsurvives = 'zone'", "survives", "survive"),
        ("[[waiver]]\npolicy = 'a'\nuntil = 2027-01-01\nreason = 'b'\nunitl = 1", "unitl", "until"),
        ("[scenario.a]\nfail = []\nfails = []", "fail", "fails"),
        ("[scenario.a]\nfails = [{ what = 'b', last = '1h' }]", "last", "lasts"),
        ("[service.a]\nneeds = [{ on = 'b', sam = 'zone' }]", "sam", "same"),
        ("[service.a]\nneeds = [{ all = ['b'], after = '1m' }]", "after", ""),
        ("[service.a]\nneeds = [{ any = ['b'], afterwards = '1m' }]", "afterwards", ""),
        ("[service.a]\nwants = [{ at_least = 1, off = ['b'], of = ['b'] }]", "off", "of"),
        ("[service.a]\nneeds = [{ any = [{ all = [{ on = 'b', wen = 1 }] }] }]", "wen", "when"),
    ] {
        let problems: Vec<_> = problems(text).into_iter().filter(|p| p.code == Code::UnknownKey).collect();
        let [found] = &problems[..] else { panic!("{text}: {problems:#?}") };
        assert_eq!(&text[found.place.range()], key, "{text}");
        assert!(found.message.ends_with(&format!(" has no key `{key}`")), "{text}: {}", found.message);
        assert!(found.label.starts_with("expected a key of "), "{text}: {}", found.label);
        let hint = found.hint.as_deref().expect("there always is a hint");
        match near {
            "" => assert!(hint.starts_with("its keys are "), "{text}: {hint}"),
            _ if hint.starts_with("its keys are ") => assert!(hint.contains(near), "{text}: {hint}"),
            _ => assert_eq!(hint, format!("did you mean `{near}`?"), "{text}"),
        }
    }
}

#[test]
fn values_of_the_wrong_type() {
    for (text, marked) in [
        ("service = 1", "1"),
        ("service = []", "[]"),
        ("service = { a = 1 }", "1"),
        ("[[service.a]]", "[[service.a]]"),
        ("[policy]\nname = 'x'", "[policy]"),
        ("policy = [1]", "1"),
        ("model = 'x'", "'x'"),
        ("settings = []", "[]"),
        ("[model]\nname = ['x']", "['x']"),
        ("[provider.a]\nregion = 'b'", "'b'"),
        ("[provider.a.region.b]\nzones = 'c'", "'c'"),
        ("[provider.a.region.b]\nzones = [1]", "1"),
        ("[service.a]\nneeds = 'b'", "'b'"),
        ("[service.a]\nneeds = [1]", "1"),
        ("[service.a]\nneeds = [['b']]", "['b']"),
        ("[service.a]\nneeds = [{ on = 1 }]", "1"),
        ("[service.a]\nneeds = [{ any = 'b' }]", "'b'"),
        ("[service.a]\nneeds = [{ at_least = '1', of = ['b'] }]", "'1'"),
        ("[service.a]\nplaced = 'b'", "'b'"),
        ("[service.a]\nplaced = [1]", "1"),
        ("[service.a]\nstandby = ['b']", "'b'"),
        ("[service.a]\nquorum = 2.0", "2.0"),
        ("[service.a]\nquorum = '2'", "'2'"),
        ("[service.a]\ncapacity = '2'", "'2'"),
        ("[service.a]\ncapacity = 0x10", "0x10"),
        ("[service.a]\nstart = 5", "5"),
        ("[service.a]\nstart = 07:32:00", "07:32:00"),
        ("[service.a]\ndata = 'yes'", "'yes'"),
        ("[service.a]\ndata = 1", "1"),
        ("[service.a]\nbackup = [{ at = 'b', every = '1h', verified = '2026-01-01' }]", "'2026-01-01'"),
        (
            "[service.a]\nbackup = [{ at = 'b', every = '1h', verified = 2026-01-01T00:00:00Z }]",
            "2026-01-01T00:00:00Z",
        ),
        ("[capability.a]\ntier = 'one'", "'one'"),
        ("[capability.a]\nowner = 1", "1"),
        ("[capability.a]\nsla = '99.95 %'", "'99.95 %'"),
        ("[capability.a]\nsla_credits = 0.1", "0.1"),
        ("[capability.a]\nsla_credits = [0.1]", "0.1"),
    ] {
        let (code, found, _) = problem(text);
        assert_eq!((code, found.as_str()), (Code::WrongType, marked), "{text}");
    }
}

#[test]
fn keys_that_must_be_there() {
    for (text, key) in [
        ("[provider.a.product.b]", "scope"),
        ("[service.a]\nplaced = [{ count = 1 }]", "at"),
        ("[service.a]\nstandby = [{ after = '1m' }]", "at"),
        ("[service.a]\nbackup = [{ at = 'b' }]", "every"),
        ("[service.a]\nneeds = [{ when = 'start' }]", "on"),
        ("[service.a]\nneeds = [{}]", "on"),
        ("[service.a]\nneeds = [{ of = ['b'] }]", "at_least"),
        ("[service.a]\nneeds = [{ at_least = 1 }]", "of"),
        ("[capability.a]\nsla_credits = [{ credit = 0.1 }]", "below"),
        ("[capability.a]\nsla_credits = [{ below = 0.9 }]", "credit"),
        ("[[policy]]", "name"),
        ("[[waiver]]\npolicy = 'a'\nreason = 'b'", "until"),
        ("[scenario.a]", "fails"),
        ("[scenario.a]\nfails = [{ lasts = '1h' }]", "what"),
    ] {
        let problems = problems(text);
        let [found] = &problems[..] else { panic!("{text}: {problems:#?}") };
        assert_eq!(found.code, Code::MissingKey, "{text}");
        assert!(found.label.starts_with(&format!("expected `{key}`: ")), "{text}: {}", found.label);
        assert!(!found.place.range().is_empty(), "{text}");
    }
}

// ---- values ----------------------------------------------------------------------------------------------

#[test]
fn durations_that_are_none() {
    let texts = [
        "[service.a]\nstart = DURATION",
        "[provider.a]\nmtbf = DURATION\nmttr = '1h'",
        "[service.a]\nstandby = [{ at = 'b', after = DURATION }]",
        "[service.a]\nstandby = [{ at = 'b', lag = DURATION }]",
        "[service.a]\nbackup = [{ at = 'b', every = DURATION }]",
        "[service.a]\nbackup = [{ at = 'b', every = '1h', restore = DURATION }]",
        "[service.a]\nneeds = [{ on = 'b', tolerates = DURATION }]",
        "[service.a]\nneeds = [{ any = ['b'], after = DURATION }]",
        "[[policy]]\nname = 'a'\nwithin = DURATION",
        "[[policy]]\nname = 'a'\ndata_loss = DURATION",
        "[scenario.a]\nfails = [{ what = 'b', lasts = DURATION }]",
        "[settings]\nbackup_verified_within = DURATION",
    ];
    let wrong = [
        "'-5m'",
        "'15'",
        "''",
        "'1.5'",
        "'5 parsecs'",
        "'500ms'",
        "'1mo'",
        "'1y'",
        "'99999999999999999999d'",
        "'1h ago'",
        "'٣m'",
        "'1m\\u0000'",
    ];
    for text in texts {
        for duration in wrong {
            let text = text.replace("DURATION", duration);
            let (code, marked, _) = problem(&text);
            assert_eq!((code, marked.as_str()), (Code::BadDuration, duration), "{text}");
        }
    }
}

#[test]
fn numbers_out_of_range() {
    let probabilities = [
        "[provider.a]\navailability = N",
        "[service.a]\nstandby = [{ at = 'b', success = N }]",
        "[capability.a]\nsla = N",
        "[capability.a]\nsla_credits = [{ below = N, credit = 0.5 }]",
        "[capability.a]\nsla_credits = [{ below = 0.5, credit = N }]",
    ];
    let amounts = ["[service.a]\ncapacity = N", "[capability.a]\nvalue_per_hour = N"];
    let counts = ["[service.a]\nquorum = N", "[[policy]]\nname = 'a'\nfailures = N"];
    let huge = "9".repeat(400);
    let cases: [(&[&str], &[&str]); 4] = [
        (&probabilities, &["1.1", "-0.1", "99.95", "nan", "-nan", "inf", "-inf", "1e999", "2", "-1", &huge]),
        (&amounts, &["-1", "-0.5", "nan", "inf", "1e999", "-1e308", &huge]),
        (&counts, &["0", "-1", "1000001", "9223372036854775808", "0xFFFFFFFFFFFFFFFFF", &huge]),
        (&["[capability.a]\ntier = N"], &["9223372036854775808", "-9223372036854775809", &huge]),
    ];
    for (texts, numbers) in cases {
        for (text, number) in texts.iter().flat_map(|text| numbers.iter().map(move |number| (text, number))) {
            let text = text.replace('N', number);
            let (code, marked, _) = problem(&text);
            assert_eq!((code, marked.as_str()), (Code::OutOfRange, *number), "{text}");
        }
    }
    // The count may stand, but not for each of three zones.
    let many = "[provider.p.region.r]\nzones = ['a', 'b', 'c']\n[service.a]\nplaced = [{ at = 'p/r/*', count = 1000000 }]";
    assert_eq!(problem(many), (Code::OutOfRange, "1000000".to_owned(), None));
}

#[test]
fn figures_that_contradict_each_other() {
    for figures in [
        "availability = 0.9\nmtbf = '1d'\nmttr = '1h'",
        "availability = 0.9\nmttr = '1h'",
        "mtbf = '1d'",
        "mttr = '1h'",
        "mtbf = '0s'\nmttr = '0s'",
    ] {
        for table in
            ["provider.a", "provider.a.region.b", "provider.a.region.b.zone.c", "group.a", "service.a"]
        {
            assert_eq!(problem(&format!("[{table}]\n{figures}\n")).0, Code::BadFigures, "{table} {figures}");
        }
    }
}

#[test]
fn ranges_that_are_none() {
    let cases = [
        ("availability = { low = 0.99, high = 0.9 }", Code::BadFigures),
        ("mtbf = { low = '2d', high = '1d' }\nmttr = '1h'", Code::BadFigures),
        ("mtbf = { low = '0s', high = '1d' }\nmttr = { low = '0s', high = '1h' }", Code::BadFigures),
        ("availability = { low = 0.99 }", Code::MissingKey),
        ("mttr = { high = '1h' }\nmtbf = '1d'", Code::MissingKey),
        ("availability = { low = 0.9, high = 1.5 }", Code::OutOfRange),
        ("availability = { low = 0.9, high = '1d' }", Code::WrongType),
        ("availability = { low = 0.9, high = 1, mean = 0.95 }", Code::UnknownKey),
        ("availability = [0.9, 1]", Code::WrongType),
    ];
    for (figures, code) in cases {
        assert_eq!(problem(&format!("[group.g]\n{figures}\n")).0, code, "{figures}");
    }
    let standby = "[provider.p]\n[service.s]\nplaced = ['p']\nstandby = [{ at = 'p', success = { low = 1, high = 0 } }]\n";
    assert_eq!(problem(standby).0, Code::BadFigures);
    let ranges = "availability = { low = 0.9, high = 0.99 }";
    let mut sources = Sources::default();
    sources.add("one.toml", format!("[provider.p]\n{ranges}\n[capability.c]\nneeds = ['p']\n"));
    sources.add("two.toml", format!("[provider.p]\n{ranges}\n"));
    let problems = Model::read(&sources, "m").expect_err("given twice");
    assert_eq!(problems[0].code, Code::DuplicateKey);
}

// ---- references ------------------------------------------------------------------------------------------

const CLOUD: &str = "[provider.aws.region.east]\nzones = [\"a\", \"b\"]\n[provider.aws.product.ebs]\nscope = \"zone\"\n\
                     [service.database]\nplaced = [{ at = \"aws/east/a\", count = 3 }]\ntags = [\"linux\"]\n\
                     [capability.shop]\nneeds = [\"database\"]\n[scenario.storm]\nfails = [\"aws/east\"]\n\
                     [[policy]]\nname = \"any zone\"\nsurvive = \"zone\"\n";

#[test]
fn dangling_references_wherever_one_can_stand() {
    for (text, marked, near) in [
        ("[service.x]\nneeds = ['databse']", "'databse'", "database"),
        ("[service.x]\nwants = ['databse']", "'databse'", "database"),
        ("[service.x]\nneeds = [{ on = 'databse', tolerates = '1h' }]", "'databse'", "database"),
        ("[service.x]\nneeds = [{ any = ['database', { all = ['databse'] }] }]", "'databse'", "database"),
        ("[service.x]\nneeds = [{ any = ['database'], degraded = ['databse'] }]", "'databse'", "database"),
        ("[service.x]\nneeds = [{ at_least = 1, of = ['databse'] }]", "'databse'", "database"),
        (
            "[service.x]\nplaced = ['aws/east']\nneeds = [{ on = 'databse', same = 'zone' }]",
            "'databse'",
            "database",
        ),
        ("[capability.x]\nneeds = ['databse']", "'databse'", "database"),
        ("[capability.x]\nneeds = ['service:databse']", "'service:databse'", ""),
        ("[capability.x]\nneeds = ['capability:shp']", "'capability:shp'", "capability:shop"),
        ("[channel.x]\nneeds = ['databse']", "'databse'", "database"),
        ("[provider.x]\nneeds = ['awz']", "'awz'", "aws"),
        ("[provider.x.region.y]\nneeds = ['aws/west']", "'aws/west'", "aws/east"),
        ("[provider.x.product.y]\nscope = 'zone'\nneeds = ['#z']", "'#z'", ""),
        ("[service.x]\nplaced = ['aws/east/c']", "'aws/east/c'", "aws/east"),
        ("[service.x]\nplaced = [{ at = 'aws/esat/*' }]", "'aws/esat/*'", ""),
        ("[service.x]\nstandby = [{ at = 'aws/est' }]", "'aws/est'", "aws/east"),
        ("[service.x]\nbackup = [{ at = 'aws#ebz', every = '1h' }]", "'aws#ebz'", "aws#ebs"),
        (
            "[service.x]\nbackup = [{ at = 'aws', every = '1h', restore_to = ['aws/eats/a'] }]",
            "'aws/eats/a'",
            "aws/east/a",
        ),
        ("[service.x]\nplaced = ['aws/east/a']\nuses = ['ebz']", "'ebz'", "ebs"),
        ("[group.x]\nmembers = ['databse']", "'databse'", "database"),
        ("[group.x]\nneeds = ['databse']", "'databse'", "database"),
        ("[scenario.x]\nfails = ['aws/east/c']", "'aws/east/c'", "aws/east"),
        ("[scenario.x]\nfails = [{ what = 'database@aws/east/b' }]", "'database@aws/east/b'", ""),
        ("[scenario.x]\nfails = ['database@aws/east/a[4]']", "'database@aws/east/a[4]'", ""),
        ("[[policy]]\nname = 'x'\nsurvive = 'zome'", "'zome'", "zone"),
        ("[[policy]]\nname = 'x'\nsurvive = ['zone', 'strom']", "'strom'", "storm"),
        ("[[policy]]\nname = 'x'\nsurvive = 'zone'\ncapabilities = ['shp']", "'shp'", "shop"),
        ("[[waiver]]\npolicy = 'any zome'\nuntil = 2027-01-01\nreason = 'x'", "'any zome'", "any zone"),
        (
            "[[waiver]]\npolicy = 'any zone'\ncapability = 'shp'\nuntil = 2027-01-01\nreason = 'x'",
            "'shp'",
            "shop",
        ),
        (
            "[[waiver]]\npolicy = 'any zone'\nfailure = 'aws/eats'\nuntil = 2027-01-01\nreason = 'x'",
            "'aws/eats'",
            "aws/east",
        ),
    ] {
        let text = format!("{CLOUD}{text}\n");
        let (code, found, hint) = problem(&text);
        assert_eq!((code, found.as_str()), (Code::UnknownReference, marked), "{text}");
        match near {
            "" => {}
            _ => {
                let hint = hint.expect("a name is near");
                assert!(hint.starts_with(&format!("did you mean `{near}")), "{text}: {hint}");
            }
        }
    }
}

#[test]
fn references_that_are_none_or_of_the_wrong_kind() {
    for (text, code) in [
        ("[service.x]\nneeds = ['']", Code::BadReference),
        ("[service.x]\nneeds = ['a b']", Code::BadReference),
        ("[service.x]\nneeds = ['aws/east/a/b']", Code::BadReference),
        ("[service.x]\nneeds = ['aws/east/*']", Code::BadReference),
        ("[service.x]\nneeds = ['tag:linux']", Code::BadReference),
        ("[service.x]\nneeds = ['#ebs']", Code::BadReference),
        ("[service.x]\nneeds = ['database@']", Code::BadReference),
        ("[service.x]\nneeds = ['region:aws/east']", Code::BadReference),
        ("[service.x]\nplaced = ['*']", Code::BadReference),
        ("[service.x]\nneeds = ['shop']", Code::UnknownReference),
        ("[service.x]\nplaced = ['database']", Code::WrongKind),
        ("[service.x]\nplaced = ['aws#ebs']", Code::WrongKind),
        ("[service.x]\nplaced = ['aws/*']", Code::WrongKind),
        ("[service.x]\nplaced = ['database/*']", Code::WrongKind),
        ("[service.x]\nbackup = [{ at = 'database', every = '1h' }]", Code::WrongKind),
        ("[group.x]\nmembers = ['aws#ebs']", Code::WrongKind),
        ("[group.x]\nmembers = ['capability:shop']", Code::WrongKind),
        ("[scenario.x]\nfails = ['capability:shop']", Code::WrongKind),
        ("[scenario.x]\nfails = ['database@aws/east/a']", Code::AmbiguousReference),
        ("[capability.x]\nneeds = ['database@aws/east/a']", Code::AmbiguousReference),
        ("[capability.x]\nneeds = [{ on = 'database', same = 'zone' }]", Code::BadTerm),
        ("[service.x]\nwants = [{ on = 'database', same = 'zone' }]", Code::BadTerm),
        ("[service.x]\nneeds = [{ on = 'database', same = 'zone' }]", Code::BadTerm),
        ("[service.x]\nplaced = ['aws']\nneeds = [{ on = 'aws', same = 'region' }]", Code::BadTerm),
        ("[service.x]\nplaced = ['aws']\nneeds = [{ on = 'database', same = 'region' }]", Code::NoPeer),
        ("[service.x]\nneeds = [{ any = [] }]", Code::BadTerm),
        ("[service.x]\nneeds = [{ all = [] }]", Code::BadTerm),
        ("[service.x]\nneeds = [{ at_least = 1, of = [] }]", Code::BadTerm),
        ("[service.x]\nneeds = [{ on = 'database', same = 'provider' }]", Code::BadChoice),
        ("[service.x]\nneeds = [{ on = 'database', when = 'Start' }]", Code::BadChoice),
        ("[[policy]]\nname = 'x'\nsurvive = 'zone'\nstate = 'down'", Code::BadChoice),
        ("[[policy]]\nname = 'any zone'\nsurvive = 'region'", Code::DuplicateName),
        ("[group.database]\nmembers = ['aws']", Code::DuplicateName),
        ("[scenario.zone]\nfails = ['aws']", Code::BadName),
        ("[service.'']\nneeds = []", Code::BadName),
        ("[service.'-x']\nneeds = []", Code::BadName),
        ("[capability.'x/y']\nneeds = []", Code::BadName),
        ("[provider.'é']\n", Code::BadName),
        ("[scenario.x]\nfails = ['aws', 'aws/east', { what = 'aws' }]", Code::DuplicateFailure),
    ] {
        let text = format!("{CLOUD}{text}\n");
        assert_eq!(problem(&text).0, code, "{text}");
    }
}

/// One mistake in a product's needs, or in a service's, is one problem, however many places it concerns.
#[test]
fn a_mistake_is_said_once() {
    let product = "[provider.p.product.x]\nscope = 'zone'\nneeds = ['nowhere', '#y']\n";
    let regions = (1..=20)
        .fold(String::new(), |out, n| out + &format!("[provider.p.region.r{n}]\nzones = ['a', 'b', 'c']\n"));
    assert_eq!(problems(&format!("{regions}{product}")).len(), 2);
    let lonely = "[service.db]\nplaced = ['p/r1/a']\n[service.web]\nplaced = ['p/r1/*', 'p/r2/*']\n\
                  needs = [{ on = 'db', same = 'zone' }]\n";
    let problems = problems(&format!("{regions}{lonely}"));
    let [no_peer] = &problems[..] else { panic!("{problems:#?}") };
    assert_eq!(
        no_peer.message,
        "`web@p/r1/b` has no instance of `db` in its own zone, nor have 4 other instances"
    );
    // A service that is placed nowhere because its place is unknown has one problem, not a second about `same`.
    let nowhere = "[service.db]\n[service.web]\nplaced = ['q']\nneeds = [{ on = 'db', same = 'zone' }]\n";
    assert_eq!(problem(nowhere).0, Code::UnknownReference);
}

#[test]
fn groups_in_circles() {
    let circle = |of: usize| {
        (0..of)
            .fold(String::new(), |out, n| out + &format!("[group.g{n}]\nmembers = [\"g{}\"]\n", (n + 1) % of))
    };
    for of in [1, 2, 3, 10_000] {
        let problems = problems(&circle(of));
        let [found] = &problems[..] else { panic!("one circle is one problem: {problems:#?}") };
        assert_eq!(found.code, Code::CircularGroups);
        assert_eq!(found.related.len(), of.min(5) - 1);
    }
    // Two circles are two; a group beside them is none.
    let two = format!("{}[group.h]\nmembers = [\"h\", \"g1\"]\n[group.i]\nmembers = [\"g1\"]\n", circle(3));
    assert_eq!(problems(&two).len(), 2);
}

// ---- files -----------------------------------------------------------------------------------------------

#[test]
fn nothing_to_read() {
    let file = directory();
    let nothing: [&[u8]; 7] = [
        b"",
        b"\n\n \n",
        b"# nothing\n",
        b"\xEF\xBB\xBF",
        b"[model]\nname = 'x'\n",
        b"[service]\n",
        b"policy = []\n",
    ];
    for text in nothing {
        fs::write(file.path().join("m.toml"), text).expect("writable");
        let said = refused_at(file.path(), "m.toml");
        assert!(
            said.starts_with("error[empty-model]: the model declares nothing\n --> m.toml:1:1\n"),
            "{said}"
        );
    }
    let empty = directory();
    let below = empty.path().join("below.toml");
    fs::create_dir(&below).expect("writable");
    fs::write(below.join("linchpin.toml"), "[service.a]\n").expect("writable");
    fs::write(empty.path().join(".hidden.toml"), "[service.a]\n").expect("writable");
    fs::write(empty.path().join("README.md"), "[service.a]\n").expect("writable");
    let said = refused_at(empty.path(), ".");
    assert!(said.starts_with("error[no-model]: the directory . has no *.toml files"), "{said}");
    let output = linchpin(empty.path(), &["check".as_ref()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.starts_with("error[no-model]: no linchpin.toml in this directory or any above it"),
        "{said}"
    );
}

#[test]
fn files_that_cannot_be_read() {
    let directory = directory();
    let said = refused_at(directory.path(), "nowhere.toml");
    assert!(said.starts_with("error[cannot-read]: cannot read nowhere.toml: "), "{said}");
    #[cfg(unix)]
    assert_snapshot!("cannot-read", said);
    refused_at(directory.path(), "nowhere/at/all");
    refused_at(directory.path(), "a\nb\u{1b}[31m");
    let output = linchpin(directory.path(), &["check".as_ref(), "".as_ref()]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

#[cfg(unix)]
#[test]
fn links_to_nothing_and_places_without_permission() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    let links = directory();
    fs::write(links.path().join("a.toml"), "[service.a]\n").expect("writable");
    // As a file that vanishes after the directory was listed.
    symlink("vanished.toml", links.path().join("b.toml")).expect("links work");
    let said = refused_at(links.path(), ".");
    assert!(said.starts_with("error[cannot-read]: cannot read ./b.toml: "), "{said}");
    assert!(said.contains("hint: it is a symbolic link to nothing"), "{said}");
    symlink("c.toml", links.path().join("c.toml")).expect("links work");
    assert!(refused_at(links.path(), ".").contains("the model has 2 problems"), "both are said");
    refused_at(links.path(), "c.toml");
    refused_at(links.path(), OsStr::from_bytes(b"not-\xFF-utf8.toml"));

    let closed = directory();
    let file = closed.path().join("closed.toml");
    fs::write(&file, "[service.a]\n").expect("writable");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("owned");
    // Whoever may read everything cannot be kept out.
    if File::open(&file).is_err() {
        assert!(refused_at(closed.path(), "closed.toml").contains("cannot-read"));
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o000)).expect("owned");
        let said = refused_at(Path::new("/"), closed.path());
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).expect("owned");
        assert!(said.contains("cannot-read"), "{said}");
    }
}

#[test]
fn files_that_are_too_large() {
    let directory = directory();
    let file = File::create(directory.path().join("sparse.toml")).expect("writable");
    file.set_len(100_000_000).expect("sparse files work");
    let started = Instant::now();
    let said = refused_at(directory.path(), "sparse.toml");
    assert_snapshot!("too-large", said);
    assert!(started.elapsed() < Duration::from_secs(5), "it is refused before it is read");
}

#[test]
fn files_that_are_too_large_together() {
    let directory = directory();
    for index in 0..9 {
        let file = File::create(directory.path().join(format!("{index}.toml"))).expect("writable");
        file.set_len(60 << 20).expect("sparse files work");
    }
    let said = refused_at(directory.path(), ".");
    assert!(said.starts_with("error[too-large]: the 9 files are larger than 512 MiB in all\n"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn files_without_an_end() {
    let said = refused_at(Path::new("/"), "/dev/zero");
    assert!(said.starts_with("error[too-large]: /dev/zero is larger than 64 MiB\n"), "{said}");
    let said = refused_at(Path::new("/"), "/dev/null");
    assert!(said.starts_with("error[empty-model]: "), "{said}");
}

#[test]
fn files_that_are_not_utf8() {
    let latin1 = refused(b"[service.a]\nneeds = []\n# caf\xE9\n");
    assert!(
        latin1.starts_with("error[not-utf8]: m.toml:3:6 is not UTF-8: there is a byte 0xE9\n"),
        "{latin1}"
    );
    assert!(latin1.contains("hint: save the file as UTF-8"), "{latin1}");
    let after_wide = refused("# 漢字 é".as_bytes().iter().copied().chain([0xFF]).collect::<Vec<u8>>());
    assert!(after_wide.contains("m.toml:1:7 is"), "columns are characters: {after_wide}");
    let utf16: Vec<u8> = "\u{feff}[service.a]\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = refused(utf16);
    assert!(utf16.starts_with("error[not-utf8]: m.toml:1:1 is not UTF-8"), "{utf16}");
    assert!(utf16.contains("hint: it looks like UTF-16: save it as UTF-8"), "{utf16}");
    refused(b"\xC0\xAF");
    refused(b"[service.a]\nneeds = [\"\xED\xA0\x80\"]\n");
    refused(b"[service.a]\nneeds = [\"\xF0\x9F");
}

#[test]
fn byte_order_marks_and_carriage_returns_move_nothing() {
    assert_eq!(refused("\u{feff}servise = 1\n"), refused("servise = 1\n"));
    let unknown = "[service.a]\nquorun = 1\n  needs = [\"é\", \"b\"]\n";
    for text in [unknown, "[service.a]\nneeds = [\"é\" \"b\"]\nstart =\n"] {
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(refused(text), refused(&crlf), "{text}");
        assert_eq!(refused(text), refused(format!("\u{feff}{crlf}")), "{text}");
    }
    // Inside of strings that span lines too.
    let long = "[capability.a]\nowner = \"\"\"b\nc\"\"\"\nowner = 1\n";
    assert_eq!(refused(long), refused(long.replace('\n', "\r\n")));
}

#[test]
fn problems_of_two_files_are_said_together() {
    let directory = directory();
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).expect("writable");
    write("a.toml", "[service.a]\nquorun = 1\nstart = '5'\n[service.b]\nneeds = 'c'\n");
    write("b.toml", "[service.c]\nwant = []\n");
    write("c.toml", "[service.d\n");
    let said = refused_at(directory.path(), ".");
    let places: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("--> ")).collect();
    assert_eq!(places, ["./a.toml:2:1", "./a.toml:3:9", "./a.toml:5:9", "./b.toml:2:1", "./c.toml:1:11"]);
    assert!(said.contains("the model has 5 problems\n"), "{said}");
    // Names are looked at once the shape is right.
    write("a.toml", "[service.a]\nneeds = ['x']\n");
    write("b.toml", "[service.a]\nneeds = ['y']\n");
    write("c.toml", "[service.c]\nneeds = ['a']\n");
    let said = refused_at(directory.path(), ".");
    let places: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("--> ")).collect();
    assert_eq!(places, ["./a.toml:2:10", "./b.toml:1:10", "./b.toml:2:10"], "{said}");
    // A file that cannot be read does not hide another.
    fs::write(directory.path().join("a.toml"), b"\xFF").expect("writable");
    fs::write(directory.path().join("c.toml"), b"\n\xFF").expect("writable");
    let said = refused_at(directory.path(), ".");
    assert!(
        said.contains("./a.toml:1:1 is not UTF-8") && said.contains("./c.toml:2:1 is not UTF-8"),
        "{said}"
    );
}

// ---- hostile texts ---------------------------------------------------------------------------------------

/// Characters that move the cursor, hide, or turn the direction of writing.
const HOSTILE: &str =
    "\u{202e}\u{2066}\u{2069}\u{200b}\u{200f}\u{61c}\u{9b}31m\u{85}\u{2028}\u{feff}\u{ad}\u{e0041}";

fn is_harmless(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !(c.is_control() || HOSTILE.contains(c)) || c.is_ascii_graphic())
}

#[test]
fn hostile_characters_come_out_harmless() {
    let escapes = "\\u001b[2J\\u001b]0;owned\\u0007\\u202e\\u009b";
    let directory = directory();
    for text in [
        format!("# {HOSTILE}\n[service.a]\nx = 1 # {HOSTILE}\n"),
        "# \x1b[31m\n[service.a]\nneeds = [] # \x1b]0;owned\x07\n".to_owned(),
        "[service.a]\nneeds = ['\x1b[31m']\n".to_owned(),
        format!("[service.\"{HOSTILE}{escapes}\"]\n"),
        format!("[service.a]\n\"{HOSTILE}{escapes}\" = 1\n"),
        format!("[service.a]\n\"{HOSTILE}{escapes}\" = 1\n\"{HOSTILE}{escapes}\" = 1\n"),
        format!("[service.a]\nneeds = [\"{HOSTILE}{escapes}\", \"b\"]\n"),
        format!("[service.a]\nstart = \"{HOSTILE}{escapes}\"\n"),
        format!("[provider.a.product.b]\nscope = \"{HOSTILE}{escapes}\"\n"),
        format!("[group.a]\nmembers = [\"tag:{HOSTILE}{escapes}\", \"b\"]\n"),
        format!("[[policy]]\nname = \"{HOSTILE}{escapes}\"\n[[policy]]\nname = \"{HOSTILE}{escapes}\"\n"),
        format!("[capability.a]\n[[policy]]\nname = \"b\"\nsurvive = \"{HOSTILE}{escapes}\"\n"),
        format!("[capability.a]\n[[policy]]\nname = \"b\"\ncapabilities = [\"{HOSTILE}{escapes}\", \"c\"]\n"),
        format!("[service.a]\nneeds = [{HOSTILE}]\n"),
        format!("{HOSTILE}\n"),
        format!("[service.a]\nneeds = [\"b\"] # {}{HOSTILE}\n", "x".repeat(5_000)),
    ] {
        fs::write(directory.path().join("m.toml"), &text).expect("writable");
        let said = refused_at(directory.path(), "m.toml");
        assert!(is_harmless(&said), "{text:?}: {said:?}");
        // With colours the only escape sequences are those of the colours.
        let output =
            linchpin(directory.path(), &["check".as_ref(), "m.toml".as_ref(), "--color=always".as_ref()]);
        let coloured = String::from_utf8(output.stderr).expect("messages are UTF-8");
        let mut parts = coloured.split("\x1b[");
        let mut plain = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (style, rest) = part.split_once('m').expect("only colours are set");
            assert!(style.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{coloured:?}");
            plain += rest;
        }
        assert_eq!(plain, said, "{text:?}");
    }
    let name = format!("x{HOSTILE}.toml").replace("\u{85}", "");
    if fs::write(directory.path().join(&name), "[service.a]\nx = 1\n").is_ok() {
        let said = refused_at(directory.path(), &name);
        assert!(said.contains("x\\u{202e}") && is_harmless(&said), "{said:?}");
    }
}

/// Columns count characters, also behind those that are shown by a stand-in.
#[test]
fn columns_are_right_behind_hostile_characters() {
    let said = refused(format!("[service.a]\nneeds = [\"a\"]; # {HOSTILE}\n"));
    assert!(said.contains("--> m.toml:2:14\n"), "{said}");
    let said = refused("[capability.a]\nneeds = [\"é漢\u{ad}\u{202e}\u{e0041}\", \"b\"]\n");
    assert!(said.contains("--> m.toml:2:10\n") && said.contains("--> m.toml:2:19\n"), "{said}");
}

#[test]
fn endless_lines_and_names_are_not_shown() {
    let long = "x".repeat(1_000_000);
    for text in [
        format!("[service.a]\nneeds = [\"{long}\"]\n"),
        format!("[service.a]\nneeds = [\"b\"] # {long}\n"),
        format!("[service.a]\n{long} = 1\n"),
        format!("[service.\"{long} \"]\n"),
        format!("[service.{long}]\n[service.b]\nneeds = [\"{long}y\"]\n"),
        format!("[service.a]\nstart = \"{long}\"\n"),
        format!("[service.a]\nneeds = [\"{long}\n"),
        format!("# {long}\nneeds = {long}\n"),
    ] {
        let said = refused(&text);
        assert!(said.len() < 5_000, "{} bytes", said.len());
        assert!(said.contains("in a line too long to show"), "{said}");
    }
    let said = refused(format!("[service.a]\nneeds = [ # {long}\n  \"b\"]\nx = 1\n"));
    assert!(said.len() < 5_000 && said.contains(" --> m.toml:4:1\n"), "{said}");
    let said = refused(format!("needs = [{}\"b\" \"c\"]\n", "\"é\", ".repeat(1_000)));
    assert!(said.contains("note: at m.toml:1:5014, in a line too long to show: expected `,`"), "{said}");
}

/// Ten thousand at once where each would look through all the others if it were done carelessly, else a thousand.
#[test]
fn ten_thousand_problems_are_quick() {
    let lines = |n: usize, line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<String>();
    let cases = [
        ("unknown keys", 10_000, format!("[service.a]\n{}", lines(10_000, &|n| format!("key-{n} = 1\n")))),
        ("one key given often", 10_000, format!("[service.a]\n{}", "quorum = 1\n".repeat(10_001))),
        (
            "names taken",
            10_000,
            lines(10_000, &|n| format!("[service.s{n}]\n")) + &lines(10_000, &|n| format!("[group.s{n}]\n")),
        ),
        (
            "dangling references",
            10_000,
            lines(10_000, &|n| format!("[service.service-{n}]\nneeds = [\"servise-{n}\"]\n")),
        ),
        ("syntax", 1_000, "x y\n".repeat(1_000)),
        ("one long list", 1_000, format!("[service.a]\nneeds = [{}]\n", "\"a@\", ".repeat(1_000))),
        (
            "failures twice",
            1_000,
            format!("[service.a]\n[scenario.b]\nfails = [\n{}]\n", "\"a\",\n".repeat(1_001)),
        ),
        (
            "policies",
            1_000,
            lines(1_000, &|n| format!("[[policy]]\nname = \"p{n}\"\nsurvive = \"zome-{n}\"\n"))
                + "[service.a]\n",
        ),
        (
            "products",
            1_000,
            lines(1_000, &|n| format!("[provider.p.product.x{n}]\nscope = \"zone\"\nneeds = [\"#y{n}\"]\n")),
        ),
    ];
    for (what, n, text) in cases {
        let started = Instant::now();
        let said = refused(text);
        let took = started.elapsed();
        assert!(
            said.contains(&format!("the model has {n} problems\n")),
            "{what}: {}",
            &said[said.len() - 200..]
        );
        assert_eq!(said.lines().filter(|line| line.starts_with("error[")).count(), n, "{what}");
        assert!(took < Duration::from_secs(20), "{what}: {took:?}");
    }
}

// ---- mutations -------------------------------------------------------------------------------------------

/// One step away from a text: what it does, where (as a share of the text), and with what.
#[derive(Debug, Clone)]
enum Mutation {
    DropLine(usize),
    RepeatLine(usize, usize),
    SwapLines(usize, usize),
    DropToken(usize),
    RepeatToken(usize, usize),
    ReplaceToken(usize, usize),
    Insert(usize, char),
    DropCharacter(usize),
    CutOff(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<usize>;
    let characters = prop::sample::select(
        "[]{}\"'=,.#\n\r\t \\/*@:-_019azé漢\u{0}\u{1b}\u{202e}\u{feff}".chars().collect::<Vec<_>>(),
    );
    prop_oneof![
        at().prop_map(Mutation::DropLine),
        (at(), at()).prop_map(|(from, to)| Mutation::RepeatLine(from, to)),
        (at(), at()).prop_map(|(one, other)| Mutation::SwapLines(one, other)),
        at().prop_map(Mutation::DropToken),
        (at(), at()).prop_map(|(from, to)| Mutation::RepeatToken(from, to)),
        (at(), at()).prop_map(|(at, by)| Mutation::ReplaceToken(at, by)),
        (at(), characters).prop_map(|(at, character)| Mutation::Insert(at, character)),
        at().prop_map(Mutation::DropCharacter),
        at().prop_map(Mutation::CutOff),
    ]
}

/// Words that mean something to the format, most of them where they do not belong.
const WORDS: [&str; 28] = [
    "needs",
    "placed",
    "zones",
    "count",
    "at",
    "on",
    "any",
    "of",
    "at_least",
    "same",
    "survive",
    "fails",
    "\"zone\"",
    "\"aws\"",
    "\"aws/us-east-1/*\"",
    "\"tag:x\"",
    "\"#ebs\"",
    "\"1h\"",
    "\"-1h\"",
    "true",
    "1000000",
    "-1",
    "0.5",
    "nan",
    "2026-02-30",
    "[]",
    "{}",
    "[[",
];

/// Splits behind each run of letters and digits and each other character, so that the pieces make up the text.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (token, others) = rest.split_at(word.max(first.len_utf8()));
        tokens.push(token);
        rest = others;
    }
    tokens
}

fn mutate(text: &str, mutation: &Mutation) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut tokens = tokens(text);
    let characters: Vec<char> = text.chars().collect();
    if characters.is_empty() {
        return text.to_owned();
    }
    let (n_lines, n_tokens) = (lines.len(), tokens.len());
    match *mutation {
        Mutation::DropLine(at) => drop(lines.remove(at % n_lines)),
        Mutation::RepeatLine(from, to) => lines.insert(to % n_lines, lines[from % n_lines]),
        Mutation::SwapLines(one, other) => lines.swap(one % n_lines, other % n_lines),
        Mutation::DropToken(at) => drop(tokens.remove(at % n_tokens)),
        Mutation::RepeatToken(from, to) => tokens.insert(to % n_tokens, tokens[from % n_tokens]),
        Mutation::ReplaceToken(at, by) => tokens[at % n_tokens] = WORDS[by % WORDS.len()],
        Mutation::Insert(at, character) => {
            let at = at % characters.len();
            return characters[..at].iter().chain([&character]).chain(&characters[at..]).collect();
        }
        Mutation::DropCharacter(at) => {
            let at = at % characters.len();
            return characters[..at].iter().chain(&characters[at + 1..]).collect();
        }
        Mutation::CutOff(at) => return characters[..at % characters.len()].iter().collect(),
    }
    if matches!(mutation, Mutation::DropLine(_) | Mutation::RepeatLine(..) | Mutation::SwapLines(..)) {
        lines.concat()
    } else {
        tokens.concat()
    }
}

/// Reads texts as one model; whatever is said must lie in them and be shown without trouble.
fn read(texts: &[String]) {
    let mut sources = Sources::default();
    for (index, text) in texts.iter().enumerate() {
        sources.add(format!("{index}.toml"), text.as_str());
    }
    let said = match Model::read(&sources, "mutated") {
        Ok(model) => lint(&System::new(model)),
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a word");
            let places: Vec<_> = problems.iter().map(|problem| problem.place).collect();
            assert!(places.is_sorted(), "problems are in the order of the text");
            problems
        }
    };
    for diagnostic in &said {
        let related = diagnostic.related.iter().map(|(place, _)| *place);
        for place in std::iter::once(diagnostic.place).chain(related) {
            let Some(file) = place.file() else { continue };
            let text = &sources.get(file).expect("the file is one of those read").text;
            assert!(text.get(place.range()).is_some(), "{diagnostic:#?} lies outside of {text:?}");
            assert!(sources.position(place).is_some(), "{diagnostic:#?}");
        }
    }
    let shown = linchpin::render::diagnostics(&said, &sources);
    assert!(!shown.contains('\u{202e}') && !shown.contains('\u{feff}'), "{shown:?}");
}

/// Valid models, each as the texts of its files.
fn valid() -> Vec<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |path: &Path| fs::read_to_string(path).expect("the model is there");
    let entries = fs::read_dir(root.join("models/storefront")).expect("the model is there");
    let mut storefront: Vec<_> = entries.map(|entry| entry.expect("listed").path()).collect();
    storefront.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    storefront.sort();
    vec![
        vec![text(&root.join("src/cli/commands/init.toml"))],
        storefront.iter().map(|path| text(path)).collect(),
    ]
}

#[test]
fn mutated_models_never_panic_and_problems_have_their_places() {
    let models = valid();
    for model in &models {
        read(model);
    }
    let steps = prop::collection::vec((any::<usize>(), mutation()), 1..8);
    let config = ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    };
    let result = TestRunner::new(config).run(&(0..models.len(), steps), |(model, steps)| {
        let mut texts = models[model].clone();
        for (file, step) in &steps {
            let file = file % texts.len();
            texts[file] = mutate(&texts[file], step);
        }
        read(&texts);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}
