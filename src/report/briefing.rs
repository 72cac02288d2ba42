//! `linchpin/briefing/1`.

use jiff::civil::Date;
use serde::Serialize;

use super::{BackupsReport, Ordered, StoreReport, bare_name, seconds, state};
use crate::analysis::{Briefing, Place, Promise};
use crate::model::{Class, Kind, Model, State, Time};

/// The five questions of 21 April 2011.
#[derive(Debug, Clone, Serialize)]
pub struct BriefingReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// The day on which backups are judged.
    pub as_of: String,
    /// 1: whether every data store has a valid backup that works, with the copies of each.
    pub backups: Ordered<StoreReport>,
    /// 2: for each provider and region, what has an alternative to it and what has none.
    pub alternatives: Vec<AlternativesReport>,
    /// 3: for each provider, what goes on when it fails.
    pub clouds: Vec<CloudReport>,
    /// 4: how customers are told at all.
    pub channels: Vec<String>,
    /// 4: for each provider and region, through which channels they are told when it fails.
    pub reach: Vec<ReachReport>,
    /// 5: what was promised.
    pub promises: Ordered<PromiseReport>,
    /// 5: capabilities that promised nothing.
    pub without_promise: Vec<String>,
}

/// What has an alternative to a place.
#[derive(Debug, Clone, Serialize)]
pub struct AlternativesReport {
    /// The place.
    pub place: String,
    /// `provider` or `region`.
    pub class: &'static str,
    /// What stands on it directly and serves without it.
    pub has: Vec<HasReport>,
    /// What stands on it directly and does not.
    pub none: Vec<String>,
}

/// Something that serves without a place.
#[derive(Debug, Clone, Serialize)]
pub struct HasReport {
    /// Which.
    pub element: String,
    /// How it does then.
    #[serde(serialize_with = "state")]
    pub state: State,
    /// How long it is out first.
    #[serde(rename = "outage_s", serialize_with = "seconds")]
    pub outage: Time,
}

/// What goes on without a provider.
#[derive(Debug, Clone, Serialize)]
pub struct CloudReport {
    /// Which.
    pub provider: String,
    /// How each capability does.
    pub capabilities: Ordered<ContinuesReport>,
    /// What an hour of it costs.
    pub value_per_hour: f64,
}

/// How a capability does without a provider.
#[derive(Debug, Clone, Serialize)]
pub struct ContinuesReport {
    /// How it does then.
    #[serde(serialize_with = "state")]
    pub state: State,
    /// How long it is out first.
    #[serde(rename = "outage_s", serialize_with = "seconds")]
    pub outage: Time,
    /// What an hour of it being down costs.
    pub value_per_hour: f64,
}

/// How customers are told without a place.
#[derive(Debug, Clone, Serialize)]
pub struct ReachReport {
    /// The place.
    pub place: String,
    /// `provider` or `region`.
    pub class: &'static str,
    /// Channels that work, some perhaps after a while.
    pub through: Vec<String>,
    /// Channels that do not.
    pub not_through: Vec<String>,
    /// When the first works; `null`: none does.
    #[serde(rename = "told_after_s", serialize_with = "seconds")]
    pub told_after: Time,
    /// Capabilities that are out.
    pub out: Vec<String>,
    /// Those of them whose customers cannot be told at first.
    pub unreachable: Vec<String>,
}

/// A promise, and what the model's figures give.
#[derive(Debug, Clone, Serialize)]
pub struct PromiseReport {
    /// What was promised.
    pub sla: f64,
    /// What the figures give.
    pub availability: AvailabilityReport,
    /// Whether the promise holds; `null`: the bounds do not settle it.
    pub holds: Option<bool>,
    /// The share of the bill that is owed, at the best of the bounds.
    pub credit: f64,
    /// And at the worst.
    pub credit_at_worst: f64,
}

/// A share of time.
#[derive(Debug, Clone, Serialize)]
pub struct AvailabilityReport {
    /// At least this.
    pub lower: f64,
    /// At most this.
    pub upper: f64,
    /// Whether the two are the same.
    pub exact: bool,
}

