//! Diagnostics as rustc shows them: the source line, underlined, with what was expected.

use std::borrow::Cow;
use std::collections::BTreeMap;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::escape::{is_hidden, visible};
use super::lines::paragraph;
use super::table::{Cell, wrapped_table};
use super::{BOLD, Detail, styled};
use crate::diag::{Code, Diagnostic, Place, Severity, Source, Sources};

/// Lines longer than this are not shown: they are data, and would flood the terminal.
const LONGEST_LINE: usize = 2_000;

/// Diagnostics as text, one after the other.
pub fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let renderer = Renderer::styled();
    let mut out = String::new();
    for diagnostic in diagnostics {
        for group in groups(diagnostic, sources) {
            out += &renderer.render(&[group]);
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// So many warnings of one code are shown unless everything is wanted.
const SHOWN_OF_EACH: usize = 20;

/// Warnings as text; of many of one kind the rest is counted, unless everything is wanted.
pub fn warnings(warnings: &[Diagnostic], sources: &Sources, detail: Detail) -> String {
    let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
    let mut shown = Vec::new();
    for warning in warnings {
        let count = counts.entry(warning.code).or_default();
        *count += 1;
        if *count <= SHOWN_OF_EACH || detail == Detail::Verbose {
            shown.push(warning.clone());
        }
    }
    let mut out = diagnostics(&shown, sources);
    for (code, count) in counts {
        if count > SHOWN_OF_EACH && detail != Detail::Verbose {
            out += &format!("and {} more warnings [{}]: -v shows them\n", count - SHOWN_OF_EACH, code.name());
        }
    }
    // Whoever says it ends the line.
    out.truncate(out.trim_end().len() + 1);
    out
}

/// Marks so many lines apart share a snippet. The text between is looked through, which for far ones would take long.
const NEAR: usize = 30;

/// Lines of one file with marks in them.
struct Excerpt<'a> {
    source: &'a Source,
    first_line: usize,
    last_line: usize,
    marks: Vec<(Place, &'a str, AnnotationKind)>,
}

fn groups<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Group<'a>> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(shown(&diagnostic.message)).id(diagnostic.code.name());
    let mut group = Group::with_title(title);
    for excerpt in excerpts(diagnostic, sources) {
        let Excerpt { source, first_line, last_line, marks } = excerpt;
        if (first_line..=last_line).any(|line| source.lines(line, line).len() > LONGEST_LINE) {
            for (place, label, _) in marks {
                let Some(at) = sources.position(place) else { continue };
                let at = format!("at {}:{}:{}, in a line too long to show", at.file, at.line, at.column);
                let note = if label.is_empty() { at } else { format!("{at}: {label}") };
                group = group.element(Level::NOTE.message(shown(&note).into_owned()));
            }
            continue;
        }
        let lines = source.lines(first_line, last_line);
        let mut snippet = Snippet::source(harmless(&source.text[lines.clone()]))
            .path(visible(&source.name))
            .line_start(first_line + 1)
            .fold(true);
        for (place, label, kind) in marks {
            let marked = clamped(&source.text, place);
            let marked = marked.start - lines.start..marked.end - lines.start;
            snippet = snippet.annotation(kind.span(marked).label(shown(label)));
        }
        group = group.element(snippet);
    }
    if diagnostic.place == Place::NOWHERE && !diagnostic.label.is_empty() {
        group = group.element(Level::NOTE.message(shown(&diagnostic.label)));
    }
    let Some(hint) = &diagnostic.hint else { return vec![group] };
    let level = Level::HELP.with_name("hint");
    match diagnostic.place {
        // Without a text there is nothing that it could hang on.
        Place::NOWHERE => vec![group, Group::with_title(level.secondary_title(shown(hint)))],
        _ => vec![group.element(level.message(shown(hint)))],
    }
}

/// What to show of the texts, the diagnostic's own place first.
fn excerpts<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Excerpt<'a>> {
    let own = (diagnostic.place, diagnostic.label.as_str(), AnnotationKind::Primary);
    let related = diagnostic.related.iter();
    let related = related.map(|(place, label)| (*place, label.as_str(), AnnotationKind::Context));
    let mut excerpts: Vec<Excerpt<'_>> = Vec::new();
    for mark in std::iter::once(own).chain(related) {
        let Some(source) = mark.0.file().and_then(|file| sources.get(file)) else { continue };
        let line = source.line_of(mark.0.range().start.min(source.text.len()));
        let near = excerpts.iter_mut().find(|excerpt| {
            std::ptr::eq(excerpt.source, source)
                && (excerpt.first_line.saturating_sub(NEAR)..=excerpt.last_line + NEAR).contains(&line)
        });
        match near {
            Some(excerpt) => {
                excerpt.first_line = excerpt.first_line.min(line);
                excerpt.last_line = excerpt.last_line.max(line);
                excerpt.marks.push(mark);
            }
            None => {
                excerpts.push(Excerpt { source, first_line: line, last_line: line, marks: vec![mark] });
            }
        }
    }
    excerpts
}

/// Text of a diagnostic, harmless, with the middle left out where it is endless.
fn shown(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 600;
    const END: usize = 100;
    let cut = |at: usize| text.char_indices().nth(at).map(|(byte, _)| byte);
    let Some(head) = cut(LONGEST).and(cut(LONGEST - END)) else { return visible(text) };
    let tail = text.char_indices().nth_back(END - 1).map_or(head, |(byte, _)| byte);
    visible(&format!("{}…{}", &text[..head], &text[tail..])).into_owned().into()
}

/// Source text in which each character that [`visible`] would escape has a stand-in of the same length, so that places
/// stay right. ASCII is left to the snippet's renderer, which shows it by its pictures.
fn harmless(text: &str) -> Cow<'_, str> {
    let is_harmful = |c: char| !c.is_ascii() && is_hidden(c);
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let stand_in = |c: char| match c.len_utf8() {
        _ if !is_harmful(c) => c,
        2 => '¿',
        3 => '\u{fffd}',
        _ => '\u{1fbc4}', // A question mark in a box.
    };
    text.chars().map(stand_in).collect()
}

/// The part of a place that lies on its first line and on character boundaries.
fn clamped(text: &str, place: Place) -> std::ops::Range<usize> {
    let range = place.range();
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_end = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let mut end = range.end.clamp(start, line_end.max(start));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    start..end
}

/// What there is to say about a code, in paragraphs of at most `width` columns.
pub fn explain_code(code: Code, width: usize) -> String {
    let severity = match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let name = format!("{severity}[{}]", code.name());
    // The name has no space, and so is in one piece.
    let title = paragraph("", &format!("{name}: {}", code.summary()), width);
    let explanation: Vec<&str> = code.explanation().split_whitespace().collect();
    let explanation = paragraph("", &explanation.join(" "), width);
    format!("{}{}\n{explanation}", styled(BOLD, &name), &title[name.len()..])
}

/// Every code with what it is about.
pub fn codes(width: usize) -> String {
    let row = |code: &Code| vec![Cell::new(code.name()), Cell::new(code.summary())];
    wrapped_table(&Code::ALL.iter().map(row).collect::<Vec<_>>(), 1, width)
}
