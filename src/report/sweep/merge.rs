//! The results of several machines as one.

use std::collections::BTreeMap;
use std::fmt;

use super::{CountsReport, FatalReport, GroupReport, MOST_LISTED, SCHEMA, ShardReport, SweepReport};
use crate::analysis::{MOST_EXAMPLES, MOST_FATAL, MOST_GROUPS};
use crate::model::State;

/// Why results cannot be put together: everything that is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadParts(pub Vec<String>);

impl fmt::Display for BadParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for BadParts {}

/// The result that one sweep of all sets gives, from those of its parts in any order, each with the name of its file. Where a
/// part is incomplete, so is the whole.
///
/// # Errors
/// If they are not all parts of one sweep, each once.
pub fn merged(mut parts: Vec<(String, SweepReport)>) -> Result<SweepReport, BadParts> {
    let problems = problems(&parts);
    if !problems.is_empty() {
        return Err(BadParts(problems));
    }
    parts.sort_by_key(|(_, part)| part.shard.as_ref().map(|shard| shard.number));
    let parts: Vec<SweepReport> = parts.into_iter().map(|(_, part)| part).collect();
    let shards: Vec<&ShardReport> = parts.iter().filter_map(|part| part.shard.as_ref()).collect();
    let Some((first, shard)) = parts.first().zip(shards.first()) else {
        return Err(BadParts(vec!["there is no part".to_owned()]));
    };
    let of_capability = |name: &str| {
        let counts = parts.iter().filter_map(|part| part.capabilities.get(name));
        (name.to_owned(), sum(counts))
    };
    let (groups, ungrouped) = groups(&parts);
    Ok(SweepReport {
        schema: SCHEMA.to_owned(),
        model: first.model.clone(),
        failures: first.failures,
        classes: first.classes.clone(),
        elements: first.elements,
        shard: None,
        scenarios: shard.scenarios,
        looked_at: parts.iter().map(|part| part.looked_at).fold(0, u64::saturating_add),
        complete: parts.iter().all(|part| part.complete),
        totals: sum(parts.iter().map(|part| &part.totals)),
        capabilities: first.capabilities.iter().map(|(name, _)| of_capability(name)).collect(),
        groups,
        groups_left_out: 0,
        ungrouped,
        fatal: fatal(&parts, &shards),
    })
}

fn problems(parts: &[(String, SweepReport)]) -> Vec<String> {
    let mut problems = Vec::new();
    let Some((first_file, first)) = parts.first() else { return vec!["there is no part".to_owned()] };
    let mut files: BTreeMap<u32, &str> = BTreeMap::new();
    let mut n_parts = None;
    for (file, part) in parts {
        let Some(shard) = &part.shard else {
            problems.push(format!("{file} is the result of no --shard"));
            continue;
        };
        if part.schema != SCHEMA || !is_sound(part, shard) {
            problems.push(format!("{file} is no result of linchpin sweep, or was changed"));
            continue;
        }
        match &first.shard {
            Some(known) if known.digest != shard.digest || part.model != first.model => {
                problems.push(format!(
                    "{file} is about another model than {first_file}, or another version of it"
                ));
            }
            Some(known) if options(part, shard) != options(first, known) => {
                problems.push(format!("{file} was made with other options than {first_file}"));
            }
            _ => {
                n_parts = Some(shard.of);
                if let Some(other) = files.insert(shard.number, file) {
                    problems.push(format!("part {} is there twice: {other} and {file}", shard.number));
                }
            }
        }
    }
    if let Some(of) = n_parts {
        let missing: Vec<u32> = (1..=of).filter(|number| !files.contains_key(number)).take(20).collect();
        match &missing[..] {
            [] => {}
            [one] => problems.push(format!("part {one} of {of} is missing")),
            several => {
                let several: Vec<String> = several.iter().map(u32::to_string).collect();
                problems.push(format!("parts of {of} are missing: {}", several.join(", ")));
            }
        }
    }
    problems
}

/// What must be the same in all parts.
fn options<'r>(
    part: &'r SweepReport,
    shard: &ShardReport,
) -> (u32, &'r [String], usize, Vec<&'r str>, u32, u64) {
    let capabilities = part.capabilities.iter().map(|(name, _)| name).collect();
    (part.failures, &part.classes, part.elements, capabilities, shard.of, shard.scenarios)
}

