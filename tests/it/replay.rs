//! Real outages against models of those who went through them: what is computed is what happened.

use std::cmp::Reverse;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use jiff::civil::date;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use linchpin::analysis::{CapabilityOutcome, known_outages, replay as replayed};
use linchpin::diag::Place;
use linchpin::model::{Class, Directory, Element, ElementId, Failed, Failure, Outage, State, Time};

use linchpin::render::{self, Detail};
use linchpin::report::ReplayReport;

use crate::binary::{linchpin, linchpin_in, model_of, stderr, stdout};
use crate::laws::{cases, ensure, ensure_equal, law_of_models};
use crate::models;
use crate::naive::{self, Level};

/// `replay` of one outage against a model of one text.
fn replay(text: &str, outage: &str, more: &[&str]) -> Value {
    let directory = model_of(text);
    let mut arguments = vec!["replay", ".", "--format", "json", "--as-of", "2026-11-26", "--outage", outage];
    arguments.extend(more);
    let output = linchpin_in(directory.path(), &arguments);
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}\n{text}", stderr(&output)))
}

/// What becomes of a capability: its state and for how many seconds it is out; up without a scratch where the outage
/// does not touch the model.
fn fate(report: &Value, capability: &str) -> (String, Option<u64>) {
    let of = &report["outages"][0]["capabilities"][capability];
    if of.is_null() {
        assert_eq!(report["outages"][0]["touches"], false, "no capability is called {capability}");
        return ("up".to_owned(), Some(0));
    }
    (of["state"].as_str().expect("a state").to_owned(), of["outage_s"].as_u64())
}

/// Days, hours and minutes in seconds.
const fn minutes(days: u64, hours: u64, minutes: u64) -> u64 {
    ((days * 24 + hours) * 60 + minutes) * 60
}

// ---- the week of 21 April 2011 -----------------------------------------------------------------------------------

const WEEK: &str = "models/2011-04-21";

fn week() -> Vec<Value> {
    let output = linchpin(&format!("replay {WEEK} --outage aws-2011-04-21 --format json"));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    report["models"].as_array().expect("several models").clone()
}

/// Who, what of it, what happened, what is computed: state and hours out or, where degraded, until undegraded.
#[test]
fn the_week_of_april_2011_row_by_row() {
    let mut rows = Vec::new();
    for model in week() {
        for row in model["happened"].as_array().expect("each knows what happened") {
            let says = &row["says"];
            let seconds = match says["state"].as_str() {
                Some("degraded") => &says["undegraded_after_s"],
                _ => &says["outage_s"],
            };
            let hours = seconds.as_f64().map(|seconds| (seconds / 360.0).round() / 10.0);
            let happened = row["state"].as_str().unwrap_or("?");
            let verdict = row["verdict"].as_str().expect("a verdict");
            rows.push(format!(
                "{:<14} {:<20} {happened:<8} {:<8} {:>5} {verdict}",
                model["model"].as_str().expect("a name"),
                row["capability"].as_str().expect("a name"),
                says["state"].as_str().expect("a state"),
                hours.map_or_else(|| "never".to_owned(), |hours| hours.to_string()),
            ));
        }
    }
    // The columns: model, capability, what happened, what is computed, hours, whether both agree.
    let expected = [
        "bime           dashboards           up       up           0 right",
        "bime           web-site             down     down      83.7 right",
        "bime           proxied-connections  down     down      11.2 right",
        "bizo           serve-the-day        up       up         0.1 right",
        "bizo           grow-in-the-east     down     down      11.2 right",
        "drupal-gardens web-sites            down     down      83.7 right",
        "drupal-gardens restore-a-site       down     down      11.2 right",
        "foursquare     check-in             down     down      83.7 undecided",
        "heroku         apps-own-database    down     down      15.2 right",
        "heroku         apps-shared-database down     down      83.7 right",
        "heroku         deploy               down     down      83.7 right",
        "hootsuite      dashboard            down     down      83.7 undecided",
        "netflix        streaming            up       up           0 right",
        "policystat     policies             up       up         0.1 right",
        "quora          questions-and-answers down     down      83.7 undecided",
        "reddit         read                 degraded degraded  83.7 right",
        "reddit         post-and-vote        down     down      83.7 right",
        "smugmug        photos               up       up           0 right",
        "twilio         telephony            up       up           0 right",
        "twilio         background-work      ?        down      83.7 undecided",
    ];
    assert_eq!(rows, expected);
}

/// What happened is for the left column of the table alone: without it the same is computed.
#[test]
fn what_happened_is_no_part_of_the_answer() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join(WEEK);
    let mut n_models = 0;
    for entry in fs::read_dir(models).expect("they are there") {
        let text = fs::read_to_string(entry.expect("listed").path().join("linchpin.toml")).expect("readable");
        let built = text.split("[[happened]]").next().expect("the model");
        assert!(text.contains("[[happened]]") && !built.contains("[outage") && !built.contains("[scenario"));
        let (with, without) = (replay(&text, "aws-2011-04-21", &[]), replay(built, "aws-2011-04-21", &[]));
        assert_eq!(with["outages"], without["outages"]);
        assert!(without.get("happened").is_none());
        n_models += 1;
    }
    assert_eq!(n_models, 12);
}

