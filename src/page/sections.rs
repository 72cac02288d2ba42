//! The sections below the live part: what does not change with a click.

use maud::{Markup, html};

use crate::model::{State, Time};
use crate::render::visible;
use crate::report::{CheckReport, FindingReport, OutcomeReport, ScenarioReport, SurviveReport};

/// Where to go on the page.
const PLACES: [(&str, &str); 11] = [
    ("briefing", "Briefing"),
    ("map-title", "Map"),
    ("policies", "Policies"),
    ("matrix", "Matrix"),
    ("points", "Single points"),
    ("cuts", "Pairs"),
    ("availability", "Availability"),
    ("timeline", "Over time"),
    ("data", "Data"),
    ("outages", "Outages"),
    ("how", "How"),
];

pub(super) fn navigation() -> Markup {
    html! { nav aria-label="sections" { ul { @for (id, name) in PLACES { li { a href={ "#" (id) } { (name) } } } } } }
}

pub(super) fn policies(check: &CheckReport) -> Markup {
    html! {
        h2 #policies { "What must hold" }
        div.scroll { table {
            thead { tr { th { "policy" } th { "verdict" } th { "findings" } } }
            tbody { @for policy in &check.policies { tr {
                th scope="row" { (visible(&policy.name)) }
                @if policy.findings == 0 {
                    td.up { "✓ holds" }
                } @else if policy.level == "warn" {
                    td.degraded { "! warns" }
                } @else {
                    td.down { "✗ does not hold" }
                }
                td {
                    (policy.findings)
                    @if policy.waived > 0 { " and " (policy.waived) " waived" }
                }
            } } }
        } }
        @if !check.findings.is_empty() {
            h3 { "Findings" }
            ul { @for finding in &check.findings { (self::finding(finding)) } }
        }
    }
}

fn finding(finding: &FindingReport) -> Markup {
    html! {
        li class=(if finding.waived.is_some() { "waived".to_owned() } else { format!("level-{}", finding.level) }) {
            (with_code(&visible(&finding.message)))
            @if let Some(waived) = &finding.waived {
                " — waived until " (waived.until) ": " (visible(&waived.reason))
            }
            @if !finding.failed.is_empty() { " " (fail_button(&finding.failed, &[])) }
        }
    }
}

/// A text in which names may stand between backticks.
fn with_code(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    html! {
        @if parts.len().is_multiple_of(2) {
            (text)
        } @else {
            @for (index, part) in parts.iter().enumerate() {
                @if index.is_multiple_of(2) { (part) } @else { code { (part) } }
            }
        }
    }
}

/// Fails these on the map, for as long as is said.
pub(super) fn fail_button(failed: &[String], lasts: &[Time]) -> Markup {
    let with_length =
        |(index, name): (usize, &String)| match lasts.get(index).and_then(|time| time.as_seconds()) {
            Some(seconds) => format!("{name}={seconds}"),
            None => name.clone(),
        };
    let fails: Vec<String> = failed.iter().enumerate().map(with_length).collect();
    html! { button.act type="button" data-fail=(fails.join(" ")) aria-label={ "show on the map what falls with " (failed.join(", ")) } { "show" } }
}

/// A name that fails what it names on the map.
pub(super) fn fail_link(name: &str) -> Markup {
    html! { button.link type="button" data-fail=(name) { (visible(name)) } }
}

/// Several such names, of which so many are told.
pub(super) fn fail_links(names: &[impl AsRef<str>], most: usize) -> Markup {
    let shown = names.len().min(most);
    html! {
        @for (index, name) in names[..shown].iter().enumerate() {
            // No line begins with a comma.
            span.item { (fail_link(name.as_ref())) @if index + 1 < shown { "," } } " "
        }
        @if shown < names.len() { "and " (names.len() - shown) " more" }
    }
}

pub(super) fn matrix(survive: &SurviveReport) -> Markup {
    let names: Vec<&str> = survive
        .scenarios
        .first()
        .map(|scenario| scenario.capabilities.iter().map(|(name, _)| name).collect())
        .unwrap_or_default();
    let is_up = |of: &OutcomeReport| of.state == State::Up && of.undegraded_after == Time::ZERO;
    let all_up = |scenario: &ScenarioReport| scenario.capabilities.iter().all(|(_, of)| is_up(of));
    let untouched = survive.scenarios.iter().filter(|scenario| all_up(scenario)).count();
    html! {
        h2 #matrix { "What survives what" }
        p.dim {
            "Each row fails one thing for good. ✓ up, ~ degraded, ✗ down; a time is how long it is out before it is so, one behind ~ how long "
            "it is degraded."
            @if survive.has_channels { " !: it is out, and its customers cannot be told." }
        }
        div.scroll { table {
            thead { tr { th { "what fails" } th {} @for name in &names { th { (visible(name)) } } th {} } }
            tbody { @for scenario in survive.scenarios.iter().filter(|scenario| !all_up(scenario)) { tr {
                th scope="row" { (visible(&scenario.name)) }
                td.dim { (scenario.class) }
                @for (_, of) in scenario.capabilities.iter() { (cell(of, survive.has_channels)) }
                td { (fail_button(&scenario.failed, &scenario.lasts_s)) }
            } } }
        } }
        @if untouched > 0 { p.dim { (untouched) " more after whose failure every capability is up all the time." } }
    }
}

fn cell(of: &OutcomeReport, has_channels: bool) -> Markup {
    let mark = match of.state {
        State::Up => "✓",
        State::Degraded => "~",
        State::Down => "✗",
    };
    html! {
        td class=(of.state.name()) {
            (mark)
            @if of.state != State::Down && of.outage > Time::ZERO { " " (of.outage) }
            @if of.state == State::Up && of.undegraded_after > of.outage { " ~" (of.undegraded_after) }
            @if has_channels && of.unreachable && of.outage > Time::ZERO { " !" }
            span.visually-hidden { " " (of.state.name()) }
        }
    }
}

pub(super) fn single_points(check: &CheckReport) -> Markup {
    html! {
        h2 #points { (capitalised(check.single_points_title())) }
        p.dim { "Each of these takes the capability away all by itself." }
        div.scroll { table {
            thead { tr { th { "capability" } th { "single points" } } }
            tbody { @for (capability, points) in check.single_points.iter() { tr {
                th scope="row" { (visible(capability)) }
                td {
                    @if points.is_empty() { span.up { "none" } }
                    (fail_links(points, usize::MAX))
                }
            } } }
        } }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

pub(super) fn how() -> Markup {
    html! {
        h2 #how { "How this was computed" }
        p {
            "Every element has two conditions: it serves (ok), and it serves undegraded (full). What each needs, and "
            "after what time, is a formula made from the model: all of it is as late as the latest part, any of it as early "
            "as the earliest, k of n as the k-th earliest."
        }
        p {
            "What runs keeps running as long as what it needs does. What has stopped comes back once all that it needs is "
            "back, after its own time to start or to switch; things that wait for each other never do. A state is judged "
            "while what failed is still failed: to be up again because the failed zone came back is not to survive."
        }
        p {
            "The tables were computed by linchpin; the map computes each click in this page, by the same rules. No request "
            "leaves this page."
        }
    }
}
