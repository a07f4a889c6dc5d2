//! Passwords: Argon2id on a bounded pool, so that a flood of log ins cannot take all memory and cores.

use std::sync::{Arc, LazyLock};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::SaltString,
};
use domain::{Issue, Password, limits::PASSWORD_HASHES_AT_ONCE};
use tokio::sync::Semaphore;

use crate::breached::{BreachedError, BreachedPasswords};

/// OWASP ASVS 5.0, appendix C: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// Verified where there is no such user, so that the answer takes as long as for a wrong password.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("nobody has this password").ok());

/// Hashes and checks passwords, a few at once.
#[derive(Clone)]
pub(crate) struct Passwords {
    places: Arc<Semaphore>,
    breached: Option<Arc<BreachedPasswords>>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordError {
    #[error("the password could not be hashed: {0}")]
    Hash(String),
    #[error(transparent)]
    Breached(#[from] BreachedError),
}

impl Default for Passwords {
    fn default() -> Self {
        Self::refusing(None)
    }
}

impl Passwords {
    /// With a list of passwords that nobody may set.
    pub(crate) fn refusing(breached: Option<BreachedPasswords>) -> Self {
        Self { places: Arc::new(Semaphore::new(PASSWORD_HASHES_AT_ONCE)), breached: breached.map(Arc::new) }
    }

    /// A password that may be set, or what is wrong with it.
    pub(crate) async fn accept(&self, typed: &str) -> Result<Result<Password, Issue>, PasswordError> {
        let password = match Password::parse(typed) {
            Ok(password) => password,
            Err(issue) => return Ok(Err(issue)),
        };
        if let Some(breached) = self.breached.clone() {
            let searched = password.clone();
            if self.on_pool(move || breached.contains(searched.as_str())).await?? {
                let detail = "This password is in a list of passwords that were stolen elsewhere. Choose another, such as a few words.";
                return Ok(Err(Issue::new("breached", detail)));
            }
        }
        Ok(Ok(password))
    }

    pub(crate) async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.on_pool(move || hash(&password)).await?
    }

    /// Whether the password is the one of this hash; takes as long when there is none.
    pub(crate) async fn verify(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<bool, PasswordError> {
        self.on_pool(move || {
            let known = stored.is_some();
            let Some(stored) = stored.or_else(|| NOBODY.clone()) else {
                return false;
            };
            let matches = PasswordHash::new(&stored)
                .is_ok_and(|parsed| hasher().verify_password(password.as_bytes(), &parsed).is_ok());
            known && matches
        })
        .await
    }

    async fn on_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let failed = |error: &dyn std::fmt::Display| PasswordError::Hash(error.to_string());
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|error| failed(&error))?;
        let work = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let failed = |error: argon2::password_hash::Error| PasswordError::Hash(error.to_string());
    let salt = SaltString::encode_b64(&rand::random::<[u8; SALT_BYTES]>()).map_err(failed)?;
    Ok(hasher().hash_password(password.as_bytes(), &salt).map_err(failed)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".into()).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.expect("checked"));
        assert!(!passwords.verify("Correct horse".into(), Some(hash)).await.expect("checked"));
        assert!(!passwords.verify("nobody has this password".into(), None).await.expect("checked"));
    }
}
