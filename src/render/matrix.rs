//! The matrix of `survive`: what fails against what it does, in as many panels as the width makes of it.

use std::collections::HashMap;

use unicode_width::UnicodeWidthStr;

use super::circles::circles;
use super::lines::{fill_with, hanging, listed, paragraph};
use super::table::{Cell, table};
use super::text::plural;
use super::{BAD, BOLD, DIM, Detail, FAIR, style_of, styled, visible};
use crate::model::{State, Time};
use crate::report::{DataReport, OutcomeReport, ScenarioReport, SurviveReport};

/// The names of scenarios take no more room than this in front of the matrix, unless one alone does.
const LABEL_WIDTH: usize = 44;

/// A capability's column, or a data store's.
struct Column {
    name: String,
    is_data: bool,
    /// One a row.
    cells: Vec<Cell>,
}

impl Column {
    fn width(&self, header: usize) -> usize {
        self.cells.iter().map(Cell::width).max().unwrap_or(0).max(header)
    }
}

/// The matrix of `survive`: scenarios by class against capabilities; scenarios with equal rows share one.
pub fn survive(report: &SurviveReport, detail: Detail, width: usize) -> String {
    let Some(first) = report.scenarios.first() else {
        return "no scenario: the model has nothing of these classes\n".to_owned();
    };
    let groups = groups(report, detail);
    let columns = columns(report, first, &groups);
    if columns.is_empty() {
        return "no capability: the model does not say what the business does\n".to_owned();
    }
    let mut out = matrix(&groups, &columns, detail, width);
    let all = || {
        report.scenarios.iter().flat_map(|scenario| scenario.capabilities.iter().map(|(_, outcome)| outcome))
    };
    let mut legend = vec!["✓ up", "~ degraded", "✗ down", "(15m: out for so long, ~1h: degraded until then)"];
    if report.has_channels && all().any(|outcome| outcome.unreachable) {
        legend.push("! customers cannot be told");
    }
    if !first.data.is_empty() {
        legend.push("data: what is lost");
    }
    out.push('\n');
    for line in fill_with(legend, "   ", width) {
        out += &format!("{}\n", styled(DIM, line));
    }
    out += &deadlocks(report, detail, width);
    let count = |state: State| {
        let has = |scenario: &&ScenarioReport| {
            scenario.capabilities.iter().any(|(_, outcome)| outcome.state == state)
        };
        report.scenarios.iter().filter(has).count()
    };
    let closing = format!(
        "{}: {}, {} take a capability down, {} degrade one",
        visible(&report.model),
        plural(report.scenarios.len(), "scenario", "scenarios"),
        count(State::Down),
        count(State::Degraded),
    );
    out += &paragraph("", &closing, width);
    out
}

fn columns(report: &SurviveReport, first: &ScenarioReport, groups: &[Vec<&ScenarioReport>]) -> Vec<Column> {
    let of_capability = |(index, (name, _)): (usize, (&str, &OutcomeReport))| Column {
        name: name.to_owned(),
        is_data: false,
        cells: groups
            .iter()
            .filter_map(|group| group[0].capabilities.iter().nth(index))
            .map(|(_, outcome)| outcome_cell(outcome, report.has_channels))
            .collect(),
    };
    let of_store = |(index, (name, _)): (usize, (&str, &DataReport))| Column {
        name: format!("data:{name}"),
        is_data: true,
        cells: groups
            .iter()
            .filter_map(|group| group[0].data.iter().nth(index))
            .map(|(_, data)| data_cell(data))
            .collect(),
    };
    let capabilities = first.capabilities.iter().enumerate().map(of_capability);
    capabilities.chain(first.data.iter().enumerate().map(of_store)).collect()
}

