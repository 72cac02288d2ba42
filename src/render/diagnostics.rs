//! Diagnostics as rustc shows them: the source line, underlined, with what was expected.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{BOLD, styled, visible};
use crate::diag::{Code, Diagnostic, Place, Severity, Sources};

/// Lines longer than this are not shown: they are data, and would flood the terminal.
const LONGEST_LINE: usize = 2_000;

/// Diagnostics as text, one after the other.
pub fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let renderer = Renderer::styled();
    diagnostics
        .iter()
        .map(|diagnostic| format!("{}\n\n", renderer.render(&[group(diagnostic, sources)])))
        .collect()
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
        let is_shown = |place: Place| line_length(&source.text, place.range().start) <= LONGEST_LINE;
        if !places.iter().all(|(place, ..)| is_shown(*place)) {
            let at =
                sources.position(first).map_or_else(String::new, |at| format!("{}:{}", at.file, at.line));
            group = group
                .element(Level::NOTE.message(format!("at {}, in a line too long to show", visible(&at))));
            continue;
        }
        let mut snippet = Snippet::source(source.text.as_str()).path(visible(&source.name)).fold(true);
        for (place, label, kind) in places {
            snippet = snippet.annotation(kind.span(clamped(&source.text, place)).label(visible(label)));
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

fn line_length(text: &str, byte: usize) -> usize {
    let bytes = text.as_bytes();
    let byte = byte.min(bytes.len());
    let start = bytes[..byte].iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1);
    let end = bytes[byte..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |newline| byte + newline);
    end - start
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
