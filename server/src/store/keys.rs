//! The keys of a database: the master key, which seals secrets, is known by what it sealed when the database was made; cursors have a
//! key of their own, which it seals. How the master key is replaced.

use std::path::PathBuf;

use async_trait::async_trait;
use domain::{Act, OrganizationId, WebhookId};
use sqlx::{FromRow, SqliteConnection};

use super::{
    OpenError, Store, StoreError,
    audit::{ActedBy, AuditEntry, Target},
    group::Group,
    parsed,
    webhooks::{headers_place, place, previous_place},
    writer::Write,
};
use crate::{
    key_file::KeyFile,
    vault::{MasterKey, Vault, VaultError},
};

const KEY_CHECK: &str = "key_check";
const KEY_CHECKED: &[u8] = b"herald";
/// So that cursors which programs keep, such as of the feed, outlive the master key.
const CURSOR_KEY: &str = "cursor_key";
/// Webhooks that are read at once.
const RESEALED_ROWS: i64 = 500;

/// Where the master key comes from.
#[derive(Clone)]
pub enum KeySource {
    /// Made at first use.
    File(PathBuf),
    Given(MasterKey),
}

/// What came of replacing the master key.
pub struct ReplacedKey {
    /// How many webhooks' secrets were sealed again.
    pub webhooks: u32,
    /// Why the old key stands in the key file still, beside the new one; the next start removes it.
    pub old_key_left: Option<VaultError>,
}

/// Opens the vault, and makes a key only for a database that has never had one.
pub(super) async fn open_vault(
    connection: &mut SqliteConnection,
    source: &KeySource,
) -> Result<Vault, OpenError> {
    let check = setting(connection, KEY_CHECK).await?;
    let (file, keys) = match source {
        KeySource::Given(key) => (None, vec![key.clone()]),
        KeySource::File(path) => {
            let file = KeyFile::at(path);
            let keys = match (file.read()?, &check) {
                (keys, None) if keys.is_empty() => vec![file.create()?],
                (keys, Some(_)) if keys.is_empty() => {
                    return Err(OpenError::KeyMissing(path.display().to_string()));
                }
                (keys, _) => keys,
            };
            (Some(file), keys)
        }
    };
    let opens = |key: &&MasterKey| {
        check.as_ref().is_none_or(|sealed| Vault::new(key).open(KEY_CHECK, sealed).is_ok())
    };
    let key = keys.iter().find(opens).ok_or(OpenError::KeyWrong)?;
    let vault = Vault::new(key);
    if check.is_none() {
        put_setting(connection, KEY_CHECK, &vault.seal(KEY_CHECK, KEY_CHECKED)?).await?;
    }
    // Replacing the key was cut short: before the database was changed, or after.
    if let Some(file) = file.filter(|_| keys.len() > 1)
        && let Err(error) = file.replace(std::slice::from_ref(key))
    {
        tracing::warn!(%error, "A key that opens nothing could not be removed from the key file");
    }
    Ok(vault)
}

/// Made when the database is opened for the first time.
pub(super) async fn open_cursor_vault(
    connection: &mut SqliteConnection,
    vault: &Vault,
) -> Result<Vault, OpenError> {
    if let Some(sealed) = setting(connection, CURSOR_KEY).await? {
        return Ok(Vault::new(&MasterKey::from_bytes(&vault.open(CURSOR_KEY, &sealed)?)?));
    }
    let key = MasterKey::random();
    put_setting(connection, CURSOR_KEY, &vault.seal(CURSOR_KEY, key.as_bytes())?).await?;
    Ok(Vault::new(&key))
}

async fn setting(connection: &mut SqliteConnection, name: &str) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let sql = "SELECT value FROM settings WHERE name = ?";
    sqlx::query_scalar(sql).bind(name).fetch_optional(connection).await
}

async fn put_setting(connection: &mut SqliteConnection, name: &str, value: &[u8]) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(sql).bind(name).bind(value).execute(connection).await?;
    Ok(())
}

