//! Declarations → model: every name looked up, every problem of names at once.
//!
//! First everything gets its element, in the model's order; then references are followed, for which all names must
//! be known.

use std::cell::Cell;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::decl::{
    At, CapabilityDecl, ChannelDecl, Declarations, Figures, GroupDecl, PolicyDecl, ProviderDecl,
    ScenarioDecl, ServiceDecl, Term, TermDecl, WaiverDecl,
};
use super::names::{self, NotFound};
use super::{
    Backup, Capability, Class, Element, ElementId, Facility, Failure, Instance, Kind, Model, Need, Peers,
    Policy, Region, Scenario, Scope, Selector, Service, Standby, State, Time, Waiver,
};
use crate::diag::{Code, Diagnostic, Place};

/// So many misspelt names get a suggestion; looking for one compares with every name of the model.
const SUGGESTIONS: usize = 50;

/// No model is larger than this: a slip of the pen should not take all memory.
const MOST_ELEMENTS: usize = 2_000_000;

pub(super) fn resolve(declared: Declarations) -> Result<Model, Vec<Diagnostic>> {
    let mut resolver = Resolver::default();
    resolver.catalogs(&declared.catalogs);

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
        resolver.declare(format!("channel:{}", channel.name.value), &channel.name, Kind::Channel, None);
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
    let mut policies = resolver.policies(&declared.policies, &scenarios);
    if policies.is_empty() {
        policies = Policy::defaults(&resolver.all_capabilities());
    }
    let waivers = resolver.waivers(&declared.waivers, &policies, &scenarios);

    let Resolver { elements, names, mut problems, mut warnings, .. } = resolver;
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.place);
        return Err(problems);
    }
    warnings.sort_by_key(|warning| warning.place);
    Ok(Model {
        name: declared.name.map_or_else(|| "model".to_owned(), |name| name.value),
        elements,
        names,
        policies,
        waivers,
        scenarios,
        backup_verified_within: declared.backup_verified_within.map(|within| within.value),
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
    elements: Vec<Element>,
    names: HashMap<String, ElementId>,
    problems: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    is_too_large: bool,
    suggestions: Cell<usize>,
}

impl Resolver {
    fn catalogs(&mut self, catalogs: &[At<String>]) {
        if let Some(first) = catalogs.first() {
            self.problems.push(
                Diagnostic::new(Code::NoCatalogs, first.place, "catalogues are not built in yet")
                    .label("expected no `catalogs`")
                    .hint("declare the regions, zones and products that the model uses, and leave `catalogs` out"),
            );
        }
    }

    // ---- every element gets its number -------------------------------------------------------------------

    /// Adds an element under its full name. A name that is malformed or taken is a problem, and nothing is added.
    fn declare(
        &mut self,
        full: String,
        name: &At<String>,
        kind: Kind,
        availability: Option<f64>,
    ) -> Option<ElementId> {
        if !names::is_name(&name.value) {
            let message = format!("`{}` cannot be a name", name.value);
            self.problems.push(
                Diagnostic::new(Code::BadName, name.place, message)
                    .label("expected letters, digits, `.`, `_` and `-`, beginning with a letter or digit"),
            );
            return None;
        }
        self.add(full, name.place, kind, availability)
    }

    fn add(
        &mut self,
        full: String,
        place: Place,
        kind: Kind,
        availability: Option<f64>,
    ) -> Option<ElementId> {
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
                    availability,
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
                new.extend((0..count).map(|_| (domain, placed.at.place, capacity, None, 1.0)));
            }
        }
        let mut standby_counts = Vec::new();
        for standby in &service.standby {
            let capacity = standby.capacity.map_or(1.0, |capacity| capacity.value);
            let role = Standby {
                after: standby.after.map_or(Time::ZERO, |after| after.value),
                manual: standby.manual,
                lag: Some(standby.lag.map_or(Time::ZERO, |lag| lag.value)),
            };
            let success = standby.success.map_or(1.0, |success| success.value);
            let domains = self.domains(&standby.at);
            standby_counts.push(domains.len());
            new.extend(domains.into_iter().map(|at| (at, standby.at.place, capacity, Some(role), success)));
        }
        let mut restored_counts = Vec::new();
        for backup in &service.backup {
            let after = backup.restore.map_or(Time::ZERO, |restore| restore.value);
            let role = Standby { after, manual: false, lag: None };
            let before = new.len();
            for at in &backup.restore_to {
                new.extend(
                    self.domains(at).into_iter().map(|domain| (domain, at.place, 1.0, Some(role), 1.0)),
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
        for (domain, place, capacity, standby, success) in new {
            let mut full = format!("{}@{}", service.name.value, self[domain].name);
            if at_domain[&domain] > 1 {
                let number = numbered.entry(domain).or_default();
                *number += 1;
                full += &format!("[{number}]");
            }
            let own = service.instance_availability.map(|own| own.value);
            // A switch that may not work is a chance of its own even where the instance has no figure.
            let availability = if success < 1.0 { Some(own.unwrap_or(1.0) * success) } else { own };
            let (uses, peers) = (Vec::new(), Vec::new());
            let kind = Kind::Instance(Instance { service: id, domain, uses, capacity, peers, standby });
            instances.all.extend(self.add(full, place, kind, availability));
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
        });
        self.declare(format!("capability:{}", capability.name.value), &capability.name, kind, None);
    }

    fn figures(&mut self, figures: &Figures) -> Option<f64> {
        let refuse = |place, message: &str| {
            Diagnostic::new(Code::BadFigures, place, message)
                .label("expected `availability`, or `mtbf` and `mttr` together")
        };
        match (figures.availability, figures.mtbf, figures.mttr) {
            (availability, None, None) => availability.map(|at| at.value),
            (Some(_), Some(at), _) | (Some(_), None, Some(at)) => {
                self.problems
                    .push(refuse(at.place, "`availability` and `mtbf`, `mttr` say the same thing twice"));
                None
            }
            (None, Some(mtbf), Some(mttr)) => {
                let seconds = |time: Time| time.as_seconds().unwrap_or(u64::MAX);
                let (up, down) = (seconds(mtbf.value), seconds(mttr.value));
                if up == 0 && down == 0 {
                    self.problems.push(refuse(mtbf.place, "`mtbf` and `mttr` are both zero"));
                    return None;
                }
                // Durations end far below 2^53 seconds, where doubles are exact.
                #[expect(clippy::cast_precision_loss)]
                Some(up as f64 / (up as f64 + down as f64))
            }
            (None, Some(at), None) => {
                self.problems.push(refuse(at.place, "`mtbf` without `mttr`"));
                None
            }
            (None, None, Some(at)) => {
                self.problems.push(refuse(at.place, "`mttr` without `mtbf`"));
                None
            }
        }
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
                self.suggest(problem, written, self.element_names())
            }
        }
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

    // ---- references are followed -------------------------------------------------------------------------

    fn follow_provider(&mut self, provider: &ProviderDecl) {
        let provider_name = &provider.name.value;
        self.follow(provider_name, &provider.needs, &[]);
        for region in &provider.regions {
            let region_name = format!("{provider_name}/{}", region.name.value);
            self.follow(&region_name, &region.needs, &[]);
            for zone in &region.zones {
                self.follow(&format!("{region_name}/{}", zone.name.value), &zone.needs, &[]);
            }
        }
        let domains = self.domains_of(provider);
        for product in provider.products.iter().filter(|product| !product.needs.is_empty()) {
            for (_, domain) in &domains {
                let full = format!("{}#{}", self[*domain].name, product.name.value);
                let Some(&facility) = self.names.get(&full) else { continue };
                let before = self.problems.len();
                self[facility].needs = self.needs(&product.needs, Some(*domain));
                if self.problems.len() > before {
                    // A mistake is said once, not for each place anew.
                    break;
                }
            }
        }
    }

    /// Gives an element its needs and wants.
    fn follow(&mut self, full: &str, needs: &[TermDecl], wants: &[TermDecl]) {
        let (needs, wants) = (self.needs(needs, None), self.needs(wants, None));
        if let Some(&id) = self.names.get(full) {
            self[id].needs = needs;
            self[id].wants = wants;
        }
    }

    /// Terms with their names looked up; `at` is the domain that `#product` starts from.
    fn needs(&mut self, terms: &[TermDecl], at: Option<ElementId>) -> Vec<Need> {
        terms.iter().filter_map(|term| self.need(term, at)).collect()
    }

    fn need(&mut self, term: &TermDecl, at: Option<ElementId>) -> Option<Need> {
        match &term.term {
            Term::On { on, same, when_start, tolerates } => {
                if same.is_some() {
                    self.problems.push(
                        Diagnostic::new(Code::BadTerm, term.place, "`same` cannot stand here")
                            .label("expected a term without `same`")
                            .hint("`same` is for needs of a service on a service, directly in its `needs`"),
                    );
                }
                let on = match (on.value.strip_prefix('#'), at) {
                    (Some(product), Some(domain)) if names::is_name(product) => {
                        self.own_facility(on, product, domain)
                    }
                    _ => self.lookup(on),
                };
                Some(Need::On { on: on?, when_start: *when_start, tolerates: *tolerates })
            }
            Term::All(of) => Some(Need::All(self.needs(of, at))),
            Term::Any { of, after, degraded } => {
                let (of, degraded) = (self.needs(of, at), self.needs(degraded, at));
                Some(Need::Any { of, after: *after, degraded })
            }
            Term::AtLeast { count, of } => {
                if *count as usize > of.len() {
                    let message = "this term can never hold: its threshold is out of reach";
                    let label =
                        format!("expected `at_least` to be at most {}, the number of terms", of.len());
                    self.warnings.push(Diagnostic::new(Code::OutOfReach, term.place, message).label(label));
                }
                Some(Need::AtLeast { count: *count, of: self.needs(of, at) })
            }
        }
    }

    /// `#product` in a product's needs.
    fn own_facility(&mut self, on: &At<String>, product: &str, domain: ElementId) -> Option<ElementId> {
        let found = self.facility(domain, product);
        if found.is_none() {
            let provider = self.domain_and_above(domain).last().unwrap_or(domain);
            let message = format!("`{}` has no product `{product}`", self[provider].name);
            let problem = Diagnostic::new(Code::UnknownReference, on.place, message)
                .label("expected a declared product");
            self.problems.push(self.suggest(problem, product, self.product_names(Some(provider))));
        }
        found
    }

    fn follow_groups(&mut self, groups: &[GroupDecl], services: &[ServiceDecl]) {
        let mut tagged: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for service in services {
            for tag in &service.tags {
                tagged.entry(&tag.value).or_default().push(&service.name.value);
            }
        }
        for group in groups {
            self.follow(&group.name.value, &group.needs, &[]);
            let Some(&group_id) = self.names.get(&group.name.value) else { continue };
            for member in &group.members {
                for id in self.members(member, &tagged) {
                    if !self[id].groups.contains(&group_id) {
                        self[id].groups.push(group_id);
                    }
                }
            }
        }
        self.refuse_circular_groups();
    }

    fn members(&mut self, member: &At<String>, tagged: &BTreeMap<&str, Vec<&str>>) -> Vec<ElementId> {
        if let Some(tag) = member.value.strip_prefix("tag:") {
            let names = tagged.get(tag).map_or(&[][..], Vec::as_slice);
            if names.is_empty() {
                let message = format!("no service has the tag `{tag}`");
                let warning = Diagnostic::new(Code::NamesNothing, member.place, message)
                    .label("expected a tag that some service has");
                self.warnings.push(self.suggest(warning, tag, tagged.keys().copied()));
            }
            return names.iter().filter_map(|name| self.names.get(*name).copied()).collect();
        }
        if member.value.ends_with("/*") {
            return self.domains(member);
        }
        let Some(id) = self.lookup(member) else { return Vec::new() };
        match &self[id].kind {
            Kind::Provider | Kind::Region(_) | Kind::Zone { .. } | Kind::Service(_) | Kind::Group => vec![id],
            _ => {
                let message = format!("a {} cannot be a member of a group", self[id].kind_name());
                let problem = Diagnostic::new(Code::WrongKind, member.place, message);
                self.problems.push(problem.label("expected a domain, a service, a group or `tag:..`"));
                Vec::new()
            }
        }
    }

    /// Memberships are followed in depth: a group met again while it is still on the path closes a circle.
    fn refuse_circular_groups(&mut self) {
        #[derive(Clone, Copy)]
        enum Seen {
            Not,
            OnPath,
            Done,
        }
        let mut seen = vec![Seen::Not; self.elements.len()];
        let mut is_said = vec![false; self.elements.len()];
        for start in (0..self.elements.len()).map(ElementId::new) {
            let mut path = Vec::new();
            if matches!((seen[start.index()], &self[start].kind), (Seen::Not, Kind::Group)) {
                seen[start.index()] = Seen::OnPath;
                path.push((start, 0));
            }
            while let Some((group, next)) = path.last_mut() {
                let Some(&above) = self[*group].groups.get(*next) else {
                    seen[group.index()] = Seen::Done;
                    path.pop();
                    continue;
                };
                *next += 1;
                match seen[above.index()] {
                    Seen::Not => {
                        seen[above.index()] = Seen::OnPath;
                        path.push((above, 0));
                    }
                    // Circles that share a group with one that was said are left for the next run.
                    Seen::OnPath if !is_said[group.index()] && !is_said[above.index()] => {
                        let from = path.iter().position(|(group, _)| *group == above).unwrap_or_default();
                        let circle: Vec<_> = path[from..].iter().map(|(group, _)| *group).collect();
                        circle.iter().for_each(|group| is_said[group.index()] = true);
                        self.refuse_circle(&circle);
                    }
                    Seen::OnPath | Seen::Done => {}
                }
            }
        }
    }

    /// Each group of a circle is a member of the next, the last one of the first.
    fn refuse_circle(&mut self, circle: &[ElementId]) {
        /// Longer circles are shown in part.
        const SHOWN: usize = 5;
        let membership = |(index, group): (usize, &ElementId)| {
            let container = circle[(index + 1) % circle.len()];
            let label = format!("`{}` is a member of `{}`", self[*group].name, self[container].name);
            (self[*group].place, label)
        };
        let mut memberships = circle.iter().enumerate().map(membership).take(SHOWN);
        let Some((place, label)) = memberships.next() else { return };
        let name = &self[circle[0]].name;
        let message = format!("the group `{name}` is, through its members, a member of itself");
        let mut problem = Diagnostic::new(Code::CircularGroups, place, message).label(label);
        problem.related.extend(memberships);
        self.problems.push(problem.hint("merge groups that share their fate, or leave a member out"));
    }

    fn follow_service(&mut self, declared: &ServiceDecl, instances: Instances) {
        let (same, plain): (Vec<_>, Vec<_>) =
            declared.needs.iter().partition(|term| matches!(term.term, Term::On { same: Some(_), .. }));
        let plain: Vec<TermDecl> = plain.into_iter().cloned().collect();
        self.follow(&declared.name.value, &plain, &declared.wants);
        for term in same {
            self.follow_same(term, declared, &instances.all);
        }
        self.follow_uses(declared, &instances.all);
        for (standby, ids) in declared.standby.iter().zip(&instances.standby) {
            let needs = self.needs(&standby.needs, None);
            for id in ids {
                self[*id].needs.clone_from(&needs);
            }
        }
        let mut backups = Vec::new();
        for (index, backup) in declared.backup.iter().enumerate() {
            let at = self.lookup(&backup.at);
            let restore_needs = self.needs(&backup.needs, None);
            let Some(at) = at else { continue };
            if !matches!(
                self[at].class(),
                Some(Class::Zone | Class::Region | Class::Provider | Class::Product)
            ) {
                let message = format!("a backup cannot be kept at a {}", self[at].kind_name());
                let problem = Diagnostic::new(Code::WrongKind, backup.at.place, message);
                self.problems
                    .push(problem.label("expected a domain or a facility such as `aws/us-west-2#s3`"));
            }
            let restore_to = instances.restored.get(index).cloned().unwrap_or_default();
            for id in &restore_to {
                let needs_backup = Need::On { on: at, when_start: false, tolerates: Time::ZERO };
                self[*id].needs =
                    std::iter::once(needs_backup).chain(restore_needs.iter().cloned()).collect();
            }
            backups.push(Backup {
                at,
                every: backup.every.value,
                verified: backup.verified.map(|verified| verified.value),
                restore: backup.restore.map_or(Time::ZERO, |restore| restore.value),
                restore_to,
                place: backup.at.place,
            });
        }
        self.warn_of_thresholds(declared, &instances.all);
        if let Some(&id) = self.names.get(&declared.name.value)
            && let Kind::Service(service) = &mut self[id].kind
        {
            service.instances = instances.all;
            service.backups = backups;
        }
    }

    /// Each of the instances needs an instance of another service in its own zone or region.
    fn follow_same(&mut self, term: &TermDecl, declared: &ServiceDecl, instances: &[ElementId]) {
        let Term::On { on, same: Some(scope), when_start, tolerates } = &term.term else { return };
        let Some(other) = self.lookup(on) else { return };
        let scope_name = if *scope == Scope::Zone { "zone" } else { "region" };
        if instances.is_empty() && !(declared.placed.is_empty() && declared.standby.is_empty()) {
            return; // What is wrong with its places is said there.
        }
        if !matches!(self[other].kind, Kind::Service(_)) || instances.is_empty() {
            let message = match instances {
                [] => "`same` on a service without instances".to_owned(),
                _ => format!("`same` on a {}, which has no instances", self[other].kind_name()),
            };
            let problem = Diagnostic::new(Code::BadTerm, term.place, message);
            self.problems.push(problem.label("expected a need of a placed service on a placed service"));
            return;
        }
        let mut theirs: HashMap<ElementId, Vec<ElementId>> = HashMap::new();
        for peer in self.instances_of(other) {
            if let Some(area) = self.area(peer, *scope) {
                theirs.entry(area).or_default().push(peer);
            }
        }
        let mut lonely = Vec::new();
        for id in instances {
            let of = self.area(*id, *scope).and_then(|own| theirs.get(&own)).cloned().unwrap_or_default();
            if of.is_empty() {
                lonely.push(*id);
            }
            if let Kind::Instance(instance) = &mut self[*id].kind {
                instance.peers.push(Peers {
                    service: other,
                    of,
                    when_start: *when_start,
                    tolerates: *tolerates,
                });
            }
        }
        if let [first, others @ ..] = &lonely[..] {
            let first = &self[*first];
            let mut message =
                format!("`{}` has no instance of `{}` in its own {scope_name}", first.name, on.value);
            if !others.is_empty() {
                message += &format!(", nor have {} other instances", others.len());
            }
            let problem = Diagnostic::new(Code::NoPeer, term.place, message)
                .label(format!("expected `{}` to be placed there too", on.value))
                .related(first.place, "the instance is placed here");
            self.problems.push(problem);
        }
    }

    /// Instances follow their service directly, so they are known before the service itself lists them.
    fn instances_of(&self, service: ElementId) -> Vec<ElementId> {
        let is_own = |element: &Element| matches!(&element.kind, Kind::Instance(i) if i.service == service);
        let after = service.index() + 1;
        let count = self.elements[after..].iter().take_while(|element| is_own(element)).count();
        (after..after + count).map(ElementId::new).collect()
    }

    /// The zone, or region, that an instance lies in.
    fn area(&self, instance: ElementId, scope: Scope) -> Option<ElementId> {
        let Kind::Instance(Instance { domain, .. }) = &self[instance].kind else { return None };
        self.domain_and_above(*domain).find(|id| {
            matches!(
                (&self[*id].kind, scope),
                (Kind::Zone { .. }, Scope::Zone) | (Kind::Region(_), Scope::Region)
            )
        })
    }

    /// A product may exist with some of the providers only that a service runs at, but with one it must.
    fn follow_uses(&mut self, declared: &ServiceDecl, instances: &[ElementId]) {
        for product in &declared.uses {
            let mut found = false;
            for id in instances {
                let Kind::Instance(Instance { domain, .. }) = self[*id].kind else { continue };
                if let Some(facility) = self.facility(domain, &product.value) {
                    found = true;
                    if let Kind::Instance(instance) = &mut self[*id].kind
                        && !instance.uses.contains(&facility)
                    {
                        instance.uses.push(facility);
                    }
                }
            }
            if !found && !instances.is_empty() {
                let message =
                    format!("no provider of `{}` has a product `{}`", declared.name.value, product.value);
                let problem = Diagnostic::new(Code::UnknownReference, product.place, message);
                let problem = problem.label("expected a product of a provider where it is placed");
                self.problems.push(self.suggest(problem, &product.value, self.product_names(None)));
            }
        }
    }

    fn warn_of_thresholds(&mut self, declared: &ServiceDecl, instances: &[ElementId]) {
        let name = &declared.name.value;
        if instances.is_empty() {
            let idle = [
                declared.quorum.map(|at| ("quorum", at.place)),
                declared.capacity.map(|at| ("capacity", at.place)),
                declared.min_capacity.map(|at| ("min_capacity", at.place)),
                declared.uses.first().map(|at| ("uses", at.place)),
                declared.instance_availability.map(|at| ("instance_availability", at.place)),
            ];
            for (key, place) in idle.into_iter().flatten() {
                let message = format!("`{key}` has no effect: `{name}` has no instances");
                let warning = Diagnostic::new(Code::NoInstances, place, message);
                self.warnings.push(warning.label("no effect").hint("give it a `placed`, or remove the key"));
            }
            return;
        }
        if let Some(quorum) = declared.quorum.filter(|quorum| quorum.value as usize > instances.len()) {
            let expected = format!("at most {}, the number of instances", instances.len());
            self.out_of_reach(quorum.place, name, &expected);
        }
        let carried: f64 = instances
            .iter()
            .map(|id| match &self[*id].kind {
                Kind::Instance(instance) => instance.capacity,
                _ => 0.0,
            })
            .sum();
        for threshold in [declared.capacity, declared.min_capacity].into_iter().flatten() {
            if threshold.value > carried {
                let expected = format!("at most {carried}, which all instances together carry");
                self.out_of_reach(threshold.place, name, &expected);
            }
        }
    }

    // ---- what is asked of the model ----------------------------------------------------------------------

    fn scenarios(&mut self, declared: &[ScenarioDecl]) -> Vec<Scenario> {
        let mut scenarios: Vec<Scenario> = Vec::new();
        let mut names: HashMap<&str, Place> = HashMap::new();
        for scenario in declared {
            let name = &scenario.name;
            if let Some(first) = names.insert(&name.value, name.place) {
                let message = format!("two scenarios are called `{}`", name.value);
                let problem = Diagnostic::new(Code::DuplicateName, name.place, message);
                self.problems.push(problem.label("expected another name").related(first, "the first one"));
            }
            if !names::is_name(&name.value) || Class::from_name(&name.value).is_some() {
                let message = format!("`{}` cannot be the name of a scenario", name.value);
                let problem = Diagnostic::new(Code::BadName, name.place, message);
                self.problems.push(problem.label("expected a name that is not also a class of failures"));
            }
            let mut fails: Vec<(Failure, Place)> = Vec::new();
            for failure in &scenario.fails {
                let Some(what) = self.lookup(&failure.what) else { continue };
                if self[what].class().is_none() {
                    let message = format!("a {} does not fail of itself", self[what].kind_name());
                    let problem = Diagnostic::new(Code::WrongKind, failure.what.place, message);
                    self.problems
                        .push(problem.label("expected a domain, facility, group, service or instance"));
                    continue;
                }
                if let Some((_, first)) = fails.iter().find(|(known, _)| known.what == what) {
                    let message = format!("`{}` fails twice in one scenario", self[what].name);
                    let problem = Diagnostic::new(Code::DuplicateFailure, failure.what.place, message);
                    let problem =
                        problem.label("expected once only").related(*first, "it fails here already");
                    self.problems.push(problem);
                    continue;
                }
                if failure.destroys && matches!(self[what].kind, Kind::Group | Kind::Service(_)) {
                    let message = format!("a {} holds no data itself", self[what].kind_name());
                    let warning = Diagnostic::new(Code::DestroysNothing, failure.what.place, message);
                    let hint = "name the place or the instance that loses its data";
                    self.warnings.push(warning.label("`destroys` has no effect here").hint(hint));
                }
                let lasts = failure.lasts.unwrap_or(Time::NEVER);
                fails.push((Failure { what, lasts, destroys: failure.destroys }, failure.what.place));
            }
            let mut fails: Vec<Failure> = fails.into_iter().map(|(failure, _)| failure).collect();
            fails.sort_by_key(|failure| failure.what);
            scenarios.push(Scenario { name: name.value.clone(), fails });
        }
        scenarios
    }

    fn policies(&mut self, declared: &[PolicyDecl], scenarios: &[Scenario]) -> Vec<Policy> {
        let mut policies: Vec<Policy> = Vec::new();
        for policy in declared {
            if let Some(first) = policies.iter().find(|first| first.name == policy.name.value) {
                let message = format!("two policies are called `{}`", policy.name.value);
                let problem = Diagnostic::new(Code::DuplicateName, policy.name.place, message);
                self.problems
                    .push(problem.label("expected another name").related(first.place, "the first one"));
            }
            let (mut classes, mut named) = (Vec::new(), Vec::new());
            for survive in &policy.survive {
                if let Some(class) = Class::from_name(&survive.value) {
                    if !classes.contains(&class) {
                        classes.push(class);
                    }
                } else if let Some(index) =
                    scenarios.iter().position(|scenario| scenario.name == survive.value)
                {
                    if !named.contains(&index) {
                        named.push(index);
                    }
                } else {
                    let message = format!("`{}` is neither a class nor a declared scenario", survive.value);
                    let problem = Diagnostic::new(Code::UnknownReference, survive.place, message);
                    let words = Class::ALL.map(Class::name);
                    let problem =
                        problem.label(format!("expected one of {}, or a scenario's name", words.join(", ")));
                    let known =
                        words.into_iter().chain(scenarios.iter().map(|scenario| scenario.name.as_str()));
                    self.problems.push(self.suggest(problem, &survive.value, known));
                }
            }
            classes.sort_unstable();
            self.warn_of_empty_sweeps(policy, &classes);
            if policy.survive.is_empty() && policy.availability.is_none() {
                let message = format!("the policy `{}` asks nothing", policy.name.value);
                let warning = Diagnostic::new(Code::NamesNothing, policy.name.place, message);
                self.warnings.push(warning.label("expected `survive` or `availability`"));
            }
            policies.push(Policy {
                name: policy.name.value.clone(),
                place: policy.name.place,
                capabilities: self.selected(policy),
                classes,
                failures: policy.failures.map_or(1, |failures| failures.value),
                scenarios: named,
                state: policy.state.unwrap_or(State::Degraded),
                within: policy.within.map(|within| within.value),
                data_loss: policy.data_loss.map(|loss| loss.value),
                reachable: policy.reachable,
                availability: policy.availability.map(|availability| availability.value),
                level: policy.level.unwrap_or_default(),
            });
        }
        policies
    }

    /// What is asked of no scenario holds, whatever the model: its silence would mean nothing.
    fn warn_of_empty_sweeps(&mut self, policy: &PolicyDecl, classes: &[Class]) {
        let failures = policy.failures.map_or(1, |failures| failures.value as usize);
        let is_swept = |element: &&Element| element.class().is_some_and(|class| classes.contains(&class));
        let n_members = self.elements.iter().filter(is_swept).take(failures).count();
        let mut warn = |place, message: String, label: &str| {
            self.warnings.push(Diagnostic::new(Code::NamesNothing, place, message).label(label));
        };
        if let Some(survive) = policy.survive.first().filter(|_| !classes.is_empty() && n_members < failures)
        {
            let words = classes.iter().map(|class| class.name()).collect::<Vec<_>>().join(", ");
            let message = format!(
                "the policy `{}` fails nothing: there are too few of class {words}",
                policy.name.value
            );
            warn(survive.place, message, "no scenario");
        }
        if policy.survive.is_empty() {
            let idle = [
                policy.failures.map(|failures| ("failures", failures.place)),
                policy.within.map(|within| ("within", within.place)),
                policy.data_loss.map(|loss| ("data_loss", loss.place)),
                policy.reachable.then_some(("reachable", policy.name.place)),
            ];
            for (key, place) in idle.into_iter().flatten() {
                warn(place, format!("`{key}` has no effect without `survive`"), "asked of no scenario");
            }
        }
    }

    fn all_capabilities(&self) -> Vec<ElementId> {
        let ids = (0..self.elements.len()).map(ElementId::new);
        ids.filter(|id| matches!(self[*id].kind, Kind::Capability(_))).collect()
    }

    /// The capabilities that a policy is about, in the model's order.
    fn selected(&mut self, policy: &PolicyDecl) -> Vec<ElementId> {
        let all = self.all_capabilities();
        let Some(patterns) = &policy.capabilities else { return all };
        let mut chosen = Vec::new();
        for pattern in patterns {
            let matches: Vec<_> = match Selector::parse(&pattern.value) {
                Some(selector) => all.iter().copied().filter(|id| selector.matches(&self[*id])).collect(),
                None => Vec::new(),
            };
            if matches.is_empty() {
                let is_exact = names::is_name(&pattern.value);
                let message = format!("no capability is called `{}`", pattern.value);
                let code = if is_exact { Code::UnknownReference } else { Code::NamesNothing };
                let problem = Diagnostic::new(code, pattern.place, message)
                    .label("expected a capability's name, a glob or `tier:N`");
                let problem = self.suggest(problem, &pattern.value, self.capability_names());
                if is_exact { self.problems.push(problem) } else { self.warnings.push(problem) }
            }
            chosen.extend(matches);
        }
        if patterns.is_empty() {
            let message = format!("the policy `{}` is about no capability", policy.name.value);
            let warning = Diagnostic::new(Code::NamesNothing, policy.name.place, message);
            self.warnings
                .push(warning.label("`capabilities` is empty").hint("leave it out for every capability"));
        }
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    fn waivers(
        &mut self,
        declared: &[WaiverDecl],
        policies: &[Policy],
        scenarios: &[Scenario],
    ) -> Vec<Waiver> {
        let mut waivers = Vec::new();
        let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        for waiver in declared {
            let policy = &waiver.policy;
            if !names.contains(&policy.value.as_str()) {
                let message = format!("no policy is called `{}`", policy.value);
                let problem = Diagnostic::new(Code::UnknownReference, policy.place, message);
                let problem = problem.label("expected a policy's name");
                self.problems.push(self.suggest(problem, &policy.value, names.iter().copied()));
            }
            let capability = waiver.capability.as_ref().and_then(|name| {
                let bare = name.value.strip_prefix("capability:").unwrap_or(&name.value);
                let found = self.names.get(&format!("capability:{bare}")).copied();
                if found.is_none() {
                    let message = format!("no capability is called `{bare}`");
                    let problem = Diagnostic::new(Code::UnknownReference, name.place, message)
                        .label("expected a capability's name");
                    self.problems.push(self.suggest(problem, bare, self.capability_names()));
                }
                found
            });
            let failure = waiver.failure.as_ref().map(|failure| {
                if scenarios.iter().any(|scenario| scenario.name == failure.value) {
                    return failure.value.clone();
                }
                let mut ids: Vec<ElementId> = failure
                    .value
                    .split(" + ")
                    .filter_map(|reference| self.lookup(&At::new(reference.trim().to_owned(), failure.place)))
                    .collect();
                ids.sort_unstable();
                ids.iter().map(|id| self[*id].name.as_str()).collect::<Vec<_>>().join(" + ")
            });
            waivers.push(Waiver {
                policy: policy.value.clone(),
                capability,
                failure,
                until: waiver.until.value,
                reason: waiver.reason.value.clone(),
                place: waiver.place,
            });
        }
        waivers
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
