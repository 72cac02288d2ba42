//! The text of `replay`.

use anstyle::Style;

use super::lines::{paragraph, sentence};
use super::table::{Cell, table, wrapped_table};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, style_of, styled, visible};
use crate::model::{State, Time};
use crate::report::{HappenedReport, ReplayReport, ReplayedReport, ReplaysReport, SaysReport, WorstReport};

/// So many outages that do not touch a model are listed; of more only the number is of interest.
const MOST_UNTOUCHED: usize = 5;

/// Each outage that does anything, what does nothing in a line, what really happened, and what it comes to.
pub fn replay(report: &ReplayReport, detail: Detail, width: usize) -> String {
    let mut out = String::new();
    let touching = || report.outages.iter().filter(|outage| outage.touches);
    let (quiet, loud): (Vec<_>, Vec<_>) = touching().partition(|outage| is_harmless(outage));
    for outage in loud {
        if outage.survived && detail == Detail::Quiet {
            continue;
        }
        out += &one(report, outage, detail, width);
    }
    if !quiet.is_empty() && detail != Detail::Quiet {
        out += &format!("{}\n", styled(BOLD, "up all the time, nothing lost"));
        out += &titles(&quiet);
        out.push('\n');
    }
    let untouched: Vec<_> = report.outages.iter().filter(|outage| !outage.touches).collect();
    let is_few = untouched.len() <= MOST_UNTOUCHED && detail == Detail::Normal;
    if !untouched.is_empty() && (detail == Detail::Verbose || is_few) {
        out += &format!("{}\n", styled(BOLD, "the model uses nothing of what failed"));
        out += &titles(&untouched);
        out.push('\n');
    }
    if !report.happened.is_empty() {
        out += &happened(&[report], width);
        out.push('\n');
    }
    out += &summary(report, width);
    if report.summary.touching == 0 && report.summary.known > 1 && !report.transposed {
        let hint = "--transpose lets each of them happen to the regions and providers that you use";
        out += &paragraph("  ", hint, width);
    }
    out
}

/// What happened to each of several models, and what it comes to for each.
pub fn replays(report: &ReplaysReport, width: usize) -> String {
    let models: Vec<&ReplayReport> = report.models.iter().collect();
    let mut out = String::new();
    if models.iter().any(|model| !model.happened.is_empty()) {
        out += &happened(&models, width);
        out.push('\n');
    }
    for model in models {
        out += &summary(model, width);
    }
    out
}

pub(crate) fn is_harmless(outage: &ReplayedReport) -> bool {
    let is_well = |of: &WorstReport| of.state == State::Up && of.outage == Time::ZERO;
    outage.capabilities.iter().all(|(_, of)| is_well(of))
        && outage.data.iter().all(|(_, data)| data.loss == Time::ZERO)
}

fn titles(outages: &[&ReplayedReport]) -> String {
    let row = |outage: &&ReplayedReport| {
        vec![Cell::new(format!("  {}", outage.id)), Cell::new(visible(&outage.title)).style(DIM)]
    };
    table(&outages.iter().map(row).collect::<Vec<_>>())
}

