//! Which entries the audit log shows, as the address has it.

use api::audit::AuditQuery;
use domain::Timestamp;

use crate::address::{Query, address, encoded};

/// As typed; empty asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) search: String,
    pub(super) act: String,
    pub(super) actor: String,
    pub(super) outcome: String,
    /// Days such as `2026-11-24`, in UTC.
    pub(super) from: String,
    pub(super) to: String,
}

impl Filter {
    pub(super) fn of(query: &Query) -> Self {
        let text = |name: &str| query.first(name).trim().to_owned();
        Self {
            search: text("q"),
            act: text("type"),
            actor: text("actor"),
            outcome: text("outcome"),
            from: text("from"),
            to: text("to"),
        }
    }

    pub(super) fn narrows(&self) -> bool {
        *self != Self::default()
    }

    /// What is to be read.
    ///
    /// # Errors
    /// Says which of the days is none.
    pub(super) fn to_query(&self) -> Result<AuditQuery, String> {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Ok(AuditQuery {
            act: given(&self.act),
            actor: given(&self.actor),
            outcome: self.outcome.parse().ok(),
            from: day(&self.from, "From", "00:00:00.000")?,
            to: day(&self.to, "To", "23:59:59.999")?,
            search: given(&self.search),
        })
    }

    /// The days, where they are days: a browser complains of others in its fields.
    pub(super) fn days(&self) -> [String; 2] {
        [&self.from, &self.to].map(|text| match day(text, "", "00:00:00.000") {
            Ok(Some(_)) => text.clone(),
            _ => String::new(),
        })
    }

    /// The page after a cursor.
    pub(super) fn address_at(&self, path: &str, cursor: &str) -> String {
        let pairs = [
            ("q", self.search.as_str()),
            ("type", &self.act),
            ("actor", &self.actor),
            ("outcome", &self.outcome),
            ("from", &self.from),
            ("to", &self.to),
            ("cursor", cursor),
        ];
        address(path, pairs)
    }

    /// The same entries as a file of the HTTP API.
    pub(super) fn export_address(&self, organization: &str, format: &str) -> String {
        let asked = self.to_query().unwrap_or_default();
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let (from, to) = (time(asked.from), time(asked.to));
        let outcome = asked.outcome.map(|outcome| outcome.as_str()).unwrap_or_default();
        let pairs = [
            ("format", format),
            ("search", &self.search),
            ("type", &self.act),
            ("actor", &self.actor),
            ("outcome", outcome),
            ("from", &from),
            ("to", &to),
        ];
        address(&format!("/api/organizations/{}/events/export", encoded(organization)), pairs)
    }
}

/// The moment at that time of a day.
fn day(text: &str, field: &str, time: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let at =
        format!("{text}T{time}Z").parse().map_err(|_| format!("“{field}” is a day such as 2026-11-24"))?;
    Ok(Some(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Filter {
        Filter::of(&Query::parse(query))
    }

    #[test]
    fn days_are_whole_days() {
        let asked = read("from=2026-11-24&to=2026-11-24").to_query().expect("days");
        let words = |at: Option<Timestamp>| at.expect("a moment").to_string();
        assert_eq!(words(asked.from), "2026-11-24T00:00:00.000Z");
        assert_eq!(words(asked.to), "2026-11-24T23:59:59.999Z");
        assert_eq!(read("from=x&to=2026-11-24").days(), ["", "2026-11-24"]);
        assert!(read("to=yesterday").to_query().expect_err("no day").contains("“To”"));
    }

    #[test]
    fn the_next_page_and_the_file_have_the_same_filters() {
        let filter = read("q=a+b&type=user:create&actor=&outcome=failure&from=2026-11-24");
        assert_eq!(
            filter.address_at("/a", "c"),
            "/a?q=a%20b&type=user%3Acreate&outcome=failure&from=2026-11-24&cursor=c"
        );
        assert_eq!(
            filter.export_address("a/b", "csv"),
            "/api/organizations/a%2Fb/events/export?format=csv&search=a%20b&type=user%3Acreate&outcome=failure\
             &from=2026-11-24T00%3A00%3A00.000Z"
        );
    }

    #[test]
    fn an_unknown_outcome_is_not_asked_for() {
        assert_eq!(read("outcome=odd").to_query().expect("read").outcome, None);
        assert!(!read("").narrows() && read("actor=ada").narrows());
    }
}
