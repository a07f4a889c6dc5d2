//! What the engine asks again and again costs the same however long the history is.

use super::{
    super::{
        deliveries::{DeliveryFilter, page_sql},
        job_steps::step_out_sql,
        jobs::JobAction,
        lanes::{LANES, NEXT, WINDOW},
    },
    TestStore,
};

/// The step that would read the whole table, if there is one. `SCAN lane` and the like are rows that were just found.
fn full_scan(plan: &[String]) -> Option<&String> {
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
async fn the_next_due_time_is_the_first_of_the_due_index() {
    let store = TestStore::open().await;
    assert_eq!(
        store.plan(NEXT).await,
        ["SEARCH deliveries USING COVERING INDEX deliveries_due (webhook_seq=? AND due_at>?)"]
    );
}

#[tokio::test]
async fn a_page_of_deliveries_is_read_off_an_index_whatever_is_asked() {
    use domain::DeliveryState::{Failed, Held};
    let store = TestStore::open().await;
    for (state, index) in [
        (None, "deliveries_of_webhook"),
        (Some(Failed), "deliveries_failed"),
        (Some(Held), "deliveries_held"),
    ] {
        let plan = store.plan(&page_sql(&DeliveryFilter { state, ..DeliveryFilter::default() })).await;
        let wanted = format!("SEARCH d USING INDEX {index} (webhook_seq=? AND seq<?)");
        assert!(plan.contains(&wanted), "{wanted}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:#?}");
        assert_eq!(full_scan(&plan), None, "{plan:#?}");
    }
}

#[tokio::test]
async fn a_step_of_a_job_finds_its_deliveries_by_their_state() {
    use JobAction::{Cancel, Discard, Hold, Release};
    use domain::DeliveryState::{Held, Pending};
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

#[test]
fn a_full_scan_is_recognized() {
    let plan = ["SCAN deliveries".to_owned(), "SEARCH e USING INDEX x (id=?)".to_owned()];
    assert_eq!(full_scan(&plan), Some(&plan[0]));
    assert_eq!(full_scan(&["SCAN lane".to_owned()]), None);
}
