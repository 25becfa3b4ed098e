//! What may stand in a body: everything that may stand in a function's.

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

const OUTER: u8 = 1;

fn helper() -> u8 {
    10
}

#[sync_to_async]
fn local_items() -> u8 {
    const INNER: u8 = 2;
    static TABLE: [u8; 2] = [3, 4];
    struct Local(u8);
    impl Local {
        fn get(&self) -> u8 {
            self.0
        }
    }
    enum Choice {
        Only(u8),
    }
    trait Doubled {
        fn doubled(&self) -> u8;
    }
    impl Doubled for u8 {
        fn doubled(&self) -> u8 {
            self * 2
        }
    }
    macro_rules! six {
        () => {
            6
        };
    }
    fn nested(number: u8) -> u8 {
        number + INNER
    }
    use std::cmp::max;
    let Choice::Only(chosen) = Choice::Only(5);
    max(nested(OUTER), TABLE[1]) + Local(chosen).get() + six!() + 1_u8.doubled()
}

#[sync_to_async]
fn relative_paths() -> u8 {
    self::helper() + crate::bodies::helper() + super::bodies::OUTER
}

#[sync_to_async]
fn inner_attributes(unused: u8) -> u8 {
    #![allow(unused_variables)]
    //! And inner documentation.
    7
}

#[sync_to_async]
fn early_return(number: i32) -> Result<i32, String> {
    if number < 0 {
        return Err("negative".into());
    }
    let half = match number {
        0 => return Ok(0),
        n if n % 2 == 0 => n / 2,
        _ => Err("odd")?,
    };
    Ok(half)
}

#[sync_to_async]
fn loops(limit: u32) -> u32 {
    let mut sum = 0;
    'outer: for i in 0.. {
        for j in 0..i {
            if i > limit {
                break 'outer;
            }
            if j % 2 == 0 {
                continue;
            }
            sum += j;
        }
    }
    let found = loop {
        break sum;
    };
    let labelled = 'block: {
        if found > 5 {
            break 'block 1;
        }
        0
    };
    found + labelled
}

#[sync_to_async]
fn closures(numbers: Vec<u8>) -> Vec<u8> {
    let offset = 1;
    let add = move |number: u8| -> u8 { return number + offset };
    numbers.into_iter().map(add).collect()
}

#[sync_to_async]
fn shadowed(value: u8) -> u8 {
    let value = value + 1;
    let value = { value + 1 };
    value
}

#[sync_to_async]
fn unsafe_block(number: u32) -> f32 {
    let pointer = &number as *const u32;
    // SAFETY: the pointer comes from a reference that lives.
    f32::from_bits(unsafe { *pointer })
}

#[sync_to_async]
fn semicolon_only() {
    let _ = 1;
}

#[sync_to_async]
fn one_expression() -> u8 {
    1
}

#[sync_to_async]
fn empty_result() -> Result<(), String> {
    Ok(())
}

#[sync_to_async]
fn panicking() -> u8 {
    unreachable!("never mind")
}

#[sync_to_async]
fn todo_tail(flag: bool) -> u8 {
    match flag {
        true => 1,
        false => panic!("false"),
    }
}

#[sync_to_async]
fn own_runtime() -> u8 {
    block_on(async { one_expression().await + 1 })
}

#[test]
fn local_items_and_paths_resolve() {
    block_on(async {
        assert_eq!(local_items().await, 17);
        assert_eq!(relative_paths().await, 21);
        assert_eq!(inner_attributes(1).await, 7);
    });
}

#[test]
fn returns_and_loops_end_the_body_alone() {
    block_on(async {
        assert_eq!(early_return(-1).await, Err("negative".to_owned()));
        assert_eq!(early_return(0).await, Ok(0));
        assert_eq!(early_return(3).await, Err("odd".to_owned()));
        assert_eq!(early_return(8).await, Ok(4));
        assert_eq!(loops(4).await, 6 + 1);
        assert_eq!(closures(vec![1, 2]).await, [2, 3]);
        assert_eq!(shadowed(1).await, 3);
        assert_eq!(empty_result().await, Ok(()));
    });
}

#[test]
fn small_bodies_work() {
    block_on(async {
        semicolon_only().await;
        assert_eq!(one_expression().await, 1);
        assert_eq!(todo_tail(true).await, 1);
        assert!(unsafe_block(0).await < 1.0);
        assert_eq!(own_runtime().await, 2);
    });
}

#[test]
fn panicking_body_panics_on_the_awaiter() {
    assert!(std::panic::catch_unwind(|| block_on(panicking())).is_err());
}
