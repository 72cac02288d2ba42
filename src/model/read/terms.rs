//! Dependency terms.

use toml::Spanned;
use toml::de::DeValue;

use super::keys::Fields;
use super::{Reader, Value};
use crate::diag::{Code, Diagnostic, Place};
use crate::model::decl::{Term, TermDecl};
use crate::model::{Scope, Time};

impl Reader<'_> {
    pub(super) fn terms(&mut self, fields: &Fields<'_, '_>, key: &str) -> Vec<TermDecl> {
        self.each(
            fields,
            key,
            "references and terms, such as [\"web\", { any = [\"a\", \"b\"] }]",
            Self::term,
        )
    }

    /// Terms where at least one must stand.
    pub(super) fn some_terms(&mut self, fields: &Fields<'_, '_>, key: &str) -> Vec<TermDecl> {
        let terms = self.terms(fields, key);
        if let Some(DeValue::Array(list)) = fields.get(key).map(Spanned::get_ref)
            && list.is_empty()
        {
            let problem = Diagnostic::new(Code::BadTerm, fields.place, format!("`{key}` is empty"));
            self.problems.push(problem.label("expected at least one term"));
        }
        terms
    }

    pub(super) fn term(&mut self, value: &Value<'_>) -> Option<TermDecl> {
        let place = Place::new(self.file, value.span());
        let plain = |on| Term::On { on, same: None, when_start: false, tolerates: Time::ZERO };
        let table = match value.get_ref() {
            DeValue::String(_) => return self.string(value).map(|on| TermDecl { term: plain(on), place }),
            DeValue::Table(table) => table,
            _ => {
                self.wrong_type(value, "a reference or a table such as { any = [..] }");
                return None;
            }
        };
        let term = if table.contains_key("all") {
            let fields = self.fields(table, place, "an `all` term", &["all"]);
            Term::All(self.some_terms(&fields, "all"))
        } else if table.contains_key("any") {
            let fields = self.fields(table, place, "an `any` term", &["any", "after", "degraded"]);
            Term::Any {
                of: self.some_terms(&fields, "any"),
                after: self.duration(&fields, "after").map_or(Time::ZERO, |after| after.value),
                degraded: self.terms(&fields, "degraded"),
            }
        } else if table.contains_key("at_least") || table.contains_key("of") {
            let fields = self.fields(table, place, "an `at_least` term", &["at_least", "of"]);
            self.require(&fields, "at_least", "how many of the terms must hold");
            self.require(&fields, "of", "a list of terms");
            Term::AtLeast {
                count: self.count(&fields, "at_least").map_or(1, |count| count.value),
                of: self.some_terms(&fields, "of"),
            }
        } else {
            let fields = self.fields(table, place, "a term", &["on", "same", "when", "tolerates"]);
            let on = self.required_string(&fields, "on", "a reference, or one of `all`, `any`, `at_least`");
            let same = self.choice(&fields, "same", &[("zone", Scope::Zone), ("region", Scope::Region)]);
            let when_start = self.choice(&fields, "when", &[("start", true)]).is_some();
            let tolerates =
                self.duration(&fields, "tolerates").map_or(Time::ZERO, |tolerates| tolerates.value);
            Term::On { on, same, when_start, tolerates }
        };
        Some(TermDecl { term, place })
    }
}
