//! Guards of blocking locks that are held over an await.
//!
//! To lock for a moment is right in async code. To hold the lock over an await is not: the task may
//! rest there for any time, and whoever wants the lock meanwhile blocks a thread of the executor.

use syn::visit::{self, Visit};
use syn::{Expr, ExprAsync, ExprAwait, ExprClosure, ExprMethodCall, Ident, Item, Pat, Stmt};

use super::list::Listed;
use super::names::Meaning;
use super::report::Finding;
use super::walk::Walk;

/// What is wrong with a `let` that takes a guard, if an await follows in its block before the guard
/// is dropped or given away.
pub(super) fn held_over_await(walk: &Walk, statement: &Stmt, rest: &[Stmt]) -> Option<Finding> {
    let Stmt::Local(local) = statement else { return None };
    let Pat::Ident(guard) = &local.pat else { return None };
    let (lock, is_unwrapped) = locking_call(&local.init.as_ref()?.expr)?;
    let meaning = lock_of(walk, lock, is_unwrapped)?;
    let Some(Listed::Guard(group)) = walk.list.path(meaning.path()) else { return None };
    let counts = (meaning.is_sure() || is_unwrapped) && !walk.is_allowed(meaning.path());
    (counts && awaits_with(&guard.ident, rest))
        .then(|| Finding::guard(&lock.method, meaning.path(), group))
}

/// The call in `mutex.lock().unwrap()`, and whether something is around it that no future has.
fn locking_call(expr: &Expr) -> Option<(&ExprMethodCall, bool)> {
    match expr {
        Expr::MethodCall(call)
            if ["lock", "read", "write"].iter().any(|name| call.method == name) =>
        {
            call.args.is_empty().then_some((call, false))
        }
        Expr::MethodCall(call)
            if ["unwrap", "expect", "unwrap_or_else"].iter().any(|name| call.method == name) =>
        {
            Some((locking_call(&call.receiver)?.0, true))
        }
        Expr::Paren(inner) => locking_call(&inner.expr),
        Expr::Group(inner) => locking_call(&inner.expr),
        _ => None,
    }
}

/// What is locked: by its type, or else, of a `lock`, by the poison that only the standard library's
/// mutex has. A `read` or `write` of something unseen is rather one of a file or socket.
fn lock_of(walk: &Walk, lock: &ExprMethodCall, is_unwrapped: bool) -> Option<Meaning> {
    if let Some(ty) = walk.values.of(&lock.receiver) {
        return Some(ty.method(&lock.method.to_string()));
    }
    let is_mutex = is_unwrapped && lock.method == "lock";
    is_mutex.then(|| Meaning::Guess("std::sync::Mutex::lock".to_owned()))
}

fn awaits_with(guard: &Ident, rest: &[Stmt]) -> bool {
    let mut search = Search { guard, end: None };
    for statement in rest {
        search.visit_stmt(statement);
    }
    search.end == Some(End::Awaits)
}

#[derive(PartialEq)]
enum End {
    Awaits,
    GivenAway,
}

/// Looks for what comes first.
struct Search<'a> {
    guard: &'a Ident,
    end: Option<End>,
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        if self.end.is_some() {
            return;
        }
        visit::visit_expr(self, expr);
        if matches!(expr, Expr::Path(path) if path.path.is_ident(self.guard)) {
            self.end = Some(End::GivenAway);
        }
    }

    /// What is done through the guard leaves it where it is.
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if !self.is_guard(&call.receiver) {
            self.visit_expr(&call.receiver);
        }
        for argument in &call.args {
            self.visit_expr(argument);
        }
    }

    fn visit_expr_field(&mut self, field: &'ast syn::ExprField) {
        if !self.is_guard(&field.base) {
            self.visit_expr(&field.base);
        }
    }

    fn visit_expr_index(&mut self, index: &'ast syn::ExprIndex) {
        if !self.is_guard(&index.expr) {
            self.visit_expr(&index.expr);
        }
        self.visit_expr(&index.index);
    }

    fn visit_expr_reference(&mut self, reference: &'ast syn::ExprReference) {
        if !self.is_guard(&reference.expr) {
            self.visit_expr(&reference.expr);
        }
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        if !self.is_guard(&unary.expr) {
            self.visit_expr(&unary.expr);
        }
    }

    fn visit_expr_await(&mut self, awaited: &'ast ExprAwait) {
        self.visit_expr(&awaited.base);
        self.end.get_or_insert(End::Awaits);
    }

    // Awaits in these are none of this code.
    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}

impl Search<'_> {
    fn is_guard(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Path(path) if path.path.is_ident(self.guard))
    }
}
