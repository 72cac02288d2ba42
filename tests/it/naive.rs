//! The semantics page once more, straight from the model: no formulas, no order, no affected part. The reference
//! engine is compared with it.

use linchpin::model::{
    Backup, ElementId, Failure, Instance, Kind, Model, Need, Peers, Service, Standby, State, Time,
};

/// What is asked of an element: to be ok, or to be full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Ok,
    Full,
}

type Condition = (ElementId, Level);

/// Step 1 asks what stays, step 2 what comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Stay,
    Return,
}

/// E, by element: the times of ok and full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Times(Vec<[Time; 2]>);

impl Times {
    pub(crate) fn of(&self, id: ElementId, level: Level) -> Time {
        self.0[id.index()][level as usize]
    }

    fn set(&mut self, (id, level): Condition, time: Time) {
        self.0[id.index()][level as usize] = time;
    }
}

/// A model in a scenario.
struct World<'m> {
    model: &'m Model,
    fails: &'m [Failure],
    /// E, as far as it is settled; what is not is never.
    times: Times,
}

/// What follows when these fail.
pub(crate) struct Outcome {
    pub(crate) times: Times,
    pub(crate) while_failed: Times,
    /// Elements in a recovery deadlock.
    pub(crate) deadlock: Vec<ElementId>,
    /// The loss of each data store.
    pub(crate) losses: Vec<(ElementId, Time)>,
}

impl Outcome {
    pub(crate) fn state(&self, id: ElementId) -> State {
        match (self.while_failed.of(id, Level::Ok), self.while_failed.of(id, Level::Full)) {
            (_, full) if full < Time::NEVER => State::Up,
            (ok, _) if ok < Time::NEVER => State::Degraded,
            _ => State::Down,
        }
    }
}

/// The outcome of a scenario; `counts` says which backups do on the day asked about.
pub(crate) fn outcome(model: &Model, fails: &[Failure], counts: impl Fn(&Backup) -> bool) -> Outcome {
    let mut world = World::new(model, fails);
    world.stay_and_return();
    let for_ever: Vec<_> = fails.iter().map(|failure| Failure { lasts: Time::NEVER, ..*failure }).collect();
    let mut failed = World::new(model, &for_ever);
    failed.stay_and_return();
    let stores = model.services().filter(|(_, _, service)| service.data);
    let losses = stores.map(|(id, _, service)| (id, world.loss(service, &counts))).collect();
    Outcome { deadlock: world.deadlock(), losses, times: world.times, while_failed: failed.times }
}

/// Step 2 with S empty and no event.
pub(crate) fn cold_start(model: &Model) -> Times {
    cold_start_with(model, &[])
}

/// The same while some things are not there to be started.
pub(crate) fn cold_start_with(model: &Model, fails: &[Failure]) -> Times {
    let mut world = World::new(model, fails);
    world.come_back(&[]);
    world.times
}

/// What waits for itself when everything is started from zero.
pub(crate) fn cold_deadlock(model: &Model) -> Vec<ElementId> {
    let mut world = World::new(model, &[]);
    world.come_back(&[]);
    world.deadlock()
}

fn all(times: impl IntoIterator<Item = Time>) -> Time {
    times.into_iter().max().unwrap_or(Time::ZERO)
}

fn at_least(k: usize, times: impl IntoIterator<Item = Time>) -> Time {
    let mut times: Vec<_> = times.into_iter().collect();
    times.sort_unstable();
    if k == 0 { Time::ZERO } else { times.get(k - 1).copied().unwrap_or(Time::NEVER) }
}

impl<'m> World<'m> {
    fn new(model: &'m Model, fails: &'m [Failure]) -> Self {
        Self { model, fails, times: Times(vec![[Time::NEVER; 2]; model.len()]) }
    }

    // ---- who stays up, and who comes back ----------------------------------------------------------------

    /// Step 1, and step 2 with its result.
    fn stay_and_return(&mut self) {
        let mut staying = self.conditions();
        loop {
            self.come_back(&staying);
            let before = staying.len();
            staying.retain(|condition| self.formula(*condition, Step::Stay) == Time::ZERO);
            if staying.len() == before {
                return;
            }
        }
    }

