//! Does every policy hold? The gate of a CI run.

use std::collections::HashMap;

use jiff::civil::Date;

use super::System;
use super::availability::{Bounds, availability};
use super::data::DataLoss;
use super::explain::chain;
use super::many::{Question, answers};
use super::scenarios::{Asked, OUTAGE, TooMany, declared, of_outage, sweep};
use super::survive::{Answer, Asking, CapabilityOutcome};
use crate::compile::ConditionId;
use crate::engine::{Block, Outcome, Worker};
use crate::model::{Class, ElementId, Kind, Model, Policy, PolicyLevel, State, Time, Waiver};

/// Something that a policy says does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which policy, as an index of the model's policies; for an idle waiver the policy that it names, if it exists.
    pub policy: Option<usize>,
    /// What it means for the verdict.
    pub level: PolicyLevel,
    /// Which capability; `None` for a waiver that names none.
    pub capability: Option<ElementId>,
    /// In which scenario; `None` where it is not about one.
    pub asked: Option<Asked>,
    /// What is wrong.
    pub detail: Detail,
    /// From what failed to the capability, each depending on the one before.
    pub chain: Vec<ElementId>,
    /// The waiver that silences it.
    pub waived: Option<Waived>,
    /// The day on which a waiver for it ran out.
    pub expired: Option<Date>,
}

/// A waiver that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// The last day on which it does.
    pub until: Date,
    /// Why.
    pub reason: String,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// The state is lower than will do.
    State {
        /// What it is.
        found: State,
        /// The lowest that will do.
        wanted: State,
        /// It is so with nothing failed, too.
        always: bool,
    },
    /// It is out for longer than allowed.
    Within {
        /// How long.
        outage: Time,
        /// How long it may be.
        allowed: Time,
    },
    /// More data is lost than allowed.
    DataLoss {
        /// The stores that lose too much.
        losses: Vec<DataLoss>,
        /// How much they may.
        allowed: Time,
    },
    /// It is out and no channel works.
    Unreachable,
    /// It works less often than it should.
    Availability {
        /// What it is.
        bounds: Bounds,
        /// What it should be.
        wanted: f64,
    },
    /// A waiver silences nothing: its index among the model's waivers.
    IdleWaiver(usize),
    /// A waiver that silences something will soon run out: its index among the model's waivers.
    EndingWaiver(usize),
}

impl Detail {
    /// The waiver that it is about, as an index of the model's waivers, where it is about one.
    pub fn waiver(&self) -> Option<usize> {
        match self {
            Self::IdleWaiver(index) | Self::EndingWaiver(index) => Some(*index),
            _ => None,
        }
    }
}

/// A capability and the single events that take it below the state to be kept.
pub type SinglePoints = (ElementId, Vec<ElementId>);

/// The answer of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// By policy, scenario and capability; what is to be said about waivers last.
    pub findings: Vec<Finding>,
    /// For each capability.
    pub single_points: Vec<SinglePoints>,
    /// How many different scenarios were looked at.
    pub scenarios: usize,
}

impl Checked {
    /// Whether a limit left open whether some policy holds.
    pub fn is_incomplete(&self) -> bool {
        self.findings.iter().any(Finding::is_open)
    }

    /// Whether nothing is denied.
    pub fn passes(&self) -> bool {
        !self.findings.iter().any(Finding::is_denied)
    }
}

impl Finding {
    /// Whether a limit was hit before it was known whether the policy holds.
    pub fn is_open(&self) -> bool {
        match self.detail {
            Detail::Availability { bounds, wanted } => bounds.upper >= wanted && !bounds.is_exact(),
            _ => false,
        }
    }

    /// Whether it fails the check.
    pub fn is_denied(&self) -> bool {
        self.level == PolicyLevel::Deny && self.waived.is_none()
    }
}

/// The classes over which single points of failure are looked for.
pub const SINGLE_POINT_CLASSES: [Class; 6] =
    [Class::Zone, Class::Region, Class::Provider, Class::Product, Class::Group, Class::Service];

