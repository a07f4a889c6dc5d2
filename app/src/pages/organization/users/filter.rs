//! Which users the list shows and in which order, as the address has it.

use api::users::UserSort;

use crate::address::{Query, address};

/// The names of the columns in the address.
const COLUMNS: [(&str, UserSort); 5] = [
    ("username", UserSort::Username),
    ("email", UserSort::Email),
    ("name", UserSort::Name),
    ("created", UserSort::CreatedAt),
    ("last", UserSort::LastLogin),
];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) search: String,
    pub(super) active: Option<bool>,
    pub(super) sort: UserSort,
    pub(super) descending: bool,
    /// Counted from 1.
    pub(super) page: u32,
}

impl Filter {
    /// By `?q=`, `?status=`, `?sort=`, `?dir=` and `?page=`; what is not known is not asked for.
    pub(super) fn of(query: &Query) -> Self {
        let column = query.first("sort");
        Self {
            search: query.first("q").to_owned(),
            active: match query.first("status") {
                "active" => Some(true),
                "disabled" => Some(false),
                _ => None,
            },
            sort: COLUMNS.iter().find(|(name, _)| *name == column).map(|known| known.1).unwrap_or_default(),
            descending: query.first("dir") == "desc",
            page: query.first("page").parse().unwrap_or(1).max(1),
        }
    }

    pub(super) fn narrows(&self) -> bool {
        !self.search.is_empty() || self.active.is_some()
    }

    pub(super) fn at(self, page: u32) -> Self {
        Self { page, ..self }
    }

    /// By this column; by the one that it is sorted by already, the other way round.
    pub(super) fn sorted_by(self, sort: UserSort) -> Self {
        let descending = self.sort == sort && !self.descending;
        Self { sort, descending, page: 1, ..self }
    }

    pub(super) fn address(&self, path: &str) -> String {
        let pairs = self.pairs();
        address(path, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// The order as the fields of a form.
    pub(super) fn sort_pairs(&self) -> Vec<(String, String)> {
        self.pairs().into_iter().filter(|(name, _)| name == "sort" || name == "dir").collect()
    }

    /// All of it as the fields of a form, what asks for something.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let status = match self.active {
            Some(true) => "active",
            Some(false) => "disabled",
            None => "",
        };
        let column = COLUMNS.iter().find(|known| known.1 == self.sort && self.sort != UserSort::default());
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        [
            ("q", self.search.as_str()),
            ("status", status),
            ("sort", column.map_or("", |known| known.0)),
            ("dir", if self.descending { "desc" } else { "" }),
            ("page", page.as_str()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Filter {
        Filter::of(&Query::parse(query))
    }

    #[test]
    fn a_page_is_a_number_from_one() {
        for (query, page) in [("", 1), ("page=0", 1), ("page=x", 1), ("page=-1", 1), ("page=7", 7)] {
            assert_eq!(read(query).page, page, "{query}");
        }
        assert_eq!(read("q=a+b").search, "a b");
    }

    #[test]
    fn a_filter_is_written_as_it_was_read_and_unknown_words_do_nothing() {
        for query in ["", "?q=a&status=disabled&sort=last&dir=desc&page=3", "?dir=desc"] {
            assert_eq!(read(query).address("/u"), format!("/u{query}"));
        }
        assert_eq!(read("status=odd&sort=odd&dir=odd").address("/u"), "/u");
    }

    #[test]
    fn a_column_turns_round_and_begins_at_the_first_page() {
        let filter = read("status=active&page=3");
        assert_eq!(filter.clone().sorted_by(UserSort::LastLogin).address("/u"), "/u?status=active&sort=last");
        let again = read("sort=last").sorted_by(UserSort::LastLogin);
        assert_eq!(again.address("/u"), "/u?sort=last&dir=desc");
        assert_eq!(again.sorted_by(UserSort::LastLogin).address("/u"), "/u?sort=last");
        assert_eq!(filter.sorted_by(UserSort::Username).address("/u"), "/u?status=active&dir=desc");
    }
}
