//! The same model in another order, and models changed so that the semantics foretell the effect.

use super::*;

impl Draft {
    /// In another order wherever order has no meaning: of tables, of their keys, of lists. What has one is the order of
    /// instances at one domain, which numbers them, and which alternative of an `any` is the first.
    pub(crate) fn shuffled(&self, model: &Model, seed: u64) -> Self {
        let rng = &mut Rng::new(seed);
        let mut draft = self.clone();
        let numbered: Vec<ElementId> = model
            .elements()
            .filter_map(|(_, element)| match &element.kind {
                Kind::Instance(instance) if element.name.ends_with(']') => Some(instance.service),
                _ => None,
            })
            .collect();
        rng.shuffle(&mut draft.0);
        for table in &mut draft.0 {
            let is_service = table.kind() == "service";
            let is_numbered = is_service && model.find(table.name()).is_ok_and(|id| numbered.contains(&id));
            rng.shuffle(&mut table.keys.0);
            let mut shuffle = |key: &'static str, value: &mut Value| match value {
                Value::List(_) if is_numbered && PLACES.contains(&key) => {}
                Value::List(list) if key == "any" => rng.shuffle(&mut list[1..]),
                Value::List(list) => rng.shuffle(list),
                Value::Table(keys) => rng.shuffle(&mut keys.0),
                Value::Plain(_) => {}
            };
            table.keys.0.iter_mut().for_each(|(key, value)| value.visit(key, &mut shuffle));
        }
        draft
    }
}

/// The lists that number instances.
const PLACES: [&str; 4] = ["placed", "standby", "backup", "restore_to"];

/// A change of a model whose effect the semantics foretell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    /// One more term in some `needs`.
    Need,
    /// One more term in some `wants`.
    Want,
    /// One more alternative at the end of an `any`. (Put first, it would make others wait for `after`.)
    Alternative,
    /// One more way to go on degraded.
    DegradedAlternative,
    /// Longer outages of something are ridden out.
    Tolerate,
    /// Something is needed to start only.
    OnlyToStart,
    /// One more active instance, of a service that has some and at a domain where it has none. (Elsewhere references to
    /// others would change their meaning with the numbers, and a first instance ends being logic alone.)
    Instance,
    /// One more standby, under the same conditions.
    Standby,
    /// One more backup.
    Backup,
    /// A higher quorum.
    Quorum,
    /// A service becomes a member of a group.
    Member,
}

impl Draft {
    /// Makes a change somewhere; `None` where the model has nothing to which it applies.
    pub(crate) fn edited(&self, model: &Model, edit: Edit, seed: u64) -> Option<Self> {
        let mut draft = self.clone();
        let mut maker = Maker { rng: Rng::new(seed), names: Names::of(model), figures_left: 0 };
        let term = maker.term(Needing::Business, 1);
        let rng = &mut maker.rng;
        match edit {
            Edit::Need | Edit::Want => {
                let mut all = draft.needing(edit == Edit::Want);
                let index = rng.below(all.len());
                all[index].list(if edit == Edit::Want { "wants" } else { "needs" }).push(term);
            }
            Edit::Alternative | Edit::DegradedAlternative => {
                let key = if edit == Edit::Alternative { "any" } else { "degraded" };
                draft.edit_term(rng, is_any, |keys| keys.list(key).push(term))?;
            }
            Edit::Tolerate => {
                let more = rng.time() + Time::seconds(1);
                draft.edit_term(rng, is_dependency, |keys| {
                    let now =
                        keys.get("tolerates").map_or(Ok(Time::ZERO), |time| time.bare().parse::<Time>());
                    keys.set("tolerates", (now.expect("a duration") + more).to_string());
                })?;
            }
            Edit::OnlyToStart => draft.edit_term(rng, is_dependency, |keys| keys.set("when", "start"))?,
            Edit::Instance | Edit::Standby => {
                let places = draft.free_places(model);
                let (service, at) = (!places.is_empty()).then(|| rng.pick(&places).clone())?;
                let standby = Value::Table(maker.standby(at.clone()));
                let service = &mut draft.of_kind("service").swap_remove(service).keys;
                match edit {
                    Edit::Instance => service.list("placed").push(at.into()),
                    _ => service.list("standby").push(standby),
                }
            }
            Edit::Backup => {
                let mut backup = Keys::default();
                backup.set("at", maker.domain());
                backup.set("every", maker.rng.duration());
                backup.set("verified", date(2026, 10, 1));
                let mut services = draft.of_kind("service");
                let index = maker.rng.below(services.len());
                services[index].keys.list("backup").push(Value::Table(backup));
            }
            Edit::Quorum => {
                let mut services = draft.of_kind("service");
                let service = &mut services.swap_remove(rng.below(maker.names.services.len())).keys;
                let now = service.get("quorum").map_or(1, |quorum| quorum.bare().parse().expect("a number"));
                service.set("quorum", now + 1_usize);
            }
            Edit::Member => {
                let service = rng.pick(&maker.names.services).clone();
                let mut groups = draft.of_kind("group");
                let index = (!groups.is_empty()).then(|| rng.below(groups.len()))?;
                groups[index].keys.list("members").push(service.into());
            }
        }
        Some(draft)
    }

