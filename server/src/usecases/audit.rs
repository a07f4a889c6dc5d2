//! The audit log: shows it, and notes what was refused or failed. What succeeds is noted by the store, with the change itself.

use api::Problem;
use domain::{Act, Operation, Refusal, Timestamp};

use crate::{
    access::{Caller, Grant, refused},
    herald::Herald,
    store::{AuditEntry, AuditFilter, AuditPage, StoredOrganization, Target},
};

impl Herald {
    pub(crate) async fn audit_page(
        &self,
        grant: &Grant,
        filter: &AuditFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<AuditPage, Problem> {
        Ok(self.store.audit_page(grant.organization()?.id, filter, cursor, limit).await?)
    }

    /// The names of those who did something between these times, however they are written in the newest entry.
    pub(crate) async fn audit_actors(
        &self,
        grant: &Grant,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<Vec<String>, Problem> {
        Ok(self.store.audit_actors(grant.organization()?.id, from, to).await?)
    }

    /// Notes that somebody may not do this, and answers what they are told. Who has not said who they are is only in the
    /// log of the process: anybody could fill the audit log.
    pub(crate) async fn refuse(
        &self,
        caller: &Caller,
        operation: Operation,
        organization: Option<&StoredOrganization>,
        refusal: Refusal,
    ) -> Problem {
        let problem = refused(refusal);
        let Some(user) = &caller.user else {
            tracing::debug!(?operation, "Access was refused: nobody is signed in");
            return problem;
        };
        let address = caller.address();
        tracing::warn!(user_id = %user.id, %address, ?operation, ?refusal, "Access was refused");
        let target = Target::named("operation", operation.path());
        let organization = organization.map(|organization| organization.id);
        let by = caller.acted_by();
        let entry = AuditEntry::failed(organization, Act::RefuseAccess, &by, target, &problem.detail);
        self.note(caller, entry).await;
        problem
    }

    /// Notes that an act which was allowed failed: by a conflict, a fault of the input, a rule of the store. `target` is
    /// its name or id, as far as it is known.
    pub(crate) async fn note_failed_act(&self, grant: &Grant, target: &str, problem: &Problem) {
        if let Some(act) = grant.operation().act()
            && problem.status < 500
        {
            let organization = grant.organization().ok().map(|organization| organization.id);
            let target = Target::named(act.subject(), target);
            let entry = AuditEntry::failed(organization, act, &grant.acted_by(), target, &words(problem));
            self.note(grant.caller(), entry).await;
        }
    }

    /// What cannot be noted must not change what the caller is told.
    async fn note(&self, caller: &Caller, entry: AuditEntry) {
        if let Some(user) = &caller.user
            && !self.limits.notes_failure(user.id, self.clock.unset())
        {
            tracing::warn!(user_id = %user.id, "More failures than the audit log takes of one caller");
            return;
        }
        if let Err(error) = self.store.note_failure(entry).await {
            tracing::error!(%error, "A failure could not be noted in the audit log");
        }
    }
}

/// Which members were wrong, never what they held: that may be a secret, or an e-mail address.
fn words(problem: &Problem) -> String {
    if problem.errors.is_empty() {
        return problem.detail.clone();
    }
    let members: Vec<&str> = problem.errors.iter().map(|error| error.pointer.as_str()).collect();
    format!("{}: {}.", problem.title(), members.join(", "))
}
