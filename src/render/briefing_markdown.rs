//! `briefing` as Markdown.

use super::briefing::{
    QUESTIONS, downtime, is_harmless, promise_in_words, reach_in_words, split, with_state,
    without_alternative,
};
use super::visible;
use crate::model::Time;
use crate::report::BriefingReport;
use crate::report::figures::{amount, percent};

/// The five questions, to be pasted into a wiki, a ticket or a pull request.
pub fn briefing_markdown(report: &BriefingReport) -> String {
    let mut out = format!("# {}\n\nAs of {}.\n", escaped(&report.model), report.as_of);
    let answers = [backups(report), alternatives(report), clouds(report), reach(report), promises(report)];
    for (index, (question, answer)) in QUESTIONS.iter().zip(answers).enumerate() {
        out += &format!("\n## {}. {question}\n\n{answer}", index + 1);
    }
    out
}

/// Text that Markdown, and the HTML that it may hold, show as it is.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '@') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn table(titles: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    let mut out = row(&titles) + &row(&vec!["---".to_owned(); titles.len()]);
    for cells in rows {
        out += &row(&cells);
    }
    out
}

fn names<S: AsRef<str>>(names: &[S]) -> String {
    if names.is_empty() {
        return "–".to_owned();
    }
    names.iter().map(|name| escaped(name.as_ref())).collect::<Vec<_>>().join(", ")
}

fn backups(report: &BriefingReport) -> String {
    if report.backups.is_empty() {
        return "No service keeps data.\n".to_owned();
    }
    let rows = report.backups.iter().map(|(name, store)| {
        let verdict = if store.verdict == "works" { "yes" } else { "**no**" };
        let worst = store.losses.iter().map(|loss| loss.loss).max();
        let worst = match worst {
            None => "nothing".to_owned(),
            Some(Time::NEVER) => "everything".to_owned(),
            Some(loss) => loss.to_string(),
        };
        vec![escaped(name), verdict.to_owned(), escaped(&store.answer), worst]
    });
    table(&["data store", "valid and works", "why", "lost at worst"], rows)
}

fn alternatives(report: &BriefingReport) -> String {
    if report.alternatives.is_empty() {
        return "Nothing stands on a provider.\n".to_owned();
    }
    let rows = report.alternatives.iter().map(|of| {
        let has: Vec<String> =
            of.has.iter().map(|has| with_state(&has.element, has.state, has.outage)).collect();
        vec![escaped(&of.place), names(&has), names(&without_alternative(of))]
    });
    table(&["without", "has an alternative", "has none"], rows)
}

fn clouds(report: &BriefingReport) -> String {
    if report.clouds.is_empty() {
        return "The model has no provider.\n".to_owned();
    }
    let rows = report.clouds.iter().map(|cloud| {
        if is_harmless(cloud) {
            return vec![escaped(&cloud.provider), "everything".to_owned(), "–".to_owned(), "0".to_owned()];
        }
        let (goes_on, stops) = split(cloud);
        vec![escaped(&cloud.provider), names(&goes_on), names(&stops), amount(cloud.value_per_hour)]
    });
    table(&["without", "goes on", "stops", "lost an hour"], rows)
}

fn reach(report: &BriefingReport) -> String {
    if report.channels.is_empty() {
        return "Not at all, as far as the model says: it has no channel.\n".to_owned();
    }
    let told = report.reach.iter().filter(|of| !of.out.is_empty() || of.told_after > Time::ZERO);
    let rows: Vec<_> =
        told.map(|of| vec![escaped(&of.place), names(&of.out), escaped(&reach_in_words(of))]).collect();
    if rows.is_empty() {
        return format!(
            "Through {}. No provider or region takes a capability out.\n",
            names(&report.channels)
        );
    }
    table(&["without", "out", "customers are told"], rows)
}

fn promises(report: &BriefingReport) -> String {
    let mut out = String::new();
    if !report.promises.is_empty() {
        let rows = report.promises.iter().map(|(name, promise)| {
            let (computed, verdict, credit) = promise_in_words(promise);
            let verdict = if promise.holds == Some(false) { format!("**{verdict}**") } else { verdict };
            vec![
                escaped(name),
                percent(promise.sla),
                computed,
                downtime(promise).to_string(),
                verdict,
                credit,
            ]
        });
        out += &table(&["capability", "promised", "computed", "down a year", "promise", "owed"], rows);
    }
    if !report.without_promise.is_empty() {
        if !out.is_empty() {
            out.push('\n');
        }
        out += &format!("No promise is modelled for {}.\n", names(&report.without_promise));
    }
    if out.is_empty() {
        out += "The model has no capability.\n";
    }
    out
}
