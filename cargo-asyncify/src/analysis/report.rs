//! Turns the graph into findings: plain data, with the way to each call that blocks.

use std::collections::HashMap;

use ra_ap_hir::HasCrate as _;
use ra_ap_ide_db::base_db::SourceDatabase as _;
use ra_ap_ide_db::line_index::{LineIndex, WideEncoding};
use ra_ap_syntax::TextRange;
use ra_ap_vfs::FileId;

use super::Checker;
use super::graph::{Graph, Way};
use super::node::{Key, Mode, Site, Target};
use super::{fixes, types};
use crate::finding::{Finding, Hop, Location, Severity, Tier};
use crate::load::Project;

/// Line tables of the files that findings are in.
#[derive(Default)]
struct Lines(HashMap<FileId, LineIndex>);

impl Lines {
    fn location(&mut self, project: &Project, file: FileId, range: TextRange) -> Location {
        let index = self
            .0
            .entry(file)
            .or_insert_with(|| LineIndex::new(project.db.file_text(file).text(&project.db)));
        let start = index.line_col(range.start());
        let wide = index.to_wide(WideEncoding::Utf32, start);
        let column = wide.map_or(start.col, |wide| wide.col);
        Location {
            file: project.path(file),
            line: start.line as usize + 1,
            column: column as usize + 1,
            start: u32::from(range.start()) as usize,
            end: u32::from(range.end()) as usize,
        }
    }
}

pub(super) fn findings(checker: &Checker<'_>, project: &Project, graph: &Graph) -> Vec<Finding> {
    let start_up = checker.start_up(graph);
    let mut lines = Lines::default();
    let mut findings = Vec::new();
    for index in &graph.roots {
        let key = checker.nodes.borrow()[*index].clone();
        let Key::Function(function, _) = key else { continue };
        let root_file = function.krate(checker.db).root_file(checker.db);
        let Some(package) = project.selected(root_file) else { continue };
        let path = types::path(checker.db, function);
        for site in &graph.nodes[*index].sites {
            if site.context.mode != Mode::Async || checker.reports_itself(site) {
                continue;
            }
            let Some(way) = graph.way(site) else { continue };
            let starts = start_up.contains(index) && !site.context.again;
            let rule = checker.rules.rule(way.rule);
            let cause = &checker.rules.list.causes[rule.cause];
            let tier = match (way.may, starts) {
                (_, true) => Tier::StartUp,
                (true, _) => Tier::MayBlock,
                (false, _) => Tier::Blocks,
            };
            let unknown = way.may && matches!(way.rule, super::rules::RuleId::Io(_));
            let why = if unknown {
                "it waits where the reader or writer is a file, a socket or a pipe".to_owned()
            } else {
                cause.why.clone()
            };
            findings.push(Finding {
                tier,
                severity: severity(checker, &cause.kind, tier),
                kind: cause.kind.clone(),
                why,
                instead: cause.instead.clone(),
                package: package.name.clone(),
                function: path.clone(),
                callee: callee(graph, site, &way, &rule.path, unknown),
                location: lines.location(project, site.file, site.range),
                called: site.called.clone(),
                chain: chain(checker, project, graph, &way, &mut lines),
                fixes: fixes::fixes(
                    checker,
                    package,
                    (function, &graph.nodes[*index].held),
                    (site, &way),
                    (rule, cause),
                ),
            });
        }
    }
    findings.sort_by(|a, b| (&a.location, &a.callee).cmp(&(&b.location, &b.callee)));
    // A function that several targets share is one of each.
    findings.dedup_by(|a, b| a.location == b.location && a.callee == b.callee);
    findings
}

fn severity(checker: &Checker<'_>, kind: &str, tier: Tier) -> Severity {
    let set = checker.rules.list.severity.get(kind).copied();
    match tier {
        Tier::Blocks => set.unwrap_or(Severity::Warning),
        Tier::MayBlock | Tier::StartUp => set.unwrap_or(Severity::Note).min(Severity::Note),
    }
}

/// The path of the call that blocks: that of the I/O method, not of the type that it is called on.
fn callee(graph: &Graph, site: &Site, way: &Way, rule: &str, unknown: bool) -> String {
    let last = way.hops.last().map_or(site, |(node, number)| &graph.nodes[*node].sites[*number]);
    match way.rule {
        super::rules::RuleId::Io(_) => {
            let method = last.called.rsplit("::").next().unwrap_or_default();
            if unknown { last.called.clone() } else { format!("{rule}::{method}") }
        }
        _ => rule.to_owned(),
    }
}

fn chain(
    checker: &Checker<'_>,
    project: &Project,
    graph: &Graph,
    way: &Way,
    lines: &mut Lines,
) -> Vec<Hop> {
    let hops = way.hops.iter();
    hops.map(|(node, number)| {
        let site = &graph.nodes[*node].sites[*number];
        let function = match &checker.nodes.borrow()[*node] {
            Key::Function(function, _) => types::path(checker.db, *function),
            Key::Static(item) => format!("initializer of {}", item.name(checker.db).as_str()),
        };
        let location = lines.location(project, site.file, site.range);
        Hop { function, location, callee: site.called.clone() }
    })
    .collect()
}

impl Checker<'_> {
    /// Whether a call enters an async function of the workspace, whose own calls are reported.
    fn reports_itself(&self, site: &Site) -> bool {
        let Target::Node(node) = site.target else { return false };
        match &self.nodes.borrow()[node] {
            Key::Function(function, _) => {
                self.is_member(function.krate(self.db))
                    && (function.is_async(self.db) || types::is_poll(self.db, *function))
            }
            Key::Static(_) => false,
        }
    }
}
