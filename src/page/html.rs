//! The frame of the page: head, policy, the live part with map and capabilities, and the sections below it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::PageData;
use super::availability::availability;
use super::briefing::briefing;
use super::cuts::cuts;
use super::outages::outages;
use super::over_time::over_time;
use super::sections;
use super::stores::stores;
use crate::render::visible;
use crate::report::{
    AvailabilityOfAllReport, BriefingReport, CheckReport, CutsReport, ReplayReport, SurviveReport,
};

/// Everything that a page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// What the page's evaluator works on.
    pub data: &'a PageData<'a>,
    /// The map: an SVG whose boxes carry `data-ref`.
    pub picture: &'a str,
    /// Whether every policy holds.
    pub check: &'a CheckReport,
    /// The five questions, data stores among them.
    pub briefing: &'a BriefingReport,
    /// What becomes of each capability in each scenario.
    pub survive: &'a SurviveReport,
    /// The cut sets of up to two events; `None` where the model is too entangled for them to be found.
    pub cuts: Option<&'a CutsReport<'a>>,
    /// How much of the time capabilities work; `None` as there.
    pub availability: Option<&'a AvailabilityOfAllReport>,
    /// How it goes in the model's own scenarios and where a place fails, over time.
    pub over_time: &'a SurviveReport,
    /// What outages that really happened would have done.
    pub replay: &'a ReplayReport,
    /// The day on which the questions were asked.
    pub as_of: String,
    /// The page is served and asks for a newer one.
    pub served: bool,
}

const STYLE: &str = include_str!("style.css");
const ENGINE: &str = include_str!("engine.js");
const APP: &str = include_str!("app.js");
const RELOAD: &str = include_str!("reload.js");

