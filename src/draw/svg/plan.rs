//! A scene as a plan for the layout: how large every node is, and how boxes arrange what is in them.

use super::super::scene::{Gate, Node, Scene, Shape};
use super::super::text::{Face, width, wrapped};
use super::shapes::{GATE_HEIGHT, GATE_STEM, margins_of};
use crate::layout::{Inside, Item, Link, Plan, Size};
use crate::render::visible;

/// The plan, and what is written in each node.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) texts: Vec<Vec<Text>>,
}

/// The item of a node: the root comes before them.
pub(super) fn item(node: usize) -> usize {
    node + 1
}

/// A line of text in a node.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "what else would the text of a text be called")]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) class: &'static str,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Text {
    pub(super) fn descent(&self) -> f64 {
        if self.height > 13.0 { 4.0 } else { 2.5 }
    }
}

pub(super) const NORMAL: f64 = 12.0;
pub(super) const SMALL: f64 = 10.0;
/// Height of a line in a label of a line.
pub(super) const LABEL_LINE: f64 = 12.0;
pub(super) const HEADING_LEFT: f64 = 11.0;
pub(super) const HEADING_TOP: f64 = 6.0;

/// Names that are longer are broken or cut.
const MOST_NAME: f64 = 168.0;
const MOST_DETAIL: f64 = 150.0;
const MOST_LABEL: f64 = 120.0;

/// A box with more columns than this has its boxes on shelves.
const MOST_COLUMNS: usize = 12;
/// How much wider than high a part of the picture is where there is a choice.
const ASPECT: f64 = 1.9;

pub(super) fn plan(scene: &Scene) -> Planned {
    let texts: Vec<Vec<Text>> = scene.nodes.iter().map(texts).collect();
    let columns = columns(scene);
    let mut items = vec![Item::around(None, Size::default(), Inside::Stack, 0.0)];
    for (index, node) in scene.nodes.iter().enumerate() {
        let parent = Some(node.parent.map_or(0, |parent| parent + 1));
        let item = match node.shape {
            Shape::Lines => Item::around(parent, Size::default(), Inside::Layers, 10.0),
            Shape::Ground => Item::around(parent, Size::default(), Inside::Pack { aspect: ASPECT }, 12.0),
            Shape::Domain(depth) => {
                let inside = if columns[index] > MOST_COLUMNS {
                    Inside::Pack { aspect: ASPECT }
                } else {
                    Inside::Columns
                };
                Item::around(parent, heading(&texts[index]), inside, if depth == 0 { 11.0 } else { 9.0 })
            }
            shape => {
                let mut leaf = Item::leaf(parent, leaf_size(node, &texts[index]));
                leaf.kin = node.kin;
                leaf.first = matches!(shape, Shape::Capability | Shape::Channel);
                leaf
            }
        };
        items.push(item);
    }
    let links = scene.links.iter().map(|link| Link {
        from: link.from + 1,
        to: link.to + 1,
        class: 4 * (link.class as usize) + link.change as usize,
        label: label(&link.words),
    });
    Planned { plan: Plan { links: links.collect(), items }, texts }
}

/// How many columns of leaves there are in each box.
fn columns(scene: &Scene) -> Vec<usize> {
    let mut columns = vec![0; scene.nodes.len()];
    let mut has_leaves = vec![false; scene.nodes.len()];
    for node in scene.nodes.iter().filter(|node| !node.shape.is_box()) {
        if let Some(parent) = node.parent {
            has_leaves[parent] = true;
        }
    }
    for index in (0..scene.nodes.len()).rev() {
        columns[index] += usize::from(has_leaves[index]);
        if let Some(parent) = scene.nodes[index].parent {
            columns[parent] += columns[index];
        }
    }
    columns
}

fn texts(node: &Node) -> Vec<Text> {
    let is_bold = matches!(node.shape, Shape::Capability | Shape::Domain(_));
    let mut out = Vec::new();
    for (index, line) in node.lines.iter().enumerate() {
        let line = visible(line);
        let is_name = index == 0 && node.shape != Shape::Gate;
        let (face, size, class, height, most) = match (is_name, is_bold) {
            (true, true) => (Face::Bold, NORMAL, "head", 15.0, MOST_NAME),
            (true, false) => (Face::Regular, NORMAL, "", 15.0, MOST_NAME),
            (false, _) => (Face::Regular, SMALL, "small", 12.0, MOST_DETAIL),
        };
        for text in wrapped(&line, face, size, most, 2) {
            out.push(Text { width: width(&text, face, size).ceil().max(1.0), text, class, height });
        }
    }
    out
}

fn extent(texts: &[Text]) -> Size {
    let wide = texts.iter().map(|text| text.width).fold(0.0, f64::max);
    Size::new(wide, texts.iter().map(|text| text.height).sum())
}

fn heading(texts: &[Text]) -> Size {
    let Size { width, height } = extent(texts);
    Size::new(width + 2.0 * HEADING_LEFT, height + HEADING_TOP)
}

/// A node's size: its text, what its outline takes, and the gate below it.
fn leaf_size(node: &Node, texts: &[Text]) -> Size {
    let Size { width, height } = extent(texts);
    let margins = margins_of(node.shape);
    if node.shape == Shape::Gate {
        return Size::new(gate_width(node.gate), GATE_HEIGHT);
    }
    let wide = (width + margins.left + margins.right).max(44.0).ceil();
    let below = if node.gate.is_some() { GATE_STEM + GATE_HEIGHT } else { 0.0 };
    // Even, so that the middle is a whole number.
    let wide = if wide % 2.0 == 0.0 { wide } else { wide + 1.0 };
    Size::new(wide.max(gate_width(node.gate)), height + margins.top + margins.bottom + below)
}

pub(super) fn gate_width(gate: Option<Gate>) -> f64 {
    gate.map_or(0.0, |gate| {
        let wide = (width(&gate.label(), Face::Regular, SMALL) + 14.0).max(34.0).ceil();
        if wide % 2.0 == 0.0 { wide } else { wide + 1.0 }
    })
}

fn label(words: &[String]) -> Option<Size> {
    let wide =
        words.iter().map(|words| width(&visible(words), Face::Regular, SMALL).ceil()).fold(0.0, f64::max);
    (!words.is_empty()).then(|| Size::new(wide.min(MOST_LABEL.max(wide)), LABEL_LINE * real(words.len())))
}

/// A count as a measure.
pub(super) fn real(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
