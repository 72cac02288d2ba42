//! A system as DOT, in two halves: above, what the business does and what that depends on; below, where it all runs.
//!
//! Names tie the halves together instead of lines: a service stands once above, with its arrows, and once in each place
//! below where it has instances. Lines from the one to the others would be most of all lines and say nothing new.

use std::collections::{BTreeMap, BTreeSet};

use graphviz_rust::dot_structures::{
    Attribute, Edge, EdgeTy, Graph, GraphAttributes, Id, Node, NodeId, Stmt, Subgraph, Vertex,
};
use graphviz_rust::printer::{DotPrinter, PrinterContext};

use super::quote::quoted;
use crate::analysis::System;
use crate::engine::Outcome;
use crate::model::{ElementId, Kind, Model, Need, Scenario, Service, State, Time};

/// A system as DOT text. With a scenario and its outcome, what failed, what is down or degraded and what is merely
/// touched are marked, in colour and in words. The same system gives the same bytes.
pub fn dot(system: &System, failed: Option<(&Scenario, &Outcome)>) -> String {
    let mut drawing = Drawing::new(system, failed);
    drawing.title();
    drawing.top_row();
    drawing.upper_half();
    drawing.lower_half();
    drawing.legend();
    let mut stmts = vec![
        Stmt::GAttribute(GraphAttributes::Graph(attributes(GRAPH))),
        Stmt::GAttribute(GraphAttributes::Node(attributes(NODE))),
        Stmt::GAttribute(GraphAttributes::Edge(attributes(EDGE))),
    ];
    stmts.append(&mut drawing.statements);
    let graph = Graph::DiGraph { id: quoted("linchpin"), strict: false, stmts };
    let mut text = graph.print(PrinterContext::default().with_semi());
    text.push('\n');
    text
}

// ---- how things look ---------------------------------------------------------------------------------------

/// Attributes of a node, an edge or a cluster.
type Look = &'static [(&'static str, &'static str)];

const FONT: &str = "Helvetica,Arial,sans-serif";
const GRAPH: Look = &[
    ("rankdir", "TB"),
    ("newrank", "true"),
    ("fontname", FONT),
    ("nodesep", "0.15"),
    ("ranksep", "0.12"),
    ("bgcolor", "white"),
    ("pad", "0.2"),
];
const NODE: Look = &[
    ("fontname", FONT),
    ("fontsize", "11"),
    ("shape", "box"),
    ("style", "rounded,filled"),
    ("fillcolor", "white"),
    ("color", "#4b5563"),
    ("height", "0.3"),
    ("margin", "0.12,0.05"),
];
const EDGE: Look = &[("fontname", FONT), ("fontsize", "9"), ("color", "#4b5563"), ("arrowsize", "0.6")];

const NEEDS: Look = &[];
const WANTS: Look = &[("style", "dashed")];
const SHARED: Look = &[("style", "dotted"), ("color", "#7c3aed"), ("arrowhead", "none"), ("penwidth", "1.5")];
/// Not seen: it puts one thing below another, or beside it.
const NEXT: Look = &[("style", "invis"), ("weight", "0")];
/// Not seen: it keeps what stands in one place in one column.
const COLUMN: Look = &[("style", "invis"), ("weight", "100")];

const GATE: Look = &[
    ("shape", "diamond"),
    ("style", "filled"),
    ("fillcolor", "#f1f5f9"),
    ("fontsize", "9"),
    ("margin", "0,0"),
];
const POINT: Look = &[("shape", "point"), ("style", "invis"), ("width", "0")];
/// The point between the halves.
const MIDDLE: &str = "middle";

/// What a node stands for, in the order of the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
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
}

impl Shape {
    fn look(self) -> Look {
        match self {
            Self::Capability => &[("fillcolor", "#e0e7ff"), ("penwidth", "2"), ("fontsize", "13")],
            Self::Service => &[],
            Self::Data => &[("shape", "cylinder"), ("style", "filled"), ("margin", "0.12,0.04")],
            Self::Standby => &[("style", "rounded,filled,dashed")],
            Self::Copy => &[("shape", "folder"), ("style", "filled"), ("fillcolor", "#f3f4f6")],
            Self::Logic => &[("style", "rounded,filled,dotted")],
            Self::Channel => &[("shape", "note"), ("style", "filled"), ("fillcolor", "#f3f4f6")],
            Self::Place => &[("shape", "box3d"), ("style", "filled"), ("fillcolor", "#e2e8f0")],
            Self::Facility => &[("shape", "component"), ("style", "filled"), ("fillcolor", "#fef9c3")],
            Self::Group => {
                &[("shape", "hexagon"), ("style", "filled"), ("fillcolor", "#ede9fe"), ("margin", "0,0")]
            }
        }
    }

