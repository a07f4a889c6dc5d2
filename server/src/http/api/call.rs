//! One call of the API: the caller's grant, the path, the query and the body.

use api::Problem;
use axum::{
    body::{Bytes, HttpBody},
    extract::{FromRequest, Query, RawPathParams, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use domain::{FieldError, Issue, Method, Operation};

use super::parameters;
use crate::{
    access::Grant,
    herald::Herald,
    http::{members::Members, source_of},
};

/// Parameters that one answer says something about.
const NAMED_MAX: usize = 64;

pub(super) struct Call {
    pub(super) herald: Herald,
    pub(super) grant: Grant,
    params: Vec<(String, String)>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// Checks the caller before anything of the body is read. `params` is `None` where they are not UTF-8.
    pub(super) async fn read(
        herald: Herald,
        operation: Operation,
        params: Option<RawPathParams>,
        request: Request,
    ) -> Result<Self, Problem> {
        let source = source_of(&request);
        let Some(params) = params else {
            // Nothing has such a name.
            let caller = herald.caller(request.headers(), &source).await?;
            herald.authorize(&caller, operation, Some(None)).await?;
            return Err(Problem::not_found("path"));
        };
        let params: Vec<(String, String)> =
            params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let organization = param(&params, "organization");
        let grant = herald.admit(request.headers(), &source, operation, organization).await?;
        let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
            .map_err(|error| Problem::malformed(format!("The query could not be read: {error}.")))?
            .0;
        check_names(operation, &query)?;
        check_type(&grant, &request)?;
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, &()).await.map_err(|error| {
            let mut problem = Problem::malformed(format!("The body could not be read: {error}."));
            problem.status = error.status().as_u16();
            problem
        })?;
        Ok(Self { herald, grant, params, query, headers, body })
    }

    /// A segment of the path, percent-decoded; the route says which there are.
    pub(super) fn param(&self, name: &str) -> &str {
        param(&self.params, name).unwrap_or_default()
    }

    /// The name or id of what the path is about, within its organization.
    pub(super) fn target(&self) -> &str {
        self.params.last().map_or("", |(_, value)| value)
    }

    pub(super) fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// A header that may stand in a request once, and `None` where it does not.
    pub(super) fn header(&self, name: &str) -> Result<Option<&str>, Issue> {
        let mut values = self.headers.get_all(name).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Issue::new("repeated", "This header stands in the request more than once."));
        }
        let detail = "This header has characters other than printable ASCII.";
        value.to_str().map(Some).map_err(|_| Issue::new("invalid", detail))
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn members(&self) -> Result<Members, Problem> {
        Members::read(&self.body)
    }

    pub(super) fn optional_members(&self) -> Result<Members, Problem> {
        Members::read_optional(&self.body)
    }
}

/// How much of a type is repeated to who sent it.
const TYPE_SHOWN: usize = 100;

/// Bodies are JSON. One that says nothing of itself counts as JSON, unless a browser may have added the cookie to it.
fn check_type(grant: &Grant, request: &Request) -> Result<(), Problem> {
    if grant.operation().method() == Method::Get || request.body().is_end_stream() {
        return Ok(());
    }
    let mut types = request.headers().get_all(header::CONTENT_TYPE).iter().peekable();
    let by_cookie = grant.caller().session.is_some();
    let wrong = match types.peek() {
        None if by_cookie => "it says nothing of its type".to_owned(),
        _ => match types.find(|given| !is_json(given)) {
            Some(given) => {
                let given = String::from_utf8_lossy(given.as_bytes());
                let shown: String = given.escape_debug().take(TYPE_SHOWN).collect();
                format!("it says “{shown}”")
            }
            None => return Ok(()),
        },
    };
    let detail =
        format!("The body must be JSON, and {wrong}. Send the header “Content-Type: application/json”.");
    let mut problem = Problem::malformed(detail);
    problem.status = StatusCode::UNSUPPORTED_MEDIA_TYPE.as_u16();
    Err(problem)
}

/// `application/json`, or what RFC 6839 says is written in it.
fn is_json(content_type: &HeaderValue) -> bool {
    let text = content_type.to_str().unwrap_or_default();
    let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// What is not known is an error, so that a misspelt filter does not answer everything.
fn check_names(operation: Operation, query: &[(String, String)]) -> Result<(), Problem> {
    let known = parameters::of(operation);
    let mut errors = Vec::new();
    for (at, (name, _)) in query.iter().enumerate() {
        if parameters::ignored(operation).contains(&name.as_str()) {
            continue;
        }
        let escaped = name.escape_debug();
        if !known.contains(&name.as_str()) {
            let known = match known {
                [] => "This takes no parameters.".to_owned(),
                known => format!("Known are {}.", known.join(", ")),
            };
            errors.push(FieldError::new(name, "unknown", format!("“{escaped}” is not known here. {known}")));
        } else if query[..at].iter().any(|(before, _)| before == name)
            && !parameters::may_repeat(operation, name)
        {
            let detail = format!("“{escaped}” stands in the query more than once.");
            errors.push(FieldError::new(name, "repeated", detail));
        }
        if errors.len() == NAMED_MAX {
            break;
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

fn param<'a>(params: &'a [(String, String)], name: &str) -> Option<&'a str> {
    params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
