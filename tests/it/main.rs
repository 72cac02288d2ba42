//! Every test that sees the crate from outside, in one binary.

mod availability;
mod bad_input;
mod baselines;
mod binary;
mod browser;
mod changes;
mod commands;
mod cutting;
mod draw;
mod engines;
mod entries;
mod examples;
mod exchange;
mod faulttree;
mod figures;
mod formats;
mod interface;
mod invalid;
mod laws;
mod layers;
mod library;
mod models;
mod naive;
mod page;
mod random;
mod readme;
mod recovery;
mod replay;
mod rows;
mod sets;
mod shapes;
mod sweeping;
mod tools;
mod trees;
mod widths;

/// Says that a test has nothing to run on here.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}
