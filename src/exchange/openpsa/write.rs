//! Writing: a tree of the engine as a file that other analysers read.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event as Xml};

use super::super::gates::BasicEvent;
use super::super::model::Renamed;
use crate::faulttree::{Event, Gate, Node, Tree};

/// A gate to write, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top {
    /// What it is called.
    pub name: String,
    /// When it is true.
    pub node: Node,
}

/// Writes the gates below `tops` and the events that they mention. Names that the format does not know are replaced, and
/// stand as labels beside what they name. Gates in between have no name in a [`Tree`] and are numbered.
pub fn write(name: &str, tree: &Tree, events: &[BasicEvent], tops: &[Top]) -> String {
    let mut names = Renamed::for_openpsa();
    let name = names.take(name);
    let top_names: Vec<String> = tops.iter().map(|top| names.take(&top.name)).collect();
    let event_names: Vec<String> = events.iter().map(|event| names.take(&event.name)).collect();
    let mut file = File {
        xml: Writer::new_with_indent(Vec::new(), b' ', 1),
        tree,
        event_names: &event_names,
        is_used: vec![false; events.len()],
        names,
        called: HashMap::new(),
        pending: VecDeque::new(),
    };
    file.put(Xml::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    file.open("opsa-mef", None);
    file.open("define-fault-tree", Some(&name));
    for (top, written) in tops.iter().zip(&top_names) {
        file.open("define-gate", Some(written));
        file.label(&top.name, written);
        file.input(top.node);
        file.close("define-gate");
    }
    while let Some((name, part)) = file.pending.pop_front() {
        file.open("define-gate", Some(&name));
        file.part(&part);
        file.close("define-gate");
    }
    file.close("define-fault-tree");
    file.open("model-data", None);
    let is_used = std::mem::take(&mut file.is_used);
    let written_events = events.iter().zip(&event_names).zip(&is_used);
    for ((event, written), _) in written_events.filter(|(_, is_used)| **is_used) {
        file.open("define-basic-event", Some(written));
        file.label(&event.name, written);
        let value = format!("{:?}", event.probability.unwrap_or(0.0));
        file.empty("float", ("value", &value));
        file.close("define-basic-event");
    }
    file.close("model-data");
    file.close("opsa-mef");
    let mut text = String::from_utf8(file.xml.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

struct File<'t> {
    xml: Writer<Vec<u8>>,
    tree: &'t Tree,
    event_names: &'t [String],
    /// Whether each event is mentioned.
    is_used: Vec<bool>,
    names: Renamed,
    /// What gates and parts of them are called that are mentioned.
    called: HashMap<Key, String>,
    /// Those of them that are still to be defined.
    pending: VecDeque<(String, Part)>,
}

/// A gate, or what of it is asked: from which input on, how many.
type Key = (Node, Option<(usize, u32)>);

/// A gate to define, or at least so many of the inputs of one from one of them on.
struct Part {
    node: Node,
    of: Option<Counted>,
}

/// At least so many of some inputs from one of them on; each counts as often as it says.
#[derive(Clone)]
struct Counted {
    inputs: Rc<[(Node, u32)]>,
    from: usize,
    min: u32,
}

impl Part {
    fn key(&self) -> Key {
        (self.node, self.of.as_ref().map(|of| (of.from, of.min)))
    }
}

impl File<'_> {
    fn put(&mut self, event: Xml<'_>) {
        self.xml.write_event(event).expect("writing to memory");
    }

    fn open(&mut self, element: &str, name: Option<&str>) {
        let mut start = BytesStart::new(element);
        if let Some(name) = name {
            start.push_attribute(("name", name));
        }
        self.put(Xml::Start(start));
    }

    fn empty(&mut self, element: &str, attribute: (&str, &str)) {
        let mut start = BytesStart::new(element);
        start.push_attribute(attribute);
        self.put(Xml::Empty(start));
    }

    fn close(&mut self, element: &str) {
        self.put(Xml::End(BytesEnd::new(element)));
    }

    fn label(&mut self, name: &str, written: &str) {
        if name != written {
            self.open("label", None);
            self.put(Xml::Text(BytesText::new(name)));
            self.close("label");
        }
    }

    fn input(&mut self, node: Node) {
        match self.tree.gate(node) {
            Gate::Constant(value) => self.empty("constant", ("value", if value { "true" } else { "false" })),
            Gate::Event(event) => self.event(event),
            Gate::NotEvent(event) => {
                self.open("not", None);
                self.event(event);
                self.close("not");
            }
            Gate::All(_) | Gate::Any(_) | Gate::AtLeast(..) => {
                self.mention(Part { node, of: None });
            }
        }
    }

    /// Mentions a gate or a part of one, which is defined later.
    fn mention(&mut self, part: Part) {
        let key = part.key();
        let name = if let Some(name) = self.called.get(&key) {
            name.clone()
        } else {
            // A gate and its negation are two gates to others.
            let negated = if part.node.is_negated() { "n" } else { "" };
            let of = part.of.as_ref().map_or_else(String::new, |of| format!("_{}_{}", of.from, of.min));
            let name = self.names.take(&format!("g{}{negated}{of}", part.node.index()));
            self.called.insert(key, name.clone());
            self.pending.push_back((name.clone(), part));
            name
        };
        self.empty("gate", ("name", &name));
    }

    fn part(&mut self, part: &Part) {
        match &part.of {
            None => self.formula(part.node),
            Some(of) => self.counted(part.node, of),
        }
    }

    /// At least so many of a gate's inputs. What is more than an event, or stands there several times, is asked first, and what is
    /// left to be had of the rest follows from it: SCRAM 0.16.2 has wrong answers where an event is in several inputs of `atleast`,
    /// and takes none twice.
    fn counted(&mut self, node: Node, of: &Counted) {
        let Counted { ref inputs, from, min } = *of;
        let rest = &inputs[from..];
        let Some(&(input, times)) = rest.first().filter(|input| rest.len() > 1 && !self.is_plain(**input))
        else {
            return self.distinct(min, rest);
        };
        let behind = |min: u32| {
            let of = Counted { inputs: Rc::clone(inputs), from: from + 1, min };
            Part { node, of: Some(of) }
        };
        // With this one, fewer of the others are enough; without it as many, where there are so many.
        let others: u32 = rest[1..].iter().map(|(_, times)| times).sum();
        let has_others = others >= min;
        if has_others {
            self.open("or", None);
        }
        match min.saturating_sub(times) {
            0 => self.input(input),
            left => {
                self.open("and", None);
                self.input(input);
                self.mention(behind(left));
                self.close("and");
            }
        }
        if has_others {
            self.mention(behind(min));
            self.close("or");
        }
    }

    /// Whether an input is an event that counts once.
    fn is_plain(&self, (input, times): (Node, u32)) -> bool {
        times == 1 && matches!(self.tree.gate(input), Gate::Event(_))
    }

    /// At least so many of different inputs.
    fn distinct(&mut self, min: u32, inputs: &[(Node, u32)]) {
        // A single input is what it is.
        if let [(only, _)] = inputs {
            return self.input(*only);
        }
        let element = match min {
            1 => "or",
            min if min as usize == inputs.len() => "and",
            _ => "atleast",
        };
        let mut start = BytesStart::new(element);
        if element == "atleast" {
            start.push_attribute(("min", min.to_string().as_str()));
        }
        self.put(Xml::Start(start));
        inputs.iter().for_each(|(input, _)| self.input(*input));
        self.close(element);
    }

    fn event(&mut self, event: Event) {
        self.is_used[event.index()] = true;
        self.empty("basic-event", ("name", &self.event_names[event.index()]));
    }

    fn formula(&mut self, node: Node) {
        let (element, of) = match self.tree.gate(node) {
            Gate::All(of) => ("and", of),
            Gate::Any(of) => ("or", of),
            Gate::AtLeast(min, of) => {
                let mut inputs: Vec<(Node, u32)> = Vec::with_capacity(of.len());
                let mut place: HashMap<Node, usize> = HashMap::new();
                for input in of {
                    let at = *place.entry(input).or_insert(inputs.len());
                    match inputs.get_mut(at) {
                        Some((_, times)) => *times += 1,
                        None => inputs.push((input, 1)),
                    }
                }
                inputs.sort_by_key(|input| self.is_plain(*input));
                return self.counted(node, &Counted { inputs: inputs.into(), from: 0, min });
            }
            Gate::Constant(_) | Gate::Event(_) | Gate::NotEvent(_) => return self.input(node),
        };
        self.open(element, None);
        of.into_iter().for_each(|input| self.input(input));
        self.close(element);
    }
}
