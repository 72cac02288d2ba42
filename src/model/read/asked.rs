//! What is asked: policies, waivers, what fails.

use toml::de::DeValue;

use super::{Reader, Value};
use crate::model::decl::{FailureDecl, PolicyDecl, WaiverDecl};
use crate::model::{PolicyLevel, State};

impl Reader<'_> {
    pub(super) fn policy(&mut self, value: &Value<'_>) -> Option<PolicyDecl> {
        let known = [
            "name",
            "capabilities",
            "survive",
            "failures",
            "state",
            "within",
            "data_loss",
            "reachable",
            "level",
            "availability",
        ];
        let Some(fields) = self.table(value, "a policy", &known) else {
            self.unread.part_of("policy:");
            return None;
        };
        let name = self.required_string(&fields, "name", "what findings and waivers call it");
        if name.value.is_empty() {
            self.unread.part_of("policy:");
        }
        let capabilities = fields.get("capabilities").map(|_| self.strings(&fields, "capabilities"));
        let survive = |reader: &mut Self| match fields.get("survive") {
            Some(one) if matches!(one.get_ref(), DeValue::String(_)) => {
                reader.string(one).into_iter().collect()
            }
            _ => reader.strings(&fields, "survive"),
        };
        let survive = self.parts(&fields, &["survive"], "survive:", survive);
        let states = [("up", State::Up), ("degraded", State::Degraded)];
        let levels = [("deny", PolicyLevel::Deny), ("warn", PolicyLevel::Warn)];
        Some(PolicyDecl {
            name,
            capabilities,
            survive,
            failures: self.count(&fields, "failures"),
            state: self.choice(&fields, "state", &states),
            within: self.duration(&fields, "within"),
            data_loss: self.duration(&fields, "data_loss"),
            reachable: self.flag(&fields, "reachable"),
            level: self.choice(&fields, "level", &levels),
            availability: self.probability(&fields, "availability"),
        })
    }

    pub(super) fn waiver(&mut self, value: &Value<'_>) -> Option<WaiverDecl> {
        let fields =
            self.table(value, "a waiver", &["policy", "capability", "failure", "until", "reason"])?;
        let policy = self.required_string(&fields, "policy", "the policy's name");
        let reason = self.required_string(&fields, "reason", "why it is acceptable");
        self.require(&fields, "until", "the last day on which it counts, such as 2027-01-31");
        let until = self.date(&fields, "until").unwrap_or_default();
        let capability = fields.get("capability").and_then(|v| self.string(v));
        let failure = fields.get("failure").and_then(|v| self.string(v));
        Some(WaiverDecl { policy, capability, failure, until, reason, place: fields.place })
    }

    pub(super) fn failure(&mut self, value: &Value<'_>) -> Option<FailureDecl> {
        if let DeValue::String(_) = value.get_ref() {
            return Some(FailureDecl { what: self.string(value)?, ..FailureDecl::default() });
        }
        let fields = self.table(value, "a failure", &["what", "lasts", "destroys"])?;
        let what = self.required_string(&fields, "what", "a reference to what fails");
        let lasts = self.duration(&fields, "lasts").map(|lasts| lasts.value);
        let destroys = self.flag(&fields, "destroys");
        Some(FailureDecl { what, or: None, lasts, destroys })
    }
}
