//! Which elements are drawn one by one, and which as one node for many of their sort.

use std::collections::{BTreeMap, BTreeSet};

use super::super::options::{Collapse, Focus, Options};
use crate::analysis::System;
use crate::model::{ElementId, Kind, Model, Scenario};
use crate::topology::{Relation, Topology};

/// More nodes than about this many nobody reads.
const MOST_NODES: usize = 180;
/// How many of each sort are drawn one by one where not all can be.
const MOST_CAPABILITIES: usize = 24;
const MOST_SERVICES: usize = 28;
const MOST_NEEDED_BY_CAPABILITIES: usize = 18;
const MOST_OTHERS: usize = 6;
/// With more regions than this, services are counted by provider.
const MOST_REGIONS: usize = 20;

/// What is drawn, and how.
#[derive(Debug, Clone, Default)]
pub(super) struct Collapsed {
    /// Only these are drawn at all.
    shown: Option<BTreeSet<ElementId>>,
    /// Where many are drawn as one: those that are not.
    kept: Option<BTreeSet<ElementId>>,
    by_provider: bool,
}

/// A node for many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bucket {
    /// In the order in which they are drawn.
    pub(super) order: usize,
    /// What its members are, in the singular.
    pub(super) sort: &'static str,
    /// Where they are at home.
    pub(super) home: Option<ElementId>,
}

impl Collapsed {
    pub(super) fn new(system: &System, scenario: Option<&Scenario>, options: &Options<'_>) -> Self {
        let shown = options.focus.map(|focus| near(system, focus));
        let model = &system.model;
        let is_shown = |id: ElementId| shown.as_ref().is_none_or(|shown| shown.contains(&id));
        let mut nodes = BTreeSet::new();
        let mut regions = BTreeSet::new();
        for (id, element) in model.elements().filter(|(id, _)| is_shown(*id)) {
            match &element.kind {
                Kind::Instance(instance) => {
                    nodes.insert((Some(instance.domain), instance.service));
                    regions.insert(home(model, instance.domain, false));
                }
                Kind::Service(_) | Kind::Group | Kind::Capability(_) | Kind::Channel => {
                    nodes.insert((None, id));
                }
                _ => {}
            }
        }
        let is_wanted = match options.collapse {
            Collapse::Auto => nodes.len() > MOST_NODES,
            Collapse::Never => false,
            Collapse::Region | Collapse::Provider => true,
        };
        let is_asked = matches!(options.collapse, Collapse::Region | Collapse::Provider);
        let services = if is_asked { 0 } else { MOST_SERVICES };
        Self {
            kept: is_wanted.then(|| kept(system, scenario, services, is_shown)),
            by_provider: match options.collapse {
                Collapse::Auto => regions.len() > MOST_REGIONS,
                collapse => collapse == Collapse::Provider,
            },
            shown,
        }
    }

    /// Whether many are drawn as one.
    pub(super) fn is_on(&self) -> bool {
        self.kept.is_some()
    }

    pub(super) fn is_shown(&self, id: ElementId) -> bool {
        self.shown.as_ref().is_none_or(|shown| shown.contains(&id))
    }

    /// The node for many that an element belongs to, if it has none of its own.
    pub(super) fn bucket(&self, model: &Model, id: ElementId) -> Option<Bucket> {
        let kept = self.kept.as_ref()?;
        if kept.contains(&id) {
            return None;
        }
        let (order, sort, home) = match &model[id].kind {
            Kind::Capability(_) => (0, "capability", None),
            Kind::Channel => (1, "channel", None),
            Kind::Service(service) => match service.instances.first().map(|id| &model[*id].kind) {
                Some(Kind::Instance(instance)) => {
                    (2, "service", Some(home(model, instance.domain, self.by_provider)))
                }
                _ => (3, "service without machines", None),
            },
            Kind::Group => (4, "shared fate", None),
            Kind::Provider => (5, "supplier", None),
            _ => (6, "place or product", None),
        };
        Some(Bucket { order, sort, home })
    }

    pub(super) fn note(&self) -> Option<String> {
        self.is_on().then(|| {
            "many services are drawn as one node, and lines that start there are left out".to_owned()
        })
    }
}

/// The region that a domain lies in, or its provider.
fn home(model: &Model, domain: ElementId, is_provider: bool) -> ElementId {
    let wanted = |id: &ElementId| match model[*id].kind {
        Kind::Region(_) => !is_provider,
        Kind::Provider => true,
        _ => false,
    };
    model.domain_and_above(domain).find(wanted).unwrap_or(domain)
}

