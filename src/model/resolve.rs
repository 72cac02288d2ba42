//! Declarations → model: every name looked up, every problem of names at once, together with those of shape.
//!
//! First everything gets its element, in the model's order; then references are followed, for which all names must
//! be known. Where not all could be read, nothing is said of what may be only because of that: a name that may be declared
//! there, what a service would have if it were known where it runs, a value that is blamed already.

mod asked;
mod declare;
mod figures;
mod follow;
mod known;
mod lookup;

use std::cell::Cell;
use std::collections::HashMap;

use super::alias::Aliases;
use super::catalog;
use super::decl::{CapabilityDecl, ChannelDecl, ProviderDecl};
use super::unread::{Reading, Unread};
use super::{Element, ElementId, Kind, Model, Policy, Time};
use crate::diag::Diagnostic;
use figures::Known;

/// So long before its last day a waiver is warned of, where the model says nothing.
const WAIVER_WARNING: Time = Time::seconds(14 * 86_400);

pub(super) fn resolve(reading: Reading) -> Result<Model, Vec<Diagnostic>> {
    let Reading { mut declared, problems: of_shape, unread } = reading;
    let aliases = Aliases::with_own(&declared).map(Box::new);
    let brought_in = catalog::bring_in(&mut declared);
    let mut resolver = Resolver {
        model_name: declared.name.take().map_or_else(|| "model".to_owned(), |name| name.value),
        aliases,
        problems: brought_in.problems,
        warnings: brought_in.warnings,
        catalogs: brought_in.providers,
        unread,
        ..Resolver::default()
    };
    if brought_in.lacks_one {
        resolver.unread.part_of("model:");
    }
    if !resolver.may_be_of_catalog() {
        resolver.problems.extend(declared.without_scope());
    }

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

    let Resolver { model_name, elements, names, mut problems, mut warnings, aliases, unread, .. } = resolver;
    problems.retain(|problem| !unread.is_blamed(problem.place));
    problems.extend(of_shape);
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

#[derive(Default)]
struct Resolver {
    model_name: String,
    elements: Vec<Element>,
    names: HashMap<String, ElementId>,
    problems: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    is_too_large: bool,
    /// What may be declared beside all that is known.
    unread: Unread,
    suggestions: Cell<usize>,
    n_figures: u32,
    /// Other names of the model's own.
    aliases: Option<Box<Aliases>>,
    /// What the catalogues know that the model names.
    catalogs: Vec<ProviderDecl>,
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
