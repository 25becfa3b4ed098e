use std::sync::LazyLock;

use asyncify_runtime::{BlockingPool, Error, async_to_sync, sync_to_async};

pub static /*pool*/POOL: LazyLock<BlockingPool> = LazyLock::new(BlockingPool::default);
pub const /*most*/MOST: usize = 4;

#[derive(Clone, Default)]
pub struct /*word*/Word {
    pub letters: String,
}

pub struct /*size*/Size(usize);

#[sync_to_async(executor = &*/*pool*/POOL, limit = /*most*/MOST)]
pub fn moved(word: /*word*/Word, more: Vec</*word*/Word>) -> /*size*/Size {
    /*size*/Size(word.letters.len() + more.len())
}

#[sync_to_async(executor = &/*pool*/POOL.clone())]
pub fn borrowed(word: &/*word*/Word, more: &[/*word*/Word]) -> Result</*size*/Size, u8> {
    Ok(/*size*/Size(word.letters.len() + more.len()))
}

#[sync_to_async(timeout = "1s", limit = /*most*/MOST)]
pub async fn in_time(word: /*word*/Word) -> Result</*size*/Size, Error> {
    Ok(/*size*/Size(word.letters.len()))
}

#[sync_to_async(lend)]
pub fn lent(word: &mut /*word*/Word) -> /*size*/Size {
    /*size*/Size(word.letters.len())
}

#[sync_to_async(in_place)]
pub fn in_place(word: /*word*/Word) -> /*size*/Size {
    /*size*/Size(word.letters.len())
}

#[sync_to_async(stream = /*most*/MOST)]
pub fn streamed(word: /*word*/Word) -> Vec</*size*/Size> {
    vec![/*size*/Size(word.letters.len())]
}

#[async_to_sync]
pub async fn back(word: /*word*/Word) -> /*size*/Size {
    /*size*/Size(word.letters.len())
}

#[sync_to_async]
impl /*word*/Word {
    pub fn size(&self, other: &/*word*/Word) -> /*size*/Size {
        /*size*/Size(self.letters.len() + other.letters.len())
    }

    pub fn made(self) -> /*word*/Word {
        self
    }
}

#[sync_to_async]
pub trait Ruler: Clone + Send + Sync + 'static {
    fn measure(&self, word: /*word*/Word) -> /*size*/Size;
}

#[sync_to_async]
impl Ruler for /*word*/Word {
    fn measure(&self, word: /*word*/Word) -> /*size*/Size {
        /*size*/Size(self.letters.len() + word.letters.len())
    }
}
