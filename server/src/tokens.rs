//! Random tokens: sessions, API keys, the first-run link. Only their hashes are stored.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

const TOKEN_BYTES: usize = 32;
const HINT_LENGTH: usize = 4;

/// 256 random bits in base64url.
pub(crate) fn random_token() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; TOKEN_BYTES]>())
}

/// What is stored of a token. Tokens are long and random, so a fast hash is enough.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// `pwt_<base64url of the public host>.<secret>`: the original's client reads the host out of it.
pub(crate) fn new_api_key(public_host: &str) -> String {
    format!("pwt_{}.{}", BASE64_URL_SAFE_NO_PAD.encode(public_host), random_token())
}

/// The end of a key, to tell keys apart.
pub(crate) fn hint(key: &str) -> String {
    key.get(key.len().saturating_sub(HINT_LENGTH)..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_host_and_no_two_are_alike() {
        let key = new_api_key("herald.example.com");
        let (host, secret) =
            key.strip_prefix("pwt_").and_then(|rest| rest.split_once('.')).expect("two parts");
        assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(host).expect("base64url"), b"herald.example.com");
        assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(secret).expect("base64url").len(), TOKEN_BYTES);
        assert_ne!(key, new_api_key("herald.example.com"));
        assert!(key.ends_with(&hint(&key)) && hint(&key).len() == HINT_LENGTH);
    }
}
