//! Fault trees: how likely a combination of independent events is, which minimal sets of events bring it about, and which event
//! matters most.
//!
//! Stands beside the pipeline and knows nothing of models: a [`Tree`] has events and gates, true means failed. A
//! [`Solver`] splits it into independent modules, makes a decision diagram of each and answers from these; where diagrams would be too
//! large, the probability is summed up without. Minimal cut sets are [`Cuts`]: counted and searched without ever being
//! written out. Where a limit is hit, bounds and the smallest cut sets remain.

mod bdd;
mod bounds;
mod circuit;
mod cuts;
mod eliminate;
mod fill;
mod functions;
mod limits;
mod modules;
mod order;
mod part;
mod race;
mod simplify;
mod solved;
mod solver;
mod table;
mod tree;
mod truncated;
mod zbdd;

pub use cuts::{Cuts, Iter};
pub use functions::{Function, Functions, Stopped};
pub use limits::{Bounds, Limits};
pub use solver::Solver;
pub use tree::{Event, Gate, Node, Tree};
