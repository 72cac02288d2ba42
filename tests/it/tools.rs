//! What serves other tools: the schema for editors, the layout of models, completions and manual pages, watching.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use linchpin::diag::{Code, Severity};
use serde_json::Value;

use crate::binary::{command, linchpin, linchpin_in, model_of, stderr, stdout};
use crate::random::{self, Rng, Size};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A TOML text as JSON. A date is a string there, as editors see it.
fn as_json(text: &str) -> Option<Value> {
    fn value(from: toml::Value) -> Value {
        match from {
            toml::Value::Datetime(date) => Value::String(date.to_string()),
            toml::Value::Array(values) => values.into_iter().map(value).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(key, of)| (key, value(of))).collect(),
            other => serde_json::to_value(other).expect("plain values"),
        }
    }
    toml::from_str::<toml::Value>(text).ok().map(value)
}

fn toml_files(below: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(below).expect("models are there") {
        let path = entry.expect("listed").path();
        if path.is_dir() {
            toml_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            out.push(path);
        }
    }
    out.sort();
}

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&linchpin::model::schema()).expect("it is a schema")
}

#[test]
fn every_model_fits_the_schema() {
    let validator = validator();
    let mut files = Vec::new();
    for entry in fs::read_dir(repository().join("models")).expect("models are there") {
        let path = entry.expect("listed").path();
        if path.is_dir() && !path.ends_with("invalid") {
            toml_files(&path, &mut files);
        }
    }
    assert!(files.len() > 60);
    for file in files {
        let text = fs::read_to_string(&file).expect("readable");
        let model = as_json(&text).expect("TOML");
        let errors: Vec<String> = validator.iter_errors(&model).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
    }
    for seed in 0..200 {
        let text = random::model(seed, Size(6));
        let model = as_json(&text).expect("TOML");
        let errors: Vec<String> = validator.iter_errors(&model).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{text}");
    }
}

/// Problems of shape that one value or one table shows.
const REFUSED: [Code; 11] = [
    Code::BadChoice,
    Code::BadDuration,
    Code::BadFigures,
    Code::BadName,
    Code::BadReference,
    Code::BadTerm,
    Code::MissingKey,
    Code::OutOfRange,
    Code::UnknownCatalog,
    Code::UnknownKey,
    Code::WrongType,
];

/// Problems that a schema cannot see: they are between names, files or numbers. A file that declares nothing may be one
/// of several.
const UNSEEN: [Code; 9] = [
    Code::AmbiguousReference,
    Code::CircularGroups,
    Code::DuplicateFailure,
    Code::DuplicateKey,
    Code::DuplicateName,
    Code::EmptyModel,
    Code::NoPeer,
    Code::UnknownReference,
    Code::WrongKind,
];

#[test]
fn what_a_schema_can_refuse_it_refuses_and_nothing_else() {
    let validator = validator();
    let mut files = Vec::new();
    toml_files(&repository().join("models/invalid"), &mut files);
    let mut seen = BTreeSet::new();
    for file in files {
        // The name of the file, or of its directory, is the code.
        let names = file.ancestors().filter_map(|path| path.file_stem()?.to_str());
        let code = names.into_iter().find_map(Code::from_name).expect("a code");
        let Some(model) = fs::read_to_string(&file).ok().and_then(|text| as_json(&text)) else {
            assert!([Code::Syntax, Code::NotUtf8].contains(&code), "{}", code.name());
            continue;
        };
        assert_eq!(validator.is_valid(&model), !REFUSED.contains(&code), "{}", code.name());
        // Models that are only warned of are analysed, and fit.
        let is_known =
            REFUSED.contains(&code) || UNSEEN.contains(&code) || code.severity() == Severity::Warning;
        assert!(is_known, "can a schema see {}?", code.name());
        seen.insert(code.name());
    }
    assert!(REFUSED.iter().chain(&UNSEEN).all(|code| seen.contains(code.name())), "{seen:?}");
}

