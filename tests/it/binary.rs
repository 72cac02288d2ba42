//! The binary, run in the repository, away from the clock and the terminal of whoever runs the tests.

use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(crate) fn linchpin(arguments: &str) -> Output {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    linchpin_in(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments)
}

pub(crate) fn linchpin_in(directory: &Path, arguments: &[&str]) -> Output {
    let output = command(directory, arguments).output().expect("the binary runs");
    let code = output.status.code();
    assert!(code.is_some_and(|code| code <= 3), "{arguments:?} ended with {code:?}: {}", stderr(&output));
    output
}

pub(crate) fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args(arguments).current_dir(directory).stdin(Stdio::null());
    command.env_remove("CLICOLOR_FORCE").env_remove("COLUMNS").env("NO_COLOR", "1");
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("results are UTF-8")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A model of one text, in a directory of its own.
pub(crate) fn model_of(text: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("linchpin.toml"), text).expect("writable");
    directory
}
