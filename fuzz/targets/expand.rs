//! The macros, by the names of the cases.

use proc_macro2::TokenStream;
use quote::quote;

use crate::generate::{Case, Macro};

pub(crate) fn expand(case: &Case) -> TokenStream {
    let Case { called, args, item } = case;
    let (args, item) = (args.clone(), item.clone());
    match called {
        Macro::ToAsync => asyncify_expansion::sync_to_async(args, item),
        Macro::ToSync => asyncify_expansion::async_to_sync(args, item),
        Macro::Main => asyncify_expansion::main(args, item),
        Macro::Inline => asyncify_expansion::asyncify(quote!(@ asyncify_runtime; #item)),
    }
}
