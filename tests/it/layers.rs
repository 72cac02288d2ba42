//! The one way through the code, checked: a module uses only modules before it, and each freedom has one owner.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in order. Each may use those before it.
const ROOMS: [&str; 16] = [
    "generate",
    "faulttree",
    "layout",
    "library",
    "diag",
    "model",
    "topology",
    "compile",
    "engine",
    "analysis",
    "exchange",
    "report",
    "render",
    "draw",
    "page",
    "cli",
];

/// What only some files may touch, and which: reading the list of files is reading where the freedom ends.
const OWNED: [(&str, &[&str]); 12] = [
    ("petgraph::", &["topology/"]),
    ("rayon::", &["analysis/"]),
    ("clap::", &["cli/args/", "cli/mod.rs"]),
    ("graphviz_rust::", &["draw/"]),
    ("maud::", &["page/"]),
    ("notify::", &["cli/watch.rs"]),
    ("tiny_http::", &["cli/serve.rs"]),
    ("std::net", &["cli/serve.rs"]),
    ("std::fs", &["cli/"]),
    ("std::env", &["cli/"]),
    ("std::process", &["cli/exit.rs", "cli/git.rs", "draw/graphviz.rs", "main.rs"]),
    ("Timestamp::now", &["cli/"]),
];

fn sources(directory: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("src is there") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

/// Each source file, relative to `src`, with its lines of code.
fn code() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    let lines = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("source is readable");
        text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
    };
    let relative =
        |path: &PathBuf| path.strip_prefix(&root).expect("below src").to_string_lossy().into_owned();
    files.iter().map(|path| (relative(path), lines(path))).collect()
}

fn violations(file: &str, lines: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let room = file.split('/').next().unwrap_or_default();
    let own = ROOMS.iter().position(|known| *known == room);
    for line in lines {
        for (start, _) in line.match_indices("crate::") {
            let used =
                line[start + "crate::".len()..].split(|c: char| !c.is_alphanumeric() && c != '_').next();
            let used = ROOMS.iter().position(|known| Some(*known) == used);
            if let (Some(own), Some(used)) = (own, used)
                && used > own
            {
                found.push(format!("{file} uses {}, which comes after it: {}", ROOMS[used], line.trim()));
            }
        }
        for (what, owners) in OWNED {
            let allowed = owners.iter().any(|owner| file.starts_with(owner));
            if line.contains(what) && !allowed {
                found.push(format!("{file} uses {what}, which belongs to {}", owners.join(", ")));
            }
        }
    }
    found
}

#[test]
fn modules_use_only_modules_before_them() {
    let found: Vec<String> = code().iter().flat_map(|(file, lines)| violations(file, lines)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_room_is_known() {
    for (file, _) in code() {
        let room = file.split('/').next().unwrap_or_default();
        assert!(ROOMS.contains(&room) || ["lib.rs", "main.rs"].contains(&room), "src/{file} is in no room");
    }
}

#[test]
fn a_violation_would_be_found() {
    let lines = ["use crate::engine::Run;".to_owned(), "fn f() { std::fs::read(x) }".to_owned()];
    assert_eq!(violations("model/mod.rs", &lines).len(), 2);
    assert_eq!(violations("analysis/mod.rs", &lines[..1]).len(), 0);
    assert_eq!(violations("cli/load.rs", &lines).len(), 0);
}
