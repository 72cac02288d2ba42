//! Is there a valid backup of each data store, and does it work in the very scenarios that it is for?

use jiff::civil::Date;
use rayon::prelude::*;

use super::data::{Copies, least_stale};
use super::{Asked, System, TooMany, sweep};
use crate::compile::{ConditionId, needed};
use crate::engine::{Run, Worker};
use crate::model::{Backup, Class, ElementId, Kind, Model, Need, Scenario, Service, Time};

/// What a store could be lost with.
const CLASSES: [Class; 4] = [Class::Zone, Class::Region, Class::Provider, Class::Group];

/// One data store and its copies.
#[derive(Debug, Clone)]
pub struct Store {
    /// The service that keeps the data.
    pub service: ElementId,
    /// Its copies: instances, then backups.
    pub copies: Vec<Copy>,
    /// What the loss of a place or group costs, where it costs anything.
    pub losses: Vec<Loss>,
    /// Whether a valid backup works.
    pub verdict: Verdict,
    /// Failures that leave no instance with the data, and no backup that works: where `verdict` fails, why.
    pub lost_in: Vec<ElementId>,
}

/// The answer for one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A backup counts, and wherever only backups are left one of those that count can be restored.
    Works,
    /// There is a backup, but none counts, or none can be restored where it is needed.
    Fails,
    /// There is none.
    None,
}

/// One copy of the data.
#[derive(Debug, Clone)]
pub struct Copy {
    /// What holds it.
    pub kind: CopyKind,
    /// Where.
    pub at: ElementId,
    /// How far it is behind.
    pub stale: Time,
}

/// What holds a copy.
#[derive(Debug, Clone)]
pub enum CopyKind {
    /// An instance that serves.
    Active,
    /// An instance that would take over.
    Standby {
        /// By hand.
        manual: bool,
    },
    /// A copy at rest.
    Backup(Kept),
}

/// What there is to know of a backup.
#[derive(Debug, Clone)]
pub struct Kept {
    /// When a restore was last seen to work.
    pub verified: Option<Date>,
    /// How many days that is from the day asked about.
    pub days: Option<i32>,
    /// Whether it counts on that day.
    pub counts: bool,
    /// Time that a restore takes.
    pub restore: Time,
    /// Where to.
    pub restore_to: Vec<ElementId>,
    /// What a restore depends on.
    pub needs: Vec<ElementId>,
    /// When a restore is through with nothing failed; never: it could not be restored at all.
    pub at_rest: Time,
    /// How it does in each failure that takes an active instance.
    pub trials: Vec<Trial>,
}

/// A backup in a failure that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// What fails.
    pub failure: ElementId,
    /// Whether no instance holds the data any more.
    pub is_last: bool,
    /// When a restore is through; never: it cannot be restored.
    pub restored: Time,
    /// Why it cannot.
    pub obstacles: Vec<Obstacle>,
}

/// Why a backup cannot be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// Its own place is lost.
    Place(ElementId),
    /// A restore depends on something that is down.
    Need(ElementId),
    /// What it could be restored to is down.
    Target(ElementId),
}

/// What the loss of something costs a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// What fails.
    pub failure: ElementId,
    /// The least staleness of what is left; never: nothing is.
    pub loss: Time,
}

/// Looks at every data store.
///
/// # Errors
/// If there are more places and groups than can be looked at.
pub fn backups(system: &System, as_of: Date) -> Result<Vec<Store>, TooMany> {
    let model = &system.model;
    let copies = Copies::new(model, as_of);
    let engine = system.engine();
    let undisturbed = engine.worker().outcome(&[]).run;
    let mut stores: Vec<Store> = model
        .services()
        .filter(|(_, _, service)| service.data)
        .map(|(id, _, service)| Store {
            service: id,
            copies: copies_of(model, &copies, service, as_of, &undisturbed),
            losses: Vec::new(),
            verdict: Verdict::None,
            lost_in: Vec::new(),
        })
        .collect();
    let of_scenario = |worker: &mut Worker<'_>, asked: &Asked| {
        let run = worker.outcome(&asked.scenario.fails).run;
        let asking = Asking { model, copies: &copies, scenario: &asked.scenario, run: &run };
        (0..stores.len()).filter_map(|place| Some((place, asking.store(&stores[place])?))).collect::<Vec<_>>()
    };
    let asked = sweep(model, &CLASSES, 1)?;
    let found: Vec<_> = asked.par_iter().map_init(|| engine.worker(), of_scenario).collect();
    for (place, touched) in found.into_iter().flatten() {
        stores[place].losses.extend(touched.loss);
        for (copy, trial) in stores[place].copies.iter_mut().filter_map(as_backup).zip(touched.trials) {
            copy.trials.extend(trial);
        }
    }
    for store in &mut stores {
        (store.verdict, store.lost_in) = verdict(store);
    }
    Ok(stores)
}

fn as_backup(copy: &mut Copy) -> Option<&mut Kept> {
    match &mut copy.kind {
        CopyKind::Backup(kept) => Some(kept),
        CopyKind::Active | CopyKind::Standby { .. } => None,
    }
}

