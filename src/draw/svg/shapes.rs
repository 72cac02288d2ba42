//! Outlines: what a node looks like, and how much larger than its text it has to be for that.

use super::super::scene::{Gate, Shape};
use crate::layout::Rect;

/// Room that an outline takes beside what is written in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Margins {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

const fn margins(horizontal: f64, top: f64, bottom: f64) -> Margins {
    Margins { left: horizontal, right: horizontal, top, bottom }
}

/// Height of the upper face of a cylinder, of a folder's tab; cut corner of a note; slant of a hexagon.
const FACE: f64 = 7.0;
const TAB: f64 = 5.0;
const CORNER: f64 = 8.0;
const SLANT: f64 = 10.0;

pub(super) fn margins_of(shape: Shape) -> Margins {
    match shape {
        Shape::Capability => margins(13.0, 7.0, 7.0),
        Shape::Data => margins(10.0, FACE + 4.0, 6.0),
        Shape::Copy => margins(9.0, TAB + 4.0, 5.0),
        Shape::Group => margins(SLANT + 6.0, 5.0, 5.0),
        Shape::Facility => Margins { left: 14.0, right: 9.0, top: 5.0, bottom: 5.0 },
        Shape::Channel => Margins { left: 10.0, right: CORNER + 6.0, top: 6.0, bottom: 6.0 },
        Shape::Many => margins(11.0, 7.0, 10.0),
        Shape::Gate => margins(7.0, 9.0, 5.0),
        _ => margins(10.0, 5.0, 5.0),
    }
}

pub(super) fn class(shape: Shape) -> String {
    match shape {
        Shape::Lines | Shape::Ground => "part".to_owned(),
        Shape::Domain(depth) => format!("domain level{}", depth.min(2)),
        Shape::Capability => "capability".to_owned(),
        Shape::Service => "service".to_owned(),
        Shape::Data => "data".to_owned(),
        Shape::Standby => "standby".to_owned(),
        Shape::Copy => "copy".to_owned(),
        Shape::Logic => "logic".to_owned(),
        Shape::Channel => "channel".to_owned(),
        Shape::Place => "place".to_owned(),
        Shape::Facility => "facility".to_owned(),
        Shape::Group => "group".to_owned(),
        Shape::Many => "many".to_owned(),
        Shape::Gate => "gate".to_owned(),
    }
}

/// An outline: its shape, and lines in it.
pub(super) fn outline(shape: Shape, rect: Rect) -> String {
    let Rect { x, y, width: w, height: h } = rect;
    let (r, b) = (rect.right(), rect.bottom());
    match shape {
        Shape::Data => {
            let (rx, ry) = (w / 2.0, FACE / 2.0);
            let (top, low) = (y + ry, b - ry);
            format!(
                "<path class=\"shape\" d=\"M{x} {top}A{rx} {ry} 0 0 1 {r} {top}V{low}A{rx} {ry} 0 0 1 {x} {low}Z\"/>\
                 <path class=\"detail\" d=\"M{x} {top}A{rx} {ry} 0 0 0 {r} {top}\"/>"
            )
        }
        Shape::Copy => {
            let (tab, slope, top) = (x + w * 0.4, x + w * 0.4 + 5.0, y + TAB);
            format!("<path class=\"shape\" d=\"M{x} {y}H{tab}L{slope} {top}H{r}V{b}H{x}Z\"/>")
        }
        Shape::Group => {
            let (left, right, middle) = (x + SLANT, r - SLANT, y + h / 2.0);
            format!(
                "<path class=\"shape\" d=\"M{left} {y}H{right}L{r} {middle}L{right} {b}H{left}L{x} {middle}Z\"/>"
            )
        }
        Shape::Channel => {
            let (cut, low) = (r - CORNER, y + CORNER);
            format!(
                "<path class=\"shape\" d=\"M{x} {y}H{cut}L{r} {low}V{b}H{x}Z\"/>\
                 <path class=\"detail\" d=\"M{cut} {y}V{low}H{r}\"/>"
            )
        }
        Shape::Facility => {
            let tab = |y: f64| format!("M{} {y}h8v4h-8z", x - 3.0);
            let (one, two) = (y + h * 0.25 - 2.0, y + h * 0.75 - 2.0);
            format!("{}<path class=\"shape\" d=\"{}{}\"/>", rectangle(rect, 1.0), tab(one), tab(two))
        }
        Shape::Place => {
            let (inner, right) = (x + 3.5, r - 3.5);
            format!("{}<path class=\"detail\" d=\"M{inner} {y}V{b}M{right} {y}V{b}\"/>", rectangle(rect, 1.0))
        }
        Shape::Many => {
            // Sheets behind the first one.
            let back = |by: f64| {
                format!(
                    "<path class=\"detail\" d=\"M{} {}H{}V{}\"/>",
                    x + by + 2.0,
                    y - by,
                    r + by,
                    b - by - 2.0
                )
            };
            format!("{}{}{}", back(6.0), back(3.0), rectangle(rect, 3.0))
        }
        Shape::Domain(depth) => rectangle(rect, 9.0 - 2.0 * f64::from(depth.min(2))),
        Shape::Capability => rectangle(rect, h / 2.0),
        _ => rectangle(rect, 6.0),
    }
}

fn rectangle(rect: Rect, radius: f64) -> String {
    let Rect { x, y, width, height } = rect;
    format!(
        "<rect class=\"shape\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>"
    )
}

/// How high a gate is, and the line that it hangs from.
pub(super) const GATE_HEIGHT: f64 = 24.0;
pub(super) const GATE_STEM: f64 = 5.0;

/// A gate as fault trees have it: a dome takes all of what comes in from below, a pointed arch any, or so many of it.
pub(super) fn gate(gate: Gate, rect: Rect) -> String {
    let Rect { x, y, width: w, height: h } = rect;
    let (r, b, middle) = (rect.right(), rect.bottom(), x + w / 2.0);
    match gate {
        Gate::All => {
            let shoulder = y + h * 0.55;
            format!("<path class=\"shape\" d=\"M{x} {b}V{shoulder}C{x} {y} {r} {y} {r} {shoulder}V{b}Z\"/>")
        }
        Gate::Any | Gate::Of(..) => {
            let (shoulder, sag) = (y + h * 0.6, b - 5.0);
            format!(
                "<path class=\"shape\" d=\"M{x} {b}V{shoulder}Q{x} {} {middle} {y}Q{r} {} {r} {shoulder}V{b}Q{middle} {sag} {x} {b}Z\"/>",
                y + h * 0.25,
                y + h * 0.25,
            )
        }
    }
}
