//! Random valid models from a seed, covering the whole format: with them engines are compared and laws are checked.
//!
//! [`Draft::new`] makes a model, [`Draft::text`] writes it as TOML, [`Draft::shuffled`] puts the same model into another
//! order wherever order has no meaning, [`Draft::edited`] changes it in ways whose effect the semantics foretell,
//! [`failures`] makes scenarios and [`smallest`] cuts a text that shows a failure down to what it takes.
//! Equal seeds give equal models.

mod edits;
mod mistakes;

use jiff::civil::{Date, date};

use linchpin::model::{Class, ElementId, Failure, Instance, Kind, Model, Scope, Time};

use super::models;

pub(crate) use edits::Edit;
pub(crate) use mistakes::{Mistake, NOWHERE};

/// About how many services a model has; everything else grows with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size(pub(crate) usize);

/// A random model as TOML.
pub(crate) fn model(seed: u64, size: Size) -> String {
    Draft::new(seed, size).text()
}

/// A random scenario, in the model's order. Classes are equally likely, however many elements each has.
pub(crate) fn failures(model: &Model, rng: &mut Rng) -> Vec<Failure> {
    let of_class = |class| {
        let elements = model.elements().filter(move |(_, element)| element.class() == Some(class));
        elements.map(|(id, _)| id).collect::<Vec<ElementId>>()
    };
    let classes: Vec<_> = Class::ALL.into_iter().map(of_class).filter(|class| !class.is_empty()).collect();
    let n_failures = *rng.pick(&[1, 1, 1, 2, 2, 3, 5]);
    let mut failing: Vec<ElementId> = Vec::new();
    for _ in 0..n_failures {
        let class = rng.pick(&classes);
        failing.push(*rng.pick(class));
    }
    failing.sort_unstable();
    failing.dedup();
    let failure = |what| {
        let lasts = if rng.chance(50) { Time::NEVER } else { rng.time() };
        Failure { what, lasts, destroys: rng.chance(25) }
    };
    failing.into_iter().map(failure).collect()
}

/// What is left of a text when every run of lines without which it still fails is taken away.
pub(crate) fn smallest(text: &str, fails: impl Fn(&str) -> bool) -> String {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let mut run = lines.len();
    while run > 0 {
        let before = lines.len();
        let mut start = 0;
        while start < lines.len() {
            let end = (start + run).min(lines.len());
            let without = [&lines[..start], &lines[end..]].concat();
            if fails(&without.join("\n")) {
                lines = without;
            } else {
                start += if run > 8 { run } else { 1 };
            }
        }
        // Taking a line away may have made room for taking away what stood around it.
        run = if run == 1 && lines.len() < before { 8 } else { run / 2 };
    }
    lines.join("\n")
}

/// A small generator of random numbers (`SplitMix64`): the same ones everywhere and for ever.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `n`, which is not 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("smaller than a usize")
    }

    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most + 1 - least)
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }

    fn time(&mut self) -> Time {
        Time::seconds(*self.pick(&[0, 30, 120, 300, 900, 5_400, 14_400, 86_400]))
    }

    fn duration(&mut self) -> Value {
        let time = self.time();
        let seconds = time.as_seconds().filter(|_| self.chance(20));
        seconds.map_or_else(|| time.to_string(), |seconds| format!("{seconds}s")).into()
    }

    /// In doubles, whether 0.1 + 0.1 + 0.6 reaches 0.8 depends on the order.
    fn capacity(&mut self) -> f64 {
        *self.pick(&[0.1, 0.1, 0.6, 1.0, 1.0, 2.5, 10.0])
    }

    fn probability(&mut self) -> f64 {
        *self.pick(&[0.0, 0.5, 0.9, 0.999, 1.0])
    }

    fn free_text(&mut self) -> &'static str {
        FREE_TEXTS[self.below(FREE_TEXTS.len())]
    }

    fn tag(&mut self) -> &'static str {
        TAGS[self.below(TAGS.len())]
    }
}

/// What authors may write where no name is meant.
const FREE_TEXTS: [&str; 5] =
    ["storefront", "the \"best\" \\ team", "paiements é 漢字", "tab\tand\u{1b}[31m", "tier 1"];

