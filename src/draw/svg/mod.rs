//! A scene as SVG: laid out by [`crate::layout`], text measured, states as classes that a page can change.

mod legend;
mod plan;
mod shapes;
mod style;
#[cfg(test)]
mod tests;

use super::options::{Options, Theme};
use super::scene::{Change, Gate, LinkClass, Mark, Node, Scene, Shape};
use super::text::{Face, width};
use crate::layout::{Layout, Point, Rect, Stroke, arrange};
use crate::render::visible;
use plan::{Planned, Text};

/// Space around the picture.
const MARGIN: f64 = 20.0;

/// A scene as SVG text.
pub(super) fn svg(scene: &Scene, options: &Options<'_>) -> String {
    let planned = plan::plan(scene);
    let layout = arrange(&planned.plan);
    let root = layout.rects[0];
    let heading = heading(scene);
    let title_width = heading.iter().map(|line| line.width).fold(0.0, f64::max);
    let inner = root.width.max(title_width).max(360.0);
    let legend = legend::legend(scene, inner);
    let full = (inner.max(legend.width) + 2.0 * MARGIN).ceil();
    let top = MARGIN + heading.iter().map(|line| line.height).sum::<f64>() + 12.0;
    let dx = ((full - root.width) / 2.0).round();
    let legend_top = top + root.height + 16.0;
    let height = (legend_top + legend.height + MARGIN).ceil();

    let mut page = Page { text: String::new(), live: options.live };
    page.open(scene, options, full, height);
    page.heading(&heading);
    // Half a pixel further, where lines one pixel wide are sharp.
    page.push(&format!("<g transform=\"translate({} {})\">\n", dx + 0.5, top + 0.5));
    page.nodes(scene, &planned, &layout, true);
    page.lines(scene, &layout);
    page.nodes(scene, &planned, &layout, false);
    page.labels(scene, &layout);
    page.push("</g>\n");
    page.push(&format!(
        "<g class=\"legend\" transform=\"translate({} {})\">\n{}</g>\n",
        MARGIN + 0.5,
        legend_top + 0.5,
        legend.text
    ));
    page.push("</svg>\n");
    page.text
}

/// A line of the title.
struct Heading {
    text: String,
    class: &'static str,
    width: f64,
    height: f64,
}

fn heading(scene: &Scene) -> Vec<Heading> {
    let line = |(index, text): (usize, &String)| {
        let text = visible(text).into_owned();
        let (class, face, size, height) = if index == 0 {
            ("title", Face::Bold, 20.0, 26.0)
        } else {
            ("subtitle", Face::Regular, 14.0, 20.0)
        };
        Heading { width: width(&text, face, size).ceil(), text, class, height }
    };
    scene.title.iter().enumerate().map(line).collect()
}

/// The text of a picture in the making.
struct Page {
    text: String,
    live: bool,
}

