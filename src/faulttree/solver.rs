//! From a tree to diagrams, one for each module, and from these to numbers.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::bdd::{Bdd, Chance, Diagram, FALSE, TRUE};
use super::bounds::{Bounded, Way};
use super::circuit::Circuit;
use super::cuts::Cuts;
use super::eliminate::{is_promising, probability};
use super::limits::{Bounds, Budget, Hit, Limits, narrow};
use super::modules::{Modules, modules};
use super::order::{Frame, Rule};
use super::simplify::simplify;
use super::tree::{Event, Kind, Node, Tree};
use super::zbdd::Zbdd;

/// So many nodes may be made in the first round of attempts.
const FIRST: usize = 1 << 12;
/// A module of which no order leads to a diagram of about so many nodes is tangled.
const TANGLED: usize = 1 << 21;
/// Larger modules are given to diagrams alone.
const MOST_TANGLED: usize = 1 << 14;

/// What a variable of a module's diagram stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    Event(Event),
    /// Another module, by its number among those solved.
    Module(u32),
}

/// A module that is solved.
#[derive(Debug)]
struct Solved {
    /// By level.
    variables: Vec<Variable>,
    form: Form,
}

/// What a module is answered from.
#[derive(Debug)]
enum Form {
    Diagram(Diagram),
    /// A limit was hit: it is true at least where the first is, and at most where the second is.
    Between(Diagram, Diagram),
    /// A diagram would be large: the probability of this literal is had without, when somebody asks.
    Tangled {
        node: usize,
        circuit: Circuit,
        literal: Node,
        known: OnceLock<Answer>,
        /// What is known of it when that takes too long.
        rough: Option<Rough>,
    },
}

/// Two diagrams between which that of a module lies, and their variables by level.
#[derive(Debug)]
struct Rough {
    variables: Vec<Variable>,
    below: Diagram,
    above: Diagram,
}

/// How likely a module is.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Chance(Chance),
    /// A limit was hit.
    Between(Bounds),
}

impl Answer {
    fn bounds(self) -> (f64, f64) {
        match self {
            Self::Chance(chance) => (chance.yes, chance.yes),
            Self::Between(Bounds { lower, upper }) => (lower, upper),
        }
    }
}

impl Solved {
    fn is_never(&self) -> bool {
        matches!(&self.form, Form::Diagram(diagram) if diagram.root == FALSE)
    }
}

/// The function of a top.
#[derive(Debug, Clone, Copy)]
enum Root {
    /// That of a variable, or its contrary.
    Variable(Variable, bool),
    Constant(bool),
}

/// Solves a tree for some of its nodes: probabilities, what they depend on, and minimal cut sets.
///
/// The work that takes long is done in [`Solver::new`] (diagrams) and [`Solver::cuts`]; where a part is too tangled for a diagram of
/// a few million nodes, in [`Solver::probability`], the first time.
#[derive(Debug)]
pub struct Solver<'a> {
    limits: Limits<'a>,
    probabilities: Vec<f64>,
    /// Simplified.
    tree: Tree,
    /// Each after those that its variables stand for.
    solved: Vec<Solved>,
    /// Which number the module at a node of the tree has, and whether it stands for the contrary.
    known: HashMap<usize, (u32, bool)>,
    tops: HashMap<Node, Root>,
}

impl<'a> Solver<'a> {
    /// Builds diagrams for the functions of some nodes. When a limit is hit, what is asked of these has bounds for an answer.
    pub fn new(tree: &Tree, tops: &[Node], limits: Limits<'a>) -> Self {
        let budget = Budget::new(limits);
        let (tree, nodes) = simplify(tree, tops);
        let mut solver = Self {
            limits,
            probabilities: tree.probabilities().to_vec(),
            tree: Tree::new(),
            solved: Vec::new(),
            known: HashMap::new(),
            tops: HashMap::with_capacity(tops.len()),
        };
        let mut work = Work {
            bdd: Bdd::new(budget),
            edges: vec![FALSE; tree.len()],
            known: HashMap::new(),
            budget,
            grace: GRACE,
        };
        for (top, node) in tops.iter().zip(nodes) {
            let root = solver.root(&tree, node, &mut work);
            solver.tops.insert(*top, root);
        }
        solver.known = work.known;
        solver.tree = tree;
        solver
    }

