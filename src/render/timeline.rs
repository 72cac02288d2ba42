//! Time as bars: capabilities below each other on one axis, and a single one with its times in it.

use std::collections::{BTreeSet, HashMap};

use unicode_width::UnicodeWidthStr;

use super::circles::circles;
use super::lines::{Names, failing, paragraph};
use super::{BAD, BOLD, DIM, Detail, style_of, styled, visible};
use crate::model::{State, Time};
use crate::report::{ScenarioReport, SurviveReport, TimelineReport};

/// What bars are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bars {
    /// Blocks and lines.
    #[default]
    Unicode,
    /// `#`, `=` and `-`, for terminals and logs that know no other.
    Ascii,
}

impl Bars {
    fn of(self, state: State) -> char {
        match (self, state) {
            (Self::Unicode, State::Down) => '█',
            (Self::Unicode, State::Degraded) => '▒',
            (Self::Unicode, State::Up) => '─',
            (Self::Ascii, State::Down) => '#',
            (Self::Ascii, State::Degraded) => '=',
            (Self::Ascii, State::Up) => '-',
        }
    }

    fn bar(self, state: State, width: usize) -> String {
        if width == 0 {
            return String::new();
        }
        styled(style_of(state), self.of(state).to_string().repeat(width))
    }
}

/// Bars are at least so wide; where that leaves no room for words, these go below.
const LEAST_BAR: usize = 24;

/// `survive` over time, as [`Timelines`] tells it of all scenarios.
pub fn survive_timeline(report: &SurviveReport, detail: Detail, bars: Bars, width: usize) -> String {
    let mut timelines = Timelines::new(report.has_channels, detail, bars, width);
    report.scenarios.iter().for_each(|scenario| timelines.add(scenario));
    timelines.text(&report.model)
}

/// `survive` over time: for each scenario that does something, a bar a capability. It is given scenarios one after the other
/// and keeps what it shows.
pub struct Timelines {
    has_channels: bool,
    detail: Detail,
    bars: Bars,
    width: usize,
    n: u64,
    n_quiet: u64,
    told: Vec<(Names, String)>,
    /// The place of each block in `told`.
    places: HashMap<String, usize>,
}

impl Timelines {
    /// Before the first scenario.
    pub fn new(has_channels: bool, detail: Detail, bars: Bars, width: usize) -> Self {
        let (told, places) = (Vec::new(), HashMap::new());
        Self { has_channels, detail, bars, width, n: 0, n_quiet: 0, told, places }
    }

    /// One more scenario.
    pub fn add(&mut self, scenario: &ScenarioReport) {
        self.n += 1;
        let Some(timeline) = &scenario.timeline else { return };
        let is_verbose = self.detail == Detail::Verbose;
        if !is_verbose && timeline.iter().all(|(_, of)| !of.is_eventful()) {
            self.n_quiet += 1;
            return;
        }
        let block = block(scenario, self.has_channels, self.detail, self.bars, self.width);
        match self.places.get(&block).filter(|_| !is_verbose) {
            Some(place) => self.told[*place].0.add(title(scenario)),
            None => {
                let mut names = Names::up_to(13, self.detail);
                names.add(title(scenario));
                self.places.insert(block.clone(), self.told.len());
                self.told.push((names, block));
            }
        }
    }

    /// All that is told.
    pub fn text(&self, model: &str) -> String {
        let mut out = String::new();
        for (names, block) in &self.told {
            for line in paragraph("", &names.listed(12), self.width).lines() {
                out += &format!("{}\n", styled(BOLD, line));
            }
            out += block;
            out.push('\n');
        }
        if self.n_quiet > 0 {
            let scenarios = if self.n_quiet == 1 { "scenario changes" } else { "scenarios change" };
            out += &format!("{} {scenarios} nothing\n", self.n_quiet);
        }
        if !self.told.is_empty() {
            let of = |state| self.bars.of(state);
            let legend = format!(
                "{} down   {} degraded   {} up   from the failure on; segments are not to scale",
                of(State::Down),
                of(State::Degraded),
                of(State::Up)
            );
            out += &format!("{}\n", styled(DIM, legend));
        }
        let scenarios = if self.n == 1 { "scenario" } else { "scenarios" };
        out += &format!("{}: {} {scenarios} over time\n", visible(model), self.n);
        out
    }
}

/// What happens: `aws fails for 4h`, or the name of a declared scenario.
pub(crate) fn title(scenario: &ScenarioReport) -> String {
    if scenario.class == "scenario" {
        return format!("scenario {}", scenario.name);
    }
    failing(&scenario.failed, &scenario.lasts_s)
}

