//! The semantics' tables row by row: models of a few lines, answers that a reader can check by hand.
//!
//! An expectation reads `element: state, out for, undegraded after`, times in seconds, `-` for never.

use jiff::civil::date;

use linchpin::analysis::{Asked, Copies, System, check as check_policies, custom, declared};
use linchpin::compile::ConditionId;
use linchpin::diag::Sources;
use linchpin::engine::{Outcome, Reference};
use linchpin::model::{Failure, Model, State, Time};

use crate::models::system;

/// `a b=10m`: a fails for good, b for ten minutes.
fn outcome(system: &System, fails: &str) -> Outcome {
    let event = |written: &str| {
        let (what, lasts) = written.split_once('=').unwrap_or((written, ""));
        let lasts = if lasts.is_empty() { Time::NEVER } else { lasts.parse().expect("a duration") };
        Failure { what: system.model.find(what).expect("it is declared"), lasts, destroys: false }
    };
    let fails: Vec<Failure> = fails.split_whitespace().map(event).collect();
    Reference::new(&system.program).outcome(&fails)
}

fn check(text: &str, fails: &str, expected: &[&str]) {
    let system = system(text);
    let outcome = outcome(&system, fails);
    let seconds =
        |time: Time| time.as_seconds().map_or_else(|| "-".to_owned(), |seconds| seconds.to_string());
    for line in expected {
        let (name, _) = line.split_once(": ").expect("element: ...");
        let id = system.model.find(name).expect("it is declared");
        let (out, full) = (seconds(outcome.outage(id)), seconds(outcome.undegraded_after(id)));
        let found = format!("{name}: {}, {out}, {full}", outcome.state(id).name());
        assert_eq!(found, *line, "when {fails} fails in\n{text}");
    }
}

// ---- elements ----------------------------------------------------------------------------------------------------

#[test]
fn a_provider_needs_itself_its_groups_and_its_needs() {
    let text = "[provider.p]\nneeds = ['q']\n[provider.q]\n[provider.other]\n[group.g]\nmembers = ['p']\n";
    check(text, "p", &["p: down, -, -", "q: up, 0, 0"]);
    check(text, "q", &["p: down, -, -"]);
    check(text, "g=10m", &["p: down, 600, 600", "q: up, 0, 0"]);
    check(text, "other", &["p: up, 0, 0"]);
}

#[test]
fn a_region_needs_its_provider_and_enough_zones_that_have_not_failed_of_themselves() {
    let text = "[provider.p.region.r]\nzones = ['a', 'b', 'c']\nmin_zones = 2\n[group.g]\nmembers = ['p/r/a', 'p/r/b']\n";
    check(text, "p", &["p/r: down, -, -", "p/r/a: down, -, -"]);
    check(text, "p/r/a", &["p/r: up, 0, 0", "p/r/a: down, -, -", "p/r/b: up, 0, 0"]);
    // Two of three gone for 5 and 10 minutes: two work again after 5.
    check(text, "p/r/a=5m p/r/b=10m", &["p/r: down, 300, 300", "p/r/c: down, 300, 300"]);
    // Zones that are down through a group have not failed of themselves.
    check(text, "g", &["p/r: up, 0, 0", "p/r/a: down, -, -", "p/r/b: down, -, -"]);
}

#[test]
fn a_zone_needs_its_region_its_groups_and_its_needs() {
    let text = "[provider.p.region.r]\n[provider.p.region.r.zone.a]\nneeds = ['q']\n[provider.q]\n[group.g]\nmembers = ['p/r/*']\n";
    check(text, "p/r", &["p/r/a: down, -, -", "p: up, 0, 0"]);
    check(text, "q=1m", &["p/r/a: down, 60, 60", "p/r: up, 0, 0"]);
    check(text, "g", &["p/r/a: down, -, -", "p/r: up, 0, 0"]);
}

