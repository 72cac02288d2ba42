//! JSON: the report structs as they are.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

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

/// Writes a report as [`json`] does, without holding the text.
///
/// # Errors
/// When writing fails.
pub fn json_to(report: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    report.serialize(&mut Serializer::with_formatter(&mut *out, SpeltOut(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// Lays JSON out for people, with invisible characters spelt out.
struct SpeltOut<'i>(PrettyFormatter<'i>);

/// Passes on what the other formatter does.
macro_rules! passed_on {
    ($($method:ident($($argument:ident: $kind:ty)?))*) => {
        $(fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $kind)?) -> io::Result<()> {
            self.0.$method(out $(, $argument)?)
        })*
    };
}

impl Formatter for SpeltOut<'_> {
    passed_on! {
        begin_array() end_array() begin_array_value(first: bool) end_array_value()
        begin_object() end_object() begin_object_key(first: bool) begin_object_value() end_object_value()
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        out.write_all(escaped(fragment.to_owned()).as_bytes())
    }
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