    fn root(&mut self, tree: &Tree, top: Node, work: &mut Work<'_>) -> Root {
        match tree.kind(top.index()) {
            Kind::Never => return Root::Constant(top.is_negated()),
            Kind::Event(event) => return Root::Variable(Variable::Event(event), top.is_negated()),
            Kind::All | Kind::AtLeast(_) => {}
        }
        let found = modules(tree, &[top]);
        for node in &found.reached {
            let node = *node as usize;
            if found.is_module[node] && !matches!(tree.kind(node), Kind::Event(_) | Kind::Never) {
                self.module(tree, node, &found, work);
            }
        }
        let (module, flipped) = work.known[&top.index()];
        let negated = top.is_negated() != flipped;
        if self.solved[module as usize].is_never() {
            return Root::Constant(negated);
        }
        Root::Variable(Variable::Module(module), negated)
    }

    /// Solves a module whose own modules are solved.
    fn module(&mut self, tree: &Tree, node: usize, found: &Modules, work: &mut Work<'_>) {
        if work.known.contains_key(&node) {
            return;
        }
        let frame = Frame::new(tree, node, found);
        let mut found = self.best(tree, &frame, FIRST..TANGLED, work);
        let goes_on = work.budget.check().is_ok();
        let mut tangled = None;
        if goes_on && found.is_err() && frame.gates.len() <= MOST_TANGLED {
            let is_flipped = |variable: usize| work.known.get(&variable).is_some_and(|(_, flipped)| *flipped);
            let (circuit, top) = Circuit::new(tree, &frame, is_flipped);
            // The variable that stands for a module is false when nothing happened, as that of an event.
            let flipped = circuit.is_true_of_nothing(top);
            let literal = top.negated_if(flipped);
            if is_promising(&circuit, literal) {
                tangled = Some((circuit, literal, flipped));
            }
        }
        if goes_on && found.is_err() && tangled.is_none() {
            found = self.best(tree, &frame, TANGLED..usize::MAX, work);
        }
        let variable = |node: &usize| match tree.kind(*node) {
            Kind::Event(event) => Variable::Event(event),
            _ => Variable::Module(work.known[node].0),
        };
        let variables: Vec<Variable> = frame.variables.iter().map(variable).collect();
        let (flipped, solved) = if let Some((circuit, literal, flipped)) = tangled {
            let rough = self.bounded(tree, &frame, ROUGH, Budget::MOST, work);
            let rough = rough.map(|(order, mut below, mut above)| {
                below.root ^= u32::from(flipped);
                above.root ^= u32::from(flipped);
                // Of the contrary, what is above is below.
                let (below, above) = if flipped { (above, below) } else { (below, above) };
                let variables = order.iter().map(|index| variables[*index]).collect();
                Rough { variables, below, above }
            });
            let form = Form::Tangled { node, circuit, literal, known: OnceLock::new(), rough };
            (flipped, Solved { variables, form })
        } else if found.is_err() {
            // Where nothing is known it is somewhere between never and always.
            let nothing = || (Vec::new(), Diagram::constant(false), Diagram::constant(true));
            let (order, below, above) = self.roughly(tree, &frame, work).unwrap_or_else(nothing);
            let variables = order.iter().map(|index| variables[*index]).collect();
            (false, Solved { variables, form: Form::Between(below, above) })
        } else {
            let (order, mut diagram) = found.unwrap_or_else(|Hit| (Vec::new(), Diagram::constant(false)));
            let flipped = diagram.root & 1 == 1;
            diagram.root &= !1;
            let variables = order.iter().map(|index| variables[*index]).collect();
            (flipped, Solved { variables, form: Form::Diagram(diagram) })
        };
        work.known.insert(node, (narrow(self.solved.len()), flipped));
        self.solved.push(solved);
    }

    /// The probability of a module without diagram.
    fn tangled(
        &self,
        circuit: &Circuit,
        literal: Node,
        variables: &[Variable],
        answers: &[Answer],
        probabilities: &[f64],
    ) -> Answer {
        let Some(chances) = of_variables(variables, answers, probabilities) else {
            return Answer::Between(Bounds { lower: 0.0, upper: 1.0 });
        };
        let budget = Budget::new(self.limits);
        let yes = probability(circuit, literal, &chances, &budget);
        if !yes.is_exact() {
            return Answer::Between(yes);
        }
        // The smaller of both keeps its digits.
        if yes.lower <= 0.5 {
            return Answer::Chance(Chance::of(yes.lower));
        }
        let no = probability(circuit, !literal, &chances, &budget);
        if no.is_exact() {
            Answer::Chance(Chance::of(no.lower).negated_if(true))
        } else {
            Answer::Chance(Chance::of(yes.lower))
        }
    }

