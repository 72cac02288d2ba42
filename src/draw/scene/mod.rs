//! What is in a picture, before anybody says how it is drawn: nodes in nodes, and lines between them.
//!
//! Every format is written from a [`Scene`], so that all show the same.

mod changes;
mod collapse;
mod needs;
mod places;
mod tree;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::options::{Focus, Options, View};
use crate::analysis::System;
use crate::engine::Outcome;
use crate::model::{ElementId, Kind, Model, Scenario, State, Time};
use crate::report::figures::amount;
use collapse::Collapsed;

/// A picture's contents.
#[derive(Debug, Clone, Default)]
pub(super) struct Scene {
    /// What it is a picture of, then what fails.
    pub(super) title: Vec<String>,
    /// Nodes, each after the one that it lies in.
    pub(super) nodes: Vec<Node>,
    pub(super) links: Vec<Link>,
    /// What the reader has to know beside the legend.
    pub(super) notes: Vec<String>,
}

/// A node: a box around others, or one that stands for something.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Unlike every other, and the same in the next version of the model.
    pub(super) key: String,
    /// The element that it stands for, by reference.
    pub(super) element: Option<String>,
    pub(super) parent: Option<usize>,
    pub(super) shape: Shape,
    /// Its name, then what else is written in it.
    pub(super) lines: Vec<String>,
    /// All that there is to say, for those who point at it.
    pub(super) about: String,
    pub(super) mark: Mark,
    pub(super) change: Change,
    /// Nodes of one kin line up.
    pub(super) kin: Option<usize>,
    /// How many of what it stands for are in which state, where it stands for many.
    pub(super) tally: Option<Tally>,
    /// The gate that hangs below it.
    pub(super) gate: Option<Gate>,
}

/// A line: the first needs the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) class: LinkClass,
    pub(super) words: Vec<String>,
    pub(super) change: Change,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LinkClass {
    Needs,
    Wants,
    /// It is a member of a group, and falls with it.
    Shared,
}

/// What a node stands for, in the order of the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// The part of the picture in which lines run.
    Lines,
    /// The part in which boxes stand side by side.
    Ground,
    /// A domain with what is in it; how deep.
    Domain(u8),
    Capability,
    Service,
    Data,
    Standby,
    Copy,
    Logic,
    Channel,
    Place,
    Facility,
    Group,
    /// Many of one sort.
    Many,
    /// A gate between lines.
    Gate,
}

impl Shape {
    pub(super) fn is_box(self) -> bool {
        matches!(self, Self::Lines | Self::Ground | Self::Domain(_))
    }
}

/// How many of what a line leads to it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gate {
    All,
    Any,
    Of(usize, usize),
}

impl Gate {
    pub(super) fn label(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Any => "any".to_owned(),
            Self::Of(k, n) => format!("{k} of {n}"),
        }
    }
}

/// What became of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Mark {
    #[default]
    None,
    /// It works, and depends on what failed.
    Touched,
    Degraded,
    Down,
    Failed,
}

impl Mark {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Touched => "touched",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Failed => "failed",
        }
    }
}

/// What a new version of a model did to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Change {
    #[default]
    None,
    Added,
    Removed,
}

impl Change {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// How many are how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) all: usize,
    pub(super) degraded: usize,
    pub(super) down: usize,
}

impl Node {
    fn new(key: impl Into<String>, parent: Option<usize>, shape: Shape) -> Self {
        Self {
            key: key.into(),
            element: None,
            parent,
            shape,
            lines: Vec::new(),
            about: String::new(),
            mark: Mark::None,
            change: Change::None,
            kin: None,
            tally: None,
            gate: None,
        }
    }
}

/// What a picture shows of a system.
pub(super) fn scene(system: &System, failed: Option<(&Scenario, &Outcome)>, options: &Options<'_>) -> Scene {
    let mut scene = Drawing::new(system, failed, options).scene();
    if let Some(old) = options.old {
        let options = options_before(&system.model, old, options);
        changes::compare(&mut scene, Drawing::new(old, None, &options).scene());
    }
    scene
}

/// The same question about an older model, in which elements have other numbers, or are missing.
fn options_before<'a>(model: &Model, old: &System, options: &Options<'a>) -> Options<'a> {
    let then = |id: ElementId| old.model.find(&model[id].name).ok();
    let view = match &options.view {
        View::Capability(capabilities) => {
            let bare = |id: &ElementId| old.model.capability(model[*id].bare_name());
            View::Capability(capabilities.iter().filter_map(bare).collect())
        }
        view => view.clone(),
    };
    let focus = options.focus.and_then(|focus| Some(Focus { on: then(focus.on)?, ..focus }));
    Options { old: None, view, focus, ..options.clone() }
}

