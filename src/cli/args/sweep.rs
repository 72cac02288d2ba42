//! The arguments of `sweep`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CapabilityArgs, ClassArg, DenyArgs, KeptArgs, ModelArgs, OutputArgs, TimeLimitArgs};
use crate::analysis::Share;
use crate::model::State;

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
    /// Take only the I-th of N equal parts of the sets, such as 2/4: several machines share the work
    #[arg(long, value_name = "I/N", value_parser = share, conflicts_with_all = ["top", "only"])]
    pub(in super::super) shard: Option<Share>,
    /// Put the results of all parts together, which --format json wrote, instead of sweeping
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["model", "classes", "failures", "capabilities", "shard", "time_limit"])]
    pub(in super::super) merge: Vec<PathBuf>,
    #[command(flatten)]
    pub(in super::super) limit: TimeLimitArgs,
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

fn share(written: &str) -> Result<Share, String> {
    let numbers = written.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    let share = numbers.and_then(|(number, of)| Share::new(number, of));
    share.ok_or_else(|| "expected I/N with I from 1 to N, such as 2/4".to_owned())
}