impl BriefingReport {
    /// Names what was found.
    pub fn new(model: &Model, found: &Briefing, as_of: Date) -> Self {
        let BackupsReport { stores, as_of, .. } = BackupsReport::new(model, &found.stores, as_of);
        let is_provider = |place: &&Place| matches!(model[place.place].kind, Kind::Provider);
        let promised = |(id, promise): &(_, Option<Promise>)| {
            Some((bare_name(model, *id), PromiseReport::new(promise.as_ref()?)))
        };
        let silent = found.promises.iter().filter(|(_, promise)| promise.is_none());
        let with_users = found.places.iter().filter(|place| !place.users.is_empty());
        Self {
            schema: "linchpin/briefing/1",
            model: model.name().to_owned(),
            as_of,
            backups: stores,
            alternatives: with_users.map(|place| AlternativesReport::new(model, place)).collect(),
            clouds: found
                .places
                .iter()
                .filter(is_provider)
                .map(|place| CloudReport::new(model, place))
                .collect(),
            channels: model.channels().map(|(id, _)| bare_name(model, id)).collect(),
            reach: found.places.iter().map(|place| ReachReport::new(model, place)).collect(),
            promises: found.promises.iter().filter_map(promised).collect(),
            without_promise: silent.map(|(id, _)| bare_name(model, *id)).collect(),
        }
    }
}

fn class(model: &Model, place: &Place) -> &'static str {
    model[place.place].class().map_or("", Class::name)
}

impl AlternativesReport {
    fn new(model: &Model, place: &Place) -> Self {
        let named = |id| model[id].name.clone();
        let serves = |state: State| state != State::Down;
        let has = place.users.iter().filter(|(_, state, _)| serves(*state));
        let none = place.users.iter().filter(|(_, state, _)| !serves(*state));
        Self {
            place: named(place.place),
            class: class(model, place),
            has: has
                .map(|(id, state, outage)| HasReport { element: named(*id), state: *state, outage: *outage })
                .collect(),
            none: none.map(|(id, ..)| named(*id)).collect(),
        }
    }
}

impl CloudReport {
    fn new(model: &Model, place: &Place) -> Self {
        let capabilities = place.capabilities.iter().map(|of| {
            let value_per_hour = match &model[of.capability].kind {
                Kind::Capability(capability) => capability.value_per_hour,
                _ => 0.0,
            };
            (
                bare_name(model, of.capability),
                ContinuesReport { state: of.state, outage: of.outage, value_per_hour },
            )
        });
        Self {
            provider: model[place.place].name.clone(),
            capabilities: capabilities.collect(),
            value_per_hour: place.value_per_hour,
        }
    }
}

impl ReachReport {
    fn new(model: &Model, place: &Place) -> Self {
        let (through, not_through): (Vec<_>, Vec<_>) =
            place.channels.iter().partition(|(_, outage)| outage.is_finite());
        let names = |of: Vec<&(_, Time)>| of.into_iter().map(|(id, _)| bare_name(model, *id)).collect();
        let out = || place.capabilities.iter().filter(|of| of.outage > Time::ZERO);
        Self {
            place: model[place.place].name.clone(),
            class: class(model, place),
            told_after: place.channels.iter().map(|(_, outage)| *outage).min().unwrap_or(Time::NEVER),
            through: names(through),
            not_through: names(not_through),
            out: out().map(|of| bare_name(model, of.capability)).collect(),
            unreachable: out()
                .filter(|of| of.unreachable)
                .map(|of| bare_name(model, of.capability))
                .collect(),
        }
    }
}

impl PromiseReport {
    fn new(promise: &Promise) -> Self {
        let [credit, credit_at_worst] = promise.credit;
        let computed = promise.computed;
        Self {
            sla: promise.sla,
            availability: AvailabilityReport {
                lower: computed.lower,
                upper: computed.upper,
                exact: computed.is_exact(),
            },
            holds: promise.holds(),
            credit,
            credit_at_worst,
        }
    }
}
