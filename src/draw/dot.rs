//! A system as DOT: domains as nested clusters, services where they run, capabilities on top.

use std::collections::{BTreeMap, BTreeSet};

use graphviz_rust::dot_structures::{
    Attribute, Edge, EdgeTy, Graph, GraphAttributes, Id, Node, NodeId, Stmt, Subgraph, Vertex,
};
use graphviz_rust::printer::{DotPrinter, PrinterContext};

use super::quote::quoted;
use crate::analysis::System;
use crate::engine::Outcome;
use crate::model::{ElementId, Kind, Model, Need, Scenario, State, Time};

/// A system as DOT text. With a scenario and its outcome, what failed, what is down or degraded and what is merely
/// touched are marked, in colour and in words. The same system gives the same bytes.
pub fn dot(system: &System, failed: Option<(&Scenario, &Outcome)>) -> String {
    let mut drawing = Drawing::new(system, failed);
    drawing.edges();
    let mut statements = drawing.defaults();
    statements.extend(drawing.title());
    statements.push(drawing.top_row());
    statements.extend(drawing.outside());
    for (id, element) in system.model.elements() {
        if matches!(element.kind, Kind::Provider) {
            statements.push(drawing.domain(id));
        }
    }
    statements.extend(std::mem::take(&mut drawing.gates));
    statements.extend(std::mem::take(&mut drawing.arrows));
    statements.push(legend(failed.is_some()));
    let graph = Graph::DiGraph { id: quoted("linchpin"), strict: false, stmts: statements };
    let mut text = graph.print(PrinterContext::default().with_semi());
    text.push('\n');
    text
}

/// What a picture shows of an element's fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Failed,
    Down,
    Degraded,
    Touched,
}

struct Drawing<'a> {
    model: &'a Model,
    failed: Option<(&'a Scenario, &'a Outcome)>,
    /// Elements that depend on something that failed.
    touched: BTreeSet<ElementId>,
    /// What an arrow ends at and is drawn only for that reason.
    mentioned: BTreeSet<ElementId>,
    /// What is drawn inside each domain, beside the domains in it.
    inside: BTreeMap<ElementId, Vec<ElementId>>,
    gates: Vec<Stmt>,
    arrows: Vec<Stmt>,
}

impl<'a> Drawing<'a> {
    fn new(system: &'a System, failed: Option<(&'a Scenario, &'a Outcome)>) -> Self {
        let model = &system.model;
        let events = failed.map_or(&[][..], |(scenario, _)| &scenario.fails);
        let touched = events.iter().flat_map(|event| system.topology.all_dependents(event.what)).collect();
        let mut mentioned: BTreeSet<ElementId> = events.iter().map(|event| event.what).collect();
        for (_, element) in model.elements() {
            let needs = element.needs.iter().chain(&element.wants);
            mentioned.extend(needs.flat_map(Need::mentions));
        }
        let mut inside: BTreeMap<ElementId, Vec<ElementId>> = BTreeMap::new();
        for (id, element) in model.elements() {
            match &element.kind {
                Kind::Instance(instance) => inside.entry(instance.domain).or_default().push(id),
                // Facilities are many: only those that something names, or that failed.
                Kind::Facility(facility) if mentioned.contains(&id) => {
                    inside.entry(facility.domain).or_default().push(id);
                }
                Kind::Service(service) if service.instances.len() > 1 => {
                    if let Some(home) = common_domain(model, &service.instances) {
                        inside.entry(home).or_default().push(id);
                    }
                }
                _ => {}
            }
        }
        Self { model, failed, touched, mentioned, inside, gates: Vec::new(), arrows: Vec::new() }
    }

    // ---- nodes and clusters ------------------------------------------------------------------------------

