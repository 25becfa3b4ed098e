//! The options of a call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{capture, local};
use crate::analyze::{FnPlan, Limit, Options};
use crate::spans::{TypeSpans, located, private};

impl Options {
    /// Whether the call may wait before it is submitted to its executor, which must live until
    /// then.
    fn waits(&self) -> bool {
        !matches!(self.limit, Limit::None) || self.timeout.is_some()
    }

    fn values(&self) -> impl Iterator<Item = (&'static str, &TokenStream)> {
        let limiter = match &self.limit {
            Limit::Shared(limiter) => Some(limiter),
            Limit::None | Limit::Own(_) => None,
        };
        [
            ("__executor", self.executor.as_ref()),
            ("__limiter", limiter),
            ("__runtime", self.runtime.as_ref()),
            ("__timeout", self.timeout.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
    }
}

/// A bound option, spanned as it was written.
fn spanned(name: &str, written: &TokenStream) -> TokenStream {
    let name = local(name);
    TypeSpans::of(written).value(&quote!(#name))
}

/// Whether the options are bound where they live until the call has ended: where the call keeps
/// its executor, and where what is lent mutably is held for as long.
pub(super) fn outlive_the_call(plan: &FnPlan, options: &Options) -> bool {
    options.waits() || plan.lends_mutably()
}

// Input:
//     executor = &self.pool, limit = 8, timeout = "1s"
//
// Output:
//     let __executor = &self.pool;
//     let __timeout = Duration::new(1u64, 0u32);
//     let __limiter = { static LIMIT: Limit = Limit::new(8); LIMIT.limiter() };
//
// Bare `let`s, before anything moves: the temporaries of `&pool.clone()` live on, and a value may
// borrow what is lent.
pub(super) fn bindings(plan: &FnPlan, options: &Options) -> TokenStream {
    let values = options.values().map(|(name, value)| {
        let name = local(name);
        quote!(let #name = #value;)
    });
    let own = match &options.limit {
        Limit::Own(count) => Some(own_limit(&plan.runtime, count)),
        Limit::None | Limit::Shared(_) => None,
    };
    quote!(#(#values)* #own)
}

/// A limiter of the function's own, in a block where only the count can see its name.
fn own_limit(runtime: &TokenStream, count: &TokenStream) -> TokenStream {
    let limiter = local("__limiter");
    let name = Ident::new("__SYNC_TO_ASYNC_LIMIT", Span::mixed_site());
    let spans = TypeSpans::of(count);
    let limit = private(runtime, "Limit", spans.first);
    let count = spans.value(count);
    // In the user's context, as a count of zero is blamed on the call.
    let made = quote_spanned!(spans.first=> #limit::new(#count));
    let qualified = capture::allow_qualified(runtime);
    quote_spanned! {located(spans.first)=>
        #qualified
        let #limiter = {
            static #name: #limit = #made;
            #name.limiter()
        };
    }
}

// Output:
//     .executor(__executor).limiter(__limiter).runtime(__runtime)
pub(super) fn place(options: &Options, span: Span) -> TokenStream {
    let executor = options.executor.as_ref().map(|written| {
        let executor = spanned("__executor", written);
        quote_spanned!(span=> .executor(#executor))
    });
    let limiter = match &options.limit {
        Limit::None => None,
        Limit::Own(written) | Limit::Shared(written) => {
            let limiter = spanned("__limiter", written);
            Some(quote_spanned!(span=> .limiter(#limiter)))
        }
    };
    let runtime = options.runtime.as_ref().map(|written| {
        let runtime = spanned("__runtime", written);
        quote_spanned!(span=> .runtime(#runtime))
    });
    quote!(#executor #limiter #runtime)
}

// Output:
//     .executor(__executor).limiter(__limiter).timeout(__timeout).start()
pub(super) fn start(options: &Options, span: Span) -> TokenStream {
    let place = place(options, span);
    let detach = options.detach.then(|| quote_spanned!(span=> .detach()));
    let timeout = options.timeout.as_ref().map(|written| {
        let timeout = spanned("__timeout", written);
        quote_spanned!(span=> .timeout(#timeout))
    });
    let start = match (&options.timeout, &options.limit) {
        (None, Limit::Own(_) | Limit::Shared(_)) => quote_spanned!(span=> .start_with_limiter()),
        _ => quote_spanned!(span=> .start()),
    };
    quote!(#place #detach #timeout #start)
}
