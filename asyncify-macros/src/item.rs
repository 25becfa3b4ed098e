//! Parses the annotated item: signatures as syntax, every body as one group.
//!
//! Bodies are not parsed. So the compiler reports a syntax error in one, once, and every span in it
//! stays valid for the editor.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{
    Attribute, Generics, ItemImpl, ItemTrait, Path, Result, Signature, Token, Type, Visibility,
};

use crate::editor;

/// The annotated item.
pub(crate) enum Item {
    Fn(RawFn),
    Block(RawBlock),
    /// Neither; the token that says what it is.
    Other(TokenTree),
}

/// A function whose body is not parsed.
#[derive(Clone)]
pub(crate) struct RawFn {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

#[derive(Clone)]
pub(crate) enum Body {
    Block(Group),
    Missing(Token![;]),
}

/// An `impl` or a `trait`.
pub(crate) struct RawBlock {
    pub(crate) attrs: Vec<Attribute>,
    /// What stands between the attributes and the braces, as written.
    pub(crate) header: TokenStream,
    /// The braces and the attributes just behind the opening one.
    pub(crate) braces: Group,
    pub(crate) inner_attrs: Vec<Attribute>,
    pub(crate) kind: BlockKind,
    pub(crate) generics: Generics,
    pub(crate) members: Vec<Member>,
}

pub(crate) enum BlockKind {
    Inherent { self_ty: Type },
    TraitImpl { implemented: Path, self_ty: Type },
    TraitDefinition { name: Ident },
}

#[expect(clippy::large_enum_variant, reason = "nearly all of them are functions")]
pub(crate) enum Member {
    Fn(RawFn),
    Other(TokenStream),
}

/// Parses an item. An error means syntax that rustc has reported already, or that is newer than
/// this crate.
pub(crate) fn parse(tokens: TokenStream) -> Result<Item> {
    let tokens: Vec<_> = editor::with_bodies(tokens).into_iter().collect();
    match kind(&tokens) {
        Kind::Other(kind) => Ok(Item::Other(kind)),
        Kind::Block => parse_block(tokens).map(Item::Block),
        Kind::Fn => parse_function(tokens).map(Item::Fn),
    }
}

/// What an item is, by its keyword.
pub(crate) enum Kind {
    /// A function, or nothing that is known.
    Fn,
    /// An `impl` or a `trait`.
    Block,
    /// Another item, by its keyword or the macro's name.
    Other(TokenTree),
}

/// Parses a function with an empty body in place of its own: syn buffers all tokens, so a long body
/// would be expensive.
fn parse_function(mut tokens: Vec<TokenTree>) -> Result<RawFn> {
    let body = match tokens.pop() {
        Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
            let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
            empty.set_span(body.span());
            tokens.push(empty.into());
            Some(body)
        }
        last => {
            tokens.extend(last);
            None
        }
    };
    let mut raw = (|input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        parse_fn(input, attrs)
    })
    .parse2(tokens.into_iter().collect())?;
    // Where there is a body, it is the last group: nothing may follow it.
    if let (Body::Block(empty), Some(body)) = (&mut raw.body, body) {
        let (inner, body) = split_inner_attributes(body)?;
        raw.attrs.extend(inner);
        *empty = body;
    }
    Ok(raw)
}

/// Looks for the keyword of an item.
pub(crate) fn kind(tokens: &[TokenTree]) -> Kind {
    const KINDS: [&str; 9] =
        ["struct", "enum", "union", "mod", "use", "static", "type", "macro_rules", "macro"];
    let mut rest = tokens.iter().peekable();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => _ = rest.next(),
            TokenTree::Ident(word) => match word.to_string().as_str() {
                "pub" => _ = rest.next_if(|next| matches!(next, TokenTree::Group(_))),
                "fn" => return Kind::Fn,
                "impl" | "trait" => return Kind::Block,
                "unsafe" | "async" | "safe" | "default" | "auto" => {}
                // `const fn`, `extern "C" fn` and the like are functions.
                "const" | "extern" => {
                    if !leads_to_function(rest.clone()) {
                        return Kind::Other(token.clone());
                    }
                }
                kind if KINDS.contains(&kind) => return Kind::Other(token.clone()),
                _ => {
                    let is_macro =
                        matches!(rest.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '!');
                    return if is_macro { Kind::Other(token.clone()) } else { Kind::Fn };
                }
            },
            _ => {}
        }
    }
    Kind::Fn
}

/// Says whether only qualifiers stand before the next `fn`, `impl` or `trait`.
fn leads_to_function<'a>(rest: impl Iterator<Item = &'a TokenTree>) -> bool {
    const QUALIFIERS: [&str; 6] = ["const", "unsafe", "async", "extern", "safe", "auto"];
    for token in rest {
        match token {
            TokenTree::Ident(word) => match word.to_string().as_str() {
                "fn" | "impl" | "trait" => return true,
                word if QUALIFIERS.contains(&word) => {}
                _ => return false,
            },
            TokenTree::Literal(_) => {}
            _ => return false,
        }
    }
    false
}