/// Every assumption is marked as one, and everything else has a source.
#[test]
fn models_of_that_week_say_what_is_known_and_what_is_assumed() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join(WEEK);
    for entry in fs::read_dir(models).expect("they are there") {
        let text = fs::read_to_string(entry.expect("listed").path().join("linchpin.toml")).expect("readable");
        for word in ["\n# Known:", "\n# Assumption:", "source = \""] {
            assert!(text.contains(word), "{word} in\n{text}");
        }
    }
}

#[test]
fn the_week_as_it_is_printed() {
    assert_snapshot!("week", stdout(&linchpin(&format!("replay {WEEK} --outage aws-2011-04-21"))));
    assert_snapshot!("reddit", stdout(&linchpin(&format!("replay {WEEK}/reddit"))));
}

// ---- others, in other outages ------------------------------------------------------------------------------------

/// A model, an outage, and for each capability what happened: its state, for how long.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str, Option<u64>)]);

/// What the facts say of each outage, as somebody's models: elements are named as its users named them.
const CASES: &[Case] = &[
    // Streaming stood on load balancers; the site's data did not.
    (
        "aws-2012-12-24",
        "[model]\ncatalogs = ['aws']\n[service.api]\nplaced = ['aws/us-east-1/*']\nuses = ['ec2']\n\
         needs = ['aws/us-east-1#elb']\n[capability.devices]\nneeds = ['api']\n\
         [service.jobs]\nplaced = ['aws/us-east-1/*']\nuses = ['ec2']\n[capability.encoding]\nneeds = ['jobs']\n",
        &[("devices", "down", Some(minutes(0, 22, 6))), ("encoding", "up", Some(0))],
    ),
    // A site with its pictures in one region's S3, one with a copy in another, one that only launches.
    (
        "aws-2017-02-28",
        "[model]\ncatalogs = ['aws']\n[capability.one-region]\nneeds = ['aws/us-east-1#s3']\n\
         [capability.two-regions]\nneeds = [{ any = ['aws/us-east-1#s3', 'aws/us-west-2#s3'], after = '1m' }]\n\
         [capability.launch]\nneeds = ['aws/us-east-1#ec2-control']\n\
         [service.web]\nplaced = ['aws/us-east-1/a']\nuses = ['ec2', 'ebs']\n[capability.running]\nneeds = ['web']\n\
         [capability.functions]\nneeds = ['aws/us-east-1#lambda']\n[channel.status]\nneeds = ['aws#status-page']\n",
        &[
            ("one-region", "down", Some(minutes(0, 4, 17))),
            ("two-regions", "up", Some(60)),
            ("launch", "down", Some(minutes(0, 4, 17))),
            ("running", "up", Some(0)),
            ("functions", "down", Some(minutes(0, 4, 17))),
        ],
    ),
    // December 2021: what ran, ran; what had to change could not, names everywhere included.
    (
        "aws-2021-12-07",
        "[model]\ncatalogs = ['aws']\n[service.web]\nplaced = ['aws/us-east-1/*']\nuses = ['ec2', 'elb']\n\
         needs = ['aws/us-east-1#dynamodb', 'aws/us-east-1#s3', 'aws#route53']\n[capability.site]\nneeds = ['web']\n\
         [service.away]\nplaced = ['aws/us-east-1']\n\
         standby = [{ at = 'aws/eu-west-1', needs = ['aws#route53-control'] }]\nuses = ['api-gateway']\n\
         [capability.api]\nneeds = ['away']\n[capability.deliveries]\nneeds = ['aws/us-east-1#eventbridge']\n\
         [capability.scale]\nneeds = ['aws/us-east-1#autoscaling']\n",
        &[
            ("site", "up", Some(0)),
            ("api", "down", Some(minutes(0, 7, 0))),
            ("deliveries", "down", Some(minutes(0, 6, 5))),
            ("scale", "down", Some(minutes(0, 7, 7))),
        ],
    ),
    // October 2025: through DynamoDB, through launches, through what is signed in with.
    (
        "aws-2025-10-20",
        "[model]\ncatalogs = ['aws']\n[capability.tables]\nneeds = ['aws/us-east-1#dynamodb']\n\
         [service.web]\nplaced = ['aws/us-east-1/*']\nuses = ['ec2']\n[capability.running]\nneeds = ['web']\n\
         [service.fleet]\nplaced = ['aws/us-east-1/a']\nuses = ['ec2']\nneeds = ['aws/us-east-1#ec2-control']\n\
         [capability.launching]\nneeds = ['fleet']\n[capability.functions]\nneeds = ['aws/us-east-1#lambda']\n\
         [capability.west]\nneeds = ['aws/us-west-2#dynamodb', 'aws/us-west-2#lambda']\n\
         [capability.change-roles]\nneeds = ['aws#iam-control']\n[capability.sign-in]\nneeds = ['aws#console']\n\
         [capability.existing-roles]\nneeds = ['aws/eu-west-1#iam']\n",
        &[
            ("tables", "down", Some(minutes(0, 2, 52))),
            ("running", "up", Some(0)),
            ("launching", "down", Some(minutes(0, 14, 2))),
            ("functions", "down", Some(minutes(0, 14, 24))),
            ("west", "up", Some(0)),
            ("change-roles", "down", Some(minutes(0, 2, 52))),
            ("sign-in", "down", Some(minutes(0, 10, 8))),
            ("existing-roles", "up", Some(0)),
        ],
    ),
    // Kinesis and what hung on it. Log-in was really back after 7 h 17 min: by the catalogue it needs Kinesis, which was not.
    (
        "aws-2020-11-25",
        "[model]\ncatalogs = ['aws']\n[capability.log-in]\nneeds = ['aws/us-east-1#cognito']\n\
         [capability.scale]\nneeds = ['aws/us-east-1#autoscaling']\n[capability.store]\nneeds = ['aws/us-east-1#s3']\n",
        &[
            ("log-in", "down", Some(minutes(0, 17, 8))),
            ("scale", "down", Some(minutes(0, 17, 16))),
            ("store", "up", Some(0)),
        ],
    ),
    // One zone, whichever: a service over three with a synchronous database, and one with all in one.
    (
        "aws-2012-06-29",
        "[provider.aws.region.us-east-1]\nzones = ['a', 'b', 'c']\n[service.web]\nplaced = ['aws/us-east-1/*']\n\
         quorum = 2\n[capability.careful]\nneeds = ['web']\n[service.box]\nplaced = ['aws/us-east-1/b']\n\
         [capability.careless]\nneeds = ['box']\n",
        &[("careful", "up", Some(0)), ("careless", "down", Some(minutes(0, 3, 56)))],
    ),
    // Signing in: people could not, those who were in stayed in, machines went on.
    (
        "azure-2020-09-28",
        "[model]\ncatalogs = ['azure']\n[capability.sign-in]\nneeds = ['azure#azure-active-directory']\n\
         [capability.machines]\nneeds = ['azure#managed-identities']\n\
         [capability.signed-in]\nneeds = [{ on = 'azure#entra-id', tolerates = '3h' }]\n",
        &[
            ("sign-in", "down", Some(minutes(0, 2, 58))),
            ("machines", "up", Some(0)),
            ("signed-in", "down", Some(0)),
        ],
    ),
    // Every region of one provider, over its network; another provider takes over.
    (
        "azure-2023-01-25",
        "[model]\ncatalogs = ['azure', 'gcp']\n[service.web]\nplaced = ['azure/westeurope/*', 'azure/eastus/*']\n\
         uses = ['vm']\n[capability.site]\nneeds = ['web']\n\
         [service.two]\nplaced = ['azure/westeurope/1', 'gcp/europe-west1/b']\n[capability.both]\nneeds = ['two']\n",
        &[("site", "down", Some(minutes(0, 5, 35))), ("both", "up", Some(0))],
    ),
    (
        "azure-2023-08-30",
        "[model]\ncatalogs = ['azure']\n[service.bank]\nplaced = ['azure/australiaeast/2']\nuses = ['vm', 'sql']\n\
         [capability.banking]\nneeds = ['bank']\n[service.zones]\nplaced = ['azure/australiaeast/*']\nuses = ['vm']\n\
         [capability.spread]\nneeds = ['zones']\n",
        &[("banking", "down", Some(minutes(1, 0, 0))), ("spread", "up", Some(0))],
    ),
    (
        "azure-2018-09-04",
        "[model]\ncatalogs = ['azure']\n[service.vsts]\nplaced = ['azure/southcentralus']\n\
         [capability.hosted-there]\nneeds = ['vsts']\n[capability.classic]\nneeds = ['azure#asm']\n\
         [service.west]\nplaced = ['azure/westus2']\n[capability.elsewhere]\nneeds = ['west']\n",
        &[
            ("hosted-there", "down", Some(minutes(2, 23, 11))),
            ("classic", "down", Some(minutes(2, 23, 11))),
            ("elsewhere", "up", Some(0)),
        ],
    ),
    // What calls an interface stops, what merely runs goes on.
    (
        "gcp-2025-06-12",
        "[model]\ncatalogs = ['gcp']\n[service.vms]\nplaced = ['gcp/europe-west1/*']\nuses = ['gce']\n\
         [capability.running]\nneeds = ['vms']\n[capability.pictures]\nneeds = ['gcp/europe-west1#gcs']\n\
         [capability.scale]\nneeds = ['gcp/us-central1#compute-control']\n\
         [capability.train]\nneeds = ['gcp/us-central1#vertex-ai']\n",
        &[
            ("running", "up", Some(0)),
            ("pictures", "down", Some(minutes(0, 2, 56))),
            ("scale", "down", Some(minutes(0, 2, 56))),
            ("train", "down", Some(minutes(0, 7, 29))),
        ],
    ),
    (
        "gcp-2020-12-14",
        "[model]\ncatalogs = ['gcp', 'google-workspace']\n[capability.mail]\nneeds = ['google-workspace']\n\
         [capability.machines]\nneeds = ['gcp#service-accounts']\n",
        &[("mail", "down", Some(minutes(0, 0, 47))), ("machines", "up", Some(0))],
    ),
    // Two regions of one provider in the eastern Americas.
    (
        "gcp-2019-06-02",
        "[model]\ncatalogs = ['gcp']\n[service.shop]\nplaced = ['gcp/us-central1/a', 'gcp/us-east1/b']\n\
         [capability.east]\nneeds = ['shop']\n[service.wide]\nplaced = ['gcp/us-central1/a', 'gcp/us-west1/a']\n\
         [capability.wide]\nneeds = ['wide']\n",
        &[("east", "down", Some(minutes(0, 4, 25))), ("wide", "up", Some(0))],
    ),
    // The edge, with a second one behind it and without; a model that tells no products apart, and one that does.
    (
        "fastly-2021-06-08",
        "[provider.fastly]\n[provider.other-cdn]\n[capability.news]\nneeds = ['fastly']\n\
         [capability.two]\nneeds = [{ any = ['fastly', 'other-cdn'], after = '10m' }]\n",
        &[("news", "down", Some(minutes(0, 1, 13))), ("two", "up", Some(minutes(0, 0, 10)))],
    ),
    (
        "cloudflare-2023-11-02",
        "[model]\ncatalogs = ['cloudflare']\n[capability.site]\nneeds = ['cloudflare#cdn']\n\
         [capability.change]\nneeds = ['cloudflare#api']\n",
        &[("site", "up", Some(0)), ("change", "down", Some(minutes(0, 6, 14)))],
    ),
    (
        "cloudflare-2022-06-21",
        "[model]\ncatalogs = ['auth0', 'cloudflare']\n[capability.log-in]\nneeds = ['auth0/us']\n\
         [capability.site]\nneeds = ['cloudflare']\n",
        &[("log-in", "down", Some(minutes(0, 1, 15))), ("site", "down", Some(minutes(0, 1, 15)))],
    ),
    (
        "cloudflare-2025-11-18",
        "[model]\ncatalogs = ['cloudflare']\n[capability.site]\nneeds = ['cloudflare#cdn']\n\
         [capability.forms]\nneeds = ['cloudflare#turnstile']\n[provider.own]\n[capability.own]\nneeds = ['own']\n",
        &[
            ("site", "down", Some(minutes(0, 3, 10))),
            ("forms", "down", Some(minutes(0, 5, 46))),
            ("own", "up", Some(0)),
        ],
    ),
    // Everything in Strasbourg, with what was sold as a backup elsewhere.
    (
        "ovh-2021-03-10",
        "[model]\ncatalogs = ['ovh']\n[provider.ovh.region.gravelines]\n\
         [service.lost]\nplaced = ['ovh/strasbourg/sbg2']\ndata = true\n\
         backup = [{ at = 'ovh/strasbourg/sbg1', every = '24h', restore = '4h', verified = 2021-03-01 }]\n\
         [capability.lost]\nneeds = ['lost']\n[service.off]\nplaced = ['ovh/strasbourg/sbg3']\ndata = true\n\
         [capability.off]\nneeds = ['off']\n[service.kept]\nplaced = ['ovh/strasbourg/sbg2']\ndata = true\n\
         backup = [{ at = 'ovh/gravelines', every = '24h', restore = '4h', verified = 2021-03-01,\n\
         restore_to = ['ovh/gravelines'] }]\n[capability.kept]\nneeds = ['kept']\n",
        &[
            ("lost", "down", None),
            ("off", "down", Some(minutes(12, 0, 0))),
            ("kept", "up", Some(minutes(0, 4, 0))),
        ],
    ),
    // One agent on every host, whatever the provider.
    (
        "crowdstrike-2024-07-19",
        "[model]\ncatalogs = ['crowdstrike', 'aws', 'azure']\n\
         [service.crew]\nplaced = ['aws/us-east-1/a', 'azure/eastus/1']\ntags = ['crowdstrike']\n\
         [capability.crew-planning]\nneeds = ['crew']\n[service.site]\nplaced = ['aws/us-east-1/a']\n\
         [capability.site]\nneeds = ['site']\n",
        &[("crew-planning", "down", Some(minutes(10, 0, 0))), ("site", "up", Some(0))],
    ),
    // A group of one's own by another of its names.
    (
        "crowdstrike-2024-07-19",
        "[group.falcon-sensor]\nmembers = ['tills']\n[provider.shop]\n[service.tills]\nplaced = ['shop']\n\
         [capability.sell]\nneeds = ['tills']\n",
        &[("sell", "down", Some(minutes(10, 0, 0)))],
    ),
    (
        "roblox-2021-10-28",
        "[provider.roblox.region.own]\nzones = ['a', 'b']\n[provider.roblox.product.consul]\nscope = 'global'\n\
         [service.games]\nplaced = ['roblox/own/*']\nneeds = ['roblox#consul']\n[capability.play]\nneeds = ['games']\n\
         [provider.elsewhere]\n[capability.shop]\nneeds = ['elsewhere']\n",
        &[("play", "down", Some(minutes(3, 1, 0))), ("shop", "up", Some(0))],
    ),
    // Its own model, on its own machines.
    (
        "roblox-2021-10-28",
        "[model]\nname = 'roblox'\n[provider.dc.region.chicago]\nzones = ['a', 'b', 'c']\n\
         [service.consul]\nplaced = ['dc/chicago/*']\nquorum = 2\n[service.games]\nplaced = ['dc/chicago/*']\n\
         needs = ['consul']\n[capability.play]\nneeds = ['games']\n[service.site]\nplaced = ['dc/chicago/*']\n\
         [capability.notice]\nneeds = ['site']\n",
        &[("play", "down", Some(minutes(3, 1, 0))), ("notice", "up", Some(0))],
    ),
    (
        "rogers-2022-07-08",
        "[model]\ncatalogs = ['interac']\n[capability.cards]\nneeds = ['interac']\n\
         [provider.bell]\n[provider.rogers]\n[capability.calls]\nneeds = [{ any = ['rogers', 'bell'], after = '1h' }]\n",
        &[("cards", "down", Some(minutes(1, 2, 2))), ("calls", "up", Some(minutes(0, 1, 0)))],
    ),
    (
        "dyn-2016-10-21",
        "[model]\ncatalogs = ['dyn', 'aws']\n[capability.one]\nneeds = ['dyn']\n\
         [capability.two]\nneeds = [{ any = ['dyn', 'aws#route53'] }]\n",
        &[("one", "down", Some(minutes(0, 2, 10))), ("two", "up", Some(0))],
    ),
    (
        "auth0-2020-06-07",
        "[model]\ncatalogs = ['auth0']\n[capability.australia]\nneeds = ['auth0/au']\n\
         [capability.europe]\nneeds = ['auth0/eu']\n",
        &[("australia", "down", Some(minutes(0, 0, 41))), ("europe", "up", Some(0))],
    ),
    (
        "facebook-2021-10-04",
        "[model]\ncatalogs = ['facebook']\n[capability.log-in]\nneeds = ['facebook#login']\n\
         [capability.tell]\nneeds = ['whatsapp']\n",
        &[("log-in", "down", Some(minutes(0, 7, 0))), ("tell", "down", Some(minutes(0, 7, 0)))],
    ),
    (
        "datadog-2023-03-08",
        "[model]\ncatalogs = ['datadog']\n[provider.own]\n[capability.shop]\nneeds = ['own']\nwants = ['datadog']\n",
        &[("shop", "degraded", Some(0))],
    ),
    (
        "azure-2025-10-29",
        "[model]\ncatalogs = ['azure', 'microsoft-365']\n[capability.site]\nneeds = ['azure#afd']\n\
         [capability.office]\nneeds = ['office-365']\n[provider.office-365]\n\
         [service.vm]\nplaced = ['azure/westeurope/1']\nuses = ['vm']\n[capability.behind]\nneeds = ['vm']\n",
        &[
            ("site", "down", Some(minutes(0, 8, 24))),
            ("office", "down", Some(minutes(0, 8, 24))),
            ("behind", "up", Some(0)),
        ],
    ),
];