#[test]
fn a_facility_needs_its_domain_the_one_above_and_what_its_product_needs_there() {
    let text = "
        [provider.p.region.r]
        zones = ['a', 'b']
        [provider.p.product.disk]
        scope = 'zone'
        [provider.p.product.queue]
        scope = 'region'
        needs = ['#disk', '#login']
        [provider.p.product.login]
        scope = 'global'";
    check(text, "p/r/a", &["p/r/a#disk: down, -, -", "p/r/b#disk: up, 0, 0", "p/r#disk: up, 0, 0"]);
    // Failing the product as a whole fails every facility of it, and what needs it there.
    check(
        text,
        "p#disk",
        &["p/r#disk: down, -, -", "p/r/a#disk: down, -, -", "p/r#queue: down, -, -", "p/r: up, 0, 0"],
    );
    // A queue in the region needs the disk in the region, not that in a zone.
    check(text, "p/r/a#disk", &["p/r#queue: up, 0, 0"]);
    // Login exists at the provider alone: it is the nearest above.
    check(text, "p#login=2m", &["p/r#queue: down, 120, 120", "p#queue: down, 120, 120"]);
    let model = system(text).model;
    assert!(model.find("p/r/a#queue").is_err() && model.find("p/r#login").is_err(), "scopes end there");
}

#[test]
fn members_of_a_group_fall_with_it() {
    let text = "
        [provider.p]
        [service.placed]
        placed = ['p']
        [service.logic]
        tags = ['t']
        [service.free]
        placed = ['p']
        [group.g]
        members = ['placed', 'tag:t']
        needs = ['q']
        [provider.q]";
    // For a service with instances it is the service that falls; its instance by itself works.
    check(text, "g", &["placed: down, -, -", "placed@p: up, 0, 0", "logic: down, -, -", "free: up, 0, 0"]);
    check(text, "q=1h", &["g: down, 3600, 3600", "logic: down, 3600, 3600"]);
}

#[test]
fn an_instance_needs_its_place_and_the_facilities_that_it_uses() {
    let text = "
        [provider.p.region.r]
        zones = ['a', 'b']
        [provider.p.product.disk]
        scope = 'zone'
        [provider.p.product.queue]
        scope = 'region'
        [service.web]
        placed = ['p/r/*']
        uses = ['disk', 'queue']";
    check(text, "p/r/a", &["web@p/r/a: down, -, -", "web@p/r/b: up, 0, 0", "web: up, 0, 0"]);
    check(text, "p/r/b#disk", &["web@p/r/a: up, 0, 0", "web@p/r/b: down, -, -"]);
    check(text, "p/r#queue", &["web@p/r/a: down, -, -", "web: down, -, -"]);
    check(text, "web@p/r/a", &["web@p/r/a: down, -, -", "web: up, 0, 0"]);
}

#[test]
fn a_standby_takes_over_after_its_time_once_what_its_switch_needs_is_there() {
    let text = "
        [provider.p]
        [provider.q]
        [provider.control]
        [service.db]
        placed = ['p']
        standby = [{ at = 'q', after = '5m', needs = ['control'] }]
        start = '1m'";
    check(text, "", &["db: up, 0, 0", "db@q: up, 300, 300"]);
    // Five minutes to switch, one to start.
    check(text, "p", &["db: up, 360, 360"]);
    // The active one is back first.
    check(text, "p=2m", &["db: up, 180, 180"]);
    // The switch needs what failed: it comes after that is back.
    check(text, "p control=10m", &["db: down, 960, 960"]);
    check(text, "p control", &["db: down, -, -"]);
}

#[test]
fn a_service_needs_a_quorum_and_is_full_when_as_many_are() {
    let text = "
        [provider.p.region.r]
        zones = ['a', 'b', 'c']
        [service.web]
        placed = ['p/r/*']
        quorum = 2
        start = '30s'
        wants = ['mail']
        [service.mail]
        [capability.c]
        needs = ['web']";
    check(text, "p/r/a", &["web: up, 0, 0"]);
    check(text, "p/r/a p/r/b=1m", &["web: down, 90, 90", "capability:c: down, 90, 90"]);
    check(text, "mail", &["web: degraded, 0, -", "capability:c: degraded, 0, -"]);
    check(text, "web=1h", &["web: down, 3630, 3630", "web@p/r/a: up, 0, 0"]);
}

