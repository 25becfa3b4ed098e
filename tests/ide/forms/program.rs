/// Begins here.
#[asyncify_runtime::main(/*options*/)]
#[tokio::main]
pub async fn /*measure*/measure() {
    let /*text*/text = String::new();
    let /*local*/local = /*text*/text.len();
    /*body*/
    drop(/*local*/local);
}
