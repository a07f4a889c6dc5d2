//! Editing a webhook. Its type stays; nothing that somebody else changed meanwhile is overwritten unseen.

use api::{
    Code, Problem, paths,
    webhooks::{SaveWebhook, WebhookView},
};
use domain::Scope;
use leptos::prelude::*;

use super::frame::{Opened, WebhookFrame, WebhookTab, open_webhook};
use crate::{
    components::{
        button::SubmitButton,
        error_summary::ErrorSummary,
        fact::Fact,
        field::{TextArea, TextField, Typed},
        heading::{Heading, PageTitle},
        stored::{Stored, StoredNow},
    },
    forms::{Form, PostForm, VersionInput},
    islands::{sample::Sample, url_check::UrlCheck},
    page::page,
    pages::webhooks::{headers::HeadersField, owner::add_words},
    request::use_page,
    session::{use_place, use_session},
};

/// The name of the checkboxes of the headers that it has.
const REMOVE: &str = "remove[]";

#[component]
pub(crate) fn EditWebhookPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    let form = Form::of::<SaveWebhook>();
    page(async move {
        let scope = place.scope;
        match open_webhook(session, place).await {
            Ok(opened) => Ok(view! {
                <WebhookFrame opened=opened.clone() tab=WebhookTab::Edit>
                    <ErrorSummary form=form.clone()/>
                    <Edit opened form/>
                </WebhookFrame>
            }
            .into_any()),
            Err(problem) => deleted(problem, scope, &form),
        }
    })
}

#[component]
fn Edit(opened: Opened, form: Form) -> impl IntoView {
    let Opened { owner, view, .. } = opened;
    let (scope, organization) = (owner.scope(), owner.name().to_owned());
    let webhook = &view.webhook;
    let description = webhook.description.clone().unwrap_or_default();
    let stored = vec![
        Stored::text(&form, "name", "Name", &webhook.name),
        Stored::text(&form, "url", "URL", &webhook.url),
        Stored::text(&form, "description", "Description", description),
    ];
    let (event_type, name) = (webhook.event_type.as_str().to_owned(), webhook.name.clone());
    view! {
        <StoredNow form=form.clone() stored/>
        <div class="columns">
            <EditForm scope view form/>
            <Sample organization event_type name/>
        </div>
    }
}

#[component]
fn EditForm(scope: Scope, view: WebhookView, form: Form) -> impl IntoView {
    let WebhookView { webhook, version, .. } = view;
    view! {
        <PostForm form=form.clone()>
            <input type="hidden" name="scope" value=scope.to_string()/>
            <input type="hidden" name="webhook_id" value=webhook.id.to_string()/>
            <VersionInput form=form.clone() now=version/>
            <TextField form=form.clone() name="name" label="Webhook name" value=webhook.name/>
            <TextField
                form=form.clone()
                name="url"
                label="URL"
                typed=Typed::Url
                hint="What is pending goes to the new URL too."
                value=webhook.url
            />
            <UrlCheck scope/>
            <TextArea
                form=form.clone()
                name="description"
                label="Description"
                value=webhook.description.unwrap_or_default()
            />
            <Headers form=form.clone() names=webhook.headers/>
            <HeadersField form hint="To add or to replace, one a line: “Name: value”. Values are sealed and never shown again."/>
            <p class="actions">
                <SubmitButton words="Save webhook"/>
                <a class="button button-plain" href=paths::webhook(scope, webhook.id)>"Cancel"</a>
            </p>
        </PostForm>
    }
}

/// The headers that it has, each with a checkbox that removes it.
#[component]
fn Headers(form: Form, names: Vec<String>) -> impl IntoView {
    let row = |name: String| {
        let removes = form.typed_in(REMOVE, &name).unwrap_or_default();
        view! {
            <li>
                <label class="check">
                    <input type="checkbox" name=REMOVE value=name.clone() checked=removes/>
                    <span>"Remove "<code>{name}</code></span>
                </label>
            </li>
        }
    };
    (!names.is_empty()).then(|| {
        view! {
            <fieldset class="field">
                <legend class="label">"Headers that are sent"</legend>
                <ul>{names.into_iter().map(row).collect::<Vec<_>>()}</ul>
            </fieldset>
        }
    })
}

/// Somebody deleted the webhook while it was edited: what was typed is not lost.
fn deleted(problem: Problem, scope: Option<Scope>, form: &Form) -> Result<AnyView, Problem> {
    let (Some(scope), true) = (scope, form.problem().is_some()) else {
        return Err(problem);
    };
    if problem.code != Code::NotFound {
        return Err(problem);
    }
    (use_page().set_status)(problem.status);
    let typed = |term: &'static str, field: &str| {
        form.typed(field).filter(|text| !text.is_empty()).map(|text| view! { <Fact term>{text}</Fact> })
    };
    Ok(view! {
        <PageTitle words="Deleted meanwhile"/>
        <Heading>"This webhook was deleted"</Heading>
        <p class="lead">"Somebody deleted it while you were editing, so nothing was saved. This is what you typed:"</p>
        <div class="card">
            <dl class="facts">
                {typed("Webhook name", "name")}
                {typed("URL", "url")}
                {typed("Description", "description")}
            </dl>
        </div>
        <p class="actions">
            <a class="button button-primary" href=paths::webhooks(scope)>"Go to Webhooks"</a>
            <a class="button" href=paths::new_webhook(scope)>{add_words(scope)}</a>
        </p>
    }
    .into_any())
}
