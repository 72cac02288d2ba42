//! Which element of one model is which of another: by name, and where nothing but a name changed, by what it is.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::System;
use crate::model::{ElementId, Kind, Model, Need};

/// Elements of two models that are the same one.
#[derive(Debug, Clone)]
pub struct Pairs {
    to_new: Vec<Option<ElementId>>,
    to_old: Vec<Option<ElementId>>,
    /// What has another name, each with its new one; parts that only follow a renamed whole are left out.
    pub renamed: Vec<(ElementId, ElementId)>,
}

impl Pairs {
    /// What an element of the old model is in the new one.
    pub fn to_new(&self, old: ElementId) -> Option<ElementId> {
        self.to_new[old.index()]
    }

    /// What an element of the new model was in the old one.
    pub fn to_old(&self, new: ElementId) -> Option<ElementId> {
        self.to_old[new.index()]
    }

    fn join(&mut self, old: ElementId, new: ElementId) {
        self.to_new[old.index()] = Some(new);
        self.to_old[new.index()] = Some(old);
    }
}

/// Pairs the elements of two models.
///
/// Names decide first. What is left on both sides is coloured by everything that is known of it but its name: its
/// settings, what it depends on and what depends on it, those by their colours again. Where exactly one on each side has
/// a colour the two are the same thing under another name. Siblings that differ in nothing else are told apart by the
/// last part of their names, which a renamed provider leaves alone.
///
/// # Complexity
/// Each try takes time in proportion to the elements left and their edges, and one more follows for as long as a try
/// found something. Models that share most names leave few elements.
pub fn pairs(old: &System, new: &System) -> Pairs {
    /// Few things are renamed at once: a bound on tries keeps hostile input harmless.
    const MOST_TRIES: usize = 32;
    let mut pairs = Pairs {
        to_new: vec![None; old.model.len()],
        to_old: vec![None; new.model.len()],
        renamed: Vec::new(),
    };
    let by_name: HashMap<(&str, &str), ElementId> = new
        .model
        .elements()
        .map(|(id, element)| ((element.kind_name(), element.name.as_str()), id))
        .collect();
    for (id, element) in old.model.elements() {
        if let Some(same) = by_name.get(&(element.kind_name(), element.name.as_str())) {
            pairs.join(id, *same);
        }
    }
    for _ in 0..MOST_TRIES {
        if !(join_renamed(old, new, &mut pairs, true) || join_renamed(old, new, &mut pairs, false)) {
            break;
        }
    }
    pairs.renamed = old
        .model
        .elements()
        .filter_map(|(id, _)| Some((id, pairs.to_new(id)?)))
        .filter(|(was, is)| is_renamed(&old.model, *was, &new.model, *is))
        .collect();
    pairs
}

/// Whether the last part of a name changed; instances and facilities below the uppermost only follow.
fn is_renamed(old: &Model, was: ElementId, new: &Model, is: ElementId) -> bool {
    let follows = match &old[was].kind {
        Kind::Instance(_) => true,
        Kind::Facility(facility) => facility.up.is_some(),
        _ => false,
    };
    !follows && label(old, was) != label(new, is)
}

/// The part of a name that is its own.
fn label(model: &Model, id: ElementId) -> &str {
    let name = model[id].name.as_str();
    match &model[id].kind {
        Kind::Facility(facility) => &facility.product,
        Kind::Region(_) | Kind::Zone { .. } => name.rsplit('/').next().unwrap_or(name),
        Kind::Instance(_) => name.find('[').map_or("", |at| &name[at..]),
        _ => name,
    }
}

/// Pairs what has a colour of its own on both sides; whether there was any.
fn join_renamed(old: &System, new: &System, pairs: &mut Pairs, with_labels: bool) -> bool {
    let left = |system: &System, paired: &[Option<ElementId>]| -> Vec<ElementId> {
        system.model.elements().map(|(id, _)| id).filter(|id| paired[id.index()].is_none()).collect()
    };
    let (in_old, in_new) = (left(old, &pairs.to_new), left(new, &pairs.to_old));
    if in_old.is_empty() || in_new.is_empty() {
        return false;
    }
    // What is paired has the colour of its pair, told by its number in the new model.
    let of_old = colours(old, &in_old, with_labels, |id| pairs.to_new(id));
    let of_new = colours(new, &in_new, with_labels, |id| pairs.to_old(id).map(|_| id));
    let unique = |ids: &[ElementId], colours: &[u64]| -> HashMap<u64, Option<ElementId>> {
        let mut unique = HashMap::new();
        for id in ids {
            unique.entry(colours[id.index()]).and_modify(|only| *only = None).or_insert(Some(*id));
        }
        unique
    };
    let by_colour = unique(&in_new, &of_new);
    let only_in_old = unique(&in_old, &of_old);
    let mut found = false;
    for id in in_old {
        let colour = of_old[id.index()];
        let is_only = only_in_old.get(&colour) == Some(&Some(id));
        if let Some(Some(same)) = by_colour.get(&colour).filter(|_| is_only) {
            pairs.join(id, *same);
            found = true;
        }
    }
    found
}

