//! A caller of Herald: nobody, a session, or an API key; with builders for what tests begin with.

use std::time::Duration;

use reqwest::{
    Method, Response,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE},
};
use serde_json::{Value, json};

use super::{ADMIN, ORGANIZATION, PASSWORD, document, fresh};

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    /// `name=value` pairs.
    cookies: Vec<String>,
    authorization: Option<String>,
    /// Sent with every request.
    headers: HeaderMap,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null when the body is empty or no JSON.
    pub json: Value,
    pub text: String,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a whole body");
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, json, text }
    }

    /// The JSON of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json
    }

    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    /// All `Set-Cookie` lines.
    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().expect("text")).collect()
    }

    /// The pointers of a problem's errors.
    pub fn pointers(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().expect("a pointer")).collect()
    }
}

impl Client {
    pub fn nobody(http: reqwest::Client, url: &str) -> Self {
        Self {
            http,
            url: url.to_owned(),
            cookies: Vec::new(),
            authorization: None,
            headers: HeaderMap::new(),
        }
    }

    /// The same with an `Authorization` header, such as `Bearer KEY`.
    pub fn authorized(&self, authorization: &str) -> Self {
        Self { authorization: Some(authorization.to_owned()), ..self.clone() }
    }

    /// The same, with one more header in every request.
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.insert(name, value.parse().expect("a header's value"));
        client
    }

    /// As a browser after this answer: takes over the cookies that it sets and forgets those that it ends.
    pub fn with_cookies(&self, answer: &Answer) -> Self {
        let mut cookies = self.cookies.clone();
        for line in answer.set_cookies() {
            let pair = line.split(';').next().unwrap_or_default();
            let name = pair.split('=').next().unwrap_or_default();
            cookies.retain(|known| known.split('=').next() != Some(name));
            if !line.contains("Max-Age=0") {
                cookies.push(pair.to_owned());
            }
        }
        Self { cookies, ..self.clone() }
    }

    /// The cookies, as the header has them.
    pub fn cookies(&self) -> String {
        self.cookies.join("; ")
    }

    pub fn raw(&self) -> &reqwest::Client {
        &self.http
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A request with this caller's credentials, to be added to and sent by hand.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method: Method = method.parse().expect("a method");
        let mut request = self.http.request(method, self.url(path)).headers(self.headers.clone());
        if !self.cookies.is_empty() {
            request = request.header(COOKIE, self.cookies());
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        request
    }

    /// Sends a body as it stands, said to be JSON.
    pub async fn send(&self, method: &str, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(method, path).header(CONTENT_TYPE, "application/json").body(body);
        Self::answer(request).await
    }

    /// Sends a request that [`Client::request`] began.
    pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
        let (http, request) = request.build_split();
        let request = request.expect("a request");
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let answer = Answer::read(http.execute(request).await.expect("an answer")).await;
        document::check(&method, &path, &answer);
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        Self::answer(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, body.to_string()).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, body.to_string()).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, body.to_string()).await
    }

    pub async fn delete(&self, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send("DELETE", path, body).await
    }

    /// Calls a server function (`webhooks/list`) as the hydrated console does: JSON comes back.
    pub async fn call(&self, function: &str, fields: &[(&str, &str)]) -> Answer {
        Self::answer(self.form_request(function, fields).header(ACCEPT, "application/json")).await
    }

    /// Calls a server function whose arguments are JSON.
    pub async fn call_json(&self, function: &str, arguments: Value) -> Answer {
        self.post(&format!("/fn/{function}"), arguments).await
    }

    /// Posts a plain form to a server function, as a browser without scripts does from the page `from`.
    pub async fn submit(&self, function: &str, from: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.form_request(function, fields).header(ACCEPT, "text/html,application/xhtml+xml");
        Self::answer(request.header("referer", self.url(from)).header("origin", &self.url)).await
    }

    fn form_request(&self, function: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let request = self.request("POST", &format!("/fn/{function}"));
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(fields))
    }

    /// Logs in over the API; this client stays who it is.
    pub async fn log_in(&self, username: &str, password: &str) -> Self {
        let nobody = Self { cookies: Vec::new(), authorization: None, ..self.clone() };
        let body = json!({ "username": username, "password": password });
        let answer = nobody.post("/api/sso/password/login", body).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        nobody.with_cookies(&answer)
    }
}

/// Fields as a browser writes them into the body of a form.
pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub fn login_event(username: &str) -> Value {
    json!({ "type": "USER_LOGIN", "payload": {
        "username": username, "email": "demo@parallelworks.com", "userId": "653c787c8e048caa7cb4e554",
        "organization": ORGANIZATION,
    } })
}

/// What tests begin with. Each panics unless it succeeds, and answers what the API answers.
impl Client {
    /// A user of `parallelworks` who can log in with [`PASSWORD`].
    pub async fn create_user(&self, username: &str) -> Value {
        self.create_user_in(ORGANIZATION, username).await
    }

    pub async fn create_user_in(&self, organization: &str, username: &str) -> Value {
        let body = json!({
            "username": username, "email": format!("{username}@{organization}.com"), "name": username,
            "password": PASSWORD,
        });
        self.post(&format!("/api/organizations/{organization}/users"), body).await.ok()
    }

