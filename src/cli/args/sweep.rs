//! The arguments of `sweep`.

use clap::{Args, ValueEnum};

use super::{CapabilityArgs, ClassArg, DenyArgs, KeptArgs, ModelArgs, OutputArgs};
use crate::model::{State, Time};

#[derive(Debug, Args)]
pub(in super::super) struct SetsArgs {
    #[command(flatten)]
    pub(in super::super) model: ModelArgs,
    /// Fail elements of this class; may be repeated [default: zone, region, provider, product, group]
    #[arg(long = "class", value_name = "CLASS", value_enum, value_delimiter = ',')]
    pub(in super::super) classes: Vec<ClassArg>,
    /// Fail every set of N different elements of the classes at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=8))]
    pub(in super::super) failures: u32,
    #[command(flatten)]
    pub(in super::super) capabilities: CapabilityArgs,
    /// Only the N worst outcomes: by value lost, then by capabilities down and degraded
    #[arg(long, value_name = "N")]
    pub(in super::super) top: Option<usize>,
    /// Only outcomes in which the worst capability is so
    #[arg(long, value_name = "STATE", value_enum)]
    pub(in super::super) only: Option<Only>,
    /// Work with so many threads [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(in super::super) threads: Option<u16>,
    /// End after DURATION with what is known until then
    #[arg(long, value_name = "DURATION")]
    pub(in super::super) time_limit: Option<Time>,
    #[command(flatten)]
    pub(in super::super) kept: KeptArgs,
    #[command(flatten)]
    pub(in super::super) deny: DenyArgs,
    #[command(flatten)]
    pub(in super::super) output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum Only {
    Down,
    Degraded,
}

impl From<Only> for State {
    fn from(only: Only) -> Self {
        match only {
            Only::Down => Self::Down,
            Only::Degraded => Self::Degraded,
        }
    }
}
