//! From a tree to diagrams, one for each module, and from these to numbers.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::bdd::{Bdd, Chance, Diagram, FALSE, TRUE};
use super::bounds::{Bounded, Way};
use super::circuit::Circuit;
use super::cuts::Cuts;
use super::eliminate::{easy, effort, is_promising, probability};
use super::limits::{Bounds, Budget, Hit, Limits, narrow};
use super::modules::{Modules, modules};
use super::order::{Frame, Rule};
use super::simplify::simplify;
use super::tree::{Event, Kind, Node, Tree};
use super::truncated::Truncated;
use super::zbdd::Zbdd;

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
    /// Which gate of the tree it is.
    node: usize,
    /// By level.
    variables: Vec<Variable>,
    form: Form,
}

/// What a module is answered from.
#[derive(Debug)]
enum Form {
    Diagram(Diagram),
    /// A limit was hit.
    Between(Rough),
    /// A diagram would be large: the probability of this literal is had without, when somebody asks.
    Tangled {
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

impl Rough {
    fn nothing_known() -> Self {
        Self { variables: Vec::new(), below: Diagram::constant(false), above: Diagram::constant(true) }
    }
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
            effort: 0,
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
        let is_over = work.budget.last().check().is_err();
        let mut race = Race::new();
        let mut found = if is_over { Err(Hit) } else { self.best(tree, &frame, &mut race, TANGLED, work) };
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
            found = self.best(tree, &frame, &mut race, usize::MAX, work);
        }
        let variable = |node: &usize| match tree.kind(*node) {
            Kind::Event(event) => Variable::Event(event),
            _ => Variable::Module(work.known[node].0),
        };
        let variables: Vec<Variable> = frame.variables.iter().map(variable).collect();
        let rough = |flipped: bool, (order, mut below, mut above): (Vec<usize>, Diagram, Diagram)| {
            below.root ^= u32::from(flipped);
            above.root ^= u32::from(flipped);
            // Of the contrary, what is above is below.
            let (below, above) = if flipped { (above, below) } else { (below, above) };
            Rough { variables: order.iter().map(|index| variables[*index]).collect(), below, above }
        };
        let (flipped, solved) = if let Some((circuit, literal, flipped)) = tangled {
            work.effort = Budget::MOST;
            let found = self.bounded(tree, &frame, ROUGH, work);
            let rough = found.map(|found| rough(flipped, found));
            let form = Form::Tangled { circuit, literal, known: OnceLock::new(), rough };
            (flipped, Solved { node, variables, form })
        } else if found.is_err() {
            // Where nothing is known it is somewhere between never and always.
            let flipped = is_true_of_nothing(tree, &frame, work);
            let found = if is_over { None } else { self.roughly(tree, &frame, work) };
            let form = Form::Between(found.map_or_else(Rough::nothing_known, |found| rough(flipped, found)));
            (flipped, Solved { node, variables, form })
        } else {
            let (order, mut diagram) = found.unwrap_or_else(|Hit| (Vec::new(), Diagram::constant(false)));
            let flipped = diagram.root & 1 == 1;
            diagram.root &= !1;
            let variables = order.iter().map(|index| variables[*index]).collect();
            (flipped, Solved { node, variables, form: Form::Diagram(diagram) })
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
    fn large(&self, frame: &Frame, budget: Budget<'_>) -> Result<(Vec<Variable>, Diagram), Hit> {
        let tree = &self.tree;
        let edges = vec![FALSE; tree.len()];
        let mut work =
            Work { bdd: Bdd::new(budget), edges, known: self.known.clone(), budget, grace: GRACE, effort: 0 };
        let (order, mut diagram) = self.best(tree, frame, &mut Race::new(), usize::MAX, &mut work)?;
        diagram.root &= !1;
        Ok((order.iter().map(|index| self.variable(frame.variables[*index])).collect(), diagram))
    }

    /// A diagram of a module that is right wherever variables that are true weigh little enough together. `weight` gives how much each
    /// does.
    fn truncated(
        &self,
        frame: &Frame,
        order: u32,
        weight: impl Fn(Variable) -> u32,
        budget: Budget<'_>,
    ) -> Result<(Vec<Variable>, Diagram), Hit> {
        let tree = &self.tree;
        let places = frame.order(Rule::Weights);
        let variables: Vec<Variable> =
            places.iter().map(|index| self.variable(frame.variables[*index])).collect();
        let weights: Vec<u32> = variables.iter().map(|of| weight(*of)).collect();
        let mut bdd = Bdd::new(budget);
        let mut edges: HashMap<usize, u32> = HashMap::with_capacity(places.len() + frame.gates.len());
        for (level, index) in places.iter().enumerate() {
            let node = frame.variables[*index];
            let edge = if weights[level] > order { FALSE } else { bdd.variable(narrow(level))? };
            let is_flipped = self.known.get(&node).is_some_and(|(_, flipped)| *flipped);
            edges.insert(node, edge ^ u32::from(is_flipped));
        }
        let mut truncated = Truncated::new(&mut bdd, budget, &weights, order);
        for gate in &frame.gates {
            let edge = truncated.gate(tree, *gate, &edges)?;
            edges.insert(*gate, edge);
        }
        let mut diagram = bdd.extract(frame.gates.last().map_or(FALSE, |top| edges[top]));
        diagram.root &= !1;
        Ok((variables, diagram))
    }

    /// What the variable of a module stands for that is a node of the tree.
    fn variable(&self, node: usize) -> Variable {
        match self.tree.kind(node) {
            Kind::Event(event) => Variable::Event(event),
            _ => Variable::Module(self.known[&node].0),
        }
    }

    /// A small diagram of a module. Orders by all rules compete: each may make a number of nodes, and when none gets to the end, those
    /// that got furthest may make more (successive halving; Jamieson and Talwalkar 2016).
    fn best(
        &self,
        tree: &Tree,
        frame: &Frame,
        race: &mut Race,
        most: usize,
        work: &mut Work<'_>,
    ) -> Result<(Vec<usize>, Diagram), Hit> {
        loop {
            let effort = race.effort;
            let mut turn = 0;
            while race.has(turn, frame) {
                let most = race.most(turn);
                let entry = &mut race.entries[turn];
                turn += 1;
                if let Some(done) = entry.ahead.take() {
                    entry.done = done;
                    continue;
                }
                match self.build(tree, frame, &entry.order, (effort, most), work) {
                    Ok(diagram) => return Ok((entry.order.clone(), diagram)),
                    Err((done, at_last)) => {
                        entry.done = done;
                        entry.ahead = (most > effort).then_some(at_last);
                    }
                }
                work.budget.check()?;
            }
            let is_last = effort >= most.min(work.budget.nodes);
            race.next_round();
            if is_last {
                return Err(Hit);
            }
        }
    }

    /// The diagram of a module with its variables in an order, if it takes no more nodes than the second number; if not, how many gates
    /// were done when it took as many as the first, and at last.
    fn build(
        &self,
        tree: &Tree,
        frame: &Frame,
        order: &[usize],
        (fair, most): (usize, usize),
        work: &mut Work<'_>,
    ) -> Result<Diagram, (usize, usize)> {
        work.bdd.reset(most);
        self.variables(frame, order, work).map_err(|Hit| (0, 0))?;
        let bdd = &mut work.bdd;
        let mut done = 0;
        for (index, gate) in frame.gates.iter().enumerate() {
            work.edges[*gate] = gate_of(bdd, tree, *gate, &work.edges).map_err(|Hit| (done, index))?;
            done += usize::from(bdd.made() <= fair);
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
        work.bdd.go_on_to_the_last();
        work.effort = work.grace;
        let best = self.bounded(tree, frame, ROUGH, work);
        work.grace = work.effort;
        best
    }

    /// Two diagrams between which that of a module lies: of some sizes, as powers of two, the largest that there is time and memory
    /// for.
    fn bounded(
        &self,
        tree: &Tree,
        frame: &Frame,
        sizes: Range<u32>,
        work: &mut Work<'_>,
    ) -> Option<(Vec<usize>, Diagram, Diagram)> {
        let order = frame.order(Rule::Weights);
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
            work.bdd.reset(work.effort);
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
        let mut bounded = Bounded { bdd: &mut work.bdd, chances, keep, effort: &mut work.effort };
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
                Form::Diagram(diagram) => (&solved.variables, diagram),
                Form::Between(rough) | Form::Tangled { rough: Some(rough), .. } => {
                    (&rough.variables, &rough.below)
                }
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
        self.probability_from(top, &self.answers(probabilities, true), probabilities)
    }

    fn probability_from(&self, top: Node, answers: &[Answer], probabilities: &[f64]) -> Bounds {
        match self.tops[&top] {
            Root::Constant(value) => Bounds::exact(f64::from(u8::from(value))),
            Root::Variable(variable, negated) => match of_variable(variable, answers, probabilities) {
                Answer::Chance(chance) => Bounds::exact(chance.negated_if(negated).yes),
                Answer::Between(Bounds { lower, upper }) if negated => {
                    Bounds { lower: 1.0 - upper, upper: 1.0 - lower }
                }
                Answer::Between(bounds) => bounds,
            },
        }
    }

    /// By module. What takes long is only done if it may.
    fn answers(&self, probabilities: &[f64], may_take_long: bool) -> Vec<Answer> {
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
                    let found = match known.get().filter(|_| is_known) {
                        Some(known) => *known,
                        None if !may_take_long => Answer::Between(Bounds { lower: 0.0, upper: 1.0 }),
                        None if is_known => *known.get_or_init(find),
                        None => find(),
                    };
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
                Form::Between(rough) => Answer::Between(bounds(&rough.variables, &rough.below, &rough.above)),
            };
            answers.push(answer);
        }
        answers
    }

    /// By event: how the probability of a top changes with that of the event (Birnbaum's importance; negative where the
    /// event helps). `None` where that is not known, because a limit was hit or because the event is in a part that is far too tangled for
    /// a diagram.
    ///
    /// # Panics
    /// If the top is not one of those that the solver was made for.
    pub fn birnbaum(&self, top: Node) -> Vec<Option<f64>> {
        let mut of_event = vec![Some(0.0); self.probabilities.len()];
        let Root::Variable(variable, negated) = self.tops[&top] else { return of_event };
        let answers = self.answers(&self.probabilities, true);
        let mut of_module = vec![Some(0.0); self.solved.len()];
        let add = |sum: &mut Option<f64>, more: Option<f64>| {
            *sum = sum.zip(more).map(|(sum, more)| sum + more);
        };
        let sign = if negated { -1.0 } else { 1.0 };
        match variable {
            Variable::Event(event) => of_event[event.index()] = Some(sign),
            Variable::Module(module) => of_module[module as usize] = Some(sign),
        }
        for (module, solved) in self.solved.iter().enumerate().rev() {
            let own = of_module[module];
            if own == Some(0.0) {
                continue;
            }
            let known = match &solved.form {
                Form::Diagram(diagram) => own.and_then(|own| {
                    let of_level = of_variables(&solved.variables, &answers, &self.probabilities)?;
                    Some((own, diagram.derivatives(&of_level)))
                }),
                Form::Tangled { circuit, literal, .. } => own.and_then(|own| {
                    let of_level = of_variables(&solved.variables, &answers, &self.probabilities)?;
                    Some((own, self.by_conditions(circuit, *literal, &of_level)?))
                }),
                Form::Between(_) => None,
            };
            for (level, variable) in solved.variables.iter().enumerate() {
                let more = known.as_ref().map(|(own, derivatives)| own * derivatives[level]);
                match variable {
                    Variable::Event(event) => add(&mut of_event[event.index()], more),
                    Variable::Module(module) => add(&mut of_module[*module as usize], more),
                }
            }
        }
        of_event
    }

    /// The derivative of a tangled module's probability by that of each of its variables: what it is when the variable is true, less what
    /// it is when it is false. `None` where that takes too long.
    fn by_conditions(&self, circuit: &Circuit, literal: Node, of_level: &[Chance]) -> Option<Vec<f64>> {
        /// So many rows of tables take a second or two.
        const MOST: f64 = 1e7;
        let budget = Budget::new(self.limits);
        let effort = effort(circuit, literal);
        if effort > easy(&budget) || effort * 2.0 * f64::from(narrow(of_level.len())) > MOST {
            return None;
        }
        let given = |level: usize, is_true: bool| {
            let mut chances = of_level.to_vec();
            chances[level] = Chance::of(f64::from(u8::from(is_true)));
            let found = probability(circuit, literal, &chances, &budget);
            found.is_exact().then_some(found.lower)
        };
        (0..of_level.len()).map(|level| Some(given(level, true)? - given(level, false)?)).collect()
    }

    /// The minimal cut sets of a top: the minimal sets of events that make it true when nothing else happens. With `order`, only
    /// those of at most so many events. Where events are negated, these are the positive parts of its prime implicants that are
    /// minimal. Where a limit is hit, all up to the largest order that there was time and memory for.
    ///
    /// # Panics
    /// If the top is not one of those that the solver was made for.
    pub fn cuts(&self, top: Node, order: Option<usize>) -> Cuts {
        let order = order.map(|order| u32::try_from(order).unwrap_or(u32::MAX));
        let events = self.probabilities.len();
        match self.tops[&top] {
            Root::Constant(false) => Cuts::none(events),
            Root::Constant(true) | Root::Variable(_, true) => Cuts::nothing(events),
            Root::Variable(Variable::Event(event), false) => Cuts::one(events, event, order),
            Root::Variable(Variable::Module(module), false) => {
                let families = self.families(module, order, Budget::new(self.limits));
                families.unwrap_or_else(|Hit| self.smallest(module, order))
            }
        }
    }

    /// The smallest cut sets, order by order until a limit is hit.
    fn smallest(&self, top: u32, order: Option<u32>) -> Cuts {
        /// Up to this order one after the other, and then in steps of a quarter.
        const EACH: u32 = 8;
        /// So many nodes may be made for each, where somebody says when to end, and where nobody does.
        const MOST: [usize; 2] = [1 << 21, 1 << 17];
        let mut budget = Budget::new(self.limits).last();
        budget.nodes = budget.nodes.min(MOST[usize::from(budget.stop.is_none())]);
        let events = narrow(self.probabilities.len());
        let last = order.map_or(events, |order| order.min(events));
        let mut found = Cuts::unknown(self.probabilities.len());
        let mut next = 1;
        while let Ok(cuts) = self.families(top, Some(next), budget) {
            if next == last {
                // No set has more events than there are.
                return if order.is_some_and(|order| order < events) { cuts } else { cuts.of_any_size() };
            }
            found = cuts.incomplete();
            next = (next + if next < EACH { 1 } else { next / 4 }).min(last);
        }
        found
    }

    /// What the probability of a top is known to lie between without taking long, also from some of its minimal cut sets: those up to
    /// an order.
    ///
    /// The top is not true unless one of these sets happens, or more events than they were searched to. Where no
    /// event is negated, it is true whenever one happens: at least as likely as their probabilities make it less those of any two at
    /// once (Bonferroni).
    ///
    /// # Panics
    /// If the top is not one of those that the solver was made for.
    pub fn probability_by(&self, top: Node, cuts: &Cuts) -> Bounds {
        let answers = self.answers(&self.probabilities, false);
        let mut bounds = self.probability_from(top, &answers, &self.probabilities);
        let Root::Variable(Variable::Module(module), false) = self.tops[&top] else { return bounds };
        if bounds.is_exact() {
            return bounds;
        }
        let (is_used, is_coherent) = self.reached(module);
        let chances = self.probabilities.iter().zip(&is_used).filter(|(_, used)| **used).map(|(p, _)| *p);
        let more = cuts.complete_to().map_or(0.0, |order| chance_of_more(order, chances));
        // Sums are rounded: what that may lose is nothing beside this.
        let upper = (cuts.sum_of_products(&self.probabilities).0 + more) * (1.0 + 1e-9);
        bounds.upper = bounds.upper.min(upper);
        if is_coherent {
            bounds.lower = bounds.lower.max(cuts.at_least_one(&self.probabilities) * (1.0 - 1e-9));
        }
        bounds.lower = bounds.lower.min(bounds.upper);
        bounds
    }

    /// Which events a module has, and whether none of them is negated in it.
    fn reached(&self, module: u32) -> (Vec<bool>, bool) {
        let mut is_used = vec![false; self.probabilities.len()];
        let mut is_coherent = true;
        // By node, plain and negated.
        let mut seen = vec![[false; 2]; self.tree.len()];
        let node = self.solved[module as usize].node;
        let mut open = vec![Node::new(node, self.known[&node].1)];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node.index()][usize::from(node.is_negated())], true) {
                continue;
            }
            if let Kind::Event(event) = self.tree.kind(node.index()) {
                is_used[event.index()] = true;
                is_coherent &= !node.is_negated();
            }
            let inputs = self.tree.inputs(node.index()).iter();
            open.extend(inputs.map(|input| input.negated_if(node.is_negated())));
        }
        (is_used, is_coherent)
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

    fn families(&self, top: u32, order: Option<u32>, budget: Budget<'_>) -> Result<Cuts, Hit> {
        /// Below this order no diagram of all is needed.
        const LARGE: u32 = 4;
        let mut zbdd = Zbdd::new(budget);
        let used = self.used(top);
        let mut cuts = Cuts::none(self.probabilities.len());
        let mut roots = vec![0; used.len()];
        let found = OnceLock::new();
        for module in (0..used.len()).filter(|module| used[*module]) {
            let solved = &self.solved[module];
            let frame = || {
                let top = Node::new(self.solved[top as usize].node, false);
                Frame::new(&self.tree, solved.node, found.get_or_init(|| modules(&self.tree, &[top])))
            };
            let own;
            let (variables, diagram) = match (&solved.form, order) {
                (Form::Diagram(diagram), _) => (&solved.variables, diagram),
                (Form::Between(_), None) => return Err(Hit),
                (Form::Tangled { .. }, None | Some(LARGE..)) if !budget.is_last => {
                    own = self.large(&frame(), budget)?;
                    (&own.0, &own.1)
                }
                (_, order) => {
                    let weight = |variable| cuts.least_of(variable, &roots);
                    own = self.truncated(&frame(), order.unwrap_or(u32::MAX), weight, budget)?;
                    (&own.0, &own.1)
                }
            };
            let weights: Vec<u32> = variables.iter().map(|of| cuts.least_of(*of, &roots)).collect();
            zbdd.reset();
            let family = zbdd.minimal(diagram, order.map(|order| (order, &weights[..])))?;
            roots[module] = cuts.add(&family, variables, &roots);
        }
        Ok(cuts.finish(roots[top as usize], order))
    }
}

