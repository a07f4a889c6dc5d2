//! The pages for what cannot be shown: not signed in, not allowed, not there, broken. Each says what to do next.

use api::{Code, Problem, paths};
use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::{
    address::{address, here},
    components::heading::{Heading, PageTitle},
    request::use_page,
};

/// What stands in place of a page.
pub(crate) fn refused(problem: Problem) -> AnyView {
    if problem.code == Code::Unauthenticated {
        return view! { <SignInFirst/> }.into_any();
    }
    (use_page().set_status)(problem.status);
    view! { <Refused problem/> }.into_any()
}

/// The page for an address that leads nowhere.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    refused(Problem::not_found("page"))
}

/// Sends a visitor to the sign-in page and back here afterwards.
#[component]
fn SignInFirst() -> impl IntoView {
    let here = here();
    let back = if here == paths::START { "" } else { &here };
    let to = address(paths::SIGN_IN, [("to", back)]);
    view! { <Redirect path=to/> }
}

#[component]
fn Refused(problem: Problem) -> impl IntoView {
    let (title, advice) = words(problem.code);
    let retry = matches!(problem.code, Code::Unavailable | Code::Internal | Code::RateLimited);
    view! {
        <PageTitle words=title/>
        <section class="refused">
            <p class="refused-status">{problem.status.to_string()}</p>
            <Heading>{title}</Heading>
            <p>{problem.detail}</p>
            <p>{advice}</p>
            <p class="actions">
                {retry.then(|| view! { <a class="button button-primary" href=here() rel="external">"Try again"</a> })}
                <a class="button" href=paths::START>"Go to the start page"</a>
            </p>
        </section>
    }
}

const fn words(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::Forbidden => (
            "You may not see this page",
            "It is for those who hold the right role in the organization: org:admin for webhooks and the audit log, \
             org:users for users and groups. An admin can add you to a group with that role. The platform's pages are \
             for platform admins.",
        ),
        Code::NotFound => (
            "This is not here",
            "Check the address. What it named may have been deleted, or it belongs to an organization that you do not \
             see.",
        ),
        Code::RateLimited => ("Too many requests", "Wait a minute, then try again."),
        _ => (
            "Something went wrong",
            "Nothing was changed by looking at this page. Try again in a moment; if it stays, tell whoever runs Herald.",
        ),
    }
}
