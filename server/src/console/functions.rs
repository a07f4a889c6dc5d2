//! Calls of server functions: by scripts, which get JSON, and by plain forms, which get a redirect.

use std::sync::Arc;

use api::{Backend, Code, Flash, FormFlash, Problem, paths, session::SignIn};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use domain::limits::REQUEST_BODY_BYTES_MAX;
use leptos::{
    prelude::provide_context,
    server_fn::{ServerFn, axum::get_server_fn_service},
};

use super::{
    backend::{Ending, RequestBackend},
    cookies::{flash_cookie, flash_cookie_name},
    flashes::age_max,
};
use crate::{
    access::read_cookie,
    herald::Herald,
    http::{ProblemResponse, source_of},
};

/// Fields of a form in which its target is looked for.
const FIELDS_MAX: usize = 32;
const TYPED_BYTES_MAX: usize = 32 * 1024;

/// POST `/fn/...`
pub(crate) async fn call_function(State(herald): State<Herald>, request: Request) -> Response {
    match call(&herald, request).await {
        Ok(response) => response,
        Err(problem) => ProblemResponse(problem).into_response(),
    }
}

async fn call(herald: &Herald, request: Request) -> Result<Response, Problem> {
    if get_server_fn_service(request.uri().path(), request.method().clone()).is_none() {
        return Err(Problem::not_found("function"));
    }
    let source = source_of(&request);
    let caller = herald.caller(request.headers(), &source).await;
    let backend = RequestBackend::new(herald.clone(), caller);
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, REQUEST_BODY_BYTES_MAX).await.map_err(|_| too_long())?;
    let plain_form = accepts_html(&parts.headers);
    let waiting = if parts.uri.path() == SignIn::PATH { take_waiting(herald, &parts.headers) } else { None };
    let action = parts.uri.path().to_owned();
    let from = referring_page(&parts.headers);

    let context = {
        let backend: Arc<dyn Backend> = Arc::new(backend.clone());
        move || provide_context(Arc::clone(&backend))
    };
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let response = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    backend.note_failure(&target(&body)).await;
    let ending = backend.ending();
    let mut response = if plain_form {
        redirect(herald, &action, from, &body, ending.clone(), waiting)
    } else {
        with_status(response, &ending).await
    };
    for cookie in ending.cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What a form is about, as far as it says so itself: an id, or the name of what is to be.
fn target(body: &Bytes) -> String {
    const FIELDS: [&str; 9] = [
        "webhook_id",
        "user_id",
        "group_id",
        "delivery_id",
        "ids[0]",
        "api_key_id",
        "session_id",
        "username",
        "name",
    ];
    let fields: Vec<_> = url::form_urlencoded::parse(body).take(FIELDS_MAX).collect();
    let value = |wanted: &str| fields.iter().find(|(name, _)| name == wanted);
    FIELDS.into_iter().find_map(value).map_or_else(String::new, |(_, value)| value.to_string())
}

