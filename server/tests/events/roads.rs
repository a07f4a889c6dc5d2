//! Every road to a change x every type of event x users of the group's organization and of another: exactly what the
//! reference says, once, in the right organization, and after the commit.

use serde_json::{Value, json};

use crate::{
    Told, kind,
    support::{PASSWORD, Program, Receiver, fresh},
    text,
};

const HOME: &str = "parallelworks";
const AWAY: &str = "acme";

/// What is done to a user who has logged in once or never, and is a member of a group of `HOME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Road {
    FirstLogInByApi,
    FirstLogInByConsole,
    LogInByApi,
    LogInByConsole,
    RefusedLogIn,
    DisableByApi,
    DisableByConsole,
    DisableAgain,
    Enable,
    EnableByConsole,
    RemoveFromGroup,
    RemoveFromGroupByConsole,
    RemoveAgain,
    DeleteGroup,
    DeleteGroupByConsole,
    DeleteUser,
    DeleteUserByConsole,
    DeleteDisabledUser,
    ChangeRights,
    ChangeRightsByConsole,
    AddAgainByConsole,
}

use Road::{
    AddAgainByConsole, ChangeRights, ChangeRightsByConsole, DeleteDisabledUser, DeleteGroup,
    DeleteGroupByConsole, DeleteUser, DeleteUserByConsole, DisableAgain, DisableByApi, DisableByConsole,
    Enable, EnableByConsole, FirstLogInByApi, FirstLogInByConsole, LogInByApi, LogInByConsole, RefusedLogIn,
    RemoveAgain, RemoveFromGroup, RemoveFromGroupByConsole,
};

/// The road, what it fires in the user's organization, and what in the group's.
const TABLE: [(Road, &[&str], &[&str]); 21] = [
    (FirstLogInByApi, &["USER_CREATED", "USER_LOGIN"], &[]),
    (FirstLogInByConsole, &["USER_CREATED", "USER_LOGIN"], &[]),
    (LogInByApi, &["USER_LOGIN"], &[]),
    (LogInByConsole, &["USER_LOGIN"], &[]),
    (RefusedLogIn, &[], &[]),
    (DisableByApi, &["USER_DISABLED"], &[]),
    (DisableByConsole, &["USER_DISABLED"], &[]),
    (DisableAgain, &[], &[]),
    (Enable, &[], &[]),
    (EnableByConsole, &[], &[]),
    (RemoveFromGroup, &[], &["USER_REMOVED_FROM_GROUP"]),
    (RemoveFromGroupByConsole, &[], &["USER_REMOVED_FROM_GROUP"]),
    (RemoveAgain, &[], &[]),
    (DeleteGroup, &[], &["USER_REMOVED_FROM_GROUP"]),
    (DeleteGroupByConsole, &[], &["USER_REMOVED_FROM_GROUP"]),
    (DeleteUser, &["USER_DISABLED"], &["USER_REMOVED_FROM_GROUP"]),
    (DeleteUserByConsole, &["USER_DISABLED"], &["USER_REMOVED_FROM_GROUP"]),
    (DeleteDisabledUser, &[], &["USER_REMOVED_FROM_GROUP"]),
    (ChangeRights, &[], &[]),
    (ChangeRightsByConsole, &[], &[]),
    (AddAgainByConsole, &[], &[]),
];

