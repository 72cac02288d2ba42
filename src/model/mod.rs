//! The model: what a system is made of, valid, every name looked up, every element with its place.
//!
//! Comes after [`crate::diag`]; everything else works on [`Model`] and never sees TOML. Two steps lead here:
//! TOML text is read into [`decl::Declarations`] (shape), and these are resolved into a [`Model`]
//! (names). The second step is taken even where the first one found mistakes, over what could be read, so that mistakes of
//! both sorts are told together. Code that builds a model fills in the declarations itself:
//!
//! ```
//! use linchpin::model::{Model, decl::*};
//!
//! let declared = Declarations {
//!     providers: vec![ProviderDecl { name: "acme".into(), ..Default::default() }],
//!     services: vec![ServiceDecl { name: "web".into(), placed: vec!["acme".into()], ..Default::default() }],
//!     capabilities: vec![CapabilityDecl { name: "shop".into(), needs: vec!["web".into()], ..Default::default() }],
//!     ..Default::default()
//! };
//! let model = Model::resolve(declared).map_err(|problems| problems[0].message.clone())?;
//! assert!(model.find("web@acme").is_ok());
//! # Ok::<(), String>(())
//! ```
//!
//! # Model order
//! Elements are numbered, and every list is sorted, in the *model's order*: domains (each provider followed by its
//! regions, each region by its zones), facilities (by provider, product, domain), groups, services (each followed
//! by its instances), capabilities, channels; within each kind as written.

mod alias;
mod asked;
mod catalog;
pub mod decl;
mod element;
mod figures;
mod names;
mod outage;
mod read;
mod resolve;
mod schema;
mod select;
mod syntax;
mod tidy;
mod time;
mod unread;

use std::collections::HashMap;

use crate::diag::{Diagnostic, Sources};

pub use asked::{Failure, Happened, Policy, PolicyLevel, Scenario, State, Waiver};
pub use catalog::nearest_catalog;
pub use element::{
    Backup, Capability, Class, Credit, Element, Facility, Instance, Kind, Need, Peers, Region, Scope,
    Service, Standby,
};
pub use figures::{Chance, Figure, Range, middle};
pub use names::NotFound;
pub use outage::{Directory, Failed, Outage};
pub use read::read_built_in;
pub use schema::schema;
pub use select::Selector;
pub use tidy::tidy;
pub use time::{BadDuration, Time};

/// One element of a [`Model`], by its number in the model's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(u32);

impl ElementId {
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("a model has fewer than 2^32 elements"))
    }

    /// Its number in the model's order, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A validated model.
#[derive(Debug, Clone)]
pub struct Model {
    name: String,
    elements: Vec<Element>,
    names: HashMap<String, ElementId>,
    /// What must hold, in order; the two default policies where the model declares none.
    pub policies: Vec<Policy>,
    /// Findings that are accepted for a while.
    pub waivers: Vec<Waiver>,
    /// Failures that the model names.
    pub scenarios: Vec<Scenario>,
    /// Outages that the model adds to those that are built in.
    pub outages: Vec<Outage>,
    /// What outages really did to it.
    pub happened: Vec<Happened>,
    /// Other names of the model's own, beside those of the catalogues.
    aliases: Option<Box<alias::Aliases>>,
    /// An older restore test does not count.
    pub backup_verified_within: Option<Time>,
    /// So long before a waiver runs out there is a warning; zero: never.
    pub waiver_warning: Time,
    /// Warnings about patterns that only the text shows; the rest is found by looking at the finished model.
    pub warnings: Vec<Diagnostic>,
}

impl Model {
    /// Reads and resolves TOML texts as one model. `fallback_name` is its name where `[model] name` is missing.
    ///
    /// ```
    /// use linchpin::{diag::Sources, model::Model};
    /// let mut sources = Sources::default();
    /// sources.add("shop.toml", "[service.web]\nneedz = []\n");
    /// let problems = Model::read(&sources, "shop").unwrap_err();
    /// assert_eq!(problems[0].code.name(), "unknown-key");
    /// assert_eq!(problems[0].hint.as_deref(), Some("did you mean `needs`?"));
    /// ```
    ///
    /// # Errors
    /// Every problem of every file, in the order of the text. Where some text could not be read, what it may declare is not
    /// called unknown; that it could not is for the caller to say.
    pub fn read(sources: &Sources, fallback_name: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut reading = read::read(sources);
        reading.declared.name.get_or_insert_with(|| fallback_name.into());
        resolve::resolve(reading)
    }

    /// Looks up every name in declarations.
    ///
    /// # Errors
    /// Every problem, in the order of the text.
    pub fn resolve(declared: decl::Declarations) -> Result<Self, Vec<Diagnostic>> {
        resolve::resolve(unread::Reading { declared, ..unread::Reading::default() })
    }

    /// What the model calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All elements, in the model's order.
    pub fn elements(&self) -> impl ExactSizeIterator<Item = (ElementId, &Element)> {
        self.elements.iter().enumerate().map(|(index, element)| (ElementId::new(index), element))
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether the model has no element; [`Model::read`] never gives such a one.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The element that a reference names.
    ///
    /// # Errors
    /// If it names none, or several instances.
    pub fn find(&self, reference: &str) -> Result<ElementId, NotFound> {
        names::find(&self.names, &self.elements, reference)
    }

    /// The capability of that (bare) name.
    pub fn capability(&self, name: &str) -> Option<ElementId> {
        self.names.get(&format!("capability:{name}")).copied()
    }

    /// All capabilities, in order.
    pub fn capabilities(&self) -> impl Iterator<Item = (ElementId, &Element, &Capability)> {
        self.elements().filter_map(|(id, element)| match &element.kind {
            Kind::Capability(capability) => Some((id, element, capability)),
            _ => None,
        })
    }

    /// All channels, in order.
    pub fn channels(&self) -> impl Iterator<Item = (ElementId, &Element)> {
        self.elements().filter(|(_, element)| matches!(element.kind, Kind::Channel))
    }

    /// All services, in order.
    pub fn services(&self) -> impl Iterator<Item = (ElementId, &Element, &Service)> {
        self.elements().filter_map(|(id, element)| match &element.kind {
            Kind::Service(service) => Some((id, element, service)),
            _ => None,
        })
    }

    /// What an element is directly part of: a zone of its region, a region of its provider, a facility of the one
    /// a level up, an instance of its service.
    pub fn parent(&self, id: ElementId) -> Option<ElementId> {
        match &self[id].kind {
            Kind::Region(region) => Some(region.provider),
            Kind::Zone { region } => Some(*region),
            Kind::Facility(facility) => facility.up,
            Kind::Instance(instance) => Some(instance.service),
            Kind::Provider | Kind::Group | Kind::Service(_) | Kind::Capability(_) | Kind::Channel => None,
        }
    }

    /// A domain and the domains that it lies in, innermost first.
    pub fn domain_and_above(&self, domain: ElementId) -> impl Iterator<Item = ElementId> + '_ {
        std::iter::successors(Some(domain), |id| self.parent(*id))
    }

    /// The provider that a domain, facility or instance belongs to.
    pub fn provider_of(&self, id: ElementId) -> Option<ElementId> {
        let domain = match &self[id].kind {
            Kind::Provider | Kind::Region(_) | Kind::Zone { .. } => id,
            Kind::Facility(facility) => facility.domain,
            Kind::Instance(instance) => instance.domain,
            _ => return None,
        };
        self.domain_and_above(domain).last()
    }
}

impl std::ops::Index<ElementId> for Model {
    type Output = Element;

    fn index(&self, id: ElementId) -> &Element {
        &self.elements[id.index()]
    }
}
