//! Edits that take a call off the event loop: decided here, where types are known.

use ra_ap_hir::{Function, Local, PathResolution, Type};
use ra_ap_syntax::ast::{self, HasArgList as _};
use ra_ap_syntax::{AstNode as _, SyntaxNode, TextRange};

use super::Checker;
use super::graph::Way;
use super::node::Site;
use super::types;
use crate::finding::Fix;
use crate::list::{Cause, Rule};
use crate::load::Package;

/// What runs closures on other threads, in the order of preference.
const WRAPPERS: [(&str, &str, &str); 4] = [
    ("asyncify-runtime", "asyncify_runtime::asyncify!(", ").await"),
    ("tokio", "tokio::task::spawn_blocking(move || ", ").await.unwrap()"),
    ("blocking", "blocking::unblock(move || ", ").await"),
    ("smol", "smol::unblock(move || ", ").await"),
];

pub(super) fn fixes(
    checker: &Checker<'_>,
    package: &Package,
    function: Function,
    (site, way): (&Site, &Way),
    (rule, cause): (&Rule, &Cause),
) -> Vec<Fix> {
    let Some(expr) = &site.expr else { return Vec::new() };
    let polled = types::is_poll(checker.db, function);
    if polled || !cause.wraps || !is_awaitable(expr.syntax()) || leaves(expr.syntax()) {
        return Vec::new();
    }
    let depends = |name: &str| package.dependencies.iter().any(|found| found.name == name);
    let mut fixes = Vec::new();
    if let (Some(path), true) = (&rule.instead_path, way.hops.is_empty() && depends("tokio")) {
        fixes.extend(replaced(expr, path));
    }
    let wrapper = WRAPPERS.iter().find(|(name, ..)| depends(name));
    if let Some((_, before, after)) = wrapper {
        fixes.extend(wrapped(checker, expr, before, after));
    }
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

/// Calls the async function of the same arguments.
fn replaced(expr: &ast::Expr, path: &str) -> Option<Fix> {
    let ast::Expr::CallExpr(call) = expr else { return None };
    let ast::Expr::PathExpr(callee) = call.expr()? else { return None };
    let arguments = call.arg_list()?;
    let (_, end) = range(arguments.syntax());
    let (start, callee_end) = range(callee.syntax());
    Some(Fix {
        title: format!("await `{path}`"),
        edits: vec![(start, callee_end, path.to_owned()), (end, end, ".await".to_owned())],
    })
}

/// A variable, or a field of one, that the call uses.
struct Capture {
    text: String,
    name: String,
    range: TextRange,
    /// The variable is a reference.
    reference: bool,
    /// It stands where a method is called on it or where it is borrowed.
    borrowed: bool,
    copy: bool,
}

/// Moves the call to another thread, with its own copies of what it borrows.
fn wrapped(checker: &Checker<'_>, expr: &ast::Expr, before: &str, after: &str) -> Option<Fix> {
    if !matches!(expr, ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_)) {
        return None;
    }
    if let ast::Expr::MethodCallExpr(call) = expr
        && mutates(checker, call)
    {
        return None;
    }
    let (start, end) = range(expr.syntax());
    let wrapper = before.split(['(', '!']).next().unwrap_or(before);
    let title = format!("run it on another thread with `{wrapper}`");
    if before.contains("asyncify!") {
        // The macro makes the copies itself.
        let edits = vec![(start, start, before.to_owned()), (end, end, after.to_owned())];
        return Some(Fix { title, edits });
    }
    let mut captures = Vec::new();
    collect(checker, expr.syntax(), &mut captures)?;
    let whole = expr.syntax().text_range();
    let mut text = expr.syntax().text().to_string();
    let mut copies = String::new();
    // From the end, so that the ranges before stay right.
    for capture in captures.iter().rev() {
        let owned = capture.reference || capture.borrowed && !capture.copy;
        if !owned && capture.text == capture.name {
            continue;
        }
        let start = u32::from(capture.range.start() - whole.start()) as usize;
        let end = u32::from(capture.range.end() - whole.start()) as usize;
        let borrow = if capture.reference && !capture.borrowed { "&" } else { "" };
        text.replace_range(start..end, &format!("{borrow}{}", capture.name));
        let copy = if owned { ".to_owned()" } else { "" };
        let line = format!("let {} = {}{copy}; ", capture.name, capture.text);
        if !copies.contains(&line) {
            copies.insert_str(0, &line);
        }
    }
    let mut call = format!("{before}{text}{after}");
    if !copies.is_empty() {
        call = format!("{{ {copies}{call} }}");
        let parent = expr.syntax().parent().map(|node| node.kind());
        let plain = parent.is_some_and(|kind| {
            ast::LetStmt::can_cast(kind)
                || ast::ArgList::can_cast(kind)
                || ast::MatchArm::can_cast(kind)
        });
        if !plain {
            call = format!("({call})");
        }
    }
    Some(Fix { title, edits: vec![(start, end, call)] })
}

