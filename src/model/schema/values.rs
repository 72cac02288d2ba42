//! Single values, and tables by name.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::macros::table;
use crate::library;
use crate::model::names::KINDS;

/// A text or number with limits: its name, what JSON Schema says of it.
macro_rules! value {
    ($name:ident $schema:tt) => {
        pub(super) struct $name;

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

pub(super) const NAME: &str = "^[A-Za-z0-9][A-Za-z0-9._-]*$";

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

/// A share, or the range in which it lies.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) enum Share {
    Known(Probability),
    Range(ShareRange),
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

/// A duration, or the range in which it lies.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) enum Lasting {
    Known(Duration),
    Range(LastingRange),
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

/// Tables by name.
pub(super) struct Named<T>(PhantomData<T>);

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
