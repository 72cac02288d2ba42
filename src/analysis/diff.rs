//! What a change of a model does to survival.
//!
//! Both models are asked the same: every single failure of a zone, region, provider, product, group or service, every
//! scenario that both declare, and the minimal cut sets of one and two events. What is the same thing in both, under
//! another name too, is compared; what is in one only has nothing to be compared with, and shows in the cut sets.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use super::check::SINGLE_POINT_CLASSES;
use super::pairs::{Pairs, pairs};
use super::small_cuts::{SmallCuts, small_cuts};
use super::survive::{Answer, CapabilityOutcome, survive};
use super::{Asked, System, TooMany, declared, sweep};
use crate::model::{ElementId, Kind, State, Time};

/// Something that was there before, after, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both<T> {
    /// In the old model.
    pub old: T,
    /// In the new model.
    pub new: T,
}

/// Whether a change is for the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It is a regression.
    Worse,
    /// It is an improvement.
    Better,
    /// It is neither: it follows from another change, or trades one thing for another.
    Neutral,
}

/// One thing that changed. What it is about is named in the new model.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// For the worse or not.
    pub effect: Effect,
    /// What changed.
    pub what: Changed,
}

/// What changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    /// A minimal cut set of a capability is there that was not, or no more.
    Cut {
        /// Whose.
        capability: ElementId,
        /// Of which events, in the model that has it.
        cut: Vec<ElementId>,
        /// Whether it was gained, and so is of the new model.
        gained: bool,
    },
    /// A capability's smallest cut set has another size; `None`: larger than was looked for.
    Margin {
        /// Whose.
        capability: ElementId,
        /// The sizes.
        margin: Both<Option<usize>>,
    },
    /// What a scenario does to a capability.
    Outcome {
        /// Which scenario, as the new model has it.
        asked: Asked,
        /// Old and new, each of its own model.
        of: Both<CapabilityOutcome>,
    },
    /// What a scenario costs a data store.
    Loss {
        /// Which scenario, as the new model has it.
        asked: Asked,
        /// Which store.
        service: ElementId,
        /// The staleness of what is left.
        loss: Both<Time>,
    },
    /// What an hour of a scenario costs: the value of the capabilities that are down.
    Value {
        /// Which scenario, as the new model has it.
        asked: Asked,
        /// The values.
        value_per_hour: Both<f64>,
    },
}

/// The worst that a single failure costs an hour.
#[derive(Debug, Clone, PartialEq)]
pub struct AtStake {
    /// The first scenario that costs the most, in its model; `None` where none costs anything.
    pub asked: Option<Asked>,
    /// What it costs.
    pub value_per_hour: f64,
}

/// What a change does.
#[derive(Debug, Clone)]
pub struct Diff {
    /// What is the same in both.
    pub pairs: Pairs,
    /// Every change: cut sets, margins, then by scenario.
    pub changes: Vec<Change>,
    /// The sizes of cut sets that were looked for.
    pub order: usize,
    /// Capabilities that only the new model has, each with its single points of failure.
    pub new_points: Vec<(ElementId, Vec<ElementId>)>,
    /// The most value per hour that a single failure takes.
    pub at_stake: Both<AtStake>,
    /// How many scenarios were compared.
    pub scenarios: usize,
}

/// Compares two models. `kept` is the state that cut sets take away.
///
/// # Errors
/// If a model has more single failures than can be looked at.
pub fn diff(old: &System, new: &System, kept: State, as_of: Date) -> Result<Diff, TooMany> {
    let pairs = pairs(old, new);
    let sides = Both { old: Side::new(old, kept, as_of)?, new: Side::new(new, kept, as_of)? };
    let mut changes = Vec::new();
    let order = cut_changes(&sides, &pairs, &mut changes);
    let mut scenarios = 0;
    let answers: HashMap<Key, &Answer> =
        sides.old.answers.iter().filter_map(|answer| Some((Side::key(answer, &pairs)?, answer))).collect();
    for answer in &sides.new.answers {
        let Some(before) = answers.get(&Side::own_key(answer)) else { continue };
        scenarios += 1;
        outcome_changes(&sides, &pairs, Both { old: before, new: answer }, &mut changes);
    }
    let at_stake = Both { old: sides.old.at_stake(), new: sides.new.at_stake() };
    let is_new = |capability: &&ElementId| pairs.to_old(**capability).is_none();
    let single = |cut: &Vec<ElementId>| if let [point] = cut[..] { Some(point) } else { None };
    let points = |capability: &ElementId| -> Vec<ElementId> {
        sides.new.cuts_of(*capability).iter().filter_map(single).collect()
    };
    let new = sides.new.capabilities.iter().filter(is_new);
    let new_points = new.map(|capability| (*capability, points(capability))).collect();
    Ok(Diff { pairs, changes, order, new_points, at_stake, scenarios })
}

