//! The order of a module's variables.

use super::modules::Modules;
use super::tree::{Kind, Tree};

/// A module without what is in its own modules.
pub(super) struct Frame {
    /// Events and modules, by number of the node, first to last.
    pub(super) variables: Vec<usize>,
    /// Gates in an order in which inputs come first; the last one is the module itself.
    pub(super) gates: Vec<usize>,
}

/// Depth first, in the order of the inputs.
pub(super) fn order(tree: &Tree, top: usize, found: &Modules) -> Frame {
    let mut frame = Frame { variables: Vec::new(), gates: Vec::new() };
    let mut seen = std::collections::HashSet::new();
    let mut stack = vec![top];
    while let Some(node) = stack.pop() {
        if !seen.insert(node) {
            continue;
        }
        let is_variable = matches!(tree.kind(node), Kind::Event(_)) || found.is_module[node] && node != top;
        if is_variable {
            frame.variables.push(node);
        } else {
            frame.gates.push(node);
            stack.extend(tree.inputs(node).iter().rev().map(|input| input.index()));
        }
    }
    frame.gates.sort_unstable();
    frame
}
