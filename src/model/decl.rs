//! Declarations: a model as its author wrote it, names not yet looked up.
//!
//! The TOML reader produces them, importers will, and so may your own code:
//! fill in the structs, then call [`Model::resolve`](super::Model::resolve).

use jiff::civil::Date;

use super::{Class, PolicyLevel, Range, Scope, State, Time};
use crate::diag::{Diagnostic, Place};

/// A value with the place where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub place: Place,
}

impl<T> At<T> {
    /// A value at a place.
    pub fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }

    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At { value: change(self.value), place: self.place }
    }
}

impl<T: Default> Default for At<T> {
    fn default() -> Self {
        Self::new(T::default(), Place::NOWHERE)
    }
}

impl From<&str> for At<String> {
    /// A value that code wrote: it has no place.
    fn from(text: &str) -> Self {
        Self::new(text.to_owned(), Place::NOWHERE)
    }
}

/// A whole model as declared. The lists are in the order of the text.
#[derive(Debug, Clone, Default)]
pub struct Declarations {
    /// `[model] name`.
    pub name: Option<At<String>>,
    /// `[model] catalogs`.
    pub catalogs: Vec<At<String>>,
    /// `[provider.*]`.
    pub providers: Vec<ProviderDecl>,
    /// `[group.*]`.
    pub groups: Vec<GroupDecl>,
    /// `[service.*]`.
    pub services: Vec<ServiceDecl>,
    /// `[capability.*]`.
    pub capabilities: Vec<CapabilityDecl>,
    /// `[channel.*]`.
    pub channels: Vec<ChannelDecl>,
    /// `[[policy]]`.
    pub policies: Vec<PolicyDecl>,
    /// `[[waiver]]`.
    pub waivers: Vec<WaiverDecl>,
    /// `[scenario.*]`.
    pub scenarios: Vec<ScenarioDecl>,
    /// `[outage.*]`.
    pub outages: Vec<OutageDecl>,
    /// `[[happened]]`.
    pub happened: Vec<HappenedDecl>,
    /// `[settings] backup_verified_within`.
    pub backup_verified_within: Option<At<Time>>,
    /// `[settings] waiver_warning`.
    pub waiver_warning: Option<At<Time>>,
}

impl Declarations {
    /// Takes what is to be said of products whose scope nobody knows.
    pub(super) fn without_scope(&mut self) -> impl Iterator<Item = Diagnostic> {
        let products = self.providers.iter_mut().flat_map(|provider| &mut provider.products);
        products.filter_map(|product| product.no_scope.take())
    }
}

/// Where what is said of a thing is known from, and what else it is called. Changes no answer.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Who says so, and where.
    pub source: Option<At<String>>,
    /// The year in which it was seen to say so.
    pub seen: Option<At<i64>>,
    /// Other names under which models know it: an outage finds it by any of them.
    pub aka: Vec<At<String>>,
    /// What sort of thing it is, as `compute`: an outage that is moved to another provider finds the like there.
    pub kind: Option<At<String>>,
}

/// How often something fails by chance.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// The share of time in which it works, 0..=1.
    pub availability: Option<At<Range<f64>>>,
    /// Mean time between failures.
    pub mtbf: Option<At<Range<Time>>>,
    /// Mean time to repair.
    pub mttr: Option<At<Range<Time>>>,
}

/// `[provider.NAME]`.
#[derive(Debug, Clone, Default)]
pub struct ProviderDecl {
    /// Its name.
    pub name: At<String>,
    /// Where it is known from.
    pub origin: Origin,
    /// Failure figures.
    pub figures: Figures,
    /// What it runs on.
    pub needs: Vec<TermDecl>,
    /// Whether `needs` was written, were it empty: then a catalogue's do not count.
    pub has_needs: bool,
    /// Its regions.
    pub regions: Vec<RegionDecl>,
    /// What it sells.
    pub products: Vec<ProductDecl>,
}

/// `[provider.P.region.NAME]`.
#[derive(Debug, Clone, Default)]
pub struct RegionDecl {
    /// Its name.
    pub name: At<String>,
    /// Where it is known from.
    pub origin: Origin,
    /// Failure figures.
    pub figures: Figures,
    /// What it depends on.
    pub needs: Vec<TermDecl>,
    /// Whether `needs` was written, were it empty: then a catalogue's do not count.
    pub has_needs: bool,
    /// Fewer working zones than this and the region itself fails.
    pub min_zones: Option<At<u32>>,
    /// Its zones.
    pub zones: Vec<ZoneDecl>,
    /// Whether `zones` was written: then a catalogue has no others.
    pub has_zones: bool,
}

/// One of `zones`, or `[provider.P.region.R.zone.NAME]`.
#[derive(Debug, Clone, Default)]
pub struct ZoneDecl {
    /// Its name.
    pub name: At<String>,
    /// Failure figures.
    pub figures: Figures,
    /// What it depends on.
    pub needs: Vec<TermDecl>,
    /// Whether `needs` was written, were it empty: then a catalogue's do not count.
    pub has_needs: bool,
}

