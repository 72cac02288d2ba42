//! What of a model could not be read: of that, nothing is called undeclared.

use std::collections::HashSet;

use super::decl::Declarations;
use crate::diag::{Diagnostic, Place};

/// All that could be read of a model, and what not.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What could be read. A declared thing is here at least by its name; a reference that could not be read is empty.
    pub(super) declared: Declarations,
    /// What is wrong with the rest.
    pub(super) problems: Vec<Diagnostic>,
    pub(super) unread: Unread,
}

/// Where more may be declared than is known.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// A whole text could not be read, which may declare anything.
    is_all: bool,
    /// What may have more parts than are known: providers, regions and services (which have instances) by name; of the model
    /// itself `service:` where any service may be declared, `service:web` where one of that name may be.
    wholes: HashSet<String>,
    /// Where a name or reference could not be read, which is said already: it is empty.
    blamed: HashSet<Place>,
}

impl Unread {
    /// Anything may be declared.
    pub(super) fn all(&mut self) {
        self.is_all = true;
    }

    /// Something may have more parts.
    pub(super) fn part_of(&mut self, whole: impl Into<String>) {
        self.wholes.insert(whole.into());
    }

    /// What is wrong with a name or reference is said.
    pub(super) fn blame(&mut self, place: Place) {
        self.blamed.insert(place);
    }

    pub(super) fn is_blamed(&self, place: Place) -> bool {
        self.blamed.contains(&place)
    }

    /// Whether something may have parts that are not known: its own table could not be read, or another text may add to it.
    pub(super) fn may_add_to(&self, whole: &str) -> bool {
        self.is_all || self.is_partial(whole)
    }

    /// Whether something that one table says all about has parts that are not known.
    pub(super) fn is_partial(&self, whole: &str) -> bool {
        self.wholes.contains(whole)
    }

    /// Whether something of a kind may bear a name: `kind` as in `service.NAME`.
    pub(super) fn may_declare(&self, kind: &str, name: &str) -> bool {
        self.may_add_to(&format!("{kind}:")) || self.is_partial(&format!("{kind}:{name}"))
    }
}
