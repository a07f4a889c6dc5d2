//! A group's page: what it holds and who is in it.

use api::{
    groups::{DeleteGroup, GroupView, SetGroupRoles, read_group},
    paths,
    session::Membership,
};
use domain::{OrganizationId, Role};
use leptos::{either::Either, prelude::*};

use super::members::{Members, RemoveModal, asked_member};
use crate::{
    address::{Query, use_query},
    components::{
        breadcrumb::Breadcrumb,
        button::SubmitButton,
        confirm::{ASK, AskButton, Confirm, asked_by},
        copyable::CopyableId,
        error_summary::ErrorSummary,
        fact::Fact,
        fires::fires_words_times,
        heading::{Heading, PageTitle},
        moment::Moment,
        roles::{RoleFields, Roles, are_typed},
        stored::{Stored, StoredNow},
    },
    forms::{Form, PostForm, VersionInput},
    page::page,
    pages::organization::{Tab, counted, steps_to},
    session::{Need, admit, use_place, use_session},
};

const DELETE: &str = "delete";

#[component]
pub(crate) fn GroupPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::ManageUsers)?;
        let group = place.group.ok_or_else(|| api::Problem::not_found("group"))?;
        let view = read_group(membership.organization.id, group).await?;
        Ok(view! { <GroupDetail membership view query/> }.into_any())
    };
    page(content)
}

#[component]
fn GroupDetail(membership: Membership, view: GroupView, query: Query) -> impl IntoView {
    let (organization, admin) = (membership.organization.id, membership.admin);
    let group = view.group.clone();
    let path = paths::group(organization, group.id);
    let asks_delete = admin && query.first(ASK) == DELETE;
    let changes_members = admin || !group.roles.contains(&Role::Admin);
    let leaving = asked_member(&query, &view).filter(|_| changes_members && !asks_delete);
    view! {
        <PageTitle words=format!("{} · Groups", group.name)/>
        <Breadcrumb steps=steps_to(Tab::Groups, organization)/>
        <div class="title-row">
            <Heading>{group.name.clone()}</Heading>
            <div class="title-actions">
                {admin.then(|| view! { <AskButton path=path.clone() asks=DELETE words="Delete group" delete=true/> })}
            </div>
        </div>
        {(!group.description.is_empty()).then(|| view! { <p class="lead">{group.description.clone()}</p> })}
        <div class="columns">
            <Members organization view=view.clone() changes=changes_members asks=leaving.is_some() path=path.clone()/>
            <aside>
                <section class="card">
                    <dl class="facts">
                        <Fact term="Id"><CopyableId id=group.id.to_string() what="the group's id"/></Fact>
                        <Fact term="Created"><Moment at=group.created_at/></Fact>
                        {(!admin).then(|| view! { <Fact term="Roles"><Roles roles=group.roles.clone()/></Fact> })}
                    </dl>
                </section>
                {admin.then(|| view! { <RolesCard organization view=view.clone()/> })}
            </aside>
        </div>
        {if asks_delete {
            Either::Left(view! { <DeleteModal organization view path/> })
        } else {
            Either::Right(leaving.map(|member| view! { <RemoveModal organization view member path/> }))
        }}
    }
}

#[component]
fn RolesCard(organization: OrganizationId, view: GroupView) -> impl IntoView {
    let form = Form::of::<SetGroupRoles>();
    let held = view.group.roles;
    let words = if held.is_empty() {
        "None".to_owned()
    } else {
        held.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
    };
    let stored = vec![Stored::choice("Roles", !are_typed(&form, &held), words)];
    view! {
        <StoredNow form=form.clone() stored/>
        <section class="card">
            <h2>"What its members hold"</h2>
            <ErrorSummary form=form.clone()/>
            <PostForm form=form.clone()>
                <input type="hidden" name="organization_id" value=organization.to_string()/>
                <input type="hidden" name="group_id" value=view.group.id.to_string()/>
                <VersionInput form=form.clone() now=view.version/>
                <RoleFields form held/>
                <SubmitButton words="Save roles"/>
            </PostForm>
        </section>
    }
}

#[component]
fn DeleteModal(organization: OrganizationId, view: GroupView, path: String) -> impl IntoView {
    let members = view.members.len();
    let words = match members {
        0 => "It has no members.".to_owned(),
        _ => format!("{} leave it and lose what it holds.", counted(members, "member")),
    };
    let fields = vec![("organization_id", organization.to_string()), ("group_id", view.group.id.to_string())];
    view! {
        <Confirm
            form={Form::of::<DeleteGroup>()}
            title=format!("Delete {}?", view.group.name)
            back=path
            asked_by=asked_by(DELETE)
            fields
            button="Delete group"
        >
            <p>{words}</p>
            <p>{fires_words_times(&view.removal_fires, members)}</p>
        </Confirm>
    }
}
