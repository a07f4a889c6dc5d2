//! Sessions that ended by themselves leave no rows.

use std::time::Duration;

use domain::{
    Email, Name, UserName,
    limits::{SESSION_AGE_MAX, SESSION_IDLE_MAX},
};

use super::{NOW, TestStore};
use crate::store::{ActedBy, FirstAdmin, NewSession, Source};

#[tokio::test]
async fn those_that_nobody_came_back_for_are_removed_and_no_others() {
    let store = TestStore::open().await;
    let first = FirstAdmin {
        organization: Name::parse("parallelworks").expect("a name"),
        username: UserName::parse("admin").expect("a name"),
        email: Email::parse("a@b.c").expect("an address"),
        password_hash: "none".to_owned(),
    };
    let (_, user_id) = store.store.set_up(first, None, ActedBy::system()).await.expect("set up");
    for number in 1..=3 {
        let (address, user_agent) = (String::new(), String::new());
        let session = NewSession { token_hash: [number; 32], user_id, address, user_agent };
        store.store.log_in(session, Source::default()).await.expect("logged in");
    }
    let moment = Duration::from_secs(1);
    let seen = |number: u8, at: domain::Timestamp| {
        format!(
            "UPDATE sessions SET last_seen_at = {} WHERE token_hash = x'{}'",
            at.unix_ms(),
            format!("{number:02x}").repeat(32)
        )
    };
    // The second is in constant use, the third was used a moment after the first.
    store.execute(seen(2, NOW + SESSION_AGE_MAX)).await.expect("set");
    store.execute(seen(3, NOW + moment)).await.expect("set");
    for (now, left) in [
        (NOW + SESSION_IDLE_MAX - moment, 3),
        (NOW + SESSION_IDLE_MAX, 2),
        (NOW + SESSION_IDLE_MAX + moment, 1),
        (NOW + SESSION_AGE_MAX - moment, 1),
        (NOW + SESSION_AGE_MAX, 0),
    ] {
        store.store.remove_ended_sessions(now).await.expect("removed");
        assert_eq!(store.number("SELECT count(*) FROM sessions").await, left, "{now:?}");
    }
}
