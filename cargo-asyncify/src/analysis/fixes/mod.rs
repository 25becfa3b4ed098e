//! Edits that take a call off the event loop: decided here, where types are known.

mod capture;
mod replace;
mod wrap;

use ra_ap_hir::Function;
use ra_ap_syntax::ast;
use ra_ap_syntax::{AstNode as _, SyntaxElement, SyntaxKind, SyntaxNode, TextRange};

use super::Checker;
use super::graph::Way;
use super::node::Site;
use super::types;
use crate::finding::Fix;
use crate::list::{Cause, Rule};
use crate::load::Package;

/// What runs closures on other threads, in the order of preference.
const WRAPPERS: [(&str, &str, &str); 5] = [
    ("asyncify-runtime", "asyncify_runtime::asyncify!", ".await"),
    ("asyncify-runtime", "asyncify_runtime::spawn_blocking", ".await.unwrap()"),
    ("tokio", "tokio::task::spawn_blocking", ".await.unwrap()"),
    ("blocking", "blocking::unblock", ".await"),
    ("smol", "smol::unblock", ".await"),
];

/// Returns the edits for a call of a body, in which guards of locks are held in some ranges.
pub(super) fn fixes(
    checker: &Checker<'_>,
    package: &Package,
    (function, held): (Function, &[TextRange]),
    (site, way): (&Site, &Way),
    (rule, cause): (&Rule, &Cause),
) -> Vec<Fix> {
    let Some(expr) = &site.expr else { return Vec::new() };
    // The guard would be held across the await: a deadlock that compiles.
    if held.iter().any(|range| range.contains_range(site.range)) {
        return Vec::new();
    }
    let polled = types::is_poll(checker.db, function);
    if polled || !cause.wraps || !is_awaitable(expr.syntax()) {
        return Vec::new();
    }
    let depends = |name: &str| {
        let mut dependencies = package.dependencies.iter();
        dependencies.any(|found| found.name == name && found.rename.is_none() && found.is_normal())
    };
    let mut fixes = Vec::new();
    if let (Some(instead), true) = (&rule.replacement, way.hops.is_empty() && depends("tokio")) {
        fixes.extend(replace::replaced(checker, expr, instead));
    }
    let mut wrappers = WRAPPERS.iter().filter(|(name, ..)| depends(name));
    fixes.extend(
        wrappers.find_map(|(_, wrapper, after)| wrap::wrapped(checker, expr, wrapper, after)),
    );
    fixes
}

/// Whether an await can stand here: in the body of an async function, block or closure, and not in
/// a closure in it.
fn is_awaitable(node: &SyntaxNode) -> bool {
    for ancestor in node.ancestors() {
        if let Some(block) = ast::BlockExpr::cast(ancestor.clone()) {
            if block.async_token().is_some() {
                return true;
            }
        } else if let Some(closure) = ast::ClosureExpr::cast(ancestor.clone()) {
            return closure.async_token().is_some();
        } else if let Some(function) = ast::Fn::cast(ancestor.clone()) {
            return function.async_token().is_some();
        } else if ast::MacroCall::can_cast(ancestor.kind()) {
            return false;
        }
    }
    false
}

/// Whether an expression leaves itself, which it cannot from within a closure.
fn leaves(node: &SyntaxNode) -> bool {
    node.descendants().any(|node| {
        let kind = node.kind();
        ast::TryExpr::can_cast(kind)
            || ast::AwaitExpr::can_cast(kind)
            || ast::ReturnExpr::can_cast(kind)
            || ast::BreakExpr::can_cast(kind)
            || ast::ContinueExpr::can_cast(kind)
    })
}

fn range(node: &SyntaxNode) -> (usize, usize) {
    let range = node.text_range();
    (u32::from(range.start()) as usize, u32::from(range.end()) as usize)
}

/// The text of an expression; that of a field over several lines becomes one line.
fn text(expr: &ast::Expr) -> String {
    let node = expr.syntax();
    let parts = || node.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    let plain = parts().all(|token| {
        matches!(
            token.kind(),
            SyntaxKind::IDENT | SyntaxKind::SELF_KW | SyntaxKind::DOT | SyntaxKind::WHITESPACE
        )
    });
    if plain {
        parts()
            .filter(|token| token.kind() != SyntaxKind::WHITESPACE)
            .map(|t| t.text().to_owned())
            .collect()
    } else {
        node.text().to_string()
    }
}
