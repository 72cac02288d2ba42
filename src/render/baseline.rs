//! A baseline as the lines that are kept beside a model.

use super::json_line;
use crate::report::Baseline;

/// A line that says what it is, then one a finding, sorted.
pub fn baseline(baseline: &Baseline) -> String {
    let header = json_line(&Baseline::header());
    let lines = std::iter::once(header).chain(baseline.entries().map(|entry| json_line(&entry)));
    lines.map(|line| line + "\n").collect()
}
