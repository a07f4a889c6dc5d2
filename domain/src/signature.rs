//! Signing and verifying per Standard Webhooks 1.0.0.

use std::{fmt, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{
    Timestamp,
    limits::{SECRET_BYTES_MAX, SECRET_BYTES_MIN},
};

const PREFIX: &str = "whsec_";
const VERSION: &str = "v1,";
/// Standard Webhooks: refuse what is older or newer than this.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// A webhook's secret: 24 to 64 random bytes, written as `whsec_` and base64.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    key: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is “whsec_” and the base64 of 24 to 64 bytes")]
pub struct InvalidSecret;

impl Secret {
    /// # Errors
    /// When there are fewer than 24 or more than 64 bytes.
    pub fn from_bytes(key: &[u8]) -> Result<Self, InvalidSecret> {
        if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&key.len()) {
            return Err(InvalidSecret);
        }
        Ok(Self { key: key.to_vec() })
    }

    /// # Errors
    /// When the text is not `whsec_` and the base64 of 24 to 64 bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(InvalidSecret)?;
        Self::from_bytes(&BASE64_STANDARD.decode(encoded).map_err(|_| InvalidSecret)?)
    }

    /// The text that the receiver is given. It is not `Display`, so that no log line prints it by accident.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(&self.key))
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.key
    }

    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Some(mac)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([REDACTED])")
    }
}

/// The value of `webhook-signature`: one signature for each secret, separated by spaces.
#[must_use]
pub fn sign<'s>(
    secrets: impl IntoIterator<Item = &'s Secret>,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> String {
    let signatures: Vec<String> = secrets
        .into_iter()
        .filter_map(|secret| secret.mac(id, timestamp, body))
        .map(|mac| format!("{VERSION}{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
        .collect();
    signatures.join(" ")
}

/// Why a request is not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    #[error("a webhook-id, webhook-timestamp or webhook-signature header is missing or malformed")]
    Malformed,
    #[error("the timestamp is more than five minutes old")]
    TooOld,
    #[error("the timestamp is more than five minutes in the future")]
    TooNew,
    #[error("no signature matches: another secret, another id, or a changed body")]
    NoMatch,
}

/// Checks the headers of a received request against its exact body bytes.
///
/// # Errors
/// Says which part does not hold. Signatures are compared in constant time.
pub fn verify(
    secret: &Secret,
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), SignatureFault> {
    let seconds: i64 = timestamp.parse().map_err(|_| SignatureFault::Malformed)?;
    let tolerance = i64::try_from(TOLERANCE.as_secs()).unwrap_or(i64::MAX);
    if seconds < now.unix_seconds().saturating_sub(tolerance) {
        return Err(SignatureFault::TooOld);
    }
    if seconds > now.unix_seconds().saturating_add(tolerance) {
        return Err(SignatureFault::TooNew);
    }
    let mac = secret.mac(id, seconds, body).ok_or(SignatureFault::Malformed)?;
    let holds = signatures
        .split(' ')
        .filter_map(|signature| signature.strip_prefix(VERSION))
        .filter_map(|encoded| BASE64_STANDARD.decode(encoded).ok())
        .any(|signature| mac.clone().verify_slice(&signature).is_ok());
    if holds { Ok(()) } else { Err(SignatureFault::NoMatch) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The vector of Standard Webhooks' own libraries.
    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
    const SENT: i64 = 1_649_367_553;
    const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
    const SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
    const NOW: Timestamp = Timestamp::from_unix_ms(SENT * 1000);

    fn secret() -> Secret {
        Secret::parse(SECRET).expect("the vector's secret")
    }

    fn check(
        id: &str,
        timestamp: &str,
        signatures: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), SignatureFault> {
        verify(&secret(), id, timestamp, signatures, body, now)
    }

    #[test]
    fn the_vector_of_the_standard_holds() {
        assert_eq!(sign(&[secret()], ID, SENT, BODY), SIGNATURE);
        assert_eq!(check(ID, &SENT.to_string(), SIGNATURE, BODY, NOW), Ok(()));
        assert_eq!(secret().reveal(), SECRET);
    }

    #[test]
    fn during_a_rotation_either_secret_verifies() {
        let other = Secret::from_bytes(&[7; 32]).expect("32 bytes");
        let signatures = sign(&[other.clone(), secret()], ID, SENT, BODY);
        assert_eq!(signatures.split(' ').count(), 2);
        assert_eq!(check(ID, &SENT.to_string(), &signatures, BODY, NOW), Ok(()));
        assert_eq!(verify(&other, ID, &SENT.to_string(), &signatures, BODY, NOW), Ok(()));
    }

    #[test]
    fn each_changed_part_is_named() {
        let sent = SENT.to_string();
        assert_eq!(check("other", &sent, SIGNATURE, BODY, NOW), Err(SignatureFault::NoMatch));
        assert_eq!(check(ID, &sent, SIGNATURE, b"{}", NOW), Err(SignatureFault::NoMatch));
        assert_eq!(check(ID, &sent, "v1,AAAA v2,xx", BODY, NOW), Err(SignatureFault::NoMatch));
        assert_eq!(check(ID, "soon", SIGNATURE, BODY, NOW), Err(SignatureFault::Malformed));
        let five_minutes_and_a_second = Duration::from_secs(301);
        assert_eq!(
            check(ID, &sent, SIGNATURE, BODY, NOW + five_minutes_and_a_second),
            Err(SignatureFault::TooOld)
        );
        let early = Timestamp::from_unix_ms((SENT - 301) * 1000);
        assert_eq!(check(ID, &sent, SIGNATURE, BODY, early), Err(SignatureFault::TooNew));
    }

    #[test]
    fn a_secret_has_24_to_64_bytes_and_is_never_printed() {
        assert!(Secret::from_bytes(&[0; 23]).is_err() && Secret::from_bytes(&[0; 65]).is_err());
        assert!(
            Secret::parse("whsec_????").is_err()
                && Secret::parse("C2FVsBQIhrscChlQIMV+b5sSYspob7oD").is_err()
        );
        assert_eq!(format!("{:?}", secret()), "Secret([REDACTED])");
    }
}
