//! The topology: elements as nodes, dependencies as edges, on petgraph.
//!
//! Comes after [`crate::model`]. An edge **A → B means that A depends on B**, so that a blast radius walks edges
//! backwards. The graph is built once and never edited: that something fails is said elsewhere, not here. It knows
//! who depends on whom, not how: whether one of three is enough is the business of [`crate::compile`].

mod knots;

pub use knots::Knots;

use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Bfs, EdgeFiltered, EdgeRef, Reversed, Walker};

use crate::model::{Element, ElementId, Kind, Model, Need};

/// Why one element depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// It lies there: a zone in its region, an instance or facility at its domain.
    LiesIn,
    /// A facility stands on the same product one level up.
    StandsOn,
    /// It is a member of a group.
    MemberOf,
    /// An instance uses a facility.
    Uses,
    /// A service is made of instances.
    MadeOf,
    /// An instance needs one of another service in its own zone or region.
    SameArea,
    /// It is in `needs`, perhaps as one of several alternatives.
    Needs,
    /// It is in `wants`.
    Wants,
}

/// Who depends on whom.
///
/// ```
/// use linchpin::{diag::Sources, model::Model, topology::Topology};
/// let mut sources = Sources::default();
/// sources.add("m.toml", "[provider.p]\n[service.web]\nplaced = ['p']\n[capability.shop]\nneeds = ['web']\n");
/// let model = Model::read(&sources, "m").map_err(|problems| problems[0].message.clone())?;
/// let topology = Topology::new(&model);
/// let p = model.find("p").map_err(|e| e.to_string())?;
/// let falls_with_p: Vec<_> = topology.all_dependents(p).map(|id| model[id].name.as_str()).collect();
/// assert_eq!(falls_with_p, ["p", "web", "web@p", "capability:shop"]);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct Topology {
    graph: DiGraph<(), Relation>,
}

impl Topology {
    /// The topology of a model. Time and space are linear in elements and dependencies.
    pub fn new(model: &Model) -> Self {
        let mut graph = DiGraph::with_capacity(model.len(), model.len() * 2);
        for _ in 0..model.len() {
            graph.add_node(());
        }
        for (id, element) in model.elements() {
            for (relation, on) in relations(element) {
                graph.add_edge(node(id), node(on), relation);
            }
        }
        Self { graph }
    }

    /// How many dependencies there are.
    pub fn len(&self) -> usize {
        self.graph.edge_count()
    }

    /// Whether nothing depends on anything.
    pub fn is_empty(&self) -> bool {
        self.graph.edge_count() == 0
    }

    /// What an element depends on directly, in the order of its declaration.
    pub fn dependencies(&self, id: ElementId) -> impl Iterator<Item = (Relation, ElementId)> {
        let mut edges: Vec<_> = self.graph.edges_directed(node(id), Direction::Outgoing).collect();
        edges.reverse(); // petgraph gives the newest edge first
        edges.into_iter().map(|edge| (*edge.weight(), element(edge.target())))
    }

    /// What depends on an element directly, in the model's order.
    pub fn dependents(&self, id: ElementId) -> impl Iterator<Item = (Relation, ElementId)> {
        let mut edges: Vec<_> = self.graph.edges_directed(node(id), Direction::Incoming).collect();
        edges.sort_by_key(|edge| (edge.source(), edge.id()));
        edges.into_iter().map(|edge| (*edge.weight(), element(edge.source())))
    }

    /// An element and all that it depends on, directly or not, in the model's order.
    pub fn all_dependencies(&self, id: ElementId) -> impl Iterator<Item = ElementId> {
        in_order(Bfs::new(&self.graph, node(id)).iter(&self.graph), self.graph.node_count())
    }

    /// As [`Topology::all_dependencies`], leaving `wants` out.
    pub fn all_needs(&self, id: ElementId) -> impl Iterator<Item = ElementId> {
        let needs = EdgeFiltered::from_fn(&self.graph, |edge| *edge.weight() != Relation::Wants);
        let mut bfs = Bfs::new(&needs, node(id));
        let found = std::iter::from_fn(move || bfs.next(&needs));
        in_order(found, self.graph.node_count())
    }

    /// An element and all that depends on it, directly or not, in the model's order.
    pub fn all_dependents(&self, id: ElementId) -> impl Iterator<Item = ElementId> {
        let reversed = Reversed(&self.graph);
        in_order(Bfs::new(reversed, node(id)).iter(reversed), self.graph.node_count())
    }

    /// Strongly connected components, dependencies first; members in the model's order. A component of one element
    /// is no circle unless the element depends on itself.
    ///
    /// Kosaraju's algorithm, which petgraph does without recursion: deep models do not overflow the stack.
    pub fn components(&self) -> Vec<Vec<ElementId>> {
        let mut components = kosaraju_scc(&self.graph);
        components.iter_mut().for_each(|component| component.sort_unstable());
        components.into_iter().map(|component| component.into_iter().map(element).collect()).collect()
    }

    /// Whether a component is a circle: it has several elements, or its one element depends on itself.
    pub fn is_circle(&self, component: &[ElementId]) -> bool {
        match component {
            [single] => self.graph.contains_edge(node(*single), node(*single)),
            several => !several.is_empty(),
        }
    }

    /// The circles: sets of elements each of which depends, directly or not, on every other; in the model's order.
    pub fn circles(&self) -> Vec<Vec<ElementId>> {
        let mut circles = self.components();
        circles.retain(|component| self.is_circle(component));
        circles.sort_unstable();
        circles
    }
}

/// What an element depends on, in the order of the rows of the semantics' table.
fn relations(element: &Element) -> Vec<(Relation, ElementId)> {
    let mut out = Vec::new();
    match &element.kind {
        Kind::Region(region) => out.push((Relation::LiesIn, region.provider)),
        Kind::Zone { region } => out.push((Relation::LiesIn, *region)),
        Kind::Facility(facility) => {
            out.push((Relation::LiesIn, facility.domain));
            out.extend(facility.up.map(|up| (Relation::StandsOn, up)));
        }
        Kind::Instance(instance) => {
            out.push((Relation::LiesIn, instance.domain));
            out.extend(instance.uses.iter().map(|facility| (Relation::Uses, *facility)));
            // What is needed is the other service, though only its instances nearby can give it.
            for peers in &instance.peers {
                out.push((Relation::Needs, peers.service));
                out.extend(peers.of.iter().map(|peer| (Relation::SameArea, *peer)));
            }
        }
        Kind::Service(service) => out.extend(service.instances.iter().map(|id| (Relation::MadeOf, *id))),
        Kind::Provider | Kind::Group | Kind::Capability(_) | Kind::Channel => {}
    }
    out.extend(element.groups.iter().map(|group| (Relation::MemberOf, *group)));
    out.extend(element.needs.iter().flat_map(Need::mentions).map(|on| (Relation::Needs, on)));
    out.extend(element.wants.iter().flat_map(Need::mentions).map(|on| (Relation::Wants, on)));
    out
}

/// Nodes are added in the model's order, so that indices are the same.
fn node(id: ElementId) -> NodeIndex {
    NodeIndex::new(id.index())
}

fn element(node: NodeIndex) -> ElementId {
    ElementId::new(node.index())
}

fn in_order(found: impl Iterator<Item = NodeIndex>, n_nodes: usize) -> impl Iterator<Item = ElementId> {
    let mut is_found = vec![false; n_nodes];
    found.for_each(|node| is_found[node.index()] = true);
    (0..n_nodes).filter(move |index| is_found[*index]).map(ElementId::new)
}
