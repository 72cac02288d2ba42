//! Coming back: starting from zero, circles and what breaks them, time, backups, the five questions.

use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;
use jiff::civil::{Date, date};
use unicode_width::UnicodeWidthStr;

use linchpin::analysis::{
    Asking, Beginning, Circles, Promise, System, Verdict, backups, briefing, circles, cold_start, custom,
    stuck, survive, sweep, timeline,
};
use linchpin::compile::ConditionId;
use linchpin::engine::{ColdStart, Reference};
use linchpin::model::{Class, ElementId, Failure, Kind, Model, State, Time};
use linchpin::render::{self, Bars, Detail};
use linchpin::report::{BackupsReport, BriefingReport, ColdstartReport, SurviveReport};

use crate::laws::{cases, ensure, ensure_equal, law_of_models, scenarios};
use crate::models::system;
use crate::naive::{self, Level};

const TODAY: Date = date(2026, 11, 23);

fn names(model: &Model, ids: &[ElementId]) -> Vec<String> {
    ids.iter().map(|id| model[*id].name.clone()).collect()
}

fn fails(system: &System, what: &str, seconds: u64) -> Vec<Failure> {
    let what = system.model.find(what).expect("it is there");
    vec![Failure { what, lasts: Time::seconds(seconds), destroys: false }]
}

fn linchpin(arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args(arguments.split_whitespace()).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command.env_remove("CLICOLOR_FORCE").env("NO_COLOR", "1").output().expect("the binary runs")
}

fn printed(arguments: &str) -> String {
    let output = linchpin(arguments);
    let code = output.status.code().expect("it was not killed");
    format!("exit {code}\n{}", String::from_utf8(output.stdout).expect("output is UTF-8"))
}

// ---- from zero ---------------------------------------------------------------------------------------------------

#[test]
fn a_start_from_zero_is_what_the_page_says() {
    law_of_models(cases(), |system, _| {
        let model = &system.model;
        let (fast, slow) = (ColdStart::new(&system.dense), Reference::new(&system.program).cold_start());
        let page = naive::cold_start(model);
        for (id, element) in model.elements() {
            for (condition, level) in [(ConditionId::ok(id), Level::Ok), (ConditionId::full(id), Level::Full)]
            {
                let about = || format!("{level:?} of {}", element.name);
                ensure_equal(&fast.time(condition), &page.of(id, level), about)?;
                ensure_equal(&slow[condition.index()], &page.of(id, level), about)?;
                ensure_equal(&fast.turn(condition).is_some(), &fast.time(condition).is_finite(), about)?;
            }
        }
        let mut waiting: Vec<ElementId> = fast.waiting().iter().map(|id| id.element()).collect();
        waiting.dedup();
        ensure_equal(&waiting, &naive::cold_deadlock(model), || "what waits".to_owned())
    });
}

#[test]
fn waves_and_the_critical_path_are_an_order_to_start_in() {
    law_of_models(cases() / 4, |system, _| {
        let started = cold_start(system);
        let ok = |id: ElementId| started.times.time(ConditionId::ok(id));
        let mut in_waves: Vec<ElementId> = started.waves.iter().flatten().copied().collect();
        in_waves.sort_unstable();
        let services = system.model.services().map(|(id, ..)| id);
        let starting: Vec<ElementId> = services.filter(|id| ok(*id).is_finite()).collect();
        ensure_equal(&in_waves, &starting, || "every service that starts is in one wave".to_owned())?;
        ensure(started.waves.iter().all(|wave| !wave.is_empty()), || "an empty wave".to_owned())?;
        // A wave started together, after those before it alone, all comes up.
        let mut there: Vec<ElementId> = Vec::new();
        for wave in &started.waves {
            let later: Vec<Failure> = starting
                .iter()
                .filter(|id| !there.contains(id) && !wave.contains(id))
                .map(|id| Failure::for_good(*id))
                .collect();
            let page = naive::cold_start_with(&system.model, &later);
            for id in wave {
                ensure(page.of(*id, Level::Ok).is_finite(), || {
                    format!("{} needs more than the waves before it", system.model[*id].name)
                })?;
            }
            there.extend(wave);
        }
        for pair in started.critical.windows(2) {
            ensure(pair[0].ready <= pair[1].ready, || "steps go forward".to_owned())?;
        }
        let sum = started.critical.iter().fold(Time::ZERO, |sum, step| sum + step.own);
        let last = started.critical.last().map_or(Time::ZERO, |step| step.ready);
        ensure_equal(&last, &started.total, || "the path ends with the last".to_owned())?;
        ensure_equal(&sum, &started.total, || "the path's own times are all of the time".to_owned())
    });
}

