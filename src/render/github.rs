//! Workflow commands: lines that GitHub shows beside the code.

use super::text::{closing_line, plural};
use super::{Repository, visible};
use crate::report::{CheckReport, FindingReport, PlaceReport};

/// GitHub shows so many annotations of one level for one step, and drops the others without a word.
const MOST: usize = 10;

/// A check as workflow commands: an annotation a finding, the rest of each level in one where there are too many; then
/// a line that counts.
pub fn github(report: &CheckReport, repository: &Repository) -> String {
    let errors: Vec<Annotation<'_>> =
        report.findings.iter().filter(|f| f.is_denied()).map(Annotation::of).collect();
    let is_warning = |finding: &&FindingReport| {
        !finding.is_denied() && finding.waived.is_none() && !finding.is_in_baseline()
    };
    let warnings: Vec<Annotation<'_>> = report.remarks().filter(is_warning).map(Annotation::of).collect();
    let gone: Vec<Annotation<'_>> = report
        .gone
        .iter()
        .flatten()
        .map(|gone| {
            let about: Vec<&str> = gone.capability.iter().chain(&gone.scenario).map(String::as_str).collect();
            Annotation {
                title: gone.policy.clone(),
                message: format!("gone, and still in the baseline: {} {}", gone.rule, about.join(", ")),
                at: None,
            }
        })
        .collect();
    let mut out = String::new();
    for (level, annotations) in [("error", errors), ("warning", warnings), ("notice", gone)] {
        commands(level, &annotations, repository, &mut out);
    }
    let line = closing_line(report);
    // A line that began with a model's name could be a command.
    out + &plain(&format!("linchpin: {line}")) + "\n"
}

struct Annotation<'r> {
    title: String,
    message: String,
    at: Option<&'r PlaceReport>,
}

impl<'r> Annotation<'r> {
    fn of(finding: &'r FindingReport) -> Self {
        Self { title: finding.policy.clone(), message: finding.message.clone(), at: finding.at.as_ref() }
    }
}

fn commands(level: &str, annotations: &[Annotation<'_>], repository: &Repository, out: &mut String) {
    let shown = if annotations.len() > MOST { MOST - 1 } else { annotations.len() };
    for annotation in &annotations[..shown] {
        let mut properties = Vec::new();
        if let Some(at) = annotation.at {
            properties.push(format!("file={}", property(&repository.path(&at.file))));
            properties.push(format!("line={},col={}", at.line, at.column));
        }
        properties.push(format!("title={}", property(&format!("linchpin: {}", visible(&annotation.title)))));
        *out += &format!("::{level} {}::{}\n", properties.join(","), data(&visible(&annotation.message)));
    }
    let rest = &annotations[shown..];
    if !rest.is_empty() {
        let lines: Vec<String> =
            rest.iter().take(MOST).map(|rest| visible(&rest.message).into_owned()).collect();
        let more = match rest.len().saturating_sub(MOST) {
            0 => String::new(),
            n => format!("\nand {n} more: the log of `linchpin check` has them all"),
        };
        let title = property(&format!("linchpin: {} of this level", plural(rest.len(), "more", "more")));
        *out += &format!("::{level} title={title}::{}\n", data(&(lines.join("\n") + &more)));
    }
}

/// Text after the second `::`.
fn data(text: &str) -> String {
    plain(&text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A"))
}

/// A value before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// An older kind of command begins with `##[` anywhere in a line.
fn plain(text: &str) -> String {
    text.replace("##[", "## [")
}
