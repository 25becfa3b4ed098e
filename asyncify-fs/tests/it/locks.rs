//! Locks of files.

#[rustversion::since(1.89)]
mod since_1_89 {
    use crate::{file_with, open};
    use asyncify_fs::File;
    use futures::FutureExt;
    use futures::executor::block_on;
    use std::fs::TryLockError;

    async fn is_locked(file: &File) -> bool {
        match file.try_lock().await {
            Ok(()) => {
                file.unlock().await.unwrap();
                false
            }
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(error)) => panic!("{error}"),
        }
    }

    #[test]
    fn a_lock_excludes_others_until_it_is_released() {
        block_on(async {
            let (_folder, path) = file_with(b"");
            let (mut first, second) = (open(&path).await, open(&path).await);
            first.lock().await.unwrap();
            assert!(is_locked(&second).await);
            assert!(matches!(second.try_lock_shared().await, Err(TryLockError::WouldBlock)));
            first.write_all(b"before").await.unwrap();
            first.unlock().await.unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), b"before");
            assert!(!is_locked(&second).await);
            second.lock_shared().await.unwrap();
            first.try_lock_shared().await.unwrap();
            let third = open(&path).await;
            assert!(is_locked(&third).await);
            drop(first);
            drop(second);
            third.lock().await.unwrap();
        });
    }

    #[test]
    fn a_lock_is_waited_for() {
        block_on(async {
            let (_folder, path) = file_with(b"");
            let (first, second) = (open(&path).await, open(&path).await);
            first.lock().await.unwrap();
            let mut waiting = Box::pin(second.lock());
            assert!((&mut waiting).now_or_never().is_none());
            first.unlock().await.unwrap();
            waiting.await.unwrap();
            assert!(is_locked(&first).await);
        });
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_lock_that_is_not_waited_for_any_more_is_released() {
        use std::os::unix::fs::MetadataExt;

        block_on(async {
            let (_folder, path) = file_with(b"");
            let (first, second, third) = (open(&path).await, open(&path).await, open(&path).await);
            first.lock().await.unwrap();
            // The system lists a call that waits.
            let inode = format!(":{} ", path.metadata().unwrap().ino());
            let waits = |line: &str| line.contains("->") && line.contains(&inode);
            let mut waiting = Box::pin(second.lock());
            assert!((&mut waiting).now_or_never().is_none());
            crate::until(|| std::fs::read_to_string("/proc/locks").unwrap().lines().any(waits));
            drop(waiting);
            first.unlock().await.unwrap();
            // The call has got the lock, and returned it.
            third.lock().await.unwrap();
        });
    }
}
