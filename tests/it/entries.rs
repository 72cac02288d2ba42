//! What teams put into their pipelines: the GitHub Action and its script, the GitLab template, the hooks of
//! pre-commit, the image. Every command in them is one that linchpin has, and the script does what it says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(file: &str) -> String {
    fs::read_to_string(repository().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

const YAML: [&str; 4] = ["action.yml", "ci/gitlab.yml", ".pre-commit-hooks.yaml", ".github/workflows/ci.yml"];

/// The words of each command of linchpin's in a text, be it a script, a comment or an example.
fn commands(text: &str) -> Vec<Vec<String>> {
    let definition = linchpin::cli::definition();
    let mut found = Vec::new();
    for line in text.lines() {
        for (at, name) in line.match_indices("linchpin ") {
            let is_word =
                line[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || "`\"'(".contains(c));
            let rest = &line[at + name.len()..];
            // What is quoted in a sentence ends with the quote, and what stands in a list with a gap.
            let rest = rest.split('`').next().unwrap_or_default().split("  ").next().unwrap_or_default();
            let is_command =
                definition.get_subcommands().any(|of| rest.split(' ').next() == Some(of.get_name()));
            if is_word && is_command {
                let ends = |word: &&str| ["|", "||", "&&", ">", ">>", ";"].contains(word);
                let words = rest.split_whitespace().take_while(|word| !ends(word));
                found.push(words.filter_map(shell_word).collect());
            }
        }
    }
    found
}

/// A word as the shell would give it, its variables replaced by something; nothing for a list that may be empty.
fn shell_word(word: &str) -> Option<String> {
    if word.contains("[@]") || word == "$LINCHPIN_OPTIONS" {
        return None;
    }
    let bare = word.replace(['"', '\''], "");
    let without_name =
        |part: &str| part.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').to_owned();
    let mut parts = bare.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    Some(first + &parts.map(|part| format!("x{}", without_name(part))).collect::<String>())
}

#[test]
fn every_command_in_them_is_one_that_there_is() {
    let mut all = 0;
    for file in YAML.into_iter().chain(["ci/github", "Dockerfile", "README.md", "src/cli/commands/init.toml"])
    {
        for words in commands(&text(file)) {
            let parsed = linchpin::cli::definition()
                .try_get_matches_from(std::iter::once("linchpin").chain(words.iter().map(String::as_str)));
            let is_incomplete = parsed.as_ref().is_err_and(|error| {
                // Sentences name commands without what they need.
                error.kind() == clap::error::ErrorKind::MissingRequiredArgument && words.len() == 1
            });
            assert!(parsed.is_ok() || is_incomplete, "{file}: {words:?}: {parsed:?}");
            all += 1;
        }
    }
    assert!(all > 30, "{all}");
}

/// The keys directly below a key that begins a line, with the lines below each.
fn below<'t>(text: &'t str, key: &str) -> Vec<(&'t str, String)> {
    let start = text.find(&format!("\n{key}:\n")).unwrap_or_else(|| panic!("there is no {key}"));
    let lines = text[start + 1..].lines().skip(1).take_while(|line| line.is_empty() || line.starts_with(' '));
    let mut keys: Vec<(&str, String)> = Vec::new();
    for line in lines {
        match (line.strip_prefix("  ").filter(|rest| !rest.starts_with([' ', '-'])), keys.last_mut()) {
            (Some(key), _) if !key.is_empty() => {
                keys.push((key.split(':').next().unwrap_or(key), String::new()));
            }
            (_, Some((_, below))) => *below += &format!("{line}\n"),
            _ => {}
        }
    }
    keys
}

/// Every word that follows a mark.
fn after(text: &str, mark: &str) -> BTreeSet<String> {
    let word = |rest: &str| -> String {
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
    };
    text.split(mark).skip(1).map(word).collect()
}

