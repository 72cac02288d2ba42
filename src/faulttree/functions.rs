//! Functions that are equal exactly when they are the same: for solving equations between gates by iteration.

use std::collections::HashMap;

use super::bdd::{Bdd, FALSE, TRUE};
use super::limits::{Budget, Hit, Limits, narrow};
use super::tree::{Node, Tree};

/// A function of some variables; equal to another one exactly when both are the same function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Function(u32);

impl Function {
    /// What is never true.
    pub const NEVER: Self = Self(FALSE);
    /// What is always true.
    pub const ALWAYS: Self = Self(TRUE);
}

/// The work had to end because a limit was hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl From<Hit> for Stopped {
    fn from(_: Hit) -> Self {
        Self
    }
}

/// Makes functions of variables that stand for nodes of a [`Tree`].
///
/// ```
/// use linchpin::faulttree::{Functions, Limits, Tree};
/// let mut tree = Tree::new();
/// let (a, b) = (tree.event(0.1), tree.event(0.1));
/// let mut functions = Functions::new(Limits::default());
/// let [a, b] = [functions.of(a).unwrap(), functions.of(b).unwrap()];
/// let both = functions.all(&[a, b]).unwrap();
/// assert_eq!(functions.any(&[a, both]).unwrap(), a);
/// ```
pub struct Functions<'a> {
    bdd: Bdd<'a>,
    /// By level.
    variables: Vec<Node>,
    known: HashMap<Node, Function>,
}

impl std::fmt::Debug for Functions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Functions").field("variables", &self.variables).finish_non_exhaustive()
    }
}

impl<'a> Functions<'a> {
    /// No functions yet.
    pub fn new(limits: Limits<'a>) -> Self {
        Self { bdd: Bdd::new(Budget::new(limits)), variables: Vec::new(), known: HashMap::new() }
    }

    /// The function that is true when a node is. Nodes are taken to be independent of each other.
    ///
    /// # Errors
    /// When a limit is hit.
    pub fn of(&mut self, node: Node) -> Result<Function, Stopped> {
        if node == Node::NEVER || node == Node::ALWAYS {
            return Ok(if node == Node::NEVER { Function::NEVER } else { Function::ALWAYS });
        }
        if let Some(known) = self.known.get(&node) {
            return Ok(*known);
        }
        let function = Function(self.bdd.variable(narrow(self.variables.len()))?);
        self.variables.push(node);
        self.known.insert(node, function);
        Ok(function)
    }

    /// True when all are.
    ///
    /// # Errors
    /// When a limit is hit.
    pub fn all(&mut self, of: &[Function]) -> Result<Function, Stopped> {
        let deepest_first = self.deepest_first(of);
        let all = deepest_first.into_iter().try_fold(TRUE, |all, input| self.bdd.and(input, all))?;
        Ok(Function(all))
    }

    /// True when any is.
    ///
    /// # Errors
    /// When a limit is hit.
    pub fn any(&mut self, of: &[Function]) -> Result<Function, Stopped> {
        let deepest_first = self.deepest_first(of);
        let any = deepest_first.into_iter().try_fold(FALSE, |any, input| self.bdd.or(input, any))?;
        Ok(Function(any))
    }

    /// True when at least so many are.
    ///
    /// # Errors
    /// When a limit is hit.
    pub fn at_least(&mut self, k: u32, of: &[Function]) -> Result<Function, Stopped> {
        let deepest_first = self.deepest_first(of);
        Ok(Function(self.bdd.at_least(k as usize, &deepest_first)?))
    }

    fn deepest_first(&self, of: &[Function]) -> Vec<u32> {
        self.bdd.deepest_first(of.iter().map(|function| function.0))
    }

    /// Writes a function that more of its variables never make false as gates over the nodes that its variables stand for.
    pub fn write(&self, function: Function, tree: &mut Tree) -> Node {
        let diagram = self.bdd.extract(function.0);
        let mut nodes = vec![Node::NEVER];
        let at = |nodes: &[Node], edge: u32| nodes[(edge >> 1) as usize].negated_if(edge & 1 == 1);
        for item in &diagram.items[1..] {
            let variable = self.variables[item.level as usize];
            let (hi, lo) = (at(&nodes, item.hi), at(&nodes, item.lo));
            // Where lo is true so is hi.
            let with = tree.all([variable, hi]);
            nodes.push(tree.any([with, lo]));
        }
        at(&nodes, diagram.root)
    }
}
