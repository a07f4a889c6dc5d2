//! Editing a webhook. Its type stays; nothing that somebody else changed meanwhile is overwritten unseen.

use api::{
    Code, Problem, paths,
    webhooks::{SaveWebhook, WebhookView},
};
use domain::{Scope, Webhook};
use leptos::prelude::*;

use super::frame::{Opened, WebhookFrame, WebhookTab, open_webhook};
use crate::{
    components::{
        button::SubmitButton,
        error_summary::ErrorSummary,
        fact::Fact,
        field::{TextArea, TextField, Typed},
        heading::{Heading, PageTitle},
    },
    forms::{Form, PostForm},
    islands::{sample::Sample, url_check::UrlCheck},
    page::page,
    pages::webhooks::{headers::HeadersField, owner::add_words},
    request::use_page,
    session::{use_place, use_session},
};

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
    let webhook = view.webhook.clone();
    let (event_type, name) = (webhook.event_type.as_str().to_owned(), webhook.name.clone());
    view! {
        <Stored form=form.clone() webhook=webhook.clone()/>
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
            <input type="hidden" name="version" value=version/>
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
            <Headers names=webhook.headers/>
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
fn Headers(names: Vec<String>) -> impl IntoView {
    let row = |name: String| {
        view! {
            <li>
                <label class="check">
                    <input type="checkbox" name="remove[]" value=name.clone()/>
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

/// What is stored where it differs from what was typed, when somebody else was faster.
#[component]
fn Stored(form: Form, webhook: Webhook) -> impl IntoView {
    let outrun =
        form.problem().is_some_and(|problem| problem.code == Code::Conflict && problem.errors.is_empty());
    let fact = |term: &'static str, field: &str, stored: String| {
        let differs = form.typed(field).is_some_and(|typed| typed.trim().replace("\r\n", "\n") != stored);
        differs.then(|| view! { <Fact term>{stored}</Fact> })
    };
    outrun.then(|| {
        view! {
            <section class="card" aria-labelledby="stored-title">
                <h2 id="stored-title">"Stored now, where it differs from what you typed"</h2>
                <dl class="facts">
                    {fact("Name", "name", webhook.name.clone())}
                    {fact("URL", "url", webhook.url.clone())}
                    {fact("Description", "description", webhook.description.clone().unwrap_or_default())}
                </dl>
            </section>
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
