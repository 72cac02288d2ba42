//! The model: what a system is made of, valid, every name looked up, every element with its place.
//!
//! Comes after [`crate::diag`]; everything else works on [`Model`] and never sees TOML. Two steps lead here:
//! TOML text is read into [`decl::Declarations`] (shape), and these are resolved into a [`Model`]
//! (names). Code that builds a model fills in the declarations itself:
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
mod catalog;
pub mod decl;
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

use std::collections::HashMap;

use jiff::civil::Date;

use crate::diag::{Diagnostic, Place, Sources};

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
    /// Every problem of every file, in the order of the text.
    pub fn read(sources: &Sources, fallback_name: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut declared = read::read(sources)?;
        declared.name.get_or_insert_with(|| fallback_name.into());
        Self::resolve(declared)
    }

    /// Looks up every name in declarations.
    ///
    /// # Errors
    /// Every problem, in the order of the text.
    pub fn resolve(declared: decl::Declarations) -> Result<Self, Vec<Diagnostic>> {
        resolve::resolve(declared)
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

/// Anything that can work or not.
#[derive(Debug, Clone)]
pub struct Element {
    /// The reference that names it, as `aws/us-east-1/a`, `aws#iam`, `web@aws/us-east-1/a`, `capability:checkout`.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// What it is, with what only such a thing has.
    pub kind: Kind,
    /// Groups that it is a member of.
    pub groups: Vec<ElementId>,
    /// What must hold for it to work. For a standby: what the switch itself depends on.
    pub needs: Vec<Need>,
    /// What must hold for it to work undegraded.
    pub wants: Vec<Need>,
    /// The chance that it has not failed of itself; `None` never fails by chance.
    pub availability: Option<f64>,
    /// Where that comes from, if there is more to it than a number: a range, or times between failures and to repair.
    pub chance: Option<Box<Chance>>,
}

impl Element {
    /// The class of scenarios in which it fails; `None` for what has no event.
    pub fn class(&self) -> Option<Class> {
        match self.kind {
            Kind::Provider => Some(Class::Provider),
            Kind::Region(_) => Some(Class::Region),
            Kind::Zone { .. } => Some(Class::Zone),
            Kind::Facility(_) => Some(Class::Product),
            Kind::Group => Some(Class::Group),
            Kind::Service(_) => Some(Class::Service),
            Kind::Instance(_) => Some(Class::Instance),
            Kind::Capability(_) | Kind::Channel => None,
        }
    }

    /// The name without `capability:` or `channel:` in front.
    pub fn bare_name(&self) -> &str {
        match self.kind {
            Kind::Capability(_) | Kind::Channel => {
                self.name.split_once(':').map_or(self.name.as_str(), |(_, bare)| bare)
            }
            _ => &self.name,
        }
    }

    /// What it is, in a word.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Provider => "provider",
            Kind::Region(_) => "region",
            Kind::Zone { .. } => "zone",
            Kind::Facility(_) => "facility",
            Kind::Group => "group",
            Kind::Service(_) => "service",
            Kind::Instance(_) => "instance",
            Kind::Capability(_) => "capability",
            Kind::Channel => "channel",
        }
    }
}

/// What an element is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A provider.
    Provider,
    /// A region of a provider.
    Region(Region),
    /// A zone of a region.
    Zone {
        /// The region that it lies in.
        region: ElementId,
    },
    /// A product at a domain.
    Facility(Facility),
    /// Shared fate.
    Group,
    /// A service.
    Service(Service),
    /// One instance of a service.
    Instance(Instance),
    /// What the business does.
    Capability(Capability),
    /// How customers are told.
    Channel,
}

/// A region.
#[derive(Debug, Clone)]
pub struct Region {
    /// The provider that it belongs to.
    pub provider: ElementId,
    /// Its zones.
    pub zones: Vec<ElementId>,
    /// With fewer zones than this working of themselves the region fails.
    pub min_zones: Option<u32>,
}

/// A product at a domain.
#[derive(Debug, Clone)]
pub struct Facility {
    /// Where.
    pub domain: ElementId,
    /// The product's name.
    pub product: String,
    /// The facility of the same product one level up.
    pub up: Option<ElementId>,
}

