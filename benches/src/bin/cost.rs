//! Runs jobs one by one on this thread, so that an instruction counter gives the same number every
//! time. `cost.sh` calls it and does the sums; `README.md` says more.
//!
//! Every layer of a job's life is one variant, and each adds one thing to the one before it.

fn main() {}
