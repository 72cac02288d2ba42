//! How the shape of a model is written down: tables of keys, choices of words.

/// A table of a model: its keys, each with its type and what it means. `figures` says that it may fail by chance,
/// `known` says that there is someone who says so, too.
macro_rules! table {
    ($(#[$about:meta])* known $name:ident { $($(#[$doc:meta])* $key:ident: $type:ty,)* }) => {
        table! {
            $(#[$about])*
            figures $name {
                /// Who says so, and where it can be read.
                source: Option<String>,
                /// The year in which that was seen.
                seen: Option<i64>,
                /// Other names under which it is known.
                aka: Option<Vec<String>>,
                /// What kind of thing it is, in a word.
                kind: Option<String>,
                $($(#[$doc])* $key: $type,)*
            }
        }
    };
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
                availability: Option<$crate::model::schema::values::Share>,
                /// Mean time between failures, such as "90d". Goes with `mttr`.
                mtbf: Option<$crate::model::schema::values::Lasting>,
                /// Mean time to repair, such as "4h". Goes with `mtbf`.
                mttr: Option<$crate::model::schema::values::Lasting>,
            }
        }
    };
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $key:ident: $type:ty,)* }) => {
        #[derive(schemars::JsonSchema)]
        $(#[$about])*
        #[schemars(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its shape is used")]
        pub(super) struct $name {
            $($(#[$doc])* $key: $type,)*
        }
    };
}

/// A list of words of which one is chosen.
macro_rules! choice {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $word:ident,)* }) => {
        $(#[$about])*
        #[derive(schemars::JsonSchema)]
        #[schemars(rename_all = "lowercase")]
        #[expect(dead_code, reason = "only its shape is used")]
        pub(super) enum $name {
            $($(#[$doc])* $word,)*
        }
    };
}

pub(super) use {choice, table};
