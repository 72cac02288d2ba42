//! An outage of one place happening at another: what failed in us-east-1 fails where the model runs.
//!
//! Regions are moved within their provider: the regions that failed, in their order, onto as many of those that the
//! model has, beginning at each in turn, round and round. Where the model has nothing of the provider, provider and
//! regions are moved onto each provider of the same kind that has regions, and products onto those of the same kind
//! there. What is moved keeps lengths and all; what already happened at a place of the model happens there too.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Directory, Failed, Outage};

/// The outage as it was, then moved in every way that differs.
pub(super) fn transposed(places: &Directory<'_>, outage: &Outage) -> Vec<Outage> {
    let mut ways = vec![outage.clone()];
    let failed: Vec<String> = outage.fails.iter().map(|failed| places.canonical(&failed.what)).collect();
    let providers: BTreeSet<&str> = failed.iter().map(|what| provider_of(what)).collect();
    for provider in providers {
        let mut regions: Vec<&str> = failed.iter().filter_map(|what| region_of(what, provider)).collect();
        dedup(&mut regions);
        if regions.is_empty() && places.has(provider) {
            continue;
        }
        let targets: Vec<&str> = if places.has(provider) { vec![provider] } else { places.like(provider) };
        for target in targets {
            let own = places.regions(target);
            for start in 0..own.len().max(1) {
                let onto: BTreeMap<&str, &str> = regions
                    .iter()
                    .take(own.len())
                    .enumerate()
                    .map(|(index, region)| (*region, own[(start + index) % own.len()]))
                    .collect();
                let to = Move { places, provider, target, onto };
                let fails: Vec<Failed> = outage.fails.iter().filter_map(|failed| to.failed(failed)).collect();
                if !fails.is_empty() {
                    ways.push(Outage { fails, ..outage.clone() });
                }
            }
        }
    }
    ways
}

fn provider_of(what: &str) -> &str {
    what.split(['/', '#']).next().unwrap_or_default()
}

/// The region that failed, if it is named and one of a provider.
fn region_of<'w>(what: &'w str, provider: &str) -> Option<&'w str> {
    let domain = what.split('#').next().unwrap_or_default();
    let mut parts = domain.split('/');
    (parts.next() == Some(provider)).then(|| parts.next())?.filter(|region| !region.starts_with('{'))
}

fn dedup(names: &mut Vec<&str>) {
    let mut known = BTreeSet::new();
    names.retain(|name| known.insert(*name));
}

/// One way to move an outage.
struct Move<'a> {
    places: &'a Directory<'a>,
    provider: &'a str,
    target: &'a str,
    /// Where each region goes.
    onto: BTreeMap<&'a str, &'a str>,
}

impl Move<'_> {
    /// What failed, at its new place; `None` where there is nothing of the like.
    fn failed(&self, failed: &Failed) -> Option<Failed> {
        let at_target = |reference: &String| self.reference(&self.places.canonical(reference));
        let or = failed.or.as_ref().and_then(at_target);
        let what = at_target(&failed.what);
        // A model that tells no products apart has the whole in place of the part.
        let what = what.or_else(|| or.clone().filter(|_| self.places.products(self.target).is_empty()))?;
        Some(Failed { what, or, ..failed.clone() })
    }

    fn reference(&self, what: &str) -> Option<String> {
        if provider_of(what) != self.provider {
            return Some(what.to_owned());
        }
        let (domain, product) =
            what.split_once('#').map_or((what, None), |(domain, product)| (domain, Some(product)));
        let mut parts: Vec<&str> = domain.split('/').collect();
        parts[0] = self.target;
        if let Some(region) = parts.get_mut(1).filter(|region| !region.starts_with('{')) {
            *region = self.onto.get(*region).copied()?;
        }
        // Zones have other names there: any one.
        if let Some(zone) = parts.get_mut(2) {
            *zone = "{zone}";
        }
        let domain = parts.join("/");
        match product {
            None => Some(domain),
            Some(product) if self.provider == self.target => Some(format!("{domain}#{product}")),
            Some(product) => {
                let like = self.places.product_like(self.provider, product, self.target)?;
                Some(format!("{domain}#{like}"))
            }
        }
    }
}
