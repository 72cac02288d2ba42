//! The upper half: what the business does, and what that depends on.
//!
//! Names tie the halves together instead of lines: a service stands once above, with its lines, and once in each place below
//! where it has instances. Lines from the one to the others would be most of all lines and say nothing new.

use std::collections::{BTreeMap, BTreeSet};

use super::collapse::{Bucket, n_dependents};
use super::words::{plural, service_lines, shape_of};
use super::{Drawing, Gate, LinkClass, Node, Shape};
use crate::model::{ElementId, Kind, Model, Need, Service, Time};
use crate::report::figures::amount;

impl Drawing<'_> {
    pub(super) fn needs(&mut self) {
        let half = self.add(Node::new("needs", None, Shape::Lines));
        let elements = self.upper_elements();
        let mut buckets: BTreeMap<Bucket, Vec<ElementId>> = BTreeMap::new();
        let mut nodes: BTreeMap<ElementId, usize> = BTreeMap::new();
        // Capabilities and channels come first, so that they stand in their order.
        let is_top = |id: &ElementId| matches!(self.model[*id].kind, Kind::Capability(_) | Kind::Channel);
        let (top, rest): (Vec<_>, Vec<_>) = elements.iter().copied().partition(is_top);
        for id in top.into_iter().chain(rest) {
            match self.collapsed.bucket(self.model, id) {
                Some(bucket) => buckets.entry(bucket).or_default().push(id),
                None => {
                    let node = self.upper_node(id, half);
                    nodes.insert(id, self.add(node));
                }
            }
        }
        for (bucket, members) in &buckets {
            let node = self.bucket_node(bucket, members, half);
            let node = self.add(node);
            nodes.extend(members.iter().map(|id| (*id, node)));
        }
        for id in elements {
            if self.collapsed.bucket(self.model, id).is_none() {
                self.lines(id, &nodes);
            }
        }
    }

    /// Everything of the upper half, in the model's order: what is no place, providers that are no more than a name,
    /// and places that depend on something by their own words or that any of these depends on.
    fn upper_elements(&self) -> BTreeSet<ElementId> {
        let occupied = occupied(self.model);
        let starts = self.model.elements().filter(|(id, element)| match element.kind {
            Kind::Capability(_) | Kind::Channel | Kind::Group | Kind::Service(_) => true,
            Kind::Provider if !occupied.contains(id) => true,
            Kind::Provider | Kind::Region(_) | Kind::Zone { .. } => {
                !(element.needs.is_empty() && element.groups.is_empty())
            }
            Kind::Facility(_) | Kind::Instance(_) => false,
        });
        let mut found = BTreeSet::new();
        let mut next: Vec<ElementId> = starts.map(|(id, _)| id).collect();
        while let Some(id) = next.pop() {
            if self.collapsed.is_shown(id) && found.insert(id) {
                let element = &self.model[id];
                next.extend(element.needs.iter().chain(&element.wants).flat_map(Need::mentions));
            }
        }
        found
    }

    fn upper_node(&self, id: ElementId, half: usize) -> Node {
        let element = &self.model[id];
        let (mut lines, shape) = match &element.kind {
            Kind::Capability(capability) => {
                let mut lines = vec![element.bare_name().to_owned()];
                if capability.value_per_hour > 0.0 {
                    lines.push(format!("{} per hour", amount(capability.value_per_hour)));
                }
                (lines, Shape::Capability)
            }
            Kind::Channel => (vec![element.bare_name().to_owned()], Shape::Channel),
            Kind::Service(service) => (service_lines(&element.name, service), shape_of(service)),
            Kind::Group => (vec![element.name.clone()], Shape::Group),
            Kind::Facility(_) => (vec![element.name.clone()], Shape::Facility),
            Kind::Provider | Kind::Region(_) | Kind::Zone { .. } | Kind::Instance(_) => {
                (vec![element.name.clone()], Shape::Place)
            }
        };
        if self.collapsed.is_on() && !matches!(element.kind, Kind::Capability(_) | Kind::Channel) {
            lines.push(format!("needed by {}", n_dependents(&self.system.topology, id)));
        }
        if let Some(outage) = self.outage(id) {
            lines.push(format!("out for {outage}"));
        }
        self.element_node(id, "", half, shape, lines)
    }

    fn bucket_node(&self, bucket: &Bucket, members: &[ElementId], half: usize) -> Node {
        let tally = self.tally(members);
        let sort = match (bucket.sort, members.len()) {
            (sort, 1) => format!("1 {sort}"),
            ("capability", n) => format!("{n} capabilities"),
            ("service without machines", n) => format!("{n} services without machines"),
            ("shared fate", n) => format!("{n} shared fates"),
            ("place or product", n) => format!("{n} places or products"),
            (sort, n) => plural(n, sort),
        };
        let mut lines = vec![sort];
        lines.extend(bucket.home.map(|home| format!("in {}", self.model[home].name)));
        if self.failed.is_some() {
            lines.push(format!("{} down, {} degraded", tally.down, tally.degraded));
        }
        let mut names: Vec<&str> = members.iter().take(40).map(|id| self.model[*id].bare_name()).collect();
        if names.len() < members.len() {
            names.push("…");
        }
        Node {
            about: format!("{}: {}", lines.join(" "), names.join(", ")),
            tally: Some(tally),
            lines,
            ..Node::new(
                format!("many:{}:{}", bucket.sort, bucket.home.map_or("", |home| &self.model[home].name)),
                Some(half),
                Shape::Many,
            )
        }
    }

    // ---- lines -------------------------------------------------------------------------------------------

    fn lines(&mut self, id: ElementId, nodes: &BTreeMap<ElementId, usize>) {
        let (element, from) = (&self.model[id], nodes[&id]);
        if let Kind::Service(service) = &element.kind {
            for peer in peers(self.model, service) {
                self.line(from, peer, LinkClass::Needs, vec!["in the same area".to_owned()], nodes);
            }
        }
        for group in &element.groups {
            self.line(from, *group, LinkClass::Shared, Vec::new(), nodes);
        }
        for need in &element.needs {
            self.term(from, need, LinkClass::Needs, Vec::new(), nodes);
        }
        for want in &element.wants {
            self.term(from, want, LinkClass::Wants, Vec::new(), nodes);
        }
    }

    /// Lines for a dependency term. Alternatives are lines with words; only what is nested in them needs a gate.
    fn term(
        &mut self,
        from: usize,
        need: &Need,
        class: LinkClass,
        words: Vec<String>,
        nodes: &BTreeMap<ElementId, usize>,
    ) {
        match need {
            Need::On { on, when_start, tolerates } => {
                self.line(from, *on, class, on_words(words, *when_start, *tolerates), nodes);
            }
            Need::All(of) if words.is_empty() => {
                of.iter().for_each(|need| self.term(from, need, class, Vec::new(), nodes));
            }
            Need::All(of) => {
                let gate = self.gate_node(from, Gate::All, class, words);
                of.iter().for_each(|need| self.term(gate, need, class, Vec::new(), nodes));
            }
            Need::AtLeast { count, of } => {
                let gate = self.gate_node(from, Gate::Of(*count as usize, of.len()), class, words);
                of.iter().for_each(|need| self.term(gate, need, class, Vec::new(), nodes));
            }
            Need::Any { of, after, degraded } => {
                let from =
                    if words.is_empty() { from } else { self.gate_node(from, Gate::Any, class, words) };
                for (index, need) in of.iter().enumerate() {
                    let words = if index == 0 { Vec::new() } else { vec![otherwise("else", *after)] };
                    self.term(from, need, class, words, nodes);
                }
                for need in degraded {
                    self.term(from, need, class, vec![otherwise("else degraded", *after)], nodes);
                }
            }
        }
    }

    /// A small node from which terms spread.
    pub(super) fn gate_node(
        &mut self,
        from: usize,
        gate: Gate,
        class: LinkClass,
        words: Vec<String>,
    ) -> usize {
        let parent = self.scene.nodes[from].parent;
        let nth = self.gates.entry(from).or_default();
        *nth += 1;
        let key = format!("gate:{}:{nth}", self.scene.nodes[from].key);
        let node = Node {
            gate: Some(gate),
            lines: vec![gate.label()],
            about: gate.label(),
            ..Node::new(key, parent, Shape::Gate)
        };
        let node = self.add(node);
        self.link(from, node, class, words);
        node
    }

    fn line(
        &mut self,
        from: usize,
        to: ElementId,
        class: LinkClass,
        words: Vec<String>,
        nodes: &BTreeMap<ElementId, usize>,
    ) {
        let Some(node) = nodes.get(&to).copied() else { return };
        let is_many = self.scene.nodes[node].shape == Shape::Many;
        self.link(from, node, class, if is_many { Vec::new() } else { words });
    }
}

