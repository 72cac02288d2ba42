//! Where things run and what they share.

use super::macros::{choice, table};
use super::terms::Term;
use super::values::{Count, Name, Named};

table! {
    /// Where things run. Failing a provider fails all its regions, zones and products.
    known Provider {
        /// What it is known to run on: a hidden shared fate.
        needs: Option<Vec<Term>>,
        /// Its regions.
        region: Option<Named<Region>>,
        /// What it sells and services stand on.
        product: Option<Named<Product>>,
    }
}

table! {
    /// A region of a provider.
    known Region {
        /// Its zones, by name.
        zones: Option<Vec<Name>>,
        /// Zones of which more is to be said than a name.
        zone: Option<Named<Zone>>,
        /// With fewer working zones than this the region itself fails.
        min_zones: Option<Count>,
        /// What it depends on.
        needs: Option<Vec<Term>>,
    }
}

table! {
    /// A zone of a region.
    figures Zone {
        /// What it depends on.
        needs: Option<Vec<Term>>,
    }
}

table! {
    /// A building block that a provider sells. It exists at each place down to its scope.
    known Product {
        /// The finest place at which it exists. Left out only where a catalogue knows it.
        scope: Option<Scope>,
        /// What each of its facilities depends on; "#q" is the product q at the same place, or the nearest above.
        needs: Option<Vec<Term>>,
    }
}

table! {
    /// Shared fate: when the group fails, all its members do.
    known Group {
        /// Domains, services, "tag:x" for every service with that tag, "aws/us-east-1/*" for every zone of a region.
        members: Option<Vec<String>>,
        /// What the group itself depends on.
        needs: Option<Vec<Term>>,
    }
}

choice! {
    /// The finest place at which a product exists.
    Scope {
        /// At each zone, at each region and at the provider.
        Zone,
        /// At each region and at the provider.
        Region,
        /// At the provider alone.
        Global,
    }
}