    fn defaults(&self) -> Vec<Stmt> {
        vec![
            Stmt::GAttribute(GraphAttributes::Graph(attributes(&[
                ("rankdir", "TB"),
                ("compound", "true"),
                ("newrank", "true"),
                ("fontname", FONT),
                ("fontsize", "12"),
                ("nodesep", "0.25"),
                ("ranksep", "0.55"),
                ("bgcolor", "white"),
            ]))),
            Stmt::GAttribute(GraphAttributes::Node(attributes(&[
                ("fontname", FONT),
                ("fontsize", "11"),
                ("shape", "box"),
                ("style", "rounded,filled"),
                ("fillcolor", "white"),
                ("color", "#4b5563"),
                ("height", "0.3"),
                ("margin", "0.12,0.06"),
            ]))),
            Stmt::GAttribute(GraphAttributes::Edge(attributes(&[
                ("fontname", FONT),
                ("fontsize", "9"),
                ("color", "#4b5563"),
                ("arrowsize", "0.6"),
            ]))),
        ]
    }

    fn title(&self) -> Vec<Stmt> {
        let mut title = self.model.name().to_owned();
        if let Some((scenario, _)) = self.failed {
            title += &format!("\nwhen {} fails", scenario.name);
        }
        [("label", title.as_str()), ("labelloc", "t")]
            .into_iter()
            .map(|(key, value)| Stmt::Attribute(Attribute(Id::Plain(key.to_owned()), quoted(value))))
            .collect()
    }

    /// Capabilities and channels, side by side above everything.
    fn top_row(&self) -> Stmt {
        let mut statements =
            vec![Stmt::Attribute(Attribute(Id::Plain("rank".to_owned()), Id::Plain("source".to_owned())))];
        for (id, element) in self.model.elements() {
            let look: &[(&str, &str)] = match element.kind {
                Kind::Capability(_) => &[("penwidth", "2"), ("fillcolor", "#e0e7ff"), ("fontsize", "13")],
                Kind::Channel => &[("shape", "note"), ("style", "filled"), ("fillcolor", "#f3f4f6")],
                _ => continue,
            };
            statements.push(self.node(id, element.bare_name(), look));
        }
        Stmt::Subgraph(Subgraph { id: Id::Plain("top".to_owned()), stmts: statements })
    }

    /// What lies in no domain: groups, and services without instances or with instances at several providers.
    fn outside(&self) -> Vec<Stmt> {
        let mut statements = Vec::new();
        for (id, element) in self.model.elements() {
            match &element.kind {
                Kind::Group => {
                    statements.push(self.node(
                        id,
                        &element.name,
                        &[("shape", "hexagon"), ("fillcolor", "#ede9fe")],
                    ));
                }
                Kind::Service(service) if service.instances.is_empty() => {
                    statements.push(self.node(id, &element.name, &[("style", "rounded,filled,dotted")]));
                }
                Kind::Service(service)
                    if service.instances.len() > 1
                        && common_domain(self.model, &service.instances).is_none() =>
                {
                    statements.push(self.service(id));
                }
                _ => {}
            }
        }
        statements
    }

    /// A domain: a cluster with what is inside, or a box where nothing is.
    fn domain(&self, id: ElementId) -> Stmt {
        let element = &self.model[id];
        let own_name = element.name.rsplit('/').next().unwrap_or(&element.name);
        let lies_here = |domain: &ElementId| self.model.parent(*domain) == Some(id);
        let is_domain =
            |domain: &ElementId| matches!(self.model[*domain].kind, Kind::Region(_) | Kind::Zone { .. });
        let below =
            self.model.elements().map(|(id, _)| id).filter(|below| is_domain(below) && lies_here(below));
        let below: Vec<ElementId> = below.collect();
        let inside = self.inside.get(&id).map_or(&[][..], Vec::as_slice);
        if below.is_empty() && inside.is_empty() {
            let look = [("shape", "box3d"), ("style", "filled"), ("fillcolor", "#f3f4f6")];
            return self.node(id, own_name, &look);
        }
        let (fill, width) = match element.kind {
            Kind::Provider => ("#f8fafc", "1.5"),
            Kind::Region(_) => ("#eef2f7", "1"),
            _ => ("#e2e8f0", "0.7"),
        };
        let mut look =
            vec![("style", "filled,rounded"), ("fillcolor", fill), ("color", "#64748b"), ("penwidth", width)];
        look.extend(self.mark_look(id));
        let label = format!("{}{own_name}", self.mark_words(id));
        look.push(("label", &label));
        let mut statements = vec![Stmt::GAttribute(GraphAttributes::Graph(attributes(&look)))];
        if self.mentioned.contains(&id) {
            // Graphviz draws arrows between nodes only: this one stands for the whole cluster.
            let look = [("shape", "point"), ("style", "invis"), ("width", "0"), ("label", "")];
            statements.push(Stmt::Node(Node { id: node_id(&node_name(id)), attributes: attributes(&look) }));
        }
        for inner in inside {
            statements.push(match &self.model[*inner].kind {
                Kind::Service(_) => self.service(*inner),
                Kind::Instance(instance) => {
                    let (service, standby) = (&self.model[instance.service], instance.standby);
                    let label = match standby {
                        Some(standby) => format!("{}\nstandby, {}", service.name, standby.after),
                        None => service.name.clone(),
                    };
                    let look: &[(&str, &str)] =
                        if standby.is_some() { &[("style", "rounded,filled,dashed")] } else { &[] };
                    self.node(*inner, &label, look)
                }
                Kind::Facility(facility) => {
                    let look = [("shape", "cylinder"), ("style", "filled"), ("fillcolor", "#fef9c3")];
                    self.node(*inner, &format!("#{}", facility.product), &look)
                }
                _ => self.node(*inner, &self.model[*inner].name, &[]),
            });
        }
        statements.extend(below.into_iter().map(|below| self.domain(below)));
        Stmt::Subgraph(Subgraph { id: Id::Plain(cluster_name(id)), stmts: statements })
    }