/// The page as one self-contained file: no request leaves it, and its policy forbids any.
pub fn page(page: &Page<'_>) -> String {
    let mut scripts = vec![ENGINE, APP];
    if page.served {
        scripts.push(RELOAD);
    }
    let title = format!("{} — linchpin", visible(page.check.model.as_str()));
    let body = html! {
        header {
            h1 { (visible(&page.check.model)) " " small { "what is lost when something fails" } }
            p {
                (verdict(page.check))
                " " span.dim { "as of " (page.as_of) }
            }
        }
        (sections::navigation())
        main {
            @if page.served { pre.box #problems hidden role="alert" {} }
            (briefing(page.briefing))
            (live(page))
            (sections::policies(page.check))
            (sections::matrix(page.survive))
            (sections::single_points(page.check))
            (cuts(page.cuts))
            (availability(page.availability))
            (over_time(page.over_time))
            (stores(&page.briefing.backups))
            (outages(page.replay))
            (sections::how())
        }
        footer { "Made by linchpin " (env!("CARGO_PKG_VERSION")) ". Everything on this page is computed from the model." }
        script type="application/json" id="model-data" { (PreEscaped(harmless_json(page.data))) }
        @for script in &scripts { script { (PreEscaped(script)) } }
    };
    frame(&title, &body, &scripts, page.served, &[STYLE, &style_of(page.picture)]).into_string()
}

/// Whether every policy holds, in words, and what else there is to say of that.
fn verdict(check: &CheckReport) -> Markup {
    let counts = check.counts();
    let findings = |n: usize| if n == 1 { "finding" } else { "findings" };
    let scenarios = if check.scenarios == 1 { "scenario" } else { "scenarios" };
    html! {
        span class={ "verdict " (check.verdict) } {
            @if check.verdict == "pass" { "✓ every policy holds" } @else {
                "✗ " (counts.denied) " " (findings(counts.denied)) " against the policies"
            }
        }
        " " span.dim {
            @if counts.warnings > 0 { (counts.warnings) @if counts.warnings == 1 { " warning, " } @else { " warnings, " } }
            @if counts.waived > 0 { (counts.waived) " waived, " }
            (check.policies.len()) @if check.policies.len() == 1 { " policy" } @else { " policies" }
            " in " (check.scenarios) " " (scenarios) ","
        }
    }
}

/// A page that only says what is wrong, kept until the model can be read again.
pub fn broken(problems: &str) -> String {
    let body = html! {
        header { h1 { "The model cannot be read" } }
        main { pre.box #problems { (problems) } }
        script { (PreEscaped(RELOAD)) }
    };
    frame("the model has problems — linchpin", &body, &[RELOAD], true, &[STYLE]).into_string()
}

/// The document around a body. The policy allows just these scripts and styles, by their hashes.
fn frame(title: &str, body: &Markup, scripts: &[&str], served: bool, styles: &[&str]) -> Markup {
    let hashes = |texts: &[&str]| texts.iter().map(|text| hash(text)).collect::<Vec<_>>().join(" ");
    let connect = if served { "'self'" } else { "'none'" };
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src {connect}; base-uri 'none'; form-action 'none'",
        hashes(scripts),
        hashes(styles),
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    }
}

/// The map, what can be done with it, and what follows.
fn live(page: &Page<'_>) -> Markup {
    html! {
        h2 #map-title { "Fail something" }
        p.dim {
            "Click a box, or search for anything, to fail it; click it again to mend it. Click what has fallen to see why. "
            "The address keeps what you see, so that you can share it."
        }
        div #controls {
            form #find {
                input #search type="text" list="names" placeholder="zone, service, group…" autocomplete="off"
                    aria-label="what to fail";
                datalist #names {}
                button type="submit" { "Fail" }
            }
            select #scenario aria-label="a scenario of the model" {
                option value="" { "a scenario…" }
                @for (index, name) in page.data.scenario_names().enumerate() {
                    option value=(index) { (visible(name)) }
                }
            }
            div #when {
                button #play type="button" { "Play" }
                input #time type="range" min="0" max="0" value="0" aria-label="time since the failure";
                output #now for="time" { "the moment it fails" }
            }
            button #mend-all type="button" { "Mend all" }
        }
        ul #failed aria-label="what has failed" {}
        p.dim #nothing-failed { "Nothing has failed." }
        p.visually-hidden #announce role="status" aria-live="polite" {}
        div.live {
            div.map {
                div.zoom {
                    button #zoom-out type="button" aria-label="smaller" { "−" }
                    button #zoom-fit type="button" { "fit" }
                    button #zoom-in type="button" aria-label="larger" { "+" }
                }
                figure #map aria-labelledby="map-title" { (PreEscaped(page.picture)) }
            }
            aside aria-label="what follows" {
                dl.numbers {
                    dt { "down" } dd #n-down { "0" }
                    dt { "degraded" } dd #n-degraded { "0" }
                    dt { "value lost per hour" } dd #n-value { "0" }
                    dt { "data lost" } dd #n-data { "none" }
                    dt { "customers can be told" } dd #n-told { "yes" }
                }
                ul #capabilities { @for (id, name) in page.data.capability_names() { (capability(id, name)) } }
                section.box #detail hidden aria-label="about what was chosen" {
                    header {
                        div { strong #detail-name {} " " span.dim #detail-kind {} }
                        button #detail-close type="button" aria-label="close" { "×" }
                    }
                    p #detail-state {}
                    div #detail-why { span.dim { "Because of, from the failure to here:" } ol #detail-chain {} }
                    button #detail-act type="button" {}
                }
                p.box #deadlock hidden { "These wait for each other and never come back by themselves: " span #deadlock-names {} }
            }
        }
    }
}

fn capability(id: usize, name: &str) -> Markup {
    html! {
        li data-capability=(id) data-state="up" {
            span.mark aria-hidden="true" { "✓" }
            button.link type="button" { (visible(name)) }
            span.state { "up" }
            span.told {}
            div.bar aria-hidden="true" { span {} span {} span {} }
        }
    }
}

/// JSON that cannot end the script element it stands in.
fn harmless_json(data: &PageData<'_>) -> String {
    crate::render::json_line(data).replace('<', "\\u003c")
}

/// The text of a picture's own style element, if it has one: the policy has to allow it.
fn style_of(picture: &str) -> String {
    let start = picture.find("<style>").map_or(picture.len(), |at| at + "<style>".len());
    let rest = &picture[start..];
    rest[..rest.find("</style>").unwrap_or(0)].to_owned()
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}
