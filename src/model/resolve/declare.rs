//! Every element gets its number, in the model's order.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Resolver;
use super::figures::Known;
use crate::diag::{Code, Diagnostic, Place};
use crate::model::decl::{At, CapabilityDecl, CreditDecl, ProviderDecl, ServiceDecl};
use crate::model::names;
use crate::model::{
    Capability, Credit, Element, ElementId, Facility, Instance, Kind, Region, Scope, Service, Standby, Time,
};

/// No model is larger than this: a slip of the pen should not take all memory.
const MOST_ELEMENTS: usize = 2_000_000;

/// The instances of a service, by the list that they come from.
#[derive(Default)]
pub(super) struct Instances {
    /// All, in order.
    pub(super) all: Vec<ElementId>,
    /// For each entry of `standby`, its instances.
    pub(super) standby: Vec<Vec<ElementId>>,
    /// For each entry of `backup`, the instances that it can be restored to.
    pub(super) restored: Vec<Vec<ElementId>>,
}

impl Resolver {
    /// Adds an element under its full name. A name that is malformed or taken is a problem, and nothing is added.
    pub(super) fn declare(
        &mut self,
        full: String,
        name: &At<String>,
        kind: Kind,
        known: Known,
    ) -> Option<ElementId> {
        if !names::is_name(&name.value) {
            let message = format!("`{}` cannot be a name", name.value);
            self.problems.push(
                Diagnostic::new(Code::BadName, name.place, message)
                    .label("expected letters, digits, `.`, `_` and `-`, beginning with a letter or digit"),
            );
            return None;
        }
        self.add(full, name.place, kind, known)
    }

