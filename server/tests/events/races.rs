//! "First" and "once", decided inside the writing transaction: many at the same moment are one.

use domain::UserId;
use futures::future::join_all;
use serde_json::json;
use server::store::{ActedBy, ActiveChange, NewSession, Source};

use crate::{
    Told, kinds, sequence,
    support::{PASSWORD, Received},
};

const AT_ONCE: usize = 10;

fn of_type<'a>(requests: &'a [Received], event_type: &str) -> Vec<&'a Received> {
    requests.iter().filter(|request| crate::kind(request) == event_type).collect()
}

/// One `USER_CREATED`, before all the log ins.
fn assert_one_creation(requests: &[Received]) {
    let mut expected = vec!["USER_CREATED"];
    expected.resize(1 + AT_ONCE, "USER_LOGIN");
    assert_eq!(kinds(requests), expected);
    let sequences: Vec<i64> = requests.iter().map(sequence).collect();
    let first = sequences[0];
    assert_eq!(sequences, (first..).take(requests.len()).collect::<Vec<_>>());
}

#[tokio::test]
async fn ten_first_log_ins_at_once_create_the_user_once() {
    let told = Told::start().await;
    told.admin.create_user("newcomer").await;
    join_all((0..AT_ONCE).map(|_| told.admin.log_in("newcomer", PASSWORD))).await;
    let requests = told.next(1 + AT_ONCE).await;
    assert_one_creation(&requests);
    told.assert_nothing_after(requests.last().unwrap()).await;
}

/// Passwords are checked two at a time, so over HTTP hardly two log ins share a transaction; these do.
#[tokio::test]
async fn ten_first_log_ins_in_one_transaction_create_the_user_once() {
    let told = Told::start().await;
    let user_id: UserId = told.admin.create_user("newcomer").await["id"].as_str().unwrap().parse().unwrap();
    let sessions = (0..AT_ONCE).map(|n| new_session(n as u8, user_id));
    for logged_in in
        join_all(sessions.map(|session| told.herald.store.log_in(session, Source::default()))).await
    {
        logged_in.expect("it is a user");
    }
    let requests = told.next(1 + AT_ONCE).await;
    assert_one_creation(&requests);
    told.assert_nothing_after(requests.last().unwrap()).await;
}

#[tokio::test]
async fn ten_disablings_at_once_are_one_event() {
    let told = Told::start().await;
    let user = told.admin.create_user("leaver").await;
    let organization = told.admin.organization_id("parallelworks").await;
    let fields = [
        ("organization_id", organization.as_str()),
        ("user_id", user["id"].as_str().unwrap()),
        ("active", "false"),
    ];
    let disable = async |n: usize| {
        if n.is_multiple_of(2) {
            let path = "/api/organizations/parallelworks/users/leaver/active";
            assert_eq!(told.admin.put(path, json!({ "active": false })).await.status, 204);
        } else {
            assert_eq!(told.admin.call("users/set-active", &fields).await.status, 200);
        }
    };
    join_all((0..AT_ONCE).map(disable)).await;
    let requests = told.next(1).await;
    assert_eq!(of_type(&requests, "USER_DISABLED").len(), 1);
    told.assert_nothing_after(&requests[0]).await;
}

#[tokio::test]
async fn ten_removals_at_once_are_one_removal() {
    let told = Told::start().await;
    told.admin.create_user("member").await;
    told.admin.create_group("parallelworks", "Demo-Group", &[]).await;
    told.admin.add_member("parallelworks", "Demo-Group", "member").await;
    let remove = async |_| {
        let path = "/api/organizations/parallelworks/groups/Demo-Group/members";
        told.admin.delete(path, json!({ "username": "member" })).await.status
    };
    let mut statuses = join_all((0..AT_ONCE).map(remove)).await;
    statuses.sort_unstable();
    let mut expected = vec![204];
    expected.resize(AT_ONCE, 404);
    assert_eq!(statuses, expected);
    let requests = told.next(1).await;
    assert_eq!(of_type(&requests, "USER_REMOVED_FROM_GROUP").len(), 1);
    told.assert_nothing_after(&requests[0]).await;
}

#[tokio::test]
async fn a_log_in_and_a_disabling_at_once_leave_no_session_behind() {
    let told = Told::start().await;
    let user_id: UserId = told.admin.create_user("leaver").await["id"].as_str().unwrap().parse().unwrap();
    let organization = told.admin.organization_id("parallelworks").await.parse().unwrap();
    let session = |n| told.herald.store.log_in(new_session(n, user_id), Source::default());
    let change = ActiveChange { organization, user: user_id, active: false, by_platform_admin: true };
    let disable = told.herald.store.set_user_active(change, ActedBy::system());
    let (before, disabled, after) = tokio::join!(session(1), disable, session(2));
    assert!(before.is_ok() && disabled.is_ok());
    assert!(after.is_err(), "who is disabled cannot log in any more, in the same transaction neither");
    let requests = told.next(3).await;
    assert_eq!(kinds(&requests), ["USER_CREATED", "USER_LOGIN", "USER_DISABLED"]);
    for token_hash in [[1; 32], [2; 32]] {
        assert_eq!(told.herald.store.session_user(token_hash).await.unwrap(), None);
    }
    told.assert_nothing_after(requests.last().unwrap()).await;
}

fn new_session(number: u8, user_id: UserId) -> NewSession {
    let (address, user_agent) = ("127.0.0.1".to_owned(), "a test".to_owned());
    NewSession { token_hash: [number; 32], user_id, address, user_agent }
}
