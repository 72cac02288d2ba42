//! The same functions with fewer and better gates, before diagrams are made.
//!
//! Since a disjunction is a negated conjunction, each step treats both. Steps, repeated while they help:
//! - gates used once are taken into gates of the same kind (coalescing);
//! - what another input makes true or false is left out (absorption);
//! - `a b + a c` becomes `a (b + c)` (factoring);
//! - what holds anyway wherever the value of a gate matters is left out there (constants along paths);
//! - inputs that several gates have in common become a gate of their own (sharing);
//! - at last, inputs that have nothing in common with the rest of the tree are put together, so that they are modules
//!   (grouping).

use std::collections::{BTreeMap, BinaryHeap, HashMap};

use super::limits::narrow;
use super::modules::{Modules, modules};
use super::tree::{Kind, Node, Tree};

/// How often the steps are repeated at most.
const ROUNDS: usize = 4;

/// The same functions over the same events: a tree, and where in it each of the given nodes is.
pub(super) fn simplify(tree: &Tree, tops: &[Node]) -> (Tree, Vec<Node>) {
    let mut now = rebuild(tree, tops, Step::Coalesce);
    for _ in 0..ROUNDS {
        let before = size(&now);
        now = in_context(&now.0, &now.1);
        now = rebuild(&now.0, &now.1, Step::Factor);
        now = share(&now.0, &now.1);
        now = rebuild(&now.0, &now.1, Step::Coalesce);
        if size(&now) == before {
            break;
        }
    }
    group(&now.0, &now.1)
}

fn size((tree, tops): &(Tree, Vec<Node>)) -> (usize, usize) {
    let uses = uses(tree, tops);
    let gates = (0..tree.len()).filter(|index| uses[*index] > 0);
    gates.fold((0, 0), |(gates, inputs), index| (gates + 1, inputs + tree.inputs(index).len()))
}

/// How often each node is used: by gates that are used themselves, and as a top.
fn uses(tree: &Tree, tops: &[Node]) -> Vec<u32> {
    let mut uses = vec![0_u32; tree.len()];
    for top in tops {
        uses[top.index()] += 1;
    }
    for index in (0..tree.len()).rev() {
        if uses[index] > 0 {
            for input in tree.inputs(index) {
                uses[input.index()] += 1;
            }
        }
    }
    uses
}

/// What is done with the inputs of a gate while the tree is written anew.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Coalesce,
    Factor,
}

/// Where the nodes of one tree are in another.
struct Map(Vec<Node>);

impl Map {
    fn new(from: &Tree) -> Self {
        Self(vec![Node::NEVER; from.len()])
    }

    fn node(&self, old: Node) -> Node {
        self.0[old.index()].negated_if(old.is_negated())
    }

    fn nodes(&self, old: &[Node]) -> Vec<Node> {
        old.iter().map(|node| self.node(*node)).collect()
    }
}

fn rebuild(tree: &Tree, tops: &[Node], step: Step) -> (Tree, Vec<Node>) {
    let uses = uses(tree, tops);
    // What is used once, by a gate of its own kind, is taken in there.
    let mut is_taken_in = vec![false; tree.len()];
    for index in (0..tree.len()).filter(|index| uses[*index] > 0 && tree.kind(*index) == Kind::All) {
        for input in tree.inputs(index) {
            let once = uses[input.index()] == 1 && !input.is_negated();
            is_taken_in[input.index()] = once && tree.kind(input.index()) == Kind::All;
        }
    }
    let mut new = Tree::with_events_of(tree);
    let mut map = Map::new(tree);
    for index in 0..tree.len() {
        if uses[index] == 0 || is_taken_in[index] {
            continue;
        }
        map.0[index] = match tree.kind(index) {
            Kind::Never => Node::NEVER,
            Kind::Event(event) => new.node(event),
            Kind::AtLeast(k) => new.at_least(k, map.nodes(tree.inputs(index))),
            Kind::All => {
                let mut inputs = Vec::with_capacity(tree.inputs(index).len());
                let mut open = tree.inputs(index).to_vec();
                while let Some(input) = open.pop() {
                    if is_taken_in[input.index()] {
                        open.extend_from_slice(tree.inputs(input.index()));
                    } else {
                        inputs.push(map.node(input));
                    }
                }
                if step == Step::Factor { factored(&mut new, inputs) } else { new.all_of(&mut inputs) }
            }
        };
    }
    let tops = map.nodes(tops);
    (new, tops)
}