/// Whether a part can have been written by a sweep: then its names are harmless, and its numbers fit each other.
fn is_sound(part: &SweepReport, shard: &ShardReport) -> bool {
    let in_groups = |group: &GroupReport| {
        let examples = group.examples.iter();
        let failed = examples.clone().flat_map(|example| example.failed.clone());
        let names = examples.flat_map(|example| [example.name.clone(), example.class.clone()]);
        failed
            .chain(names)
            .chain(group.capabilities.iter().map(|(name, _)| name.to_owned()))
            .collect::<Vec<_>>()
    };
    let capabilities = || part.capabilities.iter().map(|(name, _)| name);
    let mut names = (part.groups.iter().flat_map(in_groups))
        .chain(part.fatal.sets.iter().flatten().cloned())
        .chain(part.classes.iter().cloned())
        .chain(capabilities().map(str::to_owned));
    let is_plain = |name: String| name.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let CountsReport { up, degraded, down } = part.totals;
    let counted = up.checked_add(degraded).and_then(|sum| sum.checked_add(down));
    names.all(is_plain)
        && (1..=shard.of).contains(&shard.number)
        && counted == Some(part.looked_at)
        && part.looked_at <= part.scenarios
        && part.complete == (part.looked_at == part.scenarios)
        && part.scenarios <= shard.scenarios
        && shard.smaller_fatal <= part.fatal.found
        && part.groups_left_out == 0
        && part.groups.iter().all(|group| group.capabilities.iter().map(|(name, _)| name).eq(capabilities()))
}

fn sum<'c>(counts: impl Iterator<Item = &'c CountsReport>) -> CountsReport {
    counts.fold(CountsReport::default(), |sum, more| CountsReport {
        up: sum.up.saturating_add(more.up),
        degraded: sum.degraded.saturating_add(more.degraded),
        down: sum.down.saturating_add(more.down),
    })
}

/// Groups with equal outcomes together, the worst first; of too many the mildest are only counted.
fn groups(parts: &[SweepReport]) -> (Vec<GroupReport>, u64) {
    let mut by_outcome: BTreeMap<Vec<State>, GroupReport> = BTreeMap::new();
    for group in parts.iter().flat_map(|part| &part.groups) {
        let states = group.capabilities.iter().map(|(_, state)| *state).collect();
        match by_outcome.get_mut(&states) {
            None => {
                by_outcome.insert(states, group.clone());
            }
            Some(known) => {
                known.scenarios = known.scenarios.saturating_add(group.scenarios);
                let room = MOST_EXAMPLES.saturating_sub(known.examples.len());
                known.examples.extend(group.examples.iter().take(room).cloned());
            }
        }
    }
    let mut groups: Vec<GroupReport> = by_outcome.into_values().collect();
    groups.sort_by(GroupReport::worst_first);
    let mild = groups.split_off(groups.len().min(MOST_GROUPS));
    let given_up = mild.iter().map(|group| group.scenarios).fold(0, u64::saturating_add);
    (groups, parts.iter().map(|part| part.ungrouped).fold(given_up, u64::saturating_add))
}

/// The smaller sets, which all parts that came so far know, then those of each part.
fn fatal(parts: &[SweepReport], shards: &[&ShardReport]) -> FatalReport {
    let own = |part: &SweepReport, shard: &ShardReport| part.fatal.found - shard.smaller_fatal;
    let best = parts.iter().zip(shards).max_by_key(|(_, shard)| shard.smaller_fatal);
    let smaller = best.map_or(0, |(_, shard)| shard.smaller_fatal);
    let mut sets: Vec<Vec<String>> = Vec::new();
    if let Some((part, _)) = best {
        sets.extend(part.fatal.sets.iter().take(smaller).cloned());
    }
    for (part, shard) in parts.iter().zip(shards) {
        sets.extend(part.fatal.sets.iter().skip(shard.smaller_fatal).cloned());
    }
    sets.truncate(MOST_LISTED);
    let found =
        parts.iter().zip(shards).map(|(part, shard)| own(part, shard)).fold(smaller, usize::saturating_add);
    FatalReport {
        sets,
        found: found.min(MOST_FATAL),
        complete: parts.iter().all(|part| part.fatal.complete) && found <= MOST_FATAL,
    }
}
