//! Prepares the database on several threads: the names that each crate has, and the traits that its
//! types implement.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ra_ap_hir::{TraitImpls, attach_db, crate_def_map};
use ra_ap_ide_db::RootDatabase;
use ra_ap_ide_db::base_db::all_crates;

/// The parser and the analysis recurse as deep as the code nests. Only what is used is allocated.
pub(crate) const STACK_SIZE: usize = 256 << 20;

/// What rust-analyzer's own function of this purpose does as well, symbols for the search of an
/// editor, is not needed, and its threads have small stacks.
pub(crate) fn prime(db: &RootDatabase) -> std::io::Result<()> {
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    // Dependencies come first.
    let crates = all_crates(db);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            let db = db.clone();
            let (crates, next) = (&crates, &next);
            let work = move || {
                // Relaxed: each index is taken once, and the list does not change.
                while let Some(krate) = crates.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Whoever needs what panics here meets the panic again, and handles it.
                    let _ = catch_unwind(AssertUnwindSafe(|| {
                        crate_def_map(&db, *krate);
                        attach_db(&db, || TraitImpls::for_crate(&db, *krate));
                    }));
                }
            };
            thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, work)?;
        }
        Ok(())
    })
}
