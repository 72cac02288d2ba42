//! Outages replayed: what those that really happened would have done to this system.

use maud::{Markup, html};

use super::briefing::names;
use super::sections::fail_button;
use crate::model::{State, Time};
use crate::render::replay::{fate, is_harmless, really, says, summary};
use crate::render::visible;
use crate::report::{HappenedReport, ReplayReport, ReplayedReport, WorstReport};

pub(super) fn outages(report: &ReplayReport) -> Markup {
    let touching: Vec<&ReplayedReport> = report.outages.iter().filter(|outage| outage.touches).collect();
    let (quiet, loud): (Vec<&ReplayedReport>, Vec<_>) =
        touching.iter().partition(|outage| is_harmless(outage));
    let untouched = report.outages.len() - touching.len();
    html! {
        h2 #outages { "Outages that really happened" }
        p { (visible(summary(report, usize::MAX).trim_end())) "." }
        @if !loud.is_empty() {
            p.dim { "What each would have done here at the worst, for as long as it really lasted." }
            div.scroll { table {
                thead { tr { th { "outage" } th { "began" } th { "what it does here" } th { "data lost" } th {} } }
                tbody { @for outage in loud { (row(report, outage)) } }
            } }
        }
        @if !quiet.is_empty() {
            p.dim {
                "Up all the time and nothing lost in "
                (names(&quiet.iter().map(|outage| visible(&outage.title).into_owned()).collect::<Vec<_>>())) "."
            }
        }
        @if untouched > 0 && !touching.is_empty() { p.dim { "The model uses nothing of what failed in " (untouched) " more." } }
        @if !report.happened.is_empty() { (happened(&report.happened)) }
    }
}

fn row(report: &ReplayReport, outage: &ReplayedReport) -> Markup {
    let mut fates: Vec<(String, State, Vec<&str>)> = Vec::new();
    for (name, of) in outage.capabilities.iter() {
        let fate = fate(report, outage, of);
        match fates.iter_mut().find(|(known, ..)| *known == fate) {
            Some((.., names)) => names.push(name),
            None => fates.push((fate, of.state, vec![name])),
        }
    }
    // The worst first; of equals, in the model's order.
    fates.sort_by_key(|(_, state, _)| *state);
    let lost = outage.data.iter().filter(|(_, data)| data.loss > Time::ZERO).map(|(name, data)| {
        if data.total { format!("{name}: all") } else { format!("{name}: {}", data.loss) }
    });
    let worst: Option<&WorstReport> = outage
        .capabilities
        .iter()
        .map(|(_, of)| of)
        .min_by_key(|of| (of.state, std::cmp::Reverse(of.outage)));
    html! { tr {
        th scope="row" { (visible(&outage.title)) }
        td.dim { (outage.date) }
        td { ul.plain { @for (fate, state, capabilities) in &fates { li {
            span class={ "mark-" (state.name()) } aria-hidden="true" {
                (match state { State::Up => "✓ ", State::Degraded => "~ ", State::Down => "✗ " })
            }
            (names(capabilities)) ": " (visible(fate))
        } } } }
        td { (names(&lost.collect::<Vec<_>>())) }
        td { @if let Some(worst) = worst { (fail_button(&worst.failed, &worst.lasts_s)) } }
    } }
}

/// What is known to have happened beside what is computed.
fn happened(rows: &[HappenedReport]) -> Markup {
    html! {
        h3 { "What happened, and what is computed" }
        div.scroll { table {
            thead { tr { th { "outage" } th { "capability" } th { "what happened" } th { "computed" } th { "agrees" } th { "who says so" } } }
            tbody { @for row in rows { tr {
                th scope="row" { (visible(&row.outage)) }
                td { (visible(&row.capability)) }
                td { (really(row)) }
                td { @if let Some(computed) = &row.says { (says(computed)) } }
                @match row.verdict {
                    "right" => td.up { "✓ yes" },
                    "length" => td.degraded { "~ the state, not how long" },
                    "wrong" => td.down { "✗ no" },
                    other => td.dim {
                        (other)
                        @if let Some(why) = &row.undecided { ": " (visible(why)) }
                    },
                }
                td.dim { (visible(&row.source)) }
            } } }
        } }
    }
}
