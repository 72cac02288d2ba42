//! How much of the time each capability works, and what to make better first.

use maud::{Markup, html};

use super::sections::fail_link;
use crate::render::{share, span, visible};
use crate::report::{AvailabilityOfAllReport, CapabilityAvailabilityReport, ImportanceReport};

/// So many elements of a capability are told.
const MOST: usize = 6;

/// `None`: the model is too entangled for a fault tree.
pub(super) fn availability(report: Option<&AvailabilityOfAllReport>) -> Markup {
    html! {
        h2 #availability { "How much of the time" }
        @match report {
            None => p { "The model's circles are too entangled for its availability to be computed." },
            Some(report) => {
                p.dim {
                    "Exact, by the figures of the model; what has none never fails by chance. An element's share is that of the lost "
                    "time which would be gone if it never failed. " code { "linchpin availability" } " tells all measures of importance."
                }
                div.scroll { table {
                    thead { tr { th { "capability" } th.number { "available" } th.number { "down a year" } th { "promised" } th { "make better first" } } }
                    tbody { @for (name, of) in report.capabilities.iter() { (row(name, of)) } }
                } }
            }
        }
    }
}

fn row(name: &str, of: &CapabilityAvailabilityReport) -> Markup {
    let matters: Vec<(&str, &ImportanceReport)> =
        of.known().filter(|(_, importance)| importance.fussell_vesely > 0.0).collect();
    html! { tr {
        th scope="row" { (visible(name)) }
        td.number { @if !of.exact { "at least " } (share(of.availability)) }
        td.number { (span(of.downtime_s_per_year)) }
        td { @match of.sla {
            None => "",
            Some(sla) => { (share(sla.wanted)) " " @match sla.holds {
                Some(true) => span.up { "✓ holds" },
                Some(false) => span.down { "✗ does not hold" },
                None => span.dim { "not settled" },
            } },
        } }
        td { ul.plain {
            @for (element, importance) in matters.iter().take(MOST) { li {
                (fail_link(element)) " " (format!("{:.1} %", importance.fussell_vesely * 100.0))
            } }
            @if matters.len() > MOST { li.dim { (matters.len() - MOST) " more" } }
            @match of.unknown() {
                None => li.dim { "not known: a limit was hit" },
                Some(0) => "",
                Some(n) => li.dim { "not known of " (n) },
            }
        } }
    } }
}