// ---- circles -----------------------------------------------------------------------------------------------------

fn check_circles(system: &System, found: &Circles, waiting: &[ElementId]) -> Result<(), String> {
    let model = &system.model;
    ensure_equal(&found.circles.is_empty(), &waiting.is_empty(), || {
        "circles where something waits".to_owned()
    })?;
    ensure(found.suffices, || format!("breaking all does not suffice: {found:?}"))?;
    for circle in &found.circles {
        let about = || format!("circle {:?}", names(model, &circle.elements));
        ensure(circle.elements.iter().all(|id| waiting.contains(id)), about)?;
        let next = circle.elements.iter().cycle().skip(1);
        for (of, on) in circle.elements.iter().zip(next) {
            let depends = system.topology.dependencies(*of).any(|(_, other)| other == *on);
            ensure(depends, || {
                format!("{}: {} does not depend on {}", about(), model[*of].name, model[*on].name)
            })?;
        }
        // What was cut for an earlier circle may be all that this one needs.
        let Some(cut) = &circle.cut else { continue };
        ensure(circle.elements.contains(&cut.of) && circle.elements.contains(&cut.on), about)?;
    }
    let advised = found.circles.iter().any(|circle| circle.cut.is_some());
    ensure(advised || found.circles.is_empty(), || format!("no advice at all: {found:?}"))
}

#[test]
fn every_deadlock_has_circles_and_breaking_them_frees_it() {
    law_of_models(cases() / 2, |system, rng| {
        let from_zero = circles(system, Beginning::Zero);
        check_circles(system, &from_zero, &naive::cold_deadlock(&system.model))?;
        for fails in scenarios(&system.model, rng) {
            let found = circles(system, Beginning::Failures(&fails));
            let page = naive::outcome(&system.model, &fails, |_| true);
            check_circles(system, &found, &page.deadlock)?;
        }
        Ok(())
    });
}

/// Advice is followed by hand in the text, and the deadlock is gone.
#[test]
fn advice_that_is_followed_helps() {
    let text = |orders: &str, vault: &str| {
        format!(
            "[provider.p.region.r]\nzones = ['a', 'b']\n\
             [service.vault]\nplaced = ['p/r/a']\n{vault}\n\
             [service.orders]\nplaced = ['p/r/b']\nstart = '1m'\n{orders}\n\
             [capability.shop]\nneeds = ['orders']\n"
        )
    };
    let plain = system(&text("needs = ['vault']", "needs = ['orders']"));
    let model = &plain.model;
    let from_zero = circles(&plain, Beginning::Zero);
    assert_eq!(names(model, &from_zero.circles[0].elements), ["vault", "orders"]);
    let storm = fails(&plain, "p/r/a", 3600);
    let after = circles(&plain, Beginning::Failures(&storm));
    assert_eq!(after.circles.len(), 1);
    let cut = after.circles[0].cut.as_ref().expect("there is advice");
    // The vault's zone failed: what needs the vault must outlast that, not the other way round.
    assert_eq!([&model[cut.of].name, &model[cut.on].name], ["orders", "vault"]);
    let deadlock = |system: &System| {
        let outcome = system.engine().worker().outcome(&fails(system, "p/r/a", 3600));
        names(&system.model, &outcome.deadlock)
    };
    assert_eq!(deadlock(&plain), ["vault", "orders", "capability:shop"]);
    let to_start = system(&text("needs = [{ on = 'vault', when = 'start' }]", "needs = ['orders']"));
    let riding = system(&text("needs = [{ on = 'vault', tolerates = '1h' }]", "needs = ['orders']"));
    assert!(deadlock(&to_start).is_empty() && deadlock(&riding).is_empty());
    // From zero neither helps, and the advice for zero says so; to need less does.
    assert!(!circles(&to_start, Beginning::Zero).circles.is_empty());
    let cut = from_zero.circles[0].cut.as_ref().expect("there is advice");
    let without = match model[cut.of].name.as_str() {
        "orders" => system(&text("", "needs = ['orders']")),
        _ => system(&text("needs = ['vault']", "")),
    };
    assert!(circles(&without, Beginning::Zero).circles.is_empty());
}