    pub(super) fn add(&mut self, full: String, place: Place, kind: Kind, known: Known) -> Option<ElementId> {
        if self.elements.len() >= MOST_ELEMENTS {
            self.too_many_elements(place);
            return None;
        }
        let id = ElementId::new(self.elements.len());
        match self.names.entry(full) {
            Entry::Occupied(taken) => {
                let first = &self.elements[taken.get().index()];
                self.problems.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        place,
                        format!("the name `{}` is taken", taken.key()),
                    )
                    .label("expected another name")
                    .related(first.place, format!("a {} of that name is declared here", first.kind_name())),
                );
                None
            }
            Entry::Vacant(free) => {
                self.elements.push(Element {
                    name: free.key().clone(),
                    place,
                    kind,
                    groups: Vec::new(),
                    needs: Vec::new(),
                    wants: Vec::new(),
                    availability: known.availability,
                    chance: known.chance.map(Box::new),
                });
                free.insert(id);
                Some(id)
            }
        }
    }

    /// Said once: whatever comes after it is too many as well.
    pub(super) fn too_many_elements(&mut self, place: Place) {
        if !self.is_too_large {
            let message = format!("the model has more than {MOST_ELEMENTS} elements from here on");
            let problem = Diagnostic::new(Code::OutOfRange, place, message);
            self.problems.push(problem.label("expected fewer instances, zones or products"));
        }
        self.is_too_large = true;
        self.unread.all();
    }

    pub(super) fn declare_domains(&mut self, provider: &ProviderDecl) {
        let figures = self.figures(&provider.figures);
        let id = self.declare(provider.name.value.clone(), &provider.name, Kind::Provider, figures);
        let Some(provider_id) = id else {
            self.unread.part_of(&provider.name.value);
            return;
        };
        for region in &provider.regions {
            let full = format!("{}/{}", provider.name.value, region.name.value);
            let figures = self.figures(&region.figures);
            let min_zones = region.min_zones.map(|min| min.value);
            let kind = Kind::Region(Region { provider: provider_id, zones: Vec::new(), min_zones });
            let Some(region_id) = self.declare(full.clone(), &region.name, kind, figures) else { continue };
            let mut zones = Vec::new();
            for zone in &region.zones {
                let figures = self.figures(&zone.figures);
                let kind = Kind::Zone { region: region_id };
                zones.extend(self.declare(format!("{full}/{}", zone.name.value), &zone.name, kind, figures));
            }
            if let Some(min) = region.min_zones.filter(|min| min.value as usize > zones.len()) {
                self.out_of_reach(min.place, &full, &format!("at most {}, the number of zones", zones.len()));
            }
            if let Kind::Region(region) = &mut self[region_id].kind {
                region.zones = zones;
            }
        }
    }

    pub(super) fn out_of_reach(&mut self, place: Place, what: &str, expected: &str) {
        let message = format!("`{what}` can never work: its threshold is out of reach");
        let warning = Diagnostic::new(Code::OutOfReach, place, message);
        self.warnings.push(warning.label(format!("expected {expected}")));
    }

    /// A provider, each of its regions, and each zone after its region.
    pub(super) fn domains_of(&self, provider: &ProviderDecl) -> Vec<(Scope, ElementId)> {
        let Some(&provider_id) = self.names.get(&provider.name.value) else { return Vec::new() };
        let mut domains = vec![(Scope::Global, provider_id)];
        for region in &provider.regions {
            let region_id = self.names.get(&format!("{}/{}", provider.name.value, region.name.value));
            let Some(&region_id) = region_id else { continue };
            domains.push((Scope::Region, region_id));
            if let Kind::Region(region) = &self[region_id].kind {
                domains.extend(region.zones.iter().map(|zone| (Scope::Zone, *zone)));
            }
        }
        domains
    }

    /// Every product at every domain of the provider down to the product's scope.
    pub(super) fn declare_facilities(&mut self, provider: &ProviderDecl) {
        let domains = self.domains_of(provider);
        for product in &provider.products {
            let figures = self.figures(&product.figures);
            for (scope, domain) in &domains {
                if *scope < product.scope {
                    continue;
                }
                let up = self.above(*domain).and_then(|above| self.facility(above, &product.name.value));
                let full = format!("{}#{}", self[*domain].name, product.name.value);
                let product_name = product.name.value.clone();
                let kind = Kind::Facility(Facility { domain: *domain, product: product_name, up });
                if self.declare(full, &product.name, kind, figures).is_none() {
                    break;
                }
            }
        }
    }

    pub(super) fn declare_service(&mut self, service: &ServiceDecl) -> Instances {
        let mut instances = Instances::default();
        let figures = self.figures(&service.figures);
        // Instances come right after their service; what is placed where decides their numbers.
        let kind = Kind::Service(Service {
            instances: Vec::new(),
            quorum: service.quorum.map_or(1, |quorum| quorum.value),
            capacity: service.capacity.map(|capacity| capacity.value),
            min_capacity: service.min_capacity.or(service.capacity).map(|capacity| capacity.value),
            start: service.start.map_or(Time::ZERO, |start| start.value),
            data: service.data,
            backups: Vec::new(),
        });
        let id = self.declare(service.name.value.clone(), &service.name, kind, figures);

        let (own, of_standby) = self.figures_of_instances(service);
        let mut new = Vec::new();
        for placed in &service.placed {
            let capacity = placed.capacity.map_or(1.0, |capacity| capacity.value);
            let domains = self.domains_of_service(service, &placed.at);
            let count = placed.count.map_or(1, |count| count.value);
            if self.elements.len() + new.len() + domains.len() * count as usize > MOST_ELEMENTS {
                self.too_many_elements(placed.count.map_or(placed.at.place, |count| count.place));
                continue;
            }
            for domain in domains {
                new.extend((0..count).map(|_| (domain, placed.at.place, capacity, None, own)));
            }
        }
        let mut standby_counts = Vec::new();
        for (standby, known) in service.standby.iter().zip(of_standby) {
            let capacity = standby.capacity.map_or(1.0, |capacity| capacity.value);
            let role = Standby {
                after: standby.after.map_or(Time::ZERO, |after| after.value),
                manual: standby.manual,
                lag: Some(standby.lag.map_or(Time::ZERO, |lag| lag.value)),
            };
            let domains = self.domains_of_service(service, &standby.at);
            standby_counts.push(domains.len());
            new.extend(domains.into_iter().map(|at| (at, standby.at.place, capacity, Some(role), known)));
        }
        let mut restored_counts = Vec::new();
        for backup in &service.backup {
            let after = backup.restore.map_or(Time::ZERO, |restore| restore.value);
            let role = Standby { after, manual: false, lag: None };
            let before = new.len();
            for at in &backup.restore_to {
                let domains = self.domains_of_service(service, at);
                new.extend(domains.into_iter().map(|domain| (domain, at.place, 1.0, Some(role), own)));
            }
            restored_counts.push(new.len() - before);
        }
        let Some(id) = id else {
            self.unread.part_of(&service.name.value);
            return instances;
        };

        let mut at_domain: HashMap<ElementId, usize> = HashMap::new();
        for (domain, ..) in &new {
            *at_domain.entry(*domain).or_default() += 1;
        }
        let mut numbered: HashMap<ElementId, usize> = HashMap::new();
        for (domain, place, capacity, standby, known) in new {
            let mut full = format!("{}@{}", service.name.value, self[domain].name);
            if at_domain[&domain] > 1 {
                let number = numbered.entry(domain).or_default();
                *number += 1;
                full += &format!("[{number}]");
            }
            let (uses, peers) = (Vec::new(), Vec::new());
            let kind = Kind::Instance(Instance { service: id, domain, uses, capacity, peers, standby });
            instances.all.extend(self.add(full, place, kind, known));
        }
        if self.is_too_large {
            self.unread.part_of(&service.name.value);
        }
        let mut rest = instances.all.clone();
        rest.reverse();
        rest.truncate(standby_counts.iter().chain(&restored_counts).sum());
        let mut take = |counts: Vec<usize>| -> Vec<Vec<ElementId>> {
            counts.into_iter().map(|count| (0..count).filter_map(|_| rest.pop()).collect()).collect()
        };
        instances.standby = take(standby_counts);
        instances.restored = take(restored_counts);
        instances
    }

    /// The domains of an entry of a service's. Where not all are known, it has instances that are not known.
    fn domains_of_service(&mut self, service: &ServiceDecl, at: &At<String>) -> Vec<ElementId> {
        let domains = self.domains(at);
        if domains.is_empty() || at.value.ends_with("/*") && self.may_be_unread(&at.value) {
            self.unread.part_of(&service.name.value);
        }
        domains
    }

    pub(super) fn declare_capability(&mut self, capability: &CapabilityDecl) {
        let kind = Kind::Capability(Capability {
            tier: capability.tier.map(|tier| tier.value),
            owner: capability.owner.as_ref().map(|owner| owner.value.clone()),
            value_per_hour: capability.value_per_hour.map_or(0.0, |value| value.value),
            sla: capability.sla.map(|sla| sla.value),
            sla_credits: self.credits(capability),
        });
        self.declare(
            format!("capability:{}", capability.name.value),
            &capability.name,
            kind,
            Known::default(),
        );
    }

    /// The steps in the order of the breach, with a word about those that cannot be meant.
    pub(super) fn credits(&mut self, capability: &CapabilityDecl) -> Vec<Credit> {
        let mut steps: Vec<&CreditDecl> = capability.sla_credits.iter().collect();
        steps.sort_by(|a, b| b.below.value.total_cmp(&a.below.value));
        let mut warn = |place, message: String, label: &str| {
            self.warnings.push(Diagnostic::new(Code::OddCredits, place, message).label(label));
        };
        match (capability.sla, steps.first()) {
            (None, Some(first)) => {
                let message =
                    format!("`{}` owes credits for a promise that it does not make", capability.name.value);
                warn(first.below.place, message, "expected `sla` beside it");
            }
            (Some(sla), Some(first)) if first.below.value > sla.value => {
                let message = format!(
                    "a credit is owed below {}, although {} is promised",
                    first.below.value, sla.value
                );
                warn(first.below.place, message, "expected at most the `sla`");
            }
            _ => {}
        }
        for pair in steps.windows(2) {
            let (milder, worse) = (pair[0], pair[1]);
            if milder.below.value.total_cmp(&worse.below.value).is_eq() {
                let message = format!("two credits are owed below {}", worse.below.value);
                warn(worse.below.place, message, "the larger one counts");
            } else if worse.credit.value < milder.credit.value {
                let message =
                    format!("less is owed below {} than below {}", worse.below.value, milder.below.value);
                warn(worse.credit.place, message, "the larger one counts");
            }
        }
        steps.iter().map(|step| Credit { below: step.below.value, credit: step.credit.value }).collect()
    }
}
