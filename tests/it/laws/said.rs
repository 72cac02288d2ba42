//! Laws of what is said about a model: text, JSON and findings agree, whatever the number of threads.

use std::collections::BTreeSet;

use linchpin::analysis::{Asked, blast, check, concentration, sweep};
use linchpin::diag::Sources;
use linchpin::model::{Class, Element, Policy};
use linchpin::render::{self, Detail};
use linchpin::report::{BlastReport, CheckReport, SurviveReport};
use serde_json::Value;

use super::*;

/// Single failures of some classes, what the model declares, and a random scenario.
fn questions(model: &Model, rng: &mut Rng) -> Vec<Asked> {
    let classes = [*rng.pick(&Class::ALL), *rng.pick(&Class::ALL)];
    let mut asked = sweep(model, &classes, 1).expect("single failures are few");
    asked.extend(model.scenarios.iter().map(declared));
    asked.push(custom(model, &random::failures(model, rng)));
    asked
}

#[test]
fn text_and_json_say_the_same() {
    law_of_models(cases() / 4, |system, rng| {
        let model = &system.model;
        let answers = survive(system, &questions(model, rng), &capabilities(model), TODAY);
        let report = SurviveReport::new(model, &answers);
        let json = serde_json::from_str(&render::json(&report)).map_err(|why| why.to_string())?;
        // Narrow, the names of columns stand below the matrix.
        for (detail, width) in
            [(Detail::Verbose, 10_000), (Detail::Verbose, 60), (Detail::Normal, 120), (Detail::Normal, 20)]
        {
            let text = anstream::adapter::strip_str(&render::survive(&report, detail, width)).to_string();
            same(&text, &json, detail, report.has_channels)
                .map_err(|why| format!("{why}: {detail:?} {width}\n{text}"))?;
        }
        Ok(())
    });
}

/// Compares each row of the matrix with the scenarios that it stands for.
fn same(text: &str, json: &Value, detail: Detail, has_channels: bool) -> Result<(), String> {
    let mut blocks = text.split("\n\n").peekable();
    let mut columns: Vec<&str> = vec!["what fails"];
    let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
    // Where not all columns fit below each other's scenarios, there are several panels of the same rows.
    while let Some(panel) = blocks.next_if(|block| block.starts_with("what fails")) {
        let mut lines = panel.lines();
        columns.extend(&lines.next().map(fields).unwrap_or_default()[1..]);
        let of_panel = rows_of(lines)?;
        if rows.is_empty() {
            rows = of_panel;
            continue;
        }
        ensure_equal(&of_panel.len(), &rows.len(), || "rows of a panel".to_owned())?;
        for ((names, cells), (again, more)) in rows.iter_mut().zip(of_panel) {
            ensure_equal(&again, names, || "a row of a panel".to_owned())?;
            cells.extend(more);
        }
    }
    let legend = blocks.next().filter(|block| block.starts_with("A ")).unwrap_or_default();
    let below: BTreeMap<&str, &str> =
        legend.lines().flat_map(fields).filter_map(|field| field.split_once(' ')).collect();
    for column in &mut columns {
        *column = below.get(column).copied().unwrap_or(column);
    }
    let scenarios = json["scenarios"].as_array().ok_or("no scenarios")?;
    ensure(detail != Detail::Verbose || rows.len() == scenarios.len(), || "a row is missing".to_owned())?;
    let mut told = 0;
    for (names, cells) in rows {
        let (class, names) = names.split_once(": ").ok_or("no class")?;
        for name in names.split(", ") {
            if let Some(more) = name.strip_prefix("and ").and_then(|rest| rest.strip_suffix(" more")) {
                told += more.parse::<usize>().map_err(|why| why.to_string())?;
                continue;
            }
            told += 1;
            let scenario =
                scenarios.iter().find(|scenario| scenario["class"] == class && shown_name(scenario) == name);
            let scenario = scenario.ok_or_else(|| format!("no scenario {class} {name}"))?;
            for (column, cell) in columns[1..].iter().zip(&cells) {
                let wanted = match column.strip_prefix("data:") {
                    Some(store) => data_cell(&scenario["data"][store]),
                    None => outcome_cell(&scenario["capabilities"][*column], has_channels),
                };
                ensure_equal(&(*cell).to_owned(), &wanted, || format!("{column} when {name} fails"))?;
            }
            ensure_equal(&cells.len(), &(columns.len() - 1), || format!("cells of {name}"))?;
        }
    }
    ensure_equal(&told, &scenarios.len(), || "scenarios in text".to_owned())
}

