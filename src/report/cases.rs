//! A check as test cases: for each policy, one case a capability and scenario.

use std::collections::HashMap;

use super::{CheckReport, FindingReport, bare_name};
use crate::analysis::{TooMany, asked_by};
use crate::model::{ElementId, Model, Policy};

/// A check as test cases.
#[derive(Debug, Clone)]
pub struct CasesReport {
    /// The model's name.
    pub model: String,
    /// One a policy, and one for what is to be said about waivers.
    pub suites: Vec<SuiteReport>,
}

/// The cases of one policy.
#[derive(Debug, Clone)]
pub struct SuiteReport {
    /// The policy's name.
    pub name: String,
    /// By scenario and capability.
    pub cases: Vec<CaseReport>,
    /// Cases that pass and are too many to be listed.
    pub unlisted: usize,
}

/// One capability in one scenario.
#[derive(Debug, Clone)]
pub struct CaseReport {
    /// The capability.
    pub capability: String,
    /// The scenario; `availability` for what is about none.
    pub scenario: String,
    /// How it ends.
    pub verdict: Verdict,
}

/// How a case ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All holds.
    Passed,
    /// It would fail, but a waiver or a baseline says that it does not count: why.
    Skipped(String),
    /// Something is shown, but nothing denied: the messages.
    Warned(Vec<String>),
    /// Something is denied: the first rule, and the messages.
    Failed(&'static str, Vec<String>),
}

/// A file of more cases than this serves nobody; beyond it those that pass are counted only.
const MOST_LISTED: usize = 50_000;

impl CasesReport {
    /// The cases that a check of these capabilities consists of.
    ///
    /// # Errors
    /// If a policy asks for more scenarios than can be looked at, as the check itself would have found.
    pub fn new(model: &Model, capabilities: &[ElementId], report: &CheckReport) -> Result<Self, TooMany> {
        let mut findings: HashMap<Key<'_>, Vec<&FindingReport>> = HashMap::new();
        for finding in report.findings.iter().filter(|finding| finding.rule != "waiver") {
            findings.entry(key_of(finding)).or_default().push(finding);
        }
        let mut left = MOST_LISTED;
        let mut suites = Vec::new();
        for policy in &model.policies {
            suites.push(suite(model, policy, capabilities, &findings, &mut left)?);
        }
        let about_waivers: Vec<_> = report.remarks().filter(|finding| finding.rule == "waiver").collect();
        if !about_waivers.is_empty() {
            let case = |finding: &&FindingReport| CaseReport {
                capability: finding.capability.clone().unwrap_or_else(|| "every capability".to_owned()),
                scenario: finding.scenario.clone().unwrap_or_else(|| finding.policy.clone()),
                verdict: verdict(&[finding]),
            };
            let cases = about_waivers.iter().map(case).collect();
            suites.push(SuiteReport { name: "waivers".to_owned(), cases, unlisted: 0 });
        }
        Ok(Self { model: report.model.clone(), suites })
    }
}

/// Policy, capability, class and name of the scenario.
type Key<'r> = (&'r str, &'r str, &'r str, &'r str);

fn key_of(finding: &FindingReport) -> Key<'_> {
    let capability = finding.capability.as_deref().unwrap_or_default();
    (&finding.policy, capability, &finding.class, finding.scenario.as_deref().unwrap_or_default())
}

fn suite(
    model: &Model,
    policy: &Policy,
    capabilities: &[ElementId],
    findings: &HashMap<Key<'_>, Vec<&FindingReport>>,
    left: &mut usize,
) -> Result<SuiteReport, TooMany> {
    let about = policy.capabilities.iter().filter(|id| capabilities.contains(id));
    let about: Vec<String> = about.map(|id| bare_name(model, *id)).collect();
    let mut suite = SuiteReport { name: policy.name.clone(), cases: Vec::new(), unlisted: 0 };
    let mut add = |capability: &str, class: &str, name: &str| {
        let verdict = findings
            .get(&(policy.name.as_str(), capability, class, name))
            .map_or(Verdict::Passed, |findings| verdict(findings));
        if verdict == Verdict::Passed && *left == 0 {
            suite.unlisted += 1;
            return;
        }
        *left = left.saturating_sub(1);
        let scenario = if name.is_empty() { "availability" } else { name };
        suite.cases.push(CaseReport {
            capability: capability.to_owned(),
            scenario: scenario.to_owned(),
            verdict,
        });
    };
    for asked in asked_by(model, policy)? {
        about.iter().for_each(|capability| add(capability, &asked.class, &asked.scenario.name));
    }
    if policy.availability.is_some() {
        about.iter().for_each(|capability| add(capability, "", ""));
    }
    Ok(suite)
}

/// What one case's findings mean together: what is denied counts before what is shown, and that before what is
/// silenced.
fn verdict(findings: &[&FindingReport]) -> Verdict {
    let messages = |keep: &dyn Fn(&&&FindingReport) -> bool| -> Vec<String> {
        findings.iter().filter(keep).map(|finding| finding.message.clone()).collect()
    };
    if let Some(first) = findings.iter().find(|finding| finding.is_denied()) {
        return Verdict::Failed(first.rule, messages(&|finding| finding.is_denied()));
    }
    let silenced = |finding: &&FindingReport| finding.waived.is_some() || finding.is_in_baseline();
    match findings.iter().find(|finding| silenced(finding)) {
        Some(first) if findings.iter().all(silenced) => Verdict::Skipped(match &first.waived {
            Some(waived) => format!("waived until {}: {}", waived.until, waived.reason),
            None => "in the baseline".to_owned(),
        }),
        _ => Verdict::Warned(messages(&|finding| !silenced(finding))),
    }
}
