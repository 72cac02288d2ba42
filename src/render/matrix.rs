//! The matrix of `survive`: what fails against what it does, in as many panels as the width makes of it.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use unicode_width::UnicodeWidthStr;

use super::circles::circles;
use super::lines::{Names, fill_with, hanging, listed, paragraph};
use super::table::{Cell, table};
use super::{BAD, BOLD, DIM, Detail, FAIR, style_of, styled, visible};
use crate::model::{State, Time};
use crate::report::{DataReport, OutcomeReport, ScenarioReport, SurviveReport};

/// The names of scenarios take no more room than this in front of the matrix, unless one alone does.
const LABEL_WIDTH: usize = 44;

/// So many names are shown of scenarios with the same row, and of what waits, unless everything is wanted.
const SHOWN: usize = 12;

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

/// Scenarios with equal rows.
struct Group {
    first: ScenarioReport,
    names: Names,
}

/// A recovery deadlock, with the scenarios after which there is one.
struct Deadlock {
    first: ScenarioReport,
    names: Names,
}

/// The matrix of `survive`: scenarios by class against capabilities; scenarios with equal rows share one. It is given
/// scenarios one after the other and keeps what it shows.
pub struct Matrix {
    detail: Detail,
    n: u64,
    n_down: u64,
    n_degraded: u64,
    /// Whether there is a scenario after which customers cannot be told.
    has_unreachable: bool,
    /// The widest name of a scenario, whether it is shown or not.
    longest: usize,
    first: Option<ScenarioReport>,
    groups: Vec<Group>,
    /// The place of each in `groups`.
    of_row: HashMap<[u8; 32], usize>,
    deadlocks: Vec<Deadlock>,
    of_deadlock: HashMap<String, usize>,
}

/// The matrix of `survive`, as [`Matrix`] makes it of all scenarios.
pub fn survive(report: &SurviveReport, detail: Detail, width: usize) -> String {
    let mut matrix = Matrix::new(detail);
    report.scenarios.iter().for_each(|scenario| matrix.add(scenario));
    matrix.text(&report.model, report.has_channels, width)
}

impl Matrix {
    /// Before the first scenario.
    pub fn new(detail: Detail) -> Self {
        Self {
            detail,
            n: 0,
            n_down: 0,
            n_degraded: 0,
            has_unreachable: false,
            longest: 0,
            first: None,
            groups: Vec::new(),
            of_row: HashMap::new(),
            deadlocks: Vec::new(),
            of_deadlock: HashMap::new(),
        }
    }

    /// One more scenario.
    pub fn add(&mut self, scenario: &ScenarioReport) {
        let has = |state: State| scenario.capabilities.iter().any(|(_, outcome)| outcome.state == state);
        self.n += 1;
        self.n_down += u64::from(has(State::Down));
        self.n_degraded += u64::from(has(State::Degraded));
        self.has_unreachable |= scenario.capabilities.iter().any(|(_, outcome)| outcome.unreachable);
        if self.first.is_none() {
            self.first = Some(scenario.clone());
        }
        self.add_deadlock(scenario);
        // Only those in which something falls, where only that is wanted.
        let is_well = scenario.capabilities.iter().all(|(_, outcome)| outcome.state == State::Up);
        if !(is_well && self.detail == Detail::Quiet) {
            self.add_row(scenario);
        }
    }

    /// Scenarios of one class with equal rows are a group; single ones where everything is wanted.
    fn add_row(&mut self, scenario: &ScenarioReport) {
        let name = scenario_name(scenario);
        self.longest = self.longest.max(name.width());
        // A row may be long, and there may be many: what stands for it here need not be.
        let key = match self.detail {
            Detail::Verbose => String::new(),
            _ => format!("{} {:?} {:?}", scenario.class, scenario.capabilities, scenario.data),
        };
        let key = Sha256::digest(key).into();
        match self.of_row.get(&key).filter(|_| self.detail != Detail::Verbose) {
            Some(index) => self.groups[*index].names.add(name),
            None => {
                self.of_row.insert(key, self.groups.len());
                let mut names = Names::up_to(SHOWN, self.detail);
                names.add(name);
                self.groups.push(Group { first: scenario.clone(), names });
            }
        }
    }

    /// Those that leave the same things waiting, with the same advice, are told together.
    fn add_deadlock(&mut self, scenario: &ScenarioReport) {
        let stuck = stuck(scenario);
        if stuck.is_empty() {
            return;
        }
        let key = format!("{stuck:?} {:?} {}", scenario.circles, scenario.suffices);
        let index = *self.of_deadlock.entry(key).or_insert(self.deadlocks.len());
        if index == self.deadlocks.len() {
            let names = Names::up_to(SHOWN + 1, self.detail);
            self.deadlocks.push(Deadlock { first: scenario.clone(), names });
        }
        self.deadlocks[index].names.add(scenario.name.clone());
    }

