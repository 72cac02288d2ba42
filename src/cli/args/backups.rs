//! `backups`.

use clap::Args;

use super::{AsOfArgs, ModelArgs, OutputArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct BackupsArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOfArgs,
    /// End with 1 if a data store has no valid backup that works
    #[arg(long)]
    pub(in crate::cli) deny: bool,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
}
