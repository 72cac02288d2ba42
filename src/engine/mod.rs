//! Engines: from compiled conditions and a scenario to times.
//!
//! Comes after [`crate::compile`]. [`Reference`] follows the semantics line by line and is the oracle of every test;
//! any faster engine has to agree with it.

mod cold;
mod fast;
mod outcome;
mod reference;

pub use cold::ColdStart;
pub use fast::{Fast, Worker};
pub use outcome::{Outcome, Run};
pub use reference::Reference;