/// Parses an `impl` or `trait`: its header by parsing it with an empty body, its members one by
/// one.
fn parse_block(mut header: Vec<TokenTree>) -> Result<RawBlock> {
    let braces = match header.pop() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
        _ => return Err(syn::Error::new(Span::call_site(), "expected braces")),
    };
    let (attrs, header) = (|input: ParseStream<'_>| {
        Ok((input.call(Attribute::parse_outer)?, input.parse::<TokenStream>()?))
    })
    .parse2(header.into_iter().collect())?;
    let empty = quote!(#header {});
    let (kind, generics) = if let Ok(block) = syn::parse2::<ItemImpl>(empty.clone()) {
        let self_ty = *block.self_ty;
        let kind = match block.trait_ {
            Some((implemented, _)) => BlockKind::TraitImpl { implemented, self_ty },
            None => BlockKind::Inherent { self_ty },
        };
        (kind, block.generics)
    } else {
        let block = syn::parse2::<ItemTrait>(empty)?;
        (BlockKind::TraitDefinition { name: block.ident }, block.generics)
    };
    let (inner_attrs, members) = (|input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_inner)?;
        let mut members = Vec::new();
        while !input.is_empty() {
            members.push(parse_member(input)?);
        }
        Ok((attrs, members))
    })
    .parse2(editor::with_bodies(braces.stream()))?;
    Ok(RawBlock { attrs, header, braces, inner_attrs, kind, generics, members })
}

fn parse_member(input: ParseStream<'_>) -> Result<Member> {
    // The invisible group around an `$item:item`; one around a `$vis:vis` does not parse by itself.
    if input.peek(syn::token::Group) {
        let ahead = input.fork();
        if let TokenTree::Group(group) = ahead.parse()? {
            if let Ok(member) = parse_member.parse2(group.stream()) {
                input.parse::<TokenTree>()?;
                return Ok(member);
            }
        }
    }
    let ahead = input.fork();
    let _ = ahead.call(Attribute::parse_outer)?;
    if is_function(&ahead) {
        let attrs = input.call(Attribute::parse_outer)?;
        return parse_fn(input, attrs).map(Member::Fn);
    }
    let mut tokens = TokenStream::new();
    let mut is_macro = false;
    let mut is_value = false;
    let mut is_complete = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let ends = match &token {
            TokenTree::Punct(punct) => {
                is_macro |= punct.as_char() == '!' && !is_value;
                is_value |= punct.as_char() == '=';
                punct.as_char() == ';'
            }
            // `name! { .. }` needs no semicolon; `const NAME: T = { .. };` does.
            TokenTree::Group(group) => is_macro && group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        tokens.extend([token]);
        if ends {
            is_complete = true;
            break;
        }
    }
    if is_complete { Ok(Member::Other(tokens)) } else { Err(input.error("expected an item")) }
}

fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.parse::<Visibility>().is_err() {
        return false;
    }
    if ahead.peek(Token![default]) && !ahead.peek2(Token![!]) {
        let _ = ahead.parse::<Token![default]>();
    }
    while ahead.peek(Token![const])
        || ahead.peek(Token![async])
        || ahead.peek(Token![unsafe])
        || ahead.peek(Token![extern])
    {
        let _ = ahead.parse::<TokenTree>();
        let _ = ahead.parse::<Option<syn::LitStr>>();
    }
    ahead.peek(Token![fn])
}

fn parse_fn(input: ParseStream<'_>, mut attrs: Vec<Attribute>) -> Result<RawFn> {
    let vis = input.parse()?;
    let defaultness = input.parse()?;
    let sig = input.parse()?;
    let body = if input.peek(Token![;]) {
        Body::Missing(input.parse()?)
    } else {
        let (inner, body) = split_inner_attributes(peel(input.parse()?)?)?;
        attrs.extend(inner);
        Body::Block(body)
    };
    Ok(RawFn { attrs, vis, defaultness, sig, body })
}

/// The braces inside the invisible groups that `macro_rules!` puts around a `$body:block`.
fn peel(token: TokenTree) -> Result<Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Ok(group),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            peel(syn::parse2(group.stream())?)
        }
        other => Err(syn::Error::new(other.span(), "expected a block")),
    }
}

/// Moves `#![..]` at the start of a body outside, where it means the same.
fn split_inner_attributes(body: Group) -> Result<(Vec<Attribute>, Group)> {
    let mut start = body.stream().into_iter();
    let is_inner = matches!(start.next(), Some(TokenTree::Punct(p)) if p.as_char() == '#')
        && matches!(start.next(), Some(TokenTree::Punct(p)) if p.as_char() == '!');
    if !is_inner {
        return Ok((Vec::new(), body));
    }
    let (mut attrs, rest) = (|input: ParseStream<'_>| {
        Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?))
    })
    .parse2(body.stream())?;
    for attr in &mut attrs {
        attr.style = syn::AttrStyle::Outer;
    }
    let mut group = Group::new(Delimiter::Brace, rest);
    group.set_span(body.span());
    Ok((attrs, group))
}

impl ToTokens for RawFn {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attr in &self.attrs {
            attr.to_tokens(tokens);
        }
        self.vis.to_tokens(tokens);
        self.defaultness.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        match &self.body {
            Body::Block(body) => body.to_tokens(tokens),
            Body::Missing(semicolon) => semicolon.to_tokens(tokens),
        }
    }
}
