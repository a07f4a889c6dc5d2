//! Letting a user set a new password: the question, and the code that is shown once.

use api::{Told, paths, users::ResetUserPassword};
use domain::{OrgUser, OrganizationId};
use leptos::prelude::*;

use super::{
    change::shown_name,
    detail::{RESET, about},
};
use crate::{
    components::{
        confirm::{Confirm, asked_by},
        copyable::CopyableId,
        moment::Due,
    },
    forms::Form,
    request::use_page,
};

/// The code that was made for this user just now.
#[component]
pub(super) fn Reset(user: OrgUser) -> impl IntoView {
    let Some(Told::PasswordReset(reset)) = use_page().flash.told else { return None };
    let name = shown_name(&user).to_owned();
    (reset.user_id == user.id).then(|| {
        view! {
            <section class="card told" aria-labelledby="told">
                <h2 id="told">"Reset code for "{user.username.clone()}</h2>
                <p><CopyableId id=reset.token.clone() what="the reset code"/></p>
                <p>
                    "Give it to "{name}" by a way that is safe: whoever has it sets the password. \
                     It is used on the page "<a href=paths::PASSWORD_RESET>"Set a new password"</a>
                    ", works once, and ends "<Due at=reset.expires_at/>". It is not shown again."
                </p>
            </section>
        }
    })
}

#[component]
pub(super) fn ResetModal(
    organization: OrganizationId,
    user: OrgUser,
    /// Whether the visitor asks for themself.
    own: bool,
    path: String,
) -> impl IntoView {
    view! {
        <Confirm
            form={Form::of::<ResetUserPassword>()}
            title=format!("Reset the password of {}?", user.username)
            back=path
            asked_by=asked_by(RESET)
            fields=about(organization, &user)
            button="Make a reset code"
        >
            <p>
                "They are signed out everywhere at once. You get a code that works for an hour, with which they set a new \
                 password."
            </p>
            {own.then(|| view! { <p class="notice">"This is you: you are signed out too, before you see the code."</p> })}
        </Confirm>
    }
}
