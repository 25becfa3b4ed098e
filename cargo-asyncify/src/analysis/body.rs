//! Walks one body and collects the calls that matter, with the context that they run in.

use std::collections::HashSet;

use ra_ap_hir::{Crate, Function, HasCrate as _, PathResolution, Semantics, Static};
use ra_ap_ide_db::RootDatabase;
use ra_ap_syntax::ast::{self, HasLoopBody as _};
use ra_ap_syntax::{AstNode as _, SyntaxNode, TextRange, match_ast};

use super::Checker;
use super::node::{Context, Key, Mode, Site, Target};
use super::types::{self, Env};

pub(super) struct Body<'c, 'db> {
    pub(super) checker: &'c Checker<'db>,
    pub(super) env: Env<'db>,
    /// Whether it is a body of the workspace.
    pub(super) member: bool,
    pub(super) sites: Vec<Site>,
    /// Functions that are declared in the body.
    pub(super) nested: Vec<Function>,
    /// Where the guard of a lock is held.
    pub(super) held: Vec<TextRange>,
    pub(super) unresolved: usize,
    pub(super) unexpanded: usize,
    seen: HashSet<(u32, TextRange, Target, Mode)>,
}

impl<'c, 'db> Body<'c, 'db> {
    fn new(checker: &'c Checker<'db>, krate: Crate, env: Env<'db>) -> Self {
        Self {
            checker,
            env,
            member: checker.is_member(krate),
            sites: Vec::new(),
            nested: Vec::new(),
            held: Vec::new(),
            unresolved: 0,
            unexpanded: 0,
            seen: HashSet::new(),
        }
    }

    /// Walks the body of a function; `None` if it has none that can be seen.
    pub(super) fn of_function(
        checker: &'c Checker<'db>,
        function: Function,
        env: Env<'db>,
    ) -> Option<Self> {
        let mut body = Self::new(checker, function.krate(checker.db), env);
        let source = body.sema().source(function)?.value;
        if checker.has_offload_attribute(&source) {
            return Some(body);
        }
        let mode = if function.is_async(checker.db) || types::is_poll(checker.db, function) {
            Mode::Async
        } else {
            Mode::Sync
        };
        body.children(source.body()?.syntax(), Context::new(mode));
        Some(body)
    }

    pub(super) fn of_static(checker: &'c Checker<'db>, item: Static) -> Option<Self> {
        let mut body = Self::new(checker, item.krate(checker.db), Env::new());
        let source = body.sema().source(item)?.value;
        body.visit(source.body()?.syntax(), Context::new(Mode::Sync));
        Some(body)
    }

