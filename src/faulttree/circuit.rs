//! A module taken apart into conjunctions of two, and what follows when some of them are given a value.
//!
//! Each conclusion leaves a smaller circuit with the same solutions; what was decided of events is in its weight.

use std::collections::HashMap;
use std::convert::Infallible;

use super::bdd::Chance;
use super::fill::minimum_fill;
use super::limits::narrow;
use super::part::{Part, counted};
use super::tree::Node;

/// Variable `out` is true exactly when both inputs are. Literals are written as nodes: a variable, plain or negated.
#[derive(Debug, Clone, Copy)]
pub(super) struct And {
    pub(super) out: u32,
    pub(super) inputs: [Node; 2],
}

/// Conjunctions over variables: 0 is the constant, then come the variables of the module (which have a chance of their
/// own), then the outputs of conjunctions.
#[derive(Debug, Clone)]
pub(super) struct Circuit {
    /// Those that still say something; inputs before what uses them.
    pub(super) ands: Vec<And>,
    /// By variable: the literal that it equals, itself when none is known.
    equals: Vec<Node>,
    /// How likely it is that the module's variables have the values that were concluded.
    pub(super) weight: f64,
}

/// Something cannot be.
#[derive(Debug)]
pub(super) struct Contradiction;

type Possible = Result<(), Contradiction>;

/// What follows from each literal by itself, over variables that conjunctions still speak of.
pub(super) struct Implications {
    number: HashMap<u32, u32>,
    bits: Vec<u64>,
    words: usize,
}

impl Implications {
    fn bit(&self, node: Node) -> Option<usize> {
        let number = *self.number.get(&narrow(node.index()))?;
        Some((number as usize) << 1 | usize::from(node.is_negated()))
    }

    /// Whether one literal is never true without another.
    pub(super) fn holds(&self, from: Node, to: Node) -> bool {
        match (self.bit(from), self.bit(to)) {
            (Some(from), Some(to)) => self.bits[from * self.words + to / 64] >> (to % 64) & 1 == 1,
            _ => false,
        }
    }
}

impl Circuit {
    /// A module's gates as conjunctions, and the literal of the module.
    pub(super) fn new(part: &Part) -> (Self, Node) {
        let mut circuit = Self { ands: Vec::new(), equals: vec![Node::NEVER], weight: 1.0 };
        let mut literals: Vec<Node> = part.variables.iter().map(|_| circuit.fresh()).collect();
        let place = places(part);
        for gate in &part.gates {
            let mut inputs = gate.inputs.clone();
            inputs.sort_by_key(|input| (place[input.index()], *input));
            let inputs: Vec<Node> =
                inputs.iter().map(|input| literals[input.index()].negated_if(input.is_negated())).collect();
            literals.push(match gate.enough {
                Some(enough) => circuit.at_least(enough as usize, &inputs),
                None => inputs.into_iter().fold(Node::ALWAYS, |all, input| circuit.and(all, input)),
            });
        }
        (circuit, literals[part.len() - 1])
    }

    fn fresh(&mut self) -> Node {
        let node = Node::new(self.equals.len(), false);
        self.equals.push(node);
        node
    }

    fn and(&mut self, a: Node, b: Node) -> Node {
        if a == Node::ALWAYS {
            return b;
        }
        if a == Node::NEVER || b == Node::NEVER {
            return Node::NEVER;
        }
        let out = self.fresh();
        self.ands.push(And { out: narrow(out.index()), inputs: [a, b] });
        out
    }

    fn at_least(&mut self, k: usize, inputs: &[Node]) -> Node {
        let Ok(so_many) = counted(
            k,
            inputs,
            [Node::NEVER, Node::ALWAYS],
            |one_less, so_many, input| -> Result<_, Infallible> {
                let one_more = self.and(one_less, input);
                Ok(if so_many == Node::NEVER { one_more } else { !self.and(!so_many, !one_more) })
            },
        );
        so_many
    }

    /// The literal or constant that a literal equals.
    fn find(&self, mut literal: Node) -> Node {
        loop {
            let next = self.equals[literal.index()].negated_if(literal.is_negated());
            if next == literal {
                return literal;
            }
            literal = next;
        }
    }

