//! Looking names up, and what to say of those that name nothing.

use super::Resolver;
use crate::diag::{Code, Diagnostic};
use crate::model::decl::{At, RegionDecl, ZoneDecl};
use crate::model::names::{self, NotFound};
use crate::model::{Element, ElementId, Kind};

/// So many misspelt names get a suggestion; looking for one compares with every name of the model.
const SUGGESTIONS: usize = 50;

impl Resolver {
    pub(super) fn above(&self, domain: ElementId) -> Option<ElementId> {
        match &self[domain].kind {
            Kind::Zone { region } => Some(*region),
            Kind::Region(region) => Some(region.provider),
            _ => None,
        }
    }

    pub(super) fn domain_and_above(&self, domain: ElementId) -> impl Iterator<Item = ElementId> {
        std::iter::successors(Some(domain), |id| self.above(*id))
    }

    /// The facility of a product at a domain or the nearest above it.
    pub(super) fn facility(&self, domain: ElementId, product: &str) -> Option<ElementId> {
        self.domain_and_above(domain)
            .find_map(|at| self.names.get(&format!("{}#{product}", self[at].name)).copied())
    }

    /// Whether a catalogue may have anything to say that is not known.
    pub(super) fn may_be_of_catalog(&self) -> bool {
        self.unread.may_declare("model", "catalogs")
    }

    /// Whether what was not found under a name may be declared where not all could be read.
    pub(super) fn may_be_unread(&self, reference: &str) -> bool {
        let is_missing = |whole: &str| !self.names.contains_key(whole) && self.may_be_unread(whole);
        if let Some((kind, name)) = reference.split_once(':') {
            let is_in_catalogs = ["provider", "group"].contains(&kind) && self.may_be_of_catalog();
            self.unread.may_declare(kind, name) || is_in_catalogs
        } else if let Some((service, _)) = reference.split_once('@') {
            self.unread.is_partial(service) || is_missing(service)
        } else if let Some((domain, _)) = reference.split_once('#') {
            self.may_have_unread_products(domain) || is_missing(domain)
        } else if let Some((above, _)) = reference.rsplit_once('/') {
            self.unread.may_add_to(above) || self.may_be_of_catalog() || is_missing(above)
        } else {
            let is_any_kind = names::KINDS.iter().any(|kind| self.unread.may_declare(kind, reference));
            is_any_kind || self.may_be_of_catalog()
        }
    }

    /// Whether the provider of a domain may have products that are not known.
    pub(super) fn may_have_unread_products(&self, domain: &str) -> bool {
        let provider = domain.split_once('/').map_or(domain, |(provider, _)| provider);
        self.unread.may_add_to(provider) || self.may_be_of_catalog()
    }

    /// Looks a reference up; what is not found is a problem.
    pub(super) fn lookup(&mut self, reference: &At<String>) -> Option<ElementId> {
        match names::find(&self.names, &self.elements, &reference.value) {
            Ok(id) => Some(id),
            Err(NotFound::Unknown | NotFound::SayKind(_)) if self.may_be_unread(&reference.value) => None,
            Err(why) => {
                let problem = self.not_found(reference, &why);
                self.problems.push(problem);
                None
            }
        }
    }

    pub(super) fn not_found(&self, reference: &At<String>, why: &NotFound) -> Diagnostic {
        let At { value: written, place } = reference;
        let unknown = |label: &str| {
            Diagnostic::new(Code::UnknownReference, *place, format!("nothing called `{written}` is declared"))
                .label(label)
        };
        match why {
            NotFound::Malformed => {
                let problem =
                    Diagnostic::new(Code::BadReference, *place, format!("`{written}` is no reference"));
                let problem =
                    problem.label("expected a reference such as `orders`, `aws/us-east-1` or `aws#iam`");
                match written.as_bytes() {
                    [b'#', ..] => problem
                        .hint("`#product` alone stands in a product's `needs` only: say at which domain"),
                    [.., b'/', b'*'] => {
                        problem.hint("`*` stands for zones in `placed`, `standby` and `members` only")
                    }
                    _ if written.starts_with("tag:") => {
                        problem.hint("tags stand in a group's `members` only")
                    }
                    _ => self.suggest(problem, written, self.element_names()),
                }
            }
            NotFound::SayKind(full) => unknown("expected its kind in front").hint(format!("write `{full}`")),
            NotFound::Ambiguous(names) => {
                let message = format!("`{written}` could be any of {} instances", names.len());
                let expected = match &names[..] {
                    [first, _, _, .., last] => format!("{first} to {last}"),
                    few => few.join(" or "),
                };
                Diagnostic::new(Code::AmbiguousReference, *place, message)
                    .label(format!("expected {expected}"))
            }
            NotFound::Unknown => {
                let problem = unknown("expected a declared name");
                if let Some((domain, product)) = written.split_once('#')
                    && let Some(domain) = self.names.get(domain)
                    && let Some(nearest) = self.facility(*domain, product)
                {
                    let nearest = &self[nearest].name;
                    return problem.hint(format!("the scope of {product} ends above: write `{nearest}`"));
                }
                let in_catalogs = self.in_catalogs(written);
                let known = self.element_names().chain(in_catalogs.iter().map(String::as_str));
                self.suggest(problem, written, known)
            }
        }
    }

