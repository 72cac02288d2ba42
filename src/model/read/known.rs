//! What is known from elsewhere: sources, outages, what really happened.

use toml::Spanned;
use toml::de::DeValue;

use super::keys::Fields;
use super::{Reader, Value};
use crate::diag::{Code, Diagnostic};
use crate::model::State;
use crate::model::decl::{At, FailureDecl, HappenedDecl, Origin, OutageDecl};

/// Where a thing is known from, and what else it is called.
pub(super) const ORIGIN: [&str; 4] = ["source", "seen", "aka", "kind"];

impl Reader<'_> {
    /// Where a thing is known from. A provider's and a region's tables may be spread over files: keys add up.
    pub(super) fn origin(&mut self, fields: &Fields<'_, '_>, origin: &mut Origin) {
        let text = |reader: &mut Self, key| fields.get(key).and_then(|value| reader.string(value));
        if let Some(source) = text(self, "source") {
            origin.source = Some(source);
        }
        if let Some(kind) = text(self, "kind") {
            origin.kind = Some(kind);
        }
        if let Some(seen) = fields.get("seen").and_then(|value| self.integer(value)) {
            if (1..=9999).contains(&seen.value) {
                origin.seen = Some(seen);
            } else {
                self.out_of_range(seen.place, seen.value, "a year, such as 2026");
            }
        }
        origin.aka.extend(self.strings(fields, "aka"));
    }

    pub(super) fn outage(&mut self, name: At<String>, value: &Value<'_>) -> OutageDecl {
        let known = ["title", "date", "fails", "sources", "note"];
        let Some(fields) = self.table(value, "an outage", &known) else {
            return OutageDecl { name, ..OutageDecl::default() };
        };
        let title = self.required_string(&fields, "title", "what people call it");
        self.require(&fields, "date", "the day on which it began, such as 2011-04-21");
        self.require(&fields, "fails", "a list of what failed");
        self.require(&fields, "sources", "a list of who says so, and where");
        let sources = self.strings(&fields, "sources");
        if let Some(DeValue::Array(list)) = fields.get("sources").map(Spanned::get_ref)
            && list.is_empty()
        {
            let message = format!("the outage `{}` has no source", name.value);
            let problem = Diagnostic::new(Code::MissingKey, name.place, message);
            self.problems.push(problem.label("expected at least one of `sources`: who says so, and where"));
        }
        OutageDecl {
            name,
            title,
            date: self.date(&fields, "date"),
            fails: self.each(&fields, "fails", "references or { what = .. } tables", Self::failed),
            sources,
            note: fields.get("note").and_then(|value| self.string(value)),
        }
    }

    fn failed(&mut self, value: &Value<'_>) -> Option<FailureDecl> {
        if let DeValue::String(_) = value.get_ref() {
            return Some(FailureDecl { what: self.string(value)?, ..FailureDecl::default() });
        }
        let fields = self.table(value, "what failed", &["what", "or", "lasts", "destroys"])?;
        let what = self.required_string(&fields, "what", "a reference to what failed");
        let or = fields.get("or").and_then(|v| self.string(v));
        let lasts = self.duration(&fields, "lasts").map(|lasts| lasts.value);
        let destroys = self.flag(&fields, "destroys");
        Some(FailureDecl { what, or, lasts, destroys })
    }

    pub(super) fn happened(&mut self, value: &Value<'_>) -> Option<HappenedDecl> {
        let known = ["outage", "capability", "state", "lasts", "undecided", "what", "source"];
        let fields = self.table(value, "what happened", &known)?;
        let outage = self.required_string(&fields, "outage", "an outage's id");
        let capability = self.required_string(&fields, "capability", "its name");
        let source = self.required_string(&fields, "source", "who says so");
        let states = [("up", State::Up), ("degraded", State::Degraded), ("down", State::Down)];
        let happened = HappenedDecl {
            state: self.choice(&fields, "state", &states),
            lasts: self.duration(&fields, "lasts"),
            undecided: fields.get("undecided").and_then(|value| self.string(value)),
            what: fields.get("what").and_then(|value| self.string(value)),
            outage,
            capability,
            source,
        };
        if happened.undecided.is_none() && fields.get("state").is_none() {
            self.require(&fields, "state", "how it did, or `undecided`: why the facts do not say");
        }
        Some(happened)
    }
}
