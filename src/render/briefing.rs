//! `briefing` as text, and what both of its forms say alike.

use super::backups::headline;
use super::lines::{listed, paragraph};
use super::table::{Cell, table, table_width};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, styled, visible};
use crate::model::{State, Time};
use crate::report::figures::{amount, percent};
use crate::report::{AlternativesReport, BriefingReport, CloudReport, PromiseReport, ReachReport};

/// The five questions.
pub(crate) const QUESTIONS: [&str; 5] = [
    "Is our backup valid, and does it work?",
    "Have we an alternative?",
    "If a cloud failed, what parts of our business could continue?",
    "How would we reach our customers?",
    "Does our service-level agreement hold?",
];

/// Names on one line, before the rest is counted.
const MOST: usize = 16;

/// The five questions on one page.
pub fn briefing(report: &BriefingReport, detail: Detail, width: usize) -> String {
    let mut out = format!("{} as of {}\n", styled(BOLD, visible(&report.model)), report.as_of);
    let answers = [
        backups(report, width),
        alternatives(report, detail, width),
        clouds(report, detail, width),
        reach(report, detail, width),
        promises(report, detail, width),
    ];
    for (index, (question, answer)) in QUESTIONS.iter().zip(answers).enumerate() {
        out += &format!("\n{}\n{answer}", styled(BOLD, format!("{} {question}", index + 1)));
    }
    out
}

fn backups(report: &BriefingReport, width: usize) -> String {
    if report.backups.is_empty() {
        return "  no service keeps data\n".to_owned();
    }
    let lines = report.backups.iter().flat_map(|(name, store)| {
        let text = headline(name, store, width.saturating_sub(2));
        text.lines().map(|line| format!("  {line}\n")).collect::<Vec<_>>()
    });
    lines.collect()
}

fn alternatives(report: &BriefingReport, detail: Detail, width: usize) -> String {
    if report.alternatives.is_empty() {
        return "  nothing stands on a provider\n".to_owned();
    }
    let mut out = String::new();
    for of in &report.alternatives {
        out += &format!("  {}\n", of.place);
        let with_state: Vec<String> =
            of.has.iter().map(|has| with_state(&has.element, has.state, has.outage)).collect();
        out += &marked("    ", "yes ", GOOD, &with_state, detail, width);
        out += &marked("    ", "none", BAD, &without_alternative(of), detail, width);
    }
    out
}

/// What has no alternative, by bare names.
pub(crate) fn without_alternative(of: &AlternativesReport) -> Vec<String> {
    of.none.iter().map(|name| with_state(name, State::Down, Time::ZERO)).collect()
}

/// A word in a style and names behind it; nothing where there are none.
fn marked(
    indent: &str,
    word: &str,
    style: anstyle::Style,
    names: &[String],
    detail: Detail,
    width: usize,
) -> String {
    if names.is_empty() {
        return String::new();
    }
    let text = paragraph(&format!("{indent}{word}  "), &listed(names, MOST, detail), width);
    let rest = text.strip_prefix(indent).and_then(|text| text.strip_prefix(word)).unwrap_or(&text);
    format!("{indent}{}{rest}", styled(style, word))
}

/// `checkout (degraded, after 16m)`.
pub(crate) fn with_state(name: &str, state: State, outage: Time) -> String {
    let mut facts = Vec::new();
    if state == State::Degraded {
        facts.push("degraded".to_owned());
    }
    if outage > Time::ZERO && outage.is_finite() {
        facts.push(format!("after {outage}"));
    }
    let bare = name.strip_prefix("capability:").or_else(|| name.strip_prefix("channel:")).unwrap_or(name);
    if facts.is_empty() { bare.to_owned() } else { format!("{bare} ({})", facts.join(", ")) }
}

/// Capabilities that go on, and those that stop with what an hour of that costs.
pub(crate) fn split(cloud: &CloudReport) -> (Vec<String>, Vec<String>) {
    let (stops, goes_on): (Vec<_>, Vec<_>) =
        cloud.capabilities.iter().partition(|(_, of)| of.state == State::Down);
    let goes_on = goes_on.into_iter().map(|(name, of)| with_state(name, of.state, of.outage));
    let stops = stops.into_iter().map(|(name, of)| match of.value_per_hour {
        value if value > 0.0 => format!("{name} ({} an hour)", amount(value)),
        _ => name.to_owned(),
    });
    (goes_on.collect(), stops.collect())
}

/// Whether nothing happens without a provider.
pub(crate) fn is_harmless(cloud: &CloudReport) -> bool {
    cloud.capabilities.iter().all(|(_, of)| of.state == State::Up && of.outage == Time::ZERO)
}

fn clouds(report: &BriefingReport, detail: Detail, width: usize) -> String {
    if report.clouds.is_empty() {
        return "  the model has no provider\n".to_owned();
    }
    let mut out = String::new();
    for cloud in report.clouds.iter().filter(|cloud| !is_harmless(cloud)) {
        let lost = match cloud.value_per_hour {
            value if value > 0.0 => format!(": {} lost an hour", amount(value)),
            _ => String::new(),
        };
        out += &format!("  {}{lost}\n", cloud.provider);
        let (goes_on, stops) = split(cloud);
        out += &marked("    ", "goes on", GOOD, &goes_on, detail, width);
        out += &marked("    ", "stops  ", BAD, &stops, detail, width);
    }
    let harmless = report.clouds.iter().filter(|cloud| is_harmless(cloud));
    let harmless: Vec<&str> = harmless.map(|cloud| cloud.provider.as_str()).collect();
    if !harmless.is_empty() {
        out += &paragraph(
            "  ",
            &format!("everything goes on without {}", listed(&harmless, MOST, detail)),
            width,
        );
    }
    out
}