    /// Whatever may have `needs`, or `wants`.
    fn needing(&mut self, wants: bool) -> Vec<&mut Keys> {
        let wanting = ["service", "capability", "channel"];
        let kinds = [&wanting[..], &["provider", "region", "zone", "product", "group"]].concat();
        let is_asked = |table: &&mut Table| kinds[..if wants { 3 } else { 8 }].contains(&table.kind());
        self.0.iter_mut().filter(is_asked).map(|table| &mut table.keys).collect()
    }

    /// Services that have instances, by number, with domains where they have none but all peers that they need.
    fn free_places(&mut self, model: &Model) -> Vec<(usize, String)> {
        let mut places = Vec::new();
        for (number, service) in self.of_kind("service").into_iter().enumerate() {
            let own = instances(model, service.name());
            let mut same: Vec<(String, Scope)> = Vec::new();
            for keys in service.keys.tables("needs") {
                if let (Some(on), Some(scope)) = (keys.get("on"), keys.get("same")) {
                    let scope = if scope.bare() == "zone" { Scope::Zone } else { Scope::Region };
                    same.push((on.bare().to_owned(), scope));
                }
            }
            let is_domain =
                |kind: &Kind| matches!(kind, Kind::Provider | Kind::Region(_) | Kind::Zone { .. });
            for (id, domain) in model.elements().filter(|(_, element)| is_domain(&element.kind)) {
                let is_free = !own.is_empty() && own.iter().all(|instance| instance.domain != id);
                if is_free && same.iter().all(|(on, scope)| has_peer(model, id, on, *scope)) {
                    places.push((number, domain.name.clone()));
                }
            }
        }
        places
    }

    /// Edits one of the terms that are meant, as a table.
    fn edit_term(
        &mut self,
        rng: &mut Rng,
        is_meant: impl Fn(&'static str, &Value) -> bool,
        edit: impl FnOnce(&mut Keys),
    ) -> Option<()> {
        change_one(&mut self.0, rng, is_meant, |value| {
            let mut keys = match std::mem::replace(value, Value::List(Vec::new())) {
                Value::Table(keys) => keys,
                plain => Keys(vec![("on", plain)]),
            };
            edit(&mut keys);
            *value = Value::Table(keys);
        })
    }
}

/// Calls `f` for everything.
fn visit(tables: &mut [Table], f: &mut impl FnMut(&'static str, &mut Value)) {
    tables.iter_mut().flat_map(|table| &mut table.keys.0).for_each(|(key, value)| value.visit(key, f));
}

/// Changes one of the values that are meant, wherever they stand.
pub(super) fn change_one(
    tables: &mut [Table],
    rng: &mut Rng,
    is_meant: impl Fn(&'static str, &Value) -> bool,
    change: impl FnOnce(&mut Value),
) -> Option<()> {
    let mut found = 0;
    visit(tables, &mut |key, value| found += usize::from(is_meant(key, value)));
    let mut before = (found > 0).then(|| rng.below(found))?;
    let mut change = Some(change);
    visit(tables, &mut |key, value| {
        if !is_meant(key, value) {
            return;
        }
        if let (0, Some(change)) = (before, change.take_if(|_| before == 0)) {
            change(value);
        }
        before = before.saturating_sub(1);
    });
    Some(())
}

fn is_any(_: &'static str, value: &Value) -> bool {
    matches!(value, Value::Table(keys) if keys.get("any").is_some())
}

fn is_dependency(key: &'static str, value: &Value) -> bool {
    ["needs", "wants", "all", "any", "degraded", "of"].contains(&key)
        && match value {
            Value::Plain(_) => true,
            Value::Table(keys) => keys.get("on").is_some(),
            Value::List(_) => false,
        }
}
