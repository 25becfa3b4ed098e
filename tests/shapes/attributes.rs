//! What stands around the function stays: documentation, visibility, and every other attribute.

mod inner {
    use asyncify_runtime::sync_to_async;

    #[sync_to_async]
    fn private() -> u8 {
        1
    }

    #[sync_to_async]
    pub(super) fn visible() -> u8 {
        2
    }

    #[sync_to_async]
    pub(in crate::attributes) async fn restricted() -> u8 {
        private().await + visible().await
    }

    pub mod deeper {
        use asyncify_runtime::sync_to_async;

        /// In the open.
        #[sync_to_async]
        pub fn public() -> u8 {
            4
        }
    }
}

use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

#[sync_to_async]
#[must_use = "of use"]
#[inline]
#[doc(alias = "useful")]
fn below() -> u8 {
    1
}

#[must_use]
#[cold]
#[sync_to_async]
#[cfg_attr(all(), allow(unused_variables))]
fn above(unused: u8) -> u8 {
    1
}

#[cfg(any())]
#[sync_to_async]
fn absent() -> NoSuchType {}

#[sync_to_async]
#[cfg(not(any()))]
fn present() -> u8 {
    3
}

#[asyncify_runtime::sync_to_async]
fn qualified() -> u8 {
    4
}

#[::asyncify_runtime::sync_to_async]
fn globally_qualified() -> u8 {
    5
}

#[sync_to_async()]
fn empty_parentheses() -> u8 {
    6
}

#[sync_to_async(crate = ::asyncify_runtime, executor = &asyncify_runtime::Inline,)]
fn options() -> std::thread::ThreadId {
    std::thread::current().id()
}

#[sync_to_async]
#[deprecated(note = "still runs")]
fn old() -> u8 {
    7
}

#[sync_to_async]
#[expect(unused_variables, reason = "fulfilled by the body")]
fn expectant() -> u8 {
    let unused = 1;
    8
}

/// Applied twice in one crate under different names of the attribute.
use asyncify_runtime::sync_to_async as offloaded;

#[offloaded]
fn aliased() -> u8 {
    10
}

#[test]
fn functions_keep_their_visibility() {
    block_on(async {
        assert_eq!(inner::visible().await, 2);
        assert_eq!(inner::restricted().await, 3);
        assert_eq!(inner::deeper::public().await, 4);
    });
}

#[test]
fn other_attributes_hold() {
    block_on(async {
        assert_eq!(below().await + above(0).await, 2);
        assert_eq!(present().await, 3);
        assert_eq!(expectant().await, 8);
        #[allow(deprecated)]
        let seven = old();
        assert_eq!(seven.await, 7);
    });
}

#[test]
fn attribute_is_found_by_any_path_and_takes_options() {
    block_on(async {
        assert_eq!(qualified().await + globally_qualified().await, 9);
        assert_eq!(empty_parentheses().await, 6);
        assert_eq!(options().await, std::thread::current().id());
        assert_eq!(aliased().await, 10);
    });
}
