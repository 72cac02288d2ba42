//! What a change does to survival, as text and as a comment.

use std::collections::{HashMap, HashSet};

use super::lines::{hanging, listed, paragraph};
use super::markdown::{Comment, code};
use super::text::plural;
use super::{BAD, BOLD, DIM, Detail, GOOD, Style, styled, visible};
use crate::model::Time;
use crate::report::figures::amount;
use crate::report::{ChangeReport, DiffReport, Measure};

/// Changes that read the same but for their scenario, joined.
struct Line {
    effect: &'static str,
    about: String,
    /// What is the matter.
    what: String,
    /// In which scenarios, or with which cut sets.
    with: Vec<String>,
}

impl Line {
    /// Of a list that may be long, so many.
    fn shown(&self, most: usize, name: impl Fn(&str) -> String) -> String {
        let shown = self.with.len().min(most);
        let mut text = self.with[..shown].iter().map(|name_of| name(name_of)).collect::<Vec<_>>().join(", ");
        if shown < self.with.len() {
            text += &format!(" and {} more", self.with.len() - shown);
        }
        text
    }
}

/// In the order of the first of each.
fn lines(report: &DiffReport, detail: Detail) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut known = HashMap::new();
    let counts = |change: &&ChangeReport| {
        detail == Detail::Verbose || !(change.is_implied || change.effect == "neutral")
    };
    for change in report.changes.iter().filter(counts) {
        let about = change.about.clone().unwrap_or_else(|| "all capabilities".to_owned());
        let what = what(change);
        let with = change.scenario.clone().or_else(|| change.cut.as_ref().map(|cut| cut.join(" + ")));
        let key = (change.effect, about.clone(), what.clone());
        let index = *known.entry(key).or_insert_with(|| {
            lines.push(Line { effect: change.effect, about, what, with: Vec::new() });
            lines.len() - 1
        });
        lines[index].with.extend(with);
    }
    lines
}

/// A change without its scenario.
fn what(change: &ChangeReport) -> String {
    let gained = change.new == Measure::Flag(true);
    match change.kind {
        "single_point" if gained => "a new single point of failure".to_owned(),
        "single_point" => "no single point of failure any more".to_owned(),
        "cut" if gained => "newly down when these fail together".to_owned(),
        "cut" => "no more down when these fail together".to_owned(),
        "unreachable" if gained => "customers can no more be told".to_owned(),
        "unreachable" => "customers can be told".to_owned(),
        "data_loss" => format!("data lost {} → {}", lost(change.old), lost(change.new)),
        "margin" => format!("margin {} → {}", measure(change.old), measure(change.new)),
        "outage" => format!("out for {} → {}", measure(change.old), measure(change.new)),
        "undegraded_after" => format!("undegraded after {} → {}", measure(change.old), measure(change.new)),
        "value_per_hour" => format!("value per hour {} → {}", measure(change.old), measure(change.new)),
        _ => format!("{} → {}", measure(change.old), measure(change.new)),
    }
}

fn lost(measure: Measure) -> String {
    match measure {
        Measure::Seconds(Some(0)) => "none".to_owned(),
        Measure::Seconds(None) => "all".to_owned(),
        measure => self::measure(measure),
    }
}

fn measure(measure: Measure) -> String {
    match measure {
        Measure::State(state) => state.to_owned(),
        Measure::Seconds(seconds) => seconds.map_or(Time::NEVER, Time::seconds).to_string(),
        Measure::Count(Some(count)) => count.to_string(),
        Measure::Count(None) => "more than looked for".to_owned(),
        Measure::Flag(flag) => flag.to_string(),
        Measure::Value(value) => amount(value),
    }
}

fn headline(report: &DiffReport) -> String {
    match report.verdict {
        "same" => "nothing changed".to_owned(),
        "changed" => "nothing changed in what survives".to_owned(),
        _ => format!("{} worse, {} better", report.told("worse"), report.told("better")),
    }
}