    /// Step 2: what stays is there, and what becomes available next is settled, again and again.
    fn come_back(&mut self, staying: &[Condition]) {
        self.times = Times(vec![[Time::NEVER; 2]; self.model.len()]);
        for condition in staying {
            self.times.set(*condition, Time::ZERO);
        }
        let mut waiting = self.conditions();
        waiting.retain(|(id, level)| self.times.of(*id, *level) == Time::NEVER);
        loop {
            let returns: Vec<Time> =
                waiting.iter().map(|condition| self.formula(*condition, Step::Return)).collect();
            let Some(next) = returns.iter().copied().filter(|time| *time < Time::NEVER).min() else { return };
            let mut left = Vec::new();
            for (condition, time) in waiting.into_iter().zip(returns) {
                if time == next { self.times.set(condition, time) } else { left.push(condition) }
            }
            waiting = left;
        }
    }

    fn deadlock(&self) -> Vec<ElementId> {
        let mut members = self.conditions();
        members.retain(|(id, level)| self.times.of(*id, *level) == Time::NEVER);
        loop {
            let mut supposed = World { times: self.times.clone(), ..*self };
            for condition in &members {
                supposed.times.set(*condition, Time::ZERO);
            }
            let before = members.len();
            members.retain(|condition| supposed.formula(*condition, Step::Return) < Time::NEVER);
            if members.len() == before {
                let mut elements: Vec<_> = members.into_iter().map(|(id, _)| id).collect();
                elements.dedup();
                return elements;
            }
        }
    }

    fn conditions(&self) -> Vec<Condition> {
        self.model.elements().flat_map(|(id, _)| [(id, Level::Ok), (id, Level::Full)]).collect()
    }

    // ---- the table ---------------------------------------------------------------------------------------

    fn own(&self, id: ElementId) -> Time {
        let failure = self.fails.iter().find(|failure| failure.what == id);
        failure.map_or(Time::ZERO, |failure| failure.lasts)
    }

    fn ok(&self, id: ElementId) -> Time {
        self.times.of(id, Level::Ok)
    }

    fn formula(&self, (id, level): Condition, step: Step) -> Time {
        let element = &self.model[id];
        let own = self.own(id);
        let groups = all(element.groups.iter().map(|group| self.ok(*group)));
        let needs = |level| all(element.needs.iter().map(|need| self.term(need, level, step)));
        let wants = |level| all(element.wants.iter().map(|want| self.term(want, level, step)));
        match (&element.kind, level) {
            (Kind::Region(region), _) => {
                let zones = region.zones.iter().map(|zone| self.own(*zone));
                let enough = region.min_zones.map_or(Time::ZERO, |min| at_least(min as usize, zones));
                all([own, self.ok(region.provider), groups, needs(Level::Ok), enough])
            }
            (Kind::Zone { region }, _) => all([own, self.ok(*region), groups, needs(Level::Ok)]),
            (Kind::Facility(facility), _) => {
                let up = facility.up.map_or(Time::ZERO, |up| self.ok(up));
                all([own, self.ok(facility.domain), up, needs(Level::Ok)])
            }
            (Kind::Provider | Kind::Group, _) => all([own, groups, needs(Level::Ok)]),
            (Kind::Instance(instance), Level::Ok) => {
                let uses = all(instance.uses.iter().map(|facility| self.ok(*facility)));
                let serves = all([own, self.ok(instance.domain), uses, self.same(instance, level, step)]);
                match instance.standby {
                    None => serves,
                    Some(Standby { after, .. }) => after + serves.max(needs(Level::Ok)),
                }
            }
            (Kind::Instance(instance), Level::Full) => self.ok(id).max(self.same(instance, level, step)),
            (Kind::Service(service), Level::Ok) => {
                let start = if step == Step::Return { service.start } else { Time::ZERO };
                let enough = self.enough(service, service.min_capacity, level);
                all([own, groups, needs(level), enough]) + start
            }
            (Kind::Service(service), Level::Full) => {
                all([self.ok(id), needs(level), wants(level), self.enough(service, service.capacity, level)])
            }
            (Kind::Capability(_) | Kind::Channel, Level::Ok) => needs(level),
            (Kind::Capability(_) | Kind::Channel, Level::Full) => {
                all([self.ok(id), needs(level), wants(level)])
            }
        }
    }

    fn same(&self, instance: &Instance, level: Level, step: Step) -> Time {
        let term = |peers: &Peers| {
            let first = peers.of.iter().map(|peer| self.times.of(*peer, level)).min();
            needed(first.unwrap_or(Time::NEVER), peers.when_start, peers.tolerates, step)
        };
        all(instance.peers.iter().map(term))
    }

