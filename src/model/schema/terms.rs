//! Dependency terms.

use schemars::JsonSchema;

use super::macros::{choice, table};
use super::values::{Count, Duration, Reference};

/// A dependency: a reference, or a table that says more.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) enum Term {
    Plain(Reference),
    On(On),
    All(All),
    Any(Any),
    AtLeast(AtLeast),
}

table! {
    /// One thing.
    #[expect(clippy::struct_field_names, reason = "the key and the table are one word in the format")]
    On {
        /// A reference.
        on: Reference,
        /// Each instance needs an instance of it in its own zone or region.
        same: Option<Area>,
        /// Needed to start, not to keep running.
        when: Option<When>,
        /// Outages of it up to this long are ridden out: a cache, a queue.
        tolerates: Option<Duration>,
    }
}

table! {
    /// Every one of these.
    All {
        /// The terms.
        #[schemars(length(min = 1))]
        all: Vec<Term>,
    }
}

table! {
    /// One of these; the first is the primary.
    #[expect(clippy::struct_field_names, reason = "the key and the table are one word in the format")]
    Any {
        /// The alternatives.
        #[schemars(length(min = 1))]
        any: Vec<Term>,
        /// Time to move to a later one.
        after: Option<Duration>,
        /// Further alternatives that keep it going, but degraded.
        degraded: Option<Vec<Term>>,
    }
}

table! {
    /// So many of these.
    AtLeast {
        /// How many must hold.
        at_least: Count,
        /// Of these.
        #[schemars(length(min = 1))]
        of: Vec<Term>,
    }
}

choice! {
    /// The place that two instances share.
    Area {
        /// The same zone.
        Zone,
        /// The same region.
        Region,
    }
}

choice! {
    /// When something is needed.
    When {
        /// To start, not to keep running.
        Start,
    }
}
