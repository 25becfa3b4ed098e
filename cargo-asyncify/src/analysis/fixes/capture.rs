//! What a call uses, of which a closure on another thread needs its own.

use ra_ap_hir::{Access, Local, ModuleDef, PathResolution, Type};
use ra_ap_syntax::ast::{self, HasArgList as _};
use ra_ap_syntax::{AstNode as _, Edition, SyntaxKind, SyntaxNode, TextRange};

use super::super::{Checker, types};
use super::{leaves, text};

/// A part of the call that is evaluated before, on the caller's thread.
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one expression")]
pub(super) struct Capture {
    /// What is evaluated.
    pub(super) text: String,
    /// The variable that the closure uses in its place.
    pub(super) name: String,
    pub(super) range: TextRange,
    /// A variable or a field: it may be used later. Otherwise a value that is made for the call.
    pub(super) place: bool,
    /// It is a reference.
    pub(super) reference: bool,
    /// It stands where a method is called on it or where it is borrowed.
    pub(super) borrowed: bool,
    copy: bool,
    /// It is, or refers to, a `str`, a slice or a path, whose owned form is another type.
    is_unsized: bool,
}

impl Capture {
    /// Whether the closure gets a copy: it cannot borrow.
    pub(super) fn is_copied(&self) -> bool {
        self.reference || self.place && self.borrowed && !self.copy
    }

    /// Whether a variable of its own is bound to it.
    pub(super) fn is_bound(&self) -> bool {
        !self.place || self.is_copied() || self.text != self.name
    }

    /// What that variable is bound to.
    pub(super) fn value(&self) -> String {
        let text = &self.text;
        match (self.is_copied(), self.copy, self.is_unsized) {
            (false, ..) => text.clone(),
            (true, true, _) => format!("*{text}"),
            (true, _, true) => format!("{text}.to_owned()"),
            (true, ..) => format!("{text}.clone()"),
        }
    }
}

/// Returns what a call uses, in order; `None` if it cannot be moved to another thread.
pub(super) fn captures(checker: &Checker<'_>, expr: &ast::Expr) -> Option<Vec<Capture>> {
    let mut found = Vec::new();
    let (function, arguments) = match expr {
        ast::Expr::CallExpr(call) => {
            let ast::Expr::PathExpr(path) = call.expr()? else { return None };
            let function = match checker.sema.resolve_path(&path.path()?) {
                Some(PathResolution::Def(ModuleDef::Function(function))) => Some(function),
                _ => None,
            };
            (function, call.arg_list()?.args().collect::<Vec<_>>())
        }
        ast::Expr::MethodCallExpr(call) => {
            let function = checker.sema.resolve_method_call(call)?;
            let (receiver, param) = (call.receiver()?, function.self_param(checker.db)?);
            let exclusive = param.access(checker.db) == Access::Exclusive;
            if !exclusive {
                operand(checker, &receiver, None, &mut found)?;
            } else if matches!(receiver, ast::Expr::MethodCallExpr(_) | ast::Expr::CallExpr(_)) {
                // Made for the call, as in `Command::new(..).output()`.
                inner(checker, receiver.syntax(), &mut found)?;
            } else {
                return None;
            }
            (Some(function), call.arg_list()?.args().collect())
        }
        _ => return None,
    };
    // The closure would make the future there, which is polled here.
    if function.is_some_and(|f| f.is_async(checker.db) || f.returns_impl_future(checker.db)) {
        return None;
    }
    let params = function.map(|function| function.assoc_fn_params(checker.db)).unwrap_or_default();
    // Without `self`.
    let skip = params.len().saturating_sub(arguments.len());
    for (index, argument) in arguments.iter().enumerate() {
        let name = params.get(skip + index).and_then(|param| param.name(checker.db));
        let name = name.map(|name| name.as_str().to_owned());
        operand(checker, argument, name, &mut found)?;
    }
    Some(found)
}

