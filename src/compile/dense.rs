//! The conditions of a program as one dense graph of gates: flat arrays, 32-bit indices, common sub-terms once.
//!
//! Gates stand in evaluation order: strongly connected components first, dependencies before dependents outside of
//! circles. A scenario is input to it and never changes it.

use std::collections::HashMap;
use std::ops::Range;

use super::{Capacity, Condition, ConditionId, Formula, Program, Role};
use crate::model::{ElementId, Time};

/// A gate of a [`Dense`] program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// Its place in evaluation order.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a gate makes of its inputs. Times: `All` is the latest, `Any` the earliest, and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// An element's own event; no inputs.
    Event,
    /// Every input.
    All,
    /// One input.
    Any,
    /// So many inputs.
    AtLeast(u32),
    /// Enough capacity: an index of the thresholds.
    Capacity(u32),
    /// The one input, so much later.
    Later(Time),
    /// The one input; when it has to come back, so much later.
    Start(Time),
    /// The one input; what keeps running does without it.
    ToStart,
    /// The one input; what keeps running rides out so much.
    Tolerates(Time),
}

/// Dense gates of a whole model.
#[derive(Debug, Clone, Default)]
pub struct Dense {
    ops: Vec<Op>,
    /// A condition's last gate: what it says stays said as long as it holds, so that 0 is its time while it does.
    is_condition: Vec<bool>,
    /// For each gate where its inputs begin; one more at the end.
    first_input: Vec<u32>,
    inputs: Vec<NodeId>,
    /// For each gate where its uses begin; one more at the end.
    first_use: Vec<u32>,
    /// The gate that uses it, and a position in `inputs`.
    uses: Vec<(NodeId, u32)>,
    /// For each capacity gate what must be reached, and where its inputs' capacities begin.
    thresholds: Vec<(Capacity, u32)>,
    capacities: Vec<Capacity>,
    of_event: Vec<NodeId>,
    of_condition: Vec<NodeId>,
    circles: Vec<Range<usize>>,
    has_delays: bool,
}

impl Dense {
    /// Lays a program out.
    pub fn new(program: &Program) -> Self {
        let mut layout = Layout::new(program);
        for (conditions, is_circle) in program.components() {
            if is_circle {
                let start = layout.dense.ops.len();
                // In a circle gates refer to gates that come later: each condition gets its last gate first.
                let last: Vec<_> = conditions.iter().map(|id| layout.reserve(*id)).collect();
                for (id, last) in conditions.iter().zip(last) {
                    layout.fill(last, &program[*id]);
                }
                layout.dense.circles.push(start..layout.dense.ops.len());
            } else {
                for id in conditions {
                    let node = layout.condition(&program[*id]);
                    layout.dense.of_condition[id.index()] = node;
                }
            }
        }
        layout.finish()
    }

    /// How many gates there are.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether there is no gate.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// How many inputs all gates have together.
    pub fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    /// All gates, in evaluation order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.ops.len()).map(node_id)
    }

    /// What a gate does.
    pub fn op(&self, node: NodeId) -> Op {
        self.ops[node.index()]
    }

    /// Whether a gate is the last of a condition.
    pub fn is_condition(&self, node: NodeId) -> bool {
        self.is_condition[node.index()]
    }

    /// A gate's inputs.
    pub fn inputs(&self, node: NodeId) -> &[NodeId] {
        &self.inputs[self.first_input[node.index()] as usize..self.first_input[node.index() + 1] as usize]
    }

    /// Every use of a gate: the gate that uses it, and which of all inputs that is.
    pub fn uses(&self, node: NodeId) -> impl Iterator<Item = (NodeId, u32)> + '_ {
        let range = self.first_use[node.index()] as usize..self.first_use[node.index() + 1] as usize;
        self.uses[range].iter().copied()
    }

    /// What a capacity gate must reach.
    pub fn threshold(&self, index: u32) -> Capacity {
        self.thresholds[index as usize].0
    }

    /// The capacities of a capacity gate's inputs.
    pub fn capacities(&self, node: NodeId, index: u32) -> &[Capacity] {
        let start = self.thresholds[index as usize].1 as usize;
        &self.capacities[start..start + self.inputs(node).len()]
    }

    /// What one use of a gate adds to a capacity gate.
    pub fn capacity_of_use(&self, owner: NodeId, index: u32, input: u32) -> Capacity {
        let position = input - self.first_input[owner.index()];
        self.capacities[(self.thresholds[index as usize].1 + position) as usize]
    }

    /// The gate of an element's event.
    pub fn event(&self, element: ElementId) -> NodeId {
        self.of_event[element.index()]
    }

    /// The gate that says when a condition holds.
    pub fn condition(&self, id: ConditionId) -> NodeId {
        self.of_condition[id.index()]
    }

    /// Which conditions there are.
    pub fn n_conditions(&self) -> usize {
        self.of_condition.len()
    }

    /// Whether some gates depend on themselves.
    pub fn has_circles(&self) -> bool {
        !self.circles.is_empty()
    }

    /// Where the gates of each circle stand in evaluation order: only within these do gates use later ones.
    pub fn circles(&self) -> &[Range<usize>] {
        &self.circles
    }

    /// Whether coming back may take time or need more than running does.
    pub fn has_delays(&self) -> bool {
        self.has_delays
    }
}

