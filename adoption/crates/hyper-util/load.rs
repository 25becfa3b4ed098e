//! Names that the system's resolver finds in its own files.

use asyncify_adoption::Loads;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use tower_service::Service;

fn main() {
    let mut loads = Loads::from_args();
    loads.load("resolve `localhost`", async {
        |_, _| async {
            let addresses = GaiResolver::new().call("localhost".parse().unwrap()).await;
            assert!(addresses.unwrap().next().is_some());
        }
    });
}
