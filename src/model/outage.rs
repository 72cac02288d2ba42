//! Real outages: what failed, in words of their own, and what of it a model has.
//!
//! An outage names more than any one model has, and may say `aws/us-east-1/{zone}#ebs` for any one zone. So it is no
//! scenario itself: against a model it becomes one for each zone that it could have been.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::alias::Aliases;
use super::decl::OutageDecl;
use super::read::read_built_in;
use super::{Element, ElementId, Failure, Kind, Model, Need, Scenario, Time};
use crate::diag::Place;
use crate::library;

/// What really failed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// Its id, as `aws-2011-04-21`.
    pub id: String,
    /// Where it is written down.
    pub place: Place,
    /// What people call it.
    pub title: String,
    /// The day on which it began.
    pub date: Date,
    /// What failed.
    pub fails: Vec<Failed>,
    /// Who says so.
    pub sources: Vec<String>,
    /// How it is represented, and why.
    pub note: Option<String>,
}

/// One thing that failed in an outage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// A reference, in which `{region}` and `{zone}` stand for any one.
    pub what: String,
    /// What fails instead where a model tells no products of its provider apart, or relies on this itself.
    pub or: Option<String>,
    /// After how long it was back; [`Time::NEVER`] where nobody says.
    pub lasts: Time,
    /// Whether what it held was lost.
    pub destroys: bool,
}

impl Outage {
    pub(super) fn new(declared: OutageDecl) -> Self {
        let failed = |failure: super::decl::FailureDecl| Failed {
            what: failure.what.value,
            or: failure.or.map(|or| or.value),
            lasts: failure.lasts.unwrap_or(Time::NEVER),
            destroys: failure.destroys,
        };
        Self {
            id: declared.name.value,
            place: declared.name.place,
            title: declared.title.value,
            date: declared.date.map_or(Date::ZERO, |date| date.value),
            fails: declared.fails.into_iter().map(failed).collect(),
            sources: declared.sources.into_iter().map(|source| source.value).collect(),
            note: declared.note.map(|note| note.value),
        }
    }

    /// The outage of that id that is built in.
    pub fn built_in(id: &str) -> Option<Self> {
        let declared = read_built_in(library::outage(id)?).ok()?;
        declared.outages.into_iter().next().map(Self::new)
    }

    /// Every outage that is built in, oldest first.
    pub fn all_built_in() -> Vec<Self> {
        library::OUTAGES.iter().filter_map(|entry| Self::built_in(entry.name)).collect()
    }
}

/// A model's elements by their canonical names, so that outages find them whatever their author called them.
#[derive(Debug, Default)]
pub struct Directory<'m> {
    aliases: Cow<'m, Aliases>,
    found: HashMap<String, Vec<ElementId>>,
    /// Zones and regions, zones first.
    zones: Vec<Spot>,
    regions: Vec<Spot>,
    /// Providers, each with the products that the model tells apart.
    providers: Vec<(String, Vec<String>)>,
    /// What somebody needs as a whole, and providers at which something runs that uses none of their products.
    relied_on: HashSet<ElementId>,
    /// Facilities on which instances stand.
    stood_on: HashSet<ElementId>,
}

/// A zone or region.
#[derive(Debug)]
struct Spot {
    /// As the model calls it.
    name: String,
    /// The canonical names of provider, region and, for a zone, zone.
    parts: Vec<String>,
}

impl<'m> Directory<'m> {
    /// The directory of a model.
    pub fn new(model: &'m Model) -> Self {
        Self::of(&model.name, &model.elements, model.aliases.as_deref())
    }

    pub(super) fn of(model: &str, elements: &[Element], own: Option<&'m Aliases>) -> Self {
        let aliases = own.unwrap_or_else(|| Aliases::built_in());
        let mut directory = Self { aliases: Cow::Borrowed(aliases), ..Self::default() };
        for (index, element) in elements.iter().enumerate() {
            directory.rely(element, elements);
            if matches!(element.kind, Kind::Instance(_) | Kind::Capability(_) | Kind::Channel) {
                continue;
            }
            let name = aliases.canonical(&element.name);
            directory.note(element, &name);
            directory.found.entry(name).or_default().push(ElementId::new(index));
        }
        directory.note_own(model, elements);
        directory
    }

