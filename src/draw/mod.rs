//! Pictures: a system as DOT, and as SVG or PNG where Graphviz is installed.
//!
//! Stands beside [`crate::render`]. [`dot()`] is text made from the model and, if something fails, from its outcome;
//! [`graphviz`] runs the `dot` program on it.

mod dot;
mod graphviz;
mod quote;

pub use dot::dot;
pub use graphviz::{Error as GraphvizError, Target, graphviz};
