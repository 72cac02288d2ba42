//! The sweep engine says of every scenario what the reference engine says, as far as bits can say it.

use linchpin::analysis::{System, sweep};
use linchpin::compile::ConditionId;
use linchpin::engine::{LANES, Reference, Sweep};
use linchpin::model::{Class, ElementId, Failure, Time};

use super::laws::{cases, ensure, law_of_models};
use super::models;
use super::random::{self, Rng};

/// Sets of elements that fail for good: nothing, each by itself, then random sets.
fn scenarios(system: &System, rng: &mut Rng, n_random: usize) -> Vec<Vec<ElementId>> {
    let singles = sweep(&system.model, &Class::ALL, 1).expect("few enough");
    let singles: Vec<ElementId> = singles.iter().map(|asked| asked.scenario.fails[0].what).collect();
    let mut all = vec![Vec::new()];
    all.extend(singles.iter().map(|what| vec![*what]));
    for _ in 0..n_random {
        let mut fails: Vec<ElementId> = (0..rng.between(2, 5)).map(|_| *rng.pick(&singles)).collect();
        fails.sort_unstable();
        fails.dedup();
        all.push(fails);
    }
    all
}

/// Compares every condition in every scenario. How many scenarios the bits told nothing of.
fn agree(system: &System, all: &[Vec<ElementId>]) -> Result<usize, String> {
    let reference = Reference::new(&system.program);
    let sweep = Sweep::new(&system.dense);
    let capabilities: Vec<ConditionId> =
        system.model.capabilities().map(|(id, ..)| ConditionId::full(id)).collect();
    let few = Sweep::of(&system.dense, capabilities.iter().copied());
    let (mut block, mut block_of_few) = (sweep.block(), few.block());
    let mut n_untold = 0;
    for scenarios in all.chunks(LANES) {
        block.clear();
        block_of_few.clear();
        for (lane, fails) in scenarios.iter().enumerate() {
            for what in fails {
                block.fail(lane, *what);
                block_of_few.fail(lane, *what);
            }
        }
        block.run();
        block_of_few.run();
        n_untold += block.untold().count();
        for (lane, fails) in scenarios.iter().enumerate() {
            let failures = fails.iter().map(|what| Failure::for_good(*what));
            let expected = reference.outcome(&failures.collect::<Vec<_>>());
            if block.untold().has(lane) {
                continue;
            }
            let names = || fails.iter().map(|id| system.model[*id].name.as_str()).collect::<Vec<_>>();
            for (id, element) in system.model.elements() {
                for condition in [ConditionId::ok(id), ConditionId::full(id)] {
                    let about = |what: &str| {
                        format!(
                            "{what} of {} ({:?}) when {:?} fail",
                            element.name,
                            condition.level(),
                            names()
                        )
                    };
                    let time = expected.run.time(condition);
                    ensure(block.stays(condition).has(lane) == (time == Time::ZERO), || about("staying"))?;
                    ensure(block.holds(condition).has(lane) == time.is_finite(), || about("holding"))?;
                    let waits = expected.waiting.contains(&condition);
                    ensure(block.waits(condition).has(lane) == waits, || about("waiting"))?;
                }
            }
            for id in &capabilities {
                let same = [
                    block.stays(*id).has(lane) == block_of_few.stays(*id).has(lane),
                    block.holds(*id).has(lane) == block_of_few.holds(*id).has(lane),
                ];
                ensure(same == [true; 2] || block_of_few.untold().has(lane), || {
                    format!("a part of the engine differs from the whole when {:?} fail", names())
                })?;
            }
        }
    }
    Ok(n_untold)
}

#[test]
fn on_random_models() {
    law_of_models(cases(), |system, rng| agree(system, &scenarios(system, rng, 10)).map(|_| ()));
}

/// Together with the above these are 20,000 and more: small ones, in a few scenarios each, for speed.
#[test]
fn on_many_small_random_models() {
    let try_one = |text: &str, seed: u64| {
        let system = System::new(models::try_read(&[text])?);
        let rng = &mut Rng::new(seed);
        let mut all = scenarios(&system, rng, 8);
        rng.shuffle(&mut all);
        all.truncate(8);
        agree(&system, &all).map(|_| ())
    };
    for seed in 0..u64::from(cases()) * 9 {
        let text = random::model(seed, random::Size(1 + usize::try_from(seed % 2).expect("small")));
        if let Err(why) = try_one(&text, seed) {
            panic!(
                "{why}\n{}",
                random::smallest(&text, |text| models::try_read(&[text]).is_ok()
                    && try_one(text, seed).is_err())
            );
        }
    }
}

#[test]
fn on_generated_models_of_every_shape() {
    for (shape, seed, text) in models::of_every_shape() {
        let system = models::system(&text);
        let told = agree(&system, &scenarios(&system, &mut Rng::new(seed), 400));
        assert_eq!(told, Ok(0), "{shape:?}, seed {seed}");
    }
}
