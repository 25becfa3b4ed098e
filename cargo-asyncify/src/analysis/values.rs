//! Closures and functions that are passed as values: where they run.

use ra_ap_hir::{Function, HasCrate as _, Local, ModuleDef, PathResolution, Semantics};
use ra_ap_ide_db::RootDatabase;
use ra_ap_syntax::ast;
use ra_ap_syntax::{AstNode as _, SyntaxNode};

use super::Checker;
use super::body::Body;
use super::calls::{Call, strip};
use super::node::Context;

/// What a function does with a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// It runs on another thread.
    Offloaded,
    /// It is kept, and may be called later.
    Stored,
    Called,
}

/// How deep a callback is followed through functions that pass it on.
const DEPTH: usize = 4;

impl<'db> Body<'_, 'db> {
    /// Arguments of a function that is known.
    pub(super) fn arguments(&mut self, call: &Call<'_, 'db>) {
        for (index, argument) in call.arguments.iter().enumerate() {
            if is_future(argument) {
                self.visit(argument.syntax(), call.context.again());
            } else if self.is_callback(argument) {
                match self.checker.callback(call.function, index, DEPTH) {
                    Use::Called => self.value(argument, call.context.again()),
                    Use::Stored => self.value(argument, call.context.may().again()),
                    Use::Offloaded => {}
                }
            } else {
                self.visit(argument.syntax(), call.context);
            }
        }
    }

    /// Arguments of a function that runs its callbacks on another thread.
    pub(super) fn offloaded_arguments(&mut self, arguments: &[ast::Expr], context: Context) {
        for argument in arguments {
            if let ast::Expr::BlockExpr(block) = argument
                && let Some(ast::Expr::ClosureExpr(_)) = block.tail_expr()
            {
                // `{ let path = path.to_owned(); move || .. }`: the copies are made here.
                let statements = block.stmt_list().into_iter().flat_map(|list| list.statements());
                statements.for_each(|statement| self.visit(statement.syntax(), context));
            } else if !is_future(argument) && !self.is_callback(argument) {
                self.visit(argument.syntax(), context);
            }
        }
    }

    /// Arguments of something that is not known: closures run, as far as one can tell.
    pub(super) fn plain_arguments(&mut self, arguments: &[ast::Expr], context: Context) {
        for argument in arguments {
            if self.is_callback(argument) {
                self.value(argument, context.may().again());
            } else {
                self.visit(argument.syntax(), context);
            }
        }
    }

    /// A field of a value that is made: a function in it may be called later.
    pub(super) fn field(&mut self, field: &ast::RecordExprField, context: Context) {
        match field.expr() {
            Some(value) if self.is_callback(&value) => self.value(&value, context.may().again()),
            Some(value) => self.visit(value.syntax(), context),
            None => {}
        }
    }

    /// Arguments of a constructor such as `Some(..)`.
    pub(super) fn stored_arguments(&mut self, arguments: &[ast::Expr], context: Context) {
        self.plain_arguments(arguments, context);
    }

    fn is_callback(&self, argument: &ast::Expr) -> bool {
        match strip(argument.clone()) {
            ast::Expr::ClosureExpr(_) => true,
            ast::Expr::PathExpr(path) => match resolve(self.sema(), &path) {
                Some(PathResolution::Def(ModuleDef::Function(_))) => true,
                Some(PathResolution::Local(local)) => {
                    local.ty(self.db()).is_closure()
                        || initializer(self.db(), local)
                            .is_some_and(|value| self.is_callback(&value))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Runs a closure or a function that a value is.
    pub(super) fn value(&mut self, value: &ast::Expr, context: Context) {
        match strip(value.clone()) {
            ast::Expr::ClosureExpr(closure) => self.closure(&closure, context),
            ast::Expr::PathExpr(path) => match resolve(self.sema(), &path) {
                Some(PathResolution::Def(ModuleDef::Function(function))) => {
                    let node = value.syntax();
                    self.invoke(&Call { function, receiver: None, arguments: &[], node, context });
                }
                Some(PathResolution::Local(local)) => {
                    if let Some(value) = initializer(self.db(), local)
                        && matches!(
                            strip(value.clone()),
                            ast::Expr::ClosureExpr(_) | ast::Expr::PathExpr(_)
                        )
                    {
                        self.value(&value, context);
                    }
                }
                _ => {}
            },
            other => self.visit(other.syntax(), context),
        }
    }
}

fn is_future(argument: &ast::Expr) -> bool {
    matches!(strip(argument.clone()), ast::Expr::BlockExpr(block) if block.async_token().is_some())
}

fn resolve<'db>(
    sema: &Semantics<'db, RootDatabase>,
    path: &ast::PathExpr,
) -> Option<PathResolution<'db>> {
    sema.resolve_path(&path.path()?)
}

/// Returns what a variable is bound to by `let`.
fn initializer(db: &RootDatabase, local: Local<'_>) -> Option<ast::Expr> {
    let pattern = local.primary_source(db).into_ident_pat()?;
    ast::LetStmt::cast(pattern.syntax().parent()?)?.initializer()
}

impl Checker<'_> {
    /// Returns what a function does with its argument of this index, `self` not counted.
    pub(super) fn callback(&self, function: Function, index: usize, depth: usize) -> Use {
        let key = (function, index);
        if let Some(known) = self.callbacks.borrow().get(&key) {
            return *known;
        }
        // For a function that passes it to itself.
        self.callbacks.borrow_mut().insert(key, Use::Offloaded);
        let found = self.find_callback(function, index, depth);
        self.callbacks.borrow_mut().insert(key, found);
        found
    }

    fn find_callback(&self, function: Function, index: usize, depth: usize) -> Use {
        let db = self.db;
        if self.rules.offloads(function) {
            return Use::Offloaded;
        }
        let krate = function.krate(db);
        if krate.is_builtin(db) {
            let name = function.name(db);
            let stores = ["new", "from", "pin", "push", "push_back", "insert", "replace", "set"];
            let lazy = self.is_lazy_method(function);
            return if stores.contains(&name.as_str()) && !lazy {
                Use::Stored
            } else {
                Use::Called
            };
        }
        if !self.enters(krate) {
            return Use::Called;
        }
        if depth == 0 {
            return Use::Stored;
        }
        let Some(source) = self.sema.source(function) else { return Use::Stored };
        let Some(body) = source.value.body() else { return Use::Stored };
        let params = function.params_without_self(db);
        let Some(local) = params.get(index).and_then(|param| param.as_local(db)) else {
            return Use::Stored;
        };
        let uses = body.syntax().descendants().filter_map(ast::PathExpr::cast);
        let uses =
            uses.filter(|path| resolve(&self.sema, path) == Some(PathResolution::Local(local)));
        let uses: Vec<_> = uses.map(|path| self.use_of(&path, depth)).collect();
        if uses.contains(&Use::Offloaded) && uses.contains(&Use::Called) {
            // One or the other, as it decides.
            return Use::Stored;
        }
        uses.into_iter().max().unwrap_or(Use::Stored)
    }

    fn use_of(&self, path: &ast::PathExpr, depth: usize) -> Use {
        let off = |node: SyntaxNode| self.is_offloaded(&node) || self.is_without_runtime(&node);
        if path.syntax().ancestors().any(off) {
            return Use::Offloaded;
        }
        let Some(parent) = path.syntax().parent() else { return Use::Stored };
        if let Some(call) = ast::CallExpr::cast(parent.clone()) {
            return if call.expr().is_some_and(|callee| callee.syntax() == path.syntax()) {
                Use::Called
            } else {
                Use::Stored
            };
        }
        if ast::ParenExpr::can_cast(parent.kind())
            && parent.parent().is_some_and(|node| ast::CallExpr::can_cast(node.kind()))
        {
            return Use::Called;
        }
        let Some(list) = ast::ArgList::cast(parent) else { return Use::Stored };
        let Some(index) = list.args().position(|arg| arg.syntax() == path.syntax()) else {
            return Use::Stored;
        };
        match list.syntax().parent().and_then(|call| self.callee(&call)) {
            Some(function) => self.callback(function, index, depth - 1),
            None => Use::Stored,
        }
    }

    /// Whether a node is an argument, or in one, that runs on another thread.
    fn is_offloaded(&self, node: &SyntaxNode) -> bool {
        if let Some(call) = ast::MacroCall::cast(node.clone()) {
            let name = call.path().map(|path| path.syntax().text().to_string()).unwrap_or_default();
            return self.rules.list.offload_macros.iter().any(|known| name.ends_with(known));
        }
        if !ast::ClosureExpr::can_cast(node.kind()) {
            return false;
        }
        let Some(list) = node.parent().and_then(ast::ArgList::cast) else { return false };
        let callee = list.syntax().parent().and_then(|call| self.callee(&call));
        callee.is_some_and(|function| self.rules.offloads(function))
    }

    /// Whether a node is in an argument of a function that spawns.
    pub(super) fn is_spawned(&self, node: &SyntaxNode) -> bool {
        node.ancestors().filter_map(ast::ArgList::cast).any(|list| {
            let callee = list.syntax().parent().and_then(|call| self.callee(&call));
            callee.is_some_and(|function| self.rules.spawns(function))
        })
    }

    /// Whether a node is run only where the thread has no runtime, and so no event loop: the `Err`
    /// of `Handle::try_current()`.
    pub(super) fn is_without_runtime(&self, node: &SyntaxNode) -> bool {
        let finds_runtime = |expr: Option<ast::Expr>| {
            let callee = expr.and_then(|expr| self.callee(expr.syntax()));
            callee.is_some_and(|function| self.rules.finds_runtime(function))
        };
        let constructs = |pat: Option<ast::Pat>, name: &str| match pat {
            Some(ast::Pat::TupleStructPat(pat)) => pat.path().is_some_and(|path| {
                path.segment().is_some_and(|word| word.syntax().text() == name)
            }),
            _ => false,
        };
        let Some(parent) = node.parent() else { return false };
        if let Some(arm) = ast::MatchArm::cast(node.clone()) {
            let found = parent.parent().and_then(ast::MatchExpr::cast);
            return constructs(arm.pat(), "Err")
                && found.is_some_and(|found| finds_runtime(found.expr()));
        }
        if !ast::BlockExpr::can_cast(node.kind()) {
            return false;
        }
        if ast::LetElse::can_cast(parent.kind()) {
            return parent.parent().and_then(ast::LetStmt::cast).is_some_and(|found| {
                constructs(found.pat(), "Ok") && finds_runtime(found.initializer())
            });
        }
        let Some(branches) = ast::IfExpr::cast(parent) else { return false };
        let first = branches.then_branch().is_some_and(|then| then.syntax() == node);
        match branches.condition() {
            Some(ast::Expr::LetExpr(found)) => {
                constructs(found.pat(), if first { "Err" } else { "Ok" })
                    && finds_runtime(found.expr())
            }
            Some(ast::Expr::MethodCallExpr(found)) => {
                let name = if first { "is_err" } else { "is_ok" };
                found.name_ref().is_some_and(|word| word.text() == name)
                    && finds_runtime(found.receiver())
            }
            _ => false,
        }
    }

    fn callee(&self, call: &SyntaxNode) -> Option<Function> {
        if let Some(call) = ast::MethodCallExpr::cast(call.clone()) {
            return self.sema.resolve_method_call(&call);
        }
        let call = ast::CallExpr::cast(call.clone())?;
        let ast::Expr::PathExpr(path) = call.expr()? else { return None };
        match resolve(&self.sema, &path)? {
            PathResolution::Def(ModuleDef::Function(function)) => Some(function),
            _ => None,
        }
    }
}
