//! A short message that goes away by itself.

use leptos::prelude::*;

/// A success. The style sheet lets it fade after 5 s and pauses under the pointer and with the focus; then it is taken out.
#[island]
pub(crate) fn Toast(text: String) -> impl IntoView {
    let shown = RwSignal::new(true);
    let close = move || shown.set(false);
    view! {
        <Show when=move || shown.get()>
            <div class="toast" role="status" on:animationend=move |_| close()>
                <span class="icon icon-check" aria-hidden="true"></span>
                <span class="toast-text">{text.clone()}</span>
                <button type="button" class="toast-close needs-script" on:click=move |_| close()>
                    <span class="icon icon-close" aria-hidden="true"></span>
                    <span class="visually-hidden">"Close message"</span>
                </button>
            </div>
        </Show>
    }
}
