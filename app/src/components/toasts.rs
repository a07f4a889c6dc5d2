//! Short messages at the bottom right, in the server's HTML after a redirect.

use leptos::prelude::*;

use super::icon::Icon;
use crate::request::use_page;

#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let toast = use_page().flash.toast;
    view! {
        <section class="toasts" aria-label="Messages">
            {toast.map(|toast| view! { <Success text=toast.text()/> })}
        </section>
    }
}

/// The style sheet lets it fade after 5 s, and pauses under the pointer and with the focus.
#[component]
fn Success(text: &'static str) -> impl IntoView {
    view! {
        <div class="toast" role="status">
            <span class=Icon::Check.class() aria-hidden="true"></span>
            <span class="toast-text">{text}</span>
            <button type="button" class="toast-close needs-script">
                <span class=Icon::Close.class() aria-hidden="true"></span>
                <span class="visually-hidden">"Close message"</span>
            </button>
        </div>
    }
}
