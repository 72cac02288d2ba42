//! What a system is made of: elements, each with what it depends on.

use jiff::civil::Date;

use super::{Chance, ElementId, Time};
use crate::diag::Place;

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