#[test]
fn the_action_uses_and_explains_each_of_its_inputs() {
    let action = text("action.yml");
    let declared = below(&action, "inputs");
    let names: BTreeSet<String> = declared.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert!(names.len() > 8);
    assert_eq!(after(&action, "inputs."), names, "declared and used");
    let readme = text("README.md");
    for (name, below) in &declared {
        assert!(below.contains("description: ") && below.contains("default: "), "{name}: {below}");
        assert!(readme.contains(&format!("| `{name}` |")), "the README has no line on the input {name}");
    }
    for (name, below) in below(&action, "outputs") {
        assert!(below.contains("description: ") && below.contains("value: ${{ steps."), "{name}: {below}");
    }
    // What the script reads is what the steps give it.
    let given: BTreeSet<String> =
        action.lines().filter_map(|line| line.trim().split(": ").next()).filter_map(own_variable).collect();
    let script = text("ci/github");
    let read: BTreeSet<String> = after(&script, "${LINCHPIN_")
        .into_iter()
        .chain(after(&script, "$LINCHPIN_"))
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(read, given, "variables");
    // Nothing of a workflow is pasted into a script.
    for line in action.lines().filter(|line| line.trim_start().starts_with("run:")) {
        assert!(!line.contains("${{"), "{line}");
    }
}

fn own_variable(key: &str) -> Option<String> {
    key.strip_prefix("LINCHPIN_").map(str::to_owned)
}

/// No YAML library is worth its weight here; what goes wrong by hand is a value that YAML takes for something else.
#[test]
fn yaml_says_what_it_looks_like() {
    for file in YAML {
        for line in text(file).lines() {
            let shown = format!("{file}: {line}");
            assert!(!line.contains('\t') && line.trim_end() == line, "{shown}");
            let indent = line.len() - line.trim_start().len();
            assert_eq!(indent % 2, 0, "{shown}");
            let content = line.trim_start().trim_start_matches("- ");
            if content.starts_with('#') {
                continue;
            }
            let Some((_, value)) = content.split_once(": ") else { continue };
            let is_plain = !value.starts_with(['"', '\'', '[', '{', '>', '|']) || value.starts_with("{{");
            if is_plain {
                let reads_otherwise =
                    [": ", " #", "` "].iter().any(|mark| mark != &"` " && value.contains(mark));
                let begins_otherwise = value.starts_with(['`', '@', '&', '*', '!', '%']);
                assert!(!reads_otherwise && !begins_otherwise, "{shown}");
            }
        }
    }
}

#[test]
fn the_image_is_built_from_what_a_build_needs_and_nothing_else() {
    let manifest: toml::Table = toml::from_str(&text("Cargo.toml")).expect("TOML");
    let oldest = manifest["package"]["rust-version"].as_str().expect("a version");
    let dockerfile = text("Dockerfile");
    let images: Vec<&str> = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    assert_eq!(
        images,
        [&format!("rust:{oldest}-alpine AS build"), "scratch"],
        "pinned, and nothing but the program"
    );
    assert!(dockerfile.contains("\nUSER 65534:65534\n"), "not as root");
    assert!(dockerfile.contains("\nENTRYPOINT [\"/linchpin\"]\n"), "as it is, without a shell");
    assert!(
        text(".github/workflows/ci.yml").contains("uses: ./\n"),
        "the action is run on a model of our own"
    );
    assert!(text(".github/workflows/ci.yml").contains(&format!("toolchain install {oldest} ")));
    let allowed: BTreeSet<String> =
        text(".dockerignore").lines().filter_map(|line| line.strip_prefix('!')).map(str::to_owned).collect();
    for needed in ["src", "Cargo.toml", "Cargo.lock", "models", "benches"] {
        assert!(allowed.contains(needed), "{needed}");
    }
    assert!(text(".dockerignore").starts_with("*\n"));
    allowed.iter().for_each(|name| assert!(repository().join(name).exists(), "{name}"));
}

#[cfg(unix)]
mod script {
    //! `ci/github`, run as the action runs it.

    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    use super::repository;
    use crate::binary::{stderr, stdout};

    const GOOD: &str = "[provider.p]\n[provider.q]\n[capability.c]\nneeds = [{ any = ['p', 'q'] }]\n";
    const BAD: &str = "[provider.p]\n[provider.q]\n[capability.c]\nneeds = ['p']\n";

    /// A runner: a checkout, a place for files, and a `gh` that writes down what it is asked.
    struct Runner {
        _directory: tempfile::TempDir,
        work: PathBuf,
        temp: PathBuf,
    }

