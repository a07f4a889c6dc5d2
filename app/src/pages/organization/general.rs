//! The General tab.

use api::organizations::{OrganizationView, SetSeats, read_allowed_targets, read_organization};
use domain::{Organization, Seats};
use leptos::prelude::*;

use super::{Settings, Tab, tab_failed, targets::TargetsCard};
use crate::{
    components::{
        button::SubmitButton,
        copyable::CopyableId,
        error_summary::ErrorSummary,
        fact::Fact,
        field::{TextField, Typed},
        heading::PageTitle,
        moment::Moment,
        stored::{Stored, StoredNow},
    },
    forms::{Form, PostForm, VersionInput},
    page::page,
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn GeneralPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    let content = async move {
        let session = session.await;
        let platform_admin = matches!(&session, Ok(Some(session)) if session.platform_admin);
        let membership = admit(session, place.organization, Need::See)?;
        let organization = membership.organization.id;
        let targets = if platform_admin { Some(read_allowed_targets(organization).await?) } else { None };
        match read_organization(organization).await {
            Ok(facts) => Ok(view! {
                <Settings tab=Tab::General membership>
                    <Facts facts=facts.clone()/>
                    {targets.map(|targets| {
                        view! {
                            <SeatsCard facts/>
                            <TargetsCard organization targets/>
                        }
                    })}
                </Settings>
            }
            .into_any()),
            Err(problem) => tab_failed(Tab::General, membership, problem),
        }
    };
    view! {
        <PageTitle words="General · Organization settings"/>
        {page(content)}
    }
}

#[component]
fn Facts(facts: OrganizationView) -> impl IntoView {
    let Organization { id, name, display_name, .. } = facts.organization;
    let api_name =
        (name != display_name).then(|| view! { <Fact term="Name in the API"><code>{name}</code></Fact> });
    view! {
        <dl class="facts card">
            <Fact term="Name">{display_name}</Fact>
            {api_name}
            <Fact term="Id"><CopyableId id=id.to_string() what="the organization's id"/></Fact>
            <Fact term="Created"><Moment at=facts.created_at/></Fact>
            {facts.seats.map(|seats| view! { <Fact term="Seats">{seat_words(seats)}</Fact> })}
        </dl>
    }
}

/// How many users may be active, for platform admins.
#[component]
fn SeatsCard(facts: OrganizationView) -> impl IntoView {
    let form = Form::of::<SetSeats>();
    let limit = facts.seats.and_then(|seats| seats.seats).map(|limit| limit.to_string()).unwrap_or_default();
    let stored = vec![Stored::text(&form, "seats", "Seats", &limit)];
    view! {
        <StoredNow form=form.clone() stored/>
        <section class="card">
            <h2>"Change the seats"</h2>
            <ErrorSummary form=form.clone()/>
            <div class="inline-form">
                <PostForm form=form.clone()>
                    <input type="hidden" name="organization_id" value=facts.organization.id.to_string()/>
                    <VersionInput form=form.clone() now=facts.seats_version/>
                    <TextField
                        form
                        name="seats"
                        label="Seats"
                        value=limit
                        typed=Typed::Number
                        optional=true
                        hint="Empty for no limit. Active users who are not complimentary take one each."
                    />
                    <SubmitButton words="Save seats"/>
                </PostForm>
            </div>
        </section>
    }
}

fn seat_words(seats: Seats) -> String {
    match (seats.seats, seats.remaining()) {
        (Some(limit), Some(0)) => {
            format!(
                "All {limit} are taken: a user must be disabled before another can sign in for the first time"
            )
        }
        (Some(limit), Some(free)) => format!("{} of {limit} taken, {free} free", seats.used_seats),
        _ => format!("{} taken, no limit", seats.used_seats),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_said_in_words() {
        let words = |seats, used_seats| seat_words(Seats { seats, used_seats });
        assert_eq!(words(Some(10), 4), "4 of 10 taken, 6 free");
        assert_eq!(words(None, 4), "4 taken, no limit");
        assert!(words(Some(4), 4).starts_with("All 4 are taken"));
    }
}