    /// A service with several instances: one node from which its instances hang.
    fn service(&self, id: ElementId) -> Stmt {
        let element = &self.model[id];
        let Kind::Service(service) = &element.kind else { return self.node(id, &element.name, &[]) };
        let label = format!("{}\n{} of {}", element.name, service.quorum, service.instances.len());
        self.node(id, &label, &[("shape", "ellipse"), ("style", "filled")])
    }

    fn node(&self, id: ElementId, label: &str, look: &[(&str, &str)]) -> Stmt {
        let label = format!("{}{label}", self.mark_words(id));
        let mut all = look.to_vec();
        for (key, value) in self.mark_look(id) {
            all.retain(|(known, _)| *known != key);
            all.push((key, value));
        }
        let mut attributes = attributes(&all);
        attributes.insert(0, Attribute(Id::Plain("label".to_owned()), quoted(&label)));
        attributes.push(Attribute(Id::Plain("tooltip".to_owned()), quoted(&self.model[id].name)));
        Stmt::Node(Node { id: node_id(&node_name(id)), attributes })
    }

    // ---- what has fallen ---------------------------------------------------------------------------------

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

    /// In words, for those who see no colour.
    fn mark_words(&self, id: ElementId) -> &'static str {
        match self.mark(id) {
            Mark::None => "",
            Mark::Failed => "✗ FAILED ",
            Mark::Down => "✗ down ",
            Mark::Degraded => "~ degraded ",
            Mark::Touched => "• ",
        }
    }

    fn mark_look(&self, id: ElementId) -> Vec<(&'static str, &'static str)> {
        match self.mark(id) {
            Mark::None => vec![],
            Mark::Failed => vec![("fillcolor", "#fca5a5"), ("color", "#991b1b"), ("penwidth", "3")],
            Mark::Down => vec![("fillcolor", "#fee2e2"), ("color", "#b91c1c"), ("penwidth", "2")],
            Mark::Degraded => vec![("fillcolor", "#fef3c7"), ("color", "#b45309"), ("penwidth", "2")],
            Mark::Touched => vec![("color", "#1d4ed8"), ("penwidth", "1.5")],
        }
    }

    // ---- edges -------------------------------------------------------------------------------------------

    fn edges(&mut self) {
        for (id, element) in self.model.elements() {
            if let Kind::Service(service) = &element.kind
                && service.instances.len() > 1
            {
                for instance in &service.instances {
                    let is_standby =
                        matches!(&self.model[*instance].kind, Kind::Instance(i) if i.standby.is_some());
                    let style = if is_standby { "dashed" } else { "solid" };
                    self.arrow(&self.name_of(id), *instance, &[("style", style), ("color", "#94a3b8")]);
                }
            }
            if let Kind::Instance(instance) = &element.kind {
                let shown =
                    instance.uses.iter().copied().filter(|facility| self.mentioned.contains(facility));
                for facility in shown.collect::<Vec<_>>() {
                    self.arrow(&self.name_of(id), facility, &[("color", "#ca8a04"), ("arrowhead", "none")]);
                }
                for peer in instance.peers.iter().filter_map(|peers| peers.of.first()) {
                    self.arrow(&self.name_of(id), *peer, &[]);
                }
            }
            for group in &element.groups {
                let look = [
                    ("style", "dotted"),
                    ("color", "#7c3aed"),
                    ("arrowhead", "none"),
                    ("constraint", "false"),
                ];
                self.arrow(&self.name_of(id), *group, &look);
            }
            for need in &element.needs {
                self.term(&self.name_of(id), need, &[]);
            }
            for want in &element.wants {
                self.term(&self.name_of(id), want, &[("style", "dashed")]);
            }
        }
    }

    /// The node that stands for an element: a service with one instance is drawn as that instance.
    fn name_of(&self, id: ElementId) -> String {
        match &self.model[id].kind {
            Kind::Service(service) if service.instances.len() == 1 => node_name(service.instances[0]),
            _ => node_name(id),
        }
    }

    fn term(&mut self, from: &str, need: &Need, look: &[(&str, &str)]) {
        let mut later = look.to_vec();
        match need {
            Need::On { on, when_start, tolerates } => {
                let mut label = String::new();
                if *when_start {
                    label += "to start";
                }
                if *tolerates > Time::ZERO {
                    label += &format!("rides out {tolerates}");
                }
                if !label.is_empty() {
                    later.push(("label", &label));
                }
                self.arrow(from, *on, &later);
            }
            Need::All(of) => of.iter().for_each(|need| self.term(from, need, look)),
            Need::Any { of, after, degraded } => {
                let label =
                    if *after > Time::ZERO { format!("any\nafter {after}") } else { "any".to_owned() };
                let gate = self.gate(from, &label, look);
                of.iter().for_each(|need| self.term(&gate, need, look));
                later.push(("style", "dashed"));
                degraded.iter().for_each(|need| self.term(&gate, need, &later));
            }
            Need::AtLeast { count, of } => {
                let gate = self.gate(from, &format!("{count} of {}", of.len()), look);
                of.iter().for_each(|need| self.term(&gate, need, look));
            }
        }
    }

    /// A small node from which alternatives spread.
    fn gate(&mut self, from: &str, label: &str, look: &[(&str, &str)]) -> String {
        let name = format!("gate{}", self.gates.len());
        let shape = [("shape", "diamond"), ("style", "filled"), ("fillcolor", "#f1f5f9"), ("fontsize", "9")];
        let mut attributes_of_gate = attributes(&shape);
        attributes_of_gate.push(Attribute(Id::Plain("label".to_owned()), quoted(label)));
        self.gates.push(Stmt::Node(Node { id: node_id(&name), attributes: attributes_of_gate }));
        let mut no_head = look.to_vec();
        no_head.push(("arrowhead", "none"));
        self.arrows.push(edge(from, &name, &no_head));
        name
    }

    fn arrow(&mut self, from: &str, to: ElementId, look: &[(&str, &str)]) {
        let to_name = self.name_of(to);
        let cluster = cluster_name(to);
        let mut look = look.to_vec();
        let is_domain = matches!(self.model[to].kind, Kind::Provider | Kind::Region(_) | Kind::Zone { .. });
        if is_domain && self.is_cluster(to) {
            look.push(("lhead", &cluster));
        }
        if from != to_name {
            self.arrows.push(edge(from, &to_name, &look));
        }
    }

    fn is_cluster(&self, domain: ElementId) -> bool {
        let has_inside = self.inside.contains_key(&domain);
        has_inside
            || self.model.elements().any(|(id, element)| {
                matches!(element.kind, Kind::Region(_) | Kind::Zone { .. })
                    && self.model.parent(id) == Some(domain)
            })
    }
}

