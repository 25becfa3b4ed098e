//! The programs in the text of the guide, which rustdoc compiles and runs. What the guide includes
//! from other files is not among them.

/// A module for each chapter, so that the test of a program has the name of its chapter.
macro_rules! chapters {
    ($($name:ident: $file:literal),* $(,)?) => {
        $(
            #[cfg(doctest)]
            #[doc = include_str!(concat!("../../src/", $file))]
            mod $name {}
        )*
    };
}

chapters! {
    introduction: "introduction.md",
    first_call: "first-call.md",
    parameters: "parameters.md",
    executors: "executors.md",
    limits: "limits.md",
    cancellation: "cancellation.md",
    many: "many.md",
    files: "files.md",
    streams: "streams.md",
    processes: "processes.md",
    finding_what_blocks: "finding-what-blocks.md",
    testing: "testing.md",
    performance: "performance.md",
    observing: "observing.md",
}
