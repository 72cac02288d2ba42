//! `availability` as text.

use super::lines::{hanging, listed, paragraph, sentence};
use super::table::{Cell, named_table};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, styled, visible};
use crate::model::{State, Time};
use crate::report::figures::{amount, percent};
use crate::report::{
    AvailabilityOfAllReport, BoundsReport, CapabilityAvailabilityReport, ImportanceReport,
    PolicyAvailabilityReport, WantedReport,
};

/// So many events are shown unless everything is wanted.
const MOST: usize = 5;

/// How much of the time each capability works, and what to make better first.
pub fn availability(report: &AvailabilityOfAllReport, detail: Detail, width: usize) -> String {
    let mut out = String::new();
    let (mut n_missed, mut n_ranked) = (0, 0);
    for (name, of) in report.capabilities.iter() {
        let is_missed = of.wanted().any(|wanted| wanted.holds != Some(true));
        n_missed += usize::from(is_missed);
        if detail != Detail::Quiet || is_missed {
            n_ranked += usize::from(matters(of).next().is_some());
            out += &if report.of_trees {
                top(name, of, detail, width)
            } else {
                capability(name, of, report, detail, width)
            };
        }
    }
    if detail == Detail::Verbose && n_ranked > 0 {
        out += &legend(report.of_trees, width);
    }
    if !report.what_if.is_empty() {
        let supposed = report.what_if.iter().map(|(name, works)| format!("{name} {}", percent(*works)));
        let supposed: Vec<String> = supposed.collect();
        out += &paragraph("supposed: ", &visible(&listed(&supposed, MOST, detail)), width);
    }
    let (model, n) = (visible(&report.model), report.capabilities.len());
    if report.of_trees {
        let tops = if n == 1 { "top event" } else { "top events" };
        return out + &sentence(&format!("{model}: {n} {tops}"), width);
    }
    if !report.has_figures && detail != Detail::Quiet {
        let text = "the model says of nothing how often it fails, so that nothing ever does: give what can fail \
                    `availability = 0.999`, or `mtbf` and `mttr`";
        out += &styled(FAIR, paragraph("", text, width));
    }
    let kept = if report.state == State::Up { "up" } else { "up or degraded" };
    let capabilities = if n == 1 { "capability" } else { "capabilities" };
    let missed = if n_missed == 0 {
        "no promise or policy is missed".to_owned()
    } else {
        format!("{n_missed} {} what is wanted", if n_missed == 1 { "misses" } else { "miss" })
    };
    out + &sentence(&format!("{model}: {n} {capabilities}, {missed}; available means {kept}"), width)
}

/// What the columns of importance mean.
fn legend(of_trees: bool, width: usize) -> String {
    let rows: &[(&str, &str)] = if of_trees {
        &[
            (
                "share",
                "of the probability that would be gone if it never failed (criticality, Fussell-Vesely importance)",
            ),
            ("Birnbaum", "how much more probable the top is while it has failed than while it works"),
            ("if failed", "so many times as probable if it were certain to fail (risk achievement worth)"),
            ("if perfect", "so many times less probable if it never failed (risk reduction worth)"),
        ]
    } else {
        &[
            (
                "share",
                "of the lost time that would be gone if it never failed (criticality, Fussell-Vesely importance)",
            ),
            ("saved", "that share of the lost time of a year"),
            ("Birnbaum", "how much more probable the loss is while it has failed than while it works"),
            (
                "if failed",
                "so many times as much time lost if it were always failed (risk achievement worth)",
            ),
            ("if perfect", "so many times less time lost if it never failed (risk reduction worth)"),
        ]
    };
    let wide = rows.iter().map(|(word, _)| word.len()).max().unwrap_or_default();
    let row = |(word, text): &(&str, &str)| paragraph(&format!("{word:wide$}  "), text, width);
    styled(DIM, rows.iter().map(row).collect::<String>()) + "\n"
}

