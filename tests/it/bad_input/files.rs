//! Files that are not there, not readable, too large, endless, not UTF-8.

use std::fs::File;

use insta::assert_snapshot;

use super::*;

#[test]
fn nothing_to_read() {
    let file = directory();
    let nothing: [&[u8]; 7] = [
        b"",
        b"\n\n \n",
        b"# nothing\n",
        b"\xEF\xBB\xBF",
        b"[model]\nname = 'x'\n",
        b"[service]\n",
        b"policy = []\n",
    ];
    for text in nothing {
        fs::write(file.path().join("m.toml"), text).expect("writable");
        let said = refused_at(file.path(), "m.toml");
        assert!(
            said.starts_with("error[empty-model]: the model declares nothing\n --> m.toml:1:1\n"),
            "{said}"
        );
    }
    let empty = directory();
    let below = empty.path().join("below.toml");
    fs::create_dir(&below).expect("writable");
    fs::write(below.join("linchpin.toml"), "[service.a]\n").expect("writable");
    fs::write(empty.path().join(".hidden.toml"), "[service.a]\n").expect("writable");
    fs::write(empty.path().join("README.md"), "[service.a]\n").expect("writable");
    let said = refused_at(empty.path(), ".");
    assert!(said.starts_with("error[no-model]: the directory . has no *.toml files"), "{said}");
    let output = linchpin(empty.path(), &["check".as_ref()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.starts_with("error[no-model]: no linchpin.toml in this directory or any above it"),
        "{said}"
    );
}

#[test]
fn files_that_cannot_be_read() {
    let directory = directory();
    let said = refused_at(directory.path(), "nowhere.toml");
    assert!(said.starts_with("error[cannot-read]: cannot read nowhere.toml: "), "{said}");
    #[cfg(unix)]
    assert_snapshot!("cannot-read", said);
    refused_at(directory.path(), "nowhere/at/all");
    refused_at(directory.path(), "a\nb\u{1b}[31m");
    let output = linchpin(directory.path(), &["check".as_ref(), "".as_ref()]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

#[cfg(unix)]
#[test]
fn links_to_nothing_and_places_without_permission() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    let links = directory();
    fs::write(links.path().join("a.toml"), "[service.a]\n").expect("writable");
    // As a file that vanishes after the directory was listed.
    symlink("vanished.toml", links.path().join("b.toml")).expect("links work");
    let said = refused_at(links.path(), ".");
    assert!(said.starts_with("error[cannot-read]: cannot read ./b.toml: "), "{said}");
    assert!(said.contains("hint: it is a symbolic link to nothing"), "{said}");
    symlink("c.toml", links.path().join("c.toml")).expect("links work");
    assert!(refused_at(links.path(), ".").contains("the model has 2 problems"), "both are said");
    refused_at(links.path(), "c.toml");
    refused_at(links.path(), OsStr::from_bytes(b"not-\xFF-utf8.toml"));

    let closed = directory();
    let file = closed.path().join("closed.toml");
    fs::write(&file, "[service.a]\n").expect("writable");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("owned");
    // Whoever may read everything cannot be kept out.
    if File::open(&file).is_err() {
        assert!(refused_at(closed.path(), "closed.toml").contains("cannot-read"));
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o000)).expect("owned");
        let said = refused_at(Path::new("/"), closed.path());
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).expect("owned");
        assert!(said.contains("cannot-read"), "{said}");
    }
}

#[test]
fn files_that_are_too_large() {
    let directory = directory();
    let file = File::create(directory.path().join("sparse.toml")).expect("writable");
    file.set_len(100_000_000).expect("sparse files work");
    let said = refused_at(directory.path(), "sparse.toml");
    assert_snapshot!("too-large", said);
}

