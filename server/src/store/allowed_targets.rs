//! Which private targets an organization's webhooks may call, where that is fewer than the server allows.

use async_trait::async_trait;
use domain::{Act, OrganizationId, target::AllowedTarget};

use super::{
    Change, Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    group::Group,
    to_json,
    versions::Version,
    writer::Write,
};

impl Store {
    /// `None`: all that the server allows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn allowed_targets(
        &self,
        organization: OrganizationId,
    ) -> Result<Option<Vec<AllowedTarget>>, StoreError> {
        let stored: Option<Option<String>> =
            sqlx::query_scalar("SELECT allowed_targets FROM organizations WHERE id = ?")
                .bind(organization.to_string())
                .fetch_optional(&self.readers)
                .await?;
        read(stored.ok_or(StoreError::NotFound("organization"))?.as_deref())
    }

    /// From the next attempt on, of what is pending too.
    ///
    /// # Errors
    /// When nothing was stored: [`StoreError::Outrun`] where what is stored is not of this version any more.
    pub async fn set_allowed_targets(
        &self,
        organization: OrganizationId,
        targets: Option<Vec<AllowedTarget>>,
        version: Option<String>,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        self.writer.write(SetAllowedTargets { organization, targets, version, by }).await
    }
}

pub(super) fn read(stored: Option<&str>) -> Result<Option<Vec<AllowedTarget>>, StoreError> {
    let Some(json) = stored else {
        return Ok(None);
    };
    let corrupt = || StoreError::Corrupt(json.to_owned());
    let texts: Vec<String> = serde_json::from_str(json).map_err(|_| corrupt())?;
    let targets = texts.iter().map(|text| text.parse().map_err(|_| corrupt()));
    targets.collect::<Result<_, _>>().map(Some)
}

struct SetAllowedTargets {
    organization: OrganizationId,
    targets: Option<Vec<AllowedTarget>>,
    version: Option<String>,
    by: ActedBy,
}

#[async_trait]
impl Write for SetAllowedTargets {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let found: Option<(String, Option<String>)> =
            sqlx::query_as("SELECT name, allowed_targets FROM organizations WHERE id = ?")
                .bind(self.organization.to_string())
                .fetch_optional(&mut *group.connection)
                .await?;
        let (name, before) = found.ok_or(StoreError::NotFound("organization"))?;
        Version::of_targets(read(before.as_deref())?.as_deref()).require(self.version.as_deref())?;
        let texts = self.targets.as_ref().map(|targets| targets.iter().map(ToString::to_string).collect());
        let texts: Option<Vec<String>> = texts;
        sqlx::query("UPDATE organizations SET allowed_targets = ? WHERE id = ?")
            .bind(texts.as_ref().map(to_json))
            .bind(self.organization.to_string())
            .execute(&mut *group.connection)
            .await?;
        self.tell_engine(group).await?;
        let before: Option<Vec<String>> = before.and_then(|json| serde_json::from_str(&json).ok());
        let changes = Changes::default().change("allowedTargets", before, texts);
        if !changes.is_empty() {
            let target = Target::organization(self.organization, &name);
            let entry = AuditEntry::new(self.organization, Act::SetAllowedTargets, &self.by, target);
            group.audit(entry.with(changes));
        }
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }
}

impl SetAllowedTargets {
    /// The engine knows by heart where webhooks go.
    async fn tell_engine(&self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let sql = "SELECT seq FROM webhooks WHERE organization_id = ? AND deleted_at IS NULL";
        let webhooks: Vec<i64> = sqlx::query_scalar(sql)
            .bind(self.organization.to_string())
            .fetch_all(&mut *group.connection)
            .await?;
        webhooks.into_iter().for_each(|webhook| group.webhook_changed(webhook, Change::Row));
        Ok(())
    }
}
