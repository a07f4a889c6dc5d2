//! The fields of a form: a label, the control, a hint, and the error tied to it.

use leptos::prelude::*;

use super::escape::escape;
use crate::forms::Form;

/// What is typed into a text field, for keyboards and for browsers that fill in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Typed {
    #[default]
    Words,
    UserName,
    PersonName,
    Email,
    Organization,
    Url,
    Password,
    NewPassword,
    /// What is copied, not known by heart.
    Code,
    Number,
}

impl Typed {
    const fn kind(self) -> &'static str {
        if self.is_password() { "password" } else { "text" }
    }

    const fn is_password(self) -> bool {
        matches!(self, Self::Password | Self::NewPassword)
    }

    const fn keyboard(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Url => "url",
            Self::Number => "numeric",
            _ => "text",
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            Self::UserName => "username",
            Self::PersonName => "name",
            Self::Email => "email",
            Self::Organization => "organization",
            Self::Password => "current-password",
            Self::NewPassword => "new-password",
            Self::Words | Self::Url | Self::Code | Self::Number => "off",
        }
    }

    const fn class(self) -> &'static str {
        if matches!(self, Self::Url | Self::Code) { "input mono" } else { "input" }
    }
}

/// One line of text.
#[component]
pub(crate) fn TextField(
    form: Form,
    name: &'static str,
    label: &'static str,
    #[prop(optional)] typed: Typed,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] optional: bool,
    /// What it holds when the form was not sent yet.
    #[prop(optional, into)]
    value: String,
) -> impl IntoView {
    let value = form.typed(name).or_else(|| Some(value).filter(|value| !value.is_empty()));
    view! {
        <div class="field">
            <FieldLabel name label optional/>
            <input
                class=typed.class()
                id=name
                name=name
                r#type=typed.kind()
                value=value
                inputmode=typed.keyboard()
                autocomplete=typed.autocomplete()
                aria-required=if optional { "false" } else { "true" }
                aria-invalid=invalid(&form, name)
                aria-describedby=described_by(&form, name, !hint.is_empty())
            />
            <FieldNotes form name hint/>
        </div>
    }
}

/// Several lines of text, never required.
#[component]
pub(crate) fn TextArea(
    form: Form,
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    /// What it holds when the form was not sent yet.
    #[prop(optional, into)]
    value: String,
) -> impl IntoView {
    let value = form.typed(name).unwrap_or(value);
    view! {
        <div class="field">
            <FieldLabel name label optional=true/>
            <textarea
                class="input"
                id=name
                name=name
                aria-invalid=invalid(&form, name)
                aria-describedby=described_by(&form, name, !hint.is_empty())
            >
                {escape(&value)}
            </textarea>
            <FieldNotes form name hint/>
        </div>
    }
}

/// A checkbox that looks like a switch; its value is `true`, and nothing is sent when it is off.
#[component]
pub(crate) fn Switch(
    form: Form,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    /// What it is when the form was not sent yet.
    on: bool,
) -> impl IntoView {
    view! {
        <div class="field field-switch">
            <input
                class="switch"
                id=name
                name=name
                r#type="checkbox"
                value="true"
                checked=form.typed_on(name, on)
                aria-describedby=format!("{name}-hint")
            />
            <div class="field-words">
                <FieldLabel name label/>
                <p class="hint" id=format!("{name}-hint")>{hint}</p>
            </div>
        </div>
    }
}

#[component]
pub(crate) fn FieldLabel(
    name: &'static str,
    label: &'static str,
    #[prop(optional)] optional: bool,
) -> impl IntoView {
    view! {
        <label class="label" r#for=name>
            {label}
            {optional.then(|| view! { <span class="label-note">" optional"</span> })}
        </label>
    }
}

/// The hint and, when there is one, the error of a field.
#[component]
pub(crate) fn FieldNotes(
    form: Form,
    name: &'static str,
    #[prop(optional)] hint: &'static str,
) -> impl IntoView {
    view! {
        {(!hint.is_empty()).then(|| note(name, "hint", hint.to_owned()))}
        {form.error(name).map(|words| note(name, "error", words))}
    }
}

fn note(name: &str, what: &str, words: String) -> impl IntoView {
    view! { <p class=format!("note note-{what}") id=format!("{name}-{what}")>{words}</p> }
}

pub(crate) fn invalid(form: &Form, name: &str) -> Option<&'static str> {
    form.error(name).map(|_| "true")
}

/// The ids of what describes a field: its error first.
pub(crate) fn described_by(form: &Form, name: &str, hint: bool) -> Option<String> {
    match (form.error(name).is_some(), hint) {
        (true, true) => Some(format!("{name}-error {name}-hint")),
        (true, false) => Some(format!("{name}-error")),
        (false, true) => Some(format!("{name}-hint")),
        (false, false) => None,
    }
}
