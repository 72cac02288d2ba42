//! Arguments of `check`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::{AsOfArgs, CapabilityArgs, KeptArgs, ModelArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) capabilities: CapabilityArgs,
    #[command(flatten)]
    pub(in crate::cli) kept: KeptArgs,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOfArgs,
    /// Findings that FILE holds are known: only new ones and worse ones fail
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Write what is denied now to FILE; with --baseline, only what of it is still found
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) write_baseline: Option<PathBuf>,
    /// Check again whenever a file of the model is saved, until interrupted
    #[cfg(feature = "watch")]
    #[arg(long, conflicts_with = "write_baseline")]
    pub(in crate::cli) watch: bool,
    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: CheckFormat,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Write the same result in another format to FILE as well; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(in crate::cli) also: Vec<Also>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    #[value(help = "JUnit XML: a case a capability and scenario")]
    Junit,
    /// Workflow commands: annotations of a GitHub run
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// For a comment on a change
    Markdown,
}

/// One more format, and where to.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Also {
    pub(in crate::cli) format: CheckFormat,
    pub(in crate::cli) file: PathBuf,
}

impl FromStr for Also {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || {
            let names = CheckFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            names.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
        };
        let (format, file) =
            text.split_once('=').ok_or("expected FORMAT=FILE, such as sarif=linchpin.sarif")?;
        let format = CheckFormat::from_str(format, false)
            .map_err(|_| format!("`{format}` is no format: expected one of {}", known()))?;
        if file.is_empty() {
            return Err("expected a file after `=`".to_owned());
        }
        Ok(Self { format, file: file.into() })
    }
}