/// The rows of a panel, each with its class and names in front.
fn rows_of<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Vec<(String, Vec<&'t str>)>, String> {
    let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
    let mut class = "";
    for line in lines.take_while(|line| !line.starts_with('✓')) {
        let fields = fields(line);
        match (line.starts_with("  "), &fields[..], rows.last_mut()) {
            (false, [name], _) => class = name,
            (true, [more], Some((names, _))) => *names += &format!(" {more}"),
            (true, [names, cells @ ..], _) => rows.push((format!("{class}: {names}"), cells.to_vec())),
            _ => return Err(format!("cannot read `{line}`")),
        }
    }
    Ok(rows)
}

/// How the text names a scenario: with the durations that it gives, unless the model names it.
fn shown_name(scenario: &Value) -> String {
    let (Some(lasts), true) = (scenario["lasts_s"].as_array(), scenario["class"] != "scenario") else {
        return scenario["name"].as_str().unwrap_or_default().to_owned();
    };
    let events = scenario["failed"].as_array().into_iter().flatten().zip(lasts).map(|(name, lasts)| {
        let lasts = lasts.as_u64().map_or_else(String::new, |seconds| format!("={}", Time::seconds(seconds)));
        format!("{}{lasts}", name.as_str().unwrap_or_default())
    });
    events.collect::<Vec<_>>().join(" + ")
}

/// What stands in columns, two spaces or more apart.
fn fields(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|field| !field.is_empty()).collect()
}

/// How the text says what the JSON says.
fn outcome_cell(json: &Value, has_channels: bool) -> String {
    let symbol = match json["state"].as_str() {
        Some("up") => "✓",
        Some("degraded") => "~",
        Some("down") => "✗",
        _ => "?",
    };
    let out = json["outage_s"].as_u64().filter(|seconds| *seconds > 0);
    let out = out.map_or_else(String::new, |seconds| format!(" {}", Time::seconds(seconds)));
    let outage = json["outage_s"].as_u64().unwrap_or(u64::MAX);
    let full = json["undegraded_after_s"].as_u64().filter(|seconds| *seconds > outage);
    let full = full.map_or_else(String::new, |seconds| format!(" ~{}", Time::seconds(seconds)));
    format!("{symbol}{out}{full}{}", if json["unreachable"] == true && has_channels { "!" } else { "" })
}

fn data_cell(json: &Value) -> String {
    match (json["total"].as_bool(), json["loss_s"].as_u64()) {
        (Some(true), None) => "all".to_owned(),
        (Some(false), Some(0)) => "-".to_owned(),
        (Some(false), Some(seconds)) => Time::seconds(seconds).to_string(),
        _ => "?".to_owned(),
    }
}

/// Every finding but those about availability, straight from the policies and the page.
#[test]
fn check_finds_what_the_policies_forbid() {
    law_of_models(cases() / 8, |system, _| {
        let model = &system.model;
        let checked =
            check(system, &capabilities(model), State::Degraded, TODAY).map_err(|why| why.to_string())?;
        let report = CheckReport::new(model, &Sources::default(), &checked, State::Degraded);
        let of_scenarios = report.findings.iter().filter(|finding| !finding.failed.is_empty());
        let found: BTreeSet<String> = of_scenarios
            .map(|finding| {
                let (scenario, capability) = (finding.scenario.as_deref(), finding.capability.as_deref());
                format!("{}: {scenario:?} {capability:?} {}", finding.policy, finding.rule)
            })
            .collect();
        let mut forbidden = BTreeSet::new();
        for policy in &model.policies {
            for (name, fails) in scenarios_of(model, policy) {
                for rule in forbidden_in(model, policy, &fails) {
                    forbidden.insert(format!("{}: {:?} {rule}", policy.name, Some(name.as_str())));
                }
            }
        }
        ensure_equal(&found, &forbidden, || "findings".to_owned())
    });
}

