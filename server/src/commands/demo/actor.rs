//! Does what the story says, as any program would: by the HTTP API, with a key.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{
    receiver::Receiver,
    story::{Act, ORGANIZATION, Person},
};
use crate::commands::CommandError;

const ANSWER_BYTES_MAX: usize = 1024 * 1024;

pub(super) struct Actor {
    api_key: String,
    /// Of the story's people; all have the same one, and it is not the admin's.
    password: String,
    ids: HashMap<&'static str, String>,
}

impl Actor {
    pub(super) fn new(api_key: String, password: String) -> Self {
        Self { api_key, password, ids: HashMap::new() }
    }

    pub(super) async fn perform(
        &mut self,
        act: &Act,
        herald: &Router,
        receiver: &Receiver,
    ) -> Result<(), CommandError> {
        let (method, path, body) = match act {
            Act::Tell(route, answer) => {
                receiver.tell(route, *answer);
                return Ok(());
            }
            Act::Join(person) => return self.join(person, herald).await,
            Act::Webhook(webhook) => {
                let url = receiver.url(webhook.route)?;
                let body = json!({"name": webhook.name, "type": webhook.event_type.as_str(), "url": url,
                                  "description": webhook.description, "enabled": true});
                (Method::POST, "webhooks".to_owned(), body)
            }
            Act::DisableWebhook(name) => {
                (Method::PATCH, format!("webhooks/{name}"), json!({"enabled": false}))
            }
            Act::Group(name, description) => {
                (Method::POST, "groups".to_owned(), json!({"name": name, "description": description}))
            }
            Act::LogIn(person) => {
                let body = json!({"type": "USER_LOGIN", "payload": self.payload(person)});
                (Method::POST, "webhook-events".to_owned(), body)
            }
            Act::Add(person, group) => {
                (Method::POST, format!("groups/{group}/members"), json!({"username": person.username}))
            }
            Act::Remove(person, group) => {
                (Method::DELETE, format!("groups/{group}/members"), json!({"username": person.username}))
            }
            Act::Disable(person) => {
                (Method::PUT, format!("users/{}/active", person.username), json!({"active": false}))
            }
        };
        self.send(herald, method, &in_organization(&path), &body).await?;
        Ok(())
    }

    /// Makes a user, who logs in for the first time.
    async fn join(&mut self, person: &Person, herald: &Router) -> Result<(), CommandError> {
        let Person { username, name } = *person;
        let password = &self.password;
        let body = json!({"username": username, "name": name, "email": person.email(), "password": password});
        let made = self.send(herald, Method::POST, &in_organization("users"), &body).await?;
        let log_in = json!({"username": username, "password": password});
        self.send(herald, Method::POST, "/api/sso/password/login", &log_in).await?;
        let id = made["id"].as_str().ok_or("a user was made without an id")?;
        self.ids.insert(username, id.to_owned());
        Ok(())
    }

    fn payload(&self, person: &Person) -> Value {
        json!({"username": person.username, "email": person.email(), "userId": self.ids.get(person.username),
               "organization": ORGANIZATION})
    }

    async fn send(
        &self,
        herald: &Router,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, CommandError> {
        let from = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .extension(ConnectInfo(from))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.api_key))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))?;
        let answer = herald.clone().oneshot(request).await?;
        let status = answer.status();
        let body = to_bytes(answer.into_body(), ANSWER_BYTES_MAX).await?;
        if !status.is_success() {
            return Err(format!("{path} answered {status}: {}", String::from_utf8_lossy(&body)).into());
        }
        // An answer without a body is none.
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}

fn in_organization(path: &str) -> String {
    format!("/api/organizations/{ORGANIZATION}/{path}")
}
