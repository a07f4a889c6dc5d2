//! Secrets at rest: XChaCha20-Poly1305 under the master key, each bound to the row and column it belongs to.

use std::{fmt, io};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;

/// The key that opens every secret of a database.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey {
    bytes: [u8; KEY_BYTES],
}

/// Seals and opens secrets.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the key file {path} cannot be read: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error("the key file {path} cannot be written: {source}")]
    Unwritable { path: String, source: io::Error },
    #[error("{0} does not hold a key: it must be 43 characters of base64url (32 bytes)")]
    NotAKey(String),
    #[error("a secret could not be opened: it was changed, or sealed under another key")]
    Sealed,
}

impl MasterKey {
    /// # Errors
    /// When the text is not 32 bytes in base64url. `origin` says where it came from.
    pub fn parse(text: &str, origin: &str) -> Result<Self, VaultError> {
        let decoded = BASE64_URL_SAFE_NO_PAD.decode(text.trim()).ok();
        let bytes = decoded.and_then(|bytes| bytes.try_into().ok());
        bytes.map(|bytes| Self { bytes }).ok_or_else(|| VaultError::NotAKey(origin.to_owned()))
    }

    #[must_use]
    pub fn random() -> Self {
        Self { bytes: rand::random() }
    }

    /// # Errors
    /// When they are not as many as a key has.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        bytes.try_into().map(|bytes| Self { bytes }).map_err(|_| VaultError::Sealed)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As [`MasterKey::parse`] reads it.
    pub(crate) fn reveal(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.bytes)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([REDACTED])")
    }
}

impl Vault {
    #[must_use]
    pub fn new(key: &MasterKey) -> Self {
        Self { cipher: XChaCha20Poly1305::new(Key::from_slice(&key.bytes)) }
    }

    /// `place` names the row and column, so that a sealed value moved elsewhere does not open.
    ///
    /// # Errors
    /// When the secret is longer than the cipher can take, which none here is.
    pub fn seal(&self, place: &str, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload { msg: secret, aad: place.as_bytes() };
        let sealed =
            self.cipher.encrypt(XNonce::from_slice(&nonce), payload).map_err(|_| VaultError::Sealed)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// # Errors
    /// When the value was changed, moved, or sealed under another key.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES).ok_or(VaultError::Sealed)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| VaultError::Sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_where_it_belongs_and_only_unchanged() {
        let key = MasterKey::random();
        assert_eq!(MasterKey::parse(&key.reveal(), "text").expect("a key"), key);
        let vault = Vault::new(&key);
        let mut sealed = vault.seal("a/b/secret", b"hush").expect("sealed");
        assert_eq!(vault.open("a/b/secret", &sealed).expect("opens"), b"hush");
        assert!(vault.open("a/c/secret", &sealed).is_err(), "moved");
        assert!(
            Vault::new(&MasterKey { bytes: [0; 32] }).open("a/b/secret", &sealed).is_err(),
            "another key"
        );
        sealed[30] ^= 1;
        assert!(vault.open("a/b/secret", &sealed).is_err(), "changed");
        assert!(vault.open("a/b/secret", b"short").is_err());
    }
}
