//! Lists and sentences over several lines.

use unicode_width::UnicodeWidthStr;

use super::{Detail, Style, styled};
use crate::model::Time;

/// Words over lines of at most a width, as many on each as fit.
pub(super) fn fill<'w>(words: impl IntoIterator<Item = &'w str>, width: usize) -> Vec<String> {
    fill_with(words, " ", width)
}

/// The same with something else between two words than a space.
pub(super) fn fill_with<'w>(
    words: impl IntoIterator<Item = &'w str>,
    between: &str,
    width: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // How wide the last line is.
    let mut filled = 0;
    for word in words {
        let longer = between.width() + word.width();
        match lines.last_mut() {
            Some(line) if filled + longer <= width => {
                line.push_str(between);
                line.push_str(word);
                filled += longer;
            }
            _ => {
                lines.push(word.to_owned());
                filled = word.width();
            }
        }
    }
    lines
}

/// A sentence, wrapped and indented: what goes in front of its first line stands above the rest as spaces.
pub(super) fn paragraph(first: &str, text: &str, width: usize) -> String {
    hung(first, first.width(), text, width)
}

/// One of several entries of a list: its further lines stand a little to the right of its first, so that the next one can be told
/// from them.
pub(super) fn entry(first: &str, text: &str, width: usize) -> String {
    hung(first, first.width() + 2, text, width)
}

/// A sentence, wrapped: what goes in front of its first line, and how far the others are indented.
fn hung(first: &str, indent: usize, text: &str, width: usize) -> String {
    let mut out = String::new();
    for (index, line) in fill(text.split(' '), width.saturating_sub(indent).max(20)).iter().enumerate() {
        if index == 0 {
            out += first;
        } else {
            out += &" ".repeat(indent);
        }
        out += line;
        out.push('\n');
    }
    out
}

/// A sentence, wrapped, all but its first line indented.
pub(super) fn sentence(text: &str, width: usize) -> String {
    fill(text.split(' '), width.saturating_sub(2).max(20)).join("\n  ") + "\n"
}

/// A word in a style and a text behind it, whose further lines stand below its first.
pub(super) fn hanging(indent: &str, style: Style, word: &str, text: &str, width: usize) -> String {
    let first = format!("{indent}{word} ");
    let plain = paragraph(&first, text, width);
    format!("{indent}{} {}", styled(style, word), &plain[first.len()..])
}

/// Names with commas between, as one text; very many are counted instead, unless everything is wanted.
pub(crate) fn listed(names: &[impl AsRef<str>], most: usize, detail: Detail) -> String {
    let shown = if detail == Detail::Verbose || names.len() <= most + 1 { names.len() } else { most };
    let mut text = names[..shown].iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if shown < names.len() {
        text += &format!(" and {} more", names.len() - shown);
    }
    text
}

/// Names of which the first are kept and all are counted.
#[derive(Debug)]
pub(super) struct Names {
    most: usize,
    kept: Vec<String>,
    n: u64,
}

impl Names {
    /// Keeps so many, or all where everything is wanted.
    pub(super) fn up_to(most: usize, detail: Detail) -> Self {
        let most = if detail == Detail::Verbose { usize::MAX } else { most };
        Self { most, kept: Vec::new(), n: 0 }
    }

    pub(super) fn add(&mut self, name: String) {
        self.n += 1;
        if self.kept.len() < self.most {
            self.kept.push(name);
        }
    }

    /// The first.
    pub(super) fn kept(&self) -> &[String] {
        &self.kept
    }

    /// How many there are.
    pub(super) fn n(&self) -> u64 {
        self.n
    }

    /// As [`listed`] lists all of them, where one more than `most` are kept.
    pub(super) fn listed(&self, most: usize) -> String {
        if self.n == self.kept.len() as u64 {
            return self.kept.join(", ");
        }
        let shown = self.kept.len().min(most);
        format!("{} and {} more", self.kept[..shown].join(", "), self.n - shown as u64)
    }
}

/// What fails, and for how long where that is said: `a fails for 4h, b fails`.
pub(super) fn failing(failed: &[String], lasts: &[Time]) -> String {
    let lasts = |index: usize| lasts.get(index).copied().filter(|lasts| lasts.is_finite());
    let failed = failed.iter().enumerate().map(|(index, name)| match lasts(index) {
        Some(lasts) => format!("{name} fails for {lasts}"),
        None => format!("{name} fails"),
    });
    failed.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_full_as_they_can_be() {
        assert_eq!(fill(["ab", "cd", "ef"], 5), ["ab cd", "ef"]);
        assert_eq!(paragraph("- ", "one two three four five six", 22), "- one two three four\n  five six\n");
        assert_eq!(entry("- ", "one two three four five six", 22), "- one two three four\n    five six\n");
        assert_eq!(listed(&["a", "b", "c", "d"], 2, Detail::Normal), "a, b and 2 more");
        assert_eq!(listed(&["a", "b", "c"], 2, Detail::Normal), "a, b, c");
    }
}
