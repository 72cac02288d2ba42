//! Reports: answers as plain data, elements by name.
//!
//! Comes after [`crate::analysis`]. The structs here are the JSON of the command line and at the same time all that
//! the text renderings know, so that the two cannot disagree. Later versions only add keys.

mod availability;
mod backups;
mod baseline;
mod blast;
mod briefing;
mod cases;
mod check;
mod circles;
mod coldstart;
mod cuts;
mod diff;
mod explain;
pub(crate) mod figures;
mod fingerprint;
mod library;
mod replay;
mod rules;
mod shapes;
mod survive;
mod sweep;
mod timeline;

pub use availability::{
    AvailabilityOfAllReport, CapabilityAvailabilityReport, ImportanceReport, PolicyAvailabilityReport,
    SpreadReport, SupposedReport, WantedReport,
};
pub use backups::{BackupsReport, CopyReport, KeptReport, LossReport, StoreReport, TrialReport};
pub use baseline::{BadBaseline, Baseline, Entry};
pub use blast::{BlastReport, ConcentrationReport, ElementReport};
pub use briefing::{
    AlternativesReport, AvailabilityReport, BriefingReport, CloudReport, ContinuesReport, HasReport,
    PromiseReport, ReachReport,
};
pub use cases::{CaseReport, CasesReport, SuiteReport, Verdict};
pub use check::{
    CheckReport, Counts, FindingReport, Found, GoneReport, LinkReport, PlaceReport, PolicyReport,
    WaivedReport,
};
pub(crate) use circles::arrows;
pub use circles::{CircleReport, CutReport};
pub use coldstart::{ColdstartReport, StepReport};
pub use cuts::{CapabilityCutsReport, CutsReport, More, SetReport};
pub use diff::{AtStakeReport, BothReport, ChangeReport, DiffReport, Measure, RenamedReport};
pub use explain::{CauseReport, ExplainReport, ExplainedReport};
pub use fingerprint::fingerprint;
pub use library::{CatalogReport, CatalogsReport, EntryReport, FailedReport, OutageReport, OutagesReport};
pub use replay::{
    HappenedReport, ReplayReport, ReplayedReport, ReplaysReport, SaysReport, SummaryReport, WorstDataReport,
    WorstReport,
};
pub use rules::{RULES, Rule};
pub use shapes::{KindReport, PartReport, ShapeReport};
pub use survive::{DataReport, OutcomeReport, ScenarioReport, SurviveReport, SurviveStream};
pub use sweep::{
    BadParts, CountsReport, ExampleReport, FatalReport, GroupReport, ShardReport, SweepReport, merged,
};
pub use timeline::{IntervalReport, TimelineReport, UnreachableReport};

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::faulttree::Bounds;
use crate::model::{ElementId, Model, State, Time};

/// A JSON object whose keys keep their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered<T>(Vec<(String, T)>);

impl<T> Ordered<T> {
    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> FromIterator<(String, T)> for Ordered<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// What a probability lies between.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct BoundsReport {
    /// At least this.
    pub lower: f64,
    /// At most this.
    pub upper: f64,
}

impl From<Bounds> for BoundsReport {
    fn from(bounds: Bounds) -> Self {
        Self { lower: bounds.lower, upper: bounds.upper }
    }
}

/// Seconds, or `null` for never.
fn seconds<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    time.as_seconds().serialize(serializer)
}

fn many_seconds<S: Serializer>(times: &[Time], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(times.iter().map(|time| time.as_seconds()))
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn maybe_seconds<S: Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    time.and_then(Time::as_seconds).serialize(serializer)
}

fn ordered_seconds<S: Serializer>(times: &Ordered<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(times.iter().map(|(key, time)| (key, time.as_seconds())))
}

fn state<S: Serializer>(state: &State, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.name())
}

fn names(model: &Model, ids: impl IntoIterator<Item = ElementId>) -> Vec<String> {
    ids.into_iter().map(|id| model[id].name.clone()).collect()
}

fn bare_name(model: &Model, id: ElementId) -> String {
    model[id].bare_name().to_owned()
}
