//! Cut sets of the same shape, by name.

use serde::Serialize;

use super::names;
use crate::analysis::{Family, Part, Shape};
use crate::model::{Class, Kind, Model};

/// Cut sets of the same shape: every choice of each part, together.
#[derive(Debug, Clone, Serialize)]
pub struct ShapeReport {
    /// What is chosen from.
    pub parts: Vec<PartReport>,
    /// How many sets have this shape; as text, since it may be more than numbers in JSON hold.
    pub sets: String,
}

/// A choice of so many elements.
#[derive(Debug, Clone, Serialize)]
pub struct PartReport {
    /// How many.
    pub choose: usize,
    /// Of these.
    pub members: Vec<String>,
    /// What these are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<KindReport>,
}

/// What the members of a part have in common.
#[derive(Debug, Clone, Serialize)]
pub struct KindReport {
    /// What each of them is, as "zone" or "ebs"; empty where they differ.
    pub what: String,
    /// Where, or whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Whether there are no others of the kind.
    pub all: bool,
}

impl ShapeReport {
    /// Names what the analysis numbers.
    pub fn new(model: &Model, shape: &Shape) -> Self {
        let part = |part: &Part| PartReport {
            choose: part.choose,
            members: names(model, part.members.iter().copied()),
            kind: part.family.map(|family| kind(model, family, part.is_all)),
        };
        Self { parts: shape.parts.iter().map(part).collect(), sets: shape.sets().to_string() }
    }
}

fn kind(model: &Model, family: Family, all: bool) -> KindReport {
    let (what, of) = match family {
        Family::Zones(region) => ("zone", Some(model[region].name.clone())),
        Family::Regions(provider) => ("region", Some(model[provider].name.clone())),
        Family::Instances(service) => ("instance", Some(model[service].name.clone())),
        Family::Class(class) => (class.name(), None),
        Family::Provider(id) | Family::Service(id) => ("", Some(model[id].name.clone())),
        Family::Facilities(first) => match &model[first].kind {
            Kind::Facility(facility) => {
                let provider = model.provider_of(first).map(|id| model[id].name.clone()).unwrap_or_default();
                let of = match model[facility.domain].class() {
                    Some(class @ (Class::Zone | Class::Region)) => {
                        format!("a {} of {provider}", class.name())
                    }
                    _ => provider,
                };
                (facility.product.as_str(), Some(of))
            }
            _ => ("", None),
        },
    };
    KindReport { what: what.to_owned(), of, all }
}