/// Whether a method takes its receiver by `&mut`, and the receiver is not made on the spot.
fn mutates(checker: &Checker<'_>, call: &ast::MethodCallExpr) -> bool {
    let Some(function) = checker.sema.resolve_method_call(call) else { return true };
    let exclusive = function
        .self_param(checker.db)
        .is_some_and(|param| param.access(checker.db) == ra_ap_hir::Access::Exclusive);
    exclusive
        && !matches!(call.receiver(), Some(ast::Expr::MethodCallExpr(_) | ast::Expr::CallExpr(_)))
}

/// Collects what an expression captures; `None` if it cannot be moved to another thread.
fn collect(checker: &Checker<'_>, node: &SyntaxNode, found: &mut Vec<Capture>) -> Option<()> {
    if ast::MacroCall::can_cast(node.kind()) || ast::ClosureExpr::can_cast(node.kind()) {
        // What they capture is not seen.
        return None;
    }
    if let Some((expr, local, name)) = place(checker, node) {
        found.push(capture(checker, &expr, local, name)?);
        return Some(());
    }
    for child in node.children() {
        collect(checker, &child, found)?;
    }
    Some(())
}

/// Returns the variable that a node is, or is a field of, with a name for a copy.
fn place<'db>(
    checker: &Checker<'db>,
    node: &SyntaxNode,
) -> Option<(ast::Expr, Local<'db>, String)> {
    let expr = ast::Expr::cast(node.clone())?;
    let (root, name) = match &expr {
        ast::Expr::PathExpr(path) => (path.clone(), node.text().to_string()),
        ast::Expr::FieldExpr(field) => {
            let mut inner = field.expr()?;
            while let ast::Expr::FieldExpr(field) = inner {
                inner = field.expr()?;
            }
            let ast::Expr::PathExpr(path) = inner else { return None };
            (path, field.name_ref()?.text().to_string())
        }
        _ => return None,
    };
    let Some(PathResolution::Local(local)) = checker.sema.resolve_path(&root.path()?) else {
        return None;
    };
    Some((expr, local, name))
}

fn capture(
    checker: &Checker<'_>,
    expr: &ast::Expr,
    local: Local<'_>,
    name: String,
) -> Option<Capture> {
    let ty: Type<'_> = checker.sema.type_of_expr(expr)?.original;
    if ty.is_mutable_reference() || ty.is_unknown() || ty.as_type_param(checker.db).is_some() {
        return None;
    }
    // `self`, and fields of tuples, have no name that a variable can have.
    let name = if name == "self" || name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("{}_copy", if local.is_self(checker.db) { "self" } else { "field" })
    } else {
        name
    };
    let parent = expr.syntax().parent()?;
    let receiver = ast::MethodCallExpr::cast(parent.clone())
        .and_then(|call| call.receiver())
        .is_some_and(|receiver| receiver.syntax() == expr.syntax());
    let borrowed = receiver || ast::RefExpr::can_cast(parent.kind());
    Some(Capture {
        text: expr.syntax().text().to_string(),
        name,
        range: expr.syntax().text_range(),
        reference: ty.is_reference(),
        borrowed,
        copy: ty.is_copy(checker.db),
    })
}
