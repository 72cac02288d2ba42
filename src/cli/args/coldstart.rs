//! `coldstart`.

use clap::Args;

use super::{AsOfArgs, FailArgs, KeptArgs, ModelArgs, OutputArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct ColdstartArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) fail: FailArgs,
    #[command(flatten)]
    pub(in crate::cli) kept: KeptArgs,
    /// End with 1 if something waits for itself or never starts; with --state up also if it is never undegraded
    #[arg(long)]
    pub(in crate::cli) deny: bool,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOfArgs,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
}
