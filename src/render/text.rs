//! Reports as text for people.

use std::collections::HashMap;

use super::circles::circles;
use super::lines::{failing, listed};
use super::table::{Cell, table};
use super::timeline::{self, Bars};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, style_of, styled, visible};
use crate::model::{State, Time};
use crate::report::{
    BlastReport, CauseReport, CheckReport, Counts, DataReport, ElementReport, ExplainReport, FindingReport,
    GoneReport, Ordered, OutcomeReport, PolicyReport, ScenarioReport, SurviveReport,
};

/// The answer of `check`: policies with their verdicts and findings, single points of failure, a line that counts.
/// Quiet, it says only what fails.
pub fn check(report: &CheckReport, detail: Detail) -> String {
    let mut out = String::new();
    if detail == Detail::Quiet {
        let denied = report.findings.iter().filter(|finding| finding.is_denied());
        denied.for_each(|finding| out += &finding_line(finding, ""));
        return out;
    }
    let mut of_policy: HashMap<&str, Vec<&FindingReport>> = HashMap::new();
    for finding in report.findings.iter().filter(|finding| finding.rule != "waiver") {
        of_policy.entry(&finding.policy).or_default().push(finding);
    }
    for policy in &report.policies {
        out += &verdict_line(policy);
        for finding in of_policy.get(policy.name.as_str()).into_iter().flatten() {
            out += &finding_line(finding, "  ");
        }
    }
    for finding in report.remarks().filter(|finding| finding.rule == "waiver") {
        out += &finding_line(finding, "");
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
        out += &format!("\n{}\n{}", styled(BOLD, report.single_points_title()), table(&rows));
    }
    out += &format!("\n{}\n", closing_line(report));
    out
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

fn finding_line(finding: &FindingReport, indent: &str) -> String {
    let message = visible(&finding.message);
    let at =
        finding.at.as_ref().map_or_else(String::new, |at| format!(" [{}:{}]", visible(&at.file), at.line));
    if let Some(waived) = &finding.waived {
        let waived = format!("waived until {}: {}", waived.until, visible(&waived.reason));
        return format!(
            "{indent}{} {message}\n{indent}       {}\n",
            styled(DIM, "waived"),
            styled(DIM, waived)
        );
    }
    if finding.is_in_baseline() {
        return format!("{indent}{} {message}\n", styled(DIM, "known"));
    }
    let word = if finding.is_denied() { styled(BAD, "denied") } else { styled(FAIR, "warning") };
    format!("{indent}{word} {message}{}\n", styled(DIM, at))
}

/// A check in one line.
pub(super) fn closing_line(report: &CheckReport) -> String {
    let Counts { denied, waived, in_baseline, warnings } = report.counts();
    let verdict = if report.verdict == "pass" { styled(GOOD, "pass") } else { styled(BAD, "fail") };
    let known = match in_baseline {
        0 => String::new(),
        n => format!(", {n} in the baseline"),
    };
    format!(
        "{}: {verdict}: {}, {denied} denied, {waived} waived{known}, {} in {}",
        visible(&report.model),
        plural(report.policies.len(), "policy", "policies"),
        plural(warnings, "warning", "warnings"),
        plural(report.scenarios, "scenario", "scenarios"),
    )
}

pub(super) fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The matrix of `survive`: scenarios by class against capabilities; scenarios with equal rows share one.
pub fn survive(report: &SurviveReport, detail: Detail, width: usize) -> String {
    let Some(first) = report.scenarios.first() else {
        return "no scenario: the model has nothing of these classes\n".to_owned();
    };
    let names: Vec<&str> = first.capabilities.iter().map(|(name, _)| name).collect();
    let stores: Vec<&str> = first.data.iter().map(|(name, _)| name).collect();
    let mut columns: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    columns.extend(stores.iter().map(|name| format!("data:{name}")));
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut class = None;
    for group in groups(report, detail) {
        if class != Some(&group[0].class) {
            class = Some(&group[0].class);
            rows.push(vec![Cell::new(group[0].class.as_str()).style(DIM)]);
        }
        let mut cells: Vec<Cell> = group[0]
            .capabilities
            .iter()
            .map(|(_, outcome)| outcome_cell(outcome, report.has_channels))
            .collect();
        cells.extend(group[0].data.iter().map(|(_, data)| data_cell(data)));
        let scenario_names: Vec<String> = group.iter().map(|scenario| scenario_name(scenario)).collect();
        let mut labels = wrapped(&scenario_names, detail).into_iter();
        let mut row = vec![Cell::new(format!("  {}", labels.next().unwrap_or_default()))];
        row.append(&mut cells);
        rows.push(row);
        rows.extend(labels.map(|label| vec![Cell::new(format!("  {label}"))]));
    }
    // Names go into the header where they fit, else below, under letters.
    let title = Cell::new("what fails").style(BOLD);
    let label_width = rows.iter().filter_map(|row| row.first()).map(Cell::width).max().unwrap_or(0);
    let lettered = label_width + columns.iter().map(|name| name.len() + 2).sum::<usize>() > width;
    let header = |index: usize| if lettered { letters(index) } else { columns[index].clone() };
    let titles = (0..columns.len()).map(|index| Cell::new(header(index)).style(BOLD));
    rows.insert(0, std::iter::once(title).chain(titles).collect());
    let mut out = table(&rows);
    if lettered {
        let legend = columns.iter().enumerate().map(|(index, name)| format!("{} {name}", letters(index)));
        out += &format!("\n{}\n", legend.collect::<Vec<_>>().join("   "));
    }
    let all = || {
        report.scenarios.iter().flat_map(|scenario| scenario.capabilities.iter().map(|(_, outcome)| outcome))
    };
    let mut legend =
        "✓ up   ~ degraded   ✗ down   (15m: out for so long, ~1h: degraded until then)".to_owned();
    if report.has_channels && all().any(|outcome| outcome.unreachable) {
        legend += "   ! customers cannot be told";
    }
    if !stores.is_empty() {
        legend += "   data: what is lost";
    }
    out += &format!("\n{}\n", styled(DIM, legend));
    out += &deadlocks(report, detail, width);
    let count = |state: State| {
        let has = |scenario: &&ScenarioReport| {
            scenario.capabilities.iter().any(|(_, outcome)| outcome.state == state)
        };
        report.scenarios.iter().filter(has).count()
    };
    out += &format!(
        "{}: {}, {} take a capability down, {} degrade one\n",
        visible(&report.model),
        plural(report.scenarios.len(), "scenario", "scenarios"),
        count(State::Down),
        count(State::Degraded),
    );
    out
}

/// The deadlocks of all scenarios: those that leave the same things waiting, with the same advice, are told together.
fn deadlocks(report: &SurviveReport, detail: Detail, width: usize) -> String {
    let mut told: Vec<(&ScenarioReport, &[String], Vec<String>)> = Vec::new();
    for scenario in &report.scenarios {
        let stuck = scenario.capabilities.iter().next().map_or(&[][..], |(_, outcome)| &outcome.deadlock);
        let is_same = |(known, waits, _): &&mut (&ScenarioReport, &[String], Vec<String>)| {
            *waits == stuck && known.circles == scenario.circles && known.suffices == scenario.suffices
        };
        match told.iter_mut().find(is_same) {
            _ if stuck.is_empty() => {}
            Some((.., names)) => names.push(scenario.name.clone()),
            None => told.push((scenario, stuck, vec![scenario.name.clone()])),
        }
    }
    let mut out = String::new();
    for (scenario, stuck, names) in told {
        let (names, stuck) = (listed(&names, 12, detail), listed(stuck, 12, detail));
        out += &format!(
            "{} after {names} these wait for each other for ever: {stuck}\n",
            styled(BAD, "deadlock")
        );
        out += &circles(&scenario.circles, scenario.suffices, "  ", detail, width);
    }
    out
}

/// A scenario with the durations that it gives.
fn scenario_name(scenario: &ScenarioReport) -> String {
    if scenario.lasts_s.is_empty() || scenario.class == "scenario" {
        return scenario.name.clone();
    }
    let events = scenario.failed.iter().zip(&scenario.lasts_s).map(|(name, lasts)| match lasts.is_finite() {
        true => format!("{name}={lasts}"),
        false => name.clone(),
    });
    events.collect::<Vec<_>>().join(" + ")
}

/// Room for the names of scenarios in front of the matrix.
const LABEL_WIDTH: usize = 44;

/// `A`, `B`, … `Z`, `AA`, …
fn letters(mut index: usize) -> String {
    let mut out = String::new();
    loop {
        let letter = char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
        out.insert(0, letter);
        if index < 26 {
            return out;
        }
        index = index / 26 - 1;
    }
}

/// Scenarios of one class with equal rows, in the order of their first; single ones where everything is wanted, and
/// only those in which something falls where only that is.
fn groups(report: &SurviveReport, detail: Detail) -> Vec<Vec<&ScenarioReport>> {
    let mut groups: Vec<Vec<&ScenarioReport>> = Vec::new();
    let mut of_class: HashMap<String, usize> = HashMap::new();
    for scenario in &report.scenarios {
        let is_well = scenario.capabilities.iter().all(|(_, outcome)| outcome.state == State::Up);
        if is_well && detail == Detail::Quiet {
            continue;
        }
        let key = format!("{} {:?} {:?}", scenario.class, scenario.capabilities, scenario.data);
        match of_class.get(&key).filter(|_| detail != Detail::Verbose) {
            Some(index) => groups[*index].push(scenario),
            None => {
                of_class.insert(key, groups.len());
                groups.push(vec![scenario]);
            }
        }
    }
    // Classes come in the order asked already; groups within one keep the order of their first scenario.
    groups
}

/// Names joined over lines of at most the label's width; many are counted instead.
fn wrapped(names: &[String], detail: Detail) -> Vec<String> {
    let shown = if detail == Detail::Verbose { names.len() } else { names.len().min(12) };
    let mut parts: Vec<String> = names[..shown].to_vec();
    if shown < names.len() {
        parts.push(format!("and {} more", names.len() - shown));
    }
    let mut lines: Vec<String> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let part = if index + 1 < parts.len() { format!("{part}, ") } else { part.clone() };
        match lines.last_mut() {
            Some(line) if line.len() + part.trim_end().len() + 4 <= LABEL_WIDTH => line.push_str(&part),
            _ => lines.push(part),
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

fn outcome_cell(outcome: &OutcomeReport, has_channels: bool) -> Cell {
    let symbol = match outcome.state {
        State::Up => "✓",
        State::Degraded => "~",
        State::Down => "✗",
    };
    let mut text = symbol.to_owned();
    if outcome.outage > Time::ZERO && outcome.outage.is_finite() {
        text += &format!(" {}", outcome.outage);
    }
    if outcome.undegraded_after > outcome.outage && outcome.undegraded_after.is_finite() {
        text += &format!(" ~{}", outcome.undegraded_after);
    }
    if outcome.unreachable && has_channels {
        text.push('!');
    }
    Cell::new(text).style(style_of(outcome.state))
}

fn data_cell(data: &DataReport) -> Cell {
    match (data.total, data.loss) {
        (true, _) => Cell::new("all").style(BAD),
        (false, Time::ZERO) => Cell::new("-").style(DIM),
        (false, loss) => Cell::new(loss.to_string()).style(FAIR),
    }
}

/// The ranking of `blast`, and how much value stands on each provider.
pub fn blast(report: &BlastReport, detail: Detail) -> String {
    let mut rows = vec![
        ["down", "degraded", "value/h", "elements", "class", "what fails", "what falls"]
            .into_iter()
            .map(|title| Cell::new(title).style(BOLD))
            .collect::<Vec<_>>(),
    ];
    let falls = |element: &&ElementReport| detail == Detail::Verbose || element.down + element.degraded > 0;
    let (shown, harmless): (Vec<_>, Vec<_>) = report.elements.iter().partition(falls);
    for element in &shown {
        rows.push(vec![
            Cell::new(element.down.to_string()).right().style(if element.down > 0 { BAD } else { DIM }),
            Cell::new(element.degraded.to_string()).right().style(if element.degraded > 0 {
                FAIR
            } else {
                DIM
            }),
            Cell::new(amount(element.value_per_hour)).right(),
            Cell::new(element.elements_down.to_string()).right(),
            Cell::new(element.class.as_str()).style(DIM),
            Cell::new(element.element.as_str()),
            Cell::new(fallen(&element.capabilities)),
        ]);
    }
    let mut out = if shown.is_empty() { String::new() } else { table(&rows) };
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

fn amount(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn fallen(capabilities: &Ordered<State>) -> String {
    let fallen = capabilities.iter().filter(|(_, state)| **state != State::Up);
    let text = fallen.map(|(name, state)| match state {
        State::Down => name.to_owned(),
        _ => format!("{name} (degraded)"),
    });
    text.collect::<Vec<_>>().join(", ")
}

/// The story of `explain`: each capability, what its state follows from, and what is lost.
pub fn explain(report: &ExplainReport, bars: Bars, width: usize) -> String {
    let failed = failing(&report.failed, &report.lasts_s);
    let mut out = match report.class.as_str() {
        "scenario" => format!("scenario {}: {failed}\n", report.scenario),
        _ => format!("{failed}\n"),
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
            out += &format!("  out for {}: {}\n", outcome.outage, explained.waited_for.join(" → "));
        }
        tree(&explained.causes, "  ", &mut out);
        if !explained.saved_by.is_empty() {
            out += &format!("  {}\n", styled(DIM, "what keeps it going:"));
            tree(&explained.saved_by, "  ", &mut out);
        } else if explained.causes.is_empty() {
            out += "  it does not depend on what fails\n";
        }
        if !outcome.deadlock.is_empty() {
            let stuck = outcome.deadlock.join(", ");
            out += &format!("  {} these wait for each other for ever: {stuck}\n", styled(BAD, "deadlock"));
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

fn tree(causes: &[CauseReport], indent: &str, out: &mut String) {
    let lines = joined(causes);
    for (index, (cause, text)) in lines.iter().enumerate() {
        let last = index + 1 == lines.len();
        let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let (style, mark) = match cause.state {
            "down" => (BAD, "✗"),
            "degraded" => (FAIR, "~"),
            _ => (GOOD, "✓"),
        };
        *out += &format!("{indent}{branch}{} {text}\n", styled(style, mark));
        tree(&cause.because, &format!("{indent}{below}"), out);
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
