//! Whether a call blocks.

use syn::{Expr, ExprCall, ExprMethodCall};

use super::list::{Group, Listed};
use super::names::Meaning;
use super::report::{self, Finding};
use super::walk::Walk;

/// The calls that the user has added to the list.
static ALSO: Group =
    Group { why: "the attribute's argument `also` says so", instead: "", wraps: true };

impl Walk {
    /// Checks the call of a path.
    pub(super) fn check_call(&self, call: &ExprCall, is_value: bool) -> Option<Finding> {
        let Expr::Path(function) = &*call.func else { return None };
        let (path, names) = (&function.path, &self.values.names);
        let is_variable = path.get_ident().is_some_and(|name| names.is_variable(name));
        if is_variable || function.qself.is_some() {
            return None;
        }
        let meaning = names.meaning(path);
        let group = self.blocks(&meaning, is_value)?;
        let (word, wrapped) = (&path.segments.last()?.ident, report::wrapped_call(call, names));
        Some(Finding::call(path, word, meaning.path(), group, &wrapped))
    }

    /// Checks a method call: by the type of its receiver, or by its name.
    pub(super) fn check_method(&self, call: &ExprMethodCall, is_value: bool) -> Option<Finding> {
        let method = call.method.to_string();
        let by_type = self.values.of(&call.receiver).and_then(|ty| {
            let meaning = ty.method(&method);
            Some((meaning.path().to_owned(), self.blocks(&meaning, is_value)?))
        });
        let by_name = || {
            let group = self.list.name(&method).filter(|_| !self.is_allowed(&method))?;
            Some((method.clone(), group))
        };
        let (name, group) = by_type.or_else(by_name)?;
        let wrapped = report::wrapped_method(call);
        Some(Finding::call(&call.method, &call.method, &name, group, &wrapped))
    }

    /// Returns why a call blocks, if it does and is to be reported.
    fn blocks(&self, meaning: &Meaning, is_value: bool) -> Option<&'static Group> {
        let path = meaning.path();
        let names = &self.values.names;
        if self.options.also.iter().any(|also| names.meaning(also).path() == path) {
            return Some(&ALSO);
        }
        let Listed::Call(group) = self.list.path(path)? else { return None };
        let counts = (meaning.is_sure() || is_value) && !self.is_allowed(path);
        counts.then_some(group)
    }

    /// Returns whether the argument `allow` names a path, or a module or type that contains it.
    pub(super) fn is_allowed(&self, path: &str) -> bool {
        self.options.allow.iter().any(|allowed| {
            let meant = self.values.names.meaning(allowed);
            let rest = path.strip_prefix(meant.path());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    }
}
