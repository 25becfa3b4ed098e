#![deny(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe]
mod channels {
    use std::sync::mpsc::{self, Receiver};
    use std::time::Duration;

    pub async fn made_here() -> u8 {
        let (sender, receiver) = mpsc::channel();
        sender.send(8).unwrap();
        receiver.recv().unwrap()
    }

    pub async fn passed_in(receiver: &Receiver<u8>, bounded: mpsc::SyncSender<u8>) {
        while let Ok(byte) = receiver.recv_timeout(Duration::MAX) {
            bounded.send(byte).unwrap();
        }
    }

    pub struct Inbox {
        receiver: Receiver<u8>,
    }

    impl Inbox {
        pub async fn next(&self) -> Option<u8> {
            self.receiver.recv().ok()
        }
    }
}

fn main() {
    drop(channels::made_here());
    let _ = channels::passed_in;
    let _ = channels::Inbox::next;
}
