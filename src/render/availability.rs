//! `availability` as text.

use super::lines::{listed, paragraph};
use super::table::{Cell, table};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, styled, visible};
use crate::model::{State, Time};
use crate::report::figures::{amount, percent};
use crate::report::{AvailabilityOfAllReport, CapabilityAvailabilityReport, ImportanceReport, WantedReport};

/// So many events are shown unless everything is wanted.
const MOST: usize = 5;

/// How much of the time each capability works, and what to make better first.
pub fn availability(report: &AvailabilityOfAllReport, detail: Detail, width: usize) -> String {
    let mut out = String::new();
    let mut n_missed = 0;
    for (name, of) in report.capabilities.iter() {
        let is_missed = of.wanted().any(|wanted| wanted.holds != Some(true));
        n_missed += usize::from(is_missed);
        if detail != Detail::Quiet || is_missed {
            out += &capability(name, of, report, detail, width);
        }
    }
    if !report.what_if.is_empty() {
        let supposed = report.what_if.iter().map(|(name, works)| format!("{name} {}", percent(*works)));
        let supposed: Vec<String> = supposed.collect();
        out += &paragraph("supposed: ", &visible(&listed(&supposed, MOST, detail)), width);
    }
    let kept = if report.state == State::Up { "up" } else { "up or degraded" };
    let n = report.capabilities.len();
    let capabilities = if n == 1 { "capability" } else { "capabilities" };
    let missed = if n_missed == 0 {
        "no promise or policy is missed".to_owned()
    } else {
        format!("{n_missed} {} what is wanted", if n_missed == 1 { "misses" } else { "miss" })
    };
    let text = format!("{}: {n} {capabilities}, {missed}; available means {kept}", visible(&report.model));
    out + &paragraph("", &text, width)
}

fn capability(
    name: &str,
    of: &CapabilityAvailabilityReport,
    report: &AvailabilityOfAllReport,
    detail: Detail,
    width: usize,
) -> String {
    let (mark, style) = match of.wanted().map(|wanted| wanted.holds).min_by_key(|holds| match holds {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    }) {
        Some(Some(false)) => ("✗", BAD),
        Some(None) => ("?", FAIR),
        Some(Some(true)) | None => ("✓", GOOD),
    };
    let figure = if of.exact {
        share(of.availability)
    } else {
        format!("{} to {} (bounds: a limit was hit)", percent(of.availability), percent(of.upper))
    };
    let lost = if report.state == State::Up { "not up" } else { "down" };
    let up_to = if of.exact { "" } else { "up to " };
    let mut out = format!(
        "{} {}: {figure}, {lost} {up_to}{} a year\n",
        styled(style, mark),
        styled(BOLD, visible(name)),
        span(of.downtime_s_per_year)
    );
    let mut say = |text: String| out += &paragraph("  ", &visible(&text), width);
    if of.exact && of.availability >= 1.0 {
        say("by the figures of the model nothing that fails by chance takes it away".to_owned());
    }
    for (what, wanted) in of
        .sla
        .iter()
        .map(|sla| ("promised".to_owned(), sla))
        .chain(of.policies.iter().map(|policy| (format!("policy {}:", policy.policy), &policy.of)))
    {
        say(format!("{what} {}: {}", percent(wanted.wanted), verdict(wanted)));
    }
    if let Some(often) = of.outages_per_year {
        let often = match often {
            1.0.. => format!("{often:.1} outages a year"),
            _ => format!("an outage in {:.0} years", (1.0 / often).clamp(1.0, 1e9)),
        };
        let at_least = if of.outages_without.is_empty() { "" } else { "at least " };
        let without = if of.outages_without.is_empty() {
            String::new()
        } else {
            format!("; no mtbf: {}", listed(&of.outages_without, MOST, detail))
        };
        say(format!("{at_least}{often}{without}"));
    }
    if of.loss_per_year >= 0.5 {
        say(format!("expected loss {up_to}{} a year", amount(of.loss_per_year.round())));
    }
    if let Some(spread) = of.spread.filter(|spread| percent(spread.p05) != percent(spread.p95)) {
        say(format!(
            "between {} and {} in 90 % of {} samples of the ranges, {} in half of them",
            percent(spread.p05),
            percent(spread.p95),
            report.samples,
            percent(spread.p50)
        ));
    }
    if let Some(supposed) = of.what_if {
        let down = span(supposed.downtime_s_per_year);
        say(format!("with what is supposed: {}, {lost} {down} a year", percent(supposed.availability)));
    }
    out += &first(of, detail);
    out.push('\n');
    out
}

