//! Functions that are remote tasks.

use expect_test::expect;
use quote::quote;

use super::check;

#[test]
fn a_task_is_registered_under_its_name() {
    check(
        quote!(remote(
            name = "scale.v1",
            queue = "images",
            timeout = "10m",
            retries = 0,
            backoff = "2s",
            codec = "postcard",
            on_drop = "detach",
            engine = &*ENGINE
        )),
        quote! {
            fn scale(image: &[u8], width: u32) -> Result<Vec<u8>, Error> {
                BODY
            }
        },
        &expect![[r##"
            #[cfg(target_os = "linux")]
            #[must_use = "futures do nothing unless polled"]
            fn scale(
                image: &[u8],
                width: u32,
            ) -> ::asyncify_runtime::remote::Call<Result<Vec<u8>, Error>> {
                use ::asyncify_runtime::remote::__private as __process;
                #[allow(clippy::unnecessary_wraps)]
                fn scale(image: &[u8], width: u32) -> Result<Vec<u8>, Error> {
                    BODY
                }
                fn __run(
                    __request: &mut __process::Request<'_>,
                ) -> ::core::result::Result<__process::Answer, __process::Refusal> {
                    let __p0 = __request.argument()?;
                    let __p1 = __request.argument()?;
                    __request.end()?;
                    __request.answer((&scale(__process::lend(&__p0), __p1),).0)
                }
                static __TASK: __process::Task = __process::Task::new(
                    ::core::concat!(::core::module_path!(), "::", "scale"),
                    (::core::file!(), ::core::line!(), ::core::column!()),
                    __run,
                );
                __process::inventory::submit! {
                    __process::Registration(& __TASK)
                }
                static __REMOTE: __process::RemoteTask = __process::RemoteTask::new(
                    "scale.v1",
                    &__TASK,
                );
                __process::inventory::submit! {
                    __process::RemoteRegistration(& __REMOTE)
                }
                let mut __arguments = __process::Arguments::new(
                    &__REMOTE,
                    __process::engine((&*ENGINE,).0),
                    __process::Options::new()
                        .queue("images")
                        .timeout(::core::time::Duration::new(600u64, 0u32))
                        .retries(0)
                        .backoff(::core::time::Duration::new(2u64, 0u32))
                        .postcard()
                        .detached(),
                );
                __arguments.push((&*image,).0);
                __arguments.push((&width,).0);
                __process::call(__arguments)
            }
            #[cfg(not(target_os = "linux"))]
            #[allow(unused_variables)]
            async fn scale(image: &[u8], width: u32) -> Result<Vec<u8>, Error> {
                loop {}
            }
            #[cfg(not(target_os = "linux"))]
            ::core::compile_error! {
                "remote tasks need Linux: `remote` cannot be used here"
            }
        "##]],
    );
}

#[test]
fn a_task_without_a_name_has_its_path() {
    check(
        quote!(remote),
        quote! {
            pub fn ping() -> Result<(), Error> {
                BODY
            }
        },
        &expect![[r##"
            #[cfg(target_os = "linux")]
            #[must_use = "futures do nothing unless polled"]
            pub fn ping() -> ::asyncify_runtime::remote::Call<Result<(), Error>> {
                use ::asyncify_runtime::remote::__private as __process;
                #[allow(clippy::unnecessary_wraps)]
                fn ping() -> Result<(), Error> {
                    BODY
                }
                fn __run(
                    __request: &mut __process::Request<'_>,
                ) -> ::core::result::Result<__process::Answer, __process::Refusal> {
                    __request.end()?;
                    __request.answer((&ping(),).0)
                }
                static __TASK: __process::Task = __process::Task::new(
                    ::core::concat!(::core::module_path!(), "::", "ping"),
                    (::core::file!(), ::core::line!(), ::core::column!()),
                    __run,
                );
                __process::inventory::submit! {
                    __process::Registration(& __TASK)
                }
                static __REMOTE: __process::RemoteTask = __process::RemoteTask::new(
                    ::core::concat!(::core::module_path!(), "::", "ping"),
                    &__TASK,
                );
                __process::inventory::submit! {
                    __process::RemoteRegistration(& __REMOTE)
                }
                let mut __arguments = __process::Arguments::new(
                    &__REMOTE,
                    __process::installed(),
                    __process::Options::new(),
                );
                __process::call(__arguments)
            }
            #[cfg(not(target_os = "linux"))]
            #[allow(unused_variables)]
            pub async fn ping() -> Result<(), Error> {
                loop {}
            }
            #[cfg(not(target_os = "linux"))]
            ::core::compile_error! {
                "remote tasks need Linux: `remote` cannot be used here"
            }
        "##]],
    );
}
