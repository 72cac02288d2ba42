//! The five questions that the outage of 21 April 2011 raised, answered for one model.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rayon::prelude::*;

use super::availability::{Bounds, availability};
use super::backups::{Store, backups};
use super::survive::{Asking, CapabilityOutcome};
use super::{Asked, System, TooMany, sweep};
use crate::engine::Worker;
use crate::model::{Class, ElementId, Kind, Model, Need, State, Time};

/// Everything that a briefing tells.
#[derive(Debug, Clone)]
pub struct Briefing {
    /// 1: is the backup valid, and does it work? Every data store.
    pub stores: Vec<Store>,
    /// 2, 3 and 4: what the loss of each provider and region does, in the model's order.
    pub places: Vec<Place>,
    /// 5: does the service-level agreement hold? The capabilities asked about.
    pub promises: Vec<(ElementId, Option<Promise>)>,
}

/// A provider or region that fails for good.
#[derive(Debug, Clone)]
pub struct Place {
    /// Which.
    pub place: ElementId,
    /// Whatever stands on it directly (services with instances there, and what names it or something in it in its needs),
    /// with how it does without it.
    pub users: Vec<(ElementId, State, Time)>,
    /// How the capabilities asked about do.
    pub capabilities: Vec<CapabilityOutcome>,
    /// How long each channel is out.
    pub channels: Vec<(ElementId, Time)>,
    /// What an hour of it costs: the value of the capabilities that are down.
    pub value_per_hour: f64,
}

/// A promise and what can be expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Promise {
    /// What was promised.
    pub sla: f64,
    /// What the model's figures give.
    pub computed: Bounds,
    /// The share of the bill that is owed at the upper and at the lower bound.
    pub credit: [f64; 2],
}

impl Promise {
    /// Whether it holds; `None` where the bounds do not settle it.
    pub fn holds(&self) -> Option<bool> {
        if self.computed.lower >= self.sla {
            Some(true)
        } else if self.computed.upper < self.sla {
            Some(false)
        } else {
            None
        }
    }
}

/// Answers the five questions.
///
/// # Errors
/// If there are more places than can be looked at.
pub fn briefing(system: &System, capabilities: &[ElementId], as_of: Date) -> Result<Briefing, TooMany> {
    let users = users(&system.model);
    let engine = system.engine();
    let asking = Asking::new(system, capabilities, as_of).without_data();
    let mut asked = sweep(&system.model, &[Class::Provider, Class::Region], 1)?;
    asked.sort_by_key(|asked| asked.scenario.fails.first().map(|failure| failure.what));
    let one = |worker: &mut Worker<'_>, asked: Asked| place(system, &asking, &users, worker, asked);
    let places = asked.into_par_iter().map_init(|| engine.worker(), one).flatten().collect();
    let promises = capabilities
        .par_iter()
        .map_init(|| engine.worker(), |worker, id| (*id, promise(system, worker, *id)));
    Ok(Briefing { stores: backups(system, as_of)?, places, promises: promises.collect() })
}

fn place(
    system: &System,
    asking: &Asking<'_>,
    users: &BTreeMap<ElementId, Vec<ElementId>>,
    worker: &mut Worker<'_>,
    asked: Asked,
) -> Option<Place> {
    let place = asked.scenario.fails.first()?.what;
    let (answer, outcome) = asking.answer(worker, asked);
    let of = |id: &ElementId| (*id, outcome.state(*id), outcome.outage(*id));
    let down = answer.capabilities.iter().filter(|of| of.state == State::Down);
    let value = |of: &CapabilityOutcome| match &system.model[of.capability].kind {
        Kind::Capability(capability) => capability.value_per_hour,
        _ => 0.0,
    };
    Some(Place {
        place,
        users: users.get(&place).map_or_else(Vec::new, |users| users.iter().map(of).collect()),
        value_per_hour: down.map(value).fold(0.0, |sum, value| sum + value),
        channels: system.model.channels().map(|(id, _)| (id, outcome.outage(id))).collect(),
        capabilities: answer.capabilities,
    })
}

/// For each domain, what stands on it or on something in it directly: services, capabilities, channels, other providers.
fn users(model: &Model) -> BTreeMap<ElementId, Vec<ElementId>> {
    let mut users: BTreeMap<ElementId, Vec<ElementId>> = BTreeMap::new();
    for (id, element) in model.elements() {
        let (user, lies_in) = match &element.kind {
            Kind::Instance(instance) => (instance.service, Some(instance.domain)),
            Kind::Service(_) | Kind::Capability(_) | Kind::Channel | Kind::Provider => (id, None),
            Kind::Region(_) | Kind::Zone { .. } | Kind::Facility(_) | Kind::Group => continue,
        };
        let named = element.needs.iter().chain(&element.wants).flat_map(Need::mentions);
        for domain in lies_in.into_iter().chain(named.filter_map(|id| domain_of(model, id))) {
            for above in model.domain_and_above(domain).filter(|above| *above != user) {
                users.entry(above).or_default().push(user);
            }
        }
    }
    for users in users.values_mut() {
        users.sort_unstable();
        users.dedup();
    }
    users
}

fn domain_of(model: &Model, id: ElementId) -> Option<ElementId> {
    match &model[id].kind {
        Kind::Provider | Kind::Region(_) | Kind::Zone { .. } => Some(id),
        Kind::Facility(facility) => Some(facility.domain),
        _ => None,
    }
}

/// What a capability promised and what the figures of the model give: the share of time in which it serves, degraded at
/// least. `None` where it promised nothing.
pub fn promise(system: &System, worker: &mut Worker<'_>, capability: ElementId) -> Option<Promise> {
    let Kind::Capability(of) = &system.model[capability].kind else { return None };
    let sla = of.sla?;
    let computed = availability(system, worker, capability, State::Degraded, f64::INFINITY);
    Some(Promise { sla, computed, credit: [computed.upper, computed.lower].map(|at| of.credit_owed(at)) })
}
