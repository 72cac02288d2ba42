//! What an element's failure figures say.

use super::Resolver;
use crate::diag::{Code, Diagnostic};
use crate::model::decl::{At, Figures, ServiceDecl};
use crate::model::figures::{Chance, Figure, Range, middle};

/// What an element's figures come to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// The chance that it has not failed of itself; `None` never fails by chance.
    pub(super) availability: Option<f64>,
    /// Where that comes from, if there is more to it than a number.
    pub(super) chance: Option<Chance>,
}

impl Known {
    fn of(chance: Chance) -> Self {
        Self { availability: Some(chance.availability(middle)), chance: Some(chance) }
    }
}

impl Resolver {
    /// A number for each figure that is a range or a duration.
    fn number(&mut self) -> u32 {
        self.n_figures += 1;
        self.n_figures - 1
    }

    pub(super) fn figures(&mut self, figures: &Figures) -> Known {
        let refuse = |place, message: &str| {
            Diagnostic::new(Code::BadFigures, place, message)
                .label("expected `availability`, or `mtbf` and `mttr` together")
        };
        let problem = match (figures.availability, figures.mtbf, figures.mttr) {
            (availability, None, None) => return self.share(availability),
            (Some(_), Some(at), _) | (Some(_), None, Some(at)) => {
                refuse(at.place, "`availability` and `mtbf`, `mttr` say the same thing twice")
            }
            (None, Some(mtbf), Some(mttr)) if mtbf.value.low + mttr.value.low == super::Time::ZERO => {
                refuse(mtbf.place, "`mtbf` and `mttr` are both zero")
            }
            (None, Some(mtbf), Some(mttr)) => {
                let mtbf = Figure::of_duration(self.number(), mtbf.value);
                let mttr = Figure::of_duration(self.number(), mttr.value);
                return Known::of(Chance::Repaired { mtbf, mttr });
            }
            (None, Some(at), None) => refuse(at.place, "`mtbf` without `mttr`"),
            (None, None, Some(at)) => refuse(at.place, "`mttr` without `mtbf`"),
        };
        self.problems.push(problem);
        Known::default()
    }

    fn share(&mut self, availability: Option<At<Range<f64>>>) -> Known {
        match availability.map(|at| at.value) {
            Some(range) if !range.is_exact() => {
                let own = Some(Figure::of_share(self.number(), range));
                Known::of(Chance::Works { own, switch: None })
            }
            known => Known { availability: known.map(|known| known.low), chance: None },
        }
    }

    /// The figures of a service's instances: of each that is placed, and one for each entry of `standby`.
    pub(super) fn figures_of_instances(&mut self, service: &ServiceDecl) -> (Known, Vec<Known>) {
        let instance = self.share(service.instance_availability);
        let standby = service.standby.iter().map(|standby| {
            let Some(success) = standby.success.map(|success| success.value) else { return instance };
            // A switch that may not work is a chance of its own even where the instance has no figure.
            let certain = success.is_exact().then_some(success.low);
            let own = match instance.chance {
                Some(Chance::Works { own, .. }) => own,
                _ => None,
            };
            match (own, certain) {
                (None, Some(success)) if success < 1.0 => {
                    Known { availability: Some(instance.availability.unwrap_or(1.0) * success), chance: None }
                }
                (_, Some(success)) if success >= 1.0 => instance,
                _ => {
                    let known = instance.availability.map(Range::from).filter(|_| own.is_none());
                    let own = own.or_else(|| known.map(|known| Figure::of_share(self.number(), known)));
                    Known::of(Chance::Works { own, switch: Some(Figure::of_share(self.number(), success)) })
                }
            }
        });
        let standby = standby.collect();
        (instance, standby)
    }
}
