//! Everything that has happened, as somebody reads it who was away.

use std::collections::BTreeMap;

use api::feed::{FeedFilter, read_feed};

use crate::{Outcome, Tenant};

/// From the oldest event on. A program would keep `next`, and go on from there the next time.
pub(crate) async fn read_all(tenant: &Tenant) -> Outcome {
    let (mut of_type, mut last, mut after) = (BTreeMap::new(), None, None);
    loop {
        let filter = FeedFilter::default();
        let page = tenant.herald.call(read_feed(tenant.organization, filter, after.clone(), Some(2))).await?;
        for event in page.events {
            if last.is_some_and(|last| event.sequence != last + 1) {
                return Err(format!("event {} does not follow {last:?}", event.sequence).into());
            }
            last = Some(event.sequence);
            *of_type.entry(event.event_type.to_string()).or_insert(0) += 1;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    println!("{}: the feed has {of_type:?}", tenant.name);
    // Three were published, each once, though they were sent twice.
    if of_type.get("USER_LOGIN") == Some(&3) { Ok(()) } else { Err("the feed has something else".into()) }
}
