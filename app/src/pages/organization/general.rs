//! The General tab.

use api::organizations::{OrganizationView, read_organization};
use domain::Seats;
use leptos::prelude::*;

use super::{Settings, Tab, tab_failed};
use crate::{
    components::{copyable::CopyableId, fact::Fact, heading::PageTitle, moment::Moment},
    page::page,
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn GeneralPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::See)?;
        match read_organization(membership.organization.id).await {
            Ok(facts) => {
                Ok(view! { <Settings tab=Tab::General membership><Facts facts/></Settings> }.into_any())
            }
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
    let id = facts.organization.id.to_string();
    view! {
        <dl class="facts card">
            <Fact term="Name">{facts.organization.display_name}</Fact>
            <Fact term="Id"><CopyableId id what="the organization's id"/></Fact>
            <Fact term="Created"><Moment at=facts.created_at/></Fact>
            {facts.seats.map(|seats| view! { <Fact term="Seats">{seat_words(seats)}</Fact> })}
        </dl>
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
