//! A delivery for a URL, for tests that send without a store.

use domain::{CustomHeaders, Id, Secret, Timestamp, Trigger};
use server::delivery::{Due, Route};

pub(crate) fn job(url: &str) -> (Route, Due) {
    let secret = Secret::from_bytes(&[1; 32]).unwrap();
    let route =
        Route::new(1, Id::from_bytes([1; 12]), url.to_owned(), secret, None, CustomHeaders::default());
    let due = Due {
        key: 1,
        id: Id::from_bytes([2; 12]),
        event_id: Id::from_bytes([3; 12]),
        event_time: Timestamp::from_unix_ms(1_795_528_900_001),
        sequence: Some(1),
        attempts: 0,
        schedule_from: 0,
        trigger: Trigger::Scheduled,
        head: r#"{"type":"USER_LOGIN""#.into(),
        payload: r#"{"username":"demo"}"#.into(),
    };
    (route, due)
}