/// One scenario: an axis and a bar for each capability.
fn block(scenario: &ScenarioReport, has_channels: bool, detail: Detail, bars: Bars, width: usize) -> String {
    let Some(timeline) = &scenario.timeline else { return String::new() };
    let is_shown = |of: &TimelineReport| detail == Detail::Verbose || of.is_eventful();
    let shown: Vec<_> = timeline.iter().filter(|(_, of)| is_shown(of)).collect();
    let moments: BTreeSet<Time> = shown
        .iter()
        .flat_map(|(_, of)| of.intervals.iter().flat_map(|interval| [interval.from, interval.to]))
        .filter(|time| time.is_finite())
        .collect();
    let moments: Vec<Time> = moments.into_iter().collect();
    let names = shown.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let words: Vec<String> = shown.iter().map(|(_, of)| in_words(of, has_channels)).collect();
    let widest = words.iter().map(|words| words.width()).max().unwrap_or(0);
    let beside = (names + widest + 6 + LEAST_BAR) <= width;
    let room = if beside { width - names - widest - 6 } else { width.saturating_sub(names + 4) };
    let room = room.clamp(LEAST_BAR.min(width), 100);
    let axis = Axis { moments: &moments, width: room };
    let mut out = format!("  {}  {}\n", " ".repeat(names), styled(DIM, axis.labels()));
    for ((name, of), words) in shown.iter().zip(&words) {
        let bar: String = of
            .intervals
            .iter()
            .map(|interval| bars.bar(interval.state, axis.place(interval.to) - axis.place(interval.from)))
            .collect();
        let pad = " ".repeat(names - name.width());
        out += &format!("  {name}{pad}  {bar}");
        if beside {
            out += &format!("  {words}\n");
        } else {
            out.push('\n');
            out += &paragraph(&" ".repeat(names + 4), words, width);
        }
    }
    if !scenario.circles.is_empty() {
        out += &circles(&scenario.circles, scenario.suffices, "  ", detail, width);
    }
    let well = timeline.len() - shown.len();
    if well > 0 {
        out += &format!("  {}\n", styled(DIM, format!("{well} more up throughout")));
    }
    out
}

/// Moments side by side, each as far from the next as from the one before: minutes and days fit on one axis.
struct Axis<'a> {
    moments: &'a [Time],
    width: usize,
}

impl Axis<'_> {
    fn place(&self, time: Time) -> usize {
        match self.moments.binary_search(&time) {
            Ok(index) => index * self.width / self.moments.len(),
            Err(_) => self.width,
        }
    }

    /// Each moment above its place, as far as there is room.
    fn labels(&self) -> String {
        let mut line = String::new();
        for time in self.moments {
            let (place, label) = (self.place(*time), time.to_string());
            let free = if line.is_empty() { place == 0 } else { line.len() < place };
            if free && place + label.len() <= self.width {
                line += &" ".repeat(place - line.len());
                line += &label;
            }
        }
        line
    }
}

/// A timeline in words: `down to 15m, degraded to 4h, then up`.
fn in_words(of: &TimelineReport, has_channels: bool) -> String {
    let mut text = states_in_words(of);
    if let Some(unreachable) = of.unreachable.as_ref().filter(|_| has_channels) {
        text += &match unreachable.to.is_finite() {
            true => format!("; {} to {}", styled(BAD, "customers cannot be told"), unreachable.to),
            false => format!("; {}", styled(BAD, "customers cannot be told")),
        };
    }
    text
}

/// The states of a timeline in words.
pub(crate) fn states_in_words(of: &TimelineReport) -> String {
    let mut parts: Vec<String> = Vec::new();
    let n = of.intervals.len();
    for (index, interval) in of.intervals.iter().enumerate() {
        let state = interval.state.name();
        parts.push(match (interval.to.is_finite(), index + 1 == n && n > 1) {
            (true, _) => format!("{state} to {}", interval.to),
            (false, true) => format!("then {state}"),
            (false, false) => format!("{state} throughout"),
        });
    }
    parts.join(", ")
}

/// One timeline as one line with its times in it; nothing where nothing changes.
pub(super) fn line(of: &TimelineReport, bars: Bars, width: usize) -> Option<String> {
    const MOST: usize = 20;
    if of.intervals.len() < 2 {
        return None;
    }
    let labels: Vec<String> = of.intervals.iter().map(|interval| interval.from.to_string()).collect();
    let n = labels.len();
    let taken: usize = labels.iter().map(|label| label.len() + 2).sum();
    let each = (width.saturating_sub(taken) / n).clamp(4, MOST);
    let part = |(interval, label): (&crate::report::IntervalReport, &String)| {
        format!("{} {}", styled(DIM, label), bars.bar(interval.state, each))
    };
    Some(of.intervals.iter().zip(&labels).map(part).collect::<Vec<_>>().join(" "))
}