#[test]
fn files_that_are_too_large_together() {
    let directory = directory();
    for index in 0..9 {
        let file = File::create(directory.path().join(format!("{index}.toml"))).expect("writable");
        file.set_len(60 << 20).expect("sparse files work");
    }
    let said = refused_at(directory.path(), ".");
    assert!(said.starts_with("error[too-large]: the 9 files are larger than 512 MiB in all\n"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn files_without_an_end() {
    let said = refused_at(Path::new("/"), "/dev/zero");
    assert!(said.starts_with("error[too-large]: /dev/zero is larger than 64 MiB\n"), "{said}");
    let said = refused_at(Path::new("/"), "/dev/null");
    assert!(said.starts_with("error[empty-model]: "), "{said}");
}

/// What is wrong with the other files is told too, but not that they lack what stands in the one.
#[test]
fn the_other_files_are_looked_at_when_one_cannot_be_read() {
    let directory = directory();
    let write = |name: &str, text: &[u8]| fs::write(directory.path().join(name), text).expect("writable");
    write("a.toml", b"[service.a]\nquorum = 'two'\nneeds = ['b', 'a b']\n");
    write("b.toml", b"[service.b]\ntags = ['caf\xE9']\n");
    let said = refused_at(directory.path(), ".");
    let codes: Vec<&str> =
        said.lines().filter_map(|line| line.strip_prefix("error[")?.split(']').next()).collect();
    assert_eq!(codes, ["not-utf8", "wrong-type", "bad-reference"], "{said}");
    write("a.toml", b"[service.a]\nneeds = ['b']\n");
    assert!(refused_at(directory.path(), ".").contains("the model has 1 problem\n"));
}

#[test]
fn files_that_are_not_utf8() {
    let latin1 = refused(b"[service.a]\nneeds = []\n# caf\xE9\n");
    assert!(
        latin1.starts_with("error[not-utf8]: m.toml:3:6 is not UTF-8: there is a byte 0xE9\n"),
        "{latin1}"
    );
    assert!(latin1.contains("hint: save the file as UTF-8"), "{latin1}");
    let after_wide = refused("# 漢字 é".as_bytes().iter().copied().chain([0xFF]).collect::<Vec<u8>>());
    assert!(after_wide.contains("m.toml:1:7 is"), "columns are characters: {after_wide}");
    let utf16: Vec<u8> = "\u{feff}[service.a]\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = refused(utf16);
    assert!(utf16.starts_with("error[not-utf8]: m.toml:1:1 is not UTF-8"), "{utf16}");
    assert!(utf16.contains("hint: it looks like UTF-16: save it as UTF-8"), "{utf16}");
    refused(b"\xC0\xAF");
    refused(b"[service.a]\nneeds = [\"\xED\xA0\x80\"]\n");
    refused(b"[service.a]\nneeds = [\"\xF0\x9F");
}

#[test]
fn byte_order_marks_and_carriage_returns_move_nothing() {
    assert_eq!(refused("\u{feff}servise = 1\n"), refused("servise = 1\n"));
    let unknown = "[service.a]\nquorun = 1\n  needs = [\"é\", \"b\"]\n";
    for text in [unknown, "[service.a]\nneeds = [\"é\" \"b\"]\nstart =\n"] {
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(refused(text), refused(&crlf), "{text}");
        assert_eq!(refused(text), refused(format!("\u{feff}{crlf}")), "{text}");
    }
    // Inside of strings that span lines too.
    let long = "[capability.a]\nowner = \"\"\"b\nc\"\"\"\nowner = 1\n";
    assert_eq!(refused(long), refused(long.replace('\n', "\r\n")));
}

#[test]
fn problems_of_two_files_are_said_together() {
    let directory = directory();
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).expect("writable");
    write("a.toml", "[service.a]\nquorun = 1\nstart = '5'\n[service.b]\nneeds = 'c'\n");
    write("b.toml", "[service.c]\nwant = []\n");
    write("c.toml", "[service.d\n");
    let said = refused_at(directory.path(), ".");
    let places: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("--> ")).collect();
    assert_eq!(places, ["./a.toml:2:1", "./a.toml:3:9", "./a.toml:5:9", "./b.toml:2:1", "./c.toml:1:11"]);
    assert!(said.contains("the model has 5 problems\n"), "{said}");
    // Names are looked at once the shape is right.
    write("a.toml", "[service.a]\nneeds = ['x']\n");
    write("b.toml", "[service.a]\nneeds = ['y']\n");
    write("c.toml", "[service.c]\nneeds = ['a']\n");
    let said = refused_at(directory.path(), ".");
    let places: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("--> ")).collect();
    assert_eq!(places, ["./a.toml:2:10", "./b.toml:1:10", "./b.toml:2:10"], "{said}");
    // A file that cannot be read does not hide another.
    fs::write(directory.path().join("a.toml"), b"\xFF").expect("writable");
    fs::write(directory.path().join("c.toml"), b"\n\xFF").expect("writable");
    let said = refused_at(directory.path(), ".");
    assert!(
        said.contains("./a.toml:1:1 is not UTF-8") && said.contains("./c.toml:2:1 is not UTF-8"),
        "{said}"
    );
}
