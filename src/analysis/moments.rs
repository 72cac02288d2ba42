//! Which times what has stopped can come back at, while all that failed stays failed.
//!
//! A gate's time is that of one of its inputs, or so much later: so it is the sum of the delays along a chain of gates that meets none
//! twice and begins at something that is there at once. Outside of circles such sums follow from those of the inputs; in a circle they
//! are a sum of something that the circle depends on, and delays of the circle, each at most once.
//!
//! Few sums differ, however many seconds lie between them. Whether a gate is late by any other time is whether it is late by the next
//! smaller sum, and what is late by the largest one never comes: so only sums need to be asked about.

use std::collections::HashMap;

use crate::compile::{Dense, NodeId, Op};
use crate::model::Time;

/// A gate whose sums are more is asked about each time as it comes.
const MOST_SUMS: usize = 1000;

/// So many steps are taken to find sums; gates that are left then are asked about each time as it comes.
const MOST_STEPS: usize = 1 << 25;

/// What can be said of the times of some gate; many gates share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Sums {
    /// No time but *never* is later.
    latest: Time,
    /// All times up to the longest that anyone rides out, sorted, and 0 always; `None` where they are too many.
    upto: Option<Vec<Time>>,
}

/// The times of gates that matter to what rides out something.
#[derive(Debug)]
pub(super) struct Moments {
    known: Vec<Sums>,
    /// By gate, which of the known; empty where nothing is ridden out.
    of: Vec<u32>,
}

/// Places in [`Moments::known`].
const AT_ONCE: u32 = 0;
const ANY_TIME: u32 = 1;

impl Moments {
    pub(super) fn new(dense: &Dense) -> Self {
        let known = vec![
            Sums { latest: Time::ZERO, upto: Some(vec![Time::ZERO]) },
            Sums { latest: Time::NEVER, upto: None },
        ];
        let mut moments = Self { known, of: Vec::new() };
        let ridden_out = |gate: &NodeId| match dense.op(*gate) {
            Op::Tolerates(time) if time.is_finite() => Some(time),
            _ => None,
        };
        if let Some(longest) = dense.nodes().filter_map(|gate| ridden_out(&gate)).max() {
            moments.of = vec![ANY_TIME; dense.len()];
            Finder::new(dense, longest, &mut moments).run();
        }
        moments
    }

    /// The smallest time that it makes no difference to ask about instead.
    pub(super) fn same_as(&self, gate: NodeId, time: Time) -> Time {
        let Some(of) = self.of.get(gate.index()) else { return time };
        let sums = &self.known[*of as usize];
        if time >= sums.latest {
            return Time::NEVER;
        }
        match &sums.upto {
            Some(upto) => upto[upto.partition_point(|sum| *sum <= time) - 1],
            None => time,
        }
    }
}

struct Finder<'a> {
    dense: &'a Dense,
    longest: Time,
    moments: &'a mut Moments,
    numbers: HashMap<Sums, u32>,
    steps: usize,
}

impl<'a> Finder<'a> {
    fn new(dense: &'a Dense, longest: Time, moments: &'a mut Moments) -> Self {
        let numbers = moments.known.iter().cloned().zip(0..).collect();
        Self { dense, longest, moments, numbers, steps: 0 }
    }

    fn run(&mut self) {
        let is_asked = self.asked();
        let gates: Vec<NodeId> = self.dense.nodes().collect();
        let mut circles = self.dense.circles().iter().peekable();
        let mut next = 0;
        while next < gates.len() && self.steps < MOST_STEPS {
            let range = circles.next_if(|circle| circle.start == next).cloned().unwrap_or(next..next + 1);
            next = range.end;
            if is_asked[range.clone()].contains(&true) {
                let of = self.sums(&gates[range.clone()]);
                self.moments.of[range].fill(of);
            }
        }
    }

    /// Which gates lie below something that rides out a time.
    fn asked(&self) -> Vec<bool> {
        let dense = self.dense;
        let mut is_asked = vec![false; dense.len()];
        let mut open: Vec<NodeId> =
            dense.nodes().filter(|gate| matches!(dense.op(*gate), Op::Tolerates(_))).collect();
        while let Some(gate) = open.pop() {
            for input in dense.inputs(gate) {
                if !std::mem::replace(&mut is_asked[input.index()], true) {
                    open.push(*input);
                }
            }
        }
        is_asked
    }

    /// Those of a gate, or of the gates of a circle, from those of what they depend on besides.
    fn sums(&mut self, gates: &[NodeId]) -> u32 {
        let (first, last) = (gates[0], gates[gates.len() - 1]);
        let inputs = gates.iter().flat_map(|gate| self.dense.inputs(*gate));
        let before = inputs.filter(|input| !(first..=last).contains(input));
        let mut of: Vec<u32> = before.map(|input| self.moments.of[input.index()]).collect();
        of.sort_unstable();
        of.dedup();
        let delay = |gate: &NodeId| match self.dense.op(*gate) {
            Op::Later(more) | Op::Start(more) => Some(more),
            _ => None,
        };
        let delays: Vec<Time> = gates.iter().filter_map(delay).collect();
        match (&of[..], &delays[..]) {
            ([], []) => return AT_ONCE,
            ([one], []) => return *one,
            _ => {}
        }
        let of = of.iter().map(|of| &self.moments.known[*of as usize]);
        let latest = of.clone().map(|sums| sums.latest).max().unwrap_or(Time::ZERO);
        let latest = delays.iter().fold(latest, |latest, more| latest + *more);
        let parts: Option<Vec<&[Time]>> = of.map(|sums| sums.upto.as_deref()).collect();
        let mut upto = parts.map(|parts| [&[Time::ZERO], &parts.concat()[..]].concat());
        // The first makes of all the lists one.
        for more in [Time::ZERO].into_iter().chain(delays) {
            let Some(sums) = &mut upto else { break };
            let later: Vec<Time> = sums.iter().map(|sum| *sum + more).collect();
            sums.extend(later.into_iter().filter(|sum| *sum <= self.longest));
            self.steps += sums.len();
            sums.sort_unstable();
            sums.dedup();
            if sums.len() > MOST_SUMS || self.steps > MOST_STEPS {
                upto = None;
            }
        }
        let sums = Sums { latest, upto };
        let known = &mut self.moments.known;
        *self.numbers.entry(sums).or_insert_with_key(|sums| {
            known.push(sums.clone());
            u32::try_from(known.len() - 1).expect("fewer sums than gates")
        })
    }
}
