//! Declarations → model: every name looked up, every problem of names at once.
//!
//! First everything gets its element, in the model's order; then references are followed, for which all names must
//! be known.

mod asked;
mod figures;
mod follow;
mod known;

use std::cell::Cell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::alias::Aliases;
use super::catalog;
use super::decl::{
    At, CapabilityDecl, ChannelDecl, CreditDecl, Declarations, ProviderDecl, RegionDecl, ServiceDecl,
    ZoneDecl,
};
use super::names::{self, NotFound};
use super::{
    Capability, Credit, Element, ElementId, Facility, Instance, Kind, Model, Policy, Region, Scope, Service,
    Standby, Time,
};
use crate::diag::{Code, Diagnostic, Place};
use figures::Known;

/// So many misspelt names get a suggestion; looking for one compares with every name of the model.
const SUGGESTIONS: usize = 50;

/// So long before its last day a waiver is warned of, where the model says nothing.
const WAIVER_WARNING: Time = Time::seconds(14 * 86_400);

/// No model is larger than this: a slip of the pen should not take all memory.
const MOST_ELEMENTS: usize = 2_000_000;

pub(super) fn resolve(mut declared: Declarations) -> Result<Model, Vec<Diagnostic>> {
    let aliases = Aliases::with_own(&declared).map(Box::new);
    let brought_in = catalog::bring_in(&mut declared);
    let mut resolver = Resolver {
        model_name: declared.name.take().map_or_else(|| "model".to_owned(), |name| name.value),
        aliases,
        problems: brought_in.problems,
        warnings: brought_in.warnings,
        catalogs: brought_in.providers,
        ..Resolver::default()
    };

    for provider in &declared.providers {
        resolver.declare_domains(provider);
    }
    for provider in &declared.providers {
        resolver.declare_facilities(provider);
    }
    for group in &declared.groups {
        let figures = resolver.figures(&group.figures);
        resolver.declare(group.name.value.clone(), &group.name, Kind::Group, figures);
    }
    let instances: Vec<_> =
        declared.services.iter().map(|service| resolver.declare_service(service)).collect();
    for capability in &declared.capabilities {
        resolver.declare_capability(capability);
    }
    for channel in &declared.channels {
        resolver.declare(
            format!("channel:{}", channel.name.value),
            &channel.name,
            Kind::Channel,
            Known::default(),
        );
    }

    for provider in &declared.providers {
        resolver.follow_provider(provider);
    }
    resolver.follow_groups(&declared.groups, &declared.services);
    for (service, instances) in declared.services.iter().zip(instances) {
        resolver.follow_service(service, instances);
    }
    for CapabilityDecl { name, needs, wants, .. } in &declared.capabilities {
        resolver.follow(&format!("capability:{}", name.value), needs, wants);
    }
    for ChannelDecl { name, needs, wants } in &declared.channels {
        resolver.follow(&format!("channel:{}", name.value), needs, wants);
    }

    let scenarios = resolver.scenarios(&declared.scenarios);
    let outages = resolver.outages(declared.outages);
    let happened = resolver.happened(declared.happened, &outages);
    let mut policies = resolver.policies(&declared.policies, &scenarios, &outages);
    if policies.is_empty() {
        policies = Policy::defaults(&resolver.all_capabilities());
    }
    let waivers = resolver.waivers(&declared.waivers, &policies, &scenarios);

    let Resolver { model_name, elements, names, mut problems, mut warnings, aliases, .. } = resolver;
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.place);
        return Err(problems);
    }
    warnings.sort_by_key(|warning| warning.place);
    Ok(Model {
        name: model_name,
        elements,
        names,
        policies,
        waivers,
        scenarios,
        outages,
        happened,
        aliases,
        backup_verified_within: declared.backup_verified_within.map(|within| within.value),
        waiver_warning: declared.waiver_warning.map_or(WAIVER_WARNING, |before| before.value),
        warnings,
    })
}

/// The instances of a service, by the list that they come from.
#[derive(Default)]
struct Instances {
    /// All, in order.
    all: Vec<ElementId>,
    /// For each entry of `standby`, its instances.
    standby: Vec<Vec<ElementId>>,
    /// For each entry of `backup`, the instances that it can be restored to.
    restored: Vec<Vec<ElementId>>,
}

#[derive(Default)]
struct Resolver {
    model_name: String,
    elements: Vec<Element>,
    names: HashMap<String, ElementId>,
    problems: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    is_too_large: bool,
    suggestions: Cell<usize>,
    n_figures: u32,
    /// Other names of the model's own.
    aliases: Option<Box<Aliases>>,
    /// What the catalogues know that the model names.
    catalogs: Vec<ProviderDecl>,
}

impl Resolver {
    // ---- every element gets its number -------------------------------------------------------------------