    /// The diagram of a tangled module, if there is memory for it.
    fn large(&self, node: usize) -> Result<(Vec<Variable>, Diagram), Hit> {
        let tree = &self.tree;
        let budget = Budget::new(self.limits);
        let frame = Frame::new(tree, node, &modules(tree, &[Node::new(node, false)]));
        let edges = vec![FALSE; tree.len()];
        let mut work = Work { bdd: Bdd::new(budget), edges, known: self.known.clone(), budget, grace: GRACE };
        let (order, mut diagram) = self.best(tree, &frame, TANGLED..usize::MAX, &mut work)?;
        diagram.root &= !1;
        let variable = |index: &usize| {
            let node = frame.variables[*index];
            match tree.kind(node) {
                Kind::Event(event) => Variable::Event(event),
                _ => Variable::Module(self.known[&node].0),
            }
        };
        Ok((order.iter().map(variable).collect(), diagram))
    }

    /// A small diagram of a module. The rules for orders take turns: each may make a number of nodes, and when none gets to the
    /// end, more. When one does, others may do better with less.
    fn best(
        &self,
        tree: &Tree,
        frame: &Frame,
        rounds: Range<usize>,
        work: &mut Work<'_>,
    ) -> Result<(Vec<usize>, Diagram), Hit> {
        /// In each further round so many times as many nodes may be made.
        const MORE: usize = 8;
        /// The rule that is best most often may make so many times as many.
        const LEAD: usize = 4;
        /// A diagram of so few nodes for each variable is good enough.
        const GOOD: usize = 3;
        let mut round = rounds.start;
        let mut rules = if round == FIRST { &Rule::ALL[..] } else { &Rule::ALL[..3] };
        loop {
            let mut best: Option<(Vec<usize>, Diagram)> = None;
            let mut effort = usize::MAX;
            for (turn, rule) in rules.iter().enumerate() {
                // What failed in the round before with as much need not be tried again.
                let most = if turn == 0 { round * LEAD } else { round.min(effort) };
                if round > FIRST && most <= round / MORE {
                    continue;
                }
                // Nor is what goes the same way, once one got there with much effort.
                if best.is_some() && effort > FIRST && *rule != Rule::Together {
                    continue;
                }
                let order = frame.order(*rule);
                match self.build(tree, frame, &order, most, work) {
                    Ok(diagram) => {
                        effort = effort.min(work.bdd.made().max(FIRST) / 3);
                        let is_good = diagram.items.len() <= frame.variables.len() * GOOD;
                        if best.as_ref().is_none_or(|(_, best)| diagram.items.len() < best.items.len()) {
                            best = Some((order, diagram));
                        }
                        if is_good {
                            break;
                        }
                    }
                    Err(Hit) => work.budget.check()?,
                }
            }
            if let Some(best) = best {
                return Ok(best);
            }
            if round >= rounds.end.min(work.budget.nodes) {
                return Err(Hit);
            }
            round = round.saturating_mul(MORE);
            rules = &Rule::ALL[..3];
        }
    }

    /// The diagram of a module with its variables in an order.
    fn build(
        &self,
        tree: &Tree,
        frame: &Frame,
        order: &[usize],
        effort: usize,
        work: &mut Work<'_>,
    ) -> Result<Diagram, Hit> {
        work.bdd.reset(effort);
        self.variables(frame, order, work)?;
        let bdd = &mut work.bdd;
        for gate in &frame.gates {
            work.edges[*gate] = gate_of(bdd, tree, *gate, &work.edges)?;
        }
        let root = frame.gates.last().map_or(FALSE, |top| work.edges[*top]);
        Ok(bdd.extract(root))
    }

    /// The functions of a module's variables.
    fn variables(&self, frame: &Frame, order: &[usize], work: &mut Work<'_>) -> Result<(), Hit> {
        for (level, index) in order.iter().enumerate() {
            let variable = frame.variables[*index];
            let (module, flipped) = match work.known.get(&variable) {
                Some((module, flipped)) => (Some(*module as usize), *flipped),
                None => (None, false),
            };
            let is_never = module.is_some_and(|module| self.solved[module].is_never());
            let edge = if is_never { FALSE } else { work.bdd.variable(narrow(level))? };
            work.edges[variable] = edge ^ u32::from(flipped);
        }
        Ok(())
    }

