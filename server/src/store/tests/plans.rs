//! What the engine asks again and again costs the same however long the history is.

use api::deliveries::DeliveryFilter;
use domain::DeliveryState;

use super::{
    super::{
        audit_reads::{self, AuditFilter},
        completions::{UPDATE_DELIVERIES, UPDATE_WEBHOOKS},
        delivery_lists::{newer_sql, page_sql},
        delivery_views::AROUND,
        find::{BY_ID, FIND},
        job_steps::step_out_sql,
        jobs::{JobAction, RUNNING},
        lanes::{LANES, NEXT, WINDOW},
        matching::{ENDS, count_sql},
        retention::PRUNE_AUDIT,
        start::{FACTS, FAILED, RECENT, TROUBLED, WAITING},
        told::{TOLD, TOLD_SHOWN, WEBHOOKS},
    },
    TestStore,
};

/// The step that would read the whole table, if there is one. `SCAN lane` and the like are rows that were just found.
pub(super) fn full_scan(plan: &[String]) -> Option<&String> {
    let tables = ["deliveries", "d", "events", "e", "webhooks", "w"];
    plan.iter().find(|step| {
        let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        scanned.is_some_and(|name| tables.contains(&name))
    })
}

#[tokio::test]
async fn lanes_are_found_by_skipping_through_the_due_index() {
    let store = TestStore::open().await;
    let plan = store.plan(LANES).await;
    let searches: Vec<&String> = plan.iter().filter(|step| step.contains("SEARCH deliveries")).collect();
    assert_eq!(searches.len(), 3, "{plan:#?}");
    assert!(searches.iter().all(|step| step.contains("USING COVERING INDEX deliveries_due")), "{plan:#?}");
    assert_eq!(full_scan(&plan), None, "{plan:#?}");
}

#[tokio::test]
async fn a_window_is_read_off_the_due_index() {
    let store = TestStore::open().await;
    let plan = store.plan(WINDOW).await;
    assert!(
        plan.iter().any(|step| step
            .contains("deliveries USING COVERING INDEX deliveries_due (webhook_seq=? AND due_at<?)")),
        "{plan:#?}"
    );
    assert_eq!(full_scan(&plan), None, "{plan:#?}");
    // Sorting would read all that is pending for the webhook before the first row comes out.
    let sorted_before_limit =
        plan.iter().take_while(|step| !step.contains("SCAN due")).any(|s| s.contains("TEMP B-TREE"));
    assert!(!sorted_before_limit, "{plan:#?}");
}

#[tokio::test]
async fn what_is_too_old_in_the_audit_log_is_found_by_its_time() {
    let store = TestStore::open().await;
    let plan = store.plan(PRUNE_AUDIT).await;
    let found = "SEARCH audit_log USING COVERING INDEX audit_log_by_time (created_at<?)";
    assert!(plan.iter().any(|step| step == found), "{plan:#?}");
}

#[tokio::test]
async fn the_next_due_time_is_the_first_of_the_due_index() {
    let store = TestStore::open().await;
    assert_eq!(
        store.plan(NEXT).await,
        ["SEARCH deliveries USING COVERING INDEX deliveries_due (webhook_seq=? AND due_at>?)"]
    );
}

#[tokio::test]
async fn what_came_of_attempts_is_written_row_by_row() {
    let store = TestStore::open().await;
    for (sql, row, searched) in [
        (UPDATE_DELIVERIES, "(1,1,'delivered',NULL,1,0,'scheduled')", "SEARCH deliveries "),
        (UPDATE_WEBHOOKS, "(1,1,0,NULL)", "SEARCH webhooks "),
    ] {
        let plan = store.plan(&sql.replace("{rows}", &[row; 64].join(","))).await;
        assert!(plan.iter().any(|step| step.starts_with(searched)), "{plan:#?}");
        assert_eq!(full_scan(&plan), None, "{plan:#?}");
    }
}

/// Each state with the index that finds it and the columns that bound the search.
const BY_STATE: [(DeliveryState, &str); 5] = [
    (DeliveryState::Pending, "deliveries_due (webhook_seq=?)"),
    (DeliveryState::Held, "deliveries_held (webhook_seq=? AND seq<?)"),
    (DeliveryState::Failed, "deliveries_failed (webhook_seq=? AND seq<?)"),
    (DeliveryState::Cancelled, "deliveries_cancelled (webhook_seq=? AND seq<?)"),
    (DeliveryState::Delivered, "deliveries_of_webhook (webhook_seq=? AND seq<?)"),
];

