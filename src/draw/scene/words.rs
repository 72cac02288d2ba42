//! What is written in nodes.

use crate::model::{ElementId, Kind, Model, Need, Service};

use super::Shape;
use crate::report::figures::amount;

pub(super) fn shape_of(service: &Service) -> Shape {
    match service {
        Service { data: true, .. } => Shape::Data,
        Service { instances, .. } if instances.is_empty() => Shape::Logic,
        _ => Shape::Service,
    }
}

/// A service's name and how much of it must work.
pub(super) fn service_lines(name: &str, service: &Service) -> Vec<String> {
    let mut lines = vec![name.to_owned()];
    match (service.instances.len(), service.capacity) {
        (0 | 1, _) => {}
        (_, Some(capacity)) => lines.push(format!("capacity {}", amount(capacity))),
        (n, None) => lines.push(format!("{} of {n}", service.quorum)),
    }
    lines
}

/// What an instance is, and for a standby how it takes over.
pub(super) fn instance_lines(model: &Model, id: ElementId) -> Vec<String> {
    let Kind::Instance(instance) = &model[id].kind else { return vec![model[id].name.clone()] };
    let mut lines = vec![model[instance.service].name.clone()];
    if let Some(standby) = instance.standby {
        let kind = if standby.lag.is_some() { "standby" } else { "restored" };
        let by_hand = if standby.manual { ", by hand" } else { "" };
        lines.push(format!("{kind}, {}{by_hand}", standby.after));
        lines.extend(model[id].needs.iter().map(|need| format!("needs {}", in_words(model, need))));
    }
    lines
}

pub(super) fn in_words(model: &Model, need: &Need) -> String {
    let list = |of: &mut dyn Iterator<Item = &Need>, between: &str| {
        of.map(|need| in_words(model, need)).collect::<Vec<_>>().join(between)
    };
    match need {
        Need::On { on, .. } => model[*on].name.clone(),
        Need::All(of) => list(&mut of.iter(), " and "),
        Need::Any { of, degraded, .. } => list(&mut of.iter().chain(degraded), " or "),
        Need::AtLeast { count, of } => format!("{count} of {}", list(&mut of.iter(), ", ")),
    }
}

/// `1 service`, `12 services`.
pub(super) fn plural(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
