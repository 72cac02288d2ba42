//! XML texts as elements with places. Nothing outside of the text is ever looked at, and its depth and size are
//! bounded: a file to import may come from anywhere.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::problem;
use crate::diag::{Diagnostic, FileId, Place};

/// Elements may nest so deep.
const DEEPEST: usize = 200;
/// So many elements are read.
const MOST: usize = 20_000_000;

/// An element with all that is in it; texts are left out.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) place: Place,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of an attribute that must be there.
    pub(super) fn attribute(&self, name: &str, problems: &mut Vec<Diagnostic>) -> Option<&str> {
        let value = self.get(name);
        if value.is_none() {
            problems.push(
                problem(self.place, format!("<{}> has no `{name}`", self.name))
                    .label(format!("expected {name}=\"…\"")),
            );
        }
        value
    }
}

/// Reads a text; its root element.
pub(super) fn read(file: FileId, text: &str) -> Result<Element, Diagnostic> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut n_elements = 0_usize;
    loop {
        let start = at(reader.buffer_position());
        let event = reader.read_event();
        let end = at(reader.buffer_position());
        let place = Place::new(file, start..end.max(start));
        let event = event.map_err(|error| {
            let at = at(reader.error_position()).min(text.len());
            problem(Place::new(file, at..at), format!("this is not well-formed XML: {error}"))
        })?;
        if let Event::Start(_) | Event::Empty(_) = event {
            n_elements += 1;
            if open.len() >= DEEPEST || n_elements > MOST {
                let message = format!("more than {DEEPEST} levels or {MOST} elements");
                return Err(
                    problem(place, message).hint("no such file that is meant to be read is that large")
                );
            }
        }
        match event {
            Event::Start(start) => {
                if root.is_some() {
                    return Err(problem(place, "a second root element"));
                }
                open.push(element(&start, place)?);
            }
            Event::Empty(empty) => {
                let element = element(&empty, place)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None if root.is_none() => root = Some(element),
                    None => return Err(problem(place, "a second root element")),
                }
            }
            Event::End(_) => {
                // The reader sees to it that ends match.
                if let Some(closed) = open.pop() {
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => root = Some(closed),
                    }
                }
            }
            Event::DocType(doctype) if doctype.contains("<!ENTITY") => {
                return Err(problem(place, "the file declares entities")
                    .hint("entities can hide what a file says, or ask for other files: write out what they stand for"));
            }
            Event::GeneralRef(reference) if is_unknown(&reference) => {
                return Err(problem(place, "an entity that XML itself does not know"));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if let Some(unclosed) = open.last() {
        return Err(problem(unclosed.place, format!("<{}> is not closed", unclosed.name)));
    }
    root.ok_or_else(|| problem(Place::new(file, 0..0), "the file holds no XML element"))
}

fn at(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn is_unknown(reference: &str) -> bool {
    !matches!(reference, "amp" | "lt" | "gt" | "apos" | "quot") && !reference.starts_with('#')
}

fn element(start: &BytesStart<'_>, place: Place) -> Result<Element, Diagnostic> {
    let name = start.name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| problem(place, format!("<{name}>: {error}")))?;
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|error| problem(place, format!("<{name}>: {error}")))?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name, place, attributes, children: Vec::new() })
}
