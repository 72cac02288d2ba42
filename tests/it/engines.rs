//! Every engine gives the reference engine's outcomes: times, deadlocks and all.

use linchpin::analysis::{System, sweep};
use linchpin::diag::Sources;
use linchpin::engine::{Fast, Reference};
use linchpin::generate::{Shape, generate};
use linchpin::model::{Class, ElementId, Failure, Model, Time};

fn system(text: &str) -> System {
    let mut sources = Sources::default();
    sources.add("model.toml", text);
    let model = Model::read(&sources, "model");
    System::new(model.unwrap_or_else(|problems| panic!("{}\n{text}", problems[0].message)))
}

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

/// The same every time: `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 33).expect("31 bits") % n
    }
}

/// Single failures of everything, and some random scenarios of several, some of which come back.
fn scenarios(system: &System, random: &mut Random, n: usize) -> Vec<Vec<Failure>> {
    let singles = sweep(&system.model, &Class::ALL, 1).expect("few enough");
    let mut all: Vec<Vec<Failure>> = singles.into_iter().map(|asked| asked.scenario.fails).collect();
    let can_fail: Vec<ElementId> = all.iter().map(|fails| fails[0].what).collect();
    all.push(Vec::new());
    for _ in 0..n {
        let mut fails: Vec<Failure> = Vec::new();
        for _ in 0..=random.below(4) {
            let what = can_fail[random.below(can_fail.len())];
            let lasts = [Time::NEVER, Time::NEVER, Time::ZERO, Time::seconds(60), Time::seconds(3600)]
                [random.below(5)];
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
    let shapes = [
        Shape::FatTree { ports: 4, replicas: 2 },
        Shape::Layered { services: 60, depth: 6, fan: 3 },
        Shape::Cloud { providers: 2, regions: 2, zones: 3, services: 60 },
        Shape::Microservices { services: 60 },
    ];
    for shape in shapes {
        for seed in 0..5 {
            let text = generate(shape, seed);
            let system = system(&text);
            compare(&system, scenarios(&system, &mut Random(seed), 100), &text);
        }
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
    compare(&system, scenarios(&system, &mut Random(1), 200), text);
    let vault = system.model.find("vault").expect("it is there");
    let fast = Fast::new(&system.dense);
    let outcome = fast.worker().outcome(&[Failure { what: vault, lasts: Time::NEVER, destroys: false }]);
    let names: Vec<_> = outcome.deadlock.iter().map(|id| system.model[*id].name.as_str()).collect();
    assert_eq!(names, ["store", "capability:c"]);
}

#[test]
fn on_the_storefront() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/storefront");
    let files = std::fs::read_dir(directory).expect("it is there").map(|file| file.expect("listed").path());
    let text: String = files.map(|file| std::fs::read_to_string(file).expect("readable") + "\n").collect();
    let system = system(&text);
    compare(&system, scenarios(&system, &mut Random(7), 1_000), &text);
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
        let outcome = fast.worker().outcome(&[Failure { what, lasts: Time::NEVER, destroys: false }]);
        let down = outcome.outage(capability);
        let is_star = system.model.find("hub").is_ok();
        assert_eq!(down, if is_star { Time::ZERO } else { Time::NEVER });
        assert!(outcome.newly_down() >= 2);
    }
}