#[test]
fn others_fare_as_they_did() {
    for (outage, text, fates) in CASES {
        let report = replay(text, outage, &[]);
        for (capability, state, out) in *fates {
            assert_eq!(fate(&report, capability), ((*state).to_owned(), *out), "{capability} in {outage}");
        }
    }
}

/// What was destroyed is lost with what it held, and a copy elsewhere counts if it was seen to be restored.
#[test]
fn data_is_lost_as_it_was() {
    let gitlab = |verified: &str| {
        format!(
            "[model]\ncatalogs = ['gitlab']\n[provider.away]\n\
             [service.database]\nplaced = ['gitlab']\nuses = ['postgresql']\nstandby = [{{ at = 'gitlab', lag = '1s' }}]\n\
             data = true\nbackup = [{{ at = 'away', every = '6h', restore = '18h', {verified} }}]\n\
             [capability.issues]\nneeds = ['database']\n"
        )
    };
    let told = |text: &str, outage: &str, store: &str| {
        let report = replay(text, outage, &[]);
        report["outages"][0]["data"][store]["loss_s"].clone()
    };
    // A day's worth of empty dumps, and one copy that had been put to use hours before.
    assert_eq!(told(&gitlab("verified = 2017-01-31"), "gitlab-2017-01-31", "database"), json!(6 * 3600));
    assert_eq!(told(&gitlab(""), "gitlab-2017-01-31", "database"), Value::Null);

    // GitLab's own model: its database by another name, on somebody else's machines, the replica wiped before.
    let own = "[model]\nname = 'GitLab'\n[provider.azure.region.eastus2]\n[provider.away]\n[service.postgres]\n\
         placed = ['azure/eastus2']\nstandby = [{ at = 'azure/eastus2', after = '5m', lag = '1s' }]\ndata = true\n\
         backup = [{ at = 'away', every = '24h', restore = '1h' },\n\
         { at = 'azure/eastus2', every = '6h', restore = '18h', verified = 2017-01-31, restore_to = ['azure/eastus2'] }]\n\
         [service.git]\nplaced = ['azure/eastus2']\ndata = true\n[capability.issues]\nneeds = ['postgres']\n\
         [capability.repositories]\nneeds = ['git']\n";
    assert_eq!(told(own, "gitlab-2017-01-31", "postgres"), json!(6 * 3600));
    let report = replay(own, "gitlab-2017-01-31", &[]);
    assert_eq!(fate(&report, "issues"), ("up".into(), Some(minutes(0, 18, 0))));
    assert_eq!(fate(&report, "repositories"), ("up".into(), Some(0)));

    let unisuper = "[model]\ncatalogs = ['gcp']\n[provider.other-cloud]\n[service.pension]\n\
         placed = ['gcp/australia-southeast1/a', 'gcp/australia-southeast2/a']\nuses = ['vmware-engine']\ndata = true\n\
         backup = [{ at = 'other-cloud', every = '24h', restore = '7d', verified = 2024-01-01 }]\n\
         [capability.members]\nneeds = ['pension']\n";
    assert_eq!(told(unisuper, "gcp-2024-05-01", "pension"), json!(24 * 3600));
    assert_eq!(
        fate(&replay(unisuper, "gcp-2024-05-01", &[]), "members"),
        ("down".into(), Some(minutes(8, 0, 0)))
    );
}

