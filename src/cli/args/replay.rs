//! `replay`, `outages`, `catalog`.

use clap::Args;

use super::{AsOfArgs, CapabilityArgs, DenyArgs, KeptArgs, ModelArgs, OutputArgs};

#[derive(Debug, Args)]
pub(in super::super) struct ReplayArgs {
    #[command(flatten)]
    pub(in super::super) model: ModelArgs,
    /// Only this outage; may be repeated [default: all that `linchpin outages` lists, and the model's own]
    #[arg(long = "outage", value_name = "ID")]
    pub(in super::super) outages: Vec<String>,
    /// Let each outage also happen to the regions that the model uses, and to providers of the same kind
    #[arg(long)]
    pub(in super::super) transpose: bool,
    #[command(flatten)]
    pub(in super::super) capabilities: CapabilityArgs,
    #[command(flatten)]
    pub(in super::super) kept: KeptArgs,
    #[command(flatten)]
    pub(in super::super) deny: DenyArgs,
    #[command(flatten)]
    pub(in super::super) as_of: AsOfArgs,
    #[command(flatten)]
    pub(in super::super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(in super::super) struct OutagesArgs {
    /// Tell everything about this one
    pub(in super::super) id: Option<String>,
    #[command(flatten)]
    pub(in super::super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(in super::super) struct CatalogArgs {
    /// Tell everything that this one knows
    pub(in super::super) name: Option<String>,
    #[command(flatten)]
    pub(in super::super) output: OutputArgs,
}
