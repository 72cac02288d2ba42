//! Solves fault trees in `OpenPSA` MEF: how likely each top is, and how many minimal cut sets it has.
//!
//! `cargo run --release --example solve_a_fault_tree -- FILE [probability|cuts]`

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use linchpin::exchange::{MISSION_HOURS, openpsa};
use linchpin::faulttree::{Limits, Solver};

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "tests/fixtures/pumps.xml".to_owned());
    let what = arguments.next().unwrap_or_default();

    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let read = openpsa::read_text(&text, MISSION_HOURS).map_err(|problems| problems[0].message.clone())?;
    let (tree, nodes) = read.tree();
    let tops: Vec<_> = read.tops.iter().map(|top| nodes[*top]).collect();
    let solver = Solver::new(&tree, &tops, Limits::default());
    for (top, node) in read.tops.iter().zip(tops) {
        let name = &read.gates[*top].name;
        if what != "cuts" {
            println!("{name}: probability {:e}", solver.probability(node).lower);
        }
        if what != "probability" {
            println!("{name}: {} minimal cut sets", solver.cuts(node, None).count());
        }
    }
    Ok(())
}
