//! Adding a webhook, with what will be sent beside the form.

use api::{
    paths,
    session::Membership,
    webhooks::{CreateAndTestWebhook, CreateWebhook},
};
use domain::{EventType, OrganizationId};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    components::{
        breadcrumb::Breadcrumb,
        button::SubmitButton,
        error_summary::ErrorSummary,
        field::{FieldLabel, FieldNotes, Switch, TextArea, TextField, Typed, described_by, invalid},
        heading::{Heading, PageTitle},
    },
    forms::{Form, PostForm},
    islands::{
        sample::{Sample, type_hint},
        url_check::UrlCheck,
    },
    page::page,
    pages::organization::{Tab, steps_to, webhooks::headers::HeadersField},
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn NewWebhookPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::Admin)?;
        Ok(view! { <NewWebhook membership/> }.into_any())
    };
    view! {
        <PageTitle words="Add webhook"/>
        {page(content)}
    }
}

#[component]
fn NewWebhook(membership: Membership) -> impl IntoView {
    let form = Form::of::<CreateWebhook>().or_of::<CreateAndTestWebhook>();
    let organization = membership.organization.id;
    let chosen = form.typed("event_type").unwrap_or_default();
    let name = form.typed("name").unwrap_or_default();
    let sample = view! { <Sample organization=membership.organization.name event_type=chosen.clone() name/> };
    view! {
        <Breadcrumb steps=steps_to(Tab::Webhooks, organization)/>
        <Heading>"Add webhook"</Heading>
        <ErrorSummary form=form.clone()/>
        <div class="columns">
            <PostForm form=form.clone()>
                <input type="hidden" name="organization_id" value=organization.to_string()/>
                <WebhookFields form chosen organization/>
                <p class="actions">
                    <SubmitButton words="Create webhook"/>
                    <button type="submit" class="button" formaction=CreateAndTestWebhook::PATH>"Create and send a test"</button>
                    <a class="button button-plain" href=paths::webhooks(organization)>"Cancel"</a>
                </p>
            </PostForm>
            {sample}
        </div>
    }
}

/// What every form for a new webhook asks for.
#[component]
pub(in crate::pages) fn WebhookFields(
    form: Form,
    chosen: String,
    /// Whose private targets the URL is checked against as it is left; none for the platform's.
    #[prop(optional)]
    organization: Option<OrganizationId>,
) -> impl IntoView {
    view! {
        <TypeField form=form.clone() chosen/>
        <TextField form=form.clone() name="name" label="Webhook name"/>
        <TextField
            form=form.clone()
            name="url"
            label="URL"
            typed=Typed::Url
            hint="Where Herald sends its POST requests, such as https://hooks.example.com/herald."
        />
        {organization.map(|organization| view! { <UrlCheck organization/> })}
        <TextArea form=form.clone() name="description" label="Description"/>
        <HeadersField
            form=form.clone()
            hint="What the receiver wants beside the signature, one a line: “Name: value”. Values are sealed and never shown again."
        />
        <Switch
            form
            name="enabled"
            label="Enable"
            hint="Events that happen while it is off are held, and you choose later."
            on=true
        />
    }
}

#[component]
fn TypeField(form: Form, chosen: String) -> impl IntoView {
    let hint = type_hint(&chosen);
    let option = |event_type: EventType| {
        let value = event_type.as_str();
        view! { <option value=value selected=chosen == value>{value}</option> }
    };
    view! {
        <div class="field">
            <FieldLabel name="event_type" label="Type"/>
            <select
                class="input"
                id="event_type"
                name="event_type"
                aria-required="true"
                aria-invalid=invalid(&form, "event_type")
                aria-describedby=described_by(&form, "event_type", true)
            >
                <option value="">"Select a type"</option>
                {EventType::DOCUMENTED.map(option)}
                <optgroup label="Also available">{EventType::ALSO_AVAILABLE.map(option)}</optgroup>
            </select>
            <FieldNotes form name="event_type" hint/>
        </div>
    }
}
