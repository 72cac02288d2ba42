//! A system as a fault tree: which combinations of failures take a state away from its capabilities.
//!
//! The state is judged while every failed event stays failed, so that an event either happened or did not, and a gate's
//! time is 0, a sum of delays, or never. Of a gate two sorts of things are asked, each of which may be true or not:
//!
//! - *dropped*: it is no longer 0 for what keeps running (step 1 of the semantics);
//! - *late by t*: what has stopped gets it later than t, or never (step 2).
//!
//! Each is a formula over the same of its inputs: `all` is dropped when any input is, and so on. To ride out t asks
//! whether the input is late by t; what starts after d is late by t when what it needs is late by t - d. Where nothing
//! below a gate takes time the two are one, so that models without delays pay nothing for them; and times that a gate cannot tell
//! apart are one (`moments`).
//!
//! In circles dropping is the least solution (nothing stops of itself) and lateness the greatest (what waits for itself
//! never comes). Both are found by iterating, as functions that are equal exactly when they are the same, over gates that
//! cut all circles: of f of them, f rounds suffice, for whatever the events are, each round that changes anything changes
//! at least one of f values for good.

use std::collections::{HashMap, HashSet};

use super::System;
use super::moments::Moments;
use crate::compile::{Capacity, ConditionId, Dense, Level, NodeId, Op};
use crate::faulttree::{Function, Functions, Limits, Node, Tree};
use crate::model::{Class, Element, ElementId, State, Time};
use crate::topology::Knots;

/// The fault tree of some capabilities.
#[derive(Debug, Clone)]
pub struct SystemTree {
    /// Its events have the probabilities of the model's failure figures.
    pub tree: Tree,
    /// The element of each event, in the model's order.
    pub events: Vec<ElementId>,
    /// For each capability asked about, what is true when its state is worse than the one to be kept.
    pub tops: Vec<Node>,
}

/// A system that is too entangled to be written out as a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooEntangled;

impl std::fmt::Display for TooEntangled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("circles of dependencies, or capacities of many different sizes, that are too large to be written out as a fault tree")
    }
}

/// The functions of one circle may take so much memory.
const MOST_BYTES: usize = 1 << 30;
/// One service's capacities may add up in so many different ways.
const MOST_AMOUNTS: usize = 1_000_000;

impl SystemTree {
    /// The tree in which the elements of some classes may fail, and all others never do.
    ///
    /// # Errors
    /// If circles are so entangled, or capacities so many, that the tree would be too large.
    ///
    /// # Complexity
    /// Linear in gates and inputs where nothing is circular; in a circle, times the number of nodes that cut it.
    pub fn new(
        system: &System,
        capabilities: &[ElementId],
        kept: State,
        classes: &[Class],
    ) -> Result<Self, TooEntangled> {
        let may_fail = |element: &Element| element.class().is_some_and(|class| classes.contains(&class));
        Self::of(system, capabilities, kept, &may_fail)
    }

    /// The tree in which only what fails by chance may: for probabilities it is the same as one with all classes, and smaller.
    ///
    /// # Errors
    /// As [`SystemTree::new`].
    pub fn by_chance(system: &System, capabilities: &[ElementId], kept: State) -> Result<Self, TooEntangled> {
        let may_fail = |element: &Element| element.availability.is_some_and(|works| works < 1.0);
        Self::of(system, capabilities, kept, &may_fail)
    }

    fn of(
        system: &System,
        capabilities: &[ElementId],
        kept: State,
        may_fail: &dyn Fn(&Element) -> bool,
    ) -> Result<Self, TooEntangled> {
        let level = if kept == State::Up { Level::Full } else { Level::Ok };
        let mut asked = Asked::new(&system.dense);
        let tops: Vec<u32> = capabilities
            .iter()
            .map(|id| asked.item(system.dense.condition(ConditionId::of(*id, level)), Plane::LateBy(ALWAYS)))
            .collect();
        asked.follow();
        let mut writer = Writer::new(&asked, system, may_fail);
        writer.run(&tops)?;
        let tops = tops.into_iter().map(|top| writer.values[top as usize]).collect();
        Ok(Self { tree: writer.tree, events: writer.events, tops })
    }
}

