//! `linchpin/explain/1`.

use serde::Serialize;

use super::survive::{OutcomeReport, ScenarioReport};
use super::{DataReport, Ordered, bare_name, names};
use crate::analysis::{Cause, Explained, What};
use crate::compile::Role;
use crate::model::{Kind, Model, State, Time};

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
    /// Each capability asked about.
    pub capabilities: Ordered<ExplainedReport>,
    /// What becomes of each data store.
    pub data: Ordered<DataReport>,
}

/// Why one capability is as it is.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedReport {
    /// What becomes of it.
    #[serde(flatten)]
    pub outcome: OutcomeReport,
    /// From what failed to the capability; empty where it is not touched.
    pub chain: Vec<String>,
    /// The whole story; empty where the scenario does not touch it.
    pub causes: Vec<CauseReport>,
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
        let scenario = ScenarioReport::new(model, &explained.answer);
        let stories = explained.causes.iter().zip(&explained.chains);
        let of_capability = |((name, outcome), (causes, chain)): ((&str, &OutcomeReport), _)| {
            let (causes, chain): (&Vec<Cause>, &Vec<_>) = (causes, chain);
            let report = ExplainedReport {
                outcome: outcome.clone(),
                chain: names(model, chain.iter().copied()),
                causes: causes.iter().map(|cause| CauseReport::new(model, cause)).collect(),
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
            data: scenario.data,
        }
    }
}

impl CauseReport {
    fn new(model: &Model, cause: &Cause) -> Self {
        let (text, element) = match &cause.what {
            What::Failed(id, lasts) => {
                let lasts = if lasts.is_finite() { format!(", back after {lasts}") } else { String::new() };
                (format!("{} failed{lasts}", model[*id].name), Some(*id))
            }
            What::Element { element, state, outage, told } => {
                let mut text = format!("{}{}", why(cause.role), bare_name(model, *element));
                if let Kind::Instance(instance) = &model[*element].kind
                    && let Some(standby) = instance.standby
                {
                    text += if standby.manual { " (standby, switched by hand)" } else { " (standby)" };
                }
                text += &fate(*state, *outage, cause.time);
                if *told {
                    text += " (told already)";
                }
                (text, Some(*element))
            }
            What::All => (format!("{}all of", why(cause.role)), None),
            What::AtLeast { needed, of, hold } => {
                (format!("{}{needed} of {of} needed, {hold} {}", why(cause.role), works(*hold)), None)
            }
            What::Capacity { needed, works } => (format!("capacity {needed} needed, {works} left"), None),
            What::Tolerated(time) => {
                (format!("{}outages of up to {time} are ridden out", why(cause.role)), None)
            }
            What::Later(time) => (format!("takes {time} to move to"), None),
        };
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
        None | Some(Role::Own | Role::Serving | Role::Instances | Role::Capacity) => "",
        Some(Role::Domain) => "lies in ",
        Some(Role::Above) => "stands on ",
        Some(Role::Group) => "shares the fate of ",
        Some(Role::Zones) => "zones: ",
        Some(Role::Product) => "uses ",
        Some(Role::Peer) => "needs in its own area ",
        Some(Role::Need) => "needs ",
        Some(Role::Want) => "wants ",
    }
}

/// What becomes of an element, in words; `time` is that of the condition asked about.
fn fate(state: State, outage: Time, time: Time) -> String {
    match (state, time) {
        (_, Time::ZERO) => ": not touched".to_owned(),
        (State::Down, _) if outage.is_finite() => format!(": down, back after {outage}"),
        (State::Down, _) => ": down".to_owned(),
        (State::Degraded, _) if outage == Time::ZERO => ": degraded".to_owned(),
        (State::Degraded, _) => format!(": degraded, out for {outage}"),
        (State::Up, _) if outage == Time::ZERO => format!(": works, undegraded after {time}"),
        (State::Up, _) => format!(": works after {outage}"),
    }
}
