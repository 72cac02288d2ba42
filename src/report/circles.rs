//! Circles of a deadlock, in words: shared by all that tell of one.

use serde::Serialize;

use super::names;
use crate::analysis::{Circle, Circles, Cut};
use crate::compile::{Role, Way};
use crate::model::{ElementId, Kind, Model};

/// Things that wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CircleReport {
    /// Each waits for the next, the last for the first.
    pub elements: Vec<String>,
    /// Whether they serve and only are never undegraded.
    pub serves: bool,
    /// What to break; `None` where nothing that was tried helps.
    #[serde(rename = "break")]
    pub cut: Option<CutReport>,
}

/// The dependency to break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CutReport {
    /// What depends.
    pub of: String,
    /// On what.
    pub on: String,
    /// What helps, as `remove`, `when`, `tolerates`, `standby`; the mildest first.
    pub ways: Vec<&'static str>,
    /// In a sentence.
    pub how: String,
}

/// All circles of a deadlock, and whether breaking them as advised suffices.
pub(super) fn circles(model: &Model, found: &Circles, from_zero: bool) -> Vec<CircleReport> {
    found.circles.iter().map(|circle| CircleReport::new(model, circle, from_zero)).collect()
}

impl CircleReport {
    fn new(model: &Model, circle: &Circle, from_zero: bool) -> Self {
        Self {
            elements: names(model, circle.elements.iter().copied()),
            serves: circle.serves,
            cut: circle.cut.as_ref().map(|cut| CutReport::new(model, cut, from_zero)),
        }
    }

    /// The circle as an arrow that comes back.
    pub fn arrow(&self) -> String {
        let first = self.elements.first().map_or("", String::as_str);
        format!("{} → {first}", arrows(&self.elements))
    }
}

/// From one to the next in arrows; a long way is shortened in the middle.
pub(crate) fn arrows(names: &[impl AsRef<str>]) -> String {
    const MOST: usize = 12;
    let mut shown: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let between = format!("… {} more …", shown.len().saturating_sub(MOST));
    if shown.len() > MOST + 1 {
        shown.splice(MOST / 2..shown.len() - MOST / 2, [between.as_str()]);
    }
    shown.join(" → ")
}

impl CutReport {
    fn new(model: &Model, cut: &Cut, from_zero: bool) -> Self {
        let way = |way: &Way| match way {
            Way::ToStart => "when",
            Way::Tolerating(_) => "tolerates",
            Way::Without if cut.role == Role::Instances || cut.role == Role::Capacity => "standby",
            Way::Without => "remove",
        };
        // What is said of an instance's peers stands at its service.
        let of = declared_by(model, cut.of);
        Self {
            of: model[of].name.clone(),
            on: model[cut.on].name.clone(),
            ways: cut.ways.iter().map(way).collect(),
            how: how(model, cut, of, from_zero),
        }
    }
}

fn declared_by(model: &Model, id: ElementId) -> ElementId {
    match &model[id].kind {
        Kind::Instance(instance) if instance.standby.is_none() => instance.service,
        _ => id,
    }
}

fn how(model: &Model, cut: &Cut, of: ElementId, from_zero: bool) -> String {
    let (of, on) = (&model[of].name, &model[cut.on].name);
    match (cut.role, cut.ways.first()) {
        (_, Some(Way::ToStart)) => {
            let mut how = format!("let {of} need {on} only to start: {{ on = \"{on}\", when = \"start\" }}");
            for way in &cut.ways {
                if let Way::Tolerating(time) = way {
                    how += &format!("; or ride it out: tolerates = \"{time}\"");
                }
            }
            how
        }
        (Role::Group, _) => format!("take {of} out of {on}"),
        (Role::Instances | Role::Capacity, _) => {
            format!("give {of} a standby where it does not need {}", waited_for(model, cut.on))
        }
        (Role::Want, _) => {
            format!("take {on} out of what {of} wants, or give it an alternative that does not wait")
        }
        _ if from_zero => format!(
            "take {on} out of what {of} needs, or give it an alternative that starts without {of}: \
             `when` and `tolerates` do not help where nothing runs yet"
        ),
        _ => format!(
            "take {on} out of what {of} needs, or give it an alternative that comes back without {of}"
        ),
    }
}

/// An instance is told by where it lies.
fn waited_for(model: &Model, on: ElementId) -> String {
    match &model[on].kind {
        Kind::Instance(instance) => format!("what {} waits for", model[instance.domain].name),
        _ => model[on].name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ways_are_shortened_in_the_middle() {
        let names: Vec<String> = (1..=100).map(|number| number.to_string()).collect();
        assert_eq!(arrows(&names[..3]), "1 → 2 → 3");
        assert!(!arrows(&names[..13]).contains('…'), "one left out would be no shorter");
        assert!(
            arrows(&names).starts_with("1 → 2 → 3 → 4 → 5 → 6 → … 88 more … → 95 → "),
            "{}",
            arrows(&names)
        );
    }
}
