//! `availability`.

use clap::Args;

use super::{CapabilityArgs, KeptArgs, LimitArgs, ModelArgs, OutputArgs, TreeArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct AvailabilityArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) trees: TreeArgs,
    #[command(flatten)]
    pub(in crate::cli) capabilities: CapabilityArgs,
    #[command(flatten)]
    pub(in crate::cli) kept: KeptArgs,
    /// Suppose that REF had another availability; may be repeated
    #[arg(long, value_name = "REF=AVAILABILITY", value_parser = supposed)]
    pub(in crate::cli) what_if: Vec<(String, f64)>,
    /// Tell only how probable it is, not what to make better first, nor outages a year: quicker for hard trees
    #[arg(long)]
    pub(in crate::cli) no_importance: bool,
    /// Where figures are ranges, draw so many samples of them; 0: none
    #[arg(long, value_name = "N", default_value_t = 2000, conflicts_with = "trees", value_parser = clap::value_parser!(u32).range(..=10_000_000))]
    pub(in crate::cli) samples: u32,
    /// Another seed draws other samples, the same one the same
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "trees")]
    pub(in crate::cli) seed: u64,
    /// End with 1 if a promise (`sla`) or a policy's availability is missed
    #[arg(long)]
    pub(in crate::cli) deny: bool,
    #[command(flatten)]
    pub(in crate::cli) limits: LimitArgs,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
}

fn supposed(written: &str) -> Result<(String, f64), String> {
    let (name, works) = written.rsplit_once('=').ok_or("expected REF=AVAILABILITY, such as aws=0.9999")?;
    let works: f64 = works.trim().parse().map_err(|_| format!("`{works}` is not a number"))?;
    if !(0.0..=1.0).contains(&works) {
        return Err(format!("{works} is not an availability: expected a number from 0 to 1"));
    }
    Ok((name.trim().to_owned(), works))
}