/// Any outage of any model: what is told of a capability is the worst, by the page, of the ways in which it could have been.
#[test]
fn a_replay_is_what_the_page_says() {
    law_of_models(cases() / 4, |system, rng| {
        let model = &system.model;
        let capabilities: Vec<ElementId> = model.capabilities().map(|(id, ..)| id).collect();
        let can_fail = |element: &Element| element.class().is_some_and(|class| class != Class::Instance);
        let all: Vec<&Element> =
            model.elements().map(|(_, element)| element).filter(|element| can_fail(element)).collect();
        let mut fails: Vec<Failed> = Vec::new();
        for _ in 0..rng.between(1, 3) {
            let mut what = rng.pick(&all).name.clone();
            // Half of what failed in a zone failed in one of which nobody knows which.
            if let [provider, region, zone] = &what.split('/').collect::<Vec<_>>()[..]
                && rng.chance(50)
            {
                let product =
                    zone.split_once('#').map_or(String::new(), |(_, product)| format!("#{product}"));
                what = format!("{provider}/{region}/{{zone}}{product}");
            }
            let lasts =
                if rng.chance(30) { Time::NEVER } else { Time::seconds(60 * rng.between(0, 200) as u64) };
            fails.push(Failed { what, or: None, lasts, destroys: rng.chance(20) });
        }
        let outage = Outage {
            id: "o".to_owned(),
            place: Place::NOWHERE,
            title: "an outage".to_owned(),
            date: date(2020, 1, 1),
            fails,
            sources: Vec::new(),
            note: None,
        };
        let replayed = &replayed(system, vec![outage.clone()], false, &capabilities, date(2026, 11, 26))[0];
        let ways = Directory::new(model).scenarios(&outage);
        ensure(!ways.is_empty(), || "the model has what failed".to_owned())?;
        let by_the_page = |fails: &[Failure]| -> Vec<(Reverse<State>, Time, Time)> {
            let outcome = naive::outcome(model, fails, |_| false);
            let times = |id: &ElementId| [Level::Ok, Level::Full].map(|level| outcome.times.of(*id, level));
            let told = |id: &ElementId| (Reverse(outcome.state(*id)), times(id)[0], times(id)[1]);
            capabilities.iter().map(told).collect()
        };
        // What nobody uses touches nothing: it is as without a failure.
        let mut expected = by_the_page(&[]);
        for way in &ways {
            for (worst, other) in expected.iter_mut().zip(by_the_page(&way.fails)) {
                *worst = (*worst).max(other);
            }
        }
        let told = |(of, _): &(CapabilityOutcome, usize)| (Reverse(of.state), of.outage, of.undegraded_after);
        let found = match replayed.touches() {
            true => replayed.capabilities.iter().map(told).collect(),
            false => by_the_page(&[]),
        };
        ensure_equal(&found, &expected, || format!("{:?}", outage.fails))
    });
}

