//! The briefing: the verdict's five questions, a line each, and what the line stands on for who unfolds it.

use maud::{Markup, html};

use crate::model::Time;
use crate::render::briefing::{
    QUESTIONS, downtime, is_harmless, promise_in_words, reach_in_words, split, with_state,
    without_alternative,
};
use crate::render::lines::listed;
use crate::render::{Detail, visible};
use crate::report::figures::{amount, percent};
use crate::report::{BriefingReport, CloudReport};

/// Names in a line, before the rest is counted.
pub(super) const MOST: usize = 16;

/// A line that answers a question, and whether the answer is good.
struct Answer {
    good: Option<bool>,
    line: String,
}

impl Answer {
    fn new(good: Option<bool>, line: impl Into<String>) -> Self {
        Self { good, line: line.into() }
    }
}

pub(super) fn briefing(report: &BriefingReport) -> Markup {
    let answers = [
        (backups(report), backups_in_full(report)),
        (alternatives(report), alternatives_in_full(report)),
        (clouds(report), clouds_in_full(report)),
        (reach(report), reach_in_full(report)),
        (promises(report), promises_in_full(report)),
    ];
    html! {
        h2 #briefing { "Five questions" }
        ol.questions { @for (question, (answer, in_full)) in QUESTIONS.iter().zip(answers) { li.box {
            h3 { (question) }
            p.answer {
                @match answer.good {
                    Some(true) => span.mark.good { "✓ " span.visually-hidden { "well: " } },
                    Some(false) => span.mark.bad { "✗ " span.visually-hidden { "not well: " } },
                    None => span.mark { "– " },
                }
                (visible(&answer.line))
            }
            @if let Some(in_full) = in_full { details { summary { "in full" } div.scroll { (in_full) } } }
        } } }
    }
}

/// Names as one line, very many of them counted.
pub(super) fn names(of: &[impl AsRef<str>]) -> String {
    if of.is_empty() { "–".to_owned() } else { listed(of, MOST, Detail::Normal) }
}

/// The few that a headline names.
fn few(of: &[impl AsRef<str>]) -> String {
    listed(of, 4, Detail::Normal)
}

pub(super) fn loss_in_words(loss: Option<Time>) -> String {
    match loss {
        None | Some(Time::ZERO) => "nothing".to_owned(),
        Some(Time::NEVER) => "everything".to_owned(),
        Some(loss) => loss.to_string(),
    }
}

fn backups(report: &BriefingReport) -> Answer {
    let stores = report.backups.len();
    let without = report.backups.iter().filter(|(_, store)| store.verdict != "works");
    let without: Vec<&str> = without.map(|(name, _)| name).collect();
    match (stores, without.len()) {
        (0, _) => Answer::new(None, "No service keeps data."),
        (1, 0) => Answer::new(Some(true), "Yes, of the one data store."),
        (n, 0) => Answer::new(Some(true), format!("Yes, of each of {n} data stores.")),
        (1, 1) => Answer::new(Some(false), format!("No, not of the one data store: {}.", few(&without))),
        (n, bad) if n == bad => {
            Answer::new(Some(false), format!("No, of none of {n} data stores: {}.", few(&without)))
        }
        (n, bad) => {
            Answer::new(Some(false), format!("Of {} of {n} data stores; not of {}.", n - bad, few(&without)))
        }
    }
}

fn backups_in_full(report: &BriefingReport) -> Option<Markup> {
    (!report.backups.is_empty()).then(|| {
        html! { table {
            thead { tr { th { "data store" } th { "valid and works" } th { "why" } th { "lost at worst" } } }
            tbody { @for (name, store) in report.backups.iter() { tr {
                th scope="row" { (visible(name)) }
                @if store.verdict == "works" { td.up { "✓ yes" } } @else { td.down { "✗ no" } }
                td { (visible(&store.answer)) }
                td { (loss_in_words(store.losses.iter().map(|loss| loss.loss).max())) }
            } } }
        } }
    })
}

fn alternatives(report: &BriefingReport) -> Answer {
    let lacking = report.alternatives.iter().filter(|of| !of.none.is_empty());
    let lacking: Vec<&str> = lacking.map(|of| of.place.as_str()).collect();
    match (report.alternatives.len(), lacking.len()) {
        (0, _) => Answer::new(None, "Nothing stands on a provider."),
        (n, 0) => Answer::new(Some(true), format!("Yes, to each of {n} providers and regions.")),
        (n, bad) if n == bad => Answer::new(
            Some(false),
            format!("Not for all that stands on them, to any provider or region: {}.", few(&lacking)),
        ),
        (n, bad) => Answer::new(
            Some(false),
            format!(
                "To {} of {n} providers and regions for all that stands on them; something has none to {}.",
                n - bad,
                few(&lacking)
            ),
        ),
    }
}

fn alternatives_in_full(report: &BriefingReport) -> Option<Markup> {
    (!report.alternatives.is_empty()).then(|| html! { table {
        thead { tr { th { "without" } th { "has an alternative" } th { "has none" } } }
        tbody { @for of in &report.alternatives { tr {
            th scope="row" { (visible(&of.place)) }
            td {
                (names(&of.has.iter().map(|has| with_state(&has.element, has.state, has.outage)).collect::<Vec<_>>()))
            }
            td { (names(&without_alternative(of))) }
        } } }
    } })
}

