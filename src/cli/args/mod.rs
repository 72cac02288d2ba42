//! What can be written on the command line: the one definition from which parsing and help are made. A command with
//! many options has a file of its own here.

mod availability;
mod backups;
mod briefing;
mod check;
mod coldstart;
mod cuts;
mod diff;
mod draw;
mod exchange;
mod limits;
pub(super) mod replay;
mod report;
mod sweep;
mod timeline;
mod tools;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::model::{Class, State};

pub(super) use availability::AvailabilityArgs;
pub(super) use backups::BackupsArgs;
pub(super) use briefing::{BriefingArgs, BriefingFormat};
pub(super) use check::{CheckArgs, CheckFormat};
pub(super) use coldstart::ColdstartArgs;
pub(super) use cuts::CutsArgs;
pub(super) use diff::{DiffArgs, DiffFormat};
pub(super) use draw::{CollapseArg, DrawArgs, Engine, Picture, ThemeArg, ViewArg};
pub(super) use exchange::{ExportArgs, ExportFormat, ImportArgs, ImportFormat, TreeArgs};
pub(super) use limits::{LimitArgs, TimeLimitArgs};
pub(super) use report::ReportArgs;
#[cfg(feature = "serve")]
pub(super) use report::ServeArgs;
pub(super) use sweep::SetsArgs;
pub(super) use timeline::{BarsArgs, TimelineArgs};
pub(super) use tools::{CompletionsArgs, FmtArgs, ManArgs, SchemaArgs};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// What your business loses when a zone, a region, a provider or anything shared fails, before it fails.
///
/// MODEL is a TOML file or a directory of TOML files; left out, the nearest `linchpin.toml` from here upward.
/// Results go to standard output, everything else to standard error.
///
/// Exit codes: 0 all holds; 1 the answer is no (`check`, and others with --deny); 2 the arguments or the model are
/// wrong, nothing was analysed; 3 a limit was hit, and what was printed says that it is incomplete.
#[derive(Debug, Parser)]
#[command(name = "linchpin", version, styles = STYLES, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) global: Global,
}

