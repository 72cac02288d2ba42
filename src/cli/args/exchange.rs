//! `import`, `export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CapabilityArgs, KeptArgs, ModelArgs};
use crate::exchange::MISSION_HOURS;

/// Formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ImportFormat {
    /// Fault trees of the Open-PSA Model Exchange Format, in XML
    Openpsa,
    /// Static fault trees of the Galileo text format
    Galileo,
}

/// Formats that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// A fault tree a capability, in the Open-PSA Model Exchange Format
    Openpsa,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// What the files are
    pub(in crate::cli) format: ImportFormat,
    /// The files; several are read as one
    #[arg(required = true, value_name = "FILE", group = "trees")]
    pub(in crate::cli) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) mission: MissionArgs,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// Fault trees to ask instead of a model.
#[derive(Debug, Args)]
pub(in crate::cli) struct TreeArgs {
    /// Take fault trees from Open-PSA files instead of a model; may be repeated
    #[arg(long, value_name = "FILE", group = "trees", conflicts_with_all = ["model", "capabilities", "state"])]
    openpsa: Vec<PathBuf>,
    /// Take a fault tree from a Galileo file instead of a model; several are read as one
    #[arg(long, value_name = "FILE", group = "trees", conflicts_with_all = ["model", "capabilities", "state"])]
    galileo: Vec<PathBuf>,
    #[command(flatten)]
    mission: MissionArgs,
}

impl TreeArgs {
    /// The files, what they are, and the time in which what they hold may fail; `None` where none is named.
    pub(in crate::cli) fn asked(&self) -> Option<(ImportFormat, &[PathBuf], f64)> {
        let files = [(ImportFormat::Openpsa, &self.openpsa[..]), (ImportFormat::Galileo, &self.galileo[..])];
        let (format, files) = files.into_iter().find(|(_, files)| !files.is_empty())?;
        Some((format, files, self.mission.mission_time))
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MissionArgs {
    /// The time over which failure rates of fault trees become probabilities, in the unit of the rates
    #[arg(long, value_name = "HOURS", default_value_t = MISSION_HOURS, value_parser = mission_time, requires = "trees")]
    pub(in crate::cli) mission_time: f64,
}

fn mission_time(written: &str) -> Result<f64, String> {
    match written.parse::<f64>() {
        Ok(hours) if hours.is_finite() && hours >= 0.0 => Ok(hours),
        _ => Err("expected a number of 0 or more".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// What to write
    pub(in crate::cli) format: ExportFormat,
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) capabilities: CapabilityArgs,
    #[command(flatten)]
    pub(in crate::cli) kept: KeptArgs,
    /// Write to FILE, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}
