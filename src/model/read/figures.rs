//! Failure figures: each a number, or the two ends of a range.

use toml::de::DeValue;

use super::Reader;
use super::keys::{FIGURES, Fields};
use crate::diag::{Code, Diagnostic, Place};
use crate::model::decl::{At, Figures};
use crate::model::{Range, Time};

impl Reader<'_> {
    pub(super) fn add_figures(&mut self, fields: &Fields<'_, '_>, figures: &mut Figures) {
        let before = self.problems.len();
        let availability = self.figure(fields, "availability", Self::probability);
        let mtbf = self.figure(fields, "mtbf", Self::duration);
        let mttr = self.figure(fields, "mttr", Self::duration);
        figures.availability = availability.or(figures.availability);
        figures.mtbf = mtbf.or(figures.mtbf);
        figures.mttr = mttr.or(figures.mttr);
        if self.problems.len() > before || fields.may_mean(&FIGURES) {
            // Whatever else is given, none lacks the one that could not be read.
            let known = Some(At::new(Range::from(Time::seconds(1)), fields.place));
            *figures = Figures { availability: None, mtbf: known, mttr: known };
        }
    }

    /// A value as `read` reads it, or `{ low = …, high = … }` with two of them.
    pub(super) fn figure<T: Copy + PartialOrd>(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        read: impl Fn(&mut Self, &Fields<'_, '_>, &str) -> Option<At<T>>,
    ) -> Option<At<Range<T>>> {
        let value = fields.get(key)?;
        if !matches!(value.get_ref(), DeValue::Table(_)) {
            return read(self, fields, key).map(|at| at.map(Range::from));
        }
        let ends = self.table(value, "a range", &["low", "high"])?;
        self.require(&ends, "low", "the low end of the range");
        self.require(&ends, "high", "the high end of the range");
        let (low, high) = (read(self, &ends, "low")?, read(self, &ends, "high")?);
        let place = Place::new(self.file, value.span());
        if low.value > high.value {
            let problem = Diagnostic::new(Code::BadFigures, place, format!("`{key}` ends before it begins"));
            self.problems.push(problem.label("expected `low` to be at most `high`").hint("swap the two"));
            return None;
        }
        Some(At::new(Range { low: low.value, high: high.value }, place))
    }
}