/// Adds an argument or a receiver: evaluated before the call, as it is without the closure.
fn operand(
    checker: &Checker<'_>,
    expr: &ast::Expr,
    name: Option<String>,
    found: &mut Vec<Capture>,
) -> Option<()> {
    match expr {
        ast::Expr::Literal(_) => return Some(()),
        ast::Expr::ClosureExpr(_) => return None,
        ast::Expr::ParenExpr(inner) => return operand(checker, &inner.expr()?, name, found),
        ast::Expr::RefExpr(borrow) if borrow.mut_token().is_none() => {
            return operand(checker, &borrow.expr()?, name, found);
        }
        _ => {}
    }
    if let Some((expr, local, name)) = place(checker, expr.syntax()) {
        found.push(capture(checker, &expr, Some(local), name)?);
        return Some(());
    }
    if matches!(expr, ast::Expr::PathExpr(_)) {
        // A constant, or a function.
        return Some(());
    }
    let ty = checker.sema.type_of_expr(expr)?.original;
    if ty.is_mutable_reference() {
        // As of `OpenOptions::new().read(true)`.
        return inner(checker, expr.syntax(), found);
    }
    let by_type = || Some(snake_case(types::adt_of(&ty)?.name(checker.db).as_str()));
    let mut name = name.or_else(by_type).unwrap_or_else(|| "value".to_owned());
    if SyntaxKind::from_keyword(&name, Edition::CURRENT).is_some() {
        name += "_value";
    }
    found.push(capture(checker, expr, None, name)?);
    Some(())
}

/// Adds the variables of what is evaluated within the closure.
fn inner(checker: &Checker<'_>, node: &SyntaxNode, found: &mut Vec<Capture>) -> Option<()> {
    if ast::MacroCall::can_cast(node.kind())
        || ast::ClosureExpr::can_cast(node.kind())
        || leaves(node)
    {
        // What they capture is not seen.
        return None;
    }
    if let Some((expr, local, name)) = place(checker, node) {
        found.push(capture(checker, &expr, Some(local), name)?);
        return Some(());
    }
    for child in node.children() {
        inner(checker, &child, found)?;
    }
    Some(())
}

fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for (index, c) in name.char_indices() {
        if c.is_uppercase() && index > 0 {
            text.push('_');
        }
        text.extend(c.to_lowercase());
    }
    text
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
    local: Option<Local<'_>>,
    name: String,
) -> Option<Capture> {
    let ty: Type<'_> = checker.sema.type_of_expr(expr)?.original;
    if ty.is_mutable_reference() || ty.is_unknown() || ty.as_type_param(checker.db).is_some() {
        return None;
    }
    // `self`, and fields of tuples, have no name that a variable can have.
    let name = match name.as_str() {
        "self" => "this".to_owned(),
        number if number.starts_with(|c: char| c.is_ascii_digit()) => "field_copy".to_owned(),
        _ => name,
    };
    let parent = expr.syntax().parent()?;
    let receiver = ast::MethodCallExpr::cast(parent.clone())
        .and_then(|call| call.receiver())
        .is_some_and(|receiver| receiver.syntax() == expr.syntax());
    let borrow = ast::RefExpr::cast(parent);
    // What is written to a copy is lost.
    if borrow.as_ref().is_some_and(|borrow| borrow.mut_token().is_some()) || is_cell(checker, &ty) {
        return None;
    }
    let borrowed = receiver || borrow.is_some();
    let target = ty.strip_references();
    Some(Capture {
        text: text(expr),
        name,
        range: expr.syntax().text_range(),
        place: local.is_some(),
        reference: ty.is_reference(),
        borrowed,
        copy: target.is_copy(checker.db),
        is_unsized: target.is_str() || target.is_slice() || is_path(checker, &target),
    })
}

/// Whether a type can be written to by shared reference, and its copies are independent.
fn is_cell(checker: &Checker<'_>, ty: &Type<'_>) -> bool {
    let mut found = false;
    ty.walk(checker.db, |part| {
        found |= part.as_adt().is_some_and(|adt| {
            matches!(adt.name(checker.db).as_str(), "Cell" | "RefCell" | "OnceCell")
        });
    });
    found
}

fn is_path(checker: &Checker<'_>, ty: &Type<'_>) -> bool {
    ty.as_adt()
        .is_some_and(|adt| matches!(adt.name(checker.db).as_str(), "Path" | "OsStr" | "CStr"))
}
