//! The console's server functions: plain forms of browsers without scripts get a redirect, scripts get JSON.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

#[path = "../support/mod.rs"]
mod support;

mod again;
mod page;
mod scripts;
mod session;
mod users;
mod webhooks;

use page::Page;
use support::{Answer, Client};

/// A browser without scripts: a client that takes over cookies and goes where it is sent.
struct Browser {
    client: Client,
}

impl Browser {
    fn of(client: Client) -> Self {
        Self { client }
    }

    /// Submits a plain form from a page, and answers where it leads, without going there yet.
    async fn submit(&mut self, function: &str, from: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.client.submit(function, from, fields).await;
        self.follow(&answer)
    }

    fn follow(&mut self, answer: &Answer) -> String {
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(answer.text, "", "a redirect needs no body");
        let flash = answer.set_cookies().into_iter().filter(|line| line.starts_with("herald_flash=")).count();
        assert_eq!(flash, 1, "what is to be shown there travels along");
        self.client = self.client.with_cookies(answer);
        answer.header("location").to_owned()
    }

    async fn open(&mut self, path: &str) -> Page {
        let answer = self.client.get(path).await;
        self.client = self.client.with_cookies(&answer);
        Page::read(answer)
    }
}
