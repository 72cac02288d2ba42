//! The probability of a module too entangled for a decision diagram.
//!
//! A circuit's variables are summed out one by one, each from the product of all tables that speak of it (bucket elimination; Dechter
//! 1999). What that takes is known beforehand from the order alone: it is exponential in the size of the largest
//! table, not in that of the module. Where it is too much, a variable that many large tables share is set to false and to
//! true (cutset conditioning; Pearl 1988), and all that follows from it is concluded, until each case is easy enough. Tables
//! hold only what is possible. All terms are positive, so no digits are lost.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::bdd::Chance;
use super::circuit::{Circuit, Implications};
use super::fill::minimum_fill;
use super::limits::{Bounds, Budget, Hit, narrow};
use super::tree::Node;

/// The order in which variables are summed out.
struct Plan {
    order: Vec<u32>,
    /// At most so many rows there are in all tables together.
    cost: f64,
    /// Variables by their part in that, the largest first.
    heaviest: Vec<u32>,
}

/// How many rows the tables of a case may have at most before it is split. Most are impossible and not there.
const EASY: f64 = 134_217_728.0;
/// Where memory is short, it is so many times the nodes that there may be.
const ROWS: f64 = 16.0;
/// Where memory is so short that there would be about so many cases, it is no way.
const CASES: f64 = 256.0;
/// A table has one bit of a row for each variable.
const MOST_VARIABLES: usize = 63;
/// So many variables are tried before a case is split by the best of them.
const CANDIDATES: usize = 8;

/// About how many rows tables have in all until the probability of a literal is known; infinitely many where there is no hope.
pub(super) fn effort(circuit: &Circuit, literal: Node) -> f64 {
    let mut circuit = circuit.clone();
    let nothing_known = circuit.assume(literal, &[]).and_then(|()| circuit.conclude(&[]));
    if nothing_known.is_err() { 0.0 } else { plan(&circuit).cost }
}

/// So many rows tables may have without being split.
pub(super) fn easy(budget: &Budget<'_>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "it is a rough measure")]
    let room = budget.nodes as f64 * ROWS;
    EASY.min(room)
}

/// The probability that a literal of a circuit is true. When a limit is hit, bounds.
pub(super) fn probability(
    circuit: &Circuit,
    literal: Node,
    chances: &[Chance],
    budget: &Budget<'_>,
) -> Bounds {
    let mut circuit = circuit.clone();
    if circuit.assume(literal, chances).and_then(|()| circuit.conclude(chances)).is_err() {
        return Bounds::exact(0.0);
    }
    let easy = easy(budget);
    let plan = plan(&circuit);
    if easy < EASY && plan.cost > easy * CASES {
        return Bounds { lower: 0.0, upper: 1.0 };
    }
    let mut open = vec![(circuit, plan)];
    let mut sum = 0.0;
    while let Some((case, plan)) = open.pop() {
        let outcome = if plan.cost <= easy { sum_out(&case, &plan.order, chances, budget) } else { Err(Hit) };
        match outcome {
            Ok(rest) => sum += case.weight * rest,
            Err(Hit) if budget.check().is_err() || plan.heaviest.is_empty() => {
                let unknown: f64 = open.iter().map(|(case, _)| case.weight).sum();
                return Bounds { lower: sum, upper: (sum + unknown + case.weight).min(1.0) };
            }
            Err(Hit) => open.extend(split(&case, &plan, chances)),
        }
    }
    Bounds::exact(sum)
}

/// The cases of the variable that leaves the easiest ones.
fn split(case: &Circuit, plan: &Plan, chances: &[Chance]) -> Vec<(Circuit, Plan)> {
    let mut best: Option<(f64, Vec<(Circuit, Plan)>)> = None;
    for variable in plan.heaviest.iter().take(CANDIDATES) {
        let mut cases = Vec::new();
        let literal = Node::new(*variable as usize, false);
        for literal in [literal, !literal] {
            let mut case = case.clone();
            if case.assume(literal, chances).and_then(|()| case.conclude(chances)).is_ok() {
                let plan = self::plan(&case);
                cases.push((case, plan));
            }
        }
        let cost: f64 = cases.iter().map(|(_, plan)| plan.cost).sum();
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, cases));
        }
    }
    best.map_or_else(Vec::new, |(_, cases)| cases)
}

