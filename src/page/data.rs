//! What the page's own evaluator works on: the conditions of a model as JSON.

use jiff::civil::Date;
use serde::Serialize;
use serde::ser::Serializer;

use crate::analysis::{Copies, DataCopy, System};
use crate::compile::{Condition, ConditionId, Formula, Role};
use crate::model::{Capability, Element, ElementId, Failure, Model, Scenario, Time};

/// A model as the page carries it.
#[derive(Debug, Serialize)]
pub struct PageData<'s> {
    schema: &'static str,
    model: &'s str,
    elements: Vec<ElementData<'s>>,
    /// Two an element: ok, then full.
    conditions: Vec<ConditionData<'s>>,
    /// Strongly connected components of conditions, dependencies first.
    components: Vec<ComponentData>,
    capabilities: Vec<CapabilityData<'s>>,
    channels: Vec<usize>,
    stores: Vec<StoreData>,
    scenarios: Vec<ScenarioData<'s>>,
}

#[derive(Debug, Serialize)]
struct ScenarioData<'s> {
    name: &'s str,
    fails: Vec<FailData>,
}

#[derive(Debug, Serialize)]
struct FailData {
    what: usize,
    #[serde(serialize_with = "seconds")]
    lasts: Time,
    destroys: bool,
}

#[derive(Debug, Serialize)]
struct ElementData<'s> {
    name: &'s str,
    kind: &'static str,
    /// What it is part of.
    up: Option<usize>,
    /// Whether it can fail of itself.
    fails: bool,
}

#[derive(Debug, Serialize)]
struct ConditionData<'s> {
    #[serde(serialize_with = "seconds")]
    after: Time,
    #[serde(serialize_with = "seconds")]
    start: Time,
    parts: Vec<PartData<'s>>,
}

#[derive(Debug, Serialize)]
struct ComponentData {
    circle: bool,
    ids: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct CapabilityData<'s> {
    id: usize,
    name: &'s str,
    tier: Option<i64>,
    owner: Option<&'s str>,
    value_per_hour: f64,
}

#[derive(Debug, Serialize)]
struct StoreData {
    service: usize,
    copies: Vec<CopyData>,
}

#[derive(Debug, Serialize)]
struct CopyData {
    #[serde(serialize_with = "seconds")]
    stale: Time,
    /// The copy's own event.
    own: Option<usize>,
    /// What must not be gone for good.
    places: Vec<usize>,
    /// What takes the copy with it if it destroys what it holds.
    destroyed_with: Vec<usize>,
}

impl<'s> PageData<'s> {
    /// Everything that the evaluator needs; backups count as they do on a day.
    pub fn new(system: &'s System, as_of: Date) -> Self {
        let System { model, program, .. } = system;
        let condition = |condition: &'s Condition| ConditionData {
            after: condition.after,
            start: condition.start,
            parts: condition.parts.iter().map(|part| PartData(part.role, &part.formula)).collect(),
        };
        let mut conditions: Vec<_> =
            program.order().iter().map(|id| (*id, condition(&program[*id]))).collect();
        conditions.sort_by_key(|(id, _)| *id);
        let component = |(ids, circle): (&[ConditionId], bool)| ComponentData {
            circle,
            ids: ids.iter().map(|id| id.index()).collect(),
        };
        Self {
            schema: "linchpin/page/1",
            model: model.name(),
            elements: model.elements().map(|(id, _)| element(model, id)).collect(),
            conditions: conditions.into_iter().map(|(_, condition)| condition).collect(),
            components: program.components().map(component).collect(),
            capabilities: capabilities(model),
            channels: model.channels().map(|(id, _)| id.index()).collect(),
            stores: stores(&Copies::new(model, as_of)),
            scenarios: model.scenarios.iter().map(scenario).collect(),
        }
    }

    /// The capabilities, by number and name.
    pub fn capability_names(&self) -> impl Iterator<Item = (usize, &str)> {
        self.capabilities.iter().map(|capability| (capability.id, capability.name))
    }

    /// The scenarios that the model declares.
    pub fn scenario_names(&self) -> impl Iterator<Item = &str> {
        self.scenarios.iter().map(|scenario| scenario.name)
    }
}

