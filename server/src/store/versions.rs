//! Two admins who edit the same thing at once: the second is told of the first, and overwrites nothing without knowing.

use domain::{Act, OrganizationId, Role, target::AllowedTarget};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use super::{Store, StoreError, group::Group};

/// How many bytes of the hash make a version.
const VERSION_BYTES: usize = 16;

/// What a form shows or stands for, as a short hash: another one after every change of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version(String);

impl Version {
    /// A part's length goes before it, so that no two lists of parts are hashed alike.
    fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().iter().take(VERSION_BYTES).map(|byte| format!("{byte:02x}")).collect())
    }

    /// In whatever order they are.
    pub(crate) fn of_roles(roles: &[Role]) -> Self {
        let mut roles = roles.to_vec();
        roles.sort_unstable();
        roles.dedup();
        Self::of(roles.iter().map(|role| role.as_str().as_bytes()))
    }

    pub(crate) fn of_seats(limit: Option<u32>) -> Self {
        let limit = limit.map(|limit| limit.to_string()).unwrap_or_default();
        Self::of([limit.as_bytes()])
    }

    pub(crate) fn of_targets(targets: Option<&[AllowedTarget]>) -> Self {
        let texts: Vec<String> = targets.unwrap_or_default().iter().map(ToString::to_string).collect();
        let which: &[u8] = if targets.is_some() { b"only" } else { b"all" };
        Self::of(std::iter::once(which).chain(texts.iter().map(String::as_bytes)))
    }

    /// # Errors
    /// [`StoreError::Outrun`] when a change was made from another version than this, which is the one that is stored.
    pub(super) fn require(&self, made_from: Option<&str>) -> Result<(), StoreError> {
        if made_from.is_none_or(|version| version == self.0) { Ok(()) } else { Err(StoreError::Outrun) }
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.0
    }
}

/// What a webhook's form shows, or stands for.
#[derive(FromRow)]
struct VersionedWebhook {
    name: String,
    url: String,
    description: String,
    /// Sealed anew by every change of them.
    headers: Option<Vec<u8>>,
}

pub(super) fn webhook_version(name: &str, url: &str, description: &str, headers: Option<&[u8]>) -> Version {
    let parts = [name.as_bytes(), url.as_bytes(), description.as_bytes(), headers.unwrap_or_default()];
    Version::of(parts)
}

/// # Errors
/// [`StoreError::Outrun`] when the webhook of this row is not of this version any more.
pub(super) async fn require_version(
    group: &mut Group<'_>,
    seq: i64,
    version: Option<&str>,
) -> Result<(), StoreError> {
    if version.is_none() {
        return Ok(());
    }
    let sql = "SELECT name, url, description, headers FROM webhooks WHERE seq = ?";
    let now: VersionedWebhook = sqlx::query_as(sql).bind(seq).fetch_one(&mut *group.connection).await?;
    let VersionedWebhook { name, url, description, headers } = now;
    webhook_version(&name, &url, &description, headers.as_deref()).require(version)
}

/// What somebody changed.
pub struct LastChange {
    pub by: String,
    /// Names of what was changed, such as `url`.
    pub members: Vec<String>,
}

impl Store {
    /// The newest change of this kind of a webhook, a group or an organization.
    ///
    /// # Errors
    /// When it could not be read in time.
    pub async fn last_change(
        &self,
        organization: OrganizationId,
        act: Act,
        target: &str,
    ) -> Result<Option<LastChange>, StoreError> {
        let found: Option<(String, Option<String>)> = sqlx::query_as(
            "SELECT actor_name, changes FROM audit_log
             WHERE organization_id = ? AND type = ? AND target_id = ? AND outcome = 'success'
             ORDER BY seq DESC LIMIT 1",
        )
        .bind(organization.to_string())
        .bind(act.as_str())
        .bind(target)
        .fetch_optional(&mut *self.pages.reader().await?)
        .await?;
        Ok(found.map(|(by, changes)| LastChange { by, members: members(changes.as_deref()) }))
    }
}

fn members(changes: Option<&str>) -> Vec<String> {
    let changes: Option<Map<String, Value>> = changes.and_then(|json| serde_json::from_str(json).ok());
    changes.unwrap_or_default().into_iter().map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_into_each_other() {
        let version = |name: &str, url: &str| webhook_version(name, url, "", None);
        assert_eq!(String::from(version("a", "b")).len(), 2 * VERSION_BYTES);
        assert_eq!(version("a", "b"), version("a", "b"));
        assert_ne!(version("ab", ""), version("a", "b"));
        assert_ne!(webhook_version("", "", "", Some(b"x")), webhook_version("", "", "x", None));
    }

    #[test]
    fn every_change_of_what_is_stored_makes_another_version() {
        let (admin, users) = (Role::Admin, Role::Users);
        assert_eq!(Version::of_roles(&[admin, users]), Version::of_roles(&[users, admin, users]));
        assert_ne!(Version::of_roles(&[admin]), Version::of_roles(&[users]));
        assert_ne!(Version::of_seats(None), Version::of_seats(Some(0)));
        let target = "127.0.0.0/8".parse().expect("a target");
        assert_ne!(Version::of_targets(None), Version::of_targets(Some(&[])));
        assert_ne!(Version::of_targets(Some(&[target])), Version::of_targets(Some(&[])));
    }

    #[test]
    fn who_names_no_version_overwrites_whatever_there_is() {
        let now = Version::of_seats(Some(5));
        assert!(now.require(None).is_ok() && now.require(Some(&now.0)).is_ok());
        let older: String = Version::of_seats(None).into();
        assert!(matches!(now.require(Some(&older)), Err(StoreError::Outrun)));
    }

    #[test]
    fn what_was_changed_is_named() {
        assert_eq!(members(Some(r#"{"url":{"old":"a","new":"b"}}"#)), ["url"]);
        assert!(members(None).is_empty() && members(Some("[]")).is_empty());
    }
}
