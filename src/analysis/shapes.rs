//! Cut sets of the same shape as one: "any zone of us-east-1 and any of gcp" instead of every pair.
//!
//! A [`Shape`] is a product: one choice from each part, and every such choice is one of the sets. Shapes are found by merging what
//! differs in a single part only, so together they are exactly the sets that were given, each in one of them.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Class, ElementId, Kind, Model};

/// What the members of a part have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Zones of a region.
    Zones(ElementId),
    /// Regions of a provider.
    Regions(ElementId),
    /// Facilities of the same product, at places of the same class; the first such facility of the model stands for all.
    Facilities(ElementId),
    /// Instances of a service.
    Instances(ElementId),
    /// Elements of a class.
    Class(Class),
    /// Domains, facilities and instances of a provider, and the provider itself.
    Provider(ElementId),
    /// A service and its instances.
    Service(ElementId),
}

/// A choice: so many of some elements.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// How many.
    pub choose: usize,
    /// Of these, in the model's order.
    pub members: Vec<ElementId>,
    /// What these have in common; a single one has nothing to share.
    pub family: Option<Family>,
    /// Whether these are all of that family.
    pub is_all: bool,
}

/// Every choice of each part, together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Parts that have no member in common, by their first members.
    pub parts: Vec<Part>,
    /// The first of its sets, by its place among those given.
    pub first: usize,
}

impl Shape {
    /// How many sets have this shape.
    pub fn sets(&self) -> u128 {
        self.parts.iter().map(|part| choices(part.members.len(), part.choose)).product()
    }

    /// The sum over its sets of the products of their elements' numbers.
    pub fn sum_of_products(&self, of: impl Fn(ElementId) -> f64) -> f64 {
        let of_part = |part: &Part| {
            // By number: the sum over all choices of so many among the members so far.
            let mut sums = vec![0.0; part.choose + 1];
            sums[0] = 1.0;
            for member in &part.members {
                for chosen in (1..=part.choose).rev() {
                    sums[chosen] += sums[chosen - 1] * of(*member);
                }
            }
            sums[part.choose]
        };
        self.parts.iter().map(of_part).product()
    }
}

/// How many sets of so many there are; at most the largest number.
fn choices(of: usize, choose: usize) -> u128 {
    let step = |so_far: u128, index: usize| {
        so_far.checked_mul((of - index) as u128).map(|more| more / (index as u128 + 1))
    };
    (0..choose.min(of - choose)).try_fold(1, step).unwrap_or(u128::MAX)
}

/// Merges sets, each in the model's order and none twice, into shapes, in the order of their first sets.
pub fn shapes(model: &Model, sets: &[Vec<ElementId>]) -> Vec<Shape> {
    let families = Families::new(model);
    let single = |id: &ElementId| Part { choose: 1, members: vec![*id], family: None, is_all: false };
    let mut shapes: Vec<Shape> = sets
        .iter()
        .enumerate()
        .map(|(first, set)| Shape { parts: set.iter().map(single).collect(), first })
        .collect();
    choose_several(&families, &mut shapes);
    for scope in [Scope::Near, Scope::Far] {
        merge(&families, scope, &mut shapes);
    }
    shapes.sort_unstable_by_key(|shape| shape.first);
    families.tell_all(&mut shapes);
    shapes
}

/// How much elements must have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Near,
    Far,
}

struct Families<'m> {
    model: &'m Model,
    /// By product's name, provider and class of the place: the first facility.
    facilities: HashMap<(&'m str, ElementId, Option<Class>), ElementId>,
}

impl<'m> Families<'m> {
    fn new(model: &'m Model) -> Self {
        let mut families = Self { model, facilities: HashMap::new() };
        for (id, element) in model.elements() {
            if let Kind::Facility(facility) = &element.kind
                && let Some(provider) = model.provider_of(id)
            {
                let key = (facility.product.as_str(), provider, model[facility.domain].class());
                families.facilities.entry(key).or_insert(id);
            }
        }
        families
    }

    fn of(&self, id: ElementId, scope: Scope) -> Option<Family> {
        let element = &self.model[id];
        if scope == Scope::Far {
            return match &element.kind {
                Kind::Service(_) => Some(Family::Service(id)),
                _ => self.model.provider_of(id).map(Family::Provider),
            };
        }
        Some(match &element.kind {
            Kind::Zone { region } => Family::Zones(*region),
            Kind::Region(region) => Family::Regions(region.provider),
            Kind::Instance(instance) => Family::Instances(instance.service),
            Kind::Facility(facility) => {
                let provider = self.model.provider_of(id)?;
                let key = (facility.product.as_str(), provider, self.model[facility.domain].class());
                Family::Facilities(*self.facilities.get(&key)?)
            }
            _ => Family::Class(element.class()?),
        })
    }

    /// Marks parts that are whole families.
    fn tell_all(&self, shapes: &mut [Shape]) {
        let parts = shapes.iter_mut().flat_map(|shape| &mut shape.parts);
        let merged: Vec<&mut Part> = parts.filter(|part| part.family.is_some()).collect();
        if merged.is_empty() {
            return;
        }
        let mut sizes: HashMap<Family, usize> = HashMap::new();
        for (id, _) in self.model.elements() {
            for family in [Scope::Near, Scope::Far].into_iter().filter_map(|scope| self.of(id, scope)) {
                *sizes.entry(family).or_default() += 1;
            }
        }
        for part in merged {
            part.is_all = part.family.and_then(|family| sizes.get(&family)) == Some(&part.members.len());
        }
    }

