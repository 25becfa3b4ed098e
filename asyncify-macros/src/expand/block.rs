//! A whole `impl` or `trait`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{braces, function};
use crate::analyze::{BlockPlan, MemberPlan};
use crate::fallback;

// Input:
//     impl Db { fn get(&self) -> u8 { BODY } const SIZE: usize = 8; }
//
// Output:
//     impl Db { async fn get(&self) -> u8 { .. } const SIZE: usize = 8; }
pub(crate) fn block(plan: &BlockPlan) -> TokenStream {
    let BlockPlan { attrs, header, span, inner_attrs, members } = plan;
    let members = members.iter().map(|member| match member {
        MemberPlan::Fn(plan) => function(plan),
        MemberPlan::Wrong(raw, args, kind) => fallback::function(raw, args, *kind, true),
        MemberPlan::Other(tokens) => tokens.clone(),
    });
    let body = braces(*span, quote!(#(#inner_attrs)* #(#members)*));
    quote!(#(#attrs)* #header #body)
}
