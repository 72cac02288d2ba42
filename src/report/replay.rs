//! `linchpin/replay/1`.

use serde::Serialize;

use super::{Ordered, bare_name, many_seconds, maybe_seconds, names, seconds, state};
use crate::analysis::{Answer, Replayed};
use crate::model::{Happened, Model, State, Time};

/// What real outages would have done.
#[derive(Debug, Clone, Serialize)]
pub struct ReplayReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// Whether outages were moved to where the model runs, too.
    pub transposed: bool,
    /// The state to be kept.
    #[serde(serialize_with = "state")]
    pub kept: State,
    /// Every outage asked about.
    pub outages: Vec<ReplayedReport>,
    /// What it comes to.
    pub summary: SummaryReport,
    /// What really happened, where the model knows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub happened: Vec<HappenedReport>,
    /// Whether the model says how customers are told at all.
    #[serde(skip)]
    pub has_channels: bool,
}

/// Several models, each with its own answer.
#[derive(Debug, Clone, Serialize)]
pub struct ReplaysReport {
    schema: &'static str,
    /// By the name of their files.
    pub models: Vec<ReplayReport>,
}

/// One outage.
#[derive(Debug, Clone, Serialize)]
pub struct ReplayedReport {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The day on which it began.
    pub date: String,
    /// Whether the model uses anything of what failed. All below is empty where it does not.
    pub touches: bool,
    /// Whether every capability keeps the state to be kept.
    pub survived: bool,
    /// How many ways it could have been: any zone, any region.
    pub tries: usize,
    /// What becomes of each capability at the worst.
    pub capabilities: Ordered<WorstReport>,
    /// What becomes of each data store at the worst.
    pub data: Ordered<WorstDataReport>,
}

/// What becomes of a capability, in the worst of the ways in which the outage could have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorstReport {
    /// While what failed is still failed.
    #[serde(serialize_with = "state")]
    pub state: State,
    /// How long it is out.
    #[serde(rename = "outage_s", serialize_with = "seconds")]
    pub outage: Time,
    /// When it is undegraded again.
    #[serde(rename = "undegraded_after_s", serialize_with = "seconds")]
    pub undegraded_after: Time,
    /// It is out, and so is every channel.
    pub unreachable: bool,
    /// Elements that wait for each other for ever.
    pub deadlock: Vec<String>,
    /// The scenario that it comes of.
    pub scenario: String,
    /// What failed in it.
    pub failed: Vec<String>,
    /// For how long each of these.
    #[serde(serialize_with = "many_seconds")]
    pub lasts_s: Vec<Time>,
}

/// What becomes of a data store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorstDataReport {
    /// The staleness of the best surviving copy.
    #[serde(rename = "loss_s", serialize_with = "seconds")]
    pub loss: Time,
    /// No copy survives.
    pub total: bool,
    /// The scenario that it comes of.
    pub scenario: String,
}

/// What it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummaryReport {
    /// Outages asked about.
    pub known: usize,
    /// Those of which the model uses something.
    pub touching: usize,
    /// Those of these after which every capability keeps the state to be kept.
    pub survived: usize,
    /// The id of the worst of those that touch it, unless nothing happens in any.
    pub worst: Option<String>,
}

/// What really happened beside what is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HappenedReport {
    /// The outage's id.
    pub outage: String,
    /// Which capability.
    pub capability: String,
    /// How it did; `null` where nobody says.
    pub state: Option<&'static str>,
    /// For how long, about.
    #[serde(rename = "lasts_s", serialize_with = "maybe_seconds")]
    pub lasts: Option<Time>,
    /// In words.
    pub what: Option<String>,
    /// Why the facts do not suffice to compute it.
    pub undecided: Option<String>,
    /// Who says so.
    pub source: String,
    /// What is computed; `null` where the outage was not asked about.
    pub says: Option<SaysReport>,
    /// `right`; `length`: the state is right, the length is not; `wrong`; `undecided`; `not asked`.
    pub verdict: &'static str,
}

/// What is computed for a capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SaysReport {
    /// While what failed is still failed.
    #[serde(serialize_with = "state")]
    pub state: State,
    /// How long it is out.
    #[serde(rename = "outage_s", serialize_with = "seconds")]
    pub outage: Time,
    /// When it is undegraded again.
    #[serde(rename = "undegraded_after_s", serialize_with = "seconds")]
    pub undegraded_after: Time,
}

