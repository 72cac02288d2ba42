//! Where things run and what they share: providers, regions, zones, products, groups.

use super::figures::FIGURES;
use super::known::ORIGIN;
use super::{Merge, Reader, Value};
use crate::model::Scope;
use crate::model::decl::{
    At, Declarations, Figures, GroupDecl, Origin, ProductDecl, ProviderDecl, RegionDecl, ZoneDecl,
};

impl Reader<'_> {
    pub(super) fn provider(
        &mut self,
        name: At<String>,
        value: &Value<'_>,
        out: &mut Declarations,
        merge: &mut Merge,
    ) {
        let known = [&["needs", "region", "product"], &FIGURES[..], &ORIGIN].concat();
        let Some(fields) = self.table(value, "a provider", &known) else { return };
        let provider = name.value.clone();
        let index = *merge.providers.entry(provider.clone()).or_insert_with(|| {
            out.providers.push(ProviderDecl { name, ..ProviderDecl::default() });
            out.providers.len() - 1
        });
        self.once(&fields, merge, &format!("provider.{provider}"));
        self.add_figures(&fields, &mut out.providers[index].figures);
        self.origin(&fields, &mut out.providers[index].origin);
        out.providers[index].needs.extend(self.terms(&fields, "needs"));
        out.providers[index].has_needs |= fields.get("needs").is_some();
        for (name, value) in self.named(&fields, "region") {
            self.region(index, name, value, out, merge);
        }
        for (name, value) in self.named(&fields, "product") {
            out.providers[index].products.extend(self.product(name, value));
        }
    }

    pub(super) fn region(
        &mut self,
        provider: usize,
        name: At<String>,
        value: &Value<'_>,
        out: &mut Declarations,
        merge: &mut Merge,
    ) {
        let known = [&["zones", "zone", "min_zones", "needs"], &FIGURES[..], &ORIGIN].concat();
        let Some(fields) = self.table(value, "a region", &known) else { return };
        let ProviderDecl { name: provider_name, regions, .. } = &mut out.providers[provider];
        let path = format!("provider.{}.region.{}", provider_name.value, name.value);
        let index = *merge.regions.entry((provider, name.value.clone())).or_insert_with(|| {
            regions.push(RegionDecl { name, ..RegionDecl::default() });
            regions.len() - 1
        });
        let region = &mut regions[index];
        self.once(&fields, merge, &path);
        self.add_figures(&fields, &mut region.figures);
        self.origin(&fields, &mut region.origin);
        region.needs.extend(self.terms(&fields, "needs"));
        region.has_needs |= fields.get("needs").is_some();
        region.has_zones |= fields.get("zones").is_some();
        if let Some(min_zones) = self.count(&fields, "min_zones") {
            region.min_zones = Some(min_zones);
        }
        // A zone may be listed and have a table that says more about it, in either order and in different files.
        for name in self.strings(&fields, "zones") {
            match merge.zone_tables.get_mut(&(provider, index, name.value.clone())) {
                Some(is_listed @ false) => *is_listed = true,
                _ => region.zones.push(ZoneDecl { name, ..ZoneDecl::default() }),
            }
        }
        for (name, value) in self.named(&fields, "zone") {
            let known = [&["needs"], &FIGURES[..]].concat();
            let Some(inner) = self.table(value, "a zone", &known) else { continue };
            let mut zone = ZoneDecl { name, ..ZoneDecl::default() };
            self.add_figures(&inner, &mut zone.figures);
            zone.needs = self.terms(&inner, "needs");
            zone.has_needs = inner.get("needs").is_some();
            let table = (provider, index, zone.name.value.clone());
            let is_first = !merge.zone_tables.contains_key(&table);
            let listed = region.zones.iter_mut().find(|listed| listed.name.value == zone.name.value);
            merge.zone_tables.insert(table, listed.is_some());
            match listed.filter(|_| is_first) {
                Some(listed) => *listed = zone,
                // A second table of one zone is refused where names are looked up.
                None => region.zones.push(zone),
            }
        }
    }

    pub(super) fn product(&mut self, name: At<String>, value: &Value<'_>) -> Option<ProductDecl> {
        let known = [&["scope", "needs"], &FIGURES[..], &ORIGIN].concat();
        let fields = self.table(value, "a product", &known)?;
        let scopes = [("zone", Scope::Zone), ("region", Scope::Region), ("global", Scope::Global)];
        let is_written = self.require(&fields, "scope", "\"zone\", \"region\" or \"global\"").is_some();
        // A catalogue may know it: that is seen once all files are read.
        let no_scope = if is_written { None } else { self.problems.pop() };
        let scope = if is_written { self.choice(&fields, "scope", &scopes)? } else { Scope::Global };
        let mut figures = Figures::default();
        self.add_figures(&fields, &mut figures);
        let mut origin = Origin::default();
        self.origin(&fields, &mut origin);
        let needs = self.terms(&fields, "needs");
        let has_needs = fields.get("needs").is_some();
        Some(ProductDecl { name, origin, scope, no_scope, figures, needs, has_needs })
    }

    pub(super) fn group(&mut self, name: At<String>, value: &Value<'_>) -> Option<GroupDecl> {
        let known = [&["members", "needs"], &FIGURES[..], &ORIGIN].concat();
        let fields = self.table(value, "a group", &known)?;
        let mut group = GroupDecl { name, ..GroupDecl::default() };
        self.origin(&fields, &mut group.origin);
        group.members = self.strings(&fields, "members");
        group.needs = self.terms(&fields, "needs");
        self.add_figures(&fields, &mut group.figures);
        Some(group)
    }
}