/// An order in which few pairs of variables newly meet in a table (minimum fill), found greedily.
fn plan(circuit: &Circuit) -> Plan {
    let variables = circuit.variables();
    let number: HashMap<u32, u32> =
        variables.iter().enumerate().map(|(number, variable)| (*variable, narrow(number))).collect();
    let mut pairs = Vec::new();
    for and in &circuit.ands {
        let [a, b] = and.inputs.map(|input| number[&narrow(input.index())]);
        pairs.push((a, b));
        if let Some(out) = number.get(&and.out) {
            pairs.extend([(a, *out), (b, *out)]);
        }
    }
    let Some((order, tables)) = minimum_fill(variables.len(), &pairs, MOST_VARIABLES) else {
        return Plan { order: Vec::new(), cost: f64::INFINITY, heaviest: Vec::new() };
    };
    let mut cost = 0.0;
    let mut part = vec![0.0; variables.len()];
    for (variable, others) in order.iter().zip(&tables) {
        let rows = f64::exp2(f64::from(narrow(others.len())));
        cost += rows;
        for member in others.iter().chain([variable]) {
            part[*member as usize] += rows;
        }
    }
    let mut heaviest: Vec<u32> = order.clone();
    heaviest.sort_by(|a, b| part[*b as usize].total_cmp(&part[*a as usize]).then(a.cmp(b)));
    heaviest.truncate(CANDIDATES);
    let names = |numbers: Vec<u32>| numbers.into_iter().map(|number| variables[number as usize]).collect();
    Plan { order: names(order), cost, heaviest: names(heaviest) }
}

/// Weights of the possible values of some variables; a row has a bit for each.
struct Table {
    variables: Vec<u32>,
    rows: Vec<(u64, f64)>,
}

/// Sums out all variables of a circuit whose weight is left out.
fn sum_out(circuit: &Circuit, order: &[u32], chances: &[Chance], budget: &Budget<'_>) -> Result<f64, Hit> {
    let turn: BTreeMap<u32, usize> =
        order.iter().enumerate().map(|(turn, variable)| (*variable, turn)).collect();
    let first = |variables: &[u32]| variables.iter().map(|variable| turn[variable]).min();
    let mut waiting: Vec<Vec<Table>> = Vec::new();
    waiting.resize_with(order.len(), Vec::new);
    for (turn, variable) in order.iter().enumerate() {
        if let Some(chance) = chances.get(*variable as usize - 1) {
            waiting[turn]
                .push(Table { variables: vec![*variable], rows: vec![(0, chance.no), (1, chance.yes)] });
        }
    }
    for and in &circuit.ands {
        let [a, b] = and.inputs;
        let mut rows = Vec::with_capacity(4);
        for values in 0..4_u64 {
            let [is_a, is_b] =
                [(a, values & 1), (b, values >> 1)].map(|(node, bit)| (bit == 1) != node.is_negated());
            let out = is_a && is_b;
            if !circuit.has_value(and.out) {
                rows.push((values | u64::from(out) << 2, 1.0));
            } else if !out {
                // What must be true has gone into its inputs: here something must not be.
                rows.push((values, 1.0));
            }
        }
        let mut variables = vec![narrow(a.index()), narrow(b.index())];
        if !circuit.has_value(and.out) {
            variables.push(and.out);
        }
        if let Some(turn) = first(&variables) {
            waiting[turn].push(Table { variables, rows });
        }
    }
    let implications = circuit.implications(true);
    let mut product = 1.0;
    for (turn, variable) in order.iter().enumerate() {
        budget.check()?;
        let mut tables = std::mem::take(&mut waiting[turn]);
        tables.sort_by_key(|table| Reverse(table.rows.len()));
        let mut tables = tables.into_iter();
        let Some(mut all) = tables.next() else { continue };
        let mut left: Vec<Table> = tables.collect();
        while !left.is_empty() {
            let new = |table: &Table| {
                table.variables.iter().filter(|variable| !all.variables.contains(variable)).count()
            };
            let next = (0..left.len()).min_by_key(|index| (new(&left[*index]), left[*index].rows.len()));
            let other = left.remove(next.unwrap_or_default());
            let without = left.is_empty().then_some(*variable);
            all = join(&all, &other, without, &implications, budget)?;
        }
        if all.variables.contains(variable) {
            let nothing = Table { variables: Vec::new(), rows: vec![(0, 1.0)] };
            all = join(&all, &nothing, Some(*variable), &implications, budget)?;
        }
        match first(&all.variables) {
            None => product *= all.rows.iter().map(|row| row.1).sum::<f64>(),
            Some(turn) => waiting[turn].push(all),
        }
    }
    Ok(product)
}

