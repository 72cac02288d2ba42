//! Laws that hold for every model and scenario, tried on random ones.
//!
//! Each law is tried on 2,000 models (slow ones on a part of them), always the same;
//! `LINCHPIN_CASES=100000 cargo test --release laws` tries more. When one fails it tells the seed and size of a model
//! that breaks it, and for laws about a single model also the smallest text that does.

mod said;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;

use jiff::civil::{Date, date};
use proptest::prelude::any;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

use linchpin::analysis::{Asking, Copies, System, availability, custom, declared, survive};
use linchpin::compile::ConditionId;
use linchpin::engine::{Fast, Reference};
use linchpin::model::{ElementId, Failure, Kind, Model, Need, State, Time};

use crate::models;
use crate::naive::{self, Level};
use crate::random::{self, Draft, Edit, Rng, Size};

/// The day on which all questions are asked.
const TODAY: Date = date(2026, 11, 23);

/// How many models a law is tried on.
pub(crate) fn cases() -> u32 {
    std::env::var("LINCHPIN_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
}

/// Tries a law on random models, each given by its seed and size.
fn law(cases: u32, holds: impl Fn(u64, Size) -> Result<(), String>) -> Option<(String, u64, Size)> {
    let config =
        Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(2011), ..Config::default() };
    let tried = TestRunner::new(config).run(&(any::<u64>(), 1_usize..12), |(seed, size)| {
        holds(seed, Size(size)).map_err(TestCaseError::fail)
    });
    match tried {
        Ok(()) => None,
        Err(TestError::Fail(why, (seed, size))) => Some((why.to_string(), seed, Size(size))),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// Tries a law about a single model.
pub(crate) fn law_of_models(cases: u32, holds: impl Fn(&System, &mut Rng) -> Result<(), String>) {
    let on = |text: &str, seed| holds(&models::system(text), &mut Rng::new(seed));
    let Some((why, seed, size)) = law(cases, |seed, size| on(&random::model(seed, size), seed)) else {
        return;
    };
    // A smaller model has other scenarios: one of a few will show the failure.
    let seeds = || std::iter::once(seed).chain(0..20);
    let fails = |text: &str| models::try_read(&[text]).is_ok() && seeds().any(|seed| on(text, seed).is_err());
    let text = random::smallest(&random::model(seed, size), fails);
    let smaller = seeds().find_map(|seed| on(&text, seed).err());
    panic!("seed {seed}, {size:?}: {why}\n\nsmallest: {}\n{text}", smaller.unwrap_or_default());
}

/// Tries a law about a model and how it was before.
fn law_of_changes(holds: impl Fn(u64, Size) -> Result<(), String>) {
    if let Some((why, seed, size)) = law(cases(), holds) {
        panic!("seed {seed}, {size:?}: {why}\n{}", random::model(seed, size));
    }
}

/// What a scenario does, by name.
#[derive(Debug, PartialEq)]
struct Told {
    /// State, outage and when it is undegraded again, of each element.
    elements: BTreeMap<String, (State, Time, Time)>,
    losses: BTreeMap<String, Time>,
    unreachable: Vec<String>,
    deadlock: Vec<String>,
}

fn told(system: &System, engine: &Fast<'_>, fails: &[Failure]) -> Told {
    let model = &system.model;
    let asked = custom(model, fails);
    let (answer, outcome) =
        Asking::new(system, &capabilities(model), TODAY).answer(&mut engine.worker(), asked);
    let of = |id| (outcome.state(id), outcome.outage(id), outcome.undegraded_after(id));
    let sorted = |ids: Vec<ElementId>| {
        let mut names: Vec<_> = ids.into_iter().map(|id| model[id].name.clone()).collect();
        names.sort_unstable();
        names
    };
    let unreachable = answer.capabilities.iter().filter(|of| of.unreachable);
    Told {
        elements: model.elements().map(|(id, element)| (element.name.clone(), of(id))).collect(),
        losses: answer.data.iter().map(|loss| (model[loss.service].name.clone(), loss.loss)).collect(),
        unreachable: sorted(unreachable.map(|of| of.capability).collect()),
        deadlock: sorted(answer.deadlock),
    }
}

/// Nothing is better in `after` than in `before`; what is new there does not count. Deadlocks are not compared: what
/// waits for something failed, waits for itself when that comes back.
fn no_better(before: &Told, after: &Told) -> Result<(), String> {
    for (name, (state, outage, undegraded)) in &before.elements {
        let (new_state, new_outage, new_undegraded) = &after.elements[name];
        if new_state > state || new_outage < outage || new_undegraded < undegraded {
            return Err(format!("{name} was {:?}, is {:?}", before.elements[name], after.elements[name]));
        }
    }
    for (name, loss) in &before.losses {
        ensure(after.losses[name] >= *loss, || format!("{name} lost {loss}, loses {}", after.losses[name]))?;
    }
    let lost = before.unreachable.iter().find(|name| !after.unreachable.contains(name));
    lost.map_or(Ok(()), |name| Err(format!("{name} was unreachable and is not")))
}

pub(crate) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

pub(crate) fn ensure_equal<T: PartialEq + Debug>(
    found: &T,
    wanted: &T,
    what: impl FnOnce() -> String,
) -> Result<(), String> {
    ensure(found == wanted, || format!("{}: {found:?}, should be {wanted:?}", what()))
}

fn capabilities(model: &Model) -> Vec<ElementId> {
    model.capabilities().map(|(id, ..)| id).collect()
}

/// A scenario in words.
fn words(model: &Model, fails: &[Failure]) -> String {
    let word = |failure: &Failure| {
        let destroys = if failure.destroys { " and destroys" } else { "" };
        format!("{} for {}{destroys}", model[failure.what].name, failure.lasts)
    };
    fails.iter().map(word).collect::<Vec<_>>().join(" + ")
}

/// Nothing failing, what the model declares, and some random scenarios.
pub(crate) fn scenarios(model: &Model, rng: &mut Rng) -> Vec<Vec<Failure>> {
    let declared = model.scenarios.iter().map(|scenario| scenario.fails.clone());
    let random = (0..2).map(|_| random::failures(model, rng));
    std::iter::once(Vec::new()).chain(declared).chain(random).collect()
}

// ---- the models themselves --------------------------------------------------------------------------------------

/// Laws about features that never occur would hold of themselves.
#[test]
fn random_models_cover_the_format_and_its_outcomes() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..500 {
        let text = random::model(seed, Size(1 + usize::try_from(seed).expect("small") % 11));
        let system = models::system(&text);
        let has_key =
            |key: &&str| [" ", "\n"].iter().any(|before| text.contains(&format!("{before}{key} = ")));
        let mut found: Vec<&str> = KEYS.split(' ').filter(has_key).collect();
        found.extend(PIECES.split(" | ").filter(|piece| text.contains(piece)));
        found.extend(structures(&system));
        found.extend(outcomes(&system, &mut Rng::new(seed)));
        found.sort_unstable();
        found.dedup();
        for feature in found {
            *seen.entry(feature).or_default() += 1;
        }
    }
    let expected =
        KEYS.split(' ').chain([PIECES, STRUCTURES, OUTCOMES].into_iter().flat_map(|list| list.split(" | ")));
    let rare: Vec<_> = expected.filter(|feature| seen.get(feature).is_none_or(|n| *n < 5)).collect();
    assert!(rare.is_empty(), "too rare in 500 models: {rare:?}, of {seen:#?}");
}

const KEYS: &str = "name zones min_zones scope availability mtbf mttr members placed at count capacity uses quorum \
    min_capacity instance_availability standby after manual lag success data backup every restore restore_to verified \
    start tags needs wants on when tolerates same any degraded at_least of all tier owner value_per_hour sla policy \
    survive failures state within data_loss reachable level capabilities capability failure until reason fails what \
    lasts destroys backup_verified_within";

const PIECES: &str = "[model] | .region. | .zone. | .product. | [group. | [channel. | [scenario. | [[policy]] | \
    [[waiver]] | [settings] | scope = \"zone\" | scope = \"region\" | scope = \"global\" | \"#q | \"tag: | /*\" | \
    same = \"zone\" | same = \"region\" | \"service: | \"group: | \"provider: | \"capability: | \"channel: | [1]\" | \
    [2]\" | survive = \" | survive = [ | \"tier:1\" | \"c*\" | \"up\" | \"degraded\" | \"deny\" | \"warn\" | + ";

const STRUCTURES: &str = "provider needs | region needs | zone needs | facility needs | group needs | standby needs | \
    restore needs | provider on provider | service on a region | service on a provider | service without instances | \
    service of standbys | several at one domain | need of an instance | need of a capability | group in a group | \
    group of domains | backup at a facility | circle of services | circle with a place | threshold out of reach";

fn structures(system: &System) -> Vec<&'static str> {
    let model = &system.model;
    let mut found = Vec::new();
    for (_, element) in model.elements() {
        let is_needed = |kind: fn(&Kind) -> bool| {
            element.needs.iter().flat_map(Need::mentions).any(|on| kind(&model[on].kind))
        };
        let mut find = |name, is_there: bool| found.extend(is_there.then_some(name));
        find("need of an instance", is_needed(|kind| matches!(kind, Kind::Instance(_))));
        find("need of a capability", is_needed(|kind| matches!(kind, Kind::Capability(_))));
        let needs = !element.needs.is_empty();
        match &element.kind {
            Kind::Provider => {
                find("provider needs", needs);
                find("provider on provider", is_needed(|kind| matches!(kind, Kind::Provider)));
                find("group of domains", !element.groups.is_empty());
            }
            Kind::Region(_) => find("region needs", needs),
            Kind::Zone { .. } => find("zone needs", needs),
            Kind::Facility(_) => find("facility needs", needs),
            Kind::Group => {
                find("group needs", needs);
                find("group in a group", !element.groups.is_empty());
            }
            Kind::Service(service) => {
                let is_standby =
                    |id: &ElementId| matches!(&model[*id].kind, Kind::Instance(i) if i.standby.is_some());
                find("service without instances", service.instances.is_empty());
                find("threshold out of reach", service.quorum as usize > service.instances.len().max(1));
                find(
                    "service of standbys",
                    !service.instances.is_empty() && service.instances.iter().all(is_standby),
                );
                let is_facility = |id: ElementId| matches!(model[id].kind, Kind::Facility(_));
                find("backup at a facility", service.backups.iter().any(|backup| is_facility(backup.at)));
            }
            Kind::Instance(instance) => {
                let lag = instance.standby.map(|standby| standby.lag);
                find("standby needs", needs && lag.is_some_and(|lag| lag.is_some()));
                find("restore needs", element.needs.len() > 1 && lag == Some(None));
                find("service on a region", matches!(model[instance.domain].kind, Kind::Region(_)));
                find("service on a provider", matches!(model[instance.domain].kind, Kind::Provider));
                find("several at one domain", element.name.ends_with("[2]"));
            }
            Kind::Capability(_) | Kind::Channel => {}
        }
    }
    for circle in system.topology.circles() {
        let has = |kind: fn(&Kind) -> bool| circle.iter().filter(|id| kind(&model[**id].kind)).count();
        if has(|kind| matches!(kind, Kind::Service(_))) > 1 {
            found.push("circle of services");
        }
        if has(|kind| matches!(kind, Kind::Zone { .. } | Kind::Region(_) | Kind::Provider)) > 0 {
            found.push("circle with a place");
        }
    }
    found
}

