//! What a picture is to show, and how it is to look.

use crate::analysis::System;
use crate::model::ElementId;

/// What a picture shows, and how.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// What it is a picture of.
    pub view: View,
    /// Only what is near an element.
    pub focus: Option<Focus>,
    /// How deep a tree of needs is, at most.
    pub depth: Option<usize>,
    /// When many services are drawn as one node.
    pub collapse: Collapse,
    /// Light or dark.
    pub theme: Theme,
    /// The model before a change: what is new or gone is marked.
    pub old: Option<&'a System>,
    /// For a page that changes states by script: everything that a mark needs is there, and hidden where there is none.
    pub live: bool,
}

/// What a picture is of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum View {
    /// What the business does and what that depends on; below, where it all runs.
    #[default]
    System,
    /// What these capabilities stand on, as a tree of needs with gates.
    Capability(Vec<ElementId>),
    /// Places only, with what stands on them and the value at stake.
    Domains,
}

/// An element and how many needs away something may be to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Focus {
    /// Which element.
    pub on: ElementId,
    /// How many steps, both to what it needs and to what needs it.
    pub depth: usize,
}

/// When many services are drawn as one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Collapse {
    /// Where the picture would have more than about 150 nodes: the services that matter most stay.
    #[default]
    Auto,
    /// Never.
    Never,
    /// One node for all services at home in a region.
    Region,
    /// One node for all services at home at a provider.
    Provider,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As whoever looks at it prefers; light on paper.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}
