//! What commands that show time take.

use clap::Args;

use crate::render::Bars;

#[derive(Debug, Args)]
pub(in crate::cli) struct TimelineArgs {
    /// Show each capability over time, with the durations given: down, degraded, up
    #[arg(long)]
    pub(in crate::cli) timeline: bool,
    #[command(flatten)]
    pub(in crate::cli) bars: BarsArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct BarsArgs {
    /// Draw bars of time with plain ASCII characters
    #[arg(long)]
    pub(in crate::cli) ascii: bool,
}

impl From<&BarsArgs> for Bars {
    fn from(args: &BarsArgs) -> Self {
        if args.ascii { Self::Ascii } else { Self::Unicode }
    }
}
