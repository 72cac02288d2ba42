//! What can be said of a function whose diagram is too large: two smaller ones, one that is true less often and one that is true more
//! often.
//!
//! Every gate gets both. Whatever grows too large loses the parts that matter least: in the lower one they become false, in
//! the upper one true. How much a part matters is how likely it is reached times how much it says there.

use std::collections::HashMap;
use std::ops::Range;

use super::bdd::{Bdd, Diagram, FALSE, TRUE};
use super::limits::Hit;
use super::part::{Gate, Part, counted};
use super::tree::Node;

/// Which way a function may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// To one that is true less often.
    Down,
    /// To one that is true more often.
    Up,
}

/// Two diagrams between which that of a module lies: of some sizes, as powers of two, the largest that there is time and memory for.
/// `chances`: about how likely the variable of each level is. `effort`: how many nodes may still be looked at.
pub(super) fn between(
    part: &Part,
    order: &[usize],
    chances: &[f64],
    bdd: &mut Bdd<'_>,
    effort: &mut usize,
) -> Option<(Diagram, Diagram)> {
    let mut best = None;
    for keep in SIZES.step_by(2).map(|power| 1 << power) {
        bdd.reset(*effort);
        let Ok(found) = between_of_size(part, order, &mut Bounded { bdd, chances, keep, effort }) else {
            break;
        };
        best = Some(found);
    }
    best
}

fn between_of_size(
    part: &Part,
    order: &[usize],
    bounded: &mut Bounded<'_, '_>,
) -> Result<(Diagram, Diagram), Hit> {
    let variables = bounded.bdd.variables(&part.never, order)?;
    let mut edges: Vec<(u32, u32)> = variables.into_iter().map(|edge| (edge, edge)).collect();
    for gate in &part.gates {
        let below = bounded.gate(gate, &edges, Way::Down)?;
        edges.push((below, bounded.gate(gate, &edges, Way::Up)?));
    }
    let (below, above) = edges[part.len() - 1];
    Ok((bounded.bdd.extract(below), bounded.bdd.extract(above)))
}

/// How large rough diagrams are, as powers of two.
const SIZES: Range<u32> = 6..12;

/// Makes functions that are at most so large.
struct Bounded<'b, 'a> {
    bdd: &'b mut Bdd<'a>,
    /// About how likely the variable of each level is.
    chances: &'b [f64],
    /// How many nodes a function may have.
    keep: usize,
    /// How many nodes may still be looked at.
    effort: &'b mut usize,
}

impl Bounded<'_, '_> {
    /// The function of a gate or one below or above it. `edges`: of all that was numbered before, one below and one above.
    fn gate(&mut self, gate: &Gate, edges: &[(u32, u32)], way: Way) -> Result<u32, Hit> {
        let edge = |input: &Node| {
            let (below, above) = edges[input.index()];
            // Of the contrary, what is above is below.
            match (way, input.is_negated()) {
                (Way::Down, false) => below,
                (Way::Down, true) => above ^ 1,
                (Way::Up, false) => above,
                (Way::Up, true) => below ^ 1,
            }
        };
        let inputs = self.bdd.deepest_first(gate.inputs.iter().map(edge));
        let Some(enough) = gate.enough else {
            return inputs.iter().try_fold(TRUE, |all, input| self.and(*input, all, way));
        };
        counted(enough as usize, &inputs, [FALSE, TRUE], |one_less, so_many, input| {
            let one_more = self.and(input, one_less, way)?;
            let any = self.bdd.or(one_more, so_many)?;
            self.shrunk(any, way)
        })
    }

    fn and(&mut self, f: u32, g: u32, way: Way) -> Result<u32, Hit> {
        let both = self.bdd.and(f, g)?;
        self.shrunk(both, way)
    }

