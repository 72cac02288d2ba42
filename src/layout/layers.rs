//! Items in rows along the lines between them.
//!
//! Between each two rows of items is a row for labels. A line that passes a row has a point of its own there, and points
//! keep their distance like items, so that a line has room everywhere. Lines of one class to one item share their points
//! from where they meet (a trunk), which saves both ink and crossings and stays clear: all of them lead to that item.

use std::collections::BTreeMap;

use super::order::{Rows, order};
use super::place::{Wish, places};
use super::ranks::ranks;
use super::{Point, Size, real};

/// A line between two items of one box with layers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The link that it is.
    pub(super) link: usize,
    /// Lines with the same of these are bundled.
    pub(super) bundle: (usize, usize),
    pub(super) label: Option<Size>,
    /// Where it starts and ends in the two items, where that is something inside them.
    pub(super) ports: [Option<Point>; 2],
}

/// Where a line may be: an item's place in its row, or room for a line or a label.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) level: usize,
    /// How far it reaches to the left and right of the line.
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) height: f64,
    is_item: bool,
    pub(super) x: f64,
}

/// The way of a line: where it starts, its label's spot, and the trunk that it joins at which of its spots.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) line: usize,
    pub(super) upper: usize,
    pub(super) lower: usize,
    pub(super) is_against: bool,
    pub(super) label: Option<usize>,
    pub(super) joins: Option<(usize, usize)>,
}

/// Spots below each other that lines share down to an item.
#[derive(Debug, Clone, Default)]
pub(super) struct Trunk {
    pub(super) spots: Vec<usize>,
}

/// Everything that has a place in the rows.
pub(super) struct Weave {
    pub(super) spots: Vec<Spot>,
    pub(super) ways: Vec<Way>,
    pub(super) trunks: Vec<Trunk>,
    pub(super) levels: Vec<Vec<usize>>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

/// Room to the left of a label, for its line, and to its right.
pub(super) const LABEL_LEFT: f64 = 5.0;
const LABEL_RIGHT: f64 = 4.0;
/// Distance between items, and between anything else.
const ITEM_GAP: f64 = 18.0;
const LINE_GAP: f64 = 9.0;
/// How wide a column of nothing may be.
const EMPTY: f64 = 30.0;

/// Gives items of these sizes, and the ways of the lines between them, rows and places in them.
pub(super) fn arrange(sizes: &[Size], first: &[bool], lines: &[Line]) -> Weave {
    let widths: Vec<f64> = sizes.iter().map(|size| size.width).collect();
    let pairs: Vec<(usize, usize)> = lines.iter().map(|line| (line.from, line.to)).collect();
    let found = ranks(first, &widths, &pairs);
    let mut weave = weave(sizes, lines, &found.rank, &found.against);
    weave.levels = first_order(&weave);
    let Weave { levels, above, below, .. } = &mut weave;
    order(levels, &Rows { above, below });
    spread(&mut weave);
    squeeze(&mut weave);
    weave
}

// ---- spots -------------------------------------------------------------------------------------------------

fn weave(sizes: &[Size], lines: &[Line], rank: &[usize], against: &[bool]) -> Weave {
    let item = |(size, rank): (&Size, &usize)| Spot {
        level: 2 * rank,
        left: size.width / 2.0,
        right: size.width / 2.0,
        height: size.height,
        is_item: true,
        x: 0.0,
    };
    let mut weave = Weave {
        spots: sizes.iter().zip(rank).map(item).collect(),
        ways: Vec::new(),
        trunks: Vec::new(),
        levels: Vec::new(),
        above: Vec::new(),
        below: Vec::new(),
    };
    let mut bundles: BTreeMap<(usize, usize, Option<usize>), usize> = BTreeMap::new();
    // The first level of each trunk, before its spots are made.
    let mut tops: Vec<(usize, usize)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let is_against = against[index];
        let (upper, lower) = if is_against { (line.to, line.from) } else { (line.from, line.to) };
        let level = weave.spots[upper].level + 1;
        let label = line.label.map(|size| {
            weave.spots.push(Spot {
                level,
                left: 2.0,
                right: LABEL_LEFT + size.width + LABEL_RIGHT,
                height: size.height,
                is_item: false,
                x: 0.0,
            });
            weave.spots.len() - 1
        });
        let joined_at = if label.is_some() { level + 1 } else { level };
        let joins = (joined_at < weave.spots[lower].level).then(|| {
            // A line up to where it comes from shares nothing, or its arrowhead would be in doubt.
            let key = (line.bundle.0, line.bundle.1, is_against.then_some(index));
            let trunk = *bundles.entry(key).or_insert_with(|| {
                tops.push((lower, usize::MAX));
                tops.len() - 1
            });
            tops[trunk].1 = tops[trunk].1.min(joined_at);
            (trunk, joined_at)
        });
        weave.ways.push(Way { line: index, upper, lower, is_against, label, joins });
    }
    for (lower, top) in &tops {
        let mut trunk = Trunk::default();
        for level in *top..weave.spots[*lower].level {
            weave.spots.push(Spot { level, left: 0.0, right: 0.0, height: 0.0, is_item: false, x: 0.0 });
            trunk.spots.push(weave.spots.len() - 1);
        }
        weave.trunks.push(trunk);
    }
    for way in &mut weave.ways {
        way.joins = way.joins.map(|(trunk, level)| (trunk, level - tops[trunk].1));
    }
    tie(&mut weave, &tops);
    weave
}

