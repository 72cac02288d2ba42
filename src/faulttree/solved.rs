//! A module that is solved: what its probability and its importance are found from.

use std::sync::OnceLock;

use super::bdd::{Bdd, Chance, Diagram, FALSE};
use super::circuit::Circuit;
use super::eliminate::{easy, effort, probability};
use super::limits::{Bounds, Budget, Hit, Limits};
use super::part::{Part, Variable};
use super::race::Race;
use super::tree::Node;

/// A module that is solved. None is true when nothing happened: what would be is solved as its contrary.
#[derive(Debug)]
pub(super) struct Solved {
    /// Which gate of the tree it is.
    pub(super) node: usize,
    pub(super) form: Form,
}

/// What a module is answered from.
#[derive(Debug)]
pub(super) enum Form {
    Drawn(Drawn),
    /// A limit was hit.
    Between(Part, Rough),
    /// A diagram would be large: the probability is had without, when somebody asks.
    Tangled(Box<Tangled>),
}

/// A diagram and what its levels stand for.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) variables: Vec<Variable>,
    pub(super) diagram: Diagram,
}

/// Two diagrams between which that of a module lies, and what their levels stand for.
#[derive(Debug)]
pub(super) struct Rough {
    pub(super) variables: Vec<Variable>,
    pub(super) below: Diagram,
    pub(super) above: Diagram,
}

/// A module without diagram.
#[derive(Debug)]
pub(super) struct Tangled {
    pub(super) part: Part,
    circuit: Circuit,
    /// What it is in the circuit.
    literal: Node,
    /// Whether its probability is had so quickly that its diagram was not even tried for long; there is one then, and it is made when somebody
    /// needs it.
    is_quick: bool,
    known: OnceLock<Answer>,
    drawn: OnceLock<Drawn>,
    /// What is known of it when that takes too long.
    rough: Option<Rough>,
}

/// How likely a module is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
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

/// What somebody asks.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) limits: Limits<'a>,
    /// Whether the probabilities of events are those of the tree, so that an answer is worth being kept.
    pub(super) is_usual: bool,
    /// Whether to do what takes long.
    pub(super) may_take_long: bool,
}

/// The chances of variables, if all are known.
fn chances(variables: &[Variable], of: &dyn Fn(Variable) -> Answer) -> Option<Vec<Chance>> {
    let chance = |variable: &Variable| match of(*variable) {
        Answer::Chance(chance) => Some(chance),
        Answer::Between(_) => None,
    };
    variables.iter().map(chance).collect()
}

impl Solved {
    pub(super) fn is_never(&self) -> bool {
        matches!(&self.form, Form::Drawn(drawn) if drawn.diagram.root == FALSE)
    }

    /// What it is made of.
    pub(super) fn variables(&self) -> &[Variable] {
        match &self.form {
            Form::Drawn(drawn) => &drawn.variables,
            Form::Between(part, _) => &part.variables,
            Form::Tangled(tangled) => &tangled.part.variables,
        }
    }

    /// How likely it is.
    pub(super) fn answer(&self, of: &dyn Fn(Variable) -> Answer, asked: Asked<'_>) -> Answer {
        match &self.form {
            Form::Drawn(drawn) => drawn.answer(of),
            Form::Between(_, rough) => Answer::Between(rough.bounds(of)),
            Form::Tangled(tangled) => tangled.answer(of, asked),
        }
    }

    /// About how likely it is, without taking long.
    pub(super) fn about(&self, of: &dyn Fn(Variable) -> f64) -> f64 {
        let (variables, diagram) = match &self.form {
            Form::Drawn(drawn) => (&drawn.variables, &drawn.diagram),
            Form::Between(_, rough) => (&rough.variables, &rough.below),
            Form::Tangled(tangled) => match &tangled.rough {
                Some(rough) => (&rough.variables, &rough.below),
                None => return 0.5,
            },
        };
        let of_level: Vec<Chance> = variables.iter().map(|variable| Chance::of(of(*variable))).collect();
        diagram.chance(&of_level).yes
    }

    /// The derivative of its probability by that of each variable. `None` where that takes too long, or is not known.
    pub(super) fn derivatives(
        &self,
        of: &dyn Fn(Variable) -> Answer,
        limits: Limits<'_>,
    ) -> Option<Vec<(Variable, f64)>> {
        match &self.form {
            Form::Drawn(drawn) => drawn.derivatives(of),
            Form::Between(..) => None,
            Form::Tangled(tangled) => tangled.derivatives(of, limits),
        }
    }
}

impl Drawn {
    /// A module with its variables in an order; the contrary where it is true when nothing happens.
    pub(super) fn new(part: &Part, order: &[usize], mut diagram: Diagram) -> Self {
        diagram.root &= !1;
        Self { variables: part.levels(order), diagram }
    }

    fn answer(&self, of: &dyn Fn(Variable) -> Answer) -> Answer {
        match chances(&self.variables, of) {
            Some(of_level) => Answer::Chance(self.diagram.chance(&of_level)),
            None => Answer::Between(bounds(&self.variables, &self.diagram, &self.diagram, of)),
        }
    }

    fn derivatives(&self, of: &dyn Fn(Variable) -> Answer) -> Option<Vec<(Variable, f64)>> {
        let derivatives = self.diagram.derivatives(&chances(&self.variables, of)?);
        Some(self.variables.iter().copied().zip(derivatives).collect())
    }
}

