//! Every test that sees the crate from outside, in one binary.

mod bad_input;
mod baselines;
mod binary;
mod commands;
mod engines;
mod examples;
mod formats;
mod invalid;
mod laws;
mod layers;
mod naive;
mod random;
mod readme;
mod recovery;
mod rows;
