//! Single values: each as what it must be, or what is wrong with it.

use std::fmt::Display;

use jiff::civil::Date;
use toml::de::DeValue;
use toml::value::Datetime;

use super::keys::Fields;
use super::{Reader, Value};
use crate::diag::{Code, Diagnostic, Place};
use crate::model::Time;
use crate::model::decl::At;

impl Reader<'_> {
    pub(super) fn wrong_type(&mut self, value: &Value<'_>, expected: &str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a decimal point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(Datetime { date: Some(_), time: None, .. }) => "a date",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let place = Place::new(self.file, value.span());
        let problem = Diagnostic::new(Code::WrongType, place, format!("{found} cannot stand here"));
        self.problems.push(problem.label(format!("expected {expected}")));
    }

    pub(super) fn out_of_range(&mut self, place: Place, written: impl Display, expected: &str) {
        let problem = Diagnostic::new(Code::OutOfRange, place, format!("{written} is out of range"));
        self.problems.push(problem.label(format!("expected {expected}")));
    }

    pub(super) fn list<'t, 'i>(&mut self, fields: &Fields<'t, 'i>, key: &str, of: &str) -> &'t [Value<'i>] {
        match fields.get(key).map(|value| (value, value.get_ref())) {
            None => &[],
            Some((_, DeValue::Array(values))) => values,
            Some((value, _)) => {
                self.wrong_type(value, &format!("a list of {of}"));
                &[]
            }
        }
    }

    pub(super) fn each<T>(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        of: &str,
        read: impl Fn(&mut Self, &Value<'_>) -> Option<T>,
    ) -> Vec<T> {
        self.list(fields, key, of).iter().filter_map(|value| read(self, value)).collect()
    }

    pub(super) fn string(&mut self, value: &Value<'_>) -> Option<At<String>> {
        match value.get_ref() {
            DeValue::String(text) => Some(At::new(text.to_string(), Place::new(self.file, value.span()))),
            _ => {
                self.wrong_type(value, "a string");
                None
            }
        }
    }

    pub(super) fn strings(&mut self, fields: &Fields<'_, '_>, key: &str) -> Vec<At<String>> {
        self.each(fields, key, "strings", Self::string)
    }

    pub(super) fn flag(&mut self, fields: &Fields<'_, '_>, key: &str) -> bool {
        match fields.get(key).map(|value| (value, value.get_ref())) {
            None => false,
            Some((_, DeValue::Boolean(flag))) => *flag,
            Some((value, _)) => {
                self.wrong_type(value, "true or false");
                false
            }
        }
    }

    pub(super) fn choice<T: Copy>(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let written = self.string(fields.get(key)?)?;
        let found = choices.iter().find(|(word, _)| *word == written.value);
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            let message = format!("`{key}` cannot be \"{}\"", written.value);
            let problem = Diagnostic::new(Code::BadChoice, written.place, message);
            let problem = problem.label(format!("expected {}", words.join(" or ")));
            self.problems.push(problem.did_you_mean(&written.value, choices.iter().map(|(word, _)| *word)));
        }
        found.map(|(_, choice)| *choice)
    }

    pub(super) fn duration(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<Time>> {
        let value = fields.get(key)?;
        let place = Place::new(self.file, value.span());
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(value, "a duration in quotes, such as \"15m\"");
            return None;
        };
        match text.parse() {
            Ok(time) => Some(At::new(time, place)),
            Err(why) => {
                let problem =
                    Diagnostic::new(Code::BadDuration, place, format!("`{key}` cannot be \"{text}\": {why}"));
                let problem =
                    problem.label("expected a duration such as \"90s\", \"15m\", \"1h30m\" or \"2d\"");
                let lacks_unit = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                self.problems.push(if lacks_unit {
                    problem.hint(format!("say the unit: \"{text}s\", \"{text}m\" or \"{text}h\""))
                } else {
                    problem
                });
                None
            }
        }
    }

    pub(super) fn integer(&mut self, value: &Value<'_>) -> Option<At<i64>> {
        let place = Place::new(self.file, value.span());
        let DeValue::Integer(integer) = value.get_ref() else {
            self.wrong_type(value, "a whole number");
            return None;
        };
        let read = i64::from_str_radix(integer.as_str(), integer.radix());
        if read.is_err() {
            self.out_of_range(place, integer, "a whole number of at most 18 digits");
        }
        read.ok().map(|number| At::new(number, place))
    }

    /// A whole number from 1.
    pub(super) fn count(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<u32>> {
        /// More instances than this are a slip of the pen, not a system.
        const MOST: i64 = 1_000_000;
        let number = self.integer(fields.get(key)?)?;
        if !(1..=MOST).contains(&number.value) {
            self.out_of_range(number.place, number.value, "a whole number from 1 to 1000000");
            return None;
        }
        u32::try_from(number.value).ok().map(|count| At::new(count, number.place))
    }

    pub(super) fn number(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        expected: &str,
        may_be: impl Fn(f64) -> bool,
    ) -> Option<At<f64>> {
        let value = fields.get(key)?;
        let place = Place::new(self.file, value.span());
        let written = match value.get_ref() {
            DeValue::Float(float) => float.as_str(),
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
            _ => {
                self.wrong_type(value, "a decimal number");
                return None;
            }
        };
        let number = written.parse().ok().filter(|number| may_be(*number));
        if number.is_none() {
            self.out_of_range(place, written, expected);
        }
        number.map(|number| At::new(number, place))
    }

    pub(super) fn amount(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<f64>> {
        // More than any system carries or costs; sums of such numbers stay finite.
        let may_be = |number: f64| (0.0..=1e18).contains(&number);
        self.number(fields, key, "a number from 0 to 1e18", may_be)
    }

    pub(super) fn probability(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<f64>> {
        let may_be = |number| (0.0..=1.0).contains(&number);
        self.number(fields, key, "a probability from 0 to 1, such as 0.9995", may_be)
    }

    pub(super) fn date(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<At<Date>> {
        let value = fields.get(key)?;
        let date = match value.get_ref() {
            DeValue::Datetime(Datetime { date: Some(date), time: None, offset: None }) => {
                let parts = (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day));
                match parts {
                    (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
                    _ => None,
                }
            }
            _ => None,
        };
        if date.is_none() {
            self.wrong_type(value, "a date without quotes or time, such as 2027-01-31");
        }
        date.map(|date| At::new(date, Place::new(self.file, value.span())))
    }
}
