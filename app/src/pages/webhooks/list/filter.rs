//! Which webhooks the list shows and which are selected, as the address has it.

use domain::WebhookFilter;

use crate::address::Query;

/// Everything, where nothing is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) filter: WebhookFilter,
    /// Counted from 1.
    pub(super) page: u32,
    /// All that match are selected, also those on other pages.
    pub(super) all_selected: bool,
}

impl View {
    /// By `?q=`, `?type=`, `?status=`, `?page=` and `?select=all`; what is not known is not asked for.
    pub(super) fn of(query: &Query) -> Self {
        let filter = WebhookFilter {
            search: query.first("q").to_owned(),
            event_type: query.first("type").parse().ok(),
            state: query.first("status").parse().ok(),
        };
        let page = query.first("page").parse().unwrap_or(1);
        Self { filter, page, all_selected: query.first("select") == "all" }
    }

    /// The same as the fields of a form, those that ask for something.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let WebhookFilter { search, event_type, state } = &self.filter;
        let mut pairs = vec![
            ("q", search.clone()),
            ("type", event_type.map(|each| each.to_string()).unwrap_or_default()),
            ("status", state.map(|each| each.to_string()).unwrap_or_default()),
        ];
        if self.page > 1 {
            pairs.push(("page", self.page.to_string()));
        }
        if self.all_selected {
            pairs.push(("select", "all".to_owned()));
        }
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// The same on another page, with nothing selected.
    pub(super) fn on_page(&self, page: u32) -> Self {
        Self { filter: self.filter.clone(), page, all_selected: false }
    }

    /// The same with all that match selected, or nothing.
    pub(super) fn selecting(&self, all: bool) -> Self {
        Self { all_selected: all, ..self.clone() }
    }

    pub(super) fn address(&self, path: &str) -> String {
        let pairs = self.pairs();
        crate::address::address(path, pairs.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{EventType, WebhookState};

    #[test]
    fn an_address_is_written_as_it_was_read() {
        let address = "/w?q=a&type=USER_LOGIN&status=disabled-by-herald&page=3&select=all";
        let view = View::of(&Query::parse(address.trim_start_matches("/w")));
        assert_eq!(view.filter.event_type, Some(EventType::UserLogin));
        assert_eq!(view.filter.state, Some(WebhookState::DisabledByHerald));
        assert_eq!(view.address("/w"), address);
        assert_eq!(
            view.selecting(false).on_page(1).address("/w"),
            address.split_once("&page").expect("a page").0
        );
    }

    #[test]
    fn what_is_not_known_is_not_asked_for() {
        let view = View::of(&Query::parse("type=OTHER&status=odd&page=no&select=some"));
        assert_eq!((view.filter.clone(), view.page), (WebhookFilter::default(), 1));
        assert_eq!(view.address("/w"), "/w");
    }
}
