//! Warnings that only a look at the whole model gives: it is valid, but probably not what its author thinks.

use std::collections::HashMap;

use super::System;
use crate::diag::{Code, Diagnostic, Place};
use crate::model::{Element, ElementId, Failure, Kind, Model, Need, Service, State};

/// Every warning about a model, in the order of its text.
pub fn lint(system: &System) -> Vec<Diagnostic> {
    let model = &system.model;
    let mut warnings = model.warnings.clone();
    if model.capabilities().next().is_none() {
        let warning =
            Diagnostic::new(Code::NoCapabilities, Place::NOWHERE, "the model declares no capability");
        warnings.push(warning.hint("say what the business does: [capability.NAME] with its `needs`"));
    }
    warnings.extend(idle_capabilities(model));
    warnings.extend(unneeded_services(system));
    let providers = Providers::new(system);
    for (_, element, service) in model.services() {
        warnings.extend(of_data(model, element, service));
        warnings.extend(providers.of_service(service));
    }
    for (_, element) in model.elements() {
        for need in element.needs.iter().chain(&element.wants) {
            providers.of_term(element, need, &mut warnings);
        }
    }
    warnings.sort_by_key(|warning| warning.place);
    warnings.dedup();
    warnings
}

fn idle_capabilities(model: &Model) -> impl Iterator<Item = Diagnostic> {
    let idle = model.elements().filter(|(_, element)| {
        matches!(element.kind, Kind::Capability(_) | Kind::Channel) && element.needs.is_empty()
    });
    idle.map(|(_, element)| {
        let message = format!("the {} `{}` needs nothing", element.kind_name(), element.bare_name());
        Diagnostic::new(Code::NeedsNothing, element.place, message)
            .label("can never be down")
            .hint("list in `needs` what it cannot do without")
    })
}

fn unneeded_services(system: &System) -> Vec<Diagnostic> {
    let model = &system.model;
    let mut is_needed = vec![false; model.len()];
    let roots = model.capabilities().map(|(id, ..)| id).chain(model.channels().map(|(id, _)| id));
    let mut next: Vec<ElementId> = roots.collect();
    if next.is_empty() {
        return Vec::new();
    }
    while let Some(id) = next.pop() {
        if !std::mem::replace(&mut is_needed[id.index()], true) {
            next.extend(system.topology.dependencies(id).map(|(_, on)| on));
        }
    }
    let unneeded = model.services().filter(|(id, ..)| !is_needed[id.index()]);
    let warn = |(_, element, _): (ElementId, &Element, &Service)| {
        let message = format!("nothing depends on the service `{}`", element.name);
        let warning = Diagnostic::new(Code::UnneededService, element.place, message);
        let warning = warning.label("no capability or channel needs or wants it");
        warning.hint("add it to the `needs` of what depends on it, or leave it out")
    };
    unneeded.map(warn).collect()
}

fn of_data(model: &Model, element: &Element, service: &Service) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if service.data && service.instances.is_empty() && service.backups.is_empty() {
        let message = format!("the data of `{}` has no copy", element.name);
        let warning = Diagnostic::new(Code::NoCopies, element.place, message);
        warnings.push(warning.label("no instance and no backup").hint("say with `placed` where it runs"));
    }
    if let Some(backup) = service.backups.first().filter(|_| !service.data) {
        let message = format!("`{}` has a backup but keeps no data", element.name);
        let warning = Diagnostic::new(Code::BackupWithoutData, backup.place, message);
        warnings.push(warning.label("a copy of nothing").hint("say `data = true`, or leave the backup out"));
    }
    let homes: Vec<ElementId> = service
        .instances
        .iter()
        .filter_map(|id| match &model[*id].kind {
            Kind::Instance(instance) if instance.standby.is_none() => Some(instance.domain),
            _ => None,
        })
        .collect();
    for backup in &service.backups {
        let domain = match &model[backup.at].kind {
            Kind::Facility(facility) => facility.domain,
            _ => backup.at,
        };
        let above: Vec<_> = model.domain_and_above(domain).collect();
        if !homes.is_empty() && homes.iter().all(|home| above.contains(home)) {
            let home = &model[homes[0]].name;
            let message = format!("the backup of `{}` is kept where its data is", element.name);
            let warning = Diagnostic::new(Code::BackupAtHome, backup.place, message);
            warnings.push(
                warning
                    .label(format!("lost together with `{home}`"))
                    .hint("keep it in another region, better with another provider"),
            );
        }
    }
    warnings
}

