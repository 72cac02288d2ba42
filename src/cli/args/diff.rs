//! Arguments of `diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AsOfArgs, KeptArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArgs {
    /// The old model; with --base, the model itself [default: the nearest linchpin.toml from here upward]
    #[arg(required_unless_present = "base")]
    pub(in crate::cli) old: Option<PathBuf>,
    /// The new model
    #[arg(required_unless_present = "base", conflicts_with = "base")]
    pub(in crate::cli) new: Option<PathBuf>,
    /// Compare with the model as it was at this git revision; nothing is checked out
    #[arg(long, value_name = "REV")]
    pub(in crate::cli) base: Option<String>,
    /// With --base, the revision to look at instead of the files as they are
    #[arg(long, value_name = "REV", requires = "base")]
    pub(in crate::cli) head: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) kept: KeptArgs,
    /// End with 1 if anything is worse than before
    #[arg(long)]
    pub(in crate::cli) deny: bool,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOfArgs,
    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: DiffFormat,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum DiffFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For a comment on a change
    Markdown,
}
