//! Diagnostics as rustc shows them: the source line, underlined, with what was expected.

use std::collections::BTreeMap;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{BOLD, Detail, styled, visible};
use crate::diag::{Code, Diagnostic, Place, Severity, Sources};

/// Lines longer than this are not shown: they are data, and would flood the terminal.
const LONGEST_LINE: usize = 2_000;

/// Diagnostics as text, one after the other.
pub fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let renderer = Renderer::styled();
    let render = |diagnostic| format!("{}\n\n", renderer.render(&[group(diagnostic, sources)]));
    diagnostics.iter().map(render).collect()
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
    out
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.name());
    let mut group = Group::with_title(title);
    let labels = std::iter::once((diagnostic.place, diagnostic.label.as_str(), AnnotationKind::Primary))
        .chain(
            diagnostic.related.iter().map(|(place, label)| (*place, label.as_str(), AnnotationKind::Context)),
        );
    // Places in one file share a snippet.
    let mut by_file: Vec<(Place, Vec<(Place, &str, AnnotationKind)>)> = Vec::new();
    for (place, label, kind) in labels {
        match by_file.iter_mut().find(|(first, _)| first.file() == place.file()) {
            Some((_, others)) => others.push((place, label, kind)),
            None => by_file.push((place, vec![(place, label, kind)])),
        }
    }
    for (first, places) in by_file {
        let Some(source) = first.file().and_then(|file| sources.get(file)) else {
            continue;
        };
        // Only the lines between the marks are handed on: looking through a whole large file for each would take long.
        let line_of = |place: Place| source.line_of(place.range().start.min(source.text.len()));
        let lines = places.iter().map(|(place, ..)| line_of(*place));
        let (top, bottom) =
            lines.fold((usize::MAX, 0), |(top, bottom), line| (top.min(line), bottom.max(line)));
        if places
            .iter()
            .any(|(place, ..)| source.lines(line_of(*place), line_of(*place)).len() > LONGEST_LINE)
        {
            let at = format!("at {}:{}, in a line too long to show", source.name, top + 1);
            group = group.element(Level::NOTE.message(visible(&at).into_owned()));
            continue;
        }
        let shown = source.lines(top, bottom);
        let mut snippet = Snippet::source(&source.text[shown.clone()])
            .path(visible(&source.name))
            .line_start(top + 1)
            .fold(true);
        for (place, label, kind) in places {
            let marked = clamped(&source.text, place);
            let marked = marked.start - shown.start..marked.end - shown.start;
            snippet = snippet.annotation(kind.span(marked).label(visible(label)));
        }
        group = group.element(snippet);
    }
    if diagnostic.place == Place::NOWHERE && !diagnostic.label.is_empty() {
        group = group.element(Level::NOTE.message(visible(&diagnostic.label)));
    }
    match &diagnostic.hint {
        Some(hint) => group.element(Level::HELP.with_name("hint").message(visible(hint))),
        None => group,
    }
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
    let mut out = format!("{}: {}\n\n", styled(BOLD, format!("{severity}[{}]", code.name())), code.summary());
    let mut column = 0;
    for word in code.explanation().split_whitespace() {
        if column > 0 && column + 1 + word.len() > width {
            out.push('\n');
            column = 0;
        }
        if column > 0 {
            out.push(' ');
            column += 1;
        }
        out += word;
        column += word.len();
    }
    out.push('\n');
    out
}