fn element(model: &Model, id: ElementId) -> ElementData<'_> {
    let element = &model[id];
    ElementData {
        name: &element.name,
        kind: element.kind_name(),
        up: model.parent(id).map(ElementId::index),
        fails: element.class().is_some(),
    }
}

fn capabilities(model: &Model) -> Vec<CapabilityData<'_>> {
    let capability = |(id, element, of)| {
        let (element, of): (&Element, &Capability) = (element, of);
        let (tier, value_per_hour) = (of.tier, of.value_per_hour);
        let (name, owner) = (element.bare_name(), of.owner.as_deref());
        CapabilityData { id: ElementId::index(id), name, tier, owner, value_per_hour }
    };
    model.capabilities().map(capability).collect()
}

fn scenario(scenario: &Scenario) -> ScenarioData<'_> {
    let fail = |failure: &Failure| FailData {
        what: failure.what.index(),
        lasts: failure.lasts,
        destroys: failure.destroys,
    };
    ScenarioData { name: &scenario.name, fails: scenario.fails.iter().map(fail).collect() }
}

fn stores(copies: &Copies<'_>) -> Vec<StoreData> {
    let numbers = |ids: &[ElementId]| ids.iter().map(|id| id.index()).collect();
    let copy = |copy: &DataCopy| CopyData {
        stale: copy.stale,
        own: copy.own.map(ElementId::index),
        places: numbers(&copy.places),
        destroyed_with: numbers(&copy.destroyed_with),
    };
    let store = |(service, of): (ElementId, &[DataCopy])| StoreData {
        service: service.index(),
        copies: of.iter().map(copy).collect(),
    };
    copies.stores().map(store).collect()
}

/// Seconds, or `null` for never.
fn seconds<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    time.as_seconds().serialize(serializer)
}

/// A part with why it is one.
#[derive(Debug)]
struct PartData<'s>(Role, &'s Formula);

impl Serialize for PartData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (role(self.0), FormulaData(self.1)).serialize(serializer)
    }
}

/// A formula: a number is that condition's time, all else a list that begins with what it does.
#[derive(Debug)]
struct FormulaData<'s>(&'s Formula);

impl<'s> FormulaData<'s> {
    fn several(of: &'s [Formula]) -> Vec<Self> {
        of.iter().map(Self).collect()
    }
}

impl Serialize for FormulaData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Formula::Is(id) => id.index().serialize(serializer),
            Formula::Event(event) => ("event", event.index()).serialize(serializer),
            Formula::ToStart(of) => ("start", FormulaData(of)).serialize(serializer),
            Formula::Tolerates(time, of) => {
                ("tolerates", time.as_seconds(), FormulaData(of)).serialize(serializer)
            }
            Formula::Later(time, of) => ("later", time.as_seconds(), FormulaData(of)).serialize(serializer),
            Formula::All(of) => ("all", FormulaData::several(of)).serialize(serializer),
            Formula::Any(of) => ("any", FormulaData::several(of)).serialize(serializer),
            Formula::AtLeast(count, of) => {
                ("at_least", count, FormulaData::several(of)).serialize(serializer)
            }
            Formula::Capacity { threshold, of } => {
                let carried: Vec<_> =
                    of.iter().map(|(capacity, on)| (capacity.billionths().to_string(), on.index())).collect();
                ("capacity", threshold.billionths().to_string(), carried).serialize(serializer)
            }
        }
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Own => "own",
        Role::Domain => "domain",
        Role::Above => "above",
        Role::Group => "group",
        Role::Zones => "zones",
        Role::Product => "product",
        Role::Peer => "peer",
        Role::Need => "need",
        Role::Want => "want",
        Role::Instances => "instances",
        Role::Capacity => "capacity",
        Role::Serving => "serving",
    }
}