/// What a policy asks about: one element, or each two, of its classes, and declared scenarios.
fn scenarios_of(model: &Model, policy: &Policy) -> Vec<(String, Vec<Failure>)> {
    let is_meant = |element: &Element| element.class().is_some_and(|class| policy.classes.contains(&class));
    let members: Vec<ElementId> =
        model.elements().filter(|(_, element)| is_meant(element)).map(|(id, _)| id).collect();
    let sets: Vec<Vec<ElementId>> = match policy.failures {
        1 => members.iter().map(|id| vec![*id]).collect(),
        _ => members
            .iter()
            .flat_map(|first| {
                members.iter().filter(move |second| first < *second).map(|second| vec![*first, *second])
            })
            .collect(),
    };
    let swept = sets.into_iter().map(|set| {
        let name = set.iter().map(|id| model[*id].name.as_str()).collect::<Vec<_>>().join(" + ");
        let fails = set.into_iter().map(Failure::for_good);
        (name, fails.collect())
    });
    let declared = policy.scenarios.iter().map(|index| &model.scenarios[*index]);
    swept.chain(declared.map(|scenario| (scenario.name.clone(), scenario.fails.clone()))).collect()
}

/// What does not hold in a scenario: capability and rule.
fn forbidden_in(model: &Model, policy: &Policy, fails: &[Failure]) -> Vec<String> {
    let copies = Copies::new(model, TODAY);
    let outcome = naive::outcome(model, fails, |backup| copies.counts(backup));
    let outage = |id| outcome.times.of(id, Level::Ok);
    let no_channel = model.channels().all(|(id, _)| outage(id) > Time::ZERO);
    let mut out = Vec::new();
    for id in &policy.capabilities {
        let needed = needed_by(model, *id);
        let is_lost =
            |allowed| outcome.losses.iter().any(|(store, loss)| needed.contains(store) && *loss > allowed);
        let rules = [
            ("state", outcome.state(*id) < policy.state),
            ("within", policy.within.is_some_and(|within| outage(*id) > within)),
            ("data_loss", policy.data_loss.is_some_and(is_lost)),
            ("reachable", policy.reachable && no_channel && outage(*id) > Time::ZERO),
        ];
        let broken = rules.into_iter().filter(|(_, is_broken)| *is_broken);
        out.extend(broken.map(|(rule, _)| format!("{:?} {rule}", Some(model[*id].bare_name()))));
    }
    out
}

/// Whatever an element needs, directly or not. An instance keeps the data of its service.
fn needed_by(model: &Model, id: ElementId) -> BTreeSet<ElementId> {
    let mut needed = BTreeSet::new();
    let mut next = vec![id];
    while let Some(id) = next.pop() {
        if !needed.insert(id) {
            continue;
        }
        let element = &model[id];
        next.extend(element.groups.iter().copied().chain(element.needs.iter().flat_map(Need::mentions)));
        match &element.kind {
            Kind::Region(region) => next.push(region.provider),
            Kind::Zone { region } => next.push(*region),
            Kind::Facility(facility) => next.extend(facility.up.into_iter().chain([facility.domain])),
            Kind::Service(service) => next.extend(&service.instances),
            Kind::Instance(instance) => {
                next.extend(instance.uses.iter().chain([&instance.domain]));
                next.extend(instance.peers.iter().flat_map(|peers| &peers.of));
                next.extend(instance.peers.iter().map(|peers| peers.service));
            }
            Kind::Provider | Kind::Group | Kind::Capability(_) | Kind::Channel => {}
        }
    }
    let services = needed.iter().filter_map(|id| match &model[*id].kind {
        Kind::Instance(instance) => Some(instance.service),
        _ => None,
    });
    let services: Vec<ElementId> = services.collect();
    needed.extend(services);
    needed
}

#[test]
fn threads_change_no_byte() {
    let pools = [1, 4].map(|threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started")
    });
    law_of_models(cases() / 10, |system, rng| {
        let asked = questions(&system.model, rng);
        let [one, four] = pools.each_ref().map(|pool| pool.install(|| everything_said(system, &asked)));
        ensure_equal(&four, &one, || "with four threads".to_owned())
    });
}

/// Every answer in every form.
fn everything_said(system: &System, asked: &[Asked]) -> Vec<String> {
    let (model, capabilities) = (&system.model, capabilities(&system.model));
    let survived = SurviveReport::new(model, &survive(system, asked, &capabilities, TODAY));
    let checked =
        check(system, &capabilities, State::Degraded, TODAY).expect("policies ask for few scenarios");
    let checked = CheckReport::new(model, &Sources::default(), &checked, State::Degraded);
    let blasts =
        BlastReport::new(model, &blast(system, asked.to_vec(), &capabilities), &concentration(system));
    vec![
        render::json(&survived),
        render::survive(&survived, Detail::Normal, 120),
        render::json(&checked),
        render::check(&checked, Detail::Normal, None),
        render::json(&blasts),
    ]
}
