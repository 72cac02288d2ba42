//! The examples do what they say. `cargo test` has compiled them beside the binary.

use std::path::Path;
use std::process::Command;

fn run(example: &str) -> String {
    let beside = Path::new(env!("CARGO_BIN_EXE_linchpin")).with_file_name("examples");
    let mut command = Command::new(beside.join(format!("{example}{}", std::env::consts::EXE_SUFFIX)));
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("the example was compiled");
    assert!(output.status.success(), "{example}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn build_a_model() {
    let printed = run("build_a_model");
    assert!(
        printed.contains("instance   web@cloud/north/b") && printed.contains("capability:shop"),
        "{printed}"
    );
}

#[test]
fn ask_one_question() {
    assert_eq!(run("ask_one_question"), "shop: up, out for 5m\n");
}

#[test]
fn walk_the_topology() {
    let printed = run("walk_the_topology");
    assert!(printed.contains("web Needs sessions"), "{printed}");
    assert!(printed.contains("circle: web, sessions"), "{printed}");
}

#[test]
fn solve_a_fault_tree() {
    let printed = run("solve_a_fault_tree");
    assert!(printed.starts_with("no-water: probability 2.94323"), "{printed}");
    assert!(printed.ends_with("no-water: 5 minimal cut sets\n"), "{printed}");
}
