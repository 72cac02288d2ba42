//! Arguments of `report` and `serve`.

use std::path::PathBuf;

use clap::Args;

use super::{AsOfArgs, ModelArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOfArgs,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

#[cfg(feature = "serve")]
#[derive(Debug, Args)]
pub(in crate::cli) struct ServeArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOfArgs,
    /// The port of this machine to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4321)]
    pub(in crate::cli) port: u16,
}
