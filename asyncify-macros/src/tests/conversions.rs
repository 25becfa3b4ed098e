//! Parameters of types such as `impl AsRef<Path>`.

use expect_test::expect;
use quote::quote;

use super::{check, check_method};

#[test]
fn target_is_copied_and_hidden() {
    check(
        quote!(),
        quote!(
            fn copy(
                from: impl AsRef<Path>,
                to: &(impl Borrow<str> + ?Sized),
                by: impl Into<u8> + Send,
            ) {
                BODY
            }
        ),
        &expect![[r#"
            async fn copy(
                from: impl AsRef<Path>,
                to: &(impl Borrow<str> + ?Sized),
                by: impl Into<u8> + Send,
            ) {
                let __started = {
                    let __p0 = __private::copy_as_ref::<
                        Path,
                    >((::core::convert::AsRef::<Path>::as_ref(&from),).0);
                    let __p1 = __private::copy_borrow::<
                        str,
                    >((::core::borrow::Borrow::<str>::borrow(to),).0);
                    let __p2 = __private::converted(
                        __private::arg::<u8>((::core::convert::Into::<u8>::into(by),).0),
                    );
                    let __run = move || -> () {
                        #[allow(clippy::shadow_unrelated)]
                        let from = __p0.take();
                        #[allow(clippy::shadow_unrelated)]
                        let to = __p1.lend();
                        #[allow(clippy::shadow_unrelated)]
                        let by = __p2.take();
                        match () {
                            () => BODY,
                        }
                    };
                    __private::plain(__run).start()
                };
                __started.await
            }
        "#]],
    );
}

#[test]
fn converted_type_parameter_is_inferred() {
    check_method(
        quote!(),
        quote!(
            fn get<P, const N: usize>(&self, path: P, sizes: [u8; N]) -> u8
            where
                P: AsRef<Path>,
            {
                BODY
            }
        ),
        &expect![[r#"
            impl Store {
                async fn get<P, const N: usize>(&self, path: P, sizes: [u8; N]) -> u8
                where
                    P: AsRef<Path>,
                {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        let __p0 = __private::copy_as_ref::<
                            Path,
                        >((::core::convert::AsRef::<Path>::as_ref(&path),).0);
                        let __p1 = __private::arg((sizes,).0);
                        let __run = move || {
                            Self::__sync_to_async_get::<
                                _,
                                N,
                            >(__self.lend(), __p0.take(), __p1.take())
                        };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_get<P, const N: usize>(&self, path: P, sizes: [u8; N]) -> u8
                where
                    P: AsRef<Path>,
                {
                    BODY
                }
            }
        "#]],
    );
}

#[test]
fn value_itself_is_moved_where_it_is_needed() {
    for item in [
        quote!(
            fn f(path: impl AsRef<Path> + Send + 'static) {}
        ),
        quote!(
            fn f(path: impl AsRef<Path> + Clone) {}
        ),
        quote!(
            fn f<T>(path: impl AsRef<T>) {}
        ),
        quote!(
            fn f(path: impl AsRef<dyn Read>) {}
        ),
        quote!(
            fn f(path: impl AsRef<str> + AsRef<[u8]>) {}
        ),
        quote!(
            fn f<P: AsRef<Path>>(path: P, paths: Vec<P>) {}
        ),
        quote!(
            fn f<P: AsRef<Path>>(path: P) -> Option<P> {}
        ),
        quote!(
            fn f<P: AsRef<Path>>(path: P) {
                g::<P>()
            }
        ),
        quote!(
            fn f<P>(path: P)
            where
                P: AsRef<Path>,
                Q: From<P>,
            {
            }
        ),
        quote!(
            fn f<P: AsRef<Path>, Q: From<P>>(path: P, by: Q) {}
        ),
    ] {
        let name = item.to_string();
        let expansion =
            super::pretty(crate::attribute(crate::args::Direction::ToAsync, quote!(), item));
        assert!(expansion.contains("__private::arg_generic("), "{name}: {expansion}");
        assert!(!expansion.contains("copy_as_ref"), "{name}: {expansion}");
    }
}
