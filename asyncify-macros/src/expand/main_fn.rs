//! The entry of a program.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::item::RawFn;

// Input:
//     drain = "30s"
//
//     #[tokio::main]
//     async fn main() -> Result<(), Error> { BODY }
//
// Output:
//     fn main() -> Result<(), Error> {
//         let __guard = ::asyncify_runtime::__private::enter_main(DRAIN);
//         #[tokio::main]
//         async fn main() -> Result<(), Error> { BODY }
//         main()
//     }
pub(crate) fn main(raw: &RawFn, drain: Option<&TokenStream>, runtime: &TokenStream) -> TokenStream {
    let RawFn { sig, .. } = raw;
    let (name, output) = (&sig.ident, &sig.output);
    let private = quote!(#runtime::__private);
    let drain = drain.map_or_else(|| quote!(#private::DRAIN), TokenStream::clone);
    let enter = quote_spanned! {Span::mixed_site()=>
        let __guard = #private::enter_main(#drain);
    };
    quote! {
        fn #name() #output {
            #enter
            #raw
            #name()
        }
    }
}
