//! A scene as DOT, Graphviz' language.

use std::collections::BTreeSet;

use graphviz_rust::dot_structures::{
    Attribute, Edge, EdgeTy, Graph, GraphAttributes, Id, Node as DotNode, NodeId, Stmt, Subgraph, Vertex,
};
use graphviz_rust::printer::{DotPrinter, PrinterContext};

use super::outline::{KEY, Outline, colours, label, part_of};
use super::quote::quoted;
use super::scene::{LinkClass, Node, Scene, Shape};

pub(super) fn dot(scene: &Scene) -> String {
    let mut drawing = Drawing { scene, outline: Outline::new(scene), columns: Vec::new() };
    let mut title = scene.title.clone();
    title.push(KEY.to_owned());
    let mut stmts = vec![
        Stmt::GAttribute(GraphAttributes::Graph(attributes(GRAPH))),
        Stmt::GAttribute(GraphAttributes::Node(attributes(NODE))),
        Stmt::GAttribute(GraphAttributes::Edge(attributes(EDGE))),
        attribute("label", &title.join("\n")),
    ];
    stmts.extend(drawing.top_row());
    let top = drawing.outline.top.clone();
    stmts.extend(top.into_iter().map(|index| drawing.node(index)));
    stmts.extend(scene.links.iter().map(|link| {
        let look: Look = match link.class {
            LinkClass::Needs => &[],
            LinkClass::Wants => &[("style", "dashed")],
            LinkClass::Shared => SHARED,
        };
        edge(&name(link.from), &name(link.to), look, &link.words.join("\n"))
    }));
    stmts.extend(drawing.order());
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
    ("labelloc", "t"),
    ("fontsize", "16"),
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
const SHARED: Look = &[("style", "dotted"), ("color", "#7c3aed"), ("arrowhead", "none"), ("penwidth", "1.5")];
/// Not seen: it puts one thing below another, or beside it.
const NEXT: Look = &[("style", "invis"), ("weight", "0")];
/// Not seen: it keeps what stands in one place in one column.
const COLUMN: Look = &[("style", "invis"), ("weight", "100")];
/// The point between the halves.
const MIDDLE: &str = "middle";
const POINT: Look = &[("label", ""), ("shape", "point"), ("style", "invis"), ("width", "0")];

fn look(shape: Shape) -> Look {
    match shape {
        Shape::Capability => &[("fillcolor", "#e0e7ff"), ("penwidth", "2"), ("fontsize", "13")],
        Shape::Data => &[("shape", "cylinder"), ("style", "filled"), ("margin", "0.12,0.04")],
        Shape::Standby => &[("style", "rounded,filled,dashed")],
        Shape::Copy => &[("shape", "folder"), ("style", "filled"), ("fillcolor", "#f3f4f6")],
        Shape::Logic => &[("style", "rounded,filled,dotted")],
        Shape::Channel => &[("shape", "note"), ("style", "filled"), ("fillcolor", "#f3f4f6")],
        Shape::Place => &[("shape", "box3d"), ("style", "filled"), ("fillcolor", "#e2e8f0")],
        Shape::Facility => &[("shape", "component"), ("style", "filled"), ("fillcolor", "#dff3f1")],
        Shape::Group => {
            &[("shape", "hexagon"), ("style", "filled"), ("fillcolor", "#ede9fe"), ("margin", "0,0")]
        }
        Shape::Gate => &[("shape", "diamond"), ("style", "filled"), ("fontsize", "9"), ("margin", "0,0")],
        Shape::Many => &[("peripheries", "2")],
        Shape::Domain(0) => &[("style", "rounded,filled"), ("fillcolor", "#f8fafc"), ("color", "#94a3b8")],
        Shape::Domain(1) => &[("style", "rounded,filled"), ("fillcolor", "#f1f5f9"), ("color", "#94a3b8")],
        Shape::Domain(_) => &[("style", "rounded,filled"), ("fillcolor", "#e6ecf3"), ("color", "#94a3b8")],
        Shape::Service | Shape::Lines | Shape::Ground => &[],
    }
}

// ---- the drawing -------------------------------------------------------------------------------------------

struct Drawing<'s> {
    scene: &'s Scene,
    outline: Outline,
    /// Leaves of one box, in boxes that no line leads into.
    columns: Vec<Vec<usize>>,
}

impl Drawing<'_> {
    /// Capabilities and channels, side by side above everything.
    fn top_row(&self) -> Option<Stmt> {
        let is_top = |node: &Node| matches!(node.shape, Shape::Capability | Shape::Channel);
        let nodes = self.scene.nodes.iter().enumerate().filter(|(_, node)| is_top(node));
        let nodes = nodes.map(|(index, _)| node_stmt(&name(index), Vec::new()));
        let row: Vec<Stmt> = std::iter::once(attribute("rank", "source")).chain(nodes).collect();
        (row.len() > 1).then(|| subgraph("top", row))
    }

    fn node(&mut self, index: usize) -> Stmt {
        let node = &self.scene.nodes[index];
        let inside = self.outline.inside[index].clone();
        let state = colours(node).map(|(ground, border, width)| (ground, border, width.to_string()));
        let state = state.iter().flat_map(|(ground, border, width)| {
            [("fillcolor", *ground), ("color", *border), ("penwidth", width.as_str())]
        });
        let mut all = overlaid(look(node.shape), &state.collect::<Vec<_>>());
        let text = label(node).join("\n");
        all.extend([("label", text.as_str()), ("tooltip", node.about.as_str())]);
        if inside.is_empty() {
            return node_stmt(&name(index), attributes(&all));
        }
        let mut stmts: Vec<Stmt> = attributes(&all).into_iter().map(Stmt::Attribute).collect();
        if part_of(self.scene, index) == Some(Shape::Ground) {
            let leaves = inside.iter().copied().filter(|inner| self.outline.inside[*inner].is_empty());
            self.columns.push(leaves.collect());
        } else {
            // Lines lead to this.
            stmts.push(node_stmt(&name(index), attributes(POINT)));
        }
        stmts.extend(inside.into_iter().map(|inner| self.node(inner)));
        subgraph(&format!("cluster_{}", name(index)), stmts)
    }

    /// Lines that are not seen: places below what depends on them, and what is in one place in a column.
    fn order(&self) -> Vec<Stmt> {
        let columns: Vec<&Vec<usize>> = self.columns.iter().filter(|column| !column.is_empty()).collect();
        if columns.is_empty() {
            return Vec::new();
        }
        let sources: BTreeSet<usize> = self.scene.links.iter().map(|link| link.from).collect();
        let mut stmts = vec![node_stmt(MIDDLE, attributes(POINT))];
        for index in &self.outline.top {
            let is_upper = part_of(self.scene, *index) == Some(Shape::Lines);
            if is_upper && self.outline.inside[*index].is_empty() && !sources.contains(index) {
                stmts.push(edge(&name(*index), MIDDLE, NEXT, ""));
            }
        }
        for column in columns {
            stmts.push(edge(MIDDLE, &name(column[0]), NEXT, ""));
            stmts.extend(column.windows(2).map(|pair| edge(&name(pair[0]), &name(pair[1]), COLUMN, "")));
        }
        stmts
    }
}

// ---- DOT ---------------------------------------------------------------------------------------------------

fn name(index: usize) -> String {
    format!("n{index}")
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

fn node_id(name: &str) -> NodeId {
    NodeId(Id::Plain(name.to_owned()), None)
}

fn node_stmt(name: &str, attributes: Vec<Attribute>) -> Stmt {
    Stmt::Node(DotNode { id: node_id(name), attributes })
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
