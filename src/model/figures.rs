//! Failure figures: how often an element fails by chance, and how well that is known.
//!
//! A figure is a number, or a range in which it lies. Durations and chances to fail are guessed by orders of magnitude
//! rather than by differences: within its range such a figure is taken to be log-uniform, as likely between 1 h and 2 h as
//! between 2 h and 4 h. A range that begins at 0 has no orders of magnitude, and is taken to be uniform.

use super::Time;

/// Two numbers between which one lies; twice the same where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range<T> {
    /// It is not less than this.
    pub low: T,
    /// It is not more than this.
    pub high: T,
}

impl<T: PartialEq> Range<T> {
    /// Whether it is known.
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }
}

impl<T: Copy> From<T> for Range<T> {
    fn from(known: T) -> Self {
        Self { low: known, high: known }
    }
}

impl Range<f64> {
    /// The number that is greater than a share of what lies in the range, by orders of magnitude: 0 is its low end, 1 its high
    /// one.
    fn at(&self, share: f64) -> f64 {
        if self.is_exact() {
            self.low
        } else if self.low > 0.0 {
            (self.low * (self.high / self.low).powf(share)).clamp(self.low, self.high)
        } else {
            self.high * share
        }
    }
}

/// A figure of a model. What has the same number is the same figure: whatever its value, all facilities of a product share
/// it, and all instances of a service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Figures are numbered as they are met.
    pub number: u32,
    /// Chances to fail, 0..=1, or seconds.
    range: Range<f64>,
}

impl Figure {
    /// Something that works so often; the range is one of availability or of success.
    pub fn of_share(number: u32, works: Range<f64>) -> Self {
        Self { number, range: Range { low: 1.0 - works.high, high: 1.0 - works.low } }
    }

    /// Something that takes so long.
    pub fn of_duration(number: u32, lasts: Range<Time>) -> Self {
        // Durations end far below 2^53 seconds, where doubles are exact.
        #[expect(clippy::cast_precision_loss)]
        let seconds = |time: Time| time.as_seconds().unwrap_or(u64::MAX) as f64;
        Self { number, range: Range { low: seconds(lasts.low), high: seconds(lasts.high) } }
    }

    /// Whether its value is known.
    pub fn is_exact(&self) -> bool {
        self.range.is_exact()
    }
}

/// Where the chance of an element to fail of itself comes from, kept where that is more than one known share of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Chance {
    /// The share of time in which it works, and for a standby the chance that the switch works.
    Works {
        /// Of itself.
        own: Option<Figure>,
        /// Of the switch.
        switch: Option<Figure>,
    },
    /// It fails now and then, and is repaired.
    Repaired {
        /// Mean time between failures.
        mtbf: Figure,
        /// Mean time to repair.
        mttr: Figure,
    },
}

impl Chance {
    /// Its figures.
    pub fn figures(&self) -> impl Iterator<Item = Figure> {
        match *self {
            Self::Works { own, switch } => [own, switch],
            Self::Repaired { mtbf, mttr } => [Some(mtbf), Some(mttr)],
        }
        .into_iter()
        .flatten()
    }

    /// Whether all figures are known.
    pub fn is_exact(&self) -> bool {
        self.figures().all(|figure| figure.is_exact())
    }

    /// The chance that it has not failed when each figure lies where `share` says, from 0 (its low end) to 1. In the middle of all:
    /// the availability that is computed with where only one number is asked for.
    pub fn availability(&self, share: impl Fn(u32) -> f64) -> f64 {
        let value = |figure: &Figure| figure.range.at(share(figure.number));
        match self {
            Self::Works { own, switch } => {
                [own, switch].into_iter().flatten().map(|figure| 1.0 - value(figure)).product()
            }
            Self::Repaired { mtbf, mttr } => {
                let (up, down) = (value(mtbf), value(mttr));
                if up + down > 0.0 { up / (up + down) } else { 1.0 }
            }
        }
    }

    /// How often it fails in a second, all in all: once in the time that a failure and its repair take. `None` where only a share of
    /// time is known.
    pub fn failures_per_second(&self, share: impl Fn(u32) -> f64) -> Option<f64> {
        match self {
            Self::Works { .. } => None,
            Self::Repaired { mtbf, mttr } => {
                let cycle =
                    [mtbf, mttr].map(|figure| figure.range.at(share(figure.number))).iter().sum::<f64>();
                Some(if cycle > 0.0 { 1.0 / cycle } else { 0.0 })
            }
        }
    }
}

/// In the middle of every range.
pub fn middle(_: u32) -> f64 {
    0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn the_middle_of_two_nines_and_four_nines_is_three() {
        let own = Some(Figure::of_share(0, Range { low: 0.99, high: 0.9999 }));
        let chance = Chance::Works { own, switch: None };
        assert!(near(chance.availability(middle), 0.999));
        assert!(near(chance.availability(|_| 0.0), 0.9999), "the low end of failing");
        assert!(near(chance.availability(|_| 1.0), 0.99));
        assert!(!chance.is_exact() && chance.failures_per_second(middle).is_none());
    }

    #[test]
    fn what_may_never_fail_is_uniform() {
        let own = Some(Figure::of_share(0, Range { low: 0.9, high: 1.0 }));
        assert!(near(Chance::Works { own, switch: None }.availability(middle), 0.95));
    }

    #[test]
    fn failures_and_repairs() {
        let hours =
            |low: u64, high: u64| Range { low: Time::seconds(low * 3600), high: Time::seconds(high * 3600) };
        let mtbf = Figure::of_duration(0, hours(99, 99));
        let chance = Chance::Repaired { mtbf, mttr: Figure::of_duration(1, hours(1, 1)) };
        assert!(near(chance.availability(middle), 0.99));
        assert!(near(chance.failures_per_second(middle).expect("known") * 360_000.0, 1.0));
        let chance = Chance::Repaired { mtbf, mttr: Figure::of_duration(1, hours(1, 9)) };
        assert!(near(chance.availability(middle), 99.0 / 102.0), "3 h");
        assert!(near(chance.availability(f64::from), 99.0 / 108.0), "9 h");
    }

    #[test]
    fn what_takes_no_time_to_repair_never_is_down() {
        let never = Figure::of_duration(0, Range::from(Time::ZERO));
        let chance = Chance::Repaired { mtbf: never, mttr: never };
        assert!(near(chance.availability(middle), 1.0));
        assert_eq!(chance.failures_per_second(middle), Some(0.0));
    }
}
