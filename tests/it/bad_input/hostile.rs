//! Texts made to mislead: control characters, endless lines, ten thousand problems.

use super::*;

/// Characters that move the cursor, hide, or turn the direction of writing.
const HOSTILE: &str =
    "\u{202e}\u{2066}\u{2069}\u{200b}\u{200f}\u{61c}\u{9b}31m\u{85}\u{2028}\u{feff}\u{ad}\u{e0041}";

fn is_harmless(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !(c.is_control() || HOSTILE.contains(c)) || c.is_ascii_graphic())
}

#[test]
fn hostile_characters_come_out_harmless() {
    let escapes = "\\u001b[2J\\u001b]0;owned\\u0007\\u202e\\u009b";
    let directory = directory();
    for text in [
        format!("# {HOSTILE}\n[service.a]\nx = 1 # {HOSTILE}\n"),
        "# \x1b[31m\n[service.a]\nneeds = [] # \x1b]0;owned\x07\n".to_owned(),
        "[service.a]\nneeds = ['\x1b[31m']\n".to_owned(),
        format!("[service.\"{HOSTILE}{escapes}\"]\n"),
        format!("[service.a]\n\"{HOSTILE}{escapes}\" = 1\n"),
        format!("[service.a]\n\"{HOSTILE}{escapes}\" = 1\n\"{HOSTILE}{escapes}\" = 1\n"),
        format!("[service.a]\nneeds = [\"{HOSTILE}{escapes}\", \"b\"]\n"),
        format!("[service.a]\nstart = \"{HOSTILE}{escapes}\"\n"),
        format!("[provider.a.product.b]\nscope = \"{HOSTILE}{escapes}\"\n"),
        format!("[group.a]\nmembers = [\"tag:{HOSTILE}{escapes}\", \"b\"]\n"),
        format!("[[policy]]\nname = \"{HOSTILE}{escapes}\"\n[[policy]]\nname = \"{HOSTILE}{escapes}\"\n"),
        format!("[capability.a]\n[[policy]]\nname = \"b\"\nsurvive = \"{HOSTILE}{escapes}\"\n"),
        format!("[capability.a]\n[[policy]]\nname = \"b\"\ncapabilities = [\"{HOSTILE}{escapes}\", \"c\"]\n"),
        format!("[service.a]\nneeds = [{HOSTILE}]\n"),
        format!("{HOSTILE}\n"),
        format!("[service.a]\nneeds = [\"b\"] # {}{HOSTILE}\n", "x".repeat(5_000)),
    ] {
        fs::write(directory.path().join("m.toml"), &text).expect("writable");
        let said = refused_at(directory.path(), "m.toml");
        assert!(is_harmless(&said), "{text:?}: {said:?}");
        // With colours the only escape sequences are those of the colours.
        let output =
            linchpin(directory.path(), &["check".as_ref(), "m.toml".as_ref(), "--color=always".as_ref()]);
        let coloured = String::from_utf8(output.stderr).expect("messages are UTF-8");
        let mut parts = coloured.split("\x1b[");
        let mut plain = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (style, rest) = part.split_once('m').expect("only colours are set");
            assert!(style.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{coloured:?}");
            plain += rest;
        }
        assert_eq!(plain, said, "{text:?}");
    }
    let name = format!("x{HOSTILE}.toml").replace("\u{85}", "");
    if fs::write(directory.path().join(&name), "[service.a]\nx = 1\n").is_ok() {
        let said = refused_at(directory.path(), &name);
        assert!(said.contains("x\\u{202e}") && is_harmless(&said), "{said:?}");
    }
}

/// Columns count characters, also behind those that are shown by a stand-in.
#[test]
fn columns_are_right_behind_hostile_characters() {
    let said = refused(format!("[service.a]\nneeds = [\"a\"]; # {HOSTILE}\n"));
    assert!(said.contains("--> m.toml:2:14\n"), "{said}");
    let said = refused("[capability.a]\nneeds = [\"é漢\u{ad}\u{202e}\u{e0041}\", \"b\"]\n");
    assert!(said.contains("--> m.toml:2:10\n") && said.contains("--> m.toml:2:19\n"), "{said}");
}

#[test]
fn endless_lines_and_names_are_not_shown() {
    let long = "x".repeat(1_000_000);
    for text in [
        format!("[service.a]\nneeds = [\"{long}\"]\n"),
        format!("[service.a]\nneeds = [\"b\"] # {long}\n"),
        format!("[service.a]\n{long} = 1\n"),
        format!("[service.\"{long} \"]\n"),
        format!("[service.{long}]\n[service.b]\nneeds = [\"{long}y\"]\n"),
        format!("[service.a]\nstart = \"{long}\"\n"),
        format!("[service.a]\nneeds = [\"{long}\n"),
        format!("# {long}\nneeds = {long}\n"),
    ] {
        let said = refused(&text);
        assert!(said.len() < 5_000, "{} bytes", said.len());
        assert!(said.contains("in a line too long to show"), "{said}");
    }
    let said = refused(format!("[service.a]\nneeds = [ # {long}\n  \"b\"]\nx = 1\n"));
    assert!(said.len() < 5_000 && said.contains(" --> m.toml:4:1\n"), "{said}");
    let said = refused(format!("needs = [{}\"b\" \"c\"]\n", "\"é\", ".repeat(1_000)));
    assert!(said.contains("note: at m.toml:1:5014, in a line too long to show: expected `,`"), "{said}");
}

/// Ten thousand at once where each would look through all the others if it were done carelessly, else a thousand.
#[test]
fn ten_thousand_problems_are_all_said() {
    let lines = |n: usize, line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<String>();
    let cases = [
        ("unknown keys", 10_000, format!("[service.a]\n{}", lines(10_000, &|n| format!("key-{n} = 1\n")))),
        ("one key given often", 10_000, format!("[service.a]\n{}", "quorum = 1\n".repeat(10_001))),
        (
            "names taken",
            10_000,
            lines(10_000, &|n| format!("[service.s{n}]\n")) + &lines(10_000, &|n| format!("[group.s{n}]\n")),
        ),
        (
            "dangling references",
            10_000,
            lines(10_000, &|n| format!("[service.service-{n}]\nneeds = [\"servise-{n}\"]\n")),
        ),
        ("syntax", 1_000, "x y\n".repeat(1_000)),
        ("one long list", 1_000, format!("[service.a]\nneeds = [{}]\n", "\"a@\", ".repeat(1_000))),
        (
            "failures twice",
            1_000,
            format!("[service.a]\n[scenario.b]\nfails = [\n{}]\n", "\"a\",\n".repeat(1_001)),
        ),
        (
            "policies",
            1_000,
            lines(1_000, &|n| format!("[[policy]]\nname = \"p{n}\"\nsurvive = \"zome-{n}\"\n"))
                + "[service.a]\n",
        ),
        (
            "products",
            1_000,
            lines(1_000, &|n| format!("[provider.p.product.x{n}]\nscope = \"zone\"\nneeds = [\"#y{n}\"]\n")),
        ),
    ];
    for (what, n, text) in cases {
        let said = refused(text);
        assert!(
            said.contains(&format!("the model has {n} problems\n")),
            "{what}: {}",
            &said[said.len() - 200..]
        );
        assert_eq!(said.lines().filter(|line| line.starts_with("error[")).count(), n, "{what}");
    }
}
