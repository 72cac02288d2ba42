//! Model text is hostile until it is harmless.

use std::borrow::Cow;

/// Text that a terminal shows as it is: control characters (escape sequences among them), invisible characters and
/// those that turn the direction of writing become `\u{..}`.
///
/// ```
/// use linchpin::render::visible;
/// assert_eq!(visible("all fine: é 漢"), "all fine: é 漢");
/// assert_eq!(visible("\u{1b}[31mred\nnext \u{202e}"), "\\u{1b}[31mred\\u{a}next \\u{202e}");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// A text for a terminal that knows no more than ASCII: each symbol that linchpin itself draws becomes one that is as
/// wide. What a model is written in stays.
///
/// ```
/// use linchpin::render::ascii;
/// assert_eq!(ascii("✗ web → shop\n└─ ✓ é"), "x web > shop\n`- + é");
/// ```
pub fn ascii(text: &str) -> String {
    let plain = |c: char| match c {
        '✓' => '+',
        '✗' => 'x',
        '→' => '>',
        '─' | '–' => '-',
        '│' | '├' => '|',
        '└' => '`',
        '█' => '#',
        '▒' => '=',
        '…' => '.',
        c => c,
    };
    text.chars().map(plain).collect()
}

/// Control characters, zero-width characters, direction marks, separators that break lines, tag characters.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
