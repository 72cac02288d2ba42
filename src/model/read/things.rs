//! What runs there and what the business does with it: services, their standbys and backups, capabilities.

use toml::de::DeValue;

use super::keys::FIGURES;
use super::{Reader, Value};
use crate::model::decl::{
    At, BackupDecl, CapabilityDecl, CreditDecl, PlacementDecl, ServiceDecl, StandbyDecl,
};

impl Reader<'_> {
    pub(super) fn service(&mut self, name: At<String>, value: &Value<'_>) -> ServiceDecl {
        let keys = [
            "placed",
            "standby",
            "quorum",
            "uses",
            "needs",
            "wants",
            "start",
            "tags",
            "data",
            "backup",
            "capacity",
            "min_capacity",
            "instance_availability",
        ];
        let mut service = ServiceDecl { name, ..ServiceDecl::default() };
        let Some(fields) = self.table(value, "a service", &[&keys[..], &FIGURES].concat()) else {
            self.unread.part_of(&service.name.value);
            return service;
        };
        let name = service.name.value.clone();
        self.parts(&fields, &["placed", "standby", "backup"], &name, |reader| {
            service.placed = reader.each(&fields, "placed", "domains or { at = .. } tables", Self::placement);
            service.standby =
                reader.each(&fields, "standby", "{ at = .., after = .. } tables", Self::standby);
            service.backup = reader.each(&fields, "backup", "{ at = .., every = .. } tables", Self::backup);
        });
        service.quorum = self.count(&fields, "quorum");
        service.uses = self.strings(&fields, "uses");
        service.needs = self.terms(&fields, "needs");
        service.wants = self.terms(&fields, "wants");
        service.start = self.duration(&fields, "start");
        service.tags = self.strings(&fields, "tags");
        service.data = self.flag(&fields, "data");
        service.capacity = self.amount(&fields, "capacity");
        service.min_capacity = self.amount(&fields, "min_capacity");
        service.instance_availability = self.figure(&fields, "instance_availability", Self::probability);
        self.add_figures(&fields, &mut service.figures);
        service
    }

    pub(super) fn placement(&mut self, value: &Value<'_>) -> Option<PlacementDecl> {
        if let DeValue::String(_) = value.get_ref() {
            return Some(PlacementDecl { at: self.string(value)?, ..PlacementDecl::default() });
        }
        let fields = self.table(value, "a placement", &["at", "count", "capacity"])?;
        let at = self.required_string(&fields, "at", "a domain");
        let (count, capacity) = (self.count(&fields, "count"), self.amount(&fields, "capacity"));
        Some(PlacementDecl { at, count, capacity })
    }

    pub(super) fn standby(&mut self, value: &Value<'_>) -> Option<StandbyDecl> {
        let known = ["at", "after", "manual", "lag", "success", "capacity", "needs"];
        let fields = self.table(value, "a standby", &known)?;
        Some(StandbyDecl {
            at: self.required_string(&fields, "at", "a domain"),
            after: self.duration(&fields, "after"),
            manual: self.flag(&fields, "manual"),
            lag: self.duration(&fields, "lag"),
            success: self.figure(&fields, "success", Self::probability),
            capacity: self.amount(&fields, "capacity"),
            needs: self.terms(&fields, "needs"),
        })
    }

    pub(super) fn backup(&mut self, value: &Value<'_>) -> Option<BackupDecl> {
        let known = ["at", "every", "restore", "verified", "restore_to", "needs"];
        let fields = self.table(value, "a backup", &known)?;
        let at = self.required_string(&fields, "at", "a domain or facility");
        self.require(&fields, "every", "how often it is taken, such as \"24h\"");
        let every = self.duration(&fields, "every").unwrap_or_default();
        Some(BackupDecl {
            at,
            every,
            restore: self.duration(&fields, "restore"),
            verified: self.date(&fields, "verified"),
            restore_to: self.strings(&fields, "restore_to"),
            needs: self.terms(&fields, "needs"),
        })
    }

    pub(super) fn capability(&mut self, name: At<String>, value: &Value<'_>) -> CapabilityDecl {
        let known = ["needs", "wants", "tier", "owner", "value_per_hour", "sla", "sla_credits"];
        let Some(fields) = self.table(value, "a capability", &known) else {
            return CapabilityDecl { name, ..CapabilityDecl::default() };
        };
        CapabilityDecl {
            name,
            needs: self.terms(&fields, "needs"),
            wants: self.terms(&fields, "wants"),
            tier: fields.get("tier").and_then(|v| self.integer(v)),
            owner: fields.get("owner").and_then(|v| self.string(v)),
            value_per_hour: self.amount(&fields, "value_per_hour"),
            sla: self.probability(&fields, "sla"),
            sla_credits: self.each(
                &fields,
                "sla_credits",
                "{ below = .., credit = .. } tables",
                Self::credit,
            ),
        }
    }

    pub(super) fn credit(&mut self, value: &Value<'_>) -> Option<CreditDecl> {
        let fields = self.table(value, "a credit", &["below", "credit"])?;
        self.require(&fields, "below", "the availability below which it is owed, such as 0.999");
        self.require(&fields, "credit", "the share of the bill that is owed, such as 0.1");
        let is_share = |number| (0.0..=1.0).contains(&number);
        let below = self.probability(&fields, "below");
        let credit = self.number(&fields, "credit", "a share of the bill from 0 to 1, such as 0.1", is_share);
        Some(CreditDecl { below: below?, credit: credit? })
    }
}