/// Colours of every element: equal where nothing tells two apart that lies within reach.
fn colours(
    system: &System,
    left: &[ElementId],
    with_labels: bool,
    paired: impl Fn(ElementId) -> Option<ElementId>,
) -> Vec<u64> {
    // As many as a name can lie away from what tells two things apart: provider, region, zone, facility, instance,
    // service, capability. Both models take the same number, for colours of different rounds are never equal.
    const ROUNDS: usize = 8;
    let model = &system.model;
    let mut colours: Vec<u64> = model
        .elements()
        .map(|(id, element)| hash(&(element.kind_name(), paired(id).map(ElementId::index))))
        .collect();
    for _ in 0..ROUNDS {
        let next: Vec<u64> = left.iter().map(|id| colour(system, *id, with_labels, &colours)).collect();
        for (id, colour) in left.iter().zip(next) {
            colours[id.index()] = colour;
        }
    }
    colours
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn unordered(mut colours: Vec<u64>) -> Vec<u64> {
    colours.sort_unstable();
    colours
}

fn colour(system: &System, id: ElementId, with_labels: bool, colours: &[u64]) -> u64 {
    let element = &system.model[id];
    let of = |id: &ElementId| colours[id.index()];
    let terms = |needs: &[Need]| unordered(needs.iter().map(|need| term(need, colours)).collect());
    let edges = |edges: &mut dyn Iterator<Item = (crate::topology::Relation, ElementId)>| {
        unordered(edges.map(|(relation, other)| hash(&(relation as u8, of(&other)))).collect())
    };
    let mut hasher = DefaultHasher::new();
    (colours[id.index()], terms(&element.needs), terms(&element.wants)).hash(&mut hasher);
    element.availability.map(f64::to_bits).hash(&mut hasher);
    edges(&mut system.topology.dependencies(id)).hash(&mut hasher);
    edges(&mut system.topology.dependents(id)).hash(&mut hasher);
    // The names of what stands alone are all that a rename changes; parts keep theirs when the whole is renamed.
    let is_part = !matches!(
        element.kind,
        Kind::Provider | Kind::Group | Kind::Service(_) | Kind::Capability(_) | Kind::Channel
    );
    if with_labels && is_part {
        label(&system.model, id).hash(&mut hasher);
    }
    settings(&element.kind, colours).hash(&mut hasher);
    hasher.finish()
}

/// What only such a thing has, without what edges tell.
fn settings(kind: &Kind, colours: &[u64]) -> u64 {
    let of = |id: &ElementId| colours[id.index()];
    let number = |number: Option<f64>| number.map(f64::to_bits);
    match kind {
        Kind::Provider | Kind::Group | Kind::Channel | Kind::Zone { .. } => 0,
        Kind::Region(region) => hash(&region.min_zones),
        Kind::Facility(facility) => hash(&(of(&facility.domain), facility.up.as_ref().map(of))),
        Kind::Service(service) => {
            let backup = |backup: &crate::model::Backup| {
                let restored = unordered(backup.restore_to.iter().map(of).collect());
                hash(&(of(&backup.at), backup.every, backup.verified, backup.restore, restored))
            };
            let backups = unordered(service.backups.iter().map(backup).collect());
            let numbers = (service.quorum, number(service.capacity), number(service.min_capacity));
            hash(&(numbers, service.start, service.data, backups))
        }
        Kind::Instance(instance) => {
            let peers = instance.peers.iter().map(|peers| {
                let of_peers = unordered(peers.of.iter().map(of).collect());
                hash(&(of(&peers.service), of_peers, peers.when_start, peers.tolerates))
            });
            let standby = instance.standby.map(|standby| (standby.after, standby.manual, standby.lag));
            hash(&(instance.capacity.to_bits(), unordered(peers.collect()), standby))
        }
        Kind::Capability(capability) => {
            hash(&(capability.tier, &capability.owner, capability.value_per_hour.to_bits()))
        }
    }
}

fn term(need: &Need, colours: &[u64]) -> u64 {
    let all = |needs: &[Need]| unordered(needs.iter().map(|need| term(need, colours)).collect());
    match need {
        Need::On { on, when_start, tolerates } => hash(&(0, colours[on.index()], when_start, tolerates)),
        Need::All(of) => hash(&(1, all(of))),
        Need::Any { of, after, degraded } => {
            let (first, later) = of.split_at(of.len().min(1));
            hash(&(2, all(first), all(later), after, all(degraded)))
        }
        Need::AtLeast { count, of } => hash(&(3, count, all(of))),
    }
}
