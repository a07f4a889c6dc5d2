//! The console's pages, rendered whole before the first byte goes out.

use std::sync::Arc;

use api::{Backend, Flash, paths};
use app::{Assets, PageContext, Theme};
use axum::{
    Form,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::{context::use_context, nonce::use_nonce, prelude::provide_context};
use leptos_axum::ResponseOptions;
use serde::Deserialize;

use super::{
    assets,
    backend::RequestBackend,
    cookies::{THEME_COOKIE, end_flash_cookie, flash_cookie_name, theme_cookie},
};
use crate::{
    access::read_cookie,
    herald::Herald,
    http::{ProblemResponse, source_of},
};

/// Every address that is nothing else is a page, if only the one that says so.
pub(crate) async fn render_page(State(herald): State<Herald>, request: Request<Body>) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ProblemResponse(api::Problem::not_found("path")).into_response();
    }
    let source = source_of(&request);
    let caller = herald.caller(request.headers(), &source).await;
    // A page that cannot say to whom it speaks shows nothing of what waits for it.
    let name = caller
        .is_ok()
        .then(|| read_cookie(request.headers(), flash_cookie_name(&herald.public_url)))
        .flatten();
    let flash = name.as_ref().and_then(|name| herald.flashes.take(name, herald.clock.now()));
    let is_sign_in = request.uri().path() == paths::SIGN_IN;
    let context = {
        let flash = flash.clone().unwrap_or_default();
        let theme = theme(request.headers());
        let now = herald.clock.now();
        let backend: Arc<dyn Backend> = Arc::new(RequestBackend::new(herald.clone(), caller));
        move || {
            provide_context(Arc::clone(&backend));
            let options = use_context::<ResponseOptions>().unwrap_or_default();
            options.insert_header(header::CONTENT_SECURITY_POLICY, page_policy());
            let set_status: Arc<dyn Fn(u16) + Send + Sync> = Arc::new(move |status| {
                options.set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
            });
            provide_context(PageContext { theme, flash: flash.clone(), now, set_status });
        }
    };
    let render = leptos_axum::render_app_async_with_context(context, || app::shell(embedded()));
    let mut response = with_redirect(whole(render(request).await).await);
    match (name, flash) {
        (Some(name), Some(flash)) if response.status().is_redirection() => {
            herald.flashes.keep_as(name, flash, herald.clock.now());
        }
        // What waits for somebody to sign in goes on waiting there.
        (Some(name), Some(Flash { waiting: Some(form), .. })) if is_sign_in => {
            let flash = Flash { waiting: Some(form), ..Flash::default() };
            herald.flashes.keep_as(name, flash, herald.clock.now());
        }
        (Some(_), _) => end_flash(&herald, &mut response),
        (None, _) => {}
    }
    response
}

/// Leptos writes its scripts behind the document's end, and marks before them; they belong into it.
async fn whole(response: Response) -> Response {
    const END: &str = "</body>";
    let (mut parts, body) = response.into_parts();
    let page = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let page = String::from_utf8_lossy(&page);
    let page = match page.rsplit_once(END) {
        Some((document, rest)) => {
            let scripts = rest.find("<script").map_or("", |start| &rest[start..]);
            [document, scripts, END, "</html>"].concat()
        }
        None => page.into_owned(),
    };
    parts.headers.remove(header::TRANSFER_ENCODING);
    Response::from_parts(parts, Body::from(page))
}

/// Leptos redirects callers that ask for HTML; those that ask for anything get a header for scripts instead.
fn with_redirect(mut response: Response) -> Response {
    if response.headers().contains_key(header::LOCATION) {
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().remove("serverfnredirect");
    }
    response
}

fn end_flash(herald: &Herald, response: &mut Response) {
    if let Ok(cookie) = HeaderValue::from_str(&end_flash_cookie(&herald.public_url)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn embedded() -> Option<Assets> {
    let entry = assets::entry()?;
    Some(Assets { boot: entry.boot, js: entry.js, wasm: entry.wasm, css: entry.css })
}

/// Scripts only from here or with this page's nonce; styles only from here; nothing from anywhere else.
fn page_policy() -> HeaderValue {
    let nonce = use_nonce().map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

fn theme(headers: &HeaderMap) -> Theme {
    read_cookie(headers, THEME_COOKIE).and_then(|name| Theme::parse(&name)).unwrap_or_default()
}

#[derive(Deserialize)]
pub(crate) struct ThemeForm {
    theme: String,
}

/// POST `/theme`: the plain form's way; after hydration the browser sets the cookie itself.
pub(crate) async fn set_theme(
    State(herald): State<Herald>,
    headers: HeaderMap,
    Form(form): Form<ThemeForm>,
) -> Response {
    let theme = Theme::parse(&form.theme).unwrap_or_default();
    let back = super::functions::referring_page(&headers);
    let cookie = theme_cookie(&herald.public_url, theme.as_str());
    ([(header::SET_COOKIE, cookie)], Redirect::to(if back.is_empty() { paths::START } else { &back }))
        .into_response()
}
