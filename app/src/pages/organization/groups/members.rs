//! The members of a group: who they are, one more, one less.

use api::{
    groups::{AddMember, GroupView, MemberRow, RemoveMember},
    paths,
};
use domain::{GroupId, OrganizationId, UserId};
use leptos::{either::Either, prelude::*};

use crate::{
    address::Query,
    components::{
        button::SubmitButton,
        confirm::{AskAbout, AskForm, Confirm, asked_about},
        error_summary::ErrorSummary,
        field::TextField,
        fires::fires_words,
        status::UserStatus,
    },
    forms::{Form, PostForm},
    pages::organization::counted,
};

/// The name by which the address asks for a member's removal.
const ASKING: &str = "remove";

#[component]
pub(super) fn Members(
    organization: OrganizationId,
    view: GroupView,
    /// Whether the visitor may change who is in it.
    changes: bool,
    /// Whether a question is open, which says itself what was refused.
    asks: bool,
    path: String,
) -> impl IntoView {
    let count = counted(view.members.len(), "member");
    let list = if view.members.is_empty() {
        Either::Left(view! { <p class="quiet">"Nobody is in this group."</p> })
    } else {
        Either::Right(view! { <Table organization members=view.members changes/> })
    };
    view! {
        <section>
            <AskForm path=path/>
            <h2>{count}</h2>
            {(!asks).then(|| view! { <ErrorSummary form={Form::of::<RemoveMember>()}/> })}
            {if changes {
                Either::Left(view! { <Add organization group=view.group.id/> })
            } else {
                Either::Right(view! {
                    <p class="hint">"Its members hold org:admin, so only an admin changes who they are."</p>
                })
            }}
            {list}
        </section>
    }
}

#[component]
fn Add(organization: OrganizationId, group: GroupId) -> impl IntoView {
    let form = Form::of::<AddMember>();
    view! {
        <ErrorSummary form=form.clone()/>
        <div class="inline-form">
            <PostForm form=form.clone()>
                <input type="hidden" name="organization_id" value=organization.to_string()/>
                <input type="hidden" name="group_id" value=group.to_string()/>
                <TextField
                    form
                    name="username"
                    label="User name"
                    hint="Of any organization on this server."
                />
                <SubmitButton words="Add member"/>
            </PostForm>
        </div>
    }
}

#[component]
fn Table(organization: OrganizationId, members: Vec<MemberRow>, changes: bool) -> impl IntoView {
    let rows = members.into_iter().map(|member| row(organization, member, changes)).collect::<Vec<_>>();
    view! {
        <div class="table-scroll" role="region" aria-label="Members" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"User name"</th>
                        <th scope="col">"E-mail"</th>
                        <th scope="col">"Organization"</th>
                        <th scope="col">"Status"</th>
                        {changes.then(|| view! {
                            <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                        })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(organization: OrganizationId, member: MemberRow, changes: bool) -> impl IntoView {
    let id = member.id;
    let described_by = format!("member-{id}");
    // Who is of another organization has no page in this one.
    let name = if member.organization.id == organization {
        Either::Left(view! { <a href=paths::user(organization, id)>{member.username}</a> })
    } else {
        Either::Right(member.username)
    };
    let remove = changes.then(|| {
        view! {
            <td class="cell-actions">
                <AskAbout asks=ASKING about=id.to_string() words="Remove" described_by=described_by.clone()/>
            </td>
        }
    });
    view! {
        <tr>
            <td class="strong">
                <span id=described_by.clone()>{name}</span>
                <span class="hint cell-below">{member.name}</span>
            </td>
            <td>{member.email}</td>
            <td>{member.organization.display_name}</td>
            <td><UserStatus active=member.active/></td>
            {remove}
        </tr>
    }
}

/// Whose removal the address asks for, while they are a member.
pub(super) fn asked_member(query: &Query, view: &GroupView) -> Option<MemberRow> {
    let asked: UserId = query.first(ASKING).parse().ok()?;
    view.members.iter().find(|member| member.id == asked).cloned()
}

#[component]
pub(super) fn RemoveModal(
    organization: OrganizationId,
    view: GroupView,
    member: MemberRow,
    path: String,
) -> impl IntoView {
    let fields = vec![
        ("organization_id", organization.to_string()),
        ("group_id", view.group.id.to_string()),
        ("username", member.username.clone()),
    ];
    let name = if member.name.is_empty() { member.username.clone() } else { member.name };
    view! {
        <Confirm
            form={Form::of::<RemoveMember>()}
            title=format!("Remove {} from {}?", member.username, view.group.name)
            back=path
            asked_by=asked_about(ASKING, member.id)
            fields
            button="Remove member"
        >
            <p>{name}" ("{member.email}") loses what the group holds. Their account stays as it is."</p>
            <p>{fires_words(&view.removal_fires)}</p>
        </Confirm>
    }
}