/// Checks every policy for the chosen capabilities. `kept` is the state below which a single event is a single point
/// of failure.
///
/// # Errors
/// If a policy asks for more scenarios than can be looked at.
pub fn check(
    system: &System,
    capabilities: &[ElementId],
    kept: State,
    as_of: Date,
) -> Result<Checked, TooMany> {
    let model = &system.model;
    // Each scenario is computed once, however many policies name it.
    let mut plan = Plan::default();
    let mut of_policy: Vec<Vec<usize>> = Vec::new();
    for policy in &model.policies {
        of_policy.push(asked_by(model, policy)?.into_iter().map(|asked| plan.add(asked)).collect());
    }
    let singles = sweep(model, &SINGLE_POINT_CLASSES, 1)?;
    let singles: Vec<(usize, ElementId)> = singles
        .into_iter()
        .map(|asked| (asked.scenario.fails[0].what, asked))
        .map(|(what, asked)| (plan.add(asked), what))
        .collect();
    let mut policies_of: Vec<Vec<usize>> = vec![Vec::new(); plan.scenarios.len()];
    for (policy, scenarios) in of_policy.iter().enumerate() {
        scenarios.iter().for_each(|scenario| policies_of[*scenario].push(policy));
    }

    let engine = system.engine();
    let mut asking = Asking::new(system, capabilities, as_of);
    if model.policies.iter().all(|policy| policy.data_loss.is_none()) {
        asking = asking.without_data();
    }
    let stores = stores_needed(system, capabilities);
    let n_scenarios = plan.scenarios.len();
    let mut is_single = vec![false; n_scenarios];
    singles.iter().for_each(|(scenario, _)| is_single[*scenario] = true);
    let scenarios = std::mem::take(&mut plan.scenarios);
    let judging = Judging { system, asking, stores, policies_of, is_single, kept, places: plan.known };
    let looked_at = answers(system, &engine, &judging, &scenarios);

    let mut worker = engine.worker();
    let mut findings: Vec<Finding> = Vec::new();
    for (index, policy) in model.policies.iter().enumerate() {
        for scenario in &of_policy[index] {
            let of_scenario = looked_at[*scenario].1.iter();
            findings.extend(of_scenario.filter(|finding| finding.policy == Some(index)).cloned());
        }
        findings.extend(below_availability(system, &mut worker, index, policy, capabilities));
    }
    let about_waivers = waive(model, &mut findings, capabilities, as_of);
    findings.extend(about_waivers);

    let undisturbed = worker.outcome(&[]);
    let single_points = capabilities.iter().map(|capability| {
        // Where the state is not had even with nothing failed, the empty set is the one minimal cut.
        let can_fall = undisturbed.state(*capability) >= kept;
        let takes =
            |(scenario, _): &&(usize, ElementId)| can_fall && looked_at[*scenario].0.contains(capability);
        let mut points: Vec<ElementId> = singles.iter().filter(takes).map(|(_, what)| *what).collect();
        points.sort_unstable();
        (*capability, points)
    });
    let single_points = single_points.collect();
    Ok(Checked { findings, single_points, scenarios: n_scenarios })
}

/// Every scenario that a policy asks for.
///
/// # Errors
/// If these are more than can be looked at.
pub fn asked_by(model: &Model, policy: &Policy) -> Result<Vec<Asked>, TooMany> {
    let mut wanted = sweep(model, &policy.classes, policy.failures)?;
    wanted.extend(policy.scenarios.iter().map(|index| declared(&model.scenarios[*index])));
    wanted.extend(policy.outages.iter().map(of_outage));
    Ok(wanted)
}

/// The different scenarios that are asked for.
#[derive(Default)]
struct Plan {
    scenarios: Vec<Asked>,
    /// By name and class, which is all in which two scenarios can differ here.
    known: HashMap<(String, String), usize>,
}

impl Plan {
    fn add(&mut self, asked: Asked) -> usize {
        *self.known.entry(key(&asked)).or_insert_with(|| {
            self.scenarios.push(asked);
            self.scenarios.len() - 1
        })
    }
}

fn key(asked: &Asked) -> (String, String) {
    (asked.scenario.name.clone(), asked.class.clone())
}

/// For each chosen capability the data stores that it needs, transitively, `wants` left out.
fn stores_needed(system: &System, capabilities: &[ElementId]) -> HashMap<ElementId, Vec<ElementId>> {
    let is_store = |id: &ElementId| matches!(&system.model[*id].kind, Kind::Service(service) if service.data);
    let stores = |capability: ElementId| {
        // Who needs an instance needs what its service keeps.
        let service = |id: ElementId| match &system.model[id].kind {
            Kind::Instance(instance) => instance.service,
            _ => id,
        };
        let mut stores: Vec<_> =
            system.topology.all_needs(capability).map(service).filter(is_store).collect();
        stores.sort_unstable();
        stores.dedup();
        stores
    };
    capabilities.iter().map(|id| (*id, stores(*id))).collect()
}

