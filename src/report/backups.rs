//! `linchpin/backups/1`.

use jiff::civil::Date;
use serde::Serialize;

use super::{Ordered, names, seconds};
use crate::analysis::{Copy, CopyKind, Kept, Obstacle, Store, Trial, Verdict};
use crate::model::{Class, ElementId, Model, Time};

/// Whether every data store has a valid backup that works.
#[derive(Debug, Clone, Serialize)]
pub struct BackupsReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// The day on which backups are judged.
    pub as_of: String,
    /// Each service that keeps data.
    pub stores: Ordered<StoreReport>,
}

/// One data store.
#[derive(Debug, Clone, Serialize)]
pub struct StoreReport {
    /// `works`, `fails` or `none`.
    pub verdict: &'static str,
    /// The answer in a line.
    pub answer: String,
    /// What holds the data.
    pub copies: Vec<CopyReport>,
    /// What the loss of each zone, region, provider and group costs, where it costs anything.
    pub losses: Vec<LossReport>,
}

/// One copy.
#[derive(Debug, Clone, Serialize)]
pub struct CopyReport {
    /// `active`, `standby` or `backup`.
    pub kind: &'static str,
    /// Where it lies.
    pub at: String,
    /// How far it is behind.
    #[serde(rename = "stale_s", serialize_with = "seconds")]
    pub stale: Time,
    /// Of a standby: whether a person has to act.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub manual: bool,
    /// Of a backup: the rest.
    #[serde(flatten)]
    pub backup: Option<KeptReport>,
}

/// What there is to know of a backup.
#[derive(Debug, Clone, Serialize)]
pub struct KeptReport {
    /// When a restore was last seen to work.
    pub verified: Option<String>,
    /// How many days before the day asked about.
    pub verified_days_ago: Option<i32>,
    /// Whether it counts on that day.
    pub counts: bool,
    /// How long a restore takes.
    #[serde(rename = "restore_s", serialize_with = "seconds")]
    pub restore: Time,
    /// Where to.
    pub restore_to: Vec<String>,
    /// What a restore depends on.
    pub needs: Vec<String>,
    /// How it does in each failure that takes an active instance.
    pub scenarios: Vec<TrialReport>,
}

/// A backup in a failure that it is for.
#[derive(Debug, Clone, Serialize)]
pub struct TrialReport {
    /// What fails.
    pub failed: String,
    /// Its class.
    pub class: &'static str,
    /// Whether no instance holds the data any more.
    pub last_copy: bool,
    /// When a restore is through; `null`: it cannot be restored.
    #[serde(rename = "restored_s", serialize_with = "seconds")]
    pub restored: Time,
    /// Why it cannot.
    pub because: Vec<String>,
}

/// What a loss costs.
#[derive(Debug, Clone, Serialize)]
pub struct LossReport {
    /// What fails.
    pub failed: String,
    /// Its class.
    pub class: &'static str,
    /// The staleness of the best copy left; `null` where none is.
    #[serde(rename = "loss_s", serialize_with = "seconds")]
    pub loss: Time,
    /// No copy is left.
    pub total: bool,
}

impl BackupsReport {
    /// Names what was found.
    pub fn new(model: &Model, stores: &[Store], as_of: Date) -> Self {
        let store = |store: &Store| (model[store.service].name.clone(), StoreReport::new(model, store));
        Self {
            schema: "linchpin/backups/1",
            model: model.name().to_owned(),
            as_of: as_of.to_string(),
            stores: stores.iter().map(store).collect(),
        }
    }

    /// Whether every store has a valid backup that works.
    pub fn all_work(&self) -> bool {
        self.stores.iter().all(|(_, store)| store.verdict == "works")
    }
}

impl StoreReport {
    fn new(model: &Model, store: &Store) -> Self {
        let losses = store.losses.iter().map(|loss| LossReport {
            failed: model[loss.failure].name.clone(),
            class: class(model, loss.failure),
            loss: loss.loss,
            total: !loss.loss.is_finite(),
        });
        Self {
            verdict: match store.verdict {
                Verdict::Works => "works",
                Verdict::Fails => "fails",
                Verdict::None => "none",
            },
            answer: answer(model, store),
            copies: store.copies.iter().map(|copy| CopyReport::new(model, copy)).collect(),
            losses: losses.collect(),
        }
    }

