//! `linchpin/availability/1`.

use serde::Serialize;

use super::{BoundsReport, Ordered, bare_name, names};
use crate::analysis::{Expected, Frequency, Spread, Spreads, System, SystemTree, outages, works};
use crate::faulttree::Bounds;
use crate::model::{ElementId, Kind, Model, State};

/// Seconds in a year of 365 days.
const YEAR: f64 = 365.0 * 86_400.0;

/// How much of the time capabilities work.
#[derive(Debug, Clone, Serialize)]
pub struct AvailabilityOfAllReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// The state to be kept.
    #[serde(serialize_with = "super::state")]
    pub state: State,
    /// Whether every number is exact and nothing is missing for want of time: no limit was hit.
    pub complete: bool,
    /// Other availabilities that were supposed, as asked.
    pub what_if: Ordered<f64>,
    /// From how many samples spreads come; 0: no figure is a range.
    pub samples: u32,
    /// By capability.
    pub capabilities: Ordered<CapabilityAvailabilityReport>,
    /// Whether these are the tops of fault trees, whose probabilities are no shares of time.
    #[serde(skip)]
    pub of_trees: bool,
    /// Whether anything that can fail has a figure of how often it does.
    #[serde(skip)]
    pub has_figures: bool,
}

/// How much of the time one capability works.
#[derive(Debug, Clone, Serialize)]
pub struct CapabilityAvailabilityReport {
    /// The share of time in which it has the state; at least that much where `exact` is false.
    pub availability: f64,
    /// It is not more than this.
    pub upper: f64,
    /// Whether the two are the same number.
    pub exact: bool,
    /// What the share of time in which it has not the state lies between: with all digits, however small it is.
    pub probability: BoundsReport,
    /// How much of a year of 365 days it has not.
    pub downtime_s_per_year: f64,
    /// What was promised to customers.
    pub sla: Option<WantedReport>,
    /// Policies that ask for an availability.
    pub policies: Vec<PolicyAvailabilityReport>,
    /// How often in a year it loses the state, where `mtbf` and `mttr` of events say so.
    pub outages_per_year: Option<f64>,
    /// Events that bring about more outages than were counted: they have no `mtbf`.
    pub outages_without: Vec<String>,
    /// What that costs in a year, by `value_per_hour`; 0 where it has none, or where degraded counts.
    pub loss_per_year: f64,
    /// With what was supposed.
    pub what_if: Option<SupposedReport>,
    /// Where it lies when figures are drawn from their ranges.
    pub spread: Option<SpreadReport>,
    /// What to make better first: the event whose perfection would gain the most stands first; at the end, without a value, those of
    /// which it is not known. `None` where it is known of none, or was not asked for.
    pub importance: Option<Ordered<Option<ImportanceReport>>>,
    /// Whether it was not asked for.
    #[serde(skip)]
    pub is_without_importance: bool,
}

/// An availability that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WantedReport {
    /// So much.
    pub wanted: f64,
    /// Whether it is had; `null` where bounds do not settle it.
    pub holds: Option<bool>,
}

/// A policy's availability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyAvailabilityReport {
    /// Its name.
    pub policy: String,
    /// The state that it is about.
    #[serde(serialize_with = "super::state")]
    pub state: State,
    /// The share of time in which the capability has that state; at least that much where a limit was hit.
    pub availability: f64,
    /// What it asks for.
    #[serde(flatten)]
    pub of: WantedReport,
}

/// Availability with other figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SupposedReport {
    /// At least.
    pub availability: f64,
    /// How much of a year it is not.
    pub downtime_s_per_year: f64,
    /// What the share of time in which it is not lies between.
    pub probability: BoundsReport,
    /// What was promised to customers.
    pub sla: Option<WantedReport>,
    /// Policies that ask for an availability of the state that is asked about.
    pub policies: Vec<PolicyAvailabilityReport>,
}

/// Quantiles of an availability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SpreadReport {
    /// One in twenty samples is not above this.
    pub p05: f64,
    /// Half of them are not.
    pub p50: f64,
    /// Nineteen in twenty are not.
    pub p95: f64,
    /// Their mean.
    pub mean: f64,
}

