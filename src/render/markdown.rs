//! Markdown for comments on a change: the verdict first, the rest folded, never longer than a comment may be.

use super::text::plural;
use super::visible;
use crate::report::{CheckReport, Counts, FindingReport};

/// GitHub takes comments of so many characters; GitLab takes more.
pub(super) const MOST_CHARACTERS: usize = 65_536;

/// Model text as code: nothing in it is markup, nobody is mentioned, nothing is linked.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space on each side is taken away again, and keeps a backtick at the edge from the fence.
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A text in the making that knows how much room is left.
#[derive(Debug)]
pub(super) struct Comment {
    text: String,
    left: usize,
}

impl Comment {
    /// Room is kept back for what closes a fold and says how much is missing, and for the line by which whoever writes the
    /// comment knows it again.
    pub(super) fn new() -> Self {
        const RESERVE: usize = 1_000;
        Self { text: String::new(), left: MOST_CHARACTERS - RESERVE }
    }

    /// Adds a text if there is room for all of it.
    pub(super) fn add(&mut self, text: &str) -> bool {
        // UTF-16, in which some count, is never shorter than characters and never longer than bytes.
        match self.left.checked_sub(text.len()) {
            Some(left) => {
                self.left = left;
                self.text += text;
                true
            }
            None => false,
        }
    }

    /// Adds lines as long as there is room, and says how many are missing.
    pub(super) fn lines(&mut self, lines: impl ExactSizeIterator<Item = String>) {
        let mut missing = lines.len();
        for line in lines {
            if !self.add(&line) {
                self.text += &format!(
                    "\n{} here, for which there is no room\n",
                    plural(missing, "more line", "more lines")
                );
                self.left = 0;
                return;
            }
            missing -= 1;
        }
    }

    /// Lines that are folded away under a title.
    pub(super) fn fold(&mut self, title: &str, lines: impl ExactSizeIterator<Item = String>) {
        if lines.len() == 0 {
            return;
        }
        if self.add(&format!("\n<details><summary>{title}</summary>\n\n")) {
            self.lines(lines);
            self.text += "\n</details>\n";
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// So many findings are shown before the rest is folded.
const SHOWN: usize = 10;

/// A check as a comment.
pub fn check(report: &CheckReport) -> String {
    let Counts { denied, waived, in_baseline, warnings } = report.counts();
    let mut out = Comment::new();
    let verdict = match (report.verdict, denied) {
        ("pass", _) => "### ✓ Every policy holds".to_owned(),
        (_, n) => format!("### ✗ {} against a policy", plural(n, "finding", "findings")),
    };
    let known = if in_baseline > 0 { format!(", {in_baseline} in the baseline") } else { String::new() };
    out.add(&format!(
        "{verdict}\n\n{}: {}, {denied} denied, {waived} waived{known}, {} in {}.\n",
        code(&report.model),
        plural(report.policies.len(), "policy", "policies"),
        plural(warnings, "warning", "warnings"),
        plural(report.scenarios, "scenario", "scenarios"),
    ));
    let of = |keep: &dyn Fn(&&FindingReport) -> bool| -> Vec<&FindingReport> {
        report.remarks().filter(keep).collect()
    };
    let denied = of(&|finding| finding.is_denied());
    let (first, rest) = denied.split_at(denied.len().min(SHOWN));
    if !first.is_empty() {
        out.add("\n");
        out.lines(first.iter().map(|finding| line(finding)));
    }
    out.fold(&plural(rest.len(), "more finding", "more findings"), rest.iter().map(|finding| line(finding)));
    let silenced = |finding: &FindingReport| finding.waived.is_some() || finding.is_in_baseline();
    let shown = of(&|finding| !finding.is_denied() && !silenced(finding));
    out.fold(&plural(shown.len(), "warning", "warnings"), shown.iter().map(|finding| line(finding)));
    let silent = of(&|finding| silenced(finding));
    out.fold(&format!("{} waived or known", silent.len()), silent.iter().map(|finding| line(finding)));
    let gone = report.gone.as_deref().unwrap_or_default();
    out.fold(
        &format!(
            "{} gone: write the baseline anew",
            plural(gone.len(), "known finding is", "known findings are")
        ),
        gone.iter().map(|gone| {
            let about: Vec<_> = gone.capability.iter().chain(&gone.scenario).map(|text| code(text)).collect();
            format!("- {} {} {}\n", code(&gone.policy), gone.rule.replace('_', " "), about.join(" "))
        }),
    );
    let points = report.single_points.iter().map(|(capability, points)| {
        let points: Vec<_> = points.iter().map(|point| code(point)).collect();
        let points = if points.is_empty() { "none".to_owned() } else { points.join(", ") };
        format!("- {}: {points}\n", code(capability))
    });
    out.fold(report.single_points_title(), points);
    out.into_text()
}

fn line(finding: &FindingReport) -> String {
    let at = finding.at.as_ref();
    let at = at.map_or_else(String::new, |at| format!(" ({})", code(&format!("{}:{}", at.file, at.line))));
    let waived = finding.waived.as_ref().map_or_else(String::new, |waived| {
        format!(", waived until {}: {}", waived.until, code(&waived.reason))
    });
    format!("- {}: {}{at}{waived}\n", code(&finding.policy), code(&finding.message))
}
