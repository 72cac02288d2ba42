//! Writing: a tree of the engine as a file that other analysers read.

use std::collections::{HashMap, HashSet};

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
    let below = below(tree, tops);
    let is_gate = |node: &&Node| matches!(tree.gate(**node), Gate::All(_) | Gate::Any(_) | Gate::AtLeast(..));
    // A gate and its negation are two gates to others.
    let call = |node: &Node| format!("g{}{}", node.index(), if node.is_negated() { "n" } else { "" });
    let gate_names: HashMap<Node, String> =
        below.iter().filter(is_gate).map(|node| (*node, names.take(&call(node)))).collect();
    let mut file = File {
        xml: Writer::new_with_indent(Vec::new(), b' ', 1),
        tree,
        event_names: &event_names,
        gate_names: &gate_names,
        names,
        again: Vec::new(),
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
    for node in below.iter().filter(is_gate) {
        file.open("define-gate", Some(&gate_names[node]));
        file.formula(*node);
        file.close("define-gate");
    }
    for (name, node) in std::mem::take(&mut file.again) {
        file.open("define-gate", Some(&name));
        file.input(node);
        file.close("define-gate");
    }
    file.close("define-fault-tree");
    file.open("model-data", None);
    let mut is_used = vec![false; events.len()];
    for node in &below {
        if let Gate::Event(event) | Gate::NotEvent(event) = tree.gate(*node) {
            is_used[event.index()] = true;
        }
    }
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

/// Every node that tops stand on, themselves included, each once, in a fixed order.
fn below(tree: &Tree, tops: &[Top]) -> Vec<Node> {
    let mut seen = HashSet::new();
    let mut open: Vec<Node> = tops.iter().rev().map(|top| top.node).collect();
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        if !seen.insert(node) {
            continue;
        }
        found.push(node);
        if let Gate::All(of) | Gate::Any(of) | Gate::AtLeast(_, of) = tree.gate(node) {
            open.extend(of.into_iter().rev());
        }
    }
    found
}

struct File<'t> {
    xml: Writer<Vec<u8>>,
    tree: &'t Tree,
    event_names: &'t [String],
    gate_names: &'t HashMap<Node, String>,
    names: Renamed,
    /// Other names of nodes, still to be defined.
    again: Vec<(String, Node)>,
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
                self.empty("gate", ("name", &self.gate_names[&node]));
            }
        }
    }

    /// Inputs of which one may stand there twice, and then counts twice: other analysers want a name of its own for each.
    fn inputs_counted(&mut self, of_gate: Node, of: &[Node]) {
        for (index, input) in of.iter().enumerate() {
            let before = of[..index].iter().filter(|other| *other == input).count();
            if before == 0 {
                self.input(*input);
            } else {
                let name = self.names.take(&format!("{}_{index}", self.gate_names[&of_gate]));
                self.empty("gate", ("name", &name));
                self.again.push((name, *input));
            }
        }
    }

    fn event(&mut self, event: Event) {
        self.empty("basic-event", ("name", &self.event_names[event.index()]));
    }

    fn formula(&mut self, node: Node) {
        let (element, of) = match self.tree.gate(node) {
            Gate::All(of) => ("and", of),
            Gate::Any(of) => ("or", of),
            Gate::AtLeast(k, of) => {
                let mut start = BytesStart::new("atleast");
                start.push_attribute(("min", k.to_string().as_str()));
                self.put(Xml::Start(start));
                self.inputs_counted(node, &of);
                return self.close("atleast");
            }
            Gate::Constant(_) | Gate::Event(_) | Gate::NotEvent(_) => return self.input(node),
        };
        self.open(element, None);
        of.into_iter().for_each(|input| self.input(input));
        self.close(element);
    }
}