impl Store {
    /// Replaces the master key: the file holds both before the database is changed, and only the new one afterwards. Killed at
    /// any moment, the database opens with what the file holds. This store knows the old key only: close it.
    ///
    /// # Errors
    /// When the key file cannot be written, or a secret does not open; then nothing has changed.
    pub async fn replace_key(
        &self,
        source: &KeySource,
        new: &MasterKey,
        by: ActedBy,
    ) -> Result<ReplacedKey, StoreError> {
        let file = match source {
            KeySource::File(path) => Some(KeyFile::at(path)),
            KeySource::Given(_) => None,
        };
        if let Some(file) = &file {
            announce(file, new)?;
        }
        let webhooks = self.reseal(new, by).await?;
        let old_key_left = file.and_then(|file| file.replace(std::slice::from_ref(new)).err());
        Ok(ReplacedKey { webhooks, old_key_left })
    }

    /// Seals everything under another key, in one transaction.
    pub(super) async fn reseal(&self, new: &MasterKey, by: ActedBy) -> Result<u32, StoreError> {
        self.writer.write(Reseal { from: self.vault.clone(), to: Vault::new(new), by }).await
    }
}

/// Writes the new key beside the old one.
pub(super) fn announce(file: &KeyFile, new: &MasterKey) -> Result<(), VaultError> {
    let mut keys = file.read()?;
    keys.push(new.clone());
    file.replace(&keys)
}

struct Reseal {
    from: Vault,
    to: Vault,
    by: ActedBy,
}

#[derive(FromRow)]
struct Sealed {
    seq: i64,
    id: String,
    organization_id: String,
    secret: Vec<u8>,
    previous_secret: Option<Vec<u8>>,
    headers: Option<Vec<u8>>,
}

#[async_trait]
impl Write for Reseal {
    type Output = u32;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<u32, StoreError> {
        for name in [KEY_CHECK, CURSOR_KEY] {
            let sealed = setting(group.connection, name).await?.ok_or(VaultError::Sealed)?;
            put_setting(group.connection, name, &self.again(name, &sealed)?).await?;
        }
        let (mut count, mut last) = (0, i64::MIN);
        loop {
            // Those of deleted webhooks too: their rows stay until their history ends.
            let rows: Vec<Sealed> = sqlx::query_as(
                "SELECT seq, id, organization_id, secret, previous_secret, headers FROM webhooks
                 WHERE seq > ? ORDER BY seq LIMIT ?",
            )
            .bind(last)
            .bind(RESEALED_ROWS)
            .fetch_all(&mut *group.connection)
            .await?;
            let Some(row) = rows.last() else { break };
            last = row.seq;
            for row in &rows {
                self.reseal(group, row).await?;
                count += 1;
            }
        }
        self.note(group).await?;
        Ok(count)
    }
}

impl Reseal {
    fn again(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.to.seal(place, &self.from.open(place, sealed)?)
    }

    async fn reseal(&self, group: &mut Group<'_>, row: &Sealed) -> Result<(), StoreError> {
        let (organization, id): (OrganizationId, WebhookId) =
            (parsed(&row.organization_id)?, parsed(&row.id)?);
        let again = |place: &str, sealed: &Option<Vec<u8>>| {
            sealed.as_ref().map(|sealed| self.again(place, sealed)).transpose()
        };
        sqlx::query("UPDATE webhooks SET secret = ?, previous_secret = ?, headers = ? WHERE seq = ?")
            .bind(self.again(&place(organization, id), &row.secret)?)
            .bind(again(&previous_place(organization, id), &row.previous_secret)?)
            .bind(again(&headers_place(organization, id), &row.headers)?)
            .bind(row.seq)
            .execute(&mut *group.connection)
            .await?;
        Ok(())
    }

    /// Before the first run there is no organization whose log could have it.
    async fn note(&self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let platform: Option<String> = sqlx::query_scalar("SELECT id FROM organizations WHERE platform = 1")
            .fetch_optional(&mut *group.connection)
            .await?;
        if let Some(platform) = platform {
            let target = Target::named("key", "master key");
            group.audit(AuditEntry::new(parsed(&platform)?, Act::ReplaceKey, &self.by, target));
        }
        Ok(())
    }
}
