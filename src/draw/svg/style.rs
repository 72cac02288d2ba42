//! Colours, and what they are for. Every state has a pattern and a sign beside its colour.

use super::super::options::Theme;

/// The colours of a theme.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    pub(super) paper: &'static str,
    pub(super) ink: &'static str,
    pub(super) muted: &'static str,
    pub(super) line: &'static str,
    pub(super) node: &'static str,
    pub(super) border: &'static str,
    /// Boxes, from the outer to the inner, and their border.
    pub(super) levels: [&'static str; 3],
    pub(super) level_border: &'static str,
    pub(super) capability: Tint,
    pub(super) quiet: &'static str,
    pub(super) facility: Tint,
    pub(super) group: Tint,
    pub(super) failed: Tint,
    pub(super) down: Tint,
    pub(super) degraded: Tint,
    pub(super) touched: &'static str,
    pub(super) added: Tint,
    pub(super) removed: Tint,
}

/// A ground, the pattern on it, and the border and sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tint {
    pub(super) ground: &'static str,
    pub(super) pattern: &'static str,
    pub(super) border: &'static str,
}

const fn tint(ground: &'static str, pattern: &'static str, border: &'static str) -> Tint {
    Tint { ground, pattern, border }
}

pub(super) const LIGHT: Palette = Palette {
    paper: "#ffffff",
    ink: "#111827",
    muted: "#4b5563",
    line: "#64748b",
    node: "#ffffff",
    border: "#475569",
    levels: ["#f8fafc", "#f1f5f9", "#e6ecf3"],
    level_border: "#94a3b8",
    capability: tint("#e0e7ff", "#e0e7ff", "#3730a3"),
    quiet: "#eef2f6",
    facility: tint("#dff3f1", "#dff3f1", "#0f766e"),
    group: tint("#f3e8ff", "#f3e8ff", "#7e22ce"),
    failed: tint("#fca5a5", "#f78f8f", "#991b1b"),
    down: tint("#fee2e2", "#fcd0d0", "#b91c1c"),
    degraded: tint("#fef3c7", "#fbe08a", "#a34b06"),
    touched: "#1d4ed8",
    added: tint("#d1fae5", "#d1fae5", "#047857"),
    removed: tint("#f3f4f6", "#f3f4f6", "#6b7280"),
};

pub(super) const DARK: Palette = Palette {
    paper: "#0f172a",
    ink: "#f1f5f9",
    muted: "#b9c5d5",
    line: "#8fa1b8",
    node: "#1e293b",
    border: "#94a3b8",
    levels: ["#131d33", "#18243d", "#1d2b47"],
    level_border: "#64748b",
    capability: tint("#312e81", "#312e81", "#a5b4fc"),
    quiet: "#253247",
    facility: tint("#134e4a", "#134e4a", "#5eead4"),
    group: tint("#3b1d5e", "#3b1d5e", "#c084fc"),
    failed: tint("#7f1d1d", "#962626", "#fca5a5"),
    down: tint("#4c1519", "#602026", "#f87171"),
    degraded: tint("#4a3308", "#5f450f", "#fbbf24"),
    touched: "#60a5fa",
    added: tint("#064e3b", "#064e3b", "#34d399"),
    removed: tint("#1f2937", "#1f2937", "#9ca3af"),
};

/// The style sheet of a picture. Rules begin with the picture's class, so that they change nothing of a page around it.
pub(super) fn sheet(theme: Theme, live: bool) -> String {
    let mut out = String::from(COMMON);
    out += &colours(if theme == Theme::Dark { &DARK } else { &LIGHT }, ".lp");
    if theme == Theme::Auto {
        // On screens only, so that what is printed is dark on white.
        let dark = colours(&DARK, ".lp:not(.light)");
        out += &format!("@media screen and (prefers-color-scheme:dark){{\n{dark}}}\n");
    }
    if live {
        out += &colours(&DARK, ".lp.dark");
        out += LIVE;
    }
    out
}

/// What does not depend on the theme. Texts say their width, so that another font does not overflow.
const COMMON: &str = "\
.lp text{font-family:Helvetica,Arial,\"Liberation Sans\",Arimo,\"Linchpin Sans\",sans-serif;font-size:12px}
.lp .small{font-size:10px}
.lp .head{font-weight:bold}
.lp .title{font-size:20px;font-weight:bold}
.lp .subtitle{font-size:14px}
.lp .shape{stroke-width:1}
.lp .detail{fill:none;stroke-width:1}
.lp .capability .shape{stroke-width:1.6}
.lp .standby .shape{stroke-dasharray:5 3}
.lp .logic .shape{stroke-dasharray:1.5 2.5;stroke-linecap:round}
.lp .line{fill:none;stroke-width:1.1}
.lp .wants{stroke-dasharray:5 3.5}
.lp .shared{stroke-dasharray:1.5 3;stroke-linecap:round;stroke-width:1.7}
.lp .failed>.shape{stroke-width:2.6}
.lp .down>.shape,.lp .degraded>.shape,.lp .added>.shape{stroke-width:1.8}
.lp .touched>.shape{stroke-width:1.5}
.lp .removed>.shape{stroke-dasharray:4 3}
.lp .removed>text{text-decoration:line-through}
.lp .line.added{stroke-width:2}
.lp .line.removed{stroke-dasharray:2 4}
";

