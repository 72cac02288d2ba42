//! TOML texts → declarations: the shape of a model, every problem of it at once.
//!
//! The parsed tables are walked by hand because serde stops at the first error and loses places where the format
//! has alternatives (a term is a string or one of four tables).

mod figures;
mod known;

use std::collections::HashMap;
use std::fmt::Display;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use toml::value::Datetime;

use super::decl::{
    At, BackupDecl, CapabilityDecl, ChannelDecl, CreditDecl, Declarations, FailureDecl, Figures, GroupDecl,
    Origin, PlacementDecl, PolicyDecl, ProductDecl, ProviderDecl, RegionDecl, ScenarioDecl, ServiceDecl,
    StandbyDecl, Term, TermDecl, WaiverDecl, ZoneDecl,
};
use super::{PolicyLevel, Scope, State, Time, syntax};
use crate::diag::{Code, Diagnostic, FileId, Place, Sources};
use crate::library;

use figures::FIGURES;

type Value<'i> = Spanned<DeValue<'i>>;

/// Reads all texts as one model.
pub(super) fn read(sources: &Sources) -> Result<Declarations, Vec<Diagnostic>> {
    let declared = read_as(sources, None)?;
    let empty = declared.providers.is_empty()
        && declared.services.is_empty()
        && declared.groups.is_empty()
        && declared.capabilities.is_empty()
        && declared.channels.is_empty();
    if empty {
        let first = sources.iter().next();
        let place = first.map_or(Place::NOWHERE, |(file, _)| Place::new(file, 0..0));
        let problem = Diagnostic::new(Code::EmptyModel, place, "the model declares nothing")
            .label("expected tables such as [service.web] and [capability.checkout]")
            .hint("`linchpin init` writes a first model");
        return Err(vec![problem]);
    }
    Ok(declared)
}

/// Reads a text that is built in.
///
/// # Errors
/// Every problem of its shape; a test sees to it that there is none.
pub fn read_built_in(entry: &library::Entry) -> Result<Declarations, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    sources.add(entry.file, entry.text);
    read_as(&sources, Some(FileId::built_in(entry)))
}

/// Reads all texts as one; places are in `built_in` where the text is one that is built in.
pub(super) fn read_as(sources: &Sources, built_in: Option<FileId>) -> Result<Declarations, Vec<Diagnostic>> {
    let mut declared = Declarations::default();
    let mut problems = Vec::new();
    let mut merge = Merge::default();
    for (file, source) in sources.iter() {
        let file = built_in.unwrap_or(file);
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        if errors.is_empty() {
            let mut reader = Reader { file, problems: &mut problems };
            reader.model(table.get_ref(), &mut declared, &mut merge);
        } else {
            problems.extend(syntax::problems(file, source, &errors));
        }
    }
    if declared.catalogs.is_empty() {
        let products = declared.providers.iter_mut().flat_map(|provider| &mut provider.products);
        problems.extend(products.filter_map(|product| product.no_scope.take()));
    }
    problems.sort_by_key(|problem| problem.place);
    if problems.is_empty() { Ok(declared) } else { Err(problems) }
}

/// Where what several files may add to stands: providers and regions, by name.
#[derive(Default)]
struct Merge {
    providers: HashMap<String, usize>,
    regions: HashMap<(usize, String), usize>,
    /// Zones of a provider's region that have tables, and whether they are listed too.
    zone_tables: HashMap<(usize, usize, String), bool>,
    settings: HashMap<String, Place>,
}

/// A table whose keys are known to be known.
struct Fields<'t, 'i> {
    table: &'t DeTable<'i>,
    /// The table's own place, for what is missing in it.
    place: Place,
    /// What the table describes, as in "a service".
    what: &'static str,
}

impl<'t, 'i> Fields<'t, 'i> {
    fn get(&self, key: &str) -> Option<&'t Value<'i>> {
        self.table.get(key)
    }
}

/// Where a thing is known from, and what else it is called.
const ORIGIN: [&str; 4] = ["source", "seen", "aka", "kind"];