/// One of the two models, and what it answers.
struct Side<'s> {
    system: &'s System,
    capabilities: Vec<ElementId>,
    answers: Vec<Answer>,
    cuts: SmallCuts,
}

/// A scenario in words that both models share: a declared one by its name, a single failure by what fails in the new
/// model.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Declared(String),
    Single(ElementId),
}

impl<'s> Side<'s> {
    fn new(system: &'s System, kept: State, as_of: Date) -> Result<Self, TooMany> {
        let model = &system.model;
        let capabilities: Vec<ElementId> = model.capabilities().map(|(id, ..)| id).collect();
        let mut asked = sweep(model, &SINGLE_POINT_CLASSES, 1)?;
        asked.extend(model.scenarios.iter().map(declared));
        let cuts = small_cuts(system, &capabilities, kept)?;
        let answers = survive(system, &asked, &capabilities, as_of);
        Ok(Self { system, capabilities, answers, cuts })
    }

    /// The key of an old scenario; `None` where what fails is no more.
    fn key(answer: &Answer, pairs: &Pairs) -> Option<Key> {
        match Self::own_key(answer) {
            Key::Single(what) => pairs.to_new(what).map(Key::Single),
            named @ Key::Declared(_) => Some(named),
        }
    }

    fn own_key(answer: &Answer) -> Key {
        let scenario = &answer.asked.scenario;
        match (answer.asked.class.as_str(), scenario.fails.first()) {
            ("scenario", _) | (_, None) => Key::Declared(scenario.name.clone()),
            (_, Some(failure)) => Key::Single(failure.what),
        }
    }

    fn value_per_hour(&self, answer: &Answer) -> f64 {
        let down = answer.capabilities.iter().filter(|of| of.state == State::Down);
        let mut values: Vec<f64> = down
            .filter_map(|of| match &self.system.model[of.capability].kind {
                Kind::Capability(capability) => Some(capability.value_per_hour),
                _ => None,
            })
            .collect();
        // Sorted, so that the sum does not depend on the order in which a model is written.
        values.sort_by(f64::total_cmp);
        // The sum of nothing would be -0, which is not the same as 0 and looks odd.
        values.iter().fold(0.0, |sum, value| sum + value)
    }

    fn at_stake(&self) -> AtStake {
        let mut worst = AtStake { asked: None, value_per_hour: 0.0 };
        for answer in self.answers.iter().filter(|answer| answer.asked.class != "scenario") {
            let value_per_hour = self.value_per_hour(answer);
            if value_per_hour > worst.value_per_hour {
                worst = AtStake { asked: Some(answer.asked.clone()), value_per_hour };
            }
        }
        worst
    }

    fn cuts_of(&self, capability: ElementId) -> &[Vec<ElementId>] {
        self.capabilities.binary_search(&capability).map_or(&[], |index| &self.cuts.cuts[index])
    }
}

/// An event in words that both models share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Event {
    /// By its number in the new model.
    New(ElementId),
    /// What the new model does not have.
    Gone(ElementId),
}

type Cut = BTreeSet<Event>;