/// A service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its instances: those placed, then the standbys, then those that backups can be restored to. Empty: it stands
    /// for logic alone.
    pub instances: Vec<ElementId>,
    /// How many of them must work.
    pub quorum: u32,
    /// Capacity of undegraded instances that it takes to be up.
    pub capacity: Option<f64>,
    /// Capacity of working instances that it takes to serve at all.
    pub min_capacity: Option<f64>,
    /// Time to start once what it needs is back.
    pub start: Time,
    /// Whether it keeps data.
    pub data: bool,
    /// Copies at rest.
    pub backups: Vec<Backup>,
}

/// An instance of a service.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Whose.
    pub service: ElementId,
    /// Where.
    pub domain: ElementId,
    /// The facilities that it stands on.
    pub uses: Vec<ElementId>,
    /// What it carries.
    pub capacity: f64,
    /// Instances of other services in its own zone or region, one of each list needed.
    pub peers: Vec<Peers>,
    /// What makes it a standby; `None` is active.
    pub standby: Option<Standby>,
}

/// `{ on = "x", same = "zone" }` for one instance: the instances of x that count.
#[derive(Debug, Clone)]
pub struct Peers {
    /// Whose instances.
    pub service: ElementId,
    /// Any of these.
    pub of: Vec<ElementId>,
    /// Needed to start only.
    pub when_start: bool,
    /// Outages ridden out.
    pub tolerates: Time,
}

/// What makes an instance a standby.
#[derive(Debug, Clone, Copy)]
pub struct Standby {
    /// Time that the switch, or the restore, takes.
    pub after: Time,
    /// Whether a person has to act.
    pub manual: bool,
    /// How far its data is behind; `None` for one that is restored from a backup and holds none before.
    pub lag: Option<Time>,
}

/// A copy at rest.
#[derive(Debug, Clone)]
pub struct Backup {
    /// A domain or facility.
    pub at: ElementId,
    /// Its staleness.
    pub every: Time,
    /// When a restore was last seen to work.
    pub verified: Option<Date>,
    /// Time that a restore takes.
    pub restore: Time,
    /// The standbys that it can be restored to.
    pub restore_to: Vec<ElementId>,
    /// What a restore depends on, beside the backup's own place.
    pub needs: Vec<Need>,
    /// Where it is declared.
    pub place: Place,
}

/// A capability's business side.
#[derive(Debug, Clone)]
pub struct Capability {
    /// How important it is.
    pub tier: Option<i64>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What an hour of it being down costs.
    pub value_per_hour: f64,
    /// The availability promised to customers.
    pub sla: Option<f64>,
    /// What is owed where the promise is not kept, the mildest breach first.
    pub sla_credits: Vec<Credit>,
}

impl Capability {
    /// The share of the bill that is owed at an availability: the largest credit of the thresholds that it is below.
    pub fn credit_owed(&self, availability: f64) -> f64 {
        let broken = self.sla_credits.iter().filter(|step| availability < step.below);
        broken.map(|step| step.credit).fold(0.0, f64::max)
    }
}

/// One step of what a broken promise costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Credit {
    /// Owed when the availability is less than this.
    pub below: f64,
    /// The share of the bill that is owed then.
    pub credit: f64,
}

/// A dependency term, names looked up.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// One element.
    On {
        /// Which.
        on: ElementId,
        /// Needed to start only.
        when_start: bool,
        /// Outages ridden out.
        tolerates: Time,
    },
    /// Every one.
    All(Vec<Need>),
    /// One; the first is the primary, and moving to another takes `after`.
    Any {
        /// The alternatives.
        of: Vec<Need>,
        /// Time to move to a later one.
        after: Time,
        /// Those that keep going, but degraded.
        degraded: Vec<Need>,
    },
    /// So many of these.
    AtLeast {
        /// How many.
        count: u32,
        /// Of these.
        of: Vec<Need>,
    },
}

impl Need {
    /// Every element that the term mentions, in order.
    pub fn mentions(&self) -> Vec<ElementId> {
        fn walk(need: &Need, out: &mut Vec<ElementId>) {
            match need {
                Need::On { on, .. } => out.push(*on),
                Need::All(of) | Need::AtLeast { of, .. } => of.iter().for_each(|need| walk(need, out)),
                Need::Any { of, degraded, .. } => of.iter().chain(degraded).for_each(|need| walk(need, out)),
            }
        }
        let mut out = Vec::new();
        walk(self, &mut out);
        out
    }
}