/// How much an event matters. `null` is infinite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ImportanceReport {
    /// How much more probable it makes the loss.
    pub birnbaum: f64,
    /// The chance that it was what mattered, given the loss.
    pub criticality: f64,
    /// The share of the loss that would be gone if it never happened.
    pub fussell_vesely: f64,
    /// So many times as probable if it were certain.
    pub raw: Option<f64>,
    /// So many times less probable if it never happened.
    pub rrw: Option<f64>,
    /// How much of a year would be gained if it never happened.
    pub gain_s_per_year: f64,
}

impl AvailabilityOfAllReport {
    /// Names what the analyses number. `others` says how probable it is that a capability has not the state that is not `kept`, of
    /// those whose policies ask for that one.
    #[expect(clippy::too_many_arguments, reason = "the answers of as many analyses")]
    pub fn new(
        system: &System,
        tree: &SystemTree,
        kept: State,
        capabilities: &[ElementId],
        answers: &[Expected],
        others: &[(ElementId, Bounds)],
        spreads: Option<&Spreads>,
        what_if: Vec<(String, f64)>,
    ) -> Self {
        let model = &system.model;
        let names: Vec<String> = tree.events.iter().map(|id| model[*id].name.clone()).collect();
        let of = |(index, (id, expected)): (usize, (&ElementId, &Expected))| {
            let spread = spreads.map(|spreads| spreads.of[index]);
            let mut report = CapabilityAvailabilityReport::new(expected, &names, spread);
            let other = others.iter().find(|(other, _)| other == id).map(|(_, fails)| *fails);
            report.of_model(model, *id, kept, other, outages(model, &tree.events, expected));
            (bare_name(model, *id), report)
        };
        Self {
            schema: "linchpin/availability/1",
            model: model.name().to_owned(),
            state: kept,
            complete: answers.iter().all(|expected| expected.fails.is_exact())
                && others.iter().all(|(_, fails)| fails.is_exact()),
            what_if: what_if.into_iter().collect(),
            samples: spreads.map_or(0, |spreads| spreads.samples),
            capabilities: capabilities.iter().zip(answers).enumerate().map(of).collect(),
            of_trees: false,
            has_figures: model
                .elements()
                .any(|(_, element)| element.availability.is_some_and(|works| works < 1.0)),
        }
    }

    /// Of fault trees that are no model of ours.
    pub fn of_trees(
        name: &str,
        events: &[String],
        tops: Vec<(String, Expected)>,
        what_if: Vec<(String, f64)>,
    ) -> Self {
        Self {
            schema: "linchpin/availability/1",
            model: name.to_owned(),
            state: State::Degraded,
            complete: tops.iter().all(|(_, expected)| expected.fails.is_exact()),
            what_if: what_if.into_iter().collect(),
            samples: 0,
            capabilities: tops
                .into_iter()
                .map(|(top, expected)| (top, CapabilityAvailabilityReport::new(&expected, events, None)))
                .collect(),
            of_trees: true,
            has_figures: true,
        }
    }

    /// Whether how much it matters is known of every event, if that was asked.
    pub fn knows_all_importance(&self) -> bool {
        self.capabilities.iter().all(|(_, of)| of.unknown() == Some(0))
    }

    /// Whether a promise or a policy is broken, or not known to hold.
    pub fn misses_something(&self) -> bool {
        self.capabilities.iter().any(|(_, of)| of.wanted().any(|wanted| wanted.holds != Some(true)))
    }
}

impl CapabilityAvailabilityReport {
    fn new(expected: &Expected, events: &[String], spread: Option<Spread>) -> Self {
        let Bounds { lower, upper } = expected.fails;
        let importance = expected.importance.iter().map(|of| {
            let report = ImportanceReport {
                birnbaum: of.birnbaum,
                criticality: of.criticality,
                fussell_vesely: of.fussell_vesely,
                raw: of.raw,
                rrw: of.rrw,
                gain_s_per_year: of.fussell_vesely * upper * YEAR,
            };
            (events[of.event].clone(), Some(report))
        });
        let unknown =
            events.iter().zip(expected.birnbaum.iter().flatten()).filter(|(_, birnbaum)| birnbaum.is_none());
        let unknown = unknown.map(|(event, _)| (event.clone(), None));
        let is_without_importance = expected.birnbaum.is_none();
        let is_known = expected.fails.is_exact() && !is_without_importance;
        let supposed = |fails: Bounds| SupposedReport {
            availability: 1.0 - fails.upper,
            downtime_s_per_year: fails.upper * YEAR,
            probability: fails.into(),
            sla: None,
            policies: Vec::new(),
        };
        Self {
            availability: 1.0 - upper,
            upper: 1.0 - lower,
            exact: expected.fails.is_exact(),
            probability: expected.fails.into(),
            downtime_s_per_year: upper * YEAR,
            sla: None,
            policies: Vec::new(),
            outages_per_year: None,
            outages_without: Vec::new(),
            loss_per_year: 0.0,
            what_if: expected.what_if.map(supposed),
            spread: spread.map(works).map(|of| SpreadReport {
                p05: of.low,
                p50: of.median,
                p95: of.high,
                mean: of.mean,
            }),
            importance: is_known.then(|| importance.chain(unknown).collect()),
            is_without_importance,
        }
    }

