//! Functions that are right wherever few events happen, and may be wrong elsewhere: enough to find all minimal cut sets up to an order, at
//! a price that does not depend on how large a diagram of the whole function would be.
//!
//! Once as many variables of a path are true as may be, all that follow count as false. With n variables and the order k
//! a function then has O(n^k) nodes, and mostly far fewer, whatever gates it is made of, negations included.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::bdd::{Bdd, Diagram, FALSE, TRUE};
use super::limits::{Budget, Hit};
use super::part::{Gate, Part, counted};

/// A diagram of a module that is right wherever variables that are true weigh no more than `order` together. `weights`: of the variable
/// of each level.
pub(super) fn truncated(
    part: &Part,
    places: &[usize],
    (weights, order): (&[u32], u32),
    budget: Budget<'_>,
) -> Result<Diagram, Hit> {
    let mut never = vec![false; part.variables.len()];
    for (place, weight) in places.iter().zip(weights) {
        never[*place] = *weight > order;
    }
    let mut bdd = Bdd::new(budget);
    let mut edges = bdd.variables(&never, places)?;
    let mut truncated = Truncated::new(&mut bdd, budget, weights, order);
    for gate in &part.gates {
        edges.push(truncated.gate(gate, &edges)?);
    }
    Ok(bdd.extract(edges[part.len() - 1]))
}

/// Makes truncated functions.
struct Truncated<'b, 'a> {
    bdd: &'b mut Bdd<'a>,
    budget: Budget<'a>,
    /// How much the variable of each level weighs: so many events it takes at least to make it true.
    weights: &'b [u32],
    /// So much the true variables of a path may weigh.
    order: u32,
    /// Conjunctions of two functions with so much room left.
    known: HashMap<Key, u32, BuildHasherDefault<Mixed>>,
    stack: Vec<Pending>,
}

type Key = (u32, u32, u32);

/// A conjunction that waits for that of its parts.
struct Pending {
    key: Key,
    level: u32,
    lo: (u32, u32),
    hi: Option<u32>,
}

impl<'b, 'a> Truncated<'b, 'a> {
    fn new(bdd: &'b mut Bdd<'a>, budget: Budget<'a>, weights: &'b [u32], order: u32) -> Self {
        Self { bdd, budget, weights, order, known: HashMap::default(), stack: Vec::new() }
    }

    /// The function of a gate. `edges`: those of all that was numbered before.
    fn gate(&mut self, gate: &Gate, edges: &[u32]) -> Result<u32, Hit> {
        let inputs = self.bdd.deepest_first(gate.edges(edges));
        let Some(enough) = gate.enough else {
            return inputs.iter().try_fold(TRUE, |all, input| self.and(*input, all));
        };
        counted(enough as usize, &inputs, [FALSE, TRUE], |one_less, so_many, input| {
            let one_more = self.and(input, one_less)?;
            Ok(self.and(one_more ^ 1, so_many ^ 1)? ^ 1)
        })
    }

    /// The conjunction. With a stack of its own: diagrams may be as deep as there are variables.
    fn and(&mut self, f: u32, g: u32) -> Result<u32, Hit> {
        let (mut f, mut g, mut room) = (f, g, self.order);
        self.stack.clear();
        loop {
            let mut result = match self.result(&mut f, &mut g, room) {
                Ok(result) => result,
                Err((level, f_parts, g_parts)) => {
                    let weight = self.weights[level as usize];
                    if weight > room {
                        // What there is no room for is false.
                        (f, g) = (f_parts.1, g_parts.1);
                    } else {
                        let lo = (f_parts.1, g_parts.1);
                        self.stack.push(Pending { key: (f, g, room), level, lo, hi: None });
                        (f, g, room) = (f_parts.0, g_parts.0, room - weight);
                    }
                    continue;
                }
            };
            loop {
                let Some(top) = self.stack.last_mut() else { return Ok(result) };
                match top.hi {
                    None => {
                        top.hi = Some(result);
                        (f, g, room) = (top.lo.0, top.lo.1, top.key.2);
                        break;
                    }
                    Some(hi) => {
                        let Pending { key, level, .. } = *top;
                        self.stack.pop();
                        result = self.bdd.make(level, hi, result)?;
                        self.known.insert(key, result);
                        // Often enough to stop within milliseconds.
                        if self.known.len().is_multiple_of(1 << 12) {
                            self.budget.check()?;
                        }
                    }
                }
            }
        }
    }

    /// The conjunction where it is known, and else the level of its variable and the parts of both: each with it true, and false.
    fn result(&self, f: &mut u32, g: &mut u32, room: u32) -> Result<u32, (u32, (u32, u32), (u32, u32))> {
        if *f == *g {
            *g = TRUE;
        }
        if *f > *g {
            std::mem::swap(f, g);
        }
        let (f, g) = (*f, *g);
        if f == FALSE || f == g ^ 1 {
            return Ok(FALSE);
        }
        if g == TRUE {
            return Ok(TRUE);
        }
        if room == 0 {
            // A function is negated exactly when it is true of nothing.
            return Ok(f & g & 1);
        }
        if let Some(known) = self.known.get(&(f, g, room)) {
            return Ok(*known);
        }
        let level = self.bdd.level(f).min(self.bdd.level(g));
        let parts = |edge: u32| match self.bdd.parts(edge) {
            Some((own, hi, lo)) if own == level => (hi, lo),
            _ => (edge, edge),
        };
        Err((level, parts(f), parts(g)))
    }
}

/// Multiplying and folding: nobody gains by making small numbers collide.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(23) ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}
