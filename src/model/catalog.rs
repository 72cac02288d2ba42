//! Catalogues: facts about providers that a model need not type, brought in where it refers to them.
//!
//! Comes between reading and looking names up, and works on declarations: of a catalogue only what the model refers to
//! is added, and what that needs in turn, so that a small model stays small and no sweep fails regions that nobody
//! uses. What the model calls by another of a thing's names comes under that name. Where both say something the model's word counts: key by key for a provider, region, product or zone.

mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use super::Time;
use super::alias::is_called;
use super::decl::{
    At, Declarations, Figures, GroupDecl, Origin, ProductDecl, ProviderDecl, RegionDecl, Term, TermDecl,
    ZoneDecl,
};
use super::read::read_built_in;
use crate::diag::{Code, Diagnostic, nearest};
use crate::library;
use wanted::{Want, wants_of_model};

/// What came of it beside the declarations.
#[derive(Debug, Default)]
pub(super) struct BroughtIn {
    pub(super) problems: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
    /// Whether the model names a catalogue that there is not: what it would have brought is not known.
    pub(super) lacks_one: bool,
    /// Providers and groups of the catalogues that the model names, for suggestions.
    pub(super) providers: Vec<ProviderDecl>,
}

/// Adds to a model what it refers to of the catalogues that it names.
pub(super) fn bring_in(declared: &mut Declarations) -> BroughtIn {
    let mut out = BroughtIn::default();
    if declared.catalogs.is_empty() {
        return out;
    }
    let mut shelf = Shelf::default();
    let mut opened: Vec<(At<String>, Vec<String>)> = Vec::new();
    for catalog in &declared.catalogs {
        match library::catalog(&catalog.value) {
            Some(entry) => opened.push((catalog.clone(), shelf.open(entry, &mut out.problems))),
            None => {
                out.problems.push(unknown(catalog));
                out.lacks_one = true;
            }
        }
    }
    out.providers = opened
        .iter()
        .flat_map(|(_, names)| names.iter().filter_map(|name| shelf.providers.get(name)).cloned())
        .collect();

    let mut taken = Taken::default();
    let mut wants = wants_of_model(declared);
    while let Some(want) = wants.pop() {
        shelf.follow(&want, declared, &mut taken, &mut wants, &mut out.problems);
    }
    let tags: BTreeSet<&str> =
        declared.services.iter().flat_map(|service| &service.tags).map(|tag| tag.value.as_str()).collect();
    let groups: Vec<GroupDecl> = shelf
        .groups
        .values()
        .filter(|group| taken.groups.contains(&group.name.value) || is_tagged(group, &tags))
        .cloned()
        .collect();

    for (catalog, names) in &opened {
        let is_used = names.iter().any(|name| {
            taken.providers.contains_key(name) || groups.iter().any(|group| group.name.value == *name)
        });
        if !is_used {
            let message = format!("the model refers to nothing of the catalogue `{}`", catalog.value);
            let warning = Diagnostic::new(Code::NamesNothing, catalog.place, message);
            out.warnings.push(warning.label("brings nothing in"));
        }
    }
    for (name, part) in &taken.providers {
        if let Some(known) = shelf.providers.get(name) {
            merge(&mut declared.providers, known, part);
        }
    }
    let own: BTreeSet<String> = declared.groups.iter().map(|group| group.name.value.clone()).collect();
    declared.groups.extend(groups.into_iter().filter(|group| !own.contains(&group.name.value)));
    out
}

fn unknown(catalog: &At<String>) -> Diagnostic {
    let message = format!("there is no catalogue `{}`", catalog.value);
    Diagnostic::new(Code::UnknownCatalog, catalog.place, message)
        .label("expected the name of a catalogue")
        .hint(match nearest_catalog(&catalog.value) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`linchpin catalog` lists them".to_owned(),
        })
}

/// The catalogue that may be meant by a name that none has: what it is about is called so, too, or nearly so.
pub fn nearest_catalog(written: &str) -> Option<&'static str> {
    let is_about = |entry: &&library::Entry| {
        read_built_in(entry).is_ok_and(|declared| {
            let providers = declared.providers.iter().map(|provider| (&provider.name, &provider.origin));
            let groups = declared.groups.iter().map(|group| (&group.name, &group.origin));
            providers.chain(groups).any(|(name, origin)| is_called(&name.value, origin, written))
        })
    };
    let about = library::CATALOGS.iter().find(is_about).map(|entry| entry.name);
    about.or_else(|| nearest(written, library::CATALOGS.iter().map(|entry| entry.name)))
}

fn is_tagged(group: &GroupDecl, tags: &BTreeSet<&str>) -> bool {
    group.members.iter().any(|member| member.value.strip_prefix("tag:").is_some_and(|tag| tags.contains(tag)))
}

