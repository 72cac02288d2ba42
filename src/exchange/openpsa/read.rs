//! Reading: definitions first, with the containers that they stand in, then what they refer to.

use std::collections::HashMap;

use super::super::gates::{BasicEvent, FaultTree, Formula, Gate};
use super::super::xml::{self, Element};
use super::super::{MOST_PROBLEMS, problem};
use super::figures::{Figures, Parameter, expression};
use crate::diag::{Diagnostic, FileId, Place, Sources, nearest};

/// Brings in a file that another one includes, given the name of that one and what it says; `None`: it is there already.
pub type Loader<'l> = &'l mut dyn FnMut(&mut Sources, FileId, &str) -> Result<Option<FileId>, String>;

/// So many files may include each other.
const MOST_FILES: usize = 1_000;

/// Reads fault trees: the texts of `sources` and what they include, together one model.
///
/// # Errors
/// Every problem, with its place.
pub fn read(
    sources: &mut Sources,
    mission_hours: f64,
    load: Loader<'_>,
) -> Result<FaultTree, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut roots = Vec::new();
    let mut files: Vec<FileId> = sources.iter().map(|(file, _)| file).collect();
    let mut next = 0;
    while let Some(file) = files.get(next).copied() {
        next += 1;
        let text = sources.get(file).map(|source| source.text.clone()).unwrap_or_default();
        match xml::read(file, &text) {
            Ok(root) => {
                for (include, named) in includes(&root) {
                    let more = if files.len() < MOST_FILES {
                        load(sources, file, named)
                    } else {
                        Err(format!("more than {MOST_FILES} files include each other"))
                    };
                    match more {
                        Ok(more) => files.extend(more),
                        Err(why) => problems.push(problem(include.place, why)),
                    }
                }
                roots.push(root);
            }
            Err(why) => problems.push(why),
        }
    }
    let mut reading = Reading { problems, ..Reading::default() };
    for root in &roots {
        if root.name == "opsa-mef" {
            reading.collect(root, 0);
        } else {
            let message = format!("a root element <{}>", root.name);
            reading.problems.push(problem(root.place, message).label("expected <opsa-mef>"));
        }
    }
    reading.resolve(mission_hours)
}

/// Reads one text that includes no other.
///
/// ```
/// let tree = linchpin::exchange::openpsa::read_text(
///     "<opsa-mef><define-fault-tree name='f'><define-gate name='top'><or><basic-event name='a'/></or></define-gate>
///      <define-basic-event name='a'><float value='0.25'/></define-basic-event></define-fault-tree></opsa-mef>",
///     8760.0,
/// );
/// let tree = tree.map_err(|problems| problems[0].message.clone())?;
/// assert_eq!(tree.events[0].probability, Some(0.25));
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// Every problem, with its place.
pub fn read_text(text: &str, mission_hours: f64) -> Result<FaultTree, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    sources.add("text", text);
    read(&mut sources, mission_hours, &mut |_, _, _| Err("a single text includes no other".to_owned()))
}

/// Elements that include another file, with its name.
fn includes(root: &Element) -> impl Iterator<Item = (&Element, &str)> {
    let mut open = vec![root];
    std::iter::from_fn(move || {
        let element = open.pop()?;
        open.extend(element.children.iter().rev());
        Some(element)
    })
    .filter_map(|element| match element.name.as_str() {
        "include" => Some((element, element.get("file")?)),
        "xi:include" => Some((element, element.get("href")?)),
        _ => None,
    })
}

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Event(usize),
    Gate(usize),
    House(bool),
}

/// A definition of a gate or an event.
struct Defined<'e> {
    element: &'e Element,
    scope: usize,
}

/// Names seen from everywhere, and by their paths.
struct Names<T> {
    public: HashMap<String, (T, Place)>,
    /// By container and name.
    local: HashMap<(usize, String), (T, Place)>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { public: HashMap::new(), local: HashMap::new() }
    }
}

#[derive(Default)]
struct Reading<'e> {
    problems: Vec<Diagnostic>,
    name: Option<String>,
    /// Containers: fault trees and components; the first is the model itself. Each with what it lies in, its name, and
    /// whether what it defines is private.
    scopes: Vec<Scope>,
    names: Names<Meaning>,
    parameter_names: Names<usize>,
    gates: Vec<Defined<'e>>,
    gate_names: Vec<String>,
    events: Vec<Defined<'e>>,
    event_names: Vec<String>,
    parameters: Vec<Parameter<'e>>,
}

#[derive(Default)]
struct Scope {
    parent: Option<usize>,
    name: String,
    is_private: bool,
    /// The containers in it, by name.
    inner: HashMap<String, usize>,
}

