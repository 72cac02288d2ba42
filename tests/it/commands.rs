//! Every command as its users meet it: what it prints, in text and JSON, and how it ends.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;

/// Runs the binary in the repository, away from the clock and the terminal of whoever runs the tests.
fn linchpin(arguments: &str) -> Output {
    linchpin_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

fn linchpin_in(directory: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args(arguments.split_whitespace()).current_dir(directory).stdin(Stdio::null());
    command.env_remove("CLICOLOR_FORCE").env_remove("COLUMNS").env("NO_COLOR", "1");
    let output = command.output().expect("the binary runs");
    let code = output.status.code();
    assert!(code.is_some_and(|code| code <= 3), "{arguments} ended with {code:?}: {}", shown(&output));
    output
}

/// Exit code, standard output, standard error.
fn shown(output: &Output) -> String {
    format!(
        "exit {}\n---- stdout\n{}---- stderr\n{}",
        output.status.code().expect("it was not killed"),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    )
}

fn json(arguments: &str) -> serde_json::Value {
    let output = linchpin(&format!("{arguments} --format json"));
    serde_json::from_slice(&output.stdout).expect("the result is JSON")
}

/// The day on which the storefront's waiver and backups are looked at.
const DAY: &str = "--as-of 2026-11-23";

#[test]
fn check_of_the_storefront() {
    assert_snapshot!(shown(&linchpin(&format!("check models/storefront {DAY}"))));
}

#[test]
fn check_quiet_says_nothing_when_all_is_well() {
    let output = linchpin(&format!("check models/storefront -q {DAY}"));
    assert_eq!(shown(&output), "exit 0\n---- stdout\n---- stderr\n");
}

#[test]
fn check_as_json() {
    assert_snapshot!(shown(&linchpin(&format!("check models/storefront --format json {DAY}"))));
}

#[test]
fn check_fails_when_a_waiver_has_run_out() {
    assert_snapshot!(shown(&linchpin("check models/storefront --as-of 2031-01-01 -q")));
}

#[test]
fn survive_of_the_storefront() {
    assert_snapshot!(shown(&linchpin(&format!("survive models/storefront {DAY}"))));
}

#[test]
fn survive_pairs_of_zones() {
    assert_snapshot!(shown(&linchpin(&format!("survive models/storefront --class zone --failures 2 {DAY}"))));
}

#[test]
fn survive_verbose_has_a_row_a_scenario() {
    let output = linchpin(&format!("survive models/storefront --class zone --class region -v {DAY}"));
    assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn survive_as_json() {
    assert_snapshot!(shown(&linchpin(&format!("survive models/minimal --class zone --format json {DAY}"))));
}

#[test]
fn survive_denies_only_when_asked() {
    assert_eq!(linchpin("survive models/minimal --class region -q").status.code(), Some(0));
    assert_eq!(linchpin("survive models/minimal --class region -q --deny").status.code(), Some(1));
    assert_eq!(linchpin("survive models/minimal --class zone -q --deny").status.code(), Some(0));
}

#[test]
fn a_scenario_of_ones_own() {
    let arguments = format!("survive models/storefront --fail aws/us-east-1=4h --fail statusly=30m {DAY}");
    assert_snapshot!(shown(&linchpin(&arguments)));
}

#[test]
fn blast_of_the_storefront() {
    assert_snapshot!(shown(&linchpin("blast models/storefront")));
}

#[test]
fn blast_of_one_failure_as_json() {
    assert_snapshot!(shown(&linchpin("blast models/storefront --fail aws/us-east-1 --format json")));
}

#[test]
fn explain_what_is_down_and_what_saved_the_rest() {
    assert_snapshot!(shown(&linchpin(&format!("explain models/storefront --fail aws/us-east-1=4h {DAY}"))));
}

#[test]
fn explain_as_json() {
    let arguments = format!("explain models/minimal --fail cloud/north/a --format json {DAY}");
    assert_snapshot!(shown(&linchpin(&arguments)));
}

#[test]
fn explain_needs_something_that_fails() {
    assert_snapshot!(shown(&linchpin("explain models/minimal")));
}

#[test]
fn draw_gives_the_same_bytes_each_time() {
    let once = linchpin("draw models/storefront --fail aws/us-east-1 --format dot");
    assert_eq!(once.status.code(), Some(0));
    assert_eq!(once.stdout, linchpin("draw models/storefront --fail aws/us-east-1 --format dot").stdout);
    assert_snapshot!(String::from_utf8_lossy(
        &linchpin("draw models/minimal --fail cloud/north/a --format dot").stdout
    ));
}

#[test]
fn dot_reads_back_as_the_graph_that_was_written() {
    for arguments in ["draw models/minimal", "draw models/storefront", "draw models/storefront --fail aws"] {
        let output = linchpin(&format!("{arguments} --format dot"));
        let text = String::from_utf8(output.stdout).expect("DOT is UTF-8");
        let graph = graphviz_rust::parse(&text).expect("DOT parses");
        let again =
            graphviz_rust::print(graph.clone(), &mut graphviz_rust::printer::PrinterContext::default());
        assert_eq!(graphviz_rust::parse(&again), Ok(graph), "{arguments}");
    }
}

#[test]
fn pictures_need_graphviz_and_say_so() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("picture.svg");
    let arguments =
        format!("draw models/storefront --fail aws/us-east-1 -q --engine graphviz -o {}", file.display());
    if Command::new("dot").arg("-V").output().is_ok() {
        let output = linchpin(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        let svg = fs::read_to_string(&file).expect("the picture was written");
        assert!(svg.contains("</svg>") && svg.contains("checkout"), "{svg}");
    }
    // Without any program on the path there is a message, no file, and DOT still works.
    fs::remove_file(&file).ok();
    let without = |arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
        command.args(arguments.split_whitespace()).current_dir(env!("CARGO_MANIFEST_DIR")).env("PATH", "");
        command.output().expect("the binary runs")
    };
    let output = without(&arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("apt install graphviz"), "{}", shown(&output));
    assert!(!file.exists());
    assert_eq!(without("draw models/storefront").status.code(), Some(0));
}

#[test]
fn init_writes_a_model_that_passes_and_never_overwrites() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let output = linchpin_in(directory.path(), "init");
    assert_snapshot!(shown(&output));
    // The nearest linchpin.toml is found from below too.
    let below = directory.path().join("below");
    fs::create_dir(&below).expect("writable");
    let output = linchpin_in(&below, "check");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let before = fs::read(directory.path().join("linchpin.toml")).expect("written");
    assert_eq!(linchpin_in(directory.path(), "init").status.code(), Some(2));
    assert_eq!(fs::read(directory.path().join("linchpin.toml")).expect("still there"), before);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("result.json");
    fs::write(&file, "old").expect("writable");
    let to = file.display();
    // A model that is wrong leaves the old file alone.
    let output = linchpin(&format!("check models/invalid/unknown-key.toml --format json -o {to}"));
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).expect("still there"), "old");
    let output = linchpin(&format!("check models/minimal --format json -o {to}"));
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(output.stdout.is_empty());
    let written = fs::read(&file).expect("written");
    assert_eq!(written, linchpin("check models/minimal --format json").stdout);
    let entries = fs::read_dir(directory.path()).expect("listable").count();
    assert_eq!(entries, 1, "nothing is left beside the file");
    let output = linchpin(&format!("check models/minimal -o {to}/in/nowhere"));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_closed_pipe_is_success() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args([
        "survive",
        "models/storefront",
        "--failures",
        "2",
        "--class",
        "product",
        "--format",
        "json",
        "-q",
    ]);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn arguments_that_are_wrong_end_with_two() {
    for arguments in [
        "",
        "frobnicate",
        "check --bogus",
        "survive models/minimal --class planet",
        "survive models/minimal --failures 0",
        "survive models/minimal --fail cloud --failures 2",
        "survive models/minimal --fail nowhere",
        "survive models/minimal --fail capability:shop",
        "survive models/minimal --fail cloud=soon",
        "survive models/minimal --scenario nothing",
        "survive models/minimal --capability nothing",
        "check models/minimal --as-of yesterday",
        "check models/nowhere",
        "explain-code nonsense",
        "draw models/minimal -o picture.bmp",
        "cuts --openpsa models/fault-trees/cooling.xml --capability c",
    ] {
        let output = linchpin(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {}", shown(&output));
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments}: {}", shown(&output));
    }
}