/// The top of a fault tree: a probability, which is no share of time.
fn top(name: &str, of: &CapabilityAvailabilityReport, detail: Detail, width: usize) -> String {
    let digits =
        |chance: f64| if detail == Detail::Verbose { format!("{chance:e}") } else { format!("{chance:.6e}") };
    let BoundsReport { lower, upper } = of.probability;
    let figure = if of.exact {
        digits(upper)
    } else {
        format!("from {} to {} (bounds: a limit was hit)", digits(lower), digits(upper))
    };
    let mut out = format!("{}: probability {figure}\n", styled(BOLD, visible(name)));
    if let Some(supposed) = &of.what_if {
        let text = format!("with what is supposed: {}", digits(supposed.probability.upper));
        out += &paragraph("  ", &text, width);
    }
    out + &first(of, true, detail, width) + "\n"
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
    let down = span(of.downtime_s_per_year);
    let text = format!("{figure}, {lost} {up_to}{down} a year");
    let mut out = hanging("", style, mark, &format!("{}: {text}", visible(name)), width);
    out = out.replacen(&*visible(name), &styled(BOLD, visible(name)), 1);
    let mut say = |text: String| out += &paragraph("  ", &visible(&text), width);
    if of.exact && of.availability >= 1.0 && report.has_figures {
        say("by the figures of the model nothing that fails by chance takes it away".to_owned());
    }
    if let Some(sla) = &of.sla {
        say(format!("promised {}: {}", percent(sla.wanted), verdict(sla)));
    }
    for PolicyAvailabilityReport { policy, state, availability, of } in &of.policies {
        // What is said above is about the state that was asked about.
        let other = if *state == report.state {
            String::new()
        } else {
            let at_least = if of.holds.is_none() { "at least " } else { "" };
            let other = if *state == State::Up { "up" } else { "up or degraded" };
            format!(" {other} (it is {at_least}{})", share(*availability))
        };
        say(format!("policy {policy}: {}{other}: {}", percent(of.wanted), verdict(of)));
    }
    if let Some(often) = of.outages_per_year {
        let often = match often {
            1.0.. => format!("{often:.1} outages a year"),
            _ => format!("one outage in {:.0} years", (1.0 / often).clamp(1.0, 1e9)),
        };
        let at_least = if of.outages_without.is_empty() { "" } else { "at least " };
        let without = if of.outages_without.is_empty() {
            String::new()
        } else {
            format!("; without an mtbf, so not counted: {}", listed(&of.outages_without, MOST, detail))
        };
        say(format!("{at_least}{often}{without}"));
    }
    if of.loss_per_year >= 0.5 {
        say(format!("expected loss {up_to}{} a year", amount(of.loss_per_year.round())));
    }
    if let Some(spread) = of.spread.filter(|spread| percent(spread.p05) != percent(spread.p95)) {
        say(format!(
            "between {} and {} in 90 % of {} samples of the ranges, above {} in half of them",
            percent(spread.p05),
            percent(spread.p95),
            report.samples,
            percent(spread.p50)
        ));
    }
    if let Some(supposed) = &of.what_if {
        let down = span(supposed.downtime_s_per_year);
        say(format!("with what is supposed: {}, {lost} {down} a year", share(supposed.availability)));
        let sla = supposed.sla.iter().map(|sla| ("promised".to_owned(), sla));
        let policies =
            supposed.policies.iter().map(|policy| (format!("policy {}:", policy.policy), &policy.of));
        for (what, wanted) in sla.chain(policies) {
            let would = match wanted.holds {
                Some(true) => "would hold",
                Some(false) => "would not hold",
                None => "not settled by the bounds",
            };
            say(format!("  {what} {}: {would}", percent(wanted.wanted)));
        }
    }
    let sure: Vec<&str> = of.taken_for_sure().collect();
    if !sure.is_empty() && report.has_figures {
        say(format!(
            "without a figure, so taken never to fail, though each alone takes it away: {}",
            listed(&sure, MOST, detail)
        ));
    }
    out + &first(of, false, detail, width) + "\n"
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

/// The events that matter and may happen by chance, the most important first.
fn matters(of: &CapabilityAvailabilityReport) -> impl Iterator<Item = (&str, &ImportanceReport)> {
    of.known().filter(|(_, importance)| importance.gain_s_per_year > 0.0)
}

/// What to make better first.
fn first(of: &CapabilityAvailabilityReport, of_trees: bool, detail: Detail, width: usize) -> String {
    let by_chance: Vec<(&str, &ImportanceReport)> = matters(of).collect();
    let most = if detail == Detail::Verbose { usize::MAX } else { MOST };
    let row = |(name, importance): &(&str, &ImportanceReport)| {
        let (indent, a_year) = if detail == Detail::Verbose { ("", "") } else { ("  ", " a year") };
        let mut row = vec![
            Cell::new(indent),
            Cell::new(visible(name).into_owned()),
            Cell::new(format!("{:.1} %", importance.fussell_vesely * 100.0)).right(),
        ];
        if !of_trees {
            row.push(Cell::new(format!("{}{a_year}", span(importance.gain_s_per_year))).right());
        }
        if detail == Detail::Verbose {
            row.push(Cell::new(format!("{:.2e}", importance.birnbaum)).right().style(DIM));
            row.push(Cell::new(worth(importance.raw)).right().style(DIM));
            row.push(Cell::new(worth(importance.rrw)).right().style(DIM));
        }
        row
    };
    let mut rows: Vec<Vec<Cell>> = by_chance.iter().take(most).map(row).collect();
    let unknown = match of.unknown() {
        None => "what to make better first is not known: a limit was hit".to_owned(),
        Some(0) => String::new(),
        Some(1) => "how much it matters is not known of 1 more: too entangled, or a limit was hit".to_owned(),
        Some(n) => {
            format!("how much they matter is not known of {n} more: too entangled, or a limit was hit")
        }
    };
    let unknown = if unknown.is_empty() { unknown } else { styled(FAIR, paragraph("  ", &unknown, width)) };
    if rows.is_empty() {
        return unknown;
    }
    if detail == Detail::Verbose {
        let gain: &[&str] = if of_trees { &[] } else { &["saved"] };
        let head = [&["", "", "share"], gain, &["Birnbaum", "if failed", "if perfect"]].concat();
        rows.insert(0, head.iter().map(|text| Cell::new(*text).right().style(DIM)).collect());
    }
    let more = by_chance.len().saturating_sub(most);
    let more =
        if more > 0 { styled(DIM, format!("    {more} more: -v shows them\n")) } else { String::new() };
    let head = if of_trees {
        "what matters most, with the share of the probability that would be gone without it:"
    } else {
        "make better first, with what would be saved if it never failed:"
    };
    format!("{}{}{more}{unknown}", paragraph("  ", head, width), named_table(&rows, 1, width))
}

/// So many times.
fn worth(worth: Option<f64>) -> String {
    match worth {
        None => "inf".to_owned(),
        Some(worth) if worth >= 1000.0 => amount(worth.round()),
        Some(worth) => format!("{worth:.3}"),
    }
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
