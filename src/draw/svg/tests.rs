//! Pictures of models, measured: nothing overlaps, nothing sticks out, no line crosses what it does not belong to.

use super::super::options::{Collapse, View};
use super::super::scene::scene;
use super::*;
use crate::analysis::System;
use crate::diag::Sources;
use crate::generate::{Shape as Size, generate};
use crate::layout::Inside;
use crate::model::Model;

fn storefront() -> System {
    let mut sources = Sources::default();
    for (name, text) in [
        ("places.toml", include_str!("../../../models/storefront/places.toml")),
        ("platform.toml", include_str!("../../../models/storefront/platform.toml")),
        ("policies.toml", include_str!("../../../models/storefront/policies.toml")),
        ("shop.toml", include_str!("../../../models/storefront/shop.toml")),
    ] {
        sources.add(name, text);
    }
    System::new(Model::read(&sources, "storefront").expect("the model is valid"))
}

fn cloud(services: u32, seed: u64) -> System {
    let shape = Size::Cloud { providers: 2, regions: 2, zones: 3, services };
    let mut sources = Sources::default();
    sources.add("cloud.toml", generate(shape, seed));
    System::new(Model::read(&sources, "cloud").expect("the model is valid"))
}

fn check(what: &str, system: &System, options: &Options<'_>) {
    let scene = scene(system, None, options);
    let planned = plan::plan(&scene);
    let layout = arrange(&planned.plan);
    let items = &planned.plan.items;
    let is_leaf = |item: usize| items[item].inside == Inside::Nothing;
    let around = |item: usize| std::iter::successors(items[item].parent, |item| items[*item].parent);
    for (index, item) in items.iter().enumerate() {
        let rect = layout.rects[index];
        if let Some(parent) = item.parent {
            assert!(layout.rects[parent].contains(&rect), "{what}: {index} sticks out of {parent}");
        }
        for (other, earlier) in items.iter().enumerate().take(index) {
            let apart = earlier.parent == item.parent || (is_leaf(index) && is_leaf(other));
            assert!(!(apart && rect.overlaps(&layout.rects[other])), "{what}: {index} overlaps {other}");
        }
    }
    for (index, node) in scene.nodes.iter().enumerate() {
        let (rect, _) = split(node, layout.rects[plan::item(index)]);
        let margins = shapes::margins_of(node.shape);
        let room = if node.shape.is_box() {
            rect.width - 2.0 * plan::HEADING_LEFT
        } else {
            rect.width - margins.left - margins.right
        };
        for text in &planned.texts[index] {
            assert!(text.width <= room + 0.01, "{what}: `{}` is wider than its box", text.text);
        }
    }
    let leaves: Vec<usize> = (0..items.len()).filter(|item| is_leaf(*item)).collect();
    for stroke in &layout.strokes {
        let mut own: Vec<usize> = Vec::new();
        for link in &stroke.links {
            let link = planned.plan.links[*link];
            own.extend([link.from, link.to].into_iter().flat_map(|end| around(end).chain([end])));
        }
        for point in sampled(stroke) {
            let inside = |rect: Rect| {
                rect.x + 0.5 < point.x
                    && point.x < rect.right() - 0.5
                    && rect.y + 0.5 < point.y
                    && point.y < rect.bottom() - 0.5
            };
            for leaf in &leaves {
                let crosses = !own.contains(leaf) && inside(layout.rects[*leaf]);
                assert!(!crosses, "{what}: a line crosses {leaf} at {point:?}");
            }
            for label in layout.labels.iter().flatten() {
                assert!(!inside(*label), "{what}: a line crosses a label at {point:?}");
            }
        }
    }
    for (index, label) in layout.labels.iter().enumerate() {
        let Some(label) = label else { continue };
        let hit = leaves.iter().find(|leaf| layout.rects[**leaf].overlaps(label));
        assert_eq!(hit, None, "{what}: label {index} lies on a node");
        let hit = layout.labels[..index].iter().flatten().find(|other| other.overlaps(label));
        assert_eq!(hit, None, "{what}: label {index} lies on a label");
    }
}

/// Points along a stroke, as it is drawn.
fn sampled(stroke: &Stroke) -> Vec<Point> {
    let mut out = Vec::new();
    for pair in stroke.points.windows(2) {
        let middle = f64::midpoint(pair[0].y, pair[1].y);
        for step in 0..=16 {
            let t = f64::from(step) / 16.0;
            let (first, last) = ((1.0 - t).powi(3), t.powi(3));
            let (second, third) = (3.0 * t * (1.0 - t).powi(2), 3.0 * t * t * (1.0 - t));
            let x = (first + second) * pair[0].x + (third + last) * pair[1].x;
            out.push(Point { x, y: first * pair[0].y + (second + third) * middle + last * pair[1].y });
        }
    }
    out
}

fn views(system: &System) -> Vec<Options<'static>> {
    let capabilities: Vec<_> = system.model.capabilities().map(|(id, ..)| id).take(1).collect();
    [View::System, View::Domains, View::Capability(capabilities)]
        .into_iter()
        .map(|view| Options { view, ..Options::default() })
        .collect()
}

#[test]
fn the_storefront_is_drawn_cleanly() {
    let system = storefront();
    for options in views(&system) {
        check("storefront", &system, &options);
    }
    check("capabilities", &system, &Options { view: View::Capability(Vec::new()), ..Options::default() });
    check("providers", &system, &Options { collapse: Collapse::Provider, ..Options::default() });
}

#[test]
fn generated_models_are_drawn_cleanly() {
    for seed in 1..=6 {
        for services in [5, 25, 60, 400] {
            let system = cloud(services, seed);
            for options in views(&system) {
                check(&format!("{services} services, seed {seed}, {:?}", options.view), &system, &options);
            }
        }
    }
}

#[test]
fn many_services_stay_a_picture() {
    let system = cloud(5_000, 1);
    let scene = scene(&system, None, &Options::default());
    assert!(scene.nodes.len() <= 200, "{} nodes", scene.nodes.len());
}
