//! A webhook's secret: shown, and replaced with an overlap in which both sign.

use std::time::Duration;

use async_trait::async_trait;
use domain::{Act, Secret, Timestamp, WebhookId};
use sqlx::FromRow;

use super::{
    Change, Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    group::Group,
    webhook_changes::webhook_seq,
    webhooks::{Owner, open_secret, place, previous_place},
    writer::Write,
};
use crate::vault::Vault;

/// What signs a webhook's requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    pub secret: Secret,
    /// The one before, and until when it signs as well.
    pub previous: Option<(Secret, Timestamp)>,
}

/// A new secret, and how long the one before goes on signing.
pub struct RotatedSecret {
    pub secret: Secret,
    pub overlap: Duration,
}

impl Store {
    /// Shows a webhook's secrets, which the audit log notes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Vault`] when a secret does not open.
    pub async fn reveal_secrets(
        &self,
        organization: impl Into<Owner>,
        id: WebhookId,
        by: ActedBy,
    ) -> Result<Secrets, StoreError> {
        let organization = organization.into();
        let reveal = UseSecrets { organization, id, by, rotated: None, vault: self.vault.clone() };
        self.writer.write(reveal).await
    }

    /// Replaces a webhook's secret. A secret from an earlier rotation signs no longer.
    ///
    /// # Errors
    /// As [`Store::reveal_secrets`].
    pub async fn rotate_secret(
        &self,
        organization: impl Into<Owner>,
        id: WebhookId,
        by: ActedBy,
        rotated: RotatedSecret,
    ) -> Result<Secrets, StoreError> {
        let organization = organization.into();
        let rotate = UseSecrets { organization, id, by, rotated: Some(rotated), vault: self.vault.clone() };
        self.writer.write(rotate).await
    }
}

struct UseSecrets {
    organization: Owner,
    id: WebhookId,
    by: ActedBy,
    rotated: Option<RotatedSecret>,
    vault: Vault,
}

#[derive(FromRow)]
struct Row {
    name: String,
    secret: Vec<u8>,
    previous_secret: Option<Vec<u8>>,
    previous_until: Option<i64>,
}

#[async_trait]
impl Write for UseSecrets {
    type Output = Secrets;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Secrets, StoreError> {
        let seq = webhook_seq(group, self.organization, self.id).await?;
        let row: Row = sqlx::query_as(
            "SELECT name, secret, previous_secret, previous_until FROM webhooks WHERE seq = ?",
        )
        .bind(seq)
        .fetch_one(&mut *group.connection)
        .await?;
        let known = self.open(&row, group.now)?;
        let (act, changes, secrets) = match &self.rotated {
            None => (Act::RevealSecret, Changes::default(), known),
            Some(rotated) => {
                let changes = Changes::default().set("overlapSeconds", rotated.overlap.as_secs());
                (Act::RotateSecret, changes, self.rotate(group, seq, known.secret, rotated).await?)
            }
        };
        let target = Target::webhook(self.id, &row.name);
        group.audit(AuditEntry::new(self.organization.id, act, &self.by, target).with(changes));
        Ok(secrets)
    }
}

impl UseSecrets {
    fn open(&self, row: &Row, now: Timestamp) -> Result<Secrets, StoreError> {
        let secret = open_secret(&self.vault, &place(self.organization, self.id), &row.secret)?;
        let previous = match (&row.previous_secret, row.previous_until.map(Timestamp::from_unix_ms)) {
            (Some(sealed), Some(until)) if until > now => {
                let previous = open_secret(&self.vault, &previous_place(self.organization, self.id), sealed)?;
                Some((previous, until))
            }
            _ => None,
        };
        Ok(Secrets { secret, previous })
    }

    async fn rotate(
        &self,
        group: &mut Group<'_>,
        seq: i64,
        old: Secret,
        rotated: &RotatedSecret,
    ) -> Result<Secrets, StoreError> {
        let until = group.now + rotated.overlap;
        let previous = Some((old, until)).filter(|_| !rotated.overlap.is_zero());
        let sealed_previous = match &previous {
            Some((old, _)) => {
                Some(self.vault.seal(&previous_place(self.organization, self.id), old.as_bytes())?)
            }
            None => None,
        };
        sqlx::query("UPDATE webhooks SET secret = ?, previous_secret = ?, previous_until = ? WHERE seq = ?")
            .bind(self.vault.seal(&place(self.organization, self.id), rotated.secret.as_bytes())?)
            .bind(sealed_previous)
            .bind(previous.as_ref().map(|(_, until)| until.unix_ms()))
            .bind(seq)
            .execute(&mut *group.connection)
            .await?;
        group.webhook_changed(seq, Change::Row);
        Ok(Secrets { secret: rotated.secret.clone(), previous })
    }
}
