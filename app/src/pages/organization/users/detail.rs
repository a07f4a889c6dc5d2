//! A user's page: who they are, what they are in, and what can be done.

use api::{
    Problem, paths,
    session::{Membership, SessionView},
    users::{DeleteUser, EndUserSessions, SetUserActive, UserGroup, UserPlace, UserView, read_user},
};
use domain::{OrgUser, OrganizationId};
use leptos::{either::Either, prelude::*};

use super::{
    change::{Asked, ChangeModal, shown_name},
    reset::{Reset, ResetModal},
    rights::{AdminModal, Rights},
    table::license,
};
use crate::{
    address::{Query, use_query},
    components::{
        breadcrumb::Breadcrumb,
        confirm::{ANSWER, ASK, AskButton, Confirm, asked_by},
        copyable::CopyableId,
        error_summary::ErrorSummary,
        fact::Fact,
        fires::{fires_words, fires_words_times},
        heading::{Heading, PageTitle},
        moment::Moment,
        roles::Roles,
        status::UserStatus,
    },
    forms::{Form, hidden_inputs},
    page::page,
    pages::organization::{Tab, steps_to},
    session::{Need, admit, use_place, use_session},
};

const DELETE: &str = "delete";
const END_SESSIONS: &str = "end-sessions";
pub(super) const RESET: &str = "reset-password";
pub(super) const ADMIN: &str = "platform-admin";

/// Who looks, and what they may do with this user.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) admin: bool,
    pub(super) platform_admin: bool,
    /// Whether the page is about themself.
    pub(super) own: bool,
}

impl Visitor {
    fn of(session: &SessionView, membership: &Membership, user: &OrgUser) -> Self {
        let (admin, platform_admin) = (membership.admin, session.platform_admin);
        Self { admin, platform_admin, own: session.user_id == user.id }
    }

    /// A platform admin is changed by their like only.
    fn may_change(&self, user: &OrgUser) -> bool {
        self.platform_admin || !user.admin
    }
}

#[component]
pub(crate) fn UserPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    let content = async move {
        let session = session.await?.ok_or_else(Problem::unauthenticated)?;
        let membership = admit(Ok(Some(session.clone())), place.organization, Need::ManageUsers)?;
        let user = place.user.ok_or_else(|| Problem::not_found("user"))?;
        let view = read_user(membership.organization.id, user).await?;
        let visitor = Visitor::of(&session, &membership, &view.user);
        Ok(view! { <UserDetail organization=membership.organization.id visitor view query/> }.into_any())
    };
    page(content)
}

#[component]
fn UserDetail(organization: OrganizationId, visitor: Visitor, view: UserView, query: Query) -> impl IntoView {
    let user = view.user.clone();
    let path = paths::user(organization, user.id);
    let changes = visitor.may_change(&user);
    let name = shown_name(&user).to_owned();
    view! {
        <PageTitle words=format!("{name} · Users")/>
        <Breadcrumb steps=steps_to(Tab::Users, organization)/>
        <div class="title-row">
            <Heading>{name}</Heading>
            <UserStatus active=user.active/>
            <div class="title-actions">
                {changes.then(|| view! { <Actions user=user.clone() path=path.clone() visitor=visitor.clone()/> })}
            </div>
        </div>
        <Errors query=query.clone()/>
        <Reset user=user.clone()/>
        <div class="columns">
            <Groups organization groups=view.groups.clone()/>
            <aside>
                <section class="card"><Facts user=user.clone()/></section>
                {visitor.platform_admin.then(|| {
                    view! { <Rights organization user=user.clone() path=path.clone()/> }
                })}
            </aside>
        </div>
        {changes.then(|| view! { <Question organization visitor view query path/> })}
    }
}

/// What was refused, where no question is open that says so itself.
#[component]
fn Errors(query: Query) -> impl IntoView {
    let asks = query.has(ASK) || query.has("disable") || query.has("enable");
    (!asks).then(|| {
        view! {
            <ErrorSummary form={Form::of::<SetUserActive>()}/>
            <ErrorSummary form={Form::of::<DeleteUser>()}/>
            <ErrorSummary form={Form::of::<EndUserSessions>()}/>
        }
    })
}

#[component]
fn Actions(user: OrgUser, path: String, visitor: Visitor) -> impl IntoView {
    let (param, words) = if user.active { ("disable", "Disable") } else { ("enable", "Enable") };
    view! {
        <form method="get" action=path.clone()>
            <button type="submit" class="button" name=param value=user.id.to_string()>{words}</button>
        </form>
        <AskButton path=path.clone() asks=END_SESSIONS words="End sessions"/>
        {visitor.admin.then(|| {
            view! {
                <AskButton path=path.clone() asks=RESET words="Reset password"/>
                <AskButton path asks=DELETE words="Delete user" delete=true/>
            }
        })}
    }
}

