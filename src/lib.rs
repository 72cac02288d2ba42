//! What a business loses when a zone, a region, a provider or anything shared fails, before it fails.
//!
//! One way leads through the crate, and each module uses only those before it. TOML is read into declarations and
//! resolved into a [`model::Model`], valid and with places. Its [`topology`] says who depends on whom. [`compile`] turns
//! it into formulas: what must hold for each element to serve, and to serve undegraded. An [`engine`] gives the time at
//! which each holds when something fails. An [`analysis`] asks a question of that, a [`report`] names what it found, and
//! [`render`] and [`draw`] show it. [`cli`] is the only one that touches files and clock.
//!
//! ```
//! use linchpin::analysis::{System, custom, survive};
//! use linchpin::diag::Sources;
//! use linchpin::model::{Failure, Model, State, Time};
//!
//! let mut sources = Sources::default();
//! sources.add(
//!     "shop.toml",
//!     r#"
//!     [provider.cloud.region.north]
//!     zones = ["a", "b"]
//!     [service.database]
//!     placed = ["cloud/north/a"]
//!     standby = [{ at = "cloud/north/b", after = "5m" }]
//!     [capability.shop]
//!     needs = ["database"]
//!     "#,
//! );
//! let model = Model::read(&sources, "shop").map_err(|problems| problems[0].message.clone())?;
//! let system = System::new(model);
//!
//! let zone = system.model.find("cloud/north/a").map_err(|why| why.to_string())?;
//! let fails = custom(&system.model, &[Failure::for_good(zone)]);
//! let shop: Vec<_> = system.model.capabilities().map(|(id, ..)| id).collect();
//! let today = jiff::civil::date(2026, 11, 23);
//!
//! let answer = &survive(&system, &[fails], &shop, today)[0];
//! assert_eq!(answer.capabilities[0].state, State::Up);
//! assert_eq!(answer.capabilities[0].outage, Time::seconds(300));
//! # Ok::<(), String>(())
//! ```

pub mod analysis;
pub mod cli;
pub mod compile;
pub mod diag;
pub mod draw;
pub mod engine;
pub mod exchange;
pub mod faulttree;
pub mod generate;
pub mod layout;
pub mod library;
pub mod model;
pub mod page;
pub mod render;
pub mod report;
pub mod topology;