#[test]
fn a_question_about_too_much_is_refused_at_once() {
    let output = linchpin("survive models/storefront --class product --class instance --failures 12 -q");
    assert_snapshot!(shown(&output));
}

/// Every command of the definition, the hidden ones too.
fn commands() -> Vec<clap::Command> {
    let definition = linchpin::cli::definition();
    let commands: Vec<_> = definition.get_subcommands().cloned().collect();
    assert!(commands.len() > 10);
    commands
}

#[test]
fn the_help_of_every_command() {
    assert_snapshot!("help", shown(&linchpin("--help")));
    for command in commands() {
        let name = command.get_name();
        assert_snapshot!(format!("help-{name}"), shown(&linchpin(&format!("{name} --help"))));
    }
}

/// What stands behind a command's help: lines that begin with its name, after `Example:` or below `Examples:`.
fn examples(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let line = |line: &str| {
        let line = line.trim();
        let command = line.strip_prefix("Example: ").unwrap_or(line).strip_prefix("linchpin ")?;
        Some(command.to_owned())
    };
    help.lines().filter_map(line).collect()
}

#[test]
fn the_examples_in_help_run() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    for command in commands() {
        let name = command.get_name();
        let examples = examples(&command);
        assert!(!examples.is_empty(), "{name} has an example");
        for example in examples {
            assert!(example.starts_with(name), "{name} has an example of another command: {example}");
            let arguments = example.replace("models/", &format!("{}/", models.display()));
            // The live page has no end; its own tests start it.
            if name == "serve" {
                let parsed = linchpin::cli::definition()
                    .try_get_matches_from(format!("linchpin {arguments}").split_whitespace());
                assert!(parsed.is_ok(), "{example}: {parsed:?}");
                continue;
            }
            let output = linchpin_in(directory.path(), &arguments);
            let may_say_no = example.contains("--deny");
            let code = output.status.code();
            assert!(code == Some(0) || (may_say_no && code == Some(1)), "{example}: {}", shown(&output));
            assert!(
                !String::from_utf8_lossy(&output.stderr).contains("error"),
                "{example}: {}",
                shown(&output)
            );
        }
    }
}

