//! `cuts` as text, piece by piece.

use std::io::{self, Write};

use super::lines::{listed, paragraph, sentence};
use super::shapes::shape_in_words;
use super::table::{Cell, table};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, styled, visible};
use crate::analysis::Listed;
use crate::faulttree::{Bounds, Event};
use crate::model::State;
use crate::report::figures::grouped;
use crate::report::{CapabilityCutsReport, CutsReport, SetReport, ShapeReport};

/// So many shapes are shown unless everything is wanted.
const MOST: usize = 15;
/// So many elements are named.
const MOST_ELEMENTS: usize = 6;

/// The minimal cut sets of each capability, those of the same shape on one line.
///
/// # Errors
/// When writing fails.
pub fn cuts(report: &CutsReport<'_>, detail: Detail, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (mut n_single, mut n_open) = (0, 0);
    for (name, of) in &report.capabilities {
        let is_open = of.margin.is_none() && of.sets.cuts.complete_to() == Some(0);
        n_open += usize::from(is_open);
        n_single += usize::from(of.margin.is_some_and(|margin| margin <= 1));
        if detail == Detail::Quiet && !is_open && of.margin.is_none_or(|margin| margin > 1) {
            continue;
        }
        out.write_all(capability(name, of, report, detail, width).as_bytes())?;
        if detail == Detail::Verbose {
            rest(report, of, out)?;
        }
    }
    let n = report.capabilities.len();
    let capabilities = if n == 1 { "1 capability has" } else { &format!("{n} capabilities have") };
    let kept = if report.state == State::Up { "degrades it" } else { "takes it down" };
    let model = visible(&report.model);
    let open = if n_open > 0 { format!("; of {n_open} it is not known") } else { String::new() };
    let text = format!("{model}: {n_single} of {capabilities} something whose failure alone {kept}{open}");
    out.write_all(sentence(&text, width).as_bytes())
}

/// The sets of which no more is told than what they are. Where they are too many to be sorted, those told before are among them.
fn rest(report: &CutsReport<'_>, of: &CapabilityCutsReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |set: &[Event]| {
        let names: Vec<&str> = set.iter().map(|event| report.events[event.index()].as_str()).collect();
        writeln!(out, "  {}", visible(&names.join(" and ")))
    };
    match &of.sets.listed {
        Listed::These(sets) => sets.iter().skip(of.details.len()).try_for_each(|set| line(set))?,
        Listed::All => of.sets.cuts.iter().try_for_each(|set| line(&set))?,
    }
    writeln!(out)
}

fn capability(
    name: &str,
    of: &CapabilityCutsReport<'_>,
    report: &CutsReport<'_>,
    detail: Detail,
    width: usize,
) -> String {
    let name = visible(name);
    let is_whole = of.sets.cuts.is_complete();
    let (mark, text) = match of.margin {
        None if of.sets.is_complete => (styled(GOOD, "✓"), "nothing that can fail takes it down".to_owned()),
        None => match of.sets.cuts.complete_to() {
            None | Some(0) => (styled(FAIR, "~"), "no minimal cut set was found".to_owned()),
            Some(order) => (styled(FAIR, "~"), format!("no minimal cut set of up to {order}")),
        },
        Some(0) => (styled(BAD, "✗"), "down with nothing failed".to_owned()),
        Some(margin) => {
            let mark = if margin == 1 { styled(BAD, "✗") } else { styled(GOOD, "✓") };
            let sets = if of.count == "1" { "set" } else { "sets" };
            let at_least = if is_whole { "" } else { "at least " };
            let order = of.sets.cuts.complete_to().filter(|_| is_whole);
            let up_to = order.map_or_else(String::new, |order| format!(" of up to {order}"));
            (mark, format!("{at_least}{} minimal cut {sets}{up_to}, margin {margin}", grouped(&of.count)))
        }
    };
    let text = match (report.state, of.margin) {
        (State::Up, None) if of.sets.is_complete => "nothing that can fail degrades it".to_owned(),
        (State::Up, Some(0)) => "degraded or down with nothing failed".to_owned(),
        _ => text,
    };
    let mut out = format!("{mark} {}: {text}\n", styled(BOLD, &name));
    if !is_whole {
        let known = match of.sets.cuts.complete_to() {
            None | Some(0) => "none is known".to_owned(),
            Some(order) => format!("all of up to {order} are known, larger ones are not"),
        };
        out += &styled(FAIR, paragraph("  ", &format!("a limit was hit: {known}"), width));
    }
    if let Some(probability) = of.sets.probability.filter(|probability| probability.upper > 0.0) {
        let lost = if report.state == State::Up { "not up" } else { "down" };
        out += &paragraph("  ", &format!("{lost} with a probability {}", between(probability)), width);
    }
    if of.by_order.iter().filter(|count| *count != "0").count() > 1 {
        let orders = of.by_order.iter().enumerate().filter(|(_, count)| *count != "0");
        let orders: Vec<String> =
            orders.map(|(order, count)| format!("{} of {order}", grouped(count))).collect();
        out += &paragraph("  by size: ", &listed(&orders, 12, detail), width);
    }
    out += &if detail == Detail::Verbose { each(of) } else { shapes(of, detail, width) };
    let in_most: Vec<String> = of
        .elements
        .iter()
        .filter(|(_, count)| *count != "1")
        .take(MOST_ELEMENTS)
        .map(|(element, count)| format!("{element} ({})", grouped(count)))
        .collect();
    if in_most.len() > 1 {
        out += &styled(DIM, paragraph("  in most sets: ", &listed(&in_most, MOST_ELEMENTS, detail), width));
    }
    if detail != Detail::Verbose {
        out.push('\n');
    }
    out
}

