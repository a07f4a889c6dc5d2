//! What the console's lists ask costs the same however long the history is.

use super::{
    super::{delivery_lists::row_sql, organization_lists, webhook_lists, webhooks},
    TestStore,
    plans::full_scan,
};

#[tokio::test]
async fn how_far_a_delivery_has_come_is_found_by_keys() {
    let plan = TestStore::open().await.plan(&row_sql()).await;
    let found = "SEARCH d USING INDEX sqlite_autoindex_deliveries_1 (id=?)";
    assert!(plan.iter().any(|step| step == found), "{plan:#?}");
    assert_eq!(full_scan(&plan), None, "{plan:#?}");
}

#[tokio::test]
async fn seats_are_counted_for_a_page_of_organizations_that_is_read_off_its_index() {
    let plan = TestStore::open().await.plan(organization_lists::PAGE).await;
    let by_name = "SCAN o USING INDEX sqlite_autoindex_organizations_2";
    assert!(plan.iter().any(|step| step == by_name), "{plan:#?}");
    let seats = "SEARCH u USING INDEX users_of_organization (organization_id=?)";
    assert!(plan.iter().any(|step| step == seats), "{plan:#?}");
    let until_page = plan.iter().take_while(|step| !step.contains("SCAN page"));
    assert!(!until_page.into_iter().any(|step| step.contains("TEMP B-TREE")), "{plan:#?}");
}

#[tokio::test]
async fn webhooks_are_listed_without_a_walk_through_their_deliveries() {
    let store = TestStore::open().await;
    for sql in [webhook_lists::rows_sql(), webhooks::webhook_sql()] {
        let plan = store.plan(&sql).await;
        for step in [
            "SEARCH deliveries USING COVERING INDEX deliveries_due (webhook_seq=?)",
            "SEARCH deliveries USING COVERING INDEX deliveries_held (webhook_seq=?)",
            "SEARCH activity USING INDEX activity_of_webhook (webhook_seq=?)",
        ] {
            assert!(plan.iter().any(|found| found == step), "{step}: {plan:#?}");
        }
        assert!(!plan.iter().any(|step| step.contains("deliveries_of_webhook")), "{plan:#?}");
        assert_eq!(full_scan(&plan), None, "{plan:#?}");
    }
    assert_eq!(
        webhook_lists::rows_sql().matches("LIMIT ?4").count(),
        2,
        "what waits is counted up to a bound"
    );
}