const FONT: &str = "Helvetica,Arial,sans-serif";

/// The innermost domain that holds all of the instances.
fn common_domain(model: &Model, instances: &[ElementId]) -> Option<ElementId> {
    let mut domains = instances.iter().filter_map(|id| match &model[*id].kind {
        Kind::Instance(instance) => Some(instance.domain),
        _ => None,
    });
    let mut common: Vec<ElementId> = model.domain_and_above(domains.next()?).collect();
    for domain in domains {
        let above: Vec<ElementId> = model.domain_and_above(domain).collect();
        common.retain(|id| above.contains(id));
    }
    common.first().copied()
}

fn node_name(id: ElementId) -> String {
    format!("n{}", id.index())
}

fn cluster_name(id: ElementId) -> String {
    format!("cluster_n{}", id.index())
}

fn node_id(name: &str) -> NodeId {
    NodeId(Id::Plain(name.to_owned()), None)
}

fn attributes(look: &[(&str, &str)]) -> Vec<Attribute> {
    look.iter().map(|(key, value)| Attribute(Id::Plain((*key).to_owned()), quoted(value))).collect()
}

fn edge(from: &str, to: &str, look: &[(&str, &str)]) -> Stmt {
    let ty = EdgeTy::Pair(Vertex::N(node_id(from)), Vertex::N(node_id(to)));
    Stmt::Edge(Edge { ty, attributes: attributes(look) })
}

