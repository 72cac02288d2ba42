//! What the TOML parser says of a text that is not TOML, in words for its author.

use std::ops::Range;

use toml::de::Error;

use crate::diag::{Code, Diagnostic, FileId, Place, Source};

/// For so many keys given twice the first place is looked for, since that reads the text once more.
const FIRST_PLACES: usize = 50;

/// What is wrong with a text. The parser goes on after an error, which finds several mistakes at once but often leads it
/// into nonsense: so each line is blamed once, and nothing after a bracket that is never closed.
pub(super) fn problems(file: FileId, source: &Source, errors: &[Error]) -> Vec<Diagnostic> {
    let mut mistakes: Vec<_> = errors.iter().map(|error| Mistake::new(source, error)).collect();
    mistakes.sort_by_key(|mistake| mistake.range.start);
    let is_lost = mistakes.iter().any(|mistake| UNCLOSED.contains(&mistake.what));
    if is_lost && let Some(first) = mistakes.iter().position(|mistake| mistake.shows_open_bracket(source)) {
        mistakes.truncate(first + 1);
    }
    mistakes.dedup_by_key(|mistake| source.line_of(mistake.range.start));
    let mut first_places = 0;
    let said = mistakes.iter().map(|mistake| {
        if mistake.what == "duplicate key" {
            first_places += 1;
            return mistake.given_twice(file, &source.text, first_places <= FIRST_PLACES);
        }
        let problem = mistake.diagnostic(file);
        if mistake.is_in_a_header(source) {
            return problem.hint("names have no spaces: write one word, as in [service.order-desk]");
        }
        let says_it = UNCLOSED.contains(&mistake.what) || mistake.what == UNFINISHED_STRING;
        if is_lost && !says_it && mistake.shows_open_bracket(source) {
            return problem.hint("is the bracket closed that was opened before?");
        }
        problem
    });
    said.collect()
}

/// The end of the text was met within one of these.
const UNCLOSED: [&str; 2] = ["unclosed array", "unclosed inline table"];

const UNFINISHED_STRING: &str = "a string has no end";

/// An error of the parser, read.
struct Mistake<'e> {
    range: Range<usize>,
    what: &'e str,
    /// Empty where the parser expected nothing in particular.
    expected: &'e str,
}

impl<'e> Mistake<'e> {
    fn new(source: &Source, error: &'e Error) -> Self {
        let range = error.span().unwrap_or(0..0);
        let (what, expected) = error.message().split_once(", expected ").unwrap_or((error.message(), ""));
        let (delimiter, from) = match (what, expected) {
            ("invalid basic string", "`\"`") => ("\"", line_start(source, range.start)),
            ("invalid literal string", "`'`") => ("'", line_start(source, range.start)),
            ("invalid multi-line basic string", "`\"`") => ("\"\"\"", 0),
            ("invalid multi-line literal string", "`'`") => ("'''", 0),
            _ => return Self { range, what, expected },
        };
        // The parser blames where it gave up. The string began at the last quote before that.
        match source.text.get(from..range.start).and_then(|before| before.rfind(delimiter)) {
            Some(at) => Self { range: from + at..range.end, what: UNFINISHED_STRING, expected },
            None => Self { range, what, expected },
        }
    }

    /// Whether it comes of a bracket that should have been closed before.
    fn shows_open_bracket(&self, source: &Source) -> bool {
        let start = self.range.start;
        let before = source.text.get(line_start(source, start)..start).unwrap_or_default().trim_start();
        UNCLOSED.contains(&self.what)
            || self.what == UNFINISHED_STRING
            || self.what.starts_with("missing ") && before.is_empty()
            // The header of a table, taken for a list.
            || self.what == "string values must be quoted" && ["[", "[["].contains(&before)
    }

