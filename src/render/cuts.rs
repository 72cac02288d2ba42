//! `cuts` as text, piece by piece.

use std::io::{self, Write};

use num_bigint::BigUint;

use super::lines::{entry, listed, paragraph, sentence};
use super::shapes::shape_in_words;
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, styled, visible};
use crate::analysis::Listed;
use crate::faulttree::{Bounds, Event};
use crate::model::State;
use crate::report::figures::grouped;
use crate::report::{CapabilityCutsReport, CutsReport, ShapeReport};

/// So many shapes are shown unless everything is wanted.
const MOST: usize = 15;
/// So many elements are named.
const MOST_ELEMENTS: usize = 6;

/// The minimal cut sets of each capability, those of the same shape on one line.
///
/// # Errors
/// When writing fails.
pub fn cuts(report: &CutsReport<'_>, detail: Detail, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (mut n_single, mut n_open, mut n_told) = (0, 0, 0);
    for (name, of) in &report.capabilities {
        let is_open = of.margin.is_none() && of.sets.cuts.complete_to() == Some(0);
        n_open += usize::from(is_open);
        n_single += usize::from(of.margin.is_some_and(|margin| margin <= 1));
        if detail == Detail::Quiet && !is_open && of.margin.is_none_or(|margin| margin > 1) {
            continue;
        }
        out.write_all(capability(name, of, report, detail, width).as_bytes())?;
        n_told += usize::from(of.margin.is_some_and(|margin| margin > 0));
        if detail == Detail::Verbose {
            rest(report, of, width, out)?;
        }
    }
    let kept = match report.state {
        _ if report.of_trees => "brings it about",
        State::Up => "degrades it",
        State::Degraded | State::Down => "takes it down",
    };
    if detail != Detail::Quiet && n_told > 0 {
        let what = if report.of_trees { "events" } else { "elements" };
        let text = format!(
            "minimal cut set: {what} whose failure together {kept}, none of which can be left out; margin: how many the \
             smallest has"
        );
        out.write_all(styled(DIM, sentence(&text, width)).as_bytes())?;
    }
    let n = report.capabilities.len();
    let alone = if report.of_trees { "an event that alone" } else { "something whose failure alone" };
    let (one, many) =
        if report.of_trees { ("top event", "top events") } else { ("capability", "capabilities") };
    let capabilities = if n == 1 { format!("1 {one} has") } else { format!("{n} {many} have") };
    let model = visible(&report.model);
    let open = if n_open > 0 { format!("; of {n_open} it is not known") } else { String::new() };
    let text = format!("{model}: {n_single} of {capabilities} {alone} {kept}{open}");
    out.write_all(sentence(&text, width).as_bytes())
}

/// The sets of which no more is told than what they are. Where they are too many to be sorted, those told before are among them.
fn rest(
    report: &CutsReport<'_>,
    of: &CapabilityCutsReport<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = |set: &[Event]| {
        let names: Vec<&str> = set.iter().map(|event| report.events[event.index()].as_str()).collect();
        out.write_all(entry("  ", &visible(&names.join(" and ")), width).as_bytes())
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
            Some(order) => {
                (styled(FAIR, "~"), format!("no minimal cut set of up to {}", number(order, report)))
            }
        },
        Some(0) => (styled(BAD, "✗"), "down with nothing failed".to_owned()),
        Some(margin) => {
            let mark = if margin == 1 { styled(BAD, "✗") } else { styled(GOOD, "✓") };
            let sets = if of.count == "1" { "set" } else { "sets" };
            let at_least = if is_whole { "" } else { "at least " };
            let order = of.sets.cuts.complete_to().filter(|_| is_whole);
            let up_to =
                order.map_or_else(String::new, |order| format!(" of up to {}", number(order, report)));
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
            Some(order) => format!("all of up to {} are known, larger ones are not", number(order, report)),
        };
        out += &styled(FAIR, paragraph("  ", &format!("a limit was hit: {known}"), width));
    }
    if let Some(probability) = of.sets.probability.filter(|probability| probability.upper > 0.0) {
        let lost = match report.state {
            _ if report.of_trees => "it comes about",
            State::Up => "not up",
            State::Degraded | State::Down => "down",
        };
        out += &paragraph("  ", &format!("{lost} with a probability {}", between(probability)), width);
    }
    if of.by_order.iter().filter(|count| *count != "0").count() > 1 {
        let orders = of.by_order.iter().enumerate().filter(|(_, count)| *count != "0");
        // What is counted is said once.
        let of = |(at, (order, count)): (usize, (usize, &String))| match at {
            0 => format!("{} of {}", grouped(count), number(order, report)),
            _ => format!("{} of {order}", grouped(count)),
        };
        let orders: Vec<String> = orders.enumerate().map(of).collect();
        out += &paragraph("  by size: ", &listed(&orders, 12, detail), width);
    }
    out += &if of.shapes.is_empty() { each(of, detail, width) } else { shapes(of, detail, width) };
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
        out += &entry("  ", &format!("{}{sets}", visible(&shape_in_words(shape, detail))), width);
    }
    let told = alone.iter().chain(together.iter().take(MOST));
    let shown: BigUint = told.filter_map(|shape| shape.sets.parse::<BigUint>().ok()).sum();
    out + &left(of, &shown, width)
}

