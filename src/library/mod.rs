//! What is built in: catalogues of providers and real outages, as texts.
//!
//! The texts are the files of `models/catalog` and `models/outages`, in the format of models. This room knows them as
//! texts alone; [`crate::model`] reads one where a model or a question refers to it, so that what nobody asks for
//! costs nothing.

/// A text that is compiled into the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// A catalogue's name, or an outage's id.
    pub name: &'static str,
    /// What diagnostics call the file.
    pub file: &'static str,
    /// What it says.
    pub text: &'static str,
}

macro_rules! texts {
    ($kind:literal: $($name:literal)*) => {
        &[$(Entry {
            name: $name,
            file: concat!($kind, ":", $name, ".toml"),
            text: include_str!(concat!("../../models/", $kind, "/", $name, ".toml")),
        }),*]
    };
}

/// Facts about providers, one catalogue each, by name.
pub const CATALOGS: &[Entry] = texts! { "catalog":
    "atlassian"
    "auth0"
    "aws"
    "azure"
    "cloudflare"
    "crowdstrike"
    "datadog"
    "docker-hub"
    "dyn"
    "entra-id"
    "facebook"
    "fastly"
    "gcp"
    "github"
    "gitlab"
    "google-workspace"
    "heroku"
    "interac"
    "launchdarkly"
    "letsencrypt"
    "microsoft-365"
    "okta"
    "ovh"
    "redis-cloud"
    "roblox"
    "rogers"
    "stripe"
    "twilio"
};

/// Real outages, oldest first.
pub const OUTAGES: &[Entry] = texts! { "outages":
    "aws-2011-04-21"
    "aws-2011-08-07"
    "azure-2012-02-29"
    "aws-2012-06-29"
    "aws-2012-10-22"
    "aws-2012-12-24"
    "azure-2014-11-18"
    "aws-2015-09-20"
    "aws-2016-06-04"
    "dyn-2016-10-21"
    "gitlab-2017-01-31"
    "aws-2017-02-28"
    "azure-2018-09-04"
    "github-2018-10-21"
    "gcp-2019-06-02"
    "cloudflare-2019-07-02"
    "aws-2019-08-23"
    "auth0-2020-06-07"
    "cloudflare-2020-07-17"
    "azure-2020-09-28"
    "aws-2020-11-25"
    "gcp-2020-12-14"
    "ovh-2021-03-10"
    "azure-2021-03-15"
    "fastly-2021-06-08"
    "letsencrypt-2021-09-30"
    "facebook-2021-10-04"
    "roblox-2021-10-28"
    "aws-2021-12-07"
    "atlassian-2022-04-05"
    "cloudflare-2022-06-21"
    "rogers-2022-07-08"
    "gcp-2022-07-19"
    "azure-2023-01-25"
    "datadog-2023-03-08"
    "gcp-2023-04-25"
    "aws-2023-06-13"
    "azure-2023-08-30"
    "cloudflare-2023-11-02"
    "gcp-2024-05-01"
    "crowdstrike-2024-07-19"
    "azure-2024-07-30"
    "aws-2024-07-30"
    "gcp-2025-06-12"
    "aws-2025-10-20"
    "azure-2025-10-29"
    "cloudflare-2025-11-18"
};

/// Everything that is built in, always in the same order.
pub fn all() -> impl ExactSizeIterator<Item = &'static Entry> {
    (0..CATALOGS.len() + OUTAGES.len())
        .map(|index| CATALOGS.get(index).unwrap_or_else(|| &OUTAGES[index - CATALOGS.len()]))
}

/// The catalogue of that name.
pub fn catalog(name: &str) -> Option<&'static Entry> {
    CATALOGS.iter().find(|entry| entry.name == name)
}

/// The outage of that id.
pub fn outage(id: &str) -> Option<&'static Entry> {
    OUTAGES.iter().find(|entry| entry.name == id)
}
