//! The semantics' table: one function a row.

use super::{Capacity, Condition, ConditionId, Formula, Level, Part, Role};
use crate::model::{Element, ElementId, Facility, Instance, Kind, Model, Need, Region, Service, Time};

/// Both conditions of every element, by [`ConditionId`].
pub(super) fn conditions(model: &Model) -> Vec<Condition> {
    model.elements().flat_map(|(id, element)| [ok(model, id, element), full(model, id, element)]).collect()
}

/// What it takes to serve.
fn ok(model: &Model, id: ElementId, element: &Element) -> Condition {
    let mut row = Row::new(model, Level::Ok);
    if element.class().is_some() {
        row.part(Role::Own, Formula::Event(id));
    }
    match &element.kind {
        Kind::Provider | Kind::Group | Kind::Capability(_) | Kind::Channel => {}
        Kind::Region(Region { provider, zones, min_zones }) => {
            row.is(Role::Domain, *provider);
            if let Some(min) = min_zones {
                let zones = zones.iter().map(|zone| Formula::Event(*zone)).collect();
                row.part(Role::Zones, Formula::AtLeast(*min, zones));
            }
        }
        Kind::Zone { region } => row.is(Role::Domain, *region),
        Kind::Facility(Facility { domain, up, .. }) => {
            row.is(Role::Domain, *domain);
            if let Some(up) = up {
                row.is(Role::Above, *up);
            }
        }
        Kind::Instance(instance) => {
            row.is(Role::Domain, instance.domain);
            for facility in &instance.uses {
                row.is(Role::Product, *facility);
            }
            row.peers(instance);
            row.condition.after = instance.standby.map_or(Time::ZERO, |standby| standby.after);
        }
        Kind::Service(service) => {
            row.instances(service, service.min_capacity);
            row.condition.start = service.start;
        }
    }
    for group in &element.groups {
        row.is(Role::Group, *group);
    }
    row.terms(Role::Need, &element.needs);
    row.condition
}

/// What it takes to serve undegraded.
fn full(model: &Model, id: ElementId, element: &Element) -> Condition {
    let mut row = Row::new(model, Level::Full);
    row.part(Role::Serving, Formula::Is(ConditionId::ok(id)));
    match &element.kind {
        Kind::Instance(instance) => row.peers(instance),
        Kind::Service(service) => {
            row.instances(service, service.capacity);
            row.terms(Role::Need, &element.needs);
            row.terms(Role::Want, &element.wants);
        }
        Kind::Capability(_) | Kind::Channel => {
            row.terms(Role::Need, &element.needs);
            row.terms(Role::Want, &element.wants);
        }
        Kind::Provider | Kind::Region(_) | Kind::Zone { .. } | Kind::Facility(_) | Kind::Group => {}
    }
    row.condition
}

/// What it takes for a term to hold, for one that depends on it and serves.
pub fn needed(model: &Model, term: &Need) -> Formula {
    Row::new(model, Level::Ok).term(term)
}

/// A condition in the making.
struct Row<'m> {
    model: &'m Model,
    level: Level,
    condition: Condition,
}

impl<'m> Row<'m> {
    fn new(model: &'m Model, level: Level) -> Self {
        Self { model, level, condition: Condition::default() }
    }

    fn part(&mut self, role: Role, formula: Formula) {
        self.condition.parts.push(Part { role, formula });
    }

    /// Domains, facilities and groups have no degraded state: being ok is all that is asked of them.
    fn is(&mut self, role: Role, on: ElementId) {
        self.part(role, Formula::Is(ConditionId::ok(on)));
    }

    fn terms(&mut self, role: Role, terms: &[Need]) {
        for term in terms {
            let formula = self.term(term);
            self.part(role, formula);
        }
    }

    fn term(&self, need: &Need) -> Formula {
        let terms = |of: &[Need]| of.iter().map(|need| self.term(need)).collect();
        match need {
            Need::On { on, when_start, tolerates } => {
                let level = match self.model[*on].kind {
                    Kind::Provider
                    | Kind::Region(_)
                    | Kind::Zone { .. }
                    | Kind::Facility(_)
                    | Kind::Group => Level::Ok,
                    Kind::Service(_) | Kind::Instance(_) | Kind::Capability(_) | Kind::Channel => self.level,
                };
                dependency(Formula::Is(ConditionId::of(*on, level)), *when_start, *tolerates)
            }
            Need::All(of) => Formula::All(terms(of)),
            Need::AtLeast { count, of } => Formula::AtLeast(*count, terms(of)),
            Need::Any { of, after, degraded } => {
                let degraded = if self.level == Level::Ok { &degraded[..] } else { &[] };
                let alternatives = of.iter().chain(degraded).map(|need| self.term(need)).enumerate();
                let later = |(index, alternative): (usize, Formula)| match index {
                    0 => alternative,
                    _ => Formula::Later(*after, Box::new(alternative)),
                };
                Formula::Any(alternatives.map(later).collect())
            }
        }
    }

    fn peers(&mut self, instance: &Instance) {
        for peers in &instance.peers {
            let of = peers.of.iter().map(|peer| Formula::Is(ConditionId::of(*peer, self.level))).collect();
            self.part(Role::Peer, dependency(Formula::Any(of), peers.when_start, peers.tolerates));
        }
    }

    /// Enough instances, and enough capacity of them. Without instances a service stands for logic alone.
    fn instances(&mut self, service: &Service, capacity: Option<f64>) {
        let conditions: Vec<_> =
            service.instances.iter().map(|id| ConditionId::of(*id, self.level)).collect();
        if conditions.is_empty() {
            return;
        }
        let carries = |id: &ElementId| match &self.model[*id].kind {
            Kind::Instance(instance) => Capacity::new(instance.capacity),
            _ => Capacity::ZERO,
        };
        let capacities = service.instances.iter().map(carries).zip(conditions.iter().copied()).collect();
        let works = conditions.into_iter().map(Formula::Is).collect();
        self.part(Role::Instances, Formula::AtLeast(service.quorum, works));
        if let Some(threshold) = capacity {
            self.part(
                Role::Capacity,
                Formula::Capacity { threshold: Capacity::new(threshold), of: capacities },
            );
        }
    }
}

/// A dependency with what the dependent does when it is gone.
fn dependency(mut on: Formula, when_start: bool, tolerates: Time) -> Formula {
    if tolerates > Time::ZERO {
        on = Formula::Tolerates(tolerates, Box::new(on));
    }
    if when_start { Formula::ToStart(Box::new(on)) } else { on }
}
