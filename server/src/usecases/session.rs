//! Signing in and out, the first run, and who one is.

use std::net::IpAddr;

use api::{
    Problem,
    session::{FirstRun, Membership, SessionView},
};
use domain::{Email, Invalid, Name, OrganizationId, Standing, UserName, fold_case};

use crate::{
    access::Caller,
    herald::Herald,
    limits::Guess,
    passwords::Passwords,
    store::{FirstAdmin, FoundUser, NewSession},
    tokens::{random_token, token_hash},
};

/// One message for every way in which signing in fails: it tells nobody which part was wrong.
const WRONG: &str = "That user name or password is not right, or the user has been disabled.";
/// Why a log in failed, for the audit log.
const FAILED: &str = "Wrong user name or password, or the user is disabled.";
const LINK_VOID: &str = "This link does not work any more: it was used, or the server has started again since. \
                         The newest link stands in the terminal where Herald runs.";

/// A session that was made; its token is only in the cookie.
pub(crate) struct SignedIn {
    pub(crate) token: String,
}

impl Herald {
    pub(crate) async fn sign_in(
        &self,
        caller: &Caller,
        username: &str,
        password: String,
    ) -> Result<SignedIn, Problem> {
        let mut invalid = Invalid::default();
        if username.trim().is_empty() {
            invalid.add("username", "required", "Enter your user name or e-mail.");
        }
        if password.is_empty() {
            invalid.add("password", "required", "Enter your password.");
        }
        if !invalid.errors.is_empty() {
            return Err(invalid.into());
        }
        let known = self.store.password_hash(username).await?;
        let (user_id, hash) = known.unzip();
        let account = user_id.map_or_else(|| fold_case(username.trim()), |id| id.to_string());
        let right = self.try_password(&account, caller.address(), password, hash).await?;
        let found = user_id;
        let Some(user_id) = user_id.filter(|_| right) else {
            // Not what was typed: it can be anything, a password in the wrong field among it.
            let user_id = user_id.map(tracing::field::display);
            tracing::warn!(user_id, address = %caller.address(), "A log in failed");
            self.store.note_failed_log_in(found, caller.acted_by().source, FAILED).await?;
            return Err(wrong());
        };
        let token = random_token();
        let session = NewSession {
            token_hash: token_hash(&token),
            user_id,
            address: caller.address().to_string(),
            user_agent: caller.user_agent.clone(),
        };
        match self.store.log_in(session, caller.source.clone()).await {
            Err(crate::store::StoreError::NotFound(_)) => return Err(wrong()),
            done => done?,
        }
        if let Some(old) = caller.session {
            self.store.end_session(old).await?;
        }
        tracing::info!(%user_id, address = %caller.address(), "A user logged in");
        Ok(SignedIn { token })
    }

    /// Whether a password is right, if there may be one more guess.
    pub(crate) async fn try_password(
        &self,
        account: &str,
        address: IpAddr,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Problem> {
        let guess = self.guess(account, address)?;
        let right = self.passwords.verify(password, hash).await?;
        if right {
            self.limits.was_right(&guess, self.clock.unset());
        }
        Ok(right)
    }

    pub(crate) fn guess(&self, account: &str, address: IpAddr) -> Result<Guess, Problem> {
        self.limits.guess(account, address, self.clock.unset()).map_err(|standing| {
            if standing.first_refused {
                tracing::warn!(%address, "Log ins are refused for a while: too many have failed");
            }
            Problem::rate_limited("Too many log ins have failed.", standing.reset)
        })
    }

    pub(crate) async fn sign_out(&self, caller: &Caller) -> Result<(), Problem> {
        if let Some(session) = caller.session {
            self.store.log_out(session, caller.acted_by()).await?;
        }
        Ok(())
    }

    pub(crate) async fn session_view(&self, user: &FoundUser) -> Result<SessionView, Problem> {
        let found = self.store.organizations_of(user.id, user.platform_admin).await?;
        let platform = found.iter().find(|organization| organization.platform);
        let platform = platform.filter(|_| user.platform_admin).map(|organization| organization.name.clone());
        let mut organizations = Vec::with_capacity(found.len());
        for organization in found {
            let standing = self.standing_in(user, organization.id).await?;
            organizations.push(Membership {
                organization: organization.view(),
                admin: standing.is_admin(),
                manages_users: standing.manages_users(),
                roles: standing.roles,
            });
        }
        Ok(SessionView {
            user_id: user.id,
            username: user.username.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            platform_admin: user.platform_admin,
            platform,
            organizations,
        })
    }

    /// A platform admin may do everything everywhere: of many organizations not each is asked.
    async fn standing_in(&self, user: &FoundUser, organization: OrganizationId) -> Result<Standing, Problem> {
        if user.platform_admin && user.organization.id != organization {
            return Ok(Standing { signed_in: true, platform_admin: true, ..Standing::default() });
        }
        Ok(self.store.standing(user, organization).await?)
    }

    pub(crate) async fn first_run_is_open(&self, token: &str) -> Result<bool, Problem> {
        Ok(self.is_first_run(token) && self.store.is_empty().await?)
    }

    /// Makes the platform's organization and its admin, and signs the admin in.
    pub(crate) async fn first_run(
        &self,
        caller: &Caller,
        first: FirstRun,
    ) -> Result<(OrganizationId, SignedIn), Problem> {
        if !self.first_run_is_open(&first.token).await? {
            return Err(Problem::conflict(LINK_VOID));
        }
        let password = first.password.clone();
        let admin =
            first_admin(&self.passwords, &first.organization, &first.username, &first.email, &first.password)
                .await?;
        let username = admin.username.as_str().to_owned();
        let (organization, _) = self.store.set_up(admin, None, caller.acted_by()).await?;
        self.close_first_run();
        let signed_in = self.sign_in(&Caller::nobody(&caller.source), &username, password).await?;
        Ok((organization, signed_in))
    }
}

/// Validates what the first run and `herald bootstrap` ask for.
pub(crate) async fn first_admin(
    passwords: &Passwords,
    organization: &str,
    username: &str,
    email: &str,
    password: &str,
) -> Result<FirstAdmin, Problem> {
    let mut invalid = Invalid::default();
    let organization = invalid.check("organization", Name::parse(organization));
    let username = invalid.check("username", UserName::parse(username));
    let email = invalid.check("email", Email::parse(email));
    let password = invalid.check("password", passwords.accept(password).await?);
    let (Some(organization), Some(username), Some(email), Some(password)) =
        (organization, username, email, password)
    else {
        return Err(invalid.into());
    };
    let password_hash = passwords.hash(password.as_str().to_owned()).await?;
    Ok(FirstAdmin { organization, username, email, password_hash })
}

fn wrong() -> Problem {
    let mut problem = Problem::unauthenticated();
    WRONG.clone_into(&mut problem.detail);
    problem
}