#[test]
fn capacity_says_what_it_takes_to_be_up_and_to_serve_at_all() {
    let text = "
        [provider.p.region.r]
        zones = ['a', 'b', 'c']
        [service.web]
        placed = [{ at = 'p/r/a', capacity = 60 }, { at = 'p/r/b', capacity = 30 }, { at = 'p/r/c', capacity = 30 }]
        capacity = 90
        min_capacity = 50";
    check(text, "p/r/c", &["web: up, 0, 0"]);
    check(text, "p/r/b p/r/c", &["web: degraded, 0, -"]);
    check(text, "p/r/a", &["web: degraded, 0, -"]);
    check(text, "p/r/a p/r/b", &["web: down, -, -"]);
    // In the order of time: 30 + 60 after 10 minutes make 90, 50 are there after 10 too.
    check(text, "p/r/a=10m p/r/b=20m", &["web: down, 600, 600"]);
    // `capacity` alone is also the least that it takes.
    let alone = "[provider.p]\n[service.web]\nplaced = [{ at = 'p', count = 3 }]\ncapacity = 3\n";
    check(alone, "web@p[2]", &["web: down, -, -"]);
}

#[test]
fn capabilities_and_channels_need_and_want() {
    let text = "[service.a]\n[service.b]\n[capability.c]\nneeds = ['a']\nwants = ['b']\n[channel.h]\nneeds = ['b']\n";
    check(text, "a", &["capability:c: down, -, -", "channel:h: up, 0, 0"]);
    check(text, "b=5m", &["capability:c: degraded, 0, 300", "channel:h: down, 300, 300"]);
}

// ---- terms -------------------------------------------------------------------------------------------------------

#[test]
fn places_and_groups_are_never_degraded_for_those_who_need_them() {
    let text = "[provider.p]\n[service.w]\n[service.x]\nwants = ['w']\n[capability.c]\nneeds = ['x', 'p']\n[capability.d]\nneeds = ['p']\n";
    check(text, "w", &["x: degraded, 0, -", "capability:c: degraded, 0, -", "capability:d: up, 0, 0"]);
}

#[test]
fn tolerated_outages_do_not_stop_what_runs_and_do_not_start_what_has_stopped() {
    let text = "[service.q]\n[service.w]\nneeds = [{ on = 'q', tolerates = '10m' }]\n[capability.c]\nneeds = ['w']\n";
    check(text, "q=10m", &["w: down, 0, 0", "q: down, 600, 600"]);
    check(text, "q=601s", &["w: down, 601, 601"]);
    check(text, "q", &["w: down, -, -"]);
    // Once stopped it rides nothing out: it waits for q.
    check(text, "q=10m w=1m", &["w: down, 600, 600"]);
}

#[test]
fn same_zone_takes_the_instance_next_door_only() {
    let text = "
        [provider.p.region.r]
        zones = ['a', 'b']
        [service.cache]
        placed = ['p/r/*']
        [service.web]
        placed = ['p/r/*']
        quorum = 2
        needs = [{ on = 'cache', same = 'zone' }]
        [service.report]
        placed = ['p/r/a']
        needs = [{ on = 'cache', same = 'region' }]";
    check(
        text,
        "cache@p/r/a",
        &["web@p/r/a: down, -, -", "web@p/r/b: up, 0, 0", "web: down, -, -", "report: up, 0, 0"],
    );
    check(text, "cache@p/r/a=1m cache@p/r/b=2m", &["web: down, 120, 120", "report: down, 60, 60"]);
}