/// Orders of a module that compete, the most promising first.
struct Race {
    entries: Vec<Entry>,
    /// So many nodes each may make in this round.
    effort: usize,
    /// Rules that are still to be tried.
    rules: std::slice::Iter<'static, Rule>,
    /// So many go on to the next round.
    left: usize,
}

/// An order in a race.
struct Entry {
    rule: Rule,
    order: Vec<usize>,
    /// How many gates were done in the last round.
    done: usize,
    /// How many will be done in the next round, where that was tried already.
    ahead: Option<usize>,
}

impl Race {
    /// So many nodes each may make in the first round, and so many times as many in each further one.
    const FIRST: usize = 5_000;
    const MORE: usize = 8;
    /// So many stay after the first round, one less after each further one, and so many to the end.
    const LEFT: usize = 4;
    const LAST: usize = 2;

    fn new() -> Self {
        Self { entries: Vec::new(), effort: Self::FIRST, rules: Rule::ALL.iter(), left: Self::LEFT }
    }

    /// Whether there is one whose turn it is.
    fn has(&mut self, turn: usize, frame: &Frame) -> bool {
        while self.entries.len() <= turn {
            let Some(rule) = self.rules.next() else { return false };
            let order = frame.order(*rule);
            if self.entries.iter().all(|other| other.order != order) {
                self.entries.push(Entry { rule: *rule, order, done: 0, ahead: None });
            }
        }
        true
    }

