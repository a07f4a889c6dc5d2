//! Forms: plain POSTs to server functions. One that was refused is shown again as it was typed.

use std::sync::Arc;

use api::{Code, FormFlash, Problem};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::request::use_page;

/// The field that says what a form was made from, so that nothing that somebody else changed since is overwritten unseen.
const VERSION: &str = "version";

/// A form of one server function.
#[derive(Clone)]
pub(crate) struct Form {
    /// Of the server function, such as `/fn/webhooks/create`.
    path: &'static str,
    /// What was wrong with it and what was typed, when it was refused just now.
    refused: Option<Arc<FormFlash>>,
}

impl Form {
    pub(crate) fn of<S: ServerFn>() -> Self {
        Self { path: S::PATH, refused: use_page().refused_form(S::PATH).map(Arc::new) }
    }

    pub(crate) const fn path(&self) -> &'static str {
        self.path
    }

    /// The same form may be sent to another function too, by a button of its own.
    pub(crate) fn or_of<S: ServerFn>(self) -> Self {
        let refused = self.refused.or_else(|| use_page().refused_form(S::PATH).map(Arc::new));
        Self { refused, ..self }
    }

    pub(crate) fn problem(&self) -> Option<&Problem> {
        self.refused.as_ref().map(|form| &form.problem)
    }

    /// What is wrong with a field.
    pub(crate) fn error(&self, field: &str) -> Option<String> {
        self.problem()?.at(field).map(|error| error.detail.clone())
    }

    /// What was typed into a field.
    pub(crate) fn typed(&self, field: &str) -> Option<String> {
        self.refused.as_ref()?.value(field).map(str::to_owned)
    }

    /// Whether a value was among those chosen for a field; `None` when the form was not sent.
    pub(crate) fn typed_in(&self, field: &str, value: &str) -> Option<bool> {
        let refused = self.refused.as_ref()?;
        Some(refused.values.iter().any(|(name, typed)| name == field && typed == value))
    }

    /// Whether it was refused because somebody else was faster.
    pub(crate) fn is_outrun(&self) -> bool {
        self.problem().is_some_and(|problem| problem.code == Code::Conflict && problem.errors.is_empty())
    }

    /// What the form was made from: it stays so however often it is refused, until somebody is told what is stored `now`.
    fn version(&self, now: String) -> String {
        if self.is_outrun() { now } else { self.typed(VERSION).unwrap_or(now) }
    }

    /// Whether a checkbox was on; a browser sends nothing for one that is off.
    pub(crate) fn typed_on(&self, field: &str, default: bool) -> bool {
        self.refused.as_ref().map_or(default, |form| form.value(field).is_some())
    }
}

#[component]
pub(crate) fn PostForm(form: Form, children: Children) -> impl IntoView {
    view! {
        <form method="post" action=form.path>
            {children()}
        </form>
    }
}

/// Of which version of what is stored a form is; `now` is the one that its page has read.
#[component]
pub(crate) fn VersionInput(form: Form, now: String) -> impl IntoView {
    view! { <input type="hidden" name=VERSION value=form.version(now)/> }
}

/// What a form sends without being asked.
pub(crate) fn hidden_inputs(pairs: Vec<(String, String)>) -> impl IntoView {
    let input = |(name, value)| view! { <input type="hidden" name=name value=value/> };
    pairs.into_iter().map(input).collect::<Vec<_>>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::FieldError;

    #[test]
    fn a_refused_form_shows_what_was_typed() {
        let refused = FormFlash {
            action: "/fn/webhooks/create".into(),
            problem: Problem::invalid(vec![FieldError::new("url", "required", "Enter a URL.")]),
            values: vec![("name".into(), "hr".into())],
        };
        let form = Form { path: "/fn/webhooks/create", refused: Some(Arc::new(refused)) };
        assert_eq!(form.typed("name").as_deref(), Some("hr"));
        assert_eq!(form.typed("url"), None);
        assert!(!form.typed_on("enabled", true), "it was sent without the checkbox");
        assert_eq!(form.error("url").as_deref(), Some("Enter a URL."));
        assert_eq!(form.error("name"), None);
    }

    #[test]
    fn a_form_stays_one_of_the_version_that_it_was_opened_with_until_one_is_told() {
        let after = |problem: Problem| {
            let values = vec![("version".into(), "old".into())];
            let refused = FormFlash { action: "/fn/webhooks/save".into(), problem, values };
            Form { path: "/fn/webhooks/save", refused: Some(Arc::new(refused)) }.version("new".into())
        };
        let taken = FieldError::new("name", "taken", "Choose another name.");
        assert_eq!(after(Problem::invalid(vec![FieldError::new("url", "required", "Enter a URL.")])), "old");
        assert_eq!(after(Problem::taken(taken)), "old", "a conflict at a field is another one");
        assert_eq!(after(Problem::unauthenticated()), "old");
        assert_eq!(after(Problem::conflict("ada changed this webhook’s url.")), "new");
        let opened = Form { path: "/fn/webhooks/save", refused: None };
        assert_eq!(opened.version("new".into()), "new");
    }

    #[test]
    fn a_form_that_was_not_sent_has_its_defaults() {
        let form = Form { path: "/fn/webhooks/create", refused: None };
        assert!(form.typed_on("enabled", true));
        assert_eq!((form.typed("name"), form.error("name")), (None, None));
        assert!(form.problem().is_none());
    }
}