#[test]
fn any_moves_to_a_later_alternative_after_its_time() {
    let text = "
        [service.a]
        [service.b]
        [service.c]
        [capability.x]
        needs = [{ any = ['a', 'b'], after = '5m', degraded = ['c'] }]";
    check(text, "b", &["capability:x: up, 0, 0"]);
    check(text, "a", &["capability:x: up, 300, 300"]);
    check(text, "a b", &["capability:x: degraded, 300, -"]);
    check(text, "a=1m b", &["capability:x: degraded, 60, 60"]);
    check(text, "a b c", &["capability:x: down, -, -"]);
}

#[test]
fn at_least_takes_the_kth_and_all_the_last() {
    let text = "
        [service.a]
        [service.b]
        [service.c]
        [capability.two]
        needs = [{ at_least = 2, of = ['a', 'b', 'c'] }]
        [capability.all]
        needs = [{ all = ['a', { any = ['b', 'c'] }] }]";
    check(text, "a", &["capability:two: up, 0, 0", "capability:all: down, -, -"]);
    check(text, "a=1m b=2m", &["capability:two: down, 60, 60", "capability:all: down, 60, 60"]);
    check(text, "b=3m c=2m", &["capability:two: down, 120, 120", "capability:all: down, 120, 120"]);
}

// ---- who stays up, and who comes back ----------------------------------------------------------------------------

#[test]
fn what_is_needed_to_start_is_not_needed_to_run() {
    let text = "[service.vault]\n[service.w]\nneeds = [{ on = 'vault', when = 'start' }]\n";
    check(text, "vault", &["w: up, 0, 0"]);
    check(text, "vault=1h w=1m", &["w: down, 3600, 3600"]);
    check(text, "vault w=1m", &["w: down, -, -"]);
}

#[test]
fn a_circle_runs_until_something_stops_it_and_then_waits_for_itself() {
    let text = "[service.a]\nneeds = ['b']\n[service.b]\nneeds = ['a']\n[capability.c]\nneeds = ['a']\n[service.alone]\n";
    check(text, "", &["a: up, 0, 0", "b: up, 0, 0"]);
    check(text, "a=1m", &["a: down, -, -", "b: down, -, -", "capability:c: down, -, -"]);
    let system = system(text);
    let names = |fails: &str| {
        let deadlock = outcome(&system, fails).deadlock;
        deadlock.iter().map(|id| system.model[*id].name.clone()).collect::<Vec<_>>()
    };
    // Nothing that they need is still failed: they only wait for each other, and the capability for them.
    assert_eq!(names("a=1m"), ["a", "b", "capability:c"]);
    // Here something is: that is no deadlock.
    assert_eq!(names("a"), Vec::<String>::new());
    assert_eq!(names("alone=1m"), Vec::<String>::new());
}

#[test]
fn a_circle_with_a_way_out_comes_back_in_the_order_of_becoming_available() {
    let text = "
        [service.a]
        needs = [{ any = ['b', 'spare'], after = '5m' }]
        start = '1m'
        [service.b]
        needs = ['a']
        [service.spare]";
    // a waits for the spare, not for b, which waits for a.
    check(text, "a=1m", &["a: down, 360, 360", "b: down, 360, 360"]);
}

#[test]
fn states_are_judged_while_what_failed_is_still_failed() {
    let text = "[service.a]\n[capability.c]\nneeds = [{ on = 'a', tolerates = '1h' }]\n";
    check(text, "a=30m", &["capability:c: down, 0, 0"]);
}

#[test]
fn a_cold_start_knows_no_staying() {
    let system = system(
        "[service.a]\nneeds = ['b']\nstart = '1m'\n[service.b]\nstart = '2m'\n[service.x]\nneeds = ['y']\n[service.y]\nneeds = ['x']\n",
    );
    let ready = Reference::new(&system.program).cold_start();
    let of = |name: &str| ready[ConditionId::ok(system.model.find(name).expect("declared")).index()];
    assert_eq!((of("b"), of("a")), (Time::seconds(120), Time::seconds(180)));
    assert_eq!((of("x"), of("y")), (Time::NEVER, Time::NEVER));
}

// ---- data --------------------------------------------------------------------------------------------------------

