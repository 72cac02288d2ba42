//! Gates over planes: the kernel of [`super::Sweep`], which knows bits and nothing of models or times.
//!
//! A *plane* holds one bit for each scenario ([`Lanes`]). The first planes are leaves, which are given; every gate makes
//! one more from planes before it. Gates of a circle may also use planes after them; they settle at the largest or
//! smallest solution by iteration within the circle alone, in which only what an input changed is looked at again.
//!
//! Thresholds count in place: `k` of `n` with small `k` (or few that may be missing) keep one plane for each number up to
//! it, larger ones and capacities are added up by bit-sliced counters, plane by plane of binary digits.
//!
//! # Complexity
//! One pass outside of circles: inputs × 64 bytes are read and gates × 64 bytes written, in the order of memory wherever
//! gates use what was made shortly before. In circles a gate is evaluated at most once more for each of its input's changes.

#![expect(
    clippy::inline_always,
    reason = "the kernel is compiled for several kinds of processors, and what it calls with it"
)]

use std::ops::Range;

use super::lanes::Lanes;
use super::planes::Planes;

/// What a gate asks of its inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// All of them.
    All,
    /// One of them.
    Any,
    /// So many of them.
    AtLeast(u32),
    /// Weights that add up to so much.
    Weight {
        /// What must be reached.
        threshold: u128,
        /// What each input weighs; at most 2^120 together.
        weights: Vec<u128>,
    },
}

/// Where a circle begins its search for a solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Everything holds until it cannot: the largest solution.
    Everything,
    /// Nothing holds until it must: the smallest solution.
    Nothing,
}

/// How a gate is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Always,
    Never,
    All,
    Any,
    /// At least so many (2 to [`MOST_COUNTED`]) hold.
    Hold(u8),
    /// Fewer than so many (2 to [`MOST_COUNTED`]) do not hold.
    Lack(u8),
    /// At least so many, by a counter.
    Count(u32),
    /// Enough weight: an index of `sums`.
    Weigh(u32),
}

/// Up to so many are counted with one plane for each number; that is quicker than a counter's carries.
const MOST_COUNTED: usize = 4;

#[derive(Debug, Clone, Copy)]
struct Gate {
    way: Way,
    /// Whether it holds anyway where it is held.
    is_held: bool,
    /// Where its inputs end; they begin where those of the gate before end.
    end: u32,
}

#[derive(Debug, Clone)]
struct Circle {
    gates: Range<usize>,
    /// For each of its gates where its uses within the circle begin; one more at the end.
    first_use: Vec<u32>,
    /// Gates, counted from the circle's first.
    uses: Vec<u32>,
}

/// Gates in evaluation order.
///
/// ```
/// use linchpin::engine::{Ask, Circuit, From, Lanes};
/// let mut circuit = Circuit::new(3);
/// let two = circuit.gate(&Ask::AtLeast(2), [0, 1, 2]);
/// let mut planes = circuit.planes();
/// planes[0] = Lanes::first(2);
/// planes[1] = Lanes::first(1);
/// planes[2] = Lanes::NONE;
/// circuit.run(&mut planes, From::Everything, None);
/// assert_eq!(planes[two as usize], Lanes::first(1));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Circuit {
    n_leaves: usize,
    gates: Vec<Gate>,
    /// Where runs of gates that are worked out alike end: these need no decision for each gate.
    runs: Vec<usize>,
    inputs: Vec<u32>,
    /// For each gate that weighs: what must be reached and the weights, one an input.
    sums: Vec<(u128, Vec<u128>)>,
    circles: Vec<Circle>,
}

impl Circuit {
    /// No gates yet.
    pub fn new(n_leaves: usize) -> Self {
        Self { n_leaves, ..Self::default() }
    }

    /// How many planes it has.
    pub fn n_planes(&self) -> usize {
        self.n_leaves + self.gates.len()
    }

    /// How many gates it has.
    pub fn n_gates(&self) -> usize {
        self.gates.len()
    }

    /// How many inputs all gates have together.
    pub fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    /// Planes to run on: everything holds.
    pub fn planes(&self) -> Planes {
        Planes::new(self.n_planes(), Lanes::ALL)
    }

    /// Adds a gate; its plane. Inputs are planes before it, or, within a circle, of the same circle.
    pub fn gate(&mut self, ask: &Ask, inputs: impl IntoIterator<Item = u32>) -> u32 {
        let start = self.inputs.len();
        let way = match ask {
            Ask::Weight { threshold, weights } => return self.weighing(*threshold, weights, inputs),
            _ => {
                self.inputs.extend(inputs);
                let n = self.inputs.len() - start;
                match ask {
                    Ask::AtLeast(k) => counting(*k as usize, n),
                    Ask::Any => Way::Any,
                    _ => Way::All,
                }
            }
        };
        self.push(way)
    }

