//! Arguments of the commands that serve other tools: editors, shells, manuals.

use std::path::PathBuf;

use clap::Args;

use super::ModelArgs;

#[derive(Debug, Args)]
pub(in crate::cli) struct FmtArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    /// Change nothing; end with 1 and name the files whose layout would change
    #[arg(long)]
    pub(in crate::cli) check: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArgs {
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArgs {
    /// For which shell
    #[arg(value_enum)]
    pub(in crate::cli) shell: clap_complete::Shell,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ManArgs {
    /// Which command's page [default: that of linchpin itself]
    pub(in crate::cli) command: Option<String>,
    /// Write every page into this directory, which is made if need be
    #[arg(long, value_name = "DIRECTORY", conflicts_with_all = ["command", "output"])]
    pub(in crate::cli) all: Option<PathBuf>,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}
