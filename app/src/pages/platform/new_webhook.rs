//! Adding a webhook of the platform.

use api::{paths, platform_webhooks::CreatePlatformWebhook};
use leptos::prelude::*;

use super::admit;
use crate::{
    components::{creation::Creation, heading::PageTitle},
    forms::Form,
    page::page,
    pages::organization::webhooks::new::WebhookFields,
    session::use_session,
};

#[component]
pub(crate) fn NewPlatformWebhookPage() -> impl IntoView {
    let session = use_session();
    let content = async move {
        admit(session.await)?;
        Ok(view! { <NewWebhook/> }.into_any())
    };
    view! {
        <PageTitle words="Add platform webhook"/>
        {page(content)}
    }
}

#[component]
fn NewWebhook() -> impl IntoView {
    let form = Form::of::<CreatePlatformWebhook>();
    let chosen = form.typed("event_type").unwrap_or_default();
    let steps = [("Platform", paths::PLATFORM), ("Platform webhooks", paths::PLATFORM_WEBHOOKS)];
    let steps = steps.map(|(words, to)| (words.to_owned(), to.to_owned())).into();
    view! {
        <Creation
            steps
            title="Add platform webhook"
            lead="It fires for every organization on this server."
            form=form.clone()
            button="Create webhook"
            cancel=paths::PLATFORM_WEBHOOKS
        >
            <WebhookFields form chosen/>
        </Creation>
    }
}
