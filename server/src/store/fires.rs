//! Which webhooks an event would be told.

use domain::{EventType, OrganizationId};

use super::{Store, StoreError};

impl Store {
    /// The names of the enabled webhooks of a type: the organization's, and with `platform` those of the platform, which say
    /// so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhooks_told_of(
        &self,
        event_type: EventType,
        organization: OrganizationId,
        platform: bool,
    ) -> Result<Vec<String>, StoreError> {
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT iif(platform, name || ' (platform)', name) FROM webhooks
             WHERE type = ?1 AND enabled = 1 AND deleted_at IS NULL
               AND ((organization_id = ?2 AND platform = 0) OR (?3 AND platform = 1))
             ORDER BY platform, name_key",
        )
        .bind(event_type.as_str())
        .bind(organization.to_string())
        .bind(platform)
        .fetch_all(&mut *self.pages.reader().await?)
        .await?;
        Ok(names)
    }
}
