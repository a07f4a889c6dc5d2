//! How many deliveries have come since the list was loaded.

use api::deliveries::{DeliveryFilter, count_newer};
use domain::{DeliveryId, Scope, WebhookId, limits::NEWER_COUNTED_MAX};
use leptos::prelude::*;

use super::{
    news::{News, NewsBar, follow},
    polling::Heard,
};

/// `than` is the newest delivery of the list; `to` loads the list anew.
#[island]
pub(crate) fn Live(
    scope: Scope,
    webhook: WebhookId,
    filter: DeliveryFilter,
    than: Option<DeliveryId>,
    to: String,
) -> impl IntoView {
    let news = follow(move || {
        let asked = count_newer(scope, webhook, filter.clone(), than);
        async move { Ok((counted(asked.await?), Heard::Answer)) }
    });
    view! { <NewsBar news to nothing="Watching for new deliveries."/> }
}

fn counted(count: u32) -> News {
    match count {
        0 => News::Nothing,
        NEWER_COUNTED_MAX.. => News::Something(format!("{NEWER_COUNTED_MAX} or more new")),
        count => News::Something(format!("{count} new")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_counted_up_to_a_bound() {
        let words = |words: &str| News::Something(words.to_owned());
        assert_eq!(counted(12), words("12 new"));
        assert_eq!(counted(100), words("100 or more new"));
        assert_eq!(counted(0), News::Nothing);
    }
}