/// The conjunction of inputs, after absorption and factoring.
fn factored(tree: &mut Tree, mut inputs: Vec<Node>) -> Node {
    inputs.sort_unstable();
    inputs.dedup();
    // Negated conjunctions by what is in them; the others stay.
    let is_clause = |tree: &Tree, node: &Node| node.is_negated() && tree.kind(node.index()) == Kind::All;
    let (clauses, mut plain): (Vec<Node>, Vec<Node>) =
        inputs.into_iter().partition(|node| is_clause(tree, node));
    let mut sets: Vec<Vec<Node>> = Vec::with_capacity(clauses.len());
    for clause in clauses {
        let mut set = tree.inputs(clause.index()).to_vec();
        // What holds anyway need not be said; what cannot hold makes the clause true.
        if set.iter().any(|node| plain.binary_search(&!*node).is_ok()) {
            continue;
        }
        set.retain(|node| plain.binary_search(node).is_err());
        sets.push(set);
    }
    let mut rest: Vec<Option<Vec<Node>>> = sets.into_iter().map(Some).collect();
    // Literals by how many clauses they are in; numbers get stale and are looked at again when their turn comes.
    let mut of_literal: BTreeMap<Node, Vec<usize>> = BTreeMap::new();
    for (index, set) in rest.iter().enumerate() {
        for node in set.iter().flatten() {
            of_literal.entry(*node).or_default().push(index);
        }
    }
    of_literal.retain(|_, clauses| clauses.len() > 1);
    let mut heap: BinaryHeap<(usize, Node)> =
        of_literal.iter().map(|(literal, clauses)| (clauses.len(), *literal)).collect();
    while let Some((count, literal)) = heap.pop() {
        let of = of_literal.get_mut(&literal).expect("it was counted");
        of.retain(|clause| rest[*clause].is_some());
        if of.len() < 2 {
            continue;
        }
        if of.len() < count {
            heap.push((of.len(), literal));
            continue;
        }
        // Everything that these clauses have in common comes out with the literal.
        let members: Vec<Vec<Node>> = of.iter().filter_map(|clause| rest[*clause].take()).collect();
        let mut common = members[0].clone();
        for set in &members[1..] {
            common.retain(|node| set.binary_search(node).is_ok());
        }
        let mut any = Vec::with_capacity(members.len());
        for mut set in members {
            set.retain(|node| common.binary_search(node).is_err());
            any.push(!tree.all_of(&mut set));
        }
        let any = !tree.all_of(&mut any);
        common.push(any);
        plain.push(!tree.all_of(&mut common));
    }
    plain.extend(rest.into_iter().flatten().map(|mut set| !tree.all_of(&mut set)));
    tree.all_of(&mut plain)
}

/// What holds wherever the value of a node matters: literals of nodes that are used more than once.
struct Context {
    /// By node: twice the place of its bit and that of its contrary.
    place: Vec<Option<usize>>,
    words: usize,
}

impl Context {
    /// Nothing where that would take too much memory.
    fn new(tree: &Tree, uses: &[u32]) -> Option<Self> {
        /// So many words may be spent on what holds where.
        const MOST: usize = 1 << 22;
        let mut shared = 0_usize..;
        let place: Vec<_> = uses.iter().map(|uses| (*uses > 1).then(|| shared.next()).flatten()).collect();
        let words = (shared.start * 2).div_ceil(64).max(1);
        (words * tree.len() <= MOST).then_some(Self { place, words })
    }

    fn bit(&self, literal: Node) -> Option<(usize, u64)> {
        let bit = self.place[literal.index()]? * 2 + usize::from(literal.is_negated());
        Some((bit / 64, 1 << (bit % 64)))
    }

    fn has(&self, set: &[u64], literal: Node) -> bool {
        self.bit(literal).is_some_and(|(word, bit)| set[word] & bit != 0)
    }

    /// By node: what holds wherever it matters; empty where it matters nowhere.
    fn holds(&self, tree: &Tree, tops: &[Node]) -> Vec<Vec<u64>> {
        let mut holds: Vec<Vec<u64>> = vec![Vec::new(); tree.len()];
        for top in tops {
            holds[top.index()] = vec![0; self.words];
        }
        for index in (0..tree.len()).rev() {
            let own = std::mem::take(&mut holds[index]);
            if !own.is_empty() && !self.is_impossible(tree, index, &own) {
                self.pass_on(tree, index, &own, &mut holds);
            }
            holds[index] = own;
        }
        holds
    }

    /// Whether a conjunction has an input that does not hold wherever it matters.
    fn is_impossible(&self, tree: &Tree, index: usize, own: &[u64]) -> bool {
        tree.kind(index) == Kind::All && tree.inputs(index).iter().any(|input| self.has(own, !*input))
    }

