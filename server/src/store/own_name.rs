//! The name that a user goes by, set by themself.

use async_trait::async_trait;
use domain::{Act, MASKED, PersonName, UserId, fold_case};

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes},
    group::Group,
    parsed,
    user_acts::user_row,
    writer::Write,
};

impl Store {
    /// To the name that the user has, it does nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the user is gone or disabled.
    pub async fn set_own_name(&self, user: UserId, name: PersonName, by: ActedBy) -> Result<(), StoreError> {
        self.writer.write(SetOwnName { user, name, by }).await
    }
}

struct SetOwnName {
    user: UserId,
    name: PersonName,
    by: ActedBy,
}

#[async_trait]
impl Write for SetOwnName {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let user = user_row(group.connection, self.user).await?.filter(|user| user.active);
        let user = user.ok_or(StoreError::NotFound("user"))?;
        let name = self.name.as_str();
        if user.name == name {
            return Ok(());
        }
        sqlx::query("UPDATE users SET name = ?, name_key = ? WHERE id = ?")
            .bind(name)
            .bind(fold_case(name))
            .bind(self.user.to_string())
            .execute(&mut *group.connection)
            .await?;
        // What people are called is theirs, and nothing can be taken out of the audit log when they are purged.
        let changes = Changes::default().set("name", MASKED);
        let entry =
            AuditEntry::new(parsed(&user.organization_id)?, Act::SetUserName, &self.by, user.target()?);
        group.audit(entry.with(changes));
        Ok(())
    }
}