    /// The function, without what matters least where it is too large.
    fn shrunk(&mut self, f: u32, way: Way) -> Result<u32, Hit> {
        let mut edges = vec![f];
        let mut position: HashMap<u32, usize> = HashMap::from([(f, 0)]);
        let mut next = 0;
        while next < edges.len() {
            if let Some((_, hi, lo)) = self.bdd.parts(edges[next]) {
                for edge in [hi, lo] {
                    position.entry(edge).or_insert_with(|| {
                        edges.push(edge);
                        edges.len() - 1
                    });
                }
            }
            next += 1;
        }
        *self.effort = self.effort.checked_sub(edges.len()).ok_or(Hit)?;
        if edges.len() <= self.keep {
            return Ok(f);
        }
        // What a node leads to has a smaller number.
        edges.sort_unstable();
        for (index, edge) in edges.iter().enumerate() {
            position.insert(*edge, index);
        }
        let parts: Vec<Option<(usize, usize, usize)>> = edges
            .iter()
            .map(|edge| {
                self.bdd.parts(*edge).map(|(level, hi, lo)| (level as usize, position[&hi], position[&lo]))
            })
            .collect();
        let mut chance = vec![0.0_f64; edges.len()];
        for (index, part) in parts.iter().enumerate() {
            chance[index] = match part {
                Some((level, hi, lo)) => {
                    self.chances[*level] * chance[*hi] + (1.0 - self.chances[*level]) * chance[*lo]
                }
                None => f64::from(u8::from(edges[index] == TRUE)),
            };
        }
        let mut reached = vec![0.0_f64; edges.len()];
        reached[edges.len() - 1] = 1.0;
        let mut loss: Vec<(f64, usize)> = Vec::with_capacity(edges.len());
        for (index, part) in parts.iter().enumerate().rev() {
            let Some((level, hi, lo)) = part else { continue };
            reached[*hi] += reached[index] * self.chances[*level];
            reached[*lo] += reached[index] * (1.0 - self.chances[*level]);
            let says = if way == Way::Up { 1.0 - chance[index] } else { chance[index] };
            loss.push((reached[index] * says, index));
        }
        loss.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        let mut is_kept = vec![false; edges.len()];
        // Half, so that it is some time until it is too large again.
        for (_, index) in loss.iter().take(self.keep / 2) {
            is_kept[*index] = true;
        }
        let instead = if way == Way::Up { TRUE } else { FALSE };
        let mut new = vec![instead; edges.len()];
        for (index, part) in parts.iter().enumerate() {
            match part {
                None => new[index] = edges[index],
                Some((level, hi, lo)) if is_kept[index] => {
                    let level = u32::try_from(*level).map_err(|_| Hit)?;
                    new[index] = self.bdd.make(level, new[*hi], new[*lo])?;
                }
                Some(_) => {}
            }
        }
        Ok(new[edges.len() - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::{Budget, Limits};
    use super::super::part::Variable;
    use super::super::tree::Event;
    use super::*;

    /// A module of gates of every kind, inputs negated now and then; the same for the same seed.
    fn random_part(mut seed: u64, n_variables: u32, n_gates: usize) -> Part {
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).expect("31 bits") % n
        };
        let variables: Vec<Variable> = (0..n_variables).map(|event| Variable::Event(Event(event))).collect();
        let mut part = Part { never: vec![false; variables.len()], variables, gates: Vec::new() };
        for _ in 0..n_gates {
            let inputs: Vec<Node> = (0..2 + below(4))
                .map(|_| Node::new(part.len() - 1 - below(part.len().min(12)), below(3) == 0))
                .collect();
            part.gates.push(Gate { enough: [None, None, Some(1), Some(2)][below(4)], inputs });
        }
        part
    }

    /// Not only how likely they are: wherever the lower one is true so is the function, and where that is, so is the upper one.
    #[test]
    fn functions_lie_between_their_bounds_everywhere() {
        let mut n_strict = 0;
        for seed in 0..60 {
            let part = random_part(seed, 14, 30);
            let order: Vec<usize> = (0..14).collect();
            let chances: Vec<f64> = (0..14_u8).map(|level| 0.05 * f64::from(level + 1)).collect();
            for keep in [1, 4, 16, 64] {
                let mut bdd = Bdd::new(Budget::new(Limits::default()));
                let mut exact = bdd.variables(&part.never, &order).expect("there is memory");
                let mut bounds: Vec<(u32, u32)> = exact.iter().map(|edge| (*edge, *edge)).collect();
                for (number, gate) in part.gates.iter().enumerate() {
                    let whole: Vec<(u32, u32)> = exact.iter().map(|edge| (*edge, *edge)).collect();
                    let mut effort = Budget::MOST;
                    let mut all =
                        Bounded { bdd: &mut bdd, chances: &chances, keep: usize::MAX, effort: &mut effort };
                    let own = all.gate(gate, &whole, Way::Down).expect("there is memory");
                    let mut some = Bounded { bdd: &mut bdd, chances: &chances, keep, effort: &mut effort };
                    let below = some.gate(gate, &bounds, Way::Down).expect("there is memory");
                    let above = some.gate(gate, &bounds, Way::Up).expect("there is memory");
                    exact.push(own);
                    bounds.push((below, above));
                    let beyond = [(below, own), (own, above)];
                    for (lower, upper) in beyond {
                        let outside = bdd.and(lower, upper ^ 1).expect("there is memory");
                        assert_eq!(outside, FALSE, "seed {seed}, {keep} nodes, gate {number}");
                        n_strict += usize::from(lower != upper);
                    }
                }
            }
        }
        assert!(n_strict > 1000, "{n_strict} bounds are not the function");
    }
}
