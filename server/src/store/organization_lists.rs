//! Organizations in lists: those that a user sees, or a page of them with their seats.

use domain::{OrganizationId, Seats, UserId, fold_case, limits::PAGE_ROWS};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    organizations::{Row, StoredOrganization},
    to_json,
};

/// Whose view of the organizations.
#[derive(Debug, Clone, Copy)]
pub struct SeenBy {
    pub user: UserId,
    /// All that there are, not only those that the user belongs to.
    pub all: bool,
}

/// A page of organizations with their seats.
pub struct OrganizationRows {
    pub rows: Vec<(StoredOrganization, Seats)>,
    /// How many match, on all pages.
    pub total: u32,
    /// Counted from 1.
    pub page: u32,
    pub pages: u32,
}

/// Those that a user sees: the first value is the user, the second whether it is all.
macro_rules! seen {
    () => {
        "(?2 OR o.id = (SELECT organization_id FROM users WHERE id = ?1)
             OR o.id IN (SELECT g.organization_id FROM groups AS g
                         JOIN group_members AS m ON m.group_id = g.id WHERE m.user_id = ?1))"
    };
}

const SEEN: &str = concat!(
    "SELECT o.id, o.name, o.platform, o.created_at FROM organizations AS o WHERE ",
    seen!(),
    " ORDER BY o.id <> (SELECT organization_id FROM users WHERE id = ?1), o.name_key"
);

const COUNT: &str =
    concat!("SELECT count(*) FROM organizations AS o WHERE ", seen!(), " AND instr(o.name_key, ?3) > 0");

/// Seats are counted for the page only.
pub(super) const PAGE: &str = concat!(
    "SELECT page.id, page.name, page.platform, page.created_at, page.seats,
            (SELECT count(*) FROM users AS u
             WHERE u.organization_id = page.id AND u.active = 1 AND u.complimentary = 0) AS used_seats
     FROM (SELECT * FROM organizations AS o WHERE ",
    seen!(),
    " AND instr(o.name_key, ?3) > 0 ORDER BY o.name_key LIMIT ?4 OFFSET ?5) AS page
     ORDER BY page.name_key"
);

#[derive(FromRow)]
struct PageRow {
    #[sqlx(flatten)]
    row: Row,
    seats: Option<u32>,
    used_seats: u32,
}

impl PageRow {
    fn view(self) -> Result<(StoredOrganization, Seats), StoreError> {
        let Self { row, seats, used_seats } = self;
        Ok((row.try_into()?, Seats { seats, used_seats }))
    }
}

impl Store {
    /// All organizations by name, or those that a user belongs to, the user's own first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organizations_of(
        &self,
        user: UserId,
        all: bool,
    ) -> Result<Vec<StoredOrganization>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(SEEN)
            .bind(user.to_string())
            .bind(all)
            .fetch_all(&mut *self.pages.reader().await?)
            .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Those that somebody sees and whose names have `search` in them, by name. `page` counts from 1; one behind the last is
    /// the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organization_page(
        &self,
        seen: SeenBy,
        search: &str,
        page: u32,
    ) -> Result<OrganizationRows, StoreError> {
        let (user, search) = (seen.user.to_string(), fold_case(search.trim()));
        let mut reader = self.pages.reader().await?;
        let total: u32 = sqlx::query_scalar(COUNT)
            .bind(&user)
            .bind(seen.all)
            .bind(&search)
            .fetch_one(&mut *reader)
            .await?;
        let limit = u32::try_from(PAGE_ROWS).unwrap_or(u32::MAX);
        let pages = total.div_ceil(limit).max(1);
        let page = page.clamp(1, pages);
        let rows: Vec<PageRow> = sqlx::query_as(PAGE)
            .bind(&user)
            .bind(seen.all)
            .bind(&search)
            .bind(limit)
            .bind((page - 1).saturating_mul(limit))
            .fetch_all(&mut *reader)
            .await?;
        let rows: Result<Vec<_>, StoreError> = rows.into_iter().map(PageRow::view).collect();
        Ok(OrganizationRows { rows: rows?, total, page, pages })
    }

    /// How many users each of these organizations has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn members_of(&self, organizations: &[OrganizationId]) -> Result<Vec<u32>, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM users WHERE organization_id = value) FROM json_each(?) ORDER BY key";
        let mut reader = self.pages.reader().await?;
        Ok(sqlx::query_scalar(sql).bind(to_json(organizations)).fetch_all(&mut *reader).await?)
    }
}
