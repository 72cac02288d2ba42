//! The report: one HTML page to take into a review.
//!
//! Comes after [`crate::draw`]. The page carries the model's conditions and a small evaluator of its own (`engine.js`),
//! so that a reviewer can fail anything and see what falls and what comes back, with nothing but a browser.

mod availability;
mod briefing;
mod cuts;
mod data;
mod html;
mod outages;
mod over_time;
mod sections;
mod stores;

pub use data::PageData;
pub use html::{Page, broken, page};