/// What a line to one element says.
pub(super) fn on_words(mut words: Vec<String>, when_start: bool, tolerates: Time) -> Vec<String> {
    if when_start {
        words.push("to start".to_owned());
    }
    if tolerates > Time::ZERO {
        words.push(format!("rides out {tolerates}"));
    }
    words
}

pub(super) fn otherwise(word: &str, after: Time) -> String {
    if after > Time::ZERO { format!("{word}, {after}") } else { word.to_owned() }
}

/// Domains in which something is.
pub(super) fn occupied(model: &Model) -> BTreeSet<ElementId> {
    let mut occupied = BTreeSet::new();
    for (id, element) in model.elements() {
        match &element.kind {
            Kind::Region(_) | Kind::Zone { .. } => occupied.extend(model.parent(id)),
            Kind::Instance(instance) => {
                occupied.insert(instance.domain);
            }
            _ => {}
        }
    }
    occupied
}

/// The services of which each instance needs one in its own area.
fn peers(model: &Model, service: &Service) -> BTreeSet<ElementId> {
    let instances = service.instances.iter().filter_map(|id| match &model[*id].kind {
        Kind::Instance(instance) => Some(instance),
        _ => None,
    });
    let peers = instances.flat_map(|instance| &instance.peers).flat_map(|peers| &peers.of);
    peers.filter_map(|peer| model.parent(*peer)).collect()
}