fn node_id(index: usize) -> NodeId {
    NodeId(u32::try_from(index).expect("a program has fewer than 2^32 gates"))
}

/// No gate yet.
const NONE: NodeId = NodeId(u32::MAX);

/// A dense program in the making; inputs are still one list a gate.
struct Layout {
    dense: Dense,
    inputs: Vec<Box<[NodeId]>>,
    known: HashMap<(Op, Box<[NodeId]>), NodeId>,
    /// Capacity gates are told apart by these.
    known_capacities: HashMap<(Capacity, Vec<Capacity>), u32>,
}

impl Layout {
    fn new(program: &Program) -> Self {
        let dense = Dense {
            of_event: vec![NONE; program.len() / 2],
            of_condition: vec![NONE; program.len()],
            ..Dense::default()
        };
        Self { dense, inputs: Vec::new(), known: HashMap::new(), known_capacities: HashMap::new() }
    }

    fn push(&mut self, op: Op, inputs: Box<[NodeId]>, is_condition: bool) -> NodeId {
        let id = node_id(self.dense.ops.len());
        self.dense.has_delays |= matches!(op, Op::Later(_) | Op::Start(_) | Op::ToStart | Op::Tolerates(_));
        self.dense.ops.push(op);
        self.dense.is_condition.push(is_condition);
        self.inputs.push(inputs);
        id
    }

    /// A gate that is no condition: the same one for the same inputs.
    fn gate(&mut self, op: Op, inputs: Vec<NodeId>) -> NodeId {
        if let (Op::All | Op::Any | Op::AtLeast(1), [single]) = (op, &inputs[..]) {
            return *single;
        }
        let key = (op, inputs.into_boxed_slice());
        match self.known.get(&key) {
            Some(known) => *known,
            None => {
                let id = self.push(op, key.1.clone(), false);
                self.known.insert(key, id);
                id
            }
        }
    }

    fn event(&mut self, element: ElementId) -> NodeId {
        if self.dense.of_event[element.index()] == NONE {
            self.dense.of_event[element.index()] = self.push(Op::Event, Box::default(), false);
        }
        self.dense.of_event[element.index()]
    }

    fn formula(&mut self, formula: &Formula) -> NodeId {
        match formula {
            Formula::Event(element) => self.event(*element),
            Formula::Is(id) => self.dense.of_condition[id.index()],
            Formula::ToStart(of) => {
                let of = self.formula(of);
                self.gate(Op::ToStart, vec![of])
            }
            Formula::Tolerates(tolerated, of) => {
                let of = self.formula(of);
                self.gate(Op::Tolerates(*tolerated), vec![of])
            }
            Formula::Later(Time::ZERO, of) => self.formula(of),
            Formula::Later(later, of) => {
                let of = self.formula(of);
                self.gate(Op::Later(*later), vec![of])
            }
            Formula::All(of) => self.several(Op::All, of),
            Formula::Any(of) => self.several(Op::Any, of),
            Formula::AtLeast(count, of) => self.several(Op::AtLeast(*count), of),
            Formula::Capacity { threshold, of } => {
                let (capacities, inputs): (Vec<_>, Vec<_>) =
                    of.iter().map(|(capacity, id)| (*capacity, self.dense.of_condition[id.index()])).unzip();
                let dense = &mut self.dense;
                let index = *self.known_capacities.entry((*threshold, capacities)).or_insert_with_key(
                    |(_, carried)| {
                        let start =
                            u32::try_from(dense.capacities.len()).expect("fewer than 2^32 capacities");
                        dense.capacities.extend(carried);
                        dense.thresholds.push((*threshold, start));
                        u32::try_from(dense.thresholds.len() - 1).expect("fewer than 2^32 capacities")
                    },
                );
                self.gate(Op::Capacity(index), inputs)
            }
        }
    }

