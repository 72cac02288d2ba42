//! Circles in any graph of waiting: strongly connected sets, and the smallest circle in one.

use std::collections::{HashMap, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// So many steps are taken to find the smallest circle of one set; then the smallest one seen is good enough.
const MOST_STEPS: usize = 4_000_000;

/// A graph of who waits for whom, nodes by number.
#[derive(Debug, Clone)]
pub struct Knots {
    graph: DiGraph<(), ()>,
}

impl Knots {
    /// A graph of so many nodes; each edge leads from what waits to what it waits for.
    pub fn new(nodes: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut graph = DiGraph::with_capacity(nodes, nodes);
        for _ in 0..nodes {
            graph.add_node(());
        }
        for (from, to) in edges {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
        }
        Self { graph }
    }

    /// Sets of nodes each of which waits, directly or not, for every other, sorted; what waits for none but itself comes
    /// first. (Kosaraju's algorithm does not recurse.)
    pub fn sets(&self) -> Vec<Vec<usize>> {
        self.components().filter(|(_, is_knot)| *is_knot).map(|(set, _)| set).collect()
    }

    /// As [`Knots::sets`], with every node that is in no such set as one of its own, and whether a set waits for itself.
    pub fn components(&self) -> impl Iterator<Item = (Vec<usize>, bool)> {
        kosaraju_scc(&self.graph).into_iter().map(|set| {
            let is_knot = match set[..] {
                [single] => self.graph.contains_edge(single, single),
                _ => true,
            };
            let mut set: Vec<usize> = set.into_iter().map(NodeIndex::index).collect();
            set.sort_unstable();
            (set, is_knot)
        })
    }

    /// The smallest circle in one of [`Knots::sets`], each node followed by one that it waits for; the first of the
    /// smallest ones. In very large sets, a small one.
    pub fn smallest_circle(&self, set: &[usize]) -> Vec<usize> {
        let place: HashMap<usize, usize> =
            set.iter().enumerate().map(|(place, node)| (*node, place)).collect();
        let next = |node: usize| {
            let all = self.graph.neighbors(NodeIndex::new(node));
            let mut inside: Vec<usize> = all.filter_map(|node| place.get(&node.index()).copied()).collect();
            inside.sort_unstable();
            inside.dedup();
            inside
        };
        let next: Vec<Vec<usize>> = set.iter().map(|node| next(*node)).collect();
        let (mut best, mut steps): (Vec<usize>, usize) = (Vec::new(), 0);
        for start in 0..set.len() {
            if best.len() == 1 || (steps > MOST_STEPS && !best.is_empty()) {
                break;
            }
            if let Some(circle) = circle_through(start, &next, best.len(), &mut steps) {
                best = circle;
            }
        }
        best.into_iter().map(|place| set[place]).collect()
    }
}

/// The smallest circle through a node, if it is smaller than one of a length (0: than any).
fn circle_through(start: usize, next: &[Vec<usize>], than: usize, steps: &mut usize) -> Option<Vec<usize>> {
    let mut led_here: HashMap<usize, usize> = HashMap::new();
    let mut queue = VecDeque::from([(start, 1)]);
    while let Some((node, length)) = queue.pop_front() {
        if than > 0 && length >= than {
            return None;
        }
        for to in &next[node] {
            *steps += 1;
            if *to == start {
                let back = std::iter::successors(Some(node), |node| led_here.get(node).copied());
                let mut circle: Vec<usize> = back.collect();
                circle.reverse();
                return Some(circle);
            }
            if !led_here.contains_key(to) {
                led_here.insert(*to, node);
                queue.push_back((*to, length + 1));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_circle_is_found_and_sets_come_dependencies_first() {
        // 0 → 1 → 2 → 3 → 0, with a short cut 3 → 1; 4 ⇄ 5, which wait for 0; 6 waits for itself; 7 for 6.
        let edges = [(0, 1), (1, 2), (2, 3), (3, 0), (3, 1), (4, 5), (5, 4), (5, 0), (6, 6), (7, 6)];
        let knots = Knots::new(8, edges);
        let sets = knots.sets();
        let place = |set: &[usize]| sets.iter().position(|known| known == set);
        assert_eq!(sets.len(), 3);
        assert!(place(&[0, 1, 2, 3]) < place(&[4, 5]));
        assert_eq!(knots.smallest_circle(&[0, 1, 2, 3]), [1, 2, 3]);
        assert_eq!(knots.smallest_circle(&[4, 5]), [4, 5]);
        assert_eq!(knots.smallest_circle(&[6]), [6]);
    }

    #[test]
    fn a_large_ring_and_a_large_mesh_end_in_time() {
        const N: usize = 100_000;
        let ring = Knots::new(N, (0..N).map(|node| (node, (node + 1) % N)));
        assert_eq!(ring.smallest_circle(&ring.sets()[0]).len(), N);
        let mesh =
            Knots::new(N, (0..N).flat_map(|node| (1..5).map(move |step| (node, (node + step * 7) % N))));
        let circle = mesh.smallest_circle(&mesh.sets()[0]);
        assert!(!circle.is_empty());
    }
}
