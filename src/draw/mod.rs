//! Pictures: a system as SVG, DOT, Mermaid or D2.
//!
//! Stands beside [`crate::render`]. What is in a picture is decided once; each format writes the same. [`svg()`] lays it out
//! itself and needs nothing installed, [`dot()`], [`mermaid()`] and [`d2()`] leave that to others; [`graphviz`] runs the `dot`
//! program on DOT.

mod d2;
mod dot;
mod graphviz;
mod mermaid;
mod options;
mod outline;
#[cfg(feature = "png")]
mod png;
mod quote;
mod scene;
mod svg;
mod text;

pub use graphviz::{Error as GraphvizError, Target, graphviz};
pub use options::{Collapse, Focus, Options, Theme, View};
#[cfg(feature = "png")]
pub use png::{Error as PngError, png};

use crate::analysis::System;
use crate::engine::Outcome;
use crate::model::Scenario;

/// A system as SVG text. With a scenario and its outcome, what failed, what is down or degraded and what is merely touched
/// are marked by class, colour, pattern and sign. The same system and options give the same bytes.
///
/// The root element has the class `lp`, to which the style sheet in it is confined. Each node is a group with the class
/// `node`, its state as one more class (`failed`, `down`, `degraded`, `touched`), and the reference that it stands for as
/// `data-ref`; an element may have several nodes. Lines have `data-from` and `data-to`. With [`Options::live`] every sign
/// is there, and the class of the group says which is seen.
///
/// ```
/// use linchpin::{analysis::System, diag::Sources, draw::{Options, svg}, model::Model};
/// let mut sources = Sources::default();
/// sources.add("m.toml", "[provider.p]\n[service.web]\nplaced = ['p']\n[capability.c]\nneeds = ['web']\n");
/// let system = System::new(Model::read(&sources, "m").map_err(|problems| problems[0].message.clone())?);
/// let picture = svg(&system, None, &Options::default());
/// assert!(picture.contains("data-ref=\"web@p\""));
/// # Ok::<(), String>(())
/// ```
pub fn svg(system: &System, failed: Option<(&Scenario, &Outcome)>, options: &Options<'_>) -> String {
    svg::svg(&scene::scene(system, failed, options), options)
}

/// A system as DOT text. States are said in colour and in words; the theme is light. The same system and options give the
/// same bytes.
pub fn dot(system: &System, failed: Option<(&Scenario, &Outcome)>, options: &Options<'_>) -> String {
    dot::dot(&scene::scene(system, failed, options))
}

/// A system as a Mermaid flowchart. States are said in colour and in words.
pub fn mermaid(system: &System, failed: Option<(&Scenario, &Outcome)>, options: &Options<'_>) -> String {
    mermaid::mermaid(&scene::scene(system, failed, options))
}

/// A system in D2's language. States are said in colour and in words.
pub fn d2(system: &System, failed: Option<(&Scenario, &Outcome)>, options: &Options<'_>) -> String {
    d2::d2(&scene::scene(system, failed, options))
}