/// Which provider depends on which, found once.
struct Providers<'s> {
    model: &'s Model,
    /// For each provider that depends on others: these.
    below: HashMap<ElementId, Vec<ElementId>>,
}

impl<'s> Providers<'s> {
    fn new(system: &'s System) -> Self {
        let model = &system.model;
        let is_provider = |id: &ElementId| matches!(model[*id].kind, Kind::Provider);
        let engine = system.engine();
        let mut worker = engine.worker();
        // Depending on a provider is not enough: it may be one alternative of several.
        let mut falls_with = |id: ElementId, on: ElementId| {
            let fails = [Failure::for_good(on)];
            worker.outcome(&fails).state(id) == State::Down
        };
        let mut below = HashMap::new();
        for id in model.elements().map(|(id, _)| id).filter(is_provider) {
            let others = system.topology.all_needs(id).filter(|on| is_provider(on) && *on != id);
            let others: Vec<ElementId> = others.filter(|on| falls_with(id, *on)).collect();
            if !others.is_empty() {
                below.insert(id, others);
            }
        }
        Self { model, below }
    }

    /// A service placed at two providers, one of which runs on the other.
    fn of_service(&self, service: &Service) -> Vec<Diagnostic> {
        let places = service.instances.iter().map(|id| (*id, self.model[*id].place));
        let providers = places.filter_map(|(id, place)| Some((self.model.provider_of(id)?, place)));
        self.stands_on_first(&providers.collect::<Vec<_>>())
    }

    /// Alternatives of one term, one of which runs on another.
    fn of_term(&self, element: &Element, need: &Need, warnings: &mut Vec<Diagnostic>) {
        match need {
            Need::On { .. } => {}
            Need::All(of) => of.iter().for_each(|need| self.of_term(element, need, warnings)),
            Need::Any { of, .. } | Need::AtLeast { of, .. } => {
                let single = of.iter().filter_map(|need| match need {
                    Need::On { on, .. } => Some((self.model.provider_of(*on)?, element.place)),
                    _ => None,
                });
                warnings.extend(self.stands_on_first(&single.collect::<Vec<_>>()));
                of.iter().for_each(|need| self.of_term(element, need, warnings));
            }
        }
    }

    /// Among providers that should replace each other, those that depend on another of them.
    fn stands_on_first(&self, providers: &[(ElementId, Place)]) -> Vec<Diagnostic> {
        let mut warnings: Vec<Diagnostic> = Vec::new();
        let mut seen = Vec::new();
        for (second, place) in providers {
            let Some(below) = self.below.get(second).filter(|_| !seen.contains(second)) else { continue };
            seen.push(*second);
            if let Some((first, _)) = providers.iter().find(|(first, _)| below.contains(first)) {
                let (first, second) = (&self.model[*first], &self.model[*second]);
                let message =
                    format!("`{}` is no alternative to `{}`: it stands on it", second.name, first.name);
                let label = format!("`{}` and `{}` fail together", second.name, first.name);
                let warning = Diagnostic::new(Code::StandsOnFirst, *place, message).label(label);
                let hint = format!("an alternative that does not need `{}` survives it", first.name);
                warnings.push(warning.related(second.place, "its `needs` say so").hint(hint));
            }
        }
        warnings
    }
}
