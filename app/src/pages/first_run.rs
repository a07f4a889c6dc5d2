//! The first run: the one-time link leads here, to make the first organization and its admin.

use api::{
    paths,
    session::{CreateFirstRun, first_run_is_open},
};
use leptos::prelude::*;

use crate::{
    components::{
        button::SubmitButton,
        error_summary::ErrorSummary,
        field::{TextField, Typed},
        heading::{Heading, PageTitle},
    },
    forms::{Form, PostForm},
    page::page,
    request::use_page,
    session::use_place,
};

#[component]
pub(crate) fn FirstRunPage() -> impl IntoView {
    let token = use_place().token;
    let content = async move {
        Ok(if first_run_is_open(token.clone()).await? {
            view! { <FirstRunForm token/> }.into_any()
        } else {
            view! { <UsedLink/> }.into_any()
        })
    };
    view! {
        <PageTitle words="First run"/>
        {page(content)}
    }
}

#[component]
fn FirstRunForm(token: String) -> impl IntoView {
    let form = Form::of::<CreateFirstRun>();
    view! {
        <section class="card card-narrow">
            <Heading>"Welcome to Herald"</Heading>
            <p>"This makes your organization and its first admin: you. The link that led here works once."</p>
            <ErrorSummary form=form.clone()/>
            <PostForm form=form.clone()>
                <input type="hidden" name="token" value=token/>
                <TextField
                    form=form.clone()
                    name="organization"
                    label="Organization"
                    typed=Typed::Organization
                    hint="It stands in every body that Herald sends, so choose the name that your systems know."
                />
                <TextField
                    form=form.clone()
                    name="username"
                    label="User name"
                    typed=Typed::UserName
                    hint="3 to 32 letters, digits, “-” and “.”."
                />
                <TextField form=form.clone() name="email" label="E-mail" typed=Typed::Email/>
                <TextField
                    form
                    name="password"
                    label="Password"
                    typed=Typed::NewPassword
                    hint="At least 8 characters; a sentence is fine."
                />
                <p class="actions">
                    <SubmitButton words="Create organization"/>
                </p>
            </PostForm>
        </section>
    }
}

#[component]
fn UsedLink() -> impl IntoView {
    (use_page().set_status)(404);
    view! {
        <section class="card card-narrow">
            <Heading>"This link does not work"</Heading>
            <p>
                "It works once, and only until the first organization exists. If somebody has set Herald up already, sign in."
            </p>
            <p>
                "If nobody has: look at the terminal in which "<code>"herald serve"</code>
                " runs. It prints the link that works now; the one of an earlier start does not."
            </p>
            <p class="actions">
                <a class="button button-primary" href=paths::SIGN_IN>"Go to sign in"</a>
            </p>
        </section>
    }
}
