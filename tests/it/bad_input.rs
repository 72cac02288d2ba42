//! Files that are wrong, cut off, endless, hostile or not there: always exit code 2, a clear message with its place on
//! standard error, nothing on standard output, and never a panic.

mod files;
mod hostile;
mod mutations;
mod together;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use linchpin::diag::{Code, Diagnostic, Sources};
use linchpin::model::Model;
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

#[test]
fn what_newcomers_write_gets_a_hint() {
    for (text, hint) in [
        ("[service.order desk]\n", "names have no spaces"),
        ("[provider.p]\n[service.a]\nplaced = ['p']\nstandby = ['p']\n", "its keys are at, after, manual"),
        ("[model]\ncatalogs = ['amazon']\n[service.a]\n", "did you mean `aws`?"),
        ("[provider.p.region.north]\n[service.a]\nplaced = ['north']\n", "did you mean `p/north`?"),
    ] {
        let (.., said) = problem(text);
        assert!(said.as_ref().is_some_and(|said| said.starts_with(hint)), "{said:?} in {text}");
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
        ("[settings]\nbackup_verified = '9d'", "backup_verified", "backup_verified_within"),
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
        let text = format!("{text}\n[provider.b]\n");
        let (code, found, _) = problem(&text);
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
        ("[[policy]]\nname = 'a'\n[[waiver]]\npolicy = 'a'\nreason = 'b'", "until"),
        ("[scenario.a]", "fails"),
        ("[scenario.a]\nfails = [{ lasts = '1h' }]", "what"),
    ] {
        let problems = problems(&format!("{text}\n[provider.b]\n"));
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
            let text = text.replace("DURATION", duration) + "\n[provider.b]\n";
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
            let text = text.replace('N', number) + "\n[provider.b]\n";
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