/// Classes of elements that a sweep fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Zones.
    Zone,
    /// Regions.
    Region,
    /// Providers.
    Provider,
    /// Facilities: products at domains.
    Product,
    /// Groups.
    Group,
    /// Services.
    Service,
    /// Instances.
    Instance,
}

impl Class {
    /// All classes, in the order in which reports show them.
    pub const ALL: [Self; 7] =
        [Self::Zone, Self::Region, Self::Provider, Self::Product, Self::Group, Self::Service, Self::Instance];

    /// As written in models and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Region => "region",
            Self::Provider => "provider",
            Self::Product => "product",
            Self::Group => "group",
            Self::Service => "service",
            Self::Instance => "instance",
        }
    }
}

/// Zone or region (for `same`), or anywhere in a provider (for a product's scope).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Down to zones.
    Zone,
    /// Down to regions.
    Region,
    /// The provider alone.
    Global,
}

/// How an element does. Ordered: down is less than degraded is less than up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It does not serve.
    Down,
    /// It serves, but not fully.
    Degraded,
    /// It serves undegraded.
    Up,
}

impl State {
    /// As written in models and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Degraded => "degraded",
            Self::Up => "up",
        }
    }
}

/// A set of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scenario {
    /// Its name: as declared, or what fails joined with ` + `.
    pub name: String,
    /// What fails, in the model's order.
    pub fails: Vec<Failure>,
}

/// One event of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// What fails.
    pub what: ElementId,
    /// After how long it is back; [`Time::NEVER`] stays failed.
    pub lasts: Time,
    /// Whether what it held is lost even when it comes back.
    pub destroys: bool,
}

/// What an outage really did to a capability. No answer depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The outage's id.
    pub outage: String,
    /// Which capability.
    pub capability: ElementId,
    /// How it did; `None` where nobody says.
    pub state: Option<State>,
    /// For how long it was out, or degraded, about.
    pub lasts: Option<Time>,
    /// Why the facts do not suffice to compute it.
    pub undecided: Option<String>,
    /// In words.
    pub what: Option<String>,
    /// Who says so.
    pub source: String,
}

/// What must hold.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Where it is declared; nowhere for the built-in ones.
    pub place: Place,
    /// For which capabilities.
    pub capabilities: Vec<ElementId>,
    /// Classes that it sweeps.
    pub classes: Vec<Class>,
    /// How many of these fail at once.
    pub failures: u32,
    /// Declared scenarios, as indices of [`Model::scenarios`].
    pub scenarios: Vec<usize>,
    /// Scenarios of the real outages that it names.
    pub outages: Vec<Scenario>,
    /// The lowest state that will do.
    pub state: State,
    /// Recovery time objective.
    pub within: Option<Time>,
    /// Recovery point objective.
    pub data_loss: Option<Time>,
    /// Whether some channel must work whenever the capability does not.
    pub reachable: bool,
    /// The share of time in which the state must be had.
    pub availability: Option<f64>,
    /// What a finding means.
    pub level: PolicyLevel,
}

/// What a model without policies is checked for: each class, any one element of it, and the policy's name.
const DEFAULT_POLICIES: [(Class, &str); 2] = [
    (Class::Zone, "every capability survives any single zone"),
    (Class::Provider, "every capability survives any single provider"),
];

impl Policy {
    /// The policies of a model that has none of its own.
    fn defaults(capabilities: &[ElementId]) -> Vec<Self> {
        let default = |(class, name): (Class, &str)| Self {
            name: name.to_owned(),
            place: Place::NOWHERE,
            capabilities: capabilities.to_vec(),
            classes: vec![class],
            failures: 1,
            scenarios: Vec::new(),
            outages: Vec::new(),
            state: State::Degraded,
            within: None,
            data_loss: None,
            reachable: false,
            availability: None,
            level: PolicyLevel::Deny,
        };
        DEFAULT_POLICIES.map(default).to_vec()
    }
}

/// What a finding means for the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PolicyLevel {
    /// It fails the check.
    #[default]
    Deny,
    /// It is shown.
    Warn,
}

impl PolicyLevel {
    /// As written in models and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Warn => "warn",
        }
    }
}

/// A finding accepted until a date.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// The policy's name.
    pub policy: String,
    /// Which capability; `None` is any.
    pub capability: Option<ElementId>,
    /// A scenario's name as findings have it; `None` is any.
    pub failure: Option<String>,
    /// The last day on which it counts.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Where it is declared.
    pub place: Place,
}