/// Says which spots are neighbours of which.
fn tie(weave: &mut Weave, tops: &[(usize, usize)]) {
    let n = weave.spots.len();
    (weave.above, weave.below) = (vec![Vec::new(); n], vec![Vec::new(); n]);
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for way in &weave.ways {
        let mut at = way.upper;
        if let Some(label) = way.label {
            pairs.push((at, label));
            at = label;
        }
        match way.joins {
            Some((trunk, index)) => pairs.push((at, weave.trunks[trunk].spots[index])),
            None => pairs.push((at, way.lower)),
        }
    }
    for (trunk, (lower, _)) in weave.trunks.iter().zip(tops) {
        let next = trunk.spots.iter().skip(1).chain(std::iter::once(lower));
        pairs.extend(trunk.spots.iter().copied().zip(next.copied()));
    }
    for (upper, lower) in pairs {
        weave.below[upper].push(lower);
        weave.above[lower].push(upper);
    }
}

/// An order to begin with: along a walk from the top, so that what belongs together begins together.
fn first_order(weave: &Weave) -> Vec<Vec<usize>> {
    let n_levels = weave.spots.iter().map(|spot| spot.level + 1).max().unwrap_or(0);
    let mut levels = vec![Vec::new(); n_levels];
    let mut is_seen = vec![false; weave.spots.len()];
    let mut starts: Vec<usize> =
        (0..weave.spots.len()).filter(|spot| weave.above[*spot].is_empty()).collect();
    starts.sort_by_key(|spot| weave.spots[*spot].level);
    for start in starts {
        let mut next = vec![start];
        while let Some(spot) = next.pop() {
            if !std::mem::replace(&mut is_seen[spot], true) {
                levels[weave.spots[spot].level].push(spot);
                next.extend(weave.below[spot].iter().rev());
            }
        }
    }
    levels
}

// ---- places ------------------------------------------------------------------------------------------------

/// How often places are improved by one side's neighbours, and then by those of both.
const ROUNDS: usize = 10;
const BOTH_ROUNDS: usize = 24;

/// Gives spots their x: each near its neighbours, lines between rows as upright as can be.
fn spread(weave: &mut Weave) {
    for level in &weave.levels {
        let mut x = 0.0;
        for (place, spot) in level.iter().enumerate() {
            if place > 0 {
                x += apart(&weave.spots[level[place - 1]], &weave.spots[*spot]);
            }
            weave.spots[*spot].x = x;
        }
        for spot in level {
            weave.spots[*spot].x -= x / 2.0;
        }
    }
    let n_levels = weave.levels.len();
    let is_large = weave.spots.len() > 20_000;
    for round in 0..if is_large { 6 } else { ROUNDS + BOTH_ROUNDS } {
        let both = round >= ROUNDS;
        for step in 0..n_levels {
            let is_down = round % 2 == 0;
            let level = if is_down { step } else { n_levels - 1 - step };
            settle(weave, level, both || !is_down, both || is_down);
        }
    }
}

/// Moves the spots of a row to where their neighbours want them.
fn settle(weave: &mut Weave, level: usize, by_below: bool, by_above: bool) {
    let row = &weave.levels[level];
    let mut wishes = Vec::with_capacity(row.len());
    for (place, spot) in row.iter().enumerate() {
        let own = weave.spots[*spot];
        let (mut sum, mut weight) = (0.0, 0.0);
        for (neighbours, counts) in [(&weave.above[*spot], by_above), (&weave.below[*spot], by_below)] {
            if !counts {
                continue;
            }
            for neighbour in neighbours {
                let other = weave.spots[*neighbour];
                // Long lines should run straight; items can bend them at their ends.
                let pull = match (own.is_item, other.is_item) {
                    (false, false) => 8.0,
                    (true, true) => 1.0,
                    _ => 2.0,
                } / real(neighbours.len()).sqrt();
                sum += pull * other.x;
                weight += pull;
            }
        }
        let (at, weight) = if weight > 0.0 { (sum / weight, weight) } else { (own.x, 0.01) };
        let apart = if place > 0 { apart(&weave.spots[row[place - 1]], &own) } else { 0.0 };
        wishes.push(Wish { at, weight, apart });
    }
    for (spot, x) in row.iter().zip(places(&wishes)) {
        weave.spots[*spot].x = x;
    }
}

/// Takes out columns of nothing: where no row has anything, only lines cross, and these can be shorter.
fn squeeze(weave: &mut Weave) {
    let mut order: Vec<usize> = (0..weave.spots.len()).collect();
    let left = |spot: &Spot| spot.x - spot.left;
    order.sort_by(|one, other| left(&weave.spots[*one]).total_cmp(&left(&weave.spots[*other])));
    let (mut reach, mut taken) = (f64::INFINITY, 0.0);
    for index in order {
        let spot = &mut weave.spots[index];
        taken += (left(spot) - reach - EMPTY).max(0.0);
        reach = if reach.is_finite() { reach.max(spot.x + spot.right) } else { spot.x + spot.right };
        spot.x -= taken;
    }
}

/// The least distance between neighbours in a row.
fn apart(left: &Spot, right: &Spot) -> f64 {
    let gap = if left.is_item && right.is_item { ITEM_GAP } else { LINE_GAP };
    left.right + right.left + gap
}

impl Weave {
    /// The neighbours of a spot one row down.
    pub(super) fn below(&self, spot: usize) -> &[usize] {
        &self.below[spot]
    }
}
