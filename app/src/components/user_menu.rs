//! The user's menu: who one is, the theme, the way out.

use api::{paths, session::SessionView};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{islands::theme::ThemeChoice, request::use_page};

#[component]
pub(crate) fn UserMenu(session: SessionView) -> impl IntoView {
    view! {
        <details class="menu user-menu" name="header-menu">
            <summary>
                <span class="avatar" aria-hidden="true">{initials(&session)}</span>
                <span class="visually-hidden">"Your account: "{session.username.clone()}</span>
            </summary>
            <div class="menu-panel" tabindex="-1">
                <p class="menu-who">
                    <strong>{shown_name(&session).to_owned()}</strong>
                    <span>{session.email.clone()}</span>
                </p>
                <ul class="menu-list"><li><a href=paths::ACCOUNT>"Your account"</a></li></ul>
                <ThemeChoice theme=use_page().theme/>
                <form method="post" action=api::session::SignOut::PATH>
                    <button type="submit" class="button button-wide">"Sign out"</button>
                </form>
            </div>
        </details>
    }
}

/// The name, or the user name of who gave none.
pub(crate) fn shown_name(session: &SessionView) -> &str {
    if session.name.trim().is_empty() { &session.username } else { &session.name }
}

/// One or two letters: of the first and last word of the name, or the first two of the only one. The style sheet makes
/// them large.
fn initials(session: &SessionView) -> String {
    let words: Vec<&str> =
        shown_name(session).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => only.chars().take(2).collect(),
        [first, .., last] => first.chars().take(1).chain(last.chars().take(1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::UserId;

    fn named(name: &str) -> SessionView {
        SessionView {
            user_id: UserId::from_bytes([1; 12]),
            username: "ad.min".into(),
            name: name.into(),
            email: "a@b.c".into(),
            platform_admin: false,
            platform: None,
            organizations: Vec::new(),
        }
    }

    #[test]
    fn initials_come_from_the_first_and_last_word() {
        for (name, letters) in
            [("Ada King Lovelace", "AL"), ("admin", "ad"), ("  ", "am"), ("ß", "ß"), ("Zoë-Ann", "ZA")]
        {
            assert_eq!(initials(&named(name)), letters, "{name}");
        }
    }
}
