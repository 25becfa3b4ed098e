//! Groups.

use asyncify_runtime::observe::Registry;
use asyncify_runtime::{BlockingPool, Shutdown, TaskGroup};
use asyncify_tests::{Gate, block_on};

use crate::record;

#[test]
fn children_are_counted_by_outcome() {
    let pool = BlockingPool::builder().build().unwrap();
    let registry = Registry::new();
    let mut group = TaskGroup::with_executor(pool.clone());
    // It was spawned before the group was added.
    group.spawn(|| 1);
    registry.group("sizes", &mut group);
    group.spawn(|| panic!("on purpose"));
    let cancelled = group.spawn_future(std::future::pending());
    group.cancel(cancelled);
    let recorded = record(&registry);
    recorded.assert("group.", [("count", 1), ("child.count", 3), ("child.spawned", 3)]);
    recorded.assert("group.child.ended{outcome=", [("completed}", 0), ("panicked}", 0)]);
    while block_on(group.join_next()).is_some() {}

    block_on(pool.shutdown(Shutdown::Drain));
    group.spawn(|| 2);
    assert!(block_on(group.join_next()).unwrap().1.unwrap_err().is_rejected());
    let recorded = record(&registry);
    recorded.assert("group.", [("count", 1), ("child.count", 0), ("child.spawned", 4)]);
    recorded.assert(
        "group.child.ended{outcome=",
        [("completed}", 1), ("cancelled}", 1), ("panicked}", 1), ("rejected}", 1)],
    );
}

#[test]
fn groups_with_one_name_are_counted_together() {
    let pool = BlockingPool::builder().build().unwrap();
    let registry = Registry::new();
    let gate = Gate::new();
    let groups = [1, 2].map(|children| {
        let mut group = TaskGroup::with_executor(pool.clone());
        registry.group("uploads", &mut group);
        for _ in 0..children {
            group.spawn(gate.body());
        }
        group
    });
    let mut other = TaskGroup::with_executor(pool.clone());
    other.spawn(gate.body());
    let recorded = record(&registry);
    recorded.assert("group.", [("count", 2), ("child.count", 3), ("child.spawned", 3)]);

    let [mut one, two] = groups;
    gate.open();
    block_on(one.join_next()).unwrap().1.unwrap();
    // Two children end with their group, without being joined.
    drop(two);
    let recorded = record(&registry);
    recorded.assert("group.", [("count", 1), ("child.count", 0), ("child.spawned", 3)]);
    drop(one);
    let recorded = record(&registry);
    recorded.assert("group.", [("count", 0), ("child.spawned", 3)]);
    recorded.assert("group.child.ended", [("{outcome=completed}", 1)]);
    block_on(other.join_next()).unwrap().1.unwrap();
}

#[test]
fn detached_children_are_no_longer_of_the_group() {
    let pool = BlockingPool::builder().build().unwrap();
    let registry = Registry::new();
    let mut group = TaskGroup::with_executor(pool.clone());
    registry.group("detached", &mut group);
    group.spawn(|| ());
    group.spawn_future(std::future::ready(()));
    group.detach_all();
    let recorded = record(&registry);
    recorded.assert("group.", [("count", 1), ("child.count", 0), ("child.spawned", 2)]);
}

#[test]
fn a_group_moves_to_the_name_that_it_gets() {
    let pool = BlockingPool::builder().build().unwrap();
    let [first, second] = [Registry::new(), Registry::new()];
    let mut group = TaskGroup::with_executor(pool.clone());
    first.group("first", &mut group);
    group.spawn(|| ());
    second.group("second", &mut group);
    record(&first).assert("group.", [("count", 0), ("child.count", 0), ("child.spawned", 1)]);
    record(&second).assert("group.", [("count", 1), ("child.count", 1), ("child.spawned", 1)]);
}
