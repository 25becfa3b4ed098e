//! Wrong input: the item lives on, and every mistake is told.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::args::Direction;

#[test]
fn wrong_function_keeps_an_async_signature() {
    check(
        quote!(),
        quote! {
            const fn fill(buffer: &mut [u8], name: Option<&str>) -> &str { BODY }
        },
        &expect![[r#"
            async fn fill(buffer: &mut [u8], name: Option<&str>) -> &str {
                BODY
            }
            ::core::compile_error! {
                "a `const fn` cannot run on another thread\nhelp: remove `const`"
            }
            ::core::compile_error! {
                "argument `buffer` is borrowed mutably\nnote: the body runs on another thread and may outlive the caller\nhelp: take it by value and return it, or use `lend` or `in_place`"
            }
            ::core::compile_error! {
                "argument `name` holds a borrow\nnote: the body runs on another thread and may outlive the caller\nhelp: take `Option<String>`"
            }
            ::core::compile_error! {
                "return type borrows from the caller\nnote: nothing borrowed outlives the call\nhelp: return an owned value: `String`"
            }
        "#]],
    );
}

#[test]
fn foreign_function_becomes_one_of_rust() {
    check(
        quote!(),
        quote! {
            pub extern "C" fn add(a: i32, rest: ...) -> i32 { a }
        },
        &expect![[r#"
            pub async fn add(a: i32) -> i32 {
                a
            }
            ::core::compile_error! {
                "`extern` functions cannot become `async`\nhelp: call it from a Rust function"
            }
        "#]],
    );
}

#[test]
fn missing_body_is_made_up() {
    check(
        quote!(),
        quote! {
            fn nothing(&self);
        },
        &expect![[r##"
            #[allow(unused_variables)]
            async fn nothing(&self) {
                loop {}
            }
            ::core::compile_error! {
                "function has no body to run\nhelp: give it one, or, in a trait, put the attribute on the `trait`"
            }
        "##]],
    );
}

#[test]
fn wrong_item_stays() {
    check(
        quote!(),
        quote! {
            pub struct Store { pool: Pool }
        },
        &expect![[r#"
            pub struct Store {
                pool: Pool,
            }
            ::core::compile_error! {
                "the `sync_to_async` attribute can only be applied to a function\nhelp: apply it to a `fn`, or to an `impl` or `trait` whose methods block"
            }
        "#]],
    );
}

#[test]
fn wrong_arguments_are_left_out() {
    check(
        quote!(exector = &pool, boxed, crate = here, limit, limit = "a b"),
        quote! {
            fn one() -> u8 { 1 }
        },
        &expect![[r#"
            async fn one() -> u8 {
                let __started = {
                    let __run = move || -> u8 {
                        match () {
                            () => 1,
                        }
                    };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
                        .start()
                };
                __started.await.take()
            }
            ::core::compile_error! {
                "unknown argument `exector`\nhelp: did you mean `executor`?\nnote: the valid arguments are `executor`, `limit`, `limiter`, `timeout`, `runtime`, `detach`, `lend`, `in_place`, `stream`, `rename`, `process`, `remote`, and `crate`"
            }
            ::core::compile_error! {
                "argument `boxed` has no meaning on a function\nhelp: it belongs on a `trait` and on each `impl` of it"
            }
            ::core::compile_error! {
                "crate path must be absolute\nhelp: write `::name`, or `crate::name`"
            }
            ::core::compile_error! {
                "argument `limit` needs a value\nhelp: write `limit = 8`"
            }
            ::core::compile_error! {
                "duplicate argument `limit`\nhelp: remove one"
            }
        "#]],
    );
}

#[test]
fn second_attribute_is_taken_off() {
    check(
        quote!(),
        quote! {
                    #[sync_to_async]
        fn one() {}
                },
        &expect![[r#"
            async fn one() {
                let __started = {
                    let __run = move || -> () {
                        match () {
                            () => {}
                        }
                    };
                    __private::plain(__run).start()
                };
                __started.await
            }
            ::core::compile_error! {
                "duplicate `sync_to_async` attribute\nhelp: remove one"
            }
        "#]],
    );
}

#[test]
fn only_the_wrong_method_falls_back() {
    check(
        quote!(),
        quote! {
            trait Source { fn a(&mut self) -> u8; fn b(&self) -> u8; }
        },
        &expect![[r#"
            trait Source {
                fn a(&mut self) -> impl ::core::future::Future<Output = u8>;
                fn b(&self) -> impl ::core::future::Future<Output = u8> + ::core::marker::Send;
            }
            ::core::compile_error! {
                "argument `self` is borrowed mutably\nnote: the body runs on another thread and may outlive the caller\nhelp: take it by value and return it, or use `lend` or `in_place`"
            }
        "#]],
    );
}

#[test]
fn original_function_stays_as_written() {
    check(
        quote!(rename = "fill_async"),
        quote! {
            #[no_mangle]
            pub const unsafe fn fill<'a, T>(buffer: &mut [T], mut rows: Rows) -> Row<'a>
            where
                T: 'a
            { BODY }
        },
        &expect![[r##"
            #[no_mangle]
            pub const unsafe fn fill<'a, T>(buffer: &mut [T], mut rows: Rows) -> Row<'a>
            where
                T: 'a,
            {
                BODY
            }
            #[allow(unused_variables)]
            pub unsafe fn fill_async<'a, T>(
                buffer: &mut [T],
                rows: Rows,
            ) -> impl ::core::future::Future<Output = Row<'a>>
            where
                T: 'a,
            {
                ::core::future::pending()
            }
            ::core::compile_error! {
                "argument `buffer` is borrowed mutably\nnote: the body runs on another thread and may outlive the caller\nhelp: take it by value and return it, or use `lend` or `in_place`"
            }
            ::core::compile_error! {
                "return type borrows from the caller\nnote: nothing borrowed outlives the call\nhelp: return an owned value: `Row<'static>`"
            }
        "##]],
    );
}

#[test]
fn counterpart_of_a_lazy_output_calls_the_sync_function() {
    check(
        quote!(rename = "rows_async"),
        quote! {
            async unsafe fn rows<T>(self: Box<Self>, (a, _): (T, u8)) -> impl Iterator<Item = T> { BODY }
        },
        &expect![[r#"
            async unsafe fn rows<T>(self: Box<Self>, (a, _): (T, u8)) -> impl Iterator<Item = T> {
                BODY
            }
            #[allow(unused_variables)]
            async unsafe fn rows_async<T>(
                self: Box<Self>,
                arg1: (T, u8),
            ) -> impl Iterator<Item = T> {
                unsafe { Self::rows::<T>(self, arg1) }.await
            }
            ::core::compile_error! {
                "return type is lazy: it would run on the caller\nhelp: collect it, and return the collection, or, of an iterator, make a stream with `stream`"
            }
        "#]],
    );
}

#[test]
fn original_function_without_a_body_is_sync() {
    check(
        quote!(rename = "nothing_async"),
        quote! {
            fn nothing(&self, count: u8);
        },
        &expect![[r##"
            #[allow(unused_variables)]
            fn nothing(&self, count: u8) {
                loop {}
            }
            #[allow(unused_variables)]
            fn nothing_async(&self, count: u8) -> impl ::core::future::Future<Output = ()> {
                ::core::future::pending()
            }
            ::core::compile_error! {
                "function has no body to run\nhelp: give it one, or, in a trait, put the attribute on the `trait`"
            }
        "##]],
    );
}

#[test]
fn original_function_stays_whatever_the_new_name_is() {
    for wrong in [
        quote!(rename),
        quote!(rename = "a b"),
        quote!(rename = "one"),
        quote!(renam = "two"),
        quote!(suffix = "_async"),
        quote!(skip),
    ] {
        let one = quote!(
            fn one() -> u8 {
                1
            }
        );
        let tokens = crate::attribute(Direction::ToAsync, wrong, one).to_string();
        assert!(tokens.starts_with("fn one () -> u8 { 1 } :: core :: compile_error"), "{tokens}");
    }
}

#[test]
fn refused_methods_of_a_block_stay() {
    check(
        quote!(suffix = "_async"),
        quote! {
            impl Store { fn a(&mut self) -> u8 { BODY } fn b(self) {} }
        },
        &expect![[r#"
            impl Store {
                fn a(&mut self) -> u8 {
                    BODY
                }
                #[allow(unused_variables)]
                fn a_async(&mut self) -> impl ::core::future::Future<Output = u8> {
                    ::core::future::pending()
                }
                fn b(self) {}
                async fn b_async(self) {
                    let __started = {
                        let __self = __private::arg((self,).0);
                        let __run = move || { Self::b(__self.take()) };
                        __private::plain(__run).start()
                    };
                    __started.await
                }
            }
            ::core::compile_error! {
                "argument `self` is borrowed mutably\nnote: the body runs on another thread and may outlive the caller\nhelp: take it by value and return it, or use `lend` or `in_place`"
            }
        "#]],
    );
    let tokens = crate::attribute(
        Direction::ToAsync,
        quote!(suffix = "_async"),
        quote!(impl Read for Store { fn a(&mut self) -> u8 { BODY } }),
    );
    let tokens = tokens.to_string();
    assert!(
        tokens.starts_with("impl Read for Store { fn a (& mut self) -> u8 { BODY } } :: core"),
        "{tokens}"
    );
}

#[test]
fn refused_stream_is_a_stream_for_its_callers() {
    check(
        quote!(stream),
        quote! {
            fn rows(file: &mut File) -> impl Iterator<Item = Row> { BODY }
        },
        &expect![[r#"
            fn rows(file: &mut File) -> __private::BlockingStream<Row> {
                ::core::mem::drop(async move { BODY });
                loop {}
            }
            ::core::compile_error! {
                "argument `file` is borrowed mutably\nnote: the body runs on another thread and may outlive the caller\nhelp: take it by value and return it, or use `lend` or `in_place`"
            }
        "#]],
    );
}

#[test]
fn attribute_that_was_not_built_in_names_its_feature() {
    let item = quote!(
        async fn read() {
            BODY
        }
    );
    let tokens = crate::fallback::without_feature("async_safe", item);
    expect![[r#"
        async fn read() {
            BODY
        }
        ::core::compile_error! {
            "attribute `async_safe` needs the `async_safe` feature\nhelp: enable it on `asyncify-runtime`"
        }
    "#]]
    .assert_eq(&super::pretty(tokens));
}
