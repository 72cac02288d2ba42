//! What is wrong with a user's model: coded, placed, with what was expected and a hint.
//!
//! First room of the pipeline: it knows nothing of models. [`Code`] is the closed list of everything that can
//! be said, [`Sources`] holds the texts, a [`Place`] is a byte range in one of them, and a [`Diagnostic`] is one
//! thing said. How it looks on a terminal is [`crate::render`]'s business.

mod code;
mod source;

pub use code::{Code, Severity};
pub use source::{FileId, Place, Position, Source, Sources};

/// One problem of a model, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem; decides the severity.
    pub code: Code,
    /// The problem in one line, in terms of the model.
    pub message: String,
    /// Where; [`Place::NOWHERE`] where no text is to blame, as for a file that cannot be read.
    pub place: Place,
    /// What is said under the marked text: usually what was expected there.
    pub label: String,
    /// Other places that belong to the story, each with what it is.
    pub related: Vec<(Place, String)>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A problem at a place.
    pub fn new(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), place, label: String::new(), related: Vec::new(), hint: None }
    }

    /// Says something under the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Shows another place as well.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says which known name the user may have meant, if one is near.
    #[must_use]
    pub fn did_you_mean<'n>(self, written: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        match nearest(written, known) {
            Some(name) => self.hint(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Error or warning.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// The known name nearest to the one written, unless all are far: more than a third of the letters would have
/// to change. Earlier names win ties. Where all are far, the shortest name that has what is written as a whole part, as
/// `house/campus` has `campus`, unless there are two.
pub fn nearest<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    /// Comparing takes time that grows with the square of the length; names are shorter than this.
    const LONGEST: usize = 100;
    let length = written.chars().count();
    if length > LONGEST {
        return None;
    }
    let far = length / 3 + 1;
    let mut near: Option<(usize, &str)> = None;
    let mut with_part: Option<(&str, bool)> = None;
    for name in known {
        if has_part(name, written) {
            with_part = match with_part {
                Some((shorter, is_only)) if shorter.len() < name.len() => Some((shorter, is_only)),
                Some((other, _)) if other.len() == name.len() => Some((other, other == name)),
                _ => Some((name, true)),
            };
        } else if name.chars().count().abs_diff(length) <= far {
            let distance = strsim::osa_distance(written, name);
            if distance <= far && distance < length && near.is_none_or(|(least, _)| distance < least) {
                near = Some((distance, name));
            }
        }
    }
    let with_part = with_part.filter(|(_, is_only)| *is_only).map(|(name, _)| name);
    near.map(|(_, name)| name).or(with_part)
}

/// Whether a name has something as a part of its own: not within a word.
fn has_part(name: &str, part: &str) -> bool {
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    part.len() > 2
        && name.match_indices(part).any(|(at, _)| {
            is_end(name[..at].chars().next_back()) && is_end(name[at + part.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        assert_eq!(nearest("placd", ["needs", "placed"]), Some("placed"));
        assert_eq!(nearest("ordres", ["orders", "order"]), Some("orders"));
        assert_eq!(nearest("elephant", ["needs", "placed"]), None);
        assert_eq!(nearest("campus", ["house/campus/north", "house/campus"]), Some("house/campus"));
        assert_eq!(nearest("north", ["a/north", "b/north"]), None);
        assert_eq!(nearest("admit", ["admit-patients", "admittance-office"]), Some("admit-patients"));
        assert_eq!(nearest("", ["ab"]), None);
        assert_eq!(nearest("y", ["x"]), None);
        assert_eq!(nearest(&"a".repeat(1000), ["a"]), None);
    }
}
