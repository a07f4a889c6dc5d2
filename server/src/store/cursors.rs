//! Cursors: how far a page of a list came. Every list that goes on gives one out by this one mechanism.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::OrganizationId;

use super::StoreError;
use crate::vault::Vault;

/// The cursors of one list: sealed under a key of their own, and bound to the list, its organization and its filters, so that
/// none can be made up, read, or used where another question is asked.
///
/// A list names everything that decides which rows it has and in which order, and asks for its row numbers:
///
/// ```ignore
/// let cursors = Cursors::new(&self.cursor_vault, "events", organization).with("type", filter.event_type.as_ref());
/// let before = cursors.open_optional("cursor", cursor)?;
/// ...
/// let next_cursor = cursors.seal(last_seq)?;
/// ```
pub(super) struct Cursors<'v> {
    vault: &'v Vault,
    /// What the seal is bound to.
    place: String,
}

impl<'v> Cursors<'v> {
    pub(super) fn new(vault: &'v Vault, list: &'static str, organization: OrganizationId) -> Self {
        Self { vault, place: format!("cursor/{list}/{organization}") }
    }

    /// Binds them to a filter, or to its absence.
    pub(super) fn with(mut self, filter: &'static str, value: Option<&impl ToString>) -> Self {
        if let Some(value) = value {
            // Escaped, so that no value reads like another filter.
            self.place.push_str(&format!("/{filter}={:?}", value.to_string()));
        }
        self
    }

    /// A cursor that stands at a row, by the number that the list is ordered by.
    pub(super) fn seal(&self, row: i64) -> Result<String, StoreError> {
        Ok(BASE64_URL_SAFE_NO_PAD.encode(self.vault.seal(&self.place, &row.to_be_bytes())?))
    }

    /// The row of a cursor. `parameter` is what the caller wrote it into.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for one that was not given out for this very list with these filters.
    pub(super) fn open(&self, parameter: &'static str, cursor: &str) -> Result<i64, StoreError> {
        let refused = || StoreError::Cursor(parameter);
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
        let bytes = self.vault.open(&self.place, &sealed).map_err(|_| refused())?;
        Ok(i64::from_be_bytes(bytes.try_into().map_err(|_| refused())?))
    }

    /// As [`Cursors::open`], where there may be none: an empty one is none.
    pub(super) fn open_optional(
        &self,
        parameter: &'static str,
        cursor: Option<&str>,
    ) -> Result<Option<i64>, StoreError> {
        cursor.filter(|cursor| !cursor.is_empty()).map(|cursor| self.open(parameter, cursor)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::MasterKey;

    const ORGANIZATION: OrganizationId = OrganizationId::from_bytes([1; 12]);

    fn vault() -> Vault {
        Vault::new(&MasterKey::random())
    }

    #[test]
    fn a_cursor_opens_only_for_the_list_it_was_given_out_for() {
        let vault = vault();
        let list = |name, organization| Cursors::new(&vault, name, organization);
        let own = || list("events", ORGANIZATION).with("type", Some(&"A")).with("search", None::<&String>);
        let cursor = own().seal(7).expect("sealed");
        assert_eq!(own().open("cursor", &cursor).expect("its own"), 7);
        for other in [
            list("events", ORGANIZATION),
            list("events", ORGANIZATION).with("type", Some(&"B")),
            list("events", ORGANIZATION).with("type", Some(&"A\"/search=\"x")),
            own().with("search", Some(&"x")),
            list("audit", ORGANIZATION).with("type", Some(&"A")),
            list("events", OrganizationId::from_bytes([2; 12])).with("type", Some(&"A")),
        ] {
            assert!(matches!(other.open("cursor", &cursor), Err(StoreError::Cursor("cursor"))));
        }
    }

    #[test]
    fn no_changed_cursor_opens() {
        let vault = vault();
        let cursors = Cursors::new(&vault, "events", ORGANIZATION);
        let cursor = cursors.seal(7).expect("sealed");
        for at in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(cursors.open("after", &changed).is_err(), "{at}");
            assert!(cursors.open("after", &cursor[..at]).is_err(), "{at}");
        }
        assert!(cursors.open("after", &format!("{cursor}A")).is_err());
        assert!(cursors.open("after", "é\u{0}").is_err());
        assert_eq!(cursors.open_optional("after", Some("")).expect("none"), None);
    }
}
