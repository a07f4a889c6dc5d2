//! Rate limits: by key, by address, on guesses, on what could be an oracle; and who is believed where a request comes from.

use std::time::Duration;

use serde_json::{Value, json};
use server::limits::RateLimits;

use crate::support::{ADMIN, Answer, Client, PASSWORD, TestHerald, fresh};

const LOG_IN: &str = "/api/sso/password/login";
/// The tests' own address: as a proxy that is trusted, it can speak for others.
const SELF: [&str; 1] = ["127.0.0.1"];

#[tokio::test]
async fn a_key_has_a_thousand_requests_a_second_and_an_address_a_hundred() {
    let herald = TestHerald::start_limited(RateLimits::default(), &[]).await;
    let admin = herald.first_admin().await;
    let made = admin.post("/api/apikeys", json!({})).await.ok();
    let key = herald.client().authorized(&format!("Bearer {}", made["key"].as_str().expect("a key")));
    herald.clock.advance(Duration::from_secs(1));

    let first = key.get("/api/auth/whoami").await;
    assert_eq!(limit_of(&first), ("1000", "999", "1"));
    for _ in 1..1_000 {
        assert_eq!(key.get("/api/auth/whoami").await.status, 200);
    }
    assert_limited(&key.get("/api/auth/whoami").await);
    assert_limited(&key.get("/api/organizations/parallelworks/webhooks").await);
    // What a key has used up is not taken from the address, nor from another key.
    assert_eq!(limit_of(&admin.get("/api/auth/whoami").await), ("100", "99", "1"));
    for _ in 1..100 {
        assert_eq!(herald.client().get("/sign-in").await.status, 200);
    }
    for path in ["/api/auth/whoami", "/sign-in", "/nothing"] {
        assert_limited(&admin.get(path).await);
    }
    assert_eq!(
        herald.client().get("/healthz").await.status,
        200,
        "who watches the process is not told it is down"
    );
    herald.clock.advance(Duration::from_secs(1));
    assert_eq!((key.get("/api/auth/whoami").await.status, admin.get("/").await.status), (200, 200));
    herald.stop().await;
}

#[tokio::test]
async fn made_up_keys_count_for_the_address_that_sends_them() {
    let herald = TestHerald::start_limited(RateLimits::default(), &SELF).await;
    herald.first_admin().await;
    herald.clock.advance(Duration::from_secs(1));
    for number in 0..100 {
        let answer =
            herald.client().authorized(&format!("Bearer pwt_a.{number}")).get("/api/auth/whoami").await;
        assert_eq!(answer.status, 401);
    }
    assert_limited(&herald.client().authorized("Bearer pwt_a.b").get("/api/auth/whoami").await);
    assert_limited(&herald.client().get("/sign-in").await);
    assert_eq!(herald.client().with_header("x-forwarded-for", "1.2.3.4").get("/sign-in").await.status, 200);
    herald.stop().await;
}

#[tokio::test]
async fn guessing_is_limited_and_the_owner_still_enters() {
    let limits = RateLimits { address_requests: 0, ..RateLimits::default() };
    let herald = TestHerald::start_limited(limits, &SELF).await;
    let admin = herald.first_admin().await;
    let (mut tried, mut refused) = (0, 0);
    for number in 0..200 {
        let name = if number % 2 == 0 { "admin" } else { "ADMIN@parallelworks.com" };
        let answer = log_in(&herald.client(), name, &format!("guess number {number}")).await;
        match answer.status {
            401 => tried += 1,
            _ => {
                assert_limited(&answer);
                refused += 1;
            }
        }
    }
    assert_eq!((tried, refused), (10, 190), "by name and by e-mail is one account");
    let right = log_in(&herald.client(), ADMIN, PASSWORD).await;
    assert_limited(&right);
    assert!(right.set_cookies().is_empty(), "not even the right password enters from there");
    let form = herald.client().call("session/sign-in", &[("username", ADMIN), ("password", PASSWORD)]).await;
    assert_eq!((form.status, form.header("retry-after")), (429, "60"), "the console's way in is the same");

    assert_eq!(admin.get("/api/auth/whoami").await.status, 200, "a session goes on");
    let elsewhere = herald.client().with_header("x-forwarded-for", "1.2.3.4");
    assert_eq!(log_in(&elsewhere, ADMIN, PASSWORD).await.status, 204, "and the owner enters from elsewhere");
    herald.clock.advance(Duration::from_secs(60));
    assert_eq!(log_in(&herald.client(), ADMIN, PASSWORD).await.status, 204);
    herald.stop().await;
}

