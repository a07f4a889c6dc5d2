//! The first steps: from here to the first delivery, or what there is to do for who is no admin.

use api::{paths, session::Membership, start::Overview};
use domain::OrganizationId;
use leptos::{either::Either, prelude::*};

use crate::components::icon::Icon;

#[component]
pub(super) fn AdminSteps(organization: OrganizationId, overview: Overview) -> impl IntoView {
    let id = organization;
    view! {
        <section class="card" aria-labelledby="steps-title">
            <h2 id="steps-title">"From here to the first delivery"</h2>
            <ol class="steps">
                <li>
                    <p>"Start something that receives. To try it on this machine:"</p>
                    <pre class="code"><code>"herald receive --listen 127.0.0.1:9000"</code></pre>
                </li>
                <li>
                    <p>
                        <a href=paths::new_webhook(id)>"Make a webhook"</a>
                        " of the type USER_DISABLED with the URL "<code>"http://127.0.0.1:9000/"</code>"."
                        <Done is={overview.webhooks > 0}/>
                    </p>
                </li>
                <li>
                    <p>
                        <a href=paths::new_user(id)>"Make a test user"</a>" to try it with, then disable them in "
                        <a href=paths::users(id)>"Users"</a>"."
                        <Done is=overview.has_users/>
                    </p>
                </li>
                <li>
                    <p>
                        "Or send a test at once: the page of a webhook, under "<a href=paths::webhooks(id)>"Webhooks"</a>
                        ", has the button for it, and shows whether it arrived and, if not, why."
                    </p>
                </li>
            </ol>
        </section>
    }
}

#[component]
fn Done(is: bool) -> impl IntoView {
    is.then(|| {
        view! {
            <span class="steps-done">
                <span class=Icon::Check.class() aria-hidden="true"></span>
                "Done"
            </span>
        }
    })
}

#[component]
pub(super) fn MemberSteps(own: Membership) -> impl IntoView {
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
