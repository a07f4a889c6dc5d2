//! Forms go out when the server can be reached: a browser would leave the page, and what was typed with it.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlFormElement, Response, js_sys::Promise, wasm_bindgen::JsCast};

/// Answered by every server that runs, from memory.
const HEALTH: &str = "/healthz";
const WAIT_MIN: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_secs(8);

/// Runs `go` as soon as the server answers; until then `away` is true.
pub(super) fn when_reachable(away: RwSignal<bool>, go: impl FnOnce() + 'static) {
    spawn_local(async move {
        let mut wait = WAIT_MIN;
        while !is_reachable().await {
            away.set(true);
            sleep(wait).await;
            wait = (wait * 2).min(WAIT_MAX);
        }
        away.set(false);
        go();
    });
}

/// Sends a form as the button would that was pressed.
pub(super) fn send(form: &HtmlFormElement, button: Option<&HtmlElement>) {
    let _ = match button {
        Some(button) => form.request_submit_with_submitter(Some(button)),
        None => form.request_submit(),
    };
}

/// A proxy that answers for a server that is gone does not count.
async fn is_reachable() -> bool {
    let answer = JsFuture::from(window().fetch_with_str(HEALTH)).await;
    answer.ok().and_then(|answer| answer.dyn_into::<Response>().ok()).is_some_and(|answer| answer.ok())
}

async fn sleep(wait: Duration) {
    let ms = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
    let timer = Promise::new(&mut |done, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, ms);
    });
    let _ = JsFuture::from(timer).await;
}