fn too_long() -> Problem {
    let mut problem = Problem::malformed(format!("The form is longer than {REQUEST_BODY_BYTES_MAX} bytes."));
    problem.status = StatusCode::PAYLOAD_TOO_LARGE.as_u16();
    problem
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Path and query of the page that the form stands on. Its host is of no interest: one goes on within the console.
pub(super) fn referring_page(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let path =
        referer.and_then(|text| text.parse::<Uri>().ok()).and_then(|uri| uri.into_parts().path_and_query);
    path.map_or_else(|| paths::START.to_owned(), |path| api::session::after_sign_in(path.as_str()).to)
}

/// Every error of a server function answers 500 by itself; the problem knows better.
async fn with_status(response: Response, ending: &Ending) -> Response {
    if response.status().is_success() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, REQUEST_BODY_BYTES_MAX).await else {
        return ProblemResponse(Problem::internal()).into_response();
    };
    let problem = ending.problem().cloned().or_else(|| serde_json::from_slice::<Problem>(&body).ok());
    if let Some(problem) = problem {
        parts.status = StatusCode::from_u16(problem.status).unwrap_or(parts.status);
        if let Some(seconds) = problem.retry_after {
            parts.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    Response::from_parts(parts, Body::from(body))
}

/// The form that waits for whoever signs in now.
fn take_waiting(herald: &Herald, headers: &HeaderMap) -> Option<FormFlash> {
    let name = read_cookie(headers, flash_cookie_name(&herald.public_url))?;
    herald.flashes.take(&name, herald.clock.now())?.waiting
}

/// Sends a plain form on: where its success leads, or back to where it stands, as it was typed. Whose session has ended signs
/// in first.
fn redirect(
    herald: &Herald,
    action: &str,
    from: String,
    body: &Bytes,
    ending: Ending,
    waiting: Option<FormFlash>,
) -> Response {
    let (to, flash) = match &ending.outcome {
        Some(Ok(next)) if waiting.is_some() => {
            (next.to.clone(), Flash { form: waiting, ..ending.flash.clone() })
        }
        Some(Err(problem)) if problem.code == Code::Unauthenticated && action != SignIn::PATH => {
            let waiting = Some(form_flash(action, session_ended(), body));
            (sign_in_and_back(&from), Flash { waiting, ..Flash::default() })
        }
        Some(Ok(next)) => (next.to.clone(), Flash { toast: next.toast, ..ending.flash.clone() }),
        Some(Err(problem)) => {
            (from, Flash { waiting, ..refused(action, problem.clone(), body, &ending.flash) })
        }
        None if ending.flash != Flash::default() => (from, ending.flash.clone()),
        None => (from, refused(action, unread(), body, &ending.flash)),
    };
    let age_max = age_max(&flash);
    let name = herald.flashes.keep(flash, herald.clock.now());
    let location = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static(paths::START));
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    if let Ok(cookie) = HeaderValue::from_str(&flash_cookie(&herald.public_url, &name, age_max)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn sign_in_and_back(to: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
    format!("{}?{query}", paths::SIGN_IN)
}

/// What the form says when it is shown again.
fn session_ended() -> Problem {
    let detail = "Your session had ended, so nothing was saved. Check what you typed, and send it again.";
    Problem { detail: detail.to_owned(), ..Problem::unauthenticated() }
}

/// The function never ran: its arguments could not be read.
fn unread() -> Problem {
    Problem::malformed("The form could not be read. Reload the page and try again.")
}

fn refused(action: &str, problem: Problem, body: &Bytes, flash: &Flash) -> Flash {
    Flash { form: Some(form_flash(action, problem, body)), ..flash.clone() }
}

fn form_flash(action: &str, problem: Problem, body: &Bytes) -> FormFlash {
    FormFlash { action: action.to_owned(), problem, values: typed(body) }
}

/// What was typed, without passwords and without the first run's token; nothing of a form that is longer than any
/// of ours can be, so that many of them cannot fill the memory.
fn typed(body: &Bytes) -> Vec<(String, String)> {
    if body.len() > TYPED_BYTES_MAX {
        return Vec::new();
    }
    url::form_urlencoded::parse(body)
        .filter(|(name, _)| !is_secret(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn is_secret(field: &str) -> bool {
    ["password", "token", "secret"].iter().any(|word| field.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(referer: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::REFERER, HeaderValue::from_str(referer).expect("a header"))])
    }

    #[test]
    fn one_goes_back_within_the_console_only() {
        assert_eq!(referring_page(&headers("http://127.0.0.1:3000/a/b?c=d")), "/a/b?c=d");
        assert_eq!(referring_page(&headers("https://evil.example//evil.example/x")), "/");
        assert_eq!(referring_page(&headers("about:blank")), "/");
        assert_eq!(referring_page(&HeaderMap::new()), "/");
    }

    #[test]
    fn passwords_are_not_kept() {
        let body = Bytes::from_static(b"username=a+b&password=hush&current_password=h&token=t&name=%C3%A9");
        assert_eq!(typed(&body), [("username".into(), "a b".into()), ("name".into(), "é".into())]);
    }
}
