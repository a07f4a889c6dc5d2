//! Groups as the console shows them: one with its members, and those that a user is in.

use api::groups::MemberRow;
use api::users::UserGroup;
use domain::{Group, GroupId, Organization, OrganizationId, UserId};
use sqlx::FromRow;

use super::{Store, StoreError, groups, parsed};

impl Store {
    /// The name of an organization's group.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none of this id.
    pub async fn group_name(&self, organization: OrganizationId, id: GroupId) -> Result<String, StoreError> {
        let name: Option<String> =
            sqlx::query_scalar("SELECT name FROM groups WHERE organization_id = ? AND id = ?")
                .bind(organization.to_string())
                .bind(id.to_string())
                .fetch_optional(&mut *self.pages.reader().await?)
                .await?;
        name.ok_or(StoreError::NotFound("group"))
    }

    /// An organization's group and its members by user name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none of this id.
    pub async fn group_with_members(
        &self,
        organization: OrganizationId,
        id: GroupId,
    ) -> Result<(Group, Vec<MemberRow>), StoreError> {
        let name = self.group_name(organization, id).await?;
        let mut reader = self.pages.reader().await?;
        let group = groups::find(&mut reader, organization, &name).await?;
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT u.id, u.username, u.name, u.email, u.active, o.id AS organization_id, o.name AS organization
             FROM group_members AS m
             JOIN users AS u ON u.id = m.user_id
             JOIN organizations AS o ON o.id = u.organization_id
             WHERE m.group_id = ? ORDER BY u.username_key",
        )
        .bind(id.to_string())
        .fetch_all(&mut *reader)
        .await?;
        let members: Result<Vec<MemberRow>, StoreError> = rows.into_iter().map(TryInto::try_into).collect();
        Ok((group, members?))
    }

    /// The groups that a user is in, by name: all, or those of one organization.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn groups_of(
        &self,
        user: UserId,
        of: Option<OrganizationId>,
    ) -> Result<Vec<UserGroup>, StoreError> {
        let rows: Vec<(String, String, String, String, String)> = sqlx::query_as(
            "SELECT g.id, g.name, o.id, o.name,
                    (SELECT json_group_array(r.role) FROM group_roles AS r WHERE r.group_id = g.id)
             FROM group_members AS m
             JOIN groups AS g ON g.id = m.group_id
             JOIN organizations AS o ON o.id = g.organization_id
             WHERE m.user_id = ?1 AND (?2 IS NULL OR g.organization_id = ?2) ORDER BY g.name_key, g.id",
        )
        .bind(user.to_string())
        .bind(of.map(|organization| organization.to_string()))
        .fetch_all(&mut *self.pages.reader().await?)
        .await?;
        let group =
            |(id, name, organization_id, organization, roles): (String, String, String, String, String)| {
                Ok(UserGroup {
                    id: parsed(&id)?,
                    name,
                    roles: serde_json::from_str(&roles).map_err(|_| StoreError::Corrupt(roles))?,
                    organization: Organization::new(parsed(&organization_id)?, organization),
                })
            };
        rows.into_iter().map(group).collect()
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    username: String,
    name: String,
    email: String,
    active: bool,
    organization_id: String,
    organization: String,
}

impl TryFrom<Row> for MemberRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(&row.id)?,
            username: row.username,
            name: row.name,
            email: row.email,
            active: row.active,
            organization: Organization::new(parsed(&row.organization_id)?, row.organization),
        })
    }
}