/// `[provider.P.product.NAME]`.
#[derive(Debug, Clone)]
pub struct ProductDecl {
    /// Its name.
    pub name: At<String>,
    /// Where it is known from.
    pub origin: Origin,
    /// The finest place at which it exists.
    pub scope: Scope,
    /// What is wrong where `scope` was not written, unless a catalogue knows it.
    pub no_scope: Option<Diagnostic>,
    /// Failure figures, of each of its facilities.
    pub figures: Figures,
    /// What each facility depends on; `#q` is the facility of q at the same place or the nearest above.
    pub needs: Vec<TermDecl>,
    /// Whether `needs` was written, were it empty: then a catalogue's do not count.
    pub has_needs: bool,
}

/// `[group.NAME]`: shared fate that cuts across places.
#[derive(Debug, Clone, Default)]
pub struct GroupDecl {
    /// Its name.
    pub name: At<String>,
    /// Where it is known from.
    pub origin: Origin,
    /// References, `tag:x`, `aws/us-east-1/*`.
    pub members: Vec<At<String>>,
    /// Failure figures.
    pub figures: Figures,
    /// What the group itself depends on.
    pub needs: Vec<TermDecl>,
}

/// `[service.NAME]`.
#[derive(Debug, Clone, Default)]
pub struct ServiceDecl {
    /// Its name.
    pub name: At<String>,
    /// Active instances.
    pub placed: Vec<PlacementDecl>,
    /// Instances that take over.
    pub standby: Vec<StandbyDecl>,
    /// Instances that must work; 1 where not given.
    pub quorum: Option<At<u32>>,
    /// Products that each instance stands on.
    pub uses: Vec<At<String>>,
    /// What must hold for it to serve.
    pub needs: Vec<TermDecl>,
    /// What must hold for it to serve undegraded.
    pub wants: Vec<TermDecl>,
    /// Time to start once what it needs is back.
    pub start: Option<At<Time>>,
    /// Labels that groups refer to.
    pub tags: Vec<At<String>>,
    /// Whether it keeps data.
    pub data: bool,
    /// Copies at rest.
    pub backup: Vec<BackupDecl>,
    /// Capacity that it takes to be up.
    pub capacity: Option<At<f64>>,
    /// Capacity that it takes to serve at all.
    pub min_capacity: Option<At<f64>>,
    /// Failure figures of the service as such.
    pub figures: Figures,
    /// The share of time in which one instance works by itself.
    pub instance_availability: Option<At<Range<f64>>>,
}

/// One of `placed`.
#[derive(Debug, Clone, Default)]
pub struct PlacementDecl {
    /// A domain, or `aws/us-east-1/*`.
    pub at: At<String>,
    /// Instances at each such domain; 1 where not given.
    pub count: Option<At<u32>>,
    /// What one instance carries; 1 where not given.
    pub capacity: Option<At<f64>>,
}

impl From<&str> for PlacementDecl {
    fn from(at: &str) -> Self {
        Self { at: at.into(), ..Self::default() }
    }
}

/// One of `standby`.
#[derive(Debug, Clone, Default)]
pub struct StandbyDecl {
    /// A domain, or `aws/us-east-1/*`.
    pub at: At<String>,
    /// Time that the switch takes.
    pub after: Option<At<Time>>,
    /// Whether a person has to act. Shown, not computed with.
    pub manual: bool,
    /// How far its data is behind.
    pub lag: Option<At<Time>>,
    /// Chance that the switch works.
    pub success: Option<At<Range<f64>>>,
    /// What one instance carries; 1 where not given.
    pub capacity: Option<At<f64>>,
    /// What the switch itself depends on.
    pub needs: Vec<TermDecl>,
}

/// One of `backup`.
#[derive(Debug, Clone, Default)]
pub struct BackupDecl {
    /// A domain or facility.
    pub at: At<String>,
    /// How often it is taken: its staleness.
    pub every: At<Time>,
    /// Time that a restore takes.
    pub restore: Option<At<Time>>,
    /// When a restore was last seen to work.
    pub verified: Option<At<Date>>,
    /// Domains to which it can be restored.
    pub restore_to: Vec<At<String>>,
    /// What a restore depends on.
    pub needs: Vec<TermDecl>,
}

/// `[capability.NAME]`.
#[derive(Debug, Clone, Default)]
pub struct CapabilityDecl {
    /// Its name.
    pub name: At<String>,
    /// What must hold for it to work.
    pub needs: Vec<TermDecl>,
    /// What must hold for it to work undegraded.
    pub wants: Vec<TermDecl>,
    /// How important it is; policies may select by it.
    pub tier: Option<At<i64>>,
    /// Who answers for it.
    pub owner: Option<At<String>>,
    /// What an hour of it being down costs, in any unit.
    pub value_per_hour: Option<At<f64>>,
    /// The availability promised to customers.
    pub sla: Option<At<f64>>,
    /// What is owed where the promise is not kept.
    pub sla_credits: Vec<CreditDecl>,
}

/// One step of `sla_credits`.
#[derive(Debug, Clone, Default)]
pub struct CreditDecl {
    /// Owed when the availability is less than this.
    pub below: At<f64>,
    /// The share of the bill that is owed then.
    pub credit: At<f64>,
}