    fn in_legend(self) -> &'static str {
        match self {
            Self::Capability => "capability",
            Self::Service => "service,\n1 of 2 must work",
            Self::Data => "service\nthat keeps data",
            Self::Standby => "standby that\ntakes 15m",
            Self::Copy => "backup,\n1h old at most",
            Self::Logic => "logic\nwithout machines",
            Self::Channel => "how customers\nare told",
            Self::Place => "supplier\nor place",
            Self::Facility => "product\nof a provider",
            Self::Group => "shared fate",
        }
    }
}

/// What became of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    None,
    Failed,
    Down,
    Degraded,
    Touched,
}

impl Mark {
    fn look(self) -> Look {
        match self {
            Self::None => &[],
            Self::Failed => &[("fillcolor", "#fca5a5"), ("color", "#991b1b"), ("penwidth", "3")],
            Self::Down => &[("fillcolor", "#fee2e2"), ("color", "#b91c1c"), ("penwidth", "2")],
            Self::Degraded => &[("fillcolor", "#fef3c7"), ("color", "#b45309"), ("penwidth", "2")],
            Self::Touched => &[("color", "#1d4ed8"), ("penwidth", "1.5")],
        }
    }

    /// For those who see no colour.
    fn in_words(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Failed => "✗ FAILED: ",
            Self::Down => "✗ down: ",
            Self::Degraded => "~ degraded: ",
            Self::Touched => "• ",
        }
    }

    fn in_legend(self) -> &'static str {
        match self {
            Self::Touched => "• works, depends\non what failed",
            _ => self.in_words().trim_end_matches(": "),
        }
    }
}

// ---- the drawing -------------------------------------------------------------------------------------------

/// Named nodes that stand below each other in one place.
type Column = Vec<(String, Stmt)>;

struct Drawing<'a> {
    model: &'a Model,
    failed: Option<(&'a Scenario, &'a Outcome)>,
    /// Elements that depend on something that failed.
    touched: BTreeSet<ElementId>,
    /// What arrows start from. The other nodes of the upper half are at its lower edge.
    sources: BTreeSet<String>,
    gates: usize,
    /// The columns of the lower half from left to right, by the names of their nodes.
    columns: Vec<Vec<String>>,
    /// What the legend has to explain.
    shapes: BTreeSet<Shape>,
    marks: BTreeSet<Mark>,
    statements: Vec<Stmt>,
}

