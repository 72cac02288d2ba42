//! Where things run and what they share: providers, regions, zones, products, groups.

use super::keys::FIGURES;
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
        let fields = self.table(value, "a provider", &known);
        let provider = name.value.clone();
        let index = *merge.providers.entry(provider.clone()).or_insert_with(|| {
            out.providers.push(ProviderDecl { name, ..ProviderDecl::default() });
            out.providers.len() - 1
        });
        let Some(fields) = fields else {
            self.unread.part_of(provider);
            return;
        };
        self.once(&fields, merge, &format!("provider.{provider}"));
        self.add_figures(&fields, &mut out.providers[index].figures);
        self.origin(&fields, &mut out.providers[index].origin);
        out.providers[index].needs.extend(self.terms(&fields, "needs"));
        out.providers[index].has_needs |= fields.get("needs").is_some();
        let (regions, products) = self.parts(&fields, &["region", "product"], &provider, |reader| {
            (reader.named(&fields, "region"), reader.named(&fields, "product"))
        });
        for (name, value) in regions {
            self.region(index, name, value, out, merge);
        }
        for (name, value) in products {
            out.providers[index].products.push(self.product(name, value));
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
        let fields = self.table(value, "a region", &known);
        let ProviderDecl { name: provider_name, regions, .. } = &mut out.providers[provider];
        let path = format!("provider.{}.region.{}", provider_name.value, name.value);
        let full = format!("{}/{}", provider_name.value, name.value);
        let index = *merge.regions.entry((provider, name.value.clone())).or_insert_with(|| {
            regions.push(RegionDecl { name, ..RegionDecl::default() });
            regions.len() - 1
        });
        let region = &mut regions[index];
        let Some(fields) = fields else {
            self.unread.part_of(full);
            return;
        };
        let is_given_twice =
            fields.get("zones").is_some() && merge.settings.contains_key(&format!("{path}.zones"));
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
        let (listed, told) = self.parts(&fields, &["zones", "zone"], &full, |reader| {
            (reader.strings(&fields, "zones"), reader.named(&fields, "zone"))
        });
        if is_given_twice {
            // Neither wins.
            self.unread.part_of(&full);
        }
        for name in listed.into_iter().filter(|_| !is_given_twice) {
            match merge.zone_tables.get_mut(&(provider, index, name.value.clone())) {
                Some(is_listed @ false) => *is_listed = true,
                _ => region.zones.push(ZoneDecl { name, ..ZoneDecl::default() }),
            }
        }
        for (name, value) in told {
            let known = [&["needs"], &FIGURES[..]].concat();
            let mut zone = ZoneDecl { name, ..ZoneDecl::default() };
            if let Some(inner) = self.table(value, "a zone", &known) {
                self.add_figures(&inner, &mut zone.figures);
                zone.needs = self.terms(&inner, "needs");
                zone.has_needs = inner.get("needs").is_some();
            }
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

    pub(super) fn product(&mut self, name: At<String>, value: &Value<'_>) -> ProductDecl {
        let known = [&["scope", "needs"], &FIGURES[..], &ORIGIN].concat();
        // Where the scope is not known it exists everywhere, so that nothing is blamed for standing on it.
        let mut product = ProductDecl {
            name,
            origin: Origin::default(),
            scope: Scope::Zone,
            no_scope: None,
            figures: Figures::default(),
            needs: Vec::new(),
            has_needs: false,
        };
        let Some(fields) = self.table(value, "a product", &known) else { return product };
        let scopes = [("zone", Scope::Zone), ("region", Scope::Region), ("global", Scope::Global)];
        let before = self.problems.len();
        self.require(&fields, "scope", "\"zone\", \"region\" or \"global\"");
        // A catalogue may know it: that is seen once all files are read.
        product.no_scope = self.problems.drain(before..).next();
        product.scope = self.choice(&fields, "scope", &scopes).unwrap_or(product.scope);
        self.add_figures(&fields, &mut product.figures);
        self.origin(&fields, &mut product.origin);
        product.needs = self.terms(&fields, "needs");
        product.has_needs = fields.get("needs").is_some();
        product
    }

    pub(super) fn group(&mut self, name: At<String>, value: &Value<'_>) -> GroupDecl {
        let known = [&["members", "needs"], &FIGURES[..], &ORIGIN].concat();
        let mut group = GroupDecl { name, ..GroupDecl::default() };
        let Some(fields) = self.table(value, "a group", &known) else { return group };
        self.origin(&fields, &mut group.origin);
        group.members = self.strings(&fields, "members");
        group.needs = self.terms(&fields, "needs");
        self.add_figures(&fields, &mut group.figures);
        group
    }
}
