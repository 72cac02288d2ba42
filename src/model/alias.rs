//! One name for what models call by many: outages say `azure/southcentralus`, a model perhaps `Azure/south-central-us`.
//!
//! Canonical names are lower case, without `-`, `_` and `.`, each part replaced by the name that its catalogue gives
//! it where it is one of the catalogue's `aka`.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::decl::{Declarations, Origin, ProviderDecl, ZoneDecl};
use super::read::read_built_in;
use crate::library;

/// Names of zones at least as long as this are no letters or numbers in a region.
const OWN_NAME: usize = 3;

/// Other names of what the catalogues know.
#[derive(Debug, Clone, Default)]
pub(super) struct Aliases {
    providers: HashMap<String, String>,
    /// By canonical provider.
    regions: HashMap<(String, String), String>,
    products: HashMap<(String, String), String>,
    /// The region of a zone that has a name of its own, as `sbg2`: models may call such a place a region.
    zones: HashMap<(String, String), String>,
    /// What sort of thing a provider or a product of a provider is, by canonical names.
    kinds: HashMap<(String, Option<String>), String>,
}

impl Aliases {
    /// Those of all catalogues that are built in, read once.
    pub(super) fn built_in() -> &'static Self {
        static READ: OnceLock<Aliases> = OnceLock::new();
        READ.get_or_init(|| {
            let mut aliases = Self::default();
            for entry in library::CATALOGS {
                if let Ok(declared) = read_built_in(entry) {
                    aliases.add(&declared);
                }
            }
            aliases
        })
    }

    /// Those of all catalogues and of a model; `None` where the model has none of its own.
    pub(super) fn with_own(declared: &Declarations) -> Option<Self> {
        let has_any = |origin: &Origin| !origin.aka.is_empty() || origin.kind.is_some();
        let is_known = |provider: &ProviderDecl| {
            has_any(&provider.origin)
                || provider.regions.iter().any(|region| has_any(&region.origin))
                || provider.products.iter().any(|product| has_any(&product.origin))
        };
        let has_own = declared.providers.iter().any(is_known)
            || declared.groups.iter().any(|group| has_any(&group.origin));
        has_own.then(|| {
            let mut aliases = Self::built_in().clone();
            aliases.add(declared);
            aliases
        })
    }

    /// What sort of thing a provider is, or a product of it.
    pub(super) fn kind(&self, provider: &str, product: Option<&str>) -> Option<&str> {
        self.kinds.get(&(provider.to_owned(), product.map(str::to_owned))).map(String::as_str)
    }

    fn add(&mut self, declared: &Declarations) {
        for provider in &declared.providers {
            let own = plain(&provider.name.value);
            if let Some(kind) = &provider.origin.kind {
                self.kinds.insert((own.clone(), None), kind.value.clone());
            }
            for aka in &provider.origin.aka {
                self.providers.insert(plain(&aka.value), own.clone());
            }
            for region in &provider.regions {
                let own_name = |zone: &&ZoneDecl| zone.name.value.len() >= OWN_NAME;
                for zone in region.zones.iter().filter(own_name) {
                    let key = (own.clone(), plain(&zone.name.value));
                    self.zones.insert(key, plain(&region.name.value));
                }
                for aka in &region.origin.aka {
                    self.regions.insert((own.clone(), plain(&aka.value)), plain(&region.name.value));
                }
            }
            for product in &provider.products {
                if let Some(kind) = &product.origin.kind {
                    self.kinds.insert((own.clone(), Some(plain(&product.name.value))), kind.value.clone());
                }
                for aka in &product.origin.aka {
                    self.products.insert((own.clone(), plain(&aka.value)), plain(&product.name.value));
                }
            }
        }
        for group in &declared.groups {
            for aka in &group.origin.aka {
                self.providers.insert(plain(&aka.value), plain(&group.name.value));
            }
        }
    }

    /// The canonical form of a reference to a domain, facility, group or service; wildcards stay.
    pub(super) fn canonical(&self, reference: &str) -> String {
        let (domain, product) =
            reference.split_once('#').map_or((reference, None), |(domain, product)| (domain, Some(product)));
        let mut parts = domain.splitn(3, '/');
        let provider = plain(parts.next().unwrap_or_default());
        let provider = self.providers.get(&provider).cloned().unwrap_or(provider);
        let mut out = provider.clone();
        let mut written_region = String::new();
        let mut region = String::new();
        let mut region_or_zone = parts.next();
        let mut zone = parts.next();
        if let Some(part) = region_or_zone
            && let Some(of) = self.zones.get(&(provider.clone(), plain(part)))
        {
            zone = zone.or(region_or_zone);
            region_or_zone = Some(of);
        }
        if let Some(part) = region_or_zone {
            written_region = plain(part);
            let known = self.regions.get(&(provider.clone(), written_region.clone()));
            region = known.cloned().unwrap_or_else(|| written_region.clone());
            out = format!("{out}/{region}");
        }
        if let Some(part) = zone {
            // `us-east-1a` and `sbg2` say their region once more.
            let zone = plain(part);
            let short = [&region, &written_region]
                .into_iter()
                .chain(
                    self.regions
                        .iter()
                        .filter(|(key, own)| key.0 == provider && **own == region)
                        .map(|(key, _)| &key.1),
                )
                .find_map(|prefix| zone.strip_prefix(prefix.as_str()).filter(|rest| !rest.is_empty()));
            out = format!("{out}/{}", short.unwrap_or(&zone));
        }
        if let Some(product) = product {
            out = format!("{out}#{}", self.product(&provider, product));
        }
        out
    }

    /// A product's canonical name. `x-control-plane` is `x-control`, and `x-data-plane` is `x` itself.
    pub(super) fn product(&self, provider: &str, written: &str) -> String {
        let written = plain(written);
        let control = written.strip_suffix("controlplane").map(|of| format!("{of}control"));
        let data = written.strip_suffix("dataplane").filter(|of| !of.is_empty()).map(str::to_owned);
        let product = control.or(data).unwrap_or(written);
        self.products.get(&(provider.to_owned(), product.clone())).cloned().unwrap_or(product)
    }
}

/// Whether a name means a thing: its own, in other letters, or another that it goes by.
pub(super) fn is_called(own: &str, origin: &Origin, written: &str) -> bool {
    let written = plain(written);
    plain(own) == written || origin.aka.iter().any(|aka| plain(&aka.value) == written)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !"-_.".contains(*c)).map(|c| c.to_ascii_lowercase()).collect()
}