/// What matters most: what fails, capabilities by value, what these need, what most depend on.
fn kept(
    system: &System,
    scenario: Option<&Scenario>,
    services: usize,
    is_shown: impl Fn(ElementId) -> bool,
) -> BTreeSet<ElementId> {
    let model = &system.model;
    let mut kept: BTreeSet<ElementId> = BTreeSet::new();
    kept.extend(scenario.iter().flat_map(|scenario| &scenario.fails).take(10).map(|failure| failure.what));
    let mut capabilities: Vec<_> = model.capabilities().filter(|(id, ..)| is_shown(*id)).collect();
    capabilities.sort_by(|(_, _, one), (_, _, other)| other.value_per_hour.total_cmp(&one.value_per_hour));
    let mut needed: Vec<ElementId> = Vec::new();
    for (id, element, _) in capabilities.into_iter().take(MOST_CAPABILITIES) {
        kept.insert(id);
        needed.extend(element.needs.iter().flat_map(crate::model::Need::mentions));
    }
    let mut most: BTreeMap<u8, Vec<(usize, ElementId)>> = BTreeMap::new();
    for (id, element) in model.elements().filter(|(id, _)| is_shown(*id)) {
        let sort = match element.kind {
            Kind::Service(_) => 0,
            Kind::Group => 1,
            Kind::Provider => 2,
            Kind::Channel => 3,
            Kind::Facility(_) | Kind::Region(_) | Kind::Zone { .. } => 4,
            Kind::Capability(_) | Kind::Instance(_) => continue,
        };
        most.entry(sort).or_default().push((n_dependents(&system.topology, id), id));
    }
    let is_service = |id: &ElementId| matches!(model[*id].kind, Kind::Service(_));
    let needed = needed.into_iter().filter(|id| is_service(id) && is_shown(*id));
    kept.extend(needed.take(services.min(MOST_NEEDED_BY_CAPABILITIES)));
    let others = if services == 0 { usize::MAX } else { MOST_OTHERS };
    for (sort, mut elements) in most {
        elements.sort_by_key(|(dependents, id)| (std::cmp::Reverse(*dependents), *id));
        let already = kept.iter().filter(|id| is_service(id)).count();
        let n = if sort == 0 { services.saturating_sub(already) } else { others };
        kept.extend(elements.into_iter().map(|(_, id)| id).take(n.min(64)));
    }
    kept
}

/// How many need or want an element by their own words.
pub(super) fn n_dependents(topology: &Topology, id: ElementId) -> usize {
    let counts =
        |relation: Relation| matches!(relation, Relation::Needs | Relation::Wants | Relation::MemberOf);
    let dependents: BTreeSet<ElementId> =
        topology.dependents(id).filter(|(relation, _)| counts(*relation)).map(|(_, by)| by).collect();
    dependents.len()
}

/// Elements at most so many needs away from one, in both directions. That a service is made of instances, and these lie
/// somewhere, is no step; and what lies in the same place is near only to the place itself.
fn near(system: &System, focus: Focus) -> BTreeSet<ElementId> {
    let topology = &system.topology;
    let mut found: BTreeMap<ElementId, usize> = BTreeMap::from([(focus.on, 0)]);
    let mut edge = vec![focus.on];
    let parts = |id: ElementId| -> Vec<ElementId> {
        let of = topology.dependencies(id).filter(|(relation, _)| *relation == Relation::MadeOf);
        let whole = topology.dependents(id).filter(|(relation, _)| *relation == Relation::MadeOf);
        of.chain(whole).map(|(_, id)| id).collect()
    };
    for step in 0..=focus.depth {
        // A service is as near as its instances.
        let mut next = edge.clone();
        while let Some(id) = next.pop() {
            for part in parts(id) {
                if let std::collections::btree_map::Entry::Vacant(entry) = found.entry(part) {
                    entry.insert(step);
                    edge.push(part);
                    next.push(part);
                }
            }
        }
        if step == focus.depth {
            break;
        }
        let mut further = Vec::new();
        for id in edge {
            let is_start = step == 0;
            let leads = |relation: Relation| match relation {
                Relation::Needs | Relation::Wants | Relation::SameArea | Relation::MemberOf => true,
                Relation::LiesIn | Relation::Uses | Relation::StandsOn => is_start,
                Relation::MadeOf => false,
            };
            let dependents = topology.dependents(id).filter(|(relation, _)| leads(*relation));
            let up = |(relation, _): &(Relation, ElementId)| {
                !matches!(relation, Relation::LiesIn | Relation::Uses | Relation::StandsOn | Relation::MadeOf)
            };
            let dependencies = topology.dependencies(id).filter(up);
            for (_, near) in dependents.chain(dependencies).collect::<Vec<_>>() {
                if let std::collections::btree_map::Entry::Vacant(entry) = found.entry(near) {
                    entry.insert(step + 1);
                    further.push(near);
                }
            }
        }
        edge = further;
    }
    found.into_keys().collect()
}
