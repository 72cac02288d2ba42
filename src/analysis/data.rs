//! Data: which copies survive, and how stale the best of them is.

use jiff::civil::Date;

use crate::compile::ConditionId;
use crate::engine::Run;
use crate::model::{Backup, ElementId, Instance, Kind, Model, Scenario, Service, Time};

/// What a scenario costs one data store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataLoss {
    /// The service that keeps the data.
    pub service: ElementId,
    /// The least staleness over surviving copies; [`Time::NEVER`]: no copy survives.
    pub loss: Time,
}

/// The data stores of a model and which of their backups count on a day.
#[derive(Debug, Clone)]
pub struct Copies<'m> {
    model: &'m Model,
    stores: Vec<(ElementId, &'m Service)>,
    as_of: Date,
}

impl<'m> Copies<'m> {
    /// Copies as they count on a day.
    pub fn new(model: &'m Model, as_of: Date) -> Self {
        let stores = model.services().filter(|(_, _, service)| service.data);
        Self { model, stores: stores.map(|(id, _, service)| (id, service)).collect(), as_of }
    }

    /// The loss of every data store, in the model's order.
    pub fn losses(&self, scenario: &Scenario, run: &Run) -> Vec<DataLoss> {
        let loss = |(id, service): &(ElementId, &Service)| DataLoss {
            service: *id,
            loss: self.loss(service, scenario, run),
        };
        self.stores.iter().map(loss).collect()
    }

    /// The loss of one data store.
    pub(super) fn loss(&self, service: &Service, scenario: &Scenario, run: &Run) -> Time {
        let of_instances = service.instances.iter().filter_map(|id| {
            let Kind::Instance(instance) = &self.model[*id].kind else { return None };
            // What a backup could be restored to holds nothing yet.
            let stale = instance.standby.map_or(Some(Time::ZERO), |standby| standby.lag)?;
            self.instance_survives(*id, instance, scenario, run).then_some(stale)
        });
        let of_backups = service.backups.iter().filter_map(|backup| {
            let counts = self.counts(backup) && self.place_survives(backup.at, scenario, run);
            counts.then_some(backup.every)
        });
        of_instances.chain(of_backups).min().unwrap_or(Time::NEVER)
    }

    /// Whether a backup has been seen to work recently enough.
    pub fn counts(&self, backup: &Backup) -> bool {
        let Some(verified) = backup.verified else { return false };
        let Some(within) = self.model.backup_verified_within.and_then(Time::as_seconds) else { return true };
        let days = (self.as_of - verified).get_days().unsigned_abs();
        u64::from(days) * 86_400 <= within
    }

    /// Whether what an instance holds survives.
    pub(super) fn instance_survives(
        &self,
        id: ElementId,
        instance: &Instance,
        scenario: &Scenario,
        run: &Run,
    ) -> bool {
        run.back(id).is_finite()
            && !destroyed(scenario, id)
            && self.place_survives(instance.domain, scenario, run)
            && instance.uses.iter().all(|facility| self.place_survives(*facility, scenario, run))
    }

    /// Whether what a domain or facility holds survives: it comes back, and nothing there was destroyed.
    pub(super) fn place_survives(&self, place: ElementId, scenario: &Scenario, run: &Run) -> bool {
        let domain = match &self.model[place].kind {
            Kind::Facility(facility) => facility.domain,
            _ => place,
        };
        let up = std::iter::successors(Some(place), |id| self.model.parent(*id));
        run.time(ConditionId::ok(place)).is_finite()
            && !up.chain(self.model.domain_and_above(domain)).any(|id| destroyed(scenario, id))
    }
}

fn destroyed(scenario: &Scenario, id: ElementId) -> bool {
    scenario.fails.iter().any(|failure| failure.what == id && failure.destroys)
}
