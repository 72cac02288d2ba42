//! What people already have: fault trees in the formats of their field, read and written.
//!
//! Comes after [`crate::analysis`]. A file of a foreign format becomes [`FaultTree`], gates and events by name, whose
//! meaning is a [`Tree`](crate::faulttree::Tree) of the engine; [`to_model`] makes it a model of ours where that can say the same. Files are
//! read elsewhere: what comes in is text, and what is wrong with it comes back as diagnostics with places.

pub mod galileo;
mod gates;
mod model;
pub mod openpsa;
mod xml;

pub use gates::{BasicEvent, FaultTree, Formula, Gate};
pub use model::to_model;

use crate::diag::{Code, Diagnostic, Place};

/// The time in hours over which failure rates are turned into probabilities, unless another is given: a year.
pub const MISSION_HOURS: f64 = 8760.0;

/// So many problems are told of files to import: a file that is no such file at all has one for every word.
const MOST_PROBLEMS: usize = 1_000;

/// Something that a file to import should not say.
fn problem(place: Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::BadImport, place, message)
}

#[cfg(test)]
mod tests {
    use super::galileo;
    use super::openpsa::read_text;

    /// A tree with every sort of gate, in one format and in the other.
    #[test]
    fn the_formats_say_the_same() {
        let galileo = r#"toplevel "top"; // the system
            "top" or "both" "vote"; "both" and "a" "b"; "vote" 2of3 "b" "c" "d";
            "a" prob=0.1; "b" prob=0.2; "c" prob = 0.3; "d" lambda=0.001 dorm=0;"#;
        let openpsa = r#"<opsa-mef><define-fault-tree name="f">
            <define-gate name="top"><or><gate name="both"/><gate name="vote"/></or></define-gate>
            <define-gate name="both"><and><basic-event name="a"/><basic-event name="b"/></and></define-gate>
            <define-gate name="vote"><atleast min="2"><event name="b"/><event name="c"/><event name="d"/></atleast></define-gate>
            </define-fault-tree><model-data>
            <define-basic-event name="a"><float value="0.1"/></define-basic-event>
            <define-basic-event name="b"><float value="0.2"/></define-basic-event>
            <define-basic-event name="c"><float value="0.3"/></define-basic-event>
            <define-basic-event name="d"><exponential><float value="0.001"/><system-mission-time/></exponential></define-basic-event>
            </model-data></opsa-mef>"#;
        let (one, other) = (galileo::read_text(galileo, 100.0), read_text(openpsa, 100.0));
        let (one, other) = (one.expect("valid"), other.expect("valid"));
        assert_eq!(one.gates, other.gates);
        assert_eq!(one.tops, other.tops);
        assert_eq!(one.events, other.events);
    }
}
