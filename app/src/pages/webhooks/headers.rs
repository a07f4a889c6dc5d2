//! The request headers that an admin adds to a webhook, as both its forms ask for them.

use leptos::prelude::*;

use crate::{components::field::TextArea, forms::Form};

#[component]
pub(super) fn HeadersField(form: Form, hint: &'static str) -> impl IntoView {
    view! { <TextArea form name="headers" label="Request headers" hint/> }
}