/// `[channel.NAME]`: how customers are told.
#[derive(Debug, Clone, Default)]
pub struct ChannelDecl {
    /// Its name.
    pub name: At<String>,
    /// What must hold for it to work.
    pub needs: Vec<TermDecl>,
    /// What must hold for it to work undegraded.
    pub wants: Vec<TermDecl>,
}

/// A dependency term with its place.
#[derive(Debug, Clone)]
pub struct TermDecl {
    /// What it says.
    pub term: Term,
    /// Where.
    pub place: Place,
}

/// What a dependency term says.
#[derive(Debug, Clone)]
pub enum Term {
    /// One thing.
    On {
        /// A reference.
        on: At<String>,
        /// Each instance needs an instance of it in its own zone or region.
        same: Option<Scope>,
        /// Needed to start only, not to keep running.
        when_start: bool,
        /// Outages of it up to this long are ridden out.
        tolerates: Time,
    },
    /// Every term.
    All(Vec<TermDecl>),
    /// One of the terms.
    Any {
        /// The first is the primary.
        of: Vec<TermDecl>,
        /// Time to move to a later one.
        after: Time,
        /// Further alternatives that keep going, but degraded.
        degraded: Vec<TermDecl>,
    },
    /// k of n.
    AtLeast {
        /// How many must hold.
        count: u32,
        /// Of these.
        of: Vec<TermDecl>,
    },
}

impl From<&str> for TermDecl {
    /// The plain need of one thing, as code writes it.
    fn from(on: &str) -> Self {
        let term = Term::On { on: on.into(), same: None, when_start: false, tolerates: Time::ZERO };
        Self { term, place: Place::NOWHERE }
    }
}

/// `[[policy]]`.
#[derive(Debug, Clone, Default)]
pub struct PolicyDecl {
    /// Its name.
    pub name: At<String>,
    /// Names, globs, `tier:1`; `None` is every capability.
    pub capabilities: Option<Vec<At<String>>>,
    /// Classes and names of scenarios.
    pub survive: Vec<At<String>>,
    /// How many elements of the classes fail at once; 1 where not given.
    pub failures: Option<At<u32>>,
    /// The lowest state that will do; degraded where not given.
    pub state: Option<State>,
    /// Recovery time objective.
    pub within: Option<At<Time>>,
    /// Recovery point objective.
    pub data_loss: Option<At<Time>>,
    /// Whether some channel must work whenever the capability does not.
    pub reachable: bool,
    /// What a finding means; deny where not given.
    pub level: Option<PolicyLevel>,
    /// The share of time in which the state must be had.
    pub availability: Option<At<f64>>,
}

/// `[[waiver]]`.
#[derive(Debug, Clone)]
pub struct WaiverDecl {
    /// Which policy.
    pub policy: At<String>,
    /// Which capability; `None` is any.
    pub capability: Option<At<String>>,
    /// What fails: a reference, several joined with ` + `, or a scenario's name; `None` is anything.
    pub failure: Option<At<String>>,
    /// The last day on which it counts.
    pub until: At<Date>,
    /// Why it is acceptable.
    pub reason: At<String>,
    /// The whole table.
    pub place: Place,
}

/// `[scenario.NAME]`.
#[derive(Debug, Clone, Default)]
pub struct ScenarioDecl {
    /// Its name.
    pub name: At<String>,
    /// What fails.
    pub fails: Vec<FailureDecl>,
}

/// One of a scenario's or an outage's `fails`.
#[derive(Debug, Clone, Default)]
pub struct FailureDecl {
    /// A reference to something that can fail.
    pub what: At<String>,
    /// In an outage: what fails instead where a model tells no products of its provider apart, or relies on this itself.
    pub or: Option<At<String>>,
    /// After this it is back; `None` is never.
    pub lasts: Option<Time>,
    /// Whether what it held is lost even when it comes back.
    pub destroys: bool,
}

/// `[outage.ID]`: what really failed once. What a model does not have of it is left out.
#[derive(Debug, Clone, Default)]
pub struct OutageDecl {
    /// Its id.
    pub name: At<String>,
    /// What people call it.
    pub title: At<String>,
    /// The day on which it began.
    pub date: Option<At<Date>>,
    /// What failed: references in which `{region}` and `{zone}` stand for any one.
    pub fails: Vec<FailureDecl>,
    /// Who says so.
    pub sources: Vec<At<String>>,
    /// How it is represented, and why.
    pub note: Option<At<String>>,
}

/// `[[happened]]`: what an outage really did to a capability. Compared with answers, never part of them.
#[derive(Debug, Clone, Default)]
pub struct HappenedDecl {
    /// Which outage.
    pub outage: At<String>,
    /// Which capability.
    pub capability: At<String>,
    /// How it did.
    pub state: Option<State>,
    /// For how long it was out, or degraded, about.
    pub lasts: Option<At<Time>>,
    /// Why the facts do not suffice to compute it.
    pub undecided: Option<At<String>>,
    /// In words.
    pub what: Option<At<String>>,
    /// Who says so.
    pub source: At<String>,
}

impl Class {
    /// The class of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}
