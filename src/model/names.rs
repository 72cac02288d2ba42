//! The grammar of names and references, and looking them up.

use std::collections::HashMap;
use std::fmt;

use super::{Element, ElementId};

/// Whether a text can be a name: `[A-Za-z0-9][A-Za-z0-9._-]*`.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// Whether a text has the shape of a reference to one element.
fn is_reference(text: &str) -> bool {
    let (kind, rest) = text.split_once(':').map_or((None, text), |(kind, rest)| (Some(kind), rest));
    if let Some(kind) = kind {
        return KINDS.contains(&kind) && is_name(rest);
    }
    let is_domain = |text: &str| text.split('/').count() <= 3 && text.split('/').all(is_name);
    if let Some((service, at)) = rest.split_once('@') {
        let at = match at.strip_suffix(']').and_then(|at| at.split_once('[')) {
            Some((domain, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
                domain
            }
            _ => at,
        };
        return is_name(service) && is_domain(at);
    }
    match rest.split_once('#') {
        Some((domain, product)) => is_domain(domain) && is_name(product),
        None => is_domain(rest),
    }
}

/// Whether a text has the shape of what an outage says failed: a domain or facility, in which a region may be
/// `{region}` and a zone `{zone}`, or another name.
pub(super) fn is_pattern(text: &str) -> bool {
    let (domain, product) = text.split_once('#').map_or((text, None), |(domain, of)| (domain, Some(of)));
    let parts: Vec<&str> = domain.split('/').collect();
    let is_part = |(level, part): (usize, &&str)| match level {
        1 => is_name(part) || *part == "{region}",
        2 => is_name(part) || *part == "{zone}",
        _ => is_name(part),
    };
    parts.len() <= 3 && parts.iter().enumerate().all(is_part) && product.is_none_or(is_name)
}

/// Kinds that can be said aloud in front of a name.
pub(super) const KINDS: [&str; 5] = ["capability", "channel", "service", "provider", "group"];

/// Why a reference names no element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// It has no shape of a reference.
    Malformed,
    /// Nothing has that name.
    Unknown,
    /// A capability or channel has that name, and must be written with its kind in front.
    SayKind(String),
    /// Several instances answer to it.
    Ambiguous(Vec<String>),
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a reference"),
            Self::Unknown => f.write_str("nothing of that name is declared"),
            Self::SayKind(full) => write!(f, "write it `{full}`"),
            Self::Ambiguous(names) => write!(f, "it could be {}", names.join(" or ")),
        }
    }
}

impl std::error::Error for NotFound {}

/// Looks up a reference among the elements' full names.
pub(super) fn find(
    names: &HashMap<String, ElementId>,
    elements: &[Element],
    reference: &str,
) -> Result<ElementId, NotFound> {
    if let Some(id) = names.get(reference) {
        return Ok(*id);
    }
    if !is_reference(reference) {
        return Err(NotFound::Malformed);
    }
    if let Some((kind, name)) = reference.split_once(':') {
        // Capabilities and channels bear their kind in their full name and were found above if they exist.
        let found = names.get(name).copied();
        return found.filter(|id| elements[id.index()].kind_name() == kind).ok_or(NotFound::Unknown);
    }
    if reference.contains('@') {
        if let Some(id) = reference.strip_suffix("[1]").and_then(|single| names.get(single)) {
            return Ok(*id);
        }
        let mut numbered = Vec::new();
        let mut next = format!("{reference}[1]");
        while names.contains_key(&next) {
            numbered.push(next);
            next = format!("{reference}[{}]", numbered.len() + 1);
        }
        return Err(if numbered.is_empty() { NotFound::Unknown } else { NotFound::Ambiguous(numbered) });
    }
    for kind in ["capability", "channel"] {
        let full = format!("{kind}:{reference}");
        if names.contains_key(&full) {
            return Err(NotFound::SayKind(full));
        }
    }
    Err(NotFound::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_references_have_their_shapes() {
        for good in ["a", "us-east-1", "9.x_y"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "a b", "é", "a/b", "a\n"] {
            assert!(!is_name(bad), "{bad}");
        }
        for good in
            ["aws", "aws/r/z", "aws#iam", "aws/r/z#ebs", "web@aws/r", "web@aws/r/z[2]", "capability:x"]
        {
            assert!(is_reference(good), "{good}");
        }
        for bad in
            ["", "aws/", "aws/r/z/q", "aws/*", "#x", "tag:x", "web@", "web@a[x]", "a#b#c", "capability:a/b"]
        {
            assert!(!is_reference(bad), "{bad}");
        }
    }

    #[test]
    fn several_instances_at_one_domain_are_ambiguous() {
        let names: HashMap<_, _> = ["w@a[1]", "w@a[2]", "w@b", "capability:c"]
            .iter()
            .enumerate()
            .map(|(index, name)| ((*name).to_owned(), ElementId::new(index)))
            .collect();
        assert_eq!(
            find(&names, &[], "w@a"),
            Err(NotFound::Ambiguous(vec!["w@a[1]".into(), "w@a[2]".into()]))
        );
        assert_eq!(find(&names, &[], "w@b[1]"), Ok(ElementId::new(2)));
        assert_eq!(find(&names, &[], "w@b[2]"), Err(NotFound::Unknown));
        assert_eq!(find(&names, &[], "c"), Err(NotFound::SayKind("capability:c".into())));
        assert_eq!(find(&names, &[], "a b"), Err(NotFound::Malformed));
    }
}
