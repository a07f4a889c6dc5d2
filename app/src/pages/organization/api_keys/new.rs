//! Creating an API key.

use api::{api_keys::CreateApiKey, paths};
use domain::OrganizationId;
use leptos::prelude::*;

use crate::{
    components::{
        confirm::PasswordAgain,
        creation::Creation,
        field::{FieldLabel, FieldNotes, TextField, described_by, invalid},
        heading::PageTitle,
    },
    forms::Form,
    page::page,
    pages::organization::{Tab, steps_to},
    session::{Need, admit, use_place, use_session},
};

/// In days, with the words for them; the one that is chosen at first is a default that ends.
const AGES: [(&str, &str); 6] = [
    ("7", "7 days"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "1 year"),
    ("730", "2 years"),
    ("", "Never"),
];
const AGE_AT_FIRST: &str = "90";
const FIELD: &str = "expires_in_days";

#[component]
pub(crate) fn NewApiKeyPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::See)?;
        Ok(view! { <KeyForm organization=membership.organization.id/> }.into_any())
    };
    view! {
        <PageTitle words="Add API key"/>
        {page(content)}
    }
}

#[component]
fn KeyForm(organization: OrganizationId) -> impl IntoView {
    let form = Form::of::<CreateApiKey>();
    view! {
        <Creation
            steps=steps_to(Tab::ApiKeys, organization)
            title="Add API key"
            form=form.clone()
            button="Create API key"
            cancel=paths::api_keys(organization)
        >
            <input type="hidden" name="organization_id" value=organization.to_string()/>
            <TextField
                form=form.clone()
                name="title"
                label="Title"
                optional=true
                hint="What the key is for, such as the program that uses it."
            />
            <Age form=form.clone()/>
            <PasswordAgain form/>
        </Creation>
    }
}

#[component]
fn Age(form: Form) -> impl IntoView {
    let chosen = form.typed(FIELD).unwrap_or_else(|| AGE_AT_FIRST.to_owned());
    let option = |(days, words): (&'static str, &'static str)| {
        view! { <option value=days selected=days == chosen>{words}</option> }
    };
    view! {
        <div class="field">
            <FieldLabel name=FIELD label="Expires after"/>
            <select
                class="input"
                id=FIELD
                name=FIELD
                aria-invalid=invalid(&form, FIELD)
                aria-describedby=described_by(&form, FIELD, false)
            >
                {AGES.map(option)}
            </select>
            <FieldNotes form name=FIELD/>
        </div>
    }
}
