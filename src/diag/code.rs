//! The closed list of diagnostic codes: the diagnostics, `linchpin explain-code` and the docs all read it.

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The model means nothing like this: nothing is analysed.
    Error,
    /// It means something, but probably not what its author thinks.
    Warning,
}

macro_rules! codes {
    ($($variant:ident $severity:ident $name:literal $summary:literal $explanation:literal)*) => {
        /// What can be wrong with a model. Names are stable: they may be quoted in tickets and scripts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(
                #[doc = $summary]
                #[doc = ""]
                #[doc = $explanation]
                $variant,
            )*
        }

        impl Code {
            /// Every code, errors first.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Whether it stops the analysis.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),* }
            }

            /// The problem in general, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary),* }
            }

            /// Why it is a problem and what to do about it.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation),* }
            }
        }
    };
}

impl Code {
    /// The code of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

codes! {
    CannotRead Error "cannot-read"
        "a model file or directory cannot be read"
        "The file was named on the command line or found in the model's directory, but opening or reading it failed: \
         it does not exist, vanished meanwhile, or may not be read. The message says which."
    NoModel Error "no-model"
        "there is no model where one was looked for"
        "A model is one TOML file, or a directory with `*.toml` files directly in it. With no argument the nearest \
         `linchpin.toml` from the working directory upward is taken. `linchpin init` writes a first one."
    TooLarge Error "too-large"
        "a model file is larger than any model should be"
        "Files over 64 MiB are refused before they are read: this is nearly always a wrong path. A model of 100,000 \
         services fits in less; a larger one can be split over several files of one directory, up to 512 MiB in all."
    NotUtf8 Error "not-utf8"
        "a model file is not UTF-8"
        "TOML files are UTF-8 by definition. The message says at which line and column the first byte stands \
         that is not. Save the file as UTF-8 again."
    EmptyModel Error "empty-model"
        "a model declares nothing"
        "The files hold no provider, service, group, capability or channel, so that there is nothing to analyse. An \
         empty answer would look like a good one. `linchpin init` writes a first model."
    Syntax Error "syntax"
        "a file is not valid TOML"
        "The TOML parser stopped making sense of the file at the marked place. The first syntax error of each line is \
         shown, but none after a bracket that is never closed, since they would only follow from that. What the tables \
         of this file mean is checked once the syntax is right; names that it may declare are not called unknown until then."
    DuplicateKey Error "duplicate-key"
        "a key is given twice"
        "The same key stands twice, in one file or in two files of one model. Neither wins: both places are shown, and \
         one has to go. Lists of policies and waivers may be spread over files; a provider's and a region's tables too, \
         as long as no key repeats."
    DuplicateName Error "duplicate-name"
        "two things have one name"
        "Providers, services and groups share one namespace, since a reference may name any of them. Capabilities and \
         channels have one each; policies' names must differ so that a waiver says which policy it means."
    BadName Error "bad-name"
        "a name has characters that names cannot have"
        "Names start with a letter or digit and go on with letters, digits, `.`, `_` and `-`. References are built from \
         names with `/`, `#`, `@`, `:` and `*`, which therefore cannot be part of one. A scenario may not have the name \
         of a class of failures either, since a policy's `survive` may say both."
    UnknownKey Error "unknown-key"
        "a key that the format does not know"
        "Unknown keys are refused: a misspelt `quorum` that is silently ignored would make a wrong answer look right. \
         The hint names the nearest key that is known there, or all of them."
    MissingKey Error "missing-key"
        "a key that must be there is missing"
        "Without this key the table has no meaning. The label says which key and what it holds."
    WrongType Error "wrong-type"
        "a value is of the wrong type"
        "The key expects another type: a string, a list, a table, a number, a date. The label says which, with an \
         example."
    BadDuration Error "bad-duration"
        "a duration cannot be read"
        "Durations are strings of whole numbers with units: `\"90s\"`, `\"15m\"`, `\"4h\"`, `\"2d\"`, `\"1h30m\"`. They cannot \
         be negative, finer than a second, or in months and years, whose length varies."
    OutOfRange Error "out-of-range"
        "a number is outside what it may be"
        "Probabilities lie in 0..=1, counts are whole and at least 1, capacities and values are finite and not negative."
    BadChoice Error "bad-choice"
        "a word that is none of the choices"
        "The key takes one of a few words, which the label lists."
    BadReference Error "bad-reference"
        "a reference that cannot be read"
        "References are written `aws`, `aws/us-east-1`, `aws/us-east-1/a`, `aws#iam`, `orders`, `orders@aws/us-east-1/a`, \
         `capability:search`. `aws/us-east-1/*` stands for zones in `placed`, `standby` and `members`, `tag:x` in \
         `members`, `#product` in a product's `needs`, and only there."
    UnknownReference Error "unknown-reference"
        "a reference to something that is not declared"
        "Nothing of that name is declared in the model. The hint shows the nearest name that is. A capability inside \
         `needs` is written `capability:NAME`; a product exists only down to its scope."
    AmbiguousReference Error "ambiguous-reference"
        "a reference that could mean several things"
        "Where a service has several instances at one domain they are numbered from 1, in the order of `placed`, \
         `standby`, `restore_to`: say which one is meant, as in `orders@aws/us-east-1/a[2]`."
    WrongKind Error "wrong-kind"
        "a reference to something of the wrong kind"
        "The thing exists but cannot stand here: services are placed on domains, groups have domains and services as \
         members, scenarios fail what can fail (a capability cannot)."
    BadTerm Error "bad-term"
        "a dependency term that makes no sense"
        "A term is a reference, `{ on = .. }`, `{ all = [..] }`, `{ any = [..] }` or `{ at_least = k, of = [..] }`, each with \
         its own keys and at least one entry in its list. `same` is for needs of a service on a service, directly in \
         its `needs`."
    NoPeer Error "no-peer"
        "an instance has no instance of the other service in its own zone or region"
        "`{ on = \"x\", same = \"zone\" }` says that each instance needs an instance of x in its own zone. This instance \
         has none there (or lies in no zone at all), so that it could never work. Place x there too, or drop `same`."
    CircularGroups Error "circular-groups"
        "groups are members of each other"
        "A group that is, through its members, a member of itself has no meaning of its own: all of the circle would \
         be one group. Merge them or break the circle."
    BadFigures Error "bad-figures"
        "failure figures that contradict each other"
        "Give either `availability`, or `mtbf` and `mttr` together: availability is mtbf / (mtbf + mttr)."
    UnknownCatalog Error "unknown-catalog"
        "a catalogue that is not built in"
        "`catalogs` names catalogues of facts about providers, which `linchpin catalog` lists. A provider without one is \
         declared in the model itself: its regions, zones and products."
    DuplicateFailure Error "duplicate-failure"
        "a scenario fails one thing twice"
        "Each element has one event, so that it fails once in a scenario. Keep the entry with the duration that you mean."

    BadImport Error "bad-import"
        "a file to import says what its format does not allow, or what cannot be understood"
        "`import`, and `--openpsa` and `--galileo` of `cuts` and `availability`, read fault trees of the Open-PSA format (XML) and of Galileo. \
         What would change a tree's meaning but is not understood is refused rather than left out."

    NeedsNothing Warning "needs-nothing"
        "a capability or channel that needs nothing"
        "It can never be down, whatever fails, so every policy holds for it: probably its `needs` are still missing."
    UnneededService Warning "unneeded-service"
        "a service that no capability and no channel depends on"
        "Its failure changes no answer. Either something's `needs` or `wants` forgets it, or it need not be modelled."
    NoCapabilities Warning "no-capabilities"
        "a model without capabilities"
        "Every question is about what the business can still do. Declare at least one `[capability.NAME]` with its `needs`."
    OutOfReach Warning "out-of-reach"
        "a threshold that can never be met"
        "A `quorum` larger than the number of instances, a `capacity` above what all instances carry together, \
         `min_zones` above the number of zones, `at_least` above the number of terms: the element is down for ever."
    NoInstances Warning "no-instances"
        "instance settings on a service without instances"
        "A service with neither `placed` nor `standby` stands for logic alone and works when its needs do: `quorum`, \
         `capacity` and `uses` have no effect on it."
    NamesNothing Warning "names-nothing"
        "a policy, tag or waiver that names nothing"
        "It is valid, but no capability, service or failure answers to it, so that it has no effect and its silence means \
         nothing."
    BackupAtHome Warning "backup-at-home"
        "a backup kept in the domain that it is to protect"
        "When the place of the instances is lost, the backup is lost with it. Keep it in another region, better with \
         another provider."
    BackupWithoutData Warning "backup-without-data"
        "a backup of a service that keeps no data"
        "Only services with `data = true` are asked about data loss. Add it, or remove the backup."
    NoCopies Warning "no-copies"
        "a data store without any copy"
        "The service says `data = true` but has no instance and no backup that would hold the data: its loss is total in \
         every scenario."
    StandsOnFirst Warning "stands-on-first"
        "an alternative provider that stands on the one it should replace"
        "Both fail together: the second provider depends, perhaps through others, on the first one. The alternative \
         protects against the first one's own products only, not against losing what they share."
    DestroysNothing Warning "destroys-nothing"
        "`destroys` on something that holds no data"
        "Data lies at domains, facilities and instances. Name the place or the instance whose data is destroyed, as in \
         `orders@aws/us-east-1/a`."
    OddCredits Warning "odd-credits"
        "credits that contradict the promise that they belong to"
        "`sla_credits` say what share of the bill is owed where `sla`, the promised availability, is not kept: each is owed \
         below its threshold, and of several the largest. Without `sla`, above it, twice at one threshold, or less for \
         the worse breach, a step is probably a slip of the pen."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case_unique_and_found_again() {
        for code in Code::ALL {
            assert!(code.name().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            assert_eq!(Code::from_name(code.name()), Some(*code), "{} is taken twice", code.name());
            assert!(code.explanation().len() > code.summary().len());
        }
        assert_eq!(Code::from_name("nonsense"), None);
    }
}
