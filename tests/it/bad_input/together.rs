//! Mistakes of shape and of names in one model: all are told at once, and none only because of another.

use crate::random::{Draft, Mistake, NOWHERE, Size};

use super::*;

/// What is said of texts, in order: the code and the marked text.
fn said(texts: &[&str]) -> Vec<(Code, String)> {
    let mut sources = Sources::default();
    for (index, text) in texts.iter().enumerate() {
        sources.add(format!("{index}.toml"), *text);
    }
    let problems = Model::read(&sources, "m").expect_err("the model is wrong");
    let marked = |problem: &Diagnostic| {
        let source = problem.place.file().and_then(|file| sources.get(file)).expect("it has a place");
        (problem.code, source.text[problem.place.range()].to_owned())
    };
    problems.iter().map(marked).collect()
}

#[track_caller]
fn says(texts: &[&str], expected: &[(Code, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(code, marked)| (*code, (*marked).to_owned())).collect();
    assert_eq!(said(texts), expected, "{}", texts.join("\n---\n"));
}

/// A model without a mistake, to which each test adds some.
const GROUND: &str = r#"
[provider.aws.region.east]
zones = ["a", "b"]
[provider.aws.product.ebs]
scope = "zone"
[service.database]
placed = ["aws/east/*"]
[service.cache]
[capability.shop]
needs = ["database"]
[[policy]]
name = "a zone"
survive = "zone"
"#;

// ---- both sorts at once ----------------------------------------------------------------------------------

#[test]
fn mistakes_of_every_stage_are_told_in_the_order_of_the_text() {
    let text = r#"
[service.web]
placed = ["aws/east/c", { at = "awz", count = "two" }]
standby = [{ at = 5, needs = ["chache"] }]
quorum = "two"
uses = ["ebz", 5]
needs = ["databse", { any = ["cache", 7], after = "soon" }, { at_least = "x", of = ["chache"] }]
colour = "red"
[group.one]
members = ["two"]
availability = 1.5
[group.two]
members = ["one", "tree"]
[capability.sell]
needs = [{ on = 5, tolerates = "1h" }, "web", "capability:shp"]
tier = "one"
[[policy]]
survive = ["strom", "zone"]
capabilities = ["sel"]
[[waiver]]
policy = "a zome"
until = "tomorrow"
reason = "none"
[scenario.storm]
fails = ["aws/east", { what = "aws/west", lasts = 5 }, { what = "aws/east" }]
"#;
    let expected = [
        (Code::UnknownReference, "\"aws/east/c\""),
        (Code::UnknownReference, "\"awz\""),
        (Code::WrongType, "\"two\""),
        (Code::WrongType, "5"),
        (Code::UnknownReference, "\"chache\""),
        (Code::WrongType, "\"two\""),
        (Code::WrongType, "5"),
        (Code::UnknownReference, "\"databse\""),
        (Code::WrongType, "7"),
        (Code::BadDuration, "\"soon\""),
        (Code::WrongType, "\"x\""),
        (Code::UnknownReference, "\"chache\""),
        (Code::UnknownKey, "colour"),
        (Code::CircularGroups, "one"),
        (Code::OutOfRange, "1.5"),
        (Code::UnknownReference, "\"tree\""),
        (Code::WrongType, "5"),
        (Code::UnknownReference, "\"capability:shp\""),
        (Code::WrongType, "\"one\""),
        (Code::MissingKey, "[[policy]]"),
        (Code::UnknownReference, "\"strom\""),
        (Code::UnknownReference, "\"sel\""),
        (Code::WrongType, "\"tomorrow\""),
        (Code::UnknownReference, "\"aws/west\""),
        (Code::WrongType, "5"),
        (Code::DuplicateFailure, "\"aws/east\""),
    ];
    says(&[&format!("{GROUND}{text}")], &expected);
}

/// A table with a mistake in it is looked at all the same.
#[test]
fn one_table_may_have_mistakes_of_both_sorts() {
    for (text, expected) in [
        (
            "[service.x]\nquorum = 'two'\nneeds = ['databse']",
            [(Code::WrongType, "'two'"), (Code::UnknownReference, "'databse'")],
        ),
        (
            "[service.x]\nbackup = [{ at = 'aws#s3', every = 5 }]",
            [(Code::UnknownReference, "'aws#s3'"), (Code::WrongType, "5")],
        ),
        (
            "[service.x]\nstandby = [{ at = 'aws/west', afer = '5m' }]",
            [(Code::UnknownReference, "'aws/west'"), (Code::UnknownKey, "afer")],
        ),
        (
            "[provider.x]\navailability = 2\nneeds = ['awz']",
            [(Code::OutOfRange, "2"), (Code::UnknownReference, "'awz'")],
        ),
        (
            "[provider.x.product.y]\nneeds = ['#z']\nscope = 'zonal'",
            [(Code::UnknownReference, "'#z'"), (Code::BadChoice, "'zonal'")],
        ),
        (
            "[group.x]\nmembers = ['databse', 5]",
            [(Code::UnknownReference, "'databse'"), (Code::WrongType, "5")],
        ),
        (
            "[outage.x]\ntitle = 5\ndate = 2026-01-01\nsources = ['s']\nfails = ['a b']",
            [(Code::WrongType, "5"), (Code::BadReference, "'a b'")],
        ),
        (
            "[[happened]]\noutage = 'no-such'\ncapability = 5\nsource = 's'\nundecided = 'why'",
            [(Code::UnknownReference, "'no-such'"), (Code::WrongType, "5")],
        ),
        (
            "[capability.x]\nneeds = ['database']\n[service.cache2]\ndata = 1\n[group.database]",
            [(Code::DuplicateName, "database"), (Code::WrongType, "1")],
        ),
        (
            "[service.x]\nplaced = ['aws']\nstart = 5\nneeds = [{ on = 'database', same = 'zone' }]",
            [(Code::WrongType, "5"), (Code::NoPeer, "{ on = 'database', same = 'zone' }")],
        ),
    ] {
        says(&[&format!("{GROUND}{text}\n")], &expected);
    }
}

// ---- no mistake only because of another --------------------------------------------------------------------

/// What is declared is known by its name, however little of it could be read; and what may be declared may be needed.
#[test]
fn nothing_is_called_unknown_that_may_be_declared() {
    for (wrong, needs) in [
        ("group.g = 1", "'g'"),
        ("group.g = []", "'group:g'"),
        ("[[group.g]]", "'g'"),
        ("service.s = 'x'", "'s', 's@aws', 'service:s', 's@aws/east/a[2]'"),
        ("service.s.placed = 5", "'s@aws'"),
        ("service.s.placed = [5]", "'s@aws'"),
        ("service.s.placd = ['aws']", "'s@aws'"),
        ("service.s.runs = ['aws']", "'s@aws'"),
        ("service.s.placed = [{ at = 'aws', count = '3' }]", "'s@aws[3]'"),
        ("service.s.placed = [{ count = 3 }]", "'s@aws[3]'"),
        ("service.s.placed = ['awz']", "'s@awz', 's@aws'"),
        ("service.s.standby = [{}]", "'s@aws'"),
        ("service.s.backup = 1", "'s@aws'"),
        ("provider.p = 1", "'p', 'p/r', 'p/r/z', 'p#q', 'p/r#q', 'p/r/z#q', 'provider:p'"),
        ("provider.p.region = 1", "'p', 'p/r/z', 'p/r#q'"),
        ("provider.p.region.r = 1", "'p/r', 'p/r/z'"),
        ("provider.p.region.r.zones = 'z'", "'p/r', 'p/r/z'"),
        ("provider.p.region.r.zones = [1]", "'p/r/z'"),
        ("provider.p.region.r.zonse = ['z']", "'p/r/z'"),
        ("provider.p.region.r.zone = 1", "'p/r/z'"),
        ("provider.p.region.r.zone.z = 1", "'p/r/z'"),
        ("provider.p.regions.r.zones = ['z']", "'p/r', 'p/r/z'"),
        ("provider.p.product = 1", "'p#q'"),
        ("provider.p.product.q = 1", "'p#q'"),
        ("provider.p.product.q.scope = 1", "'p#q'"),
        ("provider.aws.product.q = {}", "'aws/east/a#q'"),
        ("provider.aws.product.q.scop = 'zone'", "'aws/east/a#q'"),
        ("capability.c = 1", "'capability:c'"),
        ("channel.c = 1", "'channel:c'"),
        ("capability = 1", "'capability:c'"),
        ("channel = []", "'channel:c'"),
        ("provider = 1", "'p', 'p/r/z', 'p#q'"),
        ("service = 1", "'s', 's@aws', 'service:s'"),
        ("group = ''", "'g', 'group:g'"),
        ("servise.s = {}", "'s', 's@aws', 'service:s'"),
        ("things.s = {}", "'s', 's/r/z', 's#q', 'capability:s'"),
        ("[[services]]\nname = 's'", "'s', 'service:s'"),
        ("[[things]]\nname = 's'", "'s', 'capability:s'"),
        ("model = 1", "'gcp', 'gcp/us-east1/b', 'gcp#gke', 'aws/us-east-1/a'"),
        ("model.catalogs = 'gcp'", "'gcp', 'gcp/us-east1/b', 'gcp#gke', 'provider:gcp'"),
        ("model.catalog = ['gcp']", "'gcp', 'gcp/us-east1/b'"),
        ("model.catalogs = ['gpc']", "'gcp', 'gcp/us-east1/b'"),
        ("modle.catalogs = ['gcp']", "'gcp', 'gcp/us-east1/b'"),
        ("[service.web", "'anything', 'capability:it', 'p/r/z#q', 's@p'"),
    ] {
        let place = "[provider.aws.region.east]\nzones = ['a']\n";
        let alone = said(&[place, wrong]);
        assert_eq!(alone.len(), 1, "{wrong}: {alone:?}");
        let needing = format!("[capability.needing]\nneeds = [{needs}]\n");
        assert_eq!(said(&[place, wrong, &needing]), alone, "{wrong}\n{needing}");
    }
}

/// Of what could be read all is known: what it does not have is told.
#[test]
fn what_cannot_be_declared_is_unknown_whatever_else_is_wrong() {
    for (wrong, need) in [
        ("service.s = 'x'", "'t'"),
        ("service.s = 'x'", "'capability:s'"),
        ("service.s.quorum = 'x'", "'s@aws'"),
        ("service.s.qorum = 1", "'s@aws'"),
        ("service.s.needs = [1]", "'s@aws'"),
        ("provider.p = 1", "'q/r'"),
        ("provider.p.needs = 1", "'p/r'"),
        ("provider.p.product.q = 1", "'p#r'"),
        ("provider.p.product.q = 1", "'p/r#q'"),
        ("provider.p.region.r.zones = [1]", "'p/s'"),
        ("provider.p.region.r.min_zones = 'x'", "'p/r/z'"),
        ("provider.p.region.r.zone.z = 1", "'p/r/y'"),
        ("group.g = 1", "'service:g'"),
        ("capability = 1", "'service:c'"),
        ("servise.s = {}", "'t'"),
        ("version = 1", "'t'"),
        ("model.name = 1", "'t'"),
        ("model.version = 1", "'t'"),
    ] {
        let place = "[provider.aws.region.east]\nzones = ['a']\n";
        let needing = format!("[capability.needing]\nneeds = [{need}]\n");
        let told = said(&[place, wrong, &needing]);
        let [_, (code, marked)] = &told[..] else { panic!("{wrong}, {need}: {told:?}") };
        assert_eq!((*code, marked.as_str()), (Code::UnknownReference, need), "{wrong}");
    }
}

/// A value that could not be read is blamed once.
#[test]
fn what_depends_on_a_value_that_could_not_be_read_is_not_blamed() {
    for (wrong, marked) in [
        // Figures that lack one which is there.
        ("[group.g]\nmtbf = '1h'\nmttr = 'soon'", "'soon'"),
        ("[group.g]\nmtbf = '0s'\nmttr = 'soon'", "'soon'"),
        ("[group.g]\nmtbff = '1h'\nmttr = '1h'", "mtbff"),
        // Instances that are not known.
        ("[service.s]\nplaced = 5\nneeds = [{ on = 'database', same = 'zone' }]", "5"),
        (
            "[service.s]\nplaced = ['aws/east/a', 'awz']\nneeds = [{ on = 'database', same = 'zone' }]",
            "'awz'",
        ),
        (
            "[service.t]\nplaced = [5]\n[service.s]\nplaced = ['aws/east/a']\nneeds = [{ on = 't', same = 'zone' }]",
            "5",
        ),
        (
            "[service.t]\nplaced = ['aws/eats/a']\n[service.s]\nplaced = ['aws/east/a']\nneeds = [{ on = 't', same = 'zone' }]",
            "'aws/eats/a'",
        ),
        // Products.
        ("[service.s]\nplaced = ['aws', 5]\nuses = ['rds']", "5"),
        ("[provider.p]\nproduct = 1\n[service.s]\nplaced = ['aws', 'p']\nuses = ['rds']", "1"),
        ("[provider.p.product]\nx = { scope = 'zone', needs = ['#y'] }\ny = 1", "1"),
        ("[provider.p]\nproducts = {}\n[provider.p.product.x]\nscope = 'zone'\nneeds = ['#y']", "products"),
        // Zones.
        ("[provider.p.region.r]\nzones = 5\n[service.s]\nplaced = ['p/r/*']", "5"),
        // Keys that are there, with a slip of the pen.
        ("[service.s]\nplaced = [{ att = 'aws' }]", "att"),
        ("[[policy]]\nnmae = 'x'", "nmae"),
        ("[scenario.x]\nfail = ['aws']", "fail"),
        ("[provider.p.product.x]\nscopee = 'zone'", "scopee"),
        // Names of policies, scenarios, outages, capabilities.
        ("[[policy]]\nname = 5\n[[waiver]]\npolicy = 'five'\nuntil = 2027-01-01\nreason = 'r'", "5"),
        ("[[polcy]]\nname = 'five'\n[[waiver]]\npolicy = 'five'\nuntil = 2027-01-01\nreason = 'r'", "polcy"),
        (
            "scenario.fire = 1\n[[policy]]\nname = 'x'\nsurvive = 'fire'\n[[waiver]]\npolicy = 'x'\nfailure = 'fire'\nuntil = 2027-01-01\nreason = 'r'",
            "1",
        ),
        (
            "scenario = 1\n[[policy]]\nname = 'x'\nsurvive = 'fire'\n[[waiver]]\npolicy = 'x'\nfailure = 'fire'\nuntil = 2027-01-01\nreason = 'r'",
            "1",
        ),
        (
            "[[policy]]\nname = 'x'\nsurvive = 5\n[[waiver]]\npolicy = 'x'\nfailure = 'aws-2011-04-21'\nuntil = 2027-01-01\nreason = 'r'",
            "5",
        ),
        (
            "outage.flood = 1\n[[policy]]\nname = 'x'\nsurvive = 'flood'\n[[happened]]\noutage = 'flood'\ncapability = 'shop'\nsource = 's'\nundecided = 'why'",
            "1",
        ),
        (
            "capability.c = 1\n[[policy]]\nname = 'x'\ncapabilities = ['c']\n[[waiver]]\npolicy = 'x'\ncapability = 'c'\nuntil = 2027-01-01\nreason = 'r'",
            "1",
        ),
        ("[[waiver]]\npolicy = 5\nuntil = 2027-01-01\nreason = 'r'", "5"),
        ("[[happened]]\noutage = 5\ncapability = 'shop'\nsource = 's'\nundecided = 'why'", "5"),
        // Two without a name do not share one.
        ("capability.'' = 1", "1"),
    ] {
        let told = said(&[GROUND, wrong]);
        if wrong.starts_with("capability.''") {
            assert_eq!(told, [(Code::BadName, "''".to_owned()), (Code::WrongType, "1".to_owned())]);
            continue;
        }
        let [(_, found)] = &told[..] else { panic!("{wrong}: {told:?}") };
        assert_eq!(found, marked, "{wrong}");
    }
    let unnamed = "[[policy]]\nsurvive = 'zone'\n[[policy]]\nsurvive = 'region'\n";
    says(&[unnamed], &[(Code::MissingKey, "[[policy]]"), (Code::MissingKey, "[[policy]]")]);
}

/// The same list of zones in two files is one mistake, not one more for each zone.
#[test]
fn a_list_that_is_given_twice_is_one_problem() {
    let zones = "[provider.p.region.r]\nzones = ['a', 'b']\n";
    let other = "[provider.p.region.r]\nzones = ['b', 'c']\n[service.s]\nplaced = ['p/r/c', 'p/r/*']\n";
    says(&[zones, other], &[(Code::DuplicateKey, "zones")]);
}

// ---- texts that are not TOML -------------------------------------------------------------------------------

#[test]
fn the_other_files_of_a_model_are_looked_at_when_one_is_not_toml() {
    let broken = "[service.lost]\nplaced = ['aws/east/a'\n";
    let others = "[service.s]\nquorum = 'two'\nplaced = ['aws/west', 'no place']\nuses = ['rds']\nneeds = ['lost', { on = 'lost', same = 'zone' }]\n\
                  [provider.p.product.x]\nneeds = ['#y']\n\
                  [group.one]\nmembers = ['two']\n[group.two]\nmembers = ['one', 'tag:t', 'aws/west/*']\n\
                  [[policy]]\nname = 'a zone'\nsurvive = 'flood'\ncapabilities = ['lost']\n";
    let expected = [
        (Code::Syntax, "\n"),
        (Code::WrongType, "'two'"),
        (Code::BadReference, "'no place'"),
        (Code::CircularGroups, "one"),
        (Code::DuplicateName, "'a zone'"),
    ];
    let told = said(&[GROUND, broken, others]);
    let told: Vec<_> = told.iter().map(|(code, marked)| (*code, marked.as_str())).collect();
    assert_eq!(told[1..], expected[1..]);
    assert_eq!(told[0].0, Code::Syntax);
}

// ---- random models -----------------------------------------------------------------------------------------

/// Random models, each with the seed that it was made of.
fn models() -> impl Iterator<Item = (u64, Draft)> {
    (0..400).map(|seed| (seed, Draft::new(seed, Size(1 + usize::try_from(seed % 11).unwrap_or_default()))))
}

const MISTAKES: [Mistake; 3] = [Mistake::Type, Mistake::Table, Mistake::Key];

fn code(mistake: Mistake) -> Code {
    match mistake {
        Mistake::Type | Mistake::Table => Code::WrongType,
        Mistake::Key => Code::UnknownKey,
    }
}

#[test]
fn one_mistake_in_a_random_model_is_one_problem_and_a_dangling_reference_elsewhere_is_a_second() {
    let mut tried = 0;
    for (seed, draft) in models() {
        for mistake in MISTAKES {
            let Some((broken, table, blamed)) = draft.mistaken(mistake, seed) else { continue };
            let one = (code(mistake), blamed);
            let told = said(&[&broken.text()]);
            assert!(
                told.len() == 1 && told[0] == one,
                "seed {seed}, {mistake:?}: {told:?}\n{}",
                broken.text()
            );
            let Some(dangling) = broken.dangling(table, seed) else { continue };
            let mut told = said(&[&dangling.text()]);
            told.sort();
            let mut both = vec![one, (Code::UnknownReference, NOWHERE.to_owned())];
            both.sort();
            assert_eq!(told, both, "seed {seed}, {mistake:?}:\n{}", dangling.text());
            tried += 1;
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn a_file_that_is_not_toml_hides_no_mistake_of_shape_and_makes_no_reference_unknown() {
    for (seed, draft) in models() {
        let Some((broken, table, blamed)) = draft.mistaken(Mistake::Type, seed) else { continue };
        let Some(dangling) = broken.dangling(table, seed) else { continue };
        let [lost, kept] = dangling.two_texts(table, seed);
        let lost = lost + "= 1\n";
        let told = said(&[&lost, &kept]);
        let (codes, marked): (Vec<_>, Vec<_>) = told.into_iter().unzip();
        assert_eq!(codes, [Code::Syntax, Code::WrongType], "seed {seed}:\n{lost}\n---\n{kept}");
        assert_eq!(marked[1], blamed);
    }
}

/// The models that are in the repository name catalogues, and say what happened.
#[test]
fn one_wrong_value_in_a_model_that_people_wrote_is_one_problem() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut tried = 0;
    for model in ["storefront", "2011-04-21/foursquare", "2011-04-21/heroku", "2011-04-21/netflix", "minimal"]
    {
        let entries = fs::read_dir(root.join(model)).expect("the model is there");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("listed").path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        let texts: Vec<String> =
            files.iter().map(|path| fs::read_to_string(path).expect("it is there")).collect();
        for (file, text) in texts.iter().enumerate() {
            for line in text.lines() {
                let Some((key, value)) = line.split_once(" = ") else { continue };
                if value.ends_with('[') || !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                {
                    continue;
                }
                let mut wrong: Vec<&str> = texts.iter().map(String::as_str).collect();
                let text = text.replacen(&format!("\n{line}\n"), &format!("\n{key} = 07:32:00\n"), 1);
                wrong[file] = &text;
                let expected = [(Code::WrongType, "07:32:00".to_owned())];
                assert_eq!(said(&wrong), expected, "{model}: {line}");
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}