/// The loss of the one data store of a model, on 23 November 2026.
fn loss(text: &str, scenario: impl Fn(&Model) -> Asked) -> Time {
    let system = system(text);
    let asked = scenario(&system.model);
    let run = Reference::new(&system.program).outcome(&asked.scenario.fails).run;
    let losses = Copies::new(&system.model, date(2026, 11, 23)).losses(&asked.scenario, &run);
    assert_eq!(losses.len(), 1);
    losses[0].loss
}

fn loss_when(text: &str, fails: &str) -> Time {
    loss(text, |model| {
        let event = |what: &str| Failure {
            what: model.find(what).expect("declared"),
            lasts: Time::NEVER,
            destroys: false,
        };
        custom(model, &fails.split_whitespace().map(event).collect::<Vec<_>>())
    })
}

const STORE: &str = "
    [provider.p.region.r]
    zones = ['a', 'b']
    [provider.p.product.disk]
    scope = 'zone'
    [provider.q]
    [service.db]
    data = true
    placed = ['p/r/a']
    uses = ['disk']
    standby = [{ at = 'p/r/b', lag = '10s' }]
    backup = [{ at = 'q', every = '24h', restore = '4h', verified = 2026-10-01, restore_to = ['q'] }]
";

#[test]
fn the_loss_is_the_age_of_the_newest_copy_left() {
    let never = Time::NEVER;
    for (fails, expected) in [
        ("", Time::ZERO),
        ("p/r/a", Time::seconds(10)),
        ("p/r/a#disk", Time::seconds(10)),
        ("db@p/r/a", Time::seconds(10)),
        // The service's own failure destroys no copy.
        ("db", Time::ZERO),
        ("p/r", Time::seconds(86_400)),
        // What the backup could be restored to holds nothing yet.
        ("p q", never),
        ("q", Time::ZERO),
    ] {
        assert_eq!(loss_when(STORE, fails), expected, "{fails}");
    }
}

#[test]
fn a_backup_counts_if_it_was_verified_and_recently_enough() {
    let with = |verified: &str, settings: &str| {
        let text = STORE.replace("verified = 2026-10-01, ", verified) + settings;
        loss_when(&text, "p")
    };
    let (day, total) = (Time::seconds(86_400), Time::NEVER);
    assert_eq!(with("verified = 2010-01-01, ", ""), day, "with no limit any date will do");
    assert_eq!(with("", ""), total, "without a date none does");
    let within = "[settings]\nbackup_verified_within = '53d'\n";
    assert_eq!(with("verified = 2026-10-01, ", within), day, "53 days ago");
    assert_eq!(with("verified = 2026-09-30, ", within), total, "54 days ago");
}

#[test]
fn what_is_destroyed_is_lost_though_the_place_comes_back() {
    let destroyed = |what: &str, expected: Time| {
        let text =
            format!("{STORE}[scenario.s]\nfails = [{{ what = '{what}', lasts = '1h', destroys = true }}]\n");
        assert_eq!(loss(&text, |model| declared(&model.scenarios[0])), expected, "{what}");
    };
    for what in ["db@p/r/a", "p/r/a", "p/r/a#disk"] {
        destroyed(what, Time::seconds(10));
    }
    // What is above the copies, places and facilities alike.
    for what in ["p/r", "p", "p#disk", "p/r#disk"] {
        destroyed(what, Time::seconds(86_400));
    }
    destroyed("q", Time::ZERO);
}

// ---- findings ----------------------------------------------------------------------------------------------------

/// What `check` finds, as `policy rule scenario` lines.
fn findings(text: &str, day: i8) -> Vec<String> {
    let system = system(text);
    let capabilities: Vec<_> = system.model.capabilities().map(|(id, ..)| id).collect();
    let checked =
        check_policies(&system, &capabilities, State::Degraded, date(2026, 11, day)).expect("few scenarios");
    let sources = Sources::default();
    let report = linchpin::report::CheckReport::new(&system.model, &sources, &checked, State::Degraded);
    let line = |finding: &linchpin::report::FindingReport| {
        let waived = if finding.waived.is_some() { " waived" } else { "" };
        format!("{} {} {}{waived}", finding.policy, finding.rule, finding.scenario.as_deref().unwrap_or("-"))
    };
    report.findings.iter().map(line).collect()
}