const TAGS: [&str; 3] = ["windows", "t-1", "payment card"];

// ---- TOML -------------------------------------------------------------------------------------------------------

/// A model in the making: TOML as a tree.
#[derive(Debug, Clone)]
pub(crate) struct Draft(Vec<Table>);

#[derive(Debug, Clone)]
struct Table {
    /// `["provider", "aws", "region", "us-east-1"]`; one word for `[model]` and the like.
    path: Vec<String>,
    /// Whether it is an entry of a list: `[[policy]]`.
    is_list: bool,
    keys: Keys,
}

#[derive(Debug, Clone)]
enum Value {
    /// As it is written.
    Plain(String),
    List(Vec<Value>),
    Table(Keys),
}

#[derive(Debug, Clone, Default)]
struct Keys(Vec<(&'static str, Value)>);

impl Keys {
    /// Sets a key, to a list only if it is not empty.
    fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        self.0.retain(|(known, _)| *known != key);
        match value.into() {
            Value::List(list) if list.is_empty() => {}
            value => self.0.push((key, value)),
        }
    }

    /// Sets a key with a chance of so many percent.
    fn maybe<V: Into<Value>>(
        &mut self,
        percent: usize,
        key: &'static str,
        rng: &mut Rng,
        value: impl FnOnce(&mut Rng) -> V,
    ) {
        if rng.chance(percent) {
            self.set(key, value(rng));
        }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// The entries of a list, which is there from now on.
    fn list(&mut self, key: &'static str) -> &mut Vec<Value> {
        let index = self.0.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            self.0.push((key, Value::List(Vec::new())));
            self.0.len() - 1
        });
        match &mut self.0[index].1 {
            Value::List(list) => list,
            other => panic!("{key} is no list: {other:?}"),
        }
    }

    /// The entries of a list that are tables.
    fn tables(&mut self, key: &str) -> impl Iterator<Item = &mut Keys> {
        let lists = self.0.iter_mut().filter(move |(known, _)| *known == key);
        let values = lists.flat_map(|(_, value)| match value {
            Value::List(list) => list.iter_mut().collect(),
            _ => Vec::new(),
        });
        values.filter_map(|value| match value {
            Value::Table(keys) => Some(keys),
            _ => None,
        })
    }

    /// A table, or the value of a key that says it all, as in `{ on = "x" }` and `"x"`.
    fn or_plain(mut self, key: &'static str, value: String, rng: &mut Rng) -> Value {
        if self.0.is_empty() && rng.chance(90) {
            return value.into();
        }
        self.set(key, value);
        Value::Table(self)
    }

    fn text(&self, between: &str) -> String {
        self.0
            .iter()
            .map(|(key, value)| format!("{key} = {}", value.text()))
            .collect::<Vec<_>>()
            .join(between)
    }
}