    /// How many nodes the one whose turn it is may make: the very first one as many as in the next round.
    fn most(&self, turn: usize) -> usize {
        let is_first = turn == 0 && self.effort == Self::FIRST;
        if is_first { self.effort * Self::MORE } else { self.effort }
    }

    fn next_round(&mut self) {
        self.entries.sort_by_key(|entry| std::cmp::Reverse(entry.done));
        // One is unlike the others, and good now and then where these are not.
        let mut place = 0..;
        let left = self.left;
        self.entries.retain(|entry| place.next() < Some(left) || entry.rule == Rule::SharedFirst);
        self.left = (left - 1).max(Self::LAST);
        self.effort = self.effort.saturating_mul(Self::MORE);
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
    /// So many nodes may be looked at for bounds of the present module.
    effort: usize,
}

/// What may be made after it is time to stop takes a fraction of a second.
const GRACE: usize = 1 << 18;
/// How large rough diagrams are, as powers of two.
const ROUGH: Range<u32> = 6..12;

/// Whether a module is true when nothing happens.
fn is_true_of_nothing(tree: &Tree, frame: &Frame, work: &mut Work<'_>) -> bool {
    for variable in &frame.variables {
        let is_flipped = work.known.get(variable).is_some_and(|(_, flipped)| *flipped);
        work.edges[*variable] = if is_flipped { TRUE } else { FALSE };
    }
    for gate in &frame.gates {
        let is_true = |input: &&Node| (work.edges[input.index()] == TRUE) != input.is_negated();
        let n_true = tree.inputs(*gate).iter().filter(is_true).count();
        let enough = match tree.kind(*gate) {
            Kind::AtLeast(k) => k as usize,
            _ => tree.inputs(*gate).len(),
        };
        work.edges[*gate] = if n_true >= enough { TRUE } else { FALSE };
    }
    frame.gates.last().is_some_and(|top| work.edges[*top] == TRUE)
}

/// How likely more than so many of some events happen.
fn chance_of_more(than: usize, chances: impl Iterator<Item = f64>) -> f64 {
    let mut exactly = vec![0.0; than + 1];
    exactly[0] = 1.0;
    let mut more = 0.0;
    for chance in chances {
        more += exactly[than] * chance;
        for count in (0..=than).rev() {
            let one_less = count.checked_sub(1).map_or(0.0, |less| exactly[less]);
            exactly[count] = exactly[count] * (1.0 - chance) + one_less * chance;
        }
    }
    more
}

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