/// Cut sets gained and lost, and margins; gives the size up to which both know all.
fn cut_changes(sides: &Both<Side<'_>>, pairs: &Pairs, changes: &mut Vec<Change>) -> usize {
    let order = sides.old.cuts.order.min(sides.new.cuts.order);
    let was = |id: &ElementId| pairs.to_new(*id).map_or(Event::Gone(*id), Event::New);
    for capability in &sides.new.capabilities {
        let Some(before) = pairs.to_old(*capability) else { continue };
        let known = |cut: &&Vec<ElementId>| cut.len() <= order;
        let old: Vec<&Vec<ElementId>> = sides.old.cuts_of(before).iter().filter(known).collect();
        let new: Vec<&Vec<ElementId>> = sides.new.cuts_of(*capability).iter().filter(known).collect();
        let old_sets: BTreeSet<Cut> = old.iter().map(|cut| cut.iter().map(was).collect()).collect();
        let new_sets: BTreeSet<Cut> =
            new.iter().map(|cut| cut.iter().map(|id| Event::New(*id)).collect()).collect();
        let mut push = |cut: &[ElementId], gained: bool, is_covered: bool| {
            let effect = match (is_covered, gained) {
                (true, _) => Effect::Neutral,
                (false, true) => Effect::Worse,
                (false, false) => Effect::Better,
            };
            let what = Changed::Cut { capability: *capability, cut: cut.to_vec(), gained };
            changes.push(Change { effect, what });
        };
        for cut in new {
            let set: Cut = cut.iter().map(|id| Event::New(*id)).collect();
            if !old_sets.contains(&set) {
                push(cut, true, covers(&old_sets, &set));
            }
        }
        for cut in old {
            let set: Cut = cut.iter().map(was).collect();
            if !new_sets.contains(&set) {
                push(cut, false, covers(&new_sets, &set));
            }
        }
        let margin = Both { old: smallest(&old_sets), new: smallest(&new_sets) };
        if margin.old != margin.new {
            // A margin that is not known is larger than all that are.
            let rank = |margin: Option<usize>| margin.unwrap_or(usize::MAX);
            let is_worse = rank(margin.new) < rank(margin.old);
            let effect = if is_worse { Effect::Worse } else { Effect::Better };
            changes.push(Change { effect, what: Changed::Margin { capability: *capability, margin } });
        }
    }
    order
}

fn smallest(cuts: &BTreeSet<Cut>) -> Option<usize> {
    cuts.iter().map(BTreeSet::len).min()
}

/// Whether a part of a set of at most two events is a cut already, so that the set itself is no news.
fn covers(cuts: &BTreeSet<Cut>, set: &Cut) -> bool {
    let parts = set.iter().map(|event| BTreeSet::from([*event])).chain([BTreeSet::new()]);
    parts.chain([set.clone()]).any(|part| cuts.contains(&part))
}

fn outcome_changes(sides: &Both<Side<'_>>, pairs: &Pairs, answers: Both<&Answer>, changes: &mut Vec<Change>) {
    let asked = &answers.new.asked;
    for new in &answers.new.capabilities {
        let Some(before) = pairs.to_old(new.capability) else { continue };
        let all = &answers.old.capabilities;
        let Ok(place) = all.binary_search_by_key(&before, |of| of.capability) else { continue };
        let of = Both { old: all[place], new: *new };
        if let Some(effect) = effect_of(&of) {
            changes.push(Change { effect, what: Changed::Outcome { asked: asked.clone(), of } });
        }
    }
    for new in &answers.new.data {
        let Some(before) = pairs.to_old(new.service) else { continue };
        let Ok(place) = answers.old.data.binary_search_by_key(&before, |of| of.service) else { continue };
        let loss = Both { old: answers.old.data[place].loss, new: new.loss };
        if loss.old != loss.new {
            let effect = if loss.new > loss.old { Effect::Worse } else { Effect::Better };
            let what = Changed::Loss { asked: asked.clone(), service: new.service, loss };
            changes.push(Change { effect, what });
        }
    }
    let value_per_hour =
        Both { old: sides.old.value_per_hour(answers.old), new: sides.new.value_per_hour(answers.new) };
    if value_per_hour.old.to_bits() != value_per_hour.new.to_bits() {
        let what = Changed::Value { asked: asked.clone(), value_per_hour };
        changes.push(Change { effect: Effect::Neutral, what });
    }
}

/// `None` where nothing changed. To be worse in one respect is to be worse.
fn effect_of(of: &Both<CapabilityOutcome>) -> Option<Effect> {
    let Both { old, new } = of;
    let worse = new.state < old.state
        || new.outage > old.outage
        || new.undegraded_after > old.undegraded_after
        || (new.unreachable && !old.unreachable);
    let better = new.state > old.state
        || new.outage < old.outage
        || new.undegraded_after < old.undegraded_after
        || (!new.unreachable && old.unreachable);
    match (worse, better) {
        (true, _) => Some(Effect::Worse),
        (false, true) => Some(Effect::Better),
        (false, false) => None,
    }
}