#[tokio::test]
async fn a_page_of_deliveries_is_read_off_an_index_whatever_is_asked() {
    let store = TestStore::open().await;
    let all = (None, "deliveries_of_webhook (webhook_seq=? AND seq<?)");
    for (state, index) in BY_STATE.map(|(state, index)| (Some(state), index)).into_iter().chain([all]) {
        let plan =
            store.plan(&page_sql(&DeliveryFilter { status: state, ..DeliveryFilter::default() })).await;
        let searched =
            plan.iter().any(|step| step.starts_with("SEARCH deliveries USING") && step.ends_with(index));
        assert!(searched, "{index}: {plan:#?}");
        let until_page = plan.iter().take_while(|step| !step.contains("SCAN page"));
        let is_sorted_first = until_page.into_iter().any(|step| step.contains("TEMP B-TREE"));
        assert_eq!(is_sorted_first, state == Some(DeliveryState::Pending), "{plan:#?}");
        assert_eq!(full_scan(&plan), None, "{plan:#?}");
    }
}

#[tokio::test]
async fn what_is_newer_than_a_delivery_is_counted_from_it_on() {
    let store = TestStore::open().await;
    let all = (None, "deliveries_of_webhook (webhook_seq=? AND seq<?)");
    for (status, index) in BY_STATE.map(|(state, index)| (Some(state), index)).into_iter().chain([all]) {
        let plan = store.plan(&newer_sql(&DeliveryFilter { status, ..DeliveryFilter::default() })).await;
        let index = index.replace("seq<?", "seq>?");
        assert!(plan.iter().any(|step| step.ends_with(&index)), "{index}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:#?}");
        assert_eq!(full_scan(&plan), None, "{plan:#?}");
    }
}

#[tokio::test]
async fn running_jobs_are_found_among_those_that_run() {
    let plan = TestStore::open().await.plan(RUNNING).await;
    assert!(plan.iter().any(|step| step.contains("j USING INDEX jobs_running")), "{plan:#?}");
}

#[tokio::test]
async fn deliveries_are_counted_by_their_state() {
    let store = TestStore::open().await;
    for (state, index) in BY_STATE {
        let plan = store.plan(&count_sql(&[state], true)).await;
        // What is pending stands in the order in which it is due.
        let index = index.replace(" AND seq<?)", " AND seq>? AND seq<?)");
        assert!(plan.iter().any(|step| step.contains(&index)), "{index}: {plan:#?}");
        assert_eq!(full_scan(&plan), None, "{plan:#?}");
    }
    assert_eq!(full_scan(&store.plan(ENDS).await), None);
    let plan = store.plan(&count_sql(&[DeliveryState::Held], false)).await;
    assert!(plan.iter().any(|step| step.contains("COVERING INDEX deliveries_held")), "{plan:#?}");
}

#[tokio::test]
async fn a_step_of_a_job_finds_its_deliveries_by_their_state() {
    use DeliveryState::{Held, Pending};
    use JobAction::{Cancel, Discard, Hold, Release};
    let store = TestStore::open().await;
    let (due, held) = ("deliveries_due (webhook_seq=?)", "deliveries_held (webhook_seq=? AND seq<?)");
    for (action, state, index) in [
        (Hold, Pending, due),
        (Cancel, Pending, due),
        (Cancel, Held, held),
        (Release, Held, held),
        (Discard, Held, held),
    ] {
        let plan = store.plan(&step_out_sql(action, state)).await;
        let found_by_row = "SEARCH deliveries USING INTEGER PRIMARY KEY (rowid=?)".to_owned();
        let found_by_state = format!("SEARCH deliveries USING COVERING INDEX {index}");
        let searches: Vec<&String> = plan.iter().filter(|step| step.contains("deliveries")).collect();
        assert_eq!(searches, [&found_by_row, &found_by_state], "{action:?}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:#?}");
    }
}

#[tokio::test]
async fn who_stands_in_the_audit_log_is_read_off_the_index_name_by_name() {
    let store = TestStore::open().await;
    let plan = store.plan(audit_reads::ACTORS).await;
    for index in ["(organization_id=? AND actor_key>?)", "(organization_id=? AND actor_key=?)"] {
        assert!(plan.iter().any(|step| step.ends_with(index)), "{index}: {plan:#?}");
    }
    assert!(!plan.iter().any(|step| step.starts_with("SCAN audit_log")), "{plan:#?}");
}