// ---- what is said about it ---------------------------------------------------------------------------------------

const MINDFUL: &str = "[model]\ncatalogs = ['aws']\n[capability.shop]\nneeds = ['aws/us-east-1#s3']\n\
     [channel.status]\nneeds = ['aws#health-dashboard']\n";

#[test]
fn whether_customers_can_be_told_is_told() {
    let unreachable = |text: &str| {
        replay(text, "aws-2017-02-28", &[])["outages"][0]["capabilities"]["shop"]["unreachable"].clone()
    };
    // Amazon's own page stood on what had failed.
    assert_eq!(unreachable(MINDFUL), json!(true));
    assert_eq!(
        unreachable(&format!("{MINDFUL}[provider.post]\n[channel.letter]\nneeds = ['post']\n")),
        json!(false)
    );
    let directory = model_of(MINDFUL);
    let said = stdout(&linchpin_in(directory.path(), &["replay", ".", "--outage", "aws-2017-02-28"]));
    assert!(said.contains("shop: down for 4h17m; customers cannot be told"), "{said}");
}

#[test]
fn deny_is_for_what_does_not_survive() {
    let directory = model_of(MINDFUL);
    let code = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["replay", "."].iter().chain(arguments).copied().collect();
        linchpin_in(directory.path(), &arguments).status.code()
    };
    assert_eq!(code(&["--outage", "aws-2017-02-28"]), Some(0));
    assert_eq!(code(&["--outage", "aws-2017-02-28", "--deny"]), Some(1));
    assert_eq!(code(&["--outage", "aws-2016-06-04", "--deny"]), Some(0), "it is not touched");
    assert_eq!(code(&["--outage", "aws-2017-02-29"]), Some(2));
    // One that is degraded is kept by default.
    let half = model_of(
        "[model]\ncatalogs = ['datadog']\n[provider.own]\n[capability.shop]\nneeds = ['own']\nwants = ['datadog']\n",
    );
    let code =
        |arguments: &str| linchpin_in(half.path(), &arguments.split(' ').collect::<Vec<_>>()).status.code();
    assert_eq!(code("replay . --deny"), Some(0));
    assert_eq!(code("replay . --deny --state up"), Some(1));
}

