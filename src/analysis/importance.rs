//! Which event matters how much to a probability, and how often what it is about happens.
//!
//! The probability P of a function of independent events is linear in that of each event: P = P₀ + p (P₁ − P₀), with P₁ and P₀
//! what it would be if the event were certain, or never happened. P₁ − P₀ is Birnbaum's importance, and all other measures follow
//! from it. All are exact: nothing is summed over cut sets. (W. E. Vesely et al., "Fault Tree Handbook", NUREG-0492, 1981.)

use crate::model::{ElementId, Model, middle};

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Importance {
    /// Its number.
    pub event: usize,
    /// P₁ − P₀: how much more probable it makes the whole.
    pub birnbaum: f64,
    /// p (P₁ − P₀) / P: the chance that it happened and was what mattered, given that the whole happened. 0 where P is.
    pub criticality: f64,
    /// (P − P₀) / P: the share that would be gone if it never happened. As exact numbers this and criticality are the same;
    /// tools that sum over cut sets give two.
    pub fussell_vesely: f64,
    /// P₁ / P, the risk achievement worth: so many times as probable if it were certain. `None`: infinitely.
    pub raw: Option<f64>,
    /// P / P₀, the risk reduction worth: so many times less probable if it never happened. `None`: infinitely.
    pub rrw: Option<f64>,
}

/// The importance of each event with a chance to matter. `probability` is P, `chances` each event's p, `birnbaum` each event's P₁ − P₀
/// where that is known, and `without` gives an event's P₀ where P − p (P₁ − P₀) loses it among rounding errors.
pub fn importance(
    probability: f64,
    chances: &[f64],
    birnbaum: &[Option<f64>],
    without: impl Fn(usize) -> f64,
) -> Vec<Importance> {
    /// What is left of a difference is exact to about nine digits above this share of what was there.
    const CANCELLED: f64 = 1e-6;
    let of_event = |(event, (p, birnbaum)): (usize, (&f64, &Option<f64>))| {
        let (p, birnbaum) = (*p, (*birnbaum)?);
        let mut never = probability - p * birnbaum;
        if never.abs() < CANCELLED * probability {
            never = without(event);
        }
        let certain = never + birnbaum;
        let ratio = |above: f64, below: f64| match (above > 0.0, below > 0.0) {
            (_, true) => Some(above / below),
            (true, false) => None,
            // Neither can happen: nothing changes.
            (false, false) => Some(1.0),
        };
        let share = if probability > 0.0 { p * birnbaum / probability } else { 0.0 };
        Some(Importance {
            event,
            birnbaum,
            criticality: share,
            fussell_vesely: share,
            raw: ratio(certain, probability),
            rrw: ratio(probability, never),
        })
    };
    let matters = |importance: &Importance| importance.birnbaum != 0.0;
    chances.iter().zip(birnbaum).enumerate().filter_map(of_event).filter(matters).collect()
}

/// What to make better first: the events, those first whose perfection would gain the most; at the end those that never happen by
/// chance, those first that would do the most harm if they did.
pub fn ranked(mut importance: Vec<Importance>) -> Vec<Importance> {
    importance.sort_by(|a, b| {
        let share = rounded(b.fussell_vesely).total_cmp(&rounded(a.fussell_vesely));
        let birnbaum = rounded(b.birnbaum).total_cmp(&rounded(a.birnbaum));
        share.then(birnbaum).then_with(|| a.event.cmp(&b.event))
    });
    importance
}

/// To some eight digits: what is equal but for rounding errors is ranked by what comes next.
fn rounded(measure: f64) -> f64 {
    const LOST: u32 = 24;
    f64::from_bits((measure.to_bits() + (1 << (LOST - 1))) >> LOST << LOST)
}

/// How often a state is lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Frequency {
    /// So many times in a second, on average over a long time.
    pub per_second: f64,
    /// Events that may bring it about, whose share of time is known but not how often they happen: what they bring about comes on
    /// top.
    pub unknown: Vec<ElementId>,
}

/// How often what the events bring about happens: each event as often as it fails, and the chance that this is what matters then. `events`
/// are those of `birnbaum`, in order. (Exact for independent events that take turns working and failing, where no failure helps.)
/// `None` where it is not known how much one of the events matters.
pub fn frequency(model: &Model, events: &[ElementId], birnbaum: &[Option<f64>]) -> Option<Frequency> {
    let birnbaum: Vec<f64> = birnbaum.iter().copied().collect::<Option<_>>()?;
    let mut frequency = Frequency { per_second: 0.0, unknown: Vec::new() };
    for (event, birnbaum) in events.iter().zip(birnbaum).filter(|(_, birnbaum)| *birnbaum > 0.0) {
        let element = &model[*event];
        match element.chance.as_ref().and_then(|chance| chance.failures_per_second(middle)) {
            Some(per_second) => frequency.per_second += birnbaum * per_second,
            None if element.availability.is_some_and(|works| works < 1.0) => frequency.unknown.push(*event),
            None => {}
        }
    }
    Some(frequency)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Either both of the first two happen, or the third.
    fn of(chances: [f64; 4]) -> (f64, Vec<Importance>) {
        let probability = |p: &[f64; 4]| 1.0 - (1.0 - p[0] * p[1]) * (1.0 - p[2]);
        let with = |event: usize, p: f64| {
            let mut changed = chances;
            changed[event] = p;
            probability(&changed)
        };
        let birnbaum: Vec<_> = (0..4).map(|event| Some(with(event, 1.0) - with(event, 0.0))).collect();
        let all = importance(probability(&chances), &chances, &birnbaum, |event| with(event, 0.0));
        (probability(&chances), ranked(all))
    }

    fn near(a: Option<f64>, b: f64) -> bool {
        a.is_some_and(|a| (a - b).abs() < 1e-12 * b.abs().max(1.0))
    }

    #[test]
    fn measures_are_what_they_say() {
        let (probability, ranked) = of([0.1, 0.2, 0.01, 0.5]);
        assert_eq!(
            ranked.iter().map(|of| of.event).collect::<Vec<_>>(),
            [0, 1, 2],
            "the fourth does not matter"
        );
        let third = ranked[2];
        assert!(near(Some(third.birnbaum), 0.98) && near(third.raw, 1.0 / probability));
        assert!(near(third.rrw, probability / 0.02) && near(Some(third.criticality), 0.0098 / probability));
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let birnbaum = [Some(0.5), None];
        let known = importance(0.25, &[0.5, 0.5], &birnbaum, |_| 0.0);
        assert_eq!(known.iter().map(|of| of.event).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn what_nothing_else_brings_about_is_worth_infinitely_much() {
        let (_, ranked) = of([0.1, 0.0, 1e-9, 0.0]);
        let (third, first) = (ranked[0], ranked.iter().find(|of| of.event == 1).expect("it matters"));
        assert_eq!((third.event, third.rrw), (2, None), "without the third nothing can happen");
        assert!(near(first.rrw, 1.0) && near(Some(first.fussell_vesely), 0.0));
        assert!(first.raw.is_some_and(|raw| raw > 9e7));
    }

    #[test]
    fn where_nothing_can_happen_nothing_is_undefined() {
        let (_, ranked) = of([0.0; 4]);
        assert_eq!(ranked.len(), 1, "only the third would do harm by itself");
        assert_eq!((ranked[0].raw, ranked[0].rrw, ranked[0].criticality), (None, Some(1.0), 0.0));
    }
}
