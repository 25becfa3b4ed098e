//! Parameters, generics and items of the user's, named as ours are or might be.

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

#[sync_to_async]
fn like_options(
    executor: u8,
    timeout: u8,
    limit: u8,
    limiter: u8,
    runtime: u8,
    detach: u8,
    lend: u8,
    rename: u8,
) -> u8 {
    executor + timeout + limit + limiter + runtime + detach + lend + rename
}

#[sync_to_async]
fn like_locals(
    __p0: u8,
    __p1: u8,
    __p2: &str,
    __run: u8,
    __out: u8,
    __started: u8,
    __executor: u8,
    __result: u8,
) -> usize {
    usize::from(
        __p0 + __p1 * 2 + __run * 3 + __out * 4 + __started * 5 + __executor * 6 + __result * 7,
    ) + __p2.len()
}

#[sync_to_async]
fn like_patterns((a, b): (u8, u8), __arg0: u8, _: u8, _unnamed2: u8, __arg2: u8) -> u8 {
    a + b + __arg0 + _unnamed2 + __arg2
}

#[sync_to_async]
fn like_variables(
    pool: u8,
    context: u8,
    f: u8,
    args: u8,
    self_: u8,
    this: u8,
    job: u8,
    handle: u8,
    value: u8,
    __value: u8,
) -> u8 {
    pool + context + f + args + self_ + this + job + handle + value + __value
}

#[sync_to_async(executor = &asyncify_runtime::Inline)]
fn like_option_in_use(executor: &str, __executor: String) -> String {
    format!("{}{}", executor, __executor)
}

#[sync_to_async]
fn like_functions(
    arg: u8,
    keep: u8,
    output: u8,
    start: u8,
    witness: u8,
    fake: u8,
    drive: u8,
    take: &str,
) -> usize {
    usize::from(arg + keep + output + start + witness + fake + drive) + take.len()
}

#[sync_to_async]
async fn like_locals_async(__p0: u8, __run: &str, __value: u8, __fut: u8) -> usize {
    usize::from(__p0 + __value + __fut) + __run.len()
}

#[sync_to_async]
fn like_generics<__T: Send + 'static, F: Send + 'static, R: Default + Send + 'static>(
    _: __T,
    _: F,
) -> R {
    R::default()
}

#[derive(Clone)]
struct Like {
    __self: u8,
}

impl Like {
    #[sync_to_async]
    fn like_receiver(&self, __self: u8, __p0: u8, this: u8) -> u8 {
        self.__self + __self + __p0 + this
    }

    /// Named as the hidden methods of another crate's macros are.
    #[sync_to_async]
    fn __sync_to_async(&self) -> u8 {
        self.__self
    }

    #[sync_to_async]
    fn take(self) -> u8 {
        self.__self
    }

    #[sync_to_async]
    fn lend(&self) -> u8 {
        self.__self
    }

    #[sync_to_async]
    fn clone(&self) -> u8 {
        self.__self
    }
}

/// A function named like a method that generated code calls.
#[sync_to_async]
fn take() -> u8 {
    1
}

#[sync_to_async]
fn recursive_name(recursive_name: u8) -> u8 {
    recursive_name
}

#[sync_to_async]
fn r#fn(r#async: u8) -> u8 {
    r#async
}

#[sync_to_async]
#[allow(non_snake_case)]
fn ÄÖ(größe: u8) -> u8 {
    größe
}

#[test]
fn parameters_named_as_ours_arrive_unchanged() {
    block_on(async {
        assert_eq!(like_options(1, 2, 3, 4, 5, 6, 7, 8).await, 36);
        assert_eq!(like_locals(1, 1, "a", 1, 1, 1, 1, 1).await, 29);
        assert_eq!(like_patterns((1, 2), 3, 9, 4, 5).await, 15);
        assert_eq!(like_variables(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).await, 55);
        assert_eq!(like_option_in_use("a", "b".to_owned()).await, "ab");
        assert_eq!(like_functions(1, 2, 3, 4, 5, 6, 7, "a").await, 29);
        assert_eq!(like_locals_async(1, "a", 2, 3).await, 7);
        assert_eq!(like_generics::<_, _, u8>("a", 'b').await, 0);
    });
}

#[test]
fn methods_named_as_ours_are_the_users() {
    block_on(async {
        let like = Like { __self: 1 };
        assert_eq!(like.like_receiver(2, 3, 4).await, 10);
        assert_eq!(like.__sync_to_async().await, 1);
        assert_eq!(like.lend().await, 1);
        assert_eq!(like.clone().await, 1);
        assert_eq!(like.take().await, 1);
        assert_eq!(take().await, 1);
    });
}

#[test]
fn names_of_every_kind_work() {
    block_on(async {
        assert_eq!(recursive_name(1).await, 1);
        assert_eq!(r#fn(2).await, 2);
        assert_eq!(ÄÖ(3).await, 3);
    });
}