    /// Rough bounds in a short while, for who wants to stop and would have nothing else.
    fn roughly(
        &self,
        tree: &Tree,
        frame: &Frame,
        work: &mut Work<'_>,
    ) -> Option<(Vec<usize>, Diagram, Diagram)> {
        const SIZE: u32 = 6;
        work.bdd.go_on_regardless();
        let best = self.bounded(tree, frame, SIZE..SIZE + 1, work.grace, work);
        work.grace = work.grace.saturating_sub(work.bdd.made());
        best
    }

    /// Two diagrams between which that of a module lies: of some sizes, as powers of two, the largest that there is time and memory
    /// for.
    fn bounded(
        &self,
        tree: &Tree,
        frame: &Frame,
        sizes: Range<u32>,
        effort: usize,
        work: &mut Work<'_>,
    ) -> Option<(Vec<usize>, Diagram, Diagram)> {
        let order = frame.order(Rule::ALL[0]);
        let middles: Vec<f64> = self.middles();
        let about = |index: &usize| {
            let node = frame.variables[*index];
            match (tree.kind(node), work.known.get(&node)) {
                (Kind::Event(event), _) => self.probabilities[event.index()],
                (_, Some((module, _))) => middles[*module as usize],
                _ => 0.5,
            }
        };
        let chances: Vec<f64> = order.iter().map(about).collect();
        let mut best = None;
        for keep in sizes.step_by(2).map(|power| 1 << power) {
            work.bdd.reset(effort);
            match self.bounded_by(tree, frame, &order, work, &chances, keep) {
                Ok((below, above)) => best = Some((order.clone(), below, above)),
                Err(Hit) => break,
            }
        }
        best
    }

    fn bounded_by(
        &self,
        tree: &Tree,
        frame: &Frame,
        order: &[usize],
        work: &mut Work<'_>,
        chances: &[f64],
        keep: usize,
    ) -> Result<(Diagram, Diagram), Hit> {
        self.variables(frame, order, work)?;
        let mut edges = vec![(FALSE, TRUE); tree.len()];
        for variable in &frame.variables {
            edges[*variable] = (work.edges[*variable], work.edges[*variable]);
        }
        let mut bounded = Bounded { bdd: &mut work.bdd, chances, keep };
        for gate in &frame.gates {
            let below = bounded.gate(tree, *gate, &edges, Way::Down)?;
            edges[*gate] = (below, bounded.gate(tree, *gate, &edges, Way::Up)?);
        }
        let (below, above) = frame.gates.last().map_or((FALSE, TRUE), |top| edges[*top]);
        Ok((work.bdd.extract(below), work.bdd.extract(above)))
    }

    /// About how likely each module is, without taking long.
    fn middles(&self) -> Vec<f64> {
        let mut middles: Vec<f64> = Vec::with_capacity(self.solved.len());
        for solved in &self.solved {
            let chance = |of: &Variable| match of {
                Variable::Event(event) => self.probabilities[event.index()],
                Variable::Module(module) => middles[*module as usize],
            };
            let (variables, diagram) = match &solved.form {
                Form::Diagram(diagram) | Form::Between(diagram, _) => (&solved.variables, diagram),
                Form::Tangled { rough: Some(rough), .. } => (&rough.variables, &rough.below),
                Form::Tangled { .. } => {
                    middles.push(0.5);
                    continue;
                }
            };
            let of_level: Vec<Chance> = variables.iter().map(|of| Chance::of(chance(of))).collect();
            middles.push(diagram.chance(&of_level).yes);
        }
        middles
    }

    /// The probability that a top is true.
    ///
    /// # Panics
    /// If it is not one of those that the solver was made for.
    pub fn probability(&self, top: Node) -> Bounds {
        self.probability_with(top, &self.probabilities)
    }

    /// The same with other probabilities of the events, without building anything again.
    ///
    /// # Panics
    /// If the top is not one of those that the solver was made for, or there are not as many probabilities as events.
    pub fn probability_with(&self, top: Node, probabilities: &[f64]) -> Bounds {
        let answers = self.answers(probabilities);
        match self.tops[&top] {
            Root::Constant(value) => Bounds::exact(f64::from(u8::from(value))),
            Root::Variable(variable, negated) => match of_variable(variable, &answers, probabilities) {
                Answer::Chance(chance) => Bounds::exact(chance.negated_if(negated).yes),
                Answer::Between(Bounds { lower, upper }) if negated => {
                    Bounds { lower: 1.0 - upper, upper: 1.0 - lower }
                }
                Answer::Between(bounds) => bounds,
            },
        }
    }