/// The instance lies on what needs it: a standby elsewhere breaks that.
#[test]
fn a_circle_through_a_place() {
    let text = "[provider.p]\nneeds = ['dns']\n[provider.q]\n[service.dns]\nplaced = ['p']\n\
                [capability.c]\nneeds = ['dns']\n";
    let here = system(text);
    let found = circles(&here, Beginning::Zero);
    assert_eq!(names(&here.model, &found.circles[0].elements), ["p", "dns", "dns@p"]);
    assert!(found.suffices);
    let elsewhere = system(&text.replace("placed = ['p']", "placed = ['p']\nstandby = [{ at = 'q' }]"));
    assert!(circles(&elsewhere, Beginning::Zero).circles.is_empty());
}

#[test]
fn the_smallest_of_two_circles_is_told_first_and_both_are_broken() {
    let text = "[service.a]\nneeds = ['b', 'c']\n[service.b]\nneeds = ['x']\n[service.x]\nneeds = ['a']\n\
                [service.c]\nneeds = ['a']\n[capability.k]\nneeds = ['a']\n";
    let system = system(text);
    let found = circles(&system, Beginning::Zero);
    assert_eq!(names(&system.model, &found.circles[0].elements), ["a", "c"]);
    assert!(found.suffices);
}

#[test]
fn deep_chains_large_circles_and_many_small_ones() {
    const N: usize = 20_000;
    let chain: String = (0..N)
        .map(|i| {
            format!(
                "[service.s{i}]\nstart = '1s'\n{}",
                match i {
                    0 => String::new(),
                    i => format!("needs = ['s{}']\n", i - 1),
                }
            )
        })
        .collect();
    let last = format!("[capability.c]\nneeds = ['s{}']\n", N - 1);
    let deep = system(&(chain + &last));
    let started = cold_start(&deep);
    assert_eq!((started.total, started.waves.len()), (Time::seconds(N as u64), N));
    assert_eq!(started.critical.len(), N + 1);

    let ring: String = (0..N).map(|i| format!("[service.s{i}]\nneeds = ['s{}']\n", (i + 1) % N)).collect();
    let ring = system(&(ring + &last));
    let found = circles(&ring, Beginning::Zero);
    assert_eq!((found.circles.len(), found.circles[0].elements.len(), found.suffices), (1, N, true));

    let pairs: String = (0..300).map(|i| format!("[service.s{i}]\nneeds = ['s{}']\n", i ^ 1)).collect();
    let pairs = system(&(pairs + "[capability.c]\nneeds = ['s1']\n"));
    let found = circles(&pairs, Beginning::Zero);
    assert_eq!((found.circles.len(), found.suffices), (150, true));
}

// ---- time --------------------------------------------------------------------------------------------------------

