//! Which webhooks the list shows and which are selected, as the address has it.

use domain::{WebhookFilter, WebhookId};

use super::selected::Selected;
use crate::address::Query;

/// The name by which the address asks whether to delete what is selected. Its value is the page on which that was asked.
pub(super) const ASKING: &str = "delete";
/// The name of a page.
pub(super) const PAGE: &str = "page";

/// Everything, where nothing is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) filter: WebhookFilter,
    /// Counted from 1.
    pub(super) page: u32,
    pub(super) selected: Selected,
}

impl View {
    /// By `?q=`, `?type=`, `?status=`, `?page=` and what is selected; what is not known is not asked for.
    pub(super) fn of(query: &Query) -> Self {
        let filter = WebhookFilter {
            search: query.first("q").to_owned(),
            event_type: query.first("type").parse().ok(),
            state: query.first("status").parse().ok(),
        };
        let page = [PAGE, ASKING].iter().find_map(|name| query.first(name).parse().ok()).unwrap_or(1);
        Self { filter, page, selected: Selected::of(query) }
    }

    /// What the form around the checkboxes of a page has besides them. Its buttons say which page is next.
    pub(super) fn around(&self, shown: &[WebhookId]) -> Vec<(&'static str, String)> {
        let mut pairs = self.filter_pairs();
        pairs.extend(self.selected.elsewhere(shown).pairs());
        pairs
    }

    fn filter_pairs(&self) -> Vec<(&'static str, String)> {
        let WebhookFilter { search, event_type, state } = &self.filter;
        let mut pairs = vec![
            ("q", search.clone()),
            ("type", event_type.map(|each| each.to_string()).unwrap_or_default()),
            ("status", state.map(|each| each.to_string()).unwrap_or_default()),
        ];
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// The same with other webhooks selected.
    pub(super) fn selecting(&self, selected: Selected) -> Self {
        Self { selected, ..self.clone() }
    }

    pub(super) fn address(&self, path: &str) -> String {
        let mut pairs = self.filter_pairs();
        if self.page > 1 {
            pairs.push((PAGE, self.page.to_string()));
        }
        pairs.extend(self.selected.pairs());
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
        let nothing = view.selecting(Selected::default()).address("/w");
        assert_eq!(nothing, address.trim_end_matches("&select=all"));
        assert_eq!(view.around(&[]).last(), Some(&("select", "all".to_owned())));
        assert!(view.around(&[]).iter().all(|(name, _)| *name != PAGE), "the buttons say the page");
    }

    #[test]
    fn what_is_asked_on_a_page_leads_back_to_it() {
        let view = |text: &str| View::of(&Query::parse(text));
        assert_eq!((view("delete=3").page, view("delete=").page, view("page=2&delete=3").page), (3, 1, 2));
    }

    #[test]
    fn what_is_not_known_is_not_asked_for() {
        let view = View::of(&Query::parse("type=OTHER&status=odd&page=no&select=some"));
        assert_eq!((view.filter.clone(), view.page), (WebhookFilter::default(), 1));
        assert_eq!(view.address("/w"), "/w");
    }
}
