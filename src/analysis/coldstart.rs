//! Can everything be started from zero, in which order, and what takes the longest?

use super::System;
use crate::compile::{Capacity, ConditionId, Formula};
use crate::engine::ColdStart;
use crate::model::{ElementId, Kind, Time};

/// A start from zero.
#[derive(Debug, Clone)]
pub struct Started {
    /// When each condition holds.
    pub times: ColdStart,
    /// Services in waves: each needs only what stands in those before it. What never starts is in none.
    pub waves: Vec<Vec<ElementId>>,
    /// What the last service, capability or channel to start waited for, the first first.
    pub critical: Vec<Step>,
    /// When the last of them that starts at all is there.
    pub total: Time,
}

/// A step of the critical path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What becomes available.
    pub element: ElementId,
    /// When.
    pub ready: Time,
    /// How much of that is its own: a service's `start`, a standby's `after`, time to move to an alternative.
    pub own: Time,
}

/// Starts everything from zero.
pub fn cold_start(system: &System) -> Started {
    let times = ColdStart::new(&system.dense);
    let order = Order::new(system, &times);
    let waves = order.waves();
    let model = &system.model;
    let told = model.elements().filter(|(_, element)| {
        matches!(element.kind, Kind::Service(_) | Kind::Capability(_) | Kind::Channel)
    });
    let ready =
        told.map(|(id, _)| (times.time(ConditionId::ok(id)), id)).filter(|(time, _)| time.is_finite());
    // Of several that are last, the one that waited for most.
    let last = ready.max_by_key(|(time, id)| (*time, order.rank(ConditionId::ok(*id))));
    let (total, critical) = match last {
        Some((total, last)) => (total, order.critical(ConditionId::ok(last))),
        None => (Time::ZERO, Vec::new()),
    };
    Started { times, waves, critical, total }
}

/// Conditions in the order in which they became available.
struct Order<'a> {
    system: &'a System,
    times: &'a ColdStart,
    sorted: Vec<ConditionId>,
    /// By condition; what never becomes available comes after all others.
    ranks: Vec<u32>,
}

impl<'a> Order<'a> {
    fn new(system: &'a System, times: &'a ColdStart) -> Self {
        let program = &system.program;
        let mut order: Vec<(u32, u32, ConditionId)> = (0_u32..)
            .zip(program.order())
            .filter_map(|(place, id)| Some((times.turn(*id)?, place, *id)))
            .collect();
        order.sort_unstable();
        let sorted: Vec<ConditionId> = order.into_iter().map(|(.., id)| id).collect();
        let mut ranks = vec![u32::MAX; program.len()];
        for (rank, id) in (0_u32..).zip(&sorted) {
            ranks[id.index()] = rank;
        }
        Self { system, times, sorted, ranks }
    }

    fn rank(&self, id: ConditionId) -> u32 {
        self.ranks[id.index()]
    }

    // ---- waves -------------------------------------------------------------------------------------------

    fn waves(&self) -> Vec<Vec<ElementId>> {
        let mut of: Vec<u32> = vec![0; self.system.program.len()];
        let mut waves: Vec<Vec<ElementId>> = Vec::new();
        for id in &self.sorted {
            let rank = self.rank(*id);
            let parts = &self.system.program[*id].parts;
            let before =
                parts.iter().filter_map(|part| self.wave(&part.formula, rank, &of)).map(|(_, wave)| wave);
            let wave = before.max().unwrap_or(0);
            let is_service = matches!(self.system.model[id.element()].kind, Kind::Service(_));
            if is_service && *id == ConditionId::ok(id.element()) {
                let place = wave as usize;
                if waves.len() <= place {
                    waves.resize(place + 1, Vec::new());
                }
                waves[place].push(id.element());
                of[id.index()] = wave + 1;
            } else {
                of[id.index()] = wave;
            }
        }
        waves.iter_mut().for_each(|wave| wave.sort_unstable());
        waves
    }

