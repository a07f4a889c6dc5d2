//! Creating a group.

use api::{groups::CreateGroup, paths};
use domain::OrganizationId;
use leptos::prelude::*;

use crate::{
    components::{
        creation::Creation,
        field::{TextArea, TextField},
        heading::PageTitle,
        roles::RoleFields,
    },
    forms::Form,
    page::page,
    pages::organization::{Tab, steps_to},
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn NewGroupPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::Admin)?;
        Ok(view! { <GroupForm organization=membership.organization.id/> }.into_any())
    };
    view! {
        <PageTitle words="Add group"/>
        {page(content)}
    }
}

#[component]
fn GroupForm(organization: OrganizationId) -> impl IntoView {
    let form = Form::of::<CreateGroup>();
    view! {
        <Creation
            steps=steps_to(Tab::Groups, organization)
            title="Add group"
            form=form.clone()
            button="Create group"
            cancel=paths::groups(organization)
        >
            <input type="hidden" name="organization_id" value=organization.to_string()/>
            <TextField
                form=form.clone()
                name="name"
                label="Group name"
                hint="It stands as groupName in what webhooks are told when a member is removed."
            />
            <TextArea form=form.clone() name="description" label="Description"/>
            <RoleFields form held=Vec::new()/>
        </Creation>
    }
}
