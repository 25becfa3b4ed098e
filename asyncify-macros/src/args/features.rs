//! Arguments that need a feature of the runtime.

use proc_macro2::Ident;

use super::Args;
use crate::diag;
use crate::errors::Errors;

/// What the runtime was built with; it sets these features of ours.
#[expect(clippy::struct_excessive_bools, reason = "one for each feature")]
pub(super) struct Features {
    in_place: bool,
    postcard: bool,
    process: bool,
    tokio: bool,
}

pub(super) const FEATURES: Features = Features {
    in_place: cfg!(feature = "in_place"),
    postcard: cfg!(feature = "postcard"),
    process: cfg!(feature = "process"),
    tokio: cfg!(feature = "tokio"),
};

/// Reports the arguments that need more than that, and leaves out what the runtime has no names
/// for.
pub(super) fn check(seen: &[Ident], built: &Features, args: &mut Args, errors: &mut Errors) {
    let find = |name: &str| seen.iter().find(|key| *key == name);
    if let (Some(key), false) = (find("in_place"), built.in_place) {
        errors.push(diag::feature_off(key, "in_place"));
    }
    if let (Some(key), false) = (find("runtime"), built.tokio) {
        errors.push(diag::feature_off(key, "tokio"));
        args.runtime = None;
    }
    if let (Some(key), false) = (find("process"), built.process) {
        errors.push(diag::feature_off(key, "process"));
        args.process = None;
    }
    if let (Some(process), false) = (&mut args.process, built.postcard) {
        if let Some(key) = process.postcard.take() {
            errors.push(diag::feature_off(&key, "postcard"));
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Span, TokenStream};

    use super::*;
    use crate::args::Process;

    #[test]
    fn arguments_name_the_feature_that_they_need() {
        let key = |name| Ident::new(name, Span::call_site());
        let seen = ["in_place", "runtime", "process"].map(key);
        let mut args = Args {
            runtime: Some(TokenStream::new()),
            process: Some(Process::default()),
            ..Args::default()
        };
        let built = Features { in_place: false, postcard: false, process: false, tokio: false };
        let mut errors = Errors::default();
        check(&seen, &built, &mut args, &mut errors);
        let text = errors.to_tokens().to_string();
        assert!(text.contains("argument `in_place` needs the `in_place` feature"), "{text}");
        assert!(text.contains("argument `runtime` needs the `tokio` feature"), "{text}");
        assert!(text.contains("argument `process` needs the `process` feature"), "{text}");
        assert!(args.runtime.is_none() && args.process.is_none());
    }

    #[test]
    fn formats_name_the_feature_that_they_need() {
        let key = |name| Ident::new(name, Span::call_site());
        let process = Process { postcard: Some(key("codec")), ..Process::default() };
        let mut args = Args { process: Some(process), ..Args::default() };
        let built = Features { in_place: true, postcard: false, process: true, tokio: true };
        let mut errors = Errors::default();
        check(&[key("process")], &built, &mut args, &mut errors);
        let text = errors.to_tokens().to_string();
        assert!(text.contains("argument `codec` needs the `postcard` feature"), "{text}");
        assert!(args.process.is_some_and(|process| process.postcard.is_none()));
    }
}
