//! Replacing the secret, with a time in which both sign.

use api::webhooks::RotateSecret;
use domain::{
    Scope, WebhookId,
    limits::{SECRET_OVERLAP, SECRET_OVERLAP_MAX},
};
use leptos::prelude::*;

use crate::forms::{Form, PostForm};

const HOUR: u64 = 60 * 60;

/// Seconds in which the previous secret goes on signing, and what that is good for.
const OVERLAPS: [(u64, &str, &str); 4] = [
    (
        0,
        "No overlap",
        "Receivers refuse everything until they have the new one. For a secret that others know.",
    ),
    (HOUR, "1 hour", "When you can change the receiver now."),
    (SECRET_OVERLAP.as_secs(), "24 hours", "Enough for most."),
    (SECRET_OVERLAP_MAX.as_secs(), "7 days", "When somebody else has to do it."),
];

#[component]
pub(super) fn Rotate(scope: Scope, webhook: WebhookId) -> impl IntoView {
    let form = Form::of::<RotateSecret>();
    let typed = form.typed("overlap_seconds").and_then(|text| text.parse().ok());
    let chosen = typed.unwrap_or(SECRET_OVERLAP.as_secs());
    let choice = move |(seconds, words, hint): (u64, &'static str, &'static str)| {
        let id = format!("overlap-{seconds}");
        view! {
            <div class="overlap">
                <input
                    type="radio"
                    id=id.clone()
                    name="overlap_seconds"
                    value=seconds.to_string()
                    checked=seconds == chosen
                    aria-describedby=format!("{id}-hint")
                />
                <div>
                    <label r#for=id.clone()>{words}</label>
                    <p class="hint" id=format!("{id}-hint")>{hint}</p>
                </div>
            </div>
        }
    };
    view! {
        <section class="card" aria-labelledby="rotate-title">
            <h2 id="rotate-title">"Replace the secret"</h2>
            <PostForm form>
                <input type="hidden" name="scope" value=scope.to_string()/>
                <input type="hidden" name="webhook_id" value=webhook.to_string()/>
                <fieldset>
                    <legend>"For how long shall the secret of today sign as well?"</legend>
                    {OVERLAPS.map(choice).into_iter().collect::<Vec<_>>()}
                </fieldset>
                <p class="actions"><button type="submit" class="button button-delete">"Rotate secret"</button></p>
            </PostForm>
        </section>
    }
}
