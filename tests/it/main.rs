//! Every test that sees the crate from outside, in one binary.

mod bad_input;
mod commands;
mod draw;
mod engines;
mod examples;
mod invalid;
mod laws;
mod layers;
mod naive;
mod random;
mod readme;
mod recovery;
mod rows;
