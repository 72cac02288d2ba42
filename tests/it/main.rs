//! Every test that sees the crate from outside, in one binary.

mod commands;
mod engines;
mod examples;
mod layers;
mod readme;
