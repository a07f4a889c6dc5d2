//! Who calls, and whether they may: the one check that every route and every server function goes through.

use std::net::{IpAddr, Ipv4Addr};

use api::Problem;
use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use cookie::Cookie;
use domain::{
    FieldError, Operation, Refusal, Standing, Timestamp,
    limits::{PASSWORD_FRESH, USER_AGENT_LENGTH_MAX},
};

use crate::{
    access_cache::Known,
    herald::{Herald, PublicUrl},
    store::{ActedBy, Actor, FoundUser, Owner, SessionUser, Source, StoredOrganization},
    tokens::token_hash,
};

/// Who a request's credentials stand for, and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user: Option<FoundUser>,
    /// Where they came by cookie: the session that a log out ends.
    pub(crate) session: Option<[u8; 32]>,
    /// When that session's password was last given.
    pub(crate) password_at: Option<Timestamp>,
    /// Whether they came by API key.
    pub(crate) by_key: bool,
    pub(crate) source: Source,
    /// What the caller calls itself, cut to what is kept.
    pub(crate) user_agent: String,
}

impl Caller {
    /// Nobody yet, who calls from there.
    pub(crate) fn nobody(source: &Source) -> Self {
        let (source, user_agent) = (source.clone(), String::new());
        Self { user: None, session: None, password_at: None, by_key: false, source, user_agent }
    }

    /// Where they call from; the unspecified address where that is not known.
    pub(crate) fn address(&self) -> IpAddr {
        self.source.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }

    /// Who it was, for the audit log.
    pub(crate) fn acted_by(&self) -> ActedBy {
        let actor = match &self.user {
            Some(FoundUser { id, username, .. }) if self.by_key => {
                Actor::ApiKey { id: *id, username: username.clone() }
            }
            Some(FoundUser { id, username, .. }) => Actor::User { id: *id, username: username.clone() },
            None => Actor::Anonymous,
        };
        ActedBy::new(actor, self.source.clone())
    }
}

/// Proof that a caller may do an operation. Only [`Herald::authorize`] makes one.
pub(crate) struct Grant {
    caller: Caller,
    operation: Operation,
    organization: Option<StoredOrganization>,
    standing: Standing,
}

impl Grant {
    /// The caller; there is one for every operation but those that are open to anyone.
    pub(crate) fn user(&self) -> Result<&FoundUser, Problem> {
        self.caller.user.as_ref().ok_or_else(Problem::unauthenticated)
    }

    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The organization that the operation names.
    pub(crate) fn organization(&self) -> Result<&StoredOrganization, Problem> {
        self.organization.as_ref().ok_or_else(|| Problem::not_found("organization"))
    }

    /// Whose webhooks the operation is about.
    pub(crate) fn owner(&self) -> Result<Owner, Problem> {
        Ok(Owner { id: self.organization()?.id, platform: self.operation.is_platform() })
    }

    /// The caller, for the audit log.
    pub(crate) fn acted_by(&self) -> ActedBy {
        self.caller.acted_by()
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.standing.is_admin()
    }

    pub(crate) fn manages_users(&self) -> bool {
        self.standing.manages_users()
    }
}

impl Herald {
    /// Finds out who calls: an API key where there is one, else the session cookie.
    pub(crate) async fn caller(&self, headers: &HeaderMap, source: &Source) -> Result<Caller, Problem> {
        let nobody = Caller { user_agent: user_agent(headers), ..Caller::nobody(source) };
        if headers.contains_key(header::AUTHORIZATION) {
            let Some(key) = key_of(headers).map(|key| token_hash(&key)) else {
                return Ok(nobody);
            };
            let user = self.store.key_user(key).await?.map(|(user, _)| user);
            if user.is_some() {
                self.note_use(key);
            }
            return Ok(Caller { user, by_key: true, ..nobody });
        }
        let Some(token) = read_cookie(headers, session_cookie_name(&self.public_url)) else {
            return Ok(nobody);
        };
        let session = token_hash(&token);
        let Some(SessionUser { user, password_at }) = self.store.session_user(session).await? else {
            return Ok(nobody);
        };
        Ok(Caller { user: Some(user), session: Some(session), password_at: Some(password_at), ..nobody })
    }

    /// Writes down that a key was used, now and then, and lets nobody wait for it.
    fn note_use(&self, key: [u8; 32]) {
        if self.limits.notes_use(key, self.clock.unset()) {
            let store = self.store.clone();
            tokio::spawn(async move { store.note_key_use(key).await });
        }
    }

