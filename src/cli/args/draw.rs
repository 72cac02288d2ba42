//! Arguments of `draw`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CapabilityArgs, FailArgs, ModelArgs};

pub(super) const EXAMPLES: &str = "\
Example: linchpin draw models/storefront --fail aws/us-east-1 -o storefront.svg
Example: linchpin draw models/storefront --view capability --capability checkout -o checkout.svg
Example: linchpin draw models/storefront --focus orders-db --depth 1 --format mermaid";

#[derive(Debug, Args)]
pub(in super::super) struct DrawArgs {
    #[command(flatten)]
    pub(in super::super) model: ModelArgs,
    /// What the picture is of
    #[arg(long, value_enum, default_value_t)]
    pub(in super::super) view: ViewArg,
    #[command(flatten)]
    pub(in super::super) capabilities: CapabilityArgs,
    #[command(flatten)]
    pub(in super::super) fail: FailArgs,
    /// Mark what is new or gone since OLD, another version of the model
    #[arg(long, value_name = "OLD", conflicts_with_all = ["fail", "scenario"])]
    pub(in super::super) diff: Option<PathBuf>,
    /// Draw only what is near REF
    #[arg(long, value_name = "REF")]
    pub(in super::super) focus: Option<String>,
    /// How many needs away from --focus, or below the capability of --view capability [default: 2; all]
    #[arg(long, value_name = "N")]
    pub(in super::super) depth: Option<usize>,
    /// Draw services at home in one place as one node
    #[arg(long, value_enum, default_value_t)]
    pub(in super::super) collapse: CollapseArg,
    /// How to write it [default: by the ending of FILE, else svg]
    #[arg(long, value_enum)]
    pub(in super::super) format: Option<Picture>,
    /// Who lays out SVG and PNG
    #[arg(long, value_enum, default_value_t)]
    pub(in super::super) engine: Engine,
    /// Light or dark
    #[arg(long, value_enum, default_value_t)]
    pub(in super::super) theme: ThemeArg,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in super::super) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in super::super) enum ViewArg {
    /// What the business does, what that depends on, where it all runs
    #[default]
    System,
    /// What capabilities stand on, as a tree of needs with gates
    Capability,
    /// Places only, with what stands on them and the value at stake
    Domains,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in super::super) enum CollapseArg {
    /// Where the picture would have more than about 150 nodes
    #[default]
    Auto,
    /// Never
    Never,
    /// By region
    Region,
    /// By provider
    Provider,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum Picture {
    /// Scalable, for documents and pages
    Svg,
    /// Pixels
    Png,
    /// Graphviz' language
    Dot,
    /// A Mermaid flowchart, for Markdown
    Mermaid,
    /// D2's language
    D2,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in super::super) enum Engine {
    /// linchpin itself
    #[default]
    Own,
    /// An installed Graphviz
    Graphviz,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in super::super) enum ThemeArg {
    /// As whoever looks at it prefers
    #[default]
    Auto,
    /// Light
    Light,
    /// Dark
    Dark,
}
