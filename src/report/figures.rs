//! Numbers as people read them, the same wherever they stand.

/// A large whole number with a comma between thousands.
pub(crate) fn grouped(number: &str) -> String {
    let mut out = String::with_capacity(number.len() * 4 / 3);
    for (index, digit) in number.chars().enumerate() {
        if index > 0 && (number.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What is not negative, such as money an hour or capacity: to the hundredth where it is no whole number.
pub(crate) fn amount(value: f64) -> String {
    let text = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    match text.split_once('.') {
        Some((whole, rest)) => format!("{}.{rest}", grouped(whole)),
        None => grouped(&text),
    }
}

/// A share of the whole, to the hundredth of a millionth.
pub(crate) fn percent(share: f64) -> String {
    let text = format!("{:.6}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!(["1", "123", "1234", "7159688704"].map(grouped), ["1", "123", "1,234", "7,159,688,704"]);
        assert_eq!([0.0, 999.0, 1000.0, 12_345.678].map(amount), ["0", "999", "1,000", "12,345.68"]);
    }

    #[test]
    fn shares_have_the_digits_that_they_need() {
        assert_eq!(
            [0.0, 0.5, 0.999, 0.999_999_99, 1.0].map(percent),
            ["0 %", "50 %", "99.9 %", "99.999999 %", "100 %"]
        );
    }
}