    /// An enabled webhook of `parallelworks` with a fresh name.
    pub async fn create_webhook(&self, event_type: &str, url: &str) -> Value {
        self.create_webhook_in(ORGANIZATION, event_type, url).await
    }

    pub async fn create_webhook_in(&self, organization: &str, event_type: &str, url: &str) -> Value {
        let body = json!({ "enabled": true, "name": fresh("webhook"), "type": event_type, "url": url });
        self.post(&format!("/api/organizations/{organization}/webhooks"), body).await.ok()
    }

    /// Asks for the newest delivery of a webhook of `parallelworks` until it is as wanted.
    pub async fn until_delivery(&self, webhook: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let newest = self.newest_delivery(webhook).await;
                if wanted(&newest) {
                    return newest;
                }
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(10), asking).await;
        found.unwrap_or_else(|_| panic!("the newest delivery of {webhook} did not become what was wanted"))
    }

    /// The newest delivery of a webhook of `parallelworks`; null where there is none.
    pub async fn newest_delivery(&self, webhook: &str) -> Value {
        let path = format!("/api/organizations/{ORGANIZATION}/webhooks/{webhook}/deliveries");
        self.get(&path).await.ok()["deliveries"][0].take()
    }

    /// Publishes a log in of this user name for `parallelworks`; answers the event's id.
    pub async fn publish_login(&self, username: &str) -> String {
        let path = format!("/api/organizations/{ORGANIZATION}/webhook-events");
        let accepted = self.post(&path, login_event(username)).await.ok();
        accepted["id"].as_str().expect("an id").to_owned()
    }

    /// Publishes as many log ins, a hundred a request.
    pub async fn publish_logins(&self, count: usize) {
        let path = format!("/api/organizations/{ORGANIZATION}/webhook-events");
        for first in (0..count).step_by(100) {
            let batch: Vec<Value> =
                (first..count.min(first + 100)).map(|n| login_event(&format!("user-{n}"))).collect();
            for result in self.post(&path, Value::from(batch)).await.ok().as_array().expect("a list") {
                assert_eq!(result["status"], 202, "{result}");
            }
        }
    }

    /// Asks for a job until it has ended.
    pub async fn until_job(&self, job: &Value) -> Value {
        let path = format!("/api/organizations/{ORGANIZATION}/jobs/{}", job.as_str().expect("a job's id"));
        let asking = async {
            loop {
                let found = self.get(&path).await.ok();
                if found["status"] != "running" {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), asking).await.expect("the job ends")
    }

    /// Asks until a webhook of `parallelworks` has this many deliveries in a state.
    pub async fn until_count(&self, webhook: &str, status: &str, count: usize) {
        let path = format!(
            "/api/organizations/{ORGANIZATION}/webhooks/{webhook}/deliveries?limit=1000&status={status}"
        );
        let mut found = None;
        let asking = async {
            while found != Some(count) {
                found = self.get(&path).await.ok()["deliveries"].as_array().map(Vec::len);
            }
        };
        let done = tokio::time::timeout(Duration::from_secs(20), asking).await;
        assert!(done.is_ok(), "{webhook} has {found:?} {status}, not {count}");
    }

    /// A new user who holds a role in their own organization, logged in.
    pub async fn holder(&self, organization: &str, username: &str, role: &str) -> Client {
        let group = format!("{username}-group");
        self.create_user_in(organization, username).await;
        self.create_group(organization, &group, &[role]).await;
        self.add_member(organization, &group, username).await;
        self.log_in(username, PASSWORD).await
    }

    pub async fn create_organization(&self, name: &str) -> Value {
        self.post("/api/organizations", json!({ "organizationName": name })).await.ok()
    }

    pub async fn create_group(&self, organization: &str, name: &str, roles: &[&str]) -> Value {
        let body = json!({ "name": name, "roles": roles });
        self.post(&format!("/api/organizations/{organization}/groups"), body).await.ok()
    }

    pub async fn add_member(&self, organization: &str, group: &str, username: &str) -> Value {
        let path = format!("/api/organizations/{organization}/groups/{group}/members");
        self.post(&path, json!({ "username": username })).await.ok()
    }

    pub async fn remove_member(&self, organization: &str, group: &str, username: &str) {
        let path = format!("/api/organizations/{organization}/groups/{group}/members");
        self.delete(&path, json!({ "username": username })).await.ok();
    }

    /// Disables or enables a user of `parallelworks`.
    pub async fn set_active(&self, username: &str, active: bool) {
        let path = format!("/api/organizations/{ORGANIZATION}/users/{username}/active");
        self.put(&path, json!({ "active": active })).await.ok();
    }

    /// The id of an organization that this client sees.
    pub async fn organization_id(&self, name: &str) -> String {
        let all = self.get("/api/organizations").await.ok();
        let found = all["organizations"].as_array().expect("a list").iter().find(|one| one["name"] == name);
        found.expect("that organization")["id"].as_str().expect("an id").to_owned()
    }

    /// A session of the first admin's own.
    pub async fn log_in_admin(&self) -> Self {
        self.log_in(ADMIN, PASSWORD).await
    }
}
