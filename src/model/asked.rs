//! What is asked of a model, and in which states its elements can be: scenarios, policies, waivers, what really happened.

use jiff::civil::Date;

use super::{Class, ElementId, Time};
use crate::diag::Place;

/// How an element does. Ordered: down is less than degraded is less than up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It does not serve.
    Down,
    /// It serves, but not fully.
    Degraded,
    /// It serves undegraded.
    Up,
}

impl State {
    /// As written in models and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Degraded => "degraded",
            Self::Up => "up",
        }
    }
}

/// A set of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scenario {
    /// Its name: as declared, or what fails joined with ` + `.
    pub name: String,
    /// What fails, in the model's order.
    pub fails: Vec<Failure>,
}

/// One event of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// What fails.
    pub what: ElementId,
    /// After how long it is back; [`Time::NEVER`] stays failed.
    pub lasts: Time,
    /// Whether what it held is lost even when it comes back.
    pub destroys: bool,
}

impl Failure {
    /// It fails and stays failed; what it held is there when it is repaired.
    pub fn for_good(what: ElementId) -> Self {
        Self { what, lasts: Time::NEVER, destroys: false }
    }

    /// In the model's order, each element once: what fails twice does so for the longer of both times.
    pub fn each_once(mut fails: Vec<Self>) -> Vec<Self> {
        fails.sort_by_key(|failure| failure.what);
        fails.dedup_by(|later, kept| {
            let same = later.what == kept.what;
            if same {
                kept.lasts = kept.lasts.max(later.lasts);
                kept.destroys |= later.destroys;
            }
            same
        });
        fails
    }
}

/// What an outage really did to a capability. No answer depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The outage's id.
    pub outage: String,
    /// Which capability.
    pub capability: ElementId,
    /// How it did; `None` where nobody says.
    pub state: Option<State>,
    /// For how long it was out, or degraded, about.
    pub lasts: Option<Time>,
    /// Why the facts do not suffice to compute it.
    pub undecided: Option<String>,
    /// In words.
    pub what: Option<String>,
    /// Who says so.
    pub source: String,
}

/// What must hold.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Where it is declared; nowhere for the built-in ones.
    pub place: Place,
    /// For which capabilities.
    pub capabilities: Vec<ElementId>,
    /// Classes that it sweeps.
    pub classes: Vec<Class>,
    /// How many of these fail at once.
    pub failures: u32,
    /// Declared scenarios, as indices of [`Model::scenarios`](super::Model::scenarios).
    pub scenarios: Vec<usize>,
    /// Scenarios of the real outages that it names.
    pub outages: Vec<Scenario>,
    /// The lowest state that will do.
    pub state: State,
    /// Recovery time objective.
    pub within: Option<Time>,
    /// Recovery point objective.
    pub data_loss: Option<Time>,
    /// Whether some channel must work whenever the capability does not.
    pub reachable: bool,
    /// The share of time in which the state must be had.
    pub availability: Option<f64>,
    /// What a finding means.
    pub level: PolicyLevel,
}

/// What a model without policies is checked for: each class, any one element of it, and the policy's name.
const DEFAULT_POLICIES: [(Class, &str); 2] = [
    (Class::Zone, "every capability survives any single zone"),
    (Class::Provider, "every capability survives any single provider"),
];

impl Policy {
    /// The policies of a model that has none of its own.
    pub(super) fn defaults(capabilities: &[ElementId]) -> Vec<Self> {
        let default = |(class, name): (Class, &str)| Self {
            name: name.to_owned(),
            place: Place::NOWHERE,
            capabilities: capabilities.to_vec(),
            classes: vec![class],
            failures: 1,
            scenarios: Vec::new(),
            outages: Vec::new(),
            state: State::Degraded,
            within: None,
            data_loss: None,
            reachable: false,
            availability: None,
            level: PolicyLevel::Deny,
        };
        DEFAULT_POLICIES.map(default).to_vec()
    }
}

/// What a finding means for the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PolicyLevel {
    /// It fails the check.
    #[default]
    Deny,
    /// It is shown.
    Warn,
}

impl PolicyLevel {
    /// As written in models and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Warn => "warn",
        }
    }
}

/// A finding accepted until a date.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// The policy's name.
    pub policy: String,
    /// Which capability; `None` is any.
    pub capability: Option<ElementId>,
    /// A scenario's name as findings have it; `None` is any.
    pub failure: Option<String>,
    /// The last day on which it counts.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Where it is declared.
    pub place: Place,
}