    /// Finds out who calls and checks whether they may. `organization` is the name that the operation's path has.
    pub(crate) async fn admit(
        &self,
        headers: &HeaderMap,
        source: &Source,
        operation: Operation,
        organization: Option<&str>,
    ) -> Result<Grant, Problem> {
        if let (Some(key), Some(name)) = (key_of(headers).map(|key| token_hash(&key)), organization)
            && let Some(Known { user, organization, standing, .. }) = self.known(key, name).await?
        {
            self.note_use(key);
            let caller = Caller { user: Some(user), by_key: true, ..Caller::nobody(source) };
            if let Err(refusal) = operation.who().check(&standing, true) {
                return Err(self.refuse(&caller, operation, Some(&organization), refusal).await);
            }
            return Ok(Grant { caller, operation, organization: Some(organization), standing });
        }
        let caller = self.caller(headers, source).await?;
        let organization = match organization {
            Some(name) => Some(self.store.organization_named(name).await?),
            None => None,
        };
        self.authorize(&caller, operation, organization).await
    }

    /// What a key is in an organization, where both are there.
    async fn known(&self, key: [u8; 32], name: &str) -> Result<Option<Known>, Problem> {
        // Before anything is read, so that a change in between makes what was read void.
        let changes = self.store.changes();
        if let Some(known) = self.access_cache.get(key, name, changes, self.clock.now()) {
            return Ok(Some(known));
        }
        let Some((user, until)) = self.store.key_user(key).await? else {
            return Ok(None);
        };
        let Some(organization) = self.store.organization_named(name).await? else {
            return Ok(None);
        };
        let standing = self.store.standing(&user, organization.id).await?;
        let known = Known { user, until, organization, standing };
        self.access_cache.put(key, name, changes, known.clone());
        Ok(Some(known))
    }

    /// Checks a caller against the table of who may. `organization` is what the operation names: `Some(None)` where
    /// there is none by that name.
    pub(crate) async fn authorize(
        &self,
        caller: &Caller,
        operation: Operation,
        organization: Option<Option<StoredOrganization>>,
    ) -> Result<Grant, Problem> {
        let names_organization = organization.is_some();
        let organization = organization.flatten();
        let standing = match (&caller.user, &organization) {
            (Some(user), Some(organization)) => self.store.standing(user, organization.id).await?,
            (Some(user), None) => {
                let platform_admin = user.platform_admin;
                Standing { signed_in: true, platform_admin, ..Standing::default() }
            }
            (None, _) => Standing::default(),
        };
        if let Err(refusal) = operation.who().check(&standing, names_organization) {
            return Err(self.refuse(caller, operation, organization.as_ref(), refusal).await);
        }
        // What is the platform's belongs to its own organization.
        let organization = match organization {
            None if operation.is_platform() => Some(self.store.platform_organization().await?),
            organization => organization,
        };
        if names_organization && organization.is_none() {
            return Err(Problem::not_found("organization"));
        }
        let is_stale = |at: Timestamp| self.clock.now().since(at) >= PASSWORD_FRESH;
        if operation.asks_for_password() && caller.password_at.is_some_and(is_stale) {
            return Err(password_needed());
        }
        Ok(Grant { caller: caller.clone(), operation, organization, standing })
    }
}

/// The code by which a program knows it.
pub(crate) const PASSWORD_NEEDED: &str = "password_needed";

/// 403, with an error of its own by which a program knows it.
fn password_needed() -> Problem {
    let detail = "Give your password again first: it was given long ago. See /api/auth/password/confirm.";
    let mut problem = Problem::forbidden();
    detail.clone_into(&mut problem.detail);
    problem.errors = vec![FieldError::new("password", PASSWORD_NEEDED, detail)];
    problem
}

pub(crate) fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Unauthenticated => Problem::unauthenticated(),
        Refusal::NotFound => Problem::not_found("organization"),
        Refusal::Forbidden => Problem::forbidden(),
    }
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(USER_AGENT_LENGTH_MAX).collect()
}

pub(crate) fn key_of(headers: &HeaderMap) -> Option<String> {
    headers.get(header::AUTHORIZATION)?.to_str().ok().and_then(api_key)
}

/// `Bearer KEY`, or `Basic` with the key as user name.
fn api_key(authorization: &str) -> Option<String> {
    let (scheme, credentials) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(credentials.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(credentials.trim()).ok()?).ok()?;
    Some(decoded.split_once(':').map_or(decoded.as_str(), |(key, _)| key).to_owned())
}

/// `__Host-` binds the cookie to this very host; browsers take it over https only.
pub(crate) fn session_cookie_name(public_url: &PublicUrl) -> &'static str {
    if public_url.is_https() { "__Host-herald_session" } else { "herald_session" }
}

pub(crate) fn read_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| Cookie::split_parse(text).filter_map(Result::ok))
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_as_bearer_or_as_basic() {
        assert_eq!(api_key("Bearer pwt_a.b").as_deref(), Some("pwt_a.b"));
        assert_eq!(api_key("bearer  pwt_a.b ").as_deref(), Some("pwt_a.b"));
        assert_eq!(
            api_key(&format!("Basic {}", BASE64_STANDARD.encode("pwt_a.b:"))).as_deref(),
            Some("pwt_a.b")
        );
        for text in ["", "Bearer", "Digest x", "Basic ???"] {
            assert_eq!(api_key(text), None, "{text}");
        }
    }
}
