//! The lower half: where everything runs. And places alone, with what stands on them.

use std::collections::{BTreeMap, BTreeSet};

use super::needs::occupied;
use super::words::{in_words, instance_lines, plural, shape_of};
use super::{Drawing, LinkClass, Mark, Node, Shape};
use crate::model::{ElementId, Failure, Kind, Need, State};
use crate::report::figures::amount;

/// What stands directly in each domain.
type Contents = BTreeMap<ElementId, Vec<Node>>;

/// How many services the picture of places names in each.
const MOST_NAMES: usize = 7;

impl Drawing<'_> {
    pub(super) fn places(&mut self) {
        let contents = if self.collapsed.is_on() { self.counts() } else { self.contents() };
        self.ground("places", contents, &|_| true, Shape::Ground, &BTreeMap::new());
    }

    /// Places alone: those that depend on each other with their lines, the others beside each other.
    pub(super) fn domains(&mut self) {
        let stakes = self.stakes();
        let needs = self.needs_of_places();
        let tied: BTreeSet<ElementId> = needs
            .iter()
            .flat_map(|(from, to)| [*from, *to])
            .filter_map(|id| self.model.provider_of(id))
            .collect();
        let contents = self.names();
        if !tied.is_empty() {
            self.ground("tied", contents.clone(), &|id| tied.contains(&id), Shape::Lines, &stakes);
            for (from, to) in needs {
                let node = |id: ElementId| self.known.get(&format!("at:{}", self.model[id].name)).copied();
                if let (Some(from), Some(to)) = (node(from), node(to)) {
                    self.link(from, to, LinkClass::Needs, Vec::new());
                }
            }
        }
        self.ground("places", contents, &|id| !tied.contains(&id), Shape::Ground, &stakes);
    }

    fn ground(
        &mut self,
        key: &str,
        mut contents: Contents,
        is_in: &dyn Fn(ElementId) -> bool,
        shape: Shape,
        stakes: &BTreeMap<ElementId, Vec<String>>,
    ) {
        let part = self.add(Node::new(key, None, shape));
        let occupied = occupied(self.model);
        let alone = !stakes.is_empty();
        let providers = self.model.elements().filter(|(_, element)| matches!(element.kind, Kind::Provider));
        for (id, _) in providers.filter(|(id, _)| is_in(*id)) {
            // A provider that is no more than a name has its node in the upper half.
            if alone || occupied.contains(&id) || contents.contains_key(&id) {
                self.domain(id, part, 0, &mut contents, stakes);
            }
        }
        if self.scene.nodes.len() == part + 1 {
            self.scene.nodes.pop();
            self.known.remove(key);
        }
    }

    /// A domain with all that is in it. One in which nothing is is a leaf; one that is not near what the picture is about
    /// is left out.
    fn domain(
        &mut self,
        id: ElementId,
        parent: usize,
        depth: u8,
        contents: &mut Contents,
        stakes: &BTreeMap<ElementId, Vec<String>>,
    ) {
        let element = &self.model[id];
        let own_name = element.name.rsplit('/').next().unwrap_or(&element.name).to_owned();
        let below: Vec<ElementId> = self.below(id);
        if !self.has_contents(id, contents) && self.options.focus.is_some_and(|focus| focus.on != id) {
            return;
        }
        let inside = contents.remove(&id).unwrap_or_default();
        let is_leaf = inside.is_empty() && below.is_empty();
        let mut lines = vec![own_name];
        lines.extend(stakes.get(&id).into_iter().flatten().cloned());
        let shape = if is_leaf { Shape::Place } else { Shape::Domain(depth) };
        let node = self.element_node(id, "at:", parent, shape, lines);
        let node = self.add(node);
        for below in below {
            self.domain(below, node, depth + 1, contents, stakes);
        }
        for leaf in inside {
            self.add(Node { parent: Some(node), ..leaf });
        }
    }

    /// The regions of a provider, the zones of a region.
    fn below(&self, id: ElementId) -> Vec<ElementId> {
        match &self.model[id].kind {
            Kind::Provider => {
                let is_region = |(_, element): &(ElementId, &crate::model::Element)| matches!(&element.kind, Kind::Region(region) if region.provider == id);
                self.model
                    .elements()
                    .skip(id.index())
                    .take_while(|(_, element)| !matches!(element.kind, Kind::Facility(_)))
                    .filter(is_region)
                    .map(|(id, _)| id)
                    .collect()
            }
            Kind::Region(region) => region.zones.clone(),
            _ => Vec::new(),
        }
    }

    fn has_contents(&self, id: ElementId, contents: &Contents) -> bool {
        contents.keys().any(|inner| self.model.domain_and_above(*inner).any(|above| above == id))
    }

    // ---- what stands there -------------------------------------------------------------------------------

    /// Instances, backups, and those facilities that a switch or a restore depends on or that failed. All others are too
    /// many.
    fn contents(&self) -> Contents {
        let mut contents = Contents::new();
        let mut facilities = BTreeSet::new();
        let heights = self.heights();
        for (id, element, service) in self.model.services().filter(|(id, ..)| self.collapsed.is_shown(*id)) {
            let kin = Some(heights[id.index()]);
            // Instances that look alike are drawn as one.
            let mut alike: BTreeMap<(ElementId, Mark, Vec<String>), Vec<ElementId>> = BTreeMap::new();
            for id in &service.instances {
                if let Kind::Instance(instance) = &self.model[*id].kind {
                    let key = (instance.domain, self.mark(*id), instance_lines(self.model, *id));
                    alike.entry(key).or_default().push(*id);
                    facilities.extend(self.model[*id].needs.iter().flat_map(Need::mentions));
                }
            }
            for ((domain, _, mut lines), ids) in alike {
                if ids.len() > 1 {
                    lines[0] += &format!(" ×{}", ids.len());
                }
                let is_standby = matches!(&self.model[ids[0]].kind, Kind::Instance(i) if i.standby.is_some());
                let shape = if is_standby { Shape::Standby } else { shape_of(service) };
                let node = Node { kin, ..self.element_node(ids[0], "at:", 0, shape, lines) };
                contents.entry(domain).or_default().push(node);
            }
            for (index, backup) in service.backups.iter().enumerate() {
                let domain = match &self.model[backup.at].kind {
                    Kind::Facility(facility) => facility.domain,
                    _ => backup.at,
                };
                let lines = vec![element.name.clone(), format!("backup, {} old", backup.every)];
                let node = Node {
                    kin,
                    about: format!("backup of {} at {}", element.name, self.model[backup.at].name),
                    mark: self.mark(backup.at),
                    lines,
                    ..Node::new(format!("backup:{}:{index}", element.name), None, Shape::Copy)
                };
                contents.entry(domain).or_default().push(node);
            }
        }
        if let Some((scenario, _)) = self.failed {
            facilities.extend(scenario.fails.iter().map(|failure| failure.what));
        }
        for id in facilities {
            if let Kind::Facility(facility) = &self.model[id].kind {
                let mut lines = vec![format!("#{}", facility.product)];
                let needs = self.model[id].needs.iter();
                lines.extend(needs.map(|need| format!("needs {}", in_words(self.model, need))));
                let kin = Some(usize::MAX / 4 + id.index()); // below all services
                let node = Node { kin, ..self.element_node(id, "at:", 0, Shape::Facility, lines) };
                contents.entry(facility.domain).or_default().push(node);
            }
        }
        contents
    }

    /// How many instances stand in each domain.
    fn counts(&self) -> Contents {
        let mut instances: BTreeMap<ElementId, Vec<ElementId>> = BTreeMap::new();
        for (id, element) in self.model.elements().filter(|(id, _)| self.collapsed.is_shown(*id)) {
            if let Kind::Instance(instance) = &element.kind {
                instances.entry(instance.domain).or_default().push(id);
            }
        }
        let node = |(domain, ids): (ElementId, Vec<ElementId>)| {
            let tally = self.tally(&ids);
            let is_data = |id: &&ElementId| {
                let service = self.model.parent(**id).map(|service| &self.model[service].kind);
                matches!(service, Some(Kind::Service(service)) if service.data)
            };
            let data = ids.iter().filter(is_data).count();
            let mut lines = vec![plural(ids.len(), "instance")];
            if data > 0 {
                lines.push(format!("{data} with data"));
            }
            if self.failed.is_some() {
                lines.push(format!("{} down", tally.down));
            }
            let about = format!("{} at {}", lines.join(", "), self.model[domain].name);
            let key = format!("count:{}", self.model[domain].name);
            let node =
                Node { lines, about, tally: Some(tally), kin: Some(0), ..Node::new(key, None, Shape::Many) };
            (domain, vec![node])
        };
        instances.into_iter().map(node).collect()
    }

    /// A node for each domain that names what stands there.
    fn names(&self) -> Contents {
        let mut services: BTreeMap<ElementId, BTreeSet<ElementId>> = BTreeMap::new();
        for (_, element) in self.model.elements() {
            if let Kind::Instance(instance) = &element.kind
                && self.collapsed.is_shown(instance.service)
            {
                services.entry(instance.domain).or_default().insert(instance.service);
            }
        }
        let node = |(domain, ids): (ElementId, BTreeSet<ElementId>)| {
            let names: Vec<&str> = ids.iter().map(|id| self.model[*id].name.as_str()).collect();
            let mut lines = vec![plural(ids.len(), "service")];
            lines.extend(names.iter().take(MOST_NAMES).map(|name| (*name).to_owned()));
            if names.len() > MOST_NAMES {
                lines.push(format!("and {} more", names.len() - MOST_NAMES));
            }
            let node = Node {
                lines,
                about: format!("at {}: {}", self.model[domain].name, names.join(", ")),
                kin: Some(0),
                ..Node::new(format!("names:{}", self.model[domain].name), None, Shape::Many)
            };
            (domain, vec![node])
        };
        services.into_iter().map(node).collect()
    }

    // ---- figures -----------------------------------------------------------------------------------------

    /// What falls with each domain, in words: the value of the capabilities that are down without it, and which.
    fn stakes(&self) -> BTreeMap<ElementId, Vec<String>> {
        let engine = self.system.engine();
        let mut worker = engine.worker();
        let mut stakes = BTreeMap::new();
        for (id, element) in self.model.elements() {
            if !matches!(element.kind, Kind::Provider | Kind::Region(_) | Kind::Zone { .. }) {
                continue;
            }
            let outcome = worker.outcome(&[Failure::for_good(id)]);
            let down = || self.model.capabilities().filter(|(id, ..)| outcome.state(*id) == State::Down);
            let value = down().fold(0.0, |sum, (_, _, capability)| sum + capability.value_per_hour);
            let names: Vec<&str> = down().map(|(_, element, _)| element.bare_name()).collect();
            let lines = match names.as_slice() {
                [] => vec!["nothing falls with it".to_owned()],
                _ if value > 0.0 => {
                    vec![format!("{} per hour at stake", amount(value)), format!("with {}", listed(&names))]
                }
                _ => vec![format!("with {}", listed(&names))],
            };
            stakes.insert(id, lines);
        }
        stakes
    }

    /// Which places depend on which by their own words, or by those of what is sold there.
    fn needs_of_places(&self) -> BTreeSet<(ElementId, ElementId)> {
        let place = |id: ElementId| match &self.model[id].kind {
            Kind::Provider | Kind::Region(_) | Kind::Zone { .. } => Some(id),
            Kind::Facility(facility) => Some(facility.domain),
            _ => None,
        };
        let mut needs = BTreeSet::new();
        for (id, element) in self.model.elements() {
            let Some(from) = place(id) else { continue };
            let mentions = element.needs.iter().flat_map(Need::mentions);
            for to in mentions.filter_map(place) {
                // Within one provider the nesting says it.
                if self.model.provider_of(from) != self.model.provider_of(to) {
                    needs.insert((from, to));
                }
            }
        }
        needs
    }

    /// For each element a number by which things stand above each other: what is nearer to the business first.
    fn heights(&self) -> Vec<usize> {
        let topology = &self.system.topology;
        let mut depth = vec![0; self.model.len()];
        let mut components = topology.components();
        components.reverse();
        for component in &components {
            let above = component.iter().flat_map(|id| topology.dependents(*id));
            let deepest = above.map(|(_, by)| depth[by.index()] + 1).max().unwrap_or(0);
            component.iter().for_each(|id| depth[id.index()] = deepest);
        }
        depth.iter().enumerate().map(|(index, depth)| depth * self.model.len() + index).collect()
    }
}

/// Some names, and how many more.
fn listed(names: &[&str]) -> String {
    const MOST: usize = 3;
    let shown = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{shown} and {} more", names.len() - MOST) } else { shown }
}
