//! Choosing capabilities, in policies and on the command line: names, globs, tiers.

use glob::Pattern;

use super::{Element, Kind};

/// What chooses capabilities: a name, a glob over names, or `tier:1`.
///
/// ```
/// use linchpin::model::Selector;
/// assert!(Selector::parse("check*").is_some());
/// assert!(Selector::parse("tier:one").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Capabilities of one tier.
    Tier(i64),
    /// Capabilities whose name matches.
    Name(Pattern),
}

impl Selector {
    /// Reads a selector; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("tier:") {
            Some(tier) => tier.parse().ok().map(Self::Tier),
            None => Pattern::new(text.strip_prefix("capability:").unwrap_or(text)).ok().map(Self::Name),
        }
    }

    /// Whether an element is a capability and chosen.
    pub fn matches(&self, element: &Element) -> bool {
        match (self, &element.kind) {
            (Self::Tier(tier), Kind::Capability(capability)) => capability.tier == Some(*tier),
            (Self::Name(pattern), Kind::Capability(_)) => pattern.matches(element.bare_name()),
            _ => false,
        }
    }
}