    impl Runner {
        /// None where there is no git or no bash.
        fn new(model: &str) -> Option<Self> {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let (work, temp) = (directory.path().join("work"), directory.path().join("temp"));
            let tools = temp.join("tools");
            fs::create_dir_all(&work).expect("writable");
            fs::create_dir_all(&tools).expect("writable");
            let gh = tools.join("gh");
            let says = "#!/usr/bin/env bash\necho \"$@\" >>\"$RUNNER_TEMP/asked\"\n\
                        [[ $* != *--paginate* ]] || cat \"$RUNNER_TEMP/comments\" 2>/dev/null || true\n";
            fs::write(&gh, says).expect("writable");
            fs::set_permissions(&gh, fs::Permissions::from_mode(0o755)).expect("permitted");
            let runner = Self { _directory: directory, work, temp };
            runner.save(model);
            let is_ready = Command::new("bash").args(["-c", "true"]).status().is_ok()
                && runner.git(&["init", "--quiet"])
                && runner.git(&["add", "."])
                && runner.git(&["commit", "--quiet", "-m", "before"]);
            is_ready.then_some(runner)
        }

        fn save(&self, model: &str) {
            fs::write(self.work.join("linchpin.toml"), model).expect("writable");
        }

        fn git(&self, arguments: &[&str]) -> bool {
            let mut command = Command::new("git");
            command.args(["-c", "user.name=n", "-c", "user.email=e@example.org"]).args(arguments);
            command.current_dir(&self.work).output().is_ok_and(|output| output.status.success())
        }