/// A model of one text, in a directory of its own.
fn model_of(text: &str) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("linchpin.toml"), text).expect("writable");
    let path = directory.path().display().to_string();
    (directory, path)
}

#[test]
fn hostile_names_come_out_spelt_in_json_whole_and_harmless() {
    let name = "a \u{9b}31m \u{202e} \u{7f} \u{e0001} z";
    let text =
        format!("[model]\nname = {}\n[provider.p]\n[capability.c]\nneeds = ['p']\n", serde_json::json!(name));
    // TOML has no surrogates and JSON writes none of these characters escaped: the text holds them as they are.
    let (directory, model) = model_of(&text.replace('\u{7f}', "\\u007f"));
    for arguments in
        [format!("survive {model} --format json"), format!("survive {model} --format json -o {model}/out")]
    {
        let output = linchpin(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        let json = if output.stdout.is_empty() {
            fs::read(directory.path().join("out")).expect("written")
        } else {
            output.stdout
        };
        assert!(
            json.iter().all(|byte| (b' '..=b'~').contains(byte) || *byte == b'\n'),
            "nothing hidden is left"
        );
        let value: serde_json::Value = serde_json::from_slice(&json).expect("the result is JSON");
        assert_eq!(value["model"], name);
    }
}

#[test]
fn a_scenario_is_declared_once_over_all_files() {
    let (directory, model) =
        model_of("[provider.p]\n[capability.c]\nneeds = ['p']\n[scenario.fire]\nfails = ['p']\n");
    fs::write(directory.path().join("more.toml"), "[scenario.fire]\nfails = ['p']\n").expect("writable");
    let output = linchpin(&format!("check {model}"));
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("error[duplicate-name]: two scenarios are called `fire`"), "{said}");
}