const OUTCOMES: &str = "up | degraded | down | never out | out for a time | out until repaired | undegraded later | \
    down but never out | deadlock | no data lost | some data lost | all data lost | unreachable";

fn outcomes(system: &System, rng: &mut Rng) -> Vec<&'static str> {
    let (model, engine) = (&system.model, system.engine());
    let mut found = Vec::new();
    for fails in scenarios(model, rng).into_iter().filter(|fails| !fails.is_empty()) {
        let told = told(system, &engine, &fails);
        for (_, element, _) in model.capabilities() {
            let (state, outage, undegraded) = told.elements[&element.name];
            found.push(state.name());
            found.push(match outage {
                Time::ZERO => "never out",
                Time::NEVER => "out until repaired",
                _ => "out for a time",
            });
            found.extend((state == State::Down && outage == Time::ZERO).then_some("down but never out"));
            found.extend((outage < undegraded && undegraded < Time::NEVER).then_some("undegraded later"));
        }
        found.extend((!told.deadlock.is_empty()).then_some("deadlock"));
        found.extend((!told.unreachable.is_empty()).then_some("unreachable"));
        found.extend(told.losses.values().map(|loss| match *loss {
            Time::ZERO => "no data lost",
            Time::NEVER => "all data lost",
            _ => "some data lost",
        }));
    }
    found
}

