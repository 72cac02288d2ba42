//! Tables: which keys they may have, must have, and have once.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Merge, Reader, Value};
use crate::diag::{Code, Diagnostic, Place, nearest};
use crate::model::decl::At;

/// So many keys are listed to somebody who wrote no table at all.
const MOST_KEYS: usize = 8;
/// Failure figures: the keys whose values may be ranges.
pub(super) const FIGURES: [&str; 3] = ["availability", "mtbf", "mttr"];

/// A table whose keys are known to be known.
pub(super) struct Fields<'t, 'i> {
    pub(super) table: &'t DeTable<'i>,
    /// The table's own place, for what is missing in it.
    pub(super) place: Place,
    /// What the table describes, as in "a service".
    pub(super) what: &'static str,
    /// What stands under keys that are not known.
    pub(super) unknown: Vec<Unknown<'t, 'i>>,
}

/// An entry whose key is not known.
pub(super) struct Unknown<'t, 'i> {
    place: Place,
    /// The known key that is near, if one is.
    pub(super) meant: Option<&'static str>,
    pub(super) value: &'t Value<'i>,
}

impl<'t, 'i> Fields<'t, 'i> {
    pub(super) fn get(&self, key: &str) -> Option<&'t Value<'i>> {
        self.table.get(key)
    }

    /// Whether a key that is not known may have been meant as one of some: it is near, or near none and holds several things.
    pub(super) fn may_mean(&self, keys: &[&str]) -> bool {
        self.unknown.iter().any(|unknown| match unknown.meant {
            Some(meant) => keys.contains(&meant),
            None => {
                !keys.is_empty() && matches!(unknown.value.get_ref(), DeValue::Array(_) | DeValue::Table(_))
            }
        })
    }

    /// Where a key stands that is probably meant to be this one.
    fn misspelt(&self, key: &str) -> Option<Place> {
        self.unknown.iter().find(|unknown| unknown.meant == Some(key)).map(|unknown| unknown.place)
    }
}

impl Reader<'_> {
    /// A table all of whose keys are known; says which are not.
    pub(super) fn fields<'t, 'i>(
        &mut self,
        table: &'t DeTable<'i>,
        place: Place,
        what: &'static str,
        known: &[&'static str],
    ) -> Fields<'t, 'i> {
        let mut unknown = Vec::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let place = Place::new(self.file, key.span());
                let problem = Diagnostic::new(Code::UnknownKey, place, format!("{what} has no key `{name}`"));
                let problem = problem.label(format!("expected a key of {what}"));
                let meant = nearest(name, known.iter().copied());
                let meant = known.iter().copied().find(|known| Some(*known) == meant);
                self.problems.push(match meant {
                    Some(_) => problem.did_you_mean(name, meant),
                    None => problem.hint(format!("its keys are {}", known.join(", "))),
                });
                unknown.push(Unknown { place, meant, value });
            }
        }
        Fields { table, place, what, unknown }
    }

    pub(super) fn table<'t, 'i>(
        &mut self,
        value: &'t Value<'i>,
        what: &'static str,
        known: &[&'static str],
    ) -> Option<Fields<'t, 'i>> {
        let place = Place::new(self.file, value.span());
        match value.get_ref() {
            DeValue::Table(table) => Some(self.fields(table, place, what, known)),
            _ => {
                self.wrong_type(value, &format!("a table with the keys of {what}"));
                if known.len() <= MOST_KEYS
                    && let Some(problem) = self.problems.pop()
                {
                    self.problems.push(problem.hint(format!("its keys are {}", known.join(", "))));
                }
                None
            }
        }
    }

    /// The entries of a table of tables, such as `[service.*]`, each with its name.
    pub(super) fn named<'t, 'i>(
        &mut self,
        fields: &Fields<'t, 'i>,
        key: &str,
    ) -> Vec<(At<String>, &'t Value<'i>)> {
        let Some(value) = fields.get(key) else { return Vec::new() };
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(value, &format!("tables such as [{key}.NAME]"));
            return Vec::new();
        };
        let name = |key: &Spanned<DeString<'_>>| {
            At::new(key.get_ref().to_string(), Place::new(self.file, key.span()))
        };
        table.iter().map(|(key, value)| (name(key), value)).collect()
    }

    pub(super) fn require<'t, 'i>(
        &mut self,
        fields: &Fields<'t, 'i>,
        key: &str,
        expected: &str,
    ) -> Option<&'t Value<'i>> {
        let value = fields.get(key);
        if value.is_none() && fields.misspelt(key).is_none() {
            let message = format!("{} needs `{key}`", fields.what);
            let problem = Diagnostic::new(Code::MissingKey, fields.place, message);
            self.problems.push(problem.label(format!("expected `{key}`: {expected}")));
        }
        value
    }

    /// A string that must be there. Where it cannot be read it is empty, at the place that is blamed for it.
    pub(super) fn required_string(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        expected: &str,
    ) -> At<String> {
        let value = self.require(fields, key, expected);
        let place = match value {
            Some(value) => Place::new(self.file, value.span()),
            None => fields.misspelt(key).unwrap_or(fields.place),
        };
        value.and_then(|value| self.string(value)).unwrap_or_else(|| {
            self.unread.blame(place);
            At::new(String::new(), place)
        })
    }

    /// Reads parts of something. It may have more than are known where not all can be read, and where one of `keys` may be
    /// misspelt.
    pub(super) fn parts<T>(
        &mut self,
        fields: &Fields<'_, '_>,
        keys: &[&str],
        whole: &str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.problems.len();
        let parts = read(self);
        if self.problems.len() > before || fields.may_mean(keys) {
            self.unread.part_of(whole);
        }
        parts
    }

    /// Refuses keys that another file gave to the same table already.
    pub(super) fn once(&mut self, fields: &Fields<'_, '_>, merge: &mut Merge, path: &str) {
        for (key, value) in fields.table {
            // Tables add up, but a range is one value.
            let is_range = FIGURES.contains(&&*key.get_ref().to_string());
            if matches!(value.get_ref(), DeValue::Table(_)) && !is_range {
                continue;
            }
            let place = Place::new(self.file, key.span());
            let full = format!("{path}.{}", key.get_ref());
            let message = format!("`{full}` is given twice");
            if let Some(first) = merge.settings.insert(full, place) {
                let problem = Diagnostic::new(Code::DuplicateKey, place, message).label("again here");
                self.problems.push(problem.related(first, "first given here"));
            }
        }
    }
}
