//! Changing one's password, giving it again, and letting another set a new one.

use api::Problem;
use domain::{FieldError, Invalid, Timestamp, UserId, limits::PASSWORD_RESET_AGE_MAX};

use super::session::SignedIn;
use crate::{
    access::{Caller, Grant},
    herald::Herald,
    store::{Ending, NewReset, StoreError},
    tokens::{random_token, token_hash},
};

/// A change of one's own password, as typed.
pub(crate) struct PasswordChange {
    pub(crate) current: String,
    pub(crate) new: String,
    /// Whether the sessions elsewhere end.
    pub(crate) end_others: bool,
}

impl Herald {
    pub(crate) async fn change_password(&self, grant: &Grant, change: PasswordChange) -> Result<(), Problem> {
        let (user, caller) = (grant.user()?.id, grant.caller());
        let mut invalid = Invalid::default();
        if change.current.is_empty() {
            invalid.add("currentPassword", "required", "Enter your current password.");
        }
        let new = invalid.check("password", self.passwords.accept(&change.new).await?);
        let Some(new) = new.filter(|_| invalid.errors.is_empty()) else {
            return Err(invalid.into());
        };
        self.require_password(caller, user, change.current, "currentPassword").await?;
        let hash = self.passwords.hash(new.as_str().to_owned()).await?;
        let ending = match (change.end_others, caller.session) {
            (false, _) => Ending::None,
            (true, Some(session)) => Ending::Others(session),
            (true, None) => Ending::All,
        };
        self.store.change_password(user, hash, ending, grant.acted_by()).await?;
        tracing::info!(%user, address = %caller.address(), "A user changed their password");
        Ok(())
    }

    /// Takes the caller's password again; their session goes on under another token.
    pub(crate) async fn confirm_password(
        &self,
        grant: &Grant,
        password: String,
    ) -> Result<SignedIn, Problem> {
        let caller = grant.caller();
        let Some(session) = caller.session else {
            let detail = "An API key gives no password: this is for sessions.";
            return Err(Problem::conflict(detail));
        };
        self.require_password(caller, grant.user()?.id, password, "password").await?;
        let token = random_token();
        match self.store.renew_session(session, token_hash(&token)).await {
            Err(StoreError::NotFound(_)) => Err(Problem::unauthenticated()),
            done => Ok(done.map(|()| SignedIn { token })?),
        }
    }

    /// A wrong one counts as a failed log in.
    async fn require_password(
        &self,
        caller: &Caller,
        user: UserId,
        password: String,
        field: &str,
    ) -> Result<(), Problem> {
        let hash = self.store.password_hash_of(user).await?;
        if self.try_password(&user.to_string(), caller.address(), password, hash).await? {
            return Ok(());
        }
        tracing::warn!(%user, address = %caller.address(), "A password that was to be given again was wrong");
        Err(Problem::invalid(vec![FieldError::new(field, "wrong", "This is not your password.")]))
    }

    /// Lets a user set a new password with a token that is told this once; their sessions end.
    pub(crate) async fn begin_reset(
        &self,
        grant: &Grant,
        user: UserId,
    ) -> Result<(String, Timestamp), Problem> {
        let token = random_token();
        let reset = NewReset {
            organization: grant.organization()?.id,
            user,
            token_hash: token_hash(&token),
            age_max: PASSWORD_RESET_AGE_MAX,
            by_platform_admin: grant.user()?.platform_admin,
        };
        let until = self.store.begin_reset(reset, grant.acted_by()).await?;
        tracing::info!(by = %grant.user()?.id, %user, "An admin let a user set a new password");
        Ok((token, until))
    }

    /// Sets a password with such a token, which is void from then on. Tokens that are none count as failed log ins.
    pub(crate) async fn use_reset(
        &self,
        caller: &Caller,
        token: &str,
        password: &str,
    ) -> Result<(), Problem> {
        let mut invalid = Invalid::default();
        let Some(password) = invalid.check("password", self.passwords.accept(password).await?) else {
            return Err(invalid.into());
        };
        let guess = self.guess("password reset", caller.address())?;
        if !self.store.reset_is_open(token_hash(token)).await? {
            return Err(void());
        }
        let hash = self.passwords.hash(password.as_str().to_owned()).await?;
        match self.store.use_reset(token_hash(token), hash, caller.acted_by()).await {
            Err(StoreError::NotFound(_)) => Err(void()),
            done => {
                self.limits.was_right(&guess, self.clock.unset());
                tracing::info!(user = %done?, address = %caller.address(), "A user set a new password by a reset");
                Ok(())
            }
        }
    }
}

fn void() -> Problem {
    let detail =
        "This token does not work any more: it was used, or it is too old. Ask an admin for another.";
    Problem::invalid(vec![FieldError::new("token", "void", detail)])
}