impl<'a> Drawing<'a> {
    fn new(system: &'a System, failed: Option<(&'a Scenario, &'a Outcome)>) -> Self {
        let events = failed.map_or(&[][..], |(scenario, _)| &scenario.fails);
        Self {
            model: &system.model,
            failed,
            touched: events.iter().flat_map(|event| system.topology.all_dependents(event.what)).collect(),
            sources: BTreeSet::new(),
            gates: 0,
            columns: Vec::new(),
            shapes: BTreeSet::new(),
            marks: BTreeSet::new(),
            statements: Vec::new(),
        }
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
        let look = [("label", &*lines.join("\n")), ("labelloc", "t"), ("fontsize", "16")];
        self.statements.extend(attributes(&look).into_iter().map(Stmt::Attribute));
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

    /// A node that shows what became of an element.
    fn node(&mut self, name: &str, id: ElementId, label: &str, shape: Shape) -> Stmt {
        let mark = self.mark(id);
        self.shapes.insert(shape);
        self.marks.insert(mark);
        let label = format!("{}{label}", mark.in_words());
        let mut all = attributes(&[("label", label.as_str()), ("tooltip", self.model[id].name.as_str())]);
        all.extend(attributes(&overlaid(shape.look(), mark.look())));
        Stmt::Node(Node { id: node_id(name), attributes: all })
    }

    // ---- the upper half: who depends on what -------------------------------------------------------------

    /// Capabilities and channels, side by side above everything.
    fn top_row(&mut self) {
        let mut row = vec![attribute("rank", "source")];
        for (id, element) in self.model.elements() {
            let shape = match element.kind {
                Kind::Capability(_) => Shape::Capability,
                Kind::Channel => Shape::Channel,
                _ => continue,
            };
            row.push(self.upper_node(id, element.bare_name(), shape));
        }
        self.statements.push(subgraph("top", row));
    }

    fn upper_half(&mut self) {
        let elements = self.upper_elements();
        for id in &elements {
            let element = &self.model[*id];
            let (label, shape) = match &element.kind {
                Kind::Capability(_) | Kind::Channel => (None, Shape::Capability),
                Kind::Service(service) => {
                    (Some(service_label(element.name.clone(), service)), shape_of(service))
                }
                Kind::Group => (Some(element.name.clone()), Shape::Group),
                Kind::Facility(_) => (Some(element.name.clone()), Shape::Facility),
                Kind::Provider | Kind::Region(_) | Kind::Zone { .. } | Kind::Instance(_) => {
                    (Some(element.name.clone()), Shape::Place)
                }
            };
            // Those of the top row have their nodes already.
            if let Some(label) = label {
                let node = self.upper_node(*id, &label, shape);
                self.statements.push(node);
            }
            self.arrows(*id);
        }
        self.statements.push(plain_node(MIDDLE, "", POINT));
        let names = elements.into_iter().map(upper_name);
        let lower_edge = names.filter(|name| !self.sources.contains(name));
        self.statements.extend(lower_edge.map(|name| edge(&name, MIDDLE, NEXT, "")));
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
            if found.insert(id) {
                let element = &self.model[id];
                next.extend(element.needs.iter().chain(&element.wants).flat_map(Need::mentions));
            }
        }
        found
    }

    fn upper_node(&mut self, id: ElementId, label: &str, shape: Shape) -> Stmt {
        let outage = self.failed.map_or(Time::ZERO, |(_, outcome)| outcome.outage(id));
        let is_back = outage > Time::ZERO && outage.is_finite();
        let label = if is_back { format!("{label}\nout for {outage}") } else { label.to_owned() };
        self.node(&upper_name(id), id, &label, shape)
    }

    fn arrows(&mut self, id: ElementId) {
        let (element, from) = (&self.model[id], upper_name(id));
        if let Kind::Service(service) = &element.kind {
            for peer in peers(self.model, service) {
                self.arrow(&from, &upper_name(peer), NEEDS, "in the same area");
            }
        }
        for group in &element.groups {
            self.arrow(&from, &upper_name(*group), SHARED, "");
        }
        element.needs.iter().for_each(|need| self.term(&from, need, NEEDS, ""));
        element.wants.iter().for_each(|want| self.term(&from, want, WANTS, ""));
    }

    /// Arrows for a dependency term. Alternatives are arrows with words; only what is nested in them needs a gate.
    fn term(&mut self, from: &str, need: &Need, look: Look, words: &str) {
        match need {
            Need::On { on, when_start, tolerates } => {
                let mut all = vec![words.to_owned()];
                if *when_start {
                    all.push("to start".to_owned());
                }
                if *tolerates > Time::ZERO {
                    all.push(format!("rides out {tolerates}"));
                }
                all.retain(|words| !words.is_empty());
                self.arrow(from, &upper_name(*on), look, &all.join("\n"));
            }
            Need::All(of) if words.is_empty() => of.iter().for_each(|need| self.term(from, need, look, "")),
            Need::All(of) => {
                let gate = self.gate(from, "all", look, words);
                for need in of {
                    self.term(&gate, need, look, "");
                }
            }
            Need::AtLeast { count, of } => {
                let gate = self.gate(from, &format!("{count} of {}", of.len()), look, words);
                for need in of {
                    self.term(&gate, need, look, "");
                }
            }
            Need::Any { of, after, degraded } => {
                let from =
                    if words.is_empty() { from.to_owned() } else { self.gate(from, "any", look, words) };
                let later = if *after > Time::ZERO { format!(", {after}") } else { String::new() };
                for (index, need) in of.iter().enumerate() {
                    let words = if index == 0 { String::new() } else { format!("else{later}") };
                    self.term(&from, need, look, &words);
                }
                let words = format!("else degraded{later}");
                for need in degraded {
                    self.term(&from, need, look, &words);
                }
            }
        }
    }

