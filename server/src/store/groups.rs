//! Groups, their roles and their members. Leaving a group records its event.

use async_trait::async_trait;
use domain::{
    Act, Description, Group, GroupDetail, GroupId, Member, Name, OrganizationId, Role, Timestamp, fold_case,
};
use serde_json::json;
use sqlx::{FromRow, SqliteConnection};

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    group, parsed,
    user_acts::user_row,
    versions::Version,
    writer::Write,
};

/// A group to be.
pub struct NewGroup {
    pub organization_id: OrganizationId,
    pub name: Name,
    pub description: Description,
    pub roles: Vec<Role>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    description: String,
    members: u32,
    organization: String,
    /// A JSON list.
    roles: String,
    created_at: i64,
}

impl TryFrom<Row> for Group {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let roles = serde_json::from_str(&row.roles).map_err(|_| StoreError::Corrupt(row.roles.clone()))?;
        Ok(Self {
            id: parsed(&row.id)?,
            name: row.name,
            description: row.description,
            members: row.members,
            organization: row.organization,
            roles,
            created_at: Timestamp::from_unix_ms(row.created_at),
        })
    }
}

impl Store {
    /// # Errors
    /// When the database fails.
    pub async fn groups(&self, organization: OrganizationId) -> Result<Vec<Group>, StoreError> {
        let mut connection = self.pages.reader().await?;
        select(&mut connection, organization, None).await
    }

    /// One group with its members, by name in any case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn group(&self, organization: OrganizationId, name: &str) -> Result<GroupDetail, StoreError> {
        let mut connection = self.pages.reader().await?;
        detail(&mut connection, organization, name).await
    }

    /// # Errors
    /// [`StoreError::Taken`] when the name is.
    pub async fn create_group(&self, new: NewGroup, by: ActedBy) -> Result<Group, StoreError> {
        self.writer.write(CreateGroup { new, by }).await
    }

    /// # Errors
    /// [`StoreError::NotFound`] when there is no such group, [`StoreError::Outrun`] when its roles are of another version.
    pub async fn set_group_roles(&self, change: RolesChange, by: ActedBy) -> Result<Group, StoreError> {
        self.writer.write(SetRoles { change, by }).await
    }

    /// Adds any organization's user; one who is a member already stays it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the group or the user, [`StoreError::Forbidden`] when the group holds `org:admin`
    /// and the caller is no admin.
    pub async fn add_member(&self, change: MemberChange, by: ActedBy) -> Result<GroupDetail, StoreError> {
        self.writer.write(AddMember { change, by }).await
    }

    /// Removes a member, which fires `USER_REMOVED_FROM_GROUP`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the group or one who is no member, [`StoreError::Forbidden`] as for adding.
    pub async fn remove_member(&self, change: MemberChange, by: ActedBy) -> Result<(), StoreError> {
        self.writer.write(RemoveMember { change, by }).await
    }
}

/// What the members of a group hold from now on.
#[derive(Debug, Clone)]
pub struct RolesChange {
    pub organization: OrganizationId,
    pub group: String,
    pub roles: Vec<Role>,
    /// Only if they are of this version still.
    pub version: Option<String>,
}

/// Who goes into or out of which group.
#[derive(Debug, Clone)]
pub struct MemberChange {
    pub organization: OrganizationId,
    pub group: String,
    pub username: String,
    /// Whether the caller may change who holds `org:admin`.
    pub by_admin: bool,
}

/// Decided with the roles that the group has in this transaction.
fn require_right(group: &Group, change: &MemberChange) -> Result<(), StoreError> {
    if group.roles.contains(&Role::Admin) && !change.by_admin {
        return Err(StoreError::Forbidden);
    }
    Ok(())
}

async fn select(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    name: Option<&str>,
) -> Result<Vec<Group>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT g.id, g.name, g.description, o.name AS organization, g.created_at,
                (SELECT count(*) FROM group_members AS m WHERE m.group_id = g.id) AS members,
                (SELECT json_group_array(r.role) FROM group_roles AS r WHERE r.group_id = g.id) AS roles
         FROM groups AS g JOIN organizations AS o ON o.id = g.organization_id
         WHERE g.organization_id = ?1 AND (?2 IS NULL OR g.name_key = ?2) ORDER BY g.name_key",
    )
    .bind(organization.to_string())
    .bind(name.map(fold_case))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

pub(super) async fn find(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    name: &str,
) -> Result<Group, StoreError> {
    select(connection, organization, Some(name)).await?.pop().ok_or(StoreError::NotFound("group"))
}

async fn detail(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    name: &str,
) -> Result<GroupDetail, StoreError> {
    let group = find(&mut *connection, organization, name).await?;
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT u.id, u.username, u.email FROM group_members AS m JOIN users AS u ON u.id = m.user_id
         WHERE m.group_id = ? ORDER BY u.username_key",
    )
    .bind(group.id.to_string())
    .fetch_all(connection)
    .await?;
    let members: Result<Vec<Member>, StoreError> = rows
        .into_iter()
        .map(|(id, username, email)| Ok(Member { id: parsed(&id)?, username, email }))
        .collect();
    Ok(GroupDetail {
        id: group.id,
        name: group.name,
        description: group.description,
        members: members?,
        organization: group.organization,
        roles: group.roles,
        created_at: group.created_at,
    })
}

struct CreateGroup {
    new: NewGroup,
    by: ActedBy,
}