    /// A model of a provider itself, by its name: what the provider sells is what the model runs. What failed there are
    /// the instances, with what they held; what is only restored later was not there.
    fn note_own(&mut self, model: &str, elements: &[Element]) {
        let own = self.aliases.canonical(model);
        if self.has(&own) {
            return;
        }
        let mut products = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let Kind::Service(service) = &element.kind else { continue };
            let product = self.aliases.product(&own, &element.name);
            let ran = |id: &ElementId| match &elements[id.index()].kind {
                Kind::Instance(instance) => instance.standby.is_none_or(|standby| standby.lag.is_some()),
                _ => false,
            };
            let mut failed: Vec<ElementId> = service.instances.iter().copied().filter(ran).collect();
            if failed.is_empty() {
                failed.push(ElementId::new(index));
            }
            self.found.entry(format!("{own}#{product}")).or_default().extend(failed);
            products.push(product);
        }
        self.providers.push((own, products));
    }

    fn rely(&mut self, element: &Element, elements: &[Element]) {
        let terms = element.needs.iter().chain(&element.wants);
        self.relied_on.extend(terms.flat_map(Need::mentions));
        let Kind::Instance(instance) = &element.kind else { return };
        self.stood_on.extend(&instance.uses);
        if instance.uses.is_empty() && matches!(elements[instance.domain.index()].kind, Kind::Provider) {
            self.relied_on.insert(instance.domain);
        }
    }

    fn note(&mut self, element: &Element, name: &str) {
        let parts: Vec<&str> = name.split('/').collect();
        let spot =
            || Spot { name: element.name.clone(), parts: parts.iter().map(|&part| part.into()).collect() };
        match (&element.kind, &parts[..]) {
            (Kind::Zone { .. }, _) => self.zones.push(spot()),
            (Kind::Region(_), _) => self.regions.push(spot()),
            (Kind::Provider, [provider]) => self.providers.push(((*provider).to_owned(), Vec::new())),
            (Kind::Facility(facility), [top]) if facility.up.is_none() => {
                let Some((provider, product)) = top.split_once('#') else { return };
                if let Some((_, products)) = self.providers.iter_mut().find(|(own, _)| own == provider) {
                    products.push(product.to_owned());
                }
            }
            _ => {}
        }
    }

    /// What of an outage the model has: a scenario for each zone and region that it could have been, in the model's
    /// order; none where it has nothing of it. Several are told apart by the place behind an `@` in their name.
    pub fn scenarios(&self, outage: &Outage) -> Vec<Scenario> {
        let failed: Vec<(String, &Failed)> =
            outage.fails.iter().map(|failed| (self.named(failed), failed)).collect();
        let wild = failed.iter().map(|(what, _)| what.as_str()).filter(|what| what.contains('{'));
        // What is named least precisely follows from the most precise: a zone says its region.
        let precision = |places: &Vec<&Spot>| places.first().map_or(0, |place| place.parts.len());
        let places = wild.map(|wild| self.places(wild)).max_by_key(precision).unwrap_or_default();
        let mut scenarios: Vec<Scenario> = Vec::new();
        for place in places {
            let fails = self.fails(&failed, &place.parts);
            if !fails.is_empty() && scenarios.iter().all(|other| other.fails != fails) {
                scenarios.push(Scenario { name: format!("{}@{}", outage.id, place.name), fails });
            }
        }
        match &mut scenarios[..] {
            [] => {
                let fails = self.fails(&failed, &[]);
                scenarios.extend((!fails.is_empty()).then(|| Scenario { name: outage.id.clone(), fails }));
            }
            // Only one place is touched, or it does not matter which.
            [single] => single.name.clone_from(&outage.id),
            _ => {}
        }
        scenarios
    }

    /// The canonical name of what failed, or of what stands for it in this model.
    fn named(&self, failed: &Failed) -> String {
        let what = self.canonical(&failed.what);
        let provider = what.split(['/', '#']).next().unwrap_or_default();
        match failed.or.as_ref().map(|or| self.canonical(or)) {
            Some(or) if self.products(provider).is_empty() || self.is_relied_on(&or) => or,
            _ => what,
        }
    }

    fn is_relied_on(&self, name: &str) -> bool {
        self.found.get(name).is_some_and(|ids| ids.iter().any(|id| self.relied_on.contains(id)))
    }

    /// The zones or regions of the model that a pattern could mean.
    fn places(&self, pattern: &str) -> Vec<&Spot> {
        let domain = pattern.split('#').next().unwrap_or_default();
        let wanted: Vec<&str> = domain.split('/').collect();
        let fits = |place: &&Spot| {
            let mut parts = wanted.iter().zip(&place.parts);
            wanted.len() == place.parts.len()
                && parts.all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
        };
        let mut places: Vec<&Spot> = self.zones.iter().chain(&self.regions).filter(fits).collect();
        if let [provider, region, _] = &wanted[..] {
            // A region of which the model tells no zones stands for the zone that it was.
            let fits = |place: &&Spot| {
                let is_whole = !self.zones.iter().any(|zone| zone.parts.starts_with(&place.parts));
                is_whole
                    && place.parts[0] == *provider
                    && (region.starts_with('{') || place.parts[1] == *region)
            };
            places.extend(self.regions.iter().filter(fits));
        }
        places
    }

    /// What fails where the wildcards mean one place; with no place, what has no wildcard.
    fn fails(&self, failed: &[(String, &Failed)], place: &[String]) -> Vec<Failure> {
        let mut fails: Vec<Failure> = Vec::new();
        for (what, failed) in failed {
            let mut what = what.clone();
            if let Some(region) = place.get(1) {
                what = what.replace("{region}", region);
            }
            if let Some(zone) = place.get(2) {
                what = what.replace("{zone}", zone);
            }
            let found = self.found.get(&what).or_else(|| self.coarser(&what)).into_iter().flatten();
            let found = found.copied().chain(self.of_some_zone(&what));
            for id in found {
                fails.push(Failure { what: id, lasts: failed.lasts, destroys: failed.destroys });
            }
        }
        // There may be two names of one thing.
        Failure::each_once(fails)
    }

    /// A product of one zone, where the model tells no zones of the region and something stands on the region's.
    fn of_some_zone(&self, what: &str) -> impl Iterator<Item = ElementId> {
        let of_region = what.contains("/{zone}#").then(|| what.replace("/{zone}#", "#"));
        let found = of_region.and_then(|what| self.found.get(&what)).into_iter().flatten();
        found.copied().filter(|id| self.stood_on.contains(id))
    }

    /// A region's product, where the model has the region and tells the product apart for the provider as a whole only.
    fn coarser(&self, what: &str) -> Option<&Vec<ElementId>> {
        let (region, product) = what.split_once('#')?;
        let (provider, rest) = region.split_once('/')?;
        let is_known = !rest.contains('/') && self.found.contains_key(region);
        is_known.then(|| self.found.get(&format!("{provider}#{product}")))?
    }

    // ---- for moving an outage to another place ------------------------------------------------------------

    /// The canonical form of a reference.
    pub fn canonical(&self, reference: &str) -> String {
        self.aliases.canonical(reference)
    }

    /// Whether the model has a provider, by canonical name.
    pub fn has(&self, provider: &str) -> bool {
        self.providers.iter().any(|(own, _)| own == provider)
    }

    /// The products of a provider that the model tells apart.
    pub fn products(&self, provider: &str) -> &[String] {
        self.providers.iter().find(|(own, _)| own == provider).map_or(&[], |(_, products)| products)
    }

    /// The regions of a provider that the model has, by canonical names.
    pub fn regions(&self, provider: &str) -> Vec<&str> {
        let of_provider = |spot: &&Spot| spot.parts.first().is_some_and(|of| of == provider);
        self.regions
            .iter()
            .filter(of_provider)
            .filter_map(|spot| spot.parts.get(1))
            .map(String::as_str)
            .collect()
    }

    /// The model's providers of the same kind as one that it does not have.
    pub fn like(&self, provider: &str) -> Vec<&str> {
        let Some(kind) = self.aliases.kind(provider, None) else { return Vec::new() };
        let own = self.providers.iter().map(|(own, _)| own.as_str());
        own.filter(|own| self.aliases.kind(own, None) == Some(kind)).collect()
    }

    /// The product of a provider that is of the same kind as a product of another one, or has its name.
    pub fn product_like(&self, provider: &str, product: &str, target: &str) -> Option<&str> {
        let kind = self.aliases.kind(provider, Some(product));
        let of_kind = |own: &&String| kind.is_some() && self.aliases.kind(target, Some(own)) == kind;
        let products = self.products(target);
        let found = products.iter().find(|own| *own == product).or_else(|| products.iter().find(of_kind));
        found.map(String::as_str)
    }
}
