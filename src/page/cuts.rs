//! Cut sets: what takes a capability away only together, the sets of the same shape on one line.

use maud::{Markup, html};

use super::sections::fail_button;
use crate::render::shapes::shape_in_words;
use crate::render::{Detail, visible};
use crate::report::{CapabilityCutsReport, CutsReport, ShapeReport};

/// So many shapes of a capability are told.
const MOST: usize = 12;

/// `None`: the model is too entangled for a fault tree.
pub(super) fn cuts(report: Option<&CutsReport<'_>>) -> Markup {
    html! {
        h2 #cuts { "What falls only with two at once" }
        @match report {
            None => p { "The model's circles are too entangled for its cut sets to be found." },
            Some(report) => {
                p.dim {
                    "Two zones, regions, providers, products, groups or services that take a capability away together, and neither "
                    "of them alone. The margin is how many have to fail at least. " code { "linchpin cuts" } " tells larger sets, and instances."
                }
                div.scroll { table {
                    thead { tr { th { "capability" } th.number { "margin" } th.number { "pairs" } th { "which" } } }
                    tbody { @for (name, of) in &report.capabilities { (row(name, of)) } }
                } }
            }
        }
    }
}

fn row(name: &str, of: &CapabilityCutsReport<'_>) -> Markup {
    let pairs: Vec<&ShapeReport> = of.shapes.iter().filter(|shape| events(shape) == 2).collect();
    let example = |shape: &ShapeReport| -> Vec<String> {
        shape.parts.iter().flat_map(|part| part.members.iter().take(part.choose).cloned()).collect()
    };
    html! { tr {
        th scope="row" { (visible(name)) }
        td.number { @match (of.margin, of.sets.cuts.complete_to()) {
            (Some(margin), _) => (margin),
            (None, Some(order)) => { "more than " (order) },
            (None, None) => "none",
        } }
        td.number { (of.by_order.get(2).map_or("0", String::as_str)) }
        td { ul.plain {
            @for shape in pairs.iter().take(MOST) { li {
                (visible(&shape_in_words(shape, Detail::Normal))) " " (fail_button(&example(shape), &[]))
            } }
            @if pairs.len() > MOST { li.dim { (pairs.len() - MOST) " more shapes" } }
            @if !of.sets.cuts.is_complete() { li.dim {
                "A limit was hit: all of up to " (of.sets.cuts.complete_to().unwrap_or_default()) " are known."
            } }
        } }
    } }
}

/// How many events a set of this shape has.
fn events(shape: &ShapeReport) -> usize {
    shape.parts.iter().map(|part| part.choose).sum()
}
