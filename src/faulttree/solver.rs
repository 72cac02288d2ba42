//! From a tree to modules that are solved one by one, and from these to numbers.

mod minimal;

use std::collections::HashMap;

use super::bdd::{Bdd, Chance};
use super::bounds::between;
use super::circuit::Circuit;
use super::eliminate::{easy, effort};
use super::limits::{Bounds, Budget, Hit, Limits, narrow};
use super::modules::{Modules, modules};
use super::order::{Orders, Rule};
use super::part::{Leaf, Part, Variable};
use super::race::Race;
use super::simplify::simplify;
use super::solved::{Answer, Asked, Drawn, Form, Rough, Solved, Tangled};
use super::tree::{Kind, Node, Tree};

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
/// about a million nodes, in [`Solver::probability`], the first time.
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
        Self::build(tree, tops, limits, FEW_OF_ALL)
    }

    /// The same for who asks how probable these nodes are and nothing else: parts whose variables can be summed out in a fraction of a
    /// second get no larger diagrams, unless somebody asks for importance or cut sets after all.
    pub fn for_probability(tree: &Tree, tops: &[Node], limits: Limits<'a>) -> Self {
        Self::build(tree, tops, limits, FEW)
    }

    fn build(tree: &Tree, tops: &[Node], limits: Limits<'a>, few: usize) -> Self {
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
        let mut work = Work { bdd: Bdd::new(budget), budget, few, grace: GRACE };
        for (top, node) in tops.iter().zip(nodes) {
            let root = solver.root(&tree, node, &mut work);
            solver.tops.insert(*top, root);
        }
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
        let (module, flipped) = self.known[&top.index()];
        let negated = top.is_negated() != flipped;
        if self.solved[module as usize].is_never() {
            return Root::Constant(negated);
        }
        Root::Variable(Variable::Module(module), negated)
    }

    /// Solves a module whose own modules are solved.
    fn module(&mut self, tree: &Tree, node: usize, found: &Modules, work: &mut Work<'_>) {
        if self.known.contains_key(&node) {
            return;
        }
        let part = Part::new(tree, node, &found.is_module, |leaf| self.leaf(tree, leaf));
        let (form, is_contrary) = self.form(part, work);
        self.known.insert(node, (narrow(self.solved.len()), is_contrary));
        self.solved.push(Solved { node, form });
    }

    fn leaf(&self, tree: &Tree, node: usize) -> Leaf {
        if let Kind::Event(event) = tree.kind(node) {
            return Leaf { variable: Variable::Event(event), is_contrary: false, is_never: false };
        }
        let (module, is_contrary) = self.known[&node];
        let is_never = self.solved[module as usize].is_never();
        Leaf { variable: Variable::Module(module), is_contrary, is_never }
    }

    /// What a module is answered from, and whether that is its contrary.
    fn form(&self, part: Part, work: &mut Work<'_>) -> (Form, bool) {
        let is_over = work.budget.last().check().is_err();
        let mut race = Race::new(&part);
        let mut found = if is_over { Err(Hit) } else { race.run(work.few, &mut work.bdd, &work.budget) };
        let goes_on = |work: &Work<'_>| work.budget.check().is_ok();
        if found.is_err() && goes_on(work) {
            let circuit = (part.conjunctions() <= MOST_TANGLED).then(|| Circuit::new(&part));
            let effort =
                circuit.as_ref().map_or(f64::INFINITY, |(circuit, literal)| effort(circuit, *literal));
            let is_quick = effort <= QUICK.min(easy(&work.budget));
            if !is_quick {
                found = race.run(TANGLED, &mut work.bdd, &work.budget);
            }
            if found.is_err() && goes_on(work) {
                match circuit {
                    Some((circuit, literal)) if effort <= HARD => {
                        return self.tangled(part, circuit, literal, is_quick, work);
                    }
                    _ => found = race.run(usize::MAX, &mut work.bdd, &work.budget),
                }
            }
        }
        let Ok((order, diagram)) = found else {
            let is_contrary = part.is_true_of_nothing();
            let rough = if is_over { None } else { self.roughly(&part, work) };
            // Where nothing is known it is somewhere between never and always.
            let rough = rough.map_or_else(Rough::nothing_known, |rough| rough.flipped_if(is_contrary));
            return (Form::Between(part, rough), is_contrary);
        };
        let is_contrary = diagram.root & 1 == 1;
        (Form::Drawn(Drawn::new(&part, &order, diagram)), is_contrary)
    }

    fn tangled(
        &self,
        part: Part,
        circuit: Circuit,
        literal: Node,
        is_quick: bool,
        work: &mut Work<'_>,
    ) -> (Form, bool) {
        // The variable that stands for a module is false when nothing happened, as that of an event.
        let is_contrary = part.is_true_of_nothing();
        let mut effort = Budget::MOST;
        let rough = if is_quick { None } else { self.between(&part, &mut work.bdd, &mut effort) };
        let rough = rough.map(|rough| rough.flipped_if(is_contrary));
        let literal = literal.negated_if(is_contrary);
        (Form::Tangled(Box::new(Tangled::new(part, circuit, literal, is_quick, rough))), is_contrary)
    }

    /// Rough bounds in a short while, where there would be nothing else.
    fn roughly(&self, part: &Part, work: &mut Work<'_>) -> Option<Rough> {
        // Where memory ran out, modules to come have as long as there is.
        let is_due = work.budget.check().is_err();
        work.bdd.spend(work.budget.last());
        let rough = self.between(part, &mut work.bdd, &mut work.grace);
        if !is_due {
            work.bdd.spend(work.budget);
        }
        rough
    }

    /// Two diagrams between which that of a module lies. So many nodes may be looked at.
    fn between(&self, part: &Part, bdd: &mut Bdd<'_>, effort: &mut usize) -> Option<Rough> {
        let order = Orders::new(part).by(Rule::Weights);
        let about = self.about();
        let chance = |place: &usize| match part.variables[*place] {
            Variable::Event(event) => self.probabilities[event.index()],
            Variable::Module(module) => about[module as usize],
        };
        let chances: Vec<f64> = order.iter().map(chance).collect();
        let (below, above) = between(part, &order, &chances, bdd, effort)?;
        Some(Rough { variables: part.levels(&order), below, above })
    }

    /// About how likely each module is, without taking long.
    fn about(&self) -> Vec<f64> {
        let mut about: Vec<f64> = Vec::with_capacity(self.solved.len());
        for solved in &self.solved {
            let of = |variable: Variable| match variable {
                Variable::Event(event) => self.probabilities[event.index()],
                Variable::Module(module) => about[module as usize],
            };
            let own = solved.about(&of);
            about.push(own);
        }
        about
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
        let is_usual = probabilities == self.probabilities;
        let asked = Asked { limits: self.limits, is_usual, may_take_long };
        let mut answers: Vec<Answer> = Vec::with_capacity(self.solved.len());
        for solved in &self.solved {
            let answer = solved.answer(&|variable| of_variable(variable, &answers, probabilities), asked);
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
        let of = |variable| of_variable(variable, &answers, &self.probabilities);
        for (module, solved) in self.solved.iter().enumerate().rev() {
            let own = of_module[module];
            if own == Some(0.0) {
                continue;
            }
            let mut add_to = |variable: Variable, more: Option<f64>| match variable {
                Variable::Event(event) => add(&mut of_event[event.index()], more),
                Variable::Module(module) => add(&mut of_module[module as usize], more),
            };
            match own.zip(own.and_then(|_| solved.derivatives(&of, self.limits))) {
                Some((own, derivatives)) => derivatives
                    .into_iter()
                    .for_each(|(variable, derivative)| add_to(variable, Some(own * derivative))),
                None => solved.variables().iter().for_each(|variable| add_to(*variable, None)),
            }
        }
        of_event
    }
}

