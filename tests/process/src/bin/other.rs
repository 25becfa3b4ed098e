//! A program with the functions of the library and none of its own.

fn main() {
    asyncify_runtime::process::init();
    // Named, so that the library is linked.
    println!("no worker, with {} descriptors", asyncify_process_tests::outside::descriptors());
}
