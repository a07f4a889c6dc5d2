//! Reads the parameters of a query, and says of each what is wrong with it.

use std::str::FromStr;

use api::Problem;
use domain::{
    Invalid, Issue, Timestamp,
    limits::{PAGE_ROWS, PAGE_ROWS_MAX, SEARCH_LENGTH_MAX},
};

use super::Call;

/// The query of a call, whose names are known already. An empty parameter counts as absent.
pub(super) struct Query<'c> {
    call: &'c Call,
    invalid: Invalid,
}

impl<'c> Query<'c> {
    pub(super) fn of(call: &'c Call) -> Self {
        Self { call, invalid: Invalid::default() }
    }

    pub(super) fn text(&self, name: &str) -> Option<&'c str> {
        let value =
            self.call.query().iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// A parameter that may stand there several times.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let values = self.call.query().iter().filter(|(known, value)| known == name && !value.is_empty());
        values.map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn parsed<T: FromStr<Err = Issue>>(&mut self, name: &str) -> Option<T> {
        let parsed = self.text(name)?.parse();
        self.invalid.check(name, parsed)
    }

    pub(super) fn time(&mut self, name: &str) -> Option<Timestamp> {
        let time = self.text(name)?.parse().map_err(|_| {
            Issue::new("invalid", format!("“{name}” must be a time such as 2026-11-24T14:02:11Z."))
        });
        self.invalid.check(name, time)
    }

    /// How many rows a page has at most.
    pub(super) fn limit(&mut self) -> usize {
        self.number("limit", 1, PAGE_ROWS, PAGE_ROWS_MAX)
    }

    pub(super) fn number(&mut self, name: &str, min: usize, default: usize, max: usize) -> usize {
        let Some(text) = self.text(name) else {
            return default;
        };
        let number = text.parse().ok().filter(|number| (min..=max).contains(number));
        if number.is_none() {
            let detail = format!("“{name}” must be a whole number from {min} to {max}.");
            self.invalid.add(name, "invalid", detail);
        }
        number.unwrap_or(default)
    }

    /// One of these words.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, default: T, choices: &[(&str, T)]) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        let chosen = choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
        if chosen.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.invalid.add(name, "unknown", format!("“{name}” must be one of {}.", words.join(", ")));
        }
        chosen.unwrap_or(default)
    }

    /// What somebody looks for.
    pub(super) fn search(&mut self) -> Option<String> {
        let text = self.text("search")?;
        if text.chars().count() > SEARCH_LENGTH_MAX {
            let detail = format!("“search” has at most {SEARCH_LENGTH_MAX} characters.");
            self.invalid.add("search", "too_long", detail);
        }
        Some(text.to_owned())
    }

    /// Ends the reading: says all that is wrong with the values.
    pub(super) fn finish(self) -> Result<(), Problem> {
        if self.invalid.errors.is_empty() { Ok(()) } else { Err(self.invalid.into()) }
    }
}