/// An outage that happened elsewhere happens here: to the model's own region, and to another provider's like product.
#[test]
fn outages_move_to_where_the_model_is() {
    let frankfurt = "[model]\ncatalogs = ['aws']\n[capability.tables]\nneeds = ['aws/eu-central-1#dynamodb']\n\
         [service.web]\nplaced = ['aws/eu-central-1/a', 'aws/eu-central-1/b']\nuses = ['ec2']\n\
         [capability.web]\nneeds = ['web']\n[service.box]\nplaced = ['aws/eu-central-1/a']\nuses = ['ec2', 'ebs']\n\
         [capability.box]\nneeds = ['box']\n";
    let moved = |text: &str, outage: &str| replay(text, outage, &["--transpose"]);
    assert_eq!(fate(&replay(frankfurt, "aws-2025-10-20", &[]), "tables"), ("up".into(), Some(0)));
    assert_eq!(fate(&moved(frankfurt, "aws-2025-10-20"), "tables"), ("down".into(), Some(minutes(0, 2, 52))));
    // A zone's volumes: any zone's, and only those.
    assert_eq!(fate(&moved(frankfurt, "aws-2011-04-21"), "box"), ("down".into(), Some(minutes(3, 11, 43))));
    assert_eq!(fate(&moved(frankfurt, "aws-2011-04-21"), "web"), ("up".into(), Some(0)));
    // S3 is Azure's storage; its blobs' region is the model's.
    let azure = "[model]\ncatalogs = ['azure']\n[capability.files]\nneeds = ['azure/westeurope#storage']\n\
         [capability.log-in]\nneeds = ['azure#entra-id']\n";
    assert_eq!(fate(&moved(azure, "aws-2017-02-28"), "files"), ("down".into(), Some(minutes(0, 4, 17))));
    assert_eq!(fate(&moved(azure, "aws-2017-02-28"), "log-in"), ("up".into(), Some(0)));
    assert_eq!(fate(&moved(azure, "gcp-2020-12-14"), "log-in"), ("down".into(), Some(minutes(0, 0, 47))));
    // One content network is as good as another.
    let edge = "[provider.cloudflare]\n[capability.site]\nneeds = ['cloudflare']\n";
    assert_eq!(fate(&replay(edge, "fastly-2021-06-08", &[]), "site"), ("up".into(), Some(0)));
    assert_eq!(fate(&moved(edge, "fastly-2021-06-08"), "site"), ("down".into(), Some(minutes(0, 1, 13))));
}

