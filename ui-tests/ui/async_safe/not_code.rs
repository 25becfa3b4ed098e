use asyncify_runtime::async_safe;

#[async_safe]
#[derive(Debug)]
pub(crate) struct Counter(u8);

fn main() {
    println!("{:?}", Counter(8));
}
