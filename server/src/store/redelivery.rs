//! Sending a delivery again by hand.

use async_trait::async_trait;
use domain::{Act, DeliveryId};
use serde::{Deserialize, Serialize};

use super::{
    Change, Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    group::Group,
    jobs::require_enabled,
    webhooks::Owner,
    writer::Write,
};

/// What is to become of held deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeldAction {
    Release,
    Discard,
}

impl Store {
    /// Makes a delivery due now, under a new schedule: the same id and body, a new attempt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] when its webhook is disabled or deleted, it was a test, or its user
    /// was purged.
    pub async fn redeliver(
        &self,
        organization: impl Into<Owner>,
        id: DeliveryId,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        let organization = organization.into();
        self.writer.write(Redeliver { organization, id, by }).await
    }
}

struct Redeliver {
    organization: Owner,
    id: DeliveryId,
    by: ActedBy,
}

#[async_trait]
impl Write for Redeliver {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let found: Option<(i64, i64, String, bool, bool, bool)> = sqlx::query_as(
            "SELECT d.seq, d.webhook_seq, w.name, d.test, w.deleted_at IS NOT NULL, e.purged_at IS NOT NULL
             FROM deliveries AS d JOIN webhooks AS w ON w.seq = d.webhook_seq JOIN events AS e ON e.seq = d.event_seq
             WHERE d.id = ? AND w.organization_id = ? AND w.platform = ?",
        )
        .bind(self.id.to_string())
        .bind(self.organization.to_string())
        .bind(self.organization.platform)
        .fetch_optional(&mut *group.connection)
        .await?;
        let (seq, webhook, name, test, deleted, purged) = found.ok_or(StoreError::NotFound("delivery"))?;
        if test {
            return Err(StoreError::Refused("This was a test. Send another test instead.".to_owned()));
        }
        if deleted {
            let detail = "The webhook of this delivery was deleted, so it cannot be sent again.";
            return Err(StoreError::Refused(detail.to_owned()));
        }
        if purged {
            let detail =
                "The user whom this was about was purged, so there is nothing left that could be sent.";
            return Err(StoreError::Refused(detail.to_owned()));
        }
        require_enabled(group, webhook).await?;
        sqlx::query(
            "UPDATE deliveries SET state = 'pending', due_at = ?, delivered_at = NULL, schedule_from = attempts,
                    trigger = 'manual'
             WHERE seq = ?",
        )
        .bind(group.now.unix_ms())
        .bind(seq)
        .execute(&mut *group.connection)
        .await?;
        group.webhook_changed(webhook, Change::Probe);
        let target = Target::new("delivery", self.id, &self.id.to_string());
        let changes = Changes::default().set("webhook", name);
        group.audit(AuditEntry::new(self.organization.id, Act::RedeliverOne, &self.by, target).with(changes));
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }
}