impl<'e> Reading<'e> {
    /// Takes in the definitions below an element.
    fn collect(&mut self, element: &'e Element, scope: usize) {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        for child in &element.children {
            if self.problems.len() >= MOST_PROBLEMS {
                return;
            }
            match child.name.as_str() {
                "define-fault-tree" | "define-component" => {
                    let Some(name) = child.attribute("name", &mut self.problems) else { continue };
                    self.name.get_or_insert_with(|| name.to_owned());
                    let inherits = self.scopes[scope].is_private;
                    let is_private = child.get("role").map_or(inherits, |role| role == "private");
                    // The same container may be spread over several files.
                    let next = self.scopes.len();
                    let inner = *self.scopes[scope].inner.entry(name.to_owned()).or_insert(next);
                    if inner == next {
                        let parent = Some(scope);
                        self.scopes.push(Scope {
                            parent,
                            name: name.to_owned(),
                            is_private,
                            ..Scope::default()
                        });
                    }
                    self.collect(child, inner);
                }
                "model-data" => self.collect(child, scope),
                "define-gate" => {
                    let index = self.gates.len();
                    if let Some(name) = self.define(child, scope, Meaning::Gate(index)) {
                        self.gates.push(Defined { element: child, scope });
                        self.gate_names.push(name);
                    }
                }
                "define-basic-event" => {
                    let index = self.events.len();
                    if let Some(name) = self.define(child, scope, Meaning::Event(index)) {
                        self.events.push(Defined { element: child, scope });
                        self.event_names.push(name);
                    }
                }
                "define-house-event" => {
                    // One that says nothing is off.
                    let value = match expression(child) {
                        Ok(Some(constant)) if constant.name == "constant" => {
                            truth(constant, &mut self.problems)
                        }
                        Ok(Some(other)) => {
                            let message = format!("a house event that is <{}>", other.name);
                            self.problems.push(problem(other.place, message).label("expected <constant>"));
                            false
                        }
                        Ok(None) => false,
                        Err(why) => {
                            self.problems.push(why);
                            false
                        }
                    };
                    self.define(child, scope, Meaning::House(value));
                }
                "define-parameter" => {
                    if let Some(name) = child.attribute("name", &mut self.problems) {
                        let name = name.to_owned();
                        let index = self.parameters.len();
                        self.parameters.push(Parameter { element: child, scope });
                        let is_private = self.is_private(child, scope);
                        insert(&mut self.parameter_names, &name, scope, is_private, (index, child.place))
                            .unwrap_or_else(|first| self.twice(&name, child.place, first));
                    }
                }
                "define-CCF-group" | "define-substitution" | "define-alignment" => {
                    let message = format!("<{}> is not understood", child.name);
                    let hint = "it changes what the tree means, so that an answer without it would be wrong: let the tool \
                                that wrote the file expand it";
                    self.problems.push(problem(child.place, message).hint(hint));
                }
                "label" | "attributes" | "include" | "xi:include" => {}
                // Event trees and what belongs to them say nothing about fault trees.
                name if name.starts_with("define-") => {}
                name => {
                    let message = format!("<{name}> has no place here");
                    let expected = "expected define-fault-tree, define-gate, define-basic-event, define-house-event, \
                                    define-parameter, define-component or model-data";
                    self.problems.push(problem(child.place, message).label(expected));
                }
            }
        }
    }

    fn is_private(&self, element: &Element, scope: usize) -> bool {
        element.get("role").map_or(self.scopes[scope].is_private, |role| role == "private")
    }

    /// Gives a name its meaning; the name by which the outside knows it.
    fn define(&mut self, element: &'e Element, scope: usize, meaning: Meaning) -> Option<String> {
        let name = element.attribute("name", &mut self.problems)?.to_owned();
        let is_private = self.is_private(element, scope);
        if let Err(first) = insert(&mut self.names, &name, scope, is_private, (meaning, element.place)) {
            self.twice(&name, element.place, first);
            return None;
        }
        Some(if is_private { format!("{}{name}", self.path(scope)) } else { name })
    }

    fn twice(&mut self, name: &str, place: Place, first: Place) {
        let twice = problem(place, format!("`{name}` is defined twice"));
        self.problems.push(twice.related(first, "first here"));
    }

    /// The path of a container, with a dot behind each name.
    fn path(&self, scope: usize) -> String {
        let above = std::iter::successors(Some(scope), |scope| self.scopes[*scope].parent);
        let names: Vec<&str> =
            above.map(|scope| self.scopes[scope].name.as_str()).filter(|name| !name.is_empty()).collect();
        names.iter().rev().map(|name| format!("{name}.")).collect()
    }

    fn resolve(mut self, mission_hours: f64) -> Result<FaultTree, Vec<Diagnostic>> {
        let mut problems = std::mem::take(&mut self.problems);
        let find = |name: &str, scope: usize| find(&self.scopes, &self.parameter_names, name, scope);
        let mut figures = Figures {
            parameters: &self.parameters,
            find: &find,
            mission_time: mission_hours,
            known: HashMap::new(),
            open: Vec::new(),
            depth: 0,
        };
        let mut tree = FaultTree { name: self.name.clone().unwrap_or_default(), ..FaultTree::default() };
        for (event, name) in self.events.iter().zip(&self.event_names) {
            if problems.len() >= MOST_PROBLEMS {
                break;
            }
            match figures.probability(event.element, event.scope) {
                Ok(probability) => tree.events.push(BasicEvent { name: name.clone(), probability }),
                Err(why) => problems.push(why),
            }
        }
        for (gate, name) in self.gates.iter().zip(&self.gate_names) {
            if problems.len() >= MOST_PROBLEMS {
                break;
            }
            let formula = match expression(gate.element) {
                Ok(Some(formula)) => self.formula(formula, gate.scope, &mut problems),
                Ok(None) => {
                    problems.push(problem(gate.element.place, format!("the gate `{name}` has no formula")));
                    Formula::Constant(false)
                }
                Err(why) => {
                    problems.push(why);
                    Formula::Constant(false)
                }
            };
            tree.gates.push(Gate { name: name.clone(), formula });
        }
        if tree.gates.is_empty() && problems.is_empty() {
            problems.push(problem(Place::NOWHERE, "no gate is defined").hint(
                "fault trees are what is read: event trees and what belongs to them say nothing here, and files of basic events go with \
                 the file of their tree",
            ));
        }
        if problems.is_empty()
            && let Err(circle) = tree.order()
        {
            let names: Vec<&str> =
                circle.iter().chain(&circle[..1]).map(|gate| tree.gates[*gate].name.as_str()).collect();
            let place = self.gates[circle[0]].element.place;
            let shown = if names.len() > 12 {
                format!("{} … {}", names[..10].join(" → "), names[0])
            } else {
                names.join(" → ")
            };
            problems.push(problem(place, format!("gates depend on each other in a circle: {shown}")));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        tree.tops = tree.unused();
        Ok(tree)
    }

    /// Elements nest no deeper than `xml` lets them.
    fn formula(&self, element: &Element, scope: usize, problems: &mut Vec<Diagnostic>) -> Formula {
        if problems.len() >= MOST_PROBLEMS {
            return Formula::Constant(false);
        }
        let several = |problems: &mut Vec<Diagnostic>| -> Vec<Formula> {
            element.children.iter().map(|child| self.formula(child, scope, problems)).collect()
        };
        let some = |problems: &mut Vec<Diagnostic>| -> Vec<Formula> {
            if element.children.is_empty() {
                wrong_number(element, "one or more", 0, problems);
            }
            several(problems)
        };
        match element.name.as_str() {
            "event" | "basic-event" | "gate" | "house-event" => self.reference(element, scope, problems),
            "constant" => Formula::Constant(truth(element, problems)),
            "and" => Formula::All(some(problems)),
            "or" => Formula::Any(some(problems)),
            "nand" => Formula::Not(Box::new(Formula::All(some(problems)))),
            "nor" => Formula::Not(Box::new(Formula::Any(some(problems)))),
            "xor" => Formula::Odd(some(problems)),
            "not" => match <[Formula; 1]>::try_from(several(problems)) {
                Ok([one]) => Formula::Not(Box::new(one)),
                Err(other) => wrong_number(element, "one", other.len(), problems),
            },
            "iff" => match <[Formula; 2]>::try_from(several(problems)) {
                Ok(both) => Formula::Not(Box::new(Formula::Odd(both.into()))),
                Err(other) => wrong_number(element, "two", other.len(), problems),
            },
            "imply" => match <[Formula; 2]>::try_from(several(problems)) {
                Ok([one, other]) => Formula::Any(vec![Formula::Not(Box::new(one)), other]),
                Err(other) => wrong_number(element, "two", other.len(), problems),
            },
            "atleast" => match number(element, "min", 1, problems) {
                Some(min) => Formula::AtLeast(min, several(problems)),
                None => Formula::Constant(false),
            },
            "cardinality" => {
                let [min, max] = ["min", "max"].map(|name| number(element, name, 0, problems));
                let of = several(problems);
                match (min, max) {
                    (Some(min), Some(max)) if min <= max => Formula::Between(min, max, of),
                    (Some(min), Some(max)) => {
                        let message = format!("from {min} to {max}: that is no number of arguments");
                        problems.push(problem(element.place, message).label("expected min not above max"));
                        Formula::Constant(false)
                    }
                    _ => Formula::Constant(false),
                }
            }
            name => {
                let expected = "expected and, or, not, xor, nand, nor, iff, imply, atleast, cardinality, gate, \
                                basic-event, house-event, event or constant";
                problems.push(problem(element.place, format!("no formula: <{name}>")).label(expected));
                Formula::Constant(false)
            }
        }
    }

    fn reference(&self, element: &Element, scope: usize, problems: &mut Vec<Diagnostic>) -> Formula {
        let Some(name) = element.attribute("name", problems) else { return Formula::Constant(false) };
        let kind =
            if element.name == "event" { element.get("type").unwrap_or("event") } else { &element.name };
        let meaning = find(&self.scopes, &self.names, name, scope);
        match (meaning, kind) {
            (Some(Meaning::Event(event)), "event" | "basic-event") => Formula::Event(event),
            (Some(Meaning::Gate(gate)), "event" | "gate") => Formula::Gate(gate),
            (Some(Meaning::House(value)), "event" | "house-event") => Formula::Constant(value),
            (Some(_), _) => {
                problems.push(problem(element.place, format!("`{name}` is no {kind}")));
                Formula::Constant(false)
            }
            (None, _) => {
                let unknown = problem(element.place, format!("there is no {kind} `{name}`"));
                let mut known: Vec<&str> = self.names.public.keys().map(String::as_str).collect();
                known.sort_unstable();
                // Comparing with very many names takes long, and one such hint is as good as a hundred.
                let is_cheap = problems.len() < 20 && known.len() < 100_000;
                let near = nearest(name, known).filter(|_| is_cheap && !self.events.is_empty());
                problems.push(match near {
                    Some(near) => unknown.hint(format!("did you mean `{near}`?")),
                    // Said once.
                    None if problems.is_empty() => unknown
                        .hint("if another file defines it, name that file too: several are read as one"),
                    None => unknown,
                });
                Formula::Constant(false)
            }
        }
    }
}

