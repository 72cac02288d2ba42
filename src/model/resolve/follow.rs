//! What needs, uses and holds what: references of elements to each other, followed.

use std::collections::{BTreeMap, HashMap};

use super::Resolver;
use super::declare::Instances;
use crate::diag::{Code, Diagnostic};
use crate::model::decl::{At, GroupDecl, ProviderDecl, ServiceDecl, Term, TermDecl};
use crate::model::names;
use crate::model::{Backup, Class, Element, ElementId, Instance, Kind, Need, Peers, Scope, Time};

impl Resolver {
    pub(super) fn follow_provider(&mut self, provider: &ProviderDecl) {
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
    pub(super) fn follow(&mut self, full: &str, needs: &[TermDecl], wants: &[TermDecl]) {
        let (needs, wants) = (self.needs(needs, None), self.needs(wants, None));
        if let Some(&id) = self.names.get(full) {
            self[id].needs = needs;
            self[id].wants = wants;
        }
    }

    /// Terms with their names looked up; `at` is the domain that `#product` starts from.
    pub(super) fn needs(&mut self, terms: &[TermDecl], at: Option<ElementId>) -> Vec<Need> {
        terms.iter().filter_map(|term| self.need(term, at)).collect()
    }

    pub(super) fn need(&mut self, term: &TermDecl, at: Option<ElementId>) -> Option<Need> {
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
    pub(super) fn own_facility(
        &mut self,
        on: &At<String>,
        product: &str,
        domain: ElementId,
    ) -> Option<ElementId> {
        let found = self.facility(domain, product);
        if found.is_none() && !self.may_have_unread_products(&self[domain].name) {
            let provider = self.domain_and_above(domain).last().unwrap_or(domain);
            let message = format!("`{}` has no product `{product}`", self[provider].name);
            let problem = Diagnostic::new(Code::UnknownReference, on.place, message)
                .label("expected a declared product");
            self.problems.push(self.suggest(problem, product, self.product_names(Some(provider))));
        }
        found
    }

    pub(super) fn follow_groups(&mut self, groups: &[GroupDecl], services: &[ServiceDecl]) {
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

    pub(super) fn members(
        &mut self,
        member: &At<String>,
        tagged: &BTreeMap<&str, Vec<&str>>,
    ) -> Vec<ElementId> {
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
    pub(super) fn refuse_circular_groups(&mut self) {
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
    pub(super) fn refuse_circle(&mut self, circle: &[ElementId]) {
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

    pub(super) fn follow_service(&mut self, declared: &ServiceDecl, instances: Instances) {
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
                needs: restore_needs,
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
    pub(super) fn follow_same(&mut self, term: &TermDecl, declared: &ServiceDecl, instances: &[ElementId]) {
        let Term::On { on, same: Some(scope), when_start, tolerates } = &term.term else { return };
        let Some(other) = self.lookup(on) else { return };
        let scope_name = if *scope == Scope::Zone { "zone" } else { "region" };
        if instances.is_empty() && self.unread.is_partial(&declared.name.value) {
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
        if self.unread.is_partial(&self[other].name) {
            return; // It may have an instance there.
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
    pub(super) fn instances_of(&self, service: ElementId) -> Vec<ElementId> {
        let is_own = |element: &Element| matches!(&element.kind, Kind::Instance(i) if i.service == service);
        let after = service.index() + 1;
        let count = self.elements[after..].iter().take_while(|element| is_own(element)).count();
        (after..after + count).map(ElementId::new).collect()
    }

    /// The zone, or region, that an instance lies in.
    pub(super) fn area(&self, instance: ElementId, scope: Scope) -> Option<ElementId> {
        let Kind::Instance(Instance { domain, .. }) = &self[instance].kind else { return None };
        self.domain_and_above(*domain).find(|id| {
            matches!(
                (&self[*id].kind, scope),
                (Kind::Zone { .. }, Scope::Zone) | (Kind::Region(_), Scope::Region)
            )
        })
    }

    /// A product may exist with some of the providers only that a service runs at, but with one it must.
    pub(super) fn follow_uses(&mut self, declared: &ServiceDecl, instances: &[ElementId]) {
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
            if !found && !instances.is_empty() && !self.may_use_unread(declared, instances) {
                let message =
                    format!("no provider of `{}` has a product `{}`", declared.name.value, product.value);
                let problem = Diagnostic::new(Code::UnknownReference, product.place, message);
                let problem = problem.label("expected a product of a provider where it is placed");
                self.problems.push(self.suggest(problem, &product.value, self.product_names(None)));
            }
        }
    }

    /// Whether a service may stand on products that are not known.
    fn may_use_unread(&self, declared: &ServiceDecl, instances: &[ElementId]) -> bool {
        let may_be_there = |id: &ElementId| match &self[*id].kind {
            Kind::Instance(instance) => self.may_have_unread_products(&self[instance.domain].name),
            _ => false,
        };
        self.unread.is_partial(&declared.name.value) || instances.iter().any(may_be_there)
    }

    pub(super) fn warn_of_thresholds(&mut self, declared: &ServiceDecl, instances: &[ElementId]) {
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
}