fn copies_of(
    model: &Model,
    copies: &Copies<'_>,
    service: &Service,
    as_of: Date,
    undisturbed: &Run,
) -> Vec<Copy> {
    let of_instances = service.instances.iter().filter_map(|id| {
        let Kind::Instance(instance) = &model[*id].kind else { return None };
        let (kind, stale) = match instance.standby {
            None => (CopyKind::Active, Time::ZERO),
            // What a backup could be restored to holds nothing yet.
            Some(standby) => (CopyKind::Standby { manual: standby.manual }, standby.lag?),
        };
        Some(Copy { kind, at: instance.domain, stale })
    });
    let of_backups = service.backups.iter().map(|backup| {
        let domain = |id: &ElementId| match &model[*id].kind {
            Kind::Instance(instance) => instance.domain,
            _ => *id,
        };
        let kept = Kept {
            verified: backup.verified,
            days: backup.verified.map(|verified| (as_of - verified).get_days()),
            counts: copies.counts(backup),
            restore: backup.restore,
            restore_to: backup.restore_to.iter().map(domain).collect(),
            needs: backup.needs.iter().flat_map(Need::mentions).collect(),
            at_rest: restored(model, backup, undisturbed),
            trials: Vec::new(),
        };
        Copy { kind: CopyKind::Backup(kept), at: backup.at, stale: backup.every }
    });
    of_instances.chain(of_backups).collect()
}

/// When a restore is through: as the first standby that it makes serves, or, where none is named, once its place and
/// what a restore depends on are there.
fn restored(model: &Model, backup: &Backup, run: &Run) -> Time {
    if backup.restore_to.is_empty() {
        let needs = backup.needs.iter().map(|need| run.value(&needed(model, need)));
        return backup.restore + needs.fold(run.time(ConditionId::ok(backup.at)), Time::max);
    }
    let targets = backup.restore_to.iter().map(|id| run.time(ConditionId::ok(*id)));
    targets.min().unwrap_or(Time::NEVER)
}

/// What one failure does to a store.
struct Touched {
    loss: Option<Loss>,
    /// By backup; none where no active instance is taken.
    trials: Vec<Option<Trial>>,
}

struct Asking<'a> {
    model: &'a Model,
    copies: &'a Copies<'a>,
    scenario: &'a Scenario,
    run: &'a Run,
}

impl Asking<'_> {
    /// Nothing where the store does not notice.
    fn store(&self, store: &Store) -> Option<Touched> {
        let Kind::Service(service) = &self.model[store.service].kind else { return None };
        let failure = self.scenario.fails.first()?.what;
        let loss = least_stale(&self.copies.of(service), self.scenario, |id| self.run.time(id).is_finite());
        let loss = (loss > Time::ZERO).then_some(Loss { failure, loss });
        let (mut takes_active, mut is_last) = (false, true);
        for id in &service.instances {
            let Kind::Instance(instance) = &self.model[*id].kind else { continue };
            let Some(copy) = self.copies.of_instance(*id) else { continue };
            let survives = copy.survives(self.scenario, |id| self.run.time(id).is_finite());
            takes_active |= instance.standby.is_none() && !survives;
            is_last &= !survives;
        }
        let trial = |backup: &Backup| takes_active.then(|| self.trial(failure, is_last, backup));
        let touched = Touched { loss, trials: service.backups.iter().map(trial).collect() };
        (takes_active || loss.is_some()).then_some(touched)
    }

    fn trial(&self, failure: ElementId, is_last: bool, backup: &Backup) -> Trial {
        let holds = |id: ElementId| self.run.time(ConditionId::ok(id)).is_finite();
        let mut obstacles = Vec::new();
        let is_there =
            self.copies.of_backup(backup).survives(self.scenario, |id| self.run.time(id).is_finite());
        if !is_there {
            obstacles.push(Obstacle::Place(backup.at));
        }
        for need in backup.needs.iter().filter(|need| !self.run.value(&needed(self.model, need)).is_finite())
        {
            obstacles.extend(need.mentions().into_iter().filter(|id| !holds(*id)).map(Obstacle::Need));
        }
        let restored = if is_there { restored(self.model, backup, self.run) } else { Time::NEVER };
        if !restored.is_finite() && obstacles.is_empty() {
            obstacles.extend(backup.restore_to.iter().map(|id| Obstacle::Target(self.place_of(*id))));
        }
        obstacles.dedup();
        Trial {
            failure,
            is_last,
            restored,
            obstacles: if restored.is_finite() { Vec::new() } else { obstacles },
        }
    }

    fn place_of(&self, id: ElementId) -> ElementId {
        match &self.model[id].kind {
            Kind::Instance(instance) => instance.domain,
            _ => id,
        }
    }
}

fn verdict(store: &Store) -> (Verdict, Vec<ElementId>) {
    let kept = || {
        store.copies.iter().filter_map(|copy| match &copy.kind {
            CopyKind::Backup(kept) => Some(kept),
            CopyKind::Active | CopyKind::Standby { .. } => None,
        })
    };
    let Some(any) = kept().next() else { return (Verdict::None, Vec::new()) };
    let works_in = |failure: ElementId| {
        let of = |kept: &Kept| {
            kept.trials.iter().any(|trial| trial.failure == failure && trial.restored.is_finite())
        };
        kept().any(|kept| kept.counts && of(kept))
    };
    // Every backup has a trial in the same failures.
    let last = any.trials.iter().filter(|trial| trial.is_last).map(|trial| trial.failure);
    let lost_in: Vec<ElementId> = last.filter(|failure| !works_in(*failure)).collect();
    let works = kept().any(|kept| kept.counts && kept.at_rest.is_finite()) && lost_in.is_empty();
    (if works { Verdict::Works } else { Verdict::Fails }, lost_in)
}
