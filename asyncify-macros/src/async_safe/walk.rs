//! Walks the code: what is async, what is called there, and how.

use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Attribute, Block, Expr, ExprCall, ExprClosure, ExprMethodCall, FnArg, Item, Macro, Meta,
    Pat, Signature, Stmt, Type,
};

use super::guards;
use super::list::List;
use super::macros;
use super::names::{Meaning, ScopeKind};
use super::options::{Level, Options};
use super::report::{self, Finding};
use super::shapes;
use super::values::Values;

pub(super) struct Walk {
    pub(super) list: &'static List,
    pub(super) values: Values,
    pub(super) options: Options,
    is_async: bool,
    /// The next expression is used in a way that no future can be: by `?`, by `unwrap()`, or as a
    /// statement.
    is_value: bool,
    /// The type of `self`.
    self_type: Option<Meaning>,
    found: Found,
}

/// The results of the walk.
#[derive(Default)]
pub(super) struct Found {
    /// What is reported beside the item.
    pub(super) beside: Vec<Finding>,
    /// Whether warnings were written into the item.
    pub(super) within: bool,
}

impl Walk {
    pub(super) fn new(list: &'static List, options: Options) -> Self {
        Self {
            list,
            values: Values::new(list),
            options,
            is_async: false,
            is_value: false,
            self_type: None,
            found: Found::default(),
        }
    }

    pub(super) fn item(&mut self, item: &mut Item) {
        self.values.names.enter(ScopeKind::Module, std::iter::empty());
        self.visit_item_mut(item);
        self.values.names.leave();
    }

    pub(super) fn found(self) -> Found {
        self.found
    }

    /// Walks a part of the code in which more names are in scope.
    fn within(&mut self, kind: ScopeKind, items: &[Item], walk: impl FnOnce(&mut Self)) {
        self.values.names.enter(kind, items.iter());
        walk(self);
        self.values.names.leave();
    }

