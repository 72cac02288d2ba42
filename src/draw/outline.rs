//! What all formats that are text have in common: a scene as an outline of names, with states in words.

use super::scene::{Change, Mark, Node, Scene, Shape};

/// Boxes with what is in them. The parts of the picture itself are no boxes here: others lay out for themselves.
pub(super) struct Outline {
    pub(super) top: Vec<usize>,
    pub(super) inside: Vec<Vec<usize>>,
}

impl Outline {
    pub(super) fn new(scene: &Scene) -> Self {
        let mut outline = Self { top: Vec::new(), inside: vec![Vec::new(); scene.nodes.len()] };
        for (index, node) in scene.nodes.iter().enumerate().filter(|(_, node)| !is_part(node)) {
            match box_of(scene, node) {
                Some(parent) => outline.inside[parent].push(index),
                None => outline.top.push(index),
            }
        }
        outline
    }
}

/// The box that a node lies in.
pub(super) fn box_of(scene: &Scene, node: &Node) -> Option<usize> {
    node.parent.filter(|parent| !is_part(&scene.nodes[*parent]))
}

/// Whether it is a part of the picture rather than of the system.
pub(super) fn is_part(node: &Node) -> bool {
    matches!(node.shape, Shape::Lines | Shape::Ground)
}

/// The part of the picture that a node lies in.
pub(super) fn part_of(scene: &Scene, mut index: usize) -> Option<Shape> {
    while let Some(parent) = scene.nodes[index].parent {
        index = parent;
    }
    Some(scene.nodes[index].shape).filter(|_| is_part(&scene.nodes[index]))
}

/// What is written in a node: what became of it, for those who see no colour, its lines, and its gate.
pub(super) fn label(node: &Node) -> Vec<String> {
    let mut lines = node.lines.clone();
    if let Some(first) = lines.first_mut() {
        *first = format!("{}{}{first}", state_words(node.mark), change_words(node.change));
    }
    if node.shape != Shape::Gate {
        lines.extend(node.gate.map(|gate| format!("needs {} of", gate.label().replace(" of ", " out of "))));
    } else if let Some(gate) = node.gate {
        lines = vec![gate.label()];
    }
    lines
}

fn state_words(mark: Mark) -> &'static str {
    match mark {
        Mark::None => "",
        Mark::Touched => "• ",
        Mark::Degraded => "~ degraded: ",
        Mark::Down => "✗ down: ",
        Mark::Failed => "✗ FAILED: ",
    }
}

fn change_words(change: Change) -> &'static str {
    match change {
        Change::None => "",
        Change::Added => "+ new: ",
        Change::Removed => "− gone: ",
    }
}

/// Words about lines that no legend explains.
pub(super) const KEY: &str = "solid: needs; dashed: wants; dotted: shares the fate of";

/// What a state or a change looks like: ground, border, and its width.
pub(super) fn colours(node: &Node) -> Option<(&'static str, &'static str, u8)> {
    Some(match (node.mark, node.change) {
        (Mark::Failed, _) => ("#fca5a5", "#991b1b", 3),
        (Mark::Down, _) => ("#fee2e2", "#b91c1c", 2),
        (Mark::Degraded, _) => ("#fef3c7", "#a34b06", 2),
        (Mark::Touched, _) => ("#ffffff", "#1d4ed8", 2),
        (Mark::None, Change::Added) => ("#d1fae5", "#047857", 2),
        (Mark::None, Change::Removed) => ("#f3f4f6", "#6b7280", 1),
        (Mark::None, Change::None) => return None,
    })
}
