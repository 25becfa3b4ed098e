//! Code that only runs while the program starts: `main`, and what only `main` calls, once and in
//! line.

use std::collections::{HashMap, HashSet};

use super::Checker;
use super::graph::Graph;
use super::node::{Key, Target};

/// A call, by the body that it is in and its index there.
type Caller = (usize, usize);

impl Checker<'_> {
    /// Returns the bodies that only run while the program starts.
    pub(super) fn start_up(&self, graph: &Graph) -> HashSet<usize> {
        let mut callers: HashMap<usize, Vec<Caller>> = HashMap::new();
        for index in &graph.roots {
            for (number, site) in graph.nodes[*index].sites.iter().enumerate() {
                if let Target::Node(target) = site.target {
                    callers.entry(self.base(target)).or_default().push((*index, number));
                }
            }
        }
        let is_main = |index: &usize| match &self.nodes.borrow()[*index] {
            Key::Function(function, _) => function.is_main(self.db),
            Key::Static(_) => false,
        };
        let mut found: HashSet<usize> = graph.roots.iter().copied().filter(is_main).collect();
        loop {
            let next: Vec<_> = callers
                .iter()
                .filter(|(index, _)| !found.contains(index))
                .filter(|(_, callers)| {
                    callers.iter().all(|(caller, number)| {
                        found.contains(caller) && !graph.nodes[*caller].sites[*number].context.again
                    })
                })
                .map(|(index, _)| *index)
                .collect();
            if next.is_empty() {
                return found;
            }
            found.extend(next);
        }
    }

    /// Returns the same function for unknown types.
    fn base(&self, index: usize) -> usize {
        let key = self.nodes.borrow()[index].clone();
        match key {
            Key::Function(function, env) if !env.is_empty() => self.node(Self::root_key(function)),
            _ => index,
        }
    }
}
