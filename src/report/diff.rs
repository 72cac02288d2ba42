//! `linchpin/diff/1`.

use std::collections::HashSet;

use serde::Serialize;

use super::{Ordered, bare_name, names};
use crate::analysis::{Asked, AtStake, Both, Change, Changed, Diff, Effect};
use crate::model::{ElementId, Model, State, Time};

/// What a change of a model does to survival.
#[derive(Debug, Clone, Serialize)]
pub struct DiffReport {
    schema: &'static str,
    /// The names of the two models.
    pub models: BothReport<String>,
    /// `same`, `worse`, `better`, `mixed`; `changed` where nothing is worse or better.
    pub verdict: &'static str,
    /// How many changes are for the worse.
    pub regressions: usize,
    /// How many are for the better.
    pub improvements: usize,
    /// Elements that the new model has and the old one has not.
    pub added: Vec<String>,
    /// Elements that the old model has and the new one has not.
    pub removed: Vec<String>,
    /// Elements of which nothing but the name changed.
    pub renamed: Vec<RenamedReport>,
    /// Every change, the worse ones first.
    pub changes: Vec<ChangeReport>,
    /// For each capability that only the new model has, the elements whose failure alone takes it.
    pub new_capabilities: Ordered<Vec<String>>,
    /// Minimal cut sets of up to so many events were compared.
    pub cuts_order: usize,
    /// What the worst single failure costs an hour.
    pub at_stake: BothReport<AtStakeReport>,
    /// How many scenarios were compared.
    pub scenarios: usize,
}

/// Something before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BothReport<T> {
    /// In the old model.
    pub old: T,
    /// In the new model.
    pub new: T,
}

/// An element with another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenamedReport {
    /// Its old name.
    pub from: String,
    /// Its new name.
    pub to: String,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeReport {
    /// `single_point`, `cut`, `margin`, `state`, `outage`, `undegraded_after`, `unreachable`, `data_loss`,
    /// `value_per_hour`.
    pub kind: &'static str,
    /// `worse`, `better` or `neutral`.
    pub effect: &'static str,
    /// The capability, or for `data_loss` the service; `null` for what is about all capabilities.
    pub about: Option<String>,
    /// The scenario, as the new model names it.
    pub scenario: Option<String>,
    /// The events of the cut set, as the model names them that has it.
    pub cut: Option<Vec<String>>,
    /// Before.
    pub old: Measure,
    /// After.
    pub new: Measure,
    /// Another change says it already.
    #[serde(skip)]
    pub is_implied: bool,
}

/// A value before or after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measure {
    /// A state.
    State(&'static str),
    /// A time in seconds; `null` is never, or all data.
    Seconds(Option<u64>),
    /// A size of a cut set; `null` is more than was looked for.
    Count(Option<usize>),
    /// Whether it is so.
    Flag(bool),
    /// A value per hour.
    Value(f64),
}

/// What the worst single failure costs an hour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtStakeReport {
    /// The first failure that costs the most; `null` where none costs anything.
    pub scenario: Option<String>,
    /// What it costs.
    pub value_per_hour: f64,
}

impl DiffReport {
    /// How many changes of an effect say something that no other says.
    pub fn told(&self, effect: &str) -> usize {
        self.changes.iter().filter(|change| change.effect == effect && !change.is_implied).count()
    }

    /// Names what a comparison numbers.
    pub fn new(old: &Model, new: &Model, diff: &Diff) -> Self {
        let namer = Namer { old, new };
        let mut changes: Vec<(Effect, ChangeReport)> = Vec::new();
        for change in &diff.changes {
            changes.extend(namer.changes(change));
        }
        let has_channels = [old, new].iter().any(|model| model.channels().next().is_some());
        mark_implied(&mut changes, has_channels);
        // Stable, so that within an effect they stay in the order of the analysis.
        changes.sort_by_key(|(effect, _)| *effect);
        let count = |wanted: Effect| changes.iter().filter(|(effect, _)| *effect == wanted).count();
        let (regressions, improvements) = (count(Effect::Worse), count(Effect::Better));
        let added: Vec<String> = names(new, unpaired(new, |id| diff.pairs.to_old(id)));
        let removed: Vec<String> = names(old, unpaired(old, |id| diff.pairs.to_new(id)));
        let renamed: Vec<RenamedReport> = diff
            .pairs
            .renamed
            .iter()
            .map(|(was, is)| RenamedReport { from: old[*was].name.clone(), to: new[*is].name.clone() })
            .collect();
        let is_same = changes.is_empty() && added.is_empty() && removed.is_empty() && renamed.is_empty();
        Self {
            schema: "linchpin/diff/1",
            models: BothReport { old: old.name().to_owned(), new: new.name().to_owned() },
            verdict: match (regressions, improvements) {
                (0, 0) if is_same => "same",
                (0, 0) => "changed",
                (_, 0) => "worse",
                (0, _) => "better",
                _ => "mixed",
            },
            regressions,
            improvements,
            added,
            removed,
            renamed,
            changes: changes.into_iter().map(|(_, change)| change).collect(),
            new_capabilities: diff
                .new_points
                .iter()
                .map(|(capability, points)| (bare_name(new, *capability), names(new, points.iter().copied())))
                .collect(),
            cuts_order: diff.order,
            at_stake: BothReport { old: at_stake(&diff.at_stake.old), new: at_stake(&diff.at_stake.new) },
            scenarios: diff.scenarios,
        }
    }
}

