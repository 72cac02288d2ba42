//! What is known from elsewhere: outages, what really happened, names looked up.

use std::collections::HashMap;

use super::Resolver;
use crate::diag::{Code, Diagnostic, Place};
use crate::library;
use crate::model::decl::{At, HappenedDecl, OutageDecl};
use crate::model::names;
use crate::model::{Class, Directory, Happened, Outage, Scenario};

impl Resolver {
    /// The model's own outages. What they name need not be declared: that is for each model to have or not.
    pub(super) fn outages(&mut self, declared: Vec<OutageDecl>) -> Vec<Outage> {
        let mut known: HashMap<String, Place> = HashMap::new();
        for OutageDecl { name, fails, .. } in &declared {
            for what in fails.iter().flat_map(|failed| [Some(&failed.what), failed.or.as_ref()]).flatten() {
                if !names::is_pattern(&what.value) {
                    let message = format!("`{}` is nothing that can have failed", what.value);
                    let problem = Diagnostic::new(Code::BadReference, what.place, message);
                    let expected = "expected a reference such as `aws/us-east-1/{zone}#ebs` or `fastly`";
                    self.problems.push(problem.label(expected));
                }
            }
            if let Some(first) = known.insert(name.value.clone(), name.place) {
                let message = format!("two outages are called `{}`", name.value);
                let problem = Diagnostic::new(Code::DuplicateName, name.place, message);
                self.problems.push(problem.label("expected another id").related(first, "the first one"));
            }
            if !names::is_name(&name.value) || Class::from_name(&name.value).is_some() {
                let message = format!("`{}` cannot be the id of an outage", name.value);
                let problem = Diagnostic::new(Code::BadName, name.place, message);
                self.problems.push(problem.label("expected a name that is not also a class of failures"));
            }
        }
        declared.into_iter().map(Outage::new).collect()
    }

    pub(super) fn happened(&mut self, declared: Vec<HappenedDecl>, own: &[Outage]) -> Vec<Happened> {
        let mut happened = Vec::new();
        for HappenedDecl { outage, capability, state, lasts, undecided, what, source } in declared {
            if own.iter().all(|own| own.id != outage.value)
                && library::outage(&outage.value).is_none()
                && !self.unread.may_declare("outage", &outage.value)
            {
                let message = format!("no outage has the id `{}`", outage.value);
                let problem = Diagnostic::new(Code::UnknownReference, outage.place, message)
                    .label("expected an outage's id: `linchpin outages` lists them");
                let known = library::OUTAGES.iter().map(|entry| entry.name);
                self.problems.push(self.suggest(problem, &outage.value, known));
            }
            let bare = capability.value.strip_prefix("capability:").unwrap_or(&capability.value);
            let Some(&id) = self.names.get(&format!("capability:{bare}")) else {
                if self.unread.may_declare("capability", bare) {
                    continue;
                }
                let message = format!("no capability is called `{bare}`");
                let problem = Diagnostic::new(Code::UnknownReference, capability.place, message)
                    .label("expected a capability's name");
                self.problems.push(self.suggest(problem, bare, self.capability_names()));
                continue;
            };
            let text = |text: Option<At<String>>| text.map(|text| text.value);
            happened.push(Happened {
                outage: outage.value,
                capability: id,
                state,
                lasts: lasts.map(|lasts| lasts.value),
                undecided: text(undecided),
                what: text(what),
                source: source.value,
            });
        }
        happened
    }

    /// The scenarios of an outage that a policy names; `None` if there is no outage of that id.
    pub(super) fn scenarios_of_outage(&mut self, id: &At<String>, own: &[Outage]) -> Option<Vec<Scenario>> {
        let own = own.iter().find(|outage| outage.id == id.value).cloned();
        let outage = own.or_else(|| Outage::built_in(&id.value))?;
        let scenarios =
            Directory::of(&self.model_name, &self.elements, self.aliases.as_deref()).scenarios(&outage);
        if scenarios.is_empty() {
            let message = format!("the model has nothing of what failed in `{}`", id.value);
            let warning = Diagnostic::new(Code::NamesNothing, id.place, message);
            self.warnings.push(warning.label("fails nothing here"));
        }
        Some(scenarios)
    }
}