#[derive(Debug, Args)]
pub(super) struct Global {
    /// When to use colour; `NO_COLOR` is respected too
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: Color,
    /// Say only what is wrong
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Say everything: no grouping, no shortening
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
    /// Work with so many threads [default: as many as processors]
    #[arg(long, global = true, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Does every policy hold? The CI gate
    #[command(after_help = "Example: linchpin check models/storefront --as-of 2026-11-23")]
    Check(CheckArgs),
    /// Which capability survives which scenario, for how long it is out, what data is lost
    #[command(after_help = "Example: linchpin survive models/storefront --class zone --class provider")]
    Survive(SurviveArgs),
    /// What falls with REF; without it, every element ranked by its blast radius
    #[command(after_help = "Example: linchpin blast models/storefront --fail aws/us-east-1")]
    Blast(BlastArgs),
    /// Every set of N failures, however many there are: equal outcomes together, the worst first
    ///
    /// Ctrl-C ends it with what is known until then, marked as incomplete, and exit code 3. Several machines share the work with
    /// --shard, each with a result in JSON, and --merge makes one result of theirs.
    #[command(
        after_help = "Examples:\n  linchpin sweep models/storefront --failures 3 --top 5\n  linchpin sweep models/storefront --shard 1/2 --format json -o part-1.json\n  linchpin sweep models/storefront --shard 2/2 --format json -o part-2.json\n  linchpin sweep --merge part-1.json part-2.json --top 5"
    )]
    Sweep(SetsArgs),
    /// The causal chain from what failed to a capability, or the alternative that saved it
    #[command(
        after_help = "Example: linchpin explain models/storefront --capability checkout --fail aws/us-east-1/a=4h"
    )]
    Explain(ExplainArgs),
    /// What must fail together: minimal cut sets, single points of failure, margin
    ///
    /// A minimal cut set is a smallest set of elements whose failure together takes a capability below the state to be kept.
    /// JSON writes counts as text, for they may be larger than what numbers in JSON can hold.
    #[command(
        override_usage = "linchpin cuts [OPTIONS] [MODEL]\n       linchpin cuts [OPTIONS] --openpsa <FILE>\n       linchpin cuts [OPTIONS] --galileo <FILE>",
        after_help = "Examples:\n  linchpin cuts models/storefront --class zone,region,provider\n  linchpin cuts models/storefront --capability checkout --top 10\n  linchpin cuts --openpsa models/fault-trees/cooling.xml"
    )]
    Cuts(CutsArgs),
    /// How much of the time each capability works, how much of a year it does not, and what to make better first
    ///
    /// Exact, from the failure figures of the model: events are independent, and what carries no figure never fails by chance. Figures that
    /// are ranges ({ low = 0.99, high = 0.999 }) give a spread too. In JSON an event whose importance is not known has `null`, and a `null` among its measures is infinite.
    #[command(
        override_usage = "linchpin availability [OPTIONS] [MODEL]\n       linchpin availability [OPTIONS] --openpsa <FILE>\n       linchpin availability [OPTIONS] --galileo <FILE>",
        after_help = "Examples:\n  linchpin availability models/storefront --capability checkout\n  linchpin availability models/storefront --what-if aws/us-east-1=0.9999\n  linchpin availability --openpsa models/fault-trees/cooling.xml\n  linchpin availability --openpsa models/fault-trees/cooling.xml --no-importance"
    )]
    Availability(AvailabilityArgs),
    /// What a change does to survival: for a pull request
    #[command(
        override_usage = "linchpin diff [OPTIONS] <OLD> <NEW>\n       linchpin diff [OPTIONS] --base <REV> [MODEL]"
    )]
    #[command(after_help = "Example: linchpin diff models/minimal models/storefront --as-of 2026-11-23")]
    Diff(DiffArgs),
    /// Can all this be started from zero, in which order, how fast; what waits for itself
    #[command(after_help = "Example: linchpin coldstart models/storefront --fail aws/us-east-1=4h")]
    Coldstart(ColdstartArgs),
    /// Is there a valid backup of each data store, and does it work where it is needed
    #[command(after_help = "Example: linchpin backups models/storefront --as-of 2026-11-23")]
    Backups(BackupsArgs),
    /// The five questions of 21 April 2011 on one page: backups, alternatives, what goes on, customers, promises
    #[command(after_help = "Example: linchpin briefing models/storefront --format markdown -o briefing.md")]
    Briefing(BriefingArgs),
    /// Would we have survived the outages of the last fifteen years?
    ///
    /// MODEL may be a directory of models, each in a directory of its own: then what really happened to them, where they
    /// know it, is shown beside what is computed.
    #[command(
        after_help = "Examples:\n  linchpin replay models/storefront\n  linchpin replay models/storefront --outage aws-2011-04-21 -v\n  linchpin replay models/storefront --transpose --deny\n  linchpin replay models/2011-04-21"
    )]
    Replay(replay::ReplayArgs),
    /// The library of real outages, with sources
    #[command(after_help = "Example: linchpin outages aws-2011-04-21")]
    Outages(replay::OutagesArgs),
    /// The facts about providers that `catalogs` brings in, with sources
    #[command(after_help = "Example: linchpin catalog aws")]
    Catalog(replay::CatalogArgs),
    /// A diagram; with --fail, what has fallen is marked
    #[command(after_help = draw::EXAMPLES)]
    Draw(DrawArgs),
    /// One self-contained HTML page to take into a review: click a zone, watch what falls
    #[command(after_help = "Example: linchpin report models/storefront -o storefront.html")]
    Report(ReportArgs),
    /// The same page live on this machine, redrawn as the model is edited
    #[cfg(feature = "serve")]
    #[command(after_help = "Example: linchpin serve models/storefront --port 4321")]
    Serve(ServeArgs),
    /// A model from a fault tree in a format of the field
    ///
    /// Services stand for gates and basic events, a capability for each top. Of Open-PSA are understood: and, or, not, nand, nor, xor, iff,
    /// imply, atleast, cardinality, constants and house events; float, exponential, GLM, Weibull, periodic-test, parameters and
    /// arithmetic, deviates by their mean; components, files that include others beside or below them. Of Galileo: and, or, as in 2of3;
    /// prob, lambda, rate and shape. What would change a tree's meaning but is not understood is refused, as are entities.
    ///
    /// A model cannot say that a failure helps something else to work: `cuts` and `availability` ask such trees directly, with
    /// --openpsa or --galileo.
    #[command(after_help = "Example: linchpin import openpsa models/fault-trees/cooling.xml -o cooling.toml")]
    Import(ImportArgs),
    /// A model's fault trees, a top gate a capability, for other analysers
    ///
    /// Circles, standbys and tolerated outages are solved in it: what is written are gates over events, as SCRAM and others read them.
    /// Names that the format does not allow are replaced, and stand beside as labels.
    #[command(after_help = "Example: linchpin export openpsa models/minimal -o minimal.xml")]
    Export(ExportArgs),
    /// Write a commented first model
    #[command(after_help = "Example: linchpin init shop.toml")]
    Init(InitArgs),
    /// Tell more about a diagnostic's code; without one, list them all
    #[command(after_help = "Example: linchpin explain-code unknown-key")]
    ExplainCode(ExplainCodeArgs),
    /// Lay a model's files out evenly; order, comments and meaning stay
    #[command(after_help = "Example: linchpin fmt models/storefront --check")]
    Fmt(FmtArgs),
    /// The shape of a model as JSON Schema, for editors
    #[command(after_help = "Example: linchpin schema -o linchpin.schema.json")]
    Schema(SchemaArgs),
    /// A script with which a shell completes commands and options
    #[command(after_help = "Example: linchpin completions bash -o linchpin.bash")]
    Completions(CompletionsArgs),
    /// A manual page, or with --all every one
    #[command(after_help = "Example: linchpin man check -o linchpin-check.1")]
    Man(ManArgs),
    /// Write a model of a given size, for benches and for trying things out
    #[command(hide = true)]
    #[command(after_help = "Example: linchpin generate cloud 3 3 3 1000 --seed 7 -o big.toml")]
    Generate(GenerateArgs),
}

