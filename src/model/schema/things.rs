//! What runs there, and what the business does with it.

use schemars::JsonSchema;

use super::macros::table;
use super::terms::Term;
use super::values::{Amount, Count, Date, Duration, Name, Probability, Reference, Share};

table! {
    /// Something that runs. With neither `placed` nor `standby` it stands for logic alone.
    figures Service {
        /// Where its instances run: a zone, "aws/us-east-1/*" for each zone of a region, a region for what the provider
        /// keeps running when a zone fails, a provider for what is global.
        placed: Option<Vec<Placement>>,
        /// Instances that take over.
        standby: Option<Vec<Standby>>,
        /// Instances that must work; 1 by default.
        quorum: Option<Count>,
        /// The provider's products that each instance stands on.
        uses: Option<Vec<Name>>,
        /// What it cannot do without: all of these must hold.
        needs: Option<Vec<Term>>,
        /// What it can do without, but then degraded.
        wants: Option<Vec<Term>>,
        /// Time to start once what it needs is back.
        start: Option<Duration>,
        /// Labels that groups refer to.
        tags: Option<Vec<String>>,
        /// Whether it keeps data, whose loss is looked at.
        data: Option<bool>,
        /// Copies at rest.
        backup: Option<Vec<Backup>>,
        /// Capacity that it takes to be up.
        capacity: Option<Amount>,
        /// Capacity that it takes to serve at all, degraded.
        min_capacity: Option<Amount>,
        /// The share of time in which one instance works by itself.
        instance_availability: Option<Share>,
    }
}

/// Where instances run: a domain, or a table that says more.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) enum Placement {
    Plain(Reference),
    Table(Placed),
}

table! {
    /// Instances at a place.
    Placed {
        /// A domain, or "aws/us-east-1/*".
        at: Reference,
        /// Instances at each such domain; 1 by default.
        count: Option<Count>,
        /// What one instance carries; 1 by default.
        capacity: Option<Amount>,
    }
}

table! {
    /// An instance that takes over.
    Standby {
        /// A domain, or "aws/us-east-1/*".
        at: Reference,
        /// Time that the switch takes.
        after: Option<Duration>,
        /// Whether a person has to act.
        manual: Option<bool>,
        /// How far its data is behind.
        lag: Option<Duration>,
        /// The chance that the switch works.
        success: Option<Share>,
        /// What one instance carries; 1 by default.
        capacity: Option<Amount>,
        /// What the switch itself depends on: a console, DNS, people.
        needs: Option<Vec<Term>>,
    }
}

table! {
    /// A copy at rest. It counts only if a restore was verified.
    Backup {
        /// Where it is kept: a domain or a facility such as "aws/us-west-2#s3".
        at: Reference,
        /// How often it is taken.
        every: Duration,
        /// Time that a restore takes.
        restore: Option<Duration>,
        /// The day on which a restore was last seen to work.
        verified: Option<Date>,
        /// Domains to which it can be restored.
        restore_to: Option<Vec<Reference>>,
        /// What a restore depends on.
        needs: Option<Vec<Term>>,
    }
}

table! {
    /// What the business does.
    Capability {
        /// What it cannot do without.
        needs: Option<Vec<Term>>,
        /// What it can do without, but then degraded.
        wants: Option<Vec<Term>>,
        /// How important it is; policies choose by it, as in "tier:1".
        tier: Option<i64>,
        /// Who answers for it.
        owner: Option<String>,
        /// What an hour of it being down costs, in any unit.
        value_per_hour: Option<Amount>,
        /// The availability promised to customers, 0 to 1.
        sla: Option<Probability>,
        /// What is owed where the promise is not kept.
        sla_credits: Option<Vec<Credit>>,
    }
}

table! {
    /// One step of what a broken promise costs.
    Credit {
        /// Owed when the availability is less than this.
        below: Probability,
        /// The share of the bill that is owed then, 0 to 1.
        credit: Probability,
    }
}

table! {
    /// A way to tell customers.
    Channel {
        /// What it cannot do without.
        needs: Option<Vec<Term>>,
        /// What it can do without, but then degraded.
        wants: Option<Vec<Term>>,
    }
}
