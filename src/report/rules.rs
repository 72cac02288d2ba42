//! The rules that findings come from, as tools that know nothing of linchpin show them.

/// A kind of finding.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// As in the JSON of `check`.
    pub id: &'static str,
    /// In CamelCase, for tools that show such a name.
    pub name: &'static str,
    /// What is wrong, in a line.
    pub summary: &'static str,
    /// What is wrong, in full.
    pub explanation: &'static str,
    /// What to do about it.
    pub help: &'static str,
}

/// Every rule.
pub const RULES: [Rule; 6] = [
    Rule {
        id: "state",
        name: "CapabilityDoesNotSurvive",
        summary: "A capability does not survive a failure",
        explanation: "In a scenario that a policy names, the capability is in a lower state than the policy asks for, \
                      judged while what failed is still failed.",
        help: "Follow the chain from what fails to the capability and break it at one link: a second instance in \
               another place, an alternative provider, or `wants` instead of `needs`. `linchpin explain` shows the chain \
               as a tree. What is acceptable for a while gets a [[waiver]] with a date and a reason.",
    },
    Rule {
        id: "within",
        name: "OutageTooLong",
        summary: "A capability is out for longer than allowed",
        explanation: "In a scenario that a policy names, the capability comes back later than the policy's `within`, the \
                      recovery time objective.",
        help: "Look for the slowest step: a standby's `after`, a `start`, a `restore`, or the time to move to an \
               alternative. `linchpin explain` says what the capability waits for.",
    },
    Rule {
        id: "data_loss",
        name: "TooMuchDataLost",
        summary: "More data is lost than allowed",
        explanation: "In a scenario that a policy names, the newest surviving copy of a data store that the capability \
                      needs is older than the policy's `data_loss`, the recovery point objective, or no copy survives.",
        help: "Keep a copy in a place that does not share the fate of the others, take it more often, and verify that it \
               can be restored: an unverified backup does not count.",
    },
    Rule {
        id: "reachable",
        name: "CustomersCannotBeTold",
        summary: "Customers cannot be told about an outage",
        explanation: "In a scenario that a policy names, the capability is out and so is every channel on which \
                      customers could be told.",
        help: "Add a channel that stands on nothing that the capability stands on: another provider, another domain name, \
               other credentials.",
    },
    Rule {
        id: "availability",
        name: "AvailabilityTooLow",
        summary: "A capability works less often than it should",
        explanation: "The probability that the capability has the state that the policy asks for, computed from the \
                      failure figures of everything it depends on, is below the policy's `availability`, or could not \
                      be shown to reach it.",
        help: "The largest single contributions come from what the capability cannot do without. Add an alternative to \
               one of these, or use figures that were measured.",
    },
    Rule {
        id: "waiver",
        name: "WaiverNeedsAttention",
        summary: "A waiver needs attention",
        explanation: "A waiver silences nothing, or silences something and will soon run out.",
        help: "Remove a waiver that silences nothing. Before one runs out, mend what it covers or decide anew: \
               afterwards the finding is back. `[settings] waiver_warning` says how long before there is a warning.",
    },
];

impl Rule {
    /// The place of a rule in [`RULES`].
    pub fn index_of(id: &str) -> usize {
        RULES.iter().position(|rule| rule.id == id).unwrap_or_default()
    }
}
