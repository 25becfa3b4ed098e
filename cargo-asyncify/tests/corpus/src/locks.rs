//! Guards across an await.

async fn pause() {}

pub mod b601_mutex {
    use std::sync::Mutex;
    pub async fn case(lock: &Mutex<u8>) {
        let guard = lock.lock().unwrap();
        super::pause().await;
        drop(guard);
    }
}

pub mod b602_read_lock {
    use std::sync::RwLock;
    pub async fn case(lock: &RwLock<u8>) {
        let guard = lock.read().unwrap();
        super::pause().await;
        let _ = *guard;
    }
}

pub mod b603_parking_lot {
    pub async fn case(lock: &parking_lot::Mutex<u8>) {
        let _guard = lock.lock();
        super::pause().await;
    }
}

pub mod b604_match_on_a_guard {
    use std::sync::Mutex;
    pub async fn case(lock: &Mutex<Option<u8>>) {
        match lock.lock().unwrap().take() {
            Some(_) => super::pause().await,
            None => {}
        }
    }
}

pub mod b605_await_in_a_loop {
    use std::sync::Mutex;
    pub async fn case(lock: &Mutex<u8>) {
        let guard = lock.lock().unwrap();
        for _ in 0..*guard {
            super::pause().await;
        }
    }
}

pub mod b606_if_let_on_a_guard {
    use std::sync::Mutex;
    pub async fn case(lock: &Mutex<Option<u8>>) {
        if let Some(_) = lock.lock().unwrap().as_ref() {
            super::pause().await;
        }
    }
}

pub mod n601_guard_that_is_dropped_before {
    use std::sync::Mutex;
    pub async fn case(lock: &Mutex<u8>) {
        let guard = lock.lock().unwrap();
        drop(guard);
        super::pause().await;
    }
}

pub mod n602_guard_in_a_block {
    use std::sync::Mutex;
    pub async fn case(lock: &Mutex<u8>) {
        {
            let mut guard = lock.lock().unwrap();
            *guard += 1;
        }
        super::pause().await;
    }
}

pub mod n603_guard_for_one_statement {
    use std::sync::Mutex;
    pub async fn case(lock: &Mutex<u8>) {
        *lock.lock().unwrap() += 1;
        super::pause().await;
    }
}

pub mod n604_value_of_a_guard {
    use std::sync::Mutex;
    pub async fn case(lock: &Mutex<u8>) {
        let value = *lock.lock().unwrap();
        super::pause().await;
        drop(value);
    }
}

pub mod n605_async_lock {
    use tokio::sync::Mutex;
    pub async fn case(lock: &Mutex<u8>) {
        let _guard = lock.lock().await;
        super::pause().await;
    }
}

pub mod n606_await_of_another_future {
    use std::sync::Mutex;
    pub async fn case(lock: &Mutex<u8>) {
        let guard = lock.lock().unwrap();
        let _later = async { super::pause().await };
        drop(guard);
    }
}
