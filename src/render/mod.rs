//! Renderings: reports and diagnostics as text and JSON, and as what CI systems and reviewers read.
//!
//! Comes after [`crate::report`] and computes nothing. Text carries ANSI styles, which whoever writes it strips where
//! they are not wanted; every symbol reads without colour. Free text of a model passes through [`visible`] first.

mod availability;
mod backups;
mod baseline;
pub(crate) mod briefing;
mod briefing_markdown;
mod circles;
mod coldstart;
mod cuts;
mod diagnostics;
mod diff;
mod escape;
mod github;
mod gitlab;
mod json;
mod junit;
mod library;
pub(crate) mod lines;
mod markdown;
mod matrix;
pub(crate) mod replay;
mod repository;
mod sarif;
pub(crate) mod shapes;
mod sweep;
mod table;
mod text;
pub(crate) mod timeline;

pub use availability::{availability, share, span};
pub use backups::backups;
pub use baseline::baseline;
pub use briefing::briefing;
pub use briefing_markdown::briefing_markdown;
pub use coldstart::coldstart;
pub use cuts::cuts;
pub use diagnostics::{codes, diagnostics, explain_code, warnings};
pub use diff::{diff, markdown as diff_markdown};
pub use escape::{ascii, visible};
pub use github::github;
pub use gitlab::gitlab;
pub use json::{json, json_line, json_to};
pub use junit::junit;
pub use library::{catalogs, outages};
pub use markdown::check as markdown;
pub use matrix::{Matrix, survive};
pub use replay::{replay, replays};
pub use repository::Repository;
pub use sarif::sarif;
pub use shapes::shape_in_words;
pub use sweep::sweep;
pub use text::{blast, check, explain};
pub use timeline::{Bars, Timelines, survive_timeline};

use anstyle::{AnsiColor, Style};

use crate::model::State;

/// How much a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Only what is wrong.
    Quiet,
    /// What a person wants to know.
    #[default]
    Normal,
    /// Everything.
    Verbose,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const FAIR: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Text in a style.
fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

fn style_of(state: State) -> Style {
    match state {
        State::Up => GOOD,
        State::Degraded => FAIR,
        State::Down => BAD,
    }
}
