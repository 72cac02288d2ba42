//! What is built in: everything has a source, and everything named is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use linchpin::diag::Sources;
use linchpin::library::{self, Entry};
use linchpin::model::decl::{Declarations, Origin};
use linchpin::model::{Directory, Model, Outage, Scope, read_built_in};
use serde_json::Value;

use crate::binary::{linchpin, linchpin_in, model_of, stderr, stdout};

fn read(text: &str) -> Result<Model, Vec<String>> {
    let mut sources = Sources::default();
    sources.add("model.toml", text);
    Model::read(&sources, "model").map_err(|problems| problems.into_iter().map(|of| of.message).collect())
}

fn declared(entry: &Entry) -> Declarations {
    read_built_in(entry).unwrap_or_else(|problems| panic!("{}: {}", entry.name, problems[0].message))
}

/// Every origin of a catalogue, with what it is of.
fn origins(declared: &Declarations) -> Vec<(String, &Origin)> {
    let mut out = Vec::new();
    for provider in &declared.providers {
        let own = &provider.name.value;
        out.push((own.clone(), &provider.origin));
        out.extend(
            provider.regions.iter().map(|region| (format!("{own}/{}", region.name.value), &region.origin)),
        );
        out.extend(
            provider
                .products
                .iter()
                .map(|product| (format!("{own}#{}", product.name.value), &product.origin)),
        );
    }
    out.extend(declared.groups.iter().map(|group| (group.name.value.clone(), &group.origin)));
    out
}

/// What of a catalogue has no source, or none with a year.
fn unsourced(declared: &Declarations) -> Vec<String> {
    let is_bare = |origin: &Origin| {
        origin.source.as_ref().is_none_or(|source| source.value.trim().is_empty()) || origin.seen.is_none()
    };
    origins(declared).into_iter().filter(|(_, origin)| is_bare(origin)).map(|(name, _)| name).collect()
}

#[test]
fn every_entry_of_a_catalogue_has_a_source() {
    for entry in library::CATALOGS {
        let declared = declared(entry);
        assert_eq!(unsourced(&declared), [""; 0], "{}", entry.name);
        assert!(!origins(&declared).is_empty(), "{} is about something", entry.name);
        assert!(
            declared.services.is_empty() && declared.capabilities.is_empty() && declared.outages.is_empty()
        );
    }
    // The same look at an entry without one.
    let bare = Entry {
        name: "bare",
        file: "bare.toml",
        text: "[provider.p]\n[provider.p.region.r]\nsource = 'me'\n",
    };
    assert_eq!(unsourced(&self::declared(&bare)), ["p", "p/r"]);
}

#[test]
fn an_outage_without_a_source_is_refused() {
    let model = "[capability.c]\nneeds = ['p']\n[provider.p]\n[outage.o]\ntitle = 't'\ndate = 2020-01-01\nfails = ['p']\n";
    assert!(read(&format!("{model}sources = ['somebody']\n")).is_ok());
    for without in ["", "sources = []\n"] {
        let problems = read(&format!("{model}{without}")).expect_err("nobody says so");
        assert!(problems.iter().any(|problem| problem.contains("source")), "{problems:?}");
    }
    for entry in library::OUTAGES {
        let outage = Outage::built_in(entry.name).unwrap_or_else(|| panic!("{} can be read", entry.name));
        assert!(outage.sources.iter().all(|source| source.trim().len() > 10), "{}", entry.name);
    }
}

/// What an outage of a model's own says failed has to have the shape of a reference.
#[test]
fn what_cannot_have_failed_is_refused() {
    let outage = |fails: &str| {
        read(&format!(
            "[capability.c]\nneeds = ['p']\n[provider.p]\n[outage.o]\ntitle = 't'\ndate = 2020-01-01\nsources = ['me']\n\
             fails = [{fails}]\n"
        ))
    };
    for good in
        ["'p'", "'p/r/z'", "'p/{region}'", "'p/{region}/{zone}#x'", "'p#x'", "{ what = 'p#x', or = 'p' }"]
    {
        assert!(outage(good).is_ok(), "{good}");
    }
    for bad in [
        "''",
        "'{zone}'",
        "'p/{zone}'",
        "'p/r/{region}'",
        "'p/r/z/q'",
        "'p#'",
        "'#x'",
        "{ what = 'p', or = 'p/' }",
    ] {
        assert_eq!(outage(bad).expect_err(bad).len(), 1, "{bad}");
    }
}

