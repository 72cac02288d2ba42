//! The README is true: every command in it is run, and what it prints is what stands there.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What stands in a `console` block: a command and the lines below it, up to the next.
struct Quoted {
    command: String,
    output: String,
}

fn quoted(readme: &str) -> Vec<Quoted> {
    let mut out: Vec<Quoted> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            out.push(Quoted { command: command.to_owned(), output: String::new() });
        } else if let (true, Some(last)) = (inside, out.last_mut()) {
            last.output += line;
            last.output.push('\n');
        }
    }
    out
}

/// What a command prints, standard error first.
fn run(command: &str, directory: &Path) -> String {
    let arguments =
        command.strip_prefix("cargo run --release -- ").or_else(|| command.strip_prefix("linchpin "));
    let arguments =
        arguments.unwrap_or_else(|| panic!("the README has a command that is not ours: {command}"));
    let mut process = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    process
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .env_remove("CLICOLOR_FORCE");
    let output = process.output().expect("the binary runs");
    assert_ne!(output.status.code(), Some(2), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// Makes the repository that the README tells of: `architecture/` is `models/minimal`, and since `main` its database has
/// lost the standby. Whether there is git to do so.
fn changed_since_main(directory: &Path) -> bool {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=n", "-c", "user.email=e@example.org"]).args(arguments);
        command.current_dir(directory).output().is_ok_and(|output| output.status.success())
    };
    let model = directory.join("architecture/linchpin.toml");
    fs::create_dir(directory.join("architecture")).expect("writable");
    fs::copy(directory.join("models/minimal/linchpin.toml"), &model).expect("copied");
    let committed = git(&["init", "--quiet"])
        && git(&["checkout", "--quiet", "-B", "main"])
        && git(&["add", "architecture"])
        && git(&["commit", "--quiet", "-m", "as it was"]);
    let text = fs::read_to_string(&model).expect("readable");
    let without: String =
        text.lines().filter(|line| !line.starts_with("standby")).map(|line| format!("{line}\n")).collect();
    assert_ne!(without, text, "the model has a standby to lose");
    fs::write(&model, without).expect("writable");
    committed
}

/// To write what the commands print now into the README, run the tests with `LINCHPIN_BLESS=1`.
#[test]
fn commands_print_what_the_readme_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::create_dir(directory.path().join("models")).expect("writable");
    for model in ["storefront", "minimal", "2011-04-21/reddit"] {
        let (from, to) = (root.join("models").join(model), directory.path().join("models").join(model));
        fs::create_dir_all(&to).expect("writable");
        for file in fs::read_dir(from).expect("the model is there") {
            let file = file.expect("listed").path();
            fs::copy(&file, to.join(file.file_name().expect("a file"))).expect("copied");
        }
    }
    let with_git = changed_since_main(directory.path());
    let path = root.join("README.md");
    let mut readme = fs::read_to_string(&path).expect("there is a README");
    let minimal = fs::read_to_string(root.join("models/minimal/linchpin.toml")).expect("the model is there");
    assert!(readme.contains(minimal.trim()), "the README quotes models/minimal as it is");
    let commands = quoted(&readme);
    assert!(commands.len() >= 5, "the README shows what linchpin does");
    for Quoted { command, output } in commands {
        if command.contains("--base") && !with_git {
            crate::skipped("there is no git to read revisions with");
            continue;
        }
        let printed = run(&command, directory.path());
        if output.is_empty() || printed.trim_end() == output.trim_end() {
            continue;
        }
        assert!(std::env::var_os("LINCHPIN_BLESS").is_some(), "`{command}` prints\n{printed}\nnot\n{output}");
        readme = readme.replace(&format!("$ {command}\n{output}"), &format!("$ {command}\n{printed}"));
    }
    if std::env::var_os("LINCHPIN_BLESS").is_some() {
        fs::write(path, readme).expect("README is writable");
    }
}
