//! A list of passwords that were stolen elsewhere: none of them can be set, by whatever way. With the real binary.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    keys::BOOTSTRAP,
    support::{Client, PASSWORD, Program},
};

const STOLEN: &str = "stolen pass phrase";
/// The hash of [`STOLEN`] between two others.
const LIST: &str = "0000000000000000000000000000000000000000:3\r\n{stolen}:17\r\nFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:1\r\n";
const VARIABLE: &str = "HERALD_BREACHED_PASSWORDS";

fn write_list(folder: &Path) {
    let stolen = "15C99165DF7B608D946E89186E983DB48C4EEB6B";
    std::fs::write(folder.join("list"), LIST.replace("{stolen}", stolen)).expect("written");
}

fn assert_breached(answer: &crate::support::Answer) {
    let found = (answer.status, &answer.json["errors"][0]["code"], answer.pointers());
    assert_eq!(found, (422, &json!("breached"), vec!["#/password"]), "{}", answer.text);
}

#[tokio::test]
async fn a_stolen_password_cannot_be_set_by_any_way() {
    let folder = tempfile::tempdir().expect("a folder");
    write_list(folder.path());
    let by_flag = |arguments: &[&'static str]| [arguments, &["--breached-passwords", "list"]].concat();
    let refused = Program::run(folder.path(), &by_flag(&BOOTSTRAP), STOLEN);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("stolen elsewhere"), "{refused:?}");
    let made = Program::run(folder.path(), &by_flag(&BOOTSTRAP), PASSWORD);
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let reset = by_flag(&["admin", "reset-password", "--username", "admin"]);
    assert_eq!(Program::run(folder.path(), &reset, STOLEN).status.code(), Some(1));

    let program = Program::serve_with(folder.path(), [(VARIABLE, "list")]).expect("it serves");
    let nobody = Client::nobody(reqwest::Client::new(), &program.url);
    let admin = nobody.authorized(&format!("Bearer {}", made["apiKey"].as_str().expect("a key")));
    let users = "/api/organizations/parallelworks/users";
    let user =
        |password: &str| json!({ "username": "carl", "email": "c@d.e", "name": "C", "password": password });
    assert_breached(&admin.post(users, user(STOLEN)).await);
    admin.post(users, user(PASSWORD)).await.ok();

    let carl = nobody.log_in("carl", PASSWORD).await;
    let change = |password: &str| json!({ "currentPassword": PASSWORD, "password": password });
    assert_breached(&carl.put("/api/auth/password", change(STOLEN)).await);
    assert_eq!(carl.put("/api/auth/password", change("another pass phrase")).await.status, 204);

    let begun = admin.post(&format!("{users}/carl/password-reset"), json!({})).await.ok();
    let new = |password: &str| json!({ "token": begun["token"], "password": password });
    assert_breached(&nobody.post("/api/auth/password/reset", new(STOLEN)).await);
    assert_eq!(nobody.post("/api/auth/password/reset", new("a third pass phrase")).await.status, 204);
    nobody.log_in("carl", "a third pass phrase").await;
}

#[tokio::test]
async fn without_a_list_any_password_can_be_set_and_a_list_that_is_none_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(Program::run(folder.path(), &BOOTSTRAP, STOLEN).status.success());
    std::fs::write(folder.path().join("words"), "password\nletmein\n").expect("written");
    for (list, words) in [("absent", "absent cannot be read"), ("words", "words holds no breached passwords")]
    {
        let Err(ended) = Program::serve_with(folder.path(), [(VARIABLE, list)]) else {
            panic!("it serves with {list}");
        };
        assert_eq!(ended.status.code(), Some(1), "{list}");
        assert!(ended.errors.contains(words), "{}", ended.errors);
    }
    assert!(Program::serve_with(folder.path(), [(VARIABLE, "")]).is_ok(), "an empty variable names no list");
}