fn unpaired(model: &Model, pair: impl Fn(ElementId) -> Option<ElementId>) -> Vec<ElementId> {
    model.elements().map(|(id, _)| id).filter(|id| pair(*id).is_none()).collect()
}

fn at_stake(of: &AtStake) -> AtStakeReport {
    let scenario = of.asked.as_ref().map(|asked| asked.scenario.name.clone());
    AtStakeReport { scenario, value_per_hour: of.value_per_hour }
}

struct Namer<'m> {
    old: &'m Model,
    new: &'m Model,
}

impl Namer<'_> {
    /// One change of the analysis is one or several here: each says one thing.
    fn changes(&self, change: &Change) -> Vec<(Effect, ChangeReport)> {
        let about = |id: &ElementId| Some(bare_name(self.new, *id));
        let one = |kind, about, asked: Option<&Asked>, old, new| ChangeReport {
            kind,
            effect: effect_name(change.effect),
            about,
            scenario: asked.map(|asked| asked.scenario.name.clone()),
            cut: None,
            old,
            new,
            is_implied: false,
        };
        let seconds = |time: Time| Measure::Seconds(time.as_seconds());
        let report = match &change.what {
            Changed::Cut { capability, cut, gained } => {
                let model = if *gained { self.new } else { self.old };
                let kind = if cut.len() == 1 { "single_point" } else { "cut" };
                let report =
                    one(kind, about(capability), None, Measure::Flag(!gained), Measure::Flag(*gained));
                ChangeReport { cut: Some(names(model, cut.iter().copied())), ..report }
            }
            Changed::Margin { capability, margin } => {
                let count = |margin: Option<usize>| Measure::Count(margin);
                one("margin", about(capability), None, count(margin.old), count(margin.new))
            }
            Changed::Loss { asked, service, loss } => {
                one("data_loss", about(service), Some(asked), seconds(loss.old), seconds(loss.new))
            }
            Changed::Value { asked, value_per_hour } => {
                let (old, new) = (Measure::Value(value_per_hour.old), Measure::Value(value_per_hour.new));
                ChangeReport { is_implied: true, ..one("value_per_hour", None, Some(asked), old, new) }
            }
            Changed::Outcome { asked, of } => return self.outcome(asked, of),
        };
        vec![(change.effect, report)]
    }

    fn outcome(
        &self,
        asked: &Asked,
        of: &Both<crate::analysis::CapabilityOutcome>,
    ) -> Vec<(Effect, ChangeReport)> {
        let Both { old, new } = of;
        let effect = |is_worse: bool| if is_worse { Effect::Worse } else { Effect::Better };
        let state = |state: State| Measure::State(state.name());
        let seconds = |time: Time| Measure::Seconds(time.as_seconds());
        let differs = [
            ("state", old.state != new.state, new.state < old.state, state(old.state), state(new.state)),
            (
                "outage",
                old.outage != new.outage,
                new.outage > old.outage,
                seconds(old.outage),
                seconds(new.outage),
            ),
            (
                "undegraded_after",
                old.undegraded_after != new.undegraded_after,
                new.undegraded_after > old.undegraded_after,
                seconds(old.undegraded_after),
                seconds(new.undegraded_after),
            ),
            (
                "unreachable",
                old.unreachable != new.unreachable,
                new.unreachable,
                Measure::Flag(old.unreachable),
                Measure::Flag(new.unreachable),
            ),
        ];
        let differs = differs.into_iter().filter(|(_, differs, ..)| *differs);
        differs
            .map(|(kind, _, is_worse, before, after)| {
                let effect = effect(is_worse);
                let report = ChangeReport {
                    kind,
                    effect: effect_name(effect),
                    about: Some(bare_name(self.new, new.capability)),
                    scenario: Some(asked.scenario.name.clone()),
                    cut: None,
                    old: before,
                    new: after,
                    is_implied: false,
                };
                (effect, report)
            })
            .collect()
    }
}

fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Worse => "worse",
        Effect::Better => "better",
        Effect::Neutral => "neutral",
    }
}

/// Marks what only repeats another change for the same reader: that a single point of failure takes its capability
/// down, that what changed its state changed its times, and, without any channel, that customers cannot be told.
fn mark_implied(changes: &mut [(Effect, ChangeReport)], has_channels: bool) {
    let mut points: HashSet<(Effect, String, String)> = HashSet::new();
    let mut states: HashSet<(Effect, String, String)> = HashSet::new();
    for (effect, change) in changes.iter() {
        let Some(about) = &change.about else { continue };
        if let ("single_point", Some([point])) = (change.kind, change.cut.as_deref()) {
            points.insert((*effect, about.clone(), point.clone()));
        }
        if let ("state", Some(scenario)) = (change.kind, &change.scenario) {
            states.insert((*effect, about.clone(), scenario.clone()));
        }
    }
    for (effect, change) in changes {
        let (Some(about), Some(scenario)) = (&change.about, &change.scenario) else { continue };
        let key = (*effect, about.clone(), scenario.clone());
        let is_time = ["outage", "undegraded_after"].contains(&change.kind);
        let of_state = is_time && states.contains(&key);
        let of_point = (is_time || change.kind == "state") && points.contains(&key);
        let of_nobody = change.kind == "unreachable" && !has_channels;
        change.is_implied |= of_state || of_point || of_nobody || *effect == Effect::Neutral;
    }
}
