//! SARIF 2.1.0, as code scanning takes it.
//!
//! Only what is needed of that format, in structs of our own. Rules come from [`crate::report::RULES`]. A finding lies
//! where its policy does; the places on the chain from what failed to the capability go with it.

use serde::Serialize;

use super::json::json;
use super::{Repository, visible};
use crate::report::{CheckReport, FindingReport, PlaceReport, RULES, Rule, fingerprint};

/// GitHub refuses files with more.
const MOST_RESULTS: usize = 25_000;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

const HOME: &str = "https://github.com/linchpin-rs/linchpin";

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<SarifResult<'r>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration,
    properties: Tags,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Tags {
    tags: [&'static str; 2],
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'r> {
    rule_id: &'r str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "linchpinFinding/v1")]
    finding: String,
}

#[derive(Serialize)]
struct Suppression<'r> {
    kind: &'static str,
    status: &'static str,
    justification: std::borrow::Cow<'r, str>,
}

/// A check as SARIF: what is denied first, and no more results than code scanning takes. What is waived or in a
/// baseline is there as suppressed.
pub fn sarif(report: &CheckReport, repository: &Repository) -> String {
    let rank = |finding: &&FindingReport| match (finding.is_denied(), is_suppressed(finding)) {
        (true, _) => 0,
        (_, false) => 1,
        (_, true) => 2,
    };
    let mut findings: Vec<&FindingReport> = report.remarks().collect();
    findings.sort_by_key(rank);
    let left_out = findings.len().saturating_sub(MOST_RESULTS);
    findings.truncate(MOST_RESULTS);
    let notification = (left_out > 0).then(|| Notification {
        level: "warning",
        message: message(&format!("{left_out} more findings are left out: `linchpin check` shows them")),
    });
    let driver = Driver {
        name: "linchpin",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: HOME,
        rules: RULES.iter().map(descriptor).collect(),
    };
    json(&Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: notification.into_iter().collect(),
            }],
            results: findings.into_iter().map(|finding| result(finding, repository)).collect(),
        }],
    })
}

fn is_suppressed(finding: &FindingReport) -> bool {
    finding.waived.is_some() || finding.is_in_baseline()
}

fn descriptor(rule: &Rule) -> Descriptor {
    Descriptor {
        id: rule.id,
        name: rule.name,
        short_description: message(rule.summary),
        full_description: message(rule.explanation),
        help: message(rule.help),
        default_configuration: Configuration { level: if rule.id == "waiver" { "warning" } else { "error" } },
        properties: Tags { tags: ["resilience", "reliability"] },
    }
}

fn result<'r>(finding: &'r FindingReport, repository: &Repository) -> SarifResult<'r> {
    let waived = finding.waived.as_ref().map(|waived| Suppression {
        kind: "inSource",
        status: "accepted",
        justification: format!("until {}: {}", waived.until, visible(&waived.reason)).into(),
    });
    let known = finding.is_in_baseline().then(|| Suppression {
        kind: "external",
        status: "accepted",
        justification: "in the baseline".into(),
    });
    SarifResult {
        rule_id: finding.rule,
        rule_index: Rule::index_of(finding.rule),
        level: if finding.level == "deny" { "error" } else { "warning" },
        message: message(&finding.message),
        locations: finding.at.iter().map(|at| location(None, at, None, repository)).collect(),
        related_locations: related(finding, repository),
        partial_fingerprints: Fingerprints { finding: fingerprint(finding) },
        suppressions: waived.into_iter().chain(known).collect(),
        baseline_state: finding.in_baseline.map(|known| if known { "unchanged" } else { "new" }),
    }
}

/// Where the links of the chain are declared, each place once.
fn related(finding: &FindingReport, repository: &Repository) -> Vec<Location> {
    const MOST: usize = 10;
    let mut places: Vec<(&PlaceReport, &str)> = Vec::new();
    for link in &finding.chain {
        if let Some(at) = &link.at
            && places.iter().all(|(known, _)| (&known.file, known.line) != (&at.file, at.line))
        {
            places.push((at, &link.name));
        }
    }
    let locations = places.into_iter().take(MOST).enumerate();
    locations.map(|(index, (at, name))| location(Some(index + 1), at, Some(name), repository)).collect()
}

fn location(id: Option<usize>, at: &PlaceReport, says: Option<&str>, repository: &Repository) -> Location {
    Location {
        id,
        physical: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: repository.uri(&at.file) },
            region: Region { start_line: at.line, start_column: at.column },
        },
        message: says.map(message),
    }
}

/// A message without hidden characters. Braces would be placeholders and `[a](b)` a link: both are spelt so that they
/// are what they look like.
fn message(text: &str) -> Message {
    let mut text = visible(text).replace('{', "{{").replace('}', "}}");
    if text.contains("](") {
        text = text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    }
    Message { text }
}
