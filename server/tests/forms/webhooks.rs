//! Adding and deleting webhooks without scripts.

use serde_json::{Value, json};

use crate::{
    Browser,
    support::{Client, PASSWORD, TestHerald},
};

const URL: &str = "http://127.0.0.1:1024/";

struct Console {
    herald: TestHerald,
    admin: Client,
    id: String,
    /// The Webhooks tab.
    tab: String,
    /// The form.
    new: String,
}

async fn console() -> Console {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    let tab = format!("/organizations/{id}/webhooks");
    Console { herald, admin, id, new: format!("{tab}/new"), tab }
}

impl Console {
    fn fields<'a>(&'a self, name: &'a str, url: &'a str) -> Vec<(&'a str, &'a str)> {
        let id = self.id.as_str();
        vec![("scope", id), ("event_type", "USER_DISABLED"), ("name", name), ("url", url)]
    }

    async fn webhooks(&self) -> Value {
        self.admin.get("/api/organizations/parallelworks/webhooks").await.ok()
    }
}

#[tokio::test]
async fn a_created_webhook_leads_to_the_tab_which_says_so_once() {
    let console = console().await;
    let mut browser = Browser::of(console.admin.clone());
    let mut fields = console.fields("demo", URL);
    fields.extend([("description", "two\r\nlines"), ("enabled", "true")]);
    let to = browser.submit("webhooks/create", &console.new, &fields).await;
    assert_eq!(to, console.tab);
    let made = &console.webhooks().await[0];
    assert_eq!((&made["name"], &made["type"]), (&json!("demo"), &json!("USER_DISABLED")));
    assert_eq!((&made["description"], &made["enabled"]), (&json!("two\nlines"), &json!(true)));

    let page = browser.open(&to).await;
    assert_eq!(page.status, 200);
    assert!(page.toasts().contains("Webhook created successfully"), "{}", page.toasts());
    assert!(page.holds("demo"));
    let page = browser.open(&to).await;
    assert!(!page.toasts().contains("Webhook created successfully"), "once");
    console.herald.stop().await;
}

#[tokio::test]
async fn a_checkbox_that_is_off_is_off() {
    let console = console().await;
    let fields = console.fields("demo", URL);
    Browser::of(console.admin.clone()).submit("webhooks/create", &console.new, &fields).await;
    assert_eq!(console.webhooks().await[0]["enabled"], false);
    console.herald.stop().await;
}

#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_typed_with_its_errors_once() {
    let console = console().await;
    let mut browser = Browser::of(console.admin.clone());
    let hostile = "\"><script>alert(1)</script>/";
    let mut fields = console.fields(hostile, "ftp://a/?x=1&y=\"2\"");
    fields.extend([("description", "</textarea><b>bold</b>\r\nsecond line"), ("enabled", "true")]);
    let to = browser.submit("webhooks/create", &console.new, &fields).await;
    assert_eq!(to, console.new, "back to where the form stands");

    let page = browser.open(&to).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.error("name").as_deref(), Some("A name cannot contain “/”."));
    assert!(page.error("url").expect("an error").contains("https://"));
    assert_eq!(page.error("event_type"), None);
    let summary = page.summary().expect("a summary");
    assert!(summary.contains("A name cannot contain") && summary.contains("not with ftp:"), "{summary}");
    assert_eq!(page.value("name").as_deref(), Some(hostile));
    assert_eq!(page.value("url").as_deref(), Some("ftp://a/?x=1&y=\"2\""));
    assert!(page.area("description").contains("<b>bold</b>"), "{}", page.area("description"));
    assert_eq!(page.selected().as_deref(), Some("USER_DISABLED"));
    assert!(page.is_checked("enabled"));
    for tag in ["<script>alert", "<b>bold"] {
        assert!(!page.holds(tag), "text is shown as text: {}", page.around(tag));
    }

    let page = browser.open(&to).await;
    assert_eq!((page.error("name"), page.summary()), (None, None), "once");
    assert_eq!((page.value("name"), page.value("url"), page.selected()), (None, None, None));
    assert_eq!(console.webhooks().await, json!([]));
    console.herald.stop().await;
}

#[tokio::test]
async fn request_headers_are_typed_one_a_line_and_wrong_ones_are_errors_beside_the_others() {
    let console = console().await;
    let mut browser = Browser::of(console.admin.clone());
    let typed = |name, headers| [console.fields(name, URL), vec![("headers", headers)]].concat();
    for (headers, said) in [
        ("X-Tenant: 7\r\nno colon", "“Name: value”"),
        ("X-Tenant: 7\r\nHost: a.example", "“host” is set by Herald or by HTTP itself"),
    ] {
        let to = browser.submit("webhooks/create", &console.new, &typed("a/b", headers)).await;
        let page = browser.open(&to).await;
        assert!(page.error("headers").expect("an error").contains(said), "{:?}", page.error("headers"));
        assert!(page.error("name").is_some(), "all that is wrong is said at once");
        assert!(page.area("headers").contains("X-Tenant: 7"), "{}", page.area("headers"));
    }
    let to =
        browser.submit("webhooks/create", &console.new, &typed("demo", "X-Tenant: 7\r\n\r\nX-Other:8")).await;
    assert_eq!(to, console.tab);
    assert_eq!(console.webhooks().await[0]["headers"], json!(["x-other", "x-tenant"]));
    console.herald.stop().await;
}