/// What the lines and shapes mean.
fn legend(with_marks: bool) -> Stmt {
    let mut statements = vec![Stmt::GAttribute(GraphAttributes::Graph(attributes(&[
        ("label", "legend"),
        ("style", "rounded"),
        ("color", "#cbd5e1"),
        ("fontsize", "10"),
    ])))];
    let mut node = |name: &str, label: &str, look: &[(&str, &str)]| {
        let mut all = attributes(&[("label", label), ("fontsize", "9")]);
        all.extend(attributes(look));
        statements.push(Stmt::Node(Node { id: node_id(name), attributes: all }));
    };
    node("legend0", "capability", &[("fillcolor", "#e0e7ff"), ("penwidth", "2")]);
    node("legend1", "service", &[]);
    node("legend2", "service\n1 of 2 instances", &[("shape", "ellipse"), ("style", "filled")]);
    node("legend3", "instance", &[]);
    node("legend4", "standby, 15m", &[("style", "rounded,filled,dashed")]);
    node("legend5", "any", &[("shape", "diamond"), ("style", "filled"), ("fillcolor", "#f1f5f9")]);
    node("legend6", "shared fate", &[("shape", "hexagon"), ("fillcolor", "#ede9fe")]);
    if with_marks {
        node("legend7", "✗ FAILED", &[("fillcolor", "#fca5a5"), ("color", "#991b1b"), ("penwidth", "3")]);
        node("legend8", "✗ down", &[("fillcolor", "#fee2e2"), ("color", "#b91c1c"), ("penwidth", "2")]);
        node("legend9", "~ degraded", &[("fillcolor", "#fef3c7"), ("color", "#b45309"), ("penwidth", "2")]);
        node("legend10", "• depends on it, stays up", &[("color", "#1d4ed8"), ("penwidth", "1.5")]);
    }
    let lines: [(&str, &str, &[(&str, &str)]); 6] = [
        ("legend0", "legend1", &[("label", "needs")]),
        ("legend0", "legend2", &[("label", "wants"), ("style", "dashed")]),
        ("legend2", "legend3", &[("color", "#94a3b8")]),
        ("legend2", "legend4", &[("style", "dashed"), ("color", "#94a3b8")]),
        ("legend1", "legend5", &[("arrowhead", "none")]),
        ("legend1", "legend6", &[("style", "dotted"), ("color", "#7c3aed"), ("arrowhead", "none")]),
    ];
    statements.extend(lines.into_iter().map(|(from, to, look)| edge(from, to, look)));
    if with_marks {
        // Invisible edges stack the marks instead of stretching the legend.
        let chain = [("legend7", "legend8"), ("legend8", "legend9"), ("legend9", "legend10")];
        statements.extend(chain.into_iter().map(|(from, to)| edge(from, to, &[("style", "invis")])));
    }
    Stmt::Subgraph(Subgraph { id: Id::Plain("cluster_legend".to_owned()), stmts: statements })
}
