//! Who waits for whom, and what would be available if something were no longer needed: conditions that wait, as small
//! trees that count what they lack.
//!
//! Only whether something is ever available is asked here, not when, so that counting is enough and each change costs no
//! more than what it sets free.

use std::collections::HashMap;

use crate::compile::{Capacity, ConditionId, Formula, Level, Program, Role};
use crate::model::ElementId;
use crate::topology::Knots;

/// No parent: the top of a condition.
const TOP: u32 = u32::MAX;

/// What a node still lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    Inputs(u32),
    Capacity(Capacity),
}

#[derive(Debug, Clone, Copy)]
struct Node {
    parent: u32,
    lacks: Lack,
    /// What it adds to a parent that counts capacity.
    carries: Capacity,
    is_there: bool,
    /// Place among the conditions of the net.
    of: u32,
}

/// One part of a condition.
#[derive(Debug, Clone, Copy)]
struct NetPart {
    role: Role,
    /// Which of the role.
    index: usize,
    node: u32,
}

/// Conditions that wait.
#[derive(Debug, Clone)]
pub(super) struct Net {
    conditions: Vec<ConditionId>,
    place: HashMap<ConditionId, u32>,
    nodes: Vec<Node>,
    tops: Vec<u32>,
    parts: Vec<Vec<NetPart>>,
    /// For each condition, the leaves that wait for it.
    leaves: Vec<Vec<u32>>,
    /// What has become available since it was last asked, to be undone.
    journal: Vec<(u32, Node)>,
}

impl Net {
    /// A net of conditions that wait; `holds` and `is_back` say what else is available, now or later.
    pub(super) fn new(
        program: &Program,
        waiting: &[ConditionId],
        holds: impl Fn(ConditionId) -> bool,
        is_back: impl Fn(ElementId) -> bool,
    ) -> Self {
        let numbered = (0_u32..).zip(waiting);
        let mut net = Self {
            conditions: waiting.to_vec(),
            place: numbered.map(|(place, id)| (*id, place)).collect(),
            nodes: Vec::new(),
            tops: Vec::new(),
            parts: Vec::new(),
            leaves: vec![Vec::new(); waiting.len()],
            journal: Vec::new(),
        };
        let mut there = Vec::new();
        for (place, id) in (0_u32..).zip(waiting) {
            let mut builder =
                Builder { net: &mut net, holds: &holds, is_back: &is_back, there: &mut there, of: place };
            builder.condition(*id, program);
        }
        for node in there {
            net.arrive(node);
        }
        net.journal.clear();
        net
    }

    /// Sets of conditions that wait for each other, as far as they still do: those that do not serve, or, where there are
    /// none, those that are never undegraded. What waits for no other set comes first.
    pub(super) fn knots(&self) -> (Knots, Vec<Vec<usize>>) {
        let mut found = (Knots::new(0, []), Vec::new());
        for level in [Level::Ok, Level::Full] {
            let knots = Knots::new(self.conditions.len(), self.edges(level));
            let sets = knots.sets();
            found = (knots, sets);
            if !found.1.is_empty() {
                break;
            }
        }
        found
    }