#[tokio::test]
async fn a_flash_is_shown_once_even_to_who_keeps_its_cookie() {
    let console = console().await;
    let mut browser = Browser::of(console.admin.clone());
    let to = browser.submit("webhooks/create", &console.new, &console.fields("a/b", URL)).await;
    let keeps = browser.client.clone();
    assert!(browser.open(&to).await.error("name").is_some());
    let again = crate::page::Page::read(keeps.get(&to).await);
    assert_eq!((again.error("name"), again.value("name")), (None, None));
    console.herald.stop().await;
}

#[tokio::test]
async fn a_taken_name_is_an_error_at_its_field() {
    let console = console().await;
    let mut browser = Browser::of(console.admin.clone());
    browser.submit("webhooks/create", &console.new, &console.fields("demo", URL)).await;
    let to = browser.submit("webhooks/create", &console.new, &console.fields("DEMO", URL)).await;
    let page = browser.open(&to).await;
    assert!(page.error("name").expect("an error").contains("“DEMO”"));
    assert!(!page.is_checked("enabled"), "as it was sent");
    console.herald.stop().await;
}

#[tokio::test]
async fn missing_fields_are_errors_at_their_fields() {
    let console = console().await;
    let mut browser = Browser::of(console.admin.clone());
    let to = browser.submit("webhooks/create", &console.new, &[("scope", &console.id)]).await;
    let page = browser.open(&to).await;
    for field in ["event_type", "name", "url"] {
        assert!(page.error(field).is_some(), "{field}");
    }
    assert_eq!(page.error("description"), None);
    console.herald.stop().await;
}

#[tokio::test]
async fn deleting_leads_to_the_tab_which_says_so() {
    let console = console().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let webhook = console.admin.create_webhook("USER_CREATED", URL).await;
        ids.push(webhook["id"].as_str().expect("an id").to_owned());
    }
    let mut browser = Browser::of(console.admin.clone());
    let fields = [("scope", console.id.as_str()), ("ids[]", &ids[0]), ("ids[]", &ids[2])];
    let from = format!("{}?selected={}&selected={}&delete=1", console.tab, ids[0], ids[2]);
    let to = browser.submit("webhooks/delete", &from, &fields).await;
    assert_eq!(to, console.tab);
    assert!(browser.open(&to).await.toasts().contains("Webhook(s) deleted successfully"));
    let left = console.webhooks().await;
    assert_eq!((left.as_array().map(Vec::len), &left[0]["id"]), (Some(1), &json!(ids[1])));

    let to = browser.submit("webhooks/delete", &from, &fields).await;
    assert_eq!(to, from, "back, with its query");
    let page = browser.open(&to).await;
    let refused = "Somebody else deleted some of these webhooks meanwhile. Nothing of yours was deleted.";
    assert_eq!(page.summary(), Some(format!("There is a problem{refused}")));
    assert_eq!(console.webhooks().await, left);
    console.herald.stop().await;
}

#[tokio::test]
async fn deleting_nothing_says_so() {
    let console = console().await;
    console.admin.create_webhook("USER_CREATED", URL).await;
    let mut browser = Browser::of(console.admin.clone());
    let to = browser.submit("webhooks/delete", &console.tab, &[("scope", &console.id)]).await;
    assert_eq!(to, console.tab);
    let summary = browser.open(&to).await.summary().expect("a summary");
    assert!(summary.contains("Select at least one webhook"), "{summary}");
    console.herald.stop().await;
}

#[tokio::test]
async fn a_secret_is_shown_once_on_the_webhooks_page() {
    let console = console().await;
    let webhook = console.admin.create_webhook("USER_CREATED", URL).await;
    let (id, name) = (webhook["id"].as_str().expect("an id"), webhook["name"].as_str().expect("a name"));
    let secret = console.admin.get(&format!("/api/organizations/parallelworks/webhooks/{name}/secret")).await;
    let secret = secret.ok()["secret"].as_str().expect("a secret").to_owned();
    let mut browser = Browser::of(console.admin.clone());
    let from = format!("{}/{id}/secret", console.tab);
    let fields = [("scope", console.id.as_str()), ("webhook_id", id)];
    let to = browser.submit("webhooks/secret", &from, &fields).await;
    assert_eq!(to, from);
    assert!(browser.open(&to).await.holds(&secret));
    assert!(!browser.open(&to).await.holds(&secret), "once");
    console.herald.stop().await;
}

#[tokio::test]
async fn who_may_not_is_sent_back_and_changes_nothing() {
    let console = console().await;
    console.admin.create_user("member").await;
    let member = console.admin.log_in("member", PASSWORD).await;
    let mut browser = Browser::of(member);
    let to = browser.submit("webhooks/create", &console.new, &console.fields("demo", URL)).await;
    assert_eq!(to, console.new);
    assert_eq!(browser.open(&to).await.status, 403);
    let mut visitor = Browser::of(console.herald.client());
    let to = visitor.submit("webhooks/create", &console.new, &console.fields("demo", URL)).await;
    assert!(to.starts_with("/sign-in?to=%2Forganizations%2F"), "{to}");
    assert_eq!(console.webhooks().await, json!([]));
    console.herald.stop().await;
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused_in_words() {
    let console = console().await;
    let mut browser = Browser::of(console.admin.clone());
    let fields = [("scope", "nonsense"), ("name", "kept")];
    let to = browser.submit("webhooks/create", &console.new, &fields).await;
    let page = browser.open(&to).await;
    assert!(page.summary().expect("a summary").contains("could not be read"));
    assert_eq!(page.value("name").as_deref(), Some("kept"));
    console.herald.stop().await;
}
