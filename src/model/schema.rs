//! The shape of a model as JSON Schema, with which editors complete keys and show what they mean.
//!
//! It mirrors what `read.rs` reads, table by table; a test compares the keys of both, and validates every model of the
//! repository. A new key is one line here: its name, its type, and above it what a reader of a model wants to know.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::names::KINDS;
use crate::library;

/// The JSON Schema of a model, draft 7, which all editors know.
///
/// ```
/// let schema = linchpin::model::schema();
/// assert_eq!(schema["title"], "Model");
/// assert!(schema["properties"]["service"].is_object());
/// ```
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Model>().to_value();
    without_null(&mut schema);
    schema
}

/// TOML has no null: what may be left out is left out, and editors should not offer it.
fn without_null(schema: &mut Value) {
    let is_null = |value: &Value| value["type"] == "null";
    match schema {
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    map.insert("type".to_owned(), only);
                }
            }
            if map.get("anyOf").and_then(Value::as_array).is_some_and(|any| any.iter().any(is_null))
                && let Some(Value::Array(mut any)) = map.remove("anyOf")
            {
                any.retain(|value| !is_null(value));
                // `allOf` of one, because draft 7 ignores what stands beside a `$ref`.
                let all = if any.len() == 1 { "allOf" } else { "anyOf" };
                map.insert(all.to_owned(), Value::Array(any));
            }
            map.values_mut().for_each(without_null);
        }
        Value::Array(values) => values.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// A table of a model: its keys, each with its type and what it means. `figures` says that it may fail by chance.
macro_rules! table {
    ($(#[$about:meta])* figures $name:ident { $($(#[$doc:meta])* $key:ident: $type:ty,)* }) => {
        table! {
            $(#[$about])*
            #[schemars(extend(
                "dependencies" = { "mtbf": ["mttr"], "mttr": ["mtbf"] },
                "not" = { "required": ["availability", "mtbf"] },
            ))]
            $name {
                $($(#[$doc])* $key: $type,)*
                /// The share of time in which it works, 0 to 1. Either this, or `mtbf` and `mttr`; with none of them
                /// it never fails by chance. Any of these may be a range: { low = .., high = .. }.
                availability: Option<Share>,
                /// Mean time between failures, such as "90d". Goes with `mttr`.
                mtbf: Option<Lasting>,
                /// Mean time to repair, such as "4h". Goes with `mtbf`.
                mttr: Option<Lasting>,
            }
        }
    };
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $key:ident: $type:ty,)* }) => {
        #[derive(JsonSchema)]
        $(#[$about])*
        #[schemars(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its shape is used")]
        #[allow(clippy::struct_field_names, reason = "keys are named by the format; few tables are concerned")]
        struct $name {
            $($(#[$doc])* $key: $type,)*
        }
    };
}

table! {
    /// A system: where things run, what they need, what the business does with them, and what must hold.
    Model {
        /// What the model calls itself.
        model: Option<About>,
        /// Where things run: clouds, data centres, software as a service. A provider of a single service has no regions.
        provider: Option<Named<Provider>>,
        /// Shared fate that cuts across places: one agent, one certificate, one team.
        group: Option<Named<Group>>,
        /// What runs there.
        service: Option<Named<Service>>,
        /// What the business does.
        capability: Option<Named<Capability>>,
        /// How customers are told when something is down.
        channel: Option<Named<Channel>>,
        /// What must hold. Without any, every capability has to survive any single zone and any single provider.
        policy: Option<Vec<Policy>>,
        /// Findings that are accepted until a date.
        waiver: Option<Vec<Waiver>>,
        /// Failures with a name, for policies and --scenario.
        scenario: Option<Named<Scenario>>,
        /// Real outages that the model adds to the built-in ones.
        outage: Option<Named<Outage>>,
        /// What outages really did, to be held against what linchpin says.
        happened: Option<Vec<Happened>>,
        /// What counts as what.
        settings: Option<Settings>,
    }
}

table! {
    /// What the model calls itself.
    About {
        /// Its name in reports; by default that of the file or the directory.
        name: Option<String>,
        /// Built-in facts about providers.
        catalogs: Option<Vec<Catalog>>,
    }
}

table! {
    /// Where things run. Failing a provider fails all its regions, zones and products.
    figures Provider {
        /// Who says so, and where it can be read.
        source: Option<String>,
        /// The year in which that was seen.
        seen: Option<i64>,
        /// Other names under which it is known.
        aka: Option<Vec<String>>,
        /// What kind of thing it is, in a word.
        kind: Option<String>,
        /// What it is known to run on: a hidden shared fate.
        needs: Option<Vec<Term>>,
        /// Its regions.
        region: Option<Named<Region>>,
        /// What it sells and services stand on.
        product: Option<Named<Product>>,
    }
}

table! {
    /// A region of a provider.
    figures Region {
        /// Who says so, and where it can be read.
        source: Option<String>,
        /// The year in which that was seen.
        seen: Option<i64>,
        /// Other names under which it is known.
        aka: Option<Vec<String>>,
        /// What kind of thing it is, in a word.
        kind: Option<String>,
        /// Its zones, by name.
        zones: Option<Vec<Name>>,
        /// Zones of which more is to be said than a name.
        zone: Option<Named<Zone>>,
        /// With fewer working zones than this the region itself fails.
        min_zones: Option<Count>,
        /// What it depends on.
        needs: Option<Vec<Term>>,
    }
}

table! {
    /// A zone of a region.
    figures Zone {
        /// What it depends on.
        needs: Option<Vec<Term>>,
    }
}

table! {
    /// A building block that a provider sells. It exists at each place down to its scope.
    figures Product {
        /// Who says so, and where it can be read.
        source: Option<String>,
        /// The year in which that was seen.
        seen: Option<i64>,
        /// Other names under which it is known.
        aka: Option<Vec<String>>,
        /// What kind of thing it is, in a word.
        kind: Option<String>,
        /// The finest place at which it exists. Left out only where a catalogue knows it.
        scope: Option<Scope>,
        /// What each of its facilities depends on; "#q" is the product q at the same place, or the nearest above.
        needs: Option<Vec<Term>>,
    }
}

table! {
    /// Shared fate: when the group fails, all its members do.
    figures Group {
        /// Who says so, and where it can be read.
        source: Option<String>,
        /// The year in which that was seen.
        seen: Option<i64>,
        /// Other names under which it is known.
        aka: Option<Vec<String>>,
        /// What kind of thing it is, in a word.
        kind: Option<String>,
        /// Domains, services, "tag:x" for every service with that tag, "aws/us-east-1/*" for every zone of a region.
        members: Option<Vec<String>>,
        /// What the group itself depends on.
        needs: Option<Vec<Term>>,
    }
}

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
enum Failed {
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
    /// A failure with a name.
    Scenario {
        /// What fails.
        fails: Vec<Failure>,
    }
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
    /// What counts as what.
    Settings {
        /// A backup whose restore was verified longer ago than this does not count.
        backup_verified_within: Option<Duration>,
        /// So long before a waiver runs out there is a warning; "14d" by default, "0s" for none.
        waiver_warning: Option<Duration>,
    }
}

table! {
    /// One thing.
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

table! {
    /// A share that is not known better than that it lies between two.
    ShareRange {
        /// It is not less than this.
        low: Probability,
        /// It is not more than this.
        high: Probability,
    }
}

table! {
    /// A duration that is not known better than that it lies between two.
    LastingRange {
        /// It is not less than this.
        low: Duration,
        /// It is not more than this.
        high: Duration,
    }
}

/// A share, or the range in which it lies.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Share {
    Known(Probability),
    Range(ShareRange),
}

/// A duration, or the range in which it lies.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Lasting {
    Known(Duration),
    Range(LastingRange),
}

/// A dependency: a reference, or a table that says more.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Term {
    Plain(Reference),
    On(On),
    All(All),
    Any(Any),
    AtLeast(AtLeast),
}

