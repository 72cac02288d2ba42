//! How much time and memory a question may take.

use std::time::Duration;

use clap::Args;

use crate::model::Time;

#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct TimeLimitArgs {
    /// Stop after so long, give what is known then, and end with 3
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(in crate::cli) time_limit: Option<Duration>,
}

#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct LimitArgs {
    #[command(flatten)]
    pub(in crate::cli) time: TimeLimitArgs,
    /// Stop when about so much memory is taken, as 500MB or 4GB, and do the same
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(in crate::cli) memory_limit: Option<usize>,
}

impl From<TimeLimitArgs> for LimitArgs {
    fn from(time: TimeLimitArgs) -> Self {
        Self { time, memory_limit: None }
    }
}

fn duration(written: &str) -> Result<Duration, String> {
    // Fractions of a second are of no use in models, but here.
    if let Some(seconds) = written.strip_suffix('s').and_then(|number| number.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(seconds).map_err(|_| "expected a length of time".to_owned());
    }
    let time: Time = written.parse().map_err(|why: crate::model::BadDuration| why.to_string())?;
    time.as_seconds().map(Duration::from_secs).ok_or_else(|| "expected a length of time".to_owned())
}

fn bytes(written: &str) -> Result<usize, String> {
    let split = written.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(written.len());
    let (number, unit) = written.split_at(split);
    let factor: usize = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err("expected a size as 500MB or 4GB".to_owned()),
    };
    let number: usize = number.parse().map_err(|_| "expected a size as 500MB or 4GB".to_owned())?;
    number.checked_mul(factor).filter(|bytes| *bytes > 0).ok_or_else(|| "not that much".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_lengths_of_time() {
        assert_eq!(bytes("500MB"), Ok(500 << 20));
        assert_eq!(bytes("4 GiB"), Ok(4 << 30));
        assert!(bytes("0").is_err() && bytes("four").is_err() && bytes("99999999999GB").is_err());
        assert_eq!(duration("0.5s"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("-1s").is_err() && duration("soon").is_err());
    }
}
