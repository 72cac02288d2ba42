//! `generate`: a model of a given size.

use super::super::args::{GenerateArgs, ShapeArgs};
use super::super::exit::{Exit, Failure};
use super::super::output::Talk;
use crate::generate::{Shape, generate};

/// Larger models are not written.
const MOST: u64 = 20_000_000;

pub(super) fn run(args: &GenerateArgs, talk: &Talk) -> Result<Exit, Failure> {
    let shape = match args.shape {
        ShapeArgs::FatTree { k, replicas } => Shape::FatTree { ports: k, replicas },
        ShapeArgs::Layered { n, depth, fan } => Shape::Layered { services: n, depth, fan },
        ShapeArgs::Cloud { providers, regions, zones, services } => {
            Shape::Cloud { providers, regions, zones, services }
        }
        ShapeArgs::Microservices { n } => Shape::Microservices { services: n },
    };
    if shape.size() > MOST {
        let what = format!("that would name about {} things, more than {MOST}", shape.size());
        return Err(Failure::new(what).hint("take a smaller size"));
    }
    talk.give(generate(shape, args.seed).as_bytes(), args.output.as_deref())?;
    Ok(Exit::Ok)
}
