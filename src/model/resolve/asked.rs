//! What is asked of a model, names looked up: scenarios, policies, waivers.

use std::collections::HashMap;

use super::Resolver;
use crate::diag::{Code, Diagnostic, Place};
use crate::library;
use crate::model::decl::{At, PolicyDecl, ScenarioDecl, WaiverDecl};
use crate::model::names;
use crate::model::{
    Class, Element, ElementId, Failure, Kind, Outage, Policy, Scenario, Selector, State, Time, Waiver,
};

impl Resolver {
    pub(super) fn scenarios(&mut self, declared: &[ScenarioDecl]) -> Vec<Scenario> {
        let mut scenarios: Vec<Scenario> = Vec::new();
        let mut names: HashMap<&str, Place> = HashMap::new();
        for scenario in declared {
            let name = &scenario.name;
            if let Some(first) = names.insert(&name.value, name.place) {
                let message = format!("two scenarios are called `{}`", name.value);
                let problem = Diagnostic::new(Code::DuplicateName, name.place, message);
                self.problems.push(problem.label("expected another name").related(first, "the first one"));
            }
            if !names::is_name(&name.value) || Class::from_name(&name.value).is_some() {
                let message = format!("`{}` cannot be the name of a scenario", name.value);
                let problem = Diagnostic::new(Code::BadName, name.place, message);
                self.problems.push(problem.label("expected a name that is not also a class of failures"));
            }
            let mut fails: Vec<(Failure, Place)> = Vec::new();
            for failure in &scenario.fails {
                let Some(what) = self.lookup(&failure.what) else { continue };
                if self[what].class().is_none() {
                    let message = format!("a {} does not fail of itself", self[what].kind_name());
                    let problem = Diagnostic::new(Code::WrongKind, failure.what.place, message);
                    self.problems
                        .push(problem.label("expected a domain, facility, group, service or instance"));
                    continue;
                }
                if let Some((_, first)) = fails.iter().find(|(known, _)| known.what == what) {
                    let message = format!("`{}` fails twice in one scenario", self[what].name);
                    let problem = Diagnostic::new(Code::DuplicateFailure, failure.what.place, message);
                    let problem =
                        problem.label("expected once only").related(*first, "it fails here already");
                    self.problems.push(problem);
                    continue;
                }
                if failure.destroys && matches!(self[what].kind, Kind::Group | Kind::Service(_)) {
                    let message = format!("a {} holds no data itself", self[what].kind_name());
                    let warning = Diagnostic::new(Code::DestroysNothing, failure.what.place, message);
                    let hint = "name the place or the instance that loses its data";
                    self.warnings.push(warning.label("`destroys` has no effect here").hint(hint));
                }
                let lasts = failure.lasts.unwrap_or(Time::NEVER);
                fails.push((Failure { what, lasts, destroys: failure.destroys }, failure.what.place));
            }
            let mut fails: Vec<Failure> = fails.into_iter().map(|(failure, _)| failure).collect();
            fails.sort_by_key(|failure| failure.what);
            scenarios.push(Scenario { name: name.value.clone(), fails });
        }
        scenarios
    }

