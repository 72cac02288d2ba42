//! Every engine gives the reference engine's outcomes: times, deadlocks and all.

use linchpin::analysis::{System, sweep};
use linchpin::engine::{Fast, Reference};
use linchpin::model::{Class, ElementId, Failure, Time};

use crate::models::{self, system};
use crate::random::Rng;

/// Compares both engines on scenarios; one worker answers them all, so that leftovers of one would spoil the next.
fn compare(system: &System, scenarios: impl IntoIterator<Item = Vec<Failure>>, text: &str) {
    let reference = Reference::new(&system.program);
    let fast = Fast::new(&system.dense);
    let mut worker = fast.worker();
    for fails in scenarios {
        let (expected, found) = (reference.outcome(&fails), worker.outcome(&fails));
        if expected != found {
            let name = |id: ElementId| system.model[id].name.clone();
            let fails: Vec<_> = fails.iter().map(|f| format!("{}={}", name(f.what), f.lasts)).collect();
            let differ = system.model.elements().find(|(id, _)| {
                (expected.outage(*id), expected.undegraded_after(*id), expected.state(*id))
                    != (found.outage(*id), found.undegraded_after(*id), found.state(*id))
            });
            let differ = differ.map(|(id, element)| {
                let times = [
                    expected.outage(id),
                    found.outage(id),
                    expected.undegraded_after(id),
                    found.undegraded_after(id),
                ];
                format!("{}: {times:?}", element.name)
            });
            let deadlocks = [&expected.deadlock, &found.deadlock]
                .map(|d| d.iter().map(|id| name(*id)).collect::<Vec<_>>());
            panic!("{fails:?}: {differ:?}, deadlocks {deadlocks:?}\n{text}");
        }
    }
}

/// Single failures of everything, and some random scenarios of several, some of which come back.
fn scenarios(system: &System, rng: &mut Rng, n: usize) -> Vec<Vec<Failure>> {
    let singles = sweep(&system.model, &Class::ALL, 1).expect("few enough");
    let mut all: Vec<Vec<Failure>> = singles.into_iter().map(|asked| asked.scenario.fails).collect();
    let can_fail: Vec<ElementId> = all.iter().map(|fails| fails[0].what).collect();
    all.push(Vec::new());
    for _ in 0..n {
        let mut fails: Vec<Failure> = Vec::new();
        for _ in 0..=rng.below(4) {
            let what = *rng.pick(&can_fail);
            let lasts =
                *rng.pick(&[Time::NEVER, Time::NEVER, Time::ZERO, Time::seconds(60), Time::seconds(3600)]);
            if fails.iter().all(|known| known.what != what) {
                fails.push(Failure { what, lasts, destroys: false });
            }
        }
        fails.sort_by_key(|failure| failure.what);
        all.push(fails);
    }
    all
}

#[test]
fn on_generated_models_of_every_shape() {
    for (_, seed, text) in models::of_every_shape() {
        let system = system(&text);
        compare(&system, scenarios(&system, &mut Rng::new(seed), 100), &text);
    }
}

/// What still runs is not in the way of what waits, though it could not start again: a deadlock behind it is one.
#[test]
fn on_a_deadlock_behind_something_that_could_not_start_again() {
    let text = r#"
        [provider.p]
        [provider.q]
        [group.g]
        members = ["p"]
        needs = [{ on = "vault", when = "start" }]
        [service.vault]
        [service.store]
        placed = ["p"]
        standby = [{ at = "q", after = "5m" }]
        quorum = 2
        wants = ["store"]
        [capability.c]
        needs = ["store"]
    "#;
    let system = system(text);
    compare(&system, scenarios(&system, &mut Rng::new(1), 200), text);
    let vault = system.model.find("vault").expect("it is there");
    let fast = Fast::new(&system.dense);
    let outcome = fast.worker().outcome(&[Failure::for_good(vault)]);
    let names: Vec<_> = outcome.deadlock.iter().map(|id| system.model[*id].name.as_str()).collect();
    assert_eq!(names, ["store", "capability:c"]);
}

#[test]
fn on_the_storefront() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/storefront");
    let files = std::fs::read_dir(directory).expect("it is there").map(|file| file.expect("listed").path());
    let text: String = files.map(|file| std::fs::read_to_string(file).expect("readable") + "\n").collect();
    let system = system(&text);
    compare(&system, scenarios(&system, &mut Rng::new(7), 1_000), &text);
}

#[test]
fn on_a_deep_chain_a_wide_star_and_a_large_circle() {
    const N: usize = 20_000;
    let chain: String =
        (0..N).map(|i| format!("[service.s{i}]\nneeds = [\"s{}\"]\n", (i + 1).min(N - 1))).collect();
    let circle: String =
        (0..N).map(|i| format!("[service.s{i}]\nneeds = [\"s{}\"]\n", (i + 1) % N)).collect();
    let all: Vec<String> = (0..N).map(|i| format!("\"s{i}\"")).collect();
    let star = all.iter().map(|name| format!("[service.{}]\n", name.trim_matches('"'))).collect::<String>();
    let star = star + &format!("[service.hub]\nneeds = [{}]\n", all.join(", "));
    for text in [chain, circle, star] {
        let system = system(&(text + "[capability.c]\nneeds = [\"s0\"]\n"));
        let what = system.model.find("s7").expect("it is there");
        let fast = Fast::new(&system.dense);
        let capability = system.model.find("capability:c").expect("it is there");
        let outcome = fast.worker().outcome(&[Failure::for_good(what)]);
        let down = outcome.outage(capability);
        let is_star = system.model.find("hub").is_ok();
        assert_eq!(down, if is_star { Time::ZERO } else { Time::NEVER });
        assert!(outcome.newly_down() >= 2);
    }
}
