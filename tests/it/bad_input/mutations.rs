//! Valid models with something cut out, doubled or swapped: never a panic, and problems have their places.

use linchpin::analysis::{System, lint};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use super::*;

/// One step away from a text: what it does, where (as a share of the text), and with what.
#[derive(Debug, Clone)]
enum Mutation {
    DropLine(usize),
    RepeatLine(usize, usize),
    SwapLines(usize, usize),
    DropToken(usize),
    RepeatToken(usize, usize),
    ReplaceToken(usize, usize),
    Insert(usize, char),
    DropCharacter(usize),
    CutOff(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<usize>;
    let characters = prop::sample::select(
        "[]{}\"'=,.#\n\r\t \\/*@:-_019azé漢\u{0}\u{1b}\u{202e}\u{feff}".chars().collect::<Vec<_>>(),
    );
    prop_oneof![
        at().prop_map(Mutation::DropLine),
        (at(), at()).prop_map(|(from, to)| Mutation::RepeatLine(from, to)),
        (at(), at()).prop_map(|(one, other)| Mutation::SwapLines(one, other)),
        at().prop_map(Mutation::DropToken),
        (at(), at()).prop_map(|(from, to)| Mutation::RepeatToken(from, to)),
        (at(), at()).prop_map(|(at, by)| Mutation::ReplaceToken(at, by)),
        (at(), characters).prop_map(|(at, character)| Mutation::Insert(at, character)),
        at().prop_map(Mutation::DropCharacter),
        at().prop_map(Mutation::CutOff),
    ]
}

/// Words that mean something to the format, most of them where they do not belong.
const WORDS: [&str; 28] = [
    "needs",
    "placed",
    "zones",
    "count",
    "at",
    "on",
    "any",
    "of",
    "at_least",
    "same",
    "survive",
    "fails",
    "\"zone\"",
    "\"aws\"",
    "\"aws/us-east-1/*\"",
    "\"tag:x\"",
    "\"#ebs\"",
    "\"1h\"",
    "\"-1h\"",
    "true",
    "1000000",
    "-1",
    "0.5",
    "nan",
    "2026-02-30",
    "[]",
    "{}",
    "[[",
];

/// Splits behind each run of letters and digits and each other character, so that the pieces make up the text.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (token, others) = rest.split_at(word.max(first.len_utf8()));
        tokens.push(token);
        rest = others;
    }
    tokens
}

fn mutate(text: &str, mutation: &Mutation) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut tokens = tokens(text);
    let characters: Vec<char> = text.chars().collect();
    if characters.is_empty() {
        return text.to_owned();
    }
    let (n_lines, n_tokens) = (lines.len(), tokens.len());
    match *mutation {
        Mutation::DropLine(at) => drop(lines.remove(at % n_lines)),
        Mutation::RepeatLine(from, to) => lines.insert(to % n_lines, lines[from % n_lines]),
        Mutation::SwapLines(one, other) => lines.swap(one % n_lines, other % n_lines),
        Mutation::DropToken(at) => drop(tokens.remove(at % n_tokens)),
        Mutation::RepeatToken(from, to) => tokens.insert(to % n_tokens, tokens[from % n_tokens]),
        Mutation::ReplaceToken(at, by) => tokens[at % n_tokens] = WORDS[by % WORDS.len()],
        Mutation::Insert(at, character) => {
            let at = at % characters.len();
            return characters[..at].iter().chain([&character]).chain(&characters[at..]).collect();
        }
        Mutation::DropCharacter(at) => {
            let at = at % characters.len();
            return characters[..at].iter().chain(&characters[at + 1..]).collect();
        }
        Mutation::CutOff(at) => return characters[..at % characters.len()].iter().collect(),
    }
    if matches!(mutation, Mutation::DropLine(_) | Mutation::RepeatLine(..) | Mutation::SwapLines(..)) {
        lines.concat()
    } else {
        tokens.concat()
    }
}

/// Reads texts as one model; whatever is said must lie in them and be shown without trouble.
fn read(texts: &[String]) {
    let mut sources = Sources::default();
    for (index, text) in texts.iter().enumerate() {
        sources.add(format!("{index}.toml"), text.as_str());
    }
    let said = match Model::read(&sources, "mutated") {
        Ok(model) => lint(&System::new(model)),
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a word");
            let places: Vec<_> = problems.iter().map(|problem| problem.place).collect();
            assert!(places.is_sorted(), "problems are in the order of the text");
            problems
        }
    };
    for diagnostic in &said {
        let related = diagnostic.related.iter().map(|(place, _)| *place);
        for place in std::iter::once(diagnostic.place).chain(related) {
            let Some(file) = place.file() else { continue };
            let text = &sources.get(file).expect("the file is one of those read").text;
            assert!(text.get(place.range()).is_some(), "{diagnostic:#?} lies outside of {text:?}");
            assert!(sources.position(place).is_some(), "{diagnostic:#?}");
        }
    }
    let shown = linchpin::render::diagnostics(&said, &sources);
    assert!(!shown.contains('\u{202e}') && !shown.contains('\u{feff}'), "{shown:?}");
}

/// Valid models, each as the texts of its files.
fn valid() -> Vec<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |path: &Path| fs::read_to_string(path).expect("the model is there");
    let entries = fs::read_dir(root.join("models/storefront")).expect("the model is there");
    let mut storefront: Vec<_> = entries.map(|entry| entry.expect("listed").path()).collect();
    storefront.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    storefront.sort();
    vec![
        vec![text(&root.join("src/cli/commands/init.toml"))],
        storefront.iter().map(|path| text(path)).collect(),
    ]
}

#[test]
fn mutated_models_never_panic_and_problems_have_their_places() {
    let models = valid();
    for model in &models {
        read(model);
    }
    let steps = prop::collection::vec((any::<usize>(), mutation()), 1..8);
    let config = ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    };
    let result = TestRunner::new(config).run(&(0..models.len(), steps), |(model, steps)| {
        let mut texts = models[model].clone();
        for (file, step) in &steps {
            let file = file % texts.len();
            texts[file] = mutate(&texts[file], step);
        }
        read(&texts);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}