    fn several(&mut self, op: Op, of: &[Formula]) -> NodeId {
        let inputs = of.iter().map(|formula| self.formula(formula)).collect();
        self.gate(op, inputs)
    }

    /// The parts of a condition; nested `all`s are one.
    fn parts(&mut self, condition: &Condition) -> Vec<NodeId> {
        let mut parts: Vec<NodeId> = condition.parts.iter().map(|part| self.formula(&part.formula)).collect();
        if condition.after > Time::ZERO {
            let all = self.gate(Op::All, parts);
            parts = vec![self.gate(Op::Later(condition.after), vec![all])];
        }
        if condition.start > Time::ZERO {
            let all = self.gate(Op::All, parts);
            parts = vec![self.gate(Op::Start(condition.start), vec![all])];
        }
        parts
    }

    /// A condition outside of circles.
    fn condition(&mut self, condition: &Condition) -> NodeId {
        let mut parts = self.parts(condition);
        if condition.parts.first().is_some_and(|first| first.role == Role::Serving) && self.are_one(&parts) {
            parts.truncate(1);
        }
        match parts[..] {
            // What is another condition, or an event, needs no gate of its own.
            [single]
                if self.dense.is_condition[single.index()] || self.dense.ops[single.index()] == Op::Event =>
            {
                single
            }
            _ => self.push(Op::All, parts.into_boxed_slice(), true),
        }
    }

    /// Whether the first of these needs all the others itself: then they are one condition. (Where only some are needed by it
    /// they are not for nothing: the first may run on without what is needed to start.)
    fn are_one(&self, parts: &[NodeId]) -> bool {
        let mut implied = self.inputs[parts[0].index()].to_vec();
        implied.sort_unstable();
        parts.iter().all(|part| *part == parts[0] || implied.binary_search(part).is_ok())
    }

    fn reserve(&mut self, id: ConditionId) -> NodeId {
        let node = self.push(Op::All, Box::default(), true);
        self.dense.of_condition[id.index()] = node;
        node
    }

    fn fill(&mut self, reserved: NodeId, condition: &Condition) {
        self.inputs[reserved.index()] = self.parts(condition).into_boxed_slice();
    }

    fn finish(mut self) -> Dense {
        // Elements whose event nothing mentions have none that could matter, but each has its gate.
        for index in 0..self.dense.of_event.len() {
            self.event(ElementId::new(index));
        }
        let mut dense = self.dense;
        let n_inputs: usize = self.inputs.iter().map(|inputs| inputs.len()).sum();
        let count = |n: usize| u32::try_from(n).expect("fewer than 2^32 inputs");
        dense.inputs.reserve_exact(n_inputs);
        dense.first_input.push(0);
        let mut n_uses = vec![0_u32; dense.ops.len() + 1];
        for inputs in &self.inputs {
            for input in inputs {
                dense.inputs.push(*input);
                n_uses[input.index()] += 1;
            }
            dense.first_input.push(count(dense.inputs.len()));
        }
        let mut next = 0;
        for uses in &mut n_uses {
            next += std::mem::replace(uses, next);
        }
        dense.first_use.clone_from(&n_uses);
        dense.uses = vec![(NONE, 0); n_inputs];
        let mut position = 0;
        for (owner, inputs) in dense.nodes().zip(&self.inputs) {
            for input in inputs {
                let slot = &mut n_uses[input.index()];
                dense.uses[*slot as usize] = (owner, position);
                *slot += 1;
                position += 1;
            }
        }
        dense
    }
}
