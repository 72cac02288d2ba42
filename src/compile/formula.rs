//! What a condition's formula is made of.

use crate::model::{ElementId, Time};

/// Which of an element's two conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It serves.
    Ok,
    /// It serves undegraded.
    Full,
}

/// One condition of one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionId(u32);

impl ConditionId {
    /// That the element serves.
    pub fn ok(element: ElementId) -> Self {
        Self::from_index(element.index() * 2)
    }

    /// That the element serves undegraded.
    pub fn full(element: ElementId) -> Self {
        Self::from_index(element.index() * 2 + 1)
    }

    /// The condition of a level.
    pub fn of(element: ElementId, level: Level) -> Self {
        match level {
            Level::Ok => Self::ok(element),
            Level::Full => Self::full(element),
        }
    }

    pub(crate) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).expect("a model has fewer than 2^31 elements"))
    }

    /// Its number: those of an element follow each other.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Whose condition it is.
    pub fn element(self) -> ElementId {
        ElementId::new(self.index() / 2)
    }

    /// Which of the two.
    pub fn level(self) -> Level {
        if self.index().is_multiple_of(2) { Level::Ok } else { Level::Full }
    }
}

/// When a condition holds: `after` + the latest of its parts, and `start` on top where it has to come back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Condition {
    /// All of these must hold.
    pub parts: Vec<Part>,
    /// Time that a standby takes to take over.
    pub after: Time,
    /// Time that a service takes to start; what never stopped need not start.
    pub start: Time,
}

/// One thing that a condition needs, with why it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Why.
    pub role: Role,
    /// What.
    pub formula: Formula,
}

/// Why a condition has a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It must not have failed of itself.
    Own,
    /// What it lies in.
    Domain,
    /// The same product one level up.
    Above,
    /// A group that it is a member of.
    Group,
    /// Enough of a region's zones.
    Zones,
    /// A product that an instance uses.
    Product,
    /// An instance of another service in the same zone or region.
    Peer,
    /// One of its `needs`.
    Need,
    /// One of its `wants`.
    Want,
    /// Enough of a service's instances.
    Instances,
    /// Enough capacity of a service's instances.
    Capacity,
    /// To be full it must be ok.
    Serving,
}

/// When something holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// When the element's own failure is over; at once if it has not failed.
    Event(ElementId),
    /// When a condition holds.
    Is(ConditionId),
    /// What keeps running does without it.
    ToStart(Box<Formula>),
    /// What keeps running rides out outages up to so long.
    Tolerates(Time, Box<Formula>),
    /// So much later.
    Later(Time, Box<Formula>),
    /// When all hold: the latest.
    All(Vec<Formula>),
    /// When the first of any holds: the earliest.
    Any(Vec<Formula>),
    /// When so many hold: the k-th earliest.
    AtLeast(u32, Vec<Formula>),
    /// When the capacities of the conditions that hold add up to the threshold.
    Capacity {
        /// What they must add up to.
        threshold: Capacity,
        /// What each carries.
        of: Vec<(Capacity, ConditionId)>,
    },
}

/// A capacity in billionths, so that sums are exact and do not depend on their order: 0.7 + 0.1 + 0.2 is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Capacity(u128);

impl Capacity {
    /// No capacity.
    pub const ZERO: Self = Self(0);

    /// The nearest billionth to a number that is finite and not negative; at most 10^30 of them.
    pub fn new(amount: f64) -> Self {
        const BILLIONTHS: f64 = 1e9;
        const MOST: f64 = 1e30;
        // In range by the bounds, and rounded before.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Self((amount * BILLIONTHS).round().clamp(0.0, MOST) as u128)
    }

    /// What is left without another; at least nothing.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// How many billionths.
    pub fn billionths(self) -> u128 {
        self.0
    }

    /// As a number again.
    pub fn amount(self) -> f64 {
        // Shown to people only.
        #[expect(clippy::cast_precision_loss)]
        let amount = self.0 as f64 / 1e9;
        amount
    }
}

impl std::ops::Add for Capacity {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::iter::Sum for Capacity {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}

impl Formula {
    /// Calls `f` for the formula and everything in it.
    pub fn visit(&self, f: &mut impl FnMut(&Formula)) {
        f(self);
        match self {
            Self::Event(_) | Self::Is(_) | Self::Capacity { .. } => {}
            Self::ToStart(of) | Self::Tolerates(_, of) | Self::Later(_, of) => of.visit(f),
            Self::All(of) | Self::Any(of) | Self::AtLeast(_, of) => {
                of.iter().for_each(|formula| formula.visit(f));
            }
        }
    }
}
