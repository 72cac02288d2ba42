//! A scene in D2's language.

use super::outline::{KEY, Outline, box_of, colours, label};
use super::scene::{LinkClass, Node, Scene, Shape};
use crate::render::visible;

pub(super) fn d2(scene: &Scene) -> String {
    let mut out = format!("# {KEY}\ndirection: down\n");
    out +=
        &format!("title: {} {{near: top-center; shape: text; style.font-size: 28}}\n", quoted(&scene.title));
    let outline = Outline::new(scene);
    for index in &outline.top {
        node(scene, &outline, *index, 0, &mut out);
    }
    for link in &scene.links {
        let line = if link.class == LinkClass::Shared { "--" } else { "->" };
        let words = if link.words.is_empty() { String::new() } else { format!(": {}", quoted(&link.words)) };
        let style = match link.class {
            LinkClass::Needs => "",
            LinkClass::Wants => " {style.stroke-dash: 4}",
            LinkClass::Shared => " {style.stroke-dash: 2}",
        };
        out += &format!("{} {line} {}{words}{style}\n", path(scene, link.from), path(scene, link.to));
    }
    out
}

fn node(scene: &Scene, outline: &Outline, index: usize, depth: usize, out: &mut String) {
    let node = &scene.nodes[index];
    let indent = "  ".repeat(depth);
    out.push_str(&format!("{indent}n{index}: {} {{\n", quoted(&label(node))));
    for line in look(node) {
        out.push_str(&format!("{indent}  {line}\n"));
    }
    for inner in &outline.inside[index] {
        self::node(scene, outline, *inner, depth + 1, out);
    }
    out.push_str(&format!("{indent}}}\n"));
}

fn look(node: &Node) -> Vec<String> {
    let mut lines = Vec::new();
    match node.shape {
        Shape::Capability => lines.push("shape: oval".to_owned()),
        Shape::Data => lines.push("shape: cylinder".to_owned()),
        Shape::Copy => lines.push("shape: stored_data".to_owned()),
        Shape::Channel => lines.push("shape: page".to_owned()),
        Shape::Facility => lines.push("shape: package".to_owned()),
        Shape::Group => lines.push("shape: hexagon".to_owned()),
        Shape::Gate => lines.push("shape: diamond".to_owned()),
        Shape::Many => lines.push("style.multiple: true".to_owned()),
        Shape::Standby | Shape::Logic => lines.push("style.stroke-dash: 4".to_owned()),
        Shape::Service => lines.push("style.border-radius: 6".to_owned()),
        Shape::Place | Shape::Domain(_) | Shape::Lines | Shape::Ground => {}
    }
    if let Some((ground, border, width)) = colours(node) {
        lines.push(format!("style.fill: \"{ground}\""));
        lines.push(format!("style.stroke: \"{border}\""));
        lines.push(format!("style.stroke-width: {width}"));
    }
    lines
}

/// A node by the boxes that it lies in.
fn path(scene: &Scene, index: usize) -> String {
    let mut names = vec![format!("n{index}")];
    let mut at = index;
    while let Some(parent) = box_of(scene, &scene.nodes[at]) {
        names.push(format!("n{parent}"));
        at = parent;
    }
    names.reverse();
    names.join(".")
}

/// Lines in double quotes. A dollar sign would begin a substitution.
fn quoted(lines: &[String]) -> String {
    let escaped =
        |line: &String| visible(line).replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("\"{}\"", lines.iter().map(escaped).collect::<Vec<_>>().join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_the_quotes() {
        assert_eq!(quoted(&["x\" }".to_owned(), "${y} \\".to_owned()]), r#""x\" }\n\${y} \\""#);
    }
}
