//! How a run ends.

use std::fmt;
use std::process::ExitCode;

use crate::diag::{Diagnostic, Sources};
use crate::render;

/// Exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All holds, or a question was answered.
    Ok = 0,
    /// The answer is no: `check` found something denied, or `--deny` was given and something did not survive.
    No = 1,
    /// The arguments or the model are wrong; nothing was analysed.
    CouldNotRun = 2,
    /// A limit was hit, and what was printed says that it is incomplete.
    Limit = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Ends the program for one who does not want to wait for what is known so far.
pub(super) fn at_once() -> ! {
    std::process::exit(Exit::Limit as i32)
}

/// Why a run could not go on.
#[derive(Debug)]
pub(super) enum Failure {
    /// The model is wrong.
    Model(Vec<Diagnostic>, Box<Sources>),
    /// A file to import is wrong.
    Import(Vec<Diagnostic>, Box<Sources>),
    /// The arguments are wrong, or the world is.
    Other { what: String, hint: Option<String> },
}

impl Failure {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self::Other { what: what.into(), hint: None }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        match self {
            Self::Other { what, .. } => Self::Other { what, hint: Some(hint.into()) },
            told @ (Self::Model(..) | Self::Import(..)) => told,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model(problems, sources) | Self::Import(problems, sources) => {
                f.write_str(&render::diagnostics(problems, sources))?;
                let n = problems.len();
                let what = if matches!(self, Self::Model(..)) { "the model has" } else { "importing met" };
                writeln!(f, "{what} {n} {}", if n == 1 { "problem" } else { "problems" })?;
                write!(f, "hint: `linchpin explain-code CODE` tells more about a code in brackets")
            }
            Self::Other { what, hint } => {
                write!(f, "error: {}", render::visible(what))?;
                match hint {
                    Some(hint) => write!(f, "\nhint: {}", render::visible(hint)),
                    None => Ok(()),
                }
            }
        }
    }
}