#[tokio::test]
async fn guesses_at_once_are_not_all_let_through() {
    let limits = RateLimits { account_failures: 3, ..RateLimits::none() };
    let herald = TestHerald::start_limited(limits, &[]).await;
    herald.first_admin().await;
    let guesses: Vec<_> = (0..20)
        .map(|number| {
            let client = herald.client();
            tokio::spawn(async move { log_in(&client, ADMIN, &format!("guess {number}")).await.status })
        })
        .collect();
    let mut tried = 0;
    for guess in guesses {
        tried += usize::from(guess.await.expect("an answer") == 401);
    }
    assert_eq!(tried, 3);
    herald.stop().await;
}

#[tokio::test]
async fn log_ins_that_succeed_are_not_counted() {
    let limits = RateLimits { account_failures: 2, address_failures: 2, ..RateLimits::none() };
    let herald = TestHerald::start_limited(limits, &[]).await;
    herald.first_admin().await;
    for _ in 0..5 {
        assert_eq!(log_in(&herald.client(), ADMIN, PASSWORD).await.status, 204);
    }
    herald.stop().await;
}

#[tokio::test]
async fn who_says_to_come_from_elsewhere_is_believed_only_behind_a_trusted_proxy() {
    let limits = RateLimits { account_failures: 1, ..RateLimits::none() };
    for (proxies, believed) in [(&[][..], false), (&["10.0.0.0/8"], false), (&SELF, true)] {
        let herald = TestHerald::start_limited(limits, proxies).await;
        herald.first_admin().await;
        for (number, header) in ["x-forwarded-for", "forwarded"].into_iter().enumerate() {
            let mut statuses = Vec::new();
            for client in 1..=2 {
                let address =
                    format!("{}1.2.{number}.{client}", if header == "forwarded" { "for=" } else { "" });
                let client = herald.client().with_header(header, &address);
                statuses.push(log_in(&client, &format!("nobody-{number}"), "a wrong one").await.status);
            }
            let expected = if believed { [401, 401] } else { [401, 429] };
            assert_eq!(statuses, expected, "{header} behind {proxies:?}");
        }
        herald.stop().await;
    }
}

#[tokio::test]
async fn names_that_are_refused_and_test_sends_are_limited_for_each_organization() {
    let limits = RateLimits { refused_targets: 3, test_sends: 2, ..RateLimits::none() };
    let herald = TestHerald::start_limited(limits, &[]).await;
    let admin = herald.first_admin().await;
    admin.create_organization("acme").await;
    let webhook = admin.create_webhook("USER_DISABLED", "http://127.0.0.1:1024/").await;
    let create = async |organization: &str, url: &str| {
        let body = json!({ "enabled": false, "name": fresh("hook"), "type": "USER_LOGIN", "url": url });
        admin.post(&format!("/api/organizations/{organization}/webhooks"), body).await
    };
    let edit = async |url: &str| {
        let path = format!(
            "/api/organizations/parallelworks/webhooks/{}",
            webhook["name"].as_str().expect("a name")
        );
        admin.patch(&path, json!({ "url": url })).await
    };
    // Neither addresses, which nobody has to look up, nor names that may be called are counted.
    for _ in 0..5 {
        assert_eq!(create("parallelworks", "https://10.0.0.1/").await.status, 422);
        assert_eq!(create("parallelworks", "http://localhost:1024/").await.status, 200);
    }
    assert_eq!(create("parallelworks", "https://db.inner.invalid/").await.status, 422);
    assert_eq!(edit("https://mail.inner.invalid/").await.status, 422);
    assert_eq!(create("parallelworks", "https://git.inner.invalid/").await.status, 422);
    assert_limited(&create("parallelworks", "https://one-more.inner.invalid/").await);
    assert_limited(&edit("http://localhost:1024/").await);
    assert_eq!(
        create("acme", "https://db.inner.invalid/").await.status,
        422,
        "another organization has its own"
    );

    let path = format!(
        "/api/organizations/parallelworks/webhooks/{}/test",
        webhook["name"].as_str().expect("a name")
    );
    for _ in 0..2 {
        admin.post(&path, json!({})).await.ok();
    }
    assert_limited(&admin.post(&path, json!({})).await);
    herald.clock.advance(Duration::from_secs(60));
    admin.post(&path, json!({})).await.ok();
    assert_eq!(create("parallelworks", "https://db.inner.invalid/").await.status, 422);
    herald.stop().await;
}

async fn log_in(client: &Client, username: &str, password: &str) -> Answer {
    client.post(LOG_IN, json!({ "username": username, "password": password })).await
}

fn limit_of(answer: &Answer) -> (&str, &str, &str) {
    (answer.header("ratelimit-limit"), answer.header("ratelimit-remaining"), answer.header("ratelimit-reset"))
}

#[track_caller]
fn assert_limited(answer: &Answer) {
    assert_eq!((answer.status, &answer.json["code"]), (429, &Value::from("rate_limited")), "{}", answer.text);
    let seconds: u64 = answer.header("retry-after").parse().expect("whole seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
}