    pub(super) fn db(&self) -> &'db RootDatabase {
        self.checker.db
    }

    pub(super) fn sema(&self) -> &'c Semantics<'db, RootDatabase> {
        &self.checker.sema
    }

    pub(super) fn children(&mut self, node: &SyntaxNode, context: Context) {
        for child in node.children() {
            self.visit(&child, context);
        }
    }

    pub(super) fn visit(&mut self, node: &SyntaxNode, context: Context) {
        if context.mode == Mode::Off || self.checker.is_without_runtime(node) {
            return;
        }
        match_ast! {
            match node {
                ast::MacroCall(call) => self.macro_call(&call, context),
                ast::Item(item) => self.item(&item),
                ast::BlockExpr(block) => {
                    let context =
                        if block.async_token().is_some() { context.polled() } else { context };
                    self.children(node, context);
                },
                ast::ClosureExpr(closure) => {
                    // One with a name runs where the name is used, and any other that is no
                    // argument is kept: in a field, in a list, in what is returned.
                    if !is_initializer(closure.syntax()) {
                        self.closure(&closure, context.may().again());
                    }
                },
                ast::RecordExprField(field) => self.field(&field, context),
                ast::CallExpr(call) => self.call(&call, context),
                ast::MethodCallExpr(call) => self.method_call(&call, context),
                ast::ForExpr(expr) => self.for_loop(&expr, context),
                ast::WhileExpr(_) => self.children(node, context.again()),
                ast::LoopExpr(_) => self.children(node, context.again()),
                ast::LetStmt(statement) => {
                    self.children(node, context);
                    self.guard_of_let(&statement, context);
                    self.drop_of_let(&statement, context);
                },
                ast::MatchExpr(expr) => {
                    self.children(node, context);
                    self.guard_of_scrutinee(expr.expr(), node, context);
                },
                ast::IfExpr(expr) => {
                    self.children(node, context);
                    if let (Some(ast::Expr::LetExpr(condition)), Some(branch)) =
                        (expr.condition(), expr.then_branch())
                    {
                        self.guard_of_scrutinee(condition.expr(), branch.syntax(), context);
                    }
                },
                ast::BinExpr(expr) => {
                    self.children(node, context);
                    let function = self.sema().resolve_bin_expr(&expr);
                    self.operator(function, expr.lhs(), node, context);
                },
                ast::IndexExpr(expr) => {
                    self.children(node, context);
                    let function = self.sema().resolve_index_expr(&expr);
                    self.operator(function, expr.base(), node, context);
                },
                ast::PrefixExpr(expr) => {
                    self.children(node, context);
                    let function = self.sema().resolve_prefix_expr(&expr);
                    self.operator(function, expr.expr(), node, context);
                },
                ast::PathExpr(expr) => self.path(&expr, context),
                _ => self.children(node, context),
            }
        }
    }

    pub(super) fn closure(&mut self, closure: &ast::ClosureExpr, context: Context) {
        let context = if closure.async_token().is_some() { context.polled() } else { context };
        if let Some(body) = closure.body() {
            self.visit(body.syntax(), context);
        }
    }

    /// Functions within a function are functions like others.
    fn item(&mut self, item: &ast::Item) {
        for function in item.syntax().descendants().filter_map(ast::Fn::cast) {
            self.nested.extend(self.sema().to_fn_def(&function));
        }
    }

    fn macro_call(&mut self, call: &ast::MacroCall, context: Context) {
        let name = call.path().and_then(|path| path.segment()).and_then(|word| word.name_ref());
        let name = name.map(|name| name.text().to_string()).unwrap_or_default();
        if self.checker.rules.list.offload_macros.contains(&name) {
            return;
        }
        if let Some(expansion) = self.sema().expand_macro_call(call) {
            let empty = expansion.value.text().is_empty();
            let given = call
                .token_tree()
                .is_some_and(|tree| tree.syntax().children_with_tokens().count() > 2);
            if empty && given && context.mode == Mode::Async {
                self.unexpanded += 1;
            }
            self.visit(&expansion.value, context);
        } else if context.mode == Mode::Async {
            self.unexpanded += 1;
        }
    }

    fn for_loop(&mut self, expr: &ast::ForExpr, context: Context) {
        if let Some(iterable) = expr.iterable() {
            let before = self.sites.len();
            self.visit(iterable.syntax(), context);
            let ty = self.sema().type_of_expr(&iterable).map(|ty| ty.original);
            if let Some(ty) = ty {
                // What makes it is reported already, on the same line.
                let rule = self.checker.rules.iterates(&ty);
                let reported =
                    self.sites[before..].iter().any(|site| matches!(site.target, Target::Rule(_)));
                if let Some(rule) = rule.filter(|_| !reported) {
                    let called = self.checker.rules.rule(rule).path.clone();
                    self.site(Target::Rule(rule), called, iterable.syntax(), context);
                } else {
                    self.iterated(&ty, iterable.syntax(), context);
                }
            }
            self.guard_of_scrutinee(Some(iterable), expr.syntax(), context);
        }
        if let Some(body) = expr.loop_body() {
            self.visit(body.syntax(), context);
        }
    }

    /// The first use of a lazy static runs its initializer.
    fn path(&mut self, expr: &ast::PathExpr, context: Context) {
        let Some(path) = expr.path() else { return };
        let name = path.segment().and_then(|word| word.name_ref());
        let is_static = |text: &str| {
            text.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
        };
        if !name.is_some_and(|name| is_static(&name.text())) {
            return;
        }
        if let Some(PathResolution::Def(ra_ap_hir::ModuleDef::Static(item))) =
            self.sema().resolve_path(&path)
            && self.checker.enters(item.module(self.db()).krate(self.db()))
            && types::is_lazy(self.db(), &item.ty(self.db()))
        {
            let node = self.checker.node(Key::Static(item));
            let called = item.name(self.db()).as_str().to_owned();
            self.site(Target::Node(node), called, expr.syntax(), context);
        }
    }

    /// Records a call, once for each place.
    pub(super) fn site(
        &mut self,
        target: Target,
        called: String,
        node: &SyntaxNode,
        context: Context,
    ) {
        if context.mode == Mode::Off {
            return;
        }
        let exact = self.sema().original_range_opt(node);
        let range = exact.unwrap_or_else(|| self.sema().original_range(node));
        let file = range.file_id.file_id(self.db());
        if !self.seen.insert((file.index(), range.range, target, context.mode)) {
            return;
        }
        self.sites.push(Site {
            context,
            file,
            range: range.range,
            target,
            called,
            // In an expansion its ranges are not those of the source.
            expr: exact
                .filter(|_| !self.sema().hir_file_for(node).is_macro())
                .and_then(|_| ast::Expr::cast(node.clone())),
        });
    }

    pub(super) fn count_unresolved(&mut self, context: Context) {
        if context.mode == Mode::Async {
            self.unresolved += 1;
        }
    }
}

fn is_initializer(node: &SyntaxNode) -> bool {
    node.parent()
        .and_then(ast::LetStmt::cast)
        .is_some_and(|statement| matches!(statement.pat(), Some(ast::Pat::IdentPat(_))))
}

pub(super) fn arguments(call: &impl ast::HasArgList) -> Vec<ast::Expr> {
    call.arg_list().map(|list| list.args().collect()).unwrap_or_default()
}