/// Signs are there for every state; the state says which is seen.
const LIVE: &str = "\
.lp .badge{display:none}
.lp .failed>.badge.failed,.lp .down>.badge.down,.lp .degraded>.badge.degraded,.lp .touched>.badge.touched{display:inline}
.lp [data-ref]{cursor:pointer}
";

fn colours(palette: &Palette, root: &str) -> String {
    let Palette { paper, ink, muted, line, node, border, level_border, quiet, touched, .. } = palette;
    let mut rules: Vec<(String, String)> = Vec::new();
    let mut rule = |selectors: &str, body: String| rules.push((selectors.to_owned(), body));
    rule(".paper", format!("fill:{paper}"));
    rule("text", format!("fill:{ink}"));
    rule(".small", format!("fill:{muted}"));
    rule(".line", format!("stroke:{line}"));
    rule(".arrow", format!("fill:{line}"));
    rule(".shape,.detail", format!("stroke:{border}"));
    rule(".shape", format!("fill:{node}"));
    for (index, level) in palette.levels.iter().enumerate() {
        rule(&format!(".level{index}>.shape"), format!("fill:{level};stroke:{level_border}"));
    }
    rule(".place>.shape,.copy>.shape,.channel>.shape,.many>.shape", format!("fill:{quiet}"));
    for (name, tint) in
        [("capability", palette.capability), ("facility", palette.facility), ("group", palette.group)]
    {
        rule(&format!(".{name}>.shape"), format!("fill:{};stroke:{}", tint.ground, tint.border));
        rule(&format!(".{name}>.detail"), format!("stroke:{}", tint.border));
    }
    rule(".line.shared", format!("stroke:{}", palette.group.border));
    for (name, tint) in [
        ("failed", palette.failed),
        ("down", palette.down),
        ("degraded", palette.degraded),
        ("added", palette.added),
        ("removed", palette.removed),
    ] {
        let Tint { ground, pattern, border } = tint;
        let fill =
            if matches!(name, "added" | "removed") { ground.to_owned() } else { format!("url(#lp-{name})") };
        rule(&format!(".{name}>.shape"), format!("fill:{fill};stroke:{border}"));
        rule(&format!(".{name}>.detail,.line.{name}"), format!("stroke:{border}"));
        rule(&format!(".arrow.{name},.share.{name}"), format!("fill:{border}"));
        rule(&format!(".ground.{name}"), format!("fill:{ground}"));
        rule(&format!(".pattern.{name}"), format!("fill:{pattern};stroke:{pattern}"));
        rule(&format!(".badge.{name}"), format!("fill:{border};stroke:{paper}"));
    }
    rule(".touched>.shape,.touched>.detail", format!("stroke:{touched}"));
    rule(".badge.touched", format!("fill:{touched};stroke:{paper}"));
    rule(".share.all", format!("fill:{border}"));
    rules
        .into_iter()
        .map(|(selectors, body)| {
            let scoped: Vec<String> =
                selectors.split(',').map(|selector| format!("{root} {selector}")).collect();
            format!("{}{{{body}}}\n", scoped.join(","))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as WCAG 2 defines them.
    fn luminance(colour: &str) -> f64 {
        let channel = |index: usize| {
            let digits = &colour[1 + 2 * index..3 + 2 * index];
            let value = f64::from(u8::from_str_radix(digits, 16).expect("two hexadecimal digits")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn black_on_white_has_the_largest_contrast() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    }

    #[test]
    fn text_can_be_read_on_every_ground() {
        for palette in [LIGHT, DARK] {
            let tints = [
                palette.capability,
                palette.facility,
                palette.group,
                palette.failed,
                palette.down,
                palette.degraded,
                palette.added,
                palette.removed,
            ];
            let mut grounds = vec![palette.paper, palette.node, palette.quiet];
            grounds.extend(palette.levels);
            grounds.extend(tints.iter().flat_map(|tint| [tint.ground, tint.pattern]));
            for ground in grounds {
                let (ink, muted) = (contrast(palette.ink, ground), contrast(palette.muted, ground));
                assert!(ink >= 7.0, "ink on {ground}: {ink:.2}");
                assert!(muted >= 3.0, "muted on {ground}: {muted:.2}");
            }
            for ground in [palette.paper, palette.node, palette.quiet].into_iter().chain(palette.levels) {
                let muted = contrast(palette.muted, ground);
                assert!(muted >= 4.5, "muted on {ground}: {muted:.2}");
            }
        }
    }

    #[test]
    fn borders_and_lines_stand_out() {
        for palette in [LIGHT, DARK] {
            let grounds = [palette.paper, palette.levels[0], palette.levels[1], palette.levels[2]];
            let borders = [
                palette.line,
                palette.border,
                palette.touched,
                palette.failed.border,
                palette.down.border,
                palette.degraded.border,
                palette.added.border,
                palette.removed.border,
            ];
            for border in borders {
                for ground in grounds {
                    let found = contrast(border, ground);
                    assert!(found >= 3.0, "{border} on {ground}: {found:.2}");
                }
            }
            for state in [palette.failed, palette.down, palette.degraded] {
                let found = contrast(state.border, state.ground);
                assert!(found >= 3.0, "{} on {}: {found:.2}", state.border, state.ground);
            }
        }
    }
}
