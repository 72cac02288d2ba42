//! `linchpin/outages/1` and `linchpin/catalog/1`: what is built in, with sources.

use serde::Serialize;

use super::seconds;
use crate::model::decl::{Declarations, Origin, ProviderDecl, Term, TermDecl};
use crate::model::{Outage, Scope, Time};

/// Outages.
#[derive(Debug, Clone, Serialize)]
pub struct OutagesReport {
    schema: &'static str,
    /// Oldest first.
    pub outages: Vec<OutageReport>,
}

/// One outage.
#[derive(Debug, Clone, Serialize)]
pub struct OutageReport {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The day on which it began.
    pub date: String,
    /// What failed.
    pub fails: Vec<FailedReport>,
    /// Who says so.
    pub sources: Vec<String>,
    /// How it is represented, and why.
    pub note: Option<String>,
}

/// One thing that failed.
#[derive(Debug, Clone, Serialize)]
pub struct FailedReport {
    /// A reference, in which `{region}` and `{zone}` stand for any one.
    pub what: String,
    /// What fails instead where a model tells no products of its provider apart, or relies on this itself.
    pub or: Option<String>,
    /// After how long it was back; `null` where nobody says.
    #[serde(rename = "lasts_s", serialize_with = "seconds")]
    pub lasts: Time,
    /// Whether what it held was lost.
    pub destroys: bool,
}

impl OutagesReport {
    /// The outages as they are.
    pub fn new(outages: &[Outage]) -> Self {
        let report = |outage: &Outage| OutageReport {
            id: outage.id.clone(),
            title: outage.title.clone(),
            date: outage.date.to_string(),
            fails: outage
                .fails
                .iter()
                .map(|failed| FailedReport {
                    what: failed.what.clone(),
                    or: failed.or.clone(),
                    lasts: failed.lasts,
                    destroys: failed.destroys,
                })
                .collect(),
            sources: outage.sources.clone(),
            note: outage.note.clone(),
        };
        Self { schema: "linchpin/outages/1", outages: outages.iter().map(report).collect() }
    }
}

/// Catalogues.
#[derive(Debug, Clone, Serialize)]
pub struct CatalogsReport {
    schema: &'static str,
    /// By name.
    pub catalogs: Vec<CatalogReport>,
}

/// One catalogue.
#[derive(Debug, Clone, Serialize)]
pub struct CatalogReport {
    /// What a model's `catalogs` calls it.
    pub name: String,
    /// What it knows, in the order of its text.
    pub entries: Vec<EntryReport>,
}

/// One thing that a catalogue knows.
#[derive(Debug, Clone, Serialize)]
pub struct EntryReport {
    /// The reference that names it.
    pub reference: String,
    /// `provider`, `region`, `product` or `group`.
    pub kind: &'static str,
    /// Of a product: the finest place at which it exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'static str>,
    /// Of a region: its zones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// What it needs.
    pub needs: Vec<String>,
    /// What is promised.
    pub availability: Option<f64>,
    /// Other names of it.
    pub aka: Vec<String>,
    /// What sort of thing it is.
    pub sort: Option<String>,
    /// Who says so, and where.
    pub source: Option<String>,
    /// The year in which it was seen.
    pub seen: Option<i64>,
}

impl CatalogsReport {
    /// Catalogues as they were read, each with its name.
    pub fn new(catalogs: &[(&str, Declarations)]) -> Self {
        let report = |(name, declared): &(&str, Declarations)| CatalogReport {
            name: (*name).to_owned(),
            entries: declared.providers.iter().flat_map(of_provider).chain(of_groups(declared)).collect(),
        };
        Self { schema: "linchpin/catalog/1", catalogs: catalogs.iter().map(report).collect() }
    }
}

fn of_provider(provider: &ProviderDecl) -> Vec<EntryReport> {
    let own = &provider.name.value;
    let mut entries = vec![EntryReport {
        availability: provider.figures.availability.map(|at| at.value.low),
        ..entry(own.clone(), "provider", &provider.needs, &provider.origin)
    }];
    for region in &provider.regions {
        entries.push(EntryReport {
            zones: region.zones.iter().map(|zone| zone.name.value.clone()).collect(),
            availability: region.figures.availability.map(|at| at.value.low),
            ..entry(format!("{own}/{}", region.name.value), "region", &region.needs, &region.origin)
        });
    }
    for product in &provider.products {
        entries.push(EntryReport {
            scope: Some(match product.scope {
                Scope::Zone => "zone",
                Scope::Region => "region",
                Scope::Global => "global",
            }),
            availability: product.figures.availability.map(|at| at.value.low),
            ..entry(format!("{own}#{}", product.name.value), "product", &product.needs, &product.origin)
        });
    }
    entries
}

fn of_groups(declared: &Declarations) -> impl Iterator<Item = EntryReport> + '_ {
    declared.groups.iter().map(|group| entry(group.name.value.clone(), "group", &group.needs, &group.origin))
}

fn entry(reference: String, kind: &'static str, needs: &[TermDecl], origin: &Origin) -> EntryReport {
    EntryReport {
        reference,
        kind,
        scope: None,
        zones: Vec::new(),
        needs: needs.iter().map(term).collect(),
        availability: None,
        aka: origin.aka.iter().map(|aka| aka.value.clone()).collect(),
        sort: origin.kind.as_ref().map(|kind| kind.value.clone()),
        source: origin.source.as_ref().map(|source| source.value.clone()),
        seen: origin.seen.map(|seen| seen.value),
    }
}

/// A term in a line. TOML limits how deep it nests.
fn term(term_of: &TermDecl) -> String {
    let joined = |of: &[TermDecl], word: &str| of.iter().map(term).collect::<Vec<_>>().join(word);
    match &term_of.term {
        Term::On { on, .. } => on.value.clone(),
        Term::All(of) => format!("({})", joined(of, " and ")),
        Term::Any { of, .. } => format!("({})", joined(of, " or ")),
        Term::AtLeast { count, of } => format!("{count} of ({})", joined(of, ", ")),
    }
}