#[test]
fn the_schema_knows_references_as_the_reader_does() {
    let validator = validator();
    let fits = |at: &str| validator.is_valid(&serde_json::json!({ "service": { "s": { "placed": [at] } } }));
    for good in [
        "aws",
        "aws/r",
        "aws/r/z",
        "aws/r/*",
        "aws#iam",
        "aws/r/z#ebs",
        "web@aws/r",
        "web@aws/r/z[2]",
        "capability:x",
        "#x",
    ] {
        assert!(fits(good), "{good}");
    }
    for bad in
        ["", "aws/", "aws/r/z/q", "aws/*", "tag:x", "web@", "web@a[x]", "a#b#c", "capability:a/b", "a b", "é"]
    {
        assert!(!fits(bad), "{bad}");
    }
}

/// The keys that the reader knows stand in lists of string literals that it hands to `table`.
fn keys_of_the_reader() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut files = vec![repository().join("src/model/read.rs")];
    let more = repository().join("src/model/read");
    if more.is_dir() {
        files.extend(fs::read_dir(more).expect("listed").map(|entry| entry.expect("listed").path()));
    }
    for file in files {
        let source = fs::read_to_string(file).expect("readable");
        for list in source.split('[').skip(1).filter_map(|rest| rest.split(']').next()) {
            let words: Vec<&str> = list.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
            let key = |word: &&str| {
                let bare = word.strip_prefix('"')?.strip_suffix('"')?;
                let is_key = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                is_key.then(|| bare.to_owned())
            };
            let found: Vec<String> = words.iter().filter_map(key).collect();
            if !found.is_empty() && found.len() == words.len() {
                keys.extend(found);
            }
        }
    }
    keys
}

fn keys_of_the_schema(schema: &Value, keys: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| keys_of_the_schema(value, keys));
        }
        Value::Array(values) => values.iter().for_each(|value| keys_of_the_schema(value, keys)),
        _ => {}
    }
}

#[test]
fn reader_and_schema_know_the_same_keys() {
    let mut known = BTreeSet::new();
    keys_of_the_schema(&linchpin::model::schema(), &mut known);
    let read = keys_of_the_reader();
    assert!(read.len() > 50, "{read:?}");
    let missing: Vec<_> = read.difference(&known).collect();
    assert!(missing.is_empty(), "the schema lacks {missing:?}");
    // Tables by name are no list in the reader.
    let made_up: Vec<_> = known.difference(&read).collect();
    assert!(made_up.is_empty(), "the reader does not know {made_up:?}");
}

#[test]
fn every_key_of_the_schema_says_what_it_means() {
    fn walk(schema: &Value, path: &str) {
        let Value::Object(map) = schema else { return };
        if let Some(Value::Object(properties)) = map.get("properties") {
            for (key, of) in properties {
                assert!(of["description"].as_str().is_some_and(|text| text.len() > 3), "{path}.{key}");
            }
        }
        map.iter().for_each(|(key, value)| walk(value, &format!("{path}.{key}")));
    }
    walk(&linchpin::model::schema(), "");
}

#[test]
fn the_schema_kept_for_editors_is_the_one_that_is_printed() {
    let kept = fs::read_to_string(repository().join("editors/linchpin.schema.json")).expect("it is kept");
    assert_eq!(
        kept,
        stdout(&linchpin("schema")),
        "write it anew: linchpin schema -o editors/linchpin.schema.json"
    );
}

#[test]
fn layout_keeps_comments_and_meaning_and_is_done_once() {
    let untidy = "# first\n[provider.p]   # here\n[service.web]\nplaced=[ 'p' ]    # one\n\n\n\n\n[capability.c]\nneeds   =   ['web']\n# last\n";
    let directory = model_of(untidy);
    let at = directory.path();
    let check = linchpin_in(at, &["fmt", "--check"]);
    assert_eq!(
        (check.status.code(), stdout(&check).trim()),
        (Some(1), "linchpin.toml"),
        "{}",
        stderr(&check)
    );
    assert_eq!(
        fs::read_to_string(at.join("linchpin.toml")).expect("readable"),
        untidy,
        "nothing was changed"
    );
    assert_eq!(linchpin_in(at, &["fmt"]).status.code(), Some(0));
    let tidied = fs::read_to_string(at.join("linchpin.toml")).expect("readable");
    for comment in ["# first", "# here", "# one", "# last"] {
        assert!(tidied.contains(comment), "{comment} in\n{tidied}");
    }
    assert_eq!(as_json(&tidied), as_json(untidy));
    assert_eq!(linchpin_in(at, &["fmt", "--check"]).status.code(), Some(0), "{tidied}");
    for seed in 0..300 {
        let text = random::model(seed, Size(5));
        let once = linchpin::model::tidy(&text).expect("TOML");
        assert_eq!(as_json(&once), as_json(&text), "{text}");
        assert_eq!(linchpin::model::tidy(&once).expect("TOML"), once, "{text}");
    }
}

