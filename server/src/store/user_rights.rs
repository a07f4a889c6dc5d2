//! What a platform admin gives users and takes from them: being a platform admin, and taking no seat.

use async_trait::async_trait;
use domain::{Act, OrganizationId, UserId};

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes},
    group::Group,
    user_acts::{find_user, require_another_admin, require_seat},
    writer::Write,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    PlatformAdmin,
    /// Takes no seat.
    Complimentary,
}

/// Who has a right from now on, or has it no more.
#[derive(Debug, Clone, Copy)]
pub struct RightChange {
    pub organization: OrganizationId,
    pub user: UserId,
    pub right: Right,
    pub has: bool,
}

impl Store {
    /// To what the user already is, it does nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for another organization's user, [`StoreError::Refused`] for the last platform admin, or
    /// when no seat is free.
    pub async fn set_user_right(&self, change: RightChange, by: ActedBy) -> Result<(), StoreError> {
        self.writer.write(SetRight { change, by }).await
    }
}

struct SetRight {
    change: RightChange,
    by: ActedBy,
}

#[async_trait]
impl Write for SetRight {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let RightChange { organization, user: id, right, has } = self.change;
        let user = find_user(group.connection, organization, id).await?;
        let (act, member, had) = match right {
            Right::PlatformAdmin => (Act::SetUserAdmin, "admin", user.admin),
            Right::Complimentary => (Act::SetUserComplimentary, "complimentary", user.complimentary),
        };
        if had == has {
            return Ok(());
        }
        if user.active && !has {
            match right {
                Right::PlatformAdmin => require_another_admin(group.connection, id).await?,
                Right::Complimentary => require_seat(group.connection, organization).await?,
            }
        }
        let sql = match right {
            Right::PlatformAdmin => "UPDATE users SET admin = ? WHERE id = ?",
            Right::Complimentary => "UPDATE users SET complimentary = ? WHERE id = ?",
        };
        sqlx::query(sql).bind(has).bind(id.to_string()).execute(&mut *group.connection).await?;
        let changes = Changes::default().change(member, had, has);
        group.audit(AuditEntry::new(organization, act, &self.by, user.target()?).with(changes));
        Ok(())
    }
}
