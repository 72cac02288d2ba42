//! Reports as text for people.

use std::collections::HashMap;

use unicode_width::UnicodeWidthStr;

use super::circles::circles;
use super::lines::{failing, fill, hanging, paragraph, sentence};
use super::matrix::data_cell;
use super::table::{Cell, NARROWEST, table, table_width, wrapped_table};
use super::timeline::{self, Bars};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, Style, style_of, styled, visible};
use crate::model::{State, Time};
use crate::report::figures::amount;
use crate::report::{
    BlastReport, CauseReport, CheckReport, Counts, ElementReport, ExplainReport, FindingReport, GoneReport,
    Ordered, PolicyReport, arrows,
};

/// The answer of `check`: policies with their verdicts and findings, single points of failure, a line that counts.
/// Quiet, it says only what fails. Without a width a finding is a line, however long.
pub fn check(report: &CheckReport, detail: Detail, width: Option<usize>) -> String {
    let width = width.unwrap_or(usize::MAX);
    let mut out = String::new();
    if detail == Detail::Quiet {
        let denied = report.findings.iter().filter(|finding| finding.is_denied());
        denied.for_each(|finding| out += &finding_line(finding, "", width));
        return out;
    }
    let mut of_policy: HashMap<&str, Vec<&FindingReport>> = HashMap::new();
    for finding in report.findings.iter().filter(|finding| finding.rule != "waiver") {
        of_policy.entry(&finding.policy).or_default().push(finding);
    }
    for policy in &report.policies {
        out += &verdict_line(policy);
        for finding in of_policy.get(policy.name.as_str()).into_iter().flatten() {
            out += &finding_line(finding, "  ", width);
        }
    }
    for finding in report.remarks().filter(|finding| finding.rule == "waiver") {
        out += &finding_line(finding, "", width);
    }
    out += &gone_lines(report);
    let mut rows = Vec::new();
    for (capability, points) in report.single_points.iter() {
        let shown = if detail == Detail::Verbose { points.len() } else { points.len().min(6) };
        let mut text = points[..shown].join(", ");
        if shown < points.len() {
            text += &format!(" and {} more", points.len() - shown);
        }
        let cell = if points.is_empty() { Cell::new("none").style(GOOD) } else { Cell::new(text) };
        rows.push(vec!["".into(), Cell::new(capability), cell]);
    }
    if !rows.is_empty() {
        out +=
            &format!("\n{}\n{}", styled(BOLD, report.single_points_title()), wrapped_table(&rows, 2, width));
    }
    let line = sentence(&closing_line(report), width);
    let style = if report.verdict == "pass" { GOOD } else { BAD };
    // A model's name may hold the word too, and stands before it.
    let (before, after) = line.rsplit_once(&format!("{}:", report.verdict)).unwrap_or((&line, ""));
    out + &format!("\n{before}{}:{after}", styled(style, report.verdict))
}

/// What the baseline holds in vain.
fn gone_lines(report: &CheckReport) -> String {
    let Some(gone) = report.gone.as_ref().filter(|gone| !gone.is_empty()) else { return String::new() };
    let line = |gone: &GoneReport| {
        let about = gone.capability.iter().chain(&gone.scenario).map(|text| visible(text));
        let about = about.collect::<Vec<_>>().join(", ");
        format!("{} {}: {} {about}\n", styled(GOOD, "gone"), visible(&gone.policy), visible(&gone.rule))
    };
    let hint = "write the baseline anew with --write-baseline, and it shrinks";
    gone.iter().map(line).collect::<String>() + &format!("{}\n", styled(DIM, hint))
}

fn verdict_line(policy: &PolicyReport) -> String {
    let name = visible(&policy.name);
    let silenced = [(policy.waived, "waived"), (policy.in_baseline, "in the baseline")];
    let silenced = silenced.iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}"));
    let silenced = silenced.collect::<Vec<_>>().join(", ");
    match policy.findings {
        0 if silenced.is_empty() => format!("{} {name}\n", styled(GOOD, "✓")),
        0 => format!("{} {name} {}\n", styled(GOOD, "✓"), styled(DIM, format!("({silenced})"))),
        _ if policy.level == "warn" => format!("{} {name}\n", styled(FAIR, "!")),
        _ => format!("{} {name}\n", styled(BAD, "✗")),
    }
}