/// A share of time; what is not always is not said to be.
pub fn share(share: f64) -> String {
    if share < 1.0 && share > 1.0 - 5e-9 { "over 99.999999 %".to_owned() } else { percent(share) }
}

fn verdict(wanted: &WantedReport) -> &'static str {
    match wanted.holds {
        Some(true) => "holds",
        Some(false) => "does not hold",
        None => "not settled by the bounds",
    }
}

/// What to make better first.
fn first(of: &CapabilityAvailabilityReport, detail: Detail) -> String {
    let by_chance: Vec<(&str, &ImportanceReport)> =
        of.known().filter(|(_, importance)| importance.gain_s_per_year > 0.0).collect();
    let most = if detail == Detail::Verbose { usize::MAX } else { MOST };
    let row = |(name, importance): &(&str, &ImportanceReport)| {
        let worth =
            |worth: Option<f64>| worth.map_or_else(|| "inf".to_owned(), |worth| format!("{worth:.3}"));
        let mut row = vec![
            Cell::new("  "),
            Cell::new(visible(name).into_owned()),
            Cell::new(format!("{:.1} %", importance.fussell_vesely * 100.0)).right(),
            Cell::new(format!("{} a year", span(importance.gain_s_per_year))).right(),
        ];
        if detail == Detail::Verbose {
            row.push(Cell::new(format!("{:.2e}", importance.birnbaum)).right().style(DIM));
            row.push(Cell::new(worth(importance.raw)).right().style(DIM));
            row.push(Cell::new(worth(importance.rrw)).right().style(DIM));
        }
        row
    };
    let mut rows: Vec<Vec<Cell>> = by_chance.iter().take(most).map(row).collect();
    let unknown = match of.unknown() {
        None => "  what to make better first is not known: a limit was hit\n".to_owned(),
        Some(0) => String::new(),
        Some(1) => {
            "  how much it matters is not known of 1 more: too entangled, or a limit was hit\n".to_owned()
        }
        Some(n) => {
            format!("  how much they matter is not known of {n} more: too entangled, or a limit was hit\n")
        }
    };
    let unknown = styled(FAIR, unknown);
    if rows.is_empty() {
        return unknown;
    }
    if detail == Detail::Verbose {
        let head = ["", "", "share", "gain", "Birnbaum", "if certain", "if never"];
        rows.insert(0, head.map(|text| Cell::new(text).right().style(DIM)).to_vec());
    }
    let more = by_chance.len().saturating_sub(most);
    let more =
        if more > 0 { styled(DIM, format!("    {more} more: -v shows them\n")) } else { String::new() };
    format!("  make better first:\n{}{more}{unknown}", table(&rows))
}

/// Seconds of a year in words; less than a second is not told apart.
pub fn span(seconds: f64) -> String {
    const YEAR: f64 = 365.0 * 86_400.0;
    if seconds > 0.0 && seconds < 0.5 {
        return "under 1s".to_owned();
    }
    // Between 0 and a year.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = seconds.round().clamp(0.0, YEAR) as u64;
    // To the minute where there are hours.
    let whole = if whole >= 86_400 {
        whole / 3600 * 3600
    } else if whole >= 3600 {
        whole / 60 * 60
    } else {
        whole
    };
    Time::seconds(whole).to_string()
}