/// Late by this: never.
const ALWAYS: Time = Time::NEVER;

/// What is asked of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Plane {
    /// Whether it does not hold for what keeps running.
    Dropped,
    /// Whether it holds later than this or never; with [`ALWAYS`], whether it never does.
    LateBy(Time),
}

/// Everything that is asked of gates, each once, and what each asks in turn.
struct Asked<'d> {
    dense: &'d Dense,
    items: Vec<(NodeId, Plane)>,
    dropped: Vec<u32>,
    late: HashMap<(NodeId, Time), u32>,
    /// Whether something at or below a gate takes time.
    takes_time: Vec<bool>,
    moments: Moments,
    inputs: Vec<u32>,
    /// For each item where its inputs begin; one more at the end.
    first_input: Vec<u32>,
    /// The same the other way round; for models with circles only.
    users: Vec<u32>,
    first_user: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl<'d> Asked<'d> {
    fn new(dense: &'d Dense) -> Self {
        Self {
            dense,
            items: Vec::new(),
            dropped: vec![NONE; dense.len()],
            late: HashMap::new(),
            takes_time: takes_time(dense),
            moments: Moments::new(dense),
            inputs: Vec::new(),
            first_input: vec![0],
            users: Vec::new(),
            first_user: Vec::new(),
        }
    }

    fn item(&mut self, gate: NodeId, plane: Plane) -> u32 {
        let next = u32::try_from(self.items.len()).expect("fewer than 2^32 questions");
        let plane = match plane {
            Plane::LateBy(time) if self.takes_time[gate.index()] => {
                Plane::LateBy(self.moments.same_as(gate, time))
            }
            _ => Plane::Dropped,
        };
        let known = match plane {
            Plane::Dropped => &mut self.dropped[gate.index()],
            Plane::LateBy(time) => self.late.entry((gate, time)).or_insert(NONE),
        };
        if *known == NONE {
            *known = next;
            self.items.push((gate, plane));
        }
        *known
    }

    /// Asks all that follows from what was asked.
    fn follow(&mut self) {
        let mut next = 0;
        while let Some((gate, plane)) = self.items.get(next).copied() {
            next += 1;
            let dense = self.dense;
            let below = match (dense.op(gate), plane) {
                (Op::Event, _) | (Op::Later(_) | Op::ToStart, Plane::Dropped) => None,
                (Op::Tolerates(tolerated), Plane::Dropped) => Some(Plane::LateBy(tolerated)),
                (_, Plane::Dropped) => Some(Plane::Dropped),
                (Op::Later(more) | Op::Start(more), Plane::LateBy(time)) => {
                    less(time, more).map(Plane::LateBy)
                }
                (_, Plane::LateBy(time)) => Some(Plane::LateBy(time)),
            };
            if let Some(below) = below {
                for input in dense.inputs(gate) {
                    let input = self.item(*input, below);
                    self.inputs.push(input);
                }
            }
            if plane != Plane::Dropped && dense.is_condition(gate) {
                let own = self.item(gate, Plane::Dropped);
                self.inputs.push(own);
            }
            self.first_input.push(u32::try_from(self.inputs.len()).expect("fewer than 2^32 inputs"));
        }
        if !self.dense.has_circles() {
            return;
        }
        let mut pairs: Vec<(u32, u32)> = (0..self.items.len())
            .flat_map(|item| self.inputs(item).iter().map(move |input| (*input, count(item))))
            .collect();
        pairs.sort_unstable();
        self.first_user = vec![0; self.items.len() + 1];
        for (input, _) in &pairs {
            self.first_user[*input as usize + 1] += 1;
        }
        for item in 0..self.items.len() {
            self.first_user[item + 1] += self.first_user[item];
        }
        self.users = pairs.into_iter().map(|(_, user)| user).collect();
    }

    fn inputs(&self, item: usize) -> &[u32] {
        &self.inputs[self.first_input[item] as usize..self.first_input[item + 1] as usize]
    }

    /// The items that ask for an item.
    fn users(&self, item: usize) -> &[u32] {
        &self.users[self.first_user[item] as usize..self.first_user[item + 1] as usize]
    }

    fn is_dropped(&self, item: usize) -> bool {
        self.items[item].1 == Plane::Dropped
    }

    /// Sets of items that depend on each other, dependencies first, and whether each is a circle.
    fn components(&self) -> Vec<(Vec<usize>, bool)> {
        if self.dense.has_circles() {
            let edges = (0..self.items.len())
                .flat_map(|item| self.inputs(item).iter().map(move |input| (item, *input as usize)));
            return Knots::new(self.items.len(), edges).components().collect();
        }
        // Outside of circles gates stand behind their inputs, and lateness asks what was dropped.
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_unstable_by_key(|item| self.items[*item]);
        order.into_iter().map(|item| (vec![item], false)).collect()
    }
}

