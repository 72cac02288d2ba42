//! The text of `replay`.

use super::table::{Cell, table};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, style_of, styled, visible};
use crate::model::{State, Time};
use crate::report::{HappenedReport, ReplayReport, ReplayedReport, ReplaysReport, SaysReport, WorstReport};

/// Each outage that does anything, what does nothing in a line, what really happened, and what it comes to.
pub fn replay(report: &ReplayReport, detail: Detail) -> String {
    let mut out = String::new();
    let touching = || report.outages.iter().filter(|outage| outage.touches);
    let (quiet, loud): (Vec<_>, Vec<_>) = touching().partition(|outage| is_harmless(outage));
    for outage in loud {
        if outage.survived && detail == Detail::Quiet {
            continue;
        }
        out += &one(report, outage, detail);
    }
    if !quiet.is_empty() && detail != Detail::Quiet {
        out += &format!("{}\n", styled(BOLD, "up all the time, nothing lost"));
        out += &titles(&quiet);
        out.push('\n');
    }
    let untouched: Vec<_> = report.outages.iter().filter(|outage| !outage.touches).collect();
    if !untouched.is_empty() && (detail == Detail::Verbose || report.outages.len() == untouched.len()) {
        out += &format!("{}\n", styled(BOLD, "the model uses nothing of what failed"));
        out += &titles(&untouched);
        out.push('\n');
    }
    if !report.happened.is_empty() {
        out += &happened(&[report]);
        out.push('\n');
    }
    out + &summary(report)
}

/// What happened to each of several models, and what it comes to for each.
pub fn replays(report: &ReplaysReport) -> String {
    let models: Vec<&ReplayReport> = report.models.iter().collect();
    let mut out = String::new();
    if models.iter().any(|model| !model.happened.is_empty()) {
        out += &happened(&models);
        out.push('\n');
    }
    for model in models {
        out += &summary(model);
    }
    out
}

fn is_harmless(outage: &ReplayedReport) -> bool {
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
fn one(report: &ReplayReport, outage: &ReplayedReport, detail: Detail) -> String {
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
        out += &format!("  {} {}: {fate}\n", styled(style_of(state), mark), names.join(", "));
    }
    let lost = outage.data.iter().filter(|(_, data)| data.loss > Time::ZERO).map(|(name, data)| {
        let loss = if data.total { "all".to_owned() } else { data.loss.to_string() };
        format!("{name} {loss}")
    });
    let lost: Vec<String> = lost.collect();
    if !lost.is_empty() {
        out += &format!("    data lost: {}\n", lost.join(", "));
    }
    if detail == Detail::Verbose
        && let Some((_, of)) = outage.capabilities.iter().min_by_key(|(_, of)| of.state)
    {
        let events = of.failed.iter().zip(&of.lasts_s).map(|(what, lasts)| match lasts.is_finite() {
            true => format!("{what} for {lasts}"),
            false => what.clone(),
        });
        out +=
            &format!("    {}\n", styled(DIM, format!("failed: {}", events.collect::<Vec<_>>().join(", "))));
    }
    out + "\n"
}

/// How a capability fares, in words.
fn fate(report: &ReplayReport, outage: &ReplayedReport, of: &WorstReport) -> String {
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

/// The table: what happened, what is computed.
fn happened(models: &[&ReplayReport]) -> String {
    let title = |text: &str| Cell::new(text).style(BOLD);
    let mut rows = vec![vec![
        title("model"),
        title("capability"),
        title("what happened"),
        title("what linchpin says"),
        title(""),
    ]];
    for model in models {
        for row in &model.happened {
            let (verdict, style) = match row.verdict {
                "right" => ("right", GOOD),
                "length" => ("state right, length not", FAIR),
                "undecided" => ("not decidable from the facts", DIM),
                "not asked" => ("not asked", DIM),
                _ => ("WRONG", BAD),
            };
            rows.push(vec![
                Cell::new(visible(&model.model)),
                Cell::new(row.capability.as_str()),
                Cell::new(really(row)),
                Cell::new(row.says.as_ref().map_or_else(String::new, says)),
                Cell::new(verdict).style(style),
            ]);
        }
    }
    table(&rows)
}

fn really(row: &HappenedReport) -> String {
    let state = row.state.unwrap_or("not known");
    let lasts = row.lasts.map_or_else(String::new, |lasts| format!(", about {lasts}"));
    let what = row.what.as_ref().map_or_else(String::new, |what| format!(": {}", visible(what)));
    format!("{state}{lasts}{what}")
}

fn says(says: &SaysReport) -> String {
    outcome(says.state, says.outage, says.undegraded_after)
}

fn summary(report: &ReplayReport) -> String {
    let model = visible(&report.model);
    let summary = &report.summary;
    if summary.touching == 0 {
        let outages = if summary.known == 1 { "the outage" } else { "any of the outages" };
        return format!("{model}: the model uses nothing of what failed in {outages}\n");
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
    out + "\n"
}
