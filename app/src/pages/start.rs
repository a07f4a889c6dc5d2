//! The start page: what Herald is for here, and the first steps.

use api::{
    Problem, paths,
    session::{Membership, SessionView},
};
use leptos::{either::Either, prelude::*};

use crate::{
    components::heading::{Heading, PageTitle},
    page::page,
    session::use_session,
};

#[component]
pub(crate) fn StartPage() -> impl IntoView {
    let session = use_session();
    let content = async move {
        let session = session.await?.ok_or_else(Problem::unauthenticated)?;
        Ok(view! { <Greeting session/> }.into_any())
    };
    view! {
        <PageTitle words="Start"/>
        {page(content)}
    }
}

#[component]
fn Greeting(session: SessionView) -> impl IntoView {
    let name = if session.name.is_empty() { session.username } else { session.name };
    let steps = session.organizations.into_iter().next().map(|own| {
        if own.admin {
            Either::Left(view! { <AdminSteps own/> })
        } else {
            Either::Right(view! { <MemberSteps own/> })
        }
    });
    view! {
        <Heading>"Hello, "{name}</Heading>
        <p class="lead">
            "Herald tells other systems what happened to your organization's users: when one is created, disabled or \
             removed from a group, every webhook of that type gets a signed POST, and you see each attempt."
        </p>
        {steps}
    }
}

#[component]
fn AdminSteps(own: Membership) -> impl IntoView {
    let id = own.organization.id;
    view! {
        <section class="card">
            <h2>"From here to the first delivery"</h2>
            <ol class="steps">
                <li>
                    <p>"Start something that receives. To try it on this machine:"</p>
                    <pre class="code"><code>"herald receive --listen 127.0.0.1:9000"</code></pre>
                </li>
                <li>
                    <p>
                        <a href=paths::new_webhook(id)>"Add a webhook"</a>
                        " of the type USER_DISABLED with the URL "<code>"http://127.0.0.1:9000/"</code>"."
                    </p>
                </li>
                <li>
                    <p>
                        <a href=paths::new_user(id)>"Create a user"</a>" to try it with, then disable them in "
                        <a href=paths::users(id)>"Users"</a>"."
                    </p>
                </li>
                <li>
                    <p>
                        "The receiver prints the request at once. Under "<a href=paths::webhooks(id)>"Webhooks"</a>
                        ", the webhook's page shows the delivery: whether it arrived and, if not, why."
                    </p>
                </li>
            </ol>
        </section>
    }
}

#[component]
fn MemberSteps(own: Membership) -> impl IntoView {
    let id = own.organization.id;
    let name = own.organization.display_name;
    if own.manages_users {
        return Either::Left(view! {
            <section class="card">
                <h2>"What you can do in "{name}</h2>
                <ul class="steps">
                    <li><p><a href=paths::new_user(id)>"Create a user"</a>", with a password to sign in with."</p></li>
                    <li><p>"Disable and enable users in "<a href=paths::users(id)>"Users"</a>"."</p></li>
                </ul>
                <p class="hint">"Webhooks are for admins. One of them can add you to a group with the role org:admin."</p>
            </section>
        });
    }
    Either::Right(view! {
        <section class="card">
            <h2>"You are a member of "{name}</h2>
            <p>
                "There is nothing for you to do here now. To manage users or webhooks, ask an admin to add you to a group \
                 with the role org:users or org:admin."
            </p>
            <p class="actions"><a class="button" href=paths::organization(id)>"See the organization"</a></p>
        </section>
    })
}