/// Times are those of the outage, states those while it lasts; the worst zone is the one that is told.
#[test]
fn every_zone_is_tried_and_the_worst_is_told() {
    let text = "[provider.aws.region.us-east-1]\nzones = ['a', 'b', 'c']\n[provider.aws.product.ebs]\nscope = 'zone'\n\
        [service.one]\nplaced = ['aws/us-east-1/b']\nuses = ['ebs']\n\
        [service.two]\nplaced = ['aws/us-east-1/a', 'aws/us-east-1/c']\nuses = ['ebs']\n\
        [capability.site]\nneeds = ['two']\nwants = ['one']\n";
    let report = replay(text, "aws-2011-04-21", &[]);
    let outage = &report["outages"][0];
    assert_eq!(outage["tries"], 3);
    let site = &outage["capabilities"]["site"];
    assert_eq!((&site["state"], &site["outage_s"]), (&json!("degraded"), &json!(0)));
    assert_eq!(site["undegraded_after_s"], json!(Some(minutes(3, 11, 43))));
    assert_eq!(site["scenario"], "aws-2011-04-21@aws/us-east-1/b");
    assert_eq!(site["failed"], json!(["aws/us-east-1/b#ebs"]));
}

/// An outage finds what failed whatever the model calls it.
#[test]
fn names_are_told_by_their_meaning() {
    let cases = [
        // Zones that say their region once more, a provider by its other name, capitals.
        "[provider.amazon.region.us-east-1]\nzones = ['us-east-1a', 'us-east-1b']\n\
         [provider.amazon.product.EBS]\nscope = 'zone'\n\
         [service.s]\nplaced = ['amazon/us-east-1/us-east-1b']\nuses = ['EBS']\n",
        // By the catalogue's, with its own.
        "[model]\ncatalogs = ['aws']\n[service.s]\nplaced = ['aws/us-east-1/d']\nuses = ['rds-single-az']\n",
    ];
    for text in cases {
        let report = replay(&format!("{text}[capability.c]\nneeds = ['s']\n"), "aws-2011-04-21", &[]);
        assert_eq!(fate(&report, "c"), ("down".into(), Some(minutes(3, 11, 43))), "{text}");
    }
    let told = |outage: &str, text: &str| fate(&replay(text, outage, &[]), "c").0;
    let control = |name: &str| {
        format!(
            "[provider.aws]\n[provider.aws.product.{name}]\nscope = 'global'\n[capability.c]\nneeds = ['aws#{name}']\n"
        )
    };
    for name in ["route53-control", "route53-control-plane", "route53-api", "Route_53_Control"] {
        assert_eq!(told("aws-2021-12-07", &control(name)), "down", "{name}");
    }
    assert_eq!(told("aws-2021-12-07", &control("route53")), "up", "names are answered");
    // The product for the provider as a whole, in a model that runs in the region; and in one that does not.
    let whole = |region: &str| {
        format!(
            "[provider.aws.region.{region}]\n[provider.aws.product.s3]\nscope = 'global'\n\
             [capability.c]\nneeds = ['aws#s3', 'aws/{region}']\n"
        )
    };
    assert_eq!(told("aws-2017-02-28", &whole("us-east-1")), "down");
    assert_eq!(told("aws-2017-02-28", &whole("eu-west-1")), "up");
    // Where no zones are told, what stands on the region's volumes has them in the zone that it was; what changes
    // something goes by the region's own length.
    let whole = "[provider.aws.region.us-east-1]\n[provider.aws.product.ebs]\nscope = 'zone'\n\
         [provider.aws.product.ebs-control]\nscope = 'zone'\n[service.s]\nplaced = ['aws/us-east-1']\nuses = ['ebs']\n\
         [capability.c]\nneeds = ['s']\n[capability.change]\nneeds = ['aws/us-east-1#ebs-control']\n";
    let report = replay(whole, "aws-2011-04-21", &[]);
    assert_eq!(fate(&report, "c"), ("down".into(), Some(minutes(3, 11, 43))));
    assert_eq!(fate(&report, "change"), ("down".into(), Some(minutes(0, 7, 33))));
    assert_eq!(
        told("aws-2012-06-29", &whole.replace("uses = ['ebs']", "")),
        "up",
        "the provider keeps it running"
    );
    // Each building of Strasbourg a region, or a zone.
    for at in ["ovh/sbg2", "ovh/sbg2/room", "ovh/strasbourg/sbg2", "OVH/SBG/SBG2"] {
        let (region, zone) = (at.split('/').nth(1).expect("a region"), at.split('/').nth(2));
        let zones = zone.map_or(String::new(), |zone| format!("zones = ['{zone}']\n"));
        let provider = at.split('/').next().expect("a provider");
        let text = format!(
            "[provider.{provider}.region.{region}]\n{zones}[service.s]\nplaced = ['{at}']\n[capability.c]\nneeds = ['s']\n"
        );
        assert_eq!(fate(&replay(&text, "ovh-2021-03-10", &[]), "c"), ("down".into(), None), "{at}");
    }
    // A name of one's own, with what it is also called.
    let own = "[provider.files]\naka = ['fastly']\n[capability.c]\nneeds = ['files']\n";
    assert_eq!(told("fastly-2021-06-08", own), "down");
}

