//! The call graph, and the shortest way from each body to a call that blocks.

use std::collections::{HashSet, VecDeque};

use ra_ap_hir::{Function, HasCrate as _};

use super::node::{Key, Mode, Site, Target};
use super::rules::RuleId;
use super::{Checker, Node};
use crate::finding::Counts;

pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// Bodies of the workspace: those that findings are in.
    pub(super) roots: Vec<usize>,
    /// For each body, the call by which a listed one is reached for certain.
    certain: Vec<Option<usize>>,
    /// The same, through calls that may not happen as well.
    possible: Vec<Option<usize>>,
}

/// How a listed call is reached.
pub(super) struct Way {
    pub(super) rule: RuleId,
    pub(super) may: bool,
    /// The bodies that are entered, each with the index of the call that leads on.
    pub(super) hops: Vec<(usize, usize)>,
}

impl Checker<'_> {
    /// Walks the functions of the workspace, and the bodies that they lead to.
    pub(super) fn graph(
        &self,
        roots: &[Function],
        counts: &mut Counts,
        progress: &dyn Fn(&str),
    ) -> Graph {
        let mut nodes: Vec<Node> = Vec::new();
        // Each with whether it is entered from async code; what only sync code calls is not
        // followed.
        let mut queue: VecDeque<(usize, bool)> =
            roots.iter().map(|function| (self.node(Self::root_key(*function)), false)).collect();
        let mut root_indices: HashSet<usize> = queue.iter().map(|(index, _)| *index).collect();
        let mut done = 0;
        while let Some((index, entered)) = queue.pop_front() {
            nodes.resize_with(nodes.len().max(index + 1), Node::default);
            let root = root_indices.contains(&index);
            if !std::mem::replace(&mut nodes[index].walked, true) {
                done += 1;
                if done % 200 == 0 {
                    progress(&format!("analysing: {done} functions"));
                }
                let key = self.nodes.borrow()[index].clone();
                let Ok(walked) = self.walk(&key) else {
                    counts.failed += 1;
                    continue;
                };
                let Some(body) = walked else { continue };
                if root {
                    counts.unresolved += body.unresolved;
                    counts.unexpanded += body.unexpanded;
                    for function in body.nested {
                        let nested = self.node(Self::root_key(function));
                        root_indices.insert(nested);
                        queue.push_back((nested, false));
                    }
                }
                nodes[index].sites = body.sites;
                nodes[index].held = body.held;
                if root {
                    let polled = nodes[index].sites.iter();
                    let polled = polled.filter(|site| site.context.mode == Mode::Async);
                    queue.extend(polled.filter_map(Site::node).map(|target| (target, true)));
                }
            }
            if entered && !std::mem::replace(&mut nodes[index].entered, true) {
                let run = nodes[index].sites.iter().filter(|site| self.runs(index, site));
                queue.extend(run.filter_map(Site::node).map(|target| (target, true)));
            }
        }
        counts.bodies = done;
        nodes.resize_with(self.nodes.borrow().len(), Node::default);
        let mut roots: Vec<_> = root_indices.into_iter().collect();
        roots.sort_unstable();
        let mut graph = Graph { nodes, roots, certain: Vec::new(), possible: Vec::new() };
        graph.certain = self.reach(&graph.nodes, false);
        graph.possible = self.reach(&graph.nodes, true);
        graph
    }

    /// Whether a call of a body runs when the body is entered from a caller's thread.
    pub(super) fn runs(&self, node: usize, site: &Site) -> bool {
        match &self.nodes.borrow()[node] {
            Key::Static(_) => site.context.mode == Mode::Sync,
            Key::Function(function, _) => {
                let polled =
                    function.is_async(self.db) || super::types::is_poll(self.db, *function);
                match site.context.mode {
                    Mode::Sync => !polled,
                    // The future that a foreign function makes is polled by its caller.
                    Mode::Async => {
                        polled
                            || !self.is_member(function.krate(self.db))
                                && function.returns_impl_future(self.db)
                    }
                    Mode::Off => false,
                }
            }
        }
    }

    /// Finds, for each body, the call that is the first of the shortest way to a listed one.
    fn reach(&self, nodes: &[Node], may: bool) -> Vec<Option<usize>> {
        let mut first = vec![None; nodes.len()];
        let mut callers: Vec<Vec<(usize, usize)>> = vec![Vec::new(); nodes.len()];
        let mut queue = VecDeque::new();
        for (index, node) in nodes.iter().enumerate() {
            for (number, site) in node.sites.iter().enumerate() {
                if site.context.may && !may || !self.runs(index, site) {
                    continue;
                }
                match site.target {
                    // A lock is only wrong where it is held, which is reported there.
                    Target::Rule(RuleId::Guard(_)) => {}
                    Target::Rule(_) => {
                        if first[index].is_none() {
                            first[index] = Some(number);
                            queue.push_back(index);
                        }
                    }
                    Target::Node(target) => callers[target].push((index, number)),
                }
            }
        }
        while let Some(index) = queue.pop_front() {
            for (caller, number) in &callers[index] {
                if first[*caller].is_none() {
                    first[*caller] = Some(*number);
                    queue.push_back(*caller);
                }
            }
        }
        first
    }
}

impl Graph {
    /// Returns how a call leads to a listed one.
    pub(super) fn way(&self, site: &Site) -> Option<Way> {
        match site.target {
            Target::Rule(rule) => Some(Way { rule, may: site.context.may, hops: Vec::new() }),
            Target::Node(node) => self
                .follow(node, &self.certain)
                .map(|way| Way { may: site.context.may, ..way })
                .or_else(|| self.follow(node, &self.possible)),
        }
    }

    fn follow(&self, mut node: usize, first: &[Option<usize>]) -> Option<Way> {
        let mut hops = Vec::new();
        loop {
            let number = first[node]?;
            hops.push((node, number));
            match self.nodes[node].sites[number].target {
                Target::Rule(rule) => return Some(Way { rule, may: true, hops }),
                Target::Node(next) => node = next,
            }
        }
    }
}
