//! `cuts`.

use clap::Args;

use super::{CapabilityArgs, ClassArg, KeptArgs, LimitArgs, ModelArgs, OutputArgs, TreeArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct CutsArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) trees: TreeArgs,
    #[command(flatten)]
    pub(in crate::cli) capabilities: CapabilityArgs,
    #[command(flatten)]
    pub(in crate::cli) kept: KeptArgs,
    /// Only elements of this class fail; may be repeated [default: every class]
    #[arg(long = "class", value_name = "CLASS", value_enum, value_delimiter = ',', conflicts_with = "trees")]
    pub(in crate::cli) classes: Vec<ClassArg>,
    /// Only sets of at most N elements
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) order: Option<u32>,
    /// Only the N most probable sets
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(in crate::cli) top: Option<u32>,
    /// Count the sets without listing any
    #[arg(long, conflicts_with = "top")]
    pub(in crate::cli) count: bool,
    /// End with 1 if a capability has a single point of failure
    #[arg(long)]
    pub(in crate::cli) deny: bool,
    #[command(flatten)]
    pub(in crate::cli) limits: LimitArgs,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
}
