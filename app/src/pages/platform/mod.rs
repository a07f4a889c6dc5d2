//! The platform's pages, for platform admins: organizations, and webhooks that fire for every one of them.

pub(super) mod new_webhook;
pub(super) mod organizations;
pub(super) mod webhooks;

use api::{Problem, paths, session::SessionView};
use leptos::prelude::*;

use crate::components::{
    heading::Heading,
    tabs::{TabLink, Tabs},
};

/// Who may see these pages: in this order 401, 403.
fn admit(session: Result<Option<SessionView>, Problem>) -> Result<SessionView, Problem> {
    let session = session?.ok_or_else(Problem::unauthenticated)?;
    if session.platform_admin { Ok(session) } else { Err(Problem::forbidden()) }
}

/// The heading and the tabs with the content of one.
#[component]
fn Platform(
    /// The address of the open tab.
    tab: &'static str,
    children: Children,
) -> impl IntoView {
    let tabs = [("Organizations", paths::PLATFORM), ("Platform webhooks", paths::PLATFORM_WEBHOOKS)];
    let tabs = tabs.map(|(words, to)| TabLink { words, to: to.to_owned(), is_open: to == tab });
    view! {
        <Heading>"Platform"</Heading>
        <Tabs label="Platform" tabs=tabs.into()/>
        {children()}
    }
}
