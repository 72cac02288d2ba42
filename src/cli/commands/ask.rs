//! What several commands ask alike: which capabilities, which scenarios, which day.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::args::{AsOfArgs, CapabilityArgs, FailArgs, SweepArgs};
use super::super::exit::Failure;
use crate::analysis::{Asked, Each, MOST_SCENARIOS, TooEntangled, TooMany, custom, declared, each};
use crate::diag::nearest;
use crate::model::{Class, ElementId, Failure as Event, Model, NotFound, Selector, Time};

/// The classes that a sweep takes where none is named.
pub(super) const DEFAULT_CLASSES: [Class; 5] =
    [Class::Zone, Class::Region, Class::Provider, Class::Product, Class::Group];

/// So many capabilities are named to somebody who asks for one that there is not.
const MOST_NAMED: usize = 12;

/// The capabilities to look at, in the model's order.
pub(super) fn capabilities(model: &Model, args: &CapabilityArgs) -> Result<Vec<ElementId>, Failure> {
    let all: Vec<ElementId> = model.capabilities().map(|(id, ..)| id).collect();
    if args.capabilities.is_empty() {
        return Ok(all);
    }
    let mut chosen = Vec::new();
    for written in &args.capabilities {
        let selector = Selector::parse(written);
        let before = chosen.len();
        chosen.extend(all.iter().filter(|id| selector.as_ref().is_some_and(|s| s.matches(&model[**id]))));
        if chosen.len() == before {
            let failure = Failure::new(format!("no capability is called `{written}`"));
            let known = all.iter().map(|id| model[*id].bare_name());
            return Err(match nearest(written, known.clone()) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None if all.is_empty() => failure.hint("the model has none"),
                None if all.len() <= MOST_NAMED => {
                    failure.hint(format!("the model has {}", known.collect::<Vec<_>>().join(", ")))
                }
                None => failure,
            });
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

/// The scenarios to look at: those named, and the sweep that is asked for, by default over domains, products, groups.
pub(super) fn scenarios(model: &Model, sweeps: &SweepArgs, fail: &FailArgs) -> Result<Vec<Asked>, Failure> {
    let (n, scenarios) = each_scenario(model, sweeps, fail, MOST_SCENARIOS)?;
    let mut asked = Vec::with_capacity(usize::try_from(n).unwrap_or_default());
    asked.extend(scenarios);
    Ok(asked)
}

/// The same one after the other, and how many they are: at most `most`.
pub(super) fn each_scenario<'m>(
    model: &'m Model,
    sweeps: &SweepArgs,
    fail: &FailArgs,
    most: u128,
) -> Result<(u128, impl Iterator<Item = Asked> + use<'m>), Failure> {
    let asked = named(model, fail)?;
    if !asked.is_empty() && sweeps.classes.is_empty() && sweeps.failures > 1 {
        let failure = Failure::new("--failures is about sweeps, and --fail and --scenario name one scenario");
        return Err(failure.hint("leave --failures out, or say with --class what else to sweep"));
    }
    let mut swept = None;
    if asked.is_empty() || !sweeps.classes.is_empty() {
        let named_classes: Vec<Class> = sweeps.classes.iter().map(|class| class.0).collect();
        let classes = if named_classes.is_empty() { &DEFAULT_CLASSES[..] } else { &named_classes };
        let each = each(model, classes, sweeps.failures);
        if each.total() > most {
            return Err(too_many(TooMany { scenarios: each.total(), most }));
        }
        swept = Some(each);
    }
    let n = asked.len() as u128 + swept.as_ref().map_or(0, Each::total);
    Ok((n, asked.into_iter().chain(swept.into_iter().flatten())))
}

/// The scenarios that are named: a declared one, one of what `--fail` says.
pub(super) fn named(model: &Model, args: &FailArgs) -> Result<Vec<Asked>, Failure> {
    let mut asked = Vec::new();
    if let Some(name) = &args.scenario {
        let scenario = model.scenarios.iter().find(|scenario| scenario.name == *name).ok_or_else(|| {
            let failure = Failure::new(format!("the model declares no scenario `{name}`"));
            match nearest(name, model.scenarios.iter().map(|scenario| scenario.name.as_str())) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("scenarios are declared as [scenario.NAME] with `fails`"),
            }
        })?;
        asked.push(declared(scenario));
    }
    if !args.fail.is_empty() {
        let events: Vec<Event> =
            args.fail.iter().map(|written| event(model, written)).collect::<Result<_, _>>()?;
        asked.push(custom(model, &events));
    }
    Ok(asked)
}

/// The one scenario of a command that takes one only.
pub(super) fn one_scenario(model: &Model, args: &FailArgs) -> Result<Option<Asked>, Failure> {
    let mut asked = named(model, args)?;
    if asked.len() > 1 {
        return Err(Failure::new("--scenario and --fail are two scenarios, and this is about one"));
    }
    Ok(asked.pop())
}

fn event(model: &Model, written: &str) -> Result<Event, Failure> {
    let (reference, lasts) = match written.split_once('=') {
        None => (written, Time::NEVER),
        Some((reference, lasts)) => {
            let lasts = lasts.parse().map_err(|why| Failure::new(format!("--fail {written}: {why}")))?;
            (reference, lasts)
        }
    };
    Ok(Event { what: element(model, "--fail", reference)?, lasts, destroys: false })
}

/// What an option names, which must be able to fail.
pub(super) fn element(model: &Model, option: &str, reference: &str) -> Result<ElementId, Failure> {
    let what = model.find(reference).map_err(|why| {
        let failure = Failure::new(format!("{option} {reference}: {why}"));
        let known = model.elements().filter(|(_, element)| element.class().is_some());
        match nearest(reference, known.map(|(_, element)| element.name.as_str())) {
            Some(near) if why == NotFound::Unknown => failure.hint(format!("did you mean `{near}`?")),
            _ => failure,
        }
    })?;
    if model[what].class().is_none() {
        let kind = model[what].kind_name();
        let failure = Failure::new(format!("{option} {reference}: a {kind} does not fail of itself"));
        return Err(failure.hint("fail a domain, facility, group, service or instance"));
    }
    Ok(what)
}

/// What to say when a question is too large.
pub(super) fn too_many(why: TooMany) -> Failure {
    Failure::new(why.to_string())
        .hint("take fewer --class or fewer --failures; `linchpin sweep` looks at far more")
}

/// What to say of a model whose circles are beyond a fault tree.
pub(super) fn too_entangled(why: TooEntangled) -> Failure {
    Failure::new(format!("the model has {why}"))
}

/// The day asked about: today, by the clock of Greenwich, where none is named.
pub(super) fn as_of(args: &AsOfArgs) -> Date {
    args.as_of.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date())
}
