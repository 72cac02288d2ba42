//! `linchpin/cuts/1`.

use num_bigint::BigUint;
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::{BoundsReport, Ordered, ShapeReport, bare_name};
use crate::analysis::{CutSets, Listed, System, SystemTree, falls_with, shapes};
use crate::faulttree::Event;
use crate::model::{ElementId, State};

/// Minimal cut sets of capabilities. There may be millions: they are written one after the other and never held.
#[derive(Debug)]
pub struct CutsReport<'c> {
    /// The model's name.
    pub model: String,
    /// The state to be kept.
    pub state: State,
    /// Whether these are the tops of fault trees.
    pub of_trees: bool,
    /// The element of each event.
    pub events: Vec<String>,
    /// By capability.
    pub capabilities: Vec<(String, CapabilityCutsReport<'c>)>,
}

/// The minimal cut sets of one capability.
#[derive(Debug)]
pub struct CapabilityCutsReport<'c> {
    /// Those to be listed.
    pub sets: &'c CutSets,
    /// How many there are, up to the order asked for.
    pub count: String,
    /// How many there are of 0, 1, 2 … events.
    pub by_order: Vec<String>,
    /// The size of the smallest one; `None`: there is none.
    pub margin: Option<usize>,
    /// In how many sets each element is, the most frequent first.
    pub elements: Ordered<String>,
    /// More about the first of those listed.
    pub details: Vec<SetReport>,
    /// The first of those listed, those of the same shape as one.
    pub shapes: Vec<ShapeReport>,
}

/// One minimal cut set.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SetReport {
    /// What fails together.
    pub cut: Vec<String>,
    /// How likely that is, as far as figures are given.
    pub probability: f64,
    /// The other capabilities that fall too.
    pub also: Vec<String>,
}

impl CutsReport<'_> {
    /// Whether all minimal cut sets of all capabilities are listed.
    pub fn is_complete(&self) -> bool {
        self.capabilities.iter().all(|(_, cuts)| cuts.sets.is_complete)
    }

    /// Whether no limit was hit, so that all that was asked for is there.
    pub fn is_whole(&self) -> bool {
        self.capabilities.iter().all(|(_, cuts)| cuts.sets.cuts.is_complete())
    }
}

impl Serialize for CutsReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("CutsReport", 5)?;
        report.serialize_field("schema", "linchpin/cuts/1")?;
        report.serialize_field("model", &self.model)?;
        report.serialize_field("state", self.state.name())?;
        report.serialize_field("complete", &self.is_complete())?;
        report.serialize_field("capabilities", &Capabilities(self))?;
        report.end()
    }
}

struct Capabilities<'r>(&'r CutsReport<'r>);

impl Serialize for Capabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.capabilities.len()))?;
        for (name, of) in &self.0.capabilities {
            map.serialize_entry(name, &One { of, events: &self.0.events })?;
        }
        map.end()
    }
}

struct One<'r> {
    of: &'r CapabilityCutsReport<'r>,
    events: &'r [String],
}

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut one = serializer.serialize_struct("CapabilityCutsReport", 9)?;
        one.serialize_field("cuts", &Sets(self))?;
        one.serialize_field("complete", &self.of.sets.is_complete)?;
        one.serialize_field("complete_to", &self.of.sets.cuts.complete_to())?;
        one.serialize_field("margin", &self.of.margin)?;
        one.serialize_field("count", &self.of.count)?;
        one.serialize_field("probability", &self.of.sets.probability.map(BoundsReport::from))?;
        one.serialize_field("by_order", &self.of.by_order)?;
        one.serialize_field("elements", &self.of.elements)?;
        one.serialize_field("details", &self.of.details)?;
        one.end()
    }
}

struct Sets<'r>(&'r One<'r>);

impl Serialize for Sets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = |set: &[Event]| -> Vec<&str> {
            set.iter().map(|event| self.0.events[event.index()].as_str()).collect()
        };
        match &self.0.of.sets.listed {
            Listed::These(sets) => serializer.collect_seq(sets.iter().map(|set| named(set))),
            Listed::All => serializer.collect_seq(self.0.of.sets.cuts.iter().map(|set| named(&set))),
        }
    }
}

/// What more is said about the first of the sets of each capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// So many by their shapes.
    Shapes(usize),
    /// Of so many, what else falls.
    Also(usize),
}