/// The rows, under the columns' names where these fit, else under letters; where even so there is no room for all
/// columns, in several panels.
fn matrix(groups: &[Vec<&ScenarioReport>], columns: &[Column], detail: Detail, width: usize) -> String {
    let names: Vec<Vec<String>> =
        groups.iter().map(|group| group.iter().map(|scenario| scenario_name(scenario)).collect()).collect();
    // A name is not broken: with its indent, a comma and the gap behind it takes so much.
    let longest =
        names.iter().flatten().map(|name| name.width() + 5).max().unwrap_or(0).max("what fails".len() + 2);
    let labels_of = |most: usize| -> Vec<Vec<String>> {
        names.iter().map(|names| wrapped(names, detail, most)).collect()
    };
    let room_for_labels = |headers: &[String]| {
        let taken: usize =
            columns.iter().zip(headers).map(|(column, header)| column.width(header.width()) + 2).sum();
        let left = width.saturating_sub(taken).min(LABEL_WIDTH);
        (left >= longest.min(LABEL_WIDTH)).then_some(left)
    };
    let by_name: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let lettered: Vec<String> = (0..columns.len()).map(letters).collect();
    let choice = room_for_labels(&by_name).map(|room| (by_name, room));
    let choice = choice.or_else(|| room_for_labels(&lettered).map(|room| (lettered.clone(), room)));
    let (headers, room) = choice.unwrap_or_else(|| (lettered.clone(), longest.min(LABEL_WIDTH)));
    let labels = labels_of(room);
    let label_width =
        labels.iter().flatten().map(|label| label.width() + 4).max().unwrap_or(0).max("what fails".len() + 2);

    let n_capabilities = columns.iter().filter(|column| !column.is_data).count();
    let mut out = String::new();
    let mut start = 0;
    while start < columns.len() {
        let mut taken = label_width - 2;
        let fits = columns[start..].iter().zip(&headers[start..]).take_while(|(column, header)| {
            taken += column.width(header.width()) + 2;
            taken <= width
        });
        let mut end = start + fits.count().max(1);
        // Where there is a break anyway, data stores have panels of their own.
        if end < columns.len() && (start + 1..end).contains(&n_capabilities) {
            end = n_capabilities;
        }
        if start > 0 {
            out.push('\n');
        }
        out += &panel(groups, &labels, &columns[start..end], &headers[start..end]);
        start = end;
    }
    if headers == lettered {
        let legend: Vec<String> = columns
            .iter()
            .zip(&headers)
            .map(|(column, header)| format!("{header} {}", column.name))
            .collect();
        out += &format!("\n{}\n", fill_with(legend.iter().map(String::as_str), "   ", width).join("\n"));
    }
    out
}

fn panel(
    groups: &[Vec<&ScenarioReport>],
    labels: &[Vec<String>],
    columns: &[Column],
    headers: &[String],
) -> String {
    let titles = std::iter::once("what fails").chain(headers.iter().map(String::as_str));
    let mut rows = vec![titles.map(|title| Cell::new(title).style(BOLD)).collect::<Vec<_>>()];
    let mut class = None;
    for (index, group) in groups.iter().enumerate() {
        if class != Some(&group[0].class) {
            class = Some(&group[0].class);
            rows.push(vec![Cell::new(group[0].class.as_str()).style(DIM)]);
        }
        let mut labels = labels[index].iter();
        let mut row = vec![Cell::new(format!("  {}", labels.next().map_or("", String::as_str)))];
        row.extend(columns.iter().map(|column| column.cells[index].clone()));
        rows.push(row);
        rows.extend(labels.map(|label| vec![Cell::new(format!("  {label}"))]));
    }
    table(&rows)
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
        let text = format!("after {names} these wait for each other for ever: {stuck}");
        out += &hanging("", BAD, "deadlock", &text, width);
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

/// Names joined over lines of at most a width, the indent and the gap behind them in it; many are counted instead.
fn wrapped(names: &[String], detail: Detail, width: usize) -> Vec<String> {
    let shown = if detail == Detail::Verbose { names.len() } else { names.len().min(12) };
    let mut parts: Vec<String> = names[..shown].to_vec();
    if shown < names.len() {
        parts.push(format!("and {} more", names.len() - shown));
    }
    let mut lines: Vec<String> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let part = if index + 1 < parts.len() { format!("{part}, ") } else { part.clone() };
        match lines.last_mut() {
            Some(line) if line.width() + part.trim_end().width() + 4 <= width => line.push_str(&part),
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

pub(super) fn data_cell(data: &DataReport) -> Cell {
    match (data.total, data.loss) {
        (true, _) => Cell::new("all").style(BAD),
        (false, Time::ZERO) => Cell::new("-").style(DIM),
        (false, loss) => Cell::new(loss.to_string()).style(FAIR),
    }
}