    /// What a part as a whole belongs to, if it is a choice of one.
    fn of_part(&self, part: &Part, scope: Scope) -> Option<Family> {
        if part.choose > 1 {
            return None;
        }
        let mut of_members = part.members.iter().map(|id| self.of(*id, scope));
        let first = of_members.next()??;
        of_members.all(|other| other == Some(first)).then_some(first)
    }
}

/// A shape without some of its parts, by which others that only differ in these are found.
type Rest = Vec<Part>;

/// Sets that differ only in elements of one family, and have every choice of so many of these.
fn choose_several(families: &Families<'_>, shapes: &mut Vec<Shape>) {
    let mut buckets: HashMap<(Family, usize, Rest), Vec<usize>> = HashMap::new();
    let mut keys = Vec::new();
    for (index, shape) in shapes.iter().enumerate() {
        let of: Vec<Option<Family>> =
            shape.parts.iter().map(|part| families.of_part(part, Scope::Near)).collect();
        let mut several: Vec<Family> = of.iter().copied().flatten().collect();
        several.sort_unstable();
        several.dedup();
        for family in several {
            let (own, rest): (Vec<_>, Vec<_>) =
                shape.parts.iter().zip(&of).partition(|(_, of)| **of == Some(family));
            if own.len() > 1 {
                let rest = rest.into_iter().map(|(part, _)| part.clone()).collect();
                let key = (family, own.len(), rest);
                let bucket = buckets.entry(key.clone()).or_default();
                if bucket.is_empty() {
                    keys.push(key);
                }
                bucket.push(index);
            }
        }
    }
    let mut is_gone = vec![false; shapes.len()];
    for key in keys {
        let bucket = &buckets[&key];
        let (family, choose, rest) = key;
        if bucket.iter().any(|index| is_gone[*index]) {
            continue;
        }
        let own = |index: &usize| {
            let parts = shapes[*index].parts.iter().filter(|part| !rest.contains(part));
            parts.flat_map(|part| part.members.iter().copied()).collect::<Vec<_>>()
        };
        let mut members: Vec<ElementId> = bucket.iter().flat_map(own).collect();
        members.sort_unstable();
        members.dedup();
        if members.len() == choose || choices(members.len(), choose) != bucket.len() as u128 {
            continue;
        }
        let first = bucket.iter().map(|index| shapes[*index].first).min().unwrap_or_default();
        bucket.iter().for_each(|index| is_gone[*index] = true);
        let mut parts = rest;
        parts.push(Part { choose, members, family: Some(family), is_all: false });
        is_gone.push(false);
        shapes.push(sorted(Shape { parts, first }));
    }
    keep(shapes, &is_gone);
}

/// Merges shapes that differ in one part only, of one family, as long as that makes fewer.
fn merge(families: &Families<'_>, scope: Scope, shapes: &mut Vec<Shape>) {
    /// Each round merges all of one family; what is left then is listed as it is.
    const MOST_ROUNDS: usize = 64;
    for _ in 0..MOST_ROUNDS {
        let mut buckets: BTreeMap<(Family, Rest), Vec<(usize, usize)>> = BTreeMap::new();
        for (index, shape) in shapes.iter().enumerate() {
            for (place, part) in shape.parts.iter().enumerate() {
                let Some(family) = families.of_part(part, scope) else { continue };
                // Single points are told one by one, unless they are of a kind.
                let is_of_a_kind = scope == Scope::Near && !matches!(family, Family::Class(_));
                if shape.parts.len() > 1 || is_of_a_kind {
                    buckets.entry((family, without(&shape.parts, place))).or_default().push((index, place));
                }
            }
        }
        let mut saved: HashMap<Family, usize> = HashMap::new();
        for ((family, _), bucket) in &buckets {
            *saved.entry(*family).or_default() += bucket.len() - 1;
        }
        // The most; of several the first.
        let best = saved.into_iter().max_by_key(|(family, saved)| (*saved, std::cmp::Reverse(*family)));
        let Some((best, 1..)) = best else { return };
        let mut chosen: Vec<Vec<(usize, usize)>> = buckets
            .into_iter()
            .filter(|((family, _), _)| *family == best)
            .map(|(_, bucket)| bucket)
            .collect();
        chosen.sort_unstable();
        let mut is_gone = vec![false; shapes.len()];
        for mut bucket in chosen {
            bucket.retain(|(index, _)| !is_gone[*index]);
            if bucket.len() < 2 {
                continue;
            }
            let (head, place) = bucket[0];
            let mut parts = without(&shapes[head].parts, place);
            let member = |(index, place): &(usize, usize)| shapes[*index].parts[*place].members.clone();
            let mut members: Vec<ElementId> = bucket.iter().flat_map(member).collect();
            members.sort_unstable();
            let first = bucket.iter().map(|(index, _)| shapes[*index].first).min().unwrap_or_default();
            bucket.iter().for_each(|(index, _)| is_gone[*index] = true);
            parts.push(Part { choose: 1, members, family: Some(best), is_all: false });
            is_gone.push(false);
            shapes.push(sorted(Shape { parts, first }));
        }
        keep(shapes, &is_gone);
    }
}

fn without(parts: &[Part], place: usize) -> Vec<Part> {
    let others = parts.iter().enumerate().filter(|(index, _)| *index != place);
    others.map(|(_, part)| part.clone()).collect()
}

fn sorted(mut shape: Shape) -> Shape {
    shape.parts.sort_unstable_by(|a, b| a.members.cmp(&b.members));
    shape
}

fn keep(shapes: &mut Vec<Shape>, is_gone: &[bool]) {
    let mut index = 0;
    shapes.retain(|_| {
        index += 1;
        !is_gone[index - 1]
    });
}