    /// A small node from which terms spread.
    fn gate(&mut self, from: &str, label: &str, look: Look, words: &str) -> String {
        let name = format!("gate{}", self.gates);
        self.gates += 1;
        self.statements.push(plain_node(&name, label, GATE));
        self.arrow(from, &name, look, words);
        name
    }

    fn arrow(&mut self, from: &str, to: &str, look: Look, words: &str) {
        self.sources.insert(from.to_owned());
        self.statements.push(edge(from, to, look, words));
    }

    // ---- the lower half: where it runs -------------------------------------------------------------------

    fn lower_half(&mut self) {
        let mut contents = self.contents();
        let providers = self.model.elements().filter(|(_, element)| matches!(element.kind, Kind::Provider));
        for (id, _) in providers {
            let cluster = self.domain(id, &mut contents);
            self.statements.extend(cluster);
        }
        for column in &self.columns {
            let pairs = column.iter().zip(&column[1..]);
            self.statements.extend(pairs.map(|(above, below)| edge(above, below, COLUMN, "")));
        }
        // The columns begin in one row and stand in the model's order.
        let tops: Vec<&str> = self.columns.iter().map(|column| column[0].as_str()).collect();
        let mut row = vec![attribute("rank", "same")];
        row.extend(tops.iter().map(|top| Stmt::Node(Node { id: node_id(top), attributes: Vec::new() })));
        row.extend(tops.windows(2).map(|pair| edge(pair[0], pair[1], NEXT, "")));
        self.statements.extend(tops.iter().map(|top| edge(MIDDLE, top, NEXT, "")));
        self.statements.push(subgraph("tops", row));
    }

    /// What stands directly in each domain: instances, backups, and those facilities that a switch or a restore depends
    /// on or that failed. All others are too many.
    fn contents(&mut self) -> BTreeMap<ElementId, Column> {
        let mut contents: BTreeMap<ElementId, Column> = BTreeMap::new();
        let mut facilities = BTreeSet::new();
        for (id, element, service) in self.model.services() {
            // Instances that look alike are drawn as one.
            let mut alike: BTreeMap<(ElementId, Mark, String), Vec<ElementId>> = BTreeMap::new();
            for id in &service.instances {
                if let Kind::Instance(instance) = &self.model[*id].kind {
                    let key = (instance.domain, self.mark(*id), instance_label(self.model, *id));
                    alike.entry(key).or_default().push(*id);
                    facilities.extend(self.model[*id].needs.iter().flat_map(Need::mentions));
                }
            }
            for ((domain, _, label), ids) in alike {
                let label = if ids.len() > 1 { format!("{label} ×{}", ids.len()) } else { label };
                let is_standby =
                    |id| matches!(&self.model[id].kind, Kind::Instance(i) if i.standby.is_some());
                let shape = if is_standby(ids[0]) { Shape::Standby } else { shape_of(service) };
                let name = lower_name(ids[0]);
                let node = self.node(&name, ids[0], &label, shape);
                contents.entry(domain).or_default().push((name, node));
            }
            for (index, backup) in service.backups.iter().enumerate() {
                let domain = match &self.model[backup.at].kind {
                    Kind::Facility(facility) => facility.domain,
                    _ => backup.at,
                };
                let name = format!("{}backup{index}", lower_name(id));
                let label = format!("{}\nbackup, {} old", element.name, backup.every);
                let node = self.node(&name, backup.at, &label, Shape::Copy);
                contents.entry(domain).or_default().push((name, node));
            }
        }
        if let Some((scenario, _)) = self.failed {
            facilities.extend(scenario.fails.iter().map(|failure| failure.what));
        }
        for id in facilities {
            if let Kind::Facility(facility) = &self.model[id].kind {
                let label = format!("#{}{}", facility.product, needs_in_words(self.model, id));
                let node = self.node(&lower_name(id), id, &label, Shape::Facility);
                contents.entry(facility.domain).or_default().push((lower_name(id), node));
            }
        }
        contents
    }