impl Value {
    /// Every entry of a list has its own line, which is what [`smallest`] takes away.
    fn text(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::List(list) => {
                format!("[\n{}]", list.iter().map(|value| value.text() + ",\n").collect::<String>())
            }
            Self::Table(keys) => format!("{{ {} }}", keys.text(", ")),
        }
    }

    /// A string without its quotes.
    fn bare(&self) -> &str {
        match self {
            Self::Plain(text) => text.trim_matches('"'),
            _ => "",
        }
    }

    /// Calls `f` for it and everything in it, with the key before it; entries have that of their list.
    fn visit(&mut self, key: &'static str, f: &mut impl FnMut(&'static str, &mut Self)) {
        f(key, self);
        match self {
            Self::Plain(_) => {}
            Self::List(list) => list.iter_mut().for_each(|value| value.visit(key, f)),
            Self::Table(keys) => keys.0.iter_mut().for_each(|(key, value)| value.visit(key, f)),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        let mut out = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                c if c.is_control() => out.extend(format!("\\u{:04x}", u32::from(c)).chars()),
                c => out.push(c),
            }
        }
        Self::Plain(out + "\"")
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(list: Vec<V>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

macro_rules! written_as_shown {
    ($($type:ty)*) => { $(impl From<$type> for Value {
        fn from(value: $type) -> Self {
            Self::Plain(value.to_string())
        }
    })* };
}

written_as_shown!(bool usize i64 f64 Date);

impl Table {
    fn new(path: &[&str]) -> Self {
        let is_list = ["policy", "waiver"].contains(&path[0]);
        Self { path: path.iter().map(|part| (*part).to_owned()).collect(), is_list, keys: Keys::default() }
    }

    fn below(&self, path: &[&str]) -> Self {
        let above = self.path.iter().map(String::as_str);
        Self::new(&above.chain(path.iter().copied()).collect::<Vec<_>>())
    }

    /// What it describes: the kind before its name.
    fn kind(&self) -> &str {
        &self.path[self.path.len().saturating_sub(2)]
    }

    fn name(&self) -> &str {
        &self.path[self.path.len() - 1]
    }

    fn header(&self) -> String {
        let is_bare = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let quoted = |part: &String| if is_bare(part) { part.clone() } else { format!("\"{part}\"") };
        let path = self.path.iter().map(quoted).collect::<Vec<_>>().join(".");
        if self.is_list { format!("[[{path}]]") } else { format!("[{path}]") }
    }

    fn text(&self) -> String {
        format!("{}\n{}\n\n", self.header(), self.keys.text("\n"))
    }
}

impl Draft {
    /// As TOML, a blank line after each table.
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(Table::text).collect()
    }

    fn of_kind(&mut self, kind: &str) -> Vec<&mut Table> {
        self.0.iter_mut().filter(|table| table.path.len() == 2 && table.kind() == kind).collect()
    }
}

// ---- a random model -------------------------------------------------------------------------------------------

impl Draft {
    /// A random valid model.
    pub(crate) fn new(seed: u64, size: Size) -> Self {
        let mut maker = Maker { rng: Rng::new(seed), names: Names::default(), figures_left: 6 };
        let mut draft = Self(Vec::new());
        maker.places(size, &mut draft.0);
        // What there is decides what can be said next.
        maker.names = Names::of(&models::read(&draft.text()));
        maker.things(size, &mut draft.0);
        let model = models::read(&draft.text());
        maker.names = Names::of(&model);
        for table in &mut draft.0 {
            maker.connect(table, &model);
        }
        maker.ask(&mut draft.0);
        draft
    }
}

/// References to everything, by kind, in the model's order.
#[derive(Default)]
struct Names {
    providers: Vec<String>,
    regions: Vec<String>,
    /// Regions that have zones.
    zoned: Vec<String>,
    zones: Vec<String>,
    facilities: Vec<String>,
    groups: Vec<String>,
    services: Vec<String>,
    instances: Vec<String>,
    capabilities: Vec<String>,
    channels: Vec<String>,
}

impl Names {
    fn of(model: &Model) -> Self {
        let mut names = Self::default();
        for (_, element) in model.elements() {
            let list = match &element.kind {
                Kind::Provider => &mut names.providers,
                Kind::Region(region) => {
                    names.zoned.extend((!region.zones.is_empty()).then(|| element.name.clone()));
                    &mut names.regions
                }
                Kind::Zone { .. } => &mut names.zones,
                Kind::Facility(_) => &mut names.facilities,
                Kind::Group => &mut names.groups,
                Kind::Service(_) => &mut names.services,
                Kind::Instance(_) => &mut names.instances,
                Kind::Capability(_) => &mut names.capabilities,
                Kind::Channel => &mut names.channels,
            };
            list.push(element.name.clone());
        }
        names
    }

    /// What has an event.
    fn failing(&self) -> Vec<String> {
        let places = [&self.providers, &self.regions, &self.zones, &self.facilities];
        places.into_iter().chain([&self.groups, &self.services, &self.instances]).flatten().cloned().collect()
    }
}

/// Who needs: services mostly need what is declared before them, so that circles are there but not the rule.
#[derive(Clone, Copy)]
enum Needing {
    Place,
    Service(usize),
    Business,
}

struct Maker {
    rng: Rng,
    names: Names,
    /// So many more elements may have failure figures: the exact availability takes time exponential in them.
    figures_left: usize,
}