/// What is left of a time after a delay; `None` if the delay alone is longer.
fn less(time: Time, delay: Time) -> Option<Time> {
    match (time.as_seconds(), delay.as_seconds()?) {
        (None, _) => Some(ALWAYS),
        (Some(time), delay) => time.checked_sub(delay).map(Time::seconds),
    }
}

/// For each gate whether it or something below it tells running from coming back.
fn takes_time(dense: &Dense) -> Vec<bool> {
    let mut takes_time = vec![false; dense.len()];
    if !dense.has_delays() {
        return takes_time;
    }
    let is_delay = |op| matches!(op, Op::Later(_) | Op::Start(_) | Op::ToStart | Op::Tolerates(_));
    let mut open: Vec<NodeId> = dense.nodes().filter(|node| is_delay(dense.op(*node))).collect();
    for node in &open {
        takes_time[node.index()] = true;
    }
    while let Some(node) = open.pop() {
        for (owner, _) in dense.uses(node) {
            if !std::mem::replace(&mut takes_time[owner.index()], true) {
                open.push(owner);
            }
        }
    }
    takes_time
}

/// Where gates are made: in the tree, or as functions that can be told apart.
trait Gates {
    type Value: Copy + Ord + std::hash::Hash;
    const NEVER: Self::Value;
    const ALWAYS: Self::Value;
    fn all(&mut self, of: &[Self::Value]) -> Result<Self::Value, TooEntangled>;
    fn any(&mut self, of: &[Self::Value]) -> Result<Self::Value, TooEntangled>;
    fn at_least(&mut self, k: u32, of: &[Self::Value]) -> Result<Self::Value, TooEntangled>;
}

impl Gates for Tree {
    type Value = Node;
    const NEVER: Node = Node::NEVER;
    const ALWAYS: Node = Node::ALWAYS;

    fn all(&mut self, of: &[Node]) -> Result<Node, TooEntangled> {
        Ok(Tree::all(self, of.iter().copied()))
    }

    fn any(&mut self, of: &[Node]) -> Result<Node, TooEntangled> {
        Ok(Tree::any(self, of.iter().copied()))
    }

    fn at_least(&mut self, k: u32, of: &[Node]) -> Result<Node, TooEntangled> {
        Ok(Tree::at_least(self, k, of.iter().copied()))
    }
}

impl Gates for Functions<'_> {
    type Value = Function;
    const NEVER: Function = Function::NEVER;
    const ALWAYS: Function = Function::ALWAYS;

    fn all(&mut self, of: &[Function]) -> Result<Function, TooEntangled> {
        Functions::all(self, of).map_err(|_| TooEntangled)
    }

    fn any(&mut self, of: &[Function]) -> Result<Function, TooEntangled> {
        Functions::any(self, of).map_err(|_| TooEntangled)
    }

    fn at_least(&mut self, k: u32, of: &[Function]) -> Result<Function, TooEntangled> {
        Functions::at_least(self, k, of).map_err(|_| TooEntangled)
    }
}

