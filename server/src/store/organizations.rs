//! Organizations and their seats; the first run.

use async_trait::async_trait;
use domain::{Act, Email, Name, Organization, OrganizationId, Seats, Timestamp, UserId, UserName};
use sqlx::{FromRow, SqliteConnection};

use super::{
    Store, StoreError,
    api_keys::{NewApiKey, insert_api_key},
    audit::{ActedBy, AuditEntry, Changes, Target},
    group::Group,
    parsed,
    user_acts::insert_user,
    users::NewUserRow,
    versions::Version,
    writer::Write,
};

/// An organization as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrganization {
    pub id: OrganizationId,
    pub name: String,
    pub platform: bool,
    pub created_at: Timestamp,
}

impl StoredOrganization {
    #[must_use]
    pub fn view(&self) -> Organization {
        Organization::new(self.id, self.name.clone())
    }
}

/// Who sets up a new database.
pub struct FirstAdmin {
    pub organization: Name,
    pub username: UserName,
    pub email: Email,
    pub password_hash: String,
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    name: String,
    platform: bool,
    created_at: i64,
}

impl TryFrom<Row> for StoredOrganization {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(&row.id)?,
            name: row.name,
            platform: row.platform,
            created_at: Timestamp::from_unix_ms(row.created_at),
        })
    }
}

impl Store {
    /// # Errors
    /// When the database fails.
    pub async fn organization(&self, id: OrganizationId) -> Result<Option<StoredOrganization>, StoreError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT id, name, platform, created_at FROM organizations WHERE id = ?")
                .bind(id.to_string())
                .fetch_optional(&self.readers)
                .await?;
        row.map(TryInto::try_into).transpose()
    }

    /// # Errors
    /// When the database fails.
    pub async fn organization_named(&self, name: &str) -> Result<Option<StoredOrganization>, StoreError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT id, name, platform, created_at FROM organizations WHERE name_key = ?")
                .bind(domain::fold_case(name))
                .fetch_optional(&self.readers)
                .await?;
        row.map(TryInto::try_into).transpose()
    }

    /// The one made at first run, which owns the platform's webhooks.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] before the first run.
    pub async fn platform_organization(&self) -> Result<StoredOrganization, StoreError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT id, name, platform, created_at FROM organizations WHERE platform = 1")
                .fetch_optional(&self.readers)
                .await?;
        row.ok_or(StoreError::NotFound("organization"))?.try_into()
    }

    /// Whether there is any user yet: without one, the first run is open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let users: i64 =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)").fetch_one(&self.readers).await?;
        Ok(users == 0)
    }

    /// Makes the platform's organization, its first admin and, where one is given, the admin's API key, in an empty
    /// database only.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when there is a user already.
    pub async fn set_up(
        &self,
        first: FirstAdmin,
        key: Option<NewApiKey>,
        by: ActedBy,
    ) -> Result<(OrganizationId, UserId), StoreError> {
        self.writer.write(SetUp { first, key, by }).await
    }

    /// # Errors
    /// [`StoreError::Taken`] when the name is.
    pub async fn create_organization(
        &self,
        name: Name,
        by: ActedBy,
    ) -> Result<StoredOrganization, StoreError> {
        self.writer.write(CreateOrganization { name, by }).await
    }

    /// # Errors
    /// When the database fails.
    pub async fn seats(&self, organization: OrganizationId) -> Result<Seats, StoreError> {
        let mut connection = self.pages.reader().await?;
        seats(&mut connection, organization).await
    }

    /// # Errors
    /// [`StoreError::Taken`] when more seats are used, [`StoreError::Outrun`] when the limit is not of this version any more.
    pub async fn set_seats(
        &self,
        organization: OrganizationId,
        limit: Option<u32>,
        version: Option<String>,
        by: ActedBy,
    ) -> Result<Seats, StoreError> {
        self.writer.write(SetSeats { organization, limit, version, by }).await
    }
}

