//! The platform's pages, for platform admins: organizations, and webhooks that fire for every one of them.

pub(super) mod organizations;

use api::paths;
use domain::Scope;
use leptos::prelude::*;

use crate::components::{
    heading::Heading,
    tabs::{TabLink, Tabs},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlatformTab {
    Organizations,
    Webhooks,
}

impl PlatformTab {
    const ALL: [Self; 2] = [Self::Organizations, Self::Webhooks];

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Organizations => "Organizations",
            Self::Webhooks => "Platform webhooks",
        }
    }

    fn address(self) -> String {
        match self {
            Self::Organizations => paths::PLATFORM.to_owned(),
            Self::Webhooks => paths::webhooks(Scope::Platform),
        }
    }
}

/// The way from a page below a tab back to it.
pub(super) fn steps_to(tab: PlatformTab) -> Vec<(String, String)> {
    vec![("Platform".to_owned(), paths::PLATFORM.to_owned()), (tab.words().to_owned(), tab.address())]
}

/// The heading and the tabs with the content of one.
#[component]
pub(super) fn Platform(tab: PlatformTab, children: Children) -> impl IntoView {
    let tabs = PlatformTab::ALL;
    let tabs = tabs.map(|each| TabLink { words: each.words(), to: each.address(), is_open: each == tab });
    view! {
        <Heading>"Platform"</Heading>
        <Tabs label="Platform" tabs=tabs.into()/>
        {children()}
    }
}
