//! The start page: what needs somebody, what waits, what happened last, and the first steps where nothing did yet.

mod overview;
mod steps;

use api::{
    Problem, paths,
    session::{Membership, SessionView},
    start::{Overview, read_start},
};
use leptos::{either::Either, prelude::*};

use self::{
    overview::OverviewCards,
    steps::{AdminSteps, MemberSteps},
};
use crate::{
    components::{
        heading::{Heading, PageTitle},
        states::Failed,
    },
    page::page,
    session::use_session,
};

#[component]
pub(crate) fn StartPage() -> impl IntoView {
    let session = use_session();
    let content = async move {
        let session = session.await?.ok_or_else(Problem::unauthenticated)?;
        let own = session.organizations.first().cloned();
        let overview = match own.as_ref().filter(|own| own.admin) {
            Some(own) => Some(read_start(own.organization.id).await),
            None => None,
        };
        Ok(view! { <Whole session own overview/> }.into_any())
    };
    view! {
        <PageTitle words="Start"/>
        {page(content)}
    }
}

#[component]
fn Whole(
    session: SessionView,
    own: Option<Membership>,
    /// For an admin.
    overview: Option<Result<Overview, Problem>>,
) -> impl IntoView {
    let name = if session.name.is_empty() { session.username } else { session.name };
    let content = own.map(|own| match overview {
        Some(overview) => Either::Left(view! { <ForAdmin own overview/> }),
        None => Either::Right(view! { <Lead/><MemberSteps own/> }),
    });
    view! {
        <Heading>"Hello, "{name}</Heading>
        {content}
    }
}

#[component]
fn ForAdmin(own: Membership, overview: Result<Overview, Problem>) -> impl IntoView {
    let organization = own.organization.id;
    match overview {
        Err(problem) => Either::Left(view! { <Failed what="What became of deliveries" problem/> }),
        Ok(overview) if is_new(&overview) => {
            Either::Right(Either::Left(view! { <Lead/><AdminSteps organization overview/> }))
        }
        Ok(overview) => Either::Right(Either::Right(view! {
            <p class="lead">
                {own.organization.display_name.clone()}" has "
                <a href=paths::webhooks(organization)>{webhooks_words(overview.webhooks)}</a>"."
            </p>
            <OverviewCards organization overview/>
        })),
    }
}

#[component]
fn Lead() -> impl IntoView {
    view! {
        <p class="lead">
            "Herald tells other systems what happened to your organization's users: when one is created, disabled or \
             removed from a group, every webhook of that type gets a signed POST, and you see each attempt."
        </p>
    }
}

/// Nothing was ever to be sent, or there is nobody to send it to.
fn is_new(overview: &Overview) -> bool {
    let nothing_yet = overview.events.iter().all(|event| event.told == 0)
        && overview.failed.is_empty()
        && overview.waiting.is_empty();
    overview.webhooks == 0 || nothing_yet && !overview.has_delivered
}

fn webhooks_words(count: u32) -> String {
    if count == 1 { "1 webhook".to_owned() } else { format!("{count} webhooks") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_steps_stay_until_something_was_delivered() {
        assert!(is_new(&Overview::default()));
        assert!(is_new(&Overview { webhooks: 1, ..Overview::default() }));
        assert!(!is_new(&Overview { webhooks: 1, has_delivered: true, ..Overview::default() }));
        assert!(is_new(&Overview { webhooks: 0, has_delivered: true, ..Overview::default() }));
    }
}
