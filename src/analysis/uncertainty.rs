//! How sure an answer is when the figures that it follows from are ranges: Monte Carlo over the ranges.
//!
//! A figure that one declaration gives to many elements, such as a product's to all its facilities, is one unknown: in each
//! sample it has one value for all of them. Drawing it anew for each would make redundancy look better than it is known to be
//! (Apostolakis and Kaplan, "Pitfalls in risk calculations", Reliability Engineering 2, 1981).

use rayon::prelude::*;

use crate::model::{ElementId, Model};

/// How many samples, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// How many.
    pub samples: u32,
    /// Another seed draws other samples.
    pub seed: u64,
}

/// Where a number lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// One in twenty samples is not more than this.
    pub low: f64,
    /// Half of them are not more than this.
    pub median: f64,
    /// Nineteen in twenty are not more than this.
    pub high: f64,
    /// Their mean.
    pub mean: f64,
}

/// Where several numbers lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Spreads {
    /// In the order of the answers.
    pub of: Vec<Spread>,
    /// How many samples they come from: fewer than asked for where the work was ended.
    pub samples: u32,
}

/// Whether an event's chance is known only within a range.
pub fn is_uncertain(model: &Model, event: ElementId) -> bool {
    model[event].chance.as_ref().is_some_and(|chance| !chance.is_exact())
}

/// Draws all figures of some events, again and again, and asks `evaluate` what follows from the chances to fail (by event, 0 for
/// what never fails by chance); it answers with as many numbers each time, or with nothing to end the work. `None` where it ended before
/// the first sample.
///
/// Every sample depends on its number and the seed alone, so that the same comes out of any number of threads.
pub fn spread(
    model: &Model,
    events: &[ElementId],
    sampling: Sampling,
    evaluate: impl Fn(&[f64]) -> Option<Vec<f64>> + Sync,
) -> Option<Spreads> {
    let of_sample = |sample: u32| {
        let share = |figure: u32| uniform(sampling.seed, sample, figure);
        let fails = |event: &ElementId| match &model[*event].chance {
            Some(chance) if !chance.is_exact() => 1.0 - chance.availability(share),
            _ => 1.0 - model[*event].availability.unwrap_or(1.0),
        };
        evaluate(&events.iter().map(fails).collect::<Vec<_>>())
    };
    let answers: Vec<Vec<f64>> = (0..sampling.samples)
        .into_par_iter()
        .map(of_sample)
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .collect();
    let n_answers = answers.first()?.len();
    let of =
        (0..n_answers).map(|index| of_values(answers.iter().map(|answer| answer[index]).collect())).collect();
    Some(Spreads { of, samples: u32::try_from(answers.len()).unwrap_or(u32::MAX) })
}

/// At least one number.
fn of_values(mut values: Vec<f64>) -> Spread {
    // Summed in the order of the samples.
    #[expect(clippy::cast_precision_loss, reason = "samples are counted in 32 bits")]
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.sort_unstable_by(f64::total_cmp);
    // The smallest value that so many of a hundred are not more than.
    let quantile = |percent: usize| values[(values.len() * percent).div_ceil(100).max(1) - 1];
    Spread { low: quantile(5), median: quantile(50), high: quantile(95), mean }
}

/// A number from 0 to below 1 that looks random but follows from its place: the mixing steps of `SplitMix64` (Steele, Lea, Flood,
/// "Fast splittable pseudorandom number generators", 2014).
fn uniform(seed: u64, sample: u32, figure: u32) -> f64 {
    let mix = |number: u64| {
        let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    };
    let mixed = mix(mix(seed) ^ (u64::from(sample) << 32 | u64::from(figure)));
    // 53 bits are what a double holds exactly.
    #[expect(clippy::cast_precision_loss)]
    let whole = (mixed >> 11) as f64;
    whole / 9_007_199_254_740_992.0
}
