//! One call of the API: the caller's grant, the path, the query and the body.

use api::Problem;
use axum::{
    body::Bytes,
    extract::{FromRequest, Query, RawPathParams, Request},
    http::HeaderMap,
};
use domain::{FieldError, Issue, Operation};

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