fn clouds(report: &BriefingReport) -> Answer {
    let harmful: Vec<&CloudReport> = report.clouds.iter().filter(|cloud| !is_harmless(cloud)).collect();
    // Of equals the earlier one.
    let costly = |a: &&&CloudReport, b: &&&CloudReport| a.value_per_hour.total_cmp(&b.value_per_hour);
    let Some(worst) = harmful.iter().rev().max_by(costly) else {
        return match report.clouds.len() {
            0 => Answer::new(None, "The model has no provider."),
            n => Answer::new(Some(true), format!("All of it, whichever of {n} providers fails.")),
        };
    };
    let (goes_on, stops) = split(worst);
    if stops.is_empty() {
        let line = format!(
            "All of it goes on, some after a while or degraded, whichever fails of {}.",
            report.clouds.len()
        );
        return Answer::new(Some(true), line);
    }
    let cost = match worst.value_per_hour {
        value if value > 0.0 => format!(" and costs {} an hour", amount(value)),
        _ => String::new(),
    };
    let mut line = format!("The worst to lose is {}: it stops {}{cost}; ", worst.provider, few(&stops));
    line += &match goes_on.len() {
        0 => "nothing goes on.".to_owned(),
        n => format!("{n} of {} capabilities go on.", n + stops.len()),
    };
    match report.clouds.len() - harmful.len() {
        0 => {}
        unnoticed => {
            line += &format!(" {unnoticed} of {} providers can fail unnoticed.", report.clouds.len());
        }
    }
    Answer::new(Some(false), line)
}

fn clouds_in_full(report: &BriefingReport) -> Option<Markup> {
    let row = |cloud: &CloudReport| {
        let (goes_on, stops) = split(cloud);
        let goes_on = if is_harmless(cloud) { "everything".to_owned() } else { names(&goes_on) };
        html! { tr {
            th scope="row" { (visible(&cloud.provider)) }
            td { (goes_on) }
            td { (names(&stops)) }
            td.number { (amount(cloud.value_per_hour)) }
        } }
    };
    (!report.clouds.is_empty()).then(|| {
        html! { table {
            thead { tr { th { "without" } th { "goes on" } th { "stops" } th.number { "lost an hour" } } }
            tbody { @for cloud in &report.clouds { (row(cloud)) } }
        } }
    })
}

fn reach(report: &BriefingReport) -> Answer {
    if report.channels.is_empty() {
        return Answer::new(Some(false), "Not at all, as far as the model says: it has no channel.");
    }
    let silent = report.reach.iter().filter(|of| !of.unreachable.is_empty());
    let silent: Vec<&str> = silent.map(|of| of.place.as_str()).collect();
    let through = names(&report.channels);
    if silent.is_empty() {
        return Answer::new(
            Some(true),
            format!("Through {through}; one of these works at once whatever provider or region fails."),
        );
    }
    Answer::new(
        Some(false),
        format!("Through {through}, but nobody can be told at first without {}.", few(&silent)),
    )
}

fn reach_in_full(report: &BriefingReport) -> Option<Markup> {
    let told: Vec<_> =
        report.reach.iter().filter(|of| !of.out.is_empty() || of.told_after > Time::ZERO).collect();
    (!report.channels.is_empty() && !told.is_empty()).then(|| {
        html! { table {
            thead { tr { th { "without" } th { "out" } th { "customers are told" } } }
            tbody { @for of in told { tr {
                th scope="row" { (visible(&of.place)) }
                td { (names(&of.out)) }
                td { (visible(&reach_in_words(of))) }
            } } }
        } }
    })
}

fn promises(report: &BriefingReport) -> Answer {
    let broken = report.promises.iter().filter(|(_, promise)| promise.holds == Some(false));
    let broken: Vec<&str> = broken.map(|(name, _)| name).collect();
    let open = report.promises.iter().filter(|(_, promise)| promise.holds.is_none()).count();
    match (report.promises.len(), broken.len(), open) {
        (0, ..) => Answer::new(None, "The model says of no promise."),
        (1, 0, 0) => Answer::new(Some(true), "The one promise holds by the model's figures."),
        (n, 0, 0) => Answer::new(Some(true), format!("All {n} promises hold by the model's figures.")),
        (n, 0, open) => {
            Answer::new(None, format!("{} of {n} promises hold, {open} are not settled.", n - open))
        }
        (1, 1, _) => Answer::new(Some(false), format!("Not the one promise: {}.", few(&broken))),
        (n, bad, _) => Answer::new(Some(false), format!("Not for {bad} of {n} promises: {}.", few(&broken))),
    }
}

fn promises_in_full(report: &BriefingReport) -> Option<Markup> {
    (!report.promises.is_empty()).then(|| html! {
        table {
            thead { tr {
                th { "capability" } th { "promised" } th { "computed" } th { "down a year" } th { "promise" } th { "owed" }
            } }
            tbody { @for (name, promise) in report.promises.iter() {
                @let (computed, verdict, credit) = promise_in_words(promise);
                tr {
                    th scope="row" { (visible(name)) }
                    td { (percent(promise.sla)) }
                    td { (computed) }
                    td { (downtime(promise)) }
                    td class=(match promise.holds { Some(true) => "up", Some(false) => "down", None => "" }) { (verdict) }
                    td { (credit) }
                }
            } }
        }
        @if !report.without_promise.is_empty() {
            p.dim { "No promise is modelled for " (names(&report.without_promise)) "." }
        }
    })
}
