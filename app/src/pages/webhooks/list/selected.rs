//! Which webhooks are selected, on whatever page of the list. It stands in the address, so that it goes from page to page.

use domain::WebhookId;

use crate::address::Query;

/// A refused form finds back by the referrer, which browsers cut where it has more than 4,096 characters; each takes 34.
pub(super) const SELECTED_MAX: usize = 100;
/// The names in the address: of each webhook, and of all that match.
pub(super) const ONE: &str = "selected";
const ALL: (&str, &str) = ("select", "all");

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selected {
    /// All that match are.
    pub(super) all: bool,
    ids: Vec<WebhookId>,
    /// There were more, which are not.
    pub(super) too_many: bool,
}

impl Selected {
    pub(super) const fn all() -> Self {
        Self { all: true, ids: Vec::new(), too_many: false }
    }

    /// By `?select=all`, or one `?selected=` for each; what is no id selects nothing.
    pub(super) fn of(query: &Query) -> Self {
        if query.first(ALL.0) == ALL.1 {
            return Self::all();
        }
        let mut ids: Vec<WebhookId> = Vec::new();
        for id in query.all(ONE).filter_map(|id| id.parse().ok()) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let too_many = ids.len() > SELECTED_MAX;
        ids.truncate(SELECTED_MAX);
        Self { all: false, ids, too_many }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.all && self.ids.is_empty()
    }

    /// Whether one is, be it by its id.
    pub(super) fn names(&self, id: WebhookId) -> bool {
        self.ids.contains(&id)
    }

    /// Those that are not on this page.
    pub(super) fn elsewhere(&self, page: &[WebhookId]) -> Self {
        let ids = self.ids.iter().filter(|id| !page.contains(id)).copied().collect();
        Self { ids, ..self.clone() }
    }

    /// How many are, by their ids.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// As the fields of a form.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        if self.all {
            return vec![(ALL.0, ALL.1.to_owned())];
        }
        self.ids.iter().map(|id| (ONE, id.to_string())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> WebhookId {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        WebhookId::from_bytes(bytes)
    }

    fn selected(count: usize) -> Selected {
        let pairs: Vec<String> = (0..count).map(|number| format!("selected={}", id(number))).collect();
        Selected::of(&Query::parse(&pairs.join("&")))
    }

    #[test]
    fn each_is_selected_once() {
        let query = format!("selected={}&selected=nonsense&selected={}&selected={}", id(1), id(2), id(1));
        let selected = Selected::of(&Query::parse(&query));
        assert_eq!(selected.pairs(), [("selected", id(1).to_string()), ("selected", id(2).to_string())]);
        assert!(selected.names(id(2)) && !selected.names(id(3)) && !selected.is_empty());
        assert_eq!(selected.elsewhere(&[id(1)]).pairs(), [("selected", id(2).to_string())]);
    }

    #[test]
    fn all_need_no_ids() {
        let selected = Selected::of(&Query::parse(&format!("select=all&selected={}", id(1))));
        assert_eq!((selected.all, selected.len()), (true, 0));
        assert_eq!(selected.pairs(), [("select", "all".to_owned())]);
        assert!(Selected::of(&Query::parse("select=some")).is_empty());
    }

    #[test]
    fn the_address_has_an_end() {
        assert!(!selected(SELECTED_MAX).too_many);
        let more = selected(SELECTED_MAX + 1);
        assert_eq!((more.len(), more.too_many), (SELECTED_MAX, true));
    }
}