pub(super) async fn seats(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
) -> Result<Seats, StoreError> {
    let row: Option<(Option<u32>, u32)> = sqlx::query_as(
        "SELECT seats, (SELECT count(*) FROM users AS u
                        WHERE u.organization_id = o.id AND u.active = 1 AND u.complimentary = 0)
         FROM organizations AS o WHERE o.id = ?",
    )
    .bind(organization.to_string())
    .fetch_optional(connection)
    .await?;
    let (seats, used_seats) = row.ok_or(StoreError::NotFound("organization"))?;
    Ok(Seats { seats, used_seats })
}

struct SetUp {
    first: FirstAdmin,
    key: Option<NewApiKey>,
    by: ActedBy,
}

#[async_trait]
impl Write for SetUp {
    type Output = (OrganizationId, UserId);

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Self::Output, StoreError> {
        let users: i64 = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)")
            .fetch_one(&mut *group.connection)
            .await?;
        if users != 0 {
            return Err(StoreError::Refused("Herald is set up already: there is a user.".to_owned()));
        }
        let first = &self.first;
        let organization = insert_organization(group, &first.organization, true, &self.by).await?;
        let admin = NewUserRow {
            organization_id: organization.id,
            username: first.username.clone(),
            email: first.email.clone(),
            name: first.username.as_str().to_owned(),
            active: true,
            admin: true,
            password_hash: Some(first.password_hash.clone()),
        };
        let user = insert_user(group, &admin, &self.by).await?;
        if let Some(key) = &self.key {
            insert_api_key(group, user, key, &self.by).await?;
        }
        Ok((organization.id, user))
    }
}

struct CreateOrganization {
    name: Name,
    by: ActedBy,
}

#[async_trait]
impl Write for CreateOrganization {
    type Output = StoredOrganization;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<StoredOrganization, StoreError> {
        insert_organization(group, &self.name, false, &self.by).await
    }
}

async fn insert_organization(
    group: &mut Group<'_>,
    name: &Name,
    platform: bool,
    by: &ActedBy,
) -> Result<StoredOrganization, StoreError> {
    let id: OrganizationId = group.new_id();
    let inserted = sqlx::query(
        "INSERT INTO organizations (id, name, name_key, platform, created_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (name_key) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(name.as_str())
    .bind(name.key())
    .bind(platform)
    .bind(group.now.unix_ms())
    .execute(&mut *group.connection)
    .await?;
    if inserted.rows_affected() == 0 {
        let detail = format!("There is an organization named “{name}” already. Choose another name.");
        return Err(StoreError::Taken("organizationName", detail));
    }
    let target = Target::organization(id, name.as_str());
    group.audit(AuditEntry::new(id, Act::CreateOrganization, by, target));
    Ok(StoredOrganization { id, name: name.as_str().to_owned(), platform, created_at: group.now })
}

struct SetSeats {
    organization: OrganizationId,
    limit: Option<u32>,
    version: Option<String>,
    by: ActedBy,
}

#[async_trait]
impl Write for SetSeats {
    type Output = Seats;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Seats, StoreError> {
        let Seats { seats: before, used_seats } = seats(group.connection, self.organization).await?;
        Version::of_seats(before).require(self.version.as_deref())?;
        if self.limit.is_some_and(|limit| limit < used_seats) {
            let detail = format!("Set at least {used_seats}, which are used, or disable users first.");
            return Err(StoreError::Taken("seats", detail));
        }
        let name: String =
            sqlx::query_scalar("UPDATE organizations SET seats = ? WHERE id = ? RETURNING name")
                .bind(self.limit)
                .bind(self.organization.to_string())
                .fetch_one(&mut *group.connection)
                .await?;
        let target = Target::organization(self.organization, &name);
        let changes = Changes::default().change("seats", before, self.limit);
        group.audit(AuditEntry::new(self.organization, Act::SetSeats, &self.by, target).with(changes));
        Ok(Seats { seats: self.limit, used_seats })
    }
}