/// The elements that came, went and were renamed, each with its title.
fn moved(report: &DiffReport) -> [(&'static str, Vec<String>); 3] {
    // What lies in, or is an instance of, another element of the list says nothing of its own.
    let own = |names: &[String]| -> Vec<String> {
        let all: HashSet<&str> = names.iter().map(String::as_str).collect();
        let follows =
            |name: &str| name.match_indices(['/', '#', '@']).any(|(at, _)| all.contains(&name[..at]));
        names.iter().filter(|name| !follows(name)).cloned().collect()
    };
    let renamed = report.renamed.iter().map(|renamed| format!("{} → {}", renamed.from, renamed.to));
    [("added", own(&report.added)), ("removed", own(&report.removed)), ("renamed", renamed.collect())]
}

fn at_stake(report: &DiffReport) -> Option<String> {
    let (old, new) = (&report.at_stake.old, &report.at_stake.new);
    let told = |of: &crate::report::AtStakeReport| match &of.scenario {
        Some(scenario) => format!("{} ({scenario})", amount(of.value_per_hour)),
        None => amount(of.value_per_hour),
    };
    (old.value_per_hour.to_bits() != new.value_per_hour.to_bits())
        .then(|| format!("{} → {}", told(old), told(new)))
}

/// The answer of `diff`: what is worse, what is better, what else changed.
///
/// Without a width a change is a line, however long.
pub fn diff(report: &DiffReport, detail: Detail, width: Option<usize>) -> String {
    let width = width.unwrap_or(usize::MAX);
    let lines = lines(report, detail);
    let mut out = String::new();
    let titles: [(&str, &str, Style); 3] =
        [("worse", "worse", BAD), ("better", "better", GOOD), ("neutral", "follows from this", DIM)];
    for (effect, title, style) in titles {
        if detail == Detail::Quiet && effect != "worse" {
            continue;
        }
        let of_effect: Vec<&Line> = lines.iter().filter(|line| line.effect == effect).collect();
        if of_effect.is_empty() {
            continue;
        }
        out += &format!("{}\n", styled(style, title));
        for line in of_effect {
            let most = if detail == Detail::Verbose { usize::MAX } else { 6 };
            let text = match line.shown(most, str::to_owned) {
                shown if shown.is_empty() => line.what.clone(),
                shown => format!("{}: {shown}", line.what),
            };
            let first = format!("  {}  ", line.about);
            let plain = paragraph(&first, &text, width);
            out += &format!("  {}  {}", styled(BOLD, &line.about), &plain[first.len()..]);
        }
        out.push('\n');
    }
    if detail == Detail::Quiet {
        return out;
    }
    for (title, names) in moved(report).iter().filter(|(_, names)| !names.is_empty()) {
        out += &hanging("", DIM, title, &listed(names, 12, detail), width);
    }
    for (capability, points) in report.new_capabilities.iter() {
        let points = match &points[..] {
            [] => "none".to_owned(),
            points => listed(points, 12, detail),
        };
        let text = format!("single points of failure of {capability}: {points}");
        out += &hanging("", DIM, "new", &text, width);
    }
    if let Some(at_stake) = at_stake(report) {
        out += &format!("{} {at_stake}\n", styled(DIM, "value per hour in the worst single failure"));
    }
    let closing = format!(
        "{}: {}; {} and cut sets of up to {} compared",
        visible(&report.models.new),
        headline(report),
        plural(report.scenarios, "scenario", "scenarios"),
        plural(report.cuts_order, "event", "events"),
    );
    out += &paragraph("", &closing, width);
    out
}

/// The same as a comment on a change.
pub fn markdown(report: &DiffReport) -> String {
    const SHOWN: usize = 20;
    let mut out = Comment::new();
    let mark = match report.verdict {
        "worse" | "mixed" => "✗",
        _ => "✓",
    };
    out.add(&format!("### {mark} What survives: {}\n\n", headline(report)));
    out.add(&format!(
        "{}: {} and cut sets of up to {} compared.\n",
        code(&report.models.new),
        plural(report.scenarios, "scenario", "scenarios"),
        plural(report.cuts_order, "event", "events")
    ));
    let lines = lines(report, Detail::Normal);
    let of = |effect: &str| -> Vec<String> {
        lines.iter().filter(|line| line.effect == effect).map(markdown_line).collect()
    };
    let worse = of("worse");
    let (first, rest) = worse.split_at(worse.len().min(SHOWN));
    if !first.is_empty() {
        out.add("\n**Worse**\n\n");
        out.lines(first.iter().cloned());
    }
    out.fold(&plural(rest.len(), "more line", "more lines"), rest.iter().cloned());
    let better = of("better");
    let (first, rest) = better.split_at(better.len().min(SHOWN));
    if !first.is_empty() {
        out.add("\n**Better**\n\n");
        out.lines(first.iter().cloned());
    }
    out.fold(&plural(rest.len(), "more line", "more lines"), rest.iter().cloned());
    if let Some(at_stake) = at_stake(report) {
        out.add(&format!("\nValue per hour in the worst single failure: {}\n", code(&at_stake)));
    }
    let points = report.new_capabilities.iter().map(|(capability, points)| {
        let points: Vec<_> = points.iter().map(|point| code(point)).collect();
        let points = if points.is_empty() { "none".to_owned() } else { points.join(", ") };
        format!("- {}: {points}\n", code(capability))
    });
    let n_new = report.new_capabilities.iter().len();
    let of_new = plural(n_new, "new capability", "new capabilities");
    out.fold(&format!("single points of failure of {of_new}"), points);
    for (title, names) in &moved(report) {
        out.fold(&format!("{} {title}", names.len()), names.iter().map(|name| format!("- {}\n", code(name))));
    }
    out.into_text()
}

fn markdown_line(line: &Line) -> String {
    let with = line.shown(6, code);
    let with = if with.is_empty() { with } else { format!(": {with}") };
    format!("- {}: {}{with}\n", code(&line.about), line.what)
}