fn insert<T>(
    names: &mut Names<T>,
    name: &str,
    scope: usize,
    is_private: bool,
    (meaning, place): (T, Place),
) -> Result<(), Place>
where
    T: Copy,
{
    if let Some((_, first)) = names.local.get(&(scope, name.to_owned())) {
        return Err(*first);
    }
    if !is_private {
        if let Some((_, first)) = names.public.get(name) {
            return Err(*first);
        }
        names.public.insert(name.to_owned(), (meaning, place));
    }
    names.local.insert((scope, name.to_owned()), (meaning, place));
    Ok(())
}

/// What a reference means in a container: what stands there or above it, by name or by path, and else what is public.
fn find<T: Copy>(scopes: &[Scope], names: &Names<T>, reference: &str, scope: usize) -> Option<T> {
    let mut parts: Vec<&str> = reference.split('.').collect();
    let name = parts.pop()?;
    let above = std::iter::successors(Some(scope), |scope| scopes[*scope].parent);
    let local = above.filter_map(|start| {
        let inner = parts.iter().try_fold(start, |scope, part| scopes[scope].inner.get(*part).copied())?;
        names.local.get(&(inner, name.to_owned()))
    });
    let mut local = local;
    let found = local.next().or_else(|| names.public.get(reference))?;
    Some(found.0)
}

