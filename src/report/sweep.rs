//! `linchpin/sweep/1`.

use serde::Serialize;

use super::{Ordered, bare_name, names, state};
use crate::analysis::{Asked, Counts, Group, Sets, Swept};
use crate::model::{Model, State};

/// What becomes of the capabilities in every set of N failures.
#[derive(Debug, Clone, Serialize)]
pub struct SweepReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// So many elements fail at once.
    pub failures: u32,
    /// The classes that they are of.
    pub classes: Vec<&'static str>,
    /// How many elements these classes have.
    pub elements: usize,
    /// How many sets there are.
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

/// How many sets leave each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CountsReport {
    /// Up.
    pub up: u64,
    /// Degraded.
    pub degraded: u64,
    /// Down.
    pub down: u64,
}

/// Sets with the same outcome.
#[derive(Debug, Clone, Serialize)]
pub struct GroupReport {
    /// How many.
    pub scenarios: u64,
    /// How each capability does.
    #[serde(serialize_with = "states")]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExampleReport {
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: String,
    /// What fails.
    pub failed: Vec<String>,
}

/// Sets after which no capability is left, without those that contain a smaller one.
#[derive(Debug, Clone, Serialize)]
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
    /// Names what the sweep numbers. Of the groups only those whose worst capability does so, where that is asked, and of
    /// these the first `top`.
    pub fn new(
        model: &Model,
        asked: &Sets<'_>,
        swept: &Swept,
        only: Option<State>,
        top: Option<usize>,
    ) -> Self {
        let is_wanted = |group: &&Group| only.is_none_or(|only| group.states.iter().min() == Some(&only));
        let groups: Vec<&Group> = swept.groups.iter().filter(is_wanted).collect();
        let shown = groups.len().min(top.unwrap_or(usize::MAX));
        let of = |(id, counts): &(_, Counts)| (bare_name(model, *id), CountsReport::new(counts));
        let fatal = swept.fatal.iter().take(MOST_LISTED);
        Self {
            schema: "linchpin/sweep/1",
            model: model.name().to_owned(),
            failures: asked.failures,
            classes: asked.classes.iter().map(|class| class.name()).collect(),
            elements: swept.elements,
            scenarios: swept.scenarios,
            looked_at: swept.looked_at,
            complete: swept.is_complete(),
            totals: CountsReport::new(&swept.counts),
            capabilities: swept.of_capabilities.iter().map(of).collect(),
            groups: groups[..shown].iter().map(|group| GroupReport::new(model, asked, group)).collect(),
            groups_left_out: groups.len() - shown,
            ungrouped: swept.ungrouped,
            fatal: FatalReport {
                sets: fatal.map(|set| names(model, set.iter().copied())).collect(),
                found: swept.fatal.len(),
                complete: swept.is_fatal_complete,
            },
        }
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
}

fn states<S: serde::Serializer>(states: &Ordered<State>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Named(#[serde(serialize_with = "state")] State);
    serializer.collect_map(states.iter().map(|(name, state)| (name, Named(*state))))
}
