//! What the form of the code shows.

use syn::Pat;

/// Methods of iterators, options and results that call their closures on the calling thread, before
/// they return or during the iteration.
pub(super) fn is_adapter(method: &str) -> bool {
    const METHODS: &str = "all and_then any filter filter_map find find_map flat_map fold for_each \
        get_or_insert_with inspect is_none_or is_ok_and is_some_and map map_err map_or \
        map_or_else map_while max_by_key min_by_key ok_or_else or_else partition \
        position retain scan skip_while sort_by_key take_while then try_for_each \
        unwrap_or_else";
    METHODS.split(' ').any(|name| name == method)
}

/// Methods that results and options have, and futures do not.
pub(super) fn is_value_method(method: &str) -> bool {
    const METHODS: &str = "expect expect_err is_err is_none is_ok is_some lines ok unwrap unwrap_err \
        unwrap_or unwrap_or_default";
    METHODS.split(' ').any(|name| name == method)
}

/// Patterns such as `Ok(..)` and `Some(..)`, which no future matches.
pub(super) fn is_variant(pattern: &Pat) -> bool {
    match pattern {
        Pat::TupleStruct(_) | Pat::Lit(_) => true,
        Pat::Or(or) => or.cases.iter().any(is_variant),
        Pat::Paren(inner) => is_variant(&inner.pat),
        Pat::Guard(guarded) => is_variant(&guarded.pat),
        _ => false,
    }
}
