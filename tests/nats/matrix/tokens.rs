//! Users with signed tokens (JWT): an operator that the server trusts signs accounts, which sign
//! users.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asyncify_nats::{Builder, Nats};
use asyncify_nats_tests::server::{self, Server};
use asyncify_runtime::remote::{Engine as _, RemoteError, Submitted};
use asyncify_runtime::{Error, remote};
use data_encoding::BASE64URL_NOPAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

use super::rights::task;

/// Who signs: an operator, and an account of it.
struct Signers {
    operator: KeyPair,
    account: KeyPair,
}

impl Signers {
    fn new() -> Self {
        Self { operator: KeyPair::new_operator(), account: KeyPair::new_account() }
    }

    /// A server that trusts the operator, and knows the account.
    fn server(&self) -> Server {
        let operator = token(&self.operator, &self.operator, json!({ "type": "operator" }), None);
        let unlimited = [
            "subs",
            "data",
            "payload",
            "imports",
            "exports",
            "conn",
            "leaf",
            "mem_storage",
            "disk_storage",
            "streams",
            "consumer",
        ];
        let mut limits: serde_json::Map<_, _> =
            unlimited.iter().map(|limit| ((*limit).to_owned(), json!(-1))).collect();
        limits.insert("wildcards".to_owned(), json!(true));
        let rights = json!({ "type": "account", "limits": limits });
        let account = token(&self.operator, &self.account, rights, None);
        let system = KeyPair::new_account();
        let of_system = token(&self.operator, &system, json!({ "type": "account" }), None);
        Server::with_config(&format!(
            "operator: {operator}\nresolver: MEMORY\nsystem_account: {}\n\
             resolver_preload {{ {}: {account}, {}: {of_system} }}",
            system.public_key(),
            self.account.public_key(),
            system.public_key(),
        ))
    }

    /// The token of a user, with these rights.
    fn user(&self, user: &KeyPair, rights: &Value, expires: Option<u64>) -> String {
        let mut claims = json!({ "type": "user", "subs": -1, "data": -1, "payload": -1 });
        claims.as_object_mut().unwrap().extend(rights.as_object().unwrap().clone());
        token(&self.account, user, claims, expires)
    }
}

/// A token about `subject`, as NATS has them.
fn token(issuer: &KeyPair, subject: &KeyPair, mut nats: Value, expires: Option<u64>) -> String {
    nats["version"] = json!(2);
    let mut claims = json!({
        "jti": remote::TaskId::random(),
        "iat": seconds_now() - 60,
        "iss": issuer.public_key(),
        "sub": subject.public_key(),
        "name": "tested",
        "nats": nats,
    });
    if let Some(expires) = expires {
        claims["exp"] = json!(expires);
    }
    let header = json!({ "typ": "JWT", "alg": "ed25519-nkey" });
    let encoded = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", encoded(&header), encoded(&claims));
    let signature = issuer.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Connects with a file of credentials, as `nsc` writes them.
fn with_credentials(server: &Server, token: &str, key: &KeyPair) -> Builder {
    let file = server.folder().join(format!("{}.creds", remote::TaskId::random()));
    let text = format!(
        "-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
        key.seed().unwrap()
    );
    std::fs::write(&file, text).unwrap();
    let builder = Nats::builder(server.url()).request_timeout(Duration::from_secs(30));
    builder.credentials_file(file)
}

fn is_denied<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Remote(RemoteError::Denied { .. })))
}

#[tokio::test]
async fn a_credentials_file_authenticates() {
    if !server::is_installed() {
        return;
    }
    let signers = Signers::new();
    let server = signers.server();
    let user = KeyPair::new_user();
    let token = signers.user(&user, &json!({}), None);
    let engine = with_credentials(&server, &token, &user).connect().await.unwrap();
    assert_eq!(engine.submit(task("a", "images")).await, Ok(Submitted::New));

    // Without them, with another key, with a token that another account has signed, and too late.
    assert!(is_denied(&Nats::connect(server.url()).await));
    let other = KeyPair::new_user();
    assert!(is_denied(&with_credentials(&server, &token, &other).connect().await));
    let forged = Signers::new().user(&user, &json!({}), None);
    assert!(is_denied(&with_credentials(&server, &forged, &user).connect().await));
    let expired = signers.user(&user, &json!({}), Some(seconds_now() - 30));
    assert!(is_denied(&with_credentials(&server, &expired, &user).connect().await));
    let missing = Nats::builder(server.url()).credentials_file(server.folder().join("none"));
    assert!(is_denied(&missing.connect().await));
}

#[tokio::test]
async fn the_rights_in_a_token_hold() {
    if !server::is_installed() {
        return;
    }
    let signers = Signers::new();
    let server = signers.server();
    let operator = KeyPair::new_user();
    let token = signers.user(&operator, &json!({}), None);
    with_credentials(&server, &token, &operator).connect().await.unwrap();

    let caller = KeyPair::new_user();
    let may = ["asyncify.default.task.images.*", "$JS.API.STREAM.INFO.*"];
    let rights = json!({
        "pub": { "allow": may },
        "sub": { "allow": ["asyncify.default.reply.*.*"] },
    });
    let token = signers.user(&caller, &rights, None);
    let engine = with_credentials(&server, &token, &caller).existing_only();
    let engine = engine.connect().await.unwrap();
    assert_eq!(engine.submit(task("a", "images")).await, Ok(Submitted::New));
    assert!(is_denied(&engine.submit(task("b", "other")).await));
}
