//! The spans of generated tokens.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote, quote_spanned};

use crate::editor;

/// The hygiene of the macro, located at the user's tokens.
pub(crate) fn located(span: Span) -> Span {
    if editor::expands() { Span::mixed_site() } else { Span::mixed_site().located_at(span) }
}

/// The user's location and context, for a generated token that an editor should not show there.
pub(crate) fn unseen(span: Span) -> Span {
    if editor::expands() { Span::mixed_site() } else { span }
}

/// A span that resolves in one context and reports its errors at another place.
pub(crate) fn blamed_at(context: Span, place: Span) -> Span {
    if editor::expands() { context } else { context.located_at(place) }
}

/// `runtime::__private::name`, beginning and ending at `span`.
///
/// The ends keep the context of `span`, which is the user's: in one of ours, an error that has to
/// do with it would blame the attribute. What is between stays where it was written, so that a
/// runtime that cannot be found there is one error, however often it is named.
pub(crate) fn private(runtime: &TokenStream, name: &str, span: Span) -> TokenStream {
    if editor::expands() {
        let name = Ident::new(name, Span::mixed_site());
        return quote_spanned!(Span::mixed_site()=> #runtime::__private::#name);
    }
    let mut found = span;
    let mut path: TokenStream = runtime
        .clone()
        .into_iter()
        .enumerate()
        .map(|(position, mut token)| {
            match &token {
                // What `$crate` means is in its context.
                TokenTree::Ident(ident) if ident == "$crate" => {
                    token.set_span(ident.span().located_at(span));
                }
                TokenTree::Ident(ident) if position > 0 => found = ident.span(),
                _ => token.set_span(span),
            }
            token
        })
        .collect();
    let private = Ident::new("__private", found);
    let name = Ident::new(name, span);
    path.extend(quote_spanned!(span=> ::#private::#name));
    path
}

/// The two ends of some tokens of the user's.
#[derive(Clone, Copy)]
pub(crate) struct TypeSpans {
    pub(crate) first: Span,
    pub(crate) last: Span,
}

impl TypeSpans {
    pub(crate) fn of(tokens: impl ToTokens) -> Self {
        let mut ends = None;
        for token in tokens.into_token_stream() {
            let (first, last) = token_ends(&token);
            let (start, _) = *ends.get_or_insert((first, last));
            ends = Some((start, last));
        }
        let (first, last) = ends.unwrap_or((Span::call_site(), Span::call_site()));
        match editor::expands() {
            true => Self { first: Span::mixed_site(), last: Span::mixed_site() },
            false => Self { first, last },
        }
    }

    /// `(value,).0`, which stable rustc takes to cover everything from the first end to the last.
    ///
    /// The tokens keep the user's context: in one of ours, each error would add a line about the
    /// attribute that it came from.
    pub(crate) fn value(self, value: &TokenStream) -> TokenStream {
        let mut tuple = Group::new(Delimiter::Parenthesis, quote!(#value,));
        tuple.set_span(self.first);
        let mut dot = Punct::new('.', Spacing::Alone);
        dot.set_span(self.last);
        let mut zero = Literal::usize_unsuffixed(0);
        zero.set_span(self.last);
        let mut tokens = TokenStream::new();
        tokens.append(TokenTree::Group(tuple));
        tokens.append(TokenTree::Punct(dot));
        tokens.append(TokenTree::Literal(zero));
        tokens
    }

    /// `&*(value)`, covering the same.
    ///
    /// Of a reference that is no literal borrow, rustc proposes to borrow it once more, and leaves
    /// out what we have to say.
    pub(crate) fn reborrow(self, value: TokenStream) -> TokenStream {
        let mut target = Group::new(Delimiter::Parenthesis, value);
        target.set_span(self.last);
        quote_spanned!(self.first=> &*#target)
    }

    /// `&mut *(value)`, covering the same.
    pub(crate) fn reborrow_mut(self, value: TokenStream) -> TokenStream {
        let mut target = Group::new(Delimiter::Parenthesis, value);
        target.set_span(self.last);
        quote_spanned!(self.first=> &mut *#target)
    }
}

/// The ends of one token; invisible groups have those of what is in them.
fn token_ends(token: &TokenTree) -> (Span, Span) {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let ends = TypeSpans::of(group.stream());
            (ends.first, ends.last)
        }
        TokenTree::Group(group) => (group.span_open(), group.span_close()),
        other => (other.span(), other.span()),
    }
}
