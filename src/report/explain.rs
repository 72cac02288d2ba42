//! `linchpin/explain/1`.

use serde::Serialize;

use super::circles::CircleReport;
use super::survive::{OutcomeReport, ScenarioReport};
use super::timeline::TimelineReport;
use super::{DataReport, Ordered, bare_name, many_seconds, names};
use crate::analysis::{Cause, Explained, What};
use crate::compile::Role;
use crate::model::{Kind, Model, Standby, State, Time};

/// Why capabilities are as they are in one scenario.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// The scenario's name.
    pub scenario: String,
    /// Its class.
    pub class: String,
    /// What fails in it.
    pub failed: Vec<String>,
    /// For how long each of these, where one of them comes back.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "many_seconds")]
    pub lasts_s: Vec<Time>,
    /// Each capability asked about.
    pub capabilities: Ordered<ExplainedReport>,
    /// What becomes of each data store.
    pub data: Ordered<DataReport>,
    /// The circles of a recovery deadlock, with what to break.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub circles: Vec<CircleReport>,
    /// Whether breaking all of them as advised suffices.
    #[serde(skip)]
    pub suffices: bool,
    /// Whether the model says how customers are told at all.
    #[serde(skip)]
    pub has_channels: bool,
}

/// Why one capability is as it is.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedReport {
    /// What becomes of it.
    #[serde(flatten)]
    pub outcome: OutcomeReport,
    /// How it does over time.
    pub timeline: TimelineReport,
    /// From what failed to the capability; empty where it is not touched.
    pub chain: Vec<String>,
    /// Of a capability that serves again while what failed is still failed: what it waited for, from what failed.
    pub waited_for: Vec<String>,
    /// Why it is not up.
    pub causes: Vec<CauseReport>,
    /// What kept it going; with no `causes` either, the scenario does not touch it.
    pub saved_by: Vec<CauseReport>,
}

/// One step of a story.
#[derive(Debug, Clone, Serialize)]
pub struct CauseReport {
    /// In words.
    pub text: String,
    /// The element that it is about, if it is about one.
    pub element: Option<String>,
    /// `down` where it does not hold while what failed is failed, `up` where it never ceased to, `degraded` between.
    pub state: &'static str,
    /// What it follows from.
    pub because: Vec<CauseReport>,
}

impl ExplainReport {
    /// Puts an explanation into words.
    pub fn new(model: &Model, explained: &Explained) -> Self {
        let mut scenario = ScenarioReport::new(model, &explained.answer);
        if let Some(found) = &explained.circles {
            scenario = scenario.with_circles(model, found);
        }
        let timelines = TimelineReport::all(model, &explained.answer);
        let stories = (explained.causes.iter().zip(&explained.saved))
            .zip(explained.chains.iter().zip(&explained.waits));
        let causes_of =
            |causes: &[Cause]| causes.iter().map(|cause| CauseReport::new(model, cause)).collect();
        let of_capability = |((name, outcome), story): ((&str, &OutcomeReport), _)| {
            let ((causes, saved), (chain, waits)): ((&Vec<Cause>, &Vec<Cause>), (&Vec<_>, &Vec<_>)) = story;
            let report = ExplainedReport {
                outcome: outcome.clone(),
                timeline: timelines.get(name).cloned().unwrap_or_default(),
                chain: names(model, chain.iter().copied()),
                waited_for: names(model, waits.iter().copied()),
                causes: causes_of(causes),
                saved_by: causes_of(saved),
            };
            (name.to_owned(), report)
        };
        Self {
            schema: "linchpin/explain/1",
            model: model.name().to_owned(),
            capabilities: scenario.capabilities.iter().zip(stories).map(of_capability).collect(),
            scenario: scenario.name,
            class: scenario.class,
            failed: scenario.failed,
            lasts_s: scenario.lasts_s,
            data: scenario.data,
            circles: scenario.circles,
            suffices: scenario.suffices,
            has_channels: model.channels().next().is_some(),
        }
    }
}

impl CauseReport {
    fn new(model: &Model, cause: &Cause) -> Self {
        let (mut text, element) = match &cause.what {
            What::Failed(id, Time::ZERO) => (format!("{}: works", model[*id].name), Some(*id)),
            What::Failed(id, lasts) => {
                let lasts = if lasts.is_finite() { format!(", back after {lasts}") } else { String::new() };
                (format!("{} failed{lasts}", model[*id].name), Some(*id))
            }
            What::Element { element, state, outage, told, lost_with } => {
                let mut text = format!("{}{}", why(cause.role), bare_name(model, *element));
                if let Kind::Instance(instance) = &model[*element].kind
                    && let Some(standby) = instance.standby
                {
                    text += match standby {
                        Standby { lag: None, .. } => " (restored from a backup)",
                        Standby { manual: true, .. } => " (standby, switched by hand)",
                        _ => " (standby)",
                    };
                }
                text += &fate(*state, *outage, cause.time);
                if let Some(failed) = lost_with {
                    text += &format!(", lost with {}", model[*failed].name);
                }
                if *told {
                    text += " (told already)";
                }
                (text, Some(*element))
            }
            What::All => (format!("{}all of", why(cause.role)), None),
            What::AtLeast { needed, of, hold } => {
                let of_what = match cause.role {
                    Some(Role::Instances) => format!("{needed} of {of} instances needed"),
                    Some(Role::Zones) => format!("{needed} of {of} zones needed"),
                    role => format!("{}{needed} of {of} alternatives", why(role)),
                };
                (format!("{of_what}, {hold} {}", works(*hold)), None)
            }
            What::Capacity { needed, works } => (format!("capacity {needed} needed, {works} left"), None),
            What::Later(time) => (format!("takes {time} to move to"), None),
        };
        if let Some(tolerated) = cause.rides_out {
            text += &format!(" ({tolerated} of it are ridden out)");
        }
        Self {
            text,
            element: element.map(|id| model[id].name.clone()),
            state: match cause.time {
                Time::ZERO => State::Up.name(),
                Time::NEVER => State::Down.name(),
                _ => State::Degraded.name(),
            },
            because: cause.children.iter().map(|cause| Self::new(model, cause)).collect(),
        }
    }
}

fn works(n: usize) -> &'static str {
    if n == 1 { "works" } else { "work" }
}

/// What the role says in front of a name.
fn why(role: Option<Role>) -> &'static str {
    match role {
        None | Some(Role::Own | Role::Serving | Role::Zones | Role::Instances | Role::Capacity) => "",
        Some(Role::Domain) => "lies in ",
        Some(Role::Above) => "stands on ",
        Some(Role::Group) => "shares the fate of ",
        Some(Role::Product) => "uses ",
        Some(Role::Peer) => "needs in its own area ",
        Some(Role::Need) => "needs ",
        Some(Role::Want) => "wants ",
    }
}

/// What becomes of an element, in words; `time` is that of the condition asked about.
fn fate(state: State, outage: Time, time: Time) -> String {
    match (state, time) {
        (_, Time::ZERO) => ": works".to_owned(),
        (State::Down, _) if outage.is_finite() => format!(": down, back after {outage}"),
        (State::Down, _) => ": down".to_owned(),
        (State::Degraded, _) if outage == Time::ZERO => ": degraded".to_owned(),
        (State::Degraded, _) => format!(": degraded, out for {outage}"),
        (State::Up, _) if outage == Time::ZERO => format!(": works, undegraded after {time}"),
        (State::Up, _) => format!(": works after {outage}"),
    }
}
