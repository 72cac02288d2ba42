//! `linchpin/check/1`.

use serde::Serialize;

use super::figures::percent;
use super::{Ordered, arrows, bare_name, names};
use crate::analysis::{Checked, Detail, Finding};
use crate::diag::{Place, Sources};
use crate::model::{ElementId, Kind, Model, PolicyLevel, State, Time};

/// Whether every policy holds.
#[derive(Debug, Clone, Serialize)]
pub struct CheckReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// `pass` or `fail`.
    pub verdict: &'static str,
    /// By policy, scenario and capability.
    pub findings: Vec<FindingReport>,
    /// Warnings of waivers that still count and will soon run out; they break no policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ending_waivers: Vec<FindingReport>,
    /// For each capability the elements whose failure alone takes it out.
    pub single_points: Ordered<Vec<String>>,
    /// Every policy, in order, with how it fares.
    pub policies: Vec<PolicyReport>,
    /// How many different scenarios were looked at.
    pub scenarios: usize,
    /// What a baseline holds and is found no more; `None` where there is no baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<Vec<GoneReport>>,
    /// The state that single points take away.
    #[serde(skip)]
    pub kept: State,
}

/// How a policy fares.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyReport {
    /// Its name.
    pub name: String,
    /// What a finding means.
    pub level: &'static str,
    /// Findings that count.
    pub findings: usize,
    /// Findings that are waived.
    pub waived: usize,
    /// Findings that a baseline holds already.
    #[serde(skip_serializing_if = "is_none")]
    pub in_baseline: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// Something that a policy says does not hold.
#[derive(Debug, Clone, Serialize)]
pub struct FindingReport {
    /// The policy's name.
    pub policy: String,
    /// `deny` or `warn`.
    pub level: &'static str,
    /// Which conjunct of the policy.
    pub rule: &'static str,
    /// Which capability.
    pub capability: Option<String>,
    /// In which scenario.
    pub scenario: Option<String>,
    /// What fails in it.
    pub failed: Vec<String>,
    /// All of it in one line.
    pub message: String,
    /// The waiver that silences it.
    pub waived: Option<WaivedReport>,
    /// Whether a baseline holds it already, so that it does not count; `None` where there is no baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_baseline: Option<bool>,
    /// Where the policy is declared; for a built-in policy, the capability; for what is said of a waiver, the waiver.
    pub at: Option<PlaceReport>,
    /// The class of its scenario.
    #[serde(skip)]
    pub class: String,
    /// How bad it is, where that can be compared.
    #[serde(skip)]
    pub found: Option<Found>,
    /// A limit was hit before it was known whether the policy holds.
    #[serde(skip)]
    pub is_open: bool,
    /// From what failed to the capability, with places.
    #[serde(skip)]
    pub chain: Vec<LinkReport>,
}

/// How bad a finding is. Later is worse, and two that differ in kind cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The state that there is.
    State(State),
    /// The outage, or the staleness of what is left of the data.
    Time(Time),
}

/// One element of a chain.
#[derive(Debug, Clone)]
pub struct LinkReport {
    /// The element.
    pub name: String,
    /// Where it is declared.
    pub at: Option<PlaceReport>,
}

/// A finding of a baseline that is found no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GoneReport {
    /// The policy's name.
    pub policy: String,
    /// Which conjunct of the policy.
    pub rule: String,
    /// Which capability.
    pub capability: Option<String>,
    /// In which scenario.
    pub scenario: Option<String>,
}

/// A waiver.
#[derive(Debug, Clone, Serialize)]
pub struct WaivedReport {
    /// The last day on which it counts.
    pub until: String,
    /// Why.
    pub reason: String,
}

/// A place in a model's text.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceReport {
    /// The file.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