const SHOP: &str = "
    [provider.p.region.r]
    zones = ['a', 'b']
    [service.db]
    data = true
    placed = ['p/r/a']
    standby = [{ at = 'p/r/b', after = '5m', lag = '1m' }]
    [service.log]
    data = true
    placed = ['p/r/a']
    [service.web]
    needs = ['db']
    wants = ['log']
    [capability.shop]
    needs = ['web']
    [channel.page]
    needs = ['p/r/a']
";

#[test]
fn each_rule_of_a_policy_finds_what_breaks_it() {
    let with =
        |policy: &str| findings(&format!("{SHOP}[[policy]]\nname = 'x'\nsurvive = 'zone'\n{policy}\n"), 23);
    assert_eq!(with(""), [""; 0]);
    assert_eq!(with("state = 'up'"), ["x state p/r/a"], "the log is wanted");
    assert_eq!(with("within = '5m'"), [""; 0]);
    assert_eq!(with("within = '299s'"), ["x within p/r/a"]);
    assert_eq!(with("data_loss = '1m'"), [""; 0], "the log's data is lost, but only wanted");
    assert_eq!(with("data_loss = '59s'"), ["x data_loss p/r/a"]);
    assert_eq!(with("reachable = true"), ["x reachable p/r/a"]);
    assert_eq!(with("failures = 2"), ["x state p/r/a + p/r/b"]);
    assert_eq!(with("capabilities = ['s*']\nstate = 'up'"), ["x state p/r/a"]);
}

#[test]
fn without_policies_every_capability_must_survive_any_zone_and_any_provider() {
    assert_eq!(findings(SHOP, 23), ["every capability survives any single provider state p"]);
}

#[test]
fn a_waiver_counts_up_to_its_last_day_and_is_told_when_it_silences_nothing() {
    let with = |failure: &str, day: i8| {
        let text = format!(
            "{SHOP}[[policy]]\nname = 'x'\nsurvive = 'provider'\n[[waiver]]\npolicy = 'x'\ncapability = 'shop'\nfailure = '{failure}'\nuntil = 2026-11-23\nreason = 'r'\n"
        );
        findings(&text, day)
    };
    assert_eq!(with("p", 23), ["x state p waived"]);
    assert_eq!(with("p", 24), ["x state p"]);
    assert_eq!(with("p/r/a", 23), ["x state p", "x waiver p/r/a"]);
}

#[test]
fn availability_is_exact() {
    let text = "
        [provider.p]
        availability = 0.9
        [provider.q]
        mtbf = '9h'
        mttr = '1h'
        [capability.c]
        needs = [{ any = ['p', 'q'] }]
        [[policy]]
        name = 'x'
        availability = ";
    // One of two, each 0.9: 0.99.
    assert_eq!(findings(&format!("{text}0.99\n"), 23), [""; 0]);
    assert_eq!(findings(&format!("{text}0.9901\n"), 23), ["x availability -"]);
}

#[test]
fn single_points_are_no_points_where_nothing_has_to_fail() {
    let of = |text: &str| {
        let system = system(text);
        let capabilities: Vec<_> = system.model.capabilities().map(|(id, ..)| id).collect();
        let checked = check_policies(&system, &capabilities, State::Degraded, date(2026, 11, 23))
            .expect("few scenarios");
        let points = &checked.single_points[0].1;
        points.iter().map(|id| system.model[*id].name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        of("[service.a]\n[service.b]\n[service.c]\n[capability.x]\nneeds = ['a', { any = ['b', 'c'] }]\n"),
        ["a"]
    );
    assert_eq!(of("[service.a]\n[capability.x]\nneeds = [{ at_least = 2, of = ['a'] }]\n"), [""; 0]);
}