impl Page {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn open(&mut self, scene: &Scene, options: &Options<'_>, width: f64, height: f64) {
        let theme = match options.theme {
            Theme::Auto => "",
            Theme::Light => " light",
            Theme::Dark => " dark",
        };
        let title = escaped(&scene.title.join(": "));
        self.push(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lp{theme}\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n\
             <style>\n{}</style>\n",
            style::sheet(options.theme, options.live)
        ));
        self.push(DEFINITIONS);
        self.push(&format!("<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n"));
    }

    fn heading(&mut self, heading: &[Heading]) {
        let mut y = MARGIN;
        for line in heading {
            y += line.height;
            let text = text(MARGIN, y - 6.0, "start", line.class, &line.text, line.width);
            self.push(&format!("{text}\n"));
        }
    }

    // ---- nodes -------------------------------------------------------------------------------------------

    /// Boxes, or all others.
    fn nodes(&mut self, scene: &Scene, planned: &Planned, layout: &Layout, boxes: bool) {
        for (index, node) in scene.nodes.iter().enumerate() {
            let is_part = matches!(node.shape, Shape::Lines | Shape::Ground);
            if node.shape.is_box() == boxes && !is_part {
                self.node(node, &planned.texts[index], layout.rects[plan::item(index)]);
            }
        }
    }

    fn node(&mut self, node: &Node, texts: &[Text], rect: Rect) {
        let mut classes = format!("node {}", shapes::class(node.shape));
        for more in [node.mark.name(), node.change.name()] {
            if !more.is_empty() {
                classes += " ";
                classes += more;
            }
        }
        let reference =
            node.element.as_ref().map(|name| format!(" data-ref=\"{}\"", escaped(name))).unwrap_or_default();
        self.push(&format!("<g class=\"{classes}\"{reference}><title>{}</title>", escaped(&node.about)));
        let (body, gate) = split(node, rect);
        match (node.shape, node.gate) {
            (Shape::Gate, Some(gate)) => self.push(&shapes::gate(gate, rect)),
            _ => self.push(&shapes::outline(node.shape, body)),
        }
        if let (Some(kind), Some(rect)) = (node.gate, gate) {
            self.gate(kind, rect, body);
        }
        self.texts(node, texts, body);
        self.share(node, body);
        self.badge(node, body);
        self.push("</g>\n");
    }

    /// The gate that hangs below a node.
    fn gate(&mut self, kind: Gate, rect: Rect, body: Rect) {
        let (middle, from) = (rect.x + rect.width / 2.0, body.bottom());
        self.push(&format!("<path class=\"detail\" d=\"M{middle} {from}V{}\"/>", rect.y + 3.0));
        self.push(&shapes::gate(kind, rect));
        let label = kind.label();
        let wide = width(&label, Face::Regular, 10.0);
        self.push(&text(middle, rect.bottom() - 7.0, "middle", "small", &label, wide.round()));
    }

    fn texts(&mut self, node: &Node, texts: &[Text], rect: Rect) {
        let margins = shapes::margins_of(node.shape);
        let is_heading = node.shape.is_box();
        let (x, anchor) = if is_heading {
            (rect.x + plan::HEADING_LEFT, "start")
        } else {
            let inside = rect.width - margins.left - margins.right;
            (rect.x + margins.left + inside / 2.0, "middle")
        };
        let mut y = rect.y + if is_heading { plan::HEADING_TOP } else { margins.top };
        // What is higher than its text has it in the middle.
        if !is_heading {
            let high: f64 = texts.iter().map(|text| text.height).sum();
            y += ((rect.height - margins.top - margins.bottom - high) / 2.0).max(0.0).round();
        }
        for line in texts {
            y += line.height;
            self.push(&text(x, y - line.descent(), anchor, line.class, &line.text, line.width));
        }
    }

    /// A bar that shows how many of many are down or degraded.
    fn share(&mut self, node: &Node, rect: Rect) {
        let Some(tally) = node.tally.filter(|tally| tally.all > 0 && tally.down + tally.degraded > 0) else {
            return;
        };
        let (x, y, wide) = (rect.x + 8.0, rect.bottom() - 8.0, rect.width - 16.0);
        let part = |n: usize| (wide * plan::real(n) / plan::real(tally.all)).ceil();
        let (down, degraded) = (part(tally.down), part(tally.degraded));
        let bar = |class: &str, x: f64, width: f64| {
            format!("<rect class=\"share {class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"4\"/>")
        };
        self.push(&bar("all", x, wide));
        self.push(&bar("degraded", x, (down + degraded).min(wide)));
        self.push(&bar("down", x, down));
    }

    /// The sign of a state, on the upper left corner.
    fn badge(&mut self, node: &Node, rect: Rect) {
        if matches!(node.shape, Shape::Gate | Shape::Lines | Shape::Ground) {
            return;
        }
        let (x, y) = (rect.x + 1.0, rect.y + if node.shape == Shape::Copy { 6.0 } else { 3.0 });
        let all = [Mark::Failed, Mark::Down, Mark::Degraded, Mark::Touched];
        let marks = all.iter().filter(|mark| self.live || **mark == node.mark).map(|mark| mark.name());
        let change = Some(node.change.name()).filter(|name| !name.is_empty());
        let signs: String = marks
            .chain(change)
            .map(|name| format!("<use class=\"badge {name}\" href=\"#lp-sign-{name}\" x=\"{x}\" y=\"{y}\"/>"))
            .collect();
        self.push(&signs);
    }

    // ---- lines -------------------------------------------------------------------------------------------

    fn lines(&mut self, scene: &Scene, layout: &Layout) {
        for stroke in &layout.strokes {
            let Some(link) = stroke.links.first().map(|link| &scene.links[*link]) else { continue };
            let mut class = match link.class {
                LinkClass::Needs => "needs",
                LinkClass::Wants => "wants",
                LinkClass::Shared => "shared",
            }
            .to_owned();
            let same_change = stroke.links.iter().all(|other| scene.links[*other].change == link.change);
            let change = if same_change { link.change } else { Change::None };
            if change != Change::None {
                class += &format!(" {}", change.name());
            }
            let name = |node: usize| scene.nodes[node].element.as_deref().map(escaped).unwrap_or_default();
            let same_start = stroke
                .links
                .iter()
                .all(|other| scene.links[*other].from == link.from)
                .then(|| name(link.from));
            let from = same_start.filter(|name| !name.is_empty());
            let from = from.map(|name| format!(" data-from=\"{name}\"")).unwrap_or_default();
            let to = Some(name(link.to)).filter(|name| !name.is_empty());
            let to = to.map(|name| format!(" data-to=\"{name}\"")).unwrap_or_default();
            let has_arrow = stroke.arrow && link.class != LinkClass::Shared;
            self.push(&format!(
                "<path class=\"line {class}\"{from}{to} d=\"{}\"/>\n",
                path(stroke, has_arrow)
            ));
            if has_arrow {
                self.push(&format!("<path class=\"arrow {class}\" d=\"{}\"/>\n", arrow(stroke)));
            }
        }
    }

    fn labels(&mut self, scene: &Scene, layout: &Layout) {
        for (link, rect) in scene.links.iter().zip(&layout.labels) {
            let Some(rect) = rect else { continue };
            let mut y = rect.y;
            for words in &link.words {
                y += plan::LABEL_LINE;
                let words = visible(words);
                let wide = width(&words, Face::Regular, plan::SMALL).ceil();
                self.push(&text(rect.x, y - 3.0, "start", "small", &words, wide));
                self.push("\n");
            }
        }
    }
}