/// One outage: its capabilities, those that fare alike in one line.
fn one(report: &ReplayReport, outage: &ReplayedReport, detail: Detail, width: usize) -> String {
    let mut out = format!("{}  {}\n", styled(BOLD, &outage.id), visible(&outage.title));
    let mut fates: Vec<(String, State, Vec<String>)> = Vec::new();
    for (name, of) in outage.capabilities.iter() {
        let fate = fate(report, outage, of);
        match fates.iter_mut().find(|(known, ..)| *known == fate) {
            Some((.., names)) => names.push(name.to_owned()),
            None => fates.push((fate, of.state, vec![name.to_owned()])),
        }
    }
    // The worst first; of equals, in the model's order.
    fates.sort_by_key(|(_, state, _)| *state);
    for (fate, state, names) in fates {
        if state == State::Up && detail == Detail::Quiet {
            continue;
        }
        let mark = match state {
            State::Up => "✓",
            State::Degraded => "~",
            State::Down => "✗",
        };
        let text = paragraph("    ", &format!("{}: {fate}", names.join(", ")), width);
        out += &format!("  {}{}", styled(style_of(state), mark), text.get(3..).unwrap_or_default());
    }
    let lost = outage.data.iter().filter(|(_, data)| data.loss > Time::ZERO).map(|(name, data)| {
        let loss = if data.total { "all".to_owned() } else { data.loss.to_string() };
        format!("{name} {loss}")
    });
    let lost: Vec<String> = lost.collect();
    if !lost.is_empty() {
        out += &paragraph("    ", &format!("data lost: {}", lost.join(", ")), width);
    }
    if detail == Detail::Verbose
        && let Some((_, of)) = outage.capabilities.iter().min_by_key(|(_, of)| of.state)
    {
        let events = of.failed.iter().zip(&of.lasts_s).map(|(what, lasts)| match lasts.is_finite() {
            true => format!("{what} for {lasts}"),
            false => what.clone(),
        });
        let events = format!("failed: {}", events.collect::<Vec<_>>().join(", "));
        for line in paragraph("    ", &events, width).lines() {
            out += &format!("{}\n", styled(DIM, line));
        }
    }
    out + "\n"
}

/// How a capability fares, in words.
pub(crate) fn fate(report: &ReplayReport, outage: &ReplayedReport, of: &WorstReport) -> String {
    let mut text = outcome(of.state, of.outage, of.undegraded_after);
    if outage.tries > 1
        && of.state != State::Up
        && let Some((_, place)) = of.scenario.split_once('@')
    {
        text += &format!(", if it is {place}");
    }
    if of.unreachable && report.has_channels {
        text += "; customers cannot be told";
    }
    if !of.deadlock.is_empty() {
        text += &format!("; waiting for each other for ever: {}", of.deadlock.join(", "));
    }
    text
}

fn outcome(state: State, outage: Time, undegraded_after: Time) -> String {
    let for_how_long = |time: Time| match time.is_finite() {
        true => format!("for {time}"),
        false => "until something is repaired".to_owned(),
    };
    let again = || match undegraded_after.is_finite() {
        true => format!("undegraded again after {undegraded_after}"),
        false => "undegraded once something is repaired".to_owned(),
    };
    match state {
        State::Up if outage == Time::ZERO && undegraded_after == Time::ZERO => "up".to_owned(),
        State::Up if outage == Time::ZERO => format!("up, degraded {}", for_how_long(undegraded_after)),
        State::Up => format!("up, out {}", for_how_long(outage)),
        // The failure was over before it was felt.
        State::Degraded if undegraded_after == Time::ZERO => {
            "degraded had it lasted, in fact not touched".to_owned()
        }
        State::Degraded if outage > Time::ZERO => {
            format!("degraded, out {}, {}", for_how_long(outage), again())
        }
        State::Degraded => format!("degraded, {}", again()),
        State::Down if outage == Time::ZERO => "down had it lasted, in fact not touched".to_owned(),
        State::Down => format!("down {}", for_how_long(outage)),
    }
}

/// The table: what happened, what is computed; below it why some rows cannot be decided, and how many agree.
fn happened(models: &[&ReplayReport], width: usize) -> String {
    let rows: Vec<(&str, &HappenedReport)> = models
        .iter()
        .flat_map(|model| model.happened.iter().map(|row| (model.model.as_str(), row)))
        .collect();
    let title = |text: &str| Cell::new(text).style(BOLD);
    let mut head = vec![title("capability"), title("what happened"), title("what linchpin says"), title("")];
    let is_of_several = models.len() > 1;
    if is_of_several {
        head.insert(0, title("model"));
    }
    let mut columns = vec![head];
    let mut known = "";
    for (model, row) in &rows {
        let (verdict, style) = verdict(row);
        let mut cells = vec![
            Cell::new(row.capability.as_str()),
            Cell::new(really(row)),
            Cell::new(row.says.as_ref().map_or_else(String::new, says)),
            Cell::new(verdict).style(style),
        ];
        if is_of_several {
            // A model's name stands at the first of its rows.
            let name = if *model == known { "" } else { model };
            cells.insert(0, Cell::new(visible(name)));
            known = model;
        }
        columns.push(cells);
    }
    let wordy = usize::from(is_of_several) + 1;
    wrapped_table(&columns, wordy, width) + &undecided(&rows, width) + &agreement(&rows, width)
}

