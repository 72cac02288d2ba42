//! Data: what holds it, whether a valid backup works, and what is lost with what.

use maud::{Markup, html};

use super::briefing::names;
use super::sections::fail_links;
use crate::model::Time;
use crate::render::visible;
use crate::report::{CopyReport, Ordered, StoreReport};

/// So many losses of the same size are named.
const MOST_LOSSES: usize = 8;

pub(super) fn stores(stores: &Ordered<StoreReport>) -> Markup {
    html! {
        h2 #data { "Data" }
        @if stores.is_empty() {
            p { "No service of the model keeps data." }
        } @else {
            p.dim {
                "What is lost is the age of the newest copy that survives. A backup counts only if a restore was seen to work "
                "recently enough."
            }
            div.scroll { table {
                thead { tr { th { "data store" } th { "what holds it" } th { "valid backup that works" } th { "data lost" } } }
                tbody { @for (name, store) in stores.iter() { tr {
                    th scope="row" { (visible(name)) }
                    td { ul.plain { @for copy in &store.copies { li { (self::copy(copy)) } } } }
                    @if store.verdict == "works" {
                        td.up { "✓ " (visible(&store.answer)) }
                    } @else {
                        td.down { "✗ " (visible(&store.answer)) }
                    }
                    td { (losses(store)) }
                } } }
            } }
        }
    }
}

fn copy(copy: &CopyReport) -> Markup {
    html! {
        (copy.kind) " at " (visible(&copy.at))
        @if copy.backup.is_some() {
            ", at most " (copy.stale) " old"
        } @else if copy.stale > Time::ZERO {
            ", " (copy.stale) " behind"
        }
        @if copy.manual { ", switched by hand" }
        @if let Some(kept) = &copy.backup {
            @if let Some(day) = &kept.verified { ", seen to be restored " (day) } @else { ", never seen to be restored" }
            @if !kept.counts { ": does not count" }
            ", restored in " (kept.restore)
            @if !kept.restore_to.is_empty() { " to " (names(&kept.restore_to)) }
            @if !kept.needs.is_empty() { ", needs " (names(&kept.needs)) }
        }
    }
}

/// What is lost with what.
fn losses(store: &StoreReport) -> Markup {
    let alike = store.losses_alike();
    html! {
        @if alike.is_empty() { "none with one zone, region, provider or group" }
        ul.plain { @for (loss, failed) in &alike { li {
            @if loss.is_finite() { (loss) } @else { strong { "all" } }
            " with "
            (fail_links(failed, MOST_LOSSES))
        } } }
    }
}