/// The body of a node, and the gate that hangs below it.
fn split(node: &Node, rect: Rect) -> (Rect, Option<Rect>) {
    if node.gate.is_none() || node.shape == Shape::Gate {
        return (rect, None);
    }
    let body = Rect { height: rect.height - shapes::GATE_HEIGHT - shapes::GATE_STEM, ..rect };
    let wide = plan::gate_width(node.gate);
    let gate = Rect {
        x: (rect.x + (rect.width - wide) / 2.0).round(),
        y: rect.bottom() - shapes::GATE_HEIGHT,
        width: wide,
        height: shapes::GATE_HEIGHT,
    };
    (body, Some(gate))
}

/// A stroke as path data: straight where points stand above each other, else a curve that begins and ends upright.
fn path(stroke: &Stroke, has_arrow: bool) -> String {
    let mut points = stroke.points.clone();
    if has_arrow && let [.., before, last] = points.as_mut_slice() {
        // The line ends in the arrowhead, not at its tip.
        let up = if last.y >= before.y { -ARROW } else { ARROW };
        last.y += up.clamp(-(last.y - before.y).abs(), (last.y - before.y).abs());
    }
    let mut out = String::new();
    for (index, point) in points.iter().enumerate() {
        let Point { x, y } = *point;
        out += &match index.checked_sub(1).map(|before| points[before]) {
            None => format!("M{x} {y}"),
            Some(before) if (before.x - x).abs() < 0.01 => format!("V{y}"),
            Some(before) => {
                let middle = f64::midpoint(before.y, y);
                format!("C{} {middle} {x} {middle} {x} {y}", before.x)
            }
        };
    }
    out
}