    /// Makes a literal true. `chances` are those of the module's variables.
    pub(super) fn assume(&mut self, literal: Node, chances: &[Chance]) -> Possible {
        let literal = self.find(literal);
        match literal {
            Node::ALWAYS => return Ok(()),
            Node::NEVER => return Err(Contradiction),
            _ => {}
        }
        let variable = literal.index();
        if let Some(chance) = chances.get(variable - 1) {
            self.weight *= chance.negated_if(literal.is_negated()).yes;
            if self.weight == 0.0 {
                return Err(Contradiction);
            }
        }
        self.equals[variable] = Node::ALWAYS.negated_if(literal.is_negated());
        Ok(())
    }

    /// Makes the output of a conjunction that is about to go equal to a literal of what is below it.
    fn equate(&mut self, out: Node, to: Node, chances: &[Chance]) -> Possible {
        let (out, to) = (self.find(out), self.find(to));
        let is_constant = |node: Node| node.index() == 0;
        if is_constant(out) {
            self.assume(to.negated_if(out == Node::NEVER), chances)
        } else if is_constant(to) {
            self.assume(out.negated_if(to == Node::NEVER), chances)
        } else if out == !to {
            Err(Contradiction)
        } else {
            if out != to {
                self.equals[out.index()] = to.negated_if(out.is_negated());
            }
            Ok(())
        }
    }

    /// Draws all conclusions, until nothing changes any more.
    pub(super) fn conclude(&mut self, chances: &[Chance]) -> Possible {
        loop {
            while self.propagate(chances)? || self.merge(chances)? {}
            if !self.keep_needed() && !self.absorb(chances)? {
                return Ok(());
            }
        }
    }

    /// What values and equal inputs lead to. Whether anything changed.
    fn propagate(&mut self, chances: &[Chance]) -> Result<bool, Contradiction> {
        let mut changed = false;
        let mut kept = 0;
        for index in 0..self.ands.len() {
            let And { out, inputs } = self.ands[index];
            let output = Node::new(out as usize, false);
            let [a, b] = inputs.map(|input| self.find(input));
            if a == Node::NEVER || b == Node::NEVER || a == !b {
                self.equate(output, Node::NEVER, chances)?;
            } else if a == Node::ALWAYS || a == b {
                self.equate(output, b, chances)?;
            } else if b == Node::ALWAYS {
                self.equate(output, a, chances)?;
            } else if self.find(output) == Node::ALWAYS {
                self.assume(a, chances)?;
                self.assume(b, chances)?;
            } else {
                self.ands[kept] = And { out, inputs: [a.min(b), a.max(b)] };
                kept += 1;
                continue;
            }
            changed = true;
        }
        self.ands.truncate(kept);
        Ok(changed)
    }

    /// Equal conjunctions are one.
    fn merge(&mut self, chances: &[Chance]) -> Result<bool, Contradiction> {
        let mut known: HashMap<[Node; 2], u32> = HashMap::with_capacity(self.ands.len());
        let mut kept = 0;
        let mut ands = std::mem::take(&mut self.ands);
        for index in 0..ands.len() {
            let And { out, inputs } = ands[index];
            let [a, b] = inputs.map(|input| self.find(input));
            let inputs = [a.min(b), a.max(b)];
            if let Some(same) = known.get(&inputs) {
                self.equate(Node::new(out as usize, false), Node::new(*same as usize, false), chances)?;
            } else {
                known.insert(inputs, out);
                ands[kept] = And { out, inputs };
                kept += 1;
            }
        }
        let changed = kept < ands.len();
        ands.truncate(kept);
        self.ands = ands;
        Ok(changed)
    }

    /// Conjunctions on which nothing depends that has a value go. Whether there were any.
    fn keep_needed(&mut self) -> bool {
        let before = self.ands.len();
        let mut needed = vec![false; self.equals.len()];
        let mut keep = vec![false; before];
        for (index, and) in self.ands.iter().enumerate().rev() {
            let is_decided = self.equals[and.out as usize].index() == 0;
            if is_decided || needed[and.out as usize] {
                keep[index] = true;
                needed[and.inputs[0].index()] = true;
                needed[and.inputs[1].index()] = true;
            }
        }
        let mut keep = keep.into_iter();
        self.ands.retain(|_| keep.next().unwrap_or(true));
        self.ands.len() < before
    }

