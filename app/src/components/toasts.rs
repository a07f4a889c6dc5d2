//! Short messages at the bottom right, in the server's HTML after a redirect.

use leptos::prelude::*;

use crate::{islands::toast::Toast, request::use_page};

#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let toast = use_page().flash.toast;
    view! {
        <section class="toasts" aria-label="Messages">
            {toast.map(|toast| view! { <Toast text=toast.text().to_owned()/> })}
        </section>
    }
}