    /// An input of a conjunction matters where the others hold; what holds anyway is left out and matters not.
    fn pass_on(&self, tree: &Tree, index: usize, own: &[u64], holds: &mut [Vec<u64>]) {
        let is_all = tree.kind(index) == Kind::All;
        let inputs = tree.inputs(index);
        let mut within = own.to_vec();
        for (word, bit) in inputs.iter().filter_map(|input| self.bit(*input)).filter(|_| is_all) {
            within[word] |= bit;
        }
        for input in inputs {
            let is_left_out = is_all && self.has(own, *input);
            if is_left_out || tree.inputs(input.index()).is_empty() {
                continue;
            }
            let of = &mut holds[input.index()];
            if of.is_empty() {
                of.clone_from(&within);
            } else {
                of.iter_mut().zip(&within).for_each(|(word, within)| *word &= within);
            }
            if let Some((word, bit)) = self.bit(*input).filter(|_| is_all) {
                of[word] &= !bit;
            }
        }
    }
}

/// Leaves out what holds anyway where the value of a gate matters. Each time something is left out somewhere, a gate further up has it on
/// every path to there, so the function of the tops stays; and the topmost such gate keeps it.
fn in_context(tree: &Tree, tops: &[Node]) -> (Tree, Vec<Node>) {
    let uses = uses(tree, tops);
    let Some(context) = Context::new(tree, &uses) else { return (tree.clone(), tops.to_vec()) };
    let holds = context.holds(tree, tops);
    let mut new = Tree::with_events_of(tree);
    let mut map = Map::new(tree);
    for index in (0..tree.len()).filter(|index| uses[*index] > 0) {
        let own = &holds[index];
        map.0[index] = match tree.kind(index) {
            Kind::Never => Node::NEVER,
            Kind::Event(event) => new.node(event),
            _ if own.is_empty() || context.is_impossible(tree, index, own) => Node::NEVER,
            Kind::AtLeast(k) => new.at_least(k, map.nodes(tree.inputs(index))),
            Kind::All => {
                let inputs = tree.inputs(index).iter().filter(|input| !context.has(own, **input));
                let mut inputs: Vec<Node> = inputs.map(|input| map.node(*input)).collect();
                new.all_of(&mut inputs)
            }
        };
    }
    let tops = map.nodes(tops);
    (new, tops)
}