/// Of trees that are no model of ours so many sets are told with their probabilities.
const MOST_OF_TREES: usize = 2_000;

impl<'c> CutsReport<'c> {
    /// Names what the analyses number.
    pub fn new(
        system: &System,
        tree: &SystemTree,
        kept: State,
        capabilities: &[ElementId],
        sets: &'c [CutSets],
        more: More,
    ) -> Self {
        let model = &system.model;
        let probabilities = tree.tree.probabilities();
        // What else falls is told whatever was asked about.
        let all: Vec<ElementId> = model.capabilities().map(|(id, ..)| id).collect();
        let of = |capability: ElementId, sets: &'c CutSets| {
            let (More::Shapes(most) | More::Also(most)) = more;
            let first = first(sets, most);
            let name = |event: Event| model[tree.events[event.index()]].name.clone();
            let mut report = CapabilityCutsReport::new(sets, &first, &name, probabilities);
            let first: Vec<Vec<ElementId>> = first
                .iter()
                .map(|set| set.iter().map(|event| tree.events[event.index()]).collect())
                .collect();
            if matches!(more, More::Shapes(_)) {
                let shapes = shapes(model, &first);
                report.shapes = shapes.iter().map(|shape| ShapeReport::new(model, shape)).collect();
            } else {
                let falls = falls_with(system, &first, &all, kept);
                for (detail, falls) in report.details.iter_mut().zip(falls) {
                    let others = falls.into_iter().filter(|other| *other != capability);
                    detail.also = others.map(|other| bare_name(model, other)).collect();
                }
            }
            (bare_name(model, capability), report)
        };
        Self {
            model: model.name().to_owned(),
            state: kept,
            of_trees: false,
            events: tree.events.iter().map(|id| model[*id].name.clone()).collect(),
            capabilities: capabilities
                .iter()
                .zip(sets)
                .map(|(capability, sets)| of(*capability, sets))
                .collect(),
        }
    }

    /// Of fault trees that are no model of ours.
    pub fn of_trees(
        name: &str,
        events: Vec<String>,
        probabilities: &[f64],
        tops: impl Iterator<Item = (String, &'c CutSets)>,
    ) -> Self {
        let of = |(top, sets): (String, &'c CutSets)| {
            let name = |event: Event| events[event.index()].clone();
            (top, CapabilityCutsReport::new(sets, &first(sets, MOST_OF_TREES), &name, probabilities))
        };
        let capabilities = tops.map(of).collect();
        Self { model: name.to_owned(), state: State::Degraded, of_trees: true, events, capabilities }
    }
}

/// The sets about which more is said: the first of those listed; where all are, the smallest.
fn first(sets: &CutSets, most: usize) -> Vec<Vec<Event>> {
    match &sets.listed {
        Listed::These(sets) => sets.iter().take(most).cloned().collect(),
        Listed::All => sets.cuts.smallest(most),
    }
}

impl<'c> CapabilityCutsReport<'c> {
    fn new(
        sets: &'c CutSets,
        first: &[Vec<Event>],
        name: &dyn Fn(Event) -> String,
        probabilities: &[f64],
    ) -> Self {
        let detail = |set: &Vec<Event>| SetReport {
            cut: set.iter().map(|event| name(*event)).collect(),
            probability: set.iter().map(|event| probabilities[event.index()]).product(),
            also: Vec::new(),
        };
        Self {
            sets,
            count: sets.cuts.count().to_string(),
            by_order: sets.cuts.count_by_order().iter().map(ToString::to_string).collect(),
            margin: sets.cuts.smallest_order(),
            elements: elements(sets, name),
            details: first.iter().map(detail).collect(),
            shapes: Vec::new(),
        }
    }
}

/// In how many sets each element is.
fn elements(sets: &CutSets, name: &dyn Fn(Event) -> String) -> Ordered<String> {
    let counts = sets.cuts.count_by_event();
    let mut counted: Vec<(usize, &BigUint)> =
        counts.iter().enumerate().filter(|(_, count)| **count != BigUint::ZERO).collect();
    counted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(&b.0)));
    let event = |index: usize| Event(u32::try_from(index).unwrap_or(u32::MAX));
    counted.into_iter().map(|(index, count)| (name(event(index)), count.to_string())).collect()
}
