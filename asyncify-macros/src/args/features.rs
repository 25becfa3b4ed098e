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
    remote: bool,
    tokio: bool,
}

pub(super) const FEATURES: Features = Features {
    in_place: cfg!(feature = "in_place"),
    postcard: cfg!(feature = "postcard"),
    process: cfg!(feature = "process"),
    remote: cfg!(feature = "remote"),
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
    if let (Some(key), false) = (find("remote"), built.remote) {
        errors.push(diag::feature_off(key, "remote"));
        args.remote = None;
    }
    if !built.postcard {
        let process = args.process.as_mut().and_then(|process| process.postcard.take());
        let remote = args.remote.as_mut().and_then(|remote| remote.postcard.take());
        for key in process.into_iter().chain(remote) {
            errors.push(diag::feature_off(&key, "postcard"));
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Span, TokenStream};

    use super::*;
    use crate::args::{Process, Remote};

    #[test]
    fn arguments_name_the_feature_that_they_need() {
        let key = |name| Ident::new(name, Span::call_site());
        let seen = ["in_place", "runtime", "process", "remote"].map(key);
        let mut args = Args {
            runtime: Some(TokenStream::new()),
            process: Some(Process::default()),
            remote: Some(Remote::default()),
            ..Args::default()
        };
        let built = Features {
            in_place: false,
            postcard: false,
            process: false,
            remote: false,
            tokio: false,
        };
        let mut errors = Errors::default();
        check(&seen, &built, &mut args, &mut errors);
        let text = errors.to_tokens().to_string();
        assert!(text.contains("argument `in_place` needs the `in_place` feature"), "{text}");
        assert!(text.contains("argument `runtime` needs the `tokio` feature"), "{text}");
        assert!(text.contains("argument `process` needs the `process` feature"), "{text}");
        assert!(text.contains("argument `remote` needs the `remote` feature"), "{text}");
        assert!(args.runtime.is_none() && args.process.is_none() && args.remote.is_none());
    }

    #[test]
    fn formats_name_the_feature_that_they_need() {
        let key = |name| Ident::new(name, Span::call_site());
        let process = Process { postcard: Some(key("codec")), ..Process::default() };
        let remote = Remote { postcard: Some(key("codec")), ..Remote::default() };
        let mut args = Args { process: Some(process), remote: Some(remote), ..Args::default() };
        let built =
            Features { in_place: true, postcard: false, process: true, remote: true, tokio: true };
        let mut errors = Errors::default();
        check(&[key("process")], &built, &mut args, &mut errors);
        let text = errors.to_tokens().to_string();
        assert!(text.contains("argument `codec` needs the `postcard` feature"), "{text}");
        assert_eq!(text.matches("needs the `postcard` feature").count(), 2, "{text}");
        assert!(args.process.is_some_and(|process| process.postcard.is_none()));
        assert!(args.remote.is_some_and(|remote| remote.postcard.is_none()));
    }
}
