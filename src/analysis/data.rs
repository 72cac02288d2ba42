//! Data: which copies survive, and how stale the best of them is.

use jiff::civil::Date;

use crate::compile::ConditionId;
use crate::engine::Run;
use crate::model::{Backup, ElementId, Failure, Kind, Model, Scenario, Service, Time};

/// What a scenario costs one data store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataLoss {
    /// The service that keeps the data.
    pub service: ElementId,
    /// The least staleness over surviving copies; [`Time::NEVER`]: no copy survives.
    pub loss: Time,
}

/// One copy of a store's data: where it stands or falls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataCopy {
    /// How far it is behind.
    pub stale: Time,
    /// The instance that holds it; `None` is a copy at rest.
    pub own: Option<ElementId>,
    /// Where it lies and what it stands on: each must not be gone for good.
    pub places: Vec<ElementId>,
    /// Whatever destroys what it holds, if one of these does: the copy's own event, its places and what is above them.
    pub destroyed_with: Vec<ElementId>,
}

/// The data stores of a model and their copies, as they count on a day.
#[derive(Debug, Clone)]
pub struct Copies<'m> {
    model: &'m Model,
    stores: Vec<(ElementId, Vec<DataCopy>)>,
    as_of: Date,
}

impl<'m> Copies<'m> {
    /// Copies as they count on a day.
    pub fn new(model: &'m Model, as_of: Date) -> Self {
        let mut copies = Self { model, stores: Vec::new(), as_of };
        let stores = model.services().filter(|(_, _, service)| service.data);
        copies.stores = stores.map(|(id, _, service)| (id, copies.of(service))).collect();
        copies
    }

    /// Every data store with its copies, in the model's order.
    pub fn stores(&self) -> impl Iterator<Item = (ElementId, &[DataCopy])> {
        self.stores.iter().map(|(service, copies)| (*service, &copies[..]))
    }

    /// The loss of every data store, in the model's order.
    pub fn losses(&self, scenario: &Scenario, run: &Run) -> Vec<DataLoss> {
        self.losses_where(scenario, |id| run.time(id).is_finite())
    }

    /// The same, given which conditions hold sooner or later.
    pub(super) fn losses_where(
        &self,
        scenario: &Scenario,
        holds: impl Fn(ConditionId) -> bool,
    ) -> Vec<DataLoss> {
        let loss = |(service, copies): (ElementId, &[DataCopy])| DataLoss {
            service,
            loss: least_stale(copies, scenario, &holds),
        };
        self.stores().map(loss).collect()
    }

    /// Whether a backup has been seen to work recently enough.
    pub fn counts(&self, backup: &Backup) -> bool {
        let Some(verified) = backup.verified else { return false };
        let Some(within) = self.model.backup_verified_within.and_then(Time::as_seconds) else { return true };
        let days = (self.as_of - verified).get_days().unsigned_abs();
        u64::from(days) * 86_400 <= within
    }

    /// Every copy of a service's data that counts.
    pub(super) fn of(&self, service: &Service) -> Vec<DataCopy> {
        let of_instances = service.instances.iter().filter_map(|id| self.of_instance(*id));
        let counting = service.backups.iter().filter(|backup| self.counts(backup));
        of_instances.chain(counting.map(|backup| self.of_backup(backup))).collect()
    }

    /// What an instance holds. `None`: what a backup could be restored to holds nothing yet.
    pub(super) fn of_instance(&self, id: ElementId) -> Option<DataCopy> {
        let Kind::Instance(instance) = &self.model[id].kind else { return None };
        let stale = instance.standby.map_or(Some(Time::ZERO), |standby| standby.lag)?;
        let places = std::iter::once(instance.domain).chain(instance.uses.iter().copied()).collect();
        Some(self.copy(stale, Some(id), places))
    }

    /// What a backup holds, whether it counts or not.
    pub(super) fn of_backup(&self, backup: &Backup) -> DataCopy {
        self.copy(backup.every, None, vec![backup.at])
    }

    fn copy(&self, stale: Time, own: Option<ElementId>, places: Vec<ElementId>) -> DataCopy {
        let mut destroyed_with: Vec<ElementId> = own.into_iter().collect();
        for place in &places {
            let domain = match &self.model[*place].kind {
                Kind::Facility(facility) => facility.domain,
                _ => *place,
            };
            destroyed_with.extend(std::iter::successors(Some(*place), |id| self.model.parent(*id)));
            destroyed_with.extend(self.model.domain_and_above(domain));
        }
        destroyed_with.sort_unstable();
        destroyed_with.dedup();
        DataCopy { stale, own, places, destroyed_with }
    }
}

/// The staleness of the best surviving copy; [`Time::NEVER`]: none survives.
pub(super) fn least_stale(
    copies: &[DataCopy],
    scenario: &Scenario,
    holds: impl Fn(ConditionId) -> bool,
) -> Time {
    let surviving = copies.iter().filter(|copy| copy.survives(scenario, &holds));
    surviving.map(|copy| copy.stale).min().unwrap_or(Time::NEVER)
}

impl DataCopy {
    /// Whether it does: what holds it comes back, and nothing there was destroyed.
    pub(super) fn survives(&self, scenario: &Scenario, holds: impl Fn(ConditionId) -> bool) -> bool {
        let is_gone = |failure: &Failure| Some(failure.what) == self.own && !failure.lasts.is_finite();
        let destroys = |failure: &Failure| failure.destroys && self.destroyed_with.contains(&failure.what);
        self.places.iter().all(|place| holds(ConditionId::ok(*place)))
            && !scenario.fails.iter().any(|failure| is_gone(failure) || destroys(failure))
    }
}