    /// The plane that the next gate will have.
    pub fn next(&self) -> u32 {
        plane(self.n_planes())
    }

    fn push(&mut self, way: Way) -> u32 {
        let plane = self.next();
        if self.gates.last().is_none_or(|last| last.way != way) {
            self.runs.push(self.gates.len());
        }
        *self.runs.last_mut().expect("there is a run") += 1;
        self.gates.push(Gate { way, is_held: false, end: self::plane(self.inputs.len()) });
        plane
    }

    /// A gate with weights. Equal ones are only counted.
    fn weighing(&mut self, threshold: u128, weights: &[u128], inputs: impl IntoIterator<Item = u32>) -> u32 {
        // More than what must be reached is no better than that.
        let (inputs, weights): (Vec<u32>, Vec<u128>) = inputs
            .into_iter()
            .zip(weights)
            .map(|(input, weight)| (input, (*weight).min(threshold)))
            .filter(|(_, weight)| *weight > 0)
            .unzip();
        let unit = weights.iter().copied().fold(0, gcd);
        self.inputs.extend(inputs);
        let n = weights.len();
        let way = if threshold == 0 {
            Way::Always
        } else if weights.iter().sum::<u128>() < threshold {
            Way::Never
        } else if weights.iter().all(|weight| *weight == unit) {
            counting(usize::try_from(threshold.div_ceil(unit)).unwrap_or(usize::MAX), n)
        } else {
            let weights = weights.iter().map(|weight| weight / unit).collect();
            self.sums.push((threshold.div_ceil(unit), weights));
            Way::Weigh(plane(self.sums.len() - 1))
        };
        self.push(way)
    }

    /// Says of the last gate that it holds wherever it is held.
    pub fn hold_last(&mut self) {
        if let Some(gate) = self.gates.last_mut() {
            gate.is_held = true;
        }
    }

    /// Says that all gates from this plane on are one circle.
    pub fn close_circle(&mut self, first: u32) {
        let gates = first as usize - self.n_leaves..self.gates.len();
        if gates.is_empty() {
            return;
        }
        let mut first_use = vec![0_u32; gates.len() + 1];
        let within = |input: u32| (input as usize).checked_sub(first as usize);
        for gate in gates.clone() {
            for input in self.inputs_of(gate).iter().filter_map(|input| within(*input)) {
                first_use[input + 1] += 1;
            }
        }
        for index in 0..gates.len() {
            first_use[index + 1] += first_use[index];
        }
        let mut next = first_use.clone();
        let mut uses = vec![0; first_use[gates.len()] as usize];
        for gate in gates.clone() {
            for input in self.inputs_of(gate).iter().filter_map(|input| within(*input)) {
                uses[next[input] as usize] = plane(gate - gates.start);
                next[input] += 1;
            }
        }
        self.circles.push(Circle { gates, first_use, uses });
    }

    fn inputs_of(&self, gate: usize) -> &[u32] {
        let start = gate.checked_sub(1).map_or(0, |before| self.gates[before].end);
        &self.inputs[start as usize..self.gates[gate].end as usize]
    }

    /// Works every gate out from the leaves. Where `held` says so, gates that can be held hold whatever their inputs do.
    pub fn run(&self, planes: &mut [Lanes], from: From, held: Option<&[Lanes]>) {
        pulp::Arch::new().dispatch(Pass { circuit: self, planes, from, held });
    }

    #[inline(always)]
    fn pass<const HELD: bool>(&self, planes: &mut [Lanes], from: From, held: &[Lanes]) {
        let mut counter = Vec::new();
        let mut circles = self.circles.iter().peekable();
        let mut at = 0;
        for end in &self.runs {
            while at < *end {
                match circles.peek() {
                    Some(circle) if circle.gates.start == at => {
                        self.settle::<HELD>(circle, planes, from, held, &mut counter);
                        at = circle.gates.end;
                        circles.next();
                    }
                    circle => {
                        let end = circle.map_or(*end, |circle| circle.gates.start.min(*end));
                        self.alike::<HELD>(at..end, planes, held, &mut counter);
                        at = end;
                    }
                }
            }
        }
    }