/// What building takes.
struct Work<'a> {
    bdd: Bdd<'a>,
    budget: Budget<'a>,
    /// Where no order leads to a diagram of so many nodes, summing out is quicker if it is quick.
    few: usize,
    /// So many nodes may still be looked at for bounds once it is time to stop.
    grace: usize,
}

/// What may be made after it is time to stop takes a fraction of a second.
const GRACE: usize = 1 << 18;
/// For a probability alone, diagrams of more nodes than this take longer than summing out where that is quick.
const FEW: usize = 40_000;
/// For importance and cut sets there have to be diagrams anyway; but larger ones are only made when somebody asks.
const FEW_OF_ALL: usize = TANGLED;
/// Summing out that makes no more rows than this takes a fraction of a second.
const QUICK: f64 = 33_554_432.0;
/// A module of which no order leads to a diagram of about so many nodes is tangled.
const TANGLED: usize = 1 << 20;
/// Modules of more conjunctions of two are given to diagrams alone.
const MOST_TANGLED: usize = 1 << 15;
/// With more rows than this, splitting cases does not come to an end.
const HARD: f64 = 2e12;

fn of_variable(variable: Variable, answers: &[Answer], probabilities: &[f64]) -> Answer {
    match variable {
        Variable::Event(event) => Answer::Chance(Chance::of(probabilities[event.index()])),
        Variable::Module(module) => answers[module as usize],
    }
}
