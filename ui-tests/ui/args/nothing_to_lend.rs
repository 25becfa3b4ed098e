use asyncify_runtime::sync_to_async;

struct Db(u8);

#[sync_to_async(lend)]
fn alone(number: &u8, list: Vec<u8>) -> usize {
    list.len() + usize::from(*number)
}

#[sync_to_async(lend)]
fn for_ever(number: &'static mut u8) {
    *number += 1;
}

#[sync_to_async(lend)]
impl Db {
    fn get(self) -> u8 {
        self.0
    }
}

#[sync_to_async]
impl Db {
    #[sync_to_async(lend)]
    fn own(self) -> u8 {
        self.0
    }
}

fn main() {}