    /// What is lost with what: the same losses together, the smallest first.
    pub fn losses_alike(&self) -> Vec<(Time, Vec<&str>)> {
        let mut alike: Vec<(Time, Vec<&str>)> = Vec::new();
        for loss in &self.losses {
            match alike.iter_mut().find(|(known, _)| *known == loss.loss) {
                Some((_, names)) => names.push(&loss.failed),
                None => alike.push((loss.loss, vec![&loss.failed])),
            }
        }
        alike.sort_unstable();
        alike
    }
}

impl CopyReport {
    fn new(model: &Model, copy: &Copy) -> Self {
        let (kind, manual, backup) = match &copy.kind {
            CopyKind::Active => ("active", false, None),
            CopyKind::Standby { manual } => ("standby", *manual, None),
            CopyKind::Backup(kept) => ("backup", false, Some(KeptReport::new(model, kept))),
        };
        Self { kind, at: model[copy.at].name.clone(), stale: copy.stale, manual, backup }
    }
}

impl KeptReport {
    fn new(model: &Model, kept: &Kept) -> Self {
        let trial = |trial: &Trial| TrialReport {
            failed: model[trial.failure].name.clone(),
            class: class(model, trial.failure),
            last_copy: trial.is_last,
            restored: trial.restored,
            because: trial.obstacles.iter().map(|obstacle| obstacle_in_words(model, *obstacle)).collect(),
        };
        Self {
            verified: kept.verified.map(|day| day.to_string()),
            verified_days_ago: kept.days,
            counts: kept.counts,
            restore: kept.restore,
            restore_to: names(model, kept.restore_to.iter().copied()),
            needs: names(model, kept.needs.iter().copied()),
            scenarios: kept.trials.iter().map(trial).collect(),
        }
    }
}

fn class(model: &Model, id: ElementId) -> &'static str {
    model[id].class().map_or("", Class::name)
}

fn obstacle_in_words(model: &Model, obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::Place(at) => format!("{} is lost too", model[at].name),
        Obstacle::Need(on) => format!("a restore needs {}, which is down", model[on].name),
        Obstacle::Target(at) => format!("it cannot be restored to {}", model[at].name),
    }
}

/// The answer in a line: does a valid backup exist, and does it work?
fn answer(model: &Model, store: &Store) -> String {
    let kept = |copy: &Copy| match &copy.kind {
        CopyKind::Backup(kept) => Some((copy.at, copy.stale, kept.clone())),
        CopyKind::Active | CopyKind::Standby { .. } => None,
    };
    let backups: Vec<(ElementId, Time, Kept)> = store.copies.iter().filter_map(kept).collect();
    match store.verdict {
        Verdict::None => "none".to_owned(),
        Verdict::Works => {
            let best = backups.iter().filter(|(.., kept)| kept.counts && kept.at_rest.is_finite());
            let best = best.min_by_key(|(_, stale, kept)| (*stale, kept.at_rest));
            best.map_or_else(String::new, |(at, stale, kept)| {
                let takes = if kept.restore > Time::ZERO {
                    format!(", restored in {}", kept.restore)
                } else {
                    String::new()
                };
                format!("valid and works: {}, at most {stale} old{takes}", model[*at].name)
            })
        }
        Verdict::Fails => format!("exists but does not work because {}", why_not(model, store, &backups)),
    }
}

fn why_not(model: &Model, store: &Store, backups: &[(ElementId, Time, Kept)]) -> String {
    if backups.iter().all(|(.., kept)| !kept.counts) {
        let newest = backups.iter().filter_map(|(.., kept)| Some((kept.verified?, kept.days?))).max();
        return match newest {
            None => "no restore was ever seen to work (`verified`)".to_owned(),
            Some((date, days)) => match model.backup_verified_within {
                Some(within) => format!(
                    "the last restore seen to work, on {date}, is {days} days away, more than {within}"
                ),
                None => format!("the last restore seen to work, on {date}, does not count"),
            },
        };
    }
    let Some(first) = store.lost_in.first() else {
        return "it cannot be restored even with nothing failed".to_owned();
    };
    let obstacles = backups
        .iter()
        .filter(|(.., kept)| kept.counts)
        .flat_map(|(.., kept)| kept.trials.iter().filter(|trial| trial.failure == *first))
        .flat_map(|trial| trial.obstacles.iter().map(|obstacle| obstacle_in_words(model, *obstacle)));
    let obstacles: Vec<String> = obstacles.collect();
    let others = match store.lost_in.len() {
        1 => String::new(),
        n => format!("; nor in {} other {}", n - 1, if n == 2 { "failure" } else { "failures" }),
    };
    format!("when {} fails {}{others}", model[*first].name, obstacles.join(" and "))
}
