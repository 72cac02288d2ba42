//! The Galileo text format, as far as it speaks of static fault trees: `and`, `or`, `2of3`, basic events with a
//! probability or a failure rate. Gates that depend on the order of failures are refused.

use std::collections::HashMap;

use super::gates::{BasicEvent, FaultTree, Formula, Gate};
use super::{MOST_PROBLEMS, problem};
use crate::diag::{Diagnostic, FileId, Place, Sources};

/// Gates whose meaning depends on the order of failures.
const DYNAMIC: [&str; 10] = ["pand", "por", "spare", "csp", "wsp", "hsp", "fdep", "seq", "sequence", "mutex"];

/// Reads one text.
///
/// ```
/// let tree = linchpin::exchange::galileo::read_text("toplevel a; a and b c; b prob=0.1; c prob=0.2;", 8760.0);
/// assert_eq!(tree.map_err(|problems| problems[0].message.clone())?.events.len(), 2);
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// Every problem, with its place.
pub fn read_text(text: &str, mission_hours: f64) -> Result<FaultTree, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    sources.add("text", text);
    read(&sources, mission_hours)
}

/// Reads the texts of `sources` as one tree.
///
/// # Errors
/// Every problem, with its place.
pub fn read(sources: &Sources, mission_hours: f64) -> Result<FaultTree, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut statements = Vec::new();
    for (file, source) in sources.iter() {
        statements.extend(split(file, &source.text, &mut problems));
    }
    let mut top: Option<Word<'_>> = None;
    let mut defined: HashMap<&str, (Meaning, Place)> = HashMap::new();
    let (mut gates, mut events) = (Vec::new(), Vec::new());
    for statement in &statements {
        if problems.len() >= MOST_PROBLEMS {
            break;
        }
        let [first, rest @ ..] = &statement[..] else { continue };
        if first.is_word("toplevel") && !first.quoted {
            match (rest, &top) {
                ([name], None) => top = Some(*name),
                ([name], Some(_)) => problems.push(problem(name.place, "a second toplevel")),
                _ => problems
                    .push(problem(first.place, "toplevel without a name").label("expected toplevel NAME;")),
            }
            continue;
        }
        let kind = rest.first().filter(|word| !word.quoted && !word.text.contains('='));
        let meaning = match kind {
            Some(_) => Meaning::Gate(gates.len()),
            None => Meaning::Event(events.len()),
        };
        if let Some((_, place)) = defined.insert(first.text, (meaning, first.place)) {
            problems.push(
                problem(first.place, format!("`{}` is defined twice", first.text))
                    .related(place, "first here"),
            );
            continue;
        }
        match kind {
            Some(kind) => gates.push((first, *kind, &rest[1..])),
            None => match probability(rest, mission_hours) {
                Ok(probability) => events.push(BasicEvent { name: first.text.to_owned(), probability }),
                Err(why) => problems.push(why),
            },
        }
    }
    let mut tree = FaultTree { events, ..FaultTree::default() };
    for (name, kind, inputs) in &gates {
        let mut of = Vec::with_capacity(inputs.len());
        for input in *inputs {
            if problems.len() >= MOST_PROBLEMS {
                break;
            }
            match defined.get(input.text) {
                Some((Meaning::Event(event), _)) => of.push(Formula::Event(*event)),
                Some((Meaning::Gate(gate), _)) => of.push(Formula::Gate(*gate)),
                None => {
                    let unknown = problem(input.place, format!("there is no `{}`", input.text));
                    let is_attribute = !input.quoted && input.text.contains('=');
                    problems.push(if is_attribute {
                        unknown.hint("a statement ends with ;, and one before this does not")
                    } else {
                        unknown
                    });
                }
            }
        }
        // What is not there has been told.
        if of.len() < inputs.len() {
            continue;
        }
        match formula(*kind, of) {
            Ok(formula) => tree.gates.push(Gate { name: name.text.to_owned(), formula }),
            Err(why) => problems.push(why),
        }
    }
    match top.map(|name| (name, defined.get(name.text))) {
        Some((_, Some((Meaning::Gate(gate), _)))) => tree.tops = vec![*gate],
        Some((name, _)) => problems.push(problem(name.place, format!("there is no gate `{}`", name.text))),
        None => problems
            .push(problem(Place::NOWHERE, "the file says no toplevel").hint("expected toplevel NAME;")),
    }
    if problems.is_empty()
        && let Err(circle) = tree.order()
    {
        let (name, ..) = gates[circle[0]];
        problems.push(problem(name.place, format!("the gate `{}` depends on itself", name.text)));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    tree.name = top.map(|name| name.text.to_owned()).unwrap_or_default();
    Ok(tree)
}

#[derive(Debug, Clone, Copy)]
enum Meaning {
    Event(usize),
    Gate(usize),
}

#[derive(Debug, Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    quoted: bool,
    place: Place,
}

impl Word<'_> {
    fn is_word(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }
}

