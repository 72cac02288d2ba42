//! Circles of what waits for itself, wherever a deadlock is told.

use super::lines::paragraph;
use super::{BAD, DIM, Detail, FAIR, styled};
use crate::report::CircleReport;

/// So many are shown unless everything is wanted.
const MOST: usize = 20;

/// The circles of a deadlock, each with the dependency to break.
pub(super) fn circles(
    circles: &[CircleReport],
    suffices: bool,
    indent: &str,
    detail: Detail,
    width: usize,
) -> String {
    let mut out = String::new();
    let shown = if detail == Detail::Verbose { circles.len() } else { circles.len().min(MOST) };
    for circle in &circles[..shown] {
        let (word, style) = if circle.serves { ("never undegraded", FAIR) } else { ("deadlock", BAD) };
        out += &format!("{indent}{} {}\n", styled(style, word), circle.arrow());
        let how = match &circle.cut {
            Some(cut) => format!("break it at {} → {}: {}", cut.of, cut.on, cut.how),
            None => "no single change that was tried breaks it".to_owned(),
        };
        out += &paragraph(&format!("{indent}  "), &how, width);
    }
    if shown < circles.len() {
        out += &format!("{indent}and {} circles more\n", circles.len() - shown);
    }
    if suffices && !circles.is_empty() {
        let what = if circles.len() == 1 { "With that" } else { "With all of that" };
        out += &format!(
            "{indent}{}\n",
            styled(DIM, format!("{what} nothing waits for itself any more: computed anew."))
        );
    }
    out
}
