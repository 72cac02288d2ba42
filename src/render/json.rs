//! JSON: the report structs as they are.

use serde::Serialize;

/// A report as JSON, ending in a line break.
///
/// # Panics
/// If something is not serialisable, which reports are: their keys are strings and their numbers finite.
pub fn json(report: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("reports are serialisable");
    text.push('\n');
    text
}