#[test]
fn timelines_have_no_gaps_and_say_what_the_outcome_says() {
    law_of_models(cases() / 4, |system, rng| {
        let model = &system.model;
        let capabilities: Vec<ElementId> = model.capabilities().map(|(id, ..)| id).collect();
        let engine = system.engine();
        for fails in scenarios(model, rng) {
            let asked = custom(model, &fails);
            let page = naive::outcome(model, &fails, |_| true);
            let (answer, _) = Asking::new(system, &capabilities, TODAY).answer(&mut engine.worker(), asked);
            let channels = model.channels().map(|(id, _)| page.times.of(id, Level::Ok)).min();
            for of in &answer.capabilities {
                let found = timeline(&answer, of);
                let (ok, full) =
                    (page.times.of(of.capability, Level::Ok), page.times.of(of.capability, Level::Full));
                let at = |time: Time| match (time >= full, time >= ok) {
                    (true, _) => State::Up,
                    (_, true) => State::Degraded,
                    _ => State::Down,
                };
                let mut end = Time::ZERO;
                for interval in &found.intervals {
                    let about = || format!("{interval:?} of {}", model[of.capability].name);
                    ensure(interval.from == end && interval.from < interval.to, about)?;
                    ensure_equal(&interval.state, &at(interval.from), about)?;
                    end = interval.to;
                }
                ensure_equal(&end, &Time::NEVER, || "time goes on".to_owned())?;
                let until = ok.min(channels.unwrap_or(Time::NEVER));
                ensure_equal(&found.unreachable_until, &until, || "unreachable".to_owned())?;
                ensure_equal(&of.unreachable, &(until > Time::ZERO), || "unreachable at all".to_owned())?;
            }
        }
        Ok(())
    });
}

// ---- backups -----------------------------------------------------------------------------------------------------

#[test]
fn losses_are_those_of_the_page_and_verdicts_follow_from_them() {
    law_of_models(cases() / 4, |system, _| {
        let model = &system.model;
        let counts = linchpin::analysis::Copies::new(model, TODAY);
        let stores = backups(system, TODAY).map_err(|why| why.to_string())?;
        let asked = sweep(model, &[Class::Zone, Class::Region, Class::Provider, Class::Group], 1);
        let mut expected: Vec<Vec<(ElementId, Time)>> = vec![Vec::new(); stores.len()];
        for asked in asked.map_err(|why| why.to_string())? {
            let page = naive::outcome(model, &asked.scenario.fails, |backup| counts.counts(backup));
            for (of, (_, loss)) in expected.iter_mut().zip(page.losses) {
                of.extend((loss > Time::ZERO).then_some((asked.scenario.fails[0].what, loss)));
            }
        }
        for (store, expected) in stores.iter().zip(expected) {
            let about = || format!("losses of {}", model[store.service].name);
            let found: Vec<_> = store.losses.iter().map(|loss| (loss.failure, loss.loss)).collect();
            ensure_equal(&found, &expected, about)?;
            let Kind::Service(service) = &model[store.service].kind else { continue };
            ensure_equal(&(store.verdict == Verdict::None), &service.backups.is_empty(), about)?;
            if store.verdict == Verdict::Works {
                ensure(service.backups.iter().any(|backup| counts.counts(backup)), about)?;
                ensure(store.lost_in.is_empty(), about)?;
            }
        }
        Ok(())
    });
}

fn verdict_of(backup: &str, rest: &str) -> (String, &'static str) {
    let text = format!(
        "[provider.p.region.r]\nzones = ['a', 'b']\n[provider.p.region.s]\nzones = ['a']\n[provider.q]\n\
         [provider.p.product.control]\nscope = 'region'\n\
         [service.db]\nplaced = ['p/r/a']\ndata = true\n{backup}\n[capability.c]\nneeds = ['db']\n\
         [settings]\nbackup_verified_within = '90d'\n{rest}"
    );
    let system = system(&text);
    let stores = backups(&system, TODAY).expect("few enough");
    let report = BackupsReport::new(&system.model, &stores, TODAY);
    let (_, store) = report.stores.iter().next().expect("there is one store");
    (store.answer.clone(), store.verdict)
}