/// How customers are told without a place, in words.
pub(crate) fn reach_in_words(of: &ReachReport) -> String {
    let mut text = if of.through.is_empty() {
        "no channel works".to_owned()
    } else {
        format!("through {}", of.through.join(", "))
    };
    if of.told_after > Time::ZERO && of.told_after.is_finite() {
        text += &format!(" after {}", of.told_after);
    }
    if !of.unreachable.is_empty() {
        text += &format!("; out without a word: {}", of.unreachable.join(", "));
    }
    text
}

fn reach(report: &BriefingReport, detail: Detail, width: usize) -> String {
    if report.channels.is_empty() {
        return "  not at all, as far as the model says: it has no [channel.NAME]\n".to_owned();
    }
    let mut out = String::new();
    // Where nothing is out there is nothing to tell; where every channel works there is nothing to fear.
    let (plain, told): (Vec<_>, Vec<_>) = report
        .reach
        .iter()
        .filter(|of| !of.out.is_empty() || of.told_after > Time::ZERO)
        .partition(|of| of.not_through.is_empty() && of.told_after == Time::ZERO);
    for of in told {
        let text = paragraph("    ", &format!("without {}: {}", of.place, reach_in_words(of)), width);
        let (mark, style) = if of.unreachable.is_empty() { ("~", FAIR) } else { ("✗", BAD) };
        out += &format!("  {} {}", styled(style, mark), text.trim_start());
    }
    if !plain.is_empty() {
        let places: Vec<&str> = plain.iter().map(|of| of.place.as_str()).collect();
        let text =
            format!("through {}: without {}", report.channels.join(", "), listed(&places, MOST, detail));
        out += &format!("  {} {}", styled(GOOD, "✓"), paragraph("    ", &text, width).trim_start());
    }
    if out.is_empty() {
        out += &paragraph(
            "  ",
            &format!("through {}; no provider or region takes a capability out", report.channels.join(", ")),
            width,
        );
    }
    out
}

/// What was computed, in words, and whether that settles the promise.
pub(crate) fn promise_in_words(promise: &PromiseReport) -> (String, String, String) {
    let of = &promise.availability;
    let computed = match of.exact {
        true => percent(of.lower),
        false => format!("{} to {} (bounds, not exact)", percent(of.lower), percent(of.upper)),
    };
    let verdict = match promise.holds {
        Some(true) => "holds",
        Some(false) => "does not hold",
        None => "not settled",
    };
    // A credit that the bounds leave open is at least the best case's.
    let (best, worst) = (promise.credit, promise.credit_at_worst);
    let credit = if worst > best {
        format!("{} to {} of the bill owed", percent(best), percent(worst))
    } else if worst > 0.0 {
        format!("{} of the bill owed", percent(worst))
    } else {
        "nothing owed".to_owned()
    };
    (computed, verdict.to_owned(), credit)
}

/// How much of a year the capability is down, at the lower bound.
pub(crate) fn downtime(promise: &PromiseReport) -> Time {
    const YEAR: f64 = 365.0 * 86_400.0;
    let seconds = ((1.0 - promise.availability.lower) * YEAR).round().clamp(0.0, YEAR);
    // Between 0 and a year.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Time::seconds(seconds as u64)
}

fn promises(report: &BriefingReport, detail: Detail, width: usize) -> String {
    let mut out = String::new();
    let rows = report.promises.iter().map(|(name, promise)| {
        let (computed, verdict, credit) = promise_in_words(promise);
        let (mark, style) = match promise.holds {
            Some(true) => ("✓", GOOD),
            Some(false) => ("✗", BAD),
            None => ("?", FAIR),
        };
        vec![
            Cell::new(format!("  {mark}")).style(style),
            Cell::new(name),
            Cell::new(format!("promised {}", percent(promise.sla))),
            Cell::new(format!("computed {computed}")),
            Cell::new(format!("down {} a year", downtime(promise))).style(DIM),
            Cell::new(format!("{verdict}, {credit}")),
        ]
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    let is_wide = table_width(&rows) > width;
    if is_wide {
        for (name, promise) in report.promises.iter() {
            let (computed, verdict, credit) = promise_in_words(promise);
            let text = format!(
                "{name} {verdict}, {credit}: promised {}, computed {computed}, down {} a year",
                percent(promise.sla),
                downtime(promise)
            );
            out += &paragraph("  ", &text, width);
        }
    } else {
        out += &table(&rows);
    }
    if !report.without_promise.is_empty() {
        let text =
            format!("no promise is modelled (`sla`) for {}", listed(&report.without_promise, MOST, detail));
        out += &paragraph("  ", &text, width);
    }
    if report.promises.iter().any(|(_, promise)| !promise.availability.exact) {
        out += &paragraph(
            "  ",
            "Where bounds are given, the model has too many events to weigh every set of failures.",
            width,
        );
    }
    out
}
