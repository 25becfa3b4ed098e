//! Edits that take a call off the event loop: decided here, where types are known.

use ra_ap_hir::{Access, Function, Local, ModuleDef, PathResolution, Type};
use ra_ap_syntax::ast::{self, HasArgList as _};
use ra_ap_syntax::{AstNode as _, SyntaxNode, TextRange};

use super::Checker;
use super::graph::Way;
use super::node::Site;
use super::types;
use crate::finding::Fix;
use crate::list::{Cause, Rule};
use crate::load::Package;

/// What runs closures on other threads, in the order of preference.
const WRAPPERS: [(&str, &str, &str); 4] = [
    ("asyncify-runtime", "asyncify_runtime::asyncify!", ".await"),
    ("tokio", "tokio::task::spawn_blocking", ".await.unwrap()"),
    ("blocking", "blocking::unblock", ".await"),
    ("smol", "smol::unblock", ".await"),
];

/// Returns the edits for a call of a body, in which guards of locks are held in some ranges.
pub(super) fn fixes(
    checker: &Checker<'_>,
    package: &Package,
    (function, held): (Function, &[TextRange]),
    (site, way): (&Site, &Way),
    (rule, cause): (&Rule, &Cause),
) -> Vec<Fix> {
    let Some(expr) = &site.expr else { return Vec::new() };
    // The guard would be held across the await: a deadlock that compiles.
    if held.iter().any(|range| range.contains_range(site.range)) {
        return Vec::new();
    }
    let polled = types::is_poll(checker.db, function);
    if polled || !cause.wraps || !is_awaitable(expr.syntax()) {
        return Vec::new();
    }
    let depends = |name: &str| {
        let mut dependencies = package.dependencies.iter();
        dependencies.any(|found| found.name == name && found.rename.is_none() && found.is_normal())
    };
    let mut fixes = Vec::new();
    if let (Some(path), true) = (&rule.instead_path, way.hops.is_empty() && depends("tokio")) {
        fixes.extend(replaced(expr, path));
    }
    let wrapper = WRAPPERS.iter().find(|(name, ..)| depends(name));
    if let Some((_, wrapper, after)) = wrapper {
        fixes.extend(wrapped(checker, expr, wrapper, after));
    }
    fixes
}

/// Whether an await can stand here: in the body of an async function, block or closure, and not in
/// a closure in it.
fn is_awaitable(node: &SyntaxNode) -> bool {
    for ancestor in node.ancestors() {
        if let Some(block) = ast::BlockExpr::cast(ancestor.clone()) {
            if block.async_token().is_some() {
                return true;
            }
        } else if let Some(closure) = ast::ClosureExpr::cast(ancestor.clone()) {
            return closure.async_token().is_some();
        } else if let Some(function) = ast::Fn::cast(ancestor.clone()) {
            return function.async_token().is_some();
        } else if ast::MacroCall::can_cast(ancestor.kind()) {
            return false;
        }
    }
    false
}

/// Whether an expression leaves itself, which it cannot from within a closure.
fn leaves(node: &SyntaxNode) -> bool {
    node.descendants().any(|node| {
        let kind = node.kind();
        ast::TryExpr::can_cast(kind)
            || ast::AwaitExpr::can_cast(kind)
            || ast::ReturnExpr::can_cast(kind)
            || ast::BreakExpr::can_cast(kind)
            || ast::ContinueExpr::can_cast(kind)
    })
}

fn range(node: &SyntaxNode) -> (usize, usize) {
    let range = node.text_range();
    (u32::from(range.start()) as usize, u32::from(range.end()) as usize)
}

/// Calls the async function of the same arguments.
fn replaced(expr: &ast::Expr, path: &str) -> Option<Fix> {
    let ast::Expr::CallExpr(call) = expr else { return None };
    let ast::Expr::PathExpr(callee) = call.expr()? else { return None };
    let arguments = call.arg_list()?;
    let (_, end) = range(arguments.syntax());
    let (start, callee_end) = range(callee.syntax());
    Some(Fix {
        title: format!("await `{path}`"),
        edits: vec![(start, callee_end, path.to_owned()), (end, end, ".await".to_owned())],
    })
}

/// A part of the call that is evaluated before, on the caller's thread.
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one expression")]
struct Capture {
    /// What is evaluated.
    text: String,
    /// The variable that the closure uses in its place.
    name: String,
    range: TextRange,
    /// A variable or a field: it may be used later. Otherwise a value that is made for the call.
    place: bool,
    /// It is a reference.
    reference: bool,
    /// It stands where a method is called on it or where it is borrowed.
    borrowed: bool,
    copy: bool,
}

impl Capture {
    /// Whether the closure gets a copy: it cannot borrow.
    fn is_copied(&self) -> bool {
        self.reference || self.place && self.borrowed && !self.copy
    }

    /// Whether a variable of its own is bound to it.
    fn is_bound(&self) -> bool {
        !self.place || self.is_copied() || self.text != self.name
    }
}

/// Moves the call to another thread, with its own copies of what it borrows.
fn wrapped(checker: &Checker<'_>, expr: &ast::Expr, wrapper: &str, after: &str) -> Option<Fix> {
    let (start, end) = range(expr.syntax());
    let title = format!("run it on another thread with `{wrapper}`");
    let captures = captures(checker, expr)?;
    if wrapper.ends_with('!') {
        if leaves(expr.syntax()) {
            return None;
        }
        // The macro makes the copies itself.
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
        let copy = if capture.is_copied() { ".to_owned()" } else { "" };
        let binding = format!("let {} = {}{copy}; ", capture.name, capture.text);
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
            if taken(&longer) {
                return None;
            }
            captures[index].name = longer;
        }
    }
    Some(captures)
}

/// Returns what a call uses, in order; `None` if it cannot be moved to another thread.
fn captures(checker: &Checker<'_>, expr: &ast::Expr) -> Option<Vec<Capture>> {
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
    let name = name.or_else(by_type).unwrap_or_else(|| "value".to_owned());
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
        "self" => "self_copy".to_owned(),
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
    Some(Capture {
        text: expr.syntax().text().to_string(),
        name,
        range: expr.syntax().text_range(),
        place: local.is_some(),
        reference: ty.is_reference(),
        borrowed,
        copy: ty.is_copy(checker.db),
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