/// A scene in the making.
struct Drawing<'a> {
    system: &'a System,
    model: &'a Model,
    failed: Option<(&'a Scenario, &'a Outcome)>,
    options: &'a Options<'a>,
    /// Elements that depend on something that failed.
    touched: BTreeSet<ElementId>,
    collapsed: Collapsed,
    scene: Scene,
    /// Nodes by key.
    known: BTreeMap<String, usize>,
    links: BTreeSet<(usize, usize, LinkClass, Vec<String>)>,
    /// How many gates each node has already.
    gates: BTreeMap<usize, usize>,
}

impl<'a> Drawing<'a> {
    fn new(
        system: &'a System,
        failed: Option<(&'a Scenario, &'a Outcome)>,
        options: &'a Options<'a>,
    ) -> Self {
        let events = failed.map_or(&[][..], |(scenario, _)| &scenario.fails);
        Self {
            system,
            model: &system.model,
            failed,
            options,
            touched: events.iter().flat_map(|event| system.topology.all_dependents(event.what)).collect(),
            collapsed: Collapsed::new(system, failed.map(|(scenario, _)| scenario), options),
            scene: Scene::default(),
            known: BTreeMap::new(),
            links: BTreeSet::new(),
            gates: BTreeMap::new(),
        }
    }

    fn scene(mut self) -> Scene {
        self.title();
        match &self.options.view {
            View::System => {
                self.needs();
                self.places();
            }
            View::Capability(capabilities) => self.tree(capabilities),
            View::Domains => self.domains(),
        }
        self.scene.notes.extend(self.collapsed.note());
        self.scene
    }

    fn title(&mut self) {
        let mut lines = vec![self.model.name().to_owned()];
        if let Some((scenario, _)) = self.failed {
            let names = scenario.fails.iter().map(|failure| self.model[failure.what].name.as_str());
            let names = names.collect::<Vec<_>>().join(" + ");
            // What is asked for on the spot has no name but what fails in it.
            let declared =
                if scenario.name == names { String::new() } else { format!("{}: ", scenario.name) };
            let verb = if scenario.fails.len() == 1 { "fails" } else { "fail" };
            lines.push(format!("{declared}{names} {verb}"));
        }
        self.scene.title = lines;
    }

    fn mark(&self, id: ElementId) -> Mark {
        let Some((scenario, outcome)) = self.failed else { return Mark::None };
        if scenario.fails.iter().any(|failure| failure.what == id) {
            return Mark::Failed;
        }
        match outcome.state(id) {
            State::Down => Mark::Down,
            State::Degraded => Mark::Degraded,
            State::Up if self.touched.contains(&id) => Mark::Touched,
            State::Up => Mark::None,
        }
    }

    /// How many of these are how.
    fn tally(&self, elements: &[ElementId]) -> Tally {
        let is = |mark: Mark| elements.iter().filter(|id| self.mark(**id) == mark).count();
        Tally { all: elements.len(), degraded: is(Mark::Degraded), down: is(Mark::Down) + is(Mark::Failed) }
    }

    /// Adds a node, or finds the one with its key.
    fn add(&mut self, node: Node) -> usize {
        if let Some(known) = self.known.get(&node.key) {
            return *known;
        }
        let index = self.scene.nodes.len();
        self.known.insert(node.key.clone(), index);
        self.scene.nodes.push(node);
        index
    }

    /// A node that stands for an element and shows what became of it.
    fn element_node(
        &self,
        id: ElementId,
        part: &str,
        parent: usize,
        shape: Shape,
        lines: Vec<String>,
    ) -> Node {
        let element = &self.model[id];
        let mark = self.mark(id);
        Node {
            element: Some(element.name.clone()),
            about: self.about(id),
            lines,
            mark,
            ..Node::new(format!("{part}{}", element.name), Some(parent), shape)
        }
    }

    /// What there is to say about an element.
    fn about(&self, id: ElementId) -> String {
        let element = &self.model[id];
        let mut text = format!("{} {}", element.kind_name(), element.bare_name());
        if let Kind::Capability(capability) = &element.kind {
            if let Some(tier) = capability.tier {
                text += &format!(", tier {tier}");
            }
            if let Some(owner) = &capability.owner {
                text += &format!(", owner {owner}");
            }
            if capability.value_per_hour > 0.0 {
                text += &format!(", {} per hour", amount(capability.value_per_hour));
            }
        }
        let mark = self.mark(id);
        if mark != Mark::None {
            text += &format!(": {}", if mark == Mark::Touched { "works" } else { mark.name() });
        }
        if let Some(outage) = self.outage(id) {
            text += &format!(", out for {outage}");
        }
        text
    }

    /// How long an element is out, where it comes back by itself.
    fn outage(&self, id: ElementId) -> Option<Time> {
        let outage = self.failed.map_or(Time::ZERO, |(_, outcome)| outcome.outage(id));
        (outage > Time::ZERO && outage.is_finite()).then_some(outage)
    }

    fn link(&mut self, from: usize, to: usize, class: LinkClass, words: Vec<String>) {
        if from != to && self.links.insert((from, to, class, words.clone())) {
            self.scene.links.push(Link { from, to, class, words, change: Change::None });
        }
    }
}