    /// What only a model says.
    fn of_model(
        &mut self,
        model: &Model,
        id: ElementId,
        kept: State,
        other: Option<Bounds>,
        outages: Option<Frequency>,
    ) {
        let own = Bounds { lower: self.probability.lower, upper: self.probability.upper };
        (self.sla, self.policies) = wanted_of(model, id, kept, own, other);
        if let Some(supposed) = &mut self.what_if {
            let own = Bounds { lower: supposed.probability.lower, upper: supposed.probability.upper };
            (supposed.sla, supposed.policies) = wanted_of(model, id, kept, own, None);
        }
        if let (Kind::Capability(capability), State::Degraded) = (&model[id].kind, kept) {
            self.loss_per_year = capability.value_per_hour * self.downtime_s_per_year / 3600.0;
        }
        if let Some(outages) = outages {
            self.outages_per_year = Some(outages.per_second * YEAR);
            self.outages_without = names(model, outages.unknown);
        }
    }

    /// The events whose importance is known.
    pub fn known(&self) -> impl Iterator<Item = (&str, &ImportanceReport)> {
        let all = self.importance.iter().flat_map(Ordered::iter);
        all.filter_map(|(event, importance)| Some((event, importance.as_ref()?)))
    }

    /// The events that never happen by chance, by the figures that there are, but each of which alone would be enough.
    pub fn taken_for_sure(&self) -> impl Iterator<Item = &str> {
        // What is left of 1 but for rounding.
        const ALL_BUT: f64 = 1e-9;
        let (never, all) = (self.probability.upper, 1.0 - ALL_BUT);
        self.known()
            .filter(move |(_, of)| of.criticality == 0.0 && never + of.birnbaum >= all)
            .map(|(event, _)| event)
    }

    /// How many events there are whose importance was asked for and is not known; `None`: it is known of none.
    pub fn unknown(&self) -> Option<usize> {
        if self.is_without_importance {
            return Some(0);
        }
        self.importance.as_ref().map(|all| all.iter().filter(|(_, importance)| importance.is_none()).count())
    }

    /// Its promise and its policies.
    pub fn wanted(&self) -> impl Iterator<Item = WantedReport> + '_ {
        self.sla.into_iter().chain(self.policies.iter().map(|policy| policy.of))
    }
}

/// What is promised of a capability and asked for by policies, and whether it holds: by how probable it is that it has not the state
/// that is kept, and where that is known, not the other one.
fn wanted_of(
    model: &Model,
    id: ElementId,
    kept: State,
    own: Bounds,
    other: Option<Bounds>,
) -> (Option<WantedReport>, Vec<PolicyAvailabilityReport>) {
    let wanted = |wanted: f64, fails: Bounds| {
        let (lower, upper) = (1.0 - fails.upper, 1.0 - fails.lower);
        let holds = if lower >= wanted { Some(true) } else { (upper < wanted).then_some(false) };
        WantedReport { wanted, holds }
    };
    let sla = match (&model[id].kind, kept) {
        (Kind::Capability(capability), State::Degraded) => capability.sla.map(|sla| wanted(sla, own)),
        _ => None,
    };
    let policies = model.policies.iter().filter(|policy| policy.capabilities.contains(&id));
    let policies = policies.filter_map(|policy| {
        let fails = if policy.state == kept { own } else { other? };
        Some(PolicyAvailabilityReport {
            policy: policy.name.clone(),
            state: policy.state,
            availability: 1.0 - fails.upper,
            of: wanted(policy.availability?, fails),
        })
    });
    (sla, policies.collect())
}
