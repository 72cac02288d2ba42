//! What shapes, lines, gates and signs mean, as far as the picture has them.

use std::collections::BTreeSet;

use super::super::scene::{Change, Gate, LinkClass, Mark, Scene, Shape};
use super::super::text::{Face, width};
use super::{plan::SMALL, shapes, text};
use crate::layout::Rect;

pub(super) struct Legend {
    pub(super) text: String,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Size of a sample, distance to its words, to the next sample, and between rows.
const SAMPLE: (f64, f64) = (26.0, 16.0);
const GAP: f64 = 6.0;
const NEXT: f64 = 18.0;
const ROW: f64 = 24.0;

pub(super) fn legend(scene: &Scene, most: f64) -> Legend {
    let mut out = Legend { text: String::new(), width: 0.0, height: 0.0 };
    let (mut x, mut y) = (0.0, 0.0);
    for (sample, words) in samples(scene) {
        let wide = width(&words, Face::Regular, SMALL).ceil();
        let all = SAMPLE.0 + GAP + wide;
        if x > 0.0 && x + all > most {
            (x, y) = (0.0, y + ROW);
        }
        let words = text(x + SAMPLE.0 + GAP, y + 12.0, "start", "small", &words, wide);
        out.text += &format!("<g transform=\"translate({x} {y})\">{sample}</g>{words}\n");
        out.width = out.width.max(x + all);
        out.height = y + ROW;
        x += all + NEXT;
    }
    out
}

fn samples(scene: &Scene) -> Vec<(String, String)> {
    let shapes: BTreeSet<Shape> = scene.nodes.iter().map(|node| node.shape).collect();
    let classes: BTreeSet<LinkClass> = scene.links.iter().map(|link| link.class).collect();
    let marks: BTreeSet<Mark> = scene.nodes.iter().map(|node| node.mark).collect();
    let changes: BTreeSet<Change> = scene.nodes.iter().map(|node| node.change).collect();
    let mut out = Vec::new();
    let mut add = |sample: String, words: &str| out.push((sample, words.to_owned()));
    for shape in shapes {
        if let Some(words) = shape_words(shape) {
            add(node(shape, ""), words);
        }
    }
    for class in classes {
        let (class, words) = match class {
            LinkClass::Needs => ("needs", "needs"),
            LinkClass::Wants => ("wants", "wants: lost, it is degraded"),
            LinkClass::Shared => ("shared", "shares the fate of"),
        };
        let head = if class == "shared" { "" } else { "<path class=\"arrow\" d=\"M26 8l-6 -3v6z\"/>" };
        add(format!("<path class=\"line {class}\" d=\"M0 8H22\"/>{head}"), words);
    }
    for (gate, words) in gates(scene) {
        let rect = Rect { x: 1.0, y: 0.0, width: 24.0, height: 17.0 };
        add(format!("<g class=\"node gate\">{}</g>", shapes::gate(gate, rect)), words);
    }
    for mark in marks.into_iter().rev().filter(|mark| *mark != Mark::None) {
        let words = match mark {
            Mark::Failed => "failed",
            Mark::Down => "down",
            Mark::Degraded => "degraded",
            _ => "works, depends on what failed",
        };
        add(node(Shape::Service, mark.name()), words);
    }
    for change in changes.into_iter().filter(|change| *change != Change::None) {
        add(node(Shape::Service, change.name()), change.name());
    }
    out.extend(
        scene.notes.iter().map(|note| (String::from("<path class=\"detail\" d=\"M9 8h8\"/>"), note.clone())),
    );
    out
}

fn node(shape: Shape, state: &str) -> String {
    let mut rect = Rect { x: 0.0, y: 0.0, width: SAMPLE.0, height: SAMPLE.1 };
    if shape == Shape::Many {
        rect = Rect { width: rect.width - 6.0, ..rect };
    }
    let sign = if state.is_empty() {
        String::new()
    } else {
        format!("<use class=\"badge {state}\" href=\"#lp-sign-{state}\" x=\"1\" y=\"2\"/>")
    };
    format!("<g class=\"node {} {state}\">{}{sign}</g>", shapes::class(shape), shapes::outline(shape, rect))
}

fn shape_words(shape: Shape) -> Option<&'static str> {
    Some(match shape {
        Shape::Lines | Shape::Ground | Shape::Domain(_) | Shape::Gate => return None,
        Shape::Capability => "capability",
        Shape::Service => "service (2 of 3: so many instances must work)",
        Shape::Data => "service that keeps data",
        Shape::Standby => "standby, and how long it takes",
        Shape::Copy => "backup, and how old at most",
        Shape::Logic => "logic without machines",
        Shape::Channel => "how customers are told",
        Shape::Place => "supplier or place",
        Shape::Facility => "product of a provider",
        Shape::Group => "shared fate",
        Shape::Many => "many, drawn as one",
    })
}

/// The gates in a picture, one of each sort.
fn gates(scene: &Scene) -> Vec<(Gate, &'static str)> {
    let has = |wanted: fn(&Gate) -> bool| scene.nodes.iter().filter_map(|node| node.gate).find(wanted);
    let all = has(|gate| matches!(gate, Gate::All)).map(|gate| (gate, "needs all of these"));
    let any = has(|gate| matches!(gate, Gate::Any)).map(|gate| (gate, "needs any of these"));
    let some = has(|gate| matches!(gate, Gate::Of(..))).map(|gate| (gate, "needs so many of these"));
    all.into_iter().chain(any).chain(some).collect()
}
