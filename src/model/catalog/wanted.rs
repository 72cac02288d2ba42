//! What declarations refer to, of any provider.

use crate::model::decl::{Declarations, ServiceDecl, Term, TermDecl};

/// A reference to a provider or something of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Want {
    pub(super) provider: String,
    pub(super) region: Option<String>,
    /// A zone's name; `*` is all of the region.
    pub(super) zone: Option<String>,
    pub(super) product: Option<String>,
    /// Whether a catalogue says it, and not the model.
    pub(super) is_of_catalog: bool,
}

impl Want {
    /// What a reference is about. Services and the like name no catalogue's provider and are wanted in vain.
    fn new(reference: &str) -> Self {
        let reference = reference.split_once(':').map_or(reference, |(_, name)| name);
        // An instance lies at its domain.
        let reference = reference.split_once('@').map_or(reference, |(_, domain)| domain);
        let reference = reference.split_once('[').map_or(reference, |(domain, _)| domain);
        let (domain, product) = match reference.split_once('#') {
            Some((domain, product)) => (domain, Some(product.to_owned())),
            None => (reference, None),
        };
        let mut parts = domain.splitn(3, '/').map(str::to_owned);
        Self {
            provider: parts.next().unwrap_or_default(),
            region: parts.next(),
            zone: parts.next(),
            product,
            is_of_catalog: false,
        }
    }

    pub(super) fn wants_zone(&self, zone: &str) -> bool {
        self.zone.as_deref().is_some_and(|wanted| wanted == "*" || wanted == zone)
    }

    /// What a catalogue's terms refer to; `#product` is of the provider itself.
    pub(super) fn of_terms<'t>(terms: &'t [TermDecl], provider: &'t str) -> impl Iterator<Item = Self> + 't {
        let mut references = Vec::new();
        terms.iter().for_each(|term| mentioned(term, &mut references));
        references.into_iter().map(move |reference| {
            let want = match reference.strip_prefix('#') {
                Some(product) => Self {
                    provider: provider.to_owned(),
                    product: Some(product.to_owned()),
                    ..Self::default()
                },
                None => Self::new(reference),
            };
            Self { is_of_catalog: true, ..want }
        })
    }
}

/// Every reference of a term, in order. TOML limits how deep terms nest.
fn mentioned<'t>(term: &'t TermDecl, out: &mut Vec<&'t str>) {
    match &term.term {
        Term::On { on, .. } => out.push(&on.value),
        Term::All(of) | Term::AtLeast { of, .. } => of.iter().for_each(|term| mentioned(term, out)),
        Term::Any { of, degraded, .. } => of.iter().chain(degraded).for_each(|term| mentioned(term, out)),
    }
}

/// All that a model refers to.
pub(super) fn wants_of_model(declared: &Declarations) -> Vec<Want> {
    let mut wants = Vec::new();
    for provider in &declared.providers {
        let own = &provider.name.value;
        wants.push(Want::new(own));
        let mut own_terms = vec![&provider.needs];
        for region in &provider.regions {
            wants.push(Want::new(&format!("{own}/{}", region.name.value)));
            own_terms.push(&region.needs);
            for zone in &region.zones {
                wants.push(Want::new(&format!("{own}/{}/{}", region.name.value, zone.name.value)));
                own_terms.push(&zone.needs);
            }
        }
        for product in &provider.products {
            wants.push(Want::new(&format!("{own}#{}", product.name.value)));
            own_terms.push(&product.needs);
        }
        let of_model = |want| Want { is_of_catalog: false, ..want };
        wants.extend(own_terms.into_iter().flat_map(|terms| Want::of_terms(terms, own)).map(of_model));
    }
    let mut references: Vec<&str> = Vec::new();
    for group in &declared.groups {
        references.extend(group.members.iter().map(|member| member.value.as_str()));
        group.needs.iter().for_each(|term| mentioned(term, &mut references));
    }
    for service in &declared.services {
        of_service(service, &mut references, &mut wants);
    }
    let capabilities = declared.capabilities.iter().map(|of| (&of.needs, &of.wants));
    let channels = declared.channels.iter().map(|of| (&of.needs, &of.wants));
    for (needs, wanted) in capabilities.chain(channels) {
        needs.iter().chain(wanted).for_each(|term| mentioned(term, &mut references));
    }
    let failures = declared.scenarios.iter().flat_map(|scenario| &scenario.fails);
    references.extend(failures.map(|failure| failure.what.value.as_str()));
    wants.extend(references.into_iter().map(Want::new));
    wants
}

fn of_service<'d>(service: &'d ServiceDecl, references: &mut Vec<&'d str>, wants: &mut Vec<Want>) {
    let mut places: Vec<&str> = Vec::new();
    places.extend(service.placed.iter().map(|placed| placed.at.value.as_str()));
    places.extend(service.standby.iter().map(|standby| standby.at.value.as_str()));
    places.extend(service.backup.iter().flat_map(|backup| &backup.restore_to).map(|at| at.value.as_str()));
    for product in &service.uses {
        wants.extend(
            places.iter().map(|place| Want { product: Some(product.value.clone()), ..Want::new(place) }),
        );
    }
    references.extend(places);
    references.extend(service.backup.iter().map(|backup| backup.at.value.as_str()));
    let of_standby = service.standby.iter().flat_map(|standby| &standby.needs);
    let of_backup = service.backup.iter().flat_map(|backup| &backup.needs);
    for term in service.needs.iter().chain(&service.wants).chain(of_standby).chain(of_backup) {
        mentioned(term, references);
    }
}
