//! What if an element did not need something, or only to start? A copy of a program with some parts changed: this is
//! how advice is tried out before it is given. (What *fails* is never said this way; it is input to an engine.)

use super::{Condition, ConditionId, Formula, Level, Program, Role};
use crate::model::{ElementId, Time};

/// One change of an element's conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// Whose conditions.
    pub element: ElementId,
    /// The parts of this role.
    pub role: Role,
    /// Which of them, from 0: of `needs` the how-manieth. Enough instances and capacity count as one.
    pub index: usize,
    /// What becomes of it.
    pub way: Way,
}

/// What becomes of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// It is asked no more.
    Without,
    /// It is asked to start only, as with `when = "start"`.
    ToStart,
    /// Outages of it up to this long are ridden out, as with `tolerates`.
    Tolerating(Time),
}

impl Program {
    /// A copy with these changes. Order and circles are those of the original, which stay valid: a change only ever takes
    /// dependencies away.
    #[must_use]
    pub fn edited(&self, edits: &[Edit]) -> Self {
        let mut program = self.clone();
        for edit in edits {
            for level in [Level::Ok, Level::Full] {
                let id = ConditionId::of(edit.element, level);
                apply(&mut program.conditions[id.index()], edit);
            }
        }
        program
    }
}

/// What always holds. It stays where the part was, so that indices keep their meaning.
const NOTHING: Formula = Formula::All(Vec::new());

fn apply(condition: &mut Condition, edit: &Edit) {
    let mut parts: Vec<_> = condition.parts.iter_mut().filter(|part| part.role == edit.role).collect();
    let chosen = match edit.role {
        Role::Instances | Role::Capacity => &mut parts[..],
        _ => parts.get_mut(edit.index..=edit.index).unwrap_or_default(),
    };
    for part in chosen {
        let formula = std::mem::replace(&mut part.formula, NOTHING);
        part.formula = match edit.way {
            Way::Without => NOTHING,
            Way::ToStart => Formula::ToStart(Box::new(formula)),
            Way::Tolerating(time) => Formula::Tolerates(time, Box::new(formula)),
        };
    }
}