impl Maker {
    // ---- what there is -----------------------------------------------------------------------------------

    fn places(&mut self, Size(size): Size, out: &mut Vec<Table>) {
        for number in 0..self.rng.between(1, 2 + size / 8) {
            let mut provider = Table::new(&["provider", &self.name("p", number)]);
            self.figures(10, 1, &mut provider.keys);
            let (mut below, mut n_domains) = (Vec::new(), 1);
            for number in 0..self.rng.below(4) {
                let mut region = provider.below(&["region", &self.name("r", number)]);
                self.figures(10, 1, &mut region.keys);
                let zones: Vec<&str> = ["a", "b", "c"].into_iter().take(self.rng.below(4)).collect();
                n_domains += 1 + zones.len();
                if !zones.is_empty() && self.rng.chance(35) {
                    let least = self.threshold(zones.len());
                    region.keys.set("min_zones", least);
                }
                let listed = self.rng.chance(70);
                region.keys.set("zones", if listed { zones.clone() } else { Vec::new() });
                // A zone of the list may have a table that says more about it.
                let told = zones.into_iter().filter(|_| !listed || self.rng.chance(25));
                let tables: Vec<Table> = told.map(|zone| region.below(&["zone", zone])).collect();
                below.push(region);
                below.extend(tables);
            }
            for number in 0..self.rng.below(4) {
                let mut product = provider.below(&["product", &self.name("q", number)]);
                product.keys.set("scope", *self.rng.pick(&["zone", "region", "global"]));
                self.figures(10, n_domains, &mut product.keys);
                below.push(product);
            }
            for zone in below.iter_mut().filter(|table| table.kind() == "zone") {
                self.figures(30, 1, &mut zone.keys);
            }
            out.push(provider);
            out.append(&mut below);
        }
    }

    fn things(&mut self, Size(size): Size, out: &mut Vec<Table>) {
        let mut model = Table::new(&["model"]);
        model.keys.maybe(70, "name", &mut self.rng, Rng::free_text);
        let mut settings = Table::new(&["settings"]);
        settings
            .keys
            .maybe(40, "backup_verified_within", &mut self.rng, |rng| format!("{}d", rng.between(1, 400)));
        out.extend([model, settings]);
        for number in 0..self.rng.below(2 + size / 4) {
            let mut group = Table::new(&["group", &self.name("g", number)]);
            self.figures(10, 1, &mut group.keys);
            out.push(group);
        }
        let mut placed: Vec<Value> = Vec::new();
        let mut names = Vec::new();
        for number in 0..self.rng.between(1, size.max(1)) {
            names.push(self.name("s", number));
            let mut service = Table::new(&["service", &names[number]]);
            if self.rng.chance(88) {
                self.place(&mut service.keys, &mut placed);
            }
            out.push(service);
        }
        for number in 0..self.rng.between(1, 2 + size / 3) {
            // A capability and a service may both be called `search`.
            let same = names.get(number).filter(|_| self.rng.chance(20)).cloned();
            let name = same.unwrap_or_else(|| self.name("c", number));
            let mut capability = Table::new(&["capability", &name]);
            capability.keys.maybe(40, "tier", &mut self.rng, |rng| *rng.pick(&[1_i64, 2, -3]));
            capability.keys.maybe(30, "owner", &mut self.rng, Rng::free_text);
            capability
                .keys
                .maybe(50, "value_per_hour", &mut self.rng, |rng| *rng.pick(&[0.0, 10.5, 12_000.0]));
            capability.keys.maybe(20, "sla", &mut self.rng, |rng| *rng.pick(&[0.9, 0.999, 1.0]));
            out.push(capability);
        }
        for number in 0..self.rng.below(3) {
            out.push(Table::new(&["channel", &self.name("ch", number)]));
        }
    }

    fn name(&mut self, kind: &str, number: usize) -> String {
        match self.rng.below(12) {
            0 => format!("{kind}.{number}"),
            1 => format!("{kind}-{number}_x"),
            2 => format!("{number}{kind}"),
            _ => format!("{kind}{number}"),
        }
    }

