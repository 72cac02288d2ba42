//! Would we have survived? Real outages against a system.

use jiff::civil::Date;
use rayon::prelude::*;

use super::data::DataLoss;
use super::scenarios::of_outage;
use super::survive::{Answer, Asking, CapabilityOutcome};
use super::transpose::transposed;
use super::{Asked, System};
use crate::engine::Worker;
use crate::model::{Directory, ElementId, Failure, Kind, Model, Outage, State, Time};

/// What an outage would have done.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// Which.
    pub outage: Outage,
    /// Every way in which it could have been, each answered; empty where the system uses nothing of what failed.
    pub tries: Vec<Answer>,
    /// For each chosen capability the worst of these, with the try that it comes of.
    pub capabilities: Vec<(CapabilityOutcome, usize)>,
    /// For each data store the worst.
    pub data: Vec<(DataLoss, usize)>,
}

impl Replayed {
    /// Whether the system uses anything of what failed.
    pub fn touches(&self) -> bool {
        !self.tries.is_empty()
    }

    /// Whether every capability is in the state to be kept, at the least, whatever place it was.
    pub fn is_survived(&self, kept: State) -> bool {
        self.capabilities.iter().all(|(of, _)| of.state >= kept)
    }

    /// How bad it is: so many capabilities down and degraded, and the longest of their outages.
    pub fn severity(&self) -> (usize, usize, Time) {
        let count = |state| self.capabilities.iter().filter(|(of, _)| of.state == state).count();
        let longest = self.capabilities.iter().map(|(of, _)| of.outage).max().unwrap_or(Time::ZERO);
        (count(State::Down), count(State::Degraded), longest)
    }
}

/// The outages that a model can be asked about: those that are built in, oldest first, then its own. One of its own
/// with the id of one that is built in takes its place.
pub fn known_outages(model: &Model) -> Vec<Outage> {
    let mut known = Outage::all_built_in();
    for own in &model.outages {
        match known.iter_mut().find(|known| known.id == own.id) {
            Some(known) => known.clone_from(own),
            None => known.push(own.clone()),
        }
    }
    known
}

/// Replays outages, in order. With `moved`, each also happens to the regions and providers that the system uses.
pub fn replay(
    system: &System,
    outages: Vec<Outage>,
    moved: bool,
    capabilities: &[ElementId],
    as_of: Date,
) -> Vec<Replayed> {
    let directory = Directory::new(&system.model);
    let used = used(system);
    let engine = system.engine();
    let asking = Asking::new(system, capabilities, as_of);
    let one = |worker: &mut Worker<'_>, outage: Outage| {
        let mut tries: Vec<Asked> = Vec::new();
        let mut known: Vec<Vec<Failure>> = Vec::new();
        let ways = if moved { transposed(&directory, &outage) } else { vec![outage.clone()] };
        for scenario in ways.iter().flat_map(|way| directory.scenarios(way)) {
            let is_new = !known.contains(&scenario.fails);
            if is_new && scenario.fails.iter().any(|failure| used[failure.what.index()]) {
                known.push(scenario.fails.clone());
                tries.push(of_outage(&scenario));
            }
        }
        let tries = tries.into_iter().map(|asked| asking.answer(worker, asked).0).collect();
        Replayed::new(outage, tries)
    };
    outages.into_par_iter().map_init(|| engine.worker(), one).collect()
}

impl Replayed {
    fn new(outage: Outage, tries: Vec<Answer>) -> Self {
        let first = tries.first();
        let n_capabilities = first.map_or(0, |answer| answer.capabilities.len());
        let n_stores = first.map_or(0, |answer| answer.data.len());
        let worst_of = |index: usize| {
            let mut worst = (tries[0].capabilities[index], 0);
            for (place, answer) in tries.iter().enumerate().skip(1) {
                let of = answer.capabilities[index];
                if is_worse(&of, &worst.0) {
                    worst = (of, place);
                }
            }
            worst
        };
        let worst_loss = |index: usize| {
            let mut worst = (tries[0].data[index], 0);
            for (place, answer) in tries.iter().enumerate().skip(1) {
                if answer.data[index].loss > worst.0.loss {
                    worst = (answer.data[index], place);
                }
            }
            worst
        };
        let capabilities = (0..n_capabilities).map(worst_of).collect();
        let data = (0..n_stores).map(worst_loss).collect();
        Self { outage, tries, capabilities, data }
    }
}

/// A lower state is worse, then a longer outage, then longer until it is undegraded, then silence.
fn is_worse(of: &CapabilityOutcome, than: &CapabilityOutcome) -> bool {
    let key = |of: &CapabilityOutcome| {
        (std::cmp::Reverse(of.state), of.outage, of.undegraded_after, of.unreachable)
    };
    key(of) > key(than)
}

/// What the system uses: what a capability or channel depends on, and where the backups of its data lie.
fn used(system: &System) -> Vec<bool> {
    let model = &system.model;
    let mut used = vec![false; model.len()];
    let mut stack: Vec<ElementId> = Vec::new();
    for (id, element) in model.elements() {
        if matches!(element.kind, Kind::Capability(_) | Kind::Channel) {
            used[id.index()] = true;
            stack.push(id);
        }
    }
    while let Some(id) = stack.pop() {
        let backups = match &model[id].kind {
            Kind::Service(service) => &service.backups[..],
            _ => &[],
        };
        let on = system.topology.dependencies(id).map(|(_, on)| on);
        for next in on.chain(backups.iter().map(|backup| backup.at)) {
            if !used[next.index()] {
                used[next.index()] = true;
                stack.push(next);
            }
        }
    }
    used
}
