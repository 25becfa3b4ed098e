//! The types of values, as far as the syntax shows them.
//!
//! A type is known where it is written: at a parameter, a field or a `let`. It is also known where
//! a value is created by a listed call or by a function of a listed type, as in
//! `File::open(path)?`. Other calls return values of unknown types.

use std::collections::HashMap;

use syn::{
    Expr, ExprCall, ExprMethodCall, FieldPat, Fields, GenericArgument, ItemStruct, Member, Pat,
    Path, PathArguments, Type,
};

use super::list::List;
use super::names::{Meaning, Names};

/// The names in scope, and the fields of the structs in scope.
pub(super) struct Values {
    pub(super) names: Names,
    list: &'static List,
    fields: HashMap<String, Meaning>,
}

/// Methods that return their receiver, or the value in it.
const TRANSPARENT: &str = "as_deref_mut as_mut as_ref borrow borrow_mut by_ref clone expect get_mut \
    map_err take to_owned try_clone unwrap unwrap_or_else ok";

impl Values {
    pub(super) fn new(list: &'static List) -> Self {
        Self { names: Names::new(list), list, fields: HashMap::new() }
    }

    /// Records the fields of a struct in scope.
    pub(super) fn declare(&mut self, item: &ItemStruct) {
        let Fields::Named(fields) = &item.fields else { return };
        for field in &fields.named {
            if let (Some(name), Some(ty)) = (&field.ident, self.of_type(&field.ty)) {
                self.fields.insert(format!("{}.{name}", item.ident), ty);
            }
        }
    }

    /// Returns a type as it is written, without the types around it that forward its methods.
    pub(super) fn of_type(&self, ty: &Type) -> Option<Meaning> {
        match ty {
            Type::Reference(reference) => self.of_type(&reference.elem),
            Type::Paren(paren) => self.of_type(&paren.elem),
            Type::Group(group) => self.of_type(&group.elem),
            Type::Path(path) if path.qself.is_none() => Some(self.of_type_path(&path.path)),
            _ => None,
        }
    }

    fn of_type_path(&self, path: &Path) -> Meaning {
        let meaning = self.names.meaning(path);
        let wrapped = || match &path.segments.last()?.arguments {
            PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
                GenericArgument::Type(ty) => self.of_type(ty),
                _ => None,
            },
            _ => None,
        };
        if self.list.is_wrapper(meaning.path()) { wrapped().unwrap_or(meaning) } else { meaning }
    }

    /// Returns the type of an expression.
    pub(super) fn of(&self, expr: &Expr) -> Option<Meaning> {
        match expr {
            Expr::Path(path) => self.names.type_of(path.path.get_ident()?).cloned(),
            Expr::Field(field) => {
                let Member::Named(name) = &field.member else { return None };
                self.fields.get(&format!("{}.{name}", self.of(&field.base)?.path())).cloned()
            }
            Expr::Call(call) => self.of_call(call),
            Expr::MethodCall(call) => self.of_method_call(call),
            Expr::Try(inner) => self.of(&inner.expr),
            Expr::Reference(inner) => self.of(&inner.expr),
            Expr::Paren(inner) => self.of(&inner.expr),
            Expr::Group(inner) => self.of(&inner.expr),
            Expr::Unary(inner) => self.of(&inner.expr),
            _ => None,
        }
    }

    fn of_call(&self, call: &ExprCall) -> Option<Meaning> {
        let Expr::Path(function) = &*call.func else { return None };
        let made = self.names.meaning(&function.path);
        let (ty, method) = made.path().rsplit_once("::").unwrap_or(("", made.path()));
        if self.list.is_wrapper(ty)
            || function.path.is_ident("Ok")
            || function.path.is_ident("Some")
        {
            return self.of(call.args.first()?);
        }
        let is_type =
            ty.rsplit("::").next().is_some_and(|name| name.starts_with(char::is_uppercase));
        let returned = self.list.returned(ty, method).filter(|_| !is_constructor(method));
        let path = returned.map(str::to_owned).or_else(|| is_type.then(|| ty.to_owned()))?;
        Some(like(&made, path))
    }

    fn of_method_call(&self, call: &ExprMethodCall) -> Option<Meaning> {
        let receiver = self.of(&call.receiver)?;
        let method = call.method.to_string();
        match self.list.returned(receiver.path(), &method) {
            _ if TRANSPARENT.split(' ').any(|name| name == method) => Some(receiver),
            Some(returned) => Some(like(&receiver, returned.to_owned())),
            None => None,
        }
    }

    /// Records the variables of a pattern, each with its type if that is known.
    pub(super) fn bind(&mut self, pattern: &Pat, ty: Option<Meaning>) {
        match pattern {
            Pat::Ident(name) => self.names.bind(&name.ident, ty),
            Pat::Type(typed) => {
                let written = self.of_type(&typed.ty);
                self.bind(&typed.pat, written.or(ty));
            }
            Pat::Reference(inner) => self.bind(&inner.pat, ty),
            Pat::Paren(inner) => self.bind(&inner.pat, ty),
            Pat::Guard(guarded) => self.bind(&guarded.pat, ty),
            Pat::Tuple(tuple) => {
                for (position, pattern) in tuple.elems.iter().enumerate() {
                    self.bind(pattern, ty.as_ref().and_then(|ty| element(ty, position)));
                }
            }
            // `Ok(file)` and `Some(file)` hold the value of the type that was found.
            Pat::TupleStruct(variant) => {
                for pattern in &variant.elems {
                    self.bind(pattern, ty.clone());
                }
            }
            Pat::Struct(fields) => {
                for FieldPat { pat, .. } in &fields.fields {
                    self.bind(pat, None);
                }
            }
            Pat::Slice(slice) => {
                for pattern in &slice.elems {
                    self.bind(pattern, None);
                }
            }
            Pat::Or(or) => {
                for pattern in &or.cases {
                    self.bind(pattern, ty.clone());
                }
            }
            _ => {}
        }
    }
}

/// A group `*` of a type's methods does not apply to the functions that create a value.
fn is_constructor(function: &str) -> bool {
    ["new", "default", "from"].contains(&function)
}

/// Returns another path, which is as certain as the first.
fn like(found_by: &Meaning, path: String) -> Meaning {
    if found_by.is_sure() { Meaning::Sure(path) } else { Meaning::Guess(path) }
}

/// Returns one of the types in `(A, B)`.
fn element(tuple: &Meaning, position: usize) -> Option<Meaning> {
    let elements = tuple.path().strip_prefix('(')?.strip_suffix(')')?;
    Some(like(tuple, elements.split(", ").nth(position)?.to_owned()))
}
