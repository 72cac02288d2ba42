//! Columns that line up, whatever width their characters have.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::lines::fill;
use super::styled;

/// No column is wrapped to less than this.
pub(super) const NARROWEST: usize = 24;

/// One field of a table.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), style: Style::new(), right: false }
    }

    pub(super) fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Aligned to the right, as numbers are.
    pub(super) fn right(mut self) -> Self {
        self.right = true;
        self
    }

    pub(super) fn width(&self) -> usize {
        self.text.width()
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Rows as lines, each column as wide as its widest field, two spaces between.
pub(super) fn table(rows: &[Vec<Cell>]) -> String {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let column_width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(Cell::width).max();
    let widths: Vec<usize> = (0..n_columns).map(|column| column_width(column).unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        // Padding is held back, so that no line ends in spaces.
        let mut padding = 0;
        for (cell, width) in row.iter().zip(&widths) {
            let free = width - cell.width();
            let (before, after) = if cell.right { (free, 0) } else { (0, free) };
            if cell.text.is_empty() {
                padding += width + 2;
                continue;
            }
            line += &" ".repeat(padding + before);
            line +=
                &if cell.style == Style::new() { cell.text.clone() } else { styled(cell.style, &cell.text) };
            padding = after + 2;
        }
        out += &line;
        out.push('\n');
    }
    out
}

/// A table in which the fields of one column go over as many lines as it takes to keep to a width.
pub(super) fn wrapped_table(rows: &[Vec<Cell>], wordy: usize, width: usize) -> String {
    let others: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| row.iter().enumerate().filter(|(at, _)| *at != wordy).map(|(_, cell)| cell.clone()))
        .map(Iterator::collect)
        .collect();
    let left = width.saturating_sub(table_width(&others) + 2).max(NARROWEST);
    let mut out = Vec::new();
    for row in rows {
        let Some(cell) = row.get(wordy) else {
            out.push(row.clone());
            continue;
        };
        for (number, line) in fill(cell.text.split(' '), left).into_iter().enumerate() {
            let mut cells =
                if number == 0 { row.clone() } else { row.iter().map(|_| Cell::new("")).collect() };
            cells[wordy] = Cell { text: line, ..cell.clone() };
            out.push(cells);
        }
    }
    table(&out)
}

/// A table whose rows have a name that cannot be broken. Where one does not fit, each name has a line of its own, the rest below it.
pub(super) fn named_table(rows: &[Vec<Cell>], name: usize, width: usize) -> String {
    if table_width(rows) <= width {
        return table(rows);
    }
    let mut out = String::new();
    let rest: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| {
            let rest = row.iter().enumerate().filter(|(at, _)| *at != name);
            rest.map(|(_, cell)| cell.clone()).collect()
        })
        .collect();
    let before = |row: &[Cell]| " ".repeat(row[..name].iter().map(|cell| cell.width() + 2).sum());
    for (row, line) in rows.iter().zip(table(&rest).lines()) {
        if !row[name].text.is_empty() {
            out += &format!("{}{}\n", before(row), styled(row[name].style, &row[name].text));
        }
        out += &format!("{line}\n");
    }
    out
}

/// How wide the lines of a table may become.
pub(super) fn table_width(rows: &[Vec<Cell>]) -> usize {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let column_width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(Cell::width).max();
    (0..n_columns).map(|column| column_width(column).unwrap_or(0) + 2).sum::<usize>().saturating_sub(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_do_not_end_in_spaces() {
        let rows = [
            vec!["a".into(), Cell::new("1").right()],
            vec!["漢字".into(), Cell::new("10").right(), "".into()],
        ];
        assert_eq!(table(&rows), "a      1\n漢字  10\n");
        let rows =
            [vec!["".into(), "a".into(), "1".into()], vec!["".into(), "long-name".into(), "10".into()]];
        assert_eq!(named_table(&rows, 1, 15), "  a          1\n  long-name  10\n");
        assert_eq!(named_table(&rows, 1, 12), "  a\n  1\n  long-name\n  10\n");
        let rows = [vec!["a".into(), "many words that take more than one line".into(), "b".into()]];
        let text = "a  many words that take  b\n   more than one line\n";
        assert_eq!(wrapped_table(&rows, 1, 30), text);
    }
}