/// Writes the tree, item by item.
struct Writer<'a, 'd> {
    asked: &'a Asked<'d>,
    tree: Tree,
    events: Vec<ElementId>,
    /// By gate, the nodes of events that may happen.
    of_event: HashMap<NodeId, Node>,
    /// By item.
    values: Vec<Node>,
    /// By item, for the circle at hand.
    functions: Vec<Function>,
}

impl<'a, 'd> Writer<'a, 'd> {
    fn new(asked: &'a Asked<'d>, system: &System, may_fail: &dyn Fn(&Element) -> bool) -> Self {
        let mut writer = Self {
            asked,
            tree: Tree::new(),
            events: Vec::new(),
            of_event: HashMap::new(),
            values: vec![Node::NEVER; asked.items.len()],
            functions: Vec::new(),
        };
        for (id, element) in system.model.elements() {
            let gate = asked.dense.event(id);
            if may_fail(element) && asked.dropped[gate.index()] != NONE {
                let node = writer.tree.event(1.0 - element.availability.unwrap_or(1.0));
                writer.of_event.insert(gate, node);
                writer.events.push(id);
            }
        }
        writer
    }

    fn run(&mut self, tops: &[u32]) -> Result<(), TooEntangled> {
        let asked = self.asked;
        for (set, is_circle) in asked.components() {
            if is_circle {
                self.circle(&set, tops)?;
            } else if asked.dense.op(asked.items[set[0]].0) == Op::Event {
                let event = self.of_event.get(&asked.items[set[0]].0);
                self.values[set[0]] = event.copied().unwrap_or(Node::NEVER);
            } else {
                let of: Vec<Node> =
                    asked.inputs(set[0]).iter().map(|input| self.values[*input as usize]).collect();
                self.values[set[0]] = value(asked, set[0], &of, &mut self.tree)?;
            }
        }
        Ok(())
    }

    /// Items that depend on each other: solved as functions of what they depend on besides, and then written out.
    fn circle(&mut self, set: &[usize], tops: &[u32]) -> Result<(), TooEntangled> {
        let asked = self.asked;
        let (dropped, late): (Vec<usize>, Vec<usize>) = set.iter().partition(|item| asked.is_dropped(**item));
        let mut equations = Equations {
            asked,
            functions: Functions::new(Limits { memory: Some(MOST_BYTES), ..Limits::default() }),
            values: std::mem::take(&mut self.functions),
        };
        equations.values.resize(asked.items.len(), Function::NEVER);
        let is_inside = |item: &u32| set.binary_search(&(*item as usize)).is_ok();
        // Variables stand in the order in which they are met.
        let [in_dropped, in_late] = [&dropped, &late].map(|items| loops(asked, items));
        let in_order = in_dropped.iter().chain(&in_late).flat_map(|of| &of.order);
        for input in in_order.flat_map(|item| asked.inputs(*item)).filter(|input| !is_inside(input)) {
            let function = equations.functions.of(self.values[*input as usize]).map_err(|_| TooEntangled)?;
            equations.values[*input as usize] = function;
        }
        equations.solve_both((&dropped, &in_dropped), (&late, &in_late))?;
        let is_seen = |item: usize| {
            tops.iter().any(|top| *top as usize == item)
                || asked.users(item).iter().any(|user| !is_inside(user))
        };
        for item in set.iter().copied().filter(|item| is_seen(*item)) {
            self.values[item] = equations.functions.write(equations.values[item], &mut self.tree);
        }
        self.functions = equations.values;
        Ok(())
    }
}

/// Items of a circle as functions of what they depend on besides.
struct Equations<'a, 'd> {
    asked: &'a Asked<'d>,
    functions: Functions<'a>,
    /// By item.
    values: Vec<Function>,
}