    /// Of two inputs of which one implies the other, only the former counts; and what implies its contrary is false.
    fn absorb(&mut self, chances: &[Chance]) -> Result<bool, Contradiction> {
        // What has a value is left out here: nothing may be dropped for what it says itself. Definitions alone lead from the
        // inputs of a conjunction to each other without passing by what is above them.
        let implications = self.implications(false);
        let mut changed = false;
        let mut kept = 0;
        for index in 0..self.ands.len() {
            let and = self.ands[index];
            let [a, b] = and.inputs;
            let output = Node::new(and.out as usize, false);
            if implications.holds(a, b) {
                self.equate(output, a, chances)?;
            } else if implications.holds(b, a) {
                self.equate(output, b, chances)?;
            } else if implications.holds(a, !b) {
                self.equate(output, Node::NEVER, chances)?;
            } else {
                self.ands[kept] = and;
                kept += 1;
                continue;
            }
            changed = true;
        }
        self.ands.truncate(kept);
        if changed {
            return Ok(true);
        }
        let implications = self.implications(true);
        for variable in self.variables() {
            let literal = Node::new(variable as usize, false);
            for literal in [literal, !literal] {
                if implications.holds(literal, !literal) {
                    self.assume(!literal, chances)?;
                    changed = true;
                }
            }
        }
        Ok(changed)
    }

    /// The variables without value that conjunctions speak of, as they are met.
    pub(super) fn variables(&self) -> Vec<u32> {
        let mut seen = vec![false; self.equals.len()];
        let mut variables = Vec::new();
        for and in &self.ands {
            let [a, b] = and.inputs.map(|input| narrow(input.index()));
            for variable in [a, b, and.out] {
                if !std::mem::replace(&mut seen[variable as usize], true) && !self.has_value(variable) {
                    variables.push(variable);
                }
            }
        }
        variables
    }

    /// Whether the value of a variable is known.
    pub(super) fn has_value(&self, variable: u32) -> bool {
        self.equals[variable as usize].index() == 0
    }

    /// What follows from each literal alone; with what is known of outputs that have a value, or only by the other
    /// definitions. Nothing where that would take too much memory.
    pub(super) fn implications(&self, with_values: bool) -> Implications {
        /// It takes the square of this many bits.
        const MOST: usize = 1 << 14;
        let variables = self.variables();
        let n = variables.len() * 2;
        if n > MOST {
            return Implications { number: HashMap::new(), bits: Vec::new(), words: 0 };
        }
        let number: HashMap<u32, u32> =
            variables.iter().enumerate().map(|(number, variable)| (*variable, narrow(number))).collect();
        let words = n.div_ceil(64);
        let mut implications = Implications { number, bits: vec![0; n * words], words };
        let bit = |node: Node| narrow(implications.bit(node).expect("it is one of the variables"));
        let mut next: Vec<Vec<u32>> = vec![Vec::new(); n];
        for and in &self.ands {
            let [a, b] = and.inputs;
            if self.has_value(and.out) {
                if with_values {
                    next[bit(a) as usize].push(bit(!b));
                    next[bit(b) as usize].push(bit(!a));
                }
            } else {
                let out = Node::new(and.out as usize, false);
                for input in [a, b] {
                    next[bit(out) as usize].push(bit(input));
                    next[bit(!input) as usize].push(bit(!out));
                }
            }
        }
        let mut open = Vec::new();
        for from in 0..n {
            let row = from * words;
            open.push(from);
            while let Some(literal) = open.pop() {
                for to in &next[literal] {
                    let word = &mut implications.bits[row + *to as usize / 64];
                    if *word >> (to % 64) & 1 == 0 {
                        *word |= 1 << (to % 64);
                        open.push(*to as usize);
                    }
                }
            }
        }
        implications
    }
}

/// When the turn of each variable and gate comes to be taken out of the module seen as a graph: inputs of a gate are taken together in
/// that order.
fn places(part: &Part) -> Vec<u32> {
    let n = part.len();
    let mut place: Vec<u32> = (0..narrow(n)).collect();
    if let Some((order, _)) = part.pairs().and_then(|pairs| minimum_fill(n, &pairs, n)) {
        for (turn, vertex) in order.iter().enumerate() {
            place[*vertex as usize] = narrow(turn);
        }
    }
    place
}
