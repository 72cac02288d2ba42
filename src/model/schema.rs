//! The shape of a model as JSON Schema, with which editors complete keys and show what they mean.
//!
//! It mirrors what `read` reads, room by room, table by table; a test compares the keys of both, and validates every model of the
//! repository. A new key is one line here: its name, its type, and above it what a reader of a model wants to know.

mod asked;
mod macros;
mod places;
mod terms;
mod things;
mod values;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use asked::{Happened, Outage, Policy, Scenario, Settings, Waiver};
use macros::table;
use places::{Group, Provider};
use things::{Capability, Channel, Service};
use values::{Catalog, Named};

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

table! {
    /// A system: where things run, what they need, what the business does with them, and what must hold.
    #[expect(clippy::struct_field_names, reason = "the key and the table are one word in the format")]
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