#[tokio::test]
async fn a_page_of_the_audit_log_is_read_off_an_index_in_its_order() {
    let store = TestStore::open().await;
    let one = || vec!["a:b".to_owned()];
    let filter = |types, actors| AuditFilter { types, actors, ..AuditFilter::default() };
    for (filter, index) in [
        (filter(vec![], vec![]), "audit_log_of_organization (organization_id=? AND seq<?)"),
        (
            filter(vec!["a:b".to_owned(); 2], vec![]),
            "audit_log_of_organization (organization_id=? AND seq<?)",
        ),
        (filter(one(), vec![]), "audit_log_of_type (organization_id=? AND type=? AND seq<?)"),
        (filter(one(), one()), "audit_log_of_actor (organization_id=? AND actor_key=? AND seq<?)"),
    ] {
        for sql in [audit_reads::page_sql(&filter), audit_reads::total_sql(&filter)] {
            let plan = store.plan(&sql).await;
            assert!(plan.iter().any(|step| step.ends_with(index)), "{index}: {plan:#?}");
            assert!(!plan.iter().any(|step| step.starts_with("SCAN audit_log")), "{plan:#?}");
            let until_page = plan.iter().take_while(|step| !step.contains("SCAN page"));
            assert!(!until_page.into_iter().any(|step| step.contains("TEMP B-TREE")), "{plan:#?}");
        }
    }
}

#[tokio::test]
async fn what_stands_around_a_delivery_is_found_by_keys() {
    let store = TestStore::open().await;
    let plan = store.plan(AROUND).await;
    for step in [
        "SEARCH other USING INDEX deliveries_of_event (event_seq=?)",
        "SEARCH a USING INDEX audit_log_by_time (created_at=?)",
    ] {
        assert!(plan.iter().any(|found| found == step), "{step}: {plan:#?}");
    }
    assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{plan:#?}");
}

#[tokio::test]
async fn events_are_found_by_whom_they_are_about() {
    let store = TestStore::open().await;
    for (sql, steps) in [
        (
            FIND,
            vec![
                "SEARCH s USING PRIMARY KEY (organization_id=? AND subject=? AND sequence<?)",
                "SEARCH n USING INTEGER PRIMARY KEY (rowid>?)",
            ],
        ),
        (TOLD, vec!["SEARCH d USING INDEX deliveries_of_event (event_seq=?)"]),
        (TOLD_SHOWN, vec!["SEARCH d USING INTEGER PRIMARY KEY (rowid=?)"]),
        (
            BY_ID,
            vec![
                "SEARCH d USING INDEX sqlite_autoindex_deliveries_1 (id=?)",
                "SEARCH w USING INDEX sqlite_autoindex_webhooks_1 (id=?)",
            ],
        ),
        (WEBHOOKS, vec!["SEARCH webhooks USING INDEX webhooks_deleted (organization_id=?)"]),
    ] {
        let plan = store.plan(sql).await;
        for step in steps {
            assert!(plan.iter().any(|found| found == step), "{step}: {plan:#?}");
        }
        // All of the platform's webhooks are wanted, and the index has no other.
        let scan = full_scan(&plan).filter(|step| !step.ends_with("USING INDEX webhooks_of_platform"));
        assert_eq!(scan, None, "{plan:#?}");
    }
}

#[tokio::test]
async fn the_start_page_is_read_off_indexes() {
    let store = TestStore::open().await;
    for (sql, index) in [
        (TROUBLED, "webhooks USING INDEX webhooks_name (organization_id=? AND platform=?)"),
        (FAILED, "deliveries USING COVERING INDEX deliveries_failed (webhook_seq=?)"),
        (WAITING, "deliveries USING COVERING INDEX deliveries_held (webhook_seq=?)"),
        (RECENT, "e USING INDEX sqlite_autoindex_events_2 (organization_id=?"),
        (FACTS, "deliveries USING COVERING INDEX deliveries_of_webhook (webhook_seq=?)"),
    ] {
        let plan = store.plan(sql).await;
        assert!(plan.iter().any(|step| step.contains(index)), "{index}: {plan:#?}");
        assert_eq!(full_scan(&plan), None, "{plan:#?}");
    }
}

#[test]
fn a_full_scan_is_recognized() {
    let plan = ["SCAN deliveries".to_owned(), "SEARCH e USING INDEX x (id=?)".to_owned()];
    assert_eq!(full_scan(&plan), Some(&plan[0]));
    assert_eq!(full_scan(&["SCAN lane".to_owned()]), None);
}
