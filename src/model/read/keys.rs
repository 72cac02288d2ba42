//! Tables: which keys they may have, must have, and have once.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::figures::FIGURES;
use super::{Merge, Reader, Value};
use crate::diag::{Code, Diagnostic, Place};
use crate::model::decl::At;

/// So many keys are listed to somebody who wrote no table at all.
const MOST_KEYS: usize = 8;

/// A table whose keys are known to be known.
pub(super) struct Fields<'t, 'i> {
    pub(super) table: &'t DeTable<'i>,
    /// The table's own place, for what is missing in it.
    pub(super) place: Place,
    /// What the table describes, as in "a service".
    pub(super) what: &'static str,
}

impl<'t, 'i> Fields<'t, 'i> {
    pub(super) fn get(&self, key: &str) -> Option<&'t Value<'i>> {
        self.table.get(key)
    }
}

impl Reader<'_> {
    /// A table all of whose keys are known; says which are not.
    pub(super) fn fields<'t, 'i>(
        &mut self,
        table: &'t DeTable<'i>,
        place: Place,
        what: &'static str,
        known: &[&str],
    ) -> Fields<'t, 'i> {
        for (key, _) in table {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let place = Place::new(self.file, key.span());
                let problem = Diagnostic::new(Code::UnknownKey, place, format!("{what} has no key `{name}`"));
                let problem = problem.label(format!("expected a key of {what}"));
                let problem = problem.did_you_mean(name, known.iter().copied());
                self.problems.push(match &problem.hint {
                    Some(_) => problem,
                    None => problem.hint(format!("its keys are {}", known.join(", "))),
                });
            }
        }
        Fields { table, place, what }
    }

    pub(super) fn table<'t, 'i>(
        &mut self,
        value: &'t Value<'i>,
        what: &'static str,
        known: &[&str],
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
        if value.is_none() {
            let message = format!("{} needs `{key}`", fields.what);
            let problem = Diagnostic::new(Code::MissingKey, fields.place, message);
            self.problems.push(problem.label(format!("expected `{key}`: {expected}")));
        }
        value
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