    /// When enough instances work, and enough capacity; a service without instances is logic alone.
    fn enough(&self, service: &Service, capacity: Option<f64>, level: Level) -> Time {
        if service.instances.is_empty() {
            return Time::ZERO;
        }
        let times: Vec<Time> = service.instances.iter().map(|id| self.times.of(*id, level)).collect();
        let carried_at = |time: Time| -> f64 {
            let working = service.instances.iter().zip(&times).filter(|(_, works)| **works <= time);
            let carries = |id: &ElementId| match &self.model[*id].kind {
                Kind::Instance(instance) => instance.capacity,
                _ => 0.0,
            };
            working.map(|(id, _)| carries(id)).sum()
        };
        let moments = [Time::ZERO].iter().chain(&times).copied().filter(|time| *time < Time::NEVER);
        let reached = capacity.map_or(Some(Time::ZERO), |threshold| {
            // Sums of doubles are off by less than anyone means.
            moments.filter(|time| carried_at(*time) > threshold - 1e-6).min()
        });
        at_least(service.quorum as usize, times.iter().copied()).max(reached.unwrap_or(Time::NEVER))
    }

    fn term(&self, need: &Need, level: Level, step: Step) -> Time {
        let terms =
            |of: &[Need]| -> Vec<Time> { of.iter().map(|need| self.term(need, level, step)).collect() };
        match need {
            Need::On { on, when_start, tolerates } => {
                let time = match self.model[*on].kind {
                    Kind::Service(_) | Kind::Instance(_) | Kind::Capability(_) | Kind::Channel => {
                        self.times.of(*on, level)
                    }
                    _ => self.ok(*on),
                };
                needed(time, *when_start, *tolerates, step)
            }
            Need::All(of) => all(terms(of)),
            Need::AtLeast { count, of } => at_least(*count as usize, terms(of)),
            Need::Any { of, after, degraded } => {
                let mut later = terms(&of[1..]);
                if level == Level::Ok {
                    later.extend(terms(degraded));
                }
                let later = later.into_iter().map(|time| *after + time).min();
                self.term(&of[0], level, step).min(later.unwrap_or(Time::NEVER))
            }
        }
    }

    // ---- data ----------------------------------------------------------------------------------------------

    fn loss(&self, service: &Service, counts: impl Fn(&Backup) -> bool) -> Time {
        let mut copies = Vec::new();
        for id in &service.instances {
            let Kind::Instance(instance) = &self.model[*id].kind else { continue };
            let survives = self.own(*id) < Time::NEVER
                && !self.is_destroyed(*id)
                && self.holds(instance.domain)
                && instance.uses.iter().all(|facility| self.holds(*facility));
            let stale = instance.standby.map_or(Some(Time::ZERO), |standby| standby.lag);
            copies.extend(stale.filter(|_| survives));
        }
        let kept = service.backups.iter().filter(|backup| counts(backup) && self.holds(backup.at));
        copies.extend(kept.map(|backup| backup.every));
        copies.into_iter().min().unwrap_or(Time::NEVER)
    }

    /// Whether a place still holds what it held: it comes back, and neither it nor anything above was destroyed.
    fn holds(&self, place: ElementId) -> bool {
        self.ok(place) < Time::NEVER && self.is_intact(place)
    }

    fn is_intact(&self, place: ElementId) -> bool {
        let above = match &self.model[place].kind {
            Kind::Facility(facility) => vec![Some(facility.domain), facility.up],
            Kind::Zone { region } => vec![Some(*region)],
            Kind::Region(region) => vec![Some(region.provider)],
            _ => Vec::new(),
        };
        !self.is_destroyed(place) && above.into_iter().flatten().all(|above| self.is_intact(above))
    }

    fn is_destroyed(&self, id: ElementId) -> bool {
        self.fails.iter().any(|failure| failure.what == id && failure.destroys)
    }
}

/// A dependency in a step: what runs does without what it needs to start, and rides out what it tolerates.
fn needed(time: Time, when_start: bool, tolerates: Time, step: Step) -> Time {
    let does_without = step == Step::Stay && (when_start || time <= tolerates);
    if does_without { Time::ZERO } else { time }
}