    fn edges(&self, level: Level) -> Vec<(usize, usize)> {
        let mut edges = Vec::new();
        for (on, leaves) in self.leaves.iter().enumerate() {
            let waits = |leaf: &&u32| self.is_waited_for(**leaf);
            for leaf in leaves.iter().filter(waits) {
                let of = self.nodes[*leaf as usize].of as usize;
                if self.conditions[of].level() == level && self.conditions[on].level() == level {
                    edges.push((of, on));
                }
            }
        }
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// Whether a leaf is lacking, and everything above it is too.
    fn is_waited_for(&self, leaf: u32) -> bool {
        let mut node = leaf;
        while node != TOP {
            if self.nodes[node as usize].is_there {
                return false;
            }
            node = self.nodes[node as usize].parent;
        }
        true
    }

    /// The condition of a number.
    pub(super) fn condition(&self, place: usize) -> ConditionId {
        self.conditions[place]
    }

    /// Whether a condition still waits.
    pub(super) fn waits(&self, id: ConditionId) -> bool {
        self.place.get(&id).is_some_and(|place| !self.nodes[self.tops[*place as usize] as usize].is_there)
    }

    /// The parts through which one condition waits for another.
    pub(super) fn parts_between(&self, of: ConditionId, on: ConditionId) -> Vec<(Role, usize)> {
        let (Some(of), Some(on)) = (self.place.get(&of), self.place.get(&on)) else { return Vec::new() };
        let leaves = self.leaves[*on as usize].iter().filter(|leaf| self.nodes[**leaf as usize].of == *of);
        let part_of = |leaf: u32| {
            let up = std::iter::successors(Some(leaf), |node| {
                Some(self.nodes[*node as usize].parent).filter(|up| *up != TOP)
            });
            let nodes: Vec<u32> = up.collect();
            self.parts[*of as usize].iter().find(|part| nodes.contains(&part.node))
        };
        let waited_for = leaves.filter(|leaf| self.is_waited_for(**leaf));
        let mut parts: Vec<_> =
            waited_for.filter_map(|leaf| part_of(*leaf)).map(|part| (part.role, part.index)).collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// Takes parts of an element's conditions away, and counts the conditions that become available.
    pub(super) fn cut(&mut self, element: ElementId, parts: &[(Role, usize)]) -> usize {
        let before = self.journal.len();
        for id in [ConditionId::ok(element), ConditionId::full(element)] {
            let Some(place) = self.place.get(&id) else { continue };
            let is_cut = |part: &&NetPart| {
                let both = matches!(part.role, Role::Instances | Role::Capacity);
                parts.iter().any(|(role, index)| *role == part.role && (both || *index == part.index))
            };
            let nodes: Vec<u32> =
                self.parts[*place as usize].iter().filter(is_cut).map(|part| part.node).collect();
            for node in nodes {
                self.arrive(node);
            }
        }
        let tops = self.journal[before..]
            .iter()
            .filter(|(node, was)| !was.is_there && was.parent == TOP && self.nodes[*node as usize].is_there);
        tops.count()
    }

    /// Undoes all cuts since the last time that they were kept.
    pub(super) fn undo(&mut self) {
        while let Some((node, was)) = self.journal.pop() {
            self.nodes[node as usize] = was;
        }
    }

    /// Keeps the cuts that were made.
    pub(super) fn keep(&mut self) {
        self.journal.clear();
    }

    fn change(&mut self, node: u32) -> &mut Node {
        self.journal.push((node, self.nodes[node as usize]));
        &mut self.nodes[node as usize]
    }

    /// Something is available: what it completes is too.
    fn arrive(&mut self, node: u32) {
        let mut next = vec![node];
        while let Some(node) = next.pop() {
            if self.nodes[node as usize].is_there {
                continue;
            }
            self.change(node).is_there = true;
            let Node { parent, carries, of, .. } = self.nodes[node as usize];
            if parent == TOP {
                next.extend(&self.leaves[of as usize]);
                continue;
            }
            if self.nodes[parent as usize].is_there {
                continue;
            }
            let parent_node = self.change(parent);
            parent_node.lacks = match parent_node.lacks {
                Lack::Inputs(n) => Lack::Inputs(n.saturating_sub(1)),
                Lack::Capacity(lacks) => Lack::Capacity(lacks.minus(carries)),
            };
            if matches!(parent_node.lacks, Lack::Inputs(0) | Lack::Capacity(Capacity::ZERO)) {
                next.push(parent);
            }
        }
    }
}

struct Builder<'a> {
    net: &'a mut Net,
    holds: &'a dyn Fn(ConditionId) -> bool,
    is_back: &'a dyn Fn(ElementId) -> bool,
    there: &'a mut Vec<u32>,
    of: u32,
}

impl Builder<'_> {
    fn push(&mut self, parent: u32, lacks: Lack, carries: Capacity) -> u32 {
        let node = u32::try_from(self.net.nodes.len()).expect("a net has fewer than 2^32 nodes");
        self.net.nodes.push(Node { parent, lacks, carries, is_there: false, of: self.of });
        if matches!(lacks, Lack::Inputs(0) | Lack::Capacity(Capacity::ZERO)) {
            self.there.push(node);
        }
        node
    }

    fn several(&mut self, parent: u32, needed: usize, of: &[Formula]) -> u32 {
        let needed = u32::try_from(needed).unwrap_or(u32::MAX);
        let node = self.push(parent, Lack::Inputs(needed), Capacity::ZERO);
        for formula in of {
            self.formula(node, formula);
        }
        node
    }

    fn condition(&mut self, id: ConditionId, program: &Program) {
        let parts = &program[id].parts;
        let n_parts = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let top = self.push(TOP, Lack::Inputs(n_parts), Capacity::ZERO);
        self.net.tops.push(top);
        let mut of_role: HashMap<Role, usize> = HashMap::new();
        let mut known = Vec::new();
        for part in parts {
            let index = of_role.entry(part.role).or_default();
            let node = self.formula(top, &part.formula);
            known.push(NetPart { role: part.role, index: *index, node });
            *index += 1;
        }
        self.net.parts.push(known);
    }

    fn formula(&mut self, parent: u32, formula: &Formula) -> u32 {
        match formula {
            Formula::Event(element) => {
                let lacks = u32::from(!(self.is_back)(*element));
                self.push(parent, Lack::Inputs(lacks), Capacity::ZERO)
            }
            Formula::Is(on) => self.leaf(parent, *on, Capacity::ZERO),
            Formula::ToStart(of) | Formula::Tolerates(_, of) | Formula::Later(_, of) => {
                self.formula(parent, of)
            }
            Formula::All(of) => self.several(parent, of.len(), of),
            Formula::Any(of) => self.several(parent, 1, of),
            Formula::AtLeast(count, of) => self.several(parent, *count as usize, of),
            Formula::Capacity { threshold, of } => {
                let node = self.push(parent, Lack::Capacity(*threshold), Capacity::ZERO);
                for (capacity, on) in of {
                    self.leaf(node, *on, *capacity);
                }
                node
            }
        }
    }

    fn leaf(&mut self, parent: u32, on: ConditionId, carries: Capacity) -> u32 {
        let waits_in = self.net.place.get(&on).copied();
        let is_there = waits_in.is_none() && (self.holds)(on);
        let node = self.push(parent, Lack::Inputs(u32::from(!is_there)), carries);
        if let Some(place) = waits_in {
            self.net.leaves[place as usize].push(node);
        }
        node
    }
}