fn shapes(of: &CapabilityCutsReport<'_>, detail: Detail, width: usize) -> String {
    let mut out = String::new();
    let single = |shape: &&ShapeReport| matches!(&shape.parts[..], [part] if part.choose == 1);
    let (alone, together): (Vec<&ShapeReport>, Vec<&ShapeReport>) = of.shapes.iter().partition(single);
    if !alone.is_empty() {
        let names: Vec<String> = alone.iter().map(|shape| shape_in_words(shape, detail)).collect();
        out += &paragraph("  alone: ", &visible(&listed(&names, MOST, detail)), width);
    }
    for shape in together.iter().take(MOST) {
        let sets =
            if shape.sets == "1" { String::new() } else { format!(" [{} sets]", grouped(&shape.sets)) };
        out += &paragraph("  ", &format!("{}{sets}", visible(&shape_in_words(shape, detail))), width);
    }
    // Of fault trees there are no shapes: each set stands for itself.
    let plain = if of.shapes.is_empty() { &of.details[..] } else { &[] };
    for set in plain.iter().take(MOST) {
        out += &paragraph("  ", &visible(&set.cut.join(" and ")), width);
    }
    let rest = together.len().saturating_sub(MOST) + plain.len().saturating_sub(MOST);
    let listed_all = of.count == of.shaped.to_string();
    if rest > 0 || (of.shaped > 0 && !listed_all) {
        let more = match (rest, plain.is_empty()) {
            (0, _) => String::new(),
            (rest, true) => format!("{rest} more shapes; "),
            (rest, false) => format!("{rest} more; "),
        };
        let which = if of.is_most_probable {
            "these are the most probable".to_owned()
        } else {
            format!("{more}the smallest come first, -v shows all")
        };
        out += &styled(DIM, format!("  {which}\n"));
    }
    out
}

/// As digits, as far as they are told apart.
fn between(Bounds { lower, upper }: Bounds) -> String {
    let told = |chance: f64| if chance > 0.0 { format!("{chance:.1e}") } else { "0".to_owned() };
    match (told(lower), told(upper)) {
        (lower, upper) if lower == upper => format!("of {lower}"),
        (lower, upper) => format!("from {lower} to {upper}"),
    }
}

/// Each set on a line of its own.
fn each(of: &CapabilityCutsReport<'_>) -> String {
    let row = |set: &SetReport| {
        let also = if set.also.is_empty() { String::new() } else { format!("also {}", set.also.join(", ")) };
        let chance = if set.probability > 0.0 { format!("{:.1e}", set.probability) } else { String::new() };
        vec![
            Cell::new(""),
            Cell::new(visible(&set.cut.join(" and ")).into_owned()),
            Cell::new(chance).right(),
            Cell::new(visible(&also).into_owned()).style(DIM),
        ]
    };
    table(&of.details.iter().map(row).collect::<Vec<_>>())
}