    /// From 1 to `n`, seldom out of reach.
    fn threshold(&mut self, n: usize) -> usize {
        if self.rng.chance(2) { n + 1 } else { self.rng.between(1, n) }
    }

    /// Failure figures, perhaps, for what stands for so many events.
    fn figures(&mut self, percent: usize, n_events: usize, keys: &mut Keys) {
        if !self.take_figures(percent, n_events) {
            return;
        }
        if self.rng.chance(70) {
            keys.set("availability", self.rng.probability());
        } else {
            keys.set("mtbf", format!("{}h", self.rng.between(1, 5_000)));
            keys.set("mttr", format!("{}m", self.rng.below(600)));
        }
    }

    fn take_figures(&mut self, percent: usize, n_events: usize) -> bool {
        let takes = n_events <= self.figures_left && self.rng.chance(percent);
        self.figures_left -= if takes { n_events } else { 0 };
        takes
    }

    /// A zone, region or provider.
    fn domain(&mut self) -> String {
        let Names { providers, regions, zones, .. } = &self.names;
        let lists = match self.rng.below(10) {
            0..7 => [zones, regions, providers],
            7 => [regions, zones, providers],
            _ => [providers, zones, regions],
        };
        let list = lists.into_iter().find(|list| !list.is_empty()).expect("there is a provider");
        self.rng.pick(list).clone()
    }

    /// A domain, or all zones of a region.
    fn domains(&mut self) -> String {
        if !self.names.zoned.is_empty() && self.rng.chance(25) {
            return format!("{}/*", self.rng.pick(&self.names.zoned));
        }
        self.domain()
    }

    /// Where a service runs and where its data lies, with `before` it the lists of others.
    fn place(&mut self, service: &mut Keys, before: &mut Vec<Value>) {
        if !before.is_empty() && self.rng.chance(35) {
            // Side by side with another one, so that `same` has something to be about.
            service.set("placed", self.rng.pick(before).clone());
        } else {
            let mut placed = Vec::new();
            for _ in 0..*self.rng.pick(&[0, 1, 1, 1, 2, 2, 3]) {
                let mut keys = Keys::default();
                keys.maybe(15, "count", &mut self.rng, |rng| rng.between(1, 3));
                keys.maybe(25, "capacity", &mut self.rng, Rng::capacity);
                let at = self.domains();
                placed.push(keys.or_plain("at", at, &mut self.rng));
            }
            before.push(placed.into());
            service.set("placed", before[before.len() - 1].clone());
        }
        for _ in 0..*self.rng.pick(&[0, 0, 0, 1, 1, 2]) {
            let at = self.domains();
            service.list("standby").push(Value::Table(self.standby(at)));
        }
        service.maybe(40, "data", &mut self.rng, |_| true);
        let is_store = service.get("data").is_some();
        for _ in 0..*self.rng.pick(if is_store { &[0, 1, 1, 2] } else { &[0, 0, 0, 0, 0, 1] }) {
            let (mut backup, facilities) = (Keys::default(), &self.names.facilities);
            let facility =
                (!facilities.is_empty() && self.rng.chance(40)).then(|| self.rng.pick(facilities).clone());
            backup.set("at", facility.unwrap_or_else(|| self.domain()));
            backup.set("every", self.rng.duration());
            backup.maybe(70, "restore", &mut self.rng, Rng::duration);
            backup.maybe(75, "verified", &mut self.rng, |rng| {
                *rng.pick(&[date(2026, 10, 1), date(2020, 2, 29)])
            });
            let n_places = *self.rng.pick(&[0, 0, 1, 2]);
            backup.set("restore_to", (0..n_places).map(|_| self.domains()).collect::<Vec<_>>());
            service.list("backup").push(Value::Table(backup));
        }
    }

    fn standby(&mut self, at: String) -> Keys {
        let n_instances = if at.ends_with("/*") { 3 } else { 1 };
        let mut standby = Keys::default();
        standby.set("at", at);
        standby.maybe(85, "after", &mut self.rng, Rng::duration);
        standby.maybe(30, "manual", &mut self.rng, |_| true);
        standby.maybe(50, "lag", &mut self.rng, Rng::duration);
        standby.maybe(20, "capacity", &mut self.rng, Rng::capacity);
        if self.take_figures(10, n_instances) {
            standby.set("success", self.rng.probability());
        }
        standby
    }

