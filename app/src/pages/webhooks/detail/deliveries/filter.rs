//! Which deliveries the address asks for.

use api::deliveries::DeliveryFilter;
use domain::{DeliveryState, EventType, Timestamp};
use leptos::prelude::*;

use crate::address::{Query, address};

/// As it stands in the address: what cannot be read does not count, and is not shown either.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    status: Option<DeliveryState>,
    event_type: Option<EventType>,
    from: Option<Minute>,
    to: Option<Minute>,
}

impl Filter {
    pub(super) fn of(query: &Query) -> Self {
        Self {
            status: query.first("status").parse().ok(),
            event_type: query.first("type").parse().ok(),
            from: Minute::parse(query.first("from")),
            to: Minute::parse(query.first("to")),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn asked(&self) -> DeliveryFilter {
        DeliveryFilter {
            status: self.status,
            event_type: self.event_type,
            from: self.from.as_ref().map(|minute| minute.at),
            to: self.to.as_ref().map(|minute| minute.at),
        }
    }

    pub(super) fn status(&self) -> Option<DeliveryState> {
        self.status
    }

    pub(super) fn has_times(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Whether it asks for another type than the webhook's, so that it finds nothing.
    pub(super) fn is_for_another(&self, event_type: EventType) -> bool {
        self.event_type.is_some_and(|asked| asked != event_type)
    }

    /// A path with this filter and more.
    pub(super) fn address_with(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = self.pairs();
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        address(path, own.chain(more.iter().copied()))
    }

    fn pairs(&self) -> [(&'static str, String); 4] {
        let minute =
            |minute: &Option<Minute>| minute.as_ref().map_or_else(String::new, |minute| minute.text.clone());
        [
            ("status", self.status.map_or_else(String::new, |status| status.to_string())),
            ("type", self.event_type.map_or_else(String::new, |event_type| event_type.to_string())),
            ("from", minute(&self.from)),
            ("to", minute(&self.to)),
        ]
    }
}

/// A time as browsers ask for it, `2026-11-24T14:02`, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Minute {
    text: String,
    at: Timestamp,
}

impl Minute {
    fn parse(text: &str) -> Option<Self> {
        // Some browsers write the seconds too.
        let whole =
            if text.len() == "2026-11-24T14:02".len() { format!("{text}:00Z") } else { format!("{text}Z") };
        let at = whole.parse().ok()?;
        Some(Self { text: text.to_owned(), at })
    }
}

#[component]
pub(super) fn Filters(path: String, filter: Filter) -> impl IntoView {
    let option = |state: DeliveryState| {
        let selected = filter.status == Some(state);
        view! { <option value=state.as_str() selected=selected>{format!("Status: {state}")}</option> }
    };
    let [_, (_, event_type), (_, from), (_, to)] = filter.pairs();
    let event_type = (!event_type.is_empty()).then(|| {
        view! { <input type="hidden" name="type" value=event_type/> }
    });
    let clear = (!filter.is_empty()).then(|| path.clone());
    view! {
        <form class="query-form" role="search" method="get" action=path>
            {event_type}
            <select class="input" name="status" aria-label="Filter by status">
                <option value="">"Status: any"</option>
                {DeliveryState::ALL.map(option)}
            </select>
            <label class="query-time">
                <span>"From"</span>
                <input class="input" type="datetime-local" name="from" value=from aria-label="From, in UTC"/>
            </label>
            <label class="query-time">
                <span>"to"</span>
                <input class="input" type="datetime-local" name="to" value=to aria-label="To, in UTC"/>
                <span>"UTC"</span>
            </label>
            <button type="submit" class="button">"Filter"</button>
            {clear.map(|path| view! { <a class="button button-plain" href=path>"Clear filters"</a> })}
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_again() {
        let filter = Filter::of(&Query::parse("status=failed&from=2026-11-24T14:02&to=nonsense&cursor=x"));
        let asked = filter.asked();
        assert_eq!((asked.status, asked.to), (Some(DeliveryState::Failed), None));
        assert_eq!(asked.from.map(|at| at.to_string()).as_deref(), Some("2026-11-24T14:02:00.000Z"));
        let written = filter.address_with("/d", &[("job", "1")]);
        assert_eq!(written, "/d?status=failed&from=2026-11-24T14%3A02&job=1");
        assert!(Filter::of(&Query::parse("status=odd")).is_empty());
        assert!(Minute::parse("2026-11-24T14:02:07").is_some() && Minute::parse("").is_none());
    }
}