#[async_trait]
impl Write for CreateGroup {
    type Output = Group;

    async fn apply(&mut self, group: &mut group::Group<'_>) -> Result<Group, StoreError> {
        let new = &self.new;
        let id: GroupId = group.new_id();
        let inserted = sqlx::query(
            "INSERT INTO groups (id, organization_id, name, name_key, description, created_at)
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (organization_id, name_key) DO NOTHING",
        )
        .bind(id.to_string())
        .bind(new.organization_id.to_string())
        .bind(new.name.as_str())
        .bind(new.name.key())
        .bind(new.description.as_str())
        .bind(group.now.unix_ms())
        .execute(&mut *group.connection)
        .await?;
        if inserted.rows_affected() == 0 {
            let detail = format!("There is a group named “{}” already. Choose another name.", new.name);
            return Err(StoreError::Taken("name", detail));
        }
        replace_roles(group.connection, id, &new.roles).await?;
        let made = find(group.connection, new.organization_id, new.name.as_str()).await?;
        let changes = Changes::default().set("roles", json!(made.roles));
        let target = Target::group(id, &made.name);
        group.audit(AuditEntry::new(new.organization_id, Act::CreateGroup, &self.by, target).with(changes));
        Ok(made)
    }
}

struct SetRoles {
    change: RolesChange,
    by: ActedBy,
}

#[async_trait]
impl Write for SetRoles {
    type Output = Group;

    async fn apply(&mut self, group: &mut group::Group<'_>) -> Result<Group, StoreError> {
        let RolesChange { organization, group: name, roles, version } = &self.change;
        let found = find(group.connection, *organization, name).await?;
        Version::of_roles(&found.roles).require(version.as_deref())?;
        replace_roles(group.connection, found.id, roles).await?;
        let changed = find(group.connection, *organization, name).await?;
        let changes = Changes::default().change("roles", json!(found.roles), json!(changed.roles));
        let target = Target::group(changed.id, &changed.name);
        group.audit(AuditEntry::new(*organization, Act::SetGroupRoles, &self.by, target).with(changes));
        Ok(changed)
    }
}

async fn replace_roles(
    connection: &mut SqliteConnection,
    group: GroupId,
    roles: &[Role],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM group_roles WHERE group_id = ?")
        .bind(group.to_string())
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT OR IGNORE INTO group_roles (group_id, role) SELECT ?, value FROM json_each(?)")
        .bind(group.to_string())
        .bind(json!(roles).to_string())
        .execute(connection)
        .await?;
    Ok(())
}

struct AddMember {
    change: MemberChange,
    by: ActedBy,
}

#[async_trait]
impl Write for AddMember {
    type Output = GroupDetail;

    async fn apply(&mut self, group: &mut group::Group<'_>) -> Result<GroupDetail, StoreError> {
        let change = &self.change;
        let found = find(group.connection, change.organization, &change.group).await?;
        require_right(&found, change)?;
        let username: Option<String> =
            sqlx::query_scalar("SELECT username FROM users WHERE username_key = ?")
                .bind(fold_case(&change.username))
                .fetch_optional(&mut *group.connection)
                .await?;
        let username = username.ok_or(StoreError::NotFound("user"))?;
        let added = sqlx::query(
            "INSERT INTO group_members (group_id, user_id, added_at)
             SELECT ?, id, ? FROM users WHERE username_key = ?
             ON CONFLICT (group_id, user_id) DO NOTHING",
        )
        .bind(found.id.to_string())
        .bind(group.now.unix_ms())
        .bind(fold_case(&change.username))
        .execute(&mut *group.connection)
        .await?;
        if added.rows_affected() == 1 {
            note_member(group, Act::AddMember, &self.by, change.organization, &found, &username);
        }
        detail(group.connection, change.organization, &change.group).await
    }
}

/// A member who joins or leaves stands among the changes, the group is the target.
fn note_member(
    group: &mut group::Group<'_>,
    act: Act,
    by: &ActedBy,
    organization: OrganizationId,
    of: &Group,
    username: &str,
) {
    let changes = match act {
        Act::AddMember => Changes::default().set("member", username),
        _ => Changes::default().change("member", username, serde_json::Value::Null),
    };
    let target = Target::group(of.id, &of.name);
    group.audit(AuditEntry::new(organization, act, by, target).with(changes));
}

struct RemoveMember {
    change: MemberChange,
    by: ActedBy,
}

#[async_trait]
impl Write for RemoveMember {
    type Output = ();

    async fn apply(&mut self, group: &mut group::Group<'_>) -> Result<(), StoreError> {
        let change = &self.change;
        let found = find(group.connection, change.organization, &change.group).await?;
        require_right(&found, change)?;
        let removed: Option<String> = sqlx::query_scalar(
            "DELETE FROM group_members
             WHERE group_id = ? AND user_id = (SELECT id FROM users WHERE username_key = ?) RETURNING user_id",
        )
        .bind(found.id.to_string())
        .bind(fold_case(&change.username))
        .fetch_optional(&mut *group.connection)
        .await?;
        let id = removed.ok_or(StoreError::NotFound("member"))?;
        let user = user_row(group.connection, parsed(&id)?).await?.ok_or(StoreError::NotFound("user"))?;
        group.record(change.organization, user.removed_from(&found.name)?);
        note_member(group, Act::RemoveMember, &self.by, change.organization, &found, &user.username);
        Ok(())
    }
}
