//! Users of an organization.

use api::{
    Fires, Problem,
    users::{UserPage, UserQuery, UserSort, UserView},
};
use domain::{Email, EventType, Invalid, OrgUser, PersonName, UserId, UserName, limits::PAGE_ROWS};

use crate::{
    access::Grant,
    herald::Herald,
    store::{ActiveChange, NewUserRow, Right, RightChange, SortBy, UserDeletion, UserFilter},
};

/// A user to be, as typed.
pub(crate) struct NewUserRequest {
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) active: bool,
    /// `None`: the user cannot sign in with a password yet.
    pub(crate) password: Option<String>,
}

impl Herald {
    pub(crate) async fn list_users(
        &self,
        grant: &Grant,
        filter: &UserFilter,
    ) -> Result<(Vec<OrgUser>, u32), Problem> {
        Ok(self.store.users(grant.organization()?.id, filter).await?)
    }

    /// A page of users, for the console.
    pub(crate) async fn user_page(&self, grant: &Grant, query: &UserQuery) -> Result<UserPage, Problem> {
        let rows = u32::try_from(PAGE_ROWS).unwrap_or(u32::MAX);
        let page = query.page.max(1);
        let filter = UserFilter {
            search: query.search.clone(),
            active: query.active,
            sort_by: column(query.sort),
            descending: query.descending,
            limit: rows,
            skip: (page - 1).saturating_mul(rows),
        };
        let (users, total) = self.list_users(grant, &filter).await?;
        let disable_fires = self.fires(grant, EventType::UserDisabled).await?;
        Ok(UserPage { users, total, page, pages: total.div_ceil(rows).max(1), disable_fires })
    }

    pub(crate) async fn user_view(&self, grant: &Grant, id: UserId) -> Result<UserView, Problem> {
        let organization = grant.organization()?.id;
        let user = self.store.user(organization, id).await?;
        let of = if grant.user()?.platform_admin { None } else { Some(organization) };
        Ok(UserView {
            user,
            groups: self.store.groups_of(id, of).await?,
            disable_fires: self.fires(grant, EventType::UserDisabled).await?,
            removal_fires: self.fires(grant, EventType::UserRemovedFromGroup).await?,
        })
    }

    /// What an event of the organization would fire, as far as the caller may know.
    pub(super) async fn fires(&self, grant: &Grant, event_type: EventType) -> Result<Fires, Problem> {
        let webhooks = match grant.is_admin() {
            true => {
                let platform = grant.user()?.platform_admin;
                let id = grant.organization()?.id;
                Some(self.store.webhooks_told_of(event_type, id, platform).await?)
            }
            false => None,
        };
        Ok(Fires { event_type, webhooks })
    }

    pub(crate) async fn create_user(&self, grant: &Grant, new: NewUserRequest) -> Result<OrgUser, Problem> {
        let mut invalid = Invalid::default();
        let username = invalid.check("username", UserName::parse(&new.username));
        let email = invalid.check("email", Email::parse(&new.email));
        let name = invalid.check("name", PersonName::parse(&new.name));
        let password = match new.password.as_deref() {
            None => Some(None),
            Some(typed) => invalid.check("password", self.passwords.accept(typed).await?).map(Some),
        };
        let (Some(username), Some(email), Some(name), Some(password)) = (username, email, name, password)
        else {
            return Err(invalid.into());
        };
        let password_hash = match password {
            Some(password) => Some(self.passwords.hash(password.as_str().to_owned()).await?),
            None => None,
        };
        let row = NewUserRow {
            organization_id: grant.organization()?.id,
            username,
            email,
            name: name.as_str().to_owned(),
            active: new.active,
            admin: false,
            password_hash,
        };
        Ok(self.store.create_user(row, grant.acted_by()).await?)
    }

    pub(crate) async fn user_id(&self, grant: &Grant, username: &str) -> Result<UserId, Problem> {
        let found = self.store.user_named(grant.organization()?.id, username).await?;
        found.ok_or_else(|| Problem::not_found("user"))
    }

    pub(crate) async fn set_user_right(
        &self,
        grant: &Grant,
        user: UserId,
        right: Right,
        has: bool,
    ) -> Result<(), Problem> {
        let organization = grant.organization()?.id;
        let change = RightChange { organization, user, right, has };
        Ok(self.store.set_user_right(change, grant.acted_by()).await?)
    }

    /// `purge`: what is stored about them in payloads goes too.
    pub(crate) async fn delete_user(&self, grant: &Grant, user: UserId, purge: bool) -> Result<(), Problem> {
        let (organization, by_platform_admin) = (grant.organization()?.id, grant.user()?.platform_admin);
        let deletion = UserDeletion { organization, user, by_platform_admin, purge };
        Ok(self.store.delete_user(deletion, grant.acted_by()).await?)
    }

    pub(crate) async fn set_user_active(
        &self,
        grant: &Grant,
        user: UserId,
        active: bool,
    ) -> Result<(), Problem> {
        let (organization, by_platform_admin) = (grant.organization()?.id, grant.user()?.platform_admin);
        let change = ActiveChange { organization, user, active, by_platform_admin };
        Ok(self.store.set_user_active(change, grant.acted_by()).await?)
    }
}

const fn column(sort: UserSort) -> SortBy {
    match sort {
        UserSort::Username => SortBy::Username,
        UserSort::Email => SortBy::Email,
        UserSort::Name => SortBy::Name,
        UserSort::CreatedAt => SortBy::CreatedAt,
        UserSort::LastLogin => SortBy::LastLogin,
    }
}