/// What is asked of every scenario.
struct Judging<'a> {
    system: &'a System,
    asking: Asking<'a>,
    stores: HashMap<ElementId, Vec<ElementId>>,
    /// For each scenario the policies that name it.
    policies_of: Vec<Vec<usize>>,
    /// Whether it is a single failure.
    is_single: Vec<bool>,
    kept: State,
    /// Which scenario it is.
    places: HashMap<(String, String), usize>,
}

impl Judging<'_> {
    /// Of each scenario only what is wrong is kept: which capabilities a single failure takes, and the findings.
    /// Without an outcome these do not say how it comes about.
    fn judged(&self, answer: &Answer, outcome: Option<&Outcome>) -> (Vec<ElementId>, Vec<Finding>) {
        let scenario = self.places[&key(&answer.asked)];
        let judge = Judge { system: self.system, answer, outcome, stores: &self.stores };
        let findings = self.policies_of[scenario].iter().flat_map(|policy| judge.findings(*policy)).collect();
        let is_fallen = |of: &&CapabilityOutcome| self.is_single[scenario] && of.state < self.kept;
        let fallen = answer.capabilities.iter().filter(is_fallen).map(|of| of.capability).collect();
        (fallen, findings)
    }
}

impl Question for Judging<'_> {
    type Answer = (Vec<ElementId>, Vec<Finding>);

    fn of_worker(&self, asked: &Asked, worker: &mut Worker<'_>, most: usize) -> Option<Self::Answer> {
        let outcome = worker.outcome_within(&asked.scenario.fails, most)?;
        Some(self.judged(&self.asking.of(asked.clone(), &outcome), Some(&outcome)))
    }

    fn of_block(&self, asked: &[&Asked], block: &Block<'_>) -> Vec<Option<Self::Answer>> {
        let answers = self.asking.of_block(asked, block).into_iter();
        // What is found has to be explained, which takes the whole outcome.
        let judged =
            |answer: Answer| Some(self.judged(&answer, None)).filter(|(_, findings)| findings.is_empty());
        answers.map(|answer| answer.and_then(judged)).collect()
    }

    fn conditions(&self) -> Option<Vec<ConditionId>> {
        Some(self.asking.conditions_asked())
    }
}

/// Holds one scenario's answer against policies.
struct Judge<'a> {
    system: &'a System,
    answer: &'a Answer,
    /// `None`: it is not explained how things come about.
    outcome: Option<&'a Outcome>,
    stores: &'a HashMap<ElementId, Vec<ElementId>>,
}

impl Judge<'_> {
    fn findings(&self, index: usize) -> Vec<Finding> {
        let policy = &self.system.model.policies[index];
        // Both lists are in the model's order.
        let all = &self.answer.capabilities;
        let about =
            policy.capabilities.iter().filter_map(|id| all.binary_search_by_key(id, |of| of.capability).ok());
        about.flat_map(|place| self.of_capability(index, policy, &all[place])).collect()
    }

    fn of_capability(&self, index: usize, policy: &Policy, of: &CapabilityOutcome) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut find = |detail: Detail, chain: Vec<ElementId>| {
            findings.push(Finding {
                policy: Some(index),
                level: policy.level,
                capability: Some(of.capability),
                asked: Some(self.answer.asked.clone()),
                detail,
                chain,
                waived: None,
                expired: None,
            });
        };
        let (ok, full) = (ConditionId::ok(of.capability), ConditionId::full(of.capability));
        let program = &self.system.program;
        let why_out = || self.outcome.map_or_else(Vec::new, |outcome| chain(program, &outcome.run, ok));
        if of.state < policy.state {
            let condition = if of.state == State::Down { ok } else { full };
            let chain = self.outcome.map(|outcome| chain(program, outcome.while_failed(), condition));
            let chain = chain.unwrap_or_default();
            let always = self.outcome.is_some_and(|outcome| !outcome.run.undisturbed(condition).is_finite());
            let chain = if always { Vec::new() } else { chain };
            find(Detail::State { found: of.state, wanted: policy.state, always }, chain);
        }
        if let Some(allowed) = policy.within.filter(|allowed| of.outage > *allowed) {
            find(Detail::Within { outage: of.outage, allowed }, why_out());
        }
        if let Some(allowed) = policy.data_loss {
            let needed = &self.stores[&of.capability];
            let too_much = |loss: &&DataLoss| needed.contains(&loss.service) && loss.loss > allowed;
            let losses: Vec<_> = self.answer.data.iter().filter(too_much).copied().collect();
            if !losses.is_empty() {
                find(Detail::DataLoss { losses, allowed }, Vec::new());
            }
        }
        if policy.reachable && of.unreachable {
            find(Detail::Unreachable, why_out());
        }
        findings
    }
}