/// What a probability lies between when the function does between two diagrams.
fn bounds(
    variables: &[Variable],
    below: &Diagram,
    above: &Diagram,
    of: &dyn Fn(Variable) -> Answer,
) -> Bounds {
    let of_level: Vec<(f64, f64)> = variables.iter().map(|variable| of(*variable).bounds()).collect();
    Bounds { lower: below.bounds(&of_level).0, upper: above.bounds(&of_level).1 }
}

impl Rough {
    pub(super) fn nothing_known() -> Self {
        Self { variables: Vec::new(), below: Diagram::constant(false), above: Diagram::constant(true) }
    }

    /// Of the contrary, what is above is below.
    pub(super) fn flipped_if(mut self, flipped: bool) -> Self {
        if flipped {
            std::mem::swap(&mut self.below, &mut self.above);
            self.below.root ^= 1;
            self.above.root ^= 1;
        }
        self
    }

    fn bounds(&self, of: &dyn Fn(Variable) -> Answer) -> Bounds {
        bounds(&self.variables, &self.below, &self.above, of)
    }
}

impl Tangled {
    /// A module that is `literal` in a circuit.
    pub(super) fn new(
        part: Part,
        circuit: Circuit,
        literal: Node,
        is_quick: bool,
        rough: Option<Rough>,
    ) -> Self {
        Self { part, circuit, literal, is_quick, known: OnceLock::new(), drawn: OnceLock::new(), rough }
    }

    fn answer(&self, of: &dyn Fn(Variable) -> Answer, asked: Asked<'_>) -> Answer {
        let nothing_known = Answer::Between(Bounds { lower: 0.0, upper: 1.0 });
        let find = || match (self.drawn.get(), chances(&self.part.variables, of)) {
            (Some(drawn), _) => drawn.answer(of),
            (None, Some(chances)) => self.sum_out(&chances, asked.limits),
            (None, None) => nothing_known,
        };
        let found = match self.known.get().filter(|_| asked.is_usual) {
            Some(known) => *known,
            None if !asked.may_take_long => nothing_known,
            None if asked.is_usual => *self.known.get_or_init(find),
            None => find(),
        };
        match (found, &self.rough) {
            (Answer::Between(found), Some(rough)) => {
                let rough = rough.bounds(of);
                let lower = found.lower.max(rough.lower);
                Answer::Between(Bounds { lower, upper: found.upper.min(rough.upper).max(lower) })
            }
            (found, _) => found,
        }
    }

    fn sum_out(&self, chances: &[Chance], limits: Limits<'_>) -> Answer {
        let budget = Budget::new(limits);
        let yes = probability(&self.circuit, self.literal, chances, &budget);
        if !yes.is_exact() {
            return Answer::Between(yes);
        }
        // The smaller of both keeps its digits.
        if yes.lower <= 0.5 {
            return Answer::Chance(Chance::of(yes.lower));
        }
        let no = probability(&self.circuit, !self.literal, chances, &budget);
        if no.is_exact() {
            Answer::Chance(Chance::of(no.lower).negated_if(true))
        } else {
            Answer::Chance(Chance::of(yes.lower))
        }
    }

    /// The diagram after all, if there is memory for it.
    pub(super) fn drawn(&self, budget: Budget<'_>) -> Result<&Drawn, Hit> {
        if let Some(drawn) = self.drawn.get() {
            return Ok(drawn);
        }
        let mut race = Race::new(&self.part);
        let (order, diagram) = race.run(usize::MAX, &mut Bdd::new(budget), &budget)?;
        Ok(self.drawn.get_or_init(|| Drawn::new(&self.part, &order, diagram)))
    }

    fn derivatives(
        &self,
        of: &dyn Fn(Variable) -> Answer,
        limits: Limits<'_>,
    ) -> Option<Vec<(Variable, f64)>> {
        let chances = chances(&self.part.variables, of)?;
        if self.is_quick
            && let Ok(drawn) = self.drawn(Budget::new(limits))
        {
            return drawn.derivatives(of);
        }
        let derivatives = self.by_conditions(&chances, limits)?;
        Some(self.part.variables.iter().copied().zip(derivatives).collect())
    }

    /// The derivative by each variable's probability: what it is when the variable is true, less what it is when it is false. `None` where
    /// that takes too long.
    fn by_conditions(&self, chances: &[Chance], limits: Limits<'_>) -> Option<Vec<f64>> {
        /// So many rows of tables take a second or two.
        const MOST: f64 = 1e7;
        let budget = Budget::new(limits);
        let effort = effort(&self.circuit, self.literal);
        #[expect(clippy::cast_precision_loss, reason = "it is a rough measure")]
        let all = effort * 2.0 * chances.len() as f64;
        if effort > easy(&budget) || all > MOST {
            return None;
        }
        let given = |variable: usize, is_true: bool| {
            let mut chances = chances.to_vec();
            chances[variable] = Chance::of(f64::from(u8::from(is_true)));
            let found = probability(&self.circuit, self.literal, &chances, &budget);
            found.is_exact().then_some(found.lower)
        };
        (0..chances.len()).map(|variable| Some(given(variable, true)? - given(variable, false)?)).collect()
    }
}