    pub(super) fn policies(
        &mut self,
        declared: &[PolicyDecl],
        scenarios: &[Scenario],
        outages: &[Outage],
    ) -> Vec<Policy> {
        let mut policies: Vec<Policy> = Vec::new();
        for policy in declared {
            if let Some(first) = policies.iter().find(|first| first.name == policy.name.value) {
                let message = format!("two policies are called `{}`", policy.name.value);
                let problem = Diagnostic::new(Code::DuplicateName, policy.name.place, message);
                self.problems
                    .push(problem.label("expected another name").related(first.place, "the first one"));
            }
            let (mut classes, mut named, mut happened) = (Vec::new(), Vec::new(), Vec::new());
            for survive in &policy.survive {
                if let Some(class) = Class::from_name(&survive.value) {
                    if !classes.contains(&class) {
                        classes.push(class);
                    }
                } else if let Some(index) =
                    scenarios.iter().position(|scenario| scenario.name == survive.value)
                {
                    if !named.contains(&index) {
                        named.push(index);
                    }
                } else if let Some(of_outage) = self.scenarios_of_outage(survive, outages) {
                    happened.extend(of_outage);
                } else if !self.may_be_unread_scenario(&survive.value) {
                    let message =
                        format!("`{}` is no class, no declared scenario and no outage's id", survive.value);
                    let problem = Diagnostic::new(Code::UnknownReference, survive.place, message);
                    let words = Class::ALL.map(Class::name);
                    let problem =
                        problem.label(format!("expected one of {}, or a scenario's name", words.join(", ")));
                    let known = words
                        .into_iter()
                        .chain(scenarios.iter().map(|scenario| scenario.name.as_str()))
                        .chain(library::OUTAGES.iter().map(|entry| entry.name));
                    self.problems.push(self.suggest(problem, &survive.value, known));
                }
            }
            classes.sort_unstable();
            self.warn_of_empty_sweeps(policy, &classes);
            if policy.survive.is_empty() && policy.availability.is_none() {
                let message = format!("the policy `{}` asks nothing", policy.name.value);
                let warning = Diagnostic::new(Code::NamesNothing, policy.name.place, message);
                self.warnings.push(warning.label("expected `survive` or `availability`"));
            }
            policies.push(Policy {
                name: policy.name.value.clone(),
                place: policy.name.place,
                capabilities: self.selected(policy),
                classes,
                failures: policy.failures.map_or(1, |failures| failures.value),
                scenarios: named,
                outages: happened,
                state: policy.state.unwrap_or(State::Degraded),
                within: policy.within.map(|within| within.value),
                data_loss: policy.data_loss.map(|loss| loss.value),
                reachable: policy.reachable,
                availability: policy.availability.map(|availability| availability.value),
                level: policy.level.unwrap_or_default(),
            });
        }
        policies
    }

    /// Whether a scenario or outage of a name may be declared where not all could be read.
    fn may_be_unread_scenario(&self, name: &str) -> bool {
        ["scenario", "outage"].iter().any(|kind| self.unread.may_declare(kind, name))
    }

    /// What is asked of no scenario holds, whatever the model: its silence would mean nothing.
    pub(super) fn warn_of_empty_sweeps(&mut self, policy: &PolicyDecl, classes: &[Class]) {
        let failures = policy.failures.map_or(1, |failures| failures.value as usize);
        let is_swept = |element: &&Element| element.class().is_some_and(|class| classes.contains(&class));
        let n_members = self.elements.iter().filter(is_swept).take(failures).count();
        let mut warn = |place, message: String, label: &str| {
            self.warnings.push(Diagnostic::new(Code::NamesNothing, place, message).label(label));
        };
        if let Some(survive) = policy.survive.first().filter(|_| !classes.is_empty() && n_members < failures)
        {
            let words = classes.iter().map(|class| class.name()).collect::<Vec<_>>().join(", ");
            let message = format!(
                "the policy `{}` fails nothing: there are too few of class {words}",
                policy.name.value
            );
            warn(survive.place, message, "no scenario");
        }
        if policy.survive.is_empty() {
            let idle = [
                policy.failures.map(|failures| ("failures", failures.place)),
                policy.within.map(|within| ("within", within.place)),
                policy.data_loss.map(|loss| ("data_loss", loss.place)),
                policy.reachable.then_some(("reachable", policy.name.place)),
            ];
            for (key, place) in idle.into_iter().flatten() {
                warn(place, format!("`{key}` has no effect without `survive`"), "asked of no scenario");
            }
        }
    }

    pub(super) fn all_capabilities(&self) -> Vec<ElementId> {
        let ids = (0..self.elements.len()).map(ElementId::new);
        ids.filter(|id| matches!(self[*id].kind, Kind::Capability(_))).collect()
    }