/// A text in another layout: spaces, blank lines, line breaks in lists, and comments wherever TOML allows one. Gives the
/// comments in their order too.
fn messed_up(text: &str, seed: u64) -> (String, Vec<String>) {
    struct Mess {
        rng: Rng,
        out: String,
        comments: Vec<String>,
    }
    impl Mess {
        fn spaces(&mut self) {
            let spaces = *self.rng.pick(&["", "", " ", "   ", "\t"]);
            self.out += spaces;
        }

        fn line_end(&mut self) {
            self.spaces();
            if self.rng.chance(40) {
                let comment = format!("comment {} 'é\" ] }} = ,", self.comments.len());
                self.out += if self.rng.chance(50) { "#" } else { "# " };
                self.out += &comment;
                self.comments.push(comment);
            }
            let end = *self.rng.pick(&["\n", "\n", "\r\n", "\n\n\n", " \n"]);
            // A space behind a comment is a part of it.
            self.out += end;
        }

        /// Between two parts of a list.
        fn gap(&mut self) {
            self.spaces();
            for _ in 0..*self.rng.pick(&[0, 0, 1, 3]) {
                self.line_end();
                self.spaces();
            }
        }

        fn value(&mut self, value: &str) {
            let (mut open, mut quote) = (Vec::new(), None);
            let in_list = |open: &Vec<char>| open.last() == Some(&'[');
            for c in value.chars() {
                match (quote, c) {
                    (Some(end), c) => {
                        self.out.push(c);
                        if c == end {
                            quote = None;
                        }
                    }
                    (None, '\'' | '"') => {
                        quote = Some(c);
                        self.out.push(c);
                    }
                    (None, '[' | '{') => {
                        self.out.push(c);
                        open.push(c);
                        if in_list(&open) { self.gap() } else { self.spaces() }
                    }
                    (None, ']' | '}' | ',') => {
                        if in_list(&open) {
                            self.gap();
                        } else {
                            self.spaces();
                        }
                        self.out.push(c);
                        if c != ',' {
                            open.pop();
                        }
                        if in_list(&open) && c == ',' { self.gap() } else { self.spaces() }
                    }
                    (None, '=') => {
                        self.spaces();
                        self.out.push(c);
                        self.spaces();
                    }
                    (None, ' ') => {}
                    (None, c) => self.out.push(c),
                }
            }
        }
    }
    // A list may stand on several lines already.
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if is_open(last) => *last += line.trim(),
            _ => lines.push(line.to_owned()),
        }
    }
    let mut mess = Mess { rng: Rng::new(seed), out: String::new(), comments: Vec::new() };
    for line in &lines {
        while mess.rng.chance(20) {
            mess.line_end();
        }
        mess.spaces();
        match line.split_once('=').filter(|_| !line.starts_with('[')) {
            Some((key, value)) => {
                mess.out += key.trim();
                mess.value(&format!("={value}"));
            }
            None => mess.out += line,
        }
        mess.line_end();
    }
    (mess.out, mess.comments)
}

/// Whether a bracket is still open at the end of a text.
fn is_open(text: &str) -> bool {
    let (mut depth, mut quote) = (0, None);
    for c in text.chars() {
        match c {
            _ if quote == Some(c) => quote = None,
            '\'' | '"' if quote.is_none() => quote = Some(c),
            '[' | '{' if quote.is_none() => depth += 1,
            ']' | '}' if quote.is_none() => depth -= 1,
            _ => {}
        }
    }
    depth > 0
}

