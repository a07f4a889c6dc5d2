//! An organization `acme` with everyone who may call upon it, and fresh objects in it.

use serde_json::json;

use crate::{
    Caller,
    support::{Client, PASSWORD, TestHerald, fresh},
};

pub(crate) const ACME: &str = "acme";
pub(crate) const OTHER: &str = "other";
/// Nothing is sent there: no test here lets an event of its type happen.
pub(crate) const TARGET: &str = "http://127.0.0.1:1024/";

pub(crate) struct World {
    pub(crate) herald: TestHerald,
    pub(crate) admin: Client,
    member: Client,
    users_holder: Client,
    org_admin: Client,
    stranger: Client,
    pub(crate) acme_id: String,
    pub(crate) other_id: String,
    /// A delivery of `acme` and a job for its webhook, which any number of callers may use.
    pub(crate) delivery: String,
    pub(crate) job: String,
    pub(crate) platform_delivery: String,
    pub(crate) platform_job: String,
}

/// Things of `acme` that nobody has used yet.
pub(crate) struct Objects {
    /// The name of the organization's webhook, and of one of the platform's.
    pub(crate) webhook: String,
    pub(crate) webhook_id: String,
    pub(crate) platform_webhook_id: String,
    /// Without roles, with one member.
    pub(crate) group: String,
    pub(crate) group_id: String,
    pub(crate) group_member: String,
    pub(crate) user: String,
    pub(crate) user_id: String,
}

impl World {
    pub(crate) async fn start() -> Self {
        let herald = TestHerald::start().await;
        let admin = herald.first_admin().await;
        admin.create_organization(ACME).await;
        admin.create_organization(OTHER).await;
        admin.create_user_in(ACME, "member").await;
        let [(delivery, job), (platform_delivery, platform_job)] = deliveries_and_jobs(&admin).await;
        let world = Self {
            delivery,
            job,
            platform_delivery,
            platform_job,
            member: admin.log_in("member", PASSWORD).await,
            users_holder: admin.holder(ACME, "users-holder", "org:users").await,
            org_admin: admin.holder(ACME, "org-admin", "org:admin").await,
            stranger: admin.holder(OTHER, "stranger", "org:admin").await,
            acme_id: admin.organization_id(ACME).await,
            other_id: admin.organization_id(OTHER).await,
            admin,
            herald,
        };
        assert_ne!(world.acme_id, world.other_id);
        world
    }

    pub(crate) fn client(&self, caller: Caller) -> Client {
        match caller {
            Caller::Nobody => self.herald.client(),
            Caller::Member => self.member.clone(),
            Caller::UsersHolder => self.users_holder.clone(),
            Caller::Admin => self.org_admin.clone(),
            Caller::Stranger => self.stranger.clone(),
            Caller::PlatformAdmin => self.admin.clone(),
        }
    }

    /// The same caller in a session of its own, which may end.
    pub(crate) async fn fresh_session(&self, caller: Caller) -> Client {
        match caller {
            Caller::Nobody => self.herald.client(),
            Caller::Member => self.admin.log_in("member", PASSWORD).await,
            Caller::UsersHolder => self.admin.log_in("users-holder", PASSWORD).await,
            Caller::Admin => self.admin.log_in("org-admin", PASSWORD).await,
            Caller::Stranger => self.admin.log_in("stranger", PASSWORD).await,
            Caller::PlatformAdmin => self.admin.log_in_admin().await,
        }
    }

    pub(crate) async fn objects(&self) -> Objects {
        self.objects_in(ACME).await
    }

    pub(crate) async fn objects_in(&self, organization: &str) -> Objects {
        let webhook = self.admin.create_webhook_in(organization, "USER_CREATED", TARGET).await;
        let platform = platform_webhook(&self.admin, &text(&webhook["name"]), "USER_CREATED").await;
        let (user, user_id) = self.user_without_password(organization).await;
        let (group_member, _) = self.user_without_password(organization).await;
        let group = fresh("group");
        let group_id = text(&self.admin.create_group(organization, &group, &[]).await["id"]);
        self.admin.add_member(organization, &group, &group_member).await;
        Objects {
            webhook: text(&webhook["name"]),
            webhook_id: text(&webhook["id"]),
            platform_webhook_id: text(&platform["id"]),
            group,
            group_id,
            group_member,
            user,
            user_id,
        }
    }

    async fn user_without_password(&self, organization: &str) -> (String, String) {
        let username = fresh("user");
        let body =
            json!({ "username": username, "email": format!("{username}@example.com"), "name": "Somebody" });
        let path = format!("/api/organizations/{organization}/users");
        let user = self.admin.post(&path, body).await.ok();
        (username, text(&user["id"]))
    }
}

/// A delivery and a job of `acme`, and as many of the platform.
async fn deliveries_and_jobs(admin: &Client) -> [(String, String); 2] {
    let webhook = admin.create_webhook_in(ACME, "USER_REMOVED_FROM_GROUP", TARGET).await;
    let platform = platform_webhook(admin, &fresh("platform"), "USER_REMOVED_FROM_GROUP").await;
    let platform = text(&platform["name"]);
    let payload = json!({
        "username": "demo", "email": "demo@example.com", "userId": "653c787c8e048caa7cb4e554", "organization": ACME,
        "groupName": "Demo-Group"
    });
    let event = json!({ "type": "USER_REMOVED_FROM_GROUP", "payload": payload });
    admin.post(&format!("/api/organizations/{ACME}/webhook-events"), event).await.ok();
    let own = format!("/api/organizations/{ACME}/webhooks/{}", text(&webhook["name"]));
    let of = async |path: &str| {
        let page = admin.get(&format!("{path}/deliveries")).await.ok();
        let job = admin.post(&format!("{path}/redeliver"), json!({})).await.ok();
        (text(&page["deliveries"][0]["id"]), text(&job["job"]))
    };
    [of(&own).await, of(&format!("/api/platform/webhooks/{platform}")).await]
}

/// One that fires for every organization.
async fn platform_webhook(admin: &Client, name: &str, event_type: &str) -> serde_json::Value {
    let body = json!({ "enabled": true, "name": name, "type": event_type, "url": TARGET });
    admin.post("/api/platform/webhooks", body).await.ok()
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("a text").to_owned()
}