impl CheckReport {
    /// Names what the analysis numbers and finds places in the texts.
    pub fn new(model: &Model, sources: &Sources, checked: &Checked, kept: State) -> Self {
        let mut counts = vec![(0, 0); model.policies.len()];
        for finding in &checked.findings {
            let about_waiver = finding.detail.waiver().is_some();
            if let Some((counting, waived)) =
                finding.policy.filter(|_| !about_waiver).map(|index| &mut counts[index])
            {
                *(if finding.waived.is_some() { waived } else { counting }) += 1;
            }
        }
        let policy = |(policy, (findings, waived)): (&crate::model::Policy, (usize, usize))| PolicyReport {
            name: policy.name.clone(),
            level: policy.level.name(),
            findings,
            waived,
            in_baseline: 0,
        };
        let points = |(capability, points): &(ElementId, Vec<ElementId>)| {
            (bare_name(model, *capability), names(model, points.iter().copied()))
        };
        let is_ending = |finding: &&Finding| matches!(finding.detail, Detail::EndingWaiver(_));
        let (ending, findings): (Vec<&Finding>, Vec<&Finding>) = checked.findings.iter().partition(is_ending);
        let reports = |findings: Vec<&Finding>| {
            findings.into_iter().map(|finding| FindingReport::new(model, sources, finding)).collect()
        };
        Self {
            schema: "linchpin/check/1",
            model: model.name().to_owned(),
            verdict: if checked.passes() { "pass" } else { "fail" },
            findings: reports(findings),
            ending_waivers: reports(ending),
            single_points: checked.single_points.iter().map(points).collect(),
            policies: model.policies.iter().zip(counts).map(policy).collect(),
            scenarios: checked.scenarios,
            gone: None,
            kept,
        }
    }

    /// Everything that is to be said: the findings, then what is said of waivers that still count.
    pub fn remarks(&self) -> impl Iterator<Item = &FindingReport> {
        self.findings.iter().chain(&self.ending_waivers)
    }

    /// Counts anew what each policy's findings mean, and the verdict, after some were marked as known.
    pub(super) fn count_again(&mut self) {
        for policy in &mut self.policies {
            let of_policy = self.findings.iter().filter(|finding| finding.policy == policy.name);
            let known = of_policy.filter(|finding| finding.is_in_baseline()).count();
            policy.findings -= known;
            policy.in_baseline = known;
        }
        self.verdict = if self.findings.iter().any(FindingReport::is_denied) { "fail" } else { "pass" };
    }

    /// How many findings fail the check, are waived, are in the baseline, and are merely shown.
    pub fn counts(&self) -> Counts {
        let count = |keep: &dyn Fn(&&FindingReport) -> bool| self.remarks().filter(keep).count();
        let denied = count(&|finding| finding.is_denied());
        let waived = count(&|finding| finding.waived.is_some());
        let in_baseline = count(&|finding| finding.is_in_baseline());
        Counts {
            denied,
            waived,
            in_baseline,
            warnings: self.remarks().count() - denied - waived - in_baseline,
        }
    }

    /// What single points are points of.
    pub fn single_points_title(&self) -> &'static str {
        match self.kept {
            State::Up => "single points of failure or degradation",
            State::Degraded | State::Down => "single points of failure",
        }
    }
}

impl FindingReport {
    fn new(model: &Model, sources: &Sources, finding: &Finding) -> Self {
        let policy = finding.policy.map(|index| &model.policies[index]);
        let waiver = finding.detail.waiver().and_then(|index| model.waivers.get(index));
        let place = waiver.map(|waiver| waiver.place).or(policy.map(|policy| policy.place));
        let capability_place = finding.capability.map(|id| model[id].place);
        let place = place.filter(|place| *place != Place::NOWHERE).or(capability_place);
        let position = |place: Place| {
            let at = sources.position(place)?;
            Some(PlaceReport { file: at.file, line: at.line, column: at.column })
        };
        let scenario = finding.asked.as_ref().map(|asked| &asked.scenario);
        Self {
            policy: policy.map(|policy| policy.name.clone()).unwrap_or_default(),
            level: finding.level.name(),
            rule: rule(&finding.detail),
            capability: finding.capability.map(|id| bare_name(model, id)),
            scenario: scenario
                .map(|scenario| scenario.name.clone())
                .or_else(|| waiver.and_then(|waiver| waiver.failure.clone())),
            failed: scenario.map_or_else(Vec::new, |scenario| {
                names(model, scenario.fails.iter().map(|failure| failure.what))
            }),
            message: message(model, finding),
            waived: finding.waived.as_ref().map(|waived| WaivedReport {
                until: waived.until.to_string(),
                reason: waived.reason.clone(),
            }),
            in_baseline: None,
            at: place.and_then(position),
            class: finding.asked.as_ref().map_or_else(String::new, |asked| asked.class.clone()),
            found: found(&finding.detail),
            is_open: finding.is_open(),
            chain: finding
                .chain
                .iter()
                .map(|id| LinkReport { name: shown_name(model, *id), at: position(model[*id].place) })
                .collect(),
        }
    }

    /// Whether it fails the check.
    pub fn is_denied(&self) -> bool {
        self.level == PolicyLevel::Deny.name() && self.waived.is_none() && !self.is_in_baseline()
    }

    /// Whether a baseline holds it already.
    pub fn is_in_baseline(&self) -> bool {
        self.in_baseline == Some(true)
    }
}

