//! What a call leads to: a listed function, a body, or the bodies that it may dispatch to.

use ra_ap_hir::{
    Function, HasContainer as _, HasCrate as _, Impl, ItemContainer, ModuleDef, PathResolution,
    Type,
};
use ra_ap_syntax::ast;
use ra_ap_syntax::{AstNode as _, SyntaxNode};

use super::body::{Body, arguments};
use super::node::{Context, Key, Target};
use super::rules::RuleId;
use super::types::{self, Env, Mention};

/// A call whose function is known.
pub(super) struct Call<'a, 'db> {
    pub(super) function: Function,
    /// The type of the receiver, or of what a path such as `T::load` names.
    pub(super) receiver: Option<Type<'db>>,
    pub(super) arguments: &'a [ast::Expr],
    /// The whole call.
    pub(super) node: &'a SyntaxNode,
    pub(super) context: Context,
}

impl<'db> Body<'_, 'db> {
    pub(super) fn call(&mut self, call: &ast::CallExpr, context: Context) {
        let arguments = arguments(call);
        let Some(callee) = call.expr() else { return };
        let ast::Expr::PathExpr(path) = strip(callee.clone()) else {
            // A field with a function, or a closure that is called at once.
            if let ast::Expr::ClosureExpr(closure) = strip(callee.clone()) {
                self.closure(&closure, context);
            } else {
                self.visit(callee.syntax(), context);
            }
            return self.plain_arguments(&arguments, context);
        };
        let resolution = path.path().and_then(|path| self.sema().resolve_path(&path));
        match resolution {
            Some(PathResolution::Def(ModuleDef::Function(function))) => {
                let receiver = path.path().and_then(|path| self.qualifier(&path));
                // `Read::read(&mut file, ..)`: the first argument is the receiver.
                let first = function
                    .has_self_param(self.db())
                    .then(|| self.type_of(arguments.first()?))
                    .flatten();
                let receiver = first.or(receiver);
                let node = call.syntax();
                self.invoke(&Call { function, receiver, arguments: &arguments, node, context });
            }
            Some(PathResolution::Local(_)) => {
                self.value(&callee, context);
                self.plain_arguments(&arguments, context);
            }
            Some(_) => self.stored_arguments(&arguments, context),
            None => {
                self.count_unresolved(context);
                self.plain_arguments(&arguments, context);
            }
        }
    }

    pub(super) fn method_call(&mut self, call: &ast::MethodCallExpr, context: Context) {
        if let Some(receiver) = call.receiver() {
            self.visit(receiver.syntax(), context);
        }
        let arguments = arguments(call);
        let Some(function) = self.sema().resolve_method_call(call) else {
            self.count_unresolved(context);
            return self.plain_arguments(&arguments, context);
        };
        let receiver = call.receiver().and_then(|receiver| self.type_of(&receiver));
        let node = call.syntax();
        self.forwarded(function, call, receiver.as_ref(), context);
        self.invoke(&Call { function, receiver, arguments: &arguments, node, context });
    }

    pub(super) fn operator(
        &mut self,
        function: Option<Function>,
        operand: Option<ast::Expr>,
        node: &SyntaxNode,
        context: Context,
    ) {
        let Some(function) = function else { return };
        let receiver = operand.and_then(|operand| self.type_of(&operand));
        self.invoke(&Call { function, receiver, arguments: &[], node, context });
    }

    pub(super) fn type_of(&self, expr: &ast::Expr) -> Option<Type<'db>> {
        Some(self.sema().type_of_expr(expr)?.original)
    }

    /// Returns the type before the last word of a path, as in `T::load`.
    fn qualifier(&self, path: &ast::Path) -> Option<Type<'db>> {
        match self.sema().resolve_path(&path.qualifier()?)? {
            PathResolution::TypeParam(param) => Some(param.ty(self.db())),
            PathResolution::SelfType(def) => Some(def.self_ty(self.db())),
            PathResolution::Def(ModuleDef::Adt(adt)) => Some(adt.ty(self.db())),
            _ => None,
        }
    }

    pub(super) fn invoke(&mut self, call: &Call<'_, 'db>) {
        let Call { function, context, .. } = *call;
        if self.checker.rules.offloads(function) {
            // `rayon::join` waits for the threads that it hands the closures to.
            if let Some(rule @ RuleId::Call(_)) = self.checker.rules.of_function(function) {
                self.listed(call, rule);
            }
            return self.offloaded_arguments(call.arguments, context);
        }
        match self.checker.rules.of_function(function) {
            Some(RuleId::Guard(_)) => {
                self.hold_temporary(call.node);
                self.plain_arguments(call.arguments, context);
            }
            Some(rule) => {
                self.listed(call, rule);
                self.arguments(call);
            }
            None => {
                self.enter(call);
                self.arguments(call);
            }
        }
    }

    fn listed(&mut self, call: &Call<'_, 'db>, rule: RuleId) {
        // With a time limit of zero it returns at once.
        if call.arguments.iter().any(|argument| self.is_zero_duration(argument)) {
            return;
        }
        let rules = &self.checker.rules;
        let listed = rules.rule(rule);
        let cause = &rules.list.causes[listed.cause];
        let mut context = if cause.may { call.context.may() } else { call.context };
        if cause.only_io {
            let types = call.arguments.iter().filter_map(|argument| self.type_of(argument));
            let mentions: Vec<_> =
                types.map(|ty| types::mention(self.db(), rules, &self.env, &ty)).collect();
            if !mentions.iter().any(|mention| matches!(mention, Mention::Yes(_))) {
                if !mentions.contains(&Mention::Unknown) {
                    return;
                }
                context = context.may();
            }
        }
        self.site(Target::Rule(rule), listed.path.clone(), call.node, context);
    }

    /// Whether an expression is `Duration::ZERO`, or such as `Duration::from_secs(0)`.
    fn is_zero_duration(&self, expr: &ast::Expr) -> bool {
        let db = self.db();
        let adt = self.type_of(expr).and_then(|ty| types::adt_of(&ty));
        if adt
            .is_none_or(|adt| adt.name(db).as_str() != "Duration" || !adt.krate(db).is_builtin(db))
        {
            return false;
        }
        let defined = |path: &ast::PathExpr| match self.sema().resolve_path(&path.path()?)? {
            PathResolution::Def(def) => Some(def),
            _ => None,
        };
        match strip(expr.clone()) {
            ast::Expr::PathExpr(path) => match defined(&path) {
                Some(ModuleDef::Const(item)) => {
                    item.name(db).is_some_and(|name| name.as_str() == "ZERO")
                        && item.krate(db).is_builtin(db)
                }
                _ => false,
            },
            ast::Expr::CallExpr(call) => {
                let Some(ast::Expr::PathExpr(callee)) = call.expr() else { return false };
                let Some(ModuleDef::Function(function)) = defined(&callee) else { return false };
                let arguments = arguments(&call);
                function.krate(db).is_builtin(db)
                    && !arguments.is_empty()
                    && arguments.iter().all(is_zero)
            }
            _ => false,
        }
    }

    /// Follows a call of a function that is not listed.
    fn enter(&mut self, call: &Call<'_, 'db>) {
        let db = self.db();
        let function = call.function;
        let own = self.checker.enters(function.krate(db));
        let declared = matches!(function.container(db), ItemContainer::Trait(_));
        if self.checker.rules.is_io_method(function) && (declared || !own) {
            return self.io_method(call);
        }
        if let (true, Some(trait_)) = (declared, types::trait_of(db, function)) {
            let receiver = call.receiver.as_ref().map(|ty| self.concrete(ty));
            let implemented = receiver.as_ref().and_then(|ty| self.checker.implementor(trait_, ty));
            if let Some(implementor) = implemented {
                let name = function.name(db);
                let found = types::functions(db, implementor).find(|item| item.name(db) == name);
                self.adapter(call);
                return self.edge(call, found.unwrap_or(function), call.context);
            }
            // Every type that it may be, but only for traits of the project: those of others have
            // too many.
            if self.checker.is_member(trait_.module(db).krate(db)) {
                let name = function.name(db);
                for implementor in Impl::all_for_trait(db, trait_) {
                    let item = types::functions(db, implementor).find(|item| item.name(db) == name);
                    if let Some(item) = item {
                        self.edge(call, item, call.context.may());
                    }
                }
                self.edge(call, function, call.context.may());
            } else {
                self.adapter(call);
            }
            return;
        }
        if own {
            self.edge(call, function, call.context);
        } else {
            self.adapter(call);
        }
    }

    /// A method of `Read` and the like that is the standard library's own: what it does depends on
    /// the type that it is called on.
    fn io_method(&mut self, call: &Call<'_, 'db>) {
        let db = self.db();
        let Some(receiver) = &call.receiver else { return };
        let Some(trait_) = types::trait_of(db, call.function) else { return };
        // By the trait, wherever the implementation is.
        let declared = trait_.function(db, call.function.name(db));
        let name = types::path(db, declared.unwrap_or(call.function));
        match types::mention(db, &self.checker.rules, &self.env, receiver) {
            Mention::Yes(rule) => self.site(Target::Rule(rule), name, call.node, call.context),
            Mention::Unknown => {
                if let Some(rule) = self.checker.rules.any_io() {
                    self.site(Target::Rule(rule), name, call.node, call.context.may());
                }
            }
            Mention::No => {
                // A default method, which calls those that the type has: `write_all` calls `write`.
                let receiver = self.concrete(receiver);
                for item in self.checker.own_methods(trait_, &receiver) {
                    self.edge(call, item, call.context);
                }
            }
        }
    }

    /// A method of a foreign type that calls methods of our own types in it, such as those of
    /// `Iterator`.
    fn adapter(&mut self, call: &Call<'_, 'db>) {
        let db = self.db();
        let Some(trait_) = types::trait_of(db, call.function) else { return };
        if trait_.name(db).as_str() != "Iterator" {
            return;
        }
        let lazy = call.function.ret_type(db).as_adt().is_some_and(|adt| {
            // `Map`, `Filter` and so on run when they are iterated.
            adt.module(db).krate(db).is_builtin(db)
                && adt.module(db).path_segments(db).any(|word| word.as_str() == "adapters")
        });
        if lazy {
            return;
        }
        if let Some(receiver) = &call.receiver {
            let receiver = receiver.clone();
            if let Some(rule) = self.checker.rules.iterates(&receiver) {
                let called = self.checker.rules.rule(rule).path.clone();
                return self.site(Target::Rule(rule), called, call.node, call.context);
            }
            self.iterated(&receiver, call.node, call.context);
        }
    }

    /// Follows `next` of the project's own iterators that a type is made of.
    pub(super) fn iterated(&mut self, ty: &Type<'db>, node: &SyntaxNode, context: Context) {
        let Some(iterator) = self.checker.known.iterator else { return };
        let db = self.db();
        let mut found = Vec::new();
        ty.walk(db, |part| {
            let adt = part.as_adt();
            if adt.is_some_and(|adt| self.checker.enters(adt.module(db).krate(db))) {
                found.extend(self.checker.implementor(iterator, &part));
            }
        });
        for implementor in found {
            let next = types::functions(db, implementor)
                .find(|function| function.name(db).as_str() == "next");
            if let Some(function) = next {
                let receiver = Some(ty.clone());
                let call = Call { function, receiver, arguments: &[], node, context };
                self.edge(&call, function, context);
            }
        }
    }

    /// Methods of the standard library that do nothing but call one of ours: `into` calls `from`.
    fn forwarded(
        &mut self,
        function: Function,
        call: &ast::MethodCallExpr,
        receiver: Option<&Type<'db>>,
        context: Context,
    ) {
        let db = self.db();
        if !function.krate(db).is_builtin(db) {
            return;
        }
        let known = &self.checker.known;
        let result = || self.type_of(&ast::Expr::MethodCallExpr(call.clone()));
        let inner = || result()?.type_arguments().next();
        let name = function.name(db);
        let (trait_, name, ty) = match name.as_str() {
            "into" => (known.from, "from", result()),
            "try_into" => (known.try_from, "try_from", inner()),
            "parse" => (known.from_str, "from_str", inner()),
            "to_string" => (known.display, "fmt", receiver.cloned()),
            "collect" => (known.from_iterator, "from_iter", result()),
            _ => return,
        };
        let (Some(trait_), Some(ty)) = (trait_, ty) else { return };
        let Some(adt) = types::adt_of(&ty) else { return };
        if !self.checker.enters(adt.module(db).krate(db)) {
            return;
        }
        let source = receiver.and_then(types::adt_of);
        let impls = Impl::all_for_trait(db, trait_).into_iter();
        let fitting: Vec<_> = impls
            .filter(|def| types::adt_of(&def.self_ty(db)) == Some(adt))
            .filter(|def| {
                let argument = def.trait_ref(db).and_then(|def| def.get_type_argument(1));
                name != "from" || argument.and_then(|ty| types::adt_of(&ty)) == source
            })
            .collect();
        for def in fitting {
            let item = types::functions(db, def).find(|item| item.name(db).as_str() == name);
            if let Some(item) = item {
                let node = call.syntax();
                let call = Call { function: item, receiver: None, arguments: &[], node, context };
                self.edge(&call, item, context);
            }
        }
    }

    /// The type that a type parameter stands for.
    pub(super) fn concrete(&self, ty: &Type<'db>) -> Type<'db> {
        let ty = ty.strip_references();
        types::lookup(self.db(), &self.env, &ty).cloned().unwrap_or(ty)
    }

    /// Records that a body is entered.
    pub(super) fn edge(&mut self, call: &Call<'_, 'db>, function: Function, context: Context) {
        let db = self.db();
        if !self.checker.enters(function.krate(db)) || !function.has_body(db) {
            return;
        }
        let mut env = Env::new();
        let params = function.assoc_fn_params(db);
        let mut params = params.iter();
        if function.has_self_param(db) {
            let declared = params.next();
            if let (Some(declared), Some(receiver)) = (declared, &call.receiver) {
                types::bind(db, &mut env, &self.env, declared.ty(), receiver);
            }
        } else if let (Some(def), Some(receiver)) = (types::impl_of(db, function), &call.receiver) {
            types::bind(db, &mut env, &self.env, &def.self_ty(db), receiver);
        }
        let skip = usize::from(
            function.has_self_param(db) && call.arguments.len() + 1 > function.num_params(db),
        );
        for (declared, argument) in params.zip(call.arguments.iter().skip(skip)) {
            if let Some(actual) = self.type_of(argument) {
                types::bind(db, &mut env, &self.env, declared.ty(), &actual);
            }
        }
        env.retain(|(param, ty)| self.checker.matters(*param, ty));
        // An executor polls a future that is spawned; what calls this body does not wait for it.
        let spawned = self.member && function.is_async(db) && self.checker.is_spawned(call.node);
        let context = if spawned { context.polled().again() } else { context };
        let node = self.checker.node(Key::Function(function, env));
        self.site(Target::Node(node), types::path(db, function), call.node, context);
    }
}

/// Without parentheses and borrows.
pub(super) fn strip(expr: ast::Expr) -> ast::Expr {
    let inner = match &expr {
        ast::Expr::ParenExpr(inner) => inner.expr(),
        ast::Expr::RefExpr(inner) => inner.expr(),
        _ => None,
    };
    inner.map_or(expr, strip)
}

/// Whether an expression is the integer zero.
fn is_zero(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::Literal(literal) => match literal.kind() {
            ast::LiteralKind::IntNumber(number) => number.value() == Ok(0),
            _ => false,
        },
        _ => false,
    }
}
