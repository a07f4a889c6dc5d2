//! Deleting users and groups: each records what happened to those who were in them.

use async_trait::async_trait;
use domain::{Act, OrganizationId, UserId};

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    group::Group,
    groups, parsed,
    purges::{begin_purge, overwrite},
    user_acts::{find_user, require_another_admin, user_row},
    users::UserRow,
    writer::Write,
};

/// Who is deleted.
#[derive(Debug, Clone, Copy)]
pub struct UserDeletion {
    pub organization: OrganizationId,
    pub user: UserId,
    pub by_platform_admin: bool,
    /// Whether what is stored about them in payloads goes too.
    pub purge: bool,
}

impl Store {
    /// Deletes a user with their sessions and keys. One who was active fires `USER_DISABLED`; leaving each of their groups,
    /// of whatever organization, fires `USER_REMOVED_FROM_GROUP`. These events are sent before they are purged.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for another organization's user, [`StoreError::Forbidden`] for a platform admin unless by
    /// one, [`StoreError::Refused`] for the last platform admin.
    pub async fn delete_user(&self, deletion: UserDeletion, by: ActedBy) -> Result<(), StoreError> {
        self.writer.write(DeleteUser { deletion, by }).await
    }

    /// Deletes a group; each of its members fires `USER_REMOVED_FROM_GROUP`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no group of this name.
    pub async fn delete_group(
        &self,
        organization: OrganizationId,
        name: &str,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        self.writer.write(DeleteGroup { organization, name: name.to_owned(), by }).await
    }
}

struct DeleteUser {
    deletion: UserDeletion,
    by: ActedBy,
}

#[async_trait]
impl Write for DeleteUser {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let UserDeletion { organization, user: id, by_platform_admin, purge } = self.deletion;
        let user = find_user(group.connection, organization, id).await?;
        if user.admin && !by_platform_admin {
            return Err(StoreError::Forbidden);
        }
        if user.admin && user.active {
            require_another_admin(group.connection, id).await?;
        }
        if user.active {
            group.record(organization, user.disabled()?);
        }
        self.leave_groups(group, &user).await?;
        overwrite(group, purge).await?;
        // Sessions and keys go with the row.
        sqlx::query("DELETE FROM users WHERE id = ?")
            .bind(id.to_string())
            .execute(&mut *group.connection)
            .await?;
        overwrite(group, false).await?;
        let changes = Changes::default().change("active", user.active, serde_json::Value::Null);
        let entry = AuditEntry::new(organization, Act::DeleteUser, &self.by, user.target()?);
        group.audit(entry.with(changes));
        if purge { begin_purge(group, organization, &user, &self.by).await } else { Ok(()) }
    }
}

impl DeleteUser {
    async fn leave_groups(&self, group: &mut Group<'_>, user: &UserRow) -> Result<(), StoreError> {
        let left: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT g.id, g.organization_id, g.name FROM group_members AS m JOIN groups AS g ON g.id = m.group_id
             WHERE m.user_id = ? ORDER BY g.id",
        )
        .bind(&user.id)
        .fetch_all(&mut *group.connection)
        .await?;
        sqlx::query("DELETE FROM group_members WHERE user_id = ?")
            .bind(&user.id)
            .execute(&mut *group.connection)
            .await?;
        for (id, organization, name) in left {
            let organization = parsed(&organization)?;
            group.record(organization, user.removed_from(&name)?);
            let target = Target::group(parsed(&id)?, &name);
            let changes =
                Changes::default().change("member", user.username.as_str(), serde_json::Value::Null);
            let entry = AuditEntry::new(organization, Act::RemoveMember, &self.by, target);
            group.audit(entry.with(changes));
        }
        Ok(())
    }
}

struct DeleteGroup {
    organization: OrganizationId,
    name: String,
    by: ActedBy,
}

#[async_trait]
impl Write for DeleteGroup {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let found = groups::find(group.connection, self.organization, &self.name).await?;
        let members: Vec<String> =
            sqlx::query_scalar("SELECT user_id FROM group_members WHERE group_id = ? ORDER BY user_id")
                .bind(found.id.to_string())
                .fetch_all(&mut *group.connection)
                .await?;
        let mut names = Vec::with_capacity(members.len());
        for id in &members {
            let user = user_row(group.connection, parsed(id)?).await?.ok_or(StoreError::NotFound("user"))?;
            group.record(self.organization, user.removed_from(&found.name)?);
            names.push(user.username);
        }
        // Its roles and its members' rows go with it.
        sqlx::query("DELETE FROM groups WHERE id = ?")
            .bind(found.id.to_string())
            .execute(&mut *group.connection)
            .await?;
        let changes = Changes::default().change("members", names, serde_json::Value::Null).change(
            "roles",
            serde_json::json!(found.roles),
            serde_json::Value::Null,
        );
        let target = Target::group(found.id, &found.name);
        let entry = AuditEntry::new(self.organization, Act::DeleteGroup, &self.by, target);
        group.audit(entry.with(changes));
        Ok(())
    }
}
