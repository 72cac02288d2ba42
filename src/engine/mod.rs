//! Engines: from compiled conditions and a scenario to times.
//!
//! Comes after [`crate::compile`]. [`Reference`] follows the semantics line by line and is the oracle of every test;
//! any faster engine has to agree with it.

mod circuit;
mod cold;
mod fast;
mod lanes;
mod losses;
mod outcome;
mod planes;
mod reference;
mod sweep;

pub use circuit::{Ask, Circuit, From, alike_together};
pub use cold::ColdStart;
pub use fast::{Fast, Worker};
pub use lanes::{LANES, Lanes, Tally};
pub use outcome::{Outcome, Run};
pub use planes::Planes;
pub use reference::Reference;
pub use sweep::{Block, Sweep};
