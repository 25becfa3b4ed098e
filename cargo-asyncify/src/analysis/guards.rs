//! Guards of locks that live across an await.

use ra_ap_hir::{Access, Type};
use ra_ap_syntax::ast::{self, HasName as _};
use ra_ap_syntax::{AstNode as _, SyntaxNode, TextRange, TextSize};

use super::body::Body;
use super::node::{Context, Mode, Target};
use super::rules::RuleId;
use super::types;

impl<'db> Body<'_, 'db> {
    /// `let guard = lock.lock()`, with an await before the end of its block.
    pub(super) fn guard_of_let(&mut self, statement: &ast::LetStmt, context: Context) {
        if context.mode != Mode::Async {
            return;
        }
        let (Some(ast::Pat::IdentPat(pattern)), Some(value)) =
            (statement.pat(), statement.initializer())
        else {
            return;
        };
        let (Some(name), Some(ty)) = (pattern.name(), self.type_of(&value)) else { return };
        let Some((rule, call)) = self.lock_in(value.syntax()) else { return };
        if !self.is_guard(&ty) {
            return;
        }
        let name = name.text().to_string();
        let after = statement.syntax().text_range().end();
        let Some(block) = statement.syntax().parent() else { return };
        let end = dropped(&block, &name, after).unwrap_or(block.text_range().end());
        self.held.push(TextRange::new(after, end));
        if awaits(&block, after, end) {
            self.lock_site(rule, &call, context);
        }
    }

    /// `match lock.lock().state { .. }`: what the scrutinee locks is locked to the end.
    pub(super) fn guard_of_scrutinee(
        &mut self,
        scrutinee: Option<ast::Expr>,
        whole: &SyntaxNode,
        context: Context,
    ) {
        let Some(scrutinee) = scrutinee.filter(|_| context.mode == Mode::Async) else { return };
        let Some((rule, call)) = self.lock_in(scrutinee.syntax()) else { return };
        let after = scrutinee.syntax().text_range().end();
        if awaits(whole, after, whole.text_range().end()) {
            self.lock_site(rule, &call, context);
        }
    }

    /// The guard that a call returns lives to the end of its statement, where it has no name.
    pub(super) fn hold_temporary(&mut self, call: &SyntaxNode) {
        let start = call.text_range().end();
        self.held.push(TextRange::new(start, end_of_temporaries(call).max(start)));
    }

    /// Returns the call that locks in an expression, closures and blocks in it not counted.
    fn lock_in(&self, node: &SyntaxNode) -> Option<(RuleId, SyntaxNode)> {
        if let Some(call) = ast::MethodCallExpr::cast(node.clone())
            && let Some(function) = self.sema().resolve_method_call(&call)
            && let Some(rule) = self.checker.rules.guard_of(function)
        {
            return Some((rule, node.clone()));
        }
        let inner = node.children().filter(|node| {
            !ast::ClosureExpr::can_cast(node.kind()) && !ast::BlockExpr::can_cast(node.kind())
        });
        inner.into_iter().find_map(|node| self.lock_in(&node))
    }

    fn is_guard(&self, ty: &Type<'db>) -> bool {
        let mut found = false;
        ty.walk(self.db(), |part| {
            found |=
                part.as_adt().is_some_and(|adt| adt.name(self.db()).as_str().contains("Guard"));
        });
        found
    }

    fn lock_site(&mut self, rule: RuleId, call: &SyntaxNode, context: Context) {
        let called = self.checker.rules.rule(rule).path.clone();
        self.site(Target::Rule(rule), called, call, context);
    }

    /// Follows the `Drop` of what a variable holds, unless it is moved away.
    pub(super) fn drop_of_let(&mut self, statement: &ast::LetStmt, context: Context) {
        let (Some(ast::Pat::IdentPat(pattern)), Some(_)) =
            (statement.pat(), statement.initializer())
        else {
            return;
        };
        let Some(ty) = self.sema().type_of_binding_in_pat(&pattern) else { return };
        if ty.is_reference() {
            return;
        }
        let drops = self.checker.drops(&ty);
        let (Some(name), Some(block)) = (pattern.name(), statement.syntax().parent()) else {
            return;
        };
        let after = statement.syntax().text_range().end();
        if drops.is_empty() || self.is_moved(&block, &name.text(), after) {
            return;
        }
        for function in drops {
            let node = self.checker.node(super::node::Key::Function(function, types::Env::new()));
            let called = types::path(self.db(), function);
            self.site(Target::Node(node), called, pattern.syntax(), context);
        }
    }

    /// Whether a variable is used by value in its block.
    fn is_moved(&self, block: &SyntaxNode, name: &str, after: TextSize) -> bool {
        let uses = block.descendants().filter_map(ast::PathExpr::cast);
        let mut uses = uses.filter(|path| {
            path.syntax().text() == name && path.syntax().text_range().start() >= after
        });
        uses.any(|path| self.moves(&path))
    }

    fn moves(&self, path: &ast::PathExpr) -> bool {
        let Some(parent) = path.syntax().parent() else { return false };
        if let Some(call) = ast::MethodCallExpr::cast(parent.clone())
            && call.receiver().is_some_and(|receiver| receiver.syntax() == path.syntax())
        {
            let function = self.sema().resolve_method_call(&call);
            let param = function.and_then(|function| function.self_param(self.db()));
            return param.is_some_and(|param| param.access(self.db()) == Access::Owned);
        }
        // `drop(value)` runs the destructor here as well.
        let dropped = parent.parent().and_then(ast::CallExpr::cast).is_some_and(|call| {
            call.expr().is_some_and(|callee| {
                matches!(callee.syntax().text().to_string().as_str(), "drop" | "mem::drop")
            })
        });
        let borrowed = ast::RefExpr::can_cast(parent.kind())
            || ast::FieldExpr::can_cast(parent.kind())
            || ast::MacroCall::can_cast(parent.kind());
        !borrowed && !dropped
    }
}

