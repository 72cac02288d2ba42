//! A baseline as the lines that are kept beside a model.

use super::json::line;
use crate::report::Baseline;

/// A line that says what it is, then one a finding, sorted.
pub fn baseline(baseline: &Baseline) -> String {
    let header = line(&Baseline::header());
    std::iter::once(header).chain(baseline.entries().map(|entry| line(&entry))).collect()
}
