//! The options of the attributes, for editors: the expansion that rust-analyzer asks for names the
//! items here in the place of the options, so that it offers them and shows what they mean.
//!
//! A test of `asyncify-macros` holds them in step with what the attributes accept.

#![expect(non_camel_case_types, reason = "options are written in snake case")]

/// Those of `sync_to_async`.
pub mod sync_to_async {
    /// `executor = &pool`: the executor to run on.
    ///
    /// Evaluated at the first poll. It may borrow the parameters that are references, `&self` and
    /// statics; clone an owned one: `&pool.clone()`.
    pub struct executor;

    /// `limit = 8`: at most so many bodies of the function at a time.
    ///
    /// Later callers wait in order, without a thread. On a block, each function has a limit of its
    /// own.
    pub struct limit;

    /// `limiter = &LIMITER`: at most so many bodies at a time of all functions that share the
    /// `Limiter`.
    pub struct limiter;

    /// `timeout = "30s"`, or a `Duration`: gives up after that time, counted from the first poll.
    ///
    /// The function returns a `Result<_, E>` with `E: From<asyncify_runtime::Error>`.
    pub struct timeout;

    /// `runtime = &handle`: the tokio `Handle` that the body sees, and that drives an async one,
    /// where the caller has none or another.
    pub struct runtime;

    /// `detach`: once polled, the body runs to its end, even when the caller is dropped.
    pub struct detach;

    /// `lend`: accepts `&mut T` and `&mut self` with `T: Default + Send + 'static`.
    ///
    /// The value is moved to the body, and back when the call ends. A call that is dropped while
    /// its body runs leaves the default behind.
    pub struct lend;

    /// `in_place`: runs the body where the caller stands, within the poll.
    ///
    /// Nothing moves, and everything may be borrowed. On a multi-thread tokio runtime, another
    /// thread goes on with the tasks of this one (`block_in_place`).
    pub struct in_place;

    /// `boxed`, on a trait and on each `impl` of it: the futures are boxed, so that the trait can
    /// be used as `dyn`.
    pub struct boxed;

    /// `stream` or `stream = 64`, on a function that returns an iterator: it returns a
    /// `BlockingStream` of the items, made ahead by at most so many.
    pub struct stream;

    /// `rename = "name"`, on a function: keeps the sync function, and adds the async one under this
    /// name; of one in an `impl` without `Self` in its signature, `"Self::name"`.
    pub struct rename;

    /// `suffix = "_async"`, on an `impl`: keeps its sync functions, and adds the async ones under
    /// their names with this behind.
    pub struct suffix;

    /// `skip`, on a function in an annotated block: leaves it as it is.
    pub struct skip;

    /// `process` or `process(timeout = "30s")`, on a free function: runs the body in a worker
    /// process, which can crash or be killed without harm.
    pub struct process;
}

/// Those within `process(..)`.
pub mod process {
    /// `pool = &POOL`: the `Pool` of workers to run in.
    pub struct pool;

    /// `timeout = "30s"`, or a `Duration`: kills the worker when the body runs longer.
    pub struct timeout;

    /// `on_drop = "detach"`: lets the body run to its end when the caller is dropped; `"kill"` ends
    /// the worker.
    pub struct on_drop;

    /// `codec = "postcard"`: the format of arguments and result; it is `"messagepack"` otherwise.
    pub struct codec;
}

/// Those of `async_to_sync`.
pub mod async_to_sync {
    /// `rename = "name"`, on a function: keeps the async function, and adds the sync one under this
    /// name; of one in an `impl` without `Self` in its signature, `"Self::name"`.
    pub struct rename;

    /// `suffix = "_blocking"`, on an `impl`: keeps its async functions, and adds the sync ones under
    /// their names with this behind.
    pub struct suffix;

    /// `skip`, on a function in an annotated block: leaves it as it is.
    pub struct skip;
}
