//! Files of a directory, as the body of a response: without a socket, so that only the service
//! counts.

use asyncify_adoption::Loads;
use http::Request;
use http_body::Body;
use http_body_util::BodyExt;
use tower_http::services::ServeDir;
use tower_service::Service;

async fn get(mut service: ServeDir, name: &str, size: usize) {
    let request = Request::get(name).body(String::new()).unwrap();
    let mut body = service.call(request).await.unwrap().into_body();
    let mut total = 0;
    while !body.is_end_stream() {
        let Some(frame) = body.frame().await else { break };
        total += frame.unwrap().into_data().unwrap().len();
    }
    assert_eq!(total, size);
}

fn main() {
    let mut loads = Loads::from_args();
    let directory = loads.directory().to_owned();
    let sizes = [("4 KiB", 4 << 10), ("64 KiB", 64 << 10), ("1 MiB", 1 << 20)];
    for (name, size) in sizes {
        let directory = directory.clone();
        loads.load(&format!("GET {name}"), async move {
            std::fs::write(directory.join("file"), vec![7; size]).unwrap();
            let service = ServeDir::new(directory);
            move |_, _| get(service.clone(), "/file", size)
        });
    }
}
