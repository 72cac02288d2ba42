//! linchpin tells what a business loses when a zone, a region, a provider or anything shared fails, before it fails.

pub mod analysis;
pub mod cli;
pub mod compile;
pub mod diag;
pub mod draw;
pub mod engine;
pub mod generate;
pub mod model;
pub mod render;
pub mod report;
pub mod topology;
