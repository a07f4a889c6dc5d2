//! The audit log: who did what to what. Append-only: triggers refuse every change, and every removal but the retention's.

use std::net::IpAddr;

use async_trait::async_trait;
use domain::{Act, GroupId, Id, OrganizationId, UserId, WebhookId, fold_case, limits::NAME_LENGTH_MAX};
use serde_json::{Map, Value, json};

use super::{Store, StoreError, group::Group, to_json, writer::Write};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    User {
        id: UserId,
        username: String,
    },
    /// A program with a user's API key.
    ApiKey {
        id: UserId,
        username: String,
    },
    /// Nobody has said who they are, or not truly.
    Anonymous,
    /// Somebody at the server's command line.
    Command,
    /// Herald itself.
    System,
}

impl Actor {
    /// Type, id and name.
    fn columns(&self) -> (&'static str, Option<UserId>, &str) {
        match self {
            Self::User { id, username } => ("user", Some(*id), username),
            Self::ApiKey { id, username } => ("apikey", Some(*id), username),
            Self::Anonymous => ("anonymous", None, ""),
            Self::Command => ("command", None, "herald"),
            Self::System => ("system", None, "Herald"),
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    pub address: Option<IpAddr>,
    pub request_id: Option<String>,
}

/// Who acts, and by which request: goes with every change into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActedBy {
    pub actor: Actor,
    pub source: Source,
}

impl ActedBy {
    #[must_use]
    pub fn new(actor: Actor, source: Source) -> Self {
        Self { actor, source }
    }

    #[must_use]
    pub fn system() -> Self {
        Self::new(Actor::System, Source::default())
    }

    #[must_use]
    pub fn command() -> Self {
        Self::new(Actor::Command, Source::default())
    }
}

/// What it was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    kind: &'static str,
    id: Option<String>,
    name: String,
}

impl Target {
    #[must_use]
    pub fn new<T>(kind: &'static str, id: Id<T>, name: &str) -> Self {
        Self { kind, id: Some(id.to_string()), name: name.to_owned() }
    }

    /// What has no id, or none that is known.
    #[must_use]
    pub fn named(kind: &'static str, name: &str) -> Self {
        Self { kind, id: None, name: name.chars().take(NAME_LENGTH_MAX).collect() }
    }

    #[must_use]
    pub fn user(id: UserId, username: &str) -> Self {
        Self::new("user", id, username)
    }

    #[must_use]
    pub fn group(id: GroupId, name: &str) -> Self {
        Self::new("group", id, name)
    }

    #[must_use]
    pub fn webhook(id: WebhookId, name: &str) -> Self {
        Self::new("webhook", id, name)
    }

    #[must_use]
    pub fn organization(id: OrganizationId, name: &str) -> Self {
        Self::new("organization", id, name)
    }
}

/// What an act changed: `{member: {"old": ..., "new": ...}}`. Secrets, passwords, header values and e-mail addresses never
/// stand here: the log is kept longer than they should be, and a purged user's must be nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes(Map<String, Value>);

impl Changes {
    /// A member that is new.
    #[must_use]
    pub fn set(self, member: &str, new: impl Into<Value>) -> Self {
        self.change(member, Value::Null, new)
    }

    /// A member that was something else before; nothing is noted where it was the same.
    #[must_use]
    pub fn change(mut self, member: &str, old: impl Into<Value>, new: impl Into<Value>) -> Self {
        let (old, new) = (old.into(), new.into());
        if old != new {
            self.0.insert(member.to_owned(), json!({ "old": old, "new": new }));
        }
        self
    }

    /// A URL; where only its query changed, that it did.
    #[must_use]
    pub fn change_url(mut self, old: &str, new: &str) -> Self {
        if old != new {
            self.0.insert("url".to_owned(), json!({ "old": shown_url(old), "new": shown_url(new) }));
        }
        self
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A URL as the log may show it: its query can hold a token.
pub(super) fn shown_url(url: &str) -> String {
    match url.split_once('?') {
        Some((before, _)) => format!("{before}?{}", domain::MASKED),
        None => url.to_owned(),
    }
}

/// One entry to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// `None`: what concerns no organization stands with the platform's own.
    organization: Option<OrganizationId>,
    act: Act,
    by: ActedBy,
    target: Target,
    error: Option<String>,
    changes: Changes,
}

impl AuditEntry {
    /// Something that was done.
    #[must_use]
    pub fn new(organization: OrganizationId, act: Act, by: &ActedBy, target: Target) -> Self {
        let by = by.clone();
        Self { organization: Some(organization), act, by, target, error: None, changes: Changes::default() }
    }

    /// Something that was refused or failed.
    #[must_use]
    pub fn failed(
        organization: Option<OrganizationId>,
        act: Act,
        by: &ActedBy,
        target: Target,
        error: &str,
    ) -> Self {
        let (by, error) = (by.clone(), Some(error.to_owned()));
        Self { organization, act, by, target, error, changes: Changes::default() }
    }

    #[must_use]
    pub fn with(self, changes: Changes) -> Self {
        Self { changes, ..self }
    }
}

impl Store {
    /// Notes what did not happen; what happens is noted with the change itself.
    ///
    /// # Errors
    /// When nothing was stored.
    pub async fn note_failure(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.writer.write(Note(entry)).await
    }
}

struct Note(AuditEntry);

#[async_trait]
impl Write for Note {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        group.audit(self.0.clone());
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }
}

/// Before the first run there is no organization that an entry could stand with: then it is left out.
pub(super) async fn insert(group: &mut Group<'_>, entries: &[AuditEntry]) -> Result<(), StoreError> {
    let rows: Vec<_> = entries.iter().map(|entry| row(group, entry)).collect();
    sqlx::query(
        "INSERT INTO audit_log (id, organization_id, type, actor_type, actor_id, actor_name, actor_key, target_type,
                                target_id, target_name, outcome, error, changes, address, request_id, search_key,
                                created_at)
         SELECT value ->> 0, o.id, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
                value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14,
                value ->> 15, value ->> 16
         FROM json_each(?) JOIN organizations AS o
           ON o.id = coalesce(value ->> 1, (SELECT id FROM organizations WHERE platform = 1))
         ORDER BY key",
    )
    .bind(to_json(&rows))
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

fn row(group: &Group<'_>, entry: &AuditEntry) -> Value {
    let id: domain::AuditEventId = group.new_id();
    let (actor_type, actor_id, actor_name) = entry.by.actor.columns();
    let Source { address, request_id } = &entry.by.source;
    let target = &entry.target;
    let search = [actor_name, &target.name, request_id.as_deref().unwrap_or_default()].join("\n");
    let outcome = if entry.error.is_some() { "failure" } else { "success" };
    let changes = (!entry.changes.is_empty()).then(|| to_json(&entry.changes.0));
    json!([
        id,
        entry.organization,
        entry.act.as_str(),
        actor_type,
        actor_id,
        actor_name,
        fold_case(actor_name),
        target.kind,
        target.id,
        target.name,
        outcome,
        entry.error,
        changes,
        address,
        request_id,
        fold_case(&search),
        group.now.unix_ms(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_the_same_is_no_change() {
        let changes = Changes::default().change("enabled", true, true).change("name", "a", "b");
        assert_eq!(to_json(&changes.0), r#"{"name":{"new":"b","old":"a"}}"#);
        assert!(Changes::default().change("enabled", true, true).is_empty());
    }

    #[test]
    fn a_urls_query_is_masked() {
        assert_eq!(shown_url("https://a.example/b?token=c"), "https://a.example/b?••••••");
        assert_eq!(shown_url("https://a.example/b"), "https://a.example/b");
    }
}