        fn step(&self, step: &str, variables: &[(&str, &str)]) -> Output {
            let binary = Path::new(env!("CARGO_BIN_EXE_linchpin")).parent().expect("it lies somewhere");
            let path = std::env::var("PATH").unwrap_or_default();
            let tools = self.temp.join("tools");
            let mut command = Command::new("bash");
            command.arg(repository().join("ci/github")).arg(step).current_dir(&self.work);
            command.env("PATH", format!("{}:{}:{path}", binary.display(), tools.display()));
            command.env("GITHUB_ACTION_PATH", repository()).env("RUNNER_TEMP", &self.temp);
            command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64").env("GITHUB_REPOSITORY", "team/shop");
            for (name, file) in
                [("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "summary"), ("GITHUB_PATH", "path")]
            {
                command.env(name, self.temp.join(file));
            }
            command.envs(variables.iter().copied()).output().expect("bash runs")
        }

        fn file(&self, name: &str) -> String {
            fs::read_to_string(self.temp.join(name)).unwrap_or_default()
        }
    }

    fn runner(model: &str) -> Option<Runner> {
        let runner = Runner::new(model);
        if runner.is_none() {
            crate::skipped("there is no git or no bash to run the action's script with");
        }
        runner
    }

    #[test]
    fn a_check_leaves_findings_a_summary_and_its_code() {
        let Some(runner) = runner(BAD) else { return };
        let output = runner.step("check", &[]);
        assert!(output.status.success(), "the verdict comes last: {}", stderr(&output));
        assert!(stdout(&output).starts_with("::error file=linchpin.toml,line="), "{}", stdout(&output));
        let said = runner.file("output");
        assert!(said.contains("exit-code=1\n") && said.contains("linchpin.sarif\n"), "{said}");
        assert!(runner.file("linchpin.sarif").contains("\"2.1.0\""));
        assert!(runner.file("summary").starts_with("### ✗ 1 finding against a policy"));

        // Known findings, and options with spaces between them.
        let known = runner.work.join("known.jsonl");
        let known = known.to_str().expect("UTF-8");
        runner.step("check", &[("LINCHPIN_ARGUMENTS", &format!("--write-baseline {known} --state up"))]);
        let variables = [("LINCHPIN_MODEL", "linchpin.toml"), ("LINCHPIN_BASELINE", known)];
        runner.step("check", &variables);
        assert!(
            runner
                .file("output")
                .ends_with(&format!("exit-code=0\nsarif={}\n", runner.temp.join("linchpin.sarif").display()))
        );

        // A model that is wrong has nothing to upload.
        fs::remove_file(runner.temp.join("output")).expect("written");
        let output = runner.step("check", &[("LINCHPIN_MODEL", "nowhere; touch pwned")]);
        assert_eq!(runner.file("output"), "exit-code=2\n", "{}", stderr(&output));
        assert!(stdout(&output).starts_with("::error title=linchpin::"), "{}", stdout(&output));
        assert!(!runner.work.join("pwned").exists());
    }

    #[test]
    fn a_diff_says_what_got_worse_and_a_comment_is_written_once() {
        let Some(runner) = runner(GOOD) else { return };
        let base = [("LINCHPIN_BASE", "HEAD")];
        let file = runner.temp.join("linchpin-diff.md");
        let comment = [("LINCHPIN_DIFF", file.to_str().expect("UTF-8")), ("LINCHPIN_NUMBER", "7")];

        // Nothing to say yet.
        assert!(runner.step("diff", &base).status.success());
        assert!(runner.step("comment", &comment).status.success());
        assert!(!runner.file("asked").contains("POST"), "{}", runner.file("asked"));

        runner.save(BAD);
        let output = runner.step("diff", &[base[0], ("LINCHPIN_DENY", "true")]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(runner.file("output").ends_with("exit-code=1\n"), "{}", runner.file("output"));
        assert!(runner.file("summary").contains("### ✗ What survives"), "{}", runner.file("summary"));
        assert!(runner.step("comment", &comment).status.success());
        assert!(runner.file("asked").contains("--method POST repos/team/shop/issues/7/comments -F body=@"));
        assert!(
            runner
                .file("linchpin-comment.md")
                .starts_with("<!-- what the change does to the model -->\n### ✗")
        );

        // The next run finds its comment, and then says that all is well again.
        fs::write(runner.temp.join("comments"), "4711\n").expect("writable");
        runner.save(GOOD);
        assert!(runner.step("diff", &base).status.success());
        assert!(runner.step("comment", &comment).status.success());
        assert!(runner.file("asked").contains("--method PATCH repos/team/shop/issues/comments/4711"));
        assert!(runner.file("linchpin-comment.md").contains("nothing changed"));
    }

    #[test]
    fn a_model_that_is_new_is_not_compared() {
        let Some(runner) = runner(GOOD) else { return };
        fs::create_dir(runner.work.join("new")).expect("writable");
        fs::write(runner.work.join("new/linchpin.toml"), BAD).expect("writable");
        let output = runner.step("diff", &[("LINCHPIN_BASE", "HEAD"), ("LINCHPIN_MODEL", "new")]);
        assert!(output.status.success() && stdout(&output).starts_with("::warning "), "{}", stderr(&output));
        assert_eq!(runner.file("output"), "exit-code=0\n");
    }

    #[test]
    fn the_verdict_is_the_worst() {
        let Some(runner) = runner(GOOD) else { return };
        for (check, diff, code) in [
            ("0", "", 0),
            ("0", "0", 0),
            ("0", "1", 1),
            ("1", "0", 1),
            ("2", "", 2),
            ("3", "1", 3),
            ("", "", 2),
        ] {
            let output =
                runner.step("verdict", &[("LINCHPIN_CHECK_CODE", check), ("LINCHPIN_DIFF_CODE", diff)]);
            assert_eq!(output.status.code(), Some(code), "{check} {diff}");
        }
    }

    #[test]
    fn a_build_is_kept_for_as_long_as_nothing_in_it_changes() {
        let Some(runner) = runner(GOOD) else { return };
        assert!(runner.step("key", &[]).status.success());
        let key = runner.file("output");
        assert!(key.starts_with("key=linchpin-Linux-X64-") && key.trim_end().len() == 23 + 64, "{key}");
        // One that is there is not built again.
        let built = runner.temp.join("linchpin/bin");
        fs::create_dir_all(&built).expect("writable");
        fs::copy("/bin/sh", built.join("linchpin")).expect("copied");
        assert!(runner.step("install", &[]).status.success());
        assert_eq!(runner.file("path"), format!("{}\n", built.display()));
        assert_eq!(runner.step("frobnicate", &[]).status.code(), Some(2));
    }
}