impl Equations<'_, '_> {
    /// The least solution for what drops, given the greatest one for what is late, which depends on it in turn.
    fn solve_both(
        &mut self,
        (dropped, in_dropped): (&[usize], &[Loop]),
        (late, in_late): (&[usize], &[Loop]),
    ) -> Result<(), TooEntangled> {
        let asked = self.asked;
        for item in late {
            self.values[*item] = Function::NEVER;
        }
        // What is ridden out asks how late the same circle makes it: from nothing being late, as often as there are such.
        let asks = |item: &&usize| {
            asked.inputs(**item).iter().any(|input| late.binary_search(&(*input as usize)).is_ok())
        };
        let between: Vec<usize> = dropped.iter().filter(asks).copied().collect();
        for _ in 0..=between.len() {
            self.solve(in_dropped, Function::NEVER)?;
            self.solve(in_late, Function::ALWAYS)?;
            let mut has_changed = false;
            for item in &between {
                has_changed |= self.value(*item)? != self.values[*item];
            }
            if !has_changed {
                break;
            }
        }
        Ok(())
    }

    /// Iterates each from below or above until nothing changes, which takes no more rounds than there are cuts.
    fn solve(&mut self, loops: &[Loop], start: Function) -> Result<(), TooEntangled> {
        for Loop { order, cuts } in loops {
            for item in cuts {
                self.values[*item] = start;
            }
            for _ in 0..=cuts.len() {
                let before: Vec<Function> = cuts.iter().map(|item| self.values[*item]).collect();
                for item in order {
                    self.values[*item] = self.value(*item)?;
                }
                if cuts.iter().zip(before).all(|(item, before)| self.values[*item] == before) {
                    break;
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, item: usize) -> Result<Function, TooEntangled> {
        let of: Vec<Function> =
            self.asked.inputs(item).iter().map(|input| self.values[*input as usize]).collect();
        value(self.asked, item, &of, &mut self.functions)
    }
}

/// An item that is no event, from its inputs.
fn value<G: Gates>(
    asked: &Asked<'_>,
    item: usize,
    inputs: &[G::Value],
    gates: &mut G,
) -> Result<G::Value, TooEntangled> {
    let (gate, plane) = asked.items[item];
    let is_late = plane != Plane::Dropped;
    let (of, own) = match inputs.split_last() {
        Some((own, of)) if is_late && asked.dense.is_condition(gate) => (of, Some(*own)),
        _ => (inputs, None),
    };
    let value = match (asked.dense.op(gate), is_late) {
        (Op::ToStart, false) | (Op::AtLeast(0), _) => G::NEVER,
        (Op::Later(_), false) => G::ALWAYS,
        // A delay that is longer than what is asked has asked for no input.
        (Op::Later(_) | Op::Start(_), true) if of.is_empty() => G::ALWAYS,
        (Op::Event | Op::All | Op::Later(_) | Op::Start(_) | Op::ToStart | Op::Tolerates(_), _) => {
            gates.any(of)?
        }
        (Op::Any, _) => gates.all(of)?,
        (Op::AtLeast(k), _) if k as usize > of.len() => G::ALWAYS,
        (Op::AtLeast(k), _) => gates.at_least(count(of.len()) + 1 - k, of)?,
        (Op::Capacity(index), _) => {
            let carry = asked.dense.capacities(gate, index);
            capacity(asked.dense.threshold(index), carry, of, gates)?
        }
    };
    match own {
        // What stays holds at once, whatever its inputs do.
        Some(dropped) => gates.all(&[dropped, value]),
        None => Ok(value),
    }
}

/// Whether those that have not fallen carry too little.
fn capacity<G: Gates>(
    threshold: Capacity,
    carry: &[Capacity],
    fallen: &[G::Value],
    gates: &mut G,
) -> Result<G::Value, TooEntangled> {
    if threshold == Capacity::ZERO {
        return Ok(G::NEVER);
    }
    if let Some(each) = carry.first().filter(|first| carry.iter().all(|other| other == *first)) {
        if *each == Capacity::ZERO {
            return Ok(G::ALWAYS);
        }
        let k = threshold.billionths().div_ceil(each.billionths());
        return match usize::try_from(k).ok().filter(|k| *k <= fallen.len()) {
            Some(k) => gates.at_least(count(fallen.len() + 1 - k), fallen),
            None => Ok(G::ALWAYS),
        };
    }
    // The largest first: what may still be missing after each, every amount once.
    let mut parts: Vec<(Capacity, G::Value)> = carry.iter().copied().zip(fallen.iter().copied()).collect();
    parts.sort_by(|a, b| b.cmp(a));
    let mut left: Vec<Capacity> = vec![Capacity::ZERO; parts.len() + 1];
    for index in (0..parts.len()).rev() {
        left[index] = left[index + 1] + parts[index].0;
    }
    let mut missing: Vec<Vec<Capacity>> = vec![vec![threshold]];
    let mut n_amounts = 0;
    for (index, (carries, _)) in parts.iter().enumerate() {
        let open =
            missing[index].iter().filter(|amount| **amount > Capacity::ZERO && left[index] >= **amount);
        let mut next: Vec<Capacity> = open.flat_map(|amount| [*amount, amount.minus(*carries)]).collect();
        next.sort_unstable();
        next.dedup();
        n_amounts += next.len();
        if n_amounts > MOST_AMOUNTS {
            return Err(TooEntangled);
        }
        missing.push(next);
    }
    let mut known: HashMap<Capacity, G::Value> = HashMap::new();
    for index in (0..missing.len()).rev() {
        let mut here = HashMap::with_capacity(missing[index].len());
        for amount in &missing[index] {
            let value = if *amount == Capacity::ZERO {
                G::NEVER
            } else if left[index] < *amount {
                G::ALWAYS
            } else {
                let (carries, falls) = parts[index];
                let without = gates.all(&[falls, known[amount]])?;
                gates.any(&[without, known[&amount.minus(carries)]])?
            };
            here.insert(*amount, value);
        }
        known = here;
    }
    Ok(known[&threshold])
}

fn count(n: usize) -> u32 {
    u32::try_from(n).expect("there are fewer than 2^32 questions and inputs")
}

/// Items that depend on each other, in an order in which each stands behind its inputs except for some, which cut all
/// circles; or one item that does not depend on itself.
struct Loop {
    order: Vec<usize>,
    cuts: Vec<usize>,
}

/// What some items are without the others: sets that depend on each other, dependencies first.
fn loops(asked: &Asked<'_>, set: &[usize]) -> Vec<Loop> {
    let place: HashMap<usize, usize> = set.iter().enumerate().map(|(place, item)| (*item, place)).collect();
    let inputs = |item: &usize| asked.inputs(*item).iter().filter_map(|input| place.get(&(*input as usize)));
    let edges =
        set.iter().enumerate().flat_map(|(place, item)| inputs(item).map(move |input| (place, *input)));
    let knots = Knots::new(set.len(), edges);
    let items = |places: Vec<usize>| places.into_iter().map(|place| set[place]).collect();
    knots.components().map(|(places, _)| Loop::new(asked, items(places))).collect()
}

impl Loop {
    /// Depth first: what is met again while it is still open cuts a circle.
    fn new(asked: &Asked<'_>, set: Vec<usize>) -> Self {
        let members: HashSet<usize> = set.iter().copied().collect();
        let mut order = Vec::with_capacity(set.len());
        let mut cuts = Vec::new();
        // By item: whether it is still open.
        let mut seen: HashMap<usize, bool> = HashMap::with_capacity(set.len());
        for start in set {
            if seen.contains_key(&start) {
                continue;
            }
            seen.insert(start, true);
            let mut path = vec![(start, 0)];
            while let Some((item, next)) = path.last_mut() {
                let Some(input) = asked.inputs(*item).get(*next).map(|input| *input as usize) else {
                    seen.insert(*item, false);
                    order.push(*item);
                    path.pop();
                    continue;
                };
                *next += 1;
                if !members.contains(&input) {
                    continue;
                }
                match seen.get(&input) {
                    None => {
                        seen.insert(input, true);
                        path.push((input, 0));
                    }
                    Some(true) => cuts.push(input),
                    Some(false) => {}
                }
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        Self { order, cuts }
    }
}