    /// By module.
    fn answers(&self, probabilities: &[f64]) -> Vec<Answer> {
        assert_eq!(probabilities.len(), self.probabilities.len(), "one probability for each event");
        let is_known = probabilities == self.probabilities;
        let mut answers: Vec<Answer> = Vec::with_capacity(self.solved.len());
        for solved in &self.solved {
            let bounds = |variables: &[Variable], below: &Diagram, above: &Diagram| {
                let of = |of: &Variable| of_variable(*of, &answers, probabilities).bounds();
                let of_level: Vec<(f64, f64)> = variables.iter().map(of).collect();
                Bounds { lower: below.bounds(&of_level).0, upper: above.bounds(&of_level).1 }
            };
            let answer = match &solved.form {
                Form::Tangled { circuit, literal, known, rough, .. } => {
                    let find = || self.tangled(circuit, *literal, &solved.variables, &answers, probabilities);
                    let found = if is_known { *known.get_or_init(find) } else { find() };
                    match (found, rough) {
                        (Answer::Between(found), Some(rough)) => {
                            let rough = bounds(&rough.variables, &rough.below, &rough.above);
                            let lower = found.lower.max(rough.lower);
                            Answer::Between(Bounds { lower, upper: found.upper.min(rough.upper).max(lower) })
                        }
                        (found, _) => found,
                    }
                }
                Form::Diagram(diagram) => match of_variables(&solved.variables, &answers, probabilities) {
                    Some(of_level) => Answer::Chance(diagram.chance(&of_level)),
                    None => Answer::Between(bounds(&solved.variables, diagram, diagram)),
                },
                Form::Between(below, above) => Answer::Between(bounds(&solved.variables, below, above)),
            };
            answers.push(answer);
        }
        answers
    }

    /// By event: how the probability of a top changes with that of the event (Birnbaum's importance; negative where the
    /// event helps). Zero for all when a limit was hit, and for those in a part that is too tangled for a diagram.
    ///
    /// # Panics
    /// If the top is not one of those that the solver was made for.
    pub fn birnbaum(&self, top: Node) -> Vec<f64> {
        let mut of_event = vec![0.0; self.probabilities.len()];
        let Root::Variable(variable, negated) = self.tops[&top] else { return of_event };
        let sign = if negated { -1.0 } else { 1.0 };
        let answers = self.answers(&self.probabilities);
        let mut of_module = vec![0.0; self.solved.len()];
        match variable {
            Variable::Event(event) => of_event[event.index()] = sign,
            Variable::Module(module) => of_module[module as usize] = sign,
        }
        for (module, solved) in self.solved.iter().enumerate().rev() {
            let own = of_module[module];
            let Form::Diagram(diagram) = &solved.form else { continue };
            let of_level = of_variables(&solved.variables, &answers, &self.probabilities);
            let Some(of_level) = of_level.filter(|_| own != 0.0) else { continue };
            for (variable, derivative) in solved.variables.iter().zip(diagram.derivatives(&of_level)) {
                match variable {
                    Variable::Event(event) => of_event[event.index()] += own * derivative,
                    Variable::Module(module) => of_module[*module as usize] += own * derivative,
                }
            }
        }
        of_event
    }

    /// The minimal cut sets of a top: the minimal sets of events that make it true when nothing else happens. With `order`, only
    /// those of at most so many events. Where events are negated, these are the positive parts of its prime implicants that are
    /// minimal.
    ///
    /// # Panics
    /// If the top is not one of those that the solver was made for.
    pub fn cuts(&self, top: Node, order: Option<usize>) -> Cuts {
        let order = order.map(|order| u32::try_from(order).unwrap_or(u32::MAX));
        let events = self.probabilities.len();
        match self.tops[&top] {
            Root::Constant(false) => Cuts::none(events, true),
            Root::Variable(Variable::Module(module), _) if self.is_open(module) => Cuts::none(events, false),
            Root::Constant(true) | Root::Variable(_, true) => Cuts::nothing(events),
            Root::Variable(Variable::Event(event), false) => Cuts::one(events, event, order),
            Root::Variable(Variable::Module(module), false) => {
                self.families(module, order).unwrap_or_else(|Hit| Cuts::none(events, false))
            }
        }
    }