/// Length of an arrowhead.
const ARROW: f64 = 6.0;

fn arrow(stroke: &Stroke) -> String {
    let [.., before, last] = stroke.points.as_slice() else { return String::new() };
    let back = if last.y >= before.y { -ARROW } else { ARROW };
    format!("M{} {}l-3 {back}h6z", last.x, last.y)
}

/// A line of text that says its width, so that a font other than the one it was measured in does not overflow.
fn text(x: f64, y: f64, anchor: &str, class: &str, text: &str, width: f64) -> String {
    let anchor = if anchor == "start" { String::new() } else { format!(" text-anchor=\"{anchor}\"") };
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!(
        "<text{class} x=\"{x}\" y=\"{y}\"{anchor} textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
        escaped(text)
    )
}

/// Text of a model as text of XML: nothing hidden, nothing that XML knows, nothing that it forbids.
fn escaped(text: &str) -> String {
    let text = visible(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    quick_xml::escape::escape(text).into_owned()
}

/// Patterns and signs of states. A sign has no colours of its own: it takes those of the `use` that shows it, because rules that
/// begin with the picture's class do not reach into what is used.
const DEFINITIONS: &str = "\
<defs>
<pattern id=\"lp-failed\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
<rect class=\"ground failed\" width=\"8\" height=\"8\"/><rect class=\"pattern failed\" width=\"4\" height=\"8\"/></pattern>
<pattern id=\"lp-down\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(-45)\">\
<rect class=\"ground down\" width=\"8\" height=\"8\"/><rect class=\"pattern down\" width=\"2.5\" height=\"8\"/></pattern>
<pattern id=\"lp-degraded\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
<rect class=\"ground degraded\" width=\"8\" height=\"8\"/><circle class=\"pattern degraded\" cx=\"2\" cy=\"2\" r=\"1.3\"/>\
<circle class=\"pattern degraded\" cx=\"6\" cy=\"6\" r=\"1.3\"/></pattern>
<g id=\"lp-sign-failed\"><path d=\"M-3.3 -8h6.6l4.7 4.7v6.6l-4.7 4.7h-6.6l-4.7 -4.7v-6.6z\"/>\
<path fill=\"none\" stroke-width=\"2.2\" d=\"M-3.2 -3.2L3.2 3.2M3.2 -3.2L-3.2 3.2\"/></g>
<g id=\"lp-sign-down\"><circle r=\"6.5\"/>\
<path fill=\"none\" stroke-width=\"1.8\" d=\"M-2.6 -2.6L2.6 2.6M2.6 -2.6L-2.6 2.6\"/></g>
<g id=\"lp-sign-degraded\"><path d=\"M0 -7.5L7.5 5.5H-7.5z\"/>\
<path fill=\"none\" stroke-width=\"1.8\" d=\"M-3 2.4c1.2 -1.8 2.2 -1.8 3 -0.6s1.8 1.2 3 -0.6\"/></g>
<g id=\"lp-sign-touched\"><circle r=\"4\"/></g>
<g id=\"lp-sign-added\"><circle r=\"6.5\"/><path fill=\"none\" stroke-width=\"1.8\" d=\"M-3.4 0H3.4M0 -3.4V3.4\"/></g>
<g id=\"lp-sign-removed\"><circle r=\"6.5\"/><path fill=\"none\" stroke-width=\"1.8\" d=\"M-3.4 0H3.4\"/></g>
</defs>
";
