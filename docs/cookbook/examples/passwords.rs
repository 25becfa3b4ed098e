//! argon2: hashes and verifies passwords, which takes much time and memory on purpose.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use asyncify_runtime::{Limiter, cpu, sync_to_async};
use futures::future::try_join_all;

/// Each call uses 19 MiB, so this is at most 76 MiB.
static HASHES: std::sync::LazyLock<Limiter> = std::sync::LazyLock::new(|| Limiter::new(4));

#[sync_to_async(executor = cpu(), limiter = &HASHES)]
fn hash(password: String) -> Result<String, Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

#[sync_to_async(executor = cpu(), limiter = &HASHES)]
fn verify(password: String, hash: &str) -> Result<bool, Error> {
    let hash = PasswordHash::new(hash)?;
    match Argon2::default().verify_password(password.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let stored = hash("correct horse".to_owned()).await?;
    println!("{}", &stored[..10]);

    let attempts = ["correct horse", "wrong horse", "correct Horse"];
    let results = try_join_all(attempts.map(|attempt| verify(attempt.to_owned(), &stored))).await?;
    for (attempt, result) in attempts.iter().zip(results) {
        println!("{attempt}: {}", if result { "welcome" } else { "no" });
    }
    Ok(())
}
