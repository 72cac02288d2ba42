//! Every test that sees the crate from outside, in one binary.

mod commands;
mod layers;
mod readme;
