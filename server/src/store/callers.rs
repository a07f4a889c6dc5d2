//! The users that API keys, sessions and passwords stand for.

use domain::{Organization, OrganizationId, Role, Standing, Timestamp, UserId, fold_case};
use sqlx::FromRow;

use super::{Store, StoreError, parsed};

/// An active user who has shown who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundUser {
    pub id: UserId,
    pub username: String,
    pub email: String,
    pub name: String,
    pub organization: Organization,
    pub platform_admin: bool,
}

#[derive(FromRow)]
pub(super) struct FoundUserRow {
    id: String,
    username: String,
    email: String,
    name: String,
    organization_id: String,
    organization: String,
    admin: bool,
}

#[derive(FromRow)]
struct KeyRow {
    #[sqlx(flatten)]
    user: FoundUserRow,
    expires_at: Option<i64>,
}

impl TryFrom<FoundUserRow> for FoundUser {
    type Error = StoreError;

    fn try_from(row: FoundUserRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(&row.id)?,
            username: row.username,
            email: row.email,
            name: row.name,
            organization: Organization::new(parsed(&row.organization_id)?, row.organization),
            platform_admin: row.admin,
        })
    }
}

impl Store {
    /// The active user of a key that has not expired, and when it will.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key_user(
        &self,
        key_hash: [u8; 32],
    ) -> Result<Option<(FoundUser, Option<Timestamp>)>, StoreError> {
        let row: Option<KeyRow> = sqlx::query_as(
            "SELECT u.id, u.username, u.email, u.name, u.organization_id, o.name AS organization, u.admin, k.expires_at
             FROM api_keys AS k JOIN users AS u ON u.id = k.user_id JOIN organizations AS o ON o.id = u.organization_id
             WHERE k.key_hash = ?1 AND u.active = 1 AND (k.expires_at IS NULL OR k.expires_at > ?2)",
        )
        .bind(key_hash.as_slice())
        .bind(self.clock.now().unix_ms())
        .fetch_optional(&self.readers)
        .await?;
        let found = row.map(|row| Ok((row.user.try_into()?, row.expires_at.map(Timestamp::from_unix_ms))));
        found.transpose()
    }

    /// The password hash of an active user, by user name or e-mail.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn password_hash(&self, login: &str) -> Result<Option<(UserId, String)>, StoreError> {
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT id, password_hash FROM users
             WHERE (username_key = ?1 OR email_key = ?1) AND active = 1 AND password_hash IS NOT NULL",
        )
        .bind(fold_case(login.trim()))
        .fetch_optional(&self.readers)
        .await?;
        row.map(|(id, hash)| Ok((parsed(&id)?, hash))).transpose()
    }

    /// What a user is in an organization.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(
        &self,
        user: &FoundUser,
        organization: OrganizationId,
    ) -> Result<Standing, StoreError> {
        let rows: Vec<Option<String>> = sqlx::query_scalar(
            "SELECT DISTINCT r.role FROM group_members AS m JOIN groups AS g ON g.id = m.group_id
             LEFT JOIN group_roles AS r ON r.group_id = g.id
             WHERE m.user_id = ? AND g.organization_id = ?",
        )
        .bind(user.id.to_string())
        .bind(organization.to_string())
        .fetch_all(&self.readers)
        .await?;
        let roles: Result<Vec<Role>, StoreError> = rows.iter().flatten().map(|role| parsed(role)).collect();
        Ok(Standing {
            signed_in: true,
            platform_admin: user.platform_admin,
            belongs: user.organization.id == organization || !rows.is_empty(),
            roles: roles?,
        })
    }
}
