//! Timelines: how it goes after a failure, as bars that stand still and print.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::briefing::names;
use super::sections::fail_button;
use crate::model::Time;
use crate::render::timeline::{states_in_words, title};
use crate::render::visible;
use crate::report::{Ordered, ScenarioReport, SurviveReport, TimelineReport};

/// More scenarios than this are not drawn; the map shows them.
const MOST: usize = 24;

/// More capabilities of one scenario than this are counted.
const MOST_ROWS: usize = 24;

/// A bar, in the units of its picture: moments are as far from each other as the picture is wide for them.
const WIDTH: usize = 560;
const HEIGHT: usize = 14;

/// Declared scenarios, and all whose failure is followed by a change: those that go alike share a picture.
pub(super) fn over_time(survive: &SurviveReport) -> Markup {
    let mut pictures: Vec<(Vec<String>, &ScenarioReport, String)> = Vec::new();
    let mut left = 0;
    for scenario in &survive.scenarios {
        let Some(timeline) = scenario.timeline.as_ref().filter(|timeline| changes(timeline)) else {
            continue;
        };
        let drawn = bars(timeline).into_string();
        let known = pictures.iter().position(|(.., known)| *known == drawn);
        match known {
            Some(place) => pictures[place].0.push(title(scenario)),
            None if pictures.len() < MOST => pictures.push((vec![title(scenario)], scenario, drawn)),
            None => left += 1,
        }
    }
    html! {
        h2 #timeline { "How it goes over time" }
        @if pictures.is_empty() {
            p { "After no scenario of the model, and no zone, region or provider that fails, does anything change with time." }
        } @else {
            p.dim {
                "From the failure on, each scenario of the model and each zone, region and provider after whose failure something "
                "changes. Stretches of time are not to scale."
            }
            p.legend aria-hidden="true" {
                svg width="18" height="12" { rect class="t-down" width="18" height="12" {} } " down "
                svg width="18" height="12" { rect class="t-degraded" y="3" width="18" height="6" {} } " degraded "
                svg width="18" height="12" { rect class="t-up" y="5" width="18" height="2" {} } " up"
            }
        }
        @for (titles, scenario, drawn) in &pictures {
            section.over-time {
                h3 { (visible(&names(titles))) " " (fail_button(&scenario.failed, &scenario.lasts_s)) }
                (maud::PreEscaped(drawn))
            }
        }
        @if left > 0 { p.dim { (left) " more, to be seen on the map." } }
    }
}

/// Whether a capability changes its state after the failure.
fn changes(timeline: &Ordered<TimelineReport>) -> bool {
    timeline.iter().any(|(_, of)| of.intervals.len() > 1)
}

fn bars(timeline: &Ordered<TimelineReport>) -> Markup {
    let shown: Vec<_> = timeline.iter().filter(|(_, of)| of.is_eventful()).collect();
    let ends = |of: &TimelineReport| of.intervals.iter().flat_map(|of| [of.from, of.to]).collect::<Vec<_>>();
    let moments: BTreeSet<Time> =
        shown.iter().flat_map(|(_, of)| ends(of)).filter(|time| time.is_finite()).collect();
    let moments: Vec<Time> = moments.into_iter().collect();
    let place = |time: Time| moments.binary_search(&time).map_or(WIDTH, |at| at * WIDTH / moments.len());
    let room = WIDTH / moments.len().max(1);
    html! {
        table.bars {
            @if room >= 40 { thead { tr { td {} td { svg aria-hidden="true" width=(WIDTH) height=(HEIGHT) {
                @for time in &moments { text x=(place(*time)) y="11" { (time) } }
            } } td {} } } }
            tbody { @for (name, of) in shown.iter().take(MOST_ROWS) { tr {
                th scope="row" { (visible(name)) }
                td { svg aria-hidden="true" width=(WIDTH) height=(HEIGHT) { @for interval in &of.intervals {
                    @let (from, to) = (place(interval.from), place(interval.to));
                    @let (y, height) = match interval.state.name() { "down" => (1, 12), "degraded" => (4, 6), _ => (6, 2) };
                    rect class={ "t-" (interval.state.name()) } x=(from) y=(y) width=(to - from) height=(height) {}
                } } }
                td { (states_in_words(of)) }
            } } }
        }
        @if shown.len() > MOST_ROWS { p.dim { (shown.len() - MOST_ROWS) " more capabilities" } }
    }
}