fn finding_line(finding: &FindingReport, indent: &str, width: usize) -> String {
    let message = visible(&finding.message);
    let said = |style: Style, word: &str, text: &str| hanging(indent, style, word, text, width);
    if let Some(waived) = &finding.waived {
        let until = format!("waived until {}: {}", waived.until, visible(&waived.reason));
        let until = paragraph(&format!("{indent}       "), &until, width);
        return said(DIM, "waived", &message) + &until.lines().map(dim_line).collect::<String>();
    }
    if finding.is_in_baseline() {
        return said(DIM, "known", &message);
    }
    let (style, word) = if finding.is_denied() { (BAD, "denied") } else { (FAIR, "warning") };
    let Some(at) = &finding.at else { return said(style, word, &message) };
    let at = format!(" [{}:{}]", visible(&at.file), at.line);
    let text = said(style, word, &format!("{message}{at}"));
    // Where it was broken it stays as it is.
    match text.strip_suffix(&format!("{at}\n")) {
        Some(before) => format!("{before}{}\n", styled(DIM, at)),
        None => text,
    }
}

fn dim_line(line: &str) -> String {
    let text = line.trim_start();
    format!("{}{}\n", &line[..line.len() - text.len()], styled(DIM, text))
}

/// A check in one line.
pub(super) fn closing_line(report: &CheckReport) -> String {
    let Counts { denied, waived, in_baseline, warnings } = report.counts();
    let known = match in_baseline {
        0 => String::new(),
        n => format!(", {n} in the baseline"),
    };
    format!(
        "{}: {}: {}, {denied} denied, {waived} waived{known}, {} in {}",
        visible(&report.model),
        report.verdict,
        plural(report.policies.len(), "policy", "policies"),
        plural(warnings, "warning", "warnings"),
        plural(report.scenarios, "scenario", "scenarios"),
    )
}

pub(super) fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The ranking of `blast`, and how much value stands on each provider.
pub fn blast(report: &BlastReport, detail: Detail, width: usize) -> String {
    /// What falls stands behind where there is so much room, else below.
    const ROOM: usize = 30;
    let falls = |element: &&ElementReport| detail == Detail::Verbose || element.down + element.degraded > 0;
    let (shown, harmless): (Vec<_>, Vec<_>) = report.elements.iter().partition(falls);
    let titles = ["down", "degraded", "value/h", "elements", "class", "what fails"];
    let mut rows = vec![titles.into_iter().map(|title| Cell::new(title).style(BOLD)).collect::<Vec<_>>()];
    for element in &shown {
        let count = |n: usize, style| Cell::new(n.to_string()).right().style(if n > 0 { style } else { DIM });
        rows.push(vec![
            count(element.down, BAD),
            count(element.degraded, FAIR),
            Cell::new(amount(element.value_per_hour)).right(),
            Cell::new(element.elements_down.to_string()).right(),
            Cell::new(element.class.as_str()).style(DIM),
            Cell::new(element.element.as_str()),
        ]);
    }
    let has_room = table_width(&rows) + 2 + ROOM <= width;
    let mut out = String::new();
    if has_room && !shown.is_empty() {
        rows[0].push(Cell::new("what falls").style(BOLD));
        for (row, element) in rows[1..].iter_mut().zip(&shown) {
            row.push(Cell::new(fallen(&element.capabilities)));
        }
        out += &wrapped_table(&rows, titles.len(), width);
    } else if !shown.is_empty() {
        let lines = table(&rows);
        let mut lines = lines.lines();
        out += &format!("{}\n", lines.next().unwrap_or_default());
        for (line, element) in lines.zip(&shown) {
            out += &format!("{line}\n");
            let fallen = fallen(&element.capabilities);
            if !fallen.is_empty() {
                out += &paragraph("      ", &fallen, width);
            }
        }
    }
    if !harmless.is_empty() {
        out += &format!(
            "{} after whose failure every capability is up\n",
            plural(harmless.len(), "more", "more")
        );
    }
    if report.providers.iter().any(|provider| provider.value_per_hour > 0.0) {
        out += &format!("\n{}\n", styled(BOLD, "value that stands on each provider"));
        let rows = report.providers.iter().filter(|provider| provider.value_per_hour > 0.0).map(|provider| {
            vec![
                "".into(),
                Cell::new(provider.provider.as_str()),
                Cell::new(format!("{:.0} %", provider.share * 100.0)).right(),
                Cell::new(format!("{} per hour", amount(provider.value_per_hour))).right(),
            ]
        });
        out += &table(&rows.collect::<Vec<_>>());
    }
    out
}

/// What is down, then what is degraded.
pub(super) fn fallen(capabilities: &Ordered<State>) -> String {
    let of = |wanted: State| -> Vec<&str> {
        capabilities.iter().filter(|(_, state)| **state == wanted).map(|(name, _)| name).collect()
    };
    match (of(State::Down), of(State::Degraded)) {
        (down, degraded) if degraded.is_empty() => down.join(", "),
        (down, degraded) if down.is_empty() => format!("degraded: {}", degraded.join(", ")),
        (down, degraded) => format!("{}; degraded: {}", down.join(", "), degraded.join(", ")),
    }
}

