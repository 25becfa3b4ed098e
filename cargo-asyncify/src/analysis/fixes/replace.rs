//! Calls an async function in the place of a blocking one.

use ra_ap_syntax::AstNode as _;
use ra_ap_syntax::ast::{self, HasArgList as _};

use super::super::{Checker, types};
use super::{range, text};
use crate::finding::Fix;
use crate::list::Replacement;

/// Calls the async function of the same arguments, of which the receiver is the first.
pub(super) fn replaced(
    checker: &Checker<'_>,
    expr: &ast::Expr,
    replacement: &Replacement,
) -> Option<Fix> {
    let Replacement { path, after } = replacement;
    let awaited = format!(".await{after}");
    let edits = match expr {
        ast::Expr::CallExpr(call) => {
            let ast::Expr::PathExpr(callee) = call.expr()? else { return None };
            let (_, end) = range(call.arg_list()?.syntax());
            let (start, callee_end) = range(callee.syntax());
            vec![(start, callee_end, path.clone()), (end, end, awaited)]
        }
        ast::Expr::MethodCallExpr(call) => {
            let mut arguments = vec![receiver(checker, &call.receiver()?)?];
            arguments.extend(call.arg_list()?.args().map(|argument| text(&argument)));
            let (start, end) = range(expr.syntax());
            vec![(start, end, format!("{path}({}){awaited}", arguments.join(", ")))]
        }
        _ => return None,
    };
    Some(Fix { title: format!("await `{path}`"), edits })
}

/// Returns the argument for a path that a method was called on: borrowed, as by the method, unless
/// it is a value that is made for the call.
fn receiver(checker: &Checker<'_>, expr: &ast::Expr) -> Option<String> {
    if let ast::Expr::ParenExpr(inner) = expr {
        return receiver(checker, &inner.expr()?);
    }
    let ty = checker.sema.type_of_expr(expr)?.original;
    let name = types::adt_of(&ty)?.name(checker.db);
    if !matches!(name.as_str(), "Path" | "PathBuf") {
        return None;
    }
    let text = text(expr);
    match expr {
        _ if ty.is_mutable_reference() => Some(format!("&*{text}")),
        _ if ty.is_reference() => Some(text),
        ast::Expr::PathExpr(_)
        | ast::Expr::FieldExpr(_)
        | ast::Expr::IndexExpr(_)
        | ast::Expr::PrefixExpr(_) => Some(format!("&{text}")),
        ast::Expr::CallExpr(_)
        | ast::Expr::MethodCallExpr(_)
        | ast::Expr::MacroExpr(_)
        | ast::Expr::TryExpr(_)
        | ast::Expr::AwaitExpr(_) => Some(text),
        _ => None,
    }
}
