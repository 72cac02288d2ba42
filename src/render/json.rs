//! JSON: the report structs as they are.

use serde::Serialize;

use super::escape::is_hidden;

/// A report as JSON, ending in a line break.
///
/// # Panics
/// If something is not serialisable, which reports are: their keys are strings and their numbers finite.
pub fn json(report: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("reports are serialisable");
    text.push('\n');
    escaped(text)
}

/// The same on one line, to stand inside something else.
///
/// # Panics
/// As [`json`].
pub fn json_line(report: &impl Serialize) -> String {
    escaped(serde_json::to_string(report).expect("reports are serialisable"))
}

/// Invisible characters spelt out, as JSON may: they stand in strings only.
fn escaped(text: String) -> String {
    let must_be_spelt_out = |c: char| c != '\n' && is_hidden(c);
    if !text.contains(must_be_spelt_out) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if must_be_spelt_out(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out += &format!("\\u{unit:04x}"));
        } else {
            out.push(c);
        }
    }
    out
}
