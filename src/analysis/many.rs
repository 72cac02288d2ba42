//! Many scenarios of one question, each by the engine that is quicker for it.
//!
//! The fast engine takes time in proportion to what a scenario touches, the sweep engine takes the same for hundreds of
//! scenarios whatever they touch. So each scenario is first given to the fast engine, which gives it up once it has cost as
//! much as its share of a sweep would; what was given up is swept. Nothing costs more than about twice the cheaper of the
//! two, and nobody has to know beforehand which that is. Where a sample shows that nearly all would be given up, they are
//! swept at once.
//!
//! What bits cannot tell of a scenario (how long something is out that comes back) the fast engine tells after all.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::{Asked, System};
use crate::compile::ConditionId;
use crate::engine::{Block, Fast, LANES, Sweep, Worker};
use crate::model::Failure;

/// A gate that the fast engine touches costs so many times what a gate or an input costs in a sweep: between 20 and 60
/// where this was measured, on models in and beyond the cache.
pub(super) const TOUCHED: usize = 32;

/// Fewer scenarios than this are not worth laying a model out for a sweep.
const FEW: usize = 32;

/// What a question makes of a scenario, one way or the other.
pub(super) trait Question: Sync {
    /// What it makes of one.
    type Answer: Send;

    /// By the fast engine, unless it would touch more than so many gates: then `None`.
    fn of_worker(&self, asked: &Asked, worker: &mut Worker<'_>, most: usize) -> Option<Self::Answer>;

    /// From what was swept: as many as there are scenarios, `None` where bits do not tell.
    fn of_block(&self, asked: &[&Asked], block: &Block<'_>) -> Vec<Option<Self::Answer>>;

    /// The conditions that this takes; `None`: all of them, with deadlocks.
    fn conditions(&self) -> Option<Vec<ConditionId>>;
}

/// Answers every scenario, in order. What comes back or destroys data is left to the fast engine throughout.
pub(super) fn answers<Q: Question>(
    system: &System,
    engine: &Fast<'_>,
    question: &Q,
    asked: &[Asked],
) -> Vec<Q::Answer> {
    answers_with(system, engine, &OnceLock::new(), question, asked)
}

/// The same for one of several lists: the sweep engine is laid out for the first that takes it, and kept.
pub(super) fn answers_with<'s, Q: Question>(
    system: &'s System,
    engine: &Fast<'_>,
    sweep: &OnceLock<Sweep<'s>>,
    question: &Q,
    asked: &[Asked],
) -> Vec<Q::Answer> {
    let share = Sweep::most_work(&system.dense) / asked.len().clamp(1, LANES);
    answers_within(system, (engine, sweep), question, asked, share / TOUCHED, FEW)
}

/// The same with at most so many gates touched by the fast engine, and a sweep for no fewer scenarios than `few`.
fn answers_within<'s, Q: Question>(
    system: &'s System,
    (engine, sweep): (&Fast<'_>, &OnceLock<Sweep<'s>>),
    question: &Q,
    asked: &[Asked],
    most: usize,
    few: usize,
) -> Vec<Q::Answer> {
    let exactly = |worker: &mut Worker<'_>, asked: &Asked| {
        question.of_worker(asked, worker, usize::MAX).expect("nothing touches more gates than there can be")
    };
    let is_hopeless = asked.len() >= few && is_mostly_too_much(engine, asked, most);
    let try_one = |worker: &mut Worker<'_>, asked: &Asked| match is_plain(&asked.scenario.fails) {
        true if is_hopeless => None,
        true => question.of_worker(asked, worker, most),
        false => Some(exactly(worker, asked)),
    };
    let mut answers: Vec<Option<Q::Answer>> =
        asked.par_iter().map_init(|| engine.worker(), try_one).collect();
    let left: Vec<usize> = (0..asked.len()).filter(|index| answers[*index].is_none()).collect();
    let found: Vec<Q::Answer> = if left.len() < few {
        left.par_iter()
            .map_init(|| engine.worker(), |worker, index| exactly(worker, &asked[*index]))
            .collect()
    } else {
        let sweep = sweep.get_or_init(|| match question.conditions() {
            Some(conditions) => Sweep::of(&system.dense, conditions),
            None => Sweep::new(&system.dense),
        });
        let swept = |(worker, block): &mut (Worker<'_>, Block<'_>), indices: &[usize]| {
            let asked: Vec<&Asked> = indices.iter().map(|index| &asked[*index]).collect();
            block.clear();
            for (lane, asked) in asked.iter().enumerate() {
                asked.scenario.fails.iter().for_each(|failure| block.fail(lane, failure.what));
            }
            block.run();
            let answers = question.of_block(&asked, block).into_iter().zip(asked);
            answers
                .map(|(answer, asked)| answer.unwrap_or_else(|| exactly(worker, asked)))
                .collect::<Vec<_>>()
        };
        left.par_chunks(LANES).map_init(|| (engine.worker(), sweep.block()), swept).flatten_iter().collect()
    };
    for (index, answer) in left.into_iter().zip(found) {
        answers[index] = Some(answer);
    }
    answers.into_iter().flatten().collect()
}