    /// Works out gates that ask alike and lie on no circle.
    #[inline(always)]
    fn alike<const HELD: bool>(
        &self,
        gates: Range<usize>,
        planes: &mut [Lanes],
        held: &[Lanes],
        counter: &mut Vec<Lanes>,
    ) {
        match self.gates[gates.start].way {
            Way::All => self.each::<HELD>(gates, planes, held, all),
            Way::Any => self.each::<HELD>(gates, planes, held, any),
            Way::Hold(2) => self.each::<HELD>(gates, planes, held, hold::<2>),
            Way::Lack(2) => self.each::<HELD>(gates, planes, held, lack::<2>),
            way => self.each::<HELD>(
                gates,
                planes,
                held,
                #[inline(always)]
                |inputs, planes| self.value(way, inputs, planes, counter),
            ),
        }
    }

    #[inline(always)]
    fn each<const HELD: bool>(
        &self,
        gates: Range<usize>,
        planes: &mut [Lanes],
        held: &[Lanes],
        mut value: impl FnMut(&[u32], &[Lanes]) -> Lanes,
    ) {
        let mut start = gates.start.checked_sub(1).map_or(0, |before| self.gates[before].end);
        let first = self.n_leaves + gates.start;
        for (plane, gate) in (first..).zip(&self.gates[gates]) {
            let mut value = value(&self.inputs[start as usize..gate.end as usize], planes);
            if HELD && gate.is_held {
                value |= held[plane];
            }
            planes[plane] = value;
            start = gate.end;
        }
    }

    #[inline(always)]
    fn settle<const HELD: bool>(
        &self,
        circle: &Circle,
        planes: &mut [Lanes],
        from: From,
        held: &[Lanes],
        counter: &mut Vec<Lanes>,
    ) {
        let n = circle.gates.len();
        let first = self.n_leaves + circle.gates.start;
        for index in 0..n {
            planes[first + index] = match from {
                From::Everything => Lanes::ALL,
                From::Nothing if HELD && self.gates[circle.gates.start + index].is_held => {
                    held[first + index]
                }
                From::Nothing => Lanes::NONE,
            };
        }
        let mut is_due = Due::all(n);
        let mut at = 0;
        while let Some(index) = is_due.next(at) {
            let gate = &self.gates[circle.gates.start + index];
            let mut value = self.value(gate.way, self.inputs_of(circle.gates.start + index), planes, counter);
            if HELD && gate.is_held {
                value |= held[first + index];
            }
            if value != planes[first + index] {
                planes[first + index] = value;
                let uses = circle.first_use[index] as usize..circle.first_use[index + 1] as usize;
                circle.uses[uses].iter().for_each(|owner| is_due.add(*owner as usize));
            }
            at = index + 1;
        }
    }

    #[inline(always)]
    fn value(&self, way: Way, inputs: &[u32], planes: &[Lanes], counter: &mut Vec<Lanes>) -> Lanes {
        let plane_of = |input: &u32| planes[*input as usize];
        match way {
            Way::Always => Lanes::ALL,
            Way::Never => Lanes::NONE,
            Way::All => all(inputs, planes),
            Way::Any => any(inputs, planes),
            Way::Hold(2) => hold::<2>(inputs, planes),
            Way::Hold(3) => hold::<3>(inputs, planes),
            Way::Hold(_) => hold::<MOST_COUNTED>(inputs, planes),
            Way::Lack(2) => lack::<2>(inputs, planes),
            Way::Lack(3) => lack::<3>(inputs, planes),
            Way::Lack(_) => lack::<MOST_COUNTED>(inputs, planes),
            Way::Count(k) => reaches(u128::from(k), inputs.iter().map(|input| (plane_of(input), 1)), counter),
            Way::Weigh(index) => {
                let (threshold, weights) = &self.sums[index as usize];
                reaches(*threshold, inputs.iter().map(plane_of).zip(weights.iter().copied()), counter)
            }
        }
    }
}

/// Another order of gates, in which those that ask alike stand together as far as their inputs allow, and nothing is far
/// from where it was. What the processor has just done it then does again, which is twice as quick in a cache.
///
/// Gates are numbers below `n`, each behind its inputs; `inputs` tells these of a gate. Gates of equal `shape` are alike.
pub fn alike_together<S: Ord, I: IntoIterator<Item = usize>>(
    n: usize,
    inputs: impl Fn(usize) -> I,
    shape: impl Fn(usize) -> S,
) -> Vec<usize> {
    /// So many planes fit into the cache next to the processor.
    const WINDOW: usize = 1024;
    let mut order: Vec<usize> = (0..n).collect();
    let mut depths = vec![0_u32; n];
    for window in order.chunks_mut(WINDOW) {
        let start = window[0];
        for gate in window.iter() {
            let within = inputs(*gate).into_iter().filter(|input| *input >= start);
            depths[*gate] = within.map(|input| depths[input] + 1).max().unwrap_or(0);
        }
        window.sort_by_cached_key(|gate| (depths[*gate], shape(*gate)));
    }
    order
}

