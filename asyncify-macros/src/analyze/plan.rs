//! A checked function: all that expansion needs, with every decision made.

use proc_macro2::{Group, Ident, Span, TokenStream};
use syn::{Attribute, Generics, Pat, Path, Signature, Token, Type, Visibility};

use super::Conversion;
use crate::args::{Ahead, Process, Remote};
use crate::item::RawFn;

pub(crate) struct FnPlan {
    /// The path of the runtime crate.
    pub(crate) runtime: TokenStream,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    /// The signature of the async function; its parameters are plain names.
    pub(crate) sig: Signature,
    pub(crate) form: Form,
    pub(crate) receiver: ReceiverPlan,
    pub(crate) params: Vec<Param>,
    pub(crate) output: Output,
    pub(crate) run: Run,
    pub(crate) flavour: Flavour,
    pub(crate) place: BodyPlace,
}

/// How the async function is written.
pub(crate) enum Form {
    AsyncFn,
    /// `fn .. -> impl Future`, which need not name the lifetimes that the sync function leaves out.
    Future,
    /// `fn .. -> impl Future + Send`, as a trait needs it for callers that spawn.
    ImplFuture,
    /// `fn .. -> BlockingStream`, of these items.
    Stream {
        item: TokenStream,
        ahead: Ahead,
    },
    /// `fn .. -> Pin<Box<dyn Future + Send>>`, as a trait needs it to be used as `dyn`.
    Boxed,
    /// The same, with the signature that `#[async_trait]` has written.
    AsyncTrait,
}

/// Where the body runs.
pub(crate) enum Run {
    /// On an executor, as the options say.
    Pool(Options),
    /// On the thread of the caller, within its poll.
    InPlace,
}

/// The options of a call.
pub(crate) struct Options {
    pub(crate) executor: Option<TokenStream>,
    pub(crate) limit: Limit,
    pub(crate) timeout: Option<TokenStream>,
    /// The tokio handle that the body sees.
    pub(crate) runtime: Option<TokenStream>,
    pub(crate) detach: bool,
}

/// How many bodies may run at a time.
pub(crate) enum Limit {
    None,
    /// This many bodies of the function.
    Own(TokenStream),
    /// As many as the limiter has permits.
    Shared(TokenStream),
}

/// Whether the body is async.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Flavour {
    Sync,
    Async,
}

pub(crate) enum ReceiverPlan {
    None,
    /// With the tokens that errors about it point at.
    Some {
        self_token: Token![self],
        written: TokenStream,
        capture: Capture,
        error_source: ErrorSource,
        /// Whether it is that of a trait's own method, of a type that is not known.
        of_definition: bool,
    },
}

impl ReceiverPlan {
    pub(crate) fn is_lent(&self) -> bool {
        matches!(self, Self::Some { capture: Capture::Lent | Capture::LentMut, .. })
    }

    pub(crate) fn is_lent_mut(&self) -> bool {
        matches!(self, Self::Some { capture: Capture::LentMut, .. })
    }
}

/// How an argument reaches the pool.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Capture {
    Moved,
    /// Made owned on the caller, borrowed again on the pool.
    Lent,
    /// Moved out of the caller's place, borrowed on the pool, and moved back.
    LentMut,
    /// Passed on as it is: the body runs on the caller's thread.
    InPlace,
}

/// Which error reports a type that cannot cross threads.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum ErrorSource {
    /// That of a trait of the runtime, whose message explains the bound.
    Runtime,
    /// That of the compiler, which proposes the missing bound of a generic type.
    Compiler,
}

impl FnPlan {
    /// Whether any argument is lent mutably.
    pub(crate) fn lends_mutably(&self) -> bool {
        self.receiver.is_lent_mut() || self.params.iter().any(Param::is_lent_mut)
    }
}

pub(crate) struct Param {
    /// `#[cfg]` and lint levels, which go wherever the parameter goes.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) lints: Vec<Attribute>,
    /// The plain name in the signature of the async function.
    pub(crate) name: Ident,
    /// The pattern as written.
    pub(crate) pattern: Pat,
    pub(crate) ty: Type,
    pub(crate) capture: Capture,
    /// Of a type such as `impl AsRef<Path>`: what the caller makes of the argument.
    pub(crate) conversion: Option<Conversion>,
    pub(crate) error_source: ErrorSource,
    /// Of a generic reference: whether its target is made owned by `Clone`, as far as one can see.
    pub(crate) is_sized: bool,
}

impl Param {
    /// Whether the body gets a borrow of what it does not own.
    pub(crate) fn is_lent(&self) -> bool {
        matches!(self.capture, Capture::Lent | Capture::LentMut)
    }

    pub(crate) fn is_lent_mut(&self) -> bool {
        self.capture == Capture::LentMut
    }
}

pub(crate) enum Output {
    /// No type written; the span of the parameter list.
    Unit(Span),
    /// `!`, there.
    Never(Span),
    Type {
        ty: Box<Type>,
        error_source: ErrorSource,
        opaque: bool,
    },
}

/// Where the body goes.
pub(crate) enum BodyPlace {
    /// Into the closure that runs on the pool. `self` is in it only where `#[async_trait]` makes a
    /// local of it.
    Closure(Group),
    /// Into a hidden method beside the async one.
    Sibling {
        method: Box<RawFn>,
        body: Group,
        /// Whether the attribute sees that this is no trait's `impl`, where no sibling may stand.
        is_block_seen: bool,
    },
    /// Into a hidden method of a trait inside the async one.
    Scoped { method: Box<RawFn>, body: Group, scope: Box<TraitScope> },
    /// Nowhere: the sync function stays, and is called.
    Original { function: Box<RawFn>, body: Group, associated: bool },
    /// Nowhere: a trait declares it, as far as here.
    Declared(Token![;]),
}

/// The trait that a method belongs to.
#[derive(Clone)]
pub(crate) struct TraitScope {
    pub(crate) generics: Generics,
    pub(crate) implemented: Path,
    /// The type of an `impl`; a definition has none.
    pub(crate) self_ty: Option<Type>,
}

/// A checked function that runs in another process.
pub(crate) struct ProcessPlan {
    pub(crate) runtime: TokenStream,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    /// The signature of the async function; its parameters are plain names.
    pub(crate) sig: Signature,
    pub(crate) params: Vec<ProcessParam>,
    pub(crate) output: Type,
    pub(crate) body: Group,
    /// The function as written, to go inside of the async one.
    pub(crate) inner: RawFn,
    /// The sync function, where it stays.
    pub(crate) original: Option<Box<RawFn>>,
    pub(crate) target: Target,
}

/// Where it runs.
#[derive(Clone)]
pub(crate) enum Target {
    Process(Process),
    Remote(Remote),
}

pub(crate) struct ProcessParam {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    /// Whether the function borrows the worker's copy.
    pub(crate) is_lent: bool,
}
