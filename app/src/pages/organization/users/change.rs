//! Disabling and enabling a user: the question, and what it will set off.

use api::{
    Fires,
    users::{SetUserActive, UserPlace},
};
use domain::{OrgUser, OrganizationId, UserId};
use leptos::prelude::*;

use crate::{
    address::Query,
    components::{confirm::Confirm, fires::fires_words},
    forms::Form,
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

    /// Whether this is the user, who is not yet what they shall be.
    pub(super) fn changes(self, user: &OrgUser) -> bool {
        user.id == self.user && user.active != self.active
    }

    /// The page without the question.
    pub(super) fn back(self, query: &Query, path: &str) -> String {
        query.address_without(path, &ASKING)
    }
}

#[component]
pub(super) fn ChangeModal(
    user: OrgUser,
    fires: Fires,
    organization: OrganizationId,
    asked: Asked,
    back: String,
    #[prop(optional)] to: UserPlace,
) -> impl IntoView {
    let (title, words) = question(&user, asked.active);
    let place = match to {
        UserPlace::List => "list",
        UserPlace::User => "user",
    };
    let fields = vec![
        ("organization_id", organization.to_string()),
        ("user_id", asked.user.to_string()),
        ("active", asked.active.to_string()),
        ("to", place.to_owned()),
    ];
    let button = if asked.active { "Enable user" } else { "Disable user" };
    view! {
        <Confirm
            form={Form::of::<SetUserActive>()}
            title
            back
            asked_by=format!("button[value='{}']", asked.user)
            fields
            button
            harmless=asked.active
        >
            <p>{words}</p>
            {(!asked.active).then(|| view! { <p>{fires_words(&fires)}</p> })}
        </Confirm>
    }
}

/// The title of the modal and what the answer does to the user.
fn question(user: &OrgUser, active: bool) -> (String, String) {
    let name = shown_name(user);
    if active {
        let seat = if user.complimentary { "" } else { ", and takes a seat" };
        (format!("Enable {}?", user.username), format!("{name} ({}) can sign in again{seat}.", user.email))
    } else {
        let words = format!(
            "{name} ({}) is signed out everywhere at once and cannot sign in until enabled again.",
            user.email
        );
        (format!("Disable {}?", user.username), words)
    }
}

/// The name, or the user name of who has none.
pub(super) fn shown_name(user: &OrgUser) -> &str {
    if user.name.is_empty() { &user.username } else { &user.name }
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