/// What the catalogues know, by name.
#[derive(Default)]
struct Shelf {
    providers: BTreeMap<String, ProviderDecl>,
    groups: BTreeMap<String, GroupDecl>,
    opened: BTreeSet<&'static str>,
}

/// What of the catalogues the model gets.
#[derive(Default)]
struct Taken {
    providers: BTreeMap<String, Part>,
    groups: BTreeSet<String>,
    done: BTreeSet<Want>,
}

/// What of a provider the model gets.
#[derive(Default)]
struct Part {
    /// Regions as the catalogue calls them, each with its zones.
    regions: BTreeMap<String, BTreeSet<String>>,
    products: BTreeSet<String>,
    /// What the model calls by another name, with the catalogue's.
    other_regions: BTreeMap<String, String>,
    other_products: BTreeMap<String, String>,
}

impl Shelf {
    /// Takes a catalogue down and gives the names of what it is about.
    fn open(&mut self, entry: &'static library::Entry, problems: &mut Vec<Diagnostic>) -> Vec<String> {
        if !self.opened.insert(entry.name) {
            return vec![entry.name.to_owned()];
        }
        match read_built_in(entry) {
            Ok(declared) => {
                let providers = declared.providers.iter().map(|provider| provider.name.value.clone());
                let groups = declared.groups.iter().map(|group| group.name.value.clone());
                let names = providers.chain(groups).collect();
                self.providers.extend(
                    declared.providers.into_iter().map(|provider| (provider.name.value.clone(), provider)),
                );
                self.groups
                    .extend(declared.groups.into_iter().map(|group| (group.name.value.clone(), group)));
                names
            }
            Err(mistakes) => {
                problems.extend(mistakes);
                Vec::new()
            }
        }
    }

    /// Takes what is wanted, and wants what it needs in turn, unless the model says itself what it needs.
    fn follow(
        &mut self,
        want: &Want,
        declared: &Declarations,
        taken: &mut Taken,
        wants: &mut Vec<Want>,
        problems: &mut Vec<Diagnostic>,
    ) {
        if !taken.done.insert(want.clone()) {
            return;
        }
        if want.is_of_catalog
            && !self.providers.contains_key(&want.provider)
            && !declared.providers.iter().any(|own| own.name.value == want.provider)
            && let Some(entry) = library::catalog(&want.provider)
        {
            // What one catalogue needs of another comes without being named.
            self.open(entry, problems);
        }
        if self.groups.contains_key(&want.provider) {
            taken.groups.insert(want.provider.clone());
        }
        let Some(known) = self.providers.get(&want.provider) else { return };
        let own = declared.providers.iter().find(|own| own.name.value == want.provider);
        let part = taken.providers.entry(want.provider.clone()).or_default();
        if own.is_none_or(|own| !says_needs(own.has_needs, &own.needs)) {
            wants.extend(Want::of_terms(&known.needs, &want.provider));
        }
        if let Some(region) = &want.region
            && let Some(known) = called(&known.regions, region, |region| (&region.name, &region.origin))
        {
            if known.name.value != *region {
                part.other_regions.insert(region.clone(), known.name.value.clone());
            }
            let own = own.and_then(|own| own.regions.iter().find(|own| own.name.value == *region));
            let zones = part.regions.entry(region.clone()).or_default();
            zones.extend(
                known.zones.iter().map(|zone| &zone.name.value).filter(|zone| want.wants_zone(zone)).cloned(),
            );
            if own.is_none_or(|own| !says_needs(own.has_needs, &own.needs)) {
                wants.extend(Want::of_terms(&known.needs, &want.provider));
            }
            for zone in known.zones.iter().filter(|zone| want.wants_zone(&zone.name.value)) {
                wants.extend(Want::of_terms(&zone.needs, &want.provider));
            }
        }
        if let Some(product) = &want.product
            && let Some(known) = called(&known.products, product, |product| (&product.name, &product.origin))
        {
            let own = own.and_then(|own| own.products.iter().find(|own| own.name.value == *product));
            if known.name.value != *product {
                // What the model declares itself is its own.
                if own.is_none() {
                    part.other_products.insert(product.clone(), known.name.value.clone());
                    let product = Some(known.name.value.clone());
                    wants.push(Want { product, is_of_catalog: true, ..want.clone() });
                }
                return;
            }
            part.products.insert(product.clone());
            if own.is_none_or(|own| !says_needs(own.has_needs, &own.needs)) {
                wants.extend(Want::of_terms(&known.needs, &want.provider));
            }
        }
    }
}

/// The thing of a name, or else one that also goes by it.
fn called<'k, T>(known: &'k [T], name: &str, parts: impl Fn(&T) -> (&At<String>, &Origin)) -> Option<&'k T> {
    let is_named = |of: &&T| parts(of).0.value == name;
    let is_also = |of: &&T| is_called(&parts(of).0.value, parts(of).1, name);
    known.iter().find(is_named).or_else(|| known.iter().find(is_also))
}

