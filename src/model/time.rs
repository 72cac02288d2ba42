//! Times: whole seconds, or never.

use std::fmt;

use jiff::{Span, SpanRelativeTo, Unit};

/// A point in time after a failure, or a length of time: whole seconds, or never.
///
/// `max` is "all of them", `min` "any of them"; sums that involve [`Time::NEVER`] are never.
///
/// ```
/// use linchpin::model::Time;
/// let restore: Time = "1h30m".parse()?;
/// assert_eq!(restore, Time::seconds(5400));
/// assert_eq!(restore + Time::NEVER, Time::NEVER);
/// assert_eq!(restore.to_string(), "1h30m");
/// assert!("-5m".parse::<Time>().is_err());
/// # Ok::<(), linchpin::model::BadDuration>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

impl Time {
    /// At once.
    pub const ZERO: Self = Self(0);
    /// Not before something failed is repaired.
    pub const NEVER: Self = Self(u64::MAX);

    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// The seconds; `None` is never.
    pub fn as_seconds(self) -> Option<u64> {
        (self != Self::NEVER).then_some(self.0)
    }

    /// Whether it happens at all.
    pub fn is_finite(self) -> bool {
        self != Self::NEVER
    }
}

impl std::ops::Add for Time {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Time {
    /// As durations are written in a model: `0s`, `1h30m`, `2d`; `never`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_seconds() {
            None => f.pad("never"),
            Some(0) => f.pad("0s"),
            Some(mut rest) => {
                let mut text = String::new();
                for (unit, seconds) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
                    if rest >= seconds {
                        text += &format!("{}{unit}", rest / seconds);
                        rest %= seconds;
                    }
                }
                f.pad(&text)
            }
        }
    }
}

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadDuration(&'static str);

impl fmt::Display for BadDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BadDuration {}

impl std::str::FromStr for Time {
    type Err = BadDuration;

    /// # Errors
    /// If the text is no duration, or one that is negative, finer than a second, in months or years, or longer
    /// than the 10,000 years or so that the calendar library can hold.
    fn from_str(text: &str) -> Result<Self, BadDuration> {
        let span: Span = text.parse().map_err(|_| BadDuration("not a duration"))?;
        if span.is_negative() {
            return Err(BadDuration("a duration cannot be negative"));
        }
        if span.get_years() != 0 || span.get_months() != 0 {
            return Err(BadDuration("months and years vary in length: say it in days"));
        }
        let seconds = span
            .total((Unit::Second, SpanRelativeTo::days_are_24_hours()))
            .map_err(|_| BadDuration("longer than can be counted"))?;
        if seconds.fract() != 0.0 {
            return Err(BadDuration("times are whole seconds"));
        }
        // Exact: jiff's spans end below 2^53 seconds, and the sign and fraction were checked.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(Self(seconds as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_the_model_format_writes_them() {
        let read = |text: &str| text.parse::<Time>().ok().and_then(Time::as_seconds);
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("4h", 14_400),
            ("2d", 172_800),
            ("1h30m", 5_400),
            ("0s", 0),
            ("1w", 604_800),
        ] {
            assert_eq!(read(text), Some(seconds), "{text}");
        }
        for text in ["", "5", "-1h", "1.5", "500ms", "1mo", "1y", "abc", "99999999999d"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn written_durations_read_back() {
        for seconds in [0, 1, 59, 60, 3_599, 3_600, 86_399, 86_400, 90_061] {
            let time = Time::seconds(seconds);
            assert_eq!(time.to_string().parse(), Ok(time));
        }
    }
}