/// A policy may name an outage: it holds if every way in which it could have been is stood.
#[test]
fn policies_may_name_outages() {
    let text = |zones: &str| {
        format!(
            "[model]\ncatalogs = ['aws']\n[service.s]\nplaced = [{zones}]\nuses = ['ebs']\n[capability.c]\nneeds = ['s']\n\
             [[policy]]\nname = 'April 2011'\nsurvive = 'aws-2011-04-21'\nwithin = '1h'\n"
        )
    };
    let check = |zones: &str| {
        let directory = model_of(&text(zones));
        let output = linchpin_in(directory.path(), &["check", ".", "--format", "json"]);
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code(), report["findings"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(check("'aws/us-east-1/a', 'aws/us-east-1/b'"), (Some(0), 0));
    // Down, and for too long.
    let (code, n_findings) = check("'aws/us-east-1/a'");
    assert!(code == Some(1) && n_findings >= 1);
}

#[test]
fn the_summary_counts_what_touches() {
    let directory = model_of(MINDFUL);
    let report = linchpin_in(directory.path(), &["replay", ".", "--format", "json"]);
    let report: Value = serde_json::from_slice(&report.stdout).expect("JSON");
    assert_eq!(report["schema"], "linchpin/replay/1");
    let outages = report["outages"].as_array().expect("a list");
    let count = |key: &str| outages.iter().filter(|outage| outage[key] == true).count();
    let survived =
        outages.iter().filter(|outage| outage["touches"] == true && outage["survived"] == true).count();
    let summary = &report["summary"];
    assert_eq!((&summary["known"], &summary["touching"]), (&json!(outages.len()), &json!(count("touches"))));
    assert_eq!((&summary["survived"], &summary["worst"]), (&json!(survived), &json!("aws-2017-02-28")));
    let said = stdout(&linchpin_in(directory.path(), &["replay", "."]));
    let line =
        format!("you would have survived {survived} of {} that touch you (of 47 known)", count("touches"));
    assert!(said.contains(&line), "{said}");
}

/// Whatever the width, no line is longer.
#[test]
fn replays_fit_the_terminal() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/storefront");
    let files = fs::read_dir(directory).expect("it is there").map(|file| file.expect("listed").path());
    let text: String = files.map(|file| fs::read_to_string(file).expect("readable") + "\n").collect();
    let system = models::system(&text);
    let all: Vec<ElementId> = system.model.capabilities().map(|(id, ..)| id).collect();
    let replayed = replayed(&system, known_outages(&system.model), true, &all, date(2026, 11, 26));
    let report = ReplayReport::new(&system.model, &replayed, true, State::Degraded);
    for width in [80, 120, 200] {
        for detail in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
            let text = render::replay(&report, detail, width);
            for line in anstream::adapter::strip_str(&text).to_string().lines() {
                assert!(line.width() <= width, "{} > {width}: {line}", line.width());
                assert_eq!(line.trim_end(), line, "a line ends in spaces");
            }
        }
    }
}

/// A model's own outage takes the place of one that is built in.
#[test]
fn a_model_may_tell_an_outage_of_its_own() {
    let own = format!(
        "{MINDFUL}[outage.aws-2017-02-28]\ntitle = 'shorter'\ndate = 2017-02-28\nsources = ['us']\n\
         fails = [{{ what = 'aws/us-east-1#s3', lasts = '1h' }}]\n\
         [outage.ours]\ntitle = 'a digger'\ndate = 2024-05-06\nsources = ['us']\nfails = ['aws/us-east-1']\n"
    );
    assert_eq!(fate(&replay(&own, "aws-2017-02-28", &[]), "shop"), ("down".into(), Some(minutes(0, 1, 0))));
    assert_eq!(fate(&replay(&own, "ours", &[]), "shop"), ("down".into(), None));
}
