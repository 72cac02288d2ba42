//! How wide text is, so that boxes are as wide as what is written in them.
//!
//! The widths are those of the bundled font (`font/`), which has the metrics of Helvetica and Arial: what is measured here
//! is right on nearly every machine, and pictures say the width of each text for the rest.

use unicode_width::UnicodeWidthChar;

/// Weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
}

/// The unit that the tables count in, to the width of an em.
const EM: f64 = 2048.0;

/// The width of a text in a size.
pub(super) fn width(text: &str, face: Face, size: f64) -> f64 {
    let units: f64 = text.chars().map(|c| char_width(c, face)).sum();
    units * size / EM
}

fn char_width(c: char, face: Face) -> f64 {
    let table = match face {
        Face::Regular => &REGULAR,
        Face::Bold => &BOLD,
    };
    let index = match c {
        ' '..='~' => c as usize - 0x20,
        '\u{a0}'..='\u{17f}' => c as usize - 0xa0 + 95,
        '…' | '—' | '→' => return EM,
        // Characters that the tables do not have are taken to be about as wide as in any font.
        _ => return if c.width().unwrap_or(0) > 1 { EM } else { 0.62 * EM },
    };
    f64::from(table[index])
}

/// A text that is at most so wide: what does not fit is cut off, which an ellipsis shows.
pub(super) fn shortened(text: &str, face: Face, size: f64, most: f64) -> String {
    if width(text, face, size) <= most {
        return text.to_owned();
    }
    let room = most * EM / size - char_width('…', face);
    let mut used = 0.0;
    let fits = |c: &char| {
        used += char_width(*c, face);
        used <= room
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}

/// A text over as many lines as it takes, broken behind spaces and the separators of names; at most `lines`, the last of
/// which is shortened where there is more to say.
pub(super) fn wrapped(text: &str, face: Face, size: f64, most: f64, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while width(rest, face, size) > most && out.len() + 1 < lines {
        let mut used = 0.0;
        let mut cut = None;
        for (at, c) in rest.char_indices() {
            used += char_width(c, face);
            if used * size / EM > most {
                break;
            }
            if matches!(c, ' ' | '/' | '-' | '.' | '_' | '#' | '@' | ',') {
                cut = Some(at + c.len_utf8());
            }
        }
        let Some(cut) = cut else { break };
        out.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    out.push(shortened(rest, face, size, most));
    out
}

/// Widths of the characters from U+0020 to U+007E and from U+00A0 to U+017F.
#[rustfmt::skip]
const REGULAR: [u16; 319] = [
    569, 569, 727, 1139, 1139, 1821, 1366, 391, 682, 682, 797, 1196, 569, 682, 569, 569, 1139, 1139,
    1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 569, 569, 1196, 1196, 1196, 1139, 2079, 1366, 1366,
    1479, 1479, 1366, 1251, 1593, 1479, 569, 1024, 1366, 1139, 1706, 1479, 1593, 1366, 1593, 1479, 1366,
    1251, 1479, 1366, 1933, 1366, 1366, 1251, 569, 569, 569, 961, 1139, 682, 1139, 1139, 1024, 1139,
    1139, 569, 1139, 1139, 455, 455, 1024, 455, 1706, 1139, 1139, 1139, 1139, 682, 1024, 569, 1139,
    1024, 1479, 1024, 1024, 1024, 684, 532, 684, 1196, 569, 682, 1139, 1139, 1139, 1139, 532, 1139, 682,
    1509, 758, 1139, 1196, 682, 1509, 1131, 819, 1124, 682, 682, 682, 1180, 1100, 682, 682, 682, 748,
    1139, 1708, 1708, 1708, 1251, 1366, 1366, 1366, 1366, 1366, 1366, 2048, 1479, 1366, 1366, 1366,
    1366, 569, 569, 569, 569, 1479, 1479, 1593, 1593, 1593, 1593, 1593, 1196, 1593, 1479, 1479, 1479,
    1479, 1366, 1366, 1251, 1139, 1139, 1139, 1139, 1139, 1139, 1821, 1024, 1139, 1139, 1139, 1139, 569,
    569, 569, 569, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 1124, 1251, 1139, 1139, 1139, 1139, 1024,
    1139, 1024, 1366, 1139, 1366, 1139, 1366, 1139, 1479, 1024, 1479, 1024, 1479, 1024, 1479, 1024,
    1479, 1259, 1479, 1139, 1366, 1139, 1366, 1139, 1366, 1139, 1366, 1139, 1366, 1139, 1593, 1139,
    1593, 1139, 1593, 1139, 1593, 1139, 1479, 1139, 1479, 1139, 569, 569, 569, 569, 569, 569, 569, 455,
    569, 569, 1505, 909, 1024, 455, 1366, 1024, 1024, 1139, 455, 1139, 455, 1139, 597, 1139, 684, 1139,
    455, 1479, 1139, 1479, 1139, 1479, 1139, 1237, 1481, 1139, 1593, 1139, 1593, 1139, 1593, 1139, 2048,
    1933, 1479, 682, 1479, 682, 1479, 682, 1366, 1024, 1366, 1024, 1366, 1024, 1366, 1024, 1251, 569,
    1251, 768, 1251, 569, 1479, 1139, 1479, 1139, 1479, 1139, 1479, 1139, 1479, 1139, 1479, 1139, 1933,
    1479, 1366, 1024, 1366, 1251, 1024, 1251, 1024, 1251, 1024, 455,
];

/// The same in bold.
#[rustfmt::skip]
const BOLD: [u16; 319] = [
    569, 682, 971, 1139, 1139, 1821, 1479, 487, 682, 682, 797, 1196, 569, 682, 569, 569, 1139, 1139,
    1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 682, 682, 1196, 1196, 1196, 1251, 1997, 1479, 1479,
    1479, 1479, 1366, 1251, 1593, 1479, 569, 1139, 1479, 1251, 1706, 1479, 1593, 1366, 1593, 1479, 1366,
    1251, 1479, 1366, 1933, 1366, 1366, 1251, 682, 569, 682, 1196, 1139, 682, 1139, 1251, 1139, 1251,
    1139, 682, 1251, 1251, 569, 569, 1139, 569, 1821, 1251, 1251, 1251, 1251, 797, 1139, 682, 1251,
    1139, 1593, 1139, 1139, 1024, 797, 573, 797, 1196, 569, 682, 1139, 1139, 1139, 1139, 573, 1139, 682,
    1509, 758, 1139, 1196, 682, 1509, 1131, 819, 1124, 682, 682, 682, 1180, 1139, 682, 682, 682, 748,
    1139, 1708, 1708, 1708, 1251, 1479, 1479, 1479, 1479, 1479, 1479, 2048, 1479, 1366, 1366, 1366,
    1366, 569, 569, 569, 569, 1479, 1479, 1593, 1593, 1593, 1593, 1593, 1196, 1593, 1479, 1479, 1479,
    1479, 1366, 1366, 1251, 1139, 1139, 1139, 1139, 1139, 1139, 1821, 1139, 1139, 1139, 1139, 1139, 569,
    569, 569, 569, 1251, 1251, 1251, 1251, 1251, 1251, 1251, 1124, 1251, 1251, 1251, 1251, 1251, 1139,
    1251, 1139, 1479, 1139, 1479, 1139, 1479, 1139, 1479, 1139, 1479, 1139, 1479, 1139, 1479, 1139,
    1479, 1472, 1479, 1251, 1366, 1139, 1366, 1139, 1366, 1139, 1366, 1139, 1366, 1139, 1593, 1251,
    1593, 1251, 1593, 1251, 1593, 1251, 1479, 1251, 1479, 1251, 569, 569, 569, 569, 569, 569, 569, 569,
    569, 569, 1607, 1139, 1139, 569, 1479, 1139, 1139, 1251, 569, 1251, 569, 1251, 789, 1251, 981, 1251,
    569, 1479, 1251, 1479, 1251, 1479, 1251, 1451, 1481, 1251, 1593, 1251, 1593, 1251, 1593, 1251, 2048,
    1933, 1479, 797, 1479, 797, 1479, 797, 1366, 1139, 1366, 1139, 1366, 1139, 1366, 1139, 1251, 682,
    1251, 981, 1251, 682, 1479, 1251, 1479, 1251, 1479, 1251, 1479, 1251, 1479, 1251, 1479, 1251, 1933,
    1593, 1366, 1139, 1366, 1251, 1024, 1251, 1024, 1251, 1024, 569,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() < 0.01
    }

    #[test]
    fn widths_are_those_of_the_font() {
        // What every table of Helvetica's widths says: 278 for a space, 556 for a digit, in thousandths of an em.
        assert!(near(width("0", Face::Regular, 1000.0), 556.15));
        assert!(near(width(" ", Face::Bold, 1000.0), 277.83));
        assert!(near(width("é", Face::Regular, 1000.0), width("e", Face::Regular, 1000.0)));
        assert!(near(width("漢", Face::Regular, 12.0), 12.0));
    }

    #[test]
    fn what_is_shortened_fits() {
        for most in [20.0, 40.0, 80.0] {
            let short = shortened("a name that is far too long for its box", Face::Bold, 12.0, most);
            assert!(short.ends_with('…') && width(&short, Face::Bold, 12.0) <= most, "{short}");
        }
        assert_eq!(shortened("web", Face::Regular, 12.0, 80.0), "web");
    }

    #[test]
    fn lines_break_where_names_do() {
        let lines = wrapped("aws/us-west-2#rds-control", Face::Regular, 10.0, 70.0, 3);
        assert_eq!(lines, ["aws/us-west-2#", "rds-control"]);
        let lines = wrapped(&"x".repeat(100), Face::Regular, 10.0, 70.0, 3);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with('…'));
    }
}