/// Gives inputs that several gates have in common a gate of their own.
fn share(tree: &Tree, tops: &[Node]) -> (Tree, Vec<Node>) {
    /// Gates with more inputs are not looked at pair by pair.
    const WIDEST: usize = 256;
    /// Nor are more pairs than this.
    const MOST_PAIRS: usize = 2_000_000;
    let uses = uses(tree, tops);
    let mut inputs: Vec<Vec<Node>> = Vec::new();
    let mut gates = Vec::new();
    for (index, uses) in uses.iter().enumerate() {
        if *uses > 0 && tree.kind(index) == Kind::All {
            gates.push(index);
            inputs.push(tree.inputs(index).to_vec());
        }
    }
    // A literal in a single gate is in no pair that counts.
    let mut in_gates: HashMap<Node, u32> = HashMap::new();
    for node in inputs.iter().flatten() {
        *in_gates.entry(*node).or_default() += 1;
    }
    let mut pairs: HashMap<(Node, Node), Vec<u32>> = HashMap::new();
    let mut n_pairs = 0;
    for (gate, inputs) in inputs.iter().enumerate() {
        let shared: Vec<Node> = inputs.iter().copied().filter(|node| in_gates[node] > 1).collect();
        if shared.len() > WIDEST || n_pairs > MOST_PAIRS {
            continue;
        }
        for (position, a) in shared.iter().enumerate() {
            for b in &shared[position + 1..] {
                n_pairs += 1;
                pairs.entry((*a, *b)).or_default().push(narrow(gate));
            }
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().filter(|(_, gates)| gates.len() > 1).collect();
    pairs.sort_unstable_by(|(a, of_a), (b, of_b)| of_b.len().cmp(&of_a.len()).then_with(|| a.cmp(b)));
    // New gates, by number: inputs of the old tree, or new gates further up in the list.
    let mut made: Vec<Vec<Node>> = Vec::new();
    let mut replaced: Vec<Vec<usize>> = vec![Vec::new(); inputs.len()];
    for ((a, b), mut of) in pairs {
        let has = |gate: &u32, node: &Node| inputs[*gate as usize].binary_search(node).is_ok();
        of.retain(|gate| has(gate, &a) && has(gate, &b));
        if of.len() < 2 {
            continue;
        }
        let mut common = inputs[of[0] as usize].clone();
        for gate in &of[1..] {
            common.retain(|node| has(gate, node));
        }
        for gate in &of {
            inputs[*gate as usize].retain(|node| common.binary_search(node).is_err());
            replaced[*gate as usize].push(made.len());
        }
        made.push(common);
    }
    let mut new = Tree::with_events_of(tree);
    let mut map = Map::new(tree);
    let mut of_gate = gates.iter().enumerate().map(|(position, index)| (*index, position)).peekable();
    let mut nodes: Vec<Option<Node>> = vec![None; made.len()];
    for (index, uses) in uses.iter().enumerate() {
        let position = of_gate.next_if(|(of, _)| *of == index).map(|(_, position)| position);
        if *uses == 0 {
            continue;
        }
        map.0[index] = match tree.kind(index) {
            Kind::Never => Node::NEVER,
            Kind::Event(event) => new.node(event),
            Kind::AtLeast(k) => new.at_least(k, map.nodes(tree.inputs(index))),
            Kind::All => {
                let position = position.expect("each conjunction has its place");
                let mut own = map.nodes(&inputs[position]);
                for shared in &replaced[position] {
                    // Its inputs are also those of this gate, so they are there.
                    let node = match nodes[*shared] {
                        Some(node) => node,
                        None => {
                            let node = new.all(map.nodes(&made[*shared]));
                            nodes[*shared] = Some(node);
                            node
                        }
                    };
                    own.push(node);
                }
                new.all_of(&mut own)
            }
        };
    }
    let tops = map.nodes(tops);
    (new, tops)
}

/// Puts inputs of a gate together that share nothing with the others, so that they become modules.
fn group(tree: &Tree, tops: &[Node]) -> (Tree, Vec<Node>) {
    let found = modules(tree, tops);
    let mut new = Tree::with_events_of(tree);
    let mut map = Map::new(tree);
    for index in &found.reached {
        let index = *index as usize;
        map.0[index] = match tree.kind(index) {
            Kind::Never => Node::NEVER,
            Kind::Event(event) => new.node(event),
            Kind::AtLeast(k) => new.at_least(k, map.nodes(tree.inputs(index))),
            Kind::All => {
                let mut inputs = Vec::new();
                for part in parts(tree, index, &found) {
                    inputs.push(new.all(map.nodes(&part)));
                }
                new.all_of(&mut inputs)
            }
        };
    }
    let tops = map.nodes(tops);
    (new, tops)
}

/// Who leads those that something was joined with.
fn find(leader: &mut [usize], mut of: usize) -> usize {
    while leader[of] != of {
        leader[of] = leader[leader[of]];
        of = leader[of];
    }
    of
}

/// The inputs of a gate, those together that have something in common. What the gate does not have for itself has something in
/// common with the rest of the tree, and stays alone.
fn parts(tree: &Tree, gate: usize, found: &Modules) -> Vec<Vec<Node>> {
    let inputs = tree.inputs(gate);
    if !found.is_module[gate] {
        let own = |node: &&Node| found.is_module[node.index()] && found.uses[node.index()] == 1;
        let mut alone: Vec<Vec<Node>> =
            inputs.iter().filter(|node| !own(node)).map(|node| vec![*node]).collect();
        let together: Vec<Node> = inputs.iter().filter(own).copied().collect();
        if !together.is_empty() {
            alone.push(together);
        }
        return alone;
    }
    // Within a module: inputs are joined when they reach the same thing. Nodes remember who reached them first.
    let mut leader: Vec<usize> = (0..inputs.len()).collect();
    let mut reached: HashMap<usize, usize> = HashMap::new();
    for (position, input) in inputs.iter().enumerate() {
        let mut open = vec![input.index()];
        while let Some(node) = open.pop() {
            if let Some(by) = reached.get(&node) {
                let (a, b) = (find(&mut leader, *by), find(&mut leader, position));
                leader[a.max(b)] = a.min(b);
                continue;
            }
            reached.insert(node, position);
            if !found.is_module[node] {
                open.extend(tree.inputs(node).iter().map(|input| input.index()));
            }
        }
    }
    let mut parts: BTreeMap<usize, Vec<Node>> = BTreeMap::new();
    for (position, input) in inputs.iter().enumerate() {
        let leader = find(&mut leader, position);
        parts.entry(leader).or_default().push(*input);
    }
    // Single inputs that share nothing are a part together, unless they are all there is.
    let (mut alone, mut joined): (Vec<Vec<Node>>, Vec<Vec<Node>>) =
        parts.into_values().partition(|part| part.len() == 1);
    if !joined.is_empty() && alone.len() > 1 {
        alone = vec![alone.into_iter().flatten().collect()];
    }
    joined.append(&mut alone);
    joined
}
