//! `linchpin/blast/1`.

use serde::Serialize;

use super::{Ordered, bare_name};
use crate::analysis::{Blast, Concentration};
use crate::model::{Model, State};

/// What falls with what, the worst first.
#[derive(Debug, Clone, Serialize)]
pub struct BlastReport {
    schema: &'static str,
    /// The model's name.
    pub model: String,
    /// The worst first.
    pub elements: Vec<ElementReport>,
    /// How much value stands on each provider, the most first.
    pub providers: Vec<ConcentrationReport>,
}

/// What falls with one element.
#[derive(Debug, Clone, Serialize)]
pub struct ElementReport {
    /// What fails.
    pub element: String,
    /// Its class.
    pub class: String,
    /// The state of each capability.
    #[serde(serialize_with = "states")]
    pub capabilities: Ordered<State>,
    /// How many are down.
    pub down: usize,
    /// How many are degraded.
    pub degraded: usize,
    /// What an hour of it costs.
    pub value_per_hour: f64,
    /// How many elements of the model are down.
    pub elements_down: usize,
}

/// How much value stands on a provider.
#[derive(Debug, Clone, Serialize)]
pub struct ConcentrationReport {
    /// Which.
    pub provider: String,
    /// The value lost in an hour without it.
    pub value_per_hour: f64,
    /// Its share of all value, 0..=1.
    pub share: f64,
}

impl BlastReport {
    /// Names what the analyses number.
    pub fn new(model: &Model, blasts: &[Blast], concentrations: &[Concentration]) -> Self {
        let element = |blast: &Blast| ElementReport {
            element: blast.asked.scenario.name.clone(),
            class: blast.asked.class.clone(),
            capabilities: blast
                .capabilities
                .iter()
                .map(|(id, state)| (bare_name(model, *id), *state))
                .collect(),
            down: blast.down,
            degraded: blast.degraded,
            value_per_hour: blast.value_per_hour,
            elements_down: blast.elements_down,
        };
        let provider = |of: &Concentration| ConcentrationReport {
            provider: model[of.provider].name.clone(),
            value_per_hour: of.value_per_hour,
            share: of.share,
        };
        Self {
            schema: "linchpin/blast/1",
            model: model.name().to_owned(),
            elements: blasts.iter().map(element).collect(),
            providers: concentrations.iter().map(provider).collect(),
        }
    }
}

fn states<S: serde::Serializer>(states: &Ordered<State>, serializer: S) -> Result<S::Ok, S::Error> {
    let named: Ordered<&str> = states.iter().map(|(name, state)| (name.to_owned(), state.name())).collect();
    named.serialize(serializer)
}