#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    /// A TOML file, or a directory of them [default: the nearest linchpin.toml from here upward]
    pub(super) model: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(super) struct CapabilityArgs {
    /// Only these capabilities: a name, a glob or tier:N; may be repeated [default: all]
    #[arg(long = "capability", value_name = "NAME")]
    pub(super) capabilities: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    /// Fail every element of this class; may be repeated [default: zone, region, provider, product, group]
    #[arg(long = "class", value_name = "CLASS", value_enum, value_delimiter = ',')]
    pub(super) classes: Vec<ClassArg>,
    /// Fail every set of N different elements of the classes at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=16))]
    pub(super) failures: u32,
}

#[derive(Debug, Args)]
pub(super) struct FailArgs {
    /// Fail this, for a DURATION or for good; may be repeated, for one scenario of all
    #[arg(long, value_name = "REF[=DURATION]")]
    pub(super) fail: Vec<String>,
    /// Look at a scenario that the model declares
    #[arg(long, value_name = "NAME")]
    pub(super) scenario: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct AsOfArgs {
    /// The day on which waivers and verified backups are judged [default: today]
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<Date>,
}

#[derive(Debug, Args)]
pub(super) struct KeptArgs {
    /// The state to be kept, where the answer depends on one, as with --deny: with `degraded` only down counts as lost
    #[arg(long, value_name = "STATE", value_enum, default_value_t)]
    pub(super) state: Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Kept {
    Up,
    #[default]
    Degraded,
}

impl From<Kept> for State {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Up => Self::Up,
            Kept::Degraded => Self::Degraded,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct DenyArgs {
    /// End with 1 if a capability falls below --state in any scenario looked at
    #[arg(long)]
    pub(super) deny: bool,
}

/// What a question about scenarios is about, and which answer will do.
#[derive(Debug, Args)]
pub(super) struct AskedArgs {
    #[command(flatten)]
    pub(super) fail: FailArgs,
    #[command(flatten)]
    pub(super) capabilities: CapabilityArgs,
    #[command(flatten)]
    pub(super) kept: KeptArgs,
    #[command(flatten)]
    pub(super) deny: DenyArgs,
    #[command(flatten)]
    pub(super) as_of: AsOfArgs,
}

#[derive(Debug, Args)]
pub(super) struct SurviveArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) sweep: SweepArgs,
    #[command(flatten)]
    pub(super) asked: AskedArgs,
    #[command(flatten)]
    pub(super) timeline: TimelineArgs,
    #[command(flatten)]
    pub(super) limit: TimeLimitArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct BlastArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) sweep: SweepArgs,
    #[command(flatten)]
    pub(super) asked: AskedArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) asked: AskedArgs,
    #[command(flatten)]
    pub(super) bars: BarsArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Where to write it; an existing file is left alone
    #[arg(default_value = "linchpin.toml")]
    pub(super) file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct ExplainCodeArgs {
    /// The code in the brackets of a diagnostic
    pub(super) code: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    #[command(subcommand)]
    pub(super) shape: ShapeArgs,
    /// Another seed, another model of the same shape
    #[arg(long, global = true, default_value_t = 1)]
    pub(super) seed: u64,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// The largest size that a generated model may have in any direction.
const MOST: i64 = 2_000_000;

#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum ShapeArgs {
    /// K-port fat tree with replicas of one service in distinct pods
    ///
    /// K³/4 servers, K²/2 edge and as many aggregation switches, K²/4 core switches. A replica needs its server, its edge switch and
    /// any path, which is an aggregation and a core switch; the capability needs any replica.
    FatTree {
        /// Ports of each switch; even
        #[arg(value_parser = clap::value_parser!(u32).range(2..=256))]
        k: u32,
        /// Replicas, at most one in each of the K pods
        #[arg(value_parser = clap::value_parser!(u32).range(1..=256))]
        replicas: u32,
    },
    /// N services in DEPTH layers, each needing FAN of the layer below
    ///
    /// Half of the services need all of these, half any of them; the capability needs any of the top.
    Layered {
        /// Services
        #[arg(value_parser = clap::value_parser!(u32).range(1..=MOST))]
        n: u32,
        /// Layers
        #[arg(value_parser = clap::value_parser!(u32).range(1..=MOST))]
        depth: u32,
        /// Needs of each service
        #[arg(value_parser = clap::value_parser!(u32).range(0..=1000))]
        fan: u32,
    },
    /// A realistic mix: products, quorums, standbys, data, groups, circles
    ///
    /// Services run in all zones of a region, some with a quorum; one of six is a data store with a standby in another region. They need
    /// up to three earlier services, the earliest most often, and products of their provider; a few need later ones too.
    Cloud {
        /// Providers
        #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
        providers: u32,
        /// Regions of each provider
        #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
        regions: u32,
        /// Zones of each region
        #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
        zones: u32,
        /// Services
        #[arg(value_parser = clap::value_parser!(u32).range(1..=MOST))]
        services: u32,
    },
    /// N services that need each other, few of them by very many
    ///
    /// Each runs in three zones and needs up to three earlier ones: two needs of three are copies of earlier needs, the third is any
    /// service. So how many need a service follows a power law with an exponent of 2.5.
    Microservices {
        /// Services
        #[arg(value_parser = clap::value_parser!(u32).range(1..=MOST))]
        n: u32,
    },
}

/// Classes as clap lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassArg(pub(super) Class);

impl ValueEnum for ClassArg {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [ClassArg; 7] = {
            let mut all = [ClassArg(Class::Zone); 7];
            let mut index = 0;
            while index < all.len() {
                all[index] = ClassArg(Class::ALL[index]);
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}
