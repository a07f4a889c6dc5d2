//! Which webhooks the list shows, as the address has it.

use api::webhooks::WebhookRow;
use domain::{EventType, fold_case};

use crate::address::Query;

/// Everything, where nothing is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) search: String,
    pub(super) event_type: Option<EventType>,
    pub(super) enabled: Option<bool>,
}

impl Filter {
    /// By `?q=`, `?type=` and `?status=`; what is not known is not asked for.
    pub(super) fn of(query: &Query) -> Self {
        Self {
            search: query.first("q").to_owned(),
            event_type: query.first("type").parse().ok(),
            enabled: match query.first("status") {
                "enabled" => Some(true),
                "disabled" => Some(false),
                _ => None,
            },
        }
    }

    /// The same as the fields of a form, those that ask for something.
    pub(super) fn into_pairs(self) -> Vec<(String, String)> {
        let status = match self.enabled {
            Some(true) => "enabled",
            Some(false) => "disabled",
            None => "",
        };
        let event_type = self.event_type.map(EventType::as_str).unwrap_or_default();
        [("q", self.search.as_str()), ("type", event_type), ("status", status)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    pub(super) fn keep(&self, rows: &[WebhookRow]) -> Vec<WebhookRow> {
        let search = fold_case(self.search.trim());
        rows.iter().filter(|row| self.matches(row, &search)).cloned().collect()
    }

    fn matches(&self, row: &WebhookRow, search: &str) -> bool {
        let webhook = &row.webhook;
        let texts = [Some(&webhook.name), Some(&webhook.url), webhook.description.as_ref()];
        let found = texts.into_iter().flatten().any(|text| fold_case(text).contains(search));
        found
            && self.event_type.is_none_or(|wanted| webhook.event_type == wanted)
            && self.enabled.is_none_or(|wanted| webhook.enabled == wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Timestamp, Webhook, WebhookId};

    fn row(name: &str, event_type: EventType, enabled: bool) -> WebhookRow {
        let webhook = Webhook {
            id: WebhookId::from_bytes([1; 12]),
            name: name.into(),
            event_type,
            url: format!("https://hooks.example.com/{name}"),
            enabled,
            created_at: Timestamp::from_unix_ms(0),
            description: Some("Keeps the Roster in step".into()),
            headers: Vec::new(),
        };
        WebhookRow { webhook, last: None, pending: 0, held: 0 }
    }

    fn names(query: &str) -> Vec<String> {
        let rows =
            [row("hr-sync", EventType::UserCreated, true), row("Événements", EventType::UserDisabled, false)];
        let kept = Filter::of(&Query::parse(query)).keep(&rows);
        kept.into_iter().map(|row| row.webhook.name).collect()
    }

    #[test]
    fn a_search_finds_name_url_and_description_without_case() {
        assert_eq!(names("q=HR-"), ["hr-sync"]);
        assert_eq!(names("q=%C3%A9v%C3%A9"), ["Événements"]);
        assert_eq!(names("q=+roster+").len(), 2);
        assert_eq!(names("q=nothing").len(), 0);
    }

    #[test]
    fn filters_narrow_together_and_unknown_ones_do_nothing() {
        assert_eq!(names("type=USER_CREATED"), ["hr-sync"]);
        assert_eq!(names("status=disabled"), ["Événements"]);
        assert_eq!(names("type=USER_CREATED&status=disabled").len(), 0);
        assert_eq!(names("type=OTHER&status=odd").len(), 2);
    }

    #[test]
    fn a_filter_is_written_as_it_was_read() {
        let filter = Filter::of(&Query::parse("q=a&type=USER_LOGIN&status=enabled"));
        let written: Vec<String> =
            filter.into_pairs().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(written.join("&"), "q=a&type=USER_LOGIN&status=enabled");
    }
}