    /// Of the modules up to one, which it is made of.
    fn used(&self, top: u32) -> Vec<bool> {
        let mut used = vec![false; top as usize + 1];
        used[top as usize] = true;
        for module in (0..used.len()).rev() {
            if used[module] {
                for variable in &self.solved[module].variables {
                    if let Variable::Module(inner) = variable {
                        used[*inner as usize] = true;
                    }
                }
            }
        }
        used
    }

    /// Whether a limit was hit in a module or below it.
    fn is_open(&self, top: u32) -> bool {
        let used = self.used(top);
        used.iter().zip(&self.solved).any(|(used, solved)| *used && matches!(solved.form, Form::Between(..)))
    }

    fn families(&self, top: u32, order: Option<u32>) -> Result<Cuts, Hit> {
        let budget = Budget::new(self.limits);
        let mut zbdd = Zbdd::new(budget);
        let used = self.used(top);
        let mut cuts = Cuts::none(self.probabilities.len(), true);
        let mut roots = vec![0; used.len()];
        for module in (0..used.len()).filter(|module| used[*module]) {
            let solved = &self.solved[module];
            let large;
            let (variables, diagram) = match &solved.form {
                Form::Between(..) => return Err(Hit),
                Form::Diagram(diagram) => (&solved.variables, diagram),
                Form::Tangled { node, .. } => {
                    large = self.large(*node)?;
                    (&large.0, &large.1)
                }
            };
            let weights: Vec<u32> = variables.iter().map(|of| cuts.least_of(*of, &roots)).collect();
            zbdd.reset();
            let family = zbdd.minimal(diagram, order.map(|order| (order, &weights[..])))?;
            roots[module] = cuts.add(&family, variables, &roots);
        }
        cuts.finish(roots[top as usize], order);
        Ok(cuts)
    }
}

/// What building takes.
struct Work<'a> {
    bdd: Bdd<'a>,
    /// By node.
    edges: Vec<u32>,
    /// Which number the module at a node has, and whether it stands for the contrary.
    known: HashMap<usize, (u32, bool)>,
    budget: Budget<'a>,
    /// So many nodes may still be made once it is time to stop.
    grace: usize,
}

/// What may be made after it is time to stop takes about a second.
const GRACE: usize = 1 << 20;
/// How large rough diagrams are, as powers of two.
const ROUGH: Range<u32> = 6..12;

fn of_variable(variable: Variable, answers: &[Answer], probabilities: &[f64]) -> Answer {
    match variable {
        Variable::Event(event) => Answer::Chance(Chance::of(probabilities[event.index()])),
        Variable::Module(module) => answers[module as usize],
    }
}

/// The chances of variables, if all are known.
fn of_variables(variables: &[Variable], answers: &[Answer], probabilities: &[f64]) -> Option<Vec<Chance>> {
    let chance = |variable: &Variable| match of_variable(*variable, answers, probabilities) {
        Answer::Chance(chance) => Some(chance),
        Answer::Between(_) => None,
    };
    variables.iter().map(chance).collect()
}

/// The diagram of a gate, from those of its inputs, the deepest first: so each step adds on top of what is there.
fn gate_of(bdd: &mut Bdd<'_>, tree: &Tree, gate: usize, edges: &[u32]) -> Result<u32, Hit> {
    let edge = |input: &Node| edges[input.index()] ^ u32::from(input.is_negated());
    let mut inputs: Vec<u32> = tree.inputs(gate).iter().map(edge).collect();
    inputs.sort_by_key(|edge| std::cmp::Reverse((bdd.level(*edge), *edge)));
    match tree.kind(gate) {
        Kind::AtLeast(k) => bdd.at_least(k as usize, &inputs),
        _ => {
            // Variables go on top of each other one by one; what is larger is joined in pairs, neighbours first.
            let (variables, mut parts): (Vec<u32>, Vec<u32>) =
                inputs.into_iter().partition(|edge| bdd.is_variable(*edge));
            parts.insert(0, variables.iter().try_fold(TRUE, |all, input| bdd.and(*input, all))?);
            while parts.len() > 1 {
                let mut joined = Vec::with_capacity(parts.len().div_ceil(2));
                for pair in parts.chunks(2) {
                    joined.push(pair.iter().try_fold(TRUE, |all, part| bdd.and(*part, all))?);
                }
                parts = joined;
            }
            Ok(parts[0])
        }
    }
}
