//! The document of the API: OpenAPI 3.1, made from the table of operations and what is said of each here.

mod audit;
mod describe;
mod directory;
mod hooks;
mod own;
mod page;
mod parameter;
mod platform;
mod shapes;

use std::sync::LazyLock;

use axum::{
    http::{HeaderName, header},
    response::IntoResponse,
};
use domain::{Method, Operation, Who};
use serde_json::{Map, Value, json};

use super::parameters;
use describe::{Answer, Description};

/// The page loads its own style sheet and nothing else.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);
static DOCUMENT_TEXT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", *DOCUMENT));
static PAGE: LazyLock<String> = LazyLock::new(|| page::render(&DOCUMENT));

/// `GET /api/openapi.json`, to everyone.
pub(super) async fn serve_document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT_TEXT.as_str())
}

/// `GET /api/docs`: the same for people.
pub(super) async fn serve_page() -> impl IntoResponse {
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, PAGE_POLICY)];
    (headers, PAGE.as_str())
}

pub(super) async fn serve_style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("docs.css"))
}

fn document() -> Value {
    let mut paths = Map::new();
    for &operation in Operation::ALL {
        // A test sees to it that each is described.
        let Some(description) = description(operation) else {
            continue;
        };
        let path = paths.entry(operation.path()).or_insert_with(|| json!({}));
        path[method(operation)] = entry(operation, description);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Herald",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Tells other systems, surely and promptly, what happened to an organization's users. Names in paths are percent-encoded, one segment each, and compare without case. Times are RFC 3339 in UTC.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "key": [] }, { "keyAsUserName": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": shapes::all(),
            "responses": problems(),
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "An API key." },
                "keyAsUserName": { "type": "http", "scheme": "basic", "description": "An API key as user name, with an empty password." },
                "session": { "type": "apiKey", "in": "cookie", "name": "herald_session", "description": "The console's; over https it is named `__Host-herald_session`." },
            },
        },
    })
}

fn description(operation: Operation) -> Option<Description> {
    hooks::describe(operation)
        .or_else(|| directory::describe(operation))
        .or_else(|| own::describe(operation))
        .or_else(|| audit::describe(operation))
        .or_else(|| platform::describe(operation))
}

fn entry(operation: Operation, description: Description) -> Value {
    let mut parameters: Vec<Value> = segments(operation.path()).map(parameter::of_path).collect();
    parameters.extend(parameters::of(operation).iter().map(|name| parameter::of_query(operation, name)));
    if operation == Operation::PublishEvent {
        parameters.push(parameter::idempotency_key());
    }
    let mut entry = json!({
        "operationId": operation_id(operation),
        "tags": [description.tag],
        "summary": description.summary,
        "description": format!("{} {}", who(operation.who()), description.detail).trim(),
        "parameters": parameters,
        "responses": responses(operation, &description),
    });
    if let Some(body) = description.body {
        entry["requestBody"] = json!({
            "required": body.required,
            "content": { "application/json": { "schema": body.schema, "example": body.example } },
        });
    }
    if operation.who() == Who::Anyone {
        entry["security"] = json!([]);
    }
    entry
}

fn segments(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn operation_id(operation: Operation) -> String {
    let name = format!("{operation:?}");
    let (first, rest) = name.split_at(1);
    first.to_lowercase() + rest
}

const fn method(operation: Operation) -> &'static str {
    match operation.method() {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
    }
}

const fn who(who: Who) -> &'static str {
    match who {
        Who::Anyone => "For anyone.",
        Who::SignedIn => "For whoever is signed in, of themself.",
        Who::OrgMember => {
            "For whoever belongs to the organization or to one of its groups, and platform admins."
        }
        Who::OrgUsers => {
            "For platform admins, and whoever holds `org:admin` or `org:users` in the organization."
        }
        Who::OrgAdmin => "For platform admins, and whoever holds `org:admin` in the organization.",
        Who::PlatformAdmin => "For platform admins.",
    }
}

fn responses(operation: Operation, description: &Description) -> Value {
    let mut responses = Map::new();
    for Answer { status, detail, content } in &description.answers {
        let mut answer = json!({ "description": detail });
        for (media_type, schema) in content {
            answer["content"][media_type] = json!({ "schema": schema });
        }
        responses.insert(status.to_string(), answer);
    }
    for (status, _) in PROBLEMS {
        let applies = match status {
            401 => operation.who() != Who::Anyone,
            404 => operation.path().contains('{'),
            415 => operation.method() != Method::Get,
            _ => true,
        };
        if applies {
            let name = json!({ "$ref": format!("#/components/responses/{status}") });
            responses.insert(status.to_string(), name);
        }
    }
    for (status, why) in &description.refusals {
        responses.insert(status.to_string(), problem(why));
    }
    responses.sort_keys();
    Value::Object(responses)
}

/// What any operation may be refused for.
const PROBLEMS: [(u16, &str); 9] = [
    (400, "The request could not be read."),
    (401, "Nobody is signed in."),
    (403, "The caller may not do this."),
    (404, "There is none of that name or id that the caller can see."),
    (413, "The body is too long."),
    (415, "The body is of another type than JSON."),
    (422, "Members or parameters are wrong: `errors` says which."),
    (429, "Too many requests: `Retry-After` says when to ask again."),
    (503, "The server cannot do it now, and nothing was stored: `Retry-After` says when to ask again."),
];

fn problems() -> Value {
    PROBLEMS.iter().map(|(status, why)| (status.to_string(), problem(why))).collect::<Map<_, _>>().into()
}

fn problem(why: &str) -> Value {
    let content = json!({ "application/problem+json": { "schema": describe::shape("Problem") } });
    json!({ "description": why, "content": content })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_described_and_every_parameter_of_it() {
        for &operation in Operation::ALL {
            assert!(description(operation).is_some(), "{operation:?} is not described");
            for name in parameters::of(operation) {
                let parameter = parameter::of_query(operation, name);
                assert!(parameter["description"].is_string(), "{operation:?}: {name} is not described");
            }
        }
    }
}
