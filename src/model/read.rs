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

use super::decl::{At, ChannelDecl, Declarations, ScenarioDecl};
use super::syntax;
use super::unread::{Reading, Unread};
use crate::diag::{Code, Diagnostic, FileId, Place, Sources};
use crate::library;
use keys::Fields;

type Value<'i> = Spanned<DeValue<'i>>;

/// Reads all texts as one model.
pub(super) fn read(sources: &Sources) -> Reading {
    let mut reading = read_as(sources, None);
    let declared = &reading.declared;
    let empty = !sources.is_partial()
        && declared.providers.is_empty()
        && declared.services.is_empty()
        && declared.groups.is_empty()
        && declared.capabilities.is_empty()
        && declared.channels.is_empty();
    if empty && reading.problems.is_empty() {
        let first = sources.iter().next();
        let place = first.map_or(Place::NOWHERE, |(file, _)| Place::new(file, 0..0));
        let problem = Diagnostic::new(Code::EmptyModel, place, "the model declares nothing")
            .label("expected tables such as [service.web] and [capability.checkout]")
            .hint("`linchpin init` writes a first model");
        reading.problems.push(problem);
    }
    reading
}

/// Reads a text that is built in.
///
/// # Errors
/// Every problem of its shape; a test sees to it that there is none.
pub fn read_built_in(entry: &library::Entry) -> Result<Declarations, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    sources.add(entry.file, entry.text);
    let Reading { mut declared, mut problems, .. } = read_as(&sources, Some(FileId::built_in(entry)));
    problems.extend(declared.without_scope());
    if problems.is_empty() { Ok(declared) } else { Err(problems) }
}

/// Reads all texts as one; places are in `built_in` where the text is one that is built in.
fn read_as(sources: &Sources, built_in: Option<FileId>) -> Reading {
    let Reading { mut declared, mut problems, mut unread } = Reading::default();
    let mut merge = Merge::default();
    if sources.is_partial() {
        unread.all();
    }
    for (file, source) in sources.iter() {
        let file = built_in.unwrap_or(file);
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        if errors.is_empty() {
            let mut reader = Reader { file, problems: &mut problems, unread: &mut unread };
            reader.model(table.get_ref(), &mut declared, &mut merge);
        } else {
            problems.extend(syntax::problems(file, source, &errors));
            unread.all();
        }
    }
    Reading { declared, problems, unread }
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
    unread: &'p mut Unread,
}

/// The tables of a model.
const TABLES: [&str; 12] = [
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

impl Reader<'_> {
    fn model(&mut self, root: &DeTable<'_>, out: &mut Declarations, merge: &mut Merge) {
        let root = self.fields(root, Place::new(self.file, 0..0), "a model", &TABLES);
        self.misspelt_tables(&root);
        if let Some(value) = root.get("model") {
            match self.table(value, "[model]", &["name", "catalogs"]) {
                Some(fields) => {
                    self.once(&fields, merge, "model");
                    if let Some(name) = fields.get("name").and_then(|v| self.string(v)) {
                        out.name = Some(name);
                    }
                    let strings = |reader: &mut Self| reader.strings(&fields, "catalogs");
                    out.catalogs.extend(self.parts(&fields, &["catalogs"], "model:catalogs", strings));
                }
                None => self.unread.part_of("model:"),
            }
        }
        for (name, value) in self.declared(&root, "provider") {
            self.provider(name, value, out, merge);
        }
        for (name, value) in self.declared(&root, "group") {
            out.groups.push(self.group(name, value));
        }
        for (name, value) in self.declared(&root, "service") {
            out.services.push(self.service(name, value));
        }
        for (name, value) in self.declared(&root, "capability") {
            out.capabilities.push(self.capability(name, value));
        }
        for (name, value) in self.declared(&root, "channel") {
            let mut channel = ChannelDecl { name, ..ChannelDecl::default() };
            if let Some(fields) = self.table(value, "a channel", &["needs", "wants"]) {
                channel.needs = self.terms(&fields, "needs");
                channel.wants = self.terms(&fields, "wants");
            }
            out.channels.push(channel);
        }
        let policies = |reader: &mut Self| reader.list(&root, "policy", "[[policy]] tables");
        for value in self.parts(&root, &[], "policy:", policies) {
            out.policies.extend(self.policy(value));
        }
        for value in self.list(&root, "waiver", "[[waiver]] tables") {
            out.waivers.extend(self.waiver(value));
        }
        for (name, value) in self.declared(&root, "scenario") {
            let mut scenario = ScenarioDecl { name, ..ScenarioDecl::default() };
            if let Some(fields) = self.table(value, "a scenario", &["fails"]) {
                self.require(&fields, "fails", "a list of what fails");
                let of = "references or { what = .. } tables";
                scenario.fails = self.each(&fields, "fails", of, Self::failure);
            }
            out.scenarios.push(scenario);
        }
        for (name, value) in self.declared(&root, "outage") {
            out.outages.push(self.outage(name, value));
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

    /// The entries of a table of tables that a model is made of; where it is none, it may have declared any.
    fn declared<'t, 'i>(&mut self, root: &Fields<'t, 'i>, kind: &str) -> Vec<(At<String>, &'t Value<'i>)> {
        self.parts(root, &[], &format!("{kind}:"), |reader| reader.named(root, kind))
    }

    /// What a table of another name than those of a model declares under whatever name was meant.
    fn misspelt_tables(&mut self, root: &Fields<'_, '_>) {
        for unknown in &root.unknown {
            match (unknown.value.get_ref(), unknown.meant) {
                (DeValue::Table(table), _) => {
                    for (name, _) in table {
                        let kinds = TABLES.iter();
                        kinds.for_each(|kind| self.unread.part_of(format!("{kind}:{}", name.get_ref())));
                    }
                }
                (DeValue::Array(_), Some(kind @ ("policy" | "waiver" | "happened"))) => {
                    self.unread.part_of(format!("{kind}:"));
                }
                (DeValue::Array(_), _) => self.unread.all(),
                _ => {}
            }
        }
    }
}
