//! JSON: the report structs as they are.

use serde::Serialize;

/// A report as JSON, ending in a line break.
pub fn json(report: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("reports have string keys and finite numbers");
    text.push('\n');
    text
}