    /// A domain as a cluster with all that is in it. A zone or region in which nothing is is a node; a provider that is
    /// no more than a name has one in the upper half.
    fn domain(&mut self, id: ElementId, contents: &mut BTreeMap<ElementId, Column>) -> Option<Stmt> {
        let element = &self.model[id];
        let own_name = element.name.rsplit('/').next().unwrap_or(&element.name);
        let (names, mut inside): (Vec<_>, Vec<_>) =
            contents.remove(&id).unwrap_or_default().into_iter().unzip();
        if !names.is_empty() {
            self.columns.push(names);
        }
        for (below, element) in self.model.elements() {
            let is_domain = matches!(element.kind, Kind::Region(_) | Kind::Zone { .. });
            if is_domain && self.model.parent(below) == Some(id) {
                inside.extend(self.domain(below, contents));
            }
        }
        let (fill, font_size) = match element.kind {
            Kind::Provider if inside.is_empty() => return None,
            _ if inside.is_empty() => {
                self.columns.push(vec![lower_name(id)]);
                return Some(self.node(&lower_name(id), id, own_name, Shape::Place));
            }
            Kind::Provider => ("#f8fafc", "14"),
            Kind::Region(_) => ("#eef2f7", "12"),
            _ => ("#e2e8f0", "11"),
        };
        let mark = self.mark(id);
        self.marks.insert(mark);
        let label = format!("{}{own_name}", mark.in_words());
        let mut all = attributes(&[("label", label.as_str()), ("labeljust", "l"), ("fontsize", font_size)]);
        let look = [("style", "filled,rounded"), ("fillcolor", fill), ("color", "#94a3b8")];
        all.extend(attributes(&overlaid(&look, mark.look())));
        inside.insert(0, Stmt::GAttribute(GraphAttributes::Graph(all)));
        Some(subgraph(&format!("cluster_{}", lower_name(id)), inside))
    }

    fn has_wants(&self) -> bool {
        self.model.elements().any(|(_, element)| !element.wants.is_empty())
    }

    // ---- the legend --------------------------------------------------------------------------------------

    /// What shapes, marks and lines mean, as far as the picture has them: one row at the bottom.
    fn legend(&mut self) {
        let shapes = self.shapes.iter().map(|shape| (shape.in_legend(), shape.look()));
        let marks = self.marks.iter().filter(|mark| **mark != Mark::None);
        let samples = shapes.chain(marks.map(|mark| (mark.in_legend(), mark.look())));
        let mut row = vec![attribute("rank", "same")];
        let mut names: Vec<String> = Vec::new();
        for (label, look) in samples {
            let name = format!("legend{}", names.len());
            row.push(plain_node(&name, label, &overlaid(look, &[("fontsize", "9")])));
            names.push(name);
        }
        for (index, pair) in names.windows(2).enumerate() {
            let (look, words) = match index {
                0 => (NEEDS, "needs"),
                1 if self.has_wants() => (WANTS, "wants"),
                _ => (NEXT, ""),
            };
            row.push(edge(&pair[0], &pair[1], look, words));
        }
        // One edge, from the deepest column, is enough to put the legend below; more would disturb the columns' order.
        let deepest = self.columns.iter().rev().max_by_key(|column| column.len());
        let above = deepest.and_then(|column| column.last()).map_or(MIDDLE, String::as_str);
        self.statements.extend(names.first().map(|first| edge(above, first, NEXT, "")));
        self.statements.push(subgraph("legend", row));
    }
}

