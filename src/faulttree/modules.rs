//! Independent parts of a tree, in linear time (Dutuit and Rauzy 1996): a gate is a module when nothing below it is used
//! from elsewhere. Each can be solved alone and stand in what uses it as if it were an event.

use super::limits::narrow;
use super::tree::{Node, Tree};

/// What was found below some tops.
pub(super) struct Modules {
    /// By number of a node: whether it is a module. Events are.
    pub(super) is_module: Vec<bool>,
    /// By number of a node: how often it is used.
    pub(super) uses: Vec<u32>,
    /// The nodes that are reached, ascending.
    pub(super) reached: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Dates {
    first: u32,
    second: u32,
    last: u32,
}

/// Finds the modules below some nodes, as if all these were inputs of one gate.
pub(super) fn modules(tree: &Tree, tops: &[Node]) -> Modules {
    let mut dates = vec![Dates::default(); tree.len()];
    let mut uses = vec![0; tree.len()];
    let mut stack: Vec<(usize, usize)> = Vec::new();
    let mut date = 0;
    for top in tops {
        date += 1;
        uses[top.index()] += 1;
        if dates[top.index()].first != 0 {
            dates[top.index()].last = date;
            continue;
        }
        dates[top.index()].first = date;
        stack.push((top.index(), 0));
        while let Some((node, next)) = stack.last_mut() {
            let node = *node;
            date += 1;
            if let Some(input) = tree.inputs(node).get(*next) {
                *next += 1;
                let input = input.index();
                uses[input] += 1;
                if dates[input].first == 0 {
                    dates[input].first = date;
                    stack.push((input, 0));
                } else {
                    dates[input].last = date;
                }
            } else {
                dates[node].second = date;
                dates[node].last = dates[node].last.max(date);
                stack.pop();
            }
        }
    }
    // Inputs come before what uses them.
    let mut below = vec![(u32::MAX, 0); tree.len()];
    let mut is_module = vec![false; tree.len()];
    let mut reached = Vec::new();
    for node in 0..tree.len() {
        let own = dates[node];
        if own.first == 0 {
            continue;
        }
        reached.push(narrow(node));
        let (mut first, mut last) = (u32::MAX, 0);
        for input in tree.inputs(node) {
            let (of_first, of_last) = below[input.index()];
            let dates = dates[input.index()];
            first = first.min(of_first).min(dates.first);
            last = last.max(of_last).max(dates.last);
        }
        below[node] = (first, last);
        is_module[node] = first > own.first && last < own.second;
    }
    Modules { is_module, uses, reached }
}
