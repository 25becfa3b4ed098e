//! The options of the attributes, for editors. The expansion for rust-analyzer refers to these
//! items in place of the options, so that editors can complete them and show their documentation.
//!
//! A test of `asyncify-macros` checks that these are the options that the attributes accept.

#![expect(non_camel_case_types, reason = "options are written in snake case")]

/// The options of `sync_to_async`.
pub mod sync_to_async {
    /// `executor = &pool`: the executor to run on.
    ///
    /// Evaluated at the first poll. It may borrow the parameters that are references, `&self` and
    /// statics; clone an owned one: `&pool.clone()`.
    pub struct executor;

    /// `limit = 8`: the maximum number of bodies of the function that run at the same time.
    ///
    /// Further callers wait in order, without blocking a thread. On a block, each function has its
    /// own limit.
    pub struct limit;

    /// `limiter = &LIMITER`: a `Limiter` whose limit applies to all functions that share it.
    pub struct limiter;

    /// `timeout = "30s"`, or a `Duration`: the call returns an error after this time, counted from
    /// the first poll.
    ///
    /// The function must return a `Result<_, E>` with `E: From<asyncify_runtime::Error>`. A call
    /// that its executor refuses returns an error, too; with `Duration::MAX`, that is all.
    pub struct timeout;

    /// `runtime = &handle`: the tokio `Handle` in whose context the body runs, instead of the
    /// caller's runtime. It also drives an async body.
    pub struct runtime;

    /// `detach`: a call that has been polled runs to completion, even if its future is dropped.
    pub struct detach;

    /// `lend`: accepts `&mut T` and `&mut self` with `T: Default + Send + 'static`.
    ///
    /// The value is moved to the body, and back when the call ends. If the future is dropped while
    /// the body runs, the caller is left with the default value.
    pub struct lend;

    /// `in_place`: runs the body on the caller's thread, within the poll.
    ///
    /// Arguments are not moved and may be borrowed. On a multi-thread tokio runtime, the other
    /// tasks of the thread are moved to another thread (`block_in_place`).
    pub struct in_place;

    /// `boxed`, on a trait and on each `impl` of it: the futures are boxed, so that the trait can
    /// be used as `dyn`.
    pub struct boxed;

    /// `stream` or `stream = 64`, on a function that returns an iterator: the async function
    /// returns a `BlockingStream` of the items, with a buffer of this size.
    pub struct stream;

    /// `rename = "name"`, on a function: keeps the sync function, and adds the async one under this
    /// name. For a function in an `impl` without `Self` in its signature, write `"Self::name"`.
    pub struct rename;

    /// `suffix = "_async"`, on an `impl`: keeps the sync functions, and adds async ones whose names
    /// end with this suffix.
    pub struct suffix;

    /// `skip`, on a function in an annotated block: leaves it as it is.
    pub struct skip;

    /// `opt_in`, on an `impl` or `trait`: changes only the functions that have the attribute
    /// themselves.
    pub struct opt_in;

    /// `process` or `process(timeout = "30s")`, on a free function: runs the body in a worker
    /// process, which can crash or be killed without affecting the caller.
    pub struct process;

    /// `remote` or `remote(queue = "images")`, on a free function: makes each call a durable task,
    /// which a worker on any machine runs.
    pub struct remote;
}

/// The options within `process(..)`.
pub mod process {
    /// `pool = &POOL`: the `Pool` of workers to run in.
    pub struct pool;

    /// `timeout = "30s"`, or a `Duration`: kills the worker when the body runs longer.
    pub struct timeout;

    /// `on_drop = "detach"`: the body runs to completion if the future is dropped. `"kill"` kills
    /// the worker.
    pub struct on_drop;

    /// `codec = "postcard"`: the format of arguments and result. The default is `"messagepack"`.
    pub struct codec;
}

/// The options within `remote(..)`.
pub mod remote {
    /// `name = "thumbnail.v1"`: the name of the function in all programs. The default is its path.
    pub struct name;

    /// `queue = "images"`: the queue of the tasks. The default is `"default"`.
    pub struct queue;

    /// `timeout = "10m"`, or a `Duration`: limits the time of one attempt.
    pub struct timeout;

    /// `retries = 3`: how many attempts may follow one that crashes, times out, or has its worker
    /// die.
    pub struct retries;

    /// `backoff = "2s"`, or a `Duration`: the time before the second attempt, which doubles with
    /// each further one.
    pub struct backoff;

    /// `codec = "postcard"`: the format of arguments and result. The default is `"messagepack"`.
    pub struct codec;

    /// `on_drop = "detach"`: the task continues if the future is dropped. `"cancel"` cancels it.
    pub struct on_drop;

    /// `at_most_once`: the task never runs twice, but may be lost with its worker.
    pub struct at_most_once;

    /// `engine = &*ENGINE`: the engine that stores the tasks. The default is the installed one.
    pub struct engine;
}

/// The options of `async_to_sync`.
pub mod async_to_sync {
    /// `rename = "name"`, on a function: keeps the async function, and adds the sync one under this
    /// name. For a function in an `impl` without `Self` in its signature, write `"Self::name"`.
    pub struct rename;

    /// `suffix = "_blocking"`, on an `impl`: keeps the async functions, and adds sync ones whose
    /// names end with this suffix.
    pub struct suffix;

    /// `skip`, on a function in an annotated block: leaves it as it is.
    pub struct skip;
}
