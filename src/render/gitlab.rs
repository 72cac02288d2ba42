//! GitLab's code quality report.

use serde::Serialize;

use super::json::json;
use super::{Repository, visible};
use crate::report::{CheckReport, FindingReport, fingerprint};

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// A check as a code quality report. What is waived is left out; what a baseline holds is there for information.
pub fn gitlab(report: &CheckReport, repository: &Repository) -> String {
    let counts = report.remarks().filter(|finding| finding.waived.is_none());
    json(&counts.map(|finding| issue(finding, repository)).collect::<Vec<_>>())
}

fn issue<'r>(finding: &'r FindingReport, repository: &Repository) -> Issue<'r> {
    Issue {
        description: visible(&finding.message).into_owned(),
        check_name: finding.rule,
        fingerprint: fingerprint(finding),
        severity: match (finding.is_denied(), finding.is_in_baseline()) {
            (true, _) => "critical",
            (_, true) => "info",
            _ => "minor",
        },
        location: Location {
            path: finding
                .at
                .as_ref()
                .map_or_else(|| "linchpin.toml".to_owned(), |at| repository.path(&at.file)),
            lines: Lines { begin: finding.at.as_ref().map_or(1, |at| at.line) },
        },
    }
}