/// The bits of a row at some places.
fn bits(row: u64, places: &[usize]) -> u64 {
    places.iter().enumerate().fold(0, |bits, (to, from)| bits | (row >> from & 1) << to)
}

/// Rows of the same values become one.
fn merge(rows: &mut Vec<(u64, f64)>) {
    rows.sort_unstable_by_key(|row| row.0);
    rows.dedup_by(|row, kept| {
        let is_same = row.0 == kept.0;
        if is_same {
            kept.1 += row.1;
        }
        is_same
    });
}

/// The product of two tables, summed over a variable if one is given, without the rows that cannot be.
fn join(
    a: &Table,
    b: &Table,
    without: Option<u32>,
    implications: &Implications,
    budget: &Budget<'_>,
) -> Result<Table, Hit> {
    /// Rows are merged before there are so many, and each time after twice as many as were left.
    const MANY: usize = 1 << 20;
    let shared: Vec<(usize, usize)> = (0..a.variables.len())
        .filter_map(|at| {
            b.variables.iter().position(|other| *other == a.variables[at]).map(|other| (at, other))
        })
        .collect();
    let (of_a, of_b): (Vec<usize>, Vec<usize>) = shared.into_iter().unzip();
    let new: Vec<usize> = (0..b.variables.len()).filter(|at| !of_b.contains(at)).collect();
    let mut variables = a.variables.clone();
    variables.extend(new.iter().map(|at| b.variables[*at]));
    if variables.len() > MOST_VARIABLES {
        return Err(Hit);
    }
    let impossible = impossible(&variables, a.variables.len(), implications);
    // The rows of b by what they share with a.
    let mut others: Vec<(u64, u64, f64)> = b
        .rows
        .iter()
        .map(|row| (bits(row.0, &of_b), bits(row.0, &new) << a.variables.len(), row.1))
        .collect();
    others.sort_unstable_by_key(|other| (other.0, other.1));
    let mut range: HashMap<u64, (usize, usize)> = HashMap::new();
    for (index, other) in others.iter().enumerate() {
        range.entry(other.0).or_insert((index, index)).1 = index + 1;
    }
    let gone = without.and_then(|variable| variables.iter().position(|other| *other == variable));
    let squeeze = |row: u64| match gone {
        None => row,
        Some(place) => row & ((1 << place) - 1) | row >> 1 & !((1 << place) - 1),
    };
    if let Some(place) = gone {
        variables.remove(place);
    }
    let mut rows: Vec<(u64, f64)> = Vec::new();
    let mut many = MANY;
    for (values, weight) in &a.rows {
        let Some((start, end)) = range.get(&bits(*values, &of_a)) else { continue };
        for (_, more, other) in &others[*start..*end] {
            let values = values | more;
            if impossible
                .iter()
                .all(|(of, is, never)| values & of != *is || (values ^ never.0) & never.1 == 0)
            {
                rows.push((squeeze(values), weight * other));
            }
        }
        if rows.len() > many {
            budget.check()?;
            if gone.is_some() {
                merge(&mut rows);
            }
            many = (rows.len() * 2).max(MANY);
            if rows.len() > most_rows(budget) {
                return Err(Hit);
            }
        }
    }
    if gone.is_some() {
        merge(&mut rows);
    }
    Ok(Table { variables, rows })
}

/// With tables of so many rows there is room for those that are joined.
fn most_rows(budget: &Budget<'_>) -> usize {
    (budget.nodes / 4).min(1 << 26)
}

/// What a value of one variable says of others, as far as one of them is new: the bit, its value, and the values of the others
/// with a mask of which these are.
fn impossible(variables: &[u32], old: usize, implications: &Implications) -> Vec<(u64, u64, (u64, u64))> {
    let mut impossible = Vec::new();
    for (at, variable) in variables.iter().enumerate() {
        for is_true in [false, true] {
            let literal = Node::new(*variable as usize, !is_true);
            let (mut values, mut mask) = (0, 0);
            for (other_at, other) in variables.iter().enumerate() {
                if at == other_at || at < old && other_at < old {
                    continue;
                }
                let other = Node::new(*other as usize, false);
                if implications.holds(literal, other) {
                    values |= 1 << other_at;
                    mask |= 1 << other_at;
                } else if implications.holds(literal, !other) {
                    mask |= 1 << other_at;
                }
            }
            if mask != 0 {
                impossible.push((1 << at, u64::from(is_true) << at, (values, mask)));
            }
        }
    }
    impossible
}
