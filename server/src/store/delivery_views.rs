//! A delivery on its page: what stands around it, beside what was sent and answered.

use api::deliveries::{DeliveredTo, DeliveryView, WebhookState};
use domain::DeliveryId;
use sqlx::FromRow;

use super::{Store, StoreError, webhooks::Owner};

impl Store {
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such delivery.
    pub async fn delivery_view(
        &self,
        organization: impl Into<Owner>,
        id: DeliveryId,
    ) -> Result<DeliveryView, StoreError> {
        let organization = organization.into();
        let detail = self.delivery(organization, id).await?;
        let around: Option<Around> = sqlx::query_as(AROUND)
            .bind(id.to_string())
            .bind(organization.to_string())
            .bind(organization.platform)
            .fetch_optional(&mut *self.pages.reader().await?)
            .await?;
        let around = around.ok_or(StoreError::NotFound("delivery"))?;
        let state = match (around.deleted, around.enabled) {
            (true, _) => WebhookState::Deleted,
            (false, true) => WebhookState::Enabled,
            (false, false) => WebhookState::Disabled,
        };
        Ok(DeliveryView {
            detail,
            username: around.username,
            done_by: around.done_by,
            webhook: DeliveredTo { name: around.name, state },
            told: around.told,
            schedule_from: around.schedule_from,
            paused_until: None,
        })
    }
}

/// An act and its event are written in one group, so they have the same time; the audit log is found by it.
pub(super) const AROUND: &str = "
    SELECT e.payload ->> 'username' AS username, w.name, w.enabled, w.deleted_at IS NOT NULL AS deleted,
           d.schedule_from,
           (SELECT count(*) FROM deliveries AS other JOIN webhooks AS ow ON ow.seq = other.webhook_seq
            WHERE other.event_seq = d.event_seq AND ow.organization_id = w.organization_id
                AND ow.platform = w.platform) AS told,
           (SELECT a.actor_name FROM audit_log AS a INDEXED BY audit_log_by_time
            WHERE a.created_at = e.happened_at AND a.organization_id = e.organization_id AND a.outcome = 'success'
                AND d.test = 0
                AND CASE e.type
                    WHEN 'USER_DISABLED' THEN a.type IN ('user:disable', 'user:delete')
                        AND a.target_id = e.payload ->> 'userId'
                    WHEN 'USER_REMOVED_FROM_GROUP' THEN a.type IN ('group:remove-member', 'group:delete')
                        AND a.target_name = e.payload ->> 'groupName'
                        AND ifnull(a.changes ->> '$.member.old', e.payload ->> 'username') = e.payload ->> 'username'
                    ELSE a.type = 'session:log-in' AND a.target_id = e.payload ->> 'userId'
                END
            LIMIT 1) AS done_by
    FROM deliveries AS d JOIN events AS e ON e.seq = d.event_seq JOIN webhooks AS w ON w.seq = d.webhook_seq
    WHERE d.id = ?1 AND w.organization_id = ?2 AND w.platform = ?3";

#[derive(FromRow)]
struct Around {
    username: String,
    name: String,
    enabled: bool,
    deleted: bool,
    schedule_from: u32,
    told: u32,
    done_by: Option<String>,
}
