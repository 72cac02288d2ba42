//! Analyses: questions about a system, answered through an engine.
//!
//! Comes after [`crate::engine`]. Each file asks one question and interprets the outcomes; what they return speaks of
//! elements by number and formats nothing, which is [`crate::report`]'s part. All scenarios of a question are computed
//! in parallel and come back in order, so that answers do not depend on the number of threads.

mod availability;
mod backups;
mod blast;
mod briefing;
mod check;
mod coldstart;
mod cuts;
mod data;
mod deadlock;
mod diff;
mod expected;
mod explain;
mod importance;
mod lint;
mod many;
mod moments;
mod net;
mod pairs;
mod replay;
mod scenarios;
mod sets;
mod shapes;
mod small_cuts;
mod survive;
mod timeline;
mod transpose;
mod tree;
mod uncertainty;

pub use availability::{Bounds, availability};
pub use backups::{Copy, CopyKind, Kept, Loss, Obstacle, Store, Trial, Verdict, backups};
pub use blast::{Blast, Concentration, blast, concentration};
pub use briefing::{Briefing, Place, Promise, briefing, promise};
pub use check::{Checked, Detail, Finding, SINGLE_POINT_CLASSES, SinglePoints, Waived, asked_by, check};
pub use coldstart::{Started, Step, cold_start};
pub use cuts::{CutSets, Listed, Wanted, cut_sets, falls_with};
pub use data::{Copies, DataCopy, DataLoss};
pub use deadlock::{Beginning, Circle, Circles, Cut, Stuck, Untangled, circles, stuck};
pub use diff::{AtStake, Both, Change, Changed, Diff, Effect, diff};
pub use expected::{Expected, Question, expected, fails, is_sampled, outages, spreads, works};
pub use explain::{Cause, Explained, What, chain, explain};
pub use importance::{Frequency, Importance, frequency, importance, ranked};
pub use lint::lint;
pub use pairs::{Pairs, pairs};
pub use replay::{Replayed, known_outages, replay};
pub use scenarios::{Asked, Each, MOST_SCENARIOS, OUTAGE, TooMany, custom, declared, each, of_outage, sweep};
pub use sets::{
    Counts, Group, MOST_EXAMPLES, MOST_FATAL, MOST_GROUPS, MOST_SETS, Sets, Share, Swept, sweep_sets,
    sweep_share, use_threads, with_threads,
};
pub use shapes::{Family, Part, Shape, shapes};
pub use small_cuts::{SmallCuts, small_cuts};
pub use survive::{Answer, Asking, CapabilityOutcome, Survivals, survive};
pub use timeline::{Interval, Timeline, timeline};
pub use tree::{SystemTree, TooEntangled};
pub use uncertainty::{Sampling, Spread, Spreads, is_uncertain, spread};

use crate::compile::{Dense, Program};
use crate::engine::Fast;
use crate::model::Model;
use crate::topology::Topology;

/// A model with everything that is derived from it once.
///
/// ```
/// use linchpin::{analysis::System, diag::Sources, model::Model};
/// let mut sources = Sources::default();
/// sources.add("m.toml", "[provider.p]\n[capability.c]\nneeds = ['p']\n");
/// let system = System::new(Model::read(&sources, "m").map_err(|problems| problems[0].message.clone())?);
/// assert_eq!(system.topology.len(), 1);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct System {
    /// What there is.
    pub model: Model,
    /// Who depends on whom.
    pub topology: Topology,
    /// What must hold for each.
    pub program: Program,
    /// The same, laid out for the fast engine.
    pub dense: Dense,
}

impl System {
    /// Derives topology and conditions of a model.
    pub fn new(model: Model) -> Self {
        let topology = Topology::new(&model);
        let program = Program::new(&model, &topology);
        let dense = Dense::new(&program);
        Self { model, topology, program, dense }
    }

    /// An engine for scenarios.
    pub fn engine(&self) -> Fast<'_> {
        Fast::new(&self.dense)
    }
}