/// How many findings mean what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Those that fail the check.
    pub denied: usize,
    /// Those that a waiver silences.
    pub waived: usize,
    /// Those that a baseline holds.
    pub in_baseline: usize,
    /// The others.
    pub warnings: usize,
}

fn found(detail: &Detail) -> Option<Found> {
    match detail {
        Detail::State { found, .. } => Some(Found::State(*found)),
        Detail::Within { outage, .. } => Some(Found::Time(*outage)),
        Detail::DataLoss { losses, .. } => losses.iter().map(|loss| loss.loss).max().map(Found::Time),
        _ => None,
    }
}

fn shown_name(model: &Model, id: ElementId) -> String {
    match model[id].kind {
        Kind::Capability(_) => bare_name(model, id),
        _ => model[id].name.clone(),
    }
}

fn rule(detail: &Detail) -> &'static str {
    match detail {
        Detail::State { .. } => "state",
        Detail::Within { .. } => "within",
        Detail::DataLoss { .. } => "data_loss",
        Detail::Unreachable => "reachable",
        Detail::Availability { .. } => "availability",
        Detail::IdleWaiver(_) | Detail::EndingWaiver(_) => "waiver",
    }
}

/// A finding in one line, the chain from what failed to the capability at its end.
fn message(model: &Model, finding: &Finding) -> String {
    let capability =
        finding.capability.map_or_else(|| "every capability".to_owned(), |id| bare_name(model, id));
    let when = finding.asked.as_ref().map_or_else(String::new, |asked| match asked.class.as_str() {
        "scenario" => format!(" in the scenario {}", asked.scenario.name),
        _ if asked.scenario.fails.len() > 1 => format!(" when {} fail", asked.scenario.name),
        _ => format!(" when {} fails", asked.scenario.name),
    });
    let mut message = match &finding.detail {
        Detail::State { found, wanted, always } => {
            let wanted = match wanted {
                State::Degraded => String::new(),
                _ => format!(", should be {}", wanted.name()),
            };
            let always = if *always { ", as with nothing failed" } else { "" };
            format!("{capability} is {}{when}{always}{wanted}", found.name())
        }
        Detail::Within { outage, allowed } if outage.is_finite() => {
            format!("{capability} is out for {outage}{when}, at most {allowed} is allowed")
        }
        Detail::Within { allowed, .. } => {
            format!("{capability} is out until something is repaired{when}, at most {allowed} is allowed")
        }
        Detail::DataLoss { losses, allowed } => {
            let losses: Vec<_> = losses.iter().map(|loss| lost(model, loss.service, loss.loss)).collect();
            format!("{capability} loses {}{when}, at most {allowed} is allowed", losses.join(", "))
        }
        Detail::Unreachable => {
            let channels =
                if model.channels().next().is_some() { "no channel works" } else { "there is no channel" };
            format!("customers of {capability} cannot be told{when}: {channels}")
        }
        Detail::Availability { bounds, wanted } if bounds.is_exact() => {
            let [found, wanted] = [bounds.lower, *wanted].map(percent);
            format!("{capability} is available {found}, should be {wanted}")
        }
        Detail::Availability { bounds, wanted } => {
            let [lower, upper, wanted] = [bounds.lower, bounds.upper, *wanted].map(percent);
            format!(
                "{capability} is available between {lower} and {upper}, which does not settle whether it is {wanted}"
            )
        }
        Detail::IdleWaiver(index) | Detail::EndingWaiver(index) => {
            let waiver = &model.waivers[*index];
            let failure = waiver.failure.as_ref().map_or_else(String::new, |failure| format!(", {failure}"));
            let fate = match finding.detail {
                Detail::IdleWaiver(_) => "silences nothing: remove it".to_owned(),
                _ => format!("ends after {}: mend what it covers, or decide anew", waiver.until),
            };
            format!("the waiver of `{}` for {capability}{failure} {fate}", waiver.policy)
        }
    };
    let chain: Vec<_> = finding.chain.iter().map(|id| shown_name(model, *id)).collect();
    match chain.len() {
        0 => {}
        1 => message += ": what it needs waits for itself",
        _ => message += &format!(": {}", arrows(&chain)),
    }
    if let Some(expired) = finding.expired.filter(|_| finding.waived.is_none()) {
        message += &format!(" (its waiver ran out on {expired})");
    }
    message
}

fn lost(model: &Model, service: ElementId, loss: Time) -> String {
    let name = &model[service].name;
    if loss.is_finite() { format!("{loss} of the data of {name}") } else { format!("all data of {name}") }
}