impl ReplaysReport {
    /// Answers of several models.
    pub fn new(models: Vec<ReplayReport>) -> Self {
        Self { schema: "linchpin/replay/1", models }
    }
}

impl ReplayReport {
    /// Names what the answers number.
    pub fn new(model: &Model, replayed: &[Replayed], transposed: bool, kept: State) -> Self {
        let touching: Vec<&Replayed> = replayed.iter().filter(|outage| outage.touches()).collect();
        // Of equals the earlier one.
        let worst = touching.iter().rev().max_by_key(|outage| outage.severity());
        let worst = worst.filter(|outage| outage.severity() > (0, 0, Time::ZERO));
        Self {
            schema: "linchpin/replay/1",
            model: model.name().to_owned(),
            transposed,
            kept,
            outages: replayed.iter().map(|outage| ReplayedReport::new(model, outage, kept)).collect(),
            summary: SummaryReport {
                known: replayed.len(),
                touching: touching.len(),
                survived: touching.iter().filter(|outage| outage.is_survived(kept)).count(),
                worst: worst.map(|outage| outage.outage.id.clone()),
            },
            happened: model.happened.iter().map(|row| HappenedReport::new(model, row, replayed)).collect(),
            has_channels: model.channels().next().is_some(),
        }
    }
}

impl ReplayedReport {
    fn new(model: &Model, replayed: &Replayed, kept: State) -> Self {
        let worst = |(of, place): &(crate::analysis::CapabilityOutcome, usize)| {
            let answer: &Answer = &replayed.tries[*place];
            let scenario = &answer.asked.scenario;
            let report = WorstReport {
                state: of.state,
                outage: of.outage,
                undegraded_after: of.undegraded_after,
                unreachable: of.unreachable,
                deadlock: names(model, answer.deadlock.iter().copied()),
                scenario: scenario.name.clone(),
                failed: names(model, scenario.fails.iter().map(|failure| failure.what)),
                lasts_s: scenario.fails.iter().map(|failure| failure.lasts).collect(),
            };
            (bare_name(model, of.capability), report)
        };
        let lost = |(of, place): &(crate::analysis::DataLoss, usize)| {
            let scenario = replayed.tries[*place].asked.scenario.name.clone();
            let report = WorstDataReport { loss: of.loss, total: !of.loss.is_finite(), scenario };
            (model[of.service].name.clone(), report)
        };
        Self {
            id: replayed.outage.id.clone(),
            title: replayed.outage.title.clone(),
            date: replayed.outage.date.to_string(),
            touches: replayed.touches(),
            survived: replayed.is_survived(kept),
            tries: replayed.tries.len(),
            capabilities: replayed.capabilities.iter().map(worst).collect(),
            data: replayed.data.iter().map(lost).collect(),
        }
    }
}

impl HappenedReport {
    fn new(model: &Model, row: &Happened, replayed: &[Replayed]) -> Self {
        let asked = replayed.iter().find(|outage| outage.outage.id == row.outage);
        let found = asked.map(|outage| {
            let of = outage.capabilities.iter().map(|(of, _)| of).find(|of| of.capability == row.capability);
            // What an outage does not touch is up.
            of.map_or((State::Up, Time::ZERO, Time::ZERO), |of| (of.state, of.outage, of.undegraded_after))
        });
        let says =
            found.map(|(state, outage, undegraded_after)| SaysReport { state, outage, undegraded_after });
        Self {
            outage: row.outage.clone(),
            capability: bare_name(model, row.capability),
            state: row.state.map(State::name),
            lasts: row.lasts,
            what: row.what.clone(),
            undecided: row.undecided.clone(),
            source: row.source.clone(),
            verdict: verdict(row, says.as_ref()),
            says,
        }
    }
}

/// Lengths agree when neither is more than twice the other.
fn verdict(row: &Happened, says: Option<&SaysReport>) -> &'static str {
    let Some(says) = says else { return "not asked" };
    let Some(state) = row.state.filter(|_| row.undecided.is_none()) else { return "undecided" };
    if says.state != state {
        return "wrong";
    }
    let computed = if state == State::Degraded { says.undegraded_after } else { says.outage };
    let lengths = row.lasts.and_then(Time::as_seconds).map(|real| (real, computed.as_seconds()));
    match lengths {
        Some((real, Some(computed)))
            if real <= computed.saturating_mul(2) && computed <= real.saturating_mul(2) =>
        {
            "right"
        }
        Some(_) => "length",
        None => "right",
    }
}