#[test]
fn no_layout_loses_a_comment_or_a_meaning() {
    let mut n_comments = 0;
    for seed in 0..400 {
        let (text, comments) =
            messed_up(&random::model(seed, Size(1 + usize::try_from(seed % 6).expect("small"))), seed);
        let once = linchpin::model::tidy(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(as_json(&once), as_json(&text), "seed {seed}\n{text}\n{once}");
        let kept: Vec<String> =
            once.lines().filter_map(|line| Some(line.split_once("# comment ")?.1.to_owned())).collect();
        let all: Vec<String> = comments
            .iter()
            .map(|comment| comment.strip_prefix("comment ").expect("as made").to_owned())
            .collect();
        assert_eq!(kept, all, "seed {seed}\n{text}\n{once}");
        assert_eq!(linchpin::model::tidy(&once).expect("TOML"), once, "seed {seed}\n{text}");
        assert!(once.lines().all(|line| line.trim_end() == line), "seed {seed}\n{once}");
        assert!(
            !once.contains("\n\n\n") && !once.contains('\r') && once.ends_with('\n'),
            "seed {seed}\n{once}"
        );
        n_comments += comments.len();
    }
    assert!(n_comments > 1000, "{n_comments}");
}

#[test]
fn every_model_here_is_laid_out_once_and_keeps_its_comments() {
    let mut files = Vec::new();
    toml_files(&repository().join("models"), &mut files);
    files.push(repository().join("src/cli/commands/init.toml"));
    let mut laid_out = 0;
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let Ok(once) = linchpin::model::tidy(&text) else { continue };
        let shown = file.display();
        assert_eq!(as_json(&once), as_json(&text), "{shown}");
        assert_eq!(linchpin::model::tidy(&once).expect("TOML"), once, "{shown}");
        // A `#` in a string names a facility; in these models no comment follows one without a space.
        let comments = |text: &str| -> Vec<String> {
            let words = text.lines().filter_map(|line| Some(line[line.find("# ")?..].trim_end().to_owned()));
            words.collect()
        };
        assert_eq!(comments(&once), comments(&text), "{shown}");
        laid_out += 1;
    }
    assert!(laid_out > 60, "{laid_out}");
}

#[test]
fn the_first_model_names_its_schema_fits_it_and_is_laid_out() {
    const KEPT: &str = "editors/linchpin.schema.json";
    let directory = tempfile::tempdir().expect("a temporary directory");
    assert_eq!(linchpin_in(directory.path(), &["init"]).status.code(), Some(0));
    let text = fs::read_to_string(directory.path().join("linchpin.toml")).expect("written");
    let schema = text.lines().next().and_then(|line| line.strip_prefix("#:schema ")).expect("a schema");
    assert!(schema.ends_with(KEPT) && repository().join(KEPT).exists(), "{schema}");
    let readme = fs::read_to_string(repository().join("README.md")).expect("there is a README");
    assert!(readme.contains(&format!("#:schema {schema}\n")));
    assert!(validator().is_valid(&as_json(&text).expect("TOML")));
    assert_eq!(linchpin_in(directory.path(), &["fmt", "--check"]).status.code(), Some(0));
}

#[test]
fn a_broken_file_is_not_laid_out() {
    let broken = "[provider.p\n";
    let directory = model_of(broken);
    assert_eq!(linchpin_in(directory.path(), &["fmt"]).status.code(), Some(2));
    assert_eq!(fs::read_to_string(directory.path().join("linchpin.toml")).expect("readable"), broken);
}

#[test]
fn every_shell_is_completed_and_every_command_has_a_page() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = stdout(&linchpin(&format!("completions {shell}")));
        assert!(script.contains("linchpin") && script.contains("survive"), "{shell}");
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let all = format!("man --all {}", directory.path().display());
    assert_eq!(linchpin(&all).status.code(), Some(0));
    let definition = linchpin::cli::definition();
    let commands: Vec<_> = definition.get_subcommands().filter(|of| !of.is_hide_set()).collect();
    assert!(commands.len() > 10);
    for command in commands.iter().filter(|command| command.get_name() != "help") {
        let page = directory.path().join(format!("linchpin-{}.1", command.get_name()));
        let page = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        assert!(page.starts_with(".ie") && page.contains(".SH NAME"), "{}", command.get_name());
    }
}

