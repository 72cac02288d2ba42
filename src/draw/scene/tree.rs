//! What capabilities stand on, as a tree of needs: below each element a gate that says how many of its needs it takes.
//!
//! Elements that several need stand in it once, so it is a tree with shared branches.

use std::collections::{BTreeMap, VecDeque};

use super::needs::{on_words, otherwise};
use super::words::{instance_lines, shape_of};
use super::{Drawing, Gate, LinkClass, Node, Shape};
use crate::model::{ElementId, Instance, Kind, Need, Service};
use crate::report::figures::amount;

/// With more nodes than this, what is left stays unexplored, which a note says.
const MOST_NODES: usize = 150;

/// What hangs below a gate.
enum Part<'a> {
    Term(&'a Need),
    Element(ElementId, Vec<String>),
    /// Instances that look alike, the first of which stands for all; and of how many instances it takes how many.
    Instances(Vec<Vec<ElementId>>, Gate),
}

impl<'a> Drawing<'a> {
    pub(super) fn tree(&mut self, capabilities: &[ElementId]) {
        let all: Vec<ElementId> = self.model.capabilities().map(|(id, ..)| id).collect();
        let tops = if capabilities.is_empty() { &all } else { capabilities };
        let half = self.add(Node::new("needs", None, Shape::Lines));
        let most = self.options.depth;
        let mut queue: VecDeque<(ElementId, usize, usize)> = VecDeque::new();
        let mut nodes: BTreeMap<ElementId, usize> = BTreeMap::new();
        for id in tops {
            let node = self.tree_node(*id, &[*id], half);
            let node = self.add(node);
            nodes.insert(*id, node);
            queue.push_back((*id, node, 0));
        }
        let mut left_out = 0;
        while let Some((id, node, depth)) = queue.pop_front() {
            if self.scene.nodes.len() > MOST_NODES || most.is_some_and(|most| depth >= most) {
                left_out += 1;
                continue;
            }
            let mut found = Vec::new();
            self.grow(id, node, half, &mut nodes, &mut found);
            queue.extend(found.into_iter().map(|(id, node)| (id, node, depth + 1)));
        }
        if left_out > 0 {
            self.scene.notes.push("what stands further below is left out".to_owned());
        }
    }

    /// Hangs below an element what it needs.
    fn grow(
        &mut self,
        id: ElementId,
        node: usize,
        half: usize,
        nodes: &mut BTreeMap<ElementId, usize>,
        found: &mut Vec<(ElementId, usize)>,
    ) {
        let model = self.model;
        let mut parts: Vec<Part<'a>> = model[id].needs.iter().map(Part::Term).collect();
        match &model[id].kind {
            Kind::Service(service) if service.instances.len() > 1 => {
                parts.push(Part::Instances(self.alike(service), quorum(service)));
            }
            Kind::Service(service) => {
                parts.extend(service.instances.iter().map(|id| Part::Element(*id, Vec::new())));
            }
            Kind::Instance(instance) => parts.extend(instance_parts(instance)),
            Kind::Facility(facility) => parts.push(Part::Element(facility.domain, Vec::new())),
            Kind::Zone { region } => parts.push(Part::Element(*region, Vec::new())),
            Kind::Region(region) => parts.push(Part::Element(region.provider, Vec::new())),
            _ => {}
        }
        parts.extend(model[id].groups.iter().map(|group| Part::Element(*group, Vec::new())));
        let mut at = Place { half, nodes, found };
        if let [only] = parts.as_slice() {
            self.hang_only(node, only, &mut at);
        } else if !parts.is_empty() {
            self.scene.nodes[node].gate = Some(Gate::All);
            for part in &parts {
                self.hang(node, part, LinkClass::Needs, Vec::new(), &mut at);
            }
        }
        for want in &model[id].wants {
            self.hang(node, &Part::Term(want), LinkClass::Wants, Vec::new(), &mut at);
        }
    }

    /// Where an element has one need only, the need's gate is its own.
    fn hang_only(&mut self, node: usize, part: &Part<'a>, at: &mut Place<'_>) {
        let gate = match part {
            Part::Term(Need::Any { .. }) => Some(Gate::Any),
            Part::Term(Need::All(_)) => Some(Gate::All),
            Part::Term(Need::AtLeast { count, of }) => Some(Gate::Of(*count as usize, of.len())),
            Part::Instances(_, gate) => Some(*gate),
            Part::Term(Need::On { .. }) | Part::Element(..) => None,
        };
        self.scene.nodes[node].gate = gate;
        if gate.is_some() {
            self.spread(node, part, LinkClass::Needs, at);
        } else {
            self.hang(node, part, LinkClass::Needs, Vec::new(), at);
        }
    }

    fn hang(
        &mut self,
        from: usize,
        part: &Part<'a>,
        class: LinkClass,
        words: Vec<String>,
        at: &mut Place<'_>,
    ) {
        let gate = match part {
            Part::Element(id, more) => {
                let words = words.into_iter().chain(more.iter().cloned()).collect();
                return self.hang_element(from, &[*id], class, words, at);
            }
            Part::Term(Need::On { on, when_start, tolerates }) => {
                let words = on_words(words, *when_start, *tolerates);
                return self.hang_element(from, &[*on], class, words, at);
            }
            Part::Term(Need::Any { .. }) => Gate::Any,
            Part::Term(Need::All(_)) => Gate::All,
            Part::Term(Need::AtLeast { count, of }) => Gate::Of(*count as usize, of.len()),
            Part::Instances(_, gate) => *gate,
        };
        let node = self.gate_node(from, gate, class, words);
        self.spread(node, part, LinkClass::Needs, at);
    }

