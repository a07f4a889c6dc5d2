//! Adding a webhook, with what will be sent beside the form.

use api::{
    paths,
    webhooks::{CreateAndTestWebhook, CreateWebhook},
};
use domain::{EventType, Scope};
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
    pages::webhooks::{
        headers::HeadersField,
        owner::{Owner, form_title, steps_to_list},
    },
    session::{use_place, use_session},
};

#[component]
pub(crate) fn NewWebhookPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    let content = async move {
        let owner = Owner::open(session, place.scope).await?;
        Ok(view! { <NewWebhook owner/> }.into_any())
    };
    page(content)
}

#[component]
fn NewWebhook(owner: Owner) -> impl IntoView {
    let form = Form::of::<CreateWebhook>().or_of::<CreateAndTestWebhook>();
    let scope = owner.scope();
    let chosen = form.typed("event_type").unwrap_or_default();
    let name = form.typed("name").unwrap_or_default();
    let sample = view! { <Sample organization=owner.name().to_owned() event_type=chosen.clone() name/> };
    view! {
        <PageTitle words=form_title(scope)/>
        <Breadcrumb steps=steps_to_list(scope)/>
        <Heading>{form_title(scope)}</Heading>
        {scope.is_platform().then(|| view! { <p class="lead">"It fires for every organization on this server."</p> })}
        <ErrorSummary form=form.clone()/>
        <div class="columns">
            <PostForm form=form.clone()>
                <input type="hidden" name="scope" value=scope.to_string()/>
                <WebhookFields form chosen scope/>
                <p class="actions">
                    <SubmitButton words="Create webhook"/>
                    <button type="submit" class="button" formaction=CreateAndTestWebhook::PATH>"Create and send a test"</button>
                    <a class="button button-plain" href=paths::webhooks(scope)>"Cancel"</a>
                </p>
            </PostForm>
            {sample}
        </div>
    }
}

#[component]
fn WebhookFields(form: Form, chosen: String, scope: Scope) -> impl IntoView {
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
        <UrlCheck scope/>
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