    /// When a formula holds and how many waves of services that takes, given what became available before a rank.
    fn wave(&self, formula: &Formula, before: u32, of: &[u32]) -> Option<(Time, u32)> {
        let is = |id: &ConditionId| (self.rank(*id) < before).then(|| (self.times.time(*id), of[id.index()]));
        let inner = |formula: &Formula| self.wave(formula, before, of);
        match formula {
            Formula::Event(_) => Some((Time::ZERO, 0)),
            Formula::Is(id) => is(id),
            Formula::ToStart(of) | Formula::Tolerates(_, of) => inner(of),
            Formula::Later(more, of) => inner(of).map(|(time, wave)| (time + *more, wave)),
            Formula::All(of) => {
                of.iter().map(inner).try_fold((Time::ZERO, 0), |all, one| Some(latest(all, one?)))
            }
            Formula::Any(of) => of.iter().filter_map(inner).min(),
            Formula::AtLeast(count, of) => {
                let mut there: Vec<_> = of.iter().filter_map(inner).collect();
                there.sort_unstable();
                let enough = there.get(..*count as usize)?;
                Some(enough.iter().copied().fold((Time::ZERO, 0), latest))
            }
            Formula::Capacity { threshold, of } => {
                let mut there: Vec<_> =
                    of.iter().filter_map(|(carries, id)| Some((is(id)?, *carries))).collect();
                there.sort_unstable();
                let (mut all, mut sum) = ((Time::ZERO, 0), Capacity::ZERO);
                for (one, carries) in there {
                    if sum >= *threshold {
                        break;
                    }
                    (all, sum) = (latest(all, one), sum + carries);
                }
                (sum >= *threshold).then_some(all)
            }
        }
    }

    // ---- the critical path -------------------------------------------------------------------------------

    fn critical(&self, last: ConditionId) -> Vec<Step> {
        let mut path = Vec::new();
        let mut next = Some(last);
        while let Some(id) = next {
            let ready = self.times.time(id);
            if ready == Time::ZERO {
                break;
            }
            let parts = &self.system.program[id].parts;
            let decides = parts.iter().filter_map(|part| self.decisive(&part.formula, self.rank(id)));
            // Of equals the first written.
            let latest = decides.reduce(|first, other| if other.0 > first.0 { other } else { first });
            next = latest.and_then(|(_, on)| on);
            let before = next.map_or(Time::ZERO, |on| self.times.time(on));
            let own = Time::seconds(
                ready.as_seconds().unwrap_or(0).saturating_sub(before.as_seconds().unwrap_or(0)),
            );
            path.push(Step { element: id.element(), ready, own });
        }
        path.reverse();
        // An instance that costs no time of its own says no more than its service.
        path.dedup_by(|later, kept| later.element == kept.element);
        path
    }

    /// When a formula holds, and the condition that decides it.
    fn decisive(&self, formula: &Formula, before: u32) -> Option<(Time, Option<ConditionId>)> {
        let is = |id: ConditionId| (self.rank(id) < before).then(|| (self.times.time(id), Some(id)));
        let inner = |formula: &Formula| self.decisive(formula, before);
        let rank = |(time, on): &(Time, Option<ConditionId>)| (*time, on.map(|on| self.rank(on)));
        match formula {
            Formula::Event(_) => Some((Time::ZERO, None)),
            Formula::Is(id) => is(*id),
            Formula::ToStart(of) | Formula::Tolerates(_, of) => inner(of),
            Formula::Later(more, of) => inner(of).map(|(time, on)| (time + *more, on)),
            Formula::All(of) => of.iter().filter_map(inner).max_by_key(rank),
            Formula::Any(of) => of.iter().filter_map(inner).min_by_key(rank),
            Formula::AtLeast(count, of) => {
                let mut there: Vec<_> = of.iter().filter_map(inner).collect();
                there.sort_by_key(rank);
                there.get((*count as usize).checked_sub(1)?).copied()
            }
            Formula::Capacity { threshold, of } => {
                let mut there: Vec<_> =
                    of.iter().filter_map(|(carries, id)| Some((is(*id)?, *carries))).collect();
                there.sort_by_key(|(one, _)| rank(one));
                let mut sum = Capacity::ZERO;
                let reached = there.into_iter().find(|(_, carries)| {
                    sum = sum + *carries;
                    sum >= *threshold
                });
                reached.map(|(one, _)| one)
            }
        }
    }
}

fn latest(a: (Time, u32), b: (Time, u32)) -> (Time, u32) {
    (a.0.max(b.0), a.1.max(b.1))
}