/// Walks the tables of one file and collects what is wrong.
struct Reader<'p> {
    file: FileId,
    problems: &'p mut Vec<Diagnostic>,
}

impl Reader<'_> {
    // ---- tables, from the outside in ---------------------------------------------------------------------

    fn model(&mut self, root: &DeTable<'_>, out: &mut Declarations, merge: &mut Merge) {
        let known = [
            "model",
            "provider",
            "group",
            "service",
            "capability",
            "channel",
            "policy",
            "waiver",
            "scenario",
            "outage",
            "happened",
            "settings",
        ];
        let root = self.fields(root, Place::new(self.file, 0..0), "a model", &known);
        if let Some(fields) = root.get("model").and_then(|v| self.table(v, "[model]", &["name", "catalogs"]))
        {
            self.once(&fields, merge, "model");
            if let Some(name) = fields.get("name").and_then(|v| self.string(v)) {
                out.name = Some(name);
            }
            out.catalogs.extend(self.strings(&fields, "catalogs"));
        }
        for (name, value) in self.named(&root, "provider") {
            self.provider(name, value, out, merge);
        }
        for (name, value) in self.named(&root, "group") {
            out.groups.extend(self.group(name, value));
        }
        for (name, value) in self.named(&root, "service") {
            out.services.extend(self.service(name, value));
        }
        for (name, value) in self.named(&root, "capability") {
            out.capabilities.extend(self.capability(name, value));
        }
        for (name, value) in self.named(&root, "channel") {
            let Some(fields) = self.table(value, "a channel", &["needs", "wants"]) else { continue };
            let (needs, wants) = (self.terms(&fields, "needs"), self.terms(&fields, "wants"));
            out.channels.push(ChannelDecl { name, needs, wants });
        }
        for value in self.list(&root, "policy", "[[policy]] tables") {
            out.policies.extend(self.policy(value));
        }
        for value in self.list(&root, "waiver", "[[waiver]] tables") {
            out.waivers.extend(self.waiver(value));
        }
        for (name, value) in self.named(&root, "scenario") {
            let Some(fields) = self.table(value, "a scenario", &["fails"]) else { continue };
            self.require(&fields, "fails", "a list of what fails");
            let fails = self.each(&fields, "fails", "references or { what = .. } tables", Self::failure);
            out.scenarios.push(ScenarioDecl { name, fails });
        }
        for (name, value) in self.named(&root, "outage") {
            out.outages.extend(self.outage(name, value));
        }
        for value in self.list(&root, "happened", "[[happened]] tables") {
            out.happened.extend(self.happened(value));
        }
        let settings = root.get("settings");
        let known = ["backup_verified_within", "waiver_warning"];
        if let Some(fields) = settings.and_then(|v| self.table(v, "[settings]", &known)) {
            self.once(&fields, merge, "settings");
            if let Some(within) = self.duration(&fields, "backup_verified_within") {
                out.backup_verified_within = Some(within);
            }
            if let Some(before) = self.duration(&fields, "waiver_warning") {
                out.waiver_warning = Some(before);
            }
        }
    }

    fn provider(&mut self, name: At<String>, value: &Value<'_>, out: &mut Declarations, merge: &mut Merge) {
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

    fn region(
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

    fn product(&mut self, name: At<String>, value: &Value<'_>) -> Option<ProductDecl> {
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

    fn group(&mut self, name: At<String>, value: &Value<'_>) -> Option<GroupDecl> {
        let known = [&["members", "needs"], &FIGURES[..], &ORIGIN].concat();
        let fields = self.table(value, "a group", &known)?;
        let mut group = GroupDecl { name, ..GroupDecl::default() };
        self.origin(&fields, &mut group.origin);
        group.members = self.strings(&fields, "members");
        group.needs = self.terms(&fields, "needs");
        self.add_figures(&fields, &mut group.figures);
        Some(group)
    }

    fn service(&mut self, name: At<String>, value: &Value<'_>) -> Option<ServiceDecl> {
        let keys = [
            "placed",
            "standby",
            "quorum",
            "uses",
            "needs",
            "wants",
            "start",
            "tags",
            "data",
            "backup",
            "capacity",
            "min_capacity",
            "instance_availability",
        ];
        let fields = self.table(value, "a service", &[&keys[..], &FIGURES].concat())?;
        let mut service = ServiceDecl { name, ..ServiceDecl::default() };
        service.placed = self.each(&fields, "placed", "domains or { at = .. } tables", Self::placement);
        service.standby = self.each(&fields, "standby", "{ at = .., after = .. } tables", Self::standby);
        service.quorum = self.count(&fields, "quorum");
        service.uses = self.strings(&fields, "uses");
        service.needs = self.terms(&fields, "needs");
        service.wants = self.terms(&fields, "wants");
        service.start = self.duration(&fields, "start");
        service.tags = self.strings(&fields, "tags");
        service.data = self.flag(&fields, "data");
        service.backup = self.each(&fields, "backup", "{ at = .., every = .. } tables", Self::backup);
        service.capacity = self.amount(&fields, "capacity");
        service.min_capacity = self.amount(&fields, "min_capacity");
        service.instance_availability = self.figure(&fields, "instance_availability", Self::probability);
        self.add_figures(&fields, &mut service.figures);
        Some(service)
    }

    fn placement(&mut self, value: &Value<'_>) -> Option<PlacementDecl> {
        if let DeValue::String(_) = value.get_ref() {
            return Some(PlacementDecl { at: self.string(value)?, ..PlacementDecl::default() });
        }
        let fields = self.table(value, "a placement", &["at", "count", "capacity"])?;
        let at = self.require(&fields, "at", "a domain").and_then(|v| self.string(v));
        let (count, capacity) = (self.count(&fields, "count"), self.amount(&fields, "capacity"));
        Some(PlacementDecl { at: at?, count, capacity })
    }

    fn standby(&mut self, value: &Value<'_>) -> Option<StandbyDecl> {
        let known = ["at", "after", "manual", "lag", "success", "capacity", "needs"];
        let fields = self.table(value, "a standby", &known)?;
        let at = self.require(&fields, "at", "a domain").and_then(|v| self.string(v));
        let standby = StandbyDecl {
            at: At::default(),
            after: self.duration(&fields, "after"),
            manual: self.flag(&fields, "manual"),
            lag: self.duration(&fields, "lag"),
            success: self.figure(&fields, "success", Self::probability),
            capacity: self.amount(&fields, "capacity"),
            needs: self.terms(&fields, "needs"),
        };
        Some(StandbyDecl { at: at?, ..standby })
    }

    fn backup(&mut self, value: &Value<'_>) -> Option<BackupDecl> {
        let known = ["at", "every", "restore", "verified", "restore_to", "needs"];
        let fields = self.table(value, "a backup", &known)?;
        let at = self.require(&fields, "at", "a domain or facility").and_then(|v| self.string(v));
        self.require(&fields, "every", "how often it is taken, such as \"24h\"");
        let every = self.duration(&fields, "every");
        let backup = BackupDecl {
            restore: self.duration(&fields, "restore"),
            verified: self.date(&fields, "verified"),
            restore_to: self.strings(&fields, "restore_to"),
            needs: self.terms(&fields, "needs"),
            ..BackupDecl::default()
        };
        Some(BackupDecl { at: at?, every: every?, ..backup })
    }

    fn capability(&mut self, name: At<String>, value: &Value<'_>) -> Option<CapabilityDecl> {
        let known = ["needs", "wants", "tier", "owner", "value_per_hour", "sla", "sla_credits"];
        let fields = self.table(value, "a capability", &known)?;
        Some(CapabilityDecl {
            name,
            needs: self.terms(&fields, "needs"),
            wants: self.terms(&fields, "wants"),
            tier: fields.get("tier").and_then(|v| self.integer(v)),
            owner: fields.get("owner").and_then(|v| self.string(v)),
            value_per_hour: self.amount(&fields, "value_per_hour"),
            sla: self.probability(&fields, "sla"),
            sla_credits: self.each(
                &fields,
                "sla_credits",
                "{ below = .., credit = .. } tables",
                Self::credit,
            ),
        })
    }

    fn credit(&mut self, value: &Value<'_>) -> Option<CreditDecl> {
        let fields = self.table(value, "a credit", &["below", "credit"])?;
        self.require(&fields, "below", "the availability below which it is owed, such as 0.999");
        self.require(&fields, "credit", "the share of the bill that is owed, such as 0.1");
        let is_share = |number| (0.0..=1.0).contains(&number);
        let below = self.probability(&fields, "below");
        let credit = self.number(&fields, "credit", "a share of the bill from 0 to 1, such as 0.1", is_share);
        Some(CreditDecl { below: below?, credit: credit? })
    }

    fn policy(&mut self, value: &Value<'_>) -> Option<PolicyDecl> {
        let known = [
            "name",
            "capabilities",
            "survive",
            "failures",
            "state",
            "within",
            "data_loss",
            "reachable",
            "level",
            "availability",
        ];
        let fields = self.table(value, "a policy", &known)?;
        let name =
            self.require(&fields, "name", "what findings and waivers call it").and_then(|v| self.string(v));
        let capabilities = fields.get("capabilities").map(|_| self.strings(&fields, "capabilities"));
        let survive = match fields.get("survive") {
            Some(one) if matches!(one.get_ref(), DeValue::String(_)) => {
                self.string(one).into_iter().collect()
            }
            _ => self.strings(&fields, "survive"),
        };
        let states = [("up", State::Up), ("degraded", State::Degraded)];
        let levels = [("deny", PolicyLevel::Deny), ("warn", PolicyLevel::Warn)];
        let policy = PolicyDecl {
            name: At::default(),
            capabilities,
            survive,
            failures: self.count(&fields, "failures"),
            state: self.choice(&fields, "state", &states),
            within: self.duration(&fields, "within"),
            data_loss: self.duration(&fields, "data_loss"),
            reachable: self.flag(&fields, "reachable"),
            level: self.choice(&fields, "level", &levels),
            availability: self.probability(&fields, "availability"),
        };
        Some(PolicyDecl { name: name?, ..policy })
    }

    fn waiver(&mut self, value: &Value<'_>) -> Option<WaiverDecl> {
        let fields =
            self.table(value, "a waiver", &["policy", "capability", "failure", "until", "reason"])?;
        let policy = self.require(&fields, "policy", "the policy's name").and_then(|v| self.string(v));
        let reason = self.require(&fields, "reason", "why it is acceptable").and_then(|v| self.string(v));
        self.require(&fields, "until", "the last day on which it counts, such as 2027-01-31");
        let until = self.date(&fields, "until");
        let capability = fields.get("capability").and_then(|v| self.string(v));
        let failure = fields.get("failure").and_then(|v| self.string(v));
        Some(WaiverDecl {
            policy: policy?,
            capability,
            failure,
            until: until?,
            reason: reason?,
            place: fields.place,
        })
    }

    fn failure(&mut self, value: &Value<'_>) -> Option<FailureDecl> {
        if let DeValue::String(_) = value.get_ref() {
            return Some(FailureDecl { what: self.string(value)?, ..FailureDecl::default() });
        }
        let fields = self.table(value, "a failure", &["what", "lasts", "destroys"])?;
        let what = self.require(&fields, "what", "a reference to what fails").and_then(|v| self.string(v));
        let lasts = self.duration(&fields, "lasts").map(|lasts| lasts.value);
        let destroys = self.flag(&fields, "destroys");
        Some(FailureDecl { what: what?, or: None, lasts, destroys })
    }

    // ---- dependency terms --------------------------------------------------------------------------------

    fn terms(&mut self, fields: &Fields<'_, '_>, key: &str) -> Vec<TermDecl> {
        self.each(
            fields,
            key,
            "references and terms, such as [\"web\", { any = [\"a\", \"b\"] }]",
            Self::term,
        )
    }

    /// Terms where at least one must stand.
    fn some_terms(&mut self, fields: &Fields<'_, '_>, key: &str) -> Vec<TermDecl> {
        let terms = self.terms(fields, key);
        if let Some(DeValue::Array(list)) = fields.get(key).map(Spanned::get_ref)
            && list.is_empty()
        {
            let problem = Diagnostic::new(Code::BadTerm, fields.place, format!("`{key}` is empty"));
            self.problems.push(problem.label("expected at least one term"));
        }
        terms
    }

    fn term(&mut self, value: &Value<'_>) -> Option<TermDecl> {
        let place = Place::new(self.file, value.span());
        let plain = |on| Term::On { on, same: None, when_start: false, tolerates: Time::ZERO };
        let table = match value.get_ref() {
            DeValue::String(_) => return self.string(value).map(|on| TermDecl { term: plain(on), place }),
            DeValue::Table(table) => table,
            _ => {
                self.wrong_type(value, "a reference or a table such as { any = [..] }");
                return None;
            }
        };
        let term = if table.contains_key("all") {
            let fields = self.fields(table, place, "an `all` term", &["all"]);
            Term::All(self.some_terms(&fields, "all"))
        } else if table.contains_key("any") {
            let fields = self.fields(table, place, "an `any` term", &["any", "after", "degraded"]);
            Term::Any {
                of: self.some_terms(&fields, "any"),
                after: self.duration(&fields, "after").map_or(Time::ZERO, |after| after.value),
                degraded: self.terms(&fields, "degraded"),
            }
        } else if table.contains_key("at_least") || table.contains_key("of") {
            let fields = self.fields(table, place, "an `at_least` term", &["at_least", "of"]);
            let present = self.require(&fields, "at_least", "how many of the terms must hold").is_some()
                & self.require(&fields, "of", "a list of terms").is_some();
            let (count, of) = (self.count(&fields, "at_least"), self.some_terms(&fields, "of"));
            if !present {
                return None;
            }
            Term::AtLeast { count: count?.value, of }
        } else {
            let fields = self.fields(table, place, "a term", &["on", "same", "when", "tolerates"]);
            let on = self.require(&fields, "on", "a reference, or one of `all`, `any`, `at_least`");
            let on = on.and_then(|v| self.string(v));
            let same = self.choice(&fields, "same", &[("zone", Scope::Zone), ("region", Scope::Region)]);
            let when_start = self.choice(&fields, "when", &[("start", true)]).is_some();
            let tolerates =
                self.duration(&fields, "tolerates").map_or(Time::ZERO, |tolerates| tolerates.value);
            Term::On { on: on?, same, when_start, tolerates }
        };
        Some(TermDecl { term, place })
    }

    // ---- keys --------------------------------------------------------------------------------------------

    /// A table all of whose keys are known; says which are not.
    fn fields<'t, 'i>(
        &mut self,
        table: &'t DeTable<'i>,
        place: Place,
        what: &'static str,
        known: &[&str],
    ) -> Fields<'t, 'i> {
        for (key, _) in table {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let place = Place::new(self.file, key.span());
                let problem = Diagnostic::new(Code::UnknownKey, place, format!("{what} has no key `{name}`"));
                let problem = problem.label(format!("expected a key of {what}"));
                let problem = problem.did_you_mean(name, known.iter().copied());
                self.problems.push(match &problem.hint {
                    Some(_) => problem,
                    None => problem.hint(format!("its keys are {}", known.join(", "))),
                });
            }
        }
        Fields { table, place, what }
    }

    fn table<'t, 'i>(
        &mut self,
        value: &'t Value<'i>,
        what: &'static str,
        known: &[&str],
    ) -> Option<Fields<'t, 'i>> {
        let place = Place::new(self.file, value.span());
        match value.get_ref() {
            DeValue::Table(table) => Some(self.fields(table, place, what, known)),
            _ => {
                self.wrong_type(value, &format!("a table with the keys of {what}"));
                None
            }
        }
    }

    /// The entries of a table of tables, such as `[service.*]`, each with its name.
    fn named<'t, 'i>(&mut self, fields: &Fields<'t, 'i>, key: &str) -> Vec<(At<String>, &'t Value<'i>)> {
        let Some(value) = fields.get(key) else { return Vec::new() };
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(value, &format!("tables such as [{key}.NAME]"));
            return Vec::new();
        };
        let name = |key: &Spanned<DeString<'_>>| {
            At::new(key.get_ref().to_string(), Place::new(self.file, key.span()))
        };
        table.iter().map(|(key, value)| (name(key), value)).collect()
    }

    fn require<'t, 'i>(
        &mut self,
        fields: &Fields<'t, 'i>,
        key: &str,
        expected: &str,
    ) -> Option<&'t Value<'i>> {
        let value = fields.get(key);
        if value.is_none() {
            let message = format!("{} needs `{key}`", fields.what);
            let problem = Diagnostic::new(Code::MissingKey, fields.place, message);
            self.problems.push(problem.label(format!("expected `{key}`: {expected}")));
        }
        value
    }

    /// Refuses keys that another file gave to the same table already.
    fn once(&mut self, fields: &Fields<'_, '_>, merge: &mut Merge, path: &str) {
        for (key, value) in fields.table {
            // Tables add up, but a range is one value.
            let is_range = FIGURES.contains(&&*key.get_ref().to_string());
            if matches!(value.get_ref(), DeValue::Table(_)) && !is_range {
                continue;
            }
            let place = Place::new(self.file, key.span());
            let full = format!("{path}.{}", key.get_ref());
            let message = format!("`{full}` is given twice");
            if let Some(first) = merge.settings.insert(full, place) {
                let problem = Diagnostic::new(Code::DuplicateKey, place, message).label("again here");
                self.problems.push(problem.related(first, "first given here"));
            }
        }
    }

    // ---- values ------------------------------------------------------------------------------------------

    fn wrong_type(&mut self, value: &Value<'_>, expected: &str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a decimal point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(Datetime { date: Some(_), time: None, .. }) => "a date",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let place = Place::new(self.file, value.span());
        let problem = Diagnostic::new(Code::WrongType, place, format!("{found} cannot stand here"));
        self.problems.push(problem.label(format!("expected {expected}")));
    }

    fn out_of_range(&mut self, place: Place, written: impl Display, expected: &str) {
        let problem = Diagnostic::new(Code::OutOfRange, place, format!("{written} is out of range"));
        self.problems.push(problem.label(format!("expected {expected}")));
    }

    fn list<'t, 'i>(&mut self, fields: &Fields<'t, 'i>, key: &str, of: &str) -> &'t [Value<'i>] {
        match fields.get(key).map(|value| (value, value.get_ref())) {
            None => &[],
            Some((_, DeValue::Array(values))) => values,
            Some((value, _)) => {
                self.wrong_type(value, &format!("a list of {of}"));
                &[]
            }
        }
    }

    fn each<T>(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        of: &str,
        read: impl Fn(&mut Self, &Value<'_>) -> Option<T>,
    ) -> Vec<T> {
        self.list(fields, key, of).iter().filter_map(|value| read(self, value)).collect()
    }

    fn string(&mut self, value: &Value<'_>) -> Option<At<String>> {
        match value.get_ref() {
            DeValue::String(text) => Some(At::new(text.to_string(), Place::new(self.file, value.span()))),
            _ => {
                self.wrong_type(value, "a string");
                None
            }
        }
    }

    fn strings(&mut self, fields: &Fields<'_, '_>, key: &str) -> Vec<At<String>> {
        self.each(fields, key, "strings", Self::string)
    }

    fn flag(&mut self, fields: &Fields<'_, '_>, key: &str) -> bool {
        match fields.get(key).map(|value| (value, value.get_ref())) {
            None => false,
            Some((_, DeValue::Boolean(flag))) => *flag,
            Some((value, _)) => {
                self.wrong_type(value, "true or false");
                false
            }
        }
    }

    fn choice<T: Copy>(&mut self, fields: &Fields<'_, '_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let written = self.string(fields.get(key)?)?;
        let found = choices.iter().find(|(word, _)| *word == written.value);
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            let message = format!("`{key}` cannot be \"{}\"", written.value);
            let problem = Diagnostic::new(Code::BadChoice, written.place, message);
            let problem = problem.label(format!("expected {}", words.join(" or ")));
            self.problems.push(problem.did_you_mean(&written.value, choices.iter().map(|(word, _)| *word)));
        }
        found.map(|(_, choice)| *choice)
    }

    fn duration(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<Time>> {
        let value = fields.get(key)?;
        let place = Place::new(self.file, value.span());
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(value, "a duration in quotes, such as \"15m\"");
            return None;
        };
        match text.parse() {
            Ok(time) => Some(At::new(time, place)),
            Err(why) => {
                let problem =
                    Diagnostic::new(Code::BadDuration, place, format!("`{key}` cannot be \"{text}\": {why}"));
                let problem =
                    problem.label("expected a duration such as \"90s\", \"15m\", \"1h30m\" or \"2d\"");
                let lacks_unit = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                self.problems.push(if lacks_unit {
                    problem.hint(format!("say the unit: \"{text}s\", \"{text}m\" or \"{text}h\""))
                } else {
                    problem
                });
                None
            }
        }
    }

    fn integer(&mut self, value: &Value<'_>) -> Option<At<i64>> {
        let place = Place::new(self.file, value.span());
        let DeValue::Integer(integer) = value.get_ref() else {
            self.wrong_type(value, "a whole number");
            return None;
        };
        let read = i64::from_str_radix(integer.as_str(), integer.radix());
        if read.is_err() {
            self.out_of_range(place, integer, "a whole number of at most 18 digits");
        }
        read.ok().map(|number| At::new(number, place))
    }

    /// A whole number from 1.
    fn count(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<u32>> {
        /// More instances than this are a slip of the pen, not a system.
        const MOST: i64 = 1_000_000;
        let number = self.integer(fields.get(key)?)?;
        if !(1..=MOST).contains(&number.value) {
            self.out_of_range(number.place, number.value, "a whole number from 1 to 1000000");
            return None;
        }
        u32::try_from(number.value).ok().map(|count| At::new(count, number.place))
    }

    fn number(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        expected: &str,
        may_be: impl Fn(f64) -> bool,
    ) -> Option<At<f64>> {
        let value = fields.get(key)?;
        let place = Place::new(self.file, value.span());
        let written = match value.get_ref() {
            DeValue::Float(float) => float.as_str(),
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
            _ => {
                self.wrong_type(value, "a decimal number");
                return None;
            }
        };
        let number = written.parse().ok().filter(|number| may_be(*number));
        if number.is_none() {
            self.out_of_range(place, written, expected);
        }
        number.map(|number| At::new(number, place))
    }

    fn amount(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<f64>> {
        // More than any system carries or costs; sums of such numbers stay finite.
        let may_be = |number: f64| (0.0..=1e18).contains(&number);
        self.number(fields, key, "a number from 0 to 1e18", may_be)
    }

    fn probability(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<f64>> {
        let may_be = |number| (0.0..=1.0).contains(&number);
        self.number(fields, key, "a probability from 0 to 1, such as 0.9995", may_be)
    }

    fn date(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<Date>> {
        let value = fields.get(key)?;
        let date = match value.get_ref() {
            DeValue::Datetime(Datetime { date: Some(date), time: None, offset: None }) => {
                let parts = (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day));
                match parts {
                    (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
                    _ => None,
                }
            }
            _ => None,
        };
        if date.is_none() {
            self.wrong_type(value, "a date without quotes or time, such as 2027-01-31");
        }
        date.map(|date| At::new(date, Place::new(self.file, value.span())))
    }
}
