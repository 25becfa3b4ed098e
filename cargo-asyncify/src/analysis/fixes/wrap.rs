//! Moves a call to another thread.

use ra_ap_syntax::AstNode as _;
use ra_ap_syntax::ast;

use super::super::Checker;
use super::capture::{Capture, captures};
use super::range;
use crate::finding::Fix;

/// Moves the call to another thread, with its own copies of what it borrows.
pub(super) fn wrapped(
    checker: &Checker<'_>,
    expr: &ast::Expr,
    wrapper: &str,
    after: &str,
) -> Option<Fix> {
    let (start, end) = range(expr.syntax());
    let title = format!("run it on another thread with `{wrapper}`");
    let captures = captures(checker, expr)?;
    if wrapper.ends_with('!') {
        if !is_taken(expr) {
            return None;
        }
        // The macro evaluates the arguments before, and makes the copies itself.
        let edits = vec![(start, start, format!("{wrapper}(")), (end, end, format!("){after}"))];
        return Some(Fix { title, edits });
    }
    let captures = distinguish(expr, captures)?;
    let whole = expr.syntax().text_range();
    let mut text = expr.syntax().text().to_string();
    let mut bindings = String::new();
    // From the end, so that the ranges before stay right.
    for capture in captures.iter().rev().filter(|capture| capture.is_bound()) {
        let start = u32::from(capture.range.start() - whole.start()) as usize;
        let end = u32::from(capture.range.end() - whole.start()) as usize;
        let borrow = if capture.reference && !capture.borrowed { "&" } else { "" };
        text.replace_range(start..end, &format!("{borrow}{}", capture.name));
        let binding = format!("let {} = {}; ", capture.name, capture.value());
        if !bindings.contains(&binding) {
            bindings.insert_str(0, &binding);
        }
    }
    let closure = if bindings.is_empty() {
        format!("move || {text}")
    } else {
        format!("{{ {bindings}move || {text} }}")
    };
    Some(Fix { title, edits: vec![(start, end, format!("{wrapper}({closure}){after}"))] })
}

/// Whether `asyncify!` takes a call: what a method is called on must be a variable or a field.
fn is_taken(call: &ast::Expr) -> bool {
    match call {
        ast::Expr::MethodCallExpr(call) => call.receiver().is_some_and(|it| is_place(&it)),
        _ => true,
    }
}

fn is_place(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::PathExpr(_) => true,
        ast::Expr::FieldExpr(field) => field.expr().is_some_and(|inner| is_place(&inner)),
        ast::Expr::IndexExpr(index) => index.base().is_some_and(|inner| is_place(&inner)),
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| is_place(&inner)),
        _ => false,
    }
}

/// Gives each capture a name that means nothing else in the expression; `None` if there is none.
fn distinguish(expr: &ast::Expr, mut captures: Vec<Capture>) -> Option<Vec<Capture>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let whole = expr.syntax().text_range();
    for index in 0..captures.len() {
        let capture = &captures[index];
        // The copy of a variable may have its name.
        if !capture.is_bound() || capture.name == capture.text {
            continue;
        }
        let mut rest = expr.syntax().text().to_string();
        for same in captures.iter().filter(|other| other.text == capture.text).rev() {
            let start = u32::from(same.range.start() - whole.start()) as usize;
            let end = u32::from(same.range.end() - whole.start()) as usize;
            rest.replace_range(start..end, " ");
        }
        let taken = |name: &str| {
            rest.split(|c| !is_part(c)).any(|word| word == name)
                || captures.iter().any(|other| other.name == name && other.text != capture.text)
        };
        if taken(&capture.name) {
            let longer = match capture.place {
                true => capture.text.replace('.', "_"),
                false => format!("{}_value", capture.name),
            };
            if taken(&longer) || longer == "self" {
                return None;
            }
            captures[index].name = longer;
        }
    }
    Some(captures)
}