    fn within_async(&mut self, is_async: bool, walk: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.is_async, is_async);
        walk(self);
        self.is_async = outside;
    }

    fn function(&mut self, attrs: &[Attribute], sig: &Signature, body: &mut Block) {
        if is_taken(attrs) {
            return;
        }
        let outside = self.found.beside.len();
        self.within_async(sig.asyncness.is_some(), |walk| {
            walk.within(ScopeKind::Function, &[], |walk| {
                walk.parameters(sig);
                walk.visit_block_mut(body);
            });
        });
        if self.options.level == Level::Warn {
            for finding in self.found.beside.drain(outside..).rev() {
                body.stmts.insert(0, Stmt::Expr(Expr::Verbatim(report::warning(&finding)), None));
                self.found.within = true;
            }
        }
    }

    fn parameters(&mut self, sig: &Signature) {
        for input in &sig.inputs {
            match input {
                FnArg::Typed(input) => {
                    let ty = self.values.of_type(&input.ty);
                    self.values.bind(&input.pat, ty);
                    if let (Pat::Ident(name), Type::Reference(_)) = (&*input.pat, &*input.ty) {
                        self.values.names.refers(&name.ident);
                    }
                }
                FnArg::Receiver(receiver) => {
                    let ident = syn::Ident::from(receiver.self_token);
                    self.values.names.bind(&ident, self.self_type.clone());
                }
            }
        }
    }

    /// Walks an `impl`, or a `trait`, whose `Self` has no type.
    fn block_of(&mut self, self_type: Option<&Type>, walk: impl FnOnce(&mut Self)) {
        let ty = self_type.and_then(|ty| self.values.of_type(ty));
        let outside = std::mem::replace(&mut self.self_type, ty);
        walk(self);
        self.self_type = outside;
    }

    /// A closure that is passed to an adapter such as `map` runs where it is created. Any other
    /// closure is unknown: most are created for another thread. One whose body is an async block is
    /// async.
    fn closure(&mut self, closure: &mut ExprClosure, is_adapted: bool) {
        let makes_future = closure.asyncness.is_some() || matches!(*closure.body, Expr::Async(_));
        let runs_here = is_adapted && self.is_async;
        if !makes_future && !runs_here {
            return;
        }
        self.within(ScopeKind::Block, &[], |walk| {
            for pattern in &closure.inputs {
                walk.values.bind(pattern, None);
            }
            walk.within_async(true, |walk| walk.visit_expr_mut(&mut closure.body));
        });
    }

    fn arguments<'a>(&mut self, arguments: impl Iterator<Item = &'a mut Expr>, is_adapter: bool) {
        for argument in arguments {
            match argument {
                Expr::Closure(closure) => self.closure(closure, is_adapter),
                other => self.visit_expr_mut(other),
            }
        }
    }

    fn call(&mut self, call: &mut ExprCall, is_value: bool, is_awaited: bool) {
        if self.is_async && !is_awaited {
            self.found.beside.extend(self.check_call(call, is_value));
        }
        if !matches!(*call.func, Expr::Path(_)) {
            self.visit_expr_mut(&mut call.func);
        }
        self.arguments(call.args.iter_mut(), false);
    }

    /// In source order: the receiver, the method, the arguments.
    fn method_call(&mut self, call: &mut ExprMethodCall, is_value: bool, is_awaited: bool) {
        let method = call.method.to_string();
        self.is_value = shapes::is_value_method(&method);
        self.visit_expr_mut(&mut call.receiver);
        if self.is_async && !is_awaited {
            self.found.beside.extend(self.check_method(call, is_value));
        }
        self.arguments(call.args.iter_mut(), shapes::is_adapter(&method));
    }

    /// Walks the input of a macro. `asyncify!` runs its input elsewhere.
    fn macro_call(&mut self, call: &Macro) {
        if self.is_async && call.path.segments.last().is_none_or(|name| name.ident != "asyncify") {
            // Copies: calls in them are reported at their tokens, and the macro gets the originals.
            for expr in &mut macros::expressions(call) {
                self.visit_expr_mut(expr);
            }
        }
    }

    /// Walks a condition, and then the code that sees the variables that it binds.
    fn branch(&mut self, condition: &mut Expr, walk: impl FnOnce(&mut Self)) {
        self.within(ScopeKind::Block, &[], |this| {
            this.is_value = true;
            this.visit_expr_mut(condition);
            walk(this);
        });
    }

    /// An expression that is awaited directly is a future: it does not block, whatever its name.
    fn awaited(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Call(call) => self.call(call, false, true),
            Expr::MethodCall(call) => self.method_call(call, false, true),
            Expr::Paren(inner) => self.awaited(&mut inner.expr),
            Expr::Group(inner) => self.awaited(&mut inner.expr),
            other => self.visit_expr_mut(other),
        }
    }

    /// An expression in whose place there cannot be a future.
    fn value(&mut self, expr: &mut Expr) {
        self.is_value = true;
        self.visit_expr_mut(expr);
    }
}