    // ---- how it hangs together ---------------------------------------------------------------------------

    fn connect(&mut self, table: &mut Table, model: &Model) {
        let name = table.name().to_owned();
        let (needing, needs, wants) = match table.kind() {
            "provider" => (Needing::Place, 15, 0),
            "region" => (Needing::Place, 8, 0),
            "zone" | "product" => (Needing::Place, 10, 0),
            "group" => (Needing::Place, 20, 0),
            "capability" | "channel" => (Needing::Business, 95, 30),
            "service" => {
                let number =
                    self.names.services.iter().position(|known| *known == name).expect("it is there");
                (Needing::Service(number), 55, 20)
            }
            _ => return,
        };
        table.keys.set("needs", self.terms(needs, needing));
        table.keys.set("wants", self.terms(wants, needing));
        match table.kind() {
            "product" if self.rng.chance(40) => {
                let provider = format!("{}#", table.path[1]);
                let own =
                    self.names.facilities.iter().filter_map(|facility| facility.strip_prefix(&provider));
                let on = format!("#{}", self.rng.pick(&own.collect::<Vec<_>>()));
                table.keys.list("needs").push(self.dependency(on));
            }
            "group" => {
                let number = self.names.groups.iter().position(|known| *known == name).expect("it is there");
                let n_members = self.rng.between(1, 3);
                let members = (0..n_members).map(|_| self.member(number + 1));
                table.keys.set("members", members.collect::<Vec<_>>());
            }
            "service" => self.connect_service(&name, &mut table.keys, model),
            _ => {}
        }
    }

    /// A member of a group; groups contain later groups only.
    fn member(&mut self, later: usize) -> String {
        let groups = &self.names.groups[later..];
        match self.rng.below(10) {
            0..2 => self.domain(),
            2 => self.domains(),
            3..5 => format!("tag:{}", self.rng.tag()),
            5..7 if !groups.is_empty() => self.rng.pick(groups).clone(),
            _ => self.rng.pick(&self.names.services).clone(),
        }
    }

    fn connect_service(&mut self, name: &str, service: &mut Keys, model: &Model) {
        let own = instances(model, name);
        if !own.is_empty() {
            if self.rng.chance(40) {
                service.set("quorum", self.threshold(own.len()));
            }
            let carried: f64 = own.iter().map(|instance| instance.capacity).sum();
            let share =
                |rng: &mut Rng| (carried * rng.pick(&[0.0, 2.5, 5.0, 7.5, 10.0, 10.0])).round() / 10.0;
            service.maybe(20, "capacity", &mut self.rng, share);
            service.maybe(15, "min_capacity", &mut self.rng, share);
            let mut products: Vec<&str> = Vec::new();
            for provider in own.iter().filter_map(|instance| model.provider_of(instance.domain)) {
                let at_provider = format!("{}#", model[provider].name);
                let of_provider =
                    self.names.facilities.iter().filter_map(|name| name.strip_prefix(&at_provider));
                products.extend(of_provider.filter(|_| self.rng.chance(40)));
            }
            products.sort_unstable();
            products.dedup();
            service.set("uses", products);
            if self.take_figures(10, own.len()) {
                service.set("instance_availability", self.rng.probability());
            }
        }
        self.figures(10, 1, service);
        service.maybe(30, "start", &mut self.rng, Rng::duration);
        let tags: Vec<&str> = (0..self.rng.below(3)).map(|_| self.rng.tag()).collect();
        service.set("tags", tags);
        for (scope, word) in [(Scope::Zone, "zone"), (Scope::Region, "region")] {
            let is_peer = |other: &&String| own.iter().all(|own| has_peer(model, own.domain, other, scope));
            let peers: Vec<String> = self.names.services.iter().filter(is_peer).cloned().collect();
            if own.is_empty() || peers.is_empty() || !self.rng.chance(25) {
                continue;
            }
            let on = self.rng.pick(&peers).clone();
            // To need peers of oneself is a circle of one: seldom meant.
            if on != name || self.rng.chance(10) {
                let mut term = self.dependency_keys();
                term.set("on", on);
                term.set("same", word);
                service.list("needs").push(Value::Table(term));
            }
        }
        for copy in ["standby", "backup"] {
            service.tables(copy).for_each(|keys| keys.set("needs", self.terms(25, Needing::Place)));
        }
    }

