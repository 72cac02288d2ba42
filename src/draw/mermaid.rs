//! A scene as a Mermaid flowchart, which many viewers of Markdown draw.

use super::outline::{KEY, Outline, colours, label};
use super::scene::{LinkClass, Node, Scene, Shape};
use crate::render::visible;

pub(super) fn mermaid(scene: &Scene) -> String {
    let title = scene.title.iter().map(|line| visible(line).into_owned()).collect::<Vec<_>>().join(": ");
    let mut out = format!("---\ntitle: {}\n---\nflowchart TB\n%% {KEY}\n", in_yaml(&title));
    let outline = Outline::new(scene);
    for index in &outline.top {
        node(scene, &outline, *index, 1, &mut out);
    }
    for link in &scene.links {
        let words = link.words.iter().map(|words| escaped(words)).collect::<Vec<_>>().join("<br/>");
        let words = if words.is_empty() { words } else { format!("|\"{words}\"|") };
        let line = match link.class {
            LinkClass::Needs => "-->",
            LinkClass::Wants => "-.->",
            LinkClass::Shared => "-.-",
        };
        out += &format!("  n{} {line}{words} n{}\n", link.from, link.to);
    }
    for (index, node) in scene.nodes.iter().enumerate() {
        if let Some((ground, border, width)) = colours(node) {
            out += &format!(
                "  style n{index} fill:{ground},stroke:{border},stroke-width:{width}px,color:#111827\n"
            );
        }
        if matches!(node.shape, Shape::Standby | Shape::Logic) {
            out += &format!("  style n{index} stroke-dasharray:5 3\n");
        }
    }
    out
}

fn node(scene: &Scene, outline: &Outline, index: usize, depth: usize, out: &mut String) {
    let node = &scene.nodes[index];
    let indent = "  ".repeat(depth);
    let text = label(node).iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>");
    if outline.inside[index].is_empty() {
        let (open, close) = brackets(node);
        out.push_str(&format!("{indent}n{index}{open}\"{text}\"{close}\n"));
        return;
    }
    out.push_str(&format!("{indent}subgraph n{index}[\"{text}\"]\n"));
    for inner in &outline.inside[index] {
        self::node(scene, outline, *inner, depth + 1, out);
    }
    out.push_str(&format!("{indent}end\n"));
}

fn brackets(node: &Node) -> (&'static str, &'static str) {
    match node.shape {
        Shape::Capability => ("([", "])"),
        Shape::Data => ("[(", ")]"),
        Shape::Channel => (">", "]"),
        Shape::Place => ("[[", "]]"),
        Shape::Group => ("{{", "}}"),
        Shape::Gate => ("{", "}"),
        Shape::Copy => ("[/", "/]"),
        Shape::Facility | Shape::Many => ("[", "]"),
        _ => ("(", ")"),
    }
}

/// Text in quotes: whatever Mermaid, Markdown or HTML could read as more than text is written as its number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            ' ' | '/' | '.' | ',' | ':' | '-' | '_' | '@' | '+' | '(' | ')' => out.push(c),
            c if c.is_alphanumeric() || !c.is_ascii() => out.push(c),
            c => out.push_str(&format!("#{};", u32::from(c))),
        }
    }
    out
}

/// A text in double quotes as YAML has them.
fn in_yaml(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_the_quotes() {
        assert_eq!(escaped("aws/us-east-1#rds"), "aws/us-east-1#35;rds");
        assert_eq!(escaped("x\"]; click n1 \"`**"), "x#34;#93;#59; click n1 #34;#96;#42;#42;");
        assert_eq!(escaped("<b>é</b>\n"), "#60;b#62;é#60;/b#62;#92;u#123;a#125;");
        assert_eq!(in_yaml(r#"a "b" \"#), r#""a \"b\" \\""#);
    }
}