    /// What the catalogues have near a reference that found nothing.
    pub(super) fn in_catalogs(&self, written: &str) -> Vec<String> {
        let mut names = Vec::new();
        for provider in &self.catalogs {
            let own = &provider.name.value;
            let domain = written.split_once('#').map(|(domain, _)| domain);
            names.extend(provider.regions.iter().map(|region| format!("{own}/{}", region.name.value)));
            if let Some(domain) = domain.filter(|domain| domain.split('/').next() == Some(own)) {
                names.extend(
                    provider.products.iter().map(|product| format!("{domain}#{}", product.name.value)),
                );
            } else if written.split('/').count() == 3 {
                let zones = |region: &RegionDecl| -> Vec<String> {
                    let zone = |zone: &ZoneDecl| format!("{own}/{}/{}", region.name.value, zone.name.value);
                    region.zones.iter().map(zone).collect()
                };
                names.extend(provider.regions.iter().flat_map(zones));
            }
        }
        names
    }

    /// Adds the name that may have been meant, if one is near.
    pub(super) fn suggest<'n>(
        &self,
        problem: Diagnostic,
        written: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Diagnostic {
        let before = self.suggestions.replace(self.suggestions.get() + 1);
        if before < SUGGESTIONS { problem.did_you_mean(written, names) } else { problem }
    }

    pub(super) fn element_names(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().map(|element| element.name.as_str())
    }

    pub(super) fn capability_names(&self) -> impl Iterator<Item = &str> {
        let capabilities = self.elements.iter().filter(|element| matches!(element.kind, Kind::Capability(_)));
        capabilities.map(Element::bare_name)
    }

    /// Names of products: of one provider, or of all.
    pub(super) fn product_names(&self, of: Option<ElementId>) -> impl Iterator<Item = &str> {
        self.elements.iter().filter_map(move |element| match &element.kind {
            Kind::Facility(facility)
                if facility.up.is_none() && of.is_none_or(|of| facility.domain == of) =>
            {
                Some(facility.product.as_str())
            }
            _ => None,
        })
    }

    /// The domains that an entry of `placed`, `standby` or `restore_to` means.
    pub(super) fn domains(&mut self, at: &At<String>) -> Vec<ElementId> {
        let Some(region) = at.value.strip_suffix("/*") else {
            let found = self.lookup(at);
            let wrong = found
                .map(|id| self[id].kind_name())
                .filter(|kind| !["provider", "region", "zone"].contains(kind));
            if let Some(kind) = wrong {
                let message = format!("`{}` is a {kind}, no place to run at", at.value);
                let problem = Diagnostic::new(Code::WrongKind, at.place, message)
                    .label("expected a zone, region or provider");
                self.problems.push(match kind {
                    "service" => problem.hint("a service that another one runs on stands in its `needs`"),
                    "facility" => problem.hint("products that instances stand on are listed in `uses`"),
                    _ => problem,
                });
                return Vec::new();
            }
            return found.into_iter().collect();
        };
        let Some(id) = self.lookup(&At::new(region.to_owned(), at.place)) else { return Vec::new() };
        let zones = match &self[id].kind {
            Kind::Region(region) => region.zones.clone(),
            _ => Vec::new(),
        };
        if zones.is_empty() && !self.may_be_unread(&at.value) {
            let message = format!("`{region}` has no declared zones");
            let problem = Diagnostic::new(Code::WrongKind, at.place, message);
            self.problems.push(problem.label("expected a region with zones before `/*`"));
        }
        zones
    }
}
