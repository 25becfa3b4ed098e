use asyncify_runtime::async_safe;

#[async_safe(alow(std::fs), also, deny, deny, allow(8), 8)]
async fn keeps_working() {}

#[async_safe(deny = true, allow())]
async fn keeps_working_too() {}

fn main() {
    drop((keeps_working(), keeps_working_too()));
}