// ---- one model ----------------------------------------------------------------------------------------------------

/// The engine computes anew only what a scenario can reach, and in an order; the page knows neither.
#[test]
fn the_engine_does_what_the_page_says() {
    law_of_models(cases(), |system, rng| {
        let (model, engine, fast) = (&system.model, Reference::new(&system.program), system.engine());
        let mut worker = fast.worker();
        let copies = Copies::new(model, TODAY);
        for fails in scenarios(model, rng) {
            let (found, page) =
                (engine.outcome(&fails), naive::outcome(model, &fails, |backup| copies.counts(backup)));
            for (id, element) in model.elements() {
                let about =
                    |what: &str| format!("{what} of {} when {} fails", element.name, words(model, &fails));
                let failed = |condition| found.while_failed().time(condition);
                let (ok, full) = (ConditionId::ok(id), ConditionId::full(id));
                ensure_equal(&found.outage(id), &page.times.of(id, Level::Ok), || about("ok"))?;
                ensure_equal(&found.undegraded_after(id), &page.times.of(id, Level::Full), || about("full"))?;
                ensure_equal(&failed(ok), &page.while_failed.of(id, Level::Ok), || about("ok while failed"))?;
                ensure_equal(&failed(full), &page.while_failed.of(id, Level::Full), || {
                    about("full while failed")
                })?;
                ensure_equal(&found.state(id), &page.state(id), || about("state"))?;
            }
            let about = |what: &str| format!("{what} when {} fails", words(model, &fails));
            ensure_equal(&found.deadlock, &page.deadlock, || about("deadlock"))?;
            ensure_equal(&worker.outcome(&fails), &found, || about("the fast engine"))?;
            let losses = copies.losses(&custom(model, &fails).scenario, &found.run);
            let losses: Vec<_> = losses.into_iter().map(|loss| (loss.service, loss.loss)).collect();
            ensure_equal(&losses, &page.losses, || about("data"))?;
            let is_out = |id| page.times.of(id, Level::Ok) != Time::ZERO;
            let no_channel = model.channels().all(|(id, _)| is_out(id));
            let (answer, _) =
                Asking::new(system, &capabilities(model), TODAY).answer(&mut worker, custom(model, &fails));
            for of in answer.capabilities {
                ensure_equal(&of.unreachable, &(no_channel && is_out(of.capability)), || about("reachable"))?;
            }
        }
        let (found, page) = (engine.cold_start(), naive::cold_start(model));
        for (id, element) in model.elements() {
            let about = || format!("{} started from zero", element.name);
            ensure_equal(&found[ConditionId::ok(id).index()], &page.of(id, Level::Ok), about)?;
            ensure_equal(&found[ConditionId::full(id).index()], &page.of(id, Level::Full), about)?;
        }
        Ok(())
    });
}

