//! What the tab says before anything was sent.

use api::paths;
use domain::{EventType, OrganizationId, Scope};
use leptos::{
    either::{Either, EitherOf4},
    prelude::*,
};

use crate::components::states::Empty;

#[component]
pub(super) fn NothingSent(scope: Scope, event_type: EventType) -> impl IntoView {
    let how = match scope {
        Scope::Organization(organization) => Either::Left(how_here(organization, event_type)),
        Scope::Platform => Either::Right("It may happen in any organization on this server."),
    };
    view! {
        <Empty title="Nothing has been sent yet">
            <p>"Each event of the webhook's type will stand here, with every attempt to deliver it."</p>
            <p>{how}</p>
        </Empty>
    }
}

/// How one makes it happen.
fn how_here(organization: OrganizationId, event_type: EventType) -> impl IntoView {
    match event_type {
        EventType::UserCreated => EitherOf4::A(view! {
            "To make something happen, "<a href=paths::new_user(organization)>"create a user"</a>
            " with a password and sign in as that user: the first log in is what fires."
        }),
        EventType::UserDisabled => EitherOf4::B(view! {
            "To make something happen, disable a user in "<a href=paths::users(organization)>"Users"</a>"."
        }),
        EventType::UserRemovedFromGroup => EitherOf4::C(view! {
            "To make something happen, remove a member of a group in "
            <a href=paths::groups(organization)>"Groups"</a>"."
        }),
        EventType::UserLogin => EitherOf4::D(view! { "To make something happen, sign out and in again." }),
    }
}
