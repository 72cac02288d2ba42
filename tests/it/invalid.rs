//! One wrong model for each code, in `models/invalid`, and what its author reads about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;
use linchpin::diag::{Code, Severity};

/// Codes about files rather than about what they hold: their examples are made in `bad_input/files.rs` and `exchange.rs`.
const WITHOUT_EXAMPLE: [Code; 3] = [Code::CannotRead, Code::TooLarge, Code::BadImport];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn linchpin(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args(arguments).current_dir(root()).stdin(Stdio::null()).env_remove("CLICOLOR_FORCE");
    command.output().expect("the binary runs")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("output is UTF-8")
}

/// The example of a code, a file or a directory, as named on the command line.
fn example(code: Code) -> Option<String> {
    let directory = format!("models/invalid/{}", code.name());
    let file = format!("{directory}.toml");
    [file, directory].into_iter().find(|path| root().join(path).exists())
}

fn examples() -> impl Iterator<Item = (Code, String)> {
    Code::ALL.iter().filter_map(|code| Some((*code, example(*code)?)))
}

#[test]
fn every_code_has_an_example_and_every_example_a_code() {
    for code in Code::ALL {
        assert_eq!(example(*code).is_none(), WITHOUT_EXAMPLE.contains(code), "{}", code.name());
    }
    let entries = fs::read_dir(root().join("models/invalid")).expect("the examples are there");
    let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("listed").path()).collect();
    for path in paths.iter().filter(|path| path.extension().is_none_or(|extension| extension != "md")) {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("names are UTF-8");
        assert!(Code::from_name(stem).is_some(), "no code is called {stem}");
    }
}

#[test]
fn every_example_has_its_code_and_no_other() {
    for (code, path) in examples() {
        let output = linchpin(&["check", &path, "--color", "never"]);
        let stderr = text(output.stderr);
        let said: Vec<&str> = stderr
            .lines()
            .filter_map(|line| line.strip_prefix("error[").or_else(|| line.strip_prefix("warning[")))
            .filter_map(|rest| rest.split(']').next())
            .collect();
        assert!(!said.is_empty() && said.iter().all(|said| *said == code.name()), "{path}: {said:?}");
        let severity = if code.severity() == Severity::Error { "error[" } else { "warning[" };
        assert!(stderr.starts_with(severity), "{path}: {stderr}");
        match code.severity() {
            Severity::Error => {
                assert_eq!(output.status.code(), Some(2), "{path}");
                assert!(output.stdout.is_empty(), "{path} is not analysed");
            }
            Severity::Warning => {
                assert!(matches!(output.status.code(), Some(0 | 1)), "{path}: {:?}", output.status);
                assert!(!output.stdout.is_empty(), "{path} is analysed");
            }
        }
    }
}

#[test]
fn what_is_said_about_every_example() {
    for (code, path) in examples() {
        let stderr = text(linchpin(&["check", &path, "--color", "never"]).stderr);
        assert_snapshot!(code.name(), stderr);
    }
}

/// Whatever is asked of a wrong model, it is refused with the same words.
#[test]
fn every_command_refuses_a_wrong_model_alike() {
    let wrong = "models/invalid/unknown-key.toml";
    let check = linchpin(&["check", wrong]);
    for command in [
        &["survive", wrong][..],
        &["blast", wrong, "--format", "json"],
        &["explain", wrong, "--fail", "aws"],
        &["draw", wrong],
        &["coldstart", wrong],
        &["backups", wrong],
        &["briefing", wrong],
    ] {
        let output = linchpin(command);
        assert_eq!((output.status.code(), &output.stderr), (Some(2), &check.stderr), "{command:?}");
        assert!(output.stdout.is_empty(), "{command:?}");
    }
}

/// A warning is said by `check`, counted by the others, shown by them with -v, and kept back with -q.
#[test]
fn warnings_are_said_as_loud_as_asked() {
    let model = "models/invalid/unneeded-service.toml";
    let stderr = |arguments: &[&str]| text(linchpin(arguments).stderr);
    let said = stderr(&["check", model]);
    assert!(said.starts_with("warning[unneeded-service]: "), "{said}");
    assert_eq!(stderr(&["survive", model, "-v"]), said);
    assert_eq!(stderr(&["survive", model]), "the model has 1 warning: `linchpin check` or -v shows them\n");
    assert_eq!(stderr(&["check", model, "-q"]), "");
}

#[test]
fn many_warnings_of_one_code_are_counted() {
    use std::fmt::Write;

    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("linchpin.toml");
    let mut model = "[service.web]\n[capability.shop]\nneeds = [\"web\"]\n".to_owned();
    for n in 1..=25 {
        writeln!(model, "[service.idle-{n}]").expect("strings take all");
    }
    fs::write(&file, model).expect("writable");
    let file = file.to_str().expect("the path is UTF-8");
    let shown = |arguments: &[&str]| {
        let stderr = text(linchpin(arguments).stderr);
        let shown = stderr.matches("warning[unneeded-service]").count();
        (shown, stderr.contains("and 5 more warnings [unneeded-service]: -v shows them\n"))
    };
    assert_eq!(shown(&["check", file]), (20, true));
    assert_eq!(shown(&["check", file, "-v"]), (25, false));
}

#[test]
fn every_code_is_explained() {
    let list = text(linchpin(&["explain-code"]).stdout);
    assert_eq!(list.lines().count(), Code::ALL.len());
    for code in Code::ALL {
        let output = linchpin(&["explain-code", code.name()]);
        assert_eq!(output.status.code(), Some(0), "{}", code.name());
        let explained = text(output.stdout);
        let severity = if code.severity() == Severity::Error { "error" } else { "warning" };
        let title = explained.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        assert_eq!(title, format!("{severity}[{}]: {}", code.name(), code.summary()));
        assert!(explained.lines().all(|line| line.chars().count() <= 120), "{explained}");
        assert!(list.contains(&format!("{}  ", code.name())) && list.contains(code.summary()), "{list}");
    }
}

#[test]
fn an_unknown_code_is_refused_with_a_suggestion() {
    for (written, near) in
        [("unknown-kee", "did you mean `unknown-key`?"), ("no-peers", "did you mean `no-peer`?")]
    {
        let output = linchpin(&["explain-code", written]);
        assert_eq!(output.status.code(), Some(2));
        let expected = format!("error: there is no code `{written}`\nhint: {near}\n");
        assert_eq!((text(output.stdout), text(output.stderr)), (String::new(), expected));
    }
    let output = linchpin(&["explain-code", "E0308"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(output.stderr).contains("`linchpin explain-code` lists them all"));
}