/// The story of `explain`: each capability, what its state follows from, and what is lost.
pub fn explain(report: &ExplainReport, bars: Bars, width: usize) -> String {
    let failed = failing(&report.failed, &report.lasts_s);
    let mut out = match report.class.as_str() {
        "scenario" => sentence(&format!("scenario {}: {failed}", report.scenario), width),
        _ => sentence(&failed, width),
    };
    for (name, explained) in report.capabilities.iter() {
        let outcome = &explained.outcome;
        let mut line =
            format!("\n{} is {}", styled(BOLD, name), styled(style_of(outcome.state), outcome.state.name()));
        if outcome.outage > Time::ZERO {
            line += &again("out for", outcome.outage);
        }
        if outcome.undegraded_after > outcome.outage && outcome.state != State::Down {
            line += &again("undegraded again", outcome.undegraded_after);
        } else if outcome.undegraded_after == Time::ZERO && outcome.state != State::Up {
            line += " while it fails for good, but not touched within the time that it does";
        }
        if outcome.unreachable && report.has_channels {
            line += "; customers cannot be told: no channel works";
        }
        out += &format!("{line}\n");
        if let Some(bar) = timeline::line(&explained.timeline, bars, width.min(100).saturating_sub(2)) {
            out += &format!("  {bar}\n");
        }
        if !explained.waited_for.is_empty() && outcome.state == State::Degraded {
            let chain = arrows(&explained.waited_for);
            out += &paragraph("  ", &format!("out for {}: {chain}", outcome.outage), width);
        }
        tree(&explained.causes, "  ", width, &mut out);
        if !explained.saved_by.is_empty() {
            out += &format!("  {}\n", styled(DIM, "what keeps it going:"));
            tree(&explained.saved_by, "  ", width, &mut out);
        } else if explained.causes.is_empty() {
            out += "  it does not depend on what fails\n";
        }
        if !outcome.deadlock.is_empty() {
            let stuck = outcome.deadlock.join(", ");
            let text = format!("these wait for each other for ever: {stuck}");
            out += &hanging("  ", BAD, "deadlock", &text, width);
        }
    }
    if !report.circles.is_empty() {
        out += &format!("\n{}", circles(&report.circles, report.suffices, "", Detail::Normal, width));
    }
    let lost: Vec<_> = report.data.iter().filter(|(_, data)| data.loss > Time::ZERO).collect();
    if !lost.is_empty() {
        out += "\ndata lost\n";
        let rows = lost.iter().map(|(name, data)| vec!["".into(), Cell::new(*name), data_cell(data)]);
        out += &table(&rows.collect::<Vec<_>>());
    }
    out
}

fn again(what: &str, after: Time) -> String {
    match (what, after.is_finite()) {
        ("out for", true) => format!(", out for {after}"),
        ("out for", false) => ", out until something is repaired".to_owned(),
        (_, true) => format!(", {what} after {after}"),
        (_, false) => format!(", {what} once something is repaired"),
    }
}

fn tree(causes: &[CauseReport], indent: &str, width: usize, out: &mut String) {
    let lines = joined(causes);
    for (index, (cause, text)) in lines.iter().enumerate() {
        let last = index + 1 == lines.len();
        let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let (style, mark) = match cause.state {
            "down" => (BAD, "✗"),
            "degraded" => (FAIR, "~"),
            _ => (GOOD, "✓"),
        };
        // A branch that goes on below goes on beside the further lines of a text too.
        let further = if cause.because.is_empty() { "  " } else { "│ " };
        let room = width.saturating_sub(indent.width() + branch.width() + 2).max(NARROWEST);
        for (number, line) in fill(text.split(' '), room).iter().enumerate() {
            *out += &match number {
                0 => format!("{indent}{branch}{} {line}\n", styled(style, mark)),
                _ => format!("{indent}{below}{further}{line}\n"),
            };
        }
        tree(&cause.because, &format!("{indent}{below}"), width, out);
    }
}

/// Neighbours that share their fate share a line, as instances of one service do.
fn joined(causes: &[CauseReport]) -> Vec<(&CauseReport, String)> {
    let mut lines: Vec<(&CauseReport, String)> = Vec::new();
    for cause in causes {
        let fate = |cause: &CauseReport| cause.text.split_once(": ").map(|(_, fate)| fate.to_owned());
        match (lines.last_mut(), cause.text.split_once(": ")) {
            (Some((first, text)), Some((name, its_fate)))
                if first.because.is_empty()
                    && cause.because.is_empty()
                    && fate(first).as_deref() == Some(its_fate) =>
            {
                let names =
                    text.strip_suffix(its_fate).and_then(|names| names.strip_suffix(": ")).unwrap_or(text);
                *text = format!("{names}, {name}: {its_fate}");
            }
            _ => lines.push((cause, cause.text.clone())),
        }
    }
    lines
}
