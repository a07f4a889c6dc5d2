//! Webhooks: the tab, the form, a webhook's page.

pub(in crate::pages) mod detail;
pub(in crate::pages) mod list;
pub(in crate::pages) mod new;