    /// Hangs the parts of a composite below the node that has its gate.
    fn spread(&mut self, node: usize, part: &Part<'a>, class: LinkClass, at: &mut Place<'_>) {
        match part {
            Part::Term(Need::All(of) | Need::AtLeast { of, .. }) => {
                of.iter().for_each(|need| self.hang(node, &Part::Term(need), class, Vec::new(), at));
            }
            Part::Term(Need::Any { of, after, degraded }) => {
                for (index, need) in of.iter().enumerate() {
                    let words = if index == 0 { Vec::new() } else { vec![otherwise("else", *after)] };
                    self.hang(node, &Part::Term(need), class, words, at);
                }
                for need in degraded {
                    let words = vec![otherwise("else degraded", *after)];
                    self.hang(node, &Part::Term(need), class, words, at);
                }
            }
            Part::Instances(alike, _) => {
                alike.iter().for_each(|ids| self.hang_element(node, ids, class, Vec::new(), at));
            }
            Part::Term(Need::On { .. }) | Part::Element(..) => self.hang(node, part, class, Vec::new(), at),
        }
    }

    fn hang_element(
        &mut self,
        from: usize,
        ids: &[ElementId],
        class: LinkClass,
        words: Vec<String>,
        at: &mut Place<'_>,
    ) {
        let id = ids[0];
        let node = match at.nodes.get(&id) {
            Some(node) => *node,
            None => {
                let node = self.tree_node(id, ids, at.half);
                let node = self.add(node);
                at.nodes.insert(id, node);
                at.found.push((id, node));
                node
            }
        };
        self.link(from, node, class, words);
    }

    fn tree_node(&self, id: ElementId, ids: &[ElementId], half: usize) -> Node {
        let element = &self.model[id];
        let mut lines = vec![element.bare_name().to_owned()];
        let shape = match &element.kind {
            Kind::Capability(capability) => {
                if capability.value_per_hour > 0.0 {
                    lines.push(format!("{} per hour", amount(capability.value_per_hour)));
                }
                Shape::Capability
            }
            Kind::Service(service) => shape_of(service),
            Kind::Instance(instance) => {
                lines = instance_lines(self.model, id);
                lines.retain(|line| !line.starts_with("needs "));
                if ids.len() > 1 {
                    lines[0] += &format!(" ×{}", ids.len());
                }
                lines.insert(1, format!("at {}", self.model[instance.domain].name));
                let is_data =
                    matches!(&self.model[instance.service].kind, Kind::Service(service) if service.data);
                match (instance.standby, is_data) {
                    (Some(_), _) => Shape::Standby,
                    (None, true) => Shape::Data,
                    (None, false) => Shape::Service,
                }
            }
            Kind::Group => Shape::Group,
            Kind::Facility(_) => Shape::Facility,
            Kind::Channel => Shape::Channel,
            Kind::Provider | Kind::Region(_) | Kind::Zone { .. } => Shape::Place,
        };
        if let Some(outage) = self.outage(id) {
            lines.push(format!("out for {outage}"));
        }
        self.element_node(id, "", half, shape, lines)
    }

    /// Instances in groups that look alike.
    fn alike(&self, service: &Service) -> Vec<Vec<ElementId>> {
        let mut groups: Vec<Vec<ElementId>> = Vec::new();
        for id in &service.instances {
            let is_alike = |other: &ElementId| {
                let (Kind::Instance(one), Kind::Instance(other_instance)) =
                    (&self.model[*id].kind, &self.model[*other].kind)
                else {
                    return false;
                };
                one.domain == other_instance.domain
                    && self.mark(*id) == self.mark(*other)
                    && instance_lines(self.model, *id) == instance_lines(self.model, *other)
            };
            match groups.iter_mut().find(|group| is_alike(&group[0])) {
                Some(group) => group.push(*id),
                None => groups.push(vec![*id]),
            }
        }
        groups
    }
}

/// Where nodes go and are found.
struct Place<'n> {
    half: usize,
    nodes: &'n mut BTreeMap<ElementId, usize>,
    /// Those that are new.
    found: &'n mut Vec<(ElementId, usize)>,
}

fn quorum(service: &Service) -> Gate {
    let n = service.instances.len();
    match service.quorum as usize {
        1 => Gate::Any,
        k if k == n => Gate::All,
        k => Gate::Of(k, n),
    }
}

/// What an instance needs by being where it is.
fn instance_parts<'a>(instance: &Instance) -> Vec<Part<'a>> {
    let mut parts = vec![Part::Element(instance.domain, Vec::new())];
    parts.extend(instance.uses.iter().map(|facility| Part::Element(*facility, Vec::new())));
    let nearby = |service: ElementId| Part::Element(service, vec!["in the same area".to_owned()]);
    parts.extend(instance.peers.iter().map(|peers| nearby(peers.service)));
    parts
}
