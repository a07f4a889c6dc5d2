//! Forms: plain POSTs to server functions. One that was refused is shown again as it was typed.

use std::sync::Arc;

use api::{FormFlash, Problem};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::request::use_page;

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
    fn a_form_that_was_not_sent_has_its_defaults() {
        let form = Form { path: "/fn/webhooks/create", refused: None };
        assert!(form.typed_on("enabled", true));
        assert_eq!((form.typed("name"), form.error("name")), (None, None));
        assert!(form.problem().is_none());
    }
}