    /// One to three terms, with a chance of so many percent.
    fn terms(&mut self, percent: usize, needing: Needing) -> Vec<Value> {
        let n = if self.rng.chance(percent) { *self.rng.pick(&[1, 1, 2, 3]) } else { 0 };
        (0..n).map(|_| self.term(needing, 2)).collect()
    }

    fn term(&mut self, needing: Needing, depth: usize) -> Value {
        let roll = if depth == 0 { 0 } else { self.rng.below(100) };
        if roll < 70 {
            let on = self.reference(needing);
            return self.dependency(on);
        }
        let n_terms = self.rng.between(1, 3);
        let terms: Vec<Value> = (0..n_terms).map(|_| self.term(needing, depth - 1)).collect();
        let mut keys = Keys::default();
        match roll {
            70..84 => {
                keys.set("any", terms);
                keys.maybe(60, "after", &mut self.rng, Rng::duration);
                let n_degraded = *self.rng.pick(&[0, 0, 0, 1, 2]);
                keys.set(
                    "degraded",
                    (0..n_degraded).map(|_| self.term(needing, depth - 1)).collect::<Vec<_>>(),
                );
            }
            84..94 => {
                keys.set("at_least", self.threshold(n_terms));
                keys.set("of", terms);
            }
            _ => keys.set("all", terms),
        }
        Value::Table(keys)
    }

    fn dependency(&mut self, on: String) -> Value {
        self.dependency_keys().or_plain("on", on, &mut self.rng)
    }

    fn dependency_keys(&mut self) -> Keys {
        let mut keys = Keys::default();
        keys.maybe(10, "when", &mut self.rng, |_| "start");
        keys.maybe(15, "tolerates", &mut self.rng, Rng::duration);
        keys
    }

    /// What is needed.
    fn reference(&mut self, needing: Needing) -> String {
        let names = &self.names;
        let services = match needing {
            Needing::Service(number) if number > 0 && self.rng.chance(80) => &names.services[..number],
            _ => &names.services[..],
        };
        let services_only = match needing {
            Needing::Place => 10,
            Needing::Service(_) => 50,
            Needing::Business => 75,
        };
        let list = match self.rng.below(8) {
            _ if self.rng.chance(services_only) => services,
            0..3 => &names.facilities,
            3 => &names.regions,
            4 => *self.rng.pick(&[&names.zones, &names.providers]),
            5 => *self.rng.pick(&[&names.groups, &names.channels]),
            6 => &names.instances,
            _ => &names.capabilities,
        };
        let list = if list.is_empty() { &names.providers } else { list };
        let name = self.rng.pick(list).clone();
        self.respelt(name)
    }

    /// A reference may say its kind, and the number of an only instance.
    fn respelt(&mut self, name: String) -> String {
        let Names { services, groups, providers, .. } = &self.names;
        match &name {
            _ if self.rng.chance(90) => name,
            _ if services.contains(&name) => format!("service:{name}"),
            _ if groups.contains(&name) => format!("group:{name}"),
            _ if providers.contains(&name) => format!("provider:{name}"),
            _ if name.contains('@') && !name.ends_with(']') => format!("{name}[1]"),
            _ => name,
        }
    }

    // ---- what is asked of it -----------------------------------------------------------------------------

