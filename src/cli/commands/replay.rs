//! `replay`: would we have survived the outages of the last fifteen years?

use super::super::args::replay::ReplayArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::{Loaded, load, several};
use super::super::output::{Talk, width_of};
use super::{ask, give, mention_warnings, working};
use crate::analysis::{known_outages, replay};
use crate::diag::nearest;
use crate::model::Outage;
use crate::render;
use crate::report::{ReplayReport, ReplaysReport};

pub(super) fn run(args: &ReplayArgs, talk: &Talk) -> Result<Exit, Failure> {
    let path = args.model.model.as_deref();
    let mut survived = true;
    let mut one = |loaded: &Loaded| -> Result<ReplayReport, Failure> {
        mention_warnings(loaded, talk);
        let model = &loaded.system.model;
        let capabilities = ask::capabilities(model, &args.capabilities)?;
        let outages = chosen(known_outages(model), &args.outages)?;
        let as_of = ask::as_of(&args.as_of);
        let replayed = working(talk, "replaying", || {
            replay(&loaded.system, outages, args.transpose, &capabilities, as_of)
        });
        let kept = args.kept.state.into();
        survived &= replayed.iter().all(|outage| outage.is_survived(kept));
        Ok(ReplayReport::new(model, &replayed, args.transpose, kept))
    };
    let models = path.map(several).transpose()?.unwrap_or_default();
    if models.is_empty() {
        let report = one(&load(path, talk)?)?;
        give(
            &report,
            |report| render::replay(report, talk.detail, width_of(args.output.output.as_deref())),
            &args.output,
            talk,
        )?;
    } else {
        let reports = models.iter().map(|path| one(&load(Some(path), talk)?)).collect::<Result<_, _>>()?;
        give(
            &ReplaysReport::new(reports),
            |report| render::replays(report, width_of(args.output.output.as_deref())),
            &args.output,
            talk,
        )?;
    }
    Ok(if args.deny.deny && !survived { Exit::No } else { Exit::Ok })
}

fn chosen(known: Vec<Outage>, ids: &[String]) -> Result<Vec<Outage>, Failure> {
    for id in ids {
        if known.iter().all(|outage| outage.id != *id) {
            return Err(unknown(id, known.iter().map(|outage| outage.id.as_str())));
        }
    }
    Ok(known.into_iter().filter(|outage| ids.is_empty() || ids.contains(&outage.id)).collect())
}

/// What to say about an id that no outage has.
pub(super) fn unknown<'n>(id: &str, known: impl Iterator<Item = &'n str>) -> Failure {
    let failure = Failure::new(format!("no outage has the id `{id}`"));
    failure.hint(match nearest(id, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`linchpin outages` lists them".to_owned(),
    })
}
