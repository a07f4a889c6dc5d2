//! Setting a new password with the code that an admin has given.

use api::{account::UsePasswordReset, paths};
use leptos::prelude::*;

use crate::{
    components::{
        button::SubmitButton,
        error_summary::ErrorSummary,
        field::{TextField, Typed},
        heading::{Heading, PageTitle},
    },
    forms::{Form, PostForm},
};

#[component]
pub(crate) fn PasswordResetPage() -> impl IntoView {
    let form = Form::of::<UsePasswordReset>();
    view! {
        <PageTitle words="Set a new password"/>
        <section class="card card-narrow">
            <Heading>"Set a new password"</Heading>
            <ErrorSummary form=form.clone()/>
            <PostForm form=form.clone()>
                <TextField
                    form=form.clone()
                    name="token"
                    label="Reset code"
                    typed=Typed::Code
                    hint="An admin of your organization makes it. It works once, for an hour."
                />
                <TextField
                    form
                    name="password"
                    label="New password"
                    typed=Typed::NewPassword
                    hint="At least 8 characters; a sentence is fine."
                />
                <p class="actions">
                    <SubmitButton words="Set password"/>
                    <a class="button button-plain" href=paths::SIGN_IN>"Cancel"</a>
                </p>
            </PostForm>
        </section>
    }
}