fn wrong_number(element: &Element, expected: &str, found: usize, problems: &mut Vec<Diagnostic>) -> Formula {
    let message = format!("<{}> with {found} arguments", element.name);
    problems.push(problem(element.place, message).label(format!("expected {expected}")));
    Formula::Constant(false)
}

/// A number of arguments, from `least` to as many as there are.
fn number(element: &Element, name: &str, least: u32, problems: &mut Vec<Diagnostic>) -> Option<u32> {
    let text = element.attribute(name, problems)?;
    let Ok(number) = text.trim().parse() else {
        problems.push(problem(element.place, format!("`{text}` is no whole number")));
        return None;
    };
    let n = element.children.len();
    if number >= least && usize::try_from(number).is_ok_and(|number| number <= n) {
        return Some(number);
    }
    let message = format!("<{}> with {name}=\"{number}\" and {n} arguments", element.name);
    problems.push(problem(element.place, message).label(format!("expected a number from {least} to {n}")));
    None
}

fn truth(constant: &Element, problems: &mut Vec<Diagnostic>) -> bool {
    let Some(text) = constant.attribute("value", problems) else { return false };
    if !["true", "false"].contains(&text) {
        problems.push(problem(constant.place, format!("`{text}` is neither true nor false")));
    }
    text == "true"
}
