//! How far work may go, and what is said when it could not go all the way.

/// What a [`Solver`](super::Solver) may spend.
#[derive(Clone, Copy, Default)]
pub struct Limits<'a> {
    /// About how many bytes diagrams may take; 4 GiB where nothing is said.
    pub memory: Option<usize>,
    /// Asked now and then; true ends the work: time is nearly up, or nobody wants to wait any more. What can be said in short, bounds
    /// and the smallest cut sets, is still found.
    pub stop: Option<&'a (dyn Fn() -> bool + Sync)>,
    /// Asked from then on; true ends that too. Where there is none to ask, it takes about a second.
    pub last: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl std::fmt::Debug for Limits<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("memory", &self.memory).finish_non_exhaustive()
    }
}

/// A number known to lie between two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// It is not less than this.
    pub lower: f64,
    /// It is not more than this.
    pub upper: f64,
}

impl Bounds {
    /// A number that is known.
    pub fn exact(value: f64) -> Self {
        Self { lower: value, upper: value }
    }

    /// Whether both bounds are the same.
    #[expect(clippy::float_cmp, reason = "exact values are stored twice")]
    pub fn is_exact(self) -> bool {
        self.lower == self.upper
    }
}

/// A limit was hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit;

/// Counts nodes against a limit and asks now and then whether to stop.
#[derive(Clone, Copy)]
pub(super) struct Budget<'a> {
    /// A diagram may have so many nodes.
    pub(super) nodes: usize,
    pub(super) stop: Option<&'a (dyn Fn() -> bool + Sync)>,
    /// Asked instead, once it is time to stop.
    last: Option<&'a (dyn Fn() -> bool + Sync)>,
    /// Whether it is.
    pub(super) is_last: bool,
}

impl<'a> Budget<'a> {
    /// A node with its share of tables and caches takes about so many bytes.
    const NODE: usize = 48;
    /// Numbers of nodes and their sign fit into 32 bits.
    pub(super) const MOST: usize = 1 << 30;

    pub(super) fn new(limits: Limits<'a>) -> Self {
        let bytes = limits.memory.unwrap_or(1 << 32);
        let nodes = (bytes / Self::NODE).clamp(1, Self::MOST);
        Self { nodes, stop: limits.stop, last: limits.last, is_last: false }
    }

    /// For what is done after it is time to stop.
    pub(super) fn last(self) -> Self {
        Self { stop: self.last, is_last: true, ..self }
    }

    pub(super) fn check(&self) -> Result<(), Hit> {
        if self.stop.is_some_and(|stop| stop()) { Err(Hit) } else { Ok(()) }
    }
}

/// An index of a node as it is stored.
pub(super) fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("trees and diagrams are kept below 2^30 nodes where they grow")
}