#[component]
fn Facts(user: OrgUser) -> impl IntoView {
    let last = match user.last_login {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(view! { <span class="quiet">"never"</span> }),
    };
    view! {
        <dl class="facts">
            <Fact term="User name"><code>{user.username}</code></Fact>
            <Fact term="E-mail">{user.email}</Fact>
            <Fact term="Id"><CopyableId id=user.id.to_string() what="the user's id"/></Fact>
            <Fact term="License">{license(user.license_status)}</Fact>
            {user.admin.then(|| view! { <Fact term="Platform">"Platform admin"</Fact> })}
            <Fact term="Last log in">{last}</Fact>
            <Fact term="Created"><Moment at=user.created_at/></Fact>
        </dl>
    }
}

#[component]
fn Groups(organization: OrganizationId, groups: Vec<UserGroup>) -> impl IntoView {
    let row = |group: UserGroup| {
        let elsewhere = (group.organization.id != organization).then_some(group.organization.display_name);
        view! {
            <tr>
                <td class="strong">
                    <a href=paths::group(group.organization.id, group.id)>{group.name}</a>
                    {elsewhere.map(|name| view! { <span class="quiet cell-extra">"of "{name}</span> })}
                </td>
                <td><Roles roles=group.roles/></td>
            </tr>
        }
    };
    let list = if groups.is_empty() {
        Either::Left(view! { <p class="quiet">"In no group, so without any role."</p> })
    } else {
        Either::Right(view! {
            <div class="table-scroll" role="region" aria-label="Groups" tabindex="0">
                <table class="table">
                    <thead><tr><th scope="col">"Group"</th><th scope="col">"Roles"</th></tr></thead>
                    <tbody>{groups.into_iter().map(row).collect::<Vec<_>>()}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <section>
            <h2 class="column-title">"Groups"</h2>
            {list}
        </section>
    }
}

/// The question that the address asks, if it asks one.
#[component]
fn Question(
    organization: OrganizationId,
    visitor: Visitor,
    view: UserView,
    query: Query,
    path: String,
) -> impl IntoView {
    let user = view.user.clone();
    if let Some(asked) = Asked::of(&query).filter(|asked| asked.changes(&user)) {
        let fires = view.disable_fires;
        let to = UserPlace::User;
        return view! { <ChangeModal user fires organization asked back=path to/> }.into_any();
    }
    match query.first(ASK) {
        END_SESSIONS => view! { <EndSessionsModal organization user path/> }.into_any(),
        DELETE if visitor.admin => view! { <DeleteModal organization view path/> }.into_any(),
        RESET if visitor.admin => view! { <ResetModal organization user own=visitor.own path/> }.into_any(),
        ADMIN if visitor.platform_admin => view! { <AdminModal organization user path/> }.into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn EndSessionsModal(organization: OrganizationId, user: OrgUser, path: String) -> impl IntoView {
    view! {
        <Confirm
            form={Form::of::<EndUserSessions>()}
            title=format!("End all sessions of {}?", user.username)
            back=path
            asked_by=asked_by(END_SESSIONS)
            fields=about(organization, &user)
            button="End sessions"
        >
            <p>"They are signed out everywhere at once, and can sign in again. Their API keys go on working."</p>
        </Confirm>
    }
}

#[component]
fn DeleteModal(organization: OrganizationId, view: UserView, path: String) -> impl IntoView {
    let UserView { user, groups, disable_fires, removal_fires } = view;
    let name = shown_name(&user).to_owned();
    let here = groups.iter().filter(|group| group.organization.id == organization).count();
    view! {
        <Confirm
            form={Form::of::<DeleteUser>()}
            title=format!("Delete {}?", user.username)
            back=path
            asked_by=asked_by(DELETE)
            fields=about(organization, &user)
            button="Delete user"
        >
            <p>
                {name}" ("{user.email.clone()}") is gone for good, with their sessions and API \
                 keys. The audit log and what was sent stay until their retention ends."
            </p>
            <dl class="facts">
                {user.active.then(|| view! { <Fact term="Is disabled">{fires_words(&disable_fires)}</Fact> })}
                {(here > 0).then(|| {
                    let words = fires_words_times(&removal_fires, here);
                    view! { <Fact term="Leaves groups">{words}</Fact> }
                })}
            </dl>
            <div class="choice">
                <input type="checkbox" id="purge" name="purge" value="true" form=ANSWER aria-describedby="purge-hint"/>
                <div>
                    <label class="strong" r#for="purge">"Purge what is stored about them"</label>
                    <p class="hint" id="purge-hint">
                        "It is overwritten in what was sent and answered, too. What is pending is sent first; what is held is cancelled."
                    </p>
                </div>
            </div>
        </Confirm>
    }
}

/// What every form about a user sends.
pub(super) fn about(organization: OrganizationId, user: &OrgUser) -> Vec<(&'static str, String)> {
    vec![("organization_id", organization.to_string()), ("user_id", user.id.to_string())]
}

/// The same as inputs.
pub(super) fn about_inputs(organization: OrganizationId, user: &OrgUser) -> impl IntoView + use<> {
    let fields = about(organization, user).into_iter().map(|(name, value)| (name.to_owned(), value));
    hidden_inputs(fields.collect())
}
