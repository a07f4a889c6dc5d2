//! One's own account: who one is, the password, the sessions.

mod agent;
mod sessions;

use api::{
    Problem,
    account::{ChangePassword, SetOwnName, list_sessions},
    session::SessionView,
};
use leptos::prelude::*;

use self::sessions::Sessions;
use crate::{
    address::use_query,
    components::{
        button::SubmitButton,
        copyable::CopyableId,
        error_summary::ErrorSummary,
        fact::Fact,
        field::{Switch, TextField, Typed},
        heading::{Heading, PageTitle},
    },
    forms::{Form, PostForm},
    page::page,
    session::use_session,
};

#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let (session, query) = (use_session(), use_query());
    let content = async move {
        let session = session.await?.ok_or_else(Problem::unauthenticated)?;
        let sessions = list_sessions().await?;
        Ok(view! {
            <Heading>"Your account"</Heading>
            <div class="columns columns-even">
                <About session/>
                <Password/>
            </div>
            <Sessions sessions query/>
        }
        .into_any())
    };
    view! {
        <PageTitle words="Your account"/>
        {page(content)}
    }
}

#[component]
fn About(session: SessionView) -> impl IntoView {
    let organizations = session.organizations.iter().filter(|each| !each.roles.is_empty());
    let held = organizations.map(|each| {
        let roles = each.roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!("{roles} in {}", each.organization.display_name)
    });
    let mut held: Vec<String> = held.collect();
    if session.platform_admin {
        held.insert(0, "Platform admin".to_owned());
    }
    let held = if held.is_empty() { "None: ask an admin for a role.".to_owned() } else { held.join("\n") };
    let form = Form::of::<SetOwnName>();
    view! {
        <section class="card">
            <h2>"Who you are"</h2>
            <ErrorSummary form=form.clone()/>
            <PostForm form=form.clone()>
                <TextField
                    form
                    name="name"
                    label="Name"
                    typed=Typed::PersonName
                    hint="What people call you. You sign in with your user name or your e-mail."
                    value=session.name
                />
                <SubmitButton words="Save name"/>
            </PostForm>
            <dl class="facts">
                <Fact term="User name"><code>{session.username}</code></Fact>
                <Fact term="E-mail">{session.email}</Fact>
                <Fact term="Id"><CopyableId id=session.user_id.to_string() what="your id"/></Fact>
                <Fact term="Roles">{held}</Fact>
            </dl>
        </section>
    }
}

#[component]
fn Password() -> impl IntoView {
    let form = Form::of::<ChangePassword>();
    view! {
        <section class="card">
            <h2>"Change the password"</h2>
            <ErrorSummary form=form.clone()/>
            <PostForm form=form.clone()>
                <TextField form=form.clone() name="current_password" label="Current password" typed=Typed::Password/>
                <TextField
                    form=form.clone()
                    name="password"
                    label="New password"
                    typed=Typed::NewPassword
                    hint="8 to 128 characters of any kind; a sentence is fine. Not one of those that are guessed first."
                />
                <Switch
                    form
                    name="end_others"
                    label="End all other sessions"
                    hint="Whoever is signed in as you elsewhere is signed out."
                    on=true
                />
                <SubmitButton words="Change password"/>
            </PostForm>
        </section>
    }
}