/// Domains in which something is.
fn occupied(model: &Model) -> BTreeSet<ElementId> {
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

// ---- what labels say ---------------------------------------------------------------------------------------

fn shape_of(service: &Service) -> Shape {
    match service {
        Service { data: true, .. } => Shape::Data,
        Service { instances, .. } if instances.is_empty() => Shape::Logic,
        _ => Shape::Service,
    }
}

/// A service's name and how much of it must work.
fn service_label(name: String, service: &Service) -> String {
    match (service.instances.len(), service.capacity) {
        (0 | 1, _) => name,
        (_, Some(capacity)) => format!("{name}\ncapacity {capacity}"),
        (n, None) => format!("{name}\n{} of {n}", service.quorum),
    }
}

/// What an instance is, and for a standby how it takes over.
fn instance_label(model: &Model, id: ElementId) -> String {
    let Kind::Instance(instance) = &model[id].kind else { return model[id].name.clone() };
    let name = &model[instance.service].name;
    let Some(standby) = instance.standby else { return name.clone() };
    let kind = if standby.lag.is_some() { "standby" } else { "restored" };
    let by_hand = if standby.manual { ", by hand" } else { "" };
    format!("{name}\n{kind}, {}{by_hand}{}", standby.after, needs_in_words(model, id))
}

/// A line for each need of an element.
fn needs_in_words(model: &Model, id: ElementId) -> String {
    let lines = model[id].needs.iter().map(|need| in_words(model, need));
    lines.flat_map(|needed| ["\nneeds ".to_owned(), needed]).collect()
}

fn in_words(model: &Model, need: &Need) -> String {
    let list = |of: &mut dyn Iterator<Item = &Need>, between: &str| {
        of.map(|need| in_words(model, need)).collect::<Vec<_>>().join(between)
    };
    match need {
        Need::On { on, .. } => model[*on].name.clone(),
        Need::All(of) => list(&mut of.iter(), " and "),
        Need::Any { of, degraded, .. } => list(&mut of.iter().chain(degraded), " or "),
        Need::AtLeast { count, of } => format!("{count} of {}", list(&mut of.iter(), ", ")),
    }
}

// ---- DOT ---------------------------------------------------------------------------------------------------

/// The node of an element in the upper half.
fn upper_name(id: ElementId) -> String {
    format!("n{}", id.index())
}

/// The node or cluster of an element in the lower half.
fn lower_name(id: ElementId) -> String {
    format!("p{}", id.index())
}

fn node_id(name: &str) -> NodeId {
    NodeId(Id::Plain(name.to_owned()), None)
}

fn attribute(key: &str, value: &str) -> Stmt {
    Stmt::Attribute(Attribute(Id::Plain(key.to_owned()), quoted(value)))
}

fn attributes(look: &[(&str, &str)]) -> Vec<Attribute> {
    look.iter().map(|(key, value)| Attribute(Id::Plain((*key).to_owned()), quoted(value))).collect()
}

/// One look over another: where both say something, the upper one counts.
fn overlaid<'l>(lower: &[(&'l str, &'l str)], upper: &[(&'l str, &'l str)]) -> Vec<(&'l str, &'l str)> {
    let kept = lower.iter().filter(|(key, _)| !upper.iter().any(|(known, _)| known == key));
    kept.chain(upper).copied().collect()
}

fn plain_node(name: &str, label: &str, look: &[(&str, &str)]) -> Stmt {
    let mut all = attributes(&[("label", label)]);
    all.extend(attributes(look));
    Stmt::Node(Node { id: node_id(name), attributes: all })
}

fn edge(from: &str, to: &str, look: Look, words: &str) -> Stmt {
    let mut all = attributes(look);
    if !words.is_empty() {
        // The spaces keep the words off the line.
        all.extend(attributes(&[("label", format!(" {words} ").as_str())]));
    }
    Stmt::Edge(Edge { ty: EdgeTy::Pair(Vertex::N(node_id(from)), Vertex::N(node_id(to))), attributes: all })
}

fn subgraph(name: &str, stmts: Vec<Stmt>) -> Stmt {
    Stmt::Subgraph(Subgraph { id: Id::Plain(name.to_owned()), stmts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::engine::Reference;
    use crate::model::Failure;

    const MODEL: &str = r#"
        [model]
        name = 'a "shop"'
        [provider.cloud.region.north]
        zones = ["a", "b"]
        [service.web]
        placed = ["cloud/north/a"]
        standby = [{ at = "cloud/north/b", after = "5m" }]
        [capability.shop]
        needs = [{ any = ["web"], degraded = ["cloud/north"], after = "1m" }]
    "#;

    fn system() -> System {
        let mut sources = Sources::default();
        sources.add("m.toml", MODEL);
        System::new(Model::read(&sources, "m").expect("the model is valid"))
    }

    #[test]
    fn text_is_quoted_and_the_same_every_time() {
        let text = dot(&system(), None);
        assert!(text.contains(r#"label="a \"shop\"""#), "{text}");
        assert!(text.contains(r#"label=" else degraded, 1m ""#), "{text}");
        assert_eq!(text, dot(&system(), None));
    }

    #[test]
    fn what_has_fallen_is_marked_in_words() {
        let system = system();
        let what = system.model.find("cloud/north/a").expect("it is declared");
        let fails = vec![Failure { what, lasts: Time::NEVER, destroys: false }];
        let scenario = Scenario { name: "cloud/north/a".to_owned(), fails };
        let outcome = Reference::new(&system.program).outcome(&scenario.fails);
        let text = dot(&system, Some((&scenario, &outcome)));
        for expected in ["✗ FAILED: a", "✗ down: web", "• shop\\nout for 1m", "cloud/north/a fails"] {
            assert!(text.contains(expected), "no {expected} in {text}");
        }
    }
}
