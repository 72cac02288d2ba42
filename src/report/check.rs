//! `linchpin/check/1`.

use serde::Serialize;

use super::{Ordered, bare_name, names};
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
    /// For each capability the elements whose failure alone takes it out.
    pub single_points: Ordered<Vec<String>>,
    /// Every policy, in order, with how it fares.
    pub policies: Vec<PolicyReport>,
    /// How many different scenarios were looked at.
    pub scenarios: usize,
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
    /// Where the policy is declared; for a built-in policy, the capability; for an idle waiver, the waiver.
    pub at: Option<PlaceReport>,
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
            let is_idle = matches!(finding.detail, Detail::IdleWaiver(_));
            if let Some((counting, waived)) =
                finding.policy.filter(|_| !is_idle).map(|index| &mut counts[index])
            {
                *(if finding.waived.is_some() { waived } else { counting }) += 1;
            }
        }
        let policy = |(policy, (findings, waived)): (&crate::model::Policy, (usize, usize))| PolicyReport {
            name: policy.name.clone(),
            level: policy.level.name(),
            findings,
            waived,
        };
        let points = |(capability, points): &(ElementId, Vec<ElementId>)| {
            (bare_name(model, *capability), names(model, points.iter().copied()))
        };
        Self {
            schema: "linchpin/check/1",
            model: model.name().to_owned(),
            verdict: if checked.passes() { "pass" } else { "fail" },
            findings: checked
                .findings
                .iter()
                .map(|finding| FindingReport::new(model, sources, finding))
                .collect(),
            single_points: checked.single_points.iter().map(points).collect(),
            policies: model.policies.iter().zip(counts).map(policy).collect(),
            scenarios: checked.scenarios,
            kept,
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
        let idle = match finding.detail {
            Detail::IdleWaiver(index) => model.waivers.get(index),
            _ => None,
        };
        let place = idle.map(|waiver| waiver.place).or(policy.map(|policy| policy.place));
        let capability_place = finding.capability.map(|id| model[id].place);
        let place = place.filter(|place| *place != Place::NOWHERE).or(capability_place);
        let at = place.and_then(|place| sources.position(place));
        let scenario = finding.asked.as_ref().map(|asked| &asked.scenario);
        Self {
            policy: policy.map(|policy| policy.name.clone()).unwrap_or_default(),
            level: finding.level.name(),
            rule: rule(&finding.detail),
            capability: finding.capability.map(|id| bare_name(model, id)),
            scenario: scenario
                .map(|scenario| scenario.name.clone())
                .or_else(|| idle.and_then(|waiver| waiver.failure.clone())),
            failed: scenario.map_or_else(Vec::new, |scenario| {
                names(model, scenario.fails.iter().map(|failure| failure.what))
            }),
            message: message(model, finding),
            waived: finding.waived.as_ref().map(|waived| WaivedReport {
                until: waived.until.to_string(),
                reason: waived.reason.clone(),
            }),
            at: at.map(|at| PlaceReport { file: at.file, line: at.line, column: at.column }),
        }
    }

    /// Whether it fails the check.
    pub fn is_denied(&self) -> bool {
        self.level == PolicyLevel::Deny.name() && self.waived.is_none()
    }
}

fn rule(detail: &Detail) -> &'static str {
    match detail {
        Detail::State { .. } => "state",
        Detail::Within { .. } => "within",
        Detail::DataLoss { .. } => "data_loss",
        Detail::Unreachable => "reachable",
        Detail::Availability { .. } => "availability",
        Detail::IdleWaiver(_) => "waiver",
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
            format!("{capability} is available {}, should be {wanted}", probability(bounds.lower))
        }
        Detail::Availability { bounds, wanted } => format!(
            "{capability} is available between {} and {}, which does not settle whether it is {wanted}",
            probability(bounds.lower),
            probability(bounds.upper)
        ),
        Detail::IdleWaiver(index) => {
            let failure = model.waivers.get(*index).and_then(|waiver| waiver.failure.as_deref());
            let failure = failure.map_or_else(String::new, |failure| format!(", {failure}"));
            let policy = finding.policy.map_or("", |index| &model.policies[index].name);
            format!("the waiver of `{policy}` for {capability}{failure} silences nothing: remove it")
        }
    };
    let chain: Vec<_> = finding
        .chain
        .iter()
        .map(|id| match model[*id].kind {
            Kind::Capability(_) => bare_name(model, *id),
            _ => model[*id].name.clone(),
        })
        .collect();
    match chain.len() {
        0 => {}
        1 => message += ": what it needs waits for itself",
        _ => message += &format!(": {}", chain.join(" → ")),
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

/// A probability with as many digits as tell it from 1.
fn probability(p: f64) -> String {
    let text = format!("{p:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
