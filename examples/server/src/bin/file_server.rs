//! How is a file served in parts, without blocking the server and without reading it whole?
//! `cargo run -p asyncify-server --bin file_server -- [ADDRESS] [DIRECTORY]` serves a directory.

use std::env;
use std::error::Error;
use std::path::{Component, Path as FsPath, PathBuf};

use asyncify_fs as fs;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header::CONTENT_LENGTH};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::io::ReaderStream;

/// Only the connection that reads a file waits for it. A slow client holds one part of it in
/// memory.
async fn serve(
    State(root): State<PathBuf>,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, StatusCode> {
    let path = inside(&root, &name).ok_or(StatusCode::FORBIDDEN)?;
    let file = fs::File::open(path).await.map_err(|_| StatusCode::NOT_FOUND)?;
    let metadata = file.metadata().await.map_err(|_| StatusCode::NOT_FOUND)?;
    if !metadata.is_file() {
        return Err(StatusCode::NOT_FOUND);
    }
    let parts = ReaderStream::with_capacity(file, 64 << 10);
    Ok(([(CONTENT_LENGTH, metadata.len())], Body::from_stream(parts)))
}

/// The path of a name that does not lead out of the directory.
fn inside(root: &FsPath, name: &str) -> Option<PathBuf> {
    let stays = |part| matches!(part, Component::Normal(_));
    FsPath::new(name).components().all(stays).then(|| root.join(name))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let directory =
        arguments.next().map_or_else(env::current_dir, |path| Ok(PathBuf::from(path)))?;
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    let router = Router::new().route("/{*name}", get(serve)).with_state(directory);
    axum::serve(listener, router).await?;
    Ok(())
}
