//! The HTTP API: every route is a row of the table of operations, and all go through the same steps.

mod account;
mod allowed_targets;
mod api_keys;
mod audit;
mod call;
mod deliveries;
mod events;
mod groups;
mod openapi;
mod organizations;
mod parameters;
mod passwords;
mod query;
mod session;
mod sessions;
mod users;
mod webhooks;

use api::Problem;
use axum::{
    Router,
    extract::{DefaultBodyLimit, RawPathParams, Request, State, rejection::RawPathParamsRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodFilter, any, get, on},
};
use domain::{
    Method, Operation,
    limits::{BATCH_BYTES_MAX, REQUEST_BODY_BYTES_MAX},
};
use serde::Serialize;

use super::ProblemResponse;
use crate::herald::Herald;
use call::Call;

pub(super) fn routes() -> Router<Herald> {
    let table = Operation::ALL.iter().fold(Router::new(), |router, &operation| {
        let answer = move |state, params, request| answer(operation, state, params, request);
        router.route(
            operation.path(),
            on(method(operation), answer).layer(DefaultBodyLimit::max(body_limit(operation))),
        )
    });
    table
        .route("/api/openapi.json", get(openapi::serve_document))
        .route("/api/docs", get(openapi::serve_page))
        .route("/api/docs.css", get(openapi::serve_style))
        .method_not_allowed_fallback(wrong_method)
        .route("/api", any(no_such_path))
        .route("/api/", any(no_such_path))
        .route("/api/{*path}", any(no_such_path))
}

