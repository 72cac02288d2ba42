//! `linchpin/baseline/1`: the findings that there were when a team began, so that only new ones count.
//!
//! One line of JSON a finding, sorted: two branches that each remove lines merge without a conflict, and a reviewer
//! sees by the lines what was accepted. A finding is the same one if policy, rule, capability and scenario are; it is
//! covered only as long as it is no worse than what the line says was found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CheckReport, FindingReport, Found, GoneReport};
use crate::model::{State, Time};

const SCHEMA: &str = "linchpin/baseline/1";

/// One line of a baseline: a finding that is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The policy's name.
    pub policy: String,
    /// Which conjunct of the policy.
    pub rule: String,
    /// Which capability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// In which scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// How bad it was: a state, or a time. Left out where one cannot be worse than another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// What the first line holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    schema: String,
}

type Key = (String, String, Option<String>, Option<String>);

/// The findings that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// How bad each may be; `None`: as bad as it likes.
    known: BTreeMap<Key, Option<Found>>,
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            // Down is less than degraded, and worse.
            (Self::State(own), Self::State(others)) => others.partial_cmp(own),
            (Self::Time(own), Self::Time(others)) => own.partial_cmp(others),
            _ => None,
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => f.write_str(state.name()),
            Self::Time(time) => time.fmt(f),
        }
    }
}

impl Found {
    fn read(text: &str) -> Option<Self> {
        let states = [State::Up, State::Degraded, State::Down];
        let state = states.into_iter().find(|state| state.name() == text).map(Self::State);
        let never = (text == "never").then_some(Self::Time(Time::NEVER));
        state.or(never).or_else(|| text.parse().ok().map(Self::Time))
    }
}

/// A text that is no baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadBaseline {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for BadBaseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for BadBaseline {}

impl Baseline {
    /// What is denied now. Where a limit left a question open there is nothing to be known yet.
    pub fn of(report: &CheckReport) -> Self {
        let counts =
            |finding: &&FindingReport| (finding.is_denied() || finding.is_in_baseline()) && !finding.is_open;
        let mut baseline = Self::default();
        for finding in report.findings.iter().filter(counts) {
            baseline.add(key(finding), finding.found);
        }
        baseline
    }

    /// Of two lines about one finding, as a merge may leave them, the worse counts.
    fn add(&mut self, key: Key, found: Option<Found>) {
        let known = self.known.entry(key).or_insert(found);
        if found.is_none() || known.is_some_and(|known| found > Some(known)) {
            *known = found;
        }
    }

    /// Reads what [`crate::render::baseline`] writes. Order and empty lines have no meaning.
    ///
    /// # Errors
    /// If a line is none of a baseline.
    pub fn read(text: &str) -> Result<Self, BadBaseline> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
            .filter(|(_, line)| !line.trim().is_empty());
        let bad = |line: usize, why: String| BadBaseline { line, why };
        let (line, first) =
            lines.next().ok_or_else(|| bad(1, format!("expected {{\"schema\":\"{SCHEMA}\"}}")))?;
        match serde_json::from_str::<Header>(first) {
            Ok(header) if header.schema == SCHEMA => {}
            _ => return Err(bad(line, format!("expected {{\"schema\":\"{SCHEMA}\"}}"))),
        }
        let mut baseline = Self::default();
        for (line, text) in lines {
            let entry: Entry = serde_json::from_str(text).map_err(|error| bad(line, error.to_string()))?;
            let found = match &entry.found {
                None => None,
                Some(text) => Some(
                    Found::read(text)
                        .ok_or_else(|| bad(line, format!("`{text}` is neither a state nor a time")))?,
                ),
            };
            baseline.add((entry.policy, entry.rule, entry.capability, entry.scenario), found);
        }
        Ok(baseline)
    }

    /// The first line of the file.
    pub fn header() -> impl Serialize {
        Header { schema: SCHEMA.to_owned() }
    }

    /// Its lines, sorted.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.known.iter().map(|((policy, rule, capability, scenario), found)| Entry {
            policy: policy.clone(),
            rule: rule.clone(),
            capability: capability.clone(),
            scenario: scenario.clone(),
            found: found.map(|found| found.to_string()),
        })
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What of it is still found, no worse than it is now, and what was not looked at: never more than before.
    #[must_use]
    pub fn still_found(&self, report: &CheckReport, left_out: &BTreeSet<&str>) -> Self {
        let known = report.findings.iter().filter(|finding| finding.is_in_baseline());
        let mut kept = Self::default();
        known.for_each(|finding| kept.add(key(finding), finding.found));
        let not_looked_at = self.known.iter().filter(|(key, _)| is_left_out(key, left_out));
        kept.known.extend(not_looked_at.map(|(key, found)| (key.clone(), *found)));
        // What is worse now stays as it was: it fails, and is not accepted by this.
        let again: BTreeSet<Key> = report.findings.iter().map(key).collect();
        for (key, found) in self.known.iter().filter(|(key, _)| again.contains(*key)) {
            kept.known.entry(key.clone()).or_insert(*found);
        }
        kept
    }

    /// Marks what is known in a report and tells what is gone. Of capabilities that were `left_out` of the check nothing
    /// can be gone.
    pub fn apply(&self, report: &mut CheckReport, left_out: &BTreeSet<&str>) {
        let mut found_again: BTreeSet<Key> = BTreeSet::new();
        for finding in &mut report.findings {
            let key = key(finding);
            let known = self.known.get(&key);
            let counts = finding.is_denied() && !finding.is_open;
            let worse =
                known.and_then(|known| known.zip(finding.found)).filter(|(known, found)| found > known);
            if let Some((known, _)) = worse.filter(|_| counts) {
                finding.message += &format!(" (worse than the baseline, which has {known})");
            }
            finding.in_baseline = Some(known.is_some() && worse.is_none() && counts);
            found_again.extend(known.map(|_| key));
        }
        let is_gone = |key: &&Key| !found_again.contains(*key) && !is_left_out(key, left_out);
        let gone = self.known.keys().filter(is_gone).cloned();
        let gone = gone.map(|(policy, rule, capability, scenario)| GoneReport {
            policy,
            rule,
            capability,
            scenario,
        });
        report.gone = Some(gone.collect());
        report.count_again();
    }
}

fn is_left_out(key: &Key, left_out: &BTreeSet<&str>) -> bool {
    key.2.as_deref().is_some_and(|capability| left_out.contains(capability))
}

fn key(finding: &FindingReport) -> Key {
    (finding.policy.clone(), finding.rule.to_owned(), finding.capability.clone(), finding.scenario.clone())
}
