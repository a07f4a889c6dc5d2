//! Disabling and enabling a user: the question, and what it will set off.

use api::users::{SetUserActive, UserPage};
use domain::{OrgUser, OrganizationId, UserId};
use leptos::prelude::*;

use crate::{
    address::Query,
    components::{
        fires::fires_words,
        modal::{CancelButton, Modal},
    },
    forms::{Form, PostForm},
};

/// The names by which the address asks.
const ASKING: [&str; 2] = ["disable", "enable"];

/// Whom to change, and into what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) user: UserId,
    pub(super) active: bool,
}

impl Asked {
    /// By `?disable={id}` or `?enable={id}`.
    pub(super) fn of(query: &Query) -> Option<Self> {
        let asked = |name: &str, active| query.first(name).parse().ok().map(|user| Self { user, active });
        asked("disable", false).or_else(|| asked("enable", true))
    }

    /// The page without the question.
    pub(super) fn back(self, query: &Query, path: &str) -> String {
        query.address_without(path, &ASKING)
    }
}

#[component]
pub(super) fn ChangeModal(
    users: UserPage,
    organization: OrganizationId,
    asked: Asked,
    back: String,
) -> impl IntoView {
    let UserPage { users, disable_fires, .. } = users;
    let user = users.into_iter().find(|user| user.id == asked.user && user.active != asked.active)?;
    let (title, words) = question(&user, asked.active);
    let fires = (!asked.active).then(|| fires_words(&disable_fires));
    Some(view! {
        <Modal title back=back.clone() asked_by=format!("button[value='{}']", asked.user)>
            <p>{words}</p>
            {fires.map(|words| view! { <p>{words}</p> })}
            <div class="modal-actions">
                <CancelButton to=back/>
                <ChangeForm asked organization/>
            </div>
        </Modal>
    })
}

#[component]
fn ChangeForm(asked: Asked, organization: OrganizationId) -> impl IntoView {
    let (class, words) = if asked.active {
        ("button button-primary", "Enable user")
    } else {
        ("button button-danger", "Disable user")
    };
    view! {
        <PostForm form={Form::of::<SetUserActive>()}>
            <input type="hidden" name="organization_id" value=organization.to_string()/>
            <input type="hidden" name="user_id" value=asked.user.to_string()/>
            <input type="hidden" name="active" value=asked.active.to_string()/>
            <button type="submit" class=class>{words}</button>
        </PostForm>
    }
}

/// The title of the modal and what the answer does to the user.
fn question(user: &OrgUser, active: bool) -> (String, String) {
    let name = if user.name.is_empty() { &user.username } else { &user.name };
    if active {
        let words = format!("{name} ({}) can sign in again, and takes a seat.", user.email);
        (format!("Enable {}?", user.username), words)
    } else {
        let words = format!(
            "{name} ({}) is signed out everywhere at once and cannot sign in until enabled again.",
            user.email
        );
        (format!("Disable {}?", user.username), words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_can_ask() {
        let id = UserId::from_bytes([7; 12]);
        assert_eq!(
            Asked::of(&Query::parse(&format!("disable={id}"))),
            Some(Asked { user: id, active: false })
        );
        assert_eq!(Asked::of(&Query::parse(&format!("enable={id}"))), Some(Asked { user: id, active: true }));
        assert_eq!(Asked::of(&Query::parse("disable=nobody")), None);
        assert_eq!(Asked::of(&Query::default()), None);
    }
}