fn verdict(row: &HappenedReport) -> (&'static str, Style) {
    match row.verdict {
        "right" => ("right", GOOD),
        "length" => ("state right, length not", FAIR),
        "undecided" => ("not decidable", DIM),
        "not asked" => ("not asked", DIM),
        _ => ("WRONG", BAD),
    }
}

/// Why the facts do not suffice, a row each.
fn undecided(rows: &[(&str, &HappenedReport)], width: usize) -> String {
    let mut out = String::new();
    for (model, row) in rows.iter().filter(|(_, row)| row.verdict == "undecided") {
        if out.is_empty() {
            out += &format!("\n{}\n", styled(BOLD, "not decidable from the facts"));
        }
        let why = row.undecided.as_deref().unwrap_or("nobody says how it did");
        let text = format!("{}, {}: {}", visible(model), row.capability, visible(why));
        out += &paragraph("  ", &text, width);
    }
    out
}

/// How many rows agree, of those that can.
fn agreement(rows: &[(&str, &HappenedReport)], width: usize) -> String {
    let count = |verdict: &str| rows.iter().filter(|(_, row)| row.verdict == verdict).count();
    let (right, length, undecided) = (count("right"), count("length"), count("undecided"));
    let decided = right + length + count("wrong");
    if decided + undecided == 0 {
        return String::new();
    }
    let mut out = format!("as it happened: {right} of {decided}");
    if length > 0 {
        out += &format!(", {length} more but for the length");
    }
    if undecided > 0 {
        out += &format!("; {undecided} not decidable from the facts");
    }
    "\n".to_owned() + &sentence(&out, width)
}

/// What happened, in short: `down, about 15h: the words`.
pub(crate) fn really(row: &HappenedReport) -> String {
    let lasts = row.lasts.map(|lasts| format!("about {lasts}"));
    let facts: Vec<String> = row.state.map(str::to_owned).into_iter().chain(lasts).collect();
    match (facts.join(", "), row.what.as_deref().map(visible)) {
        (facts, None) if facts.is_empty() => "not told".to_owned(),
        (facts, None) => facts,
        (facts, Some(what)) if facts.is_empty() => what.into_owned(),
        (facts, Some(what)) => format!("{facts}: {what}"),
    }
}

pub(crate) fn says(says: &SaysReport) -> String {
    outcome(says.state, says.outage, says.undegraded_after)
}

pub(crate) fn summary(report: &ReplayReport, width: usize) -> String {
    let model = visible(&report.model);
    let summary = &report.summary;
    if summary.touching == 0 {
        let outages = if summary.known == 1 { "the outage" } else { "any of the outages" };
        let text = format!("{model}: the model uses nothing of what failed in {outages}");
        return sentence(&text, width);
    }
    let kept = if report.kept == State::Up { "stayed up through" } else { "survived" };
    let mut out = format!(
        "{model}: you would have {kept} {} of {} that touch you (of {} known)",
        summary.survived, summary.touching, summary.known
    );
    let worst = report.outages.iter().find(|outage| Some(&outage.id) == summary.worst.as_ref());
    if let Some(worst) = worst.filter(|_| summary.touching > 1) {
        let fallen = worst.capabilities.iter().min_by_key(|(_, of)| (of.state, std::cmp::Reverse(of.outage)));
        let how = fallen.map_or_else(String::new, |(name, of)| {
            format!(": {name} {}", outcome(of.state, of.outage, of.undegraded_after))
        });
        out += &format!("; the worst is {}{how}", worst.id);
    }
    sentence(&out, width)
}
