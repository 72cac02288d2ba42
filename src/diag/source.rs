//! The texts of a model and places in them.

use std::sync::OnceLock;

use crate::library;

/// Which file of a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A byte range in one file, or nowhere: what code declares has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    file: FileId,
    start: u32,
    end: u32,
}

/// Texts that are built in are numbered from here on, so that they sort behind those of the model.
const FIRST_BUILT_IN: u32 = 0xFFFF_0000;

impl FileId {
    /// A text that is compiled into the program: no [`Sources`] need hold it.
    pub fn built_in(entry: &library::Entry) -> Self {
        let index = library::all().position(|known| known.file == entry.file).unwrap_or_default();
        Self(FIRST_BUILT_IN + u32::try_from(index).unwrap_or_default())
    }
}

/// The text that is built in under a number.
fn built_in(file: FileId) -> Option<&'static Source> {
    static READ: OnceLock<Vec<OnceLock<Source>>> = OnceLock::new();
    let index = file.0.checked_sub(FIRST_BUILT_IN)? as usize;
    let entry = library::all().nth(index)?;
    let all = READ.get_or_init(|| library::all().map(|_| OnceLock::new()).collect());
    Some(all.get(index)?.get_or_init(|| Source::new(entry.file.to_owned(), entry.text.to_owned())))
}

impl Place {
    /// No place in any text.
    pub const NOWHERE: Self = Self { file: FileId(u32::MAX), start: 0, end: 0 };

    /// The bytes `range` of `file`.
    pub fn new(file: FileId, range: std::ops::Range<usize>) -> Self {
        let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Self { file, start: at(range.start), end: at(range.end) }
    }

    /// Which file; `None` for [`Place::NOWHERE`].
    pub fn file(self) -> Option<FileId> {
        (self != Self::NOWHERE).then_some(self.file)
    }

    /// The byte range.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place as people say it. Line and column count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file as the user named it.
    pub name: String,
    /// What it holds.
    pub text: String,
    /// Where each line begins.
    line_starts: Vec<usize>,
}

impl Source {
    fn new(name: String, text: String) -> Self {
        let after_newline = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(after_newline).collect();
        Self { name, text, line_starts }
    }

    /// The line, from 0, in which a byte lies.
    pub fn line_of(&self, byte: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= byte) - 1
    }

    /// The bytes of some lines, from 0, the last one included.
    pub fn lines(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        let start = |line: usize| self.line_starts.get(line).copied().unwrap_or(self.text.len());
        start(first)..start(last + 1)
    }
}

/// All texts of one model, in the order in which they were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    files: Vec<Source>,
    is_partial: bool,
}

impl Sources {
    /// Takes in one more text.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.files.push(Source::new(name.into(), text.into()));
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// Notes that there are more texts, which could not be read: what they declare is not known.
    pub fn lack_some(&mut self) {
        self.is_partial = true;
    }

    /// Whether some text could not be read.
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// The text that `file` stands for, be it one of these or built in.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.files.get(file.0 as usize).or_else(|| built_in(file))
    }

    /// All texts with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// Line and column of the start of a place.
    pub fn position(&self, place: Place) -> Option<Position> {
        let source = self.get(place.file()?)?;
        let start = place.range().start;
        let line = source.line_of(start);
        let before = source.text.get(source.lines(line, line).start..start)?;
        Some(Position { file: source.name.clone(), line: line + 1, column: before.chars().count() + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let mut sources = Sources::default();
        let file = sources.add("m.toml", "a = 1\né = 2 # x\n");
        let at = |byte: usize| sources.position(Place::new(file, byte..byte + 1)).map(|p| (p.line, p.column));
        assert_eq!(at(0), Some((1, 1)));
        assert_eq!(at(6), Some((2, 1)));
        assert_eq!(at(8), Some((2, 2)), "é is one column, though two bytes");
        assert_eq!(sources.position(Place::NOWHERE), None);
    }
}
