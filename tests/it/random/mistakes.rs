//! Valid models with a mistake made in them on purpose.

use super::edits::change_one;
use super::{Draft, Keys, Rng, Table, Value};

/// A mistake of shape.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mistake {
    /// A value of a type that no key takes.
    Type,
    /// `[[service.web]]` where `[service.web]` is meant.
    Table,
    /// A key with a letter too many.
    Key,
}

/// Stands for values of the wrong type: a time of day is nowhere asked for.
const WRONG: &str = "07:32:00";

/// Stands for references that lead nowhere.
pub(crate) const NOWHERE: &str = "\"nowhere\"";

/// Under these keys stand references. Not `uses`: where a service runs decides which products it can use.
const REFERENCES: [&str; 18] = [
    "needs",
    "wants",
    "on",
    "all",
    "any",
    "degraded",
    "of",
    "placed",
    "at",
    "restore_to",
    "members",
    "fails",
    "what",
    "survive",
    "capabilities",
    "capability",
    "policy",
    "failure",
];

/// What a term is, is told by these.
const TELLING: [&str; 4] = ["all", "any", "at_least", "of"];

impl Draft {
    /// Makes a mistake in some table: with its number, and what must be blamed. `None` where there is nothing to make it in.
    pub(crate) fn mistaken(&self, mistake: Mistake, seed: u64) -> Option<(Self, usize, String)> {
        let (mut draft, mut rng) = (self.clone(), Rng::new(seed));
        let index = rng.below(draft.0.len());
        let table = &mut draft.0[index..=index];
        let blamed = match mistake {
            Mistake::Type => {
                let wrong = |value: &mut Value| *value = Value::Plain(WRONG.to_owned());
                change_one(table, &mut rng, |_, _| true, wrong)?;
                WRONG.to_owned()
            }
            Mistake::Table => {
                // A catalogue that is named there could have everything, and these are lists already.
                if ["model", "policy", "waiver"].contains(&table[0].kind()) {
                    return None;
                }
                table[0].is_list = true;
                table[0].header()
            }
            Mistake::Key => {
                let is_table = |_: &str, value: &Value| matches!(value, Value::Table(keys) if !keys.0.iter().any(|(key, _)| TELLING.contains(key)));
                let mut misspelt = None;
                if rng.chance(50) {
                    let mut letters = rng.clone();
                    change_one(table, &mut rng, is_table, |value| {
                        if let Value::Table(keys) = value {
                            misspelt = keys.misspell(&mut letters);
                        }
                    });
                }
                misspelt.or_else(|| table[0].keys.misspell(&mut rng))?
            }
        };
        Some((draft, index, blamed))
    }

    /// Lets a reference lead nowhere, outside of a table and of what is part of it.
    pub(crate) fn dangling(&self, outside: usize, seed: u64) -> Option<Self> {
        let (mut draft, mut rng) = (self.clone(), Rng::new(seed));
        let Table { path, .. } = &self.0[outside];
        let is_policy = self.0[outside].kind() == "policy";
        let is_reference = |key: &str, value: &Value| {
            // What a waiver is of cannot be told without the policies.
            let is_of_policy = is_policy && ["policy", "failure"].contains(&key);
            REFERENCES.contains(&key) && !is_of_policy && value.text().starts_with('"')
        };
        let is_outside =
            |index: &usize| *index != outside && !(path.len() > 1 && self.0[*index].path.starts_with(path));
        let mut tables: Vec<usize> = (0..self.0.len()).filter(is_outside).collect();
        rng.shuffle(&mut tables);
        tables.into_iter().find_map(|index| {
            let nowhere = |value: &mut Value| *value = Value::Plain(NOWHERE.to_owned());
            change_one(&mut draft.0[index..=index], &mut rng, is_reference, nowhere)
        })?;
        Some(draft)
    }

    /// Written as two files, the second of which has the table of that number.
    pub(crate) fn two_texts(&self, second: usize, seed: u64) -> [String; 2] {
        let mut rng = Rng::new(seed);
        let mut texts = [String::new(), String::new()];
        for (index, table) in self.0.iter().enumerate() {
            texts[usize::from(index == second || rng.chance(50))] += &table.text();
        }
        texts
    }
}

impl Keys {
    /// Doubles the last letter of a key.
    fn misspell(&mut self, rng: &mut Rng) -> Option<String> {
        let at = (!self.0.is_empty()).then(|| rng.below(self.0.len()))?;
        let key = &mut self.0[at].0;
        *key = format!("{key}{}", &key[key.len() - 1..]).leak();
        Some((*key).to_owned())
    }
}