impl VisitMut for Walk {
    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Fn(item) => self.function(&item.attrs, &item.sig, &mut item.block),
            Item::Impl(item) if !is_taken(&item.attrs) => {
                let ty = (*item.self_ty).clone();
                self.block_of(Some(&ty), |walk| visit_mut::visit_item_impl_mut(walk, item));
            }
            Item::Trait(item) if !is_taken(&item.attrs) => {
                self.block_of(None, |walk| visit_mut::visit_item_trait_mut(walk, item));
            }
            Item::Mod(item) if !is_taken(&item.attrs) => {
                let Some((_, items)) = &mut item.content else { return };
                self.values.names.enter(ScopeKind::Module, items.iter());
                for item in items.iter() {
                    if let Item::Struct(item) = item {
                        self.values.declare(item);
                    }
                }
                for item in items {
                    self.visit_item_mut(item);
                }
                self.values.names.leave();
            }
            _ => {}
        }
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &mut item.block);
    }

    fn visit_trait_item_fn_mut(&mut self, item: &mut syn::TraitItemFn) {
        if let Some(body) = &mut item.default {
            self.function(&item.attrs, &item.sig, body);
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        self.is_value = false;
        let items = block.stmts.iter().filter_map(|statement| match statement {
            Stmt::Item(item) => Some(item),
            _ => None,
        });
        self.values.names.enter(ScopeKind::Block, items);
        for position in 0..block.stmts.len() {
            if self.is_async {
                let (before, rest) = block.stmts.split_at(position + 1);
                let guard = guards::held_over_await(self, &before[position], rest);
                self.found.beside.extend(guard);
            }
            self.visit_stmt_mut(&mut block.stmts[position]);
        }
        self.values.names.leave();
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        match statement {
            Stmt::Local(local) => {
                let ty = local.init.as_ref().and_then(|init| self.values.of(&init.expr));
                if let Some(init) = &mut local.init {
                    self.is_value = shapes::is_variant(&local.pat);
                    self.visit_expr_mut(&mut init.expr);
                    if let Some((_, diverge)) = &mut init.diverge {
                        self.visit_expr_mut(diverge);
                    }
                }
                self.values.bind(&local.pat, ty);
            }
            Stmt::Expr(expr, semicolon) => {
                self.is_value = semicolon.is_some();
                self.visit_expr_mut(expr);
            }
            Stmt::Macro(statement) => self.macro_call(&statement.mac),
            Stmt::Item(item) => self.visit_item_mut(item),
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let is_value = std::mem::take(&mut self.is_value);
        match expr {
            Expr::Call(call) => self.call(call, is_value, false),
            Expr::MethodCall(call) => self.method_call(call, is_value, false),
            Expr::Await(awaited) => self.awaited(&mut awaited.base),
            Expr::Async(block) => {
                self.within_async(true, |walk| walk.visit_block_mut(&mut block.block));
            }
            Expr::Closure(closure) => self.closure(closure, false),
            Expr::Macro(call) => self.macro_call(&call.mac),
            Expr::Try(inner) => self.value(&mut inner.expr),
            Expr::Unary(inner) => self.value(&mut inner.expr),
            Expr::Field(inner) => self.value(&mut inner.base),
            Expr::Index(inner) => {
                self.value(&mut inner.expr);
                self.value(&mut inner.index);
            }
            Expr::Binary(both) => {
                self.value(&mut both.left);
                self.value(&mut both.right);
            }
            Expr::Paren(inner) => {
                self.is_value = is_value;
                self.visit_expr_mut(&mut inner.expr);
            }
            Expr::Group(inner) => {
                self.is_value = is_value;
                self.visit_expr_mut(&mut inner.expr);
            }
            Expr::Let(scrutinee) => {
                let ty = self.values.of(&scrutinee.expr);
                self.is_value = shapes::is_variant(&scrutinee.pat);
                self.visit_expr_mut(&mut scrutinee.expr);
                self.values.bind(&scrutinee.pat, ty);
            }
            Expr::If(branches) => {
                let then = &mut branches.then_branch;
                self.branch(&mut branches.cond, |walk| walk.visit_block_mut(then));
                if let Some((_, otherwise)) = &mut branches.else_branch {
                    self.visit_expr_mut(otherwise);
                }
            }
            Expr::While(repeated) => {
                let body = &mut repeated.body;
                self.branch(&mut repeated.cond, |walk| walk.visit_block_mut(body));
            }
            Expr::ForLoop(repeated) => {
                let (pattern, body) = (&repeated.pat, &mut repeated.body);
                self.branch(&mut repeated.expr, |walk| {
                    walk.values.bind(pattern, None);
                    walk.visit_block_mut(body);
                });
            }
            Expr::Match(matched) => {
                let ty = self.values.of(&matched.expr);
                self.is_value = matched.arms.iter().any(|arm| shapes::is_variant(&arm.pat));
                self.visit_expr_mut(&mut matched.expr);
                for Arm { pat, body, .. } in &mut matched.arms {
                    self.within(ScopeKind::Block, &[], |walk| {
                        walk.values.bind(pat, ty.clone());
                        if let Pat::Guard(guarded) = pat {
                            walk.value(&mut guarded.guard);
                        }
                        walk.visit_expr_mut(body);
                    });
                }
            }
            other => visit_mut::visit_expr_mut(self, other),
        }
    }
}

/// Returns whether an attribute of this crate takes an item away: `sync_to_async` moves it to a
/// thread that may block, and `async_safe` checks it by itself.
fn is_taken(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let is = |name: &str| attr.path().segments.last().is_some_and(|last| last.ident == name);
        let skips = matches!(&attr.meta, Meta::List(list) if list.tokens.to_string() == "skip");
        is("async_safe") || is("sync_to_async") && !skips
    })
}
