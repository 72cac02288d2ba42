//! A fault tree as a model of ours: basic events and gates as services, tops as capabilities.

use std::collections::{HashMap, HashSet};

use super::gates::{FaultTree, Formula};
use super::problem;
use crate::diag::{Diagnostic, Place};

/// Writes a model in which the services fail in the same combinations: a gate that fails when any input does needs all of
/// them, one that fails when all do needs any, one that fails when k of n do needs n - k + 1.
///
/// A probability becomes `availability`, which is 1 less it: of very small ones the last digits are lost.
///
/// # Errors
/// Where the tree says what a model cannot: that a failure helps something else to work (`not`, `xor`), or that a top
/// always or never fails.
pub fn to_model(tree: &FaultTree) -> Result<String, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut names = Renamed::for_models();
    let event_names: Vec<String> = tree.events.iter().map(|event| names.take(&event.name)).collect();
    let gate_names: Vec<String> = tree.gates.iter().map(|gate| names.take(&gate.name)).collect();
    let mut simple: Vec<Formula> = vec![Formula::Constant(false); tree.gates.len()];
    for gate in tree.order().unwrap_or_default() {
        simple[gate] = simplified(&tree.gates[gate].formula, &simple).unwrap_or_else(|| {
            let message = format!("the gate {} says that a failure helps something else to work", tree.gates[gate].name);
            problems.push(problem(Place::NOWHERE, message).hint(
                "`not`, `xor` and the like have no place in a model: `cuts` and `availability` read the file itself",
            ));
            Formula::Constant(false)
        });
    }
    for top in &tree.tops {
        if let (Formula::Constant(value), true) = (&simple[*top], problems.is_empty()) {
            let when = if *value { "always" } else { "never" };
            problems.push(problem(Place::NOWHERE, format!("the top {} {when} fails", tree.gates[*top].name)));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut out = String::from(
        "# A fault tree, as a model: services stand for its gates and basic events. In a model gates may fail of themselves too:\n# `linchpin cuts` with --openpsa or --galileo asks about the tree alone.\n",
    );
    let mut line = |text: std::fmt::Arguments<'_>| out += &text.to_string();
    line(format_args!("\n[model]\nname = \"{}\"\n", Renamed::for_models().take(&tree.name)));
    for top in &tree.tops {
        let mut capabilities = Renamed::for_models();
        let name = capabilities.take(&tree.gates[*top].name);
        line(format_args!("\n[capability.{}]\nneeds = [\"{}\"]\n", key(&name), gate_names[*top]));
    }
    for (index, gate) in tree.gates.iter().enumerate() {
        let needs = match &simple[index] {
            Formula::Constant(_) => continue,
            Formula::Any(of) => {
                of.iter().map(|of| term(of, &event_names, &gate_names)).collect::<Vec<_>>().join(", ")
            }
            other => term(other, &event_names, &gate_names),
        };
        let was = was(&gate.name, &gate_names[index]);
        line(format_args!("\n[service.{}]{was}\nneeds = [{needs}]\n", key(&gate_names[index])));
    }
    for (event, name) in tree.events.iter().zip(&event_names) {
        line(format_args!("\n[service.{}]{}\n", key(name), was(&event.name, name)));
        if let Some(probability) = event.probability {
            line(format_args!("availability = {:?}\n", 1.0 - probability));
        }
    }
    Ok(out)
}

/// The original of a name that had to be replaced.
fn was(name: &str, written: &str) -> String {
    if name == written {
        return String::new();
    }
    let visible: String = name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("  # {visible}")
}

fn key(name: &str) -> String {
    if name.contains('.') { format!("\"{name}\"") } else { name.to_owned() }
}

/// What must work, as a term, for a formula to be false.
fn term(formula: &Formula, events: &[String], gates: &[String]) -> String {
    let list = |of: &[Formula]| of.iter().map(|of| term(of, events, gates)).collect::<Vec<_>>().join(", ");
    match formula {
        Formula::Event(event) => format!("\"{}\"", events[*event]),
        Formula::Gate(gate) => format!("\"{}\"", gates[*gate]),
        Formula::Any(of) => format!("{{ all = [{}] }}", list(of)),
        Formula::All(of) => format!("{{ any = [{}] }}", list(of)),
        Formula::AtLeast(k, of) => {
            format!("{{ at_least = {}, of = [{}] }}", of.len() + 1 - *k as usize, list(of))
        }
        // Simplifying leaves none of these.
        Formula::Constant(_) | Formula::Not(_) | Formula::Between(..) | Formula::Odd(_) => String::new(),
    }
}

/// A formula without constants in it; `None`: it cannot do without negation.
fn simplified(formula: &Formula, gates: &[Formula]) -> Option<Formula> {
    let several = |of: &[Formula]| of.iter().map(|of| simplified(of, gates)).collect::<Option<Vec<_>>>();
    let is = |formula: &Formula, value: bool| *formula == Formula::Constant(value);
    Some(match formula {
        Formula::Constant(_) | Formula::Event(_) => formula.clone(),
        Formula::Gate(gate) => match &gates[*gate] {
            Formula::Constant(value) => Formula::Constant(*value),
            _ => formula.clone(),
        },
        Formula::Not(of) => match simplified(of, gates)? {
            Formula::Constant(value) => Formula::Constant(!value),
            Formula::Not(of) => *of,
            _ => return None,
        },
        Formula::Odd(of) => {
            let of = several(of)?;
            let odd = of.iter().filter(|of| is(of, true)).count() % 2 == 1;
            let rest: Vec<Formula> =
                of.into_iter().filter(|of| !matches!(of, Formula::Constant(_))).collect();
            match &rest[..] {
                [] => Formula::Constant(odd),
                [one] if !odd => one.clone(),
                _ => return None,
            }
        }
        Formula::All(of) | Formula::Any(of) => {
            let is_all = matches!(formula, Formula::All(_));
            let mut of = several(of)?;
            if of.iter().any(|of| is(of, !is_all)) {
                return Some(Formula::Constant(!is_all));
            }
            of.retain(|of| !is(of, is_all));
            match of.len() {
                0 => Formula::Constant(is_all),
                1 => of.swap_remove(0),
                _ if is_all => Formula::All(of),
                _ => Formula::Any(of),
            }
        }
        Formula::AtLeast(k, of) => at_least(*k as usize, several(of)?),
        Formula::Between(min, max, of) => {
            let of = several(of)?;
            let certain = of.iter().filter(|of| is(of, true)).count();
            let possible = of.iter().filter(|of| !is(of, false)).count();
            if certain > *max as usize {
                Formula::Constant(false)
            } else if possible <= *max as usize {
                at_least(*min as usize, of)
            } else {
                return None;
            }
        }
    })
}

/// When at least so many of these are true, without constants in it.
fn at_least(k: usize, mut of: Vec<Formula>) -> Formula {
    let certain = of.iter().filter(|of| **of == Formula::Constant(true)).count();
    of.retain(|of| !matches!(of, Formula::Constant(_)));
    match k.saturating_sub(certain) {
        0 => Formula::Constant(true),
        k if k > of.len() => Formula::Constant(false),
        _ if of.len() == 1 => of.swap_remove(0),
        1 => Formula::Any(of),
        k if k == of.len() => Formula::All(of),
        k => Formula::AtLeast(u32::try_from(k).unwrap_or(u32::MAX), of),
    }
}

/// Replaces names that a format does not know, so that different names stay different.
#[derive(Debug, Clone)]
pub(super) struct Renamed {
    allows: fn(char) -> bool,
    /// Whether a name may begin with a digit.
    digits_first: bool,
    taken: HashSet<String>,
    /// The last number that was put behind a name.
    numbers: HashMap<String, u32>,
}

impl Renamed {
    pub(super) fn for_models() -> Self {
        let allows = |letter: char| letter.is_ascii_alphanumeric() || ['.', '_', '-'].contains(&letter);
        Self { allows, digits_first: true, taken: HashSet::new(), numbers: HashMap::new() }
    }

    /// Names in Open-PSA files begin with a letter and have no dots; hyphens only one at a time and inside.
    pub(super) fn for_openpsa() -> Self {
        let allows = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        Self { allows, digits_first: false, taken: HashSet::new(), numbers: HashMap::new() }
    }

    pub(super) fn take(&mut self, name: &str) -> String {
        let mut written: String =
            name.chars().map(|letter| if (self.allows)(letter) { letter } else { '_' }).collect();
        let begins_well =
            |letter: char| letter.is_ascii_alphabetic() || (self.digits_first && letter.is_ascii_digit());
        if !written.starts_with(begins_well) {
            written.insert(0, 'x');
        }
        let base = written.clone();
        while !self.taken.insert(written.clone()) {
            let number = self.numbers.entry(base.clone()).or_insert(1);
            *number += 1;
            written = format!("{base}_{number}");
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_different() {
        let mut names = Renamed::for_models();
        assert_eq!(
            ["a b", "a/b", "a_b", "_a", ""].map(|name| names.take(name)),
            ["a_b", "a_b_2", "a_b_3", "x_a", "x"]
        );
        assert_eq!(Renamed::for_openpsa().take("1-a.b"), "x1_a_b");
    }

    #[test]
    fn what_helps_others_to_work_is_refused() {
        let text = "<opsa-mef><define-fault-tree name='f'><define-gate name='g'><xor><event name='a'/><event name='b'/></xor>\
                    </define-gate><define-basic-event name='a'/><define-basic-event name='b'/></define-fault-tree></opsa-mef>";
        let tree = super::super::openpsa::read_text(text, 1.0).expect("valid");
        let problems = to_model(&tree).expect_err("a model has no xor");
        assert!(problems[0].message.contains("the gate g says"));
    }
}
