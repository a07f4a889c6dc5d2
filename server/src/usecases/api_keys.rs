//! API keys: a user's own.

use std::time::Duration;

use api::Problem;
use domain::{Invalid, Issue, Name, Timestamp, limits::API_KEY_AGE_MAX};

use crate::{
    access::Grant,
    herald::Herald,
    store::{ApiKey, NewApiKey},
    tokens::{hint, new_api_key, token_hash},
};

/// A key to be, as asked for.
pub(crate) struct NewKeyRequest {
    /// `None`: named after the time.
    pub(crate) title: Option<String>,
    /// `None`: it does not expire.
    pub(crate) expires_in: Option<Duration>,
}

impl Herald {
    pub(crate) async fn list_api_keys(&self, grant: &Grant) -> Result<Vec<ApiKey>, Problem> {
        Ok(self.store.api_keys(grant.user()?.id).await?)
    }

    /// Makes a key of the caller's own; the key itself is told this once.
    pub(crate) async fn create_api_key(
        &self,
        grant: &Grant,
        request: NewKeyRequest,
    ) -> Result<(ApiKey, String), Problem> {
        let now = self.clock.now();
        let mut invalid = Invalid::default();
        let title = request.title.filter(|title| !title.trim().is_empty());
        let title = title.unwrap_or_else(|| named_after(now));
        let title = invalid.check("title", Name::parse(&title));
        let expires_in = request.expires_in.map(|age| invalid.check("expiresIn", check_age(age)));
        let (Some(title), true) = (title, invalid.errors.is_empty()) else {
            return Err(invalid.into());
        };
        let key = new_api_key(&self.public_url.host());
        let expires_at = expires_in.flatten().map(|age| now + age);
        let new = NewApiKey { title, key_hash: token_hash(&key), hint: hint(&key), expires_at };
        Ok((self.store.create_api_key(grant.user()?.id, new, grant.acted_by()).await?, key))
    }

    pub(crate) async fn delete_api_key(&self, grant: &Grant, name: &str) -> Result<(), Problem> {
        self.store.delete_api_key(grant.user()?.id, name, grant.acted_by()).await?;
        Ok(())
    }
}

fn check_age(age: Duration) -> Result<Duration, Issue> {
    if age.is_zero() {
        return Err(Issue::new("too_short", "“expiresIn” is at least 1 second."));
    }
    if age > API_KEY_AGE_MAX {
        let seconds = API_KEY_AGE_MAX.as_secs();
        return Err(Issue::new("too_long", format!("“expiresIn” is at most {seconds} seconds (730 days).")));
    }
    Ok(age)
}

/// `token-20261124-140211-1f3a`, as the original names them.
fn named_after(now: Timestamp) -> String {
    let digits: String = now.readable().chars().filter(char::is_ascii_digit).collect();
    let (day, time) = digits.split_at(8.min(digits.len()));
    format!("token-{day}-{time}-{:04x}", rand::random::<u16>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_a_title_is_named_after_the_time() {
        let name = named_after(Timestamp::from_unix_ms(1_795_528_931_204));
        let parts: Vec<&str> = name.split('-').collect();
        assert_eq!(parts[..2], ["token", "20261124"], "{name}");
        assert_eq!(parts[2..].iter().map(|part| part.len()).collect::<Vec<_>>(), [6, 4], "{name}");
    }
}
