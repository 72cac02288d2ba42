//! One layout for every model: spaces, blank lines and line breaks, without touching order, comments or meaning.
//!
//! What people decided stays: the order of tables and keys, every comment, how strings are quoted, how numbers are
//! written, and whether a list stands on one line or on several.

use toml_edit::{Array, Decor, DocumentMut, InlineTable, Item, KeyMut, RawString, Table, TomlError, Value};

/// A text in the layout that every model has.
///
/// ```
/// use linchpin::model::tidy;
/// let text = "# front\n[service.web]\nplaced=['a',\"b\"]\n\n\n\n[service.db]\nneeds = [ {any=['x' , 'y']} ]";
/// assert_eq!(
///     tidy(text)?,
///     "# front\n[service.web]\nplaced = ['a', \"b\"]\n\n[service.db]\nneeds = [{ any = ['x', 'y'] }]\n"
/// );
/// # Ok::<(), toml_edit::TomlError>(())
/// ```
///
/// # Errors
/// If the text is no TOML.
pub fn tidy(text: &str) -> Result<String, TomlError> {
    let text = text.replace("\r\n", "\n");
    let mut document: DocumentMut = text.parse()?;
    table(document.as_table_mut(), true);
    let trailing = comments(raw(document.trailing()));
    document.set_trailing(trailing);
    let mut out = document.to_string().trim_start_matches('\n').trim_end().to_owned();
    if !out.is_empty() {
        out.push('\n');
    }
    Ok(out)
}

fn raw(raw: &RawString) -> &str {
    raw.as_str().unwrap_or_default()
}

/// Comments and blank lines in front of something: each comment without what stands around it, one blank line at most.
fn comments(raw: &str) -> String {
    let mut out = String::new();
    let mut blank = false;
    let mut lines = raw.split('\n').collect::<Vec<_>>();
    // What follows the last line break belongs to the line of the thing itself.
    lines.pop();
    for line in lines {
        let line = line.trim();
        if line.is_empty() {
            blank = true;
        } else {
            if std::mem::take(&mut blank) {
                out.push('\n');
            }
            out += &spaced(line);
            out.push('\n');
        }
    }
    if blank {
        out.push('\n');
    }
    out
}

/// `#x` becomes `# x`; rulers, empty comments and directives to tools stay as they are.
fn spaced(comment: &str) -> String {
    let trimmed = comment.trim_end();
    let rest = trimmed.trim_start_matches('#');
    let is_text = rest.starts_with(|c: char| c.is_alphanumeric());
    let hashes = &trimmed[..trimmed.len() - rest.len()];
    if is_text { format!("{hashes} {rest}") } else { trimmed.to_owned() }
}

/// What stands behind something on its line: nothing, or a comment a little apart. Where it was set apart with several
/// spaces, as a column of comments is, that stays.
fn behind(raw: &str) -> String {
    let comment = raw.trim();
    if comment.is_empty() {
        return String::new();
    }
    let before = &raw[..raw.len() - raw.trim_start().len()];
    let gap = if before.len() > 1 && before.bytes().all(|byte| byte == b' ') { before } else { " " };
    format!("{gap}{}", spaced(comment))
}

fn prefix(decor: &Decor) -> String {
    decor.prefix().map(raw).unwrap_or_default().to_owned()
}

fn suffix(decor: &Decor) -> String {
    decor.suffix().map(raw).unwrap_or_default().to_owned()
}

fn table(table: &mut Table, is_root: bool) {
    if !is_root {
        let decor = table.decor_mut();
        let (before, after) = (comments(&prefix(decor)), behind(&suffix(decor)));
        *decor = Decor::new(before, after);
    }
    for (key, item) in table.iter_mut() {
        match item {
            Item::Value(value) => {
                key_and_value(key, value);
            }
            Item::Table(inner) => self::table(inner, false),
            Item::ArrayOfTables(tables) => tables.iter_mut().for_each(|inner| self::table(inner, false)),
            Item::None => {}
        }
    }
}

fn key_and_value(mut key: KeyMut<'_>, value: &mut Value) {
    let before = comments(&prefix(key.leaf_decor()));
    *key.leaf_decor_mut() = Decor::new(before, " ");
    let after = behind(&suffix(value.decor()));
    self::value(value, 0);
    *value.decor_mut() = Decor::new(" ", after);
}

/// Lays out what is inside of a value.
fn value(value: &mut Value, depth: usize) {
    match value {
        Value::Array(list) => array(list, depth),
        Value::InlineTable(table) => inline_table(table, depth),
        _ => {}
    }
}

const INDENT: &str = "    ";

/// A list on one line stays on one; one on several has an entry a line and a comma after each.
fn array(list: &mut Array, depth: usize) {
    let has_break = |text: &str| text.contains('\n');
    let is_broken = has_break(raw(list.trailing()))
        || list.iter().any(|value| has_break(&prefix(value.decor())) || has_break(&suffix(value.decor())));
    if !is_broken {
        for (index, entry) in list.iter_mut().enumerate() {
            value(entry, depth);
            *entry.decor_mut() = Decor::new(if index == 0 { "" } else { " " }, "");
        }
        list.set_trailing("");
        list.set_trailing_comma(false);
        return;
    }
    // A comment behind an entry's comma stands in front of the next one, on the same line still.
    let inner = INDENT.repeat(depth + 1);
    let mut carried = String::new();
    for entry in list.iter_mut() {
        value(entry, depth + 1);
        let before = std::mem::take(&mut carried) + &prefix(entry.decor());
        // A comment between an entry and its comma would swallow the comma if it stayed there.
        let own = suffix(entry.decor());
        if own.contains('#') {
            carried = format!("{own}\n");
        }
        *entry.decor_mut() = Decor::new(broken(&before, &inner), "");
    }
    let trailing = broken(&(carried + raw(list.trailing())), &inner);
    let trailing = trailing[..trailing.len() - inner.len()].to_owned() + &INDENT.repeat(depth);
    list.set_trailing(trailing);
    list.set_trailing_comma(!list.is_empty());
}

/// What stands between two entries of a list on several lines: comments, and then a new line for the next entry.
fn broken(text: &str, indent: &str) -> String {
    let (same_line, others) = text.split_once('\n').unwrap_or((text, ""));
    let mut out = behind(same_line);
    for comment in others.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
        out += &format!("\n{indent}{}", spaced(comment));
    }
    out + "\n" + indent
}

fn inline_table(table: &mut InlineTable, depth: usize) {
    // TOML 1.1 allows line breaks and comments in here; who uses them wants to see them.
    let last = table.len();
    let has_break = table.iter().any(|(key, value)| {
        let of_key = table.key(key).map(|key| prefix(key.leaf_decor()) + &suffix(key.leaf_decor()));
        let around = of_key.unwrap_or_default() + &prefix(value.decor()) + &suffix(value.decor());
        around.contains(['\n', '#'])
    }) || raw(table.trailing()).contains(['\n', '#']);
    for (index, (mut key, entry)) in table.iter_mut().enumerate() {
        value(entry, depth);
        if has_break {
            continue;
        }
        *key.leaf_decor_mut() = Decor::new(" ", " ");
        *entry.decor_mut() = Decor::new(" ", if index + 1 == last { " " } else { "" });
    }
    if !has_break {
        table.set_trailing("");
        table.set_trailing_comma(false);
    }
}
