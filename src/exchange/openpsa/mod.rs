//! The Open-PSA Model Exchange Format (version 2.0d): fault trees in XML.
//!
//! Read are fault trees and components with public and private names, gates of every logical connective, house events,
//! and basic events with figures as expressions. What would change a tree's meaning but is not understood (groups of
//! common causes, substitutions) is refused; what says nothing about fault trees (event trees, labels) is passed over.

mod figures;
mod read;
mod write;

pub use read::{Loader, read, read_text};
pub use write::{Top, write};