/// A process, ended with the test.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A watched check, line by line.
#[cfg(feature = "watch")]
struct Heard {
    _watching: Watching,
    lines: mpsc::Receiver<String>,
}

#[cfg(feature = "watch")]
impl Heard {
    fn of(directory: &Path, arguments: &[&str]) -> Self {
        let mut process = command(directory, &[&["check", "--watch"], arguments].concat());
        let mut watching =
            Watching(process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs"));
        let (tell, lines) = mpsc::channel();
        let listen = |from: Box<dyn std::io::Read + Send>| {
            let tell = tell.clone();
            let read = BufReader::new(from).lines().map_while(Result::ok);
            std::thread::spawn(move || read.for_each(|line| drop(tell.send(line))));
        };
        listen(Box::new(watching.0.stdout.take().expect("piped")));
        listen(Box::new(watching.0.stderr.take().expect("piped")));
        Self { _watching: watching, lines }
    }

    fn wait_for(&self, wanted: &str) {
        while !self.lines.recv_timeout(Duration::from_secs(20)).expect("something is said").contains(wanted) {
        }
    }
}

#[cfg(feature = "watch")]
#[test]
fn a_watched_model_is_checked_again_at_every_save() {
    const GOOD: &str = "[provider.p]\n[provider.q]\n[capability.c]\nneeds = [{ any = ['p', 'q'] }]\n";
    let bad = GOOD.replace("'p', 'q'", "'p'");
    let broken = GOOD.replace("needs", "neds");
    // However editors save: into the file, a new file moved to its place, the old one moved away first, or removed.
    let saves: [fn(&Path, &str); 4] = [
        |file, text| fs::write(file, text).expect("writable"),
        |file, text| {
            let other = file.with_file_name(".linchpin.toml.swp");
            fs::write(&other, text).expect("writable");
            fs::rename(other, file).expect("moved");
        },
        |file, text| {
            fs::rename(file, file.with_file_name("linchpin.toml~")).expect("moved");
            fs::write(file, text).expect("writable");
        },
        |file, text| {
            fs::remove_file(file).expect("removed");
            fs::write(file, text).expect("writable");
        },
    ];
    for of_directory in [false, true] {
        let directory = model_of(GOOD);
        let file = directory.path().join("linchpin.toml");
        let heard = Heard::of(directory.path(), if of_directory { &["."] } else { &[] });
        heard.wait_for(": pass:");
        for save in saves {
            save(&file, &bad);
            heard.wait_for(": fail:");
            save(&file, &broken);
            heard.wait_for("unknown-key");
            save(&file, GOOD);
            heard.wait_for(": pass:");
        }
        if of_directory {
            fs::write(directory.path().join("more.toml"), "[capability.d]\nneeds = ['q']\n")
                .expect("writable");
            heard.wait_for(": fail:");
            fs::remove_file(directory.path().join("more.toml")).expect("removed");
            heard.wait_for(": pass:");
        }
    }
}

#[cfg(feature = "watch")]
#[test]
fn a_watched_baseline_counts_at_every_save_too() {
    let directory = model_of("[provider.p]\n[capability.c]\nneeds = ['p']\n");
    let at = directory.path();
    assert_eq!(linchpin_in(at, &["check", "--write-baseline", "known.jsonl"]).status.code(), Some(0));
    let known = fs::read_to_string(at.join("known.jsonl")).expect("written");
    let heard = Heard::of(at, &["--baseline", "known.jsonl"]);
    heard.wait_for(": pass:");
    fs::write(at.join("known.jsonl"), known.lines().next().expect("a header")).expect("writable");
    heard.wait_for(": fail:");
    // What it wrote itself would wake it again and again.
    let both = linchpin_in(at, &["check", "--watch", "--write-baseline", "known.jsonl"]);
    assert_eq!(both.status.code(), Some(2), "{}", stderr(&both));
}
