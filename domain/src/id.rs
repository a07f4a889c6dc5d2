//! Ids: 24 lower-case hex digits, the shape of an ObjectId (4 bytes of seconds, 5 random, 3 of a counter).

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Timestamp;

/// An id that knows what it names, so that a user's cannot be passed where a webhook's is wanted.
pub struct Id<T> {
    bytes: [u8; 12],
    kind: PhantomData<fn() -> T>,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $alias:ident = $kind:ident;)*) => {
        /// What an [`Id`] can name.
        pub mod kind {
            $(#[derive(Debug, Clone, Copy)] pub enum $kind {})*
        }
        $($(#[$doc])* pub type $alias = Id<kind::$kind>;)*
    };
}

ids! {
    ApiKeyId = ApiKey;
    AuditEventId = AuditEvent;
    /// Names a delivery; also the `webhook-id` of its requests.
    DeliveryId = Delivery;
    EventId = Event;
    GroupId = Group;
    JobId = Job;
    OrganizationId = Organization;
    SessionId = Session;
    UserId = User;
    WebhookId = Webhook;
}

/// The text is not 24 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id has 24 lower-case hex digits")]
pub struct InvalidId;

impl<T> Id<T> {
    /// Puts an id together. `counter` wraps at 2^24, so within one second and one `process` ids are unique up to there.
    #[must_use]
    pub fn new(now: Timestamp, process: [u8; 5], counter: u32) -> Self {
        let seconds = u32::try_from(now.unix_seconds()).unwrap_or(u32::MAX).to_be_bytes();
        let counter = counter.to_be_bytes();
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&seconds);
        bytes[4..9].copy_from_slice(&process);
        bytes[9..].copy_from_slice(&counter[1..]);
        Self::from_bytes(bytes)
    }

    #[must_use]
    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self { bytes, kind: PhantomData }
    }
}

impl<T> FromStr for Id<T> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let digits: &[u8; 24] = text.as_bytes().try_into().map_err(|_| InvalidId)?;
        let mut bytes = [0; 12];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
        }
        Ok(Self::from_bytes(bytes))
    }
}

fn hex_digit(digit: u8) -> Result<u8, InvalidId> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(InvalidId),
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

// Written out because a derive would ask the same of `T`, which is only a label.
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}
impl<T> Eq for Id<T> {}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bytes.cmp(&other.bytes)
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_seconds_process_and_counter_in_this_order() {
        let id = UserId::new(
            Timestamp::from_unix_ms(0x66ec_434e * 1000),
            [0x84, 0xb4, 0x10, 0x3f, 0x67],
            0xff0c_b617,
        );
        assert_eq!(id.to_string(), "66ec434e84b4103f670cb617");
        assert_eq!("66ec434e84b4103f670cb617".parse(), Ok(id));
    }

    #[test]
    fn what_is_not_24_lower_case_hex_digits_is_refused() {
        for text in [
            "",
            "66ec434e84b4103f670cb61",
            "66ec434e84b4103f670cb6177",
            "66EC434e84b4103f670cb617",
            "66ec434e84b4103f670cb61g",
            "66ec434e84b4103f670cb6é",
        ] {
            assert_eq!(text.parse::<UserId>(), Err(InvalidId), "{text}");
        }
    }

    #[test]
    fn ids_sort_by_time() {
        let earlier = UserId::new(Timestamp::from_unix_ms(1_000), [255; 5], 9);
        let later = UserId::new(Timestamp::from_unix_ms(2_000), [0; 5], 1);
        assert!(earlier < later);
    }
}
