//! Which scenarios a question is about.

use std::fmt;

use crate::model::{Class, Element, ElementId, Failure, Model, Scenario};

/// A scenario with the class that it belongs to: that of what fails, `scenario` for a declared one, `custom`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What fails.
    pub scenario: Scenario,
    /// The name of its class; several are joined with ` + `.
    pub class: String,
}

/// More scenarios than this are not looked at in one question.
pub const MOST_SCENARIOS: u128 = 4_000_000;

/// A question about more scenarios than can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// How many it would be.
    pub scenarios: u128,
    /// How many can be asked.
    pub most: u128,
}

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} scenarios are more than the {} that can be asked at once", self.scenarios, self.most)
    }
}

impl std::error::Error for TooMany {}

/// Every set of `failures` different elements of the classes, each failing for good: single failures class by class,
/// larger sets in the model's order.
///
/// # Errors
/// If these are more than [`MOST_SCENARIOS`].
pub fn sweep(model: &Model, classes: &[Class], failures: u32) -> Result<Vec<Asked>, TooMany> {
    let each = each(model, classes, failures);
    if each.total() > MOST_SCENARIOS {
        return Err(TooMany { scenarios: each.total(), most: MOST_SCENARIOS });
    }
    Ok(each.collect())
}

/// The same one after the other, however many these are.
pub fn each<'m>(model: &'m Model, classes: &[Class], failures: u32) -> Each<'m> {
    let mut members = members(model, classes);
    let k = failures as usize;
    if k == 1 {
        members.sort_by_key(|(class, _)| *class);
    }
    let chosen = (k > 0 && k <= members.len()).then(|| (0..k).collect());
    Each { model, members, k, chosen }
}

/// Scenarios in which so many elements fail for good.
#[derive(Debug, Clone)]
pub struct Each<'m> {
    model: &'m Model,
    members: Vec<(Class, ElementId)>,
    k: usize,
    /// The next set; `None` behind the last.
    chosen: Option<Vec<usize>>,
}

impl Each<'_> {
    /// How many scenarios there are in all.
    pub fn total(&self) -> u128 {
        if self.k == 0 { 0 } else { choose(self.members.len() as u128, self.k as u128) }
    }
}

impl Iterator for Each<'_> {
    type Item = Asked;

    fn next(&mut self) -> Option<Asked> {
        let chosen = self.chosen.as_mut()?;
        let asked = all_failing(self.model, chosen.iter().map(|index| self.members[*index]));
        // The next set in lexicographic order: the last index that can move does, the ones behind it follow.
        let last = self.members.len() - self.k;
        match (0..self.k).rev().find(|place| chosen[*place] < last + place) {
            Some(moving) => {
                chosen[moving] += 1;
                for place in moving + 1..self.k {
                    chosen[place] = chosen[place - 1] + 1;
                }
            }
            None => self.chosen = None,
        }
        Some(asked)
    }
}

/// The elements of these classes, in the model's order.
pub(super) fn members(model: &Model, classes: &[Class]) -> Vec<(Class, ElementId)> {
    let of_class = |element: &Element| element.class().filter(|class| classes.contains(class));
    model.elements().filter_map(|(id, element)| Some((of_class(element)?, id))).collect()
}

/// The scenario in which these fail for good.
pub(super) fn all_failing(model: &Model, failing: impl Iterator<Item = (Class, ElementId)> + Clone) -> Asked {
    let mut classes: Vec<Class> = failing.clone().map(|(class, _)| class).collect();
    classes.sort_unstable();
    classes.dedup();
    let class = classes.iter().map(|class| class.name()).collect::<Vec<_>>().join(" + ");
    let fails = failing.map(|(_, what)| Failure::for_good(what));
    Asked { scenario: named(model, fails.collect()), class }
}

/// One scenario of these failures; what is named twice fails for the longer time.
pub fn custom(model: &Model, fails: &[Failure]) -> Asked {
    Asked { scenario: named(model, Failure::each_once(fails.to_vec())), class: "custom".to_owned() }
}

/// A scenario that the model declares.
pub fn declared(scenario: &Scenario) -> Asked {
    Asked { scenario: scenario.clone(), class: "scenario".to_owned() }
}

/// The class of scenarios that really happened.
pub const OUTAGE: &str = "outage";

/// A scenario of a real outage.
pub fn of_outage(scenario: &Scenario) -> Asked {
    Asked { scenario: scenario.clone(), class: OUTAGE.to_owned() }
}

fn named(model: &Model, fails: Vec<Failure>) -> Scenario {
    let names: Vec<_> = fails.iter().map(|failure| model[failure.what].name.as_str()).collect();
    Scenario { name: names.join(" + "), fails }
}

/// n over k, or the most that can be counted.
pub(super) fn choose(n: u128, k: u128) -> u128 {
    if k > n {
        return 0;
    }
    let mut ways: u128 = 1;
    for i in 0..k.min(n - k) {
        match ways.checked_mul(n - i) {
            Some(product) => ways = product / (i + 1),
            None => return u128::MAX,
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binomials_are_exact_and_saturate() {
        assert_eq!(choose(5, 2), 10);
        assert_eq!(choose(3, 4), 0);
        assert_eq!(choose(60, 30), 118_264_581_564_861_424);
        assert_eq!(choose(1_000_000, 500_000), u128::MAX);
    }
}