#[tokio::test]
async fn every_road_fires_what_it_should_in_the_right_organization_and_nothing_else() {
    let told = Told::start().await;
    told.admin.create_organization(AWAY).await;
    let away = Receiver::start().await;
    for event_type in crate::TYPES {
        told.admin.create_webhook_in(AWAY, event_type, &away.url("/")).await;
    }
    // The admin's own first log in was before there was a webhook.
    let mut taken = [2, 0];
    for (road, of_user, of_group) in TABLE {
        for organization in [HOME, AWAY] {
            let subject = Subject::prepare(&told, road, organization).await;
            drain(&told, HOME, &told.receiver, &mut taken[0]).await;
            drain(&told, AWAY, &away, &mut taken[1]).await;
            let before = (feed(&told, HOME).await.len(), feed(&told, AWAY).await.len());
            subject.go(&told, road).await;

            let mut expected: [Vec<&str>; 2] = [Vec::new(), Vec::new()];
            expected[usize::from(organization == AWAY)].extend(of_user);
            expected[0].extend(of_group);
            for (receiver, expected) in [(&told.receiver, &expected[0]), (&away, &expected[1])] {
                let mut got = Vec::new();
                for _ in 0..expected.len() {
                    let request = receiver.next().await;
                    assert_eq!(request.json()["payload"]["username"], subject.username.as_str(), "{road:?}");
                    assert_eq!(request.json()["payload"]["organization"], organization, "{road:?}");
                    got.push(kind(&request));
                }
                got.sort_unstable();
                let mut wanted = expected.clone();
                wanted.sort_unstable();
                assert_eq!(got, wanted, "{road:?} of a user of {organization}");
            }
            for (at, name, before) in [(0, HOME, before.0), (1, AWAY, before.1)] {
                taken[at] += expected[at].len();
                let happened = feed(&told, name).await.split_off(before);
                expected[at].sort_unstable();
                assert_eq!(
                    sorted(&happened),
                    expected[at],
                    "{road:?} of a user of {organization}, in {name}"
                );
            }
        }
    }
}

fn sorted(types: &[String]) -> Vec<&str> {
    let mut types: Vec<&str> = types.iter().map(String::as_str).collect();
    types.sort_unstable();
    types
}

/// Takes in what was sent before: each event has a delivery for one webhook.
async fn drain(told: &Told, organization: &str, receiver: &Receiver, taken: &mut usize) {
    let all = feed(told, organization).await.len();
    while *taken < all {
        receiver.next().await;
        *taken += 1;
    }
}

/// The types of all events of an organization, in their order.
async fn feed(told: &Told, organization: &str) -> Vec<String> {
    let path = format!("/api/organizations/{organization}/webhook-events?limit=1000");
    let page = told.admin.get(&path).await.ok();
    page["events"].as_array().expect("a list").iter().map(|event| text(&event["type"])).collect()
}

struct Subject {
    organization: &'static str,
    organization_id: String,
    username: String,
    id: String,
    group: String,
    group_id: String,
    /// Of the group's organization.
    home_id: String,
}

impl Subject {
    async fn prepare(told: &Told, road: Road, organization: &'static str) -> Self {
        let (username, group) = (fresh("user"), fresh("group"));
        let id = text(&told.admin.create_user_in(organization, &username).await["id"]);
        let group_id = text(&told.admin.create_group(HOME, &group, &[]).await["id"]);
        let home_id = told.admin.organization_id(HOME).await;
        told.admin.add_member(HOME, &group, &username).await;
        let organization_id = told.admin.organization_id(organization).await;
        let subject = Self { organization, organization_id, username, id, group, group_id, home_id };
        if !matches!(road, FirstLogInByApi | FirstLogInByConsole) {
            told.admin.log_in(&subject.username, PASSWORD).await;
        }
        match road {
            DisableAgain | Enable | EnableByConsole | DeleteDisabledUser => {
                subject.set_active(told, false).await
            }
            RemoveAgain => told.admin.remove_member(HOME, &subject.group, &subject.username).await,
            _ => {}
        }
        subject
    }

    /// A plain form on the user's page, which leads away from it when it succeeds.
    async fn submit_about_user(&self, told: &Told, function: &str, more: &[(&str, &str)]) {
        let organization = self.organization_id.as_str();
        let fields = [&[("organization_id", organization), ("user_id", self.id.as_str())], more].concat();
        let page = format!("/organizations/{organization}/users/{}?ask=it", self.id);
        submit(told, function, &page, &fields).await;
    }

    /// The same on the group's page.
    async fn submit_about_group(&self, told: &Told, function: &str, more: &[(&str, &str)]) {
        let organization = self.home_id.as_str();
        let fields =
            [&[("organization_id", organization), ("group_id", self.group_id.as_str())], more].concat();
        let page = format!("/organizations/{organization}/groups/{}?ask=it", self.group_id);
        submit(told, function, &page, &fields).await;
    }

    fn path(&self) -> String {
        format!("/api/organizations/{}/users/{}", self.organization, self.username)
    }

    async fn set_active(&self, told: &Told, active: bool) {
        told.admin.put(&format!("{}/active", self.path()), json!({ "active": active })).await.ok();
    }

