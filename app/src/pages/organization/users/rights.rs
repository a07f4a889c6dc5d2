//! What a platform admin gives a user and takes from them.

use api::users::{SetUserAdmin, SetUserComplimentary};
use domain::{OrgUser, OrganizationId};
use leptos::prelude::*;

use super::detail::{ADMIN, about, about_inputs};
use crate::{
    components::{
        confirm::{AskButton, Confirm, asked_by},
        error_summary::ErrorSummary,
    },
    forms::{Form, PostForm},
};

#[component]
pub(super) fn Rights(organization: OrganizationId, user: OrgUser, path: String) -> impl IntoView {
    let complimentary = Form::of::<SetUserComplimentary>();
    let (seat, seat_button) = if user.complimentary {
        ("Complimentary: takes no seat.", "Let them take a seat")
    } else {
        ("Takes a seat while active.", "Make complimentary")
    };
    let (platform, platform_button) = if user.admin {
        ("Platform admin: may do everything in every organization.", "Take platform admin away")
    } else {
        ("No platform admin.", "Make platform admin")
    };
    view! {
        <section class="card">
            <h2>"For platform admins"</h2>
            <ErrorSummary form=complimentary.clone()/>
            <div class="right">
                <p>{seat}</p>
                <PostForm form=complimentary>
                    {about_inputs(organization, &user)}
                    <input type="hidden" name="complimentary" value=(!user.complimentary).to_string()/>
                    <button type="submit" class="button button-small">{seat_button}</button>
                </PostForm>
            </div>
            <div class="right">
                <p>{platform}</p>
                <AskButton path asks=ADMIN words=platform_button small=true/>
            </div>
        </section>
    }
}

#[component]
pub(super) fn AdminModal(organization: OrganizationId, user: OrgUser, path: String) -> impl IntoView {
    let (title, words, button) = if user.admin {
        (
            format!("Take platform admin away from {}?", user.username),
            "They keep what their groups hold, and see their own organizations only.",
            "Take platform admin away",
        )
    } else {
        (
            format!("Make {} a platform admin?", user.username),
            "They may do everything in every organization, and make others platform admins.",
            "Make platform admin",
        )
    };
    let mut fields = about(organization, &user);
    fields.push(("admin", (!user.admin).to_string()));
    view! {
        <Confirm
            form={Form::of::<SetUserAdmin>()}
            title
            back=path
            asked_by=asked_by(ADMIN)
            fields
            button
        >
            <p>{words}</p>
        </Confirm>
    }
}
