//! A disk on which less is free than the results of deliveries may still need.

use std::fs;

use serde_json::json;

use crate::{
    namespace,
    support::{Answer, Client, ORGANIZATION, Program, Receiver, login_event},
    trial::{bootstrap, caller, stop, within},
};

const MIB: usize = 1_024 * 1_024;
const DISK_MIB: usize = 128;
/// Herald refuses new events when less than 64 MiB are free.
const FREE_MIB: usize = 32;

#[tokio::test]
async fn before_the_disk_is_full_new_events_are_refused_and_deliveries_go_on() {
    if !namespace::enter() {
        return;
    }
    let outer = tempfile::tempdir().unwrap();
    namespace::furnish(&[], outer.path());
    let folder = outer.path().join("disk");
    fs::create_dir(&folder).unwrap();
    namespace::mount_disk(&folder, DISK_MIB);
    let key = bootstrap(&folder);
    let mut program = Program::serve(&folder);
    let client = caller(&program, &key);
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let webhook = client.create_webhook("USER_DISABLED", &receiver.url("/")).await;
    let webhook = webhook["name"].as_str().unwrap();
    let mut before = login_event("before");
    before["type"] = "USER_DISABLED".into();
    publish(&client, before).await.ok();
    let failed = client.until_delivery(webhook, |delivery| delivery["attempts"] == 1).await;

    let ballast = folder.join("ballast");
    fs::write(&ballast, vec![0; (DISK_MIB - FREE_MIB) * MIB]).unwrap();
    let refused = within("a refusal", until(&client, 503)).await;
    assert!(
        !refused.header("retry-after").is_empty() && refused.text.contains("disk is full"),
        "{refused:?}"
    );
    // Both the redelivery and its result are stored.
    receiver.answer_with(200);
    let id = failed["id"].as_str().unwrap();
    let path = format!("/api/organizations/{ORGANIZATION}/deliveries/{id}/redeliver");
    client.post(&path, json!({})).await.ok();
    client.until_delivery(webhook, |delivery| delivery["status"] == "delivered").await;

    fs::remove_file(&ballast).unwrap();
    within("being taken again", until(&client, 202)).await;
    stop(&mut program).await;
}

/// Publishes until it is answered with this status: Herald looks at the disk now and then.
async fn until(client: &Client, status: u16) -> Answer {
    loop {
        let answer = publish(client, login_event("meanwhile")).await;
        if answer.status == status {
            return answer;
        }
        assert!(matches!(answer.status, 202 | 503), "{answer:?}");
    }
}

async fn publish(client: &Client, event: serde_json::Value) -> Answer {
    client.post(&format!("/api/organizations/{ORGANIZATION}/webhook-events"), event).await
}