/// A run: compiled for several kinds of processors, of which the one at hand is chosen.
struct Pass<'c> {
    circuit: &'c Circuit,
    planes: &'c mut [Lanes],
    from: From,
    held: Option<&'c [Lanes]>,
}

impl pulp::WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        match self.held {
            None => self.circuit.pass::<false>(self.planes, self.from, &[]),
            Some(held) => self.circuit.pass::<true>(self.planes, self.from, held),
        }
    }
}

/// The number of a plane, an input or a sum.
fn plane(index: usize) -> u32 {
    u32::try_from(index).expect("a circuit has fewer than 2^32 planes")
}

/// How to find whether at least `k` of `n` hold.
fn counting(k: usize, n: usize) -> Way {
    let few = |count: usize| u8::try_from(count).expect("few");
    match k {
        0 => Way::Always,
        _ if k > n => Way::Never,
        1 => Way::Any,
        _ if k == n => Way::All,
        _ if k <= MOST_COUNTED && k <= n - k + 1 => Way::Hold(few(k)),
        _ if n - k < MOST_COUNTED => Way::Lack(few(n - k + 1)),
        _ if k <= MOST_COUNTED => Way::Hold(few(k)),
        _ => Way::Count(plane(k)),
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Where all of the planes hold.
#[inline(always)]
fn all(inputs: &[u32], planes: &[Lanes]) -> Lanes {
    let mut all = Lanes::ALL;
    for input in inputs {
        all &= planes[*input as usize];
    }
    all
}

/// Where one of the planes holds.
#[inline(always)]
fn any(inputs: &[u32], planes: &[Lanes]) -> Lanes {
    let mut any = Lanes::NONE;
    for input in inputs {
        any |= planes[*input as usize];
    }
    any
}

/// Where at least `M` of the planes hold.
#[inline(always)]
fn hold<const M: usize>(inputs: &[u32], planes: &[Lanes]) -> Lanes {
    at_least::<M>(inputs, planes, Lanes::NONE)
}

/// Where fewer than `M` of the planes do not hold.
#[inline(always)]
fn lack<const M: usize>(inputs: &[u32], planes: &[Lanes]) -> Lanes {
    !at_least::<M>(inputs, planes, Lanes::ALL)
}

/// Where at least `M` of the planes, each flipped where told to, hold.
#[inline(always)]
fn at_least<const M: usize>(inputs: &[u32], planes: &[Lanes], flip: Lanes) -> Lanes {
    // At index i: at least i + 1 of those seen hold.
    let mut seen = [Lanes::NONE; M];
    for input in inputs {
        let plane = planes[*input as usize] ^ flip;
        for more in (1..M).rev() {
            let one_more = seen[more - 1] & plane;
            seen[more] |= one_more;
        }
        seen[0] |= plane;
    }
    seen[M - 1]
}

/// Where the weights of the planes that hold add up to a threshold above 0, none of them being above it.
///
/// The counter begins so far below a power of two that reaching the threshold carries out of its last digit.
#[inline(always)]
fn reaches(threshold: u128, planes: impl Iterator<Item = (Lanes, u128)>, counter: &mut Vec<Lanes>) -> Lanes {
    let n_digits = u128::BITS - (threshold - 1).leading_zeros();
    let begin = (1_u128 << n_digits) - threshold;
    counter.clear();
    counter.extend((0..n_digits).map(|digit| if begin >> digit & 1 == 1 { Lanes::ALL } else { Lanes::NONE }));
    let mut reached = Lanes::NONE;
    for (plane, weight) in planes {
        // Add the weight where the plane holds, digit by digit.
        let mut carry = Lanes::NONE;
        let lowest = weight.trailing_zeros();
        for (digit, sum) in (lowest..n_digits).zip(&mut counter[lowest as usize..]) {
            if weight >> digit == 0 && carry.is_empty() {
                break;
            }
            let add = if weight >> digit & 1 == 1 { plane } else { Lanes::NONE };
            let half = *sum ^ add;
            let next = (*sum & add) | (half & carry);
            *sum = half ^ carry;
            carry = next;
        }
        // A weight of exactly a power of two that is the threshold carries by itself.
        let whole = if weight >> n_digits == 0 { Lanes::NONE } else { plane };
        reached |= carry | whole;
    }
    reached
}

/// Which gates of a circle are to be looked at again.
struct Due(Vec<u64>, usize);

impl Due {
    fn all(n: usize) -> Self {
        let mut words = vec![u64::MAX; n / 64];
        if !n.is_multiple_of(64) {
            words.push((1 << (n % 64)) - 1);
        }
        Self(words, n)
    }

    fn add(&mut self, index: usize) {
        let word = &mut self.0[index / 64];
        self.1 += usize::from(*word >> (index % 64) & 1 == 0);
        *word |= 1 << (index % 64);
    }

    /// The next one at or after an index, or else from the beginning; it is due no more.
    fn next(&mut self, at: usize) -> Option<usize> {
        if self.1 == 0 {
            return None;
        }
        let words = self.0.len();
        // The word of `at` is looked at twice: first its end, at last its beginning.
        let found = (0..=words).find_map(|step| {
            let word = (at / 64 + step) % words;
            let mask = if step == 0 { u64::MAX << (at % 64) } else { u64::MAX };
            let left = self.0[word] & mask;
            (left != 0).then(|| word * 64 + left.trailing_zeros() as usize)
        })?;
        self.0[found / 64] &= !(1 << (found % 64));
        self.1 -= 1;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every number of planes that hold, against counting.
    #[test]
    fn thresholds_are_those_of_counting() {
        for n in 0..=9_u32 {
            for k in 0..=n + 1 {
                let mut circuit = Circuit::new(n as usize);
                let gate = circuit.gate(&Ask::AtLeast(k), 0..n) as usize;
                let mut planes = circuit.planes();
                for leaf in 0..n {
                    planes[leaf as usize] = digit(leaf);
                }
                circuit.run(&mut planes, From::Everything, None);
                for lane in 0..1_usize << n {
                    let holds = lane.count_ones() >= k;
                    assert_eq!(planes[gate].has(lane), holds, "{k} of {n} in {lane:b}");
                }
            }
        }
    }

    /// In lane l the digit of l.
    fn digit(place: u32) -> Lanes {
        let mut lanes = Lanes::NONE;
        (0..super::super::LANES).filter(|lane| lane >> place & 1 == 1).for_each(|lane| lanes.insert(lane));
        lanes
    }

    #[test]
    fn weights_are_those_of_adding() {
        let sets: [&[u128]; 7] = [
            &[1, 2, 3],
            &[7, 7, 7, 7],
            &[0, 5, 1, 9],
            &[8],
            &[10_u128.pow(20), 1, 10_u128.pow(20) - 1],
            &[],
            &[2, 4, 6, 8, 16, 32, 3, 1, 5],
        ];
        for weights in sets {
            let total: u128 = weights.iter().sum();
            for threshold in (0..=40).chain([total.saturating_sub(1), total, total + 1, total / 2]) {
                let n = u32::try_from(weights.len()).expect("few");
                let mut circuit = Circuit::new(weights.len());
                let ask = Ask::Weight { threshold, weights: weights.to_vec() };
                let gate = circuit.gate(&ask, 0..n) as usize;
                let mut planes = circuit.planes();
                for leaf in 0..n {
                    planes[leaf as usize] = digit(leaf);
                }
                circuit.run(&mut planes, From::Everything, None);
                for lane in 0..1_usize << n {
                    let carried = weights.iter().enumerate().filter(|(i, _)| lane >> i & 1 == 1);
                    let holds = carried.map(|(_, weight)| weight).sum::<u128>() >= threshold;
                    assert_eq!(planes[gate].has(lane), holds, "{threshold} of {weights:?} in {lane:b}");
                }
            }
        }
    }

    /// A circle holds as a whole or not at all, and takes no time that grows with the square of its length.
    #[test]
    fn circles_settle_from_both_sides() {
        const N: u32 = 100_000;
        let mut circuit = Circuit::new(1);
        let first = circuit.next();
        for index in 0..N {
            circuit.gate(&Ask::All, [if index == N / 2 { 0 } else { first }, first + (index + 1) % N]);
        }
        circuit.close_circle(first);
        let mut planes = circuit.planes();
        planes[0] = Lanes::first(3);
        circuit.run(&mut planes, From::Everything, None);
        assert!((1..=N as usize).all(|plane| planes[plane] == Lanes::first(3)));
        circuit.run(&mut planes, From::Nothing, None);
        assert!((1..=N as usize).all(|plane| planes[plane] == Lanes::NONE));
    }
}
