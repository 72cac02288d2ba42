//! `briefing`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AsOfArgs, CapabilityArgs, ModelArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct BriefingArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) capabilities: CapabilityArgs,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOfArgs,
    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: BriefingFormat,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum BriefingFormat {
    /// For people
    #[default]
    Text,
    /// For wikis, tickets and pull requests
    Markdown,
    /// For programs
    Json,
}
