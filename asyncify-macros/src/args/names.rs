//! The names of arguments, for an editor.
//!
//! rust-analyzer offers, and explains, what it finds in an expansion. So in the one that it is
//! given each name stands once more, as that of an item of the runtime which has its meaning as its
//! documentation: `__private::options`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

use super::table::{Kind, Row};
use super::value::in_parentheses;
use super::{Direction, Place, parse, raw};
use crate::analyze::{arguments, is_ours};
use crate::errors::Errors;
use crate::item::{Item, Member};

/// The names in the arguments of an item's attribute, and in those of its methods' own.
///
/// They go in front: rust-analyzer compares expansions by place, and what the arguments do to the
/// item must not move them. It takes a constant without a name in a trait and in an `impl` too.
pub(crate) fn of(args: &TokenStream, direction: Direction, item: &Item) -> TokenStream {
    let mut tokens = names(args, direction);
    let Item::Block(block) = item else { return tokens };
    for member in &block.members {
        let Member::Fn(method) = member else { continue };
        for attribute in method.attrs.iter().filter(|attribute| is_ours(attribute, direction)) {
            tokens.extend(names(&arguments(attribute), direction));
        }
    }
    tokens
}

// Input:
//     limit = 8, exec
//
// Output:
//     const _: () = {
//         ::asyncify_runtime::__private::options::sync_to_async::limit;
//         ::asyncify_runtime::__private::options::sync_to_async::exec;
//         ::asyncify_runtime::__private::options::sync_to_async::executor;
//     };
fn names(args: &TokenStream, direction: Direction) -> TokenStream {
    let parsed = parse(args.clone(), direction, Place::Function, &mut Errors::default());
    let runtime = parsed.runtime_path();
    let span = Span::mixed_site();
    let options = quote_spanned!(span=> #runtime::__private::options);
    let paths = paths(args, direction.name(), &direction.rows(), &options);
    quote_spanned!(span=> const _: () = { #paths };)
}

/// The arguments as names in a module, and then those within their parentheses.
fn paths(args: &TokenStream, module: &str, rows: &[&Row], options: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let module = Ident::new(module, span);
    let args = raw::split(args.clone(), "", &mut Errors::default());
    let keys = args.iter().map(|arg| &arg.key).filter(|key| !is_keyword(key));
    let mut tokens = quote_spanned!(span=> #(#options::#module::#keys;)*);
    // Where no name is typed yet, rust-analyzer makes one up to see where it lands, and looks up
    // the path in front of it in the expansion without. So that path is always there, with some
    // name.
    let any = rows.first().map(|row| Ident::new(row.name, span));
    tokens.extend(quote_spanned!(span=> #options::#module::#any;));
    for arg in &args {
        let row = rows.iter().find(|row| arg.key == row.name);
        if let Some(Row { kind: Kind::Options(inner, _), name, .. }) = row {
            if let Some(args) = in_parentheses(&arg.value) {
                tokens.extend(paths(&args, name, &inner.iter().collect::<Vec<_>>(), options));
            }
        }
    }
    tokens
}

/// A keyword cannot be the name of an item: neither `crate`, nor a name of which only `in` is
/// typed.
fn is_keyword(key: &Ident) -> bool {
    syn::parse2::<Ident>(TokenTree::from(key.clone()).into()).is_err()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use quote::{ToTokens, quote};

    use super::*;
    use crate::args::{process, remote};

    /// Where the runtime has the items.
    const OPTIONS: &str = "../asyncify-runtime/src/macro_support/options.rs";

    #[test]
    fn each_argument_has_an_item_that_explains_it() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(OPTIONS);
        let text = fs::read_to_string(path).expect("the runtime is beside the macros");
        let file = syn::parse_file(&text).expect("the runtime compiles");
        let modules: Vec<_> = file
            .items
            .iter()
            .filter_map(|item| match item {
                syn::Item::Mod(module) => Some(module),
                _ => None,
            })
            .collect();
        let known = [
            ("sync_to_async", Direction::ToAsync.rows()),
            ("process", process::TABLE.iter().collect()),
            ("remote", remote::TABLE.iter().collect()),
            ("async_to_sync", Direction::ToSync.rows()),
        ];
        assert_eq!(modules.len(), known.len());
        for (module, (name, rows)) in modules.iter().zip(known) {
            assert_eq!(module.ident, name);
            let (_, items) = module.content.as_ref().expect("the module is inline");
            let items: Vec<_> = items.iter().map(documented).collect();
            let names: Vec<_> = items.iter().map(|(name, _)| name.as_str()).collect();
            let wanted = rows.iter().map(|row| row.name).filter(|name| *name != "crate");
            assert_eq!(names, wanted.collect::<Vec<_>>(), "in `{name}`");
            for (name, docs) in &items {
                assert!(docs.contains(&format!("`{name}")), "of `{name}`: {docs}");
            }
        }
    }

    /// The name of an item, and its attributes as text.
    fn documented(item: &syn::Item) -> (String, String) {
        let syn::Item::Struct(item) = item else { panic!("an option is a struct") };
        let docs = item.attrs.iter().map(|attribute| attribute.to_token_stream().to_string());
        (item.ident.to_string(), docs.collect())
    }

    #[test]
    fn names_are_paths_in_the_runtime() {
        let args = quote!(limit = 8, exec, in, crate = ::renamed, process(pool = &POOL, time));
        let expected = quote! {
            const _: () = {
                ::renamed::__private::options::sync_to_async::limit;
                ::renamed::__private::options::sync_to_async::exec;
                ::renamed::__private::options::sync_to_async::process;
                ::renamed::__private::options::sync_to_async::executor;
                ::renamed::__private::options::process::pool;
                ::renamed::__private::options::process::time;
                ::renamed::__private::options::process::pool;
            };
        };
        assert_eq!(names(&args, Direction::ToAsync).to_string(), expected.to_string());
    }

    #[test]
    fn methods_of_a_block_have_names_of_their_own() {
        let block = quote! {
            impl Store {
                #[asyncify_runtime::sync_to_async(detach)]
                fn get(&self) {}
                #[sync_to_async]
                fn set(&self) {}
                #[inline(never)]
                fn len(&self) {}
            }
        };
        let item = crate::item::parse(block).expect("it is a block");
        let expected = [quote!(limit = 8), quote!(detach), quote!()]
            .map(|args| names(&args, Direction::ToAsync).to_string());
        let found = of(&quote!(limit = 8), Direction::ToAsync, &item);
        assert_eq!(found.to_string(), expected.join(" "));
    }
}