#[test]
fn a_policy_that_fails_nothing_is_warned_of() {
    let text = "[provider.p]\n[capability.c]\nneeds = ['p']\n[[policy]]\nname = 'x'\nsurvive = 'group'\n[[policy]]\nname = 'y'\navailability = 0.5\nwithin = '1s'\n";
    let (_directory, model) = model_of(text);
    let output = linchpin(&format!("check {model}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the policy `x` fails nothing"), "{said}");
    assert!(said.contains("`within` has no effect without `survive`"), "{said}");
}

#[test]
fn what_is_never_up_is_not_blamed_on_the_scenario() {
    let text = "[provider.p]\n[provider.q]\n[service.s]\nplaced = ['p']\nquorum = 2\n[capability.c]\nneeds = ['s']\n";
    let (_directory, model) = model_of(text);
    let output = linchpin(&format!("check {model}"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("c is down when q fails, as with nothing failed"), "{said}");
}

#[test]
fn a_small_text_cannot_ask_for_a_model_beyond_all_bounds() {
    let zones: Vec<String> = (0..2_000).map(|zone| format!("\"z{zone}\"")).collect();
    let services: Vec<String> = (0..1_500).map(|s| format!("[service.s{s}]\nplaced = ['p/r/*']\n")).collect();
    let text = format!("[provider.p.region.r]\nzones = [{}]\n{}", zones.join(", "), services.concat());
    let (_directory, model) = model_of(&text);
    let output = linchpin(&format!("check {model}"));
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("more than 2000000 elements"),
        "{}",
        shown(&output)
    );
}

#[test]
fn text_and_json_of_a_check_count_the_same() {
    let report = json("check models/storefront --as-of 2031-01-01");
    let findings = report["findings"].as_array().expect("a list");
    let denied = findings.iter().filter(|f| f["level"] == "deny" && f["waived"].is_null()).count();
    let text = linchpin("check models/storefront --as-of 2031-01-01");
    let text = String::from_utf8_lossy(&text.stdout);
    assert!(denied > 0 && text.contains(&format!("{denied} denied")), "{text}");
    assert_eq!(report["verdict"], "fail");
}

#[test]
fn what_is_too_large_to_be_generated_is_refused() {
    let too_large =
        ["layered 2000000 2 1000", "cloud 1000 1000 1000 10", "microservices 2000001", "fat-tree 257 1"];
    for shape in too_large {
        let output = linchpin(&format!("generate {shape}"));
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{shape}");
    }
}

#[test]
fn generated_models_are_the_same_for_the_same_seed() {
    for shape in ["fat-tree 4 2", "layered 50 5 3", "cloud 2 2 2 40", "microservices 40"] {
        let one = linchpin(&format!("generate {shape} --seed 3")).stdout;
        assert_eq!(one, linchpin(&format!("generate {shape} --seed 3")).stdout);
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::write(directory.path().join("linchpin.toml"), &one).expect("writable");
        let output = linchpin_in(directory.path(), "survive -q --class provider --class service");
        assert_eq!(output.status.code(), Some(0), "{shape}: {}", shown(&output));
    }
    assert_ne!(
        linchpin("generate microservices 40 --seed 3").stdout,
        linchpin("generate microservices 40").stdout
    );
}