/// Returns where the temporaries of an expression are dropped: after its statement, and before the
/// branches of `if` and `while` without `let`.
fn end_of_temporaries(node: &SyntaxNode) -> TextSize {
    let mut node = node.clone();
    while let Some(parent) = node.parent() {
        let condition = |expr: Option<ast::Expr>| {
            expr.is_some_and(|expr| {
                expr.syntax() == &node
                    && !node.descendants().any(|node| ast::LetExpr::can_cast(node.kind()))
            })
        };
        let ends = ast::StmtList::can_cast(parent.kind())
            || ast::ClosureExpr::can_cast(parent.kind())
            || ast::IfExpr::cast(parent.clone()).is_some_and(|expr| condition(expr.condition()))
            || ast::WhileExpr::cast(parent.clone()).is_some_and(|expr| condition(expr.condition()));
        if ends {
            break;
        }
        node = parent;
    }
    node.text_range().end()
}

/// Returns where `drop(name)` ends the life of a guard, at the level of its own block.
fn dropped(block: &SyntaxNode, name: &str, after: TextSize) -> Option<TextSize> {
    let statements = block.children().filter(|node| node.text_range().start() >= after);
    statements.filter_map(ast::ExprStmt::cast).find_map(|statement| {
        let ast::Expr::CallExpr(call) = statement.expr()? else { return None };
        takes(&call, name).then(|| call.syntax().text_range().start())
    })
}

/// Whether a call takes the variable by value.
fn takes(call: &ast::CallExpr, name: &str) -> bool {
    super::body::arguments(call).iter().any(|argument| {
        matches!(argument, ast::Expr::PathExpr(_)) && argument.syntax().text() == name
    })
}

/// Whether a range of a node awaits, in the node's own future.
fn awaits(node: &SyntaxNode, after: TextSize, before: TextSize) -> bool {
    let range = node.text_range();
    if range.end() <= after || range.start() >= before {
        return false;
    }
    let inside = range.start() >= after;
    if inside {
        if ast::AwaitExpr::can_cast(node.kind()) {
            return true;
        }
        if ast::ClosureExpr::can_cast(node.kind())
            || ast::BlockExpr::cast(node.clone()).is_some_and(|block| block.async_token().is_some())
            || ast::Fn::can_cast(node.kind())
        {
            return false;
        }
        if let Some(call) = ast::MacroCall::cast(node.clone()) {
            let name = call.path().map(|path| path.syntax().text().to_string()).unwrap_or_default();
            let awaits = ["select", "join", "try_join"];
            let text = call.syntax().text().to_string();
            return awaits.contains(&name.rsplit("::").next().unwrap_or_default())
                || text.contains(".await");
        }
    }
    node.children().any(|child| awaits(&child, after, before))
}