/// Statements as words, without comments.
fn split<'t>(file: FileId, text: &'t str, problems: &mut Vec<Diagnostic>) -> Vec<Vec<Word<'t>>> {
    let mut statements = vec![Vec::new()];
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let rest = &text[at..];
        let skip = |until: &str| rest.find(until).map_or(rest.len(), |end| end + until.len());
        let word = |length: usize, quoted: bool, statements: &mut Vec<Vec<Word<'t>>>| {
            let inner = usize::from(quoted);
            let text = &rest[inner..length - inner];
            let word = Word { text, quoted, place: Place::new(file, at..at + length) };
            statements.last_mut().expect("never empty").push(word);
        };
        at += if rest.starts_with("//") {
            skip("\n")
        } else if rest.starts_with("/*") {
            skip("*/")
        } else if letter == ';' {
            statements.push(Vec::new());
            1
        } else if letter.is_whitespace() {
            letter.len_utf8()
        } else if letter == '"' {
            if let Some(end) = rest[1..].find('"') {
                word(end + 2, true, &mut statements);
                end + 2
            } else {
                problems
                    .push(problem(Place::new(file, at..at + 1), "a name whose quotation marks do not end"));
                rest.len()
            }
        } else {
            // `prob = 0.1` is one word, as `prob=0.1`.
            let is_end = |letter: char| letter.is_whitespace() || [';', '"', '='].contains(&letter);
            let mut length = rest.find(is_end).unwrap_or(rest.len());
            let behind = rest[length..].trim_start();
            if let Some(value) = behind.strip_prefix('=') {
                let value = value.trim_start();
                let end = value.find(is_end).unwrap_or(value.len());
                length = rest.len() - value.len() + end;
            }
            word(length.max(1), false, &mut statements);
            length.max(1)
        };
    }
    if statements.last().is_some_and(|words| !words.is_empty()) {
        let place =
            statements.last().and_then(|words| words.last()).map_or(Place::NOWHERE, |word| word.place);
        problems.push(problem(place, "the last statement does not end").label("expected ;"));
    }
    statements
}

fn formula(kind: Word<'_>, of: Vec<Formula>) -> Result<Formula, Diagnostic> {
    let word = kind.text.to_ascii_lowercase();
    if of.is_empty() {
        return Err(problem(kind.place, format!("`{word}` of nothing")).label("expected inputs behind it"));
    }
    match word.as_str() {
        "and" => return Ok(Formula::All(of)),
        "or" => return Ok(Formula::Any(of)),
        _ => {}
    }
    if let Some((k, n)) = word.split_once("of")
        && let (Ok(k), Ok(n)) = (k.parse::<u32>(), n.parse::<usize>())
    {
        if n == of.len() && (1..=n).contains(&(k as usize)) {
            return Ok(Formula::AtLeast(k, of));
        }
        if n == of.len() {
            return Err(problem(kind.place, format!("{k} of {n} inputs"))
                .label("expected at least one, and no more than there are"));
        }
        return Err(
            problem(kind.place, format!("{word} with {} inputs", of.len())).label(format!("expected {n}"))
        );
    }
    if DYNAMIC.contains(&word.as_str()) {
        let message = format!("`{word}` depends on the order of failures");
        return Err(
            problem(kind.place, message).hint("only static fault trees are understood: and, or, 2of3")
        );
    }
    Err(problem(kind.place, format!("no gate: `{}`", kind.text)).label("expected and, or, or as in 2of3"))
}

/// The probability of a basic event by its attributes.
fn probability(attributes: &[Word<'_>], mission_hours: f64) -> Result<Option<f64>, Diagnostic> {
    let mut found: HashMap<String, f64> = HashMap::new();
    for attribute in attributes {
        let Some((name, value)) = attribute.text.split_once('=') else {
            return Err(problem(attribute.place, format!("no attribute: `{}`", attribute.text))
                .label("expected NAME=VALUE"));
        };
        let name = name.trim().to_ascii_lowercase();
        let number = value.trim().parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
        let Some(number) = number else {
            return Err(problem(attribute.place, format!("`{}` is no number of 0 or more", value.trim())));
        };
        // How a part ages while it is no more than a spare matters to spare gates only, which are refused.
        let is_understood = ["prob", "lambda", "rate", "shape", "dorm"].contains(&name.as_str())
            || (name == "cov" && number == 0.0)
            || (name == "res" && number == 0.0)
            || (name == "repl" && (number - 1.0).abs() < f64::EPSILON);
        if !is_understood {
            let message = format!("`{name}={number}` is not understood");
            return Err(problem(attribute.place, message).label("expected prob, lambda, or rate and shape"));
        }
        found.insert(name, number);
    }
    let get = |name: &str| found.get(name).copied();
    let probability = match (get("prob"), get("lambda"), get("rate")) {
        (Some(probability), None, None) => probability,
        (None, Some(lambda), None) => -(-lambda * mission_hours).exp_m1(),
        (None, None, Some(rate)) => -(-(rate * mission_hours).powf(get("shape").unwrap_or(1.0))).exp_m1(),
        (None, None, None) => return Ok(None),
        _ => {
            let place = attributes.first().map_or(Place::NOWHERE, |word| word.place);
            return Err(problem(place, "more than one of prob, lambda and rate"));
        }
    };
    if (0.0..=1.0).contains(&probability) {
        return Ok(Some(probability));
    }
    let place = attributes.first().map_or(Place::NOWHERE, |word| word.place);
    Err(problem(place, format!("a probability of {probability}")).label("expected a number in 0..=1"))
}
