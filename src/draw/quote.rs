//! Quoting for DOT: graphviz-rust prints identifiers as they are, so what comes from a model is made harmless here.

use graphviz_rust::dot_structures::Id;

use crate::render::visible;

/// Text as a quoted DOT string. Backslash and quote are escaped, line breaks become `\n`, what is invisible or turns
/// the direction of writing is spelt out, and `&` is written as an entity because Graphviz decodes entities in labels.
pub(super) fn quoted(text: &str) -> Id {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| visible(line).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;"))
        .collect();
    Id::Escaped(format!("\"{}\"", lines.join("\\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_the_quotes() {
        for (text, expected) in [
            ("plain", r#""plain""#),
            ("two\nlines", r#""two\nlines""#),
            (r#"a" ]; evil; b[x=""#, r#""a\" ]; evil; b[x=\"""#),
            (r"ends in \", r#""ends in \\""#),
            ("<b>&amp;</b>", r#""<b>&amp;amp;</b>""#),
            ("\u{202e}x", r#""\\u{202e}x""#),
        ] {
            assert_eq!(quoted(text), Id::Escaped(expected.to_owned()), "{text}");
        }
    }
}