    /// The matrix, what it means, and what waits for each other.
    pub fn text(&self, model: &str, has_channels: bool, width: usize) -> String {
        let Some(first) = &self.first else {
            return "no scenario: the model has nothing of these classes\n".to_owned();
        };
        let columns = columns(has_channels, first, &self.groups);
        if columns.is_empty() {
            return "no capability: the model does not say what the business does\n".to_owned();
        }
        let mut out = matrix(&self.groups, self.longest, &columns, width);
        let mut legend =
            vec!["✓ up", "~ degraded", "✗ down", "(15m: out for so long, ~1h: degraded until then)"];
        if has_channels && self.has_unreachable {
            legend.push("! customers cannot be told");
        }
        if !first.data.is_empty() {
            legend.push("data: what is lost");
        }
        out.push('\n');
        for line in fill_with(legend, "   ", width) {
            out += &format!("{}\n", styled(DIM, line));
        }
        out += &self.deadlocks_in_words(width);
        let closing = format!(
            "{}: {} {}, {} take a capability down, {} degrade one",
            visible(model),
            self.n,
            if self.n == 1 { "scenario" } else { "scenarios" },
            self.n_down,
            self.n_degraded,
        );
        out += &paragraph("", &closing, width);
        out
    }

    fn deadlocks_in_words(&self, width: usize) -> String {
        let mut out = String::new();
        for Deadlock { first, names } in &self.deadlocks {
            let stuck = listed(stuck(first), SHOWN, self.detail);
            let text = format!("after {} these wait for each other for ever: {stuck}", names.listed(SHOWN));
            out += &hanging("", BAD, "deadlock", &text, width);
            out += &circles(&first.circles, first.suffices, "  ", self.detail, width);
        }
        out
    }
}

/// What waits for each other, which is the same for every capability.
fn stuck(scenario: &ScenarioReport) -> &[String] {
    scenario.capabilities.iter().next().map_or(&[][..], |(_, outcome)| &outcome.deadlock)
}

fn columns(has_channels: bool, first: &ScenarioReport, groups: &[Group]) -> Vec<Column> {
    let of_capability = |(index, (name, _)): (usize, (&str, &OutcomeReport))| Column {
        name: name.to_owned(),
        is_data: false,
        cells: groups
            .iter()
            .filter_map(|group| group.first.capabilities.iter().nth(index))
            .map(|(_, outcome)| outcome_cell(outcome, has_channels))
            .collect(),
    };
    let of_store = |(index, (name, _)): (usize, (&str, &DataReport))| Column {
        name: format!("data:{name}"),
        is_data: true,
        cells: groups
            .iter()
            .filter_map(|group| group.first.data.iter().nth(index))
            .map(|(_, data)| data_cell(data))
            .collect(),
    };
    let capabilities = first.capabilities.iter().enumerate().map(of_capability);
    capabilities.chain(first.data.iter().enumerate().map(of_store)).collect()
}

/// The rows, under the columns' names where these fit, else under letters; where even so there is no room for all
/// columns, in several panels.
fn matrix(groups: &[Group], longest: usize, columns: &[Column], width: usize) -> String {
    // A name is not broken: with its indent, a comma and the gap behind it takes so much.
    let longest = (longest + 5).max("what fails".len() + 2);
    let labels_of = |most: usize| -> Vec<Vec<String>> {
        groups.iter().map(|group| wrapped(&group.names, most)).collect()
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

fn panel(groups: &[Group], labels: &[Vec<String>], columns: &[Column], headers: &[String]) -> String {
    let titles = std::iter::once("what fails").chain(headers.iter().map(String::as_str));
    let mut rows = vec![titles.map(|title| Cell::new(title).style(BOLD)).collect::<Vec<_>>()];
    let mut class = None;
    for (index, group) in groups.iter().enumerate() {
        if class != Some(&group.first.class) {
            class = Some(&group.first.class);
            rows.push(vec![Cell::new(group.first.class.as_str()).style(DIM)]);
        }
        let mut labels = labels[index].iter();
        let mut row = vec![Cell::new(format!("  {}", labels.next().map_or("", String::as_str)))];
        row.extend(columns.iter().map(|column| column.cells[index].clone()));
        rows.push(row);
        rows.extend(labels.map(|label| vec![Cell::new(format!("  {label}"))]));
    }
    table(&rows)
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

/// Names joined over lines of at most a width, the indent and the gap behind them in it; many are counted instead.
fn wrapped(names: &Names, width: usize) -> Vec<String> {
    let mut parts: Vec<String> = names.kept().to_vec();
    if names.n() > parts.len() as u64 {
        parts.push(format!("and {} more", names.n() - parts.len() as u64));
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