#[test]
fn what_is_said_of_backups() {
    let backup = |keys: &str| format!("backup = [{{ every = '1d', restore = '2h', {keys} }}]");
    let said = |keys: &str| verdict_of(&backup(keys), "");
    let (valid, works) = ("valid and works: q, at most 1d old, restored in 2h".to_owned(), "works");
    assert_eq!(verdict_of("", ""), ("none".to_owned(), "none"));
    assert_eq!(said("at = 'q', verified = 2026-11-01"), (valid.clone(), works));
    assert_eq!(said("at = 'q', verified = 2026-11-01, restore_to = ['q']"), (valid, works));
    for (keys, why) in [
        ("at = 'q'", "no restore was ever seen to work (`verified`)"),
        (
            "at = 'q', verified = 2026-01-01",
            "the last restore seen to work, on 2026-01-01, is 326 days away, more than 90d",
        ),
        // Lost with what it is to protect from.
        ("at = 'p/s', verified = 2026-11-01", "when p fails p/s is lost too"),
        ("at = 'p/r/b', verified = 2026-11-01", "when p/r fails p/r/b is lost too; nor in 1 other failure"),
        // What a restore depends on.
        (
            "at = 'q', verified = 2026-11-01, needs = ['p/r#control']",
            "when p/r fails a restore needs p/r#control, which is down; nor in 1 other failure",
        ),
        // Where it would be restored to.
        (
            "at = 'q', verified = 2026-11-01, restore_to = ['p/r/b']",
            "when p/r fails it cannot be restored to p/r/b; nor in 1 other failure",
        ),
    ] {
        assert_eq!(said(keys), (format!("exists but does not work because {why}"), "fails"), "{keys}");
    }
    // A standby that has the data stands in where the backup does not.
    let standby = "standby = [{ at = 'q', after = '5m', lag = '1m' }]\n";
    let (answer, verdict) =
        verdict_of(&(standby.to_owned() + &backup("at = 'p/s', verified = 2026-11-01")), "");
    assert_eq!((answer.as_str(), verdict), ("valid and works: p/s, at most 1d old, restored in 2h", "works"));
}

// ---- promises ----------------------------------------------------------------------------------------------------

#[test]
fn promises_are_held_against_what_the_figures_give() {
    let text = "[provider.p]\navailability = 0.99\n[provider.q]\n\
                [capability.kept]\nneeds = ['p']\nsla = 0.98\nsla_credits = [{ below = 0.98, credit = 0.1 }]\n\
                [capability.broken]\nneeds = ['p']\nsla = 0.999\n\
                sla_credits = [{ below = 0.95, credit = 1 }, { below = 0.995, credit = 0.25 }, { below = 0.999, credit = 0.1 }]\n\
                [capability.silent]\nneeds = ['q']\n";
    let system = system(text);
    let all: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
    let found = briefing(&system, &all, TODAY).expect("few enough");
    let promise = |place: usize| found.promises[place].1.as_ref();
    assert_eq!(promise(0).and_then(Promise::holds), Some(true));
    assert_eq!(promise(0).map(|promise| promise.credit), Some([0.0, 0.0]));
    assert_eq!(promise(1).and_then(Promise::holds), Some(false));
    assert_eq!(promise(1).map(|promise| promise.credit), Some([0.25, 0.25]));
    assert_eq!(promise(2), None);
}

// ---- as it is seen -----------------------------------------------------------------------------------------------

#[test]
fn the_storefront_comes_back() {
    assert_snapshot!("coldstart", printed("coldstart models/storefront"));
    assert_snapshot!("coldstart-after", printed("coldstart models/storefront --fail aws/us-east-1=4h"));
    assert_snapshot!(
        "timeline",
        printed("survive models/storefront --timeline --scenario a-day-without-aws")
    );
    assert_snapshot!(
        "timeline-ascii",
        printed("survive models/storefront --timeline --ascii --fail aws/us-east-1=4h")
    );
    assert_snapshot!("backups", printed("backups models/storefront --as-of 2026-11-23"));
    assert_snapshot!("briefing", printed("briefing models/storefront --as-of 2026-11-23"));
    assert_snapshot!(
        "briefing-markdown",
        printed("briefing models/storefront --as-of 2026-11-23 --format markdown")
    );
    assert_snapshot!("briefing-json", printed("briefing models/minimal --as-of 2026-11-23 --format json"));
    assert_snapshot!("backups-json", printed("backups models/minimal --as-of 2026-11-23 --format json"));
}

