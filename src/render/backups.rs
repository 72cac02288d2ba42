//! `backups` as text.

use super::lines::{listed, paragraph, sentence};
use super::{BAD, BOLD, DIM, Detail, FAIR, GOOD, styled, visible};
use crate::model::Time;
use crate::report::{BackupsReport, CopyReport, KeptReport, StoreReport};

/// Each data store: the answer in a line, its copies, how each backup does where it is needed, what a loss costs.
pub fn backups(report: &BackupsReport, detail: Detail, width: usize) -> String {
    let mut out = String::new();
    for (name, store) in report.stores.iter() {
        if detail == Detail::Quiet {
            if store.verdict != "works" {
                out += &headline(name, store, width);
            }
            continue;
        }
        out += &headline(name, store, width);
        for copy in &store.copies {
            out += &copy_lines(copy, detail, width);
        }
        out += &losses(store, detail, width);
        out.push('\n');
    }
    if detail == Detail::Quiet {
        return out;
    }
    let works = report.stores.iter().filter(|(_, store)| store.verdict == "works").count();
    out += &match report.stores.len() {
        0 => format!("{}: no service keeps data\n", visible(&report.model)),
        n => sentence(
            &format!(
                "{}: {works} of {n} data stores have a valid backup that works, as of {}",
                visible(&report.model),
                report.as_of
            ),
            width,
        ),
    };
    out
}

/// The answer for one store.
pub(super) fn headline(name: &str, store: &StoreReport, width: usize) -> String {
    let (mark, style) = match store.verdict {
        "works" => ("✓", GOOD),
        _ => ("✗", BAD),
    };
    let text = paragraph("  ", &format!("{name}: {}", store.answer), width);
    let text = text.trim_start();
    let named = text.strip_prefix(name).unwrap_or(text);
    format!("{} {}{named}", styled(style, mark), styled(BOLD, name))
}

fn copy_lines(copy: &CopyReport, detail: Detail, width: usize) -> String {
    let mut facts = Vec::new();
    match &copy.backup {
        None if copy.stale == Time::ZERO => facts.push("up to date".to_owned()),
        None => facts.push(format!("{} behind", copy.stale)),
        Some(_) => facts.push(format!("at most {} old", copy.stale)),
    }
    if copy.manual {
        facts.push("switched by hand".to_owned());
    }
    if let Some(kept) = &copy.backup {
        facts.push(match (&kept.verified, kept.counts) {
            (None, _) => "never seen to be restored: does not count".to_owned(),
            (Some(day), true) => format!("seen to be restored {day}{}", ago(kept)),
            (Some(day), false) => format!("seen to be restored {day}{}: too long ago to count", ago(kept)),
        });
        let to = match &kept.restore_to[..] {
            [] => " (where to is not said)".to_owned(),
            to => format!(" to {}", listed(to, 6, detail)),
        };
        facts.push(format!("restored in {}{to}", kept.restore));
        if !kept.needs.is_empty() {
            facts.push(format!("a restore needs {}", listed(&kept.needs, 6, detail)));
        }
    }
    let first = format!("    {:8} ", copy.kind);
    let mut out = paragraph(&first, &format!("{}: {}", copy.at, facts.join("; ")), width);
    if let Some(kept) = &copy.backup {
        out += &trials(kept, detail, width);
    }
    out
}

fn ago(kept: &KeptReport) -> String {
    match kept.verified_days_ago {
        Some(1) => " (a day ago)".to_owned(),
        Some(days) if days > 1 => format!(" ({days} days ago)"),
        _ => String::new(),
    }
}

/// How a backup does in the failures that it is for: those alike on one line.
fn trials(kept: &KeptReport, detail: Detail, width: usize) -> String {
    let mut alike: Vec<(String, bool, bool, Vec<&str>)> = Vec::new();
    for trial in &kept.scenarios {
        let works = trial.restored.is_finite();
        let what =
            if works { format!("restored after {}", trial.restored) } else { trial.because.join(" and ") };
        match alike.iter_mut().find(|(known, is_last, ..)| *known == what && *is_last == trial.last_copy) {
            Some((.., names)) => names.push(&trial.failed),
            None => alike.push((what, trial.last_copy, works, vec![&trial.failed])),
        }
    }
    // First where nothing else is left.
    alike.sort_by_key(|(_, is_last, works, _)| (!*is_last, *works));
    let mut out = String::new();
    for (what, is_last, works, names) in alike {
        let spared = if is_last { "" } else { " (an instance still has the data)" };
        let mark = match (works, is_last) {
            (true, _) => styled(GOOD, "✓"),
            (false, true) => styled(BAD, "✗"),
            (false, false) => styled(FAIR, "~"),
        };
        let text = paragraph(
            &" ".repeat(15),
            &format!("without {}: {what}{spared}", listed(&names, 6, detail)),
            width,
        );
        out += &format!("{}{mark} {}", " ".repeat(13), text.trim_start());
    }
    out
}

/// What is lost with what, the same losses together.
fn losses(store: &StoreReport, detail: Detail, width: usize) -> String {
    let mut out = String::new();
    for (loss, names) in store.losses_alike() {
        let lost = if loss.is_finite() { format!("{loss} of data lost") } else { "all data lost".to_owned() };
        let style = if loss.is_finite() { FAIR } else { BAD };
        let text = paragraph("    ", &format!("{lost} with {}", listed(&names, 12, detail)), width);
        out += &format!("    {}", text.trim_start().replacen(&lost, &styled(style, &lost), 1));
    }
    if out.is_empty() {
        out += &format!("    {}\n", styled(DIM, "no loss of one zone, region, provider or group costs data"));
    }
    out
}