/// How many sets there are that are not shown.
fn left(of: &CapabilityCutsReport<'_>, shown: &BigUint, width: usize) -> String {
    let left = of.sets.cuts.count() - shown;
    if left == BigUint::ZERO {
        return String::new();
    }
    let sets = if left == BigUint::from(1_u32) { "set" } else { "sets" };
    let text = format!("{} more {sets}: the smallest come first, -v shows all", grouped(&left.to_string()));
    styled(DIM, paragraph("  ", &text, width))
}

/// So many elements.
fn number(n: usize, report: &CutsReport<'_>) -> String {
    let what = if report.of_trees { "event" } else { "element" };
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// As digits, as far as they are told apart.
fn between(Bounds { lower, upper }: Bounds) -> String {
    let told = |chance: f64| if chance > 0.0 { format!("{chance:.1e}") } else { "0".to_owned() };
    match (told(lower), told(upper)) {
        (lower, upper) if lower == upper => format!("of {lower}"),
        (lower, upper) => format!("from {lower} to {upper}"),
    }
}

/// Each set by itself: how likely it is, what is in it, and what else that takes down.
fn each(of: &CapabilityCutsReport<'_>, detail: Detail, width: usize) -> String {
    // Who asks for so many gets them.
    let most = if detail == Detail::Verbose || of.sets.by_chance { usize::MAX } else { MOST };
    let told = &of.details[..of.details.len().min(most)];
    let by_chance = told.iter().filter(|set| set.probability > 0.0).count();
    let mut out = String::new();
    if by_chance > 0 {
        out += &styled(DIM, "  chance   what fails together\n");
    }
    for set in told {
        let chance = if set.probability > 0.0 { format!("{:.1e}", set.probability) } else { String::new() };
        let first = if by_chance > 0 { format!("  {chance:>7}  ") } else { "  ".to_owned() };
        let also = if set.also.is_empty() {
            String::new()
        } else {
            format!("; also {}", listed(&set.also, MOST, detail))
        };
        out += &entry(&first, &visible(&format!("{}{also}", set.cut.join(" and "))), width);
    }
    if told.is_empty() {
        return out;
    }
    let is_some_left = of.count != told.len().to_string();
    let which = match (of.sets.by_chance, detail) {
        (true, _) if by_chance == 0 => {
            "none of all happens by chance, by the figures that there are: the smallest come first".to_owned()
        }
        (true, _) if by_chance < told.len() => {
            "no others happen by chance, by the figures that there are: of these the smallest come first"
                .to_owned()
        }
        (true, _) if is_some_left && of.sets.cuts.is_complete() => "these are the most probable".to_owned(),
        (true, _) if is_some_left => "these are the most probable of those that are known".to_owned(),
        (false, Detail::Verbose) if is_some_left => {
            "chances and what else falls are told of these; the rest:".to_owned()
        }
        (true, _) | (false, Detail::Verbose) => return out,
        (false, _) => return out + &left(of, &BigUint::from(told.len()), width),
    };
    out + &styled(DIM, paragraph("  ", &which, width))
}
