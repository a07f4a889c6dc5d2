//! Creating a user.

use api::{paths, users::CreateUser};
use domain::OrganizationId;
use leptos::prelude::*;

use super::{Tab, steps_to};
use crate::{
    components::{
        creation::Creation,
        field::{TextField, Typed},
        heading::PageTitle,
    },
    forms::Form,
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
        <Creation
            steps=steps_to(Tab::Users, organization)
            title="Add user"
            form=form.clone()
            button="Create user"
            cancel=paths::users(organization)
        >
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
        </Creation>
    }
}
