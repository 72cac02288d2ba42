//! What is asked: policies and waivers, failures and outages.

use schemars::JsonSchema;

use super::macros::{choice, table};
use super::values::{Count, Date, Duration, Probability, Reference};

table! {
    /// What must hold.
    Policy {
        /// What findings and waivers call it.
        name: String,
        /// Names, globs, or "tier:1"; by default every capability.
        capabilities: Option<Vec<String>>,
        /// A class of failures (zone, region, provider, product, group, service, instance), a scenario's name, or a list
        /// of these.
        survive: Option<OneOrMany>,
        /// How many elements of the classes fail at once; 1 by default.
        failures: Option<Count>,
        /// The lowest state that will do; degraded by default.
        state: Option<State>,
        /// Recovery time objective: the longest outage allowed.
        within: Option<Duration>,
        /// Recovery point objective: the most data that may be lost.
        data_loss: Option<Duration>,
        /// Whether some channel must work whenever the capability does not.
        reachable: Option<bool>,
        /// What a finding means; deny by default.
        level: Option<Level>,
        /// The share of time in which the state must be had, such as 0.9995.
        availability: Option<Probability>,
    }
}

/// One word, or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

table! {
    /// A finding that is accepted until a date. After it, the finding is back.
    Waiver {
        /// Which policy.
        policy: String,
        /// Which capability; by default any.
        capability: Option<String>,
        /// What fails: a reference, several joined with " + ", or a scenario's name; by default anything.
        failure: Option<String>,
        /// The last day on which it counts.
        until: Date,
        /// Why it is acceptable.
        reason: String,
    }
}

table! {
    /// A failure with a name.
    Scenario {
        /// What fails.
        fails: Vec<Failure>,
    }
}

/// What fails: a reference, or a table that says more.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) enum Failure {
    Plain(Reference),
    Table(Fails),
}

table! {
    /// One thing that fails in a scenario.
    Fails {
        /// A reference to something that can fail.
        what: Reference,
        /// After this it is back; by default it stays failed.
        lasts: Option<Duration>,
        /// Whether what it held is lost even when it comes back.
        destroys: Option<bool>,
    }
}

table! {
    /// A real outage.
    Outage {
        /// What people call it.
        title: String,
        /// The day on which it began.
        date: Date,
        /// What failed, with how long it did.
        fails: Vec<Failed>,
        /// Who says so, and where it can be read.
        #[schemars(length(min = 1))]
        sources: Vec<String>,
        /// How shares and doubts are represented.
        note: Option<String>,
    }
}

/// What failed in an outage: a reference, in which `{zone}` is any one zone, or a table.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) enum Failed {
    Reference(String),
    Table(FailedTable),
}

table! {
    /// What failed, and for how long.
    FailedTable {
        /// A reference, in which `{zone}` is any one zone.
        what: String,
        /// What fails instead where a model tells no products of its provider apart, or relies on this itself.
        or: Option<String>,
        /// For how long; left out, for good.
        lasts: Option<Duration>,
        /// What it held is lost even when it comes back.
        destroys: Option<bool>,
    }
}

table! {
    /// What an outage really did to a capability.
    Happened {
        /// The outage's id.
        outage: String,
        /// Which capability.
        capability: String,
        /// How it did.
        state: Option<Fate>,
        /// How long it was so.
        lasts: Option<Duration>,
        /// Why the facts do not suffice to compute it.
        undecided: Option<String>,
        /// What happened, in words.
        what: Option<String>,
        /// Who says so.
        source: String,
    }
}

table! {
    /// What counts as what.
    Settings {
        /// A backup whose restore was verified longer ago than this does not count.
        backup_verified_within: Option<Duration>,
        /// So long before a waiver runs out there is a warning; "14d" by default, "0s" for none.
        waiver_warning: Option<Duration>,
    }
}

choice! {
    /// The lowest state that will do.
    State {
        /// Undegraded.
        Up,
        /// It serves, perhaps not fully.
        Degraded,
    }
}

choice! {
    /// How a capability did.
    Fate {
        /// Undegraded.
        Up,
        /// It served, not fully.
        Degraded,
        /// It did not serve.
        Down,
    }
}

choice! {
    /// What a finding means.
    Level {
        /// It fails the check.
        Deny,
        /// It is shown.
        Warn,
    }
}
