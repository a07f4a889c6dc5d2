//! The typed models and the pure rules of Herald, compiled into the server and into the console.
//!
//! Nothing here does I/O, reads a clock or draws a random number: time and randomness are arguments.

mod access;
mod activity;
mod audit;
mod common_password;
mod custom_headers;
mod delivery;
mod diagnosis;
mod event;
mod group;
mod health;
mod id;
mod invalid;
pub mod limits;
mod name;
mod organization;
mod retry;
mod scope;
mod signature;
#[cfg(feature = "target")]
pub mod target;
mod time;
mod user;
mod webhook;

pub use access::{Method, Operation, Refusal, Standing, Who};
pub use activity::{ActivityRange, Bucket, DurationClass, Durations, UnknownRange};
pub use audit::{
    Act, ActOutcome, AuditActor, AuditEvent, AuditOrganization, AuditPayload, AuditSource, AuditTarget,
};
pub use custom_headers::{CustomHeaders, MASKED};
pub use delivery::{
    Attempt, Delivery, DeliveryDetail, DeliveryState, ErrorClass, Exchange, Outcome, RequestLine, Trigger,
    USER_AGENT,
};
pub use diagnosis::{Claim, Finding, Part, diagnose};
pub use event::{EventType, Payload, WebhookRef, body_head, delivery_body, sample_body, sample_payload};
pub use group::{Group, GroupDetail, Member, Role};
pub use health::{Health, disabling_percent};
pub use id::{
    ApiKeyId, AuditEventId, DeliveryId, EventId, GroupId, Id, InvalidId, JobId, OrganizationId, SessionId,
    UserId, WebhookId, kind,
};
pub use invalid::{FieldError, Invalid, Issue};
pub use name::{Name, fold_case};
pub use organization::{Organization, Seats};
pub use retry::{RetryPolicy, Verdict, judge};
pub use scope::Scope;
pub use signature::{InvalidSecret, Secret, SignatureFault, sign, verify};
pub use time::Timestamp;
pub use user::{Email, LicenseStatus, OrgUser, Password, PersonName, UserName};
pub use webhook::{Description, Webhook, WebhookFilter, WebhookName, WebhookState};

/// What the page shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/receiver.md")]
struct ReceiverPage;