    fn ask(&mut self, out: &mut Vec<Table>) {
        let mut scenarios = Vec::new();
        for number in 0..self.rng.below(3) {
            let name = self.name("fire", number);
            let mut scenario = Table::new(&["scenario", &name]);
            let mut failing = self.names.failing();
            self.rng.shuffle(&mut failing);
            for what in failing.into_iter().take(self.rng.between(1, 3)) {
                let mut failure = Keys::default();
                failure.maybe(50, "lasts", &mut self.rng, Rng::duration);
                failure.maybe(20, "destroys", &mut self.rng, |_| true);
                let what = self.respelt(what);
                scenario.keys.list("fails").push(failure.or_plain("what", what, &mut self.rng));
            }
            scenarios.push(name);
            out.push(scenario);
        }
        let mut policies = Vec::new();
        for number in 0..self.rng.below(4) {
            policies.push(format!("{} {number}", self.rng.free_text()));
            let mut policy = Table::new(&["policy"]);
            policy.keys.set("name", policies[number].clone());
            self.policy(&mut policy.keys, &scenarios);
            out.push(policy);
        }
        for _ in 0..self.rng.below(3) {
            let Some(policy) = policies.first() else { break };
            let mut waiver = Table::new(&["waiver"]);
            waiver.keys.set("policy", policy.clone());
            let capability = self.rng.pick(&self.names.capabilities).as_str();
            let bare = capability.trim_start_matches("capability:");
            waiver.keys.maybe(60, "capability", &mut self.rng, |rng| *rng.pick(&[capability, bare]));
            let mut failing = self.names.failing();
            self.rng.shuffle(&mut failing);
            failing.truncate(self.rng.between(1, 2));
            let of_scenario = scenarios.first().filter(|_| self.rng.chance(20)).cloned();
            let failure = of_scenario.unwrap_or_else(|| failing.join(" + "));
            waiver.keys.maybe(70, "failure", &mut self.rng, |_| failure);
            waiver.keys.set("until", *self.rng.pick(&[date(2099, 1, 31), date(2020, 1, 31)]));
            waiver.keys.set("reason", self.rng.free_text());
            out.push(waiver);
        }
    }

    fn policy(&mut self, policy: &mut Keys, scenarios: &[String]) {
        if self.rng.chance(60) {
            let name = self.rng.pick(&self.names.capabilities).trim_start_matches("capability:");
            let mut selectors = [name, "c*", "tier:1", "*[0-9]"];
            self.rng.shuffle(&mut selectors);
            policy.set("capabilities", selectors[..self.rng.below(4)].to_vec());
        }
        policy.maybe(25, "failures", &mut self.rng, |rng| rng.between(1, 2));
        // Pairs are many: of small classes only.
        let pairs = policy.get("failures").is_some();
        let classes = if pairs { &[Class::Region, Class::Provider][..] } else { &Class::ALL };
        let n_classes = self.rng.below(3);
        let mut survive: Vec<&str> = (0..n_classes).map(|_| self.rng.pick(classes).name()).collect();
        survive.extend(scenarios.first().filter(|_| self.rng.chance(40)).map(String::as_str));
        match survive[..] {
            [one] if self.rng.chance(50) => policy.set("survive", one),
            _ => policy.set("survive", survive),
        }
        policy.maybe(50, "state", &mut self.rng, |rng| *rng.pick(&["up", "degraded"]));
        policy.maybe(40, "within", &mut self.rng, Rng::duration);
        policy.maybe(40, "data_loss", &mut self.rng, Rng::duration);
        policy.maybe(30, "reachable", &mut self.rng, |_| true);
        policy.maybe(50, "level", &mut self.rng, |rng| *rng.pick(&["deny", "warn"]));
        policy.maybe(20, "availability", &mut self.rng, Rng::probability);
    }
}

/// The instances of a service.
fn instances<'m>(model: &'m Model, service: &str) -> Vec<&'m Instance> {
    let own = model.find(service).expect("the service is declared");
    let instances = model.elements().filter_map(|(_, element)| match &element.kind {
        Kind::Instance(instance) => Some(instance),
        _ => None,
    });
    instances.filter(|instance| instance.service == own).collect()
}

/// Whether an instance of a service lies in the same zone or region as a domain.
fn has_peer(model: &Model, domain: ElementId, service: &str, scope: Scope) -> bool {
    let area = |domain| {
        model.domain_and_above(domain).find(|id| match model[*id].kind {
            Kind::Zone { .. } => scope == Scope::Zone,
            Kind::Region(_) => scope == Scope::Region,
            _ => false,
        })
    };
    area(domain).is_some() && instances(model, service).iter().any(|peer| area(peer.domain) == area(domain))
}