/// The page speaks of the model as it is wired; here it is whether it is wired as the page says.
#[test]
fn places_and_backups_are_wired_as_the_page_says() {
    law_of_models(cases() / 4, |system, _| {
        let model = &system.model;
        for (_, element) in model.elements() {
            let nearest = |domain, product: &str| {
                let mut above = model.domain_and_above(domain);
                above.find_map(|at| model.find(&format!("{}#{product}", model[at].name)).ok())
            };
            let about = || element.name.clone();
            match &element.kind {
                Kind::Facility(facility) => {
                    let above = model.parent(facility.domain);
                    ensure_equal(
                        &facility.up,
                        &above.and_then(|above| nearest(above, &facility.product)),
                        about,
                    )?;
                }
                Kind::Instance(instance) => {
                    for used in &instance.uses {
                        let Kind::Facility(facility) = &model[*used].kind else { return Err(about()) };
                        ensure_equal(&Some(*used), &nearest(instance.domain, &facility.product), about)?;
                    }
                }
                Kind::Service(service) => {
                    for backup in &service.backups {
                        for standby in &backup.restore_to {
                            let at = model[*standby].needs.first().map(Need::mentions);
                            ensure_equal(&at, &Some(vec![backup.at]), about)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    });
}

#[test]
fn what_is_full_is_ok() {
    law_of_models(cases(), |system, rng| {
        let (model, engine) = (&system.model, system.engine());
        for fails in scenarios(model, rng) {
            for (name, (state, outage, undegraded)) in told(system, &engine, &fails).elements {
                let about = || {
                    format!("{name} is {state:?} {outage} {undegraded} when {} fails", words(model, &fails))
                };
                ensure(undegraded >= outage, about)?;
                // What survives while the failures last is back at some time whether or not they end.
                ensure(state == State::Down || outage < Time::NEVER, about)?;
                ensure(state < State::Up || undegraded < Time::NEVER, about)?;
            }
        }
        Ok(())
    });
}

#[test]
fn failing_more_never_helps() {
    law_of_models(cases(), |system, rng| {
        let (model, engine) = (&system.model, system.engine());
        for fails in scenarios(model, rng) {
            let mut more = fails.clone();
            match more.len() {
                0 => {}
                n if rng.chance(50) => more[rng.below(n)].lasts = Time::NEVER,
                n => {
                    let failure = &mut more[rng.below(n)];
                    failure.lasts = failure.lasts + Time::seconds(400);
                    failure.destroys = true;
                }
            }
            if rng.chance(50) {
                // What is there twice fails for the longer time.
                more = custom(model, &[more, random::failures(model, rng)].concat()).scenario.fails;
            }
            no_better(&told(system, &engine, &fails), &told(system, &engine, &more))
                .map_err(|why| format!("{why}: {}, then {}", words(model, &fails), words(model, &more)))?;
        }
        Ok(())
    });
}

/// With as few figures as random models have, every set of failures can be looked at.
#[test]
fn availability_is_the_sum_over_all_sets_of_failures() {
    law_of_models(cases() / 16, |system, _| {
        let (model, engine) = (&system.model, system.engine());
        let chances: Vec<(ElementId, f64)> =
            model.elements().filter_map(|(id, element)| Some((id, element.availability?))).collect();
        let mut has_state = vec![[0.0; 2]; model.len()];
        for set in 0..1_usize << chances.len() {
            let fails = |index: usize| set >> index & 1 == 1;
            let chance =
                |(index, (_, works)): (usize, &(_, f64))| if fails(index) { 1.0 - works } else { *works };
            let probability: f64 = chances.iter().enumerate().map(chance).product();
            let failed = chances.iter().enumerate().filter(|(index, _)| fails(*index));
            let failed: Vec<Failure> = failed.map(|(_, (what, _))| Failure::for_good(*what)).collect();
            if probability > 0.0 {
                let outcome = naive::outcome(model, &failed, |_| true);
                for id in capabilities(model) {
                    let state = outcome.state(id);
                    has_state[id.index()][0] += if state >= State::Degraded { probability } else { 0.0 };
                    has_state[id.index()][1] += if state >= State::Up { probability } else { 0.0 };
                }
            }
        }
        for id in capabilities(model) {
            for (state, sum) in [State::Degraded, State::Up].into_iter().zip(has_state[id.index()]) {
                let bounds = availability(system, &mut engine.worker(), id, state, 2.0);
                let about = || format!("{} {}: {bounds:?}, should be {sum}", model[id].name, state.name());
                ensure(bounds.is_exact() && (bounds.lower - sum).abs() < 1e-12, about)?;
            }
        }
        Ok(())
    });
}

// ---- a model and a changed one ------------------------------------------------------------------------------------

#[test]
fn order_has_no_meaning() {
    law_of_orders(|shuffled| vec![shuffled.to_owned()]);
}

#[test]
fn files_have_no_meaning() {
    law_of_orders(|shuffled| {
        let tables: Vec<&str> = shuffled.split_inclusive("\n\n").collect();
        let (first, second) = tables.split_at(tables.len() / 3);
        vec![first.concat(), second.concat()]
    });
}

/// The same model, shuffled and spread over files, has the same outcomes.
fn law_of_orders(files: impl Fn(&str) -> Vec<String>) {
    law_of_changes(|seed, size| {
        let draft = Draft::new(seed, size);
        let before = models::system(&draft.text());
        let files = files(&draft.shuffled(&before.model, seed).text());
        let texts: Vec<&str> = files.iter().map(String::as_str).collect();
        let after = System::new(models::try_read(&texts)?);
        let (first, second) = (before.engine(), after.engine());
        for fails in scenarios(&before.model, &mut Rng::new(seed)) {
            let same = renamed(&before.model, &fails, &after.model);
            let about = || format!("{}\n{}", words(&before.model, &fails), texts.join("\n"));
            ensure_equal(&told(&after, &second, &same), &told(&before, &first, &fails), about)?;
        }
        Ok(())
    });
}

/// The same scenario for another model.
fn renamed(of: &Model, fails: &[Failure], model: &Model) -> Vec<Failure> {
    let find = |what: ElementId| model.find(&of[what].name).expect("what was there is there");
    fails.iter().map(|failure| Failure { what: find(failure.what), ..*failure }).collect()
}

/// Tries one of these changes on each model: it makes nothing better where it `is_worse`, and nothing worse where not.
/// Each is tried often, and often enough it changes something.
fn law_of_edits(edits: &[Edit], is_worse: bool) {
    let tried = RefCell::new(BTreeMap::<String, (u32, u32)>::new());
    law_of_changes(|seed, size| {
        let mut rng = Rng::new(seed);
        let edit = *rng.pick(edits);
        let draft = Draft::new(seed, size);
        let old = models::system(&draft.text());
        let Some(edited) = draft.edited(&old.model, edit, seed) else { return Ok(()) };
        let text = edited.text();
        let new = System::new(models::try_read(&[&text])?);
        let (old_engine, new_engine) = (old.engine(), new.engine());
        let mut changes = false;
        for fails in scenarios(&old.model, &mut rng) {
            let before = told(&old, &old_engine, &fails);
            let mut after = told(&new, &new_engine, &renamed(&old.model, &fails, &new.model));
            // A new instance has no counterpart.
            after.elements.retain(|name, _| before.elements.contains_key(name));
            changes |= before != after;
            let holds = if is_worse { no_better(&before, &after) } else { no_better(&after, &before) };
            holds.map_err(|why| {
                format!("{why} when {} fails: {edit:?} gives\n{text}", words(&old.model, &fails))
            })?;
        }
        let mut tried = tried.borrow_mut();
        let (n_tried, n_changed) = tried.entry(format!("{edit:?}")).or_default();
        *n_tried += 1;
        *n_changed += u32::from(changes);
        Ok(())
    });
    let tried = tried.into_inner();
    let enough = |(n_tried, n_changed): &(u32, u32)| *n_tried >= cases() / 50 && *n_changed >= cases() / 200;
    assert!(tried.len() == edits.len() && tried.values().all(enough), "tried too seldom: {tried:?}");
}

#[test]
fn more_to_choose_from_never_hurts() {
    use Edit::{Alternative, Backup, DegradedAlternative, Instance, Standby};
    law_of_edits(&[Alternative, DegradedAlternative, Instance, Standby, Backup], false);
}

#[test]
fn to_need_less_never_hurts() {
    law_of_edits(&[Edit::Tolerate, Edit::OnlyToStart], false);
}

#[test]
fn to_need_more_never_helps() {
    law_of_edits(&[Edit::Need, Edit::Want, Edit::Quorum, Edit::Member], true);
}
