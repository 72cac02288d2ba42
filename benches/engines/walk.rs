//! The baseline: what one would write with petgraph alone.

use linchpin::compile::{ConditionId, Dense, Op};
use linchpin::model::{ElementId, Failure};
use petgraph::graph::{DiGraph, NodeIndex};

/// The gates as a graph, walked from end to end for each scenario. It knows
/// nothing of times and iterates circles until nothing changes.
pub(crate) struct Walk {
    graph: DiGraph<Op, ()>,
    ends: Vec<NodeIndex>,
}

impl Walk {
    pub(crate) fn new(dense: &Dense, capabilities: &[ElementId]) -> Self {
        let mut graph = DiGraph::new();
        for node in dense.nodes() {
            graph.add_node(dense.op(node));
        }
        for node in dense.nodes() {
            for input in dense.inputs(node) {
                graph.add_edge(NodeIndex::new(node.index()), NodeIndex::new(input.index()), ());
            }
        }
        let end = |id: &ElementId| NodeIndex::new(dense.condition(ConditionId::ok(*id)).index());
        Self { graph, ends: capabilities.iter().map(end).collect() }
    }

    /// How many capabilities are down.
    pub(crate) fn down(&self, dense: &Dense, fails: &[Failure]) -> usize {
        let mut holds = vec![true; self.graph.node_count()];
        for failure in fails {
            holds[dense.event(failure.what).index()] = false;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for node in self.graph.node_indices().filter(|node| self.graph[*node] != Op::Event) {
                let mut inputs = self.graph.neighbors(node).map(|input| holds[input.index()]);
                let now = match self.graph[node] {
                    Op::Any => inputs.any(|input| input),
                    Op::AtLeast(k) => inputs.filter(|input| *input).count() >= k as usize,
                    _ => inputs.all(|input| input),
                };
                changed |= now != holds[node.index()];
                holds[node.index()] &= now;
            }
        }
        self.ends.iter().filter(|end| !holds[end.index()]).count()
    }
}
