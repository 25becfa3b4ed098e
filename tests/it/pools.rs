//! Pools do not delay each other.

use asyncify_runtime::asyncify;
use asyncify_tests::{Gate, block_on};

use crate::{at_most, join_all};

#[test]
fn full_pool_does_not_delay_another() {
    let busy = at_most(2).build().unwrap();
    let free = at_most(1).build().unwrap();
    let gate = Gate::new();
    let blocked: Vec<_> = (0..10).map(|_| busy.spawn(gate.body())).collect();
    gate.wait_for(2);
    assert_eq!(block_on(async { asyncify!(|| 1).executor(&free).await }), 1);
    assert_eq!(gate.arrived(), 2);
    gate.open();
    join_all(blocked);
}
