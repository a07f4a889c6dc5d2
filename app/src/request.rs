//! What a request brings to its page.

use std::sync::Arc;

use api::{Flash, FormFlash, webhooks::SecretView};
use domain::{Timestamp, WebhookId};
use leptos::prelude::*;

use crate::theme::Theme;

/// What the server provides as context for each page.
#[derive(Clone)]
pub struct PageContext {
    pub theme: Theme,
    pub flash: Flash,
    pub now: Timestamp,
    /// Sets the status of the answer.
    pub set_status: Arc<dyn Fn(u16) + Send + Sync>,
}

impl PageContext {
    /// A plain form of this server function that was refused just now.
    pub(crate) fn refused_form(&self, action: &str) -> Option<FormFlash> {
        self.flash.form.clone().filter(|form| form.action == action)
    }

    /// The secret that was asked for just now.
    pub(crate) fn revealed_secret(&self, webhook: WebhookId) -> Option<SecretView> {
        self.flash.secret.clone().filter(|(of, _)| *of == webhook).map(|(_, secret)| secret)
    }
}

pub(crate) fn use_page() -> PageContext {
    use_context().unwrap_or_else(|| PageContext {
        theme: Theme::default(),
        flash: Flash::default(),
        now: Timestamp::from_unix_ms(0),
        set_status: Arc::new(|_| ()),
    })
}