/// Where instances run: a domain, or a table that says more.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Placement {
    Plain(Reference),
    Table(Placed),
}

/// What fails: a reference, or a table that says more.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Failure {
    Plain(Reference),
    Table(Fails),
}

/// One word, or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// A list of words of which one is chosen.
macro_rules! choice {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $word:ident,)* }) => {
        $(#[$about])*
        #[derive(JsonSchema)]
        #[schemars(rename_all = "lowercase")]
        #[expect(dead_code, reason = "only its shape is used")]
        #[allow(clippy::struct_field_names, reason = "keys are named by the format; few tables are concerned")]
        enum $name {
            $($(#[$doc])* $word,)*
        }
    };
}

choice! {
    /// The finest place at which a product exists.
    Scope {
        /// At each zone, at each region and at the provider.
        Zone,
        /// At each region and at the provider.
        Region,
        /// At the provider alone.
        Global,
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

/// A text or number with limits: its name, what JSON Schema says of it.
macro_rules! value {
    ($name:ident $schema:tt) => {
        struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

const NAME: &str = "^[A-Za-z0-9][A-Za-z0-9._-]*$";

value! { Name {
    "description": "A name: letters, digits, dots, underscores and hyphens.",
    "type": "string",
    "pattern": NAME,
} }

value! { Reference {
    "description": "A domain (aws, aws/us-east-1, aws/us-east-1/a), a facility (aws#iam, aws/us-east-1#ebs), a service, a \
                    group, an instance (orders@aws/us-east-1/a), or with its kind said aloud: capability:search.",
    "type": "string",
    "pattern": reference(),
} }

/// What `names.rs` takes for a reference, and what stands for several or depends on where it stands: every zone of a
/// region, a product at the same place.
fn reference() -> String {
    let name = "[A-Za-z0-9][A-Za-z0-9._-]*";
    let domain = format!("{name}(?:/{name}){{0,2}}");
    let forms = [
        format!("#{name}"),
        format!("(?:{}):{name}", KINDS.join("|")),
        format!("{name}@{domain}(?:\\[[0-9]+\\])?"),
        format!("{domain}(?:#{name})?"),
        format!("{name}/{name}/\\*"),
    ];
    format!("^(?:{})$", forms.join("|"))
}

value! { Catalog {
    "description": "The name of a catalogue that comes with linchpin.",
    "type": "string",
    "enum": library::CATALOGS.iter().map(|entry| entry.name).collect::<Vec<_>>(),
} }

value! { Duration {
    "description": "A duration in whole seconds or more, with units.",
    "type": "string",
    "pattern": "^[^-]*[0-9][^-]*[A-Za-z][^-]*$",
    "examples": ["90s", "15m", "4h", "2d", "1h30m"],
} }

value! { Date {
    "description": "A date without quotes, such as 2027-01-31.",
    "type": "string",
    "format": "date",
} }

value! { Probability {
    "description": "A probability or share.",
    "type": "number",
    "minimum": 0,
    "maximum": 1,
} }

value! { Amount {
    "description": "A number that is not negative.",
    "type": "number",
    "minimum": 0,
    "maximum": 1e18,
} }

value! { Count {
    "description": "A whole number from 1.",
    "type": "integer",
    "minimum": 1,
    "maximum": 1_000_000,
} }

/// Tables by name.
struct Named<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}ByName", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": { "pattern": NAME },
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}