/// Findings about how often capabilities work. Bounds that leave the question open are a finding too: what is not
/// known to hold does not pass.
fn below_availability(
    system: &System,
    worker: &mut Worker<'_>,
    index: usize,
    policy: &Policy,
    capabilities: &[ElementId],
) -> Vec<Finding> {
    let Some(wanted) = policy.availability else { return Vec::new() };
    let about = policy.capabilities.iter().filter(|id| capabilities.contains(id));
    let judged = about.filter_map(|capability| {
        let bounds = availability(system, worker, *capability, policy.state, wanted);
        // Sums of products carry rounding errors of about one unit in the sixteenth digit each.
        (bounds.lower < wanted - 1e-12).then(|| Finding {
            policy: Some(index),
            level: policy.level,
            capability: Some(*capability),
            asked: None,
            detail: Detail::Availability { bounds, wanted },
            chain: Vec::new(),
            waived: None,
            expired: None,
        })
    });
    judged.collect()
}

/// Applies the waivers and returns a finding for each that silences nothing or will soon run out.
fn waive(model: &Model, findings: &mut [Finding], capabilities: &[ElementId], as_of: Date) -> Vec<Finding> {
    let mut about_waivers = Vec::new();
    for (index, waiver) in model.waivers.iter().enumerate() {
        let mut used = false;
        for finding in findings.iter_mut().filter(|finding| names(model, waiver, finding)) {
            used = true;
            if as_of <= waiver.until {
                finding.waived = Some(Waived { until: waiver.until, reason: waiver.reason.clone() });
            } else {
                finding.expired = finding.expired.max(Some(waiver.until));
            }
        }
        // Of a capability that was not looked at nothing can be said.
        let looked_at = match waiver.capability {
            Some(capability) => capabilities.contains(&capability),
            None => capabilities.len() == model.capabilities().count(),
        };
        let detail = match used {
            true if ends_soon(model, waiver, as_of) => Detail::EndingWaiver(index),
            false if looked_at => Detail::IdleWaiver(index),
            _ => continue,
        };
        about_waivers.push(Finding {
            policy: model.policies.iter().position(|policy| policy.name == waiver.policy),
            level: PolicyLevel::Warn,
            capability: waiver.capability,
            asked: None,
            detail,
            chain: Vec::new(),
            waived: None,
            expired: None,
        });
    }
    about_waivers
}

/// Whether a waiver that still counts does so for no longer than the model wants to be warned.
fn ends_soon(model: &Model, waiver: &Waiver, as_of: Date) -> bool {
    let days = (waiver.until - as_of).get_days();
    let left = u64::try_from(days).ok().map(|days| Time::seconds(days * 86_400));
    model.waiver_warning > Time::ZERO && left.is_some_and(|left| left <= model.waiver_warning)
}

/// A scenario has its name; an outage that could have been at several places has one for each, behind its id.
fn is_called(asked: &Asked, name: &str) -> bool {
    let scenario = &asked.scenario.name;
    let is_place = || scenario.strip_prefix(name).is_some_and(|place| place.starts_with('@'));
    scenario == name || asked.class == OUTAGE && is_place()
}

fn names(model: &Model, waiver: &Waiver, finding: &Finding) -> bool {
    let policy = finding.policy.map(|index| &model.policies[index].name);
    policy == Some(&waiver.policy)
        && (waiver.capability.is_none() || waiver.capability == finding.capability)
        && waiver
            .failure
            .as_ref()
            .is_none_or(|failure| finding.asked.as_ref().is_some_and(|asked| is_called(asked, failure)))
}