fn says_needs(has_needs: bool, needs: &[super::decl::TermDecl]) -> bool {
    has_needs || !needs.is_empty()
}

/// Adds part of what a catalogue knows of a provider. What the model says already stays.
fn merge(providers: &mut Vec<ProviderDecl>, known: &ProviderDecl, part: &Part) {
    let index = providers.iter().position(|own| own.name.value == known.name.value);
    let index = index.unwrap_or_else(|| {
        providers.push(ProviderDecl { name: known.name.clone(), ..ProviderDecl::default() });
        providers.len() - 1
    });
    let own = &mut providers[index];
    add_figures(&mut own.figures, &known.figures);
    add_origin(&mut own.origin, &known.origin);
    if !says_needs(own.has_needs, &own.needs) {
        own.needs.clone_from(&known.needs);
    }
    for known in known.regions.iter().filter(|known| part.regions.contains_key(&known.name.value)) {
        merge_region(&mut own.regions, known, &part.regions[&known.name.value]);
    }
    for (name, other) in &part.other_regions {
        if let (Some(known), Some(zones)) =
            (known.regions.iter().find(|known| known.name.value == *other), part.regions.get(name))
        {
            let name = At { value: name.clone(), place: known.name.place };
            merge_region(&mut own.regions, &RegionDecl { name, ..known.clone() }, zones);
        }
    }
    for known in known.products.iter().filter(|known| part.products.contains(&known.name.value)) {
        merge_product(&mut own.products, known);
    }
    for (name, other) in &part.other_products {
        if let Some(known) = known.products.iter().find(|known| known.name.value == *other) {
            own.products.push(by_another_name(name, known));
        }
    }
}

/// A product under the name that the model has for it: it is there as long as the one that it is another name of.
fn by_another_name(name: &str, known: &ProductDecl) -> ProductDecl {
    let place = known.name.place;
    let on = At { value: format!("#{}", known.name.value), place };
    let term = Term::On { on, same: None, when_start: false, tolerates: Time::ZERO };
    ProductDecl {
        name: At { value: name.to_owned(), place },
        origin: Origin { aka: Vec::new(), ..known.origin.clone() },
        scope: known.scope,
        no_scope: None,
        figures: Figures::default(),
        needs: vec![TermDecl { term, place }],
        has_needs: true,
    }
}

fn merge_region(regions: &mut Vec<RegionDecl>, known: &RegionDecl, zones: &BTreeSet<String>) {
    let index = regions.iter().position(|own| own.name.value == known.name.value);
    let index = index.unwrap_or_else(|| {
        regions.push(RegionDecl { name: known.name.clone(), ..RegionDecl::default() });
        regions.len() - 1
    });
    let own = &mut regions[index];
    add_figures(&mut own.figures, &known.figures);
    add_origin(&mut own.origin, &known.origin);
    own.min_zones = own.min_zones.or(known.min_zones);
    if !says_needs(own.has_needs, &own.needs) {
        own.needs.clone_from(&known.needs);
    }
    for known in known.zones.iter().filter(|known| zones.contains(&known.name.value)) {
        match own.zones.iter_mut().find(|own| own.name.value == known.name.value) {
            Some(own) => merge_zone(own, known),
            None if own.has_zones => {}
            None => own.zones.push(known.clone()),
        }
    }
}

fn merge_zone(own: &mut ZoneDecl, known: &ZoneDecl) {
    add_figures(&mut own.figures, &known.figures);
    if !says_needs(own.has_needs, &own.needs) {
        own.needs.clone_from(&known.needs);
    }
}

fn merge_product(products: &mut Vec<ProductDecl>, known: &ProductDecl) {
    match products.iter_mut().find(|own| own.name.value == known.name.value) {
        Some(own) => {
            if own.no_scope.take().is_some() {
                own.scope = known.scope;
            }
            add_figures(&mut own.figures, &known.figures);
            add_origin(&mut own.origin, &known.origin);
            if !says_needs(own.has_needs, &own.needs) {
                own.needs.clone_from(&known.needs);
            }
        }
        None => products.push(known.clone()),
    }
}

/// Figures are taken as a whole: an availability of the one and a time to repair of the other would contradict each
/// other.
fn add_figures(own: &mut Figures, known: &Figures) {
    if own.availability.is_none() && own.mtbf.is_none() && own.mttr.is_none() {
        own.clone_from(known);
    }
}

fn add_origin(own: &mut Origin, known: &Origin) {
    if own.source.is_none() {
        own.source.clone_from(&known.source);
        own.seen = own.seen.or(known.seen);
    }
    own.aka.extend(known.aka.iter().cloned());
    if own.kind.is_none() {
        own.kind.clone_from(&known.kind);
    }
}