/// Whether everything stays failed and nothing is destroyed, which is what a sweep answers.
fn is_plain(fails: &[Failure]) -> bool {
    fails.iter().all(|failure| !failure.lasts.is_finite() && !failure.destroys)
}

/// Whether of some scenarios, taken evenly, the fast engine would give nearly all up.
fn is_mostly_too_much(engine: &Fast<'_>, asked: &[Asked], most: usize) -> bool {
    const SAMPLE: usize = 32;
    let mut worker = engine.worker();
    let step = asked.len().div_ceil(SAMPLE).max(1);
    let sampled = || asked.iter().step_by(step).filter(|asked| is_plain(&asked.scenario.fails));
    let too_much =
        sampled().filter(|asked| worker.outcome_within(&asked.scenario.fails, most).is_none()).count();
    too_much * 8 > sampled().count() * 7
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Asking, sweep};
    use crate::generate::{Shape, generate};
    use crate::model::{Class, Model};

    /// The answers are the same whichever engine gives them.
    #[test]
    fn every_way_gives_the_same_answers() {
        let shapes = [
            Shape::Cloud { providers: 2, regions: 2, zones: 2, services: 40 },
            Shape::Microservices { services: 40 },
        ];
        for shape in shapes {
            // Standbys that take a while, something that starts slowly and something that is ridden out.
            let more = "[provider.x]\n[provider.y]\n[service.slow]\nplaced = ['x']\nstandby = [{ at = 'y', after = '5m' }]\n\
                data = true\nstart = '1m'\n[service.patient]\nneeds = [{ on = 'slow', tolerates = '10m' }, 's3']\n\
                [capability.more]\nneeds = ['patient']\nwants = ['slow']\n[channel.line]\nneeds = ['slow']\n";
            let mut sources = crate::diag::Sources::default();
            sources.add("generated.toml", generate(shape, 3));
            sources.add("more.toml", more);
            let model = Model::read(&sources, "generated").unwrap_or_else(|p| panic!("{}", p[0].message));
            let system = System::new(model);
            let engine = system.engine();
            let capabilities: Vec<_> = system.model.capabilities().map(|(id, ..)| id).collect();
            let asking = Asking::new(&system, &capabilities, jiff::civil::date(2026, 11, 23));
            let mut asked = sweep(&system.model, &Class::ALL, 1).expect("few enough");
            asked.extend(sweep(&system.model, &[Class::Zone, Class::Provider], 2).expect("few enough"));
            let with = (&engine, &OnceLock::new());
            let expected = answers_within(&system, with, &asking, &asked, usize::MAX, usize::MAX);
            for most in [0, 3, 20, 200] {
                let found = answers_within(&system, with, &asking, &asked, most, 1);
                assert!(found == expected, "{shape:?} with at most {most} gates touched");
            }
            assert!(answers(&system, &engine, &asking, &asked) == expected, "{shape:?}");
        }
    }
}
