//! Models of tests, from their texts.

use linchpin::analysis::System;
use linchpin::diag::Sources;
use linchpin::generate::{Shape, generate};
use linchpin::model::Model;

/// A model from one text or several, or what is wrong with it.
pub(crate) fn try_read(texts: &[&str]) -> Result<Model, String> {
    let mut sources = Sources::default();
    for text in texts {
        sources.add("model.toml", *text);
    }
    Model::read(&sources, "model").map_err(|problems| format!("{problems:#?}\nin\n{}", texts.join("\n")))
}

/// A model that is known to be valid.
pub(crate) fn read(text: &str) -> Model {
    try_read(&[text]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A valid model with all that is derived from it.
pub(crate) fn system(text: &str) -> System {
    System::new(read(text))
}

/// Generated models of every shape, five of each, with their seeds and texts.
pub(crate) fn of_every_shape() -> impl Iterator<Item = (Shape, u64, String)> {
    let shapes = [
        Shape::FatTree { ports: 4, replicas: 2 },
        Shape::Layered { services: 60, depth: 6, fan: 3 },
        Shape::Cloud { providers: 2, regions: 2, zones: 3, services: 60 },
        Shape::Microservices { services: 60 },
    ];
    let of = |shape| (0..5).map(move |seed| (shape, seed, generate(shape, seed)));
    shapes.into_iter().flat_map(of)
}
