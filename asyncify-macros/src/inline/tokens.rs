//! Changes to the unparsed tokens of `asyncify!`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::editor;

const CURSOR: &str = "__asyncify_cursor";

/// Puts a name behind every `.` and `::` that lacks one; says whether there was any.
///
/// An editor expands unfinished code, once with and once without a word at the cursor, and compares
/// the two; so both must parse, and come out alike.
pub(crate) fn add_cursor(code: TokenStream) -> (TokenStream, bool) {
    let mut added = false;
    let mut out: Vec<TokenTree> = Vec::new();
    let mut tokens = code.into_iter().peekable();
    let mut colons = 0;
    let mut dots = 0;
    while let Some(token) = tokens.next() {
        let mut dangling = false;
        let token = match token {
            TokenTree::Group(group) => {
                (colons, dots) = (0, 0);
                let (inner, inner_added) = add_cursor(group.stream());
                added |= inner_added;
                rebuilt(&group, inner).into()
            }
            TokenTree::Punct(punct) => {
                colons = if punct.as_char() == ':' { colons + 1 } else { 0 };
                dots = if punct.as_char() == '.' { dots + 1 } else { 0 };
                let ends = match tokens.peek() {
                    None => true,
                    Some(TokenTree::Punct(next)) => matches!(next.as_char(), ',' | ';' | '?'),
                    Some(_) => false,
                };
                // Two dots are a range, which may end there.
                dangling = ends && (colons == 2 || dots == 1);
                punct.into()
            }
            other => {
                (colons, dots) = (0, 0);
                other
            }
        };
        out.push(token);
        if dangling {
            added = true;
            out.push(Ident::new(CURSOR, Span::call_site()).into());
        }
    }
    (out.into_iter().collect(), added)
}

/// Takes the names out that [`add_cursor`] put in.
pub(crate) fn strip_cursor(code: TokenStream) -> TokenStream {
    code.into_iter()
        .filter(|token| !matches!(token, TokenTree::Ident(ident) if ident == CURSOR))
        .map(|token| match token {
            TokenTree::Group(group) => rebuilt(&group, strip_cursor(group.stream())).into(),
            other => other,
        })
        .collect()
}

/// The first `await` that is not within an async block or function.
pub(crate) fn find_await(code: TokenStream) -> Option<Ident> {
    let mut after_dot = false;
    let mut after_async = false;
    for token in code {
        match token {
            TokenTree::Ident(ident) if after_dot && ident == "await" => return Some(ident),
            TokenTree::Ident(ident) => {
                after_async |= ident == "async";
                after_dot = false;
            }
            TokenTree::Punct(punct) => {
                after_dot = punct.as_char() == '.';
                after_async &= punct.as_char() != ';';
            }
            TokenTree::Group(group) => {
                after_dot = false;
                let is_braces = group.delimiter() == Delimiter::Brace;
                if is_braces && after_async {
                    after_async = false;
                } else if let Some(found) = find_await(group.stream()) {
                    return Some(found);
                }
            }
            TokenTree::Literal(_) => after_dot = false,
        }
    }
    None
}

/// What a `$call:expr` or `$body:block` of a `macro_rules!` holds, which arrives in an invisible
/// group.
pub(crate) fn unwrapped(code: Vec<TokenTree>) -> Vec<TokenTree> {
    match code.as_slice() {
        [TokenTree::Group(group)] if is_fragment(group) => {
            unwrapped(group.stream().into_iter().collect())
        }
        _ => code,
    }
}

/// rust-analyzer gives a `$call:expr` parentheses instead.
fn is_fragment(group: &Group) -> bool {
    match group.delimiter() {
        Delimiter::None => true,
        Delimiter::Parenthesis => editor::expands(),
        Delimiter::Brace | Delimiter::Bracket => false,
    }
}

fn rebuilt(group: &Group, stream: TokenStream) -> Group {
    let mut rebuilt = Group::new(group.delimiter(), stream);
    rebuilt.set_span(group.span());
    rebuilt
}