    /// The capabilities that a policy is about, in the model's order.
    pub(super) fn selected(&mut self, policy: &PolicyDecl) -> Vec<ElementId> {
        let all = self.all_capabilities();
        let Some(patterns) = &policy.capabilities else { return all };
        let mut chosen = Vec::new();
        for pattern in patterns {
            let matches: Vec<_> = match Selector::parse(&pattern.value) {
                Some(selector) => all.iter().copied().filter(|id| selector.matches(&self[*id])).collect(),
                None => Vec::new(),
            };
            if matches.is_empty() && !self.unread.may_declare("capability", &pattern.value) {
                let is_exact = names::is_name(&pattern.value);
                let message = format!("no capability is called `{}`", pattern.value);
                let code = if is_exact { Code::UnknownReference } else { Code::NamesNothing };
                let problem = Diagnostic::new(code, pattern.place, message)
                    .label("expected a capability's name, a glob or `tier:N`");
                let problem = self.suggest(problem, &pattern.value, self.capability_names());
                if is_exact { self.problems.push(problem) } else { self.warnings.push(problem) }
            }
            chosen.extend(matches);
        }
        if patterns.is_empty() {
            let message = format!("the policy `{}` is about no capability", policy.name.value);
            let warning = Diagnostic::new(Code::NamesNothing, policy.name.place, message);
            self.warnings
                .push(warning.label("`capabilities` is empty").hint("leave it out for every capability"));
        }
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    pub(super) fn waivers(
        &mut self,
        declared: &[WaiverDecl],
        policies: &[Policy],
        scenarios: &[Scenario],
    ) -> Vec<Waiver> {
        let mut waivers = Vec::new();
        let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        for waiver in declared {
            let policy = &waiver.policy;
            if !names.contains(&policy.value.as_str()) && !self.unread.may_declare("policy", &policy.value) {
                let message = format!("no policy is called `{}`", policy.value);
                let problem = Diagnostic::new(Code::UnknownReference, policy.place, message);
                let problem = problem.label("expected a policy's name");
                self.problems.push(self.suggest(problem, &policy.value, names.iter().copied()));
            }
            let capability = waiver.capability.as_ref().and_then(|name| {
                let bare = name.value.strip_prefix("capability:").unwrap_or(&name.value);
                let found = self.names.get(&format!("capability:{bare}")).copied();
                if found.is_none() && !self.unread.may_declare("capability", bare) {
                    let message = format!("no capability is called `{bare}`");
                    let problem = Diagnostic::new(Code::UnknownReference, name.place, message)
                        .label("expected a capability's name");
                    self.problems.push(self.suggest(problem, bare, self.capability_names()));
                }
                found
            });
            let failure = waiver.failure.as_ref().map(|failure| {
                let is_outage = |policy: &Policy| {
                    policy.outages.iter().any(|outage| outage.name.split('@').next() == Some(&failure.value))
                };
                if scenarios.iter().any(|scenario| scenario.name == failure.value)
                    || policies.iter().any(is_outage)
                {
                    return failure.value.clone();
                }
                // An outage is one here only where a policy asks for it.
                let may_ask = ["policy", "survive"].iter().any(|part| self.unread.may_declare(part, ""));
                if names::is_name(&failure.value) && (may_ask || self.may_be_unread_scenario(&failure.value))
                {
                    return failure.value.clone();
                }
                let mut ids: Vec<ElementId> = failure
                    .value
                    .split(" + ")
                    .filter_map(|reference| self.lookup(&At::new(reference.trim().to_owned(), failure.place)))
                    .collect();
                ids.sort_unstable();
                ids.iter().map(|id| self[*id].name.as_str()).collect::<Vec<_>>().join(" + ")
            });
            waivers.push(Waiver {
                policy: policy.value.clone(),
                capability,
                failure,
                until: waiver.until.value,
                reason: waiver.reason.value.clone(),
                place: waiver.place,
            });
        }
        waivers
    }
}