    async fn go(&self, told: &Told, road: Road) {
        let members = format!("/api/organizations/{HOME}/groups/{}/members", self.group);
        match road {
            FirstLogInByApi | LogInByApi => drop(told.admin.log_in(&self.username, PASSWORD).await),
            FirstLogInByConsole | LogInByConsole => {
                let fields = [("username", self.username.as_str()), ("password", PASSWORD), ("to", "/")];
                let page = "/sign-in";
                assert_eq!(told.herald.client().submit("session/sign-in", page, &fields).await.status, 303);
            }
            RefusedLogIn => {
                let body = json!({ "username": self.username, "password": "wrong horse battery" });
                let answer = told.herald.client().post("/api/sso/password/login", body).await;
                assert_eq!(answer.status, 401);
            }
            DisableByApi | DisableAgain => self.set_active(told, false).await,
            DisableByConsole => {
                self.submit_about_user(told, "users/set-active", &[("active", "false")]).await
            }
            EnableByConsole => self.submit_about_user(told, "users/set-active", &[("active", "true")]).await,
            RemoveFromGroupByConsole => {
                let username = [("username", self.username.as_str())];
                self.submit_about_group(told, "groups/remove-member", &username).await;
            }
            AddAgainByConsole => {
                let username = [("username", self.username.as_str())];
                self.submit_about_group(told, "groups/add-member", &username).await;
            }
            DeleteGroupByConsole => self.submit_about_group(told, "groups/delete", &[]).await,
            DeleteUserByConsole => self.submit_about_user(told, "users/delete", &[]).await,
            ChangeRightsByConsole => {
                for has in ["true", "false"] {
                    self.submit_about_user(told, "users/set-admin", &[("admin", has)]).await;
                    self.submit_about_user(told, "users/set-complimentary", &[("complimentary", has)]).await;
                }
            }
            Enable => self.set_active(told, true).await,
            RemoveFromGroup => told.admin.remove_member(HOME, &self.group, &self.username).await,
            RemoveAgain => {
                let answer = told.admin.delete(&members, json!({ "username": self.username })).await;
                assert_eq!(answer.status, 404);
            }
            DeleteGroup => {
                let path = format!("/api/organizations/{HOME}/groups/{}", self.group);
                assert_eq!(told.admin.delete(&path, Value::Null).await.status, 204);
                assert_eq!(told.admin.get(&path).await.status, 404);
            }
            DeleteUser | DeleteDisabledUser => {
                assert_eq!(told.admin.delete(&self.path(), Value::Null).await.status, 204);
                assert_eq!(told.admin.delete(&self.path(), Value::Null).await.status, 404);
            }
            ChangeRights => {
                for (right, has) in
                    [("admin", true), ("admin", false), ("complimentary", true), ("complimentary", false)]
                {
                    let path = format!("{}/{right}", self.path());
                    assert_eq!(told.admin.put(&path, json!({ right: has })).await.status, 204);
                }
            }
        }
    }
}

/// A form that is refused leads back to its own page.
async fn submit(told: &Told, function: &str, page: &str, fields: &[(&str, &str)]) {
    let answer = told.admin.submit(function, page, fields).await;
    assert_eq!(answer.status, 303, "{function}");
    assert_ne!(answer.header("location"), page, "{function} was refused");
}

/// A user with several groups leaves each, and a group with several members loses each.
#[tokio::test]
async fn each_group_and_each_member_is_an_event_of_its_own() {
    let told = Told::start().await;
    for username in ["one", "two"] {
        told.admin.create_user(username).await;
    }
    for group in ["first", "second"] {
        told.admin.create_group(HOME, group, &[]).await;
        for username in ["one", "two"] {
            told.admin.add_member(HOME, group, username).await;
        }
    }
    let base = format!("/api/organizations/{HOME}");
    told.admin.delete(&format!("{base}/groups/first"), Value::Null).await.ok();
    let removed = told.next(2).await;
    let mut names: Vec<String> =
        removed.iter().map(|request| text(&request.json()["payload"]["username"])).collect();
    names.sort_unstable();
    assert_eq!(names, ["one", "two"]);

    told.admin.create_group(HOME, "third", &[]).await;
    told.admin.add_member(HOME, "third", "one").await;
    told.admin.delete(&format!("{base}/users/one"), Value::Null).await.ok();
    let left = told.next(3).await;
    assert_eq!(kind(&left[0]), "USER_DISABLED");
    let mut groups: Vec<String> =
        left[1..].iter().map(|request| text(&request.json()["payload"]["groupName"])).collect();
    groups.sort_unstable();
    assert_eq!(groups, ["second", "third"]);
    told.assert_nothing_after(&left[2]).await;
}

