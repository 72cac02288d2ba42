//! TOML texts → declarations: the shape of a model, every problem of it at once.
//!
//! The parsed tables are walked by hand because serde stops at the first error and loses places where the format
//! has alternatives (a term is a string or one of four tables).

mod asked;
mod figures;
mod keys;
mod known;
mod places;
mod terms;
mod things;
mod values;

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::decl::{ChannelDecl, Declarations, ScenarioDecl};
use super::syntax;
use crate::diag::{Code, Diagnostic, FileId, Place, Sources};
use crate::library;

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

/// Walks the tables of one file and collects what is wrong.
struct Reader<'p> {
    file: FileId,
    problems: &'p mut Vec<Diagnostic>,
}

impl Reader<'_> {
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
}