fn method(operation: Operation) -> MethodFilter {
    match operation.method() {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

fn body_limit(operation: Operation) -> usize {
    match operation {
        Operation::PublishEvent => BATCH_BYTES_MAX,
        _ => REQUEST_BODY_BYTES_MAX,
    }
}

async fn wrong_method() -> Response {
    let mut problem = Problem::malformed("This path does not take that method.");
    problem.status = StatusCode::METHOD_NOT_ALLOWED.as_u16();
    ProblemResponse(problem).into_response()
}

async fn no_such_path() -> Response {
    ProblemResponse(Problem::not_found("path")).into_response()
}

/// Who calls, whether they may, and only then what the body says.
async fn answer(
    operation: Operation,
    State(herald): State<Herald>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
) -> Response {
    let outcome = async {
        let call = Call::read(herald, operation, params.ok(), request).await?;
        let outcome = run(operation, &call).await;
        if let Err(problem) = &outcome {
            call.herald.note_failed_act(&call.grant, call.target(), problem).await;
        }
        outcome
    };
    match outcome.await {
        Ok(reply) => reply.into_response(),
        Err(problem) => ProblemResponse(problem).into_response(),
    }
}

async fn run(operation: Operation, call: &Call) -> Result<Reply, Problem> {
    match operation {
        Operation::ListWebhooks | Operation::ListPlatformWebhooks => webhooks::list(call).await,
        Operation::CreateWebhook | Operation::CreatePlatformWebhook => webhooks::create(call).await,
        Operation::UpdateWebhook | Operation::UpdatePlatformWebhook => webhooks::update(call).await,
        Operation::DeleteWebhook | Operation::DeletePlatformWebhook => webhooks::delete(call).await,
        Operation::ReadSecret | Operation::ReadPlatformSecret => webhooks::secret(call).await,
        Operation::RotateSecret | Operation::RotatePlatformSecret => webhooks::rotate(call).await,
        Operation::TestWebhook | Operation::TestPlatformWebhook => webhooks::test(call).await,
        Operation::ListDeliveries | Operation::ListPlatformDeliveries => deliveries::list(call).await,
        Operation::RedeliverMany | Operation::RedeliverPlatformMany => webhooks::redeliver(call).await,
        Operation::SettleHeld | Operation::SettlePlatformHeld => webhooks::settle_held(call).await,
        Operation::ReadDelivery | Operation::ReadPlatformDelivery => deliveries::read(call).await,
        Operation::RedeliverOne | Operation::RedeliverPlatformOne => deliveries::redeliver(call).await,
        Operation::ReadJob | Operation::ReadPlatformJob => deliveries::job(call).await,
        Operation::CancelJob | Operation::CancelPlatformJob => deliveries::cancel_job(call).await,
        Operation::ListEvents => events::list(call).await,
        Operation::PublishEvent => events::publish(call).await,
        Operation::ListUsers => users::list(call).await,
        Operation::CreateUser => users::create(call).await,
        Operation::SetUserActive => users::set_active(call).await,
        Operation::SetUserAdmin => users::set_admin(call).await,
        Operation::SetUserComplimentary => users::set_complimentary(call).await,
        Operation::DeleteUser => users::delete(call).await,
        Operation::ListGroups => groups::list(call).await,
        Operation::CreateGroup => groups::create(call).await,
        Operation::ReadGroup => groups::read(call).await,
        Operation::DeleteGroup => groups::delete(call).await,
        Operation::SetGroupRoles => groups::set_roles(call).await,
        Operation::ListMembers => groups::members(call).await,
        Operation::AddMember => groups::add_member(call).await,
        Operation::RemoveMember => groups::remove_member(call).await,
        Operation::ReadSeats => organizations::seats(call).await,
        Operation::SetSeats => organizations::set_seats(call).await,
        Operation::ReadAllowedTargets => allowed_targets::read(call).await,
        Operation::SetAllowedTargets => allowed_targets::set(call).await,
        Operation::ListAudit => audit::list(call).await,
        Operation::ExportAudit => audit::export(call).await,
        Operation::ListAuditActors => audit::actors(call).await,
        Operation::ListAuditTypes => audit::types(),
        Operation::ReadOrganization => organizations::read(call),
        Operation::ListOrganizations => organizations::list(call).await,
        Operation::CreateOrganization => organizations::create(call).await,
        Operation::ListSessions => sessions::list(call).await,
        Operation::EndOtherSessions => sessions::end_others(call).await,
        Operation::EndSession => sessions::end(call).await,
        Operation::EndUserSessions => sessions::end_of_user(call).await,
        Operation::ConfirmPassword => passwords::confirm(call).await,
        Operation::ChangePassword => passwords::change(call).await,
        Operation::SetOwnName => account::set_name(call).await,
        Operation::UsePasswordReset => passwords::use_reset(call).await,
        Operation::ResetUserPassword => passwords::begin_reset(call).await,
        Operation::ListApiKeys => api_keys::list(call).await,
        Operation::CreateApiKey => api_keys::create(call).await,
        Operation::DeleteApiKey => api_keys::delete(call).await,
        Operation::LogIn => session::log_in(call).await,
        Operation::LogOut => session::log_out(call).await,
        Operation::ReadSession => session::read(call).await,
        Operation::WhoAmI => session::who_am_i(call),
    }
}

/// What an operation answers.
struct Reply {
    status: StatusCode,
    json: Option<String>,
    cookie: Option<String>,
    /// What is sent in its place, as it is read.
    stream: Option<Response>,
}

impl Reply {
    fn json(value: &impl Serialize) -> Result<Self, Problem> {
        let json = serde_json::to_string(value).map_err(|error| {
            tracing::error!(%error, "An answer could not be written as JSON");
            Problem::internal()
        })?;
        Ok(Self { json: Some(json), ..Self::empty(StatusCode::OK) })
    }

    fn empty(status: StatusCode) -> Self {
        Self { status, json: None, cookie: None, stream: None }
    }

    fn stream(response: Response) -> Self {
        Self { stream: Some(response), ..Self::empty(StatusCode::OK) }
    }

    fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    fn with_cookie(self, cookie: String) -> Self {
        Self { cookie: Some(cookie), ..self }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        if let Some(response) = self.stream {
            return response;
        }
        let mut response = (self.status, self.json.clone().unwrap_or_default()).into_response();
        let headers = response.headers_mut();
        if self.json.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        } else {
            headers.remove(header::CONTENT_TYPE);
        }
        if let Some(cookie) = self.cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
            headers.append(header::SET_COOKIE, cookie);
        }
        response
    }
}