/// Wherever several parts are not named, a zone decides its region.
#[test]
fn a_zone_says_its_region() {
    let text = "[provider.p.region.north]\nzones = ['a']\n[provider.p.region.south]\nzones = ['b']\n\
        [provider.p.product.x]\nscope = 'region'\n[service.s]\nplaced = ['p/north/a']\n[service.t]\nplaced = ['p/south/b']\n\
        [capability.c]\nneeds = ['s', 't', 'p/north#x', 'p/south#x']\n[outage.o]\ntitle = 't'\ndate = 2020-01-01\n\
        sources = ['me']\nfails = ['p/{region}#x', 'p/{region}/{zone}']\n";
    let model = read(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let scenarios = Directory::new(&model).scenarios(&model.outages[0]);
    let told: Vec<Vec<&str>> = scenarios
        .iter()
        .map(|scenario| scenario.fails.iter().map(|failure| model[failure.what].name.as_str()).collect())
        .collect();
    assert_eq!(told, [["p/north/a", "p/north#x"], ["p/south/b", "p/south#x"]]);
}

/// The lists in the code are what lies in the directories, outages by date.
#[test]
fn the_library_is_what_lies_in_its_directories() {
    for (directory, entries) in [("catalog", library::CATALOGS), ("outages", library::OUTAGES)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(directory);
        let files: BTreeSet<String> = fs::read_dir(path)
            .expect("it is there")
            .map(|file| file.expect("listed").path())
            .map(|file| file.file_stem().expect("a name").to_string_lossy().into_owned())
            .collect();
        let listed: BTreeSet<String> = entries.iter().map(|entry| entry.name.to_owned()).collect();
        assert_eq!(files, listed);
    }
    let outages = Outage::all_built_in();
    assert!(outages.len() >= 47);
    assert!(outages.is_sorted_by_key(|outage| outage.date), "oldest first");
    for (outage, entry) in outages.iter().zip(library::OUTAGES) {
        assert_eq!(outage.id, entry.name);
        assert!(outage.id.ends_with(&outage.date.to_string()), "{} on {}", outage.id, outage.date);
        assert!(!outage.fails.is_empty() && !outage.title.is_empty());
        let note = outage.note.as_deref().unwrap_or_default();
        assert!(note.len() > 15, "{} says how it is represented", outage.id);
    }
}

/// What an outage names is in a catalogue.
#[test]
fn what_outages_name_is_known() {
    let catalogs: Vec<Declarations> = library::CATALOGS.iter().map(declared).collect();
    let known: BTreeSet<String> =
        catalogs.iter().flat_map(|catalog| origins(catalog)).map(|(name, _)| name).collect();
    for outage in Outage::all_built_in() {
        for what in outage.fails.iter().flat_map(|failed| [Some(&failed.what), failed.or.as_ref()]).flatten()
        {
            let (domain, product) = what.split_once('#').map_or((&what[..], None), |(d, p)| (d, Some(p)));
            let parts: Vec<&str> = domain.split('/').collect();
            assert!(known.contains(parts[0]), "{}: {what}", outage.id);
            if let Some(region) = parts.get(1).filter(|region| !region.starts_with('{')) {
                assert!(known.contains(&format!("{}/{region}", parts[0])), "{}: {what}", outage.id);
            }
            if let Some(product) = product {
                assert!(known.contains(&format!("{}#{product}", parts[0])), "{}: {what}", outage.id);
            }
        }
    }
}

/// A name means one thing: no other name of something is somebody else's.
#[test]
fn other_names_are_not_taken() {
    let plain = |name: &str| name.replace(['-', '_', '.'], "").to_lowercase();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for entry in library::CATALOGS {
        for (name, origin) in origins(&declared(entry)) {
            let (domain, of) = match name.rfind(['#', '/']) {
                Some(at) => (&name[..=at], &name[at + 1..]),
                None => ("", &name[..]),
            };
            for written in std::iter::once(of).chain(origin.aka.iter().map(|aka| aka.value.as_str())) {
                let key = format!("{}{}", plain(domain), plain(written));
                let taken = owners.insert(key, name.clone());
                assert!(taken.is_none_or(|taken| taken == name), "{written} of {name}");
            }
        }
    }
}

/// A model that refers to all of a catalogue gets it all, and all that it needs.
#[test]
fn every_catalogue_can_be_used_whole() {
    for entry in library::CATALOGS {
        let declared = declared(entry);
        let mut text = format!("[model]\ncatalogs = ['{}']\n", entry.name);
        let mut needs = Vec::new();
        for provider in &declared.providers {
            let own = &provider.name.value;
            needs.push(format!("'{own}'"));
            for region in &provider.regions {
                needs.push(format!("'{own}/{}'", region.name.value));
                needs.extend(
                    region
                        .zones
                        .iter()
                        .map(|zone| format!("'{own}/{}/{}'", region.name.value, zone.name.value)),
                );
            }
            for product in &provider.products {
                needs.push(format!("'{own}#{}'", product.name.value));
                let at = match (product.scope, provider.regions.first()) {
                    (Scope::Global, _) | (_, None) => continue,
                    (_, Some(region)) => format!("{own}/{}", region.name.value),
                };
                needs.push(format!("'{at}#{}'", product.name.value));
                needs.extend(product.origin.aka.first().map(|aka| format!("'{at}#{}'", aka.value)));
            }
        }
        needs.extend(declared.groups.iter().map(|group| format!("'{}'", group.name.value)));
        for group in &declared.groups {
            text += &format!(
                "[service.member]\ntags = ['{}']\nneeds = ['own']\n[provider.own]\n",
                group.name.value
            );
        }
        text += &format!("[capability.all]\nneeds = [{}]\n", needs.join(", "));
        if let Err(problems) = read(&text) {
            panic!("{}: {problems:?}", entry.name);
        }
    }
}

fn names(text: &str) -> Vec<String> {
    let model = read(text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    model.elements().map(|(_, element)| element.name.clone()).collect()
}

#[test]
fn a_model_gets_what_it_refers_to_and_no_more() {
    let text = "[model]\ncatalogs = ['aws']\n[service.web]\nplaced = ['aws/eu-west-1/a', 'aws/eu-west-1/b']\nuses = ['ec2']\n\
        needs = ['aws/eu-west-1#sqs']\n[capability.shop]\nneeds = ['web']\n";
    let found = names(text);
    // SQS stands on DynamoDB, which comes with it.
    for there in ["aws/eu-west-1/a", "aws/eu-west-1/b#ec2", "aws/eu-west-1#sqs", "aws/eu-west-1#dynamodb"] {
        assert!(found.iter().any(|name| name == there), "{there} in {found:?}");
    }
    for not in ["aws/eu-west-1/c", "aws/us-east-1", "aws#s3", "aws#route53"] {
        assert!(found.iter().all(|name| name != not), "{not} in {found:?}");
    }
    // By another of its names it is there too, and stands on what it is a name of.
    let text = "[model]\ncatalogs = ['gcp']\n[service.web]\nplaced = ['gcp/europe-west1/b']\nuses = ['gce']\n\
        [capability.shop]\nneeds = ['web']\n";
    let found = names(text);
    for there in ["gcp/europe-west1/b#gce", "gcp/europe-west1/b#compute"] {
        assert!(found.iter().any(|name| name == there), "{there} in {found:?}");
    }
}

#[test]
fn the_model_has_the_last_word() {
    let figure = |text: &str, name: &str| {
        let model = read(text).unwrap_or_else(|problems| panic!("{problems:?}"));
        let id = model.find(name).expect("it is there");
        (model[id].availability, model[id].needs.len())
    };
    let head = "[model]\ncatalogs = ['aws']\n[capability.c]\nneeds = ['aws/us-east-1#sqs']\n";
    let sqs = "aws/us-east-1#sqs";
    let (promised, needs) = figure(head, sqs);
    assert!((promised.expect("a promise") - 0.999).abs() < 1e-12);
    assert_eq!(needs, 1, "DynamoDB");
    let own = format!("{head}[provider.aws.product.sqs]\nscope = 'region'\n");
    assert_eq!(figure(&own, sqs), (promised, needs), "what it does not say stays");
    let (other, _) = figure(&format!("{own}availability = 0.9\n"), sqs);
    assert!((other.expect("a figure") - 0.9).abs() < 1e-12);
    assert_eq!(figure(&format!("{own}needs = []\n"), sqs).1, 0, "the catalogue's do not count");
    // Its scope too is known.
    let short = format!("{head}[provider.aws.product.sqs]\navailability = 0.9\n");
    assert_eq!(figure(&short, sqs), (Some(0.9), 1));
    for unknown in ["[provider.aws.product.mine]\n", "[provider.mine.product.sqs]\n"] {
        let problems = read(&format!("{head}{unknown}")).expect_err("nobody knows its scope");
        assert_eq!(problems, ["a product needs `scope`"], "{unknown}");
    }
    let (mine, _) = figure(&format!("{own}mtbf = '99d'\nmttr = '1d'\n"), sqs);
    assert!((mine.expect("a figure") - 0.99).abs() < 1e-12);
    // Zones of one's own are all there are.
    let text = "[model]\ncatalogs = ['aws']\n[provider.aws.region.us-east-1]\nzones = ['x']\n\
        [service.s]\nplaced = ['aws/us-east-1/*']\n[capability.c]\nneeds = ['s']\n";
    assert_eq!(names(text).iter().filter(|name| name.starts_with("s@")).count(), 1);
}

#[test]
fn what_is_no_catalogue_is_refused_and_what_brings_nothing_is_told() {
    let problems = read("[model]\ncatalogs = ['asw']\n[provider.p]\n[capability.c]\nneeds = ['p']\n");
    assert_eq!(problems.expect_err("no such thing"), ["there is no catalogue `asw`"]);
    let directory = model_of("[model]\ncatalogs = ['gcp']\n[provider.p]\n[capability.c]\nneeds = ['p']\n");
    let output = linchpin_in(directory.path(), &["check", "."]);
    assert!(stderr(&output).contains("refers to nothing of the catalogue `gcp`"), "{}", stderr(&output));
    let output = linchpin_in(directory.path(), &["catalog", "amazon"]);
    assert!(stderr(&output).contains("did you mean `aws`?"), "{}", stderr(&output));
    let output = linchpin_in(directory.path(), &["catalog", "gpc"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("did you mean `gcp`?"), "{}", stderr(&output));
}

/// What is promised is a promise: a share, with the year in which it was seen.
#[test]
fn promises_are_shares_of_time() {
    let mut n_promises = 0;
    for entry in library::CATALOGS {
        for provider in declared(entry).providers {
            let products = provider.products.iter().map(|product| (&product.figures, &product.origin));
            for (figures, origin) in products.chain([(&provider.figures, &provider.origin)]) {
                assert!(figures.mtbf.is_none() && figures.mttr.is_none(), "records are not promises");
                let Some(availability) = &figures.availability else { continue };
                assert!((0.9..=1.0).contains(&availability.value.low), "{}", entry.name);
                assert!(origin.seen.as_ref().is_some_and(|seen| (2008..=2026).contains(&seen.value)));
                n_promises += 1;
            }
        }
    }
    assert!(n_promises > 30);
}

#[test]
fn what_is_built_in_can_be_read() {
    let json =
        |arguments: &str| -> Value { serde_json::from_slice(&linchpin(arguments).stdout).expect("JSON") };
    let outages = json("outages --format json");
    assert_eq!(outages["schema"], "linchpin/outages/1");
    assert_eq!(outages["outages"].as_array().map(Vec::len), Some(library::OUTAGES.len()));
    let fire = json("outages ovh-2021-03-10 --format json");
    let burnt = &fire["outages"][0]["fails"][0];
    assert_eq!((&burnt["what"], &burnt["lasts_s"]), (&Value::from("ovh/strasbourg/sbg2"), &Value::Null));
    assert_eq!(burnt["destroys"], true);
    let catalogs = json("catalog --format json");
    assert_eq!(catalogs["schema"], "linchpin/catalog/1");
    assert_eq!(catalogs["catalogs"].as_array().map(Vec::len), Some(library::CATALOGS.len()));
    insta::assert_snapshot!("outages", stdout(&linchpin("outages")));
    insta::assert_snapshot!("outage", stdout(&linchpin("outages aws-2011-04-21")));
    insta::assert_snapshot!("catalogs", stdout(&linchpin("catalog")));
    insta::assert_snapshot!("catalog", stdout(&linchpin("catalog cloudflare")));
}