/// The event follows the commit: who reads back on its arrival finds the change.
#[tokio::test]
async fn a_receiver_that_reads_back_finds_the_deletion() {
    let told = Told::start().await;
    told.admin.create_user("leaver").await;
    let session = told.admin.log_in("leaver", PASSWORD).await;
    told.next(2).await;
    let path = format!("/api/organizations/{HOME}/users/leaver");
    let (answer, disabled) = tokio::join!(told.admin.delete(&path, Value::Null), async {
        let disabled = told.receiver.next().await;
        let users = told.admin.get(&format!("/api/organizations/{HOME}/users?search=leaver")).await.ok();
        assert_eq!(users["total"], 0);
        disabled
    });
    assert_eq!((answer.status, kind(&disabled).as_str()), (204, "USER_DISABLED"));
    assert_eq!(session.get("/api/auth/session").await.status, 401, "the session went with the user");
    told.admin.create_user("leaver").await;
}

/// What an operator does at the terminal is no event.
#[tokio::test]
async fn the_command_line_fires_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let set_up = ["bootstrap", "--organization", HOME, "--username", "admin", "--email", "a@b.example"];
    let made = Program::run(folder.path(), &set_up, PASSWORD);
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let reset = ["admin", "reset-password", "--username", "admin"];
    assert!(Program::run(folder.path(), &reset, "another pass phrase").status.success());
    let program = Program::serve(folder.path());
    let nobody = crate::support::Client::nobody(reqwest::Client::new(), &program.url);
    let admin = nobody.authorized(&format!("Bearer {}", made["apiKey"].as_str().expect("a key")));
    let page = admin.get(&format!("/api/organizations/{HOME}/webhook-events")).await.ok();
    assert_eq!(page["events"], json!([]));
    let log = admin.get(&format!("/api/organizations/{HOME}/events?actorType=command")).await.ok();
    let acts: Vec<&str> =
        log["events"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(acts, ["user:set-password", "apikey:create", "user:create", "organization:create"]);
}

#[tokio::test]
async fn the_last_platform_admin_stays() {
    let told = Told::start().await;
    let base = format!("/api/organizations/{HOME}/users/admin");
    for (method, path, body) in [
        ("DELETE", base.clone(), json!({})),
        ("PUT", format!("{base}/admin"), json!({ "admin": false })),
        ("PUT", format!("{base}/active"), json!({ "active": false })),
    ] {
        let answer = told.admin.send(method, &path, body.to_string()).await;
        assert_eq!(answer.status, 409, "{method} {path}: {}", answer.text);
    }
    told.admin.create_user("second").await;
    let second = format!("/api/organizations/{HOME}/users/second/admin");
    told.admin.put(&second, json!({ "admin": true })).await.ok();
    assert_eq!(told.admin.put(&format!("{base}/admin"), json!({ "admin": false })).await.status, 204);
    assert_eq!(told.admin.get("/api/organizations/none").await.status, 404);
    assert_eq!(
        told.admin.put(&second, json!({ "admin": false })).await.status,
        403,
        "no platform admin any more"
    );
}

#[tokio::test]
async fn a_complimentary_user_takes_no_seat() {
    let told = Told::start().await;
    told.admin.create_user("guest").await;
    let base = format!("/api/organizations/{HOME}");
    told.admin.patch(&format!("{base}/seats"), json!({ "seats": 2 })).await.ok();
    let set = async |has: bool| {
        told.admin
            .put(&format!("{base}/users/guest/complimentary"), json!({ "complimentary": has }))
            .await
            .status
    };
    assert_eq!(set(true).await, 204);
    assert_eq!(told.admin.get(&format!("{base}/seats")).await.ok()["usedSeats"], 1);
    told.admin.create_user("takes-it").await;
    assert_eq!(set(false).await, 409, "no seat is free");
    told.admin.set_active("takes-it", false).await;
    assert_eq!(set(false).await, 204);
    assert_eq!(told.admin.get(&format!("{base}/seats")).await.ok()["usedSeats"], 2);
}
