//! Compiled conditions: what must hold for each element, as formulas over times.
//!
//! Comes after [`crate::topology`], from which it takes the order of evaluation. Every element has two conditions,
//! *ok* (it serves) and *full* (it serves undegraded). [`Program`] holds the formula of each, one row of the
//! semantics' table at a time, and is built once per model: a scenario is input to a formula, never an edit of it.

mod dense;
mod edit;
mod formula;
mod rows;

pub use dense::{Dense, NodeId, Op};
pub use edit::{Edit, Way};
pub use formula::{Capacity, Condition, ConditionId, Formula, Level, Part, Role};
pub use rows::needed;

use crate::model::{ElementId, Model};
use crate::topology::Topology;

/// The conditions of a whole model.
#[derive(Debug, Clone)]
pub struct Program {
    /// By [`ConditionId`].
    conditions: Vec<Condition>,
    order: Vec<ConditionId>,
    /// Parts of `order`, one a strongly connected component, with whether it is a circle.
    components: Vec<(std::ops::Range<usize>, bool)>,
    /// For each condition, the conditions whose formulas mention it.
    dependents: Vec<Vec<ConditionId>>,
    /// For each element, the conditions whose formulas mention its event.
    of_event: Vec<Vec<ConditionId>>,
}

impl Program {
    /// Compiles a model.
    pub fn new(model: &Model, topology: &Topology) -> Self {
        let conditions = rows::conditions(model);
        let mut dependents = vec![Vec::new(); conditions.len()];
        let mut of_event = vec![Vec::new(); model.len()];
        for (index, condition) in conditions.iter().enumerate() {
            let id = ConditionId::from_index(index);
            for part in &condition.parts {
                part.formula.visit(&mut |leaf| match leaf {
                    Formula::Event(event) => of_event[event.index()].push(id),
                    Formula::Is(on) => dependents[on.index()].push(id),
                    Formula::Capacity { of, .. } => {
                        of.iter().for_each(|(_, on)| dependents[on.index()].push(id));
                    }
                    _ => {}
                });
            }
        }
        let mut order = Vec::with_capacity(conditions.len());
        let mut components = Vec::new();
        for component in topology.components() {
            let start = order.len();
            order.extend(component.iter().flat_map(|id| [ConditionId::ok(*id), ConditionId::full(*id)]));
            components.push((start..order.len(), topology.is_circle(&component)));
        }
        Self { conditions, order, components, dependents, of_event }
    }

    /// How many conditions there are: two for each element.
    pub fn len(&self) -> usize {
        self.conditions.len()
    }

    /// Whether there is no condition.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// All conditions, dependencies first as far as circles allow.
    pub fn order(&self) -> &[ConditionId] {
        &self.order
    }

    /// The conditions of each strongly connected component, dependencies first, and whether it is a circle.
    pub fn components(&self) -> impl Iterator<Item = (&[ConditionId], bool)> {
        self.components.iter().map(|(range, is_circle)| (&self.order[range.clone()], *is_circle))
    }

    /// The conditions that failures of these elements may change, dependencies first.
    pub fn affected_by(&self, failed: impl Iterator<Item = ElementId>) -> Vec<ConditionId> {
        let mut is_affected = vec![false; self.len()];
        let mut next: Vec<ConditionId> =
            failed.flat_map(|event| &self.of_event[event.index()]).copied().collect();
        while let Some(id) = next.pop() {
            if !std::mem::replace(&mut is_affected[id.index()], true) {
                next.extend(&self.dependents[id.index()]);
            }
        }
        self.order.iter().copied().filter(|id| is_affected[id.index()]).collect()
    }
}

impl std::ops::Index<ConditionId> for Program {
    type Output = Condition;

    fn index(&self, id: ConditionId) -> &Condition {
        &self.conditions[id.index()]
    }
}
