//! `coldstart` as text.

use super::circles::circles;
use super::lines::{failing, listed, paragraph};
use super::table::{Cell, table};
use super::{BAD, BOLD, DIM, Detail, GOOD, styled};
use crate::model::Time;
use crate::report::ColdstartReport;

/// So many waves and steps are shown unless everything is wanted.
const MOST: usize = 20;

/// Whether everything starts, in which order, what takes longest, and what waits for itself.
pub fn coldstart(report: &ColdstartReport, detail: Detail, width: usize) -> String {
    let mut out = match &report.scenario {
        None => verdict_from_zero(report),
        Some(_) => verdict_after(report, detail, width),
    };
    out += &circles(&report.circles, report.suffices, "", detail, width);
    if let Some(total) = report.total_then.filter(|total| *total > Time::ZERO) {
        out += &format!("{}\n", styled(DIM, format!("The last thing is there after {total} then.")));
    }
    if !report.out_of_reach.is_empty() {
        let text = listed(&report.out_of_reach, MOST, detail);
        out += &paragraph("never, for want of enough working parts: ", &text, width);
    }
    if detail == Detail::Quiet {
        return out;
    }
    if report.scenario.is_none() {
        out += &waves(report, detail, width);
        out += &critical_path(report, detail);
    }
    out += &ready(report, detail, width);
    out
}

fn verdict_from_zero(report: &ColdstartReport) -> String {
    let never = report.ready_s.iter().filter(|(_, time)| !time.is_finite()).count();
    let n = report.ready_s.len();
    if never > 0 {
        let what = if never == 1 { "is" } else { "are" };
        return format!(
            "{} {never} of {n} services, capabilities and channels {what} never there from zero\n",
            styled(BAD, "✗")
        );
    }
    let took = match report.total {
        Time::ZERO => "no start takes time of its own".to_owned(),
        total => format!("after {total} all is there"),
    };
    format!("{} everything starts from zero: {took}\n", styled(GOOD, "✓"))
}

fn verdict_after(report: &ColdstartReport, detail: Detail, width: usize) -> String {
    let failed = failing(&report.failed, &report.lasts_s);
    let (mark, text) = if report.startable {
        (styled(GOOD, "✓"), "nothing waits for itself".to_owned())
    } else {
        let n = report.waiting.len();
        let never = if n == 1 { "element never comes" } else { "elements never come" };
        (styled(BAD, "✗"), format!("{n} {never} back although nothing that they need is failed any more:"))
    };
    let mut out = format!("{failed}\n{mark} {text}\n");
    if !report.waiting.is_empty() {
        out += &paragraph("  ", &listed(&report.waiting, MOST, detail), width);
    }
    out
}

fn waves(report: &ColdstartReport, detail: Detail, width: usize) -> String {
    if report.waves.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", styled(BOLD, "order: each wave needs only those before it"));
    let n = report.waves.len();
    let shown = if detail == Detail::Verbose { n } else { n.min(MOST) };
    let digits = shown.to_string().len();
    for (index, wave) in report.waves[..shown].iter().enumerate() {
        let with_time = |name: &String| match report.ready_s.get(name).copied() {
            Some(time) if time > Time::ZERO => format!("{name} ({time})"),
            _ => name.clone(),
        };
        let names: Vec<String> = wave.iter().map(with_time).collect();
        let number = format!("  {:>digits$}  ", index + 1);
        out += &paragraph(&number, &listed(&names, MOST, detail), width);
    }
    if shown < n {
        out += &format!("  and {} waves more\n", n - shown);
    }
    out
}

fn critical_path(report: &ColdstartReport, detail: Detail) -> String {
    let steps = &report.critical_path;
    if steps.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", styled(BOLD, "what takes longest"));
    let shown = if detail == Detail::Verbose { steps.len() } else { steps.len().min(MOST) };
    let first = steps.len() - shown;
    if first > 0 {
        out += &format!("  {first} steps before\n");
    }
    let rows = steps[first..].iter().map(|step| {
        let own = if step.own == Time::ZERO { String::new() } else { format!("+{}", step.own) };
        vec![
            "".into(),
            Cell::new(step.ready.to_string()).right(),
            Cell::new(own).right().style(DIM),
            Cell::new(&*step.element),
        ]
    });
    out += &table(&rows.collect::<Vec<_>>());
    out
}

/// When capabilities and channels are there.
fn ready(report: &ColdstartReport, detail: Detail, width: usize) -> String {
    let is_told = |name: &str| name.starts_with("capability:") || name.starts_with("channel:");
    let told = report.ready_s.iter().filter(|(name, _)| is_told(name));
    let mut by_time: Vec<(Time, Time, &str)> = told
        .map(|(name, time)| {
            let undegraded = report.undegraded_s.get(name).copied().unwrap_or(*time);
            (*time, undegraded, name)
        })
        .collect();
    by_time.sort_by_key(|(time, undegraded, _)| (*time, *undegraded));
    if by_time.is_empty() {
        return String::new();
    }
    let title = if report.scenario.is_some() { "back after" } else { "there after" };
    let mut out = format!("\n{}\n", styled(BOLD, title));
    let same: Vec<&[(Time, Time, &str)]> = by_time.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
    let when = |(time, undegraded, _): &(Time, Time, &str)| match (undegraded > time, undegraded.is_finite())
    {
        (false, _) => time.to_string(),
        (true, true) => format!("{time}, undegraded after {undegraded}"),
        (true, false) => format!("{time}, never undegraded"),
    };
    let widest = same.iter().map(|same| when(&same[0]).len()).max().unwrap_or(0);
    for same in same {
        let bare =
            |(.., name): &(Time, Time, &str)| name.split_once(':').map_or(*name, |(_, bare)| bare).to_owned();
        let names: Vec<String> = same.iter().map(bare).collect();
        out += &paragraph(&format!("  {:widest$}  ", when(&same[0])), &listed(&names, MOST, detail), width);
    }
    out
}
