//! A sweep of every set of failures as text.

use super::lines::paragraph;
use super::table::{Cell, table, wrapped_table};
use super::text::{fallen, plural};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, styled};
use crate::report::figures::amount;
use crate::report::{CountsReport, SweepReport};

/// Groups that are shown where nobody says how many.
const SHOWN: usize = 20;

/// Totals, capabilities, the worst groups, what is fatal. Quiet, it says only whether something is down.
pub fn sweep(report: &SweepReport, detail: Detail, width: usize) -> String {
    let mut out = String::new();
    if !report.complete {
        let text = format!("incomplete: {} of {} scenarios looked at", report.looked_at, report.scenarios);
        out += &format!("{}\n", styled(FAIR, text));
    }
    if detail == Detail::Quiet {
        if report.totals.down > 0 {
            out += &format!("{} in which a capability is down\n", counted(report.totals.down, "scenario"));
        }
        return out;
    }
    let title = format!(
        "any {} of {}: {}",
        report.failures,
        plural(report.elements, "element", "elements"),
        counted(report.scenarios, "scenario"),
    );
    let title = match &report.shard {
        Some(shard) => format!("{title}, part {} of {} of {}", shard.number, shard.of, shard.scenarios),
        None => title,
    };
    let kinds = format!("({})", report.classes.join(", "));
    out += &format!("{}\n", styled(BOLD, title));
    out += &paragraph("  ", &kinds, width);
    let titles = ["", "up", "degraded", "down"];
    let mut rows = vec![titles.map(|title| Cell::new(title).style(BOLD).right()).to_vec()];
    rows[0][0] = "".into();
    rows.push(row("the worst capability", &report.totals));
    rows.extend(report.capabilities.iter().map(|(name, counts)| row(name, counts)));
    out += &format!("\n{}", table(&rows));
    out += &groups(report, detail, width);
    out += &fatal(report, detail, width);
    out
}

fn row(name: &str, counts: &CountsReport) -> Vec<Cell> {
    let count = |n: u64, style| Cell::new(n.to_string()).right().style(if n > 0 { style } else { DIM });
    vec![Cell::new(name), count(counts.up, GOOD), count(counts.degraded, FAIR), count(counts.down, BAD)]
}

fn groups(report: &SweepReport, detail: Detail, width: usize) -> String {
    let most = if detail == Detail::Verbose { usize::MAX } else { SHOWN };
    let shown = report.groups.len().min(most);
    if shown == 0 {
        return String::new();
    }
    let titles = ["value/h", "scenarios", "for example", "what falls"];
    let mut rows = vec![titles.map(|title| Cell::new(title).style(BOLD)).to_vec()];
    for group in &report.groups[..shown] {
        let example = group.examples.first().map_or("", |example| example.name.as_str());
        rows.push(vec![
            Cell::new(amount(group.value_per_hour)).right(),
            Cell::new(group.scenarios.to_string()).right(),
            Cell::new(example),
            Cell::new(fallen(&group.capabilities)),
        ]);
    }
    let mut out = format!("\n{}", wrapped_table(&rows, 3, width));
    let left = report.groups.len() - shown + report.groups_left_out;
    if left > 0 {
        out += &format!("and {}\n", plural(left, "milder outcome", "milder outcomes"));
    }
    if report.ungrouped > 0 {
        let n = counted(report.ungrouped, "scenario");
        out += &format!("and {n} with outcomes too many to list, milder than all of these\n");
    }
    out
}

fn fatal(report: &SweepReport, detail: Detail, width: usize) -> String {
    let fatal = &report.fatal;
    let at_least = if fatal.complete { "" } else { "at least " };
    let mut out = format!(
        "\n{}\n",
        styled(
            BOLD,
            format!(
                "{at_least}{} after which nothing is left",
                plural(fatal.found, "smallest set", "smallest sets")
            )
        )
    );
    let shown = if detail == Detail::Verbose { fatal.sets.len() } else { fatal.sets.len().min(10) };
    for set in &fatal.sets[..shown] {
        out += &paragraph("  ", &set.join(" + "), width);
    }
    if shown < fatal.found {
        out += &format!("  and {} more\n", fatal.found - shown);
    }
    out
}

fn counted(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