    /// Whether a table's header has more words than one.
    fn is_in_a_header(&self, source: &Source) -> bool {
        let start = self.range.start;
        let line = source.text.get(line_start(source, start)..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default().trim();
        self.what == "unclosed table" && line.starts_with('[') && line.ends_with(']') && line.contains(' ')
    }

    fn diagnostic(&self, file: FileId) -> Diagnostic {
        let (what, expected) = match self.what {
            "string values must be quoted" if self.range.is_empty() => ("a value is missing", "a value here"),
            "string values must be quoted" => ("a string without quotes", "quotes around it"),
            "key with no value" => ("a key without a value", self.expected),
            "unexpected key or value" => ("more than one thing on a line", "a new line here"),
            "cannot recurse further; max recursion depth met" | "recursion limit" => {
                ("nested too deeply", "at most 80 levels")
            }
            what if what.starts_with("cannot extend") => (what, "a table"),
            what if self.expected == "nothing" => (what, "a number without this"),
            what => (what, self.expected),
        };
        let place = Place::new(file, self.range.clone());
        let problem = Diagnostic::new(Code::Syntax, place, format!("not valid TOML: {what}"));
        if expected.is_empty() { problem } else { problem.label(format!("expected {expected}")) }
    }

    fn given_twice(&self, file: FileId, text: &str, with_first_place: bool) -> Diagnostic {
        let key = text.get(self.range.clone()).unwrap_or_default();
        let place = Place::new(file, self.range.clone());
        let twice = Diagnostic::new(Code::DuplicateKey, place, format!("`{key}` is given twice"));
        let twice = twice.label("again here");
        let first = with_first_place.then(|| first_of_twice(text, key, self.range.start)).flatten();
        match first {
            Some(start) => twice.related(Place::new(file, start..start + key.len()), "first given here"),
            None => twice,
        }
    }
}

fn line_start(source: &Source, byte: usize) -> usize {
    let line = source.line_of(byte);
    source.lines(line, line).start
}

/// Where a key stood first that stands again at byte `again`. The parser does not say, so the text is searched: for a
/// table's header the first line that begins alike, for a key the last one like it under the same header.
fn first_of_twice(text: &str, key: &str, again: usize) -> Option<usize> {
    let before = text.get(..again)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let header = &before[line_start..];
    if header.trim_start().starts_with('[') {
        let header = format!("{}{key}]", header.trim_start());
        let same = before.split_inclusive('\n').scan(0, |start, line| {
            let this = *start;
            *start += line.len();
            Some((this, line))
        });
        let mut same = same.filter(|(_, line)| line.trim_start().starts_with(&header));
        return same
            .next()
            .and_then(|(start, line)| Some(start + line.find(&header)? + header.len() - key.len() - 1));
    }
    let table = before.rfind("\n[").map_or(0, |newline| newline + 1);
    let is_key = |(start, _): &(usize, &str)| {
        let line = before[table..table + start].rsplit('\n').next().unwrap_or_default();
        let is_start = line.chars().next_back().is_none_or(|c| " \t{,.".contains(c));
        let is_comment = line.contains('#');
        is_start && !is_comment && before[table + start + key.len()..].trim_start().starts_with(['=', '.'])
    };
    before[table..].rmatch_indices(key).find(is_key).map(|(start, _)| table + start)
}

#[cfg(test)]
mod tests {
    use super::first_of_twice;

    #[test]
    fn the_first_of_a_key_given_twice_is_found() {
        let first = |text: &str, key: &str| first_of_twice(text, key, text.rfind(key)?);
        assert_eq!(first("[service.web]\n[service.db]\n[service.web]\n", "web"), Some(9));
        assert_eq!(first("[a]\nx = 1\n[b]\nx = 2\nxx = 1\nx = 3\n", "x"), Some(14));
        assert_eq!(first("a = { x = 1, x = 2 }", "x"), Some(6));
        assert_eq!(first("[a]\nx = 1\n# x = 2\nx = 3\n", "x"), Some(4));
        assert_eq!(first("[a]\ny = 1\n", "y"), None);
    }
}
