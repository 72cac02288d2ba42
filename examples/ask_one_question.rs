//! Asks one question of a model file: what becomes of each capability when these fail?
//!
//! `cargo run --example ask_one_question -- FILE REF`; without arguments it asks
//! about `models/minimal`.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use linchpin::analysis::System;
use linchpin::diag::Sources;
use linchpin::model::{Failure, Model, Time};

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "models/minimal/linchpin.toml".to_owned());
    let reference = arguments.next().unwrap_or_else(|| "cloud/north/a".to_owned());

    let mut sources = Sources::default();
    sources.add(&path, std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?);
    let model = Model::read(&sources, "model")
        .map_err(|problems| linchpin::render::diagnostics(&problems, &sources))?;
    let system = System::new(model);

    let what = system.model.find(&reference).map_err(|why| format!("{reference}: {why}"))?;
    let outcome = system.engine().worker().outcome(&[Failure { what, lasts: Time::NEVER, destroys: false }]);
    for (id, capability, _) in system.model.capabilities() {
        println!("{}: {}, out for {}", capability.bare_name(), outcome.state(id).name(), outcome.outage(id));
    }
    Ok(())
}