const STUCK: &str = "[provider.p.region.r]\nzones = ['a', 'b']\n\
    [service.vault]\nplaced = ['p/r/a']\nneeds = ['db']\nstart = '2m'\n\
    [service.db]\nplaced = ['p/r/*']\nneeds = ['vault']\nstart = '5m'\n\
    [service.recs]\nwants = ['web']\n[service.web]\nneeds = ['db']\nwants = ['recs']\n\
    [capability.shop]\nneeds = ['web']\n[channel.mail]\nneeds = ['p/r/b']\n";

#[test]
fn a_deadlock_is_told_with_what_breaks_it() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("stuck.toml");
    std::fs::write(&file, STUCK).expect("writable");
    let said = |arguments: &str| {
        let (command, rest) = arguments.split_once(' ').unwrap_or((arguments, ""));
        printed(&format!("{command} {} {rest}", file.display()))
    };
    assert_snapshot!("stuck-coldstart", said("coldstart --deny"));
    assert_snapshot!("stuck-coldstart-json", said("coldstart --format json"));
    assert_snapshot!("stuck-after", said("coldstart --fail p/r/a=1h"));
    assert_snapshot!("stuck-survive", said("survive --fail p/r/a=1h --timeline"));
    assert_snapshot!("stuck-explain", said("explain --fail p/r/a=1h"));
    assert!(said("backups --deny").starts_with("exit 0"), "no store, no missing backup");
    assert!(said("coldstart").starts_with("exit 0"), "without --deny it is an answer");
    assert!(printed("backups models/minimal --deny").starts_with("exit 1"));
    assert!(printed("coldstart models/minimal --deny --state up").starts_with("exit 0"));
}

/// Whatever the width, no line is longer, but for names that are.
#[test]
fn texts_fit_the_terminal() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/storefront");
    let files = std::fs::read_dir(directory).expect("it is there").map(|file| file.expect("listed").path());
    let text: String = files.map(|file| std::fs::read_to_string(file).expect("readable") + "\n").collect();
    for system in [system(&text), system(STUCK)] {
        let model = &system.model;
        let all: Vec<ElementId> = model.capabilities().map(|(id, ..)| id).collect();
        let asked =
            sweep(model, &[Class::Zone, Class::Region, Class::Provider, Class::Group], 1).expect("few");
        let answers = survive(&system, &asked, &all, TODAY);
        let circles_of = stuck(&system, &answers);
        let timelines = SurviveReport::new(model, &answers)
            .with_circles(model, |place| circles_of.of(place))
            .with_timelines(model, &answers);
        let zero =
            ColdstartReport::from_zero(model, &cold_start(&system), &circles(&system, Beginning::Zero));
        let stores = BackupsReport::new(model, &backups(&system, TODAY).expect("few"), TODAY);
        let five = BriefingReport::new(model, &briefing(&system, &all, TODAY).expect("few"), TODAY);
        for width in [80, 120, 200] {
            for detail in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
                let texts = [
                    render::survive_timeline(&timelines, detail, Bars::Unicode, width),
                    render::survive_timeline(&timelines, detail, Bars::Ascii, width),
                    render::coldstart(&zero, detail, width),
                    render::backups(&stores, detail, width),
                    render::briefing(&five, detail, width),
                ];
                for text in texts {
                    let plain = anstream::adapter::strip_str(&text).to_string();
                    for line in plain.lines() {
                        assert!(line.width() <= width, "{} > {width}: {line}", line.width());
                        assert_eq!(line.trim_end(), line, "a line ends in spaces");
                    }
                }
                let ascii = render::survive_timeline(&timelines, detail, Bars::Ascii, width);
                assert!(!ascii.contains(['█', '▒', '─']), "{ascii}");
            }
        }
    }
}
