//! `linchpin/sweep/1`.

mod merge;

pub use merge::{BadParts, merged};

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{Ordered, bare_name, names, state};
use crate::analysis::{Asked, Counts, Group, Sets, Share, Swept};
use crate::model::{Model, State};

const SCHEMA: &str = "linchpin/sweep/1";

/// What becomes of the capabilities in every set of N failures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepReport {
    schema: String,
    /// The model's name.
    pub model: String,
    /// So many elements fail at once.
    pub failures: u32,
    /// The classes that they are of.
    pub classes: Vec<String>,
    /// How many elements these classes have.
    pub elements: usize,
    /// Which part of the sets this is about, where it is not about all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardReport>,
    /// How many sets there are, in that part.
    pub scenarios: u64,
    /// How many of them are answered for.
    pub looked_at: u64,
    /// Whether these are all.
    pub complete: bool,
    /// Sets by how the capability does that does worst.
    pub totals: CountsReport,
    /// Sets by how each capability does.
    pub capabilities: Ordered<CountsReport>,
    /// Different outcomes in which not everything is up, the worst first.
    pub groups: Vec<GroupReport>,
    /// Groups that are not shown because fewer were asked for.
    pub groups_left_out: usize,
    /// Sets of which only the totals know: there are too many different outcomes to keep the mildest.
    pub ungrouped: u64,
    /// After what no capability is left.
    pub fatal: FatalReport,
}

/// A part of the sets, as one of several machines sweeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardReport {
    /// Which, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
    /// How many sets there are in all parts.
    pub scenarios: u64,
    /// How many of the fatal sets have fewer elements than asked for: all parts find the same.
    pub smaller_fatal: usize,
    /// Tells models apart.
    pub digest: String,
}

/// How many sets leave each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountsReport {
    /// Up.
    pub up: u64,
    /// Degraded.
    pub degraded: u64,
    /// Down.
    pub down: u64,
}

/// Sets with the same outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupReport {
    /// How many.
    pub scenarios: u64,
    /// How each capability does.
    #[serde(serialize_with = "states", deserialize_with = "read_states")]
    pub capabilities: Ordered<State>,
    /// How many are down.
    pub down: usize,
    /// How many are degraded.
    pub degraded: usize,
    /// What an hour of it costs.
    pub value_per_hour: f64,
    /// A few of them.
    pub examples: Vec<ExampleReport>,
}

/// One set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExampleReport {
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: String,
    /// What fails.
    pub failed: Vec<String>,
}

/// Sets after which no capability is left, without those that contain a smaller one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FatalReport {
    /// By size, then in the model's order.
    pub sets: Vec<Vec<String>>,
    /// How many were found, of which `sets` are the first.
    pub found: usize,
    /// Whether all were found that have at most so many elements.
    pub complete: bool,
}

/// More fatal sets than this are counted and not listed.
const MOST_LISTED: usize = 1000;

impl SweepReport {
    /// Names what the sweep numbers.
    pub fn new(model: &Model, asked: &Sets<'_>, swept: &Swept) -> Self {
        let of = |(id, counts): &(_, Counts)| (bare_name(model, *id), CountsReport::new(counts));
        let fatal = swept.fatal.iter().take(MOST_LISTED);
        Self {
            schema: SCHEMA.to_owned(),
            model: model.name().to_owned(),
            failures: asked.failures,
            classes: asked.classes.iter().map(|class| class.name().to_owned()).collect(),
            elements: swept.elements,
            shard: None,
            scenarios: swept.scenarios,
            looked_at: swept.looked_at,
            complete: swept.is_complete(),
            totals: CountsReport::new(&swept.counts),
            capabilities: swept.of_capabilities.iter().map(of).collect(),
            groups: swept.groups.iter().map(|group| GroupReport::new(model, asked, group)).collect(),
            groups_left_out: 0,
            ungrouped: swept.ungrouped,
            fatal: FatalReport {
                sets: fatal.map(|set| names(model, set.iter().copied())).collect(),
                found: swept.fatal.len(),
                complete: swept.is_fatal_complete,
            },
        }
    }

    /// Says which part it is about. `digest` tells the model from others.
    #[must_use]
    pub fn of_share(self, asked: &Sets<'_>, share: Share, swept: &Swept, digest: String) -> Self {
        let is_smaller = |set: &&Vec<_>| set.len() < asked.failures as usize;
        let told = ShardReport {
            number: share.number(),
            of: share.of(),
            scenarios: swept.scenarios_of_all,
            smaller_fatal: swept.fatal.iter().filter(is_smaller).count(),
            digest,
        };
        Self { shard: Some(told), ..self }
    }

    /// Only groups whose worst capability does so, where that is asked, and of these the first `top`.
    #[must_use]
    pub fn narrowed(mut self, only: Option<State>, top: Option<usize>) -> Self {
        self.groups.retain(|group| only.is_none_or(|only| group.worst() == Some(only)));
        let shown = self.groups.len().min(top.unwrap_or(usize::MAX));
        self.groups_left_out = self.groups.len() - shown;
        self.groups.truncate(shown);
        self
    }
}

impl CountsReport {
    fn new(counts: &Counts) -> Self {
        Self { up: counts.up, degraded: counts.degraded, down: counts.down }
    }
}

impl GroupReport {
    fn new(model: &Model, asked: &Sets<'_>, group: &Group) -> Self {
        let states = asked.capabilities.iter().zip(&group.states);
        let example = |asked: &Asked| ExampleReport {
            name: asked.scenario.name.clone(),
            class: asked.class.clone(),
            failed: names(model, asked.scenario.fails.iter().map(|failure| failure.what)),
        };
        Self {
            scenarios: group.scenarios,
            capabilities: states.map(|(id, state)| (bare_name(model, *id), *state)).collect(),
            down: group.down,
            degraded: group.degraded,
            value_per_hour: group.value_per_hour,
            examples: group.examples.iter().map(example).collect(),
        }
    }

    fn worst(&self) -> Option<State> {
        self.capabilities.iter().map(|(_, state)| *state).min()
    }

    /// The order of groups, as the analysis has it.
    fn worst_first(&self, other: &Self) -> Ordering {
        let states = |group: &Self| group.capabilities.iter().map(|(_, state)| *state).collect::<Vec<_>>();
        (other.value_per_hour.total_cmp(&self.value_per_hour))
            .then(other.down.cmp(&self.down))
            .then(other.degraded.cmp(&self.degraded))
            .then_with(|| states(self).cmp(&states(other)))
    }
}

fn read_states<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Ordered<State>, D::Error> {
    let named = Ordered::<String>::deserialize(deserializer)?;
    let read = |(capability, name): (String, String)| {
        let state = [State::Up, State::Degraded, State::Down].into_iter().find(|state| state.name() == name);
        let state = state.ok_or_else(|| serde::de::Error::custom(format!("there is no state `{name}`")))?;
        Ok((capability, state))
    };
    named.0.into_iter().map(read).collect()
}

fn states<S: serde::Serializer>(states: &Ordered<State>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Named(#[serde(serialize_with = "state")] State);
    serializer.collect_map(states.iter().map(|(name, state)| (name, Named(*state))))
}
