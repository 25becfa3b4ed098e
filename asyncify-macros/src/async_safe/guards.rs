//! Guards of blocking locks that are held over an await.
//!
//! To lock a mutex for a moment is fine in async code. To hold the lock over an await is not: the
//! task may stay there for any time, and a task that waits for the lock blocks its thread.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprMethodCall, Pat, Stmt};

use super::list::Listed;
use super::names::Meaning;
use super::report::Finding;
use super::walk::Walk;

/// Returns the problem of a `let` that binds a guard, if its block has an await before the guard is
/// dropped or moved.
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

/// Returns the call in `mutex.lock().unwrap()`, and whether a method around it is one that no
/// future has.
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

/// Returns the kind of lock: by its type, or for `lock` by the handling of poison, which only the
/// standard library's mutex has. A `read` or `write` of an unknown type is more likely one of a
/// file.
fn lock_of(walk: &Walk, lock: &ExprMethodCall, is_unwrapped: bool) -> Option<Meaning> {
    if let Some(ty) = walk.values.of(&lock.receiver) {
        return Some(ty.method(&lock.method.to_string()));
    }
    let is_mutex = is_unwrapped && lock.method == "lock";
    is_mutex.then(|| Meaning::Guess("std::sync::Mutex::lock".to_owned()))
}

fn awaits_with(guard: &Ident, rest: &[Stmt]) -> bool {
    let ends = rest.iter().find_map(|statement| first_end(guard, statement.to_token_stream()));
    ends == Some(End::Awaits)
}

#[derive(PartialEq)]
enum End {
    Awaits,
    GivenAway,
}

/// Returns which comes first. Works on tokens: syntax says no more, and another visitor of all
/// syntax would be a tenth of the time that this crate takes to build.
fn first_end(guard: &Ident, tokens: TokenStream) -> Option<End> {
    let mut tokens = tokens.into_iter().peekable();
    let mut before = None;
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(word) if word == "await" => return Some(End::Awaits),
            // The await in it belongs to another future.
            TokenTree::Ident(word) if word == "async" => {
                tokens.find(|token| is_group(token, Delimiter::Brace));
            }
            // A method call or a borrow does not move the guard.
            TokenTree::Ident(word) if word == guard => {
                let is_used = tokens
                    .peek()
                    .is_some_and(|next| is_punct(next, '.') || is_group(next, Delimiter::Bracket));
                let is_borrowed = before.as_ref().is_some_and(|before| {
                    is_punct(before, '&') || is_punct(before, '*') || before.to_string() == "mut"
                });
                if !is_used && !is_borrowed {
                    return Some(End::GivenAway);
                }
            }
            TokenTree::Group(group) => {
                let end = first_end(guard, group.stream());
                if end.is_some() {
                    return end;
                }
            }
            _ => {}
        }
        before = Some(token);
    }
    None
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn is_group(token: &TokenTree, wanted: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == wanted)
}
