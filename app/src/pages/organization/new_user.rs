//! Creating a user.

use api::{paths, users::CreateUser};
use domain::OrganizationId;
use leptos::prelude::*;

use super::{Tab, steps_to};
use crate::{
    components::{
        breadcrumb::Breadcrumb,
        button::SubmitButton,
        error_summary::ErrorSummary,
        field::{TextField, Typed},
        heading::{Heading, PageTitle},
    },
    forms::{Form, PostForm},
    page::page,
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn NewUserPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::ManageUsers)?;
        Ok(view! { <UserForm organization=membership.organization.id/> }.into_any())
    };
    view! {
        <PageTitle words="Add user"/>
        {page(content)}
    }
}

#[component]
fn UserForm(organization: OrganizationId) -> impl IntoView {
    let form = Form::of::<CreateUser>();
    view! {
        <Breadcrumb steps=steps_to(Tab::Users, organization)/>
        <Heading>"Add user"</Heading>
        <ErrorSummary form=form.clone()/>
        <div class="form-column">
            <PostForm form=form.clone()>
                <input type="hidden" name="organization_id" value=organization.to_string()/>
                <TextField
                    form=form.clone()
                    name="username"
                    label="User name"
                    hint="3 to 32 letters, digits, “-” and “.”; unique on this server."
                />
                <TextField form=form.clone() name="email" label="E-mail" typed=Typed::Email/>
                <TextField form=form.clone() name="name" label="Name" hint="By which people call them."/>
                <TextField
                    form
                    name="password"
                    label="Password"
                    typed=Typed::NewPassword
                    optional=true
                    hint="At least 8 characters. Without one the user cannot sign in with a password yet."
                />
                <p class="actions">
                    <SubmitButton words="Create user"/>
                    <a class="button button-plain" href=paths::users(organization)>"Cancel"</a>
                </p>
            </PostForm>
        </div>
    }
}