    /// Adds an element under its full name. A name that is malformed or taken is a problem, and nothing is added.
    fn declare(&mut self, full: String, name: &At<String>, kind: Kind, known: Known) -> Option<ElementId> {
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

    fn add(&mut self, full: String, place: Place, kind: Kind, known: Known) -> Option<ElementId> {
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
    fn too_many_elements(&mut self, place: Place) {
        if !self.is_too_large {
            let message = format!("the model has more than {MOST_ELEMENTS} elements from here on");
            let problem = Diagnostic::new(Code::OutOfRange, place, message);
            self.problems.push(problem.label("expected fewer instances, zones or products"));
        }
        self.is_too_large = true;
    }

    fn declare_domains(&mut self, provider: &ProviderDecl) {
        let figures = self.figures(&provider.figures);
        let id = self.declare(provider.name.value.clone(), &provider.name, Kind::Provider, figures);
        let Some(provider_id) = id else { return };
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

    fn out_of_reach(&mut self, place: Place, what: &str, expected: &str) {
        let message = format!("`{what}` can never work: its threshold is out of reach");
        let warning = Diagnostic::new(Code::OutOfReach, place, message);
        self.warnings.push(warning.label(format!("expected {expected}")));
    }

    /// A provider, each of its regions, and each zone after its region.
    fn domains_of(&self, provider: &ProviderDecl) -> Vec<(Scope, ElementId)> {
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
    fn declare_facilities(&mut self, provider: &ProviderDecl) {
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

    fn declare_service(&mut self, service: &ServiceDecl) -> Instances {
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
            let domains = self.domains(&placed.at);
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
            let domains = self.domains(&standby.at);
            standby_counts.push(domains.len());
            new.extend(domains.into_iter().map(|at| (at, standby.at.place, capacity, Some(role), known)));
        }
        let mut restored_counts = Vec::new();
        for backup in &service.backup {
            let after = backup.restore.map_or(Time::ZERO, |restore| restore.value);
            let role = Standby { after, manual: false, lag: None };
            let before = new.len();
            for at in &backup.restore_to {
                new.extend(
                    self.domains(at).into_iter().map(|domain| (domain, at.place, 1.0, Some(role), own)),
                );
            }
            restored_counts.push(new.len() - before);
        }
        let Some(id) = id else { return instances };

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

    fn declare_capability(&mut self, capability: &CapabilityDecl) {
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
    fn credits(&mut self, capability: &CapabilityDecl) -> Vec<Credit> {
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

    // ---- looking names up --------------------------------------------------------------------------------

    fn above(&self, domain: ElementId) -> Option<ElementId> {
        match &self[domain].kind {
            Kind::Zone { region } => Some(*region),
            Kind::Region(region) => Some(region.provider),
            _ => None,
        }
    }

    fn domain_and_above(&self, domain: ElementId) -> impl Iterator<Item = ElementId> {
        std::iter::successors(Some(domain), |id| self.above(*id))
    }

    /// The facility of a product at a domain or the nearest above it.
    fn facility(&self, domain: ElementId, product: &str) -> Option<ElementId> {
        self.domain_and_above(domain)
            .find_map(|at| self.names.get(&format!("{}#{product}", self[at].name)).copied())
    }

    /// Looks a reference up; what is not found is a problem.
    fn lookup(&mut self, reference: &At<String>) -> Option<ElementId> {
        match names::find(&self.names, &self.elements, &reference.value) {
            Ok(id) => Some(id),
            Err(why) => {
                let problem = self.not_found(reference, &why);
                self.problems.push(problem);
                None
            }
        }
    }

    fn not_found(&self, reference: &At<String>, why: &NotFound) -> Diagnostic {
        let At { value: written, place } = reference;
        let unknown = |label: &str| {
            Diagnostic::new(Code::UnknownReference, *place, format!("nothing called `{written}` is declared"))
                .label(label)
        };
        match why {
            NotFound::Malformed => {
                let problem =
                    Diagnostic::new(Code::BadReference, *place, format!("`{written}` is no reference"));
                let problem =
                    problem.label("expected a reference such as `orders`, `aws/us-east-1` or `aws#iam`");
                match written.as_bytes() {
                    [b'#', ..] => problem
                        .hint("`#product` alone stands in a product's `needs` only: say at which domain"),
                    [.., b'/', b'*'] => {
                        problem.hint("`*` stands for zones in `placed`, `standby` and `members` only")
                    }
                    _ if written.starts_with("tag:") => {
                        problem.hint("tags stand in a group's `members` only")
                    }
                    _ => self.suggest(problem, written, self.element_names()),
                }
            }
            NotFound::SayKind(full) => unknown("expected its kind in front").hint(format!("write `{full}`")),
            NotFound::Ambiguous(names) => {
                let message = format!("`{written}` could be any of {} instances", names.len());
                let expected = match &names[..] {
                    [first, _, _, .., last] => format!("{first} to {last}"),
                    few => few.join(" or "),
                };
                Diagnostic::new(Code::AmbiguousReference, *place, message)
                    .label(format!("expected {expected}"))
            }
            NotFound::Unknown => {
                let problem = unknown("expected a declared name");
                if let Some((domain, product)) = written.split_once('#')
                    && let Some(domain) = self.names.get(domain)
                    && let Some(nearest) = self.facility(*domain, product)
                {
                    let nearest = &self[nearest].name;
                    return problem.hint(format!("the scope of {product} ends above: write `{nearest}`"));
                }
                let in_catalogs = self.in_catalogs(written);
                let known = self.element_names().chain(in_catalogs.iter().map(String::as_str));
                self.suggest(problem, written, known)
            }
        }
    }

    /// What the catalogues have near a reference that found nothing.
    fn in_catalogs(&self, written: &str) -> Vec<String> {
        let mut names = Vec::new();
        for provider in &self.catalogs {
            let own = &provider.name.value;
            let domain = written.split_once('#').map(|(domain, _)| domain);
            names.extend(provider.regions.iter().map(|region| format!("{own}/{}", region.name.value)));
            if let Some(domain) = domain.filter(|domain| domain.split('/').next() == Some(own)) {
                names.extend(
                    provider.products.iter().map(|product| format!("{domain}#{}", product.name.value)),
                );
            } else if written.split('/').count() == 3 {
                let zones = |region: &RegionDecl| -> Vec<String> {
                    let zone = |zone: &ZoneDecl| format!("{own}/{}/{}", region.name.value, zone.name.value);
                    region.zones.iter().map(zone).collect()
                };
                names.extend(provider.regions.iter().flat_map(zones));
            }
        }
        names
    }

    /// Adds the name that may have been meant, if one is near.
    fn suggest<'n>(
        &self,
        problem: Diagnostic,
        written: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Diagnostic {
        let before = self.suggestions.replace(self.suggestions.get() + 1);
        if before < SUGGESTIONS { problem.did_you_mean(written, names) } else { problem }
    }

    fn element_names(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().map(|element| element.name.as_str())
    }

    fn capability_names(&self) -> impl Iterator<Item = &str> {
        let capabilities = self.elements.iter().filter(|element| matches!(element.kind, Kind::Capability(_)));
        capabilities.map(Element::bare_name)
    }

    /// Names of products: of one provider, or of all.
    fn product_names(&self, of: Option<ElementId>) -> impl Iterator<Item = &str> {
        self.elements.iter().filter_map(move |element| match &element.kind {
            Kind::Facility(facility)
                if facility.up.is_none() && of.is_none_or(|of| facility.domain == of) =>
            {
                Some(facility.product.as_str())
            }
            _ => None,
        })
    }

    /// The domains that an entry of `placed`, `standby` or `restore_to` means.
    fn domains(&mut self, at: &At<String>) -> Vec<ElementId> {
        let Some(region) = at.value.strip_suffix("/*") else {
            let found = self.lookup(at);
            let wrong = found
                .map(|id| self[id].kind_name())
                .filter(|kind| !["provider", "region", "zone"].contains(kind));
            if let Some(kind) = wrong {
                let message = format!("`{}` is a {kind}, no place to run at", at.value);
                let problem = Diagnostic::new(Code::WrongKind, at.place, message)
                    .label("expected a zone, region or provider");
                self.problems.push(match kind {
                    "service" => problem.hint("a service that another one runs on stands in its `needs`"),
                    "facility" => problem.hint("products that instances stand on are listed in `uses`"),
                    _ => problem,
                });
                return Vec::new();
            }
            return found.into_iter().collect();
        };
        let Some(id) = self.lookup(&At::new(region.to_owned(), at.place)) else { return Vec::new() };
        let zones = match &self[id].kind {
            Kind::Region(region) => region.zones.clone(),
            _ => Vec::new(),
        };
        if zones.is_empty() {
            let message = format!("`{region}` has no declared zones");
            let problem = Diagnostic::new(Code::WrongKind, at.place, message);
            self.problems.push(problem.label("expected a region with zones before `/*`"));
        }
        zones
    }
}

impl std::ops::Index<ElementId> for Resolver {
    type Output = Element;

    fn index(&self, id: ElementId) -> &Element {
        &self.elements[id.index()]
    }
}

impl std::ops::IndexMut<ElementId> for Resolver {
    fn index_mut(&mut self, id: ElementId) -> &mut Element {
        &mut self.elements[id.index()]
    }
}
