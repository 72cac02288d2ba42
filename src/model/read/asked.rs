//! What is asked: policies, waivers, what fails.

use toml::de::DeValue;

use super::{Reader, Value};
use crate::model::decl::{At, FailureDecl, PolicyDecl, WaiverDecl};
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
        let fields = self.table(value, "a policy", &known)?;
        let name =
            self.require(&fields, "name", "what findings and waivers call it").and_then(|v| self.string(v));
        let capabilities = fields.get("capabilities").map(|_| self.strings(&fields, "capabilities"));
        let survive = match fields.get("survive") {
            Some(one) if matches!(one.get_ref(), DeValue::String(_)) => {
                self.string(one).into_iter().collect()
            }
            _ => self.strings(&fields, "survive"),
        };
        let states = [("up", State::Up), ("degraded", State::Degraded)];
        let levels = [("deny", PolicyLevel::Deny), ("warn", PolicyLevel::Warn)];
        let policy = PolicyDecl {
            name: At::default(),
            capabilities,
            survive,
            failures: self.count(&fields, "failures"),
            state: self.choice(&fields, "state", &states),
            within: self.duration(&fields, "within"),
            data_loss: self.duration(&fields, "data_loss"),
            reachable: self.flag(&fields, "reachable"),
            level: self.choice(&fields, "level", &levels),
            availability: self.probability(&fields, "availability"),
        };
        Some(PolicyDecl { name: name?, ..policy })
    }

    pub(super) fn waiver(&mut self, value: &Value<'_>) -> Option<WaiverDecl> {
        let fields =
            self.table(value, "a waiver", &["policy", "capability", "failure", "until", "reason"])?;
        let policy = self.require(&fields, "policy", "the policy's name").and_then(|v| self.string(v));
        let reason = self.require(&fields, "reason", "why it is acceptable").and_then(|v| self.string(v));
        self.require(&fields, "until", "the last day on which it counts, such as 2027-01-31");
        let until = self.date(&fields, "until");
        let capability = fields.get("capability").and_then(|v| self.string(v));
        let failure = fields.get("failure").and_then(|v| self.string(v));
        Some(WaiverDecl {
            policy: policy?,
            capability,
            failure,
            until: until?,
            reason: reason?,
            place: fields.place,
        })
    }

    pub(super) fn failure(&mut self, value: &Value<'_>) -> Option<FailureDecl> {
        if let DeValue::String(_) = value.get_ref() {
            return Some(FailureDecl { what: self.string(value)?, ..FailureDecl::default() });
        }
        let fields = self.table(value, "a failure", &["what", "lasts", "destroys"])?;
        let what = self.require(&fields, "what", "a reference to what fails").and_then(|v| self.string(v));
        let lasts = self.duration(&fields, "lasts").map(|lasts| lasts.value);
        let destroys = self.flag(&fields, "destroys");
        Some(FailureDecl { what: what?, or: None, lasts, destroys })
    }
}
